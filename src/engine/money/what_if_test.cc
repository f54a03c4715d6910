#include "engine/money/what_if.h"

#include "engine/money/explain_line.h"
#include "engine/money/payout_run.h"
#include "engine/money/redate.h"
#include "engine/money/retier.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kWhatIfDay = day("2026-11-18");  // Wednesday, paid on Friday the 20th
const BusinessDate kFriday = day("2026-11-20");
const BusinessDate kMonday = day("2026-11-23");

settlement::Calendar with_holiday() {
  return MoneyRig::calendar(2, {{kFriday, settlement::DayKind::temporary, "declared"}});
}
WhatIf ask(MoneyRig& rig, const settlement::Reference& proposed, const WhatIfAsked& asked = {}) {
  const auto events = rig.events();
  auto out = what_if(rig.snapshot(), rig.ports(), proposed, asked);
  EXPECT_TRUE(out) << out.error().message;
  EXPECT_EQ(rig.events(), events) << "wrote something";
  return out ? *std::move(out) : WhatIf();
}
std::map<LineKey, BusinessDate> payout_dates(MoneyRig& rig, BusinessDate run) {
  std::map<LineKey, BusinessDate> out;
  for (const auto& line : rig.lines(run)) out[line.key] = line.payout_date;
  return out;
}
Result<RedateReport> redated(MoneyRig& rig, bool dry_run = false) {
  return redate(rig.ports(), {"KR", rig.owner(), dry_run});
}

