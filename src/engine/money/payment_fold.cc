#include "engine/money/payment_fold.h"

namespace wonjang::money {
namespace {

std::string payment_key(const RawId& payment) { return payment.to_bytes(); }

}  // namespace

Result<void> PaymentFold::prepare(std::span<const Event> events) {
  std::vector<std::string> keys;
  std::vector<Touched*> loaded;
  for (const Event& event : events) {
    if (!is_payment_stream(event.stream)) continue;
    const auto [at, is_new] = touched_.try_emplace(event.stream);
    if (!is_new) continue;
    keys.push_back(payment_key(event.stream));
    loaded.push_back(&at->second);
  }
  WJ_TRY(const auto stored, context_.rows.snapshot().get_many(kPayments, keys));
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!stored[i]) continue;
    WJ_TRY(loaded[i]->state, decoded<PaymentState>(*stored[i], "a payment"));
  }
  keys.clear();
  for (const Event& event : events) {
    if (!is_payment_stream(event.stream) || !std::holds_alternative<AcquisitionUpdated>(event.body)) continue;
    const PaymentState& state = touched_[event.stream].state;
    if (state.moves.empty()) continue;
    for (const auto& move : state.moves) {
      keys.push_back(
          open_key(business_date_of(move.at), state.merchant, PaymentId(event.stream), move.version));
    }
  }
  return context_.rows.prefetch(kOpen, keys);
}

Result<PaymentFold::Taken> PaymentFold::take(const Event& event) {
  Touched& touched = touched_[event.stream];
  const PaymentId payment(event.stream);
  auto& money = touched.state.money;
  if (event.version != money.version) {
    return corrupt("event " + std::to_string(event.version) + " of " + payment.text() +
                   " comes where event " + std::to_string(money.version) +
                   " has to: run `wonjang check` on the ledger");
  }
  Taken out{money, std::nullopt};
  out.movement = journal::fold(money, event);
  touched.changed = true;
  if (event.version == 0) {
    WJ_TRY(touched.state.merchant, context_.meet(money.merchant));
  }
  if (out.movement) {
    touched.state.moves.push_back(*out.movement);
    WJ_CHECK(open_item(touched, payment, *out.movement, business_date_of(event.recorded_at)));
  }
  for (const auto& approval : money.approvals) {
    const auto* before = out.before.find(approval.approval);
    if (before == nullptr) continue;
    const bool same = before->acquired == approval.acquired && before->slip_no == approval.slip_no;
    if (!same) WJ_CHECK(refresh(touched, payment, approval.approval));
    const bool undoing = money.is_undoing(approval.approval);
    if (undoing == out.before.is_undoing(approval.approval)) continue;
    const bool undone = out.movement && std::holds_alternative<NetworkCancelConfirmed>(event.body);
    const BusinessDate ended = undone ? business_date_of(out.movement->at) : BusinessDate{};
    WJ_CHECK(count_from(touched, payment, approval.approval, undoing ? kNotYet : ended));
  }
  return out;
}

Result<void> PaymentFold::open_item(const Touched& touched, PaymentId payment,
                                    const journal::Movement& movement, BusinessDate recorded_on) {
  const auto& money = touched.state.money;
  const MerchantNo merchant = touched.state.merchant;
  put_candidates(touched.state, payment, movement);
  context_.sums.add_unpaid(merchant, money.currency, recorded_on,
                           {signed_amount(movement.kind, movement.amount), 0});
  const LineKey key{payment, movement.version, 0};
  auto& early = context_.memory.early;
  if (!early.empty() && early.erase(key) > 0) {
    context_.rows.remove(kFailed, Key(Table::early).line(key).bytes());
    return {};
  }
  const bool undoing = money.is_undoing(movement.approval);
  const OpenStored item{money.currency, item_of(money, payment, movement),
                        undoing ? kNotYet : BusinessDate{}};
  const auto day = business_date_of(movement.at);
  context_.rows.put(kOpen, open_key(day, merchant, payment, movement.version), encoded(item));
  context_.sums.add_open(day, 1);
  return {};
}

Result<void> PaymentFold::refresh(const Touched& touched, PaymentId payment, ApprovalId approval) {
  const auto& money = touched.state.money;
  const MerchantNo merchant = touched.state.merchant;
  for (const auto& move : touched.state.moves) {
    if (move.approval != approval) continue;
    put_candidates(touched.state, payment, move);
    const auto key = open_key(business_date_of(move.at), merchant, payment, move.version);
    WJ_TRY(const auto* const bytes, context_.rows.get(kOpen, key));
    if (bytes == nullptr) continue;
    WJ_TRY(const auto open, decoded<OpenStored>(*bytes, "an open item"));
    context_.rows.put(kOpen, key,
                      encoded(OpenStored{money.currency, item_of(money, payment, move), open.not_before}));
  }
  return {};
}

Result<void> PaymentFold::count_from(const Touched& touched, PaymentId payment, ApprovalId approval,
                                     BusinessDate not_before) {
  const auto live_version = touched.state.money.find(approval)->live_version;
  for (const auto& move : touched.state.moves) {
    if (move.approval != approval) continue;
    if (move.version != live_version && move.of_version != live_version) continue;
    const auto key = open_key(business_date_of(move.at), touched.state.merchant, payment, move.version);
    WJ_TRY(const auto* const bytes, context_.rows.get(kOpen, key));
    if (bytes == nullptr) continue;
    WJ_TRY(auto open, decoded<OpenStored>(*bytes, "an open item"));
    open.not_before = not_before;
    context_.rows.put(kOpen, key, encoded(open));
  }
  return {};
}

void PaymentFold::put_candidates(const PaymentState& state, PaymentId payment,
                                 const journal::Movement& movement) {
  const auto* approval = state.money.find(movement.approval);
  if (approval == nullptr || (approval->approve_no.empty() && approval->slip_no.empty())) return;
  MoneyReader::Candidate candidate;
  candidate.key = {payment, movement.version, 0};
  candidate.kind = movement.kind;
  candidate.merchant_no = state.merchant;
  candidate.approve_no = approval->approve_no;
  candidate.slip_no = approval->slip_no;
  candidate.acquirer = approval->acquirer;
  candidate.card_tail = approval->card_tail;
  candidate.method = approval->method;
  candidate.currency = state.money.currency;
  candidate.amount = signed_amount(movement.kind, movement.amount);
  candidate.day = business_date_of(movement.at);
  const std::string value = encoded(candidate);
  for (const auto* number : {&approval->approve_no, &approval->slip_no}) {
    if (number->empty()) continue;
    context_.rows.put_blind(kCandidates,
                            Key().text(*number).id(payment.raw()).number(movement.version).bytes(), value);
  }
  if (candidate.acquirer.empty()) return;
  context_.rows.put_blind(kFiles,
                          Key(Table::expected)
                              .text(candidate.acquirer)
                              .day(candidate.day)
                              .id(payment.raw())
                              .number(movement.version)
                              .bytes(),
                          encoded(ExpectedStored{candidate.currency, candidate.amount}));
}

void PaymentFold::finish() {
  std::string value;
  for (const auto& [stream, touched] : touched_) {
    if (!touched.changed) continue;
    value.clear();
    encode(touched.state, value);
    context_.rows.put_blind(kPayments, payment_key(stream), value);
  }
  touched_.clear();
}

}  // namespace wonjang::money
