#include "adapters/acquirer/simulated_provider.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/checked.h"

namespace wonjang {
namespace {

constexpr std::string_view kReversed = "REVERSED";

std::string content_of(const ApproveRequest& request) {
  return request.merchant + '\n' + request.order_id + '\n' + std::to_string(request.amount.minor) + ' ' +
         std::string(request.amount.currency.code());
}
std::string content_of(const CancelRequest& request) {
  return request.approval_reference + '\n' + std::to_string(request.amount.minor) + ' ' +
         std::string(request.amount.currency.code());
}

Instant answer_time(Instant now, const Fate& fate) {
  return now.plus_us(fate.transit_us + fate.work_us + fate.answer_us);
}

std::string to_hex16(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4U) out[i] = kDigits[number & 0xFU];
  return out;
}

}  // namespace

std::string_view name_of(TruthState state) {
  switch (state) {
    case TruthState::pending:
      return "PENDING";
    case TruthState::approved:
      return "APPROVED";
    case TruthState::declined:
      return "DECLINED";
    case TruthState::canceled:
      return "CANCELED";
  }
  return "UNKNOWN";
}

std::string failure_message_of(std::string_view failure_code) {
  struct Line {
    std::string_view code;
    std::string_view message;
  };
  constexpr std::array kLines{
      Line{"DECLINED_BY_ISSUER", "The issuer declined without a reason."},
      Line{"INSUFFICIENT_FUNDS", "Insufficient funds."},
      Line{"LIMIT_EXCEEDED", "The card's limit is exceeded."},
      Line{"CARD_EXPIRED", "The card has expired."},
      Line{"CARD_STOLEN", "The card was reported lost or stolen."},
      Line{kReversed, "A network cancel came before; this reference will never be approved."},
      Line{"CANCEL_REFUSED", "The issuer refuses the cancel."},
      Line{"APPROVAL_NOT_FOUND", "No approval is known under approvalReference."},
      Line{"APPROVAL_REVERSED", "The approval was network-cancelled."},
      Line{"AMOUNT_EXCEEDS_APPROVAL", "The cancel is more than what is left of the approval."},
      Line{"CURRENCY_MISMATCH", "The cancel's currency is not that of the approval."},
      Line{"AMOUNT_NOT_POSITIVE", "The amount must be more than zero."},
  };
  for (const Line& line : kLines) {
    if (line.code == failure_code) return std::string(line.message);
  }
  return {};
}

SimulatedProvider::Reference* SimulatedProvider::find(const std::string& reference) {
  const auto found = references_.find(reference);
  return found == references_.end() ? nullptr : &found->second;
}

Result<SimulatedProvider::Reference*> SimulatedProvider::find_or_add(const std::string& reference) {
  if (Reference* known = find(reference)) return known;
  if (references_.size() >= references_max_)
    return unavailable("the simulated provider holds no further references");
  return &references_[reference];
}

Fate SimulatedProvider::draw(Reference& known, const std::string& reference, ProviderCall call) {
  const std::uint32_t attempt = ++known.attempts[static_cast<std::size_t>(call)];
  return fate_of(profile_, seed_,
                 {.call = call, .reference = reference, .order_id = known.order_id, .attempt = attempt});
}

Result<Passage> SimulatedProvider::submit(const ApproveRequest& request, Instant now) {
  const MutexLock lock(mutex_);
  Entry entry;
  entry.amount = request.amount;
  return submit_money(ProviderCall::approve, request.reference, request.order_id, content_of(request),
                      std::move(entry), now);
}

Result<Passage> SimulatedProvider::submit(const CancelRequest& request, Instant now) {
  const MutexLock lock(mutex_);
  Entry entry;
  entry.amount = request.amount;
  entry.approval_reference = request.approval_reference;
  const Reference* approval = find(request.approval_reference);
  return submit_money(ProviderCall::cancel, request.reference,
                      approval == nullptr ? std::string() : approval->order_id, content_of(request),
                      std::move(entry), now);
}

