#include "engine/money/acquire.h"

#include <utility>

#include "engine/money/reconcile.h"
#include "engine/money/run_plan.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

using settlement::FileKind;
using settlement::FileRow;
using settlement::MatchState;

const BusinessDate kSold = day("2026-11-17");
const BusinessDate kAcquired = day("2026-11-19");

// A shop whose contract counts from the slip.
class Acquire : public testing::Test {
 protected:
  Acquire() {
    merchant_ = rig_.add_merchant();
    rig_.approve(MoneyRig::calendar());
    auto contract = MoneyRig::contract(merchant_);
    contract.cycle.basis = settlement::BasisKind::acquisition;
    rig_.approve(contract);
  }
  // An approval that a file names by `number`.
  PaymentId sell(std::int64_t amount, const std::string& number) {
    const auto payment = rig_.sell(merchant_, amount, kSold);
    set_slip(payment, AcquisitionState::ready, number);
    return payment;
  }
  void set_slip(PaymentId payment, AcquisitionState state, const std::string& number = {}) {
    AcquisitionUpdated body;
    body.approval = approval(payment).terms.approval;
    body.state = state;
    body.slip_no = number;
    rig_.must(rig_.put(payment.raw(), rig_.version_of(payment.raw()), merchant_, {}, MoneyRig::admin(), {},
                       {body}));
  }
  FileToImport file(std::vector<FileRow> rows, FileKind kind = FileKind::acquisition) {
    FileToImport out;
    out.file = settlement::FileId(settlement::file_stream(RawId{0x0190'0000'0000'0000ULL, ++files_}));
    out.name = "slips-" + std::to_string(files_) + ".csv";
    out.sha256 = "sha-" + std::to_string(files_);
    out.kind = kind;
    out.acquirer = "61";
    out.rows = std::move(rows);
    return out;
  }
  static FileRow row(std::uint32_t line_no, const char* number, std::int64_t amount,
                     BusinessDate on = kAcquired) {
    return {line_no, number, "", amount, 0, on, {}};
  }
  MatchReport import(const FileToImport& what) {
    const auto report = import_file(rig_.ports(), what, {}, rig_.owner());
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : MatchReport();
  }
  Approval approval(PaymentId payment) const { return rig_.payment(payment)->approvals.front(); }
  RunPlan plan(BusinessDate date) { return plan_run(rig_.snapshot(), rig_.clock, {date, 10}).value(); }
  // Codes with counts.
  static std::string problems(const RunPlan& plan) {
    std::string out;
    for (const auto& one : plan.problems) out += one.code + " " + std::to_string(one.count) + " ";
    return out;
  }

  MoneyRig rig_;
  MerchantId merchant_;
  std::uint64_t files_ = 0;
};

// Found by review: the file's rows were matched, and what they said was never settled.
TEST_F(Acquire, what_a_file_says_was_acquired_is_settled_by_that_day) {
  const auto payment = sell(10'000, "S-1");
  rig_.must_run(kSold);
  EXPECT_TRUE(rig_.lines(kSold).empty());
  EXPECT_EQ(problems(plan(kAcquired)), "NO_SLIP 1 ");

  EXPECT_EQ(import(file({row(1, "S-1", 10'000)})).matched, 1U);
  EXPECT_EQ(approval(payment).acquisition, AcquisitionState::completed);
  EXPECT_EQ(business_date_of(approval(payment).acquired_at), kAcquired);
  EXPECT_EQ(problems(plan(kAcquired)), "");
  EXPECT_EQ(plan(kAcquired).undated, 0U);
  rig_.must_run(kAcquired);
  const auto lines = rig_.lines(kAcquired);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].basis, kAcquired);
  EXPECT_EQ(rig_.open_items(), 0U);
}

TEST_F(Acquire, imported_or_matched_again_nothing_is_written_about_a_payment) {
  const auto payment = sell(10'000, "S-1");
  const auto what = file({row(1, "S-1", 10'000)});
  import(what);
  const auto version = rig_.version_of(payment.raw());
  const auto asked = rig_.slips.asked();
  EXPECT_EQ(import(what).matched, 1U);
  EXPECT_TRUE(match_file(rig_.ports(), what.file, {}, rig_.owner()));
  EXPECT_EQ(rig_.version_of(payment.raw()), version);
  EXPECT_EQ(rig_.slips.asked(), asked) << "what stood needn't be asked";
  // In another file of the kind the row has nothing left to match.
  EXPECT_EQ(import(file({row(1, "S-1", 10'000)})).matched, 0U);
  EXPECT_EQ(rig_.version_of(payment.raw()), version);
}

TEST_F(Acquire, a_job_that_died_in_the_middle_is_done_by_the_next_and_no_slip_is_told_twice) {
  const auto first = sell(10'000, "S-1");
  const auto second = sell(20'000, "S-2");
  const auto what = file({row(1, "S-1", 10'000), row(2, "S-2", 20'000)});
  for (std::uint64_t steps = 0; steps < 3; ++steps) {
    rig_.slips.fail_after(steps);
    EXPECT_FALSE(import_file(rig_.ports(), what, {}, rig_.owner()));
    EXPECT_EQ(rig_.reader().file(what.file).value()->matched, 0U) << "not matched before all slips are told";
    rig_.slips.heal();
  }
  EXPECT_EQ(import(what).matched, 2U);
  for (const auto& payment : {first, second}) {
    EXPECT_EQ(approval(payment).acquisition, AcquisitionState::completed);
    EXPECT_EQ(rig_.version_of(payment.raw()), 5U) << "created, approved, numbered, requested, completed";
  }
  rig_.must_run(kAcquired);
  EXPECT_EQ(rig_.lines(kAcquired).size(), 2U);
}

TEST_F(Acquire, a_slip_that_is_refused_is_a_break_until_a_later_match_may_do_it) {
  const auto payment = sell(10'000, "S-1");
  sell(20'000, "S-2");
  set_slip(payment, AcquisitionState::none);
  const auto what = file({row(1, "S-1", 10'000), row(2, "S-2", 20'000)});
  const auto report = import(what);
  EXPECT_EQ(report.matched, 1U);
  EXPECT_EQ(report.breaks, 1U);
  const auto breaks = rig_.reader().breaks({}, 10).value().items;
  ASSERT_EQ(breaks.size(), 1U);
  EXPECT_EQ(breaks[0].match.reason, "SLIP_REFUSED");
  EXPECT_EQ(breaks[0].match.ours, (std::vector<LineKey>{MoneyRig::line_of(payment)}));
  EXPECT_NE(breaks[0].match.why.find("slip"), std::string::npos) << breaks[0].match.why;
  EXPECT_EQ(rig_.reader().file(what.file).value()->matched_amount, 20'000);

  set_slip(payment, AcquisitionState::ready);
  const auto again = match_file(rig_.ports(), what.file, {}, rig_.owner());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->matched, 2U);
  EXPECT_TRUE(rig_.reader().breaks({}, 10)->items.empty());
}

TEST_F(Acquire, a_persons_word_on_a_refused_slip_stands) {
  const auto payment = sell(10'000, "S-1");
  rig_.begin_undoing(payment);
  const auto what = file({row(1, "S-1", 10'000)});
  import(what);
  rig_.must(rig_.put(what.file.raw(), rig_.version_of(what.file.raw()), {}, {}, MoneyRig::admin(), {},
                     {settlement::BreakResolved{what.file, 1, {}, "they take it back"}}));
  ASSERT_TRUE(match_file(rig_.ports(), what.file, {}, rig_.owner()));
  EXPECT_TRUE(rig_.reader().breaks({}, 10)->items.empty());
  EXPECT_EQ(rig_.reader().matches_of(what.file)->front().state, MatchState::resolved);
}

TEST_F(Acquire, a_slip_that_went_further_since_is_no_break) {
  const auto payment = sell(10'000, "S-1");
  auto step = RecordAcquisition{
      approval(payment).terms.approval, AcquisitionState::requested, {}, {}, noon_of(kSold)};
  for (const auto state :
       {AcquisitionState::requested, AcquisitionState::completed, AcquisitionState::cancel_requested}) {
    step.state = state;
    ASSERT_TRUE(rig_.slips.record({{payment, step}}, MoneyRig::admin(), {}));
  }
  EXPECT_EQ(import(file({row(1, "S-1", 10'000)})).matched, 1U);
  EXPECT_EQ(approval(payment).acquisition, AcquisitionState::cancel_requested);
}

TEST_F(Acquire, only_approvals_with_a_slip_are_asked_about_and_only_by_files_of_acquisitions) {
  const auto payment = sell(10'000, "S-1");
  rig_.cancel(payment, 4'000, kAcquired);
  EXPECT_EQ(import(file({row(1, "S-1", 10'000, kSold), row(2, "S-1", -4'000)}, FileKind::deposit)).matched,
            2U);
  EXPECT_EQ(rig_.slips.asked(), 0U) << "money came; of the slip nothing is said";
  EXPECT_EQ(import(file({row(1, "S-1", 10'000, kSold), row(2, "S-1", -4'000)})).matched, 2U);
  EXPECT_EQ(rig_.slips.asked(), 2U) << "requested, completed: a cancel has no slip of its own";
  EXPECT_EQ(business_date_of(approval(payment).acquired_at), kSold);
}

}  // namespace
}  // namespace wonjang::money
