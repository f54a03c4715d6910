#include "engine/money/run.h"

#include <atomic>
#include <set>
#include <thread>

#include "engine/money/explain_line.h"
#include "engine/money/payout_run.h"
#include "engine/money/redate.h"
#include "engine/money/run_plan.h"
#include "engine/money/run_totals.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

using settlement::LineKind;

const BusinessDate kRunDay = day("2026-11-18");  // a Wednesday
const BusinessDate kNext = day("2026-11-19");

// 2.5 % rounded half up, then its tenth, as a person would.
std::int64_t fee_by_hand(std::int64_t amount, std::int64_t rate_ppm = 25'000) {
  const std::int64_t supply = (amount * rate_ppm + 500'000) / 1'000'000;
  return supply + (supply + 5) / 10;
}

// A day of several merchants with sales of many amounts; returns the expected fee by line.
std::map<LineKey, std::int64_t> busy_day(MoneyRig& rig, std::uint32_t merchants, std::uint32_t sales) {
  std::map<LineKey, std::int64_t> expected;
  for (std::uint32_t m = 0; m < merchants; ++m) {
    const auto merchant = rig.shop();
    for (std::uint32_t i = 0; i < sales; ++i) {
      const std::int64_t amount = 1'000 + 37 * i + 1'111 * m;
      const auto payment = rig.sell(merchant, amount, kRunDay);
      expected[MoneyRig::line_of(payment)] = fee_by_hand(amount);
    }
  }
  return expected;
}

TEST(SettlementRun, a_day_is_settled_line_by_line_as_by_hand) {
  for (const std::uint32_t workers : {0U, 1U, 2U}) {
    MoneyRig rig;
    const auto expected = busy_day(rig, 5, 60);

    const auto report = rig.must_run(kRunDay, workers);

    EXPECT_EQ(report.ended.outcome, "COMPLETED");
    EXPECT_EQ(report.started.items, expected.size());
    std::map<LineKey, std::int64_t> settled;
    std::int64_t gross = 0;
    for (const auto& line : rig.lines(kRunDay)) {
      EXPECT_EQ(line.basis, kRunDay);
      EXPECT_EQ(line.payout_date, day("2026-11-20"));
      EXPECT_EQ(line.net, line.gross - line.fee);
      settled[line.key] = line.fee;
      gross += line.gross;
    }
    EXPECT_EQ(settled, expected);
    EXPECT_EQ(rig.open_items(), 0U);
    ASSERT_EQ(report.ended.after.size(), 1U);
    EXPECT_EQ(report.ended.after[0].lines, expected.size());
    EXPECT_EQ(report.ended.after[0].gross, gross);
  }
}

TEST(SettlementRun, a_merchant_with_more_than_a_chunk_is_settled_whole) {
  MoneyRig rig(2);
  const auto expected = busy_day(rig, 2, 900);

  rig.must_run(kRunDay, 2);

  EXPECT_EQ(rig.lines(kRunDay).size(), expected.size());
  EXPECT_GE(rig.reader().next_chunk(0, kRunDay).value(), 3U);
}

TEST(SettlementRun, a_line_explains_itself_from_the_log) {
  MoneyRig rig;
  const auto payment = rig.sell(rig.shop(), 50'000, kRunDay);
  rig.must_run(kRunDay);

  LineSource source(rig.log, rig.codec);
  const auto explained = explain_line(rig.reader(), source, MoneyRig::line_of(payment));

  ASSERT_TRUE(explained && *explained);
  EXPECT_TRUE((*explained)->recomputed) << (*explained)->why_not_recomputed;
  EXPECT_EQ((*explained)->whole.contract().fees.rules.at(0).rate_ppm, 25'000);
  EXPECT_EQ((*explained)->whole.line().fee, 1'375);
  EXPECT_GE((*explained)->steps.size(), 3U);
  EXPECT_FALSE(*explain_line(rig.reader(), source, {payment, 9, 0}));
}

// Found by review: basis and payout date were taken over, so a wrong day counted as the same.
TEST(SettlementRun, a_line_with_a_day_that_its_calendar_does_not_give_says_so) {
  MoneyRig good;
  const auto payment = good.sell(good.shop(), 50'000, kRunDay);
  good.must_run(kRunDay);
  LineSource source(good.log, good.codec);
  const auto whole = source.line(good.line(MoneyRig::line_of(payment)));
  ASSERT_TRUE(whole) << whole.error().message;
  const auto explain_with = [&](const auto& change) {
    MoneyRig rig;  // the same world, whose line is written by hand
    const auto same = rig.sell(rig.shop(), 50'000, kRunDay);
    EXPECT_EQ(same, payment);
    auto chunk = whole->chunk();
    change(chunk.lines.at(0));
    rig.must(rig.put(whole->event().stream, 0, whole->event().merchant, {}, rig.owner().actor, {}, {chunk}));
    LineSource from(rig.log, rig.codec);
    auto explained = explain_line(rig.reader(), from, MoneyRig::line_of(payment));
    EXPECT_TRUE(explained && *explained);
    return (*explained)->why_not_recomputed;
  };
  EXPECT_EQ(explain_with([](auto&) {}), "");
  EXPECT_EQ(explain_with([](auto& line) { ++line.payout_date.days; }),
            "calendar KR version 1 gives the payout day 2026-11-20, the line says 2026-11-21");
  EXPECT_NE(explain_with([](auto& line) { --line.basis.days; }).find("its basis date would be 2026-11-18"),
            std::string::npos);
}

// A line says which calculator made it; years later the one of today is asked what it makes of the snapshot.
TEST(SettlementRun, a_line_of_an_older_calculator_stands_as_it_was_and_names_what_differs_now) {
  MoneyRig today;
  const auto payment = today.sell(today.shop(), 50'000, kRunDay);
  today.must_run(kRunDay);
  LineSource source(today.log, today.codec);
  const auto whole = source.line(today.line(MoneyRig::line_of(payment)));
  ASSERT_TRUE(whole) << whole.error().message;
  ASSERT_NE(settlement::kCalculator, "1");
  const auto explained_with = [&](std::int64_t fee_less) {
    MoneyRig rig;  // the same world, whose line was written by calculator 1
    EXPECT_EQ(rig.sell(rig.shop(), 50'000, kRunDay), payment);
    auto chunk = whole->chunk();
    chunk.calculator = "1";
    auto& line = chunk.lines.at(0);
    line.fees.at(0).amount -= fee_less;
    line.fee -= fee_less;
    line.fee_supply -= fee_less;
    line.net += fee_less;
    rig.must(rig.put(whole->event().stream, 0, whole->event().merchant, {}, rig.owner().actor, {}, {chunk}));
    LineSource from(rig.log, rig.codec);
    auto explained = explain_line(rig.reader(), from, MoneyRig::line_of(payment));
    EXPECT_TRUE(explained && *explained);
    return **std::move(explained);
  };

  const auto alike = explained_with(0);
  EXPECT_EQ(alike.whole.chunk().calculator, "1");
  EXPECT_TRUE(alike.recomputed) << alike.why_not_recomputed;

  const auto other = explained_with(1);
  EXPECT_FALSE(other.recomputed);
  EXPECT_EQ(other.why_not_recomputed, "calculator " + std::string(settlement::kCalculator) +
                                          " gives something else from this snapshot than calculator 1");
  EXPECT_EQ(other.whole.line().fee, 1'374) << "what was settled stands";
  EXPECT_EQ(other.now.net, 50'000 - 1'374);
}

TEST(SettlementRun, an_explanation_leads_from_the_basis_date_to_the_payout_day) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto payment = rig.sell(merchant, 50'000, day("2026-11-19"));
  rig.must_run(day("2026-11-19"));
  LineSource source(rig.log, rig.codec);
  const auto told = [&] {
    const auto explained = explain_line(rig.reader(), source, MoneyRig::line_of(payment));
    EXPECT_TRUE((*explained)->recomputed) << (*explained)->why_not_recomputed;
    std::string out;
    for (const auto& step : (*explained)->steps) {
      if (step.date) out += step.rule + " " + to_text(*step.date) + ": " + step.formula + "\n";
    }
    return out;
  };
  const std::string dated =
      "basis 2026-11-19: the day of the movement\n"
      "lag 2026-11-23: 2026-11-19 + 2 business days = 2026-11-23; closed: 2026-11-21 Saturday, 2026-11-22 "
      "Sunday\n"
      "payout date 2026-11-23: basis 2026-11-19, calendar KR version 1; due 2026-11-23\n";
  EXPECT_EQ(told(), dated);
  rig.approve(MoneyRig::calendar(2, {{day("2026-11-23"), settlement::DayKind::temporary, "declared"}}));
  ASSERT_TRUE(redate(rig.ports(), {"KR", rig.owner(), false}));
  EXPECT_EQ(told(), dated +
                        "payout date 2026-11-24: calendar KR version 2 moved it from 2026-11-23 to "
                        "2026-11-24\n");
}

// The meter's clocks run on by themselves: every stage that did something has used some of them.
TEST(SettlementRun, a_run_tells_what_its_stages_took_and_how_much_memory_it_saw) {
  for (const std::uint32_t workers : {0U, 2U}) {
    MoneyRig rig;
    const auto shop = rig.shop();
    for (int i = 0; i < 30; ++i) rig.sell(shop, 10'000 + i, day("2026-11-19"));
    std::atomic<std::int64_t> cpu = 0;
    std::atomic<std::uint64_t> memory = 1'000;
    auto options = rig.run_options(day("2026-11-19"));
    options.workers = workers;
    options.meter = {[&] { return cpu += 10; }, [&] { return cpu += 10; },
                     [&]() -> std::uint64_t { return memory.exchange(500); }};
    const auto report = run_settlement(rig.ports(), options);
    ASSERT_TRUE(report) << report.error().message;
    const auto& ended = report->ended;
    std::vector<std::string> stages;
    std::vector<std::uint64_t> rows;
    for (const auto& stage : ended.profile) {
      stages.push_back(stage.stage);
      rows.push_back(stage.rows);
      EXPECT_GT(stage.cpu_us, 0) << stage.stage << ", " << workers << " workers";
      EXPECT_GE(stage.us, 0) << stage.stage;
      EXPECT_GE(stage.waited_us, 0) << stage.stage;
    }
    EXPECT_EQ(stages, (std::vector<std::string>{"prepare", "read", "compute", "append", "project"}));
    EXPECT_EQ(rows, (std::vector<std::uint64_t>{30, 30, 30, 30, 30}));
    EXPECT_GT(ended.cpu_us, 0);
    EXPECT_EQ(ended.memory_peak_bytes, 1'000U) << "the most, not the last";
  }
}

TEST(SettlementRun, of_two_started_at_once_exactly_one_runs) {
  // Two processes that read the same state: the second one's lease meets a stream that moved.
  MoneyRig rig;
  busy_day(rig, 2, 10);
  JobGate other_gate;
  auto first = rig.run_options(kRunDay);
  auto second = rig.run_options(kRunDay);
  second.owner.holder = "process-2";
  std::optional<Result<RunReport>> inner;
  bool once = false;
  first.progress = [&](const RunProgress& progress) {
    if (progress.stage != "count" || std::exchange(once, true)) return;
    auto ports = rig.ports();
    const MoneyPorts others{ports.now,   ports.sink,   ports.log,  ports.codec,
                            ports.clock, ports.digest, other_gate, ports.number_of};
    inner = run_settlement(others, second);
  };
  const auto outer = run_settlement(rig.ports(), first);

  ASSERT_TRUE(inner && *inner) << inner->error().message;
  ASSERT_FALSE(outer);
  EXPECT_EQ(outer.error().kind, ErrorKind::conflict);
  EXPECT_EQ(rig.lines(kRunDay).size(), 20U);
}

TEST(SettlementRun, two_threads_start_and_one_is_refused_by_the_gate) {
  MoneyRig rig;
  busy_day(rig, 2, 10);
  auto options = rig.run_options(kRunDay);
  std::optional<Result<RunReport>> second;
  options.progress = [&](const RunProgress& progress) {
    if (progress.stage == "prove") std::thread([&] { second = rig.run(kRunDay); }).join();
  };
  ASSERT_TRUE(run_settlement(rig.ports(), options));

  ASSERT_TRUE(second && !*second);
  EXPECT_EQ(second->error().kind, ErrorKind::conflict);
  EXPECT_NE(second->error().message.find("a run for 2026-11-18 is under way since"), std::string::npos);
  EXPECT_TRUE(rig.run(kRunDay)) << "the gate stayed shut";
}

TEST(SettlementRun, a_run_of_a_dead_process_is_resumed_and_one_of_this_process_is_not) {
  MoneyRig rig;
  busy_day(rig, 1, 5);
  settlement::RunStarted started;
  started.date = kRunDay;
  started.attempt = 1;
  started.holder = "process-dead";
  MoneyRig::must(rig.put(*settlement::run_stream(kRunDay), 0, {}, {}, MoneyRig::admin(), {}, {started}));

  rig.holder = "process-dead";
  const auto refused = rig.run(kRunDay);
  rig.holder = "process-1";
  const auto report = rig.must_run(kRunDay);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(report.started.resumed);
  EXPECT_EQ(report.started.attempt, 2U);
  EXPECT_EQ(rig.lines(kRunDay).size(), 5U);
}

TEST(SettlementRun, a_poisoned_item_fails_alone_and_a_rerun_settles_only_it) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  for (int i = 0; i < 10; ++i) rig.sell(merchant, 10'000 + i, kRunDay);
  const auto stranger = rig.add_merchant();  // without a contract
  const auto poisoned = rig.sell(stranger, 7'000, kRunDay);

  const auto first = rig.must_run(kRunDay);
  const auto before = rig.lines(kRunDay);
  const auto open = rig.reader().open_item(MoneyRig::line_of(poisoned));
  rig.approve(MoneyRig::contract(stranger));
  const auto second = rig.must_run(kRunDay);

  EXPECT_EQ(first.ended.outcome, "COMPLETED_WITH_FAILURES");
  EXPECT_EQ(before.size(), 10U);
  EXPECT_EQ(first.reasons.at("NO_CONTRACT").count, 1U);
  ASSERT_TRUE(open && *open);
  EXPECT_EQ((*open)->failed, "NO_CONTRACT");
  EXPECT_EQ(second.ended.outcome, "COMPLETED");
  EXPECT_EQ(second.items, 1U);
  ASSERT_EQ(second.ended.added.size(), 1U);
  EXPECT_EQ(second.ended.added[0].lines, 1U);
  EXPECT_EQ(second.ended.before[0].lines + 1, second.ended.after[0].lines);
  EXPECT_EQ(second.ended.after[0].failed, 0U);
  EXPECT_EQ(rig.line(MoneyRig::line_of(poisoned)).fee, fee_by_hand(7'000));
  // The hash is over lines that stood before: of nothing in the first run, of ten in the second.
  EXPECT_EQ(first.ended.untouched_hash.size(), 64U);
  EXPECT_NE(first.ended.untouched_hash, second.ended.untouched_hash);
  const auto third = rig.must_run(kRunDay);
  EXPECT_EQ(third.items, 0U);
  EXPECT_EQ(third.ended.before, third.ended.after);
}

TEST(SettlementRun, a_failure_that_stands_is_not_written_again) {
  MoneyRig rig;
  rig.shop();
  rig.sell(rig.add_merchant(), 7'000, kRunDay);
  rig.must_run(kRunDay);
  const auto events = rig.events();

  const auto again = rig.must_run(kRunDay);

  EXPECT_EQ(again.ended.outcome, "COMPLETED_WITH_FAILURES");
  EXPECT_EQ(rig.events(), events + 2) << "more than the start and the end";
  EXPECT_EQ(rig.reader().run(kRunDay).value()->failed, 1U);
}

// Found by a first user: the failed items of two days were told as one day's, and moved when another run
// refused them for another reason.
TEST(SettlementRun, what_a_later_days_run_refuses_too_stays_with_the_day_that_refused_it_first) {
  MoneyRig rig;
  rig.shop();
  const auto stranger = rig.add_merchant();
  const auto old = rig.sell(stranger, 7'000, kRunDay);
  rig.must_run(kRunDay);
  rig.sell(stranger, 8'000, kNext);
  auto wrong = MoneyRig::contract(stranger);
  wrong.calendar = "NOWHERE";
  rig.approve(wrong);

  const auto next = rig.must_run(kNext);

  EXPECT_EQ(rig.reader().failure(MoneyRig::line_of(old)).value()->code, "NO_CALENDAR");
  EXPECT_EQ(next.items, 2U);
  EXPECT_EQ(next.late, 1U);
  EXPECT_EQ(next.ended.added.at(0).failed, 2U) << "what it refused";
  EXPECT_EQ(next.ended.after.at(0).failed, 1U) << "what stands under it";
  EXPECT_EQ(rig.reader().run(kRunDay).value()->failed, 1U);
  EXPECT_EQ(rig.reader().run(kNext).value()->failed, 1U);
  rig.approve(MoneyRig::contract(stranger));
  rig.must_run(kNext);
  EXPECT_EQ(rig.reader().run(kRunDay).value()->failed, 0U) << "mended by the other day's run";
  EXPECT_EQ(rig.reader().run(kNext).value()->failed, 0U);
}

// Found by a first user: what waited for another run was counted.
TEST(SettlementRun, progress_counts_what_the_plan_counts) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  for (int i = 0; i < 3; ++i) rig.sell(merchant, 1'000, kRunDay);
  for (int i = 0; i < 5; ++i) rig.sell(merchant, 2'000, kNext);
  RunProgress last;

  const auto plan = plan_run(rig.snapshot(), rig.clock, {kNext});
  RunOptions options;
  options.date = kNext;
  options.owner = rig.owner();
  options.progress = [&](const RunProgress& progress) { last = progress; };
  ASSERT_TRUE(run_settlement(rig.ports(), options));

  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->items, 5U);
  EXPECT_EQ(plan->waiting, 3U);
  EXPECT_EQ(last.stage, "prove");
  EXPECT_EQ(last.total, 5U);
  EXPECT_EQ(last.done, 5U);
}

// Found by a first user: thousands of items stood under the text of the first one.
TEST(SettlementRun, a_plan_tells_problems_by_merchant_and_those_of_many_as_a_number) {
  MoneyRig rig;
  rig.shop();
  const auto most = rig.add_merchant();
  for (int i = 0; i < 3; ++i) rig.sell(most, 7'000, kRunDay);
  for (std::size_t i = 0; i < kProblemMerchantsMax + 1; ++i) rig.sell(rig.add_merchant(), 7'000, kRunDay);

  const auto plan = plan_run(rig.snapshot(), rig.clock, {kRunDay});

  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->problems.size(), kProblemMerchantsMax + 1);
  EXPECT_EQ(plan->problems[0].merchant, most);
  EXPECT_EQ(plan->problems[0].count, 3U);
  EXPECT_TRUE(
      plan->problems[0].detail.starts_with("3 items of 2026-11-18, the first: no contract of " + most.text()))
      << plan->problems[0].detail;
  EXPECT_EQ(plan->problems[1].count, 1U);
  EXPECT_NE(plan->problems[1].merchant, most);
  std::uint64_t others = 0;
  for (const auto& one : plan->problems) {
    if (!one.merchant.is_zero()) continue;
    others += one.count;
    EXPECT_TRUE(one.detail.starts_with("and 2 more merchants")) << one.detail;
  }
  EXPECT_EQ(others, 2U);
}

TEST(SettlementRun, what_comes_after_its_days_run_is_late_and_dated_by_the_run) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.sell(merchant, 1'000, kRunDay);
  rig.must_run(kRunDay);
  const auto late = rig.sell(merchant, 2'000, kRunDay);
  rig.sell(merchant, 3'000, kNext);

  const auto report = rig.must_run(kNext);

  EXPECT_EQ(report.items, 2U);
  EXPECT_EQ(report.late, 1U);
  const auto line = rig.line(MoneyRig::line_of(late));
  EXPECT_EQ(line.basis, kRunDay);
  EXPECT_EQ(line.run, kNext);
  EXPECT_EQ(line.payout_date, day("2026-11-23"));
}

TEST(SettlementRun, a_day_that_never_ran_keeps_its_items) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto earlier = rig.sell(merchant, 1'000, kRunDay);
  rig.sell(merchant, 2'000, kNext);

  const auto plan = plan_run(rig.snapshot(), rig.clock, {kNext});
  rig.must_run(kNext);

  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->waiting, 1U);
  EXPECT_EQ(plan->problems.at(0).code, "EARLIER_DATE_NEVER_RAN");
  EXPECT_FALSE(*rig.reader().line(MoneyRig::line_of(earlier)));
  EXPECT_EQ(rig.must_run(kRunDay).items, 1U);
  EXPECT_EQ(rig.line(MoneyRig::line_of(earlier)).basis, kRunDay);
}

TEST(SettlementRun, cancels_of_the_same_and_of_later_days_mirror_their_approval) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto same_day = rig.sell(merchant, 10'000, kRunDay);
  const auto full = rig.cancel(same_day, 10'000, kRunDay);
  const auto later = rig.sell(merchant, 9'999, kRunDay);
  rig.must_run(kRunDay);
  rig.approve(MoneyRig::contract(merchant, 90'000));  // what holds today doesn't count for a cancel
  const auto cancel = rig.cancel(later, 9'999, kNext);
  rig.must_run(kNext);

  EXPECT_EQ(rig.line(full).net, -rig.line(MoneyRig::line_of(same_day)).net);
  EXPECT_EQ(rig.line(cancel).fee, -rig.line(MoneyRig::line_of(later)).fee);
  EXPECT_EQ(rig.line(cancel).net, -rig.line(MoneyRig::line_of(later)).net);
}

TEST(SettlementRun, partial_cancels_over_days_end_at_zero) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto payment = rig.sell(merchant, 10'000, kRunDay);
  rig.cancel(payment, 3'333, kRunDay);
  rig.must_run(kRunDay);
  rig.cancel(payment, 3'333, kNext);
  rig.cancel(payment, 3'334, kNext);
  rig.must_run(kNext);

  const auto lines = rig.reader().lines_of_payment(payment);
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 4U);
  std::int64_t gross = 0;
  std::int64_t fee = 0;
  std::int64_t vat = 0;
  for (const auto& line : *lines) {
    gross += line.gross;
    fee += line.fee;
    vat += line.fee_vat;
  }
  EXPECT_EQ(gross, 0);
  EXPECT_EQ(fee, 0);
  EXPECT_EQ(vat, 0);
}

TEST(SettlementRun, an_approval_and_its_cancel_of_different_days_meet_in_one_run) {
  // By acquisition: the slips of Monday's sale and of Tuesday's cancel are dated Wednesday.
  MoneyRig rig;
  const auto merchant = rig.add_merchant();
  rig.approve(MoneyRig::calendar());
  auto contract = MoneyRig::contract(merchant);
  contract.cycle.basis = settlement::BasisKind::acquisition;
  rig.approve(contract);
  const auto payment = rig.sell(merchant, 10'000, day("2026-11-16"));
  const auto cancel = rig.cancel(payment, 4'000, day("2026-11-17"));
  rig.must_run(day("2026-11-16"));
  EXPECT_TRUE(rig.lines(day("2026-11-16")).empty()) << "settled before its slip was requested";
  rig.request_slip(payment, kRunDay);

  const auto report = rig.must_run(kRunDay);

  EXPECT_EQ(report.ended.outcome, "COMPLETED")
      << (report.reasons.empty() ? "" : report.reasons.begin()->second.example);
  EXPECT_EQ(rig.line(cancel).gross, -4'000);
  EXPECT_EQ(rig.line(cancel).basis, kRunDay);
}

TEST(SettlementRun, a_cancel_waits_for_its_approval_and_says_so) {
  MoneyRig rig;
  rig.shop();
  const auto stranger = rig.add_merchant();
  const auto payment = rig.sell(stranger, 5'000, kRunDay);
  const auto cancel = rig.cancel(payment, 5'000, kNext);
  rig.must_run(kRunDay);
  auto contract = MoneyRig::contract(stranger);
  contract.valid_from = kNext;
  rig.approve(contract);

  const auto report = rig.must_run(kNext);
  EXPECT_EQ(report.reasons.at("APPROVAL_NOT_SETTLED").count, 1U);
  contract.valid_from = day("2026-01-01");
  contract.version = 2;
  rig.approve(contract);
  rig.must_run(kRunDay);
  rig.must_run(kNext);

  EXPECT_EQ(rig.line(cancel).net, -rig.line(MoneyRig::line_of(payment)).net);
  EXPECT_EQ(rig.open_items(), 0U);
}

TEST(SettlementRun, a_second_currency_is_settled_in_its_own_minor_units) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const Currency usd = *Currency::parse("USD");
  auto contract = MoneyRig::contract(merchant, 30'000);
  contract.currency = usd;
  rig.approve(contract);
  Sale sale;
  sale.amount = 12'345;  // $123.45
  sale.at = noon_of(kRunDay);
  sale.currency = usd;
  const auto dollars = rig.sell(merchant, sale);
  const auto won = rig.sell(merchant, 12'345, kRunDay);

  const auto report = rig.must_run(kRunDay);

  EXPECT_EQ(rig.line(MoneyRig::line_of(dollars)).fee, fee_by_hand(12'345, 30'000));
  EXPECT_EQ(rig.line(MoneyRig::line_of(won)).fee, fee_by_hand(12'345));
  ASSERT_EQ(report.ended.after.size(), 2U);
  EXPECT_EQ(report.ended.after[0].lines, 1U);
  EXPECT_EQ(report.ended.after[1].lines, 1U);
}

TEST(SettlementRun, a_sub_malls_own_contract_comes_first) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  auto own = MoneyRig::contract(merchant, 10'000);
  own.sub_mall = "mall-1";
  rig.approve(own);
  Sale sale;
  sale.at = noon_of(kRunDay);
  sale.sub_mall = "mall-1";
  const auto with_own = rig.sell(merchant, sale);
  sale.sub_mall = "mall-2";
  const auto without = rig.sell(merchant, sale);
  rig.must_run(kRunDay);

  EXPECT_EQ(rig.line(MoneyRig::line_of(with_own)).fee, fee_by_hand(10'000, 10'000));
  EXPECT_EQ(rig.line(MoneyRig::line_of(without)).fee, fee_by_hand(10'000));
}

TEST(SettlementRun, refuses_a_short_calendar_and_a_date_to_come_and_writes_nothing) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.sell(merchant, 1'000, kRunDay);
  auto calendar = MoneyRig::calendar(2);
  calendar.until = day("2027-01-01");  // 44 days
  rig.approve(calendar);
  const auto events = rig.events();

  const auto short_one = rig.run(kRunDay);
  const auto to_come = rig.run(day("2026-12-01"));

  ASSERT_FALSE(short_one);
  EXPECT_EQ(short_one.error().kind, ErrorKind::invalid);
  EXPECT_NE(short_one.error().message.find("60 days"), std::string::npos);
  ASSERT_FALSE(to_come);
  EXPECT_EQ(rig.events(), events);
  const auto plan = plan_run(rig.snapshot(), rig.clock, {kRunDay});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->problems.at(0).code, "CALENDAR_SHORT");
}

TEST(SettlementRun, a_stopped_run_goes_on_where_it_was) {
  MoneyRig rig;
  const auto expected = busy_day(rig, 3, 700);
  auto options = rig.run_options(kRunDay);
  int asked = 0;
  options.stop_wanted = [&] { return ++asked >= 2; };

  const auto stopped = run_settlement(rig.ports(), options);
  const auto some = rig.lines(kRunDay).size();
  const auto rest = rig.must_run(kRunDay);

  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_EQ(stopped->ended.outcome, "STOPPED");
  EXPECT_GT(some, 0U);
  EXPECT_LT(some, expected.size());
  EXPECT_FALSE(rest.started.resumed);
  EXPECT_EQ(rest.items, expected.size() - some);
  EXPECT_EQ(rest.ended.before[0].lines, some);
  EXPECT_EQ(rig.lines(kRunDay).size(), expected.size());
}

TEST(SettlementRun, a_plan_says_what_the_run_then_does_and_writes_nothing) {
  MoneyRig rig;
  busy_day(rig, 3, 20);
  const auto stranger = rig.add_merchant();
  rig.sell(stranger, 9'000, kRunDay);
  const auto events = rig.events();

  const auto plan = plan_run(rig.snapshot(), rig.clock, {kRunDay, 2});
  EXPECT_EQ(rig.events(), events);
  const auto report = rig.must_run(kRunDay);

  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->items, report.items);
  EXPECT_EQ(plan->merchants_total, 4U);
  EXPECT_EQ(plan->merchants.size(), 2U);
  EXPECT_TRUE(plan->truncated);
  ASSERT_EQ(plan->totals.size(), 1U);
  EXPECT_EQ(plan->totals, report.ended.added);
  ASSERT_EQ(plan->problems.size(), 1U);
  EXPECT_EQ(plan->problems[0].code, "NO_CONTRACT");
}

TEST(SettlementRun, the_same_day_gives_the_same_lines_for_any_number_of_workers) {
  std::vector<std::map<LineKey, std::int64_t>> nets;
  for (const std::uint32_t workers : {0U, 1U, 3U}) {
    MoneyRig rig;
    busy_day(rig, 7, 45);
    rig.must_run(kRunDay, workers);
    auto& net = nets.emplace_back();
    for (const auto& line : rig.lines(kRunDay)) net[line.key] = line.net;
  }
  EXPECT_EQ(nets[0], nets[1]);
  EXPECT_EQ(nets[0], nets[2]);
}

// ---- Kills ----

struct After {
  std::map<LineKey, std::int64_t> nets;
  std::vector<settlement::RunTotals> totals;
  friend bool operator==(const After&, const After&) = default;
};
After after(MoneyRig& rig) {
  After out;
  for (const auto date : {kRunDay, kNext}) {
    for (const auto& line : rig.lines(date)) {
      EXPECT_TRUE(out.nets.emplace(line.key, line.net).second) << "a line stands twice";
    }
    const auto run = rig.reader().run(date);
    if (run && *run) out.totals.insert(out.totals.end(), (*run)->totals.begin(), (*run)->totals.end());
  }
  return out;
}
void small_world(MoneyRig& rig) {
  for (int m = 0; m < 3; ++m) {
    const auto merchant = rig.shop();
    for (int i = 0; i < 4; ++i) {
      const auto payment = rig.sell(merchant, 1'000 + 77 * i + m, kRunDay);
      if (i == 1) rig.cancel(payment, 500, kRunDay);
      if (i == 2) rig.cancel(payment, 300, kNext);
    }
  }
  rig.sell(rig.add_merchant(), 4'000, kRunDay);
}

TEST(SettlementRun, killed_at_any_append_and_run_again_it_ends_as_if_nothing_had_happened) {
  MoneyRig undisturbed;
  small_world(undisturbed);
  undisturbed.must_run(kRunDay);
  undisturbed.must_run(kNext);
  const After expected = after(undisturbed);
  const auto appends = undisturbed.sink.appends();
  ASSERT_GT(appends, 8U);

  for (const bool written : {false, true}) {
    for (const bool new_process : {false, true}) {
      for (std::uint64_t n = 0; n <= appends; ++n) {
        MoneyRig rig;
        small_world(rig);
        rig.sink.write_the_failed = written;
        rig.sink.fail_after(n);
        const std::uint32_t workers = n % 2 == 0 ? 0 : 2;
        const bool first = rig.run(kRunDay, workers).has_value() && rig.run(kNext, workers).has_value();
        rig.sink.heal();
        if (new_process) {
          rig.holder = "process-2";
          rig.restart_projection();
        }
        EXPECT_EQ(first, n >= appends) << n;
        rig.must_run(kRunDay);
        rig.must_run(kNext);
        ASSERT_EQ(after(rig), expected) << "killed at append " << n << (written ? ", written" : "");
        ASSERT_EQ(rig.open_items(), 1U) << n;
      }
    }
  }
}

// Before it passes the first chunk on, somebody else writes into that chunk's stream.
class MeddledSink final : public FactSink {
 public:
  explicit MeddledSink(MoneyRig& rig) : rig_(rig) {}
  Result<void> append(Facts facts) override {
    const bool is_chunk = settlement::house_stream_of(facts.stream) == settlement::HouseStream::lines;
    if (is_chunk && !std::exchange(done_, true)) {
      MoneyRig::must(rig_.put(facts.stream, 0, facts.merchant, facts.currency, MoneyRig::admin(), {},
                              {settlement::LinesRedated{"KR", 1, {}}}));
    }
    return rig_.sink.append(std::move(facts));
  }
  Result<void> drain() override { return rig_.sink.drain(); }

 private:
  MoneyRig& rig_;
  bool done_ = false;
};

// Found by review: the provider was down, the run made a line, and an aborted payment was paid out.
TEST(SettlementRun, what_is_being_undone_waits_until_it_is) {
  MoneyRig rig;
  const auto merchant = rig.add_merchant();
  rig.approve(MoneyRig::calendar());
  auto contract = MoneyRig::contract(merchant);
  contract.fees.on_cancel = {{0, settlement::FeeOnCancel::keep}};
  rig.approve(contract);
  const auto payment = rig.sell(merchant, 10'000, kRunDay);
  const auto part = rig.cancel(payment, 3'000, kRunDay);
  rig.begin_undoing(payment);
  const auto plan = plan_run(rig.snapshot(), rig.clock, {kRunDay, 10});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->items, 0U);
  EXPECT_EQ(plan->undated, 2U);
  ASSERT_FALSE(plan->problems.empty());
  EXPECT_EQ(plan->problems.back().code, "BEING_UNDONE");
  EXPECT_EQ(rig.must_run(kRunDay).ended.outcome, "COMPLETED");
  EXPECT_TRUE(rig.lines(kRunDay).empty());
  EXPECT_EQ(rig.open_items(), 2U);

  const auto reversal = rig.undone(payment);
  const auto today = day("2026-11-20");
  EXPECT_EQ(rig.must_run(today).ended.outcome, "COMPLETED");
  EXPECT_EQ(rig.open_items(), 0U);
  std::int64_t net = 0;
  std::set<LineKey> keys;
  for (const auto& line : rig.lines(today)) {
    EXPECT_EQ(line.basis, today) << "settled together, paid together";
    EXPECT_EQ(line.payout_date, day("2026-11-24"));
    net += line.net;
    keys.insert(line.key);
  }
  EXPECT_EQ(keys, (std::set<LineKey>{MoneyRig::line_of(payment), part, reversal}));
  EXPECT_EQ(net, 0) << "what never was a sale costs nothing, whatever cancels keep";
}

TEST(SettlementRun, what_stands_after_all_is_settled_as_ever) {
  MoneyRig rig;
  const auto payment = rig.sell(rig.shop(), 10'000, kRunDay);
  rig.begin_undoing(payment);
  rig.must_run(kRunDay);
  rig.let_stand(payment);
  rig.must_run(kNext);
  const auto line = rig.line(MoneyRig::line_of(payment));
  EXPECT_EQ(line.basis, kRunDay);
  EXPECT_EQ(line.run, kNext);
  EXPECT_EQ(line.fee, 275);
}

MerchantId shop_by_slip(MoneyRig& rig) {
  const auto merchant = rig.add_merchant();
  rig.approve(MoneyRig::calendar());
  auto contract = MoneyRig::contract(merchant);
  contract.cycle.basis = settlement::BasisKind::acquisition;
  contract.fees.on_cancel = {{0, settlement::FeeOnCancel::keep}};
  rig.approve(contract);
  return merchant;
}

// Found by review: an ordinary same-day cancel never got its lines.
TEST(SettlementRun, what_was_cancelled_before_its_slip_is_settled_on_the_day_of_the_cancel) {
  MoneyRig rig;
  const auto payment = rig.sell(shop_by_slip(rig), 10'000, kRunDay);
  rig.cancel(payment, 4'000, kRunDay);
  rig.must_run(kRunDay);
  EXPECT_EQ(rig.open_items(), 2U) << "the slip of the rest is still to come";
  rig.cancel(payment, 6'000, kNext);
  EXPECT_EQ(rig.must_run(kNext).ended.outcome, "COMPLETED");
  EXPECT_EQ(rig.open_items(), 0U);
  std::int64_t net = 0;
  ASSERT_EQ(rig.lines(kNext).size(), 3U);
  for (const auto& line : rig.lines(kNext)) {
    EXPECT_EQ(line.basis, kNext);
    net += line.net;
  }
  EXPECT_EQ(net, -275) << "KEEP";
}

TEST(SettlementRun, a_cancel_after_the_slip_has_the_basis_of_its_own_day) {
  MoneyRig rig;
  const auto payment = rig.sell(shop_by_slip(rig), 10'000, day("2026-11-12"));
  rig.request_slip(payment, day("2026-11-13"));
  rig.must_run(day("2026-11-13"));
  const auto cancel = rig.cancel(payment, 10'000, kNext);
  rig.must_run(kNext);
  EXPECT_EQ(rig.line(MoneyRig::line_of(payment)).basis, day("2026-11-13"));
  EXPECT_EQ(rig.line(cancel).basis, kNext);
  EXPECT_EQ(rig.line(cancel).payout_date, day("2026-11-23"));
}

// Found by review: 65,537 payments of 2^47 - 1 stopped the projection for everybody, at every rebuild again.
TEST(SettlementRun, sums_beyond_64_bits_stop_nobody) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 62U;
  MoneyRig rig;
  const auto huge = rig.shop(0);
  const auto other = rig.shop();
  for (int i = 0; i < 3; ++i) rig.sell(huge, kHuge, kRunDay);
  rig.sell(other, 10'000, kRunDay);
  const auto unpaid = rig.reader().unpaid();
  ASSERT_TRUE(unpaid);
  EXPECT_EQ(unpaid->at(0).open, int128{3} * kHuge);
  EXPECT_TRUE(plan_run(rig.snapshot(), rig.clock, {kRunDay, 10}));

  const auto report = rig.must_run(kRunDay);
  EXPECT_EQ(report.ended.outcome, "COMPLETED");
  const auto sums = sums_of(report.ended.after);
  EXPECT_EQ(sums.at(Currency()).gross, int128{3} * kHuge + 10'000);
  EXPECT_EQ(sums.at(Currency()).lines, 4);
  EXPECT_EQ(sums_of(rig.reader().run(kRunDay).value()->totals), sums);
  EXPECT_EQ(rig.reader().due(kEveryDate)->at(0).net, int128{3} * kHuge);

  PayoutOptions options;
  options.date = day("2026-11-20");
  options.owner = rig.owner();
  const auto paid = run_payouts(rig.ports(), options);
  ASSERT_TRUE(paid) << paid.error().message;
  EXPECT_EQ(paid->requested, 1U) << "the other one is paid";
  ASSERT_EQ(paid->problems.size(), 1U);
  EXPECT_EQ(paid->problems[0].code, "OVERFLOW");
  for (int i = 0; i < 2; ++i) rig.sell(rig.shop(0), kHuge + (kHuge - 1), kNext);
  rig.sell(other, 500, kNext);
  EXPECT_EQ(rig.must_run(kNext).ended.outcome, "COMPLETED");
  options.date = day("2026-11-23");
  const auto next = run_payouts(rig.ports(), options);
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->requested, 3U) << "payouts that are too much together are made all the same";
  EXPECT_EQ(next->totals.at(Currency()).amount, int128{2} * std::numeric_limits<std::int64_t>::max() + 486);
}

TEST(RunTotals, what_64_bits_cannot_hold_takes_several_rows) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const int128 values[] = {
      0, 1, -1, kMost, int128{kMost} + 1, -int128{kMost} - 1, -int128{kMost} - 2, int128{5} * kMost};
  for (const int128 gross : values) {
    for (const int128 net : values) {
      const RunSum sum{3, 2, gross, 0, 7, net};
      std::vector<settlement::RunTotals> rows;
      append_rows(rows, Currency(), sum);
      EXPECT_EQ(sums_of(rows).at(Currency()), sum);
      EXPECT_EQ(rows[0].lines, 3U);
    }
  }
  std::vector<settlement::RunTotals> one;
  append_rows(one, Currency(), {1, 0, kMost, 1, 0, kMost - 1});
  EXPECT_EQ(one.size(), 1U);
}

// Contracts with so many steps that two of them don't fit into one event.
TEST(SettlementRun, a_chunk_fits_into_an_event_whatever_its_contracts_are) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  for (const char* sub_mall : {"A", "B"}) {
    auto contract = MoneyRig::contract(merchant);
    contract.sub_mall = sub_mall;
    contract.payout_account.clear();
    contract.fees.rules.clear();
    for (int r = 0; r < 100; ++r) {
      settlement::FeeRule rule;
      rule.name = "tiered-" + std::to_string(r);
      rule.kind = settlement::RuleKind::tiered_rate;
      for (std::int64_t s = 0; s < 90; ++s) rule.steps.push_back({s * 10'000'000'000'000, 900'000});
      contract.fees.rules.push_back(rule);
    }
    ASSERT_EQ(fault_of(contract), std::nullopt);
    rig.approve(contract);
  }
  for (int i = 0; i < 6; ++i) {
    Sale sale;
    sale.at = noon_of(kRunDay);
    sale.sub_mall = i % 2 == 0 ? "A" : "B";
    rig.sell(merchant, sale);
  }
  const auto report = rig.must_run(kRunDay);
  EXPECT_EQ(report.ended.outcome, "COMPLETED");
  EXPECT_EQ(rig.lines(kRunDay).size(), 6U);
}

TEST(SettlementRun, stops_with_an_error_when_somebody_else_wrote_its_chunk) {
  MoneyRig rig;
  busy_day(rig, 3, 5);
  MeddledSink meddled(rig);
  const auto p = rig.ports();
  const MoneyPorts ports{p.now, meddled, p.log, p.codec, p.clock, p.digest, p.gate, p.number_of};

  const auto report = run_settlement(ports, rig.run_options(kRunDay));

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::conflict);
  const auto run = rig.reader().run(kRunDay);
  ASSERT_TRUE(run && *run && (*run)->ended);
  EXPECT_EQ((*run)->ended->outcome, "STOPPED");
  EXPECT_TRUE(rig.lines(kRunDay).empty()) << "went on blindly";
  rig.must_run(kRunDay);
  EXPECT_EQ(rig.lines(kRunDay).size(), 15U);
}

}  // namespace
}  // namespace wonjang::money