Result<Passage> SimulatedProvider::submit_money(ProviderCall call, const std::string& reference,
                                                std::string order_id, std::string content, Entry entry,
                                                Instant now) {
  advance(now);
  WJ_TRY(Reference* const known, find_or_add(reference));
  // A "no" here would be taken for the first request's answer, which may have captured money.
  if (!known->content.empty() && known->content != content) {
    return in_doubt("reference " + reference + " was used for another request: inquire what it did");
  }
  known->content = std::move(content);
  known->order_id = std::move(order_id);

  const Fate fate = draw(*known, reference, call);
  Passage passage{fate.loss, answer_time(now, fate)};
  if (known->entry) {
    // Decided or being decided: nothing arrives that could change it, the answer waits for the decision.
    passage.answer_at = std::max(passage.answer_at, known->entry->decided_at.plus_us(fate.answer_us));
    return passage;
  }
  if (fate.dropped) return passage;

  entry.granted_decline = fate.decline_code;
  entry.hidden_us = fate.hidden_us;
  messages_.emplace(Due{now.us + fate.transit_us, ++sent_},
                    Message{reference, false, std::move(entry), fate.work_us});
  advance(now);
  return passage;
}

Result<Passage> SimulatedProvider::submit_inquiry(const std::string& reference, Instant now) {
  const MutexLock lock(mutex_);
  advance(now);
  WJ_TRY(Reference* const known, find_or_add(reference));
  const Fate fate = draw(*known, reference, ProviderCall::inquire);
  return Passage{fate.loss, answer_time(now, fate)};
}

Result<Passage> SimulatedProvider::submit_network_cancel(const std::string& reference, Instant now) {
  const MutexLock lock(mutex_);
  advance(now);
  WJ_TRY(Reference* const known, find_or_add(reference));
  if (known->entry && known->entry->is_cancel()) {
    return in_doubt("reference " + reference + " is a cancel: only an approval can be network-cancelled");
  }
  const Fate fate = draw(*known, reference, ProviderCall::network_cancel);
  const Passage passage{fate.loss, answer_time(now, fate)};
  if (fate.dropped || known->barred) return passage;

  const bool captured = known->entry && known->entry->state == TruthState::approved;
  known->barred = captured ? NetworkCancelResult::canceled : NetworkCancelResult::never_existed;
  if (captured) known->entry->state = TruthState::canceled;
  return passage;
}

void SimulatedProvider::advance(Instant now) {
  while (!messages_.empty() && messages_.begin()->first.first <= now.us) {
    auto node = messages_.extract(messages_.begin());
    const std::int64_t at_us = node.key().first;
    if (node.mapped().decides) {
      decide(node.mapped().reference, Instant{at_us});
    } else {
      arrive(std::move(node.mapped()), at_us);
    }
  }
}

void SimulatedProvider::arrive(Message message, std::int64_t at_us) {
  Reference& known = references_[message.reference];
  if (known.entry) return;  // a repeat that overtook it: one decision per reference
  message.entry.decided_at = Instant{at_us + message.work_us};
  known.entry = std::move(message.entry);
  if (message.work_us == 0) return decide(message.reference, Instant{at_us});
  messages_.emplace(Due{at_us + message.work_us, ++sent_}, Message{message.reference, true, {}, 0});
}

void SimulatedProvider::decide(const std::string& reference, Instant at) {
  Reference& known = references_[reference];
  Entry& entry = *known.entry;
  entry.decided_at = at;
  if (known.barred && !entry.is_cancel()) {
    entry.failure_code = kReversed;
  } else if (!entry.granted_decline.empty()) {
    entry.failure_code = entry.granted_decline;
  } else if (entry.amount.minor <= 0) {
    entry.failure_code = "AMOUNT_NOT_POSITIVE";
  } else if (entry.is_cancel()) {
    entry.failure_code = refusal_of_cancel(entry);
  }
  if (!entry.failure_code.empty()) {
    entry.state = TruthState::declined;
    return;
  }
  entry.state = entry.is_cancel() ? TruthState::canceled : TruthState::approved;
  if (entry.is_cancel()) find(entry.approval_reference)->entry->canceled_minor += entry.amount.minor;
}

