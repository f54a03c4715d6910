#include "adapters/protobuf/settlement_decode.h"

namespace wonjang {
namespace {

namespace pb = wonjang::v1;
using namespace settlement;

BusinessDate date(std::int32_t days) { return {days}; }

LineKey line_key(MessageReader& r, const pb::LineKey& m) {
  r.all_known(m);
  return {r.id<PaymentId>(m.payment()), m.version(), m.seq()};
}

// ---- Runs ----

RunTotals totals(MessageReader& r, const pb::RunTotals& m) {
  r.all_known(m);
  return {.currency = r.currency(m.currency()),
          .lines = m.lines(),
          .failed = m.failed(),
          .gross = m.gross(),
          .fee = m.fee(),
          .fee_vat = m.fee_vat(),
          .net = m.net()};
}

std::vector<RunTotals> totals(MessageReader& r,
                              const google::protobuf::RepeatedPtrField<pb::RunTotals>& list) {
  return read_all(list, [&](const pb::RunTotals& one) { return totals(r, one); });
}

// ---- Lines ----

Item item(MessageReader& r, const pb::SettlementItem& m) {
  r.all_known(m);
  return {.key = line_key(r, m.key()),
          .kind = r.code<LineKind>(m.kind()),
          .approval = r.id<ApprovalId>(m.approval()),
          .of_version = m.of_version(),
          .order_id = m.order_id(),
          .sub_mall = m.sub_mall(),
          .method = static_cast<std::uint8_t>(r.code<Method>(m.method())),
          .issuer = m.issuer(),
          .card_type = r.code<CardType>(m.card_type()),
          .months = m.months(),
          .interest_payer = r.code<InterestPayer>(m.interest_payer()),
          .used_point = m.used_point(),
          .amount = m.amount(),
          .at = Instant{m.at()},
          .acquired = date(m.acquired()),
          .has_acquisition = m.has_acquisition()};
}

std::vector<FeeLine> fee_lines(MessageReader& r,
                               const google::protobuf::RepeatedPtrField<pb::FeeLine>& list) {
  return read_all(list, [&](const pb::FeeLine& m) {
    r.all_known(m);
    return FeeLine{.type = r.code<FeeType>(m.type()),
                   .rule = m.rule(),
                   .base = m.base(),
                   .rate_ppm = m.rate_ppm(),
                   .fixed = m.fixed(),
                   .amount = m.amount()};
  });
}

LineBalance balance(MessageReader& r, const pb::LineBalance& m) {
  r.all_known(m);
  return {.amount = m.amount(),
          .amount_left = m.amount_left(),
          .fees = fee_lines(r, m.fees()),
          .fees_left = {m.fees_left().begin(), m.fees_left().end()},
          .vat = m.vat(),
          .vat_left = m.vat_left(),
          .on_cancel = r.code<FeeOnCancel>(m.on_cancel())};
}

SettlementLine line(MessageReader& r, const pb::SettlementLine& m) {
  r.all_known(m);
  SettlementLine out{.item = item(r, m.item()),
                     .contract = m.contract(),
                     .basis = date(m.basis()),
                     .payout_date = date(m.payout_date()),
                     .late = m.late(),
                     .gross = m.gross(),
                     .fees = fee_lines(r, m.fees()),
                     .fee = m.fee(),
                     .fee_supply = m.fee_supply(),
                     .fee_vat = m.fee_vat(),
                     .net = m.net(),
                     .before = std::nullopt,
                     .fee_before = m.fee_before(),
                     .fee_vat_before = m.fee_vat_before(),
                     .canary = m.canary()};
  if (m.has_before()) out.before = balance(r, m.before());
  return out;
}

FailedItem failed(MessageReader& r, const pb::FailedItem& m) {
  r.all_known(m);
  return {item(r, m.item()), m.code(), m.detail()};
}

CanaryDifference difference(MessageReader& r, const pb::CanaryDifference& m) {
  r.all_known(m);
  return {.canary = m.canary(),
          .line = line_key(r, m.line()),
          .fee_now = m.fee_now(),
          .fee_candidate = m.fee_candidate(),
          .vat_now = m.vat_now(),
          .vat_candidate = m.vat_candidate(),
          .detail = m.detail()};
}

// ---- Files ----

FileRow row(MessageReader& r, const pb::FileRow& m) {
  r.all_known(m);
  return {.line_no = m.line_no(),
          .their_key = m.their_key(),
          .card_tail = m.card_tail(),
          .amount = m.amount(),
          .fee = m.fee(),
          .date = date(m.date()),
          .paid_on = date(m.paid_on())};
}

Match match(MessageReader& r, const pb::Match& m) {
  r.all_known(m);
  return {.line_no = m.line_no(),
          .ours = read_all(m.ours(), [&](const pb::LineKey& key) { return line_key(r, key); }),
          .state = r.code<MatchState>(m.state()),
          .reason = m.reason(),
          .matched_by = m.matched_by(),
          .amount_delta = m.amount_delta(),
          .date_delta = m.date_delta(),
          .why = m.why()};
}

}  // namespace

// ---- Bodies ----

RunStarted read(MessageReader& r, const pb::SettlementRunStarted& m) {
  r.all_known(m);
  return {.date = date(m.date()),
          .attempt = m.attempt(),
          .resumed = m.resumed(),
          .holder = m.holder(),
          .known_at = Instant{m.known_at()},
          .calculator = m.calculator(),
          .items = m.items()};
}

RunEnded read(MessageReader& r, const pb::SettlementRunEnded& m) {
  r.all_known(m);
  return {.date = date(m.date()),
          .attempt = m.attempt(),
          .outcome = m.outcome(),
          .before = totals(r, m.before()),
          .added = totals(r, m.added()),
          .after = totals(r, m.after()),
          .untouched_hash = m.untouched_hash(),
          .profile =
              read_all(m.profile(),
                       [&](const pb::StageTime& one) {
                         r.all_known(one);
                         return StageTime{one.stage(), one.us(), one.cpu_us(), one.waited_us(), one.rows()};
                       }),
          .wall_us = m.wall_us(),
          .cpu_us = m.cpu_us(),
          .memory_peak_bytes = m.memory_peak_bytes(),
          .promoted = {m.promoted().begin(), m.promoted().end()}};
}

LinesRecorded read(MessageReader& r, const pb::SettlementLinesRecorded& m) {
  r.all_known(m);
  return {.date = date(m.date()),
          .attempt = m.attempt(),
          .chunk = m.chunk(),
          .calculator = m.calculator(),
          .calendar = m.calendar(),
          .calendar_version = m.calendar_version(),
          .contracts = read_all(m.contracts(), [&](const pb::Contract& one) { return read(r, one); }),
          .lines = read_all(m.lines(), [&](const pb::SettlementLine& one) { return line(r, one); }),
          .failed = read_all(m.failed(), [&](const pb::FailedItem& one) { return failed(r, one); }),
          .differences =
              read_all(m.differences(), [&](const pb::CanaryDifference& one) { return difference(r, one); }),
          .canary_clean = m.canary_clean()};
}

LinesRedated read(MessageReader& r, const pb::SettlementLinesRedated& m) {
  r.all_known(m);
  return {.calendar = m.calendar(),
          .calendar_version = m.calendar_version(),
          .lines = read_all(m.lines(), [&](const pb::Redated& one) {
            r.all_known(one);
            return Redated{line_key(r, one.line()), date(one.from()), date(one.to())};
          })};
}

PayoutRequested read(MessageReader& r, const pb::PayoutRequested& m) {
  r.all_known(m);
  return {.payout = r.id<PayoutId>(m.payout()),
          .date = date(m.date()),
          .lines = m.lines(),
          .lines_net = m.lines_net(),
          .carried = read_all(m.carried(),
                              [&](const pb::CarriedOver& one) {
                                r.all_known(one);
                                return CarriedOver{r.id<PayoutId>(one.from()), one.amount()};
                              }),
          .withheld = m.withheld(),
          .released = m.released(),
          .amount = m.amount(),
          .left_over = m.left_over(),
          .account = m.account(),
          .state = r.code<PayoutState>(m.state())};
}

PayoutUpdated read(MessageReader& r, const pb::PayoutUpdated& m) {
  r.all_known(m);
  return {.payout = r.id<PayoutId>(m.payout()),
          .date = date(m.date()),
          .state = r.code<PayoutState>(m.state()),
          .amount = m.amount(),
          .file = m.file(),
          .bank_trace_no = m.bank_trace_no(),
          .failure = m.failure(),
          .at = Instant{m.at()},
          .was_paid = m.was_paid(),
          .file_payouts = m.file_payouts(),
          .bank_says = r.code<PayoutState>(m.bank_says()),
          .was_back = m.was_back()};
}

FileImported read(MessageReader& r, const pb::FileImported& m) {
  r.all_known(m);
  return {.file = r.id<FileId>(m.file()),
          .name = m.name(),
          .sha256 = m.sha256(),
          .kind = r.code<FileKind>(m.kind()),
          .acquirer = m.acquirer(),
          .rows_total = m.rows_total(),
          .rows = read_all(m.rows(), [&](const pb::FileRow& one) { return row(r, one); })};
}

Deposited deposited(MessageReader& r, const pb::Deposited& m) {
  r.all_known(m);
  return {.account = static_cast<std::uint16_t>(m.account()),
          .amount = m.amount(),
          .fee = m.fee(),
          .amount_before = m.amount_before(),
          .fee_before = m.fee_before(),
          .difference = m.difference(),
          .difference_before = m.difference_before()};
}

FileMatched read(MessageReader& r, const pb::FileMatched& m) {
  r.all_known(m);
  return {.file = r.id<FileId>(m.file()),
          .kind = r.code<FileKind>(m.kind()),
          .acquirer = m.acquirer(),
          .as_of = date(m.as_of()),
          .matches = read_all(m.matches(), [&](const pb::Match& one) { return match(r, one); }),
          .matched_amount = m.matched_amount(),
          .matched_fee = m.matched_fee(),
          .amount_before = m.amount_before(),
          .fee_before = m.fee_before(),
          .deposits = read_all(m.deposits(), [&](const pb::Deposited& one) { return deposited(r, one); }),
          .tolerance_amount = m.tolerance_amount(),
          .tolerance_days = m.tolerance_days()};
}

BreakResolved read(MessageReader& r, const pb::BreakResolved& m) {
  r.all_known(m);
  return {r.id<FileId>(m.file()), m.line_no(), line_key(r, m.line()), m.resolution()};
}

}  // namespace wonjang