TEST(WhatIf, of_a_calendar_lists_exactly_what_then_moves) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  for (int i = 0; i < 3; ++i) rig.sell(merchant, 10'000 + i, kWhatIfDay);
  rig.sell(rig.shop(), 5'000, kWhatIfDay);
  rig.sell(merchant, 7'000, day("2026-11-17"));
  rig.must_run(day("2026-11-17"));
  rig.must_run(kWhatIfDay);
  const auto open = rig.sell(merchant, 9'000, day("2026-11-19"));  // paid on Monday, then on Tuesday

  const auto asked = ask(rig, with_holiday());
  rig.approve(with_holiday());
  const auto before = payout_dates(rig, kWhatIfDay);
  const auto report = redated(rig);
  const auto after = payout_dates(rig, kWhatIfDay);
  rig.must_run(day("2026-11-19"));

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 4U);
  EXPECT_EQ(report->merchants, 2U);
  EXPECT_EQ(asked.lines_total, 5U);
  EXPECT_EQ(asked.merchants_total, 2U);
  EXPECT_TRUE(asked.fee_delta.empty() || asked.fee_delta.at(Currency()) == 0);
  for (const auto& moved : asked.lines) {
    if (moved.key == MoneyRig::line_of(open)) {
      EXPECT_EQ(moved.by, MovedBy::next_run);
      EXPECT_EQ(moved.from.payout_date, kMonday);
      EXPECT_EQ(moved.to.payout_date, rig.line(moved.key).payout_date);
      continue;
    }
    EXPECT_EQ(moved.by, MovedBy::redating);
    EXPECT_EQ(moved.from.payout_date, before.at(moved.key));
    EXPECT_EQ(moved.to.payout_date, after.at(moved.key));
    EXPECT_EQ(after.at(moved.key), kMonday);
  }
  EXPECT_EQ(payout_dates(rig, day("2026-11-17")).begin()->second, day("2026-11-19")) << "moved what needn't";
  EXPECT_EQ(redated(rig)->lines, 0U);
}

TEST(WhatIf, payouts_that_move_are_the_sums_of_their_lines_also_when_the_list_is_cut) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  for (int i = 0; i < 5; ++i) rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);

  const auto asked = ask(rig, with_holiday(), {.count_max = 2});

  EXPECT_TRUE(asked.truncated());
  EXPECT_EQ(asked.lines.size(), 2U);
  EXPECT_EQ(asked.lines_total, 5U);
  ASSERT_EQ(asked.payouts.size(), 1U);
  EXPECT_EQ(asked.payouts[0].net, 5 * (10'000 - 275));
  EXPECT_EQ(asked.payouts[0].from, kFriday);
  EXPECT_EQ(asked.payouts[0].to, kMonday);
}

TEST(WhatIf, read_page_by_page_it_is_the_whole_list_each_once) {
  MoneyRig rig;
  for (int shop = 0; shop < 3; ++shop) {
    const auto merchant = rig.shop();
    for (int i = 0; i < 3; ++i) rig.sell(merchant, 10'000 + i, kWhatIfDay);
    rig.sell(merchant, 5'000, day("2026-11-19"));
  }
  rig.must_run(kWhatIfDay);
  const auto whole = ask(rig, with_holiday());
  ASSERT_EQ(whole.lines.size(), 12U);
  ASSERT_EQ(whole.payouts.size(), 6U);
  EXPECT_FALSE(whole.truncated());

  const auto first = ask(rig, with_holiday(), {.count_max = 5});
  std::vector<MovedLine> lines = first.lines;
  for (auto place = first.next_lines; place;) {
    const auto page = ask(rig, with_holiday(), {.count_max = 5, .after = place});
    lines.insert(lines.end(), page.lines.begin(), page.lines.end());
    EXPECT_TRUE(page.payouts.empty()) << "one list a page";
    EXPECT_EQ(page.lines_total, 12U);
    place = page.next_lines;
  }
  ASSERT_EQ(lines.size(), 12U);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i].key, whole.lines[i].key) << i;
  ASSERT_TRUE(first.next_payouts);
  const auto rest = ask(rig, with_holiday(), {.count_max = 5, .after = first.next_payouts});
  ASSERT_EQ(rest.payouts.size(), 1U);
  EXPECT_EQ(rest.payouts[0].merchant, whole.payouts[5].merchant);
  EXPECT_EQ(rest.payouts[0].net, whole.payouts[5].net);
  EXPECT_FALSE(rest.truncated());
}

TEST(WhatIf, pages_cut_out_of_a_kept_answer_are_those_computed_anew) {
  MoneyRig rig;
  for (int shop = 0; shop < 3; ++shop) {
    const auto merchant = rig.shop();
    for (int i = 0; i < 4; ++i) rig.sell(merchant, 10'000 + i, kWhatIfDay);
  }
  rig.must_run(kWhatIfDay);
  const auto whole = ask(rig, with_holiday());
  const auto keys = [](const WhatIf& page) {
    std::vector<LineKey> out;
    for (const auto& line : page.lines) out.push_back(line.key);
    return out;
  };
  const auto place_of = [](const std::optional<MovedPlace>& place) {
    return place ? std::tuple(place->list, place->count, place->hash) : std::tuple(MovedList(), 0UL, 0UL);
  };
  for (const std::size_t limit : {1U, 5U, 11U, 12U, 13U}) {
    std::vector<std::optional<MovedPlace>> places{std::nullopt};
    for (std::size_t i = 0; i < places.size(); ++i) {
      const WhatIfAsked asked{.count_max = limit, .after = places[i]};
      const auto anew = ask(rig, with_holiday(), asked);
      const auto cut = page_of(whole, asked);
      ASSERT_TRUE(cut) << limit << ", page " << i;
      EXPECT_EQ(keys(*cut), keys(anew));
      EXPECT_EQ(cut->payouts.size(), anew.payouts.size());
      EXPECT_EQ(cut->lines_total, anew.lines_total);
      EXPECT_EQ(cut->fee_delta, anew.fee_delta);
      for (const auto member : {&WhatIf::next_lines, &WhatIf::next_payouts, &WhatIf::next_failures}) {
        EXPECT_EQ(place_of((*cut).*member), place_of(anew.*member)) << limit << ", page " << i;
        if (anew.*member) places.push_back(anew.*member);
      }
    }
  }
  // What is kept of an answer that is larger: pages within it, and nothing that would end too early.
  const auto part = ask(rig, with_holiday(), {.count_max = 5});
  EXPECT_TRUE(page_of(part, {.count_max = 2}));
  EXPECT_FALSE(page_of(part, {.count_max = 5})) << "nobody knows where it goes on";
  auto elsewhere = page_of(whole, {.count_max = 5})->next_lines;
  elsewhere->hash += 1;
  EXPECT_FALSE(page_of(whole, {.count_max = 5, .after = elsewhere}));
}

TEST(WhatIf, a_further_page_goes_on_only_where_the_same_stands_before_it) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  for (int i = 0; i < 4; ++i) rig.sell(merchant, 10'000 + i, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto first = ask(rig, with_holiday(), {.count_max = 2});
  ASSERT_TRUE(first.next_lines);

  rig.sell(merchant, 7'000, day("2026-11-19"));  // comes behind what was read
  const auto second = ask(rig, with_holiday(), {.count_max = 2, .after = first.next_lines});
  EXPECT_EQ(second.lines.size(), 2U);
  EXPECT_EQ(second.lines_total, 5U);

  PayoutOptions options;
  options.date = kFriday;
  options.owner = rig.owner();
  ASSERT_TRUE(run_payouts(rig.ports(), options));
  const auto moved_on =
      what_if(rig.snapshot(), rig.ports(), with_holiday(), {.count_max = 2, .after = first.next_lines});
  ASSERT_FALSE(moved_on);
  EXPECT_EQ(moved_on.error().kind, ErrorKind::conflict);
}

TEST(WhatIf, lines_in_a_payout_stay_where_they_are) {
  MoneyRig rig;
  rig.sell(rig.shop(), 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  PayoutOptions options;
  options.date = kFriday;
  options.owner = rig.owner();
  ASSERT_TRUE(run_payouts(rig.ports(), options));

  EXPECT_EQ(ask(rig, with_holiday()).lines_total, 0U);
}

TEST(WhatIf, of_a_contract_lists_what_the_next_run_then_charges) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto open = rig.sell(merchant, 10'000, kWhatIfDay);
  const auto cancel = rig.cancel(open, 4'000, kWhatIfDay);
  rig.sell(rig.shop(), 10'000, kWhatIfDay);
  auto contract = MoneyRig::contract(merchant, 10'000);
  contract.version = 2;

  const auto asked = ask(rig, contract);
  rig.approve(contract);
  rig.must_run(kWhatIfDay);

  ASSERT_EQ(asked.lines.size(), 2U);
  EXPECT_EQ(asked.lines[0].from.fee, 275);
  EXPECT_EQ(asked.lines[0].to.fee, rig.line(MoneyRig::line_of(open)).fee);
  EXPECT_EQ(asked.lines[1].to.fee, rig.line(cancel).fee);
  EXPECT_EQ(asked.fee_delta.at(Currency()), -(275 - 110) + (110 - 44));
}

// Found by review: an approval that couldn't be adjusted wasn't so much as counted.
TEST(WhatIf, what_the_change_could_not_do_is_counted_and_listed_with_its_reason) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto settled = rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto open = rig.sell(merchant, 20'000, kWhatIfDay);
  auto contract = MoneyRig::contract(merchant);
  contract.version = 2;
  contract.fees.rules.front().applies.issuer = "99";  // no rate for cards any more

  const auto asked = ask(rig, contract);
  EXPECT_EQ(asked.failures_total, 2U);
  ASSERT_EQ(asked.failures.size(), 2U);
  EXPECT_EQ(asked.failures[0].key, MoneyRig::line_of(settled));
  EXPECT_EQ(asked.failures[0].by, MovedBy::adjustment);
  EXPECT_EQ(asked.failures[0].why.substr(0, 7), "NO_RATE") << asked.failures[0].why;
  EXPECT_EQ(asked.failures[1].key, MoneyRig::line_of(open));
  EXPECT_EQ(asked.failures[1].by, MovedBy::next_run);
  EXPECT_EQ(asked.failures[1].why.substr(0, 7), "NO_RATE") << asked.failures[1].why;
  EXPECT_EQ(asked.merchants_total, 1U);
  ASSERT_EQ(asked.lines.size(), 1U) << "the open one, as before";
  EXPECT_TRUE(asked.lines[0].to.fails);
}

TEST(WhatIf, of_a_calendar_that_ends_too_early_says_which_lines_it_cannot_date) {
  MoneyRig rig;
  rig.sell(rig.shop(), 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  auto shorter = MoneyRig::calendar(2);
  shorter.until = kFriday;
  const auto asked = ask(rig, shorter);
  EXPECT_EQ(asked.lines_total, 0U);
  ASSERT_EQ(asked.failures_total, 1U);
  EXPECT_EQ(asked.failures[0].by, MovedBy::redating);
  EXPECT_NE(asked.failures[0].why.find("2026-11-20"), std::string::npos) << asked.failures[0].why;
}

TEST(WhatIf, of_a_hold_that_is_lifted_lists_what_it_would_let_go) {
  MoneyRig rig;
  const auto merchant = rig.shop(0);
  rig.sell(merchant, 1'000, kWhatIfDay);       // Friday, today
  rig.sell(merchant, 500, day("2026-11-19"));  // Monday
  rig.must_run(kWhatIfDay);
  rig.must_run(day("2026-11-19"));
  const settlement::Hold lifted{merchant, false, kMonday, "paid the fine"};
  EXPECT_EQ(ask(rig, lifted).payouts_total, 0U) << "nothing is held";

  rig.approve(settlement::Hold{merchant, true, kWhatIfDay, "court order"});
  const auto asked = ask(rig, lifted);
  ASSERT_EQ(asked.payouts.size(), 1U);
  EXPECT_EQ(asked.payouts[0].from, BusinessDate{});
  EXPECT_EQ(asked.payouts[0].to, kMonday);
  EXPECT_EQ(asked.payouts[0].net, 1'500);
  EXPECT_EQ(ask(rig, settlement::Hold{merchant, false, kFriday, ""}).payouts_total, 2U);
  EXPECT_EQ(ask(rig, settlement::Hold{merchant, true, kFriday, "again"}).payouts_total, 0U)
      << "it is held already";
}

TEST(WhatIf, of_a_hold_lists_payouts_that_stand_in_no_file_yet) {
  MoneyRig rig;
  const auto merchant = rig.shop(0);
  rig.sell(merchant, 1'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  PayoutOptions options;
  options.date = kFriday;
  options.owner = rig.owner();
  ASSERT_TRUE(run_payouts(rig.ports(), options));
  const auto asked = ask(rig, settlement::Hold{merchant, true, kFriday, "why"});
  ASSERT_EQ(asked.payouts.size(), 1U);
  EXPECT_TRUE(asked.payouts[0].payout);
  EXPECT_EQ(asked.payouts[0].net, 1'000);
  EXPECT_EQ(asked.payouts[0].from, kFriday);
  EXPECT_EQ(asked.payouts[0].to, BusinessDate{});
}

TEST(WhatIf, of_a_hold_says_what_would_wait) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);

  const auto asked = ask(rig, settlement::Hold{merchant, true, kWhatIfDay, "why"});

  ASSERT_EQ(asked.payouts.size(), 1U);
  EXPECT_EQ(asked.payouts[0].net, 10'000 - 275);
  EXPECT_EQ(asked.payouts[0].to, BusinessDate{});
}

TEST(Redate, killed_at_any_append_and_done_again_every_line_has_its_new_day) {
  for (std::uint64_t n = 0; n <= 3; ++n) {
    MoneyRig rig;
    for (int i = 0; i < 3; ++i) rig.sell(rig.shop(), 10'000, kWhatIfDay);
    rig.must_run(kWhatIfDay);
    rig.approve(with_holiday());
    rig.sink.fail_after(n);
    EXPECT_EQ(redated(rig).has_value(), n == 3);
    rig.sink.heal();
    const auto rest = redated(rig);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->lines, 3 - n);
    for (const auto& [key, date] : payout_dates(rig, kWhatIfDay)) EXPECT_EQ(date, kMonday);
  }
}

TEST(Redate, a_dry_run_counts_and_writes_nothing) {
  MoneyRig rig;
  rig.sell(rig.shop(), 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  rig.approve(with_holiday());
  const auto events = rig.events();
  EXPECT_EQ(redated(rig, /*dry_run=*/true)->lines, 1U);
  EXPECT_EQ(rig.events(), events);
  EXPECT_EQ(redate(rig.ports(), {"US", rig.owner(), false}).error().kind, ErrorKind::not_found);
}

// ---- Retier ----

settlement::Contract classified(MerchantId merchant) {
  auto contract = MoneyRig::contract(merchant);
  contract.version = 2;
  contract.tier = settlement::MerchantTier::small;
  settlement::FeeRule by_tier;
  by_tier.name = "tier";
  by_tier.kind = settlement::RuleKind::preferential_rate;
  by_tier.by_tier.push_back({settlement::MerchantTier::small, CardType::unknown, 4'000});
  contract.fees.rules.push_back(by_tier);
  return contract;
}
Result<RetierReport> adjust(MoneyRig& rig, const settlement::Contract& contract, BusinessDate date,
                            bool dry_run = false) {
  RetierOptions options;
  options.contracts = {contract};
  options.date = date;
  options.owner = rig.owner();
  options.dry_run = dry_run;
  return retier(rig.ports(), options);
}
std::int64_t fee_of(MoneyRig& rig, PaymentId payment) {
  std::int64_t sum = 0;
  const auto lines = rig.reader().lines_of_payment(payment);
  if (!lines) return -1;
  for (const auto& line : *lines) sum += line.fee;
  return sum;
}

TEST(Retier, brings_what_stands_to_the_fee_of_the_new_contract) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto plain = rig.sell(merchant, 10'000, kWhatIfDay);
  const auto half = rig.sell(merchant, 10'000, kWhatIfDay);
  rig.cancel(half, 5'000, kWhatIfDay);
  const auto gone = rig.sell(merchant, 10'000, kWhatIfDay);
  rig.cancel(gone, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto contract = classified(merchant);
  rig.approve(contract);
  const auto events = rig.events();

  const auto preview = adjust(rig, contract, kFriday, /*dry_run=*/true);
  EXPECT_EQ(rig.events(), events);
  const auto report = adjust(rig, contract, kFriday);

  ASSERT_TRUE(preview && report) << report.error().message;
  EXPECT_EQ(preview->lines, report->lines);
  EXPECT_EQ(preview->fee_delta, report->fee_delta);
  EXPECT_EQ(report->merchants, 1U);
  EXPECT_EQ(report->first, kWhatIfDay);
  EXPECT_EQ(report->last, kWhatIfDay);
  EXPECT_EQ(report->failed, 0U) << report->first_failure;
  EXPECT_EQ(fee_of(rig, plain), 44);
  EXPECT_EQ(fee_of(rig, half), 22);
  EXPECT_EQ(fee_of(rig, gone), 0);
  EXPECT_EQ(report->fee_delta.at(Currency()), 44 - 275 + (22 - 137));
  EXPECT_EQ(adjust(rig, contract, kFriday)->lines, 0U) << "adjusted twice";
}

// Found by audit: they stood in the totals, and in no run of the list.
TEST(Retier, a_day_that_never_ran_is_listed_when_adjustments_stand_under_it) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto contract = classified(merchant);
  rig.approve(contract);
  const auto never_ran = day("2026-11-19");
  ASSERT_FALSE(rig.reader().run(never_ran).value());
  ASSERT_TRUE(adjust(rig, contract, never_ran));

  const auto one = rig.reader().run(never_ran);
  const auto all = rig.reader().runs(day("2026-11-01"), day("2026-12-01"));

  ASSERT_TRUE(one && *one);
  EXPECT_FALSE((*one)->started);
  ASSERT_EQ((*one)->totals.size(), 1U);
  EXPECT_EQ((*one)->totals[0].lines, rig.lines(never_ran).size());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).date, kWhatIfDay);
  EXPECT_EQ(all->at(1).date, never_ran);
  EXPECT_EQ(all->at(1).totals, (*one)->totals);
  std::int64_t net = 0;
  std::int64_t in_runs = 0;
  MoneyRig::must(
      rig.reader().line_totals(day("2026-11-01"), day("2026-12-01"),
                               [&](BusinessDate, const settlement::RunTotals& row) -> Result<bool> {
                                 net += row.net;
                                 return true;
                               }));
  for (const auto& run : *all) {
    for (const auto& row : run.totals) in_runs += row.net;
  }
  EXPECT_EQ(in_runs, net);
  EXPECT_EQ(rig.reader().runs(never_ran, day("2026-11-20"))->size(), 1U);
  EXPECT_TRUE(rig.reader().runs(day("2026-11-20"), day("2026-12-01"))->empty());

  const auto ran = rig.must_run(never_ran);
  EXPECT_EQ(ran.started.attempt, 1U);
  EXPECT_FALSE(ran.started.resumed);
  EXPECT_EQ(rig.reader().runs(day("2026-11-01"), day("2026-12-01"))->size(), 2U);
}

TEST(Retier, the_adjustment_of_a_cancel_counts_from_the_cancels_own_day) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto payment = rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto cancel_day = day("2026-11-19");
  const auto cancel = rig.cancel(payment, 5'000, cancel_day);
  rig.must_run(cancel_day);
  const auto contract = classified(merchant);
  rig.approve(contract);
  ASSERT_TRUE(adjust(rig, contract, kFriday));

  const auto lines = rig.lines(kFriday);
  ASSERT_EQ(lines.size(), 2U);
  for (const auto& line : lines) {
    EXPECT_EQ(line.basis, line.key.version == cancel.version ? cancel_day : kWhatIfDay);
    EXPECT_EQ(line.payout_date, day("2026-11-24")) << "of the run's day, as what is late";
  }
}

TEST(Retier, a_cancel_after_it_gives_back_the_new_fee) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto payment = rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto contract = classified(merchant);
  rig.approve(contract);
  ASSERT_TRUE(adjust(rig, contract, day("2026-11-19")));
  rig.cancel(payment, 10'000, day("2026-11-19"));
  const auto report = rig.must_run(day("2026-11-19"));

  EXPECT_EQ(report.ended.outcome, "COMPLETED");
  EXPECT_EQ(fee_of(rig, payment), 0);
}

TEST(Retier, what_if_lists_the_same_adjustments) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.sell(merchant, 10'000, kWhatIfDay);
  rig.sell(merchant, 20'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto contract = classified(merchant);

  const auto asked = ask(rig, contract);
  rig.approve(contract);
  const auto report = adjust(rig, contract, kFriday);

  ASSERT_TRUE(report);
  EXPECT_EQ(asked.lines_total, report->lines);
  EXPECT_EQ(asked.fee_delta, report->fee_delta);
  for (const auto& moved : asked.lines) EXPECT_EQ(moved.to.fee - moved.from.fee, rig.line(moved.key).fee);
}

// Found by review: 400 of these took 301,347 bytes as an event, and every repeat the same.
TEST(Retier, chunks_fit_into_an_event_however_long_their_lines_are) {
  MoneyRig rig;
  const auto merchant = rig.add_merchant();
  rig.approve(MoneyRig::calendar());
  const auto with_fees = [&](const char* letter, std::int64_t rate) {
    auto contract = MoneyRig::contract(merchant);
    contract.fees.rules.clear();
    using settlement::RuleKind;
    for (const auto kind : {RuleKind::base_rate, RuleKind::fixed_fee, RuleKind::minimum,
                            RuleKind::installment, RuleKind::interest_free, RuleKind::point}) {
      settlement::FeeRule rule;
      rule.name = letter + std::string(61, 'n') + std::to_string(static_cast<int>(kind));
      rule.kind = kind;
      const bool is_amount = kind == RuleKind::fixed_fee || kind == RuleKind::minimum;
      (is_amount ? rule.amount : rule.rate_ppm) = rate;
      contract.fees.rules.push_back(rule);
    }
    return contract;
  };
  rig.approve(with_fees("a", 20'000));
  Sale sale;
  sale.at = noon_of(kWhatIfDay);
  sale.amount = 123'456'789;
  auto& card = std::get<CardDetail>(sale.method);
  card.installment_months = 6;
  card.interest_payer = InterestPayer::merchant;
  card.used_point = 5'000'000;
  for (int i = 0; i < 500; ++i) rig.sell(merchant, sale);
  ASSERT_EQ(rig.must_run(kWhatIfDay).ended.outcome, "COMPLETED");
  auto contract = with_fees("b", 10'000);
  contract.version = 2;
  rig.approve(contract);
  const auto report = adjust(rig, contract, kFriday);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 500U);
  EXPECT_EQ(rig.lines(kFriday).size(), 500U);
}

TEST(Retier, an_approval_with_too_many_returns_for_one_event_fails_by_name) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto many = rig.sell(merchant, 1'000'000, kWhatIfDay);
  for (int i = 0; i < 900; ++i) rig.cancel(many, 1'000, kWhatIfDay);
  const auto plain = rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto contract = classified(merchant);
  rig.approve(contract);
  const auto report = adjust(rig, contract, kFriday);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->failed, 1U);
  EXPECT_NE(report->first_failure.find(settlement::text_of(MoneyRig::line_of(many))), std::string::npos);
  EXPECT_NE(report->first_failure.find("TOO_LARGE"), std::string::npos);
  EXPECT_EQ(report->approvals, 1U);
  EXPECT_EQ(fee_of(rig, plain), 44);
}

TEST(Retier, a_calendar_that_ends_is_refused_before_anything_is_written) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto contract = classified(merchant);
  rig.approve(contract);
  const auto events = rig.events();
  RetierOptions options;
  options.contracts = {contract};
  options.date = day("2027-12-31");
  options.also_far_ahead = true;
  options.owner = rig.owner();
  const auto refused = retier(rig.ports(), options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("doesn't reach"), std::string::npos) << refused.error().message;
  EXPECT_EQ(rig.events(), events);
}

settlement::Canary canary_of(const char* name, std::int64_t rate_ppm) {
  settlement::Canary canary;
  canary.name = name;
  canary.candidate.rules.push_back(MoneyRig::rate(rate_ppm, "candidate"));
  return canary;
}

// Found by review: a merchant that had been moved over was charged the contract's fee after all.
TEST(Retier, leaves_the_terms_of_a_canary_to_a_merchant_that_was_moved_over) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  auto canary = canary_of("cheaper", 20'000);
  canary.promote_all = true;
  rig.approve(canary);
  const auto payment = rig.sell(merchant, 100'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  ASSERT_EQ(fee_of(rig, payment), 2'200);

  const auto contract = classified(merchant);
  rig.approve(contract);
  const auto report = adjust(rig, contract, kFriday);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 0U) << "the candidate knows no tiers";
  EXPECT_EQ(fee_of(rig, payment), 2'200);
  EXPECT_TRUE(ask(rig, contract).fee_delta.empty());
}

TEST(Retier, a_tier_that_the_canarys_terms_know_counts_under_them) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  auto canary = canary_of("tiers", 20'000);
  settlement::FeeRule by_tier;
  by_tier.name = "tier";
  by_tier.kind = settlement::RuleKind::preferential_rate;
  by_tier.by_tier.push_back({settlement::MerchantTier::small, CardType::unknown, 5'000});
  canary.candidate.rules.push_back(by_tier);
  canary.promote_all = true;
  rig.approve(canary);
  const auto payment = rig.sell(merchant, 100'000, kWhatIfDay);
  const auto second = rig.sell(merchant, 100'000, kWhatIfDay);
  rig.cancel(second, 40'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto contract = classified(merchant);
  rig.approve(contract);
  const auto report = adjust(rig, contract, kFriday);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(fee_of(rig, payment), 550) << "0.5 % of the candidate, not 0.4 % of the contract";
  EXPECT_EQ(fee_of(rig, second), 330);
  EXPECT_EQ(report->by_canary.at("tiers"), 2U);
  LineSource source(rig.log, rig.codec);
  for (const auto& line : rig.lines(kFriday)) {
    const auto explained = explain_line(rig.reader(), source, line.key);
    ASSERT_TRUE(explained && *explained);
    EXPECT_TRUE((*explained)->recomputed) << (*explained)->why_not_recomputed;
  }
  EXPECT_EQ(adjust(rig, contract, kFriday)->lines, 0U);
}

TEST(Retier, what_both_gave_alike_is_the_contracts) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.approve(canary_of("same", 25'000));
  const auto payment = rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto contract = classified(merchant);
  rig.approve(contract);
  const auto report = adjust(rig, contract, kFriday);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->by_canary.empty());
  EXPECT_EQ(fee_of(rig, payment), 44);
}

TEST(WhatIf, of_a_hold_leaves_out_what_is_paid_before_it) {
  MoneyRig rig;
  const auto merchant = rig.shop(0);
  rig.sell(merchant, 1'000, kWhatIfDay);       // paid on Friday the 20th
  rig.sell(merchant, 500, day("2026-11-19"));  // paid on Monday the 23rd
  rig.must_run(kWhatIfDay);
  rig.must_run(day("2026-11-19"));
  const auto waiting = [&](const char* from) {
    const auto found = ask(rig, settlement::Hold{merchant, true, day(from), "court order"});
    int128 net = 0;
    for (const auto& payout : found.payouts) net += payout.net;
    return net;
  };
  EXPECT_EQ(waiting("2026-11-20"), 1'500);
  EXPECT_EQ(waiting("2026-11-01"), 1'500);
  EXPECT_EQ(waiting("2026-11-23"), 500);
  EXPECT_EQ(waiting("2026-11-24"), 0);
}

TEST(Retier, refuses_a_contract_that_is_not_approved) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.sell(merchant, 10'000, kWhatIfDay);
  rig.must_run(kWhatIfDay);
  const auto refused = adjust(rig, classified(merchant), kFriday);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
}

TEST(Retier, killed_at_any_append_and_done_again_it_ends_the_same) {
  for (std::uint64_t n = 0; n <= 2; ++n) {
    MoneyRig rig;
    const auto merchant = rig.shop();
    for (int i = 0; i < 500; ++i) rig.sell(merchant, 10'000, kWhatIfDay);  // two chunks of adjustments
    rig.must_run(kWhatIfDay);
    const auto contract = classified(merchant);
    rig.approve(contract);
    rig.sink.fail_after(n);
    EXPECT_EQ(adjust(rig, contract, kFriday).has_value(), n == 2);
    rig.sink.heal();
    ASSERT_TRUE(adjust(rig, contract, kFriday));
    std::int64_t fee = 0;
    for (const auto date : {kWhatIfDay, kFriday}) {
      for (const auto& line : rig.lines(date)) fee += line.fee;
    }
    EXPECT_EQ(fee, 500 * 44);
  }
}

}  // namespace
}  // namespace wonjang::money
