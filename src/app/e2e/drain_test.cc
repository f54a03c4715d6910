// SIGTERM under load: what was answered is there, what was refused is not, and the program ends by itself, in
// time.
#include <chrono>
#include <csignal>

#include "app/e2e/traffic.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

class Drain : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Drain, testing::Values(1U, 4U));

TEST_P(Drain, a_term_signal_under_load_loses_nothing_and_ends_in_time) {
  constexpr std::chrono::seconds kDeadline{5};
  const TempDir directory;
  Server server(directory / "ledger", {.books = GetParam(), .arguments = {"--drain", "5s"}});
  ASSERT_TRUE(server.start());
  Traffic traffic(open_shop(server), GetParam());
  traffic.start(server);
  ASSERT_TRUE(traffic.wait_acknowledged(300)) << server.log();

  const auto from = std::chrono::steady_clock::now();
  EXPECT_EQ(server.stop(), 0) << server.log();
  // The deadline is for answers; closing the books comes behind it.
  EXPECT_LT(std::chrono::steady_clock::now() - from, kDeadline + std::chrono::seconds(3));
  traffic.join();

  ASSERT_TRUE(server.start());
  traffic.resend(server, /*sample=*/1000);
  traffic.expect_in_feed(read_feed(server.house(), ""));
  EXPECT_EQ(server.stop(), 0);
  expect_checked(server.data_dir());
}

TEST(IdleDrain, an_idle_server_with_open_connections_ends_at_once) {
  const TempDir directory;
  Server server(directory / "ledger", {});
  ASSERT_TRUE(server.start());
  auto client = server.house();
  ASSERT_TRUE(client.get("/v1/merchants"));
  const auto from = std::chrono::steady_clock::now();
  EXPECT_EQ(server.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::seconds(5));
  EXPECT_FALSE(client.get("/v1/merchants"));
}

}  // namespace
}  // namespace wonjang::e2e
