// Create, read, cancel: the everyday way over real HTTP, with one book and with four.

#include "app/api/api_test_world.h"

namespace wonjang {
namespace {

class Payments : public testing::TestWithParam<std::uint32_t> {
 protected:
  World world_{{.books = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Books, Payments, testing::Values(1U, 4U));

TEST_P(Payments, a_created_payment_is_read_back_at_once) {
  auto shop = world_.as_merchant();
  const auto made = shop.post("/v1/payments", "create-1", card_payment("order-1"));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_FALSE(made.header("Ledger-Position").empty());
  EXPECT_FALSE(made.header("X-Request-Id").empty());
  const auto id = made.text("id");
  const auto read = shop.get("/v1/payments/" + id);
  ASSERT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(read.body, made.body);
  EXPECT_EQ(read.text("status"), "DONE");
}

}  // namespace
}  // namespace wonjang
