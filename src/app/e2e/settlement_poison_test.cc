// A transaction that can't be settled fails alone, and a rerun touches what failed or is missing and nothing
// else.
#include "app/e2e/settlement_world.h"

namespace wonjang::e2e {
namespace {

class SettlementPoisoned : public SettlementWorld {
 protected:
  // Shop c takes cards only: nothing says what a transfer costs.
  std::string cards_only() const {
    return contract_body(shops_[2].merchant,
                         R"({"name":"card","kind":"BASE_RATE","ratePpm":8000,"applies":{"method":"CARD"}})");
  }
  static std::string in_words(const json::object& run, const char* which) {
    std::string out;
    for (const auto& of : items(run, which))
      out += text(of, "currency") + " " + std::to_string(number(of, "lines")) + " lines " +
             std::to_string(number(of, "gross")) + " " + std::to_string(number(of, "fee")) + " " +
             std::to_string(number(of, "net")) + ", failed " + std::to_string(number(of, "failed"));
    return out;
  }
};

TEST_F(SettlementPoisoned, one_transaction_fails_alone_and_a_rerun_settles_it_and_what_is_missing) {
  approve(cards_only());
  for (std::size_t i = 0; i < 9; ++i) pay(i % 3, 10'000, "2025-09-01");
  const auto poisoned = sell(2, 50'000, "2025-09-01", {.currency = "KRW", .method = "TRANSFER"});
  const auto done = cli({"settlement", "run", "2025-09-01", "-O", "json"});
  EXPECT_EQ(done.exit, 3) << done.output << done.errors;
  const auto first = get_caught_up("/v1/settlement/runs/2025-09-01");
  EXPECT_EQ(text(first, "state"), "COMPLETED_WITH_FAILURES");
  // 3 x (275 + 440 + 88)
  EXPECT_EQ(in_words(first, "after"), "KRW 9 lines 90000 2409 87591, failed 1");
  EXPECT_TRUE(lines_of(poisoned).empty());
  const auto failures = items(cli_json({"settlement", "failures", "2025-09-01"}));
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(text(failures[0], "paymentId"), poisoned);
  EXPECT_EQ(text(failures[0], "code"), "NO_RATE");
  EXPECT_EQ(number(failures[0], "amount"), 50'000);
  EXPECT_FALSE(text(failures[0], "detail").empty());
  const auto before = line_bodies("2025-09-01");
  ASSERT_EQ(before.size(), 9U);

  // As long as its reason stands it fails again, and nothing else happens.
  const auto in_vain = rerun("2025-09-01", "COMPLETED_WITH_FAILURES");
  EXPECT_EQ(in_words(in_vain, "before"), in_words(in_vain, "after"));
  EXPECT_EQ(line_bodies("2025-09-01"), before);
  EXPECT_EQ(items(cli_json({"settlement", "failures", "2025-09-01"})).size(), 1U) << "said once";

  // Its reason is mended, and one more sale of that day has come in.
  approve(contract_body(shops_[2], kTerms[2]));
  const auto missing = sell(0, 20'000, "2025-09-01");
  const auto mended = cli({"settlement", "rerun", "2025-09-01"});
  EXPECT_EQ(mended.exit, 0) << mended.output << mended.errors;
  const auto second = get_caught_up("/v1/settlement/runs/2025-09-01");
  EXPECT_EQ(text(second, "state"), "COMPLETED");
  EXPECT_EQ(in_words(second, "before"), "KRW 9 lines 90000 2409 87591, failed 1");
  EXPECT_EQ(in_words(second, "added"), "KRW 2 lines 70000 990 69010, failed -1");
  EXPECT_EQ(in_words(second, "after"), "KRW 11 lines 160000 3399 156601, failed 0");
  EXPECT_FALSE(text(second, "untouchedHash").empty());
  EXPECT_NE(mended.output.find(text(second, "untouchedHash")), std::string::npos) << mended.output;
  EXPECT_EQ(brief_lines(poisoned), Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 50000 - 440 = 49560"});
  EXPECT_EQ(brief_lines(missing), Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 20000 - 550 = 19450"});
  auto after = line_bodies("2025-09-01");
  ASSERT_EQ(after.size(), 11U);
  for (const auto& [id, body] : before) EXPECT_EQ(after[id], body) << "not a byte of it changes";
  EXPECT_TRUE(items(get_caught_up("/v1/settlement/runs/2025-09-01/failures")).empty());

  const auto third = rerun("2025-09-01");
  EXPECT_EQ(in_words(third, "before"), in_words(third, "after"));
  EXPECT_EQ(line_bodies("2025-09-01"), after);
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