std::string SimulatedProvider::refusal_of_cancel(const Entry& cancel) const {
  const auto found = references_.find(cancel.approval_reference);
  if (found == references_.end() || !found->second.entry || found->second.entry->is_cancel()) {
    return "APPROVAL_NOT_FOUND";
  }
  const Entry& approval = *found->second.entry;
  if (approval.state == TruthState::canceled) return "APPROVAL_REVERSED";
  if (approval.state != TruthState::approved) return "APPROVAL_NOT_FOUND";
  if (approval.amount.currency != cancel.amount.currency) return "CURRENCY_MISMATCH";
  if (cancel.amount.minor > approval.amount.minor - approval.canceled_minor) return "AMOUNT_EXCEEDS_APPROVAL";
  return {};
}

const SimulatedProvider::Entry* SimulatedProvider::decided(const std::string& reference, Instant now,
                                                           bool is_cancel) {
  advance(now);
  const Reference* known = find(reference);
  if (known == nullptr || !known->entry || known->entry->is_cancel() != is_cancel) return nullptr;
  return known->entry->state == TruthState::pending ? nullptr : &*known->entry;
}

// Eight digits, or 16 hexadecimal ones behind a letter: the same for one reference at every asking.
std::string SimulatedProvider::number_of(const std::string& reference, std::string_view kind) const {
  const std::uint64_t number = seeded_hash(seed_, std::string(kind) + reference);
  if (kind != "approve_no") return std::string(kind) + to_hex16(number);
  std::string digits = std::to_string(number % 100'000'000);
  return std::string(8 - digits.size(), '0') + digits;
}

std::optional<ApproveAnswer> SimulatedProvider::approval(const std::string& reference, Instant now) {
  const MutexLock lock(mutex_);
  const Entry* entry = decided(reference, now, /*is_cancel=*/false);
  if (entry == nullptr) return std::nullopt;
  ApproveAnswer answer;
  // Network-cancelled since: the first answer is no longer true, and a caller that hears "approved" would
  // book it.
  answer.approved = entry->state == TruthState::approved;
  if (answer.approved) {
    answer.approve_no = number_of(reference, "approve_no");
    answer.network_txn_id = number_of(reference, "n");
    answer.approved_at = entry->decided_at;
  } else {
    answer.failure_code = entry->state == TruthState::canceled ? std::string(kReversed) : entry->failure_code;
    answer.failure_message = failure_message_of(answer.failure_code);
  }
  return answer;
}

std::optional<CancelAnswer> SimulatedProvider::cancellation(const std::string& reference, Instant now) {
  const MutexLock lock(mutex_);
  const Entry* entry = decided(reference, now, /*is_cancel=*/true);
  if (entry == nullptr) return std::nullopt;
  CancelAnswer answer;
  answer.canceled = entry->state == TruthState::canceled;
  if (answer.canceled) {
    answer.transaction_key = number_of(reference, "c");
    answer.canceled_at = entry->decided_at;
  } else {
    answer.failure_code = entry->failure_code;
    answer.failure_message = failure_message_of(answer.failure_code);
  }
  return answer;
}

std::optional<NetworkCancelAnswer> SimulatedProvider::network_cancellation(const std::string& reference,
                                                                           Instant now) {
  const MutexLock lock(mutex_);
  advance(now);
  const Reference* known = find(reference);
  if (known == nullptr || !known->barred) return std::nullopt;
  return NetworkCancelAnswer{*known->barred, {}};
}

