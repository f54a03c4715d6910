// What a stranger can check: a payment's proof, written by one program, judged by another that shares no code
// with it.
#include <fstream>

#include "app/e2e/server.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

class Proof : public testing::TestWithParam<std::uint32_t> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.start());
    auto client = server_.client(open_shop(server_).key);
    for (int i = 0; i < 20; ++i) {
      const auto made =
          client.post("/v1/payments", "key-" + std::to_string(i), card_payment(std::to_string(i), 1000 + i));
      ASSERT_TRUE(made && made->status == 201);
      payments_.push_back(made->text("id"));
    }
    const auto heads = server_.house().get("/v1/checkpoints");
    ASSERT_TRUE(heads && heads->status == 200);
    const auto checkpoints = heads->json();
    for (const auto& head : checkpoints.at("checkpoints").as_array()) {
      keys_.emplace_back(head.at("verifierKey").as_string());
    }
  }

  std::string proof_of(const std::string& payment) {
    const auto file = directory_ / (payment + ".proof");
    const auto written = run({wonjang_program(), "proof", "payment", payment, "-o", file, "--url",
                              server_.url(), "--key-file", server_.key_file()});
    EXPECT_EQ(written.exit, 0) << written.errors;
    return file;
  }
  // Of any book: the key is one, its name says the book.
  bool is_valid(const std::string& file) const {
    for (const auto& key : keys_) {
      if (run({verify_program(), "--key", key, file}).exit == 0) return true;
    }
    return false;
  }

  TempDir directory_;
  Server server_{directory_ / "ledger", {.books = GetParam()}};
  std::vector<std::string> payments_;
  std::vector<std::string> keys_;
};
INSTANTIATE_TEST_SUITE_P(Books, Proof, testing::Values(1U, 4U));

TEST_P(Proof, of_a_payment_is_accepted_and_with_one_byte_changed_refused) {
  for (const auto& payment : {payments_.front(), payments_[9], payments_.back()}) {
    EXPECT_TRUE(is_valid(proof_of(payment))) << payment;
  }
  const auto file = proof_of(payments_[9]);
  const auto good = text_of_file(file);
  const auto step = good.size() / 40 + 1;
  for (std::size_t at = 0; at < good.size(); at += step) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bad;
    EXPECT_FALSE(is_valid(file)) << "byte " << at << " of " << good.size();
  }
  std::ofstream(file, std::ios::binary | std::ios::trunc) << good;
  EXPECT_TRUE(is_valid(file));
}

TEST_P(Proof, survives_a_restart_and_another_ledgers_key_does_not_do) {
  const auto file = proof_of(payments_.front());
  server_.kill();
  ASSERT_TRUE(server_.start());
  EXPECT_TRUE(is_valid(file));
  EXPECT_TRUE(is_valid(proof_of(payments_.front()))) << "the key must be the one from before";

  Server other(directory_ / "other", {.books = GetParam()});
  ASSERT_TRUE(other.start());
  const auto heads = other.house().get("/v1/checkpoints");
  ASSERT_TRUE(heads);
  keys_.clear();
  const auto checkpoints = heads->json();
  for (const auto& head : checkpoints.at("checkpoints").as_array()) {
    keys_.emplace_back(head.at("verifierKey").as_string());
  }
  EXPECT_FALSE(is_valid(file));
}

TEST_P(Proof, of_a_payment_that_is_not_there_says_so) {
  const auto none = run({wonjang_program(), "proof", "payment", "pay_01K800000128R0000000000008", "--url",
                         server_.url(), "--key-file", server_.key_file()});
  EXPECT_EQ(none.exit, 1);
  EXPECT_NE(none.errors.find("PAYMENT_NOT_FOUND"), std::string::npos) << none.errors;
}

}  // namespace
}  // namespace wonjang::e2e
