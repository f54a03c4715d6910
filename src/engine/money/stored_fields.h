// Fields of everything that the projection `money` keeps, in their stored order: one list for writing and
// reading (archive.h). The order and the set of fields are the stored format (docs/formats/money.md): a
// change of either raises kMoneyVersion (money.cc), and the store is built anew.
#pragma once

#include <concepts>
#include <tuple>
#include <type_traits>

#include "domain/event.h"
#include "domain/journal/movement.h"
#include "domain/settlement/events.h"

namespace wonjang::money {

template <typename T, typename U>
concept Of = std::same_as<std::remove_const_t<T>, U>;

// ---- Payments ----

auto tied(Of<journal::ApprovalMoney> auto& v) {
  return std::tie(v.approval, v.is_live, v.live_version, v.amount, v.canceled, v.method, v.issuer, v.acquirer,
                  v.card_type, v.months, v.interest_payer, v.used_point, v.has_acquisition, v.acquired,
                  v.approve_no, v.slip_no, v.card_tail);
}
auto tied(Of<journal::PaymentMoney> auto& v) {
  return std::tie(v.merchant, v.order_id, v.sub_mall, v.currency, v.version, v.approvals, v.undoing);
}
auto tied(Of<journal::Movement> auto& v) {
  return std::tie(v.kind, v.approval, v.version, v.of_version, v.amount, v.at);
}

// ---- Lines ----

auto tied(Of<settlement::LineKey> auto& v) { return std::tie(v.payment, v.version, v.seq); }
auto tied(Of<settlement::Item> auto& v) {
  return std::tie(v.key, v.kind, v.approval, v.of_version, v.order_id, v.sub_mall, v.method, v.issuer,
                  v.card_type, v.months, v.interest_payer, v.used_point, v.amount, v.at, v.acquired,
                  v.has_acquisition);
}
auto tied(Of<settlement::FeeLine> auto& v) {
  return std::tie(v.type, v.rule, v.base, v.rate_ppm, v.fixed, v.amount);
}
auto tied(Of<settlement::LineBalance> auto& v) {
  return std::tie(v.amount, v.amount_left, v.fees, v.fees_left, v.vat, v.vat_left, v.on_cancel);
}
auto tied(Of<settlement::FailedItem> auto& v) { return std::tie(v.item, v.code, v.detail); }
auto tied(Of<settlement::CanaryDifference> auto& v) {
  return std::tie(v.canary, v.line, v.fee_now, v.fee_candidate, v.vat_now, v.vat_candidate, v.detail);
}

// ---- Runs ----

auto tied(Of<settlement::RunTotals> auto& v) {
  return std::tie(v.currency, v.lines, v.failed, v.gross, v.fee, v.fee_vat, v.net);
}
auto tied(Of<settlement::RunStarted> auto& v) {
  return std::tie(v.date, v.attempt, v.resumed, v.holder, v.known_at, v.calculator, v.items);
}
auto tied(Of<settlement::StageTime> auto& v) {
  return std::tie(v.stage, v.us, v.cpu_us, v.waited_us, v.rows);
}
auto tied(Of<settlement::RunEnded> auto& v) {
  return std::tie(v.date, v.attempt, v.outcome, v.before, v.added, v.after, v.untouched_hash, v.profile,
                  v.wall_us, v.cpu_us, v.memory_peak_bytes, v.promoted);
}

// ---- Payouts ----

auto tied(Of<settlement::CarriedOver> auto& v) { return std::tie(v.from, v.amount); }
auto tied(Of<settlement::PayoutRequested> auto& v) {
  return std::tie(v.payout, v.date, v.lines, v.lines_net, v.carried, v.withheld, v.released, v.amount,
                  v.left_over, v.account, v.state);
}
auto tied(Of<settlement::PayoutUpdated> auto& v) {
  return std::tie(v.payout, v.date, v.state, v.amount, v.file, v.bank_trace_no, v.failure, v.at, v.was_paid,
                  v.file_payouts, v.bank_says, v.was_back);
}

// ---- Reference data ----

auto tied(Of<Actor> auto& v) { return std::tie(v.kind, v.id); }
auto tied(Of<settlement::ClosedDay> auto& v) { return std::tie(v.date, v.kind, v.name); }
auto tied(Of<settlement::Calendar> auto& v) {
  return std::tie(v.code, v.version, v.source, v.from, v.until, v.closed);
}
auto tied(Of<settlement::Selector> auto& v) {
  return std::tie(v.method, v.issuer, v.card_type, v.months_min, v.months_max);
}
auto tied(Of<settlement::RateStep> auto& v) { return std::tie(v.from, v.rate_ppm); }
auto tied(Of<settlement::TierRate> auto& v) { return std::tie(v.tier, v.card_type, v.rate_ppm); }
auto tied(Of<settlement::FeeRule> auto& v) {
  return std::tie(v.name, v.kind, v.applies, v.rate_ppm, v.amount, v.steps, v.by_tier);
}
auto tied(Of<settlement::CancelRule> auto& v) { return std::tie(v.method, v.fee); }
auto tied(Of<settlement::MethodFees> auto& v) {
  return std::tie(v.name, v.method, v.issuer, v.vat, v.order, v.rounding);
}
auto tied(Of<settlement::FeeTerms> auto& v) {
  return std::tie(v.rules, v.vat, v.order, v.rounding, v.on_cancel, v.by_method);
}
auto tied(Of<settlement::Cycle> auto& v) {
  return std::tie(v.kind, v.basis, v.roll, v.lag_days, v.policy, v.week_end);
}
auto tied(Of<settlement::MethodCycle> auto& v) { return std::tie(v.name, v.method, v.issuer, v.cycle); }
auto tied(Of<settlement::Contract> auto& v) {
  return std::tie(v.merchant, v.sub_mall, v.currency, v.version, v.valid_from, v.valid_until, v.tier,
                  v.business_number, v.fees, v.cycle, v.calendar, v.keep_back, v.payout_account,
                  v.cycle_by_method);
}
auto tied(Of<settlement::Hold> auto& v) { return std::tie(v.merchant, v.placed, v.from, v.reason); }
auto tied(Of<settlement::FundsRatio> auto& v) { return std::tie(v.valid_from, v.ratio_ppm, v.source); }
auto tied(Of<settlement::FundsHeld> auto& v) {
  return std::tie(v.date, v.kind, v.institution, v.currency, v.amount, v.merchant);
}
auto tied(Of<settlement::Canary> auto& v) {
  return std::tie(v.name, v.merchants, v.method, v.business_number, v.currency, v.candidate, v.clean_days,
                  v.stopped, v.promote_all);
}
auto tied(Of<settlement::ChangeProposed> auto& v) { return std::tie(v.change, v.reference, v.note); }
auto tied(Of<settlement::ChangeDecided> auto& v) {
  return std::tie(v.change, v.approved, v.reference, v.note);
}

// ---- Files ----

auto tied(Of<settlement::FileRow> auto& v) {
  return std::tie(v.line_no, v.their_key, v.card_tail, v.amount, v.fee, v.date, v.paid_on);
}
auto tied(Of<settlement::Match> auto& v) {
  return std::tie(v.line_no, v.ours, v.state, v.reason, v.matched_by, v.amount_delta, v.date_delta, v.why);
}

auto tied(Of<settlement::Deposited> auto& v) {
  return std::tie(v.account, v.amount, v.fee, v.amount_before, v.fee_before, v.difference,
                  v.difference_before);
}

}  // namespace wonjang::money