InquiryAnswer SimulatedProvider::inquiry(const std::string& reference, Instant now) {
  const MutexLock lock(mutex_);
  advance(now);
  InquiryAnswer answer;
  answer.answer = ProviderAnswer::not_found;
  const Reference* known = find(reference);
  if (known == nullptr) return answer;
  if (known->barred) {
    // Final in both cases, whatever still travels: no money is or will be under this reference.
    const bool was_captured = *known->barred == NetworkCancelResult::canceled;
    answer.answer = was_captured ? ProviderAnswer::canceled : ProviderAnswer::declined;
    answer.failure_code = kReversed;
    answer.failure_message = failure_message_of(kReversed);
    return answer;
  }
  if (!known->entry) return answer;
  const Entry& entry = *known->entry;
  if (entry.state == TruthState::pending) {
    answer.answer = ProviderAnswer::pending;
    return answer;
  }
  if (now < entry.decided_at.plus_us(entry.hidden_us)) return answer;

  answer.at = entry.decided_at;
  if (entry.state == TruthState::declined) {
    answer.answer = ProviderAnswer::declined;
    answer.failure_code = entry.failure_code;
    answer.failure_message = failure_message_of(entry.failure_code);
  } else if (entry.is_cancel()) {
    answer.answer = ProviderAnswer::canceled;
    answer.network_txn_id = number_of(reference, "c");
  } else {
    const bool is_all_canceled = entry.canceled_minor == entry.amount.minor;
    answer.answer = is_all_canceled ? ProviderAnswer::canceled : ProviderAnswer::approved;
    answer.approve_no = number_of(reference, "approve_no");
    answer.network_txn_id = number_of(reference, "n");
  }
  return answer;
}

Truth SimulatedProvider::truth_from(const std::string& reference, const Reference& known) {
  const Entry& entry = *known.entry;
  return {reference,    entry.approval_reference, known.order_id,    entry.state,
          entry.amount, entry.canceled_minor,     entry.failure_code};
}

std::vector<Truth> SimulatedProvider::truth(Instant now, const std::string& after, std::size_t count_max) {
  const MutexLock lock(mutex_);
  advance(now);
  std::vector<Truth> out;
  for (auto it = references_.upper_bound(after); it != references_.end() && out.size() < count_max; ++it) {
    if (it->second.entry) out.push_back(truth_from(it->first, it->second));
  }
  return out;
}

std::optional<Truth> SimulatedProvider::truth_of(const std::string& reference, Instant now) {
  const MutexLock lock(mutex_);
  advance(now);
  const Reference* known = find(reference);
  if (known == nullptr || !known->entry) return std::nullopt;
  return truth_from(reference, *known);
}

std::map<std::string, std::int64_t> SimulatedProvider::captured_totals(Instant now) {
  std::map<std::string, std::int64_t> totals;
  for (const Truth& row : truth(now)) {
    std::int64_t& total = totals[std::string(row.amount.currency.code())];
    const auto sum = checked_add(total, row.captured_minor());
    WJ_ASSERT(sum.has_value());
    total = *sum;
  }
  return totals;
}

std::size_t SimulatedProvider::in_flight(Instant now) {
  const MutexLock lock(mutex_);
  advance(now);
  return messages_.size();
}

std::vector<std::string> SimulatedProvider::violations(Instant now) {
  const MutexLock lock(mutex_);
  advance(now);
  std::vector<std::string> out;
  std::map<std::string, std::int64_t> canceled;
  for (const auto& [reference, known] : references_) {
    if (known.entry && known.entry->is_cancel() && known.entry->state == TruthState::canceled) {
      canceled[known.entry->approval_reference] += known.entry->amount.minor;
    }
  }
  for (const auto& [reference, known] : references_) {
    if (!known.entry || known.entry->is_cancel()) continue;
    const Entry& entry = *known.entry;
    if (entry.canceled_minor < 0 || entry.canceled_minor > entry.amount.minor) {
      out.push_back(reference + ": more was cancelled than approved");
    }
    if (entry.canceled_minor != canceled[reference]) {
      out.push_back(reference + ": its cancels don't add up to what was cancelled of it");
    }
    if (known.barred && entry.state == TruthState::approved) {
      out.push_back(reference + ": holds money after its network cancel");
    }
  }
  return out;
}

}  // namespace wonjang
