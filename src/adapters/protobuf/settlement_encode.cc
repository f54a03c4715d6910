#include "adapters/protobuf/settlement_encode.h"

#include "wonjang/v1/event.pb.h"

// The order of the calls is the order of the numbers. A million lines a run go through here: nothing
// allocates.
namespace wonjang {
namespace {

namespace pb = wonjang::v1;
using namespace settlement;

// What lists hold, declared first so that write_all() finds it.
void fields(WireWriter& w, const LineKey& v);
void fields(WireWriter& w, const RunTotals& v);
void fields(WireWriter& w, const StageTime& v);
void fields(WireWriter& w, const FeeLine& v);
void fields(WireWriter& w, const SettlementLine& v);
void fields(WireWriter& w, const FailedItem& v);
void fields(WireWriter& w, const CanaryDifference& v);
void fields(WireWriter& w, const Redated& v);
void fields(WireWriter& w, const Deposited& v);
void fields(WireWriter& w, const CarriedOver& v);
void fields(WireWriter& w, const FileRow& v);
void fields(WireWriter& w, const Match& v);

template <typename Element>
void write_all(WireWriter& w, int field, const std::vector<Element>& list) {
  for (const auto& element : list) {
    w.message(field, [&] { fields(w, element); });
  }
}

void fields(WireWriter& w, const LineKey& v) {
  w.id(pb::LineKey::kPaymentFieldNumber, v.payment);
  w.number(pb::LineKey::kVersionFieldNumber, v.version);
  w.number(pb::LineKey::kSeqFieldNumber, v.seq);
}
void write(WireWriter& w, int field, const LineKey& v) {
  if (v == LineKey{}) return;
  w.message(field, [&] { fields(w, v); });
}

// ---- Runs ----

void fields(WireWriter& w, const RunTotals& v) {
  w.text(pb::RunTotals::kCurrencyFieldNumber, v.currency.code());
  w.number(pb::RunTotals::kLinesFieldNumber, v.lines);
  w.number(pb::RunTotals::kFailedFieldNumber, v.failed);
  w.number(pb::RunTotals::kGrossFieldNumber, v.gross);
  w.number(pb::RunTotals::kFeeFieldNumber, v.fee);
  w.number(pb::RunTotals::kFeeVatFieldNumber, v.fee_vat);
  w.number(pb::RunTotals::kNetFieldNumber, v.net);
}

void fields(WireWriter& w, const StageTime& v) {
  w.text(pb::StageTime::kStageFieldNumber, v.stage);
  w.number(pb::StageTime::kUsFieldNumber, v.us);
  w.number(pb::StageTime::kCpuUsFieldNumber, v.cpu_us);
  w.number(pb::StageTime::kWaitedUsFieldNumber, v.waited_us);
  w.number(pb::StageTime::kRowsFieldNumber, v.rows);
}

// ---- Lines ----

void write(WireWriter& w, int field, const Item& v) {
  using M = pb::SettlementItem;
  w.message(field, [&] {
    write(w, M::kKeyFieldNumber, v.key);
    w.code(M::kKindFieldNumber, v.kind);
    w.id(M::kApprovalFieldNumber, v.approval);
    w.number(M::kOfVersionFieldNumber, v.of_version);
    w.text(M::kOrderIdFieldNumber, v.order_id);
    w.text(M::kSubMallFieldNumber, v.sub_mall);
    w.number(M::kMethodFieldNumber, std::uint32_t{v.method});
    w.text(M::kIssuerFieldNumber, v.issuer);
    w.code(M::kCardTypeFieldNumber, v.card_type);
    w.number(M::kMonthsFieldNumber, v.months);
    w.code(M::kInterestPayerFieldNumber, v.interest_payer);
    w.number(M::kUsedPointFieldNumber, v.used_point);
    w.number(M::kAmountFieldNumber, v.amount);
    w.instant(M::kAtFieldNumber, v.at);
    w.date(M::kAcquiredFieldNumber, v.acquired);
    w.flag(M::kHasAcquisitionFieldNumber, v.has_acquisition);
  });
}

void fields(WireWriter& w, const FeeLine& v) {
  w.code(pb::FeeLine::kTypeFieldNumber, v.type);
  w.text(pb::FeeLine::kRuleFieldNumber, v.rule);
  w.number(pb::FeeLine::kBaseFieldNumber, v.base);
  w.number(pb::FeeLine::kRatePpmFieldNumber, v.rate_ppm);
  w.number(pb::FeeLine::kFixedFieldNumber, v.fixed);
  w.number(pb::FeeLine::kAmountFieldNumber, v.amount);
}

void write(WireWriter& w, int field, const LineBalance& v) {
  w.message(field, [&] {
    w.number(pb::LineBalance::kAmountFieldNumber, v.amount);
    w.number(pb::LineBalance::kAmountLeftFieldNumber, v.amount_left);
    write_all(w, pb::LineBalance::kFeesFieldNumber, v.fees);
    w.numbers(pb::LineBalance::kFeesLeftFieldNumber, v.fees_left);
    w.number(pb::LineBalance::kVatFieldNumber, v.vat);
    w.number(pb::LineBalance::kVatLeftFieldNumber, v.vat_left);
    w.code(pb::LineBalance::kOnCancelFieldNumber, v.on_cancel);
  });
}

void fields(WireWriter& w, const SettlementLine& v) {
  using M = pb::SettlementLine;
  write(w, M::kItemFieldNumber, v.item);
  w.number(M::kContractFieldNumber, v.contract);
  w.date(M::kBasisFieldNumber, v.basis);
  w.date(M::kPayoutDateFieldNumber, v.payout_date);
  w.flag(M::kLateFieldNumber, v.late);
  w.number(M::kGrossFieldNumber, v.gross);
  write_all(w, M::kFeesFieldNumber, v.fees);
  w.number(M::kFeeFieldNumber, v.fee);
  w.number(M::kFeeSupplyFieldNumber, v.fee_supply);
  w.number(M::kFeeVatFieldNumber, v.fee_vat);
  w.number(M::kNetFieldNumber, v.net);
  if (v.before) write(w, M::kBeforeFieldNumber, *v.before);
  w.number(M::kFeeBeforeFieldNumber, v.fee_before);
  w.number(M::kFeeVatBeforeFieldNumber, v.fee_vat_before);
  w.text(M::kCanaryFieldNumber, v.canary);
}

void fields(WireWriter& w, const FailedItem& v) {
  write(w, pb::FailedItem::kItemFieldNumber, v.item);
  w.text(pb::FailedItem::kCodeFieldNumber, v.code);
  w.text(pb::FailedItem::kDetailFieldNumber, v.detail);
}

void fields(WireWriter& w, const CanaryDifference& v) {
  using M = pb::CanaryDifference;
  w.text(M::kCanaryFieldNumber, v.canary);
  write(w, M::kLineFieldNumber, v.line);
  w.number(M::kFeeNowFieldNumber, v.fee_now);
  w.number(M::kFeeCandidateFieldNumber, v.fee_candidate);
  w.number(M::kVatNowFieldNumber, v.vat_now);
  w.number(M::kVatCandidateFieldNumber, v.vat_candidate);
  w.text(M::kDetailFieldNumber, v.detail);
}

void fields(WireWriter& w, const Redated& v) {
  write(w, pb::Redated::kLineFieldNumber, v.line);
  w.date(pb::Redated::kFromFieldNumber, v.from);
  w.date(pb::Redated::kToFieldNumber, v.to);
}

// ---- Payouts, files ----

void fields(WireWriter& w, const CarriedOver& v) {
  w.id(pb::CarriedOver::kFromFieldNumber, v.from);
  w.number(pb::CarriedOver::kAmountFieldNumber, v.amount);
}

void fields(WireWriter& w, const FileRow& v) {
  w.number(pb::FileRow::kLineNoFieldNumber, v.line_no);
  w.text(pb::FileRow::kTheirKeyFieldNumber, v.their_key);
  w.text(pb::FileRow::kCardTailFieldNumber, v.card_tail);
  w.number(pb::FileRow::kAmountFieldNumber, v.amount);
  w.number(pb::FileRow::kFeeFieldNumber, v.fee);
  w.date(pb::FileRow::kDateFieldNumber, v.date);
  w.date(pb::FileRow::kPaidOnFieldNumber, v.paid_on);
}

void fields(WireWriter& w, const Match& v) {
  w.number(pb::Match::kLineNoFieldNumber, v.line_no);
  write_all(w, pb::Match::kOursFieldNumber, v.ours);
  w.code(pb::Match::kStateFieldNumber, v.state);
  w.text(pb::Match::kReasonFieldNumber, v.reason);
  w.text(pb::Match::kMatchedByFieldNumber, v.matched_by);
  w.number(pb::Match::kAmountDeltaFieldNumber, v.amount_delta);
  w.number(pb::Match::kDateDeltaFieldNumber, std::int64_t{v.date_delta});
  w.text(pb::Match::kWhyFieldNumber, v.why);
}

void fields(WireWriter& w, const Deposited& v) {
  w.number(pb::Deposited::kAccountFieldNumber, std::uint32_t{v.account});
  w.number(pb::Deposited::kAmountFieldNumber, v.amount);
  w.number(pb::Deposited::kFeeFieldNumber, v.fee);
  w.number(pb::Deposited::kAmountBeforeFieldNumber, v.amount_before);
  w.number(pb::Deposited::kFeeBeforeFieldNumber, v.fee_before);
  w.number(pb::Deposited::kDifferenceFieldNumber, v.difference);
  w.number(pb::Deposited::kDifferenceBeforeFieldNumber, v.difference_before);
}

}  // namespace

// ---- Bodies ----

int field_of(const RunStarted&) { return pb::Event::kSettlementRunStartedFieldNumber; }
void fields(WireWriter& w, const RunStarted& v) {
  using M = pb::SettlementRunStarted;
  w.date(M::kDateFieldNumber, v.date);
  w.number(M::kAttemptFieldNumber, v.attempt);
  w.flag(M::kResumedFieldNumber, v.resumed);
  w.text(M::kHolderFieldNumber, v.holder);
  w.instant(M::kKnownAtFieldNumber, v.known_at);
  w.text(M::kCalculatorFieldNumber, v.calculator);
  w.number(M::kItemsFieldNumber, v.items);
}

int field_of(const RunEnded&) { return pb::Event::kSettlementRunEndedFieldNumber; }
void fields(WireWriter& w, const RunEnded& v) {
  using M = pb::SettlementRunEnded;
  w.date(M::kDateFieldNumber, v.date);
  w.number(M::kAttemptFieldNumber, v.attempt);
  w.text(M::kOutcomeFieldNumber, v.outcome);
  write_all(w, M::kBeforeFieldNumber, v.before);
  write_all(w, M::kAddedFieldNumber, v.added);
  write_all(w, M::kAfterFieldNumber, v.after);
  w.text(M::kUntouchedHashFieldNumber, v.untouched_hash);
  write_all(w, M::kProfileFieldNumber, v.profile);
  for (const auto& promoted : v.promoted) w.text_element(M::kPromotedFieldNumber, promoted);
  w.number(M::kWallUsFieldNumber, v.wall_us);
  w.number(M::kCpuUsFieldNumber, v.cpu_us);
  w.number(M::kMemoryPeakBytesFieldNumber, v.memory_peak_bytes);
}

int field_of(const LinesRecorded&) { return pb::Event::kSettlementLinesRecordedFieldNumber; }
void fields(WireWriter& w, const LinesRecorded& v) {
  using M = pb::SettlementLinesRecorded;
  w.date(M::kDateFieldNumber, v.date);
  w.number(M::kAttemptFieldNumber, v.attempt);
  w.number(M::kChunkFieldNumber, v.chunk);
  w.text(M::kCalculatorFieldNumber, v.calculator);
  w.text(M::kCalendarFieldNumber, v.calendar);
  w.number(M::kCalendarVersionFieldNumber, v.calendar_version);
  write_all(w, M::kContractsFieldNumber, v.contracts);
  write_all(w, M::kLinesFieldNumber, v.lines);
  write_all(w, M::kFailedFieldNumber, v.failed);
  write_all(w, M::kDifferencesFieldNumber, v.differences);
  w.number(M::kCanaryCleanFieldNumber, v.canary_clean);
}

int field_of(const LinesRedated&) { return pb::Event::kSettlementLinesRedatedFieldNumber; }
void fields(WireWriter& w, const LinesRedated& v) {
  w.text(pb::SettlementLinesRedated::kCalendarFieldNumber, v.calendar);
  w.number(pb::SettlementLinesRedated::kCalendarVersionFieldNumber, v.calendar_version);
  write_all(w, pb::SettlementLinesRedated::kLinesFieldNumber, v.lines);
}

int field_of(const PayoutRequested&) { return pb::Event::kPayoutRequestedFieldNumber; }
void fields(WireWriter& w, const PayoutRequested& v) {
  using M = pb::PayoutRequested;
  w.id(M::kPayoutFieldNumber, v.payout);
  w.date(M::kDateFieldNumber, v.date);
  w.number(M::kLinesFieldNumber, v.lines);
  w.number(M::kLinesNetFieldNumber, v.lines_net);
  write_all(w, M::kCarriedFieldNumber, v.carried);
  w.number(M::kWithheldFieldNumber, v.withheld);
  w.number(M::kReleasedFieldNumber, v.released);
  w.number(M::kAmountFieldNumber, v.amount);
  w.number(M::kLeftOverFieldNumber, v.left_over);
  w.text(M::kAccountFieldNumber, v.account);
  w.code(M::kStateFieldNumber, v.state);
}

int field_of(const PayoutUpdated&) { return pb::Event::kPayoutUpdatedFieldNumber; }
void fields(WireWriter& w, const PayoutUpdated& v) {
  using M = pb::PayoutUpdated;
  w.id(M::kPayoutFieldNumber, v.payout);
  w.date(M::kDateFieldNumber, v.date);
  w.code(M::kStateFieldNumber, v.state);
  w.number(M::kAmountFieldNumber, v.amount);
  w.text(M::kFileFieldNumber, v.file);
  w.text(M::kBankTraceNoFieldNumber, v.bank_trace_no);
  w.text(M::kFailureFieldNumber, v.failure);
  w.instant(M::kAtFieldNumber, v.at);
  w.flag(M::kWasPaidFieldNumber, v.was_paid);
  w.number(M::kFilePayoutsFieldNumber, v.file_payouts);
  w.code(M::kBankSaysFieldNumber, v.bank_says);
  w.flag(M::kWasBackFieldNumber, v.was_back);
}

int field_of(const FileImported&) { return pb::Event::kFileImportedFieldNumber; }
void fields(WireWriter& w, const FileImported& v) {
  using M = pb::FileImported;
  w.id(M::kFileFieldNumber, v.file);
  w.text(M::kNameFieldNumber, v.name);
  w.text(M::kSha256FieldNumber, v.sha256);
  w.code(M::kKindFieldNumber, v.kind);
  w.text(M::kAcquirerFieldNumber, v.acquirer);
  w.number(M::kRowsTotalFieldNumber, v.rows_total);
  write_all(w, M::kRowsFieldNumber, v.rows);
}

int field_of(const FileMatched&) { return pb::Event::kFileMatchedFieldNumber; }
void fields(WireWriter& w, const FileMatched& v) {
  using M = pb::FileMatched;
  w.id(M::kFileFieldNumber, v.file);
  w.code(M::kKindFieldNumber, v.kind);
  w.text(M::kAcquirerFieldNumber, v.acquirer);
  w.date(M::kAsOfFieldNumber, v.as_of);
  write_all(w, M::kMatchesFieldNumber, v.matches);
  w.number(M::kMatchedAmountFieldNumber, v.matched_amount);
  w.number(M::kMatchedFeeFieldNumber, v.matched_fee);
  w.number(M::kAmountBeforeFieldNumber, v.amount_before);
  w.number(M::kFeeBeforeFieldNumber, v.fee_before);
  write_all(w, M::kDepositsFieldNumber, v.deposits);
  w.number(M::kToleranceAmountFieldNumber, v.tolerance_amount);
  w.number(M::kToleranceDaysFieldNumber, std::int64_t{v.tolerance_days});
}

int field_of(const BreakResolved&) { return pb::Event::kBreakResolvedFieldNumber; }
void fields(WireWriter& w, const BreakResolved& v) {
  w.id(pb::BreakResolved::kFileFieldNumber, v.file);
  w.number(pb::BreakResolved::kLineNoFieldNumber, v.line_no);
  write(w, pb::BreakResolved::kLineFieldNumber, v.line);
  w.text(pb::BreakResolved::kResolutionFieldNumber, v.resolution);
}

}  // namespace wonjang
