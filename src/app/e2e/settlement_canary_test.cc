// Two versions of fee terms over the same days. The new ones charge at least 500 (and VAT): a sale of 20,000
// and more costs shop a the same by both, a smaller one costs more by the new ones.
#include "app/e2e/settlement_world.h"

namespace wonjang::e2e {
namespace {

class SettlementCanary : public SettlementWorld {
 protected:
  // `more`: scope and fate, ",\"cleanDays\":2".
  void canary(const std::string& name, const std::string& more) {
    approve(R"({"kind":"CANARY","canary":{"name":")" + name + R"(","candidate":{"rules":[)" +
            rules_of({25'000}) + R"(,{"name":"least","kind":"MINIMUM","amount":500}]})" + more + "}}");
  }
  std::string only(std::size_t shop) const { return R"(,"merchantIds":[")" + shops_[shop].merchant + "\"]"; }
  // "275 by try", "275"
  std::string cost(const std::string& payment) {
    const auto lines = lines_of(payment);
    if (lines.size() != 1) return std::to_string(lines.size()) + " lines";
    const auto line = get(server_.house(), "/v1/settlement/lines/" + text(lines[0], "lineId"));
    EXPECT_TRUE(line.at("recomputed").as_bool());
    const auto by = text(line, "canary");
    return std::to_string(number(line, "fee")) + (by.empty() ? "" : " by " + by);
  }
  std::size_t differences(const std::string& date) {
    return items(get_caught_up("/v1/settlement/runs/" + date + "/differences")).size();
  }
  static Texts promoted(const json::object& run) {
    Texts out;
    for (const auto& one : run.at("promoted").as_array()) out.emplace_back(one.as_string());
    return out;
  }
};

TEST_F(SettlementCanary, where_both_agree_the_new_terms_count_where_they_differ_the_old_and_a_report) {
  canary("try", only(0));
  const auto alike = sell(0, 30'000, "2025-09-01");
  const auto other = sell(0, 10'000, "2025-09-01");
  const auto out_of_scope = sell(1, 10'000, "2025-09-01");
  const auto run = settle("2025-09-01");
  EXPECT_EQ(cost(alike), "825 by try");
  EXPECT_EQ(cost(other), "275");
  EXPECT_EQ(cost(out_of_scope), "440");
  EXPECT_EQ(number(items(run, "totals").at(0), "fee"), 825 + 275 + 440);
  const auto report = items(get_caught_up("/v1/settlement/runs/2025-09-01/differences"));
  ASSERT_EQ(report.size(), 1U);
  EXPECT_EQ(text(report[0], "canary"), "try");
  EXPECT_EQ(text(report[0], "lineId"), text(lines_of(other).at(0), "lineId"));
  EXPECT_EQ(number(report[0], "feeNow"), 275);
  EXPECT_EQ(number(report[0], "feeCandidate"), 550);
  EXPECT_EQ(number(report[0], "vatNow"), 25);
  EXPECT_EQ(number(report[0], "vatCandidate"), 50);
  const auto told = cli({"settlement", "differences", "2025-09-01"});
  EXPECT_EQ(told.exit, 0) << told.errors;
  EXPECT_NE(told.output.find("550"), std::string::npos) << told.output;
  expect_sound();
}

TEST_F(SettlementCanary, merchants_are_moved_over_by_name_by_method_and_by_business_number) {
  approve(contract_body(shops_[2], kTerms[2], R"(,"businessNumber":"1234567890")"));
  canary("by-merchant", only(0) + R"(,"promoteAll":true)");
  canary("by-method", R"(,"method":"TRANSFER","promoteAll":true)");
  canary("by-number", R"(,"businessNumber":"1234567890","promoteAll":true)");
  const auto first = sell(0, 10'000, "2025-09-01");
  const auto card = sell(1, 10'000, "2025-09-01");
  const auto transfer = sell(1, 10'000, "2025-09-01", {.currency = "KRW", .method = "TRANSFER"});
  const auto numbered = sell(2, 10'000, "2025-09-01");
  settle("2025-09-01");
  EXPECT_EQ(cost(first), "550 by by-merchant");
  EXPECT_EQ(cost(card), "440") << "in no canary's scope";
  EXPECT_EQ(cost(transfer), "550 by by-method");
  EXPECT_EQ(cost(numbered), "550 by by-number");
  EXPECT_EQ(differences("2025-09-01"), 0U);

  // A canary that is stopped leaves the contract, and what was settled by it stays explained.
  canary("by-merchant", only(0) + R"(,"stopped":true)");
  const auto later = sell(0, 10'000, "2025-09-02");
  settle("2025-09-02");
  EXPECT_EQ(cost(later), "275");
  EXPECT_EQ(cost(first), "550 by by-merchant");
  expect_sound();
}

TEST_F(SettlementCanary, a_merchant_moves_over_by_itself_after_clean_days_in_a_row) {
  canary("auto", only(0) + R"(,"cleanDays":2)");
  const auto run_with = [&](const std::string& date, std::int64_t amount) {
    sell(0, amount, date);
    return promoted(settle(date));
  };
  EXPECT_TRUE(run_with("2025-09-01", 30'000).empty()) << "one clean day";
  EXPECT_TRUE(run_with("2025-09-02", 10'000).empty()) << "a difference";
  EXPECT_TRUE(run_with("2025-09-03", 30'000).empty()) << "one clean day again";
  EXPECT_TRUE(promoted(settle("2025-09-04")).empty()) << "a day without a sale says nothing";
  const auto how_far = [&] {
    const auto page = items(get_caught_up("/v1/canaries/auto/merchants"));
    if (page.size() != 1 || text(page[0], "merchantId") != shops_[0].merchant) return std::string("nobody");
    return std::to_string(number(page[0], "cleanDays")) + " of " +
           std::to_string(number(page[0], "cleanDaysNeeded")) + ", " +
           std::to_string(number(page[0], "alike")) + " alike, " +
           std::to_string(number(page[0], "different")) + " not" +
           (page[0].at("promoted").as_bool() ? ", moved over" : "");
  };
  EXPECT_EQ(how_far(), "1 of 2, 2 alike, 1 not");
  EXPECT_EQ(run_with("2025-09-05", 40'000), Texts{"auto " + shops_[0].merchant});
  EXPECT_EQ(how_far(), "2 of 2, 3 alike, 1 not, moved over");
  EXPECT_EQ(text(items(get_caught_up("/v1/canaries/auto/merchants")).at(0), "differedOn"), "2025-09-02");
  const auto canaries = items(get_caught_up("/v1/canaries"));
  ASSERT_EQ(canaries.size(), 1U);
  EXPECT_EQ(text(canaries[0], "state"), "TRYING");
  EXPECT_EQ(number(canaries[0], "promoted"), 1);
  EXPECT_EQ(number(canaries[0], "different"), 1);
  EXPECT_EQ(server_.house().get("/v1/canaries/none/merchants")->status, 404);
  EXPECT_EQ(differences("2025-09-02"), 1U);
  const auto sold = sell(0, 10'000, "2025-09-08");
  settle("2025-09-08");
  EXPECT_EQ(cost(sold), "550 by auto") << "the new terms alone";
  EXPECT_EQ(differences("2025-09-08"), 0U);
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
