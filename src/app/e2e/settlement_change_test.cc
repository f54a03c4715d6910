// Changes of contracts and calendars: two keys, what they would move, what they then moved, and merchants
// whose tier was lowered for days that are settled.
#include <chrono>
#include <thread>

#include <algorithm>

#include "app/e2e/settlement_world.h"

namespace wonjang::e2e {
namespace {

class SettlementChange : public SettlementWorld {
 protected:
  // 2.3 %; small ones 0.4 %.
  std::string tiered(const std::string& tier, const std::string& from) const {
    return contract_body(
        shops_[0].merchant,
        R"({"name":"card","kind":"BASE_RATE","ratePpm":23000},)"
        R"({"name":"small","kind":"PREFERENTIAL_RATE","byTier":[{"tier":"SMALL","ratePpm":4000}]})",
        R"(,"tier":")" + tier + R"(","validFrom":")" + from + "\"");
  }
  std::string kr_with(const std::string& line) {
    const auto calendar = get(server_.house(), "/v1/calendars/KR");
    auto out = text(calendar, "text");
    // Days rise: behind the last one that is earlier.
    auto at = out.find("2025-08-15");
    at = out.find('\n', at) + 1;
    return out.insert(at, line + "\n");
  }
  // {"lineId": what-if's sides}
  static std::map<std::string, std::string> moves(const json::object& what_if) {
    std::map<std::string, std::string> out;
    for (const auto& line : items(what_if, "lines")) {
      const auto side = [&](const char* name, const char* which) {
        const auto& pair = line.at(name).as_object();
        const auto* value = pair.if_contains(which);
        if (value == nullptr) return std::string("-");
        return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
      };
      out[text(line, "lineId")] = text(line, "by") + " " + side("payoutDate", "from") + " -> " +
                                  side("payoutDate", "to") + ", fee " + side("fee", "from") + " -> " +
                                  side("fee", "to") + ", net " + side("net", "from") + " -> " +
                                  side("net", "to");
    }
    return out;
  }
  static std::string line_of(const std::string& payment, int seq = 0) {
    return "stl_" + payment.substr(4) + ".1." + std::to_string(seq);
  }
  static std::string counts(const json::object& what_if) {
    const auto& of = what_if.at("counts").as_object();
    return std::to_string(number(of, "lines")) + " lines, " + std::to_string(number(of, "payouts")) +
           " payouts, " + std::to_string(number(of, "merchants")) + " merchants";
  }
};

TEST_F(SettlementChange, who_proposed_is_told_and_does_not_approve) {
  EXPECT_TRUE(items(get_caught_up("/v1/changes?status=PROPOSED")).empty());
  const auto body = contract_body(shops_[0], {20'000});
  const auto proposed = must_post("/v1/changes", body, 201);
  const auto id = text(proposed, "changeId");
  const auto proposer = text(proposed, "proposedBy");
  EXPECT_FALSE(proposer.empty());
  const auto refused = post("/v1/changes/" + id + "/decisions", R"({"decision":"APPROVE"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "FOUR_EYES");
  EXPECT_EQ(cli({"change", "approve", id}).exit, 1) << "nor on the command line";

  // Nor with a key that the proposer made, nor with the one that made the proposer's.
  auto first = server_.client(first_);
  EXPECT_EQ(decide(id, make_operator(first, "a-hand")).code(), "FOUR_EYES");
  auto house = server_.house();
  const auto by_the_house =
      house.post("/v1/changes/" + id + "/decisions", "house", R"({"decision":"APPROVE"})");
  ASSERT_TRUE(by_the_house);
  EXPECT_EQ(by_the_house->code(), "FOUR_EYES");

  auto other = server_.client(second_);
  const auto path = "/v1/changes/" + id + "/decisions";
  const auto decided = other.post(path, "decide", R"({"decision":"APPROVE","note":"seen"})");
  ASSERT_TRUE(decided && decided->status == 200) << (decided ? decided->body : "no answer");
  EXPECT_EQ(decided->text("proposedBy"), proposer) << decided->body;
  EXPECT_EQ(decided->text("proposedAt"), text(proposed, "proposedAt")) << decided->body;
  EXPECT_EQ(decided->text("note"), "e2e") << decided->body;
  EXPECT_EQ(decided->text("decisionNote"), "seen") << decided->body;
  EXPECT_FALSE(decided->text("decidedBy").empty());
  EXPECT_NE(decided->text("decidedBy"), proposer);
  const auto again = other.post(path, "decide", R"({"decision":"APPROVE","note":"seen"})");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->body, decided->body) << "the same request hears the same";
  auto shown = get_caught_up("/v1/changes/" + id);
  EXPECT_EQ(text(shown, "proposedBy"), proposer);

  // What was proposed and rejected counts for nothing.
  const auto rejected = propose(contract_body(shops_[0], {90'000}));
  EXPECT_EQ(decide(rejected, second_, "REJECT").text("status"), "REJECTED");
  EXPECT_EQ(decide(rejected, second_).code(), "ALREADY_DECIDED");
  const auto sold = sell(0, 10'000, "2025-09-01");
  settle("2025-09-01");
  EXPECT_EQ(number(lines_of(sold).at(0), "fee"), 220) << "2 % and VAT";
  expect_sound();
}

// 100,000 at 2.3 % cost 2,300 + 230, at 0.4 % 400 + 40; 40 % of that come back with the cancel.
TEST_F(SettlementChange, a_tier_lowered_backwards_gives_back_the_difference_in_further_lines) {
  approve(tiered("GENERAL", "2020-01-01"));
  const auto large = sell(0, 100'000, "2025-09-01");
  const auto small = sell(0, 50'000, "2025-09-02");
  cancel(large, 0, 40'000, "2025-09-02");
  const auto before_it = sell(0, 70'000, "2025-08-29");
  for (const char* date : {"2025-08-29", "2025-09-01", "2025-09-02"}) settle(date);
  for (const char* date : {"2025-09-03", "2025-09-04"}) pay_out(date);
  bank_pays("2025-09-03");
  bank_pays("2025-09-04");
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-03")), "PAID 2 lines, 165699 + 0 carried = 165699");
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-04")), "PAID 2 lines, 9747 + 0 carried = 9747");
  auto originals = line_bodies("2025-08-29");
  originals.merge(line_bodies("2025-09-01"));
  originals.merge(line_bodies("2025-09-02"));
  ASSERT_EQ(originals.size(), 4U);

  const auto change = approve(tiered("SMALL", "2025-09-01"));
  const auto before = everything({"2025-08-29", "2025-09-01", "2025-09-02"});
  const auto report = cli_json({"settlement", "adjust", change, "2025-09-10", "--dry-run"});
  EXPECT_EQ(number(report, "merchants"), 1);
  EXPECT_EQ(number(report, "approvals"), 2) << "those from the day on which it holds";
  EXPECT_EQ(number(report, "lines"), 3);
  EXPECT_EQ(number(items(report, "feeDelta").at(0), "amount"), 440 - 2'530 - (176 - 1'012) + 220 - 1'265);
  EXPECT_EQ(text(report, "firstDate"), "2025-09-01");
  EXPECT_EQ(text(report, "lastDate"), "2025-09-02");
  Texts shown;
  for (const auto& line : items(report))
    shown.push_back(std::to_string(number(line, "feeBefore")) + " and " +
                    std::to_string(number(line, "fee")) + " " + text(line, "currency") + ", " +
                    text(line, "payoutDate"));
  std::ranges::sort(shown);
  EXPECT_EQ(shown, (Texts{"-1012 and 836 KRW, 2025-09-12", "1265 and -1045 KRW, 2025-09-12",
                          "2530 and -2090 KRW, 2025-09-12"}));
  EXPECT_EQ(everything({"2025-08-29", "2025-09-01", "2025-09-02"}), before) << "a dry run writes nothing";

  const auto body = R"({"contractChangeId":")" + change + R"(","date":"2025-09-10"})";
  const auto done = must_post("/v1/settlement/adjustments", body);
  EXPECT_EQ(json::serialize(done.at("feeDelta")), json::serialize(report.at("feeDelta")));
  EXPECT_EQ(number(done, "lines"), 3);
  EXPECT_EQ(brief_lines(large), (Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 100000 - 2530 = 97470",
                                       "ADJUSTMENT 2025-09-01 paid 2025-09-12: 0 - -2090 = 2090",
                                       "CANCEL 2025-09-02 paid 2025-09-04: -40000 - -1012 = -38988",
                                       "ADJUSTMENT 2025-09-02 paid 2025-09-12: 0 - 836 = -836"}));
  EXPECT_EQ(brief_lines(small), (Texts{"APPROVAL 2025-09-02 paid 2025-09-04: 50000 - 1265 = 48735",
                                       "ADJUSTMENT 2025-09-02 paid 2025-09-12: 0 - -1045 = 1045"}));
  EXPECT_EQ(brief_lines(before_it), Texts{"APPROVAL 2025-08-29 paid 2025-09-02: 70000 - 1771 = 68229"});
  for (const auto& [id, line] : originals) {
    auto house = server_.house();
    EXPECT_EQ(house.get("/v1/settlement/lines/" + id)->body, line) << "not a byte of it changes";
  }
  EXPECT_EQ(number(must_post("/v1/settlement/adjustments", body), "lines"), 0)
      << "done again it finds nothing";

  // What is left is canceled by the new terms: 440 - 176 of the fee. Then all of it goes out.
  cancel(large, 0, 60'000, "2025-09-10");
  settle("2025-09-10");
  EXPECT_EQ(brief_lines(large).back(), "CANCEL 2025-09-10 paid 2025-09-12: -60000 - -264 = -59736");
  sell(0, 100'000, "2025-09-10");
  settle("2025-09-11");  // late: 99,560 on the 15th
  EXPECT_EQ(number(pay_out("2025-09-15"), "requested"), 1);
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-15")), "REQUESTED 5 lines, 42123 + 0 carried = 42123");
  bank_pays("2025-09-15");
  // 70,000 and 50,000 and 100,000 stand: 1,771 + 220 + 440 of fees, an eleventh of each VAT.
  EXPECT_EQ(balances(), (Balances{{"RECEIVABLE_CARD", 220'000},
                                  {"BANK", -(165'699 + 9'747 + 42'123)},
                                  {"FEE_INCOME", 1'610 + 200 + 400},
                                  {"FEE_VAT", 161 + 20 + 40}}));
  expect_sound();
}

TEST_F(SettlementChange, a_contracts_what_if_changes_nothing_and_is_what_then_happens) {
  const auto earlier = sell(0, 10'000, "2025-09-01");
  const auto first = sell(0, 10'000, "2025-09-02");
  const auto second = sell(0, 20'000, "2025-09-02");
  const auto settled = sell(0, 30'000, "2025-09-03");
  const auto of_another = sell(1, 30'000, "2025-09-02");
  settle("2025-09-03");
  // From the 2nd on 2 %, and a day later.
  const auto body = contract_body(shops_[0], {20'000}, R"(,"validFrom":"2025-09-02","cycle":{"lagDays":3})");
  const auto before = everything({"2025-09-03"});
  const auto would = must_post("/v1/changes?dryRun=true", body);
  const auto with_file = cli_json({"change", "propose", file_with("contract.json", body), "--dry-run"});
  EXPECT_EQ(everything({"2025-09-03"}), before);
  EXPECT_EQ(json::serialize(with_file), json::serialize(would));

  const auto change = propose(body);
  const auto proposed = everything({"2025-09-03"});
  const auto same = get(server_.house(), "/v1/changes/" + change + "/what-if");
  EXPECT_EQ(json::serialize(same), json::serialize(would));
  EXPECT_EQ(everything({"2025-09-03"}), proposed);

  const auto moved = moves(would);
  ASSERT_EQ(moved.size(), 3U) << json::serialize(would);
  EXPECT_EQ(moved.at(line_of(first)), "NEXT_RUN 2025-09-04 -> 2025-09-05, fee 275 -> 220, net 9725 -> 9780");
  EXPECT_EQ(moved.at(line_of(second)),
            "NEXT_RUN 2025-09-04 -> 2025-09-05, fee 550 -> 440, net 19450 -> 19560");
  const auto& adjustment = moved.at(line_of(settled, 1));
  EXPECT_EQ(adjustment.substr(0, 16), "ADJUSTMENT - -> ") << adjustment;
  EXPECT_EQ(adjustment.substr(26), ", fee 825 -> 660, net -825 -> -660") << adjustment;
  EXPECT_EQ(counts(would), "3 lines, 1 payouts, 1 merchants");
  EXPECT_EQ(number(items(would, "payouts").at(0), "net"), 9'780 + 19'560);
  EXPECT_EQ(number(items(would, "feeDelta").at(0), "amount"), -55 - 110 - 165);

  // Applied.
  EXPECT_EQ(decide(change, second_).status, 200);
  settle("2025-09-01");
  settle("2025-09-02");
  const auto adjusted = must_post("/v1/settlement/adjustments",
                                  R"({"contractChangeId":")" + change + R"(","date":")" + day(0) + "\"}");
  EXPECT_EQ(number(adjusted, "lines"), 1);
  EXPECT_EQ(brief_lines(earlier), Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 10000 - 275 = 9725"});
  EXPECT_EQ(brief_lines(first), Texts{"APPROVAL 2025-09-02 paid 2025-09-05: 10000 - 220 = 9780"});
  EXPECT_EQ(brief_lines(second), Texts{"APPROVAL 2025-09-02 paid 2025-09-05: 20000 - 440 = 19560"});
  EXPECT_EQ(brief_lines(of_another), Texts{"APPROVAL 2025-09-02 paid 2025-09-04: 30000 - 1100 = 28900"});
  EXPECT_EQ(brief_lines(settled),
            (Texts{"APPROVAL 2025-09-03 paid 2025-09-05: 30000 - 825 = 29175",
                   "ADJUSTMENT 2025-09-03 paid " + adjustment.substr(16, 10) + ": 0 - -165 = 165"}));
  expect_sound();
}

TEST_F(SettlementChange, a_calendars_what_if_changes_nothing_and_is_what_then_happens) {
  const auto untouched = sell(0, 10'000, "2025-09-01");
  const auto redated = sell(0, 20'000, "2025-09-02");
  const auto of_another = sell(1, 40'000, "2025-09-02");
  const auto open = sell(0, 30'000, "2025-09-03");
  settle("2025-09-01");
  settle("2025-09-02");
  get_caught_up("/v1/trial-balance");
  const auto file = file_with("kr.calendar", kr_with("2025-09-04 temporary a day of mourning"));
  const auto before = everything({"2025-09-01", "2025-09-02"});
  const auto would = cli_json({"calendar", "import", file, "--dry-run"});
  EXPECT_EQ(everything({"2025-09-01", "2025-09-02"}), before);
  EXPECT_EQ(
      moves(would),
      (std::map<std::string, std::string>{
          {line_of(redated), "REDATING 2025-09-04 -> 2025-09-05, fee 550 -> 550, net 19450 -> 19450"},
          {line_of(of_another), "REDATING 2025-09-04 -> 2025-09-05, fee 1430 -> 1430, net 38570 -> 38570"},
          {line_of(open), "NEXT_RUN 2025-09-05 -> 2025-09-08, fee 825 -> 825, net 29175 -> 29175"}}));
  EXPECT_EQ(counts(would), "3 lines, 3 payouts, 2 merchants");

  const auto change = text(cli_json({"calendar", "import", file, "--note", "declared today"}), "changeId");
  EXPECT_EQ(cli({"change", "approve", change}).exit, 1) << "four eyes";
  EXPECT_EQ(cli({"change", "approve", change}, /*with_second_key=*/true).exit, 0);
  // Lines that aren't paid get their new day in the background.
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (text(lines_of(of_another).at(0), "payoutDate") != "2025-09-05" &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  settle("2025-09-03");
  EXPECT_EQ(brief_lines(untouched), Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 10000 - 275 = 9725"});
  EXPECT_EQ(brief_lines(redated), Texts{"APPROVAL 2025-09-02 paid 2025-09-05: 20000 - 550 = 19450"});
  EXPECT_EQ(brief_lines(of_another), Texts{"APPROVAL 2025-09-02 paid 2025-09-05: 40000 - 1430 = 38570"});
  EXPECT_EQ(brief_lines(open), Texts{"APPROVAL 2025-09-03 paid 2025-09-08: 30000 - 825 = 29175"});

  EXPECT_EQ(post("/v1/payouts/runs", R"({"date":"2025-09-04"})").code(), "CANNOT_RUN") << "banks are closed";
  EXPECT_EQ(number(pay_out("2025-09-05"), "requested"), 2);
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-05")), "REQUESTED 2 lines, 29175 + 0 carried = 29175");
  EXPECT_EQ(brief_payout(payout_of(1, "2025-09-05")), "REQUESTED 1 lines, 38570 + 0 carried = 38570");
  EXPECT_EQ(number(pay_out("2025-09-08"), "requested"), 1);
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-08")), "REQUESTED 1 lines, 29175 + 0 carried = 29175");
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
