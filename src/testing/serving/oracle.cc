// Reading and folding; the answers are in oracle_answers.cc and oracle_search.cc.
#include "testing/serving/oracle.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "base/hash64.h"

namespace wonjang::testing {
namespace {

using serving::Transaction;
using serving::TransactionKind;

std::int64_t added_up(const TaxParts& parts) {
  return parts.supply + parts.vat + parts.tax_free + parts.tax_exempt;
}

std::string issuer_in(const MethodDetail& method) {
  if (const auto* d = std::get_if<CardDetail>(&method)) return d->issuer_code;
  if (const auto* d = std::get_if<VirtualAccountDetail>(&method)) return d->bank_code;
  if (const auto* d = std::get_if<TransferDetail>(&method)) return d->bank_code;
  if (const auto* d = std::get_if<MobilePhoneDetail>(&method)) return d->carrier;
  if (const auto* d = std::get_if<EasyPayDetail>(&method)) return d->provider;
  if (const auto* d = std::get_if<PointDetail>(&method)) return d->issuer;
  if (const auto* d = std::get_if<CouponDetail>(&method)) return d->issuer;
  if (const auto* d = std::get_if<DepositCupDetail>(&method)) return d->issuer;
  return {};
}

Instant requested_or_recorded(const Payment& payment) {
  return payment.terms.requested_at.is_zero() ? payment.created_at : payment.terms.requested_at;
}

Instant either(Instant first, Instant otherwise) { return first.is_zero() ? otherwise : first; }

const Approval* leading(const Payment& payment) {
  for (const auto& approval : payment.approvals) {
    if (approval.state == ApprovalState::approved || approval.state == ApprovalState::waiting)
      return &approval;
  }
  return payment.approvals.empty() ? nullptr : &payment.approvals.back();
}

}  // namespace

Oracle::Oracle(OracleOptions options, const EventCodec& codec)
    : options_(std::move(options)), codec_(codec) {}

void Oracle::read(const EventLog& log, const LogPositions& until) {
  constexpr std::uint32_t kUnits = 1024;
  constexpr std::size_t kBytes = std::size_t{4} << 20U;
  WJ_ASSERT(raw_.empty() && records_.empty());
  WJ_ASSERT(until.size() == log.books());
  // Merchants are looked up in the log itself, whatever a projection has folded.
  const auto registry = log.load(kRegistryStream);
  WJ_ASSERT(registry.has_value());
  for (const auto& unit : *registry) take_unit(0, unit);
  for (std::uint32_t book = 0; book < log.books(); ++book) {
    for (Position at = 0; at < until[book];) {
      const auto units = log.read(book, at, kUnits, kBytes);
      WJ_ASSERT(units.has_value());
      WJ_ASSERT(!units->empty());
      for (const auto& unit : *units) {
        if (unit.first >= until[book]) break;
        if (unit.stream != kRegistryStream) take_unit(book, unit);
      }
      at = units->back().next();
    }
  }
  finish();
}

void Oracle::take(const LogUnit& unit) { take_unit(unit.book, unit.unit); }

void Oracle::take_unit(std::uint32_t book, const StoredUnit& unit) {
  for (std::size_t i = 0; i < unit.events.size(); ++i) {
    const auto n = static_cast<std::uint32_t>(i);
    raw_.push_back({unit.stream, unit.first_version + n, book, unit.first + n, raw_.size(), unit.events[i]});
  }
}

void Oracle::finish() {
  std::sort(raw_.begin(), raw_.end(), [](const Raw& a, const Raw& b) {
    return std::tie(a.stream, a.version, a.arrival) < std::tie(b.stream, b.version, b.arrival);
  });
  for (std::size_t i = 0; i < raw_.size();) {
    const RawId stream = raw_[i].stream;
    std::vector<LifeStep> events;
    for (; i < raw_.size() && raw_[i].stream == stream;) {
      const std::size_t stands = i;
      const std::uint32_t version = raw_[i].version;
      const bool folds = version == events.size();
      for (++i; i < raw_.size() && raw_[i].stream == stream && raw_[i].version == version; ++i) {
        if (raw_[i].bytes == raw_[stands].bytes) {
          ++duplicates_;
        } else {
          contradictions_.push_back({stream, version, hash64(raw_[i].bytes), folds});
        }
      }
      if (!folds) {
        ++waiting_;
        continue;
      }
      auto event = codec_.decode(raw_[stands].bytes);
      WJ_ASSERT(event.has_value());
      events.push_back({raw_[stands].book, raw_[stands].position, *std::move(event)});
    }
    if (events.empty()) continue;
    // The registry's stream is the smallest of all, so every merchant is known before its payments.
    if (stream == kRegistryStream) {
      fold_registry(events);
    } else {
      fold_payment(std::move(events));
    }
  }
  raw_.clear();
  raw_.shrink_to_fit();
}

void Oracle::fold_registry(const std::vector<LifeStep>& events) {
  for (const auto& step : events) {
    if (const auto* body = std::get_if<MerchantRegistered>(&step.event.body))
      take_merchant(step.event.merchant, body->organisation);
  }
}

void Oracle::take_merchant(MerchantId id, std::string organisation) {
  numbers_[id] = static_cast<serving::MerchantNo>(merchants_.size());
  merchants_.push_back(id);
  organisations_.push_back(std::move(organisation));
}

void Oracle::take_life(const std::vector<std::vector<Event>>& commands) {
  std::vector<LifeStep> events;
  for (const auto& command : commands) {
    for (const auto& event : command) events.push_back({0, 0, event});
  }
  if (!events.empty()) fold_payment(std::move(events));
}

void Oracle::fold_payment(std::vector<LifeStep> events) {
  Payment payment;
  Record record;
  Taken taken;
  const auto number = numbers_.find(events.front().event.merchant);
  WJ_ASSERT(number != numbers_.end());
  for (const auto& step : events) {
    const Event& event = step.event;
    evolve(payment, event);
    note_state(record, payment, event.recorded_at);
    if (options_.keep_search) note_search(record, event);
    if (auto moved = moved_by(event, payment, taken))
      movements_.push_back({number->second, business_date_of(event.recorded_at).days, *std::move(moved)});
  }
  record.at = {number->second, requested_or_recorded(payment), payment.id};
  record.channel = payment.terms.channel;
  record.currency = payment.currency;
  record.amount = payment.total;
  record.metadata = payment.terms.metadata;
  if (options_.keep_payments) record.payment = std::make_unique<Payment>(std::move(payment));
  if (options_.keep_history) record.history = std::move(events);
  by_payment_[record.at.payment] = records_.size();
  records_.push_back(std::move(record));
}

std::uint16_t Oracle::issuer_number(const std::string& issuer) {
  const auto [it, is_new] = issuer_numbers_.try_emplace(issuer, static_cast<std::uint16_t>(issuers_.size()));
  if (is_new) issuers_.push_back(issuer);
  return it->second;
}

void Oracle::note_state(Record& record, const Payment& payment, Instant recorded_at) {
  State state;
  state.recorded_day = business_date_of(recorded_at).days;
  state.status = payment.status;
  const Approval* lead = leading(payment);
  if (lead != nullptr) state.method = static_cast<std::uint8_t>(method_of(lead->terms.method));
  state.issuer = issuer_number(lead == nullptr ? std::string() : issuer_in(lead->terms.method));
  for (const auto& approval : payment.approvals) {
    if (approval.state != ApprovalState::approved) continue;
    state.gross += added_up(approval.terms.parts);
    for (const auto& cancel : payment.cancels) {
      const bool of_it = cancel.terms.approval == approval.terms.approval;
      if (of_it && cancel.state == CancelState::succeeded) state.canceled += added_up(cancel.terms.parts);
    }
  }
  auto& states = record.states;
  if (!states.empty() && states.back().recorded_day == state.recorded_day) states.pop_back();
  states.push_back(state);
}

// Money moved when an approval whose money wasn't there brought it, and when money that was there went back.
std::optional<Transaction> Oracle::moved_by(const Event& event, const Payment& after, Taken& taken) const {
  Transaction out;
  if (const auto* body = std::get_if<ApprovalApproved>(&event.body)) {
    out.approval = body->terms.approval;
    out.amount = added_up(body->terms.parts);
    if (!taken.try_emplace(out.approval, out.amount).second) return std::nullopt;
    out.kind = TransactionKind::approval;
    out.number = body->approve_no;
    out.at = either(body->approved_at, event.occurred_at);
  } else if (const auto* deposit = std::get_if<DepositConfirmed>(&event.body)) {
    out.approval = deposit->approval;
    out.amount = deposit->amount;
    if (!taken.try_emplace(out.approval, out.amount).second) return std::nullopt;
    out.kind = TransactionKind::approval;
    out.at = either(deposit->deposited_at, event.occurred_at);
  } else if (const auto* reversed = std::get_if<DepositReversed>(&event.body)) {
    out.approval = reversed->approval;
    if (taken.erase(out.approval) == 0) return std::nullopt;
    out.kind = TransactionKind::reversal;
    out.at = either(reversed->reversed_at, event.occurred_at);
    out.amount = reversed->amount;
  } else if (const auto* undone = std::get_if<NetworkCancelConfirmed>(&event.body)) {
    out.approval = undone->approval;
    if (taken.erase(out.approval) == 0) return std::nullopt;
    out.kind = TransactionKind::reversal;
    out.at = event.occurred_at;
    for (const auto& approval : after.approvals) {
      if (approval.terms.approval == out.approval) out.amount = added_up(approval.terms.parts);
    }
  } else if (const auto* cancel = std::get_if<CancelSucceeded>(&event.body)) {
    out.approval = cancel->terms.approval;
    const auto left = taken.find(out.approval);
    if (left == taken.end()) return std::nullopt;
    out.amount = added_up(cancel->terms.parts);
    left->second -= out.amount;
    if (left->second == 0) taken.erase(left);
    out.cancel = cancel->terms.cancel;
    out.kind = TransactionKind::cancel;
    out.number = cancel->transaction_key;
    out.at = either(cancel->canceled_at, event.occurred_at);
  } else {
    return std::nullopt;
  }
  out.payment = after.id;
  out.version = event.version;
  for (const auto& approval : after.approvals) {
    if (approval.terms.approval != out.approval) continue;
    out.method = method_of(approval.terms.method);
    out.issuer = issuer_in(approval.terms.method);
  }
  out.channel = after.terms.channel;
  out.currency = std::string(after.currency.code());
  out.order_id = after.order_id;
  out.balance_after = after.balance;
  out.payment_at = requested_or_recorded(after);
  return out;
}

std::vector<Contradiction> Oracle::contradictions() const {
  auto out = contradictions_;
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace wonjang::testing
