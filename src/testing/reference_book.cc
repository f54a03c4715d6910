#include "testing/reference_book.h"

#include <algorithm>

namespace wonjang::testing {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kSeoulUs = 9 * 3'600'000'000LL;
constexpr std::int64_t kCardDays = 365;

std::int64_t day_of(std::int64_t us) { return (us + kSeoulUs) / kDayUs; }

RefParts plus(const RefParts& a, const RefParts& b) {
  return {a.supply + b.supply, a.vat + b.vat, a.tax_free + b.tax_free, a.tax_exempt + b.tax_exempt};
}
RefParts minus(const RefParts& a, const RefParts& b) {
  return {a.supply - b.supply, a.vat - b.vat, a.tax_free - b.tax_free, a.tax_exempt - b.tax_exempt};
}

std::int64_t rounded_eleventh(std::int64_t n) { return (2 * n + 11) / 22; }

std::optional<RefParts> parts_of(std::int64_t total, std::int64_t tax_free, std::int64_t tax_exempt) {
  const auto taxable = total - tax_free - tax_exempt;
  if (tax_free < 0 || tax_exempt < 0 || taxable < 0) return std::nullopt;
  return RefParts{taxable - rounded_eleventh(taxable), rounded_eleventh(taxable), tax_free, tax_exempt};
}

// `amount` out of `left`: the last one takes what is there, before that VAT is an eleventh as far as it
// reaches.
std::optional<RefParts> share_of(const RefParts& left, std::int64_t amount, std::int64_t tax_free,
                                 std::int64_t tax_exempt) {
  const auto taxable = amount - tax_free - tax_exempt;
  if (taxable < 0 || amount > left.sum() || tax_free > left.tax_free || tax_exempt > left.tax_exempt)
    return std::nullopt;
  if (amount == left.sum()) {
    const bool as_named =
        (tax_free == 0 || tax_free == left.tax_free) && (tax_exempt == 0 || tax_exempt == left.tax_exempt);
    return as_named ? std::optional(left) : std::nullopt;
  }
  if (taxable > left.supply + left.vat) return std::nullopt;
  auto vat = rounded_eleventh(taxable);
  if (vat > left.vat) vat = left.vat;
  if (taxable - vat > left.supply) vat = taxable - left.supply;
  return RefParts{taxable - vat, vat, tax_free, tax_exempt};
}

// An approval that names no tax parts takes goods first, then what is free of tax, then what is outside it.
RefParts first_fit(const RefParts& left, std::int64_t amount) {
  if (const auto share = share_of(left, amount, 0, 0)) return *share;
  const auto taxable = std::min(amount, left.supply + left.vat);
  RefParts out = *share_of({left.supply, left.vat, 0, 0}, taxable, 0, 0);
  out.tax_free = std::min(amount - taxable, left.tax_free);
  out.tax_exempt = amount - taxable - out.tax_free;
  return out;
}

bool step_allowed(RefSlip from, RefSlip to) {
  if (to == RefSlip::requested) return from == RefSlip::ready;
  if (to == RefSlip::completed) return from == RefSlip::requested;
  if (to == RefSlip::cancel_requested) return from == RefSlip::requested || from == RefSlip::completed;
  if (to == RefSlip::canceled) return from == RefSlip::cancel_requested;
  return false;
}

constexpr auto kAccepted = RefVerdict::accepted;
constexpr auto kAlready = RefVerdict::already;
constexpr auto kRefused = RefVerdict::refused;
constexpr auto kTurnedAway = RefVerdict::turned_away;

bool wrong_wish(const RefRequest& request) {
  // Sums of squares of totals stay exact up to here (domain/payment.h says the same number its own way).
  if (request.amount > 140'737'488'355'327) return true;
  if (request.amount <= 0) return true;
  return !parts_of(request.amount, request.tax_free, request.tax_exempt).has_value();
}

// An account that nobody could pay into any more.
bool is_past_due(const RefApprovalWish& wish, std::int64_t issued_us) {
  return wish.waits && wish.due_us != 0 && wish.due_us <= issued_us;
}

bool wrong_approvals(const RefRequest& request) {
  std::int64_t sum = 0;
  std::size_t waiting = 0;
  for (const auto& wish : request.approvals) {
    if (wish.amount <= 0) return true;
    sum += wish.amount;
    if (wish.waits) ++waiting;
  }
  return sum > request.amount || waiting > 1 || (waiting == 1 && sum != request.amount);
}

}  // namespace

const char* name_of(RefVerdict verdict) {
  constexpr const char* kNames[] = {"accepted", "already so", "refused",   "turned away",
                                    "replayed", "open",       "key reused"};
  return kNames[static_cast<std::size_t>(verdict)];
}

RefParts RefApproval::left() const {
  return is_held() ? minus(minus(parts, canceled), canceling) : RefParts{};
}

std::int64_t RefPayment::live() const {
  std::int64_t sum = 0;
  for (const auto& approval : approvals) {
    if (approval.state == RefApprovalState::live) sum += approval.parts.sum();
  }
  return sum;
}

// ---- batches ----

void ReferenceBook::begin() {
  payments_before_.clear();
  keys_before_.clear();
}

void ReferenceBook::commit() { begin(); }

void ReferenceBook::roll_back() {
  for (auto& [name, before] : payments_before_) {
    if (before) {
      payments_[name] = *before;
    } else {
      payments_.erase(name);
    }
  }
  for (auto& [key, before] : keys_before_) {
    if (before) {
      keys_[key] = *before;
    } else {
      keys_.erase(key);
    }
  }
  begin();
}

void ReferenceBook::touch(const std::string& payment) {
  if (payments_before_.contains(payment)) return;
  const auto found = payments_.find(payment);
  payments_before_[payment] = found == payments_.end() ? std::nullopt : std::optional(found->second);
}

void ReferenceBook::touch_key(const std::pair<std::string, std::string>& key) {
  if (keys_before_.contains(key)) return;
  const auto found = keys_.find(key);
  keys_before_[key] = found == keys_.end() ? std::nullopt : std::optional(found->second);
}

const RefPayment* ReferenceBook::find(const std::string& name) const {
  const auto found = payments_.find(name);
  return found == payments_.end() ? nullptr : &found->second;
}

const RefKey* ReferenceBook::find_key(const std::string& tenant, const std::string& key) const {
  const auto found = keys_.find({tenant, key});
  return found == keys_.end() ? nullptr : &found->second;
}

// ---- keys ----

RefVerdict ReferenceBook::apply(const RefRequest& request, std::int64_t now_us, const RefReply& reply) {
  if (!request.key.empty()) {
    if (const auto* known = find_key(request.tenant, request.key)) {
      if (known->content != request.content) return RefVerdict::reused;
      return known->final ? RefVerdict::replayed : RefVerdict::open;
    }
  }
  RefVerdict verdict = kTurnedAway;
  if (request.operation == RefOperation::create) {
    verdict = create(request, now_us);
  } else if (is_visible(request)) {
    touch(request.payment);
    verdict = change(payments_[request.payment], request, now_us);
  }
  // The house's own attempts come again by themselves: nobody writes down that one was refused.
  if (verdict == kRefused && request.key.empty()) verdict = kTurnedAway;
  remember(request, verdict, reply);
  return verdict;
}

bool ReferenceBook::is_visible(const RefRequest& request) const {
  const auto* payment = find(request.payment);
  return payment != nullptr && (request.only_merchant.empty() || request.only_merchant == payment->merchant);
}

void ReferenceBook::remember(const RefRequest& request, RefVerdict verdict, const RefReply& reply) {
  // A keyed "already so" is kept like any answer; the house's own leaves no trace.
  const bool is_kept_note = verdict == kAlready && !request.key.empty();
  if (verdict != kAccepted && verdict != kRefused && !is_kept_note) return;
  const std::string& name = request.operation == RefOperation::create ? request.order : request.payment;
  const RefPayment& payment = payments_[name];
  const auto owes = [&](const std::string& key) {
    for (const auto& approval : payment.approvals) {
      if (approval.is_in_doubt() && approval.key == key) return true;
    }
    for (const auto& cancel : payment.cancels) {
      if (cancel.is_in_doubt() && cancel.key == key) return true;
    }
    return false;
  };
  if (!request.key.empty()) {
    const std::pair id{request.tenant, request.key};
    touch_key(id);
    const bool final = verdict != kAccepted || !owes(request.tenant + "/" + request.key);
    keys_[id] = {request.content, name, final, final ? reply : RefReply{}};
    return;
  }
  // What the house found out is the answer that somebody is waiting for.
  for (auto& [id, key] : keys_) {
    if (key.final || key.payment != name || owes(id.first + "/" + id.second)) continue;
    touch_key(id);
    key.final = true;
    key.reply = reply;
    return;
  }
}

// ---- what is allowed ----

RefVerdict ReferenceBook::create(const RefRequest& request, std::int64_t now_us) {
  if (payments_.contains(request.order)) return kRefused;  // the order id is taken
  if (wrong_wish(request) || wrong_approvals(request)) return kTurnedAway;
  const auto requested_us = request.requested_us != 0 ? request.requested_us : now_us;
  for (const auto& wish : request.approvals) {
    if (is_past_due(wish, requested_us)) return kTurnedAway;
  }
  touch(request.order);
  RefPayment& payment = payments_[request.order];
  payment.merchant = request.tenant;
  payment.parts = *parts_of(request.amount, request.tax_free, request.tax_exempt);
  payment.balance = request.amount;
  payment.partly_cancelable = request.partly_cancelable;
  payment.requested_us = requested_us;
  payment.expires_us = request.expires_us;
  if (!request.approvals.empty()) payment.status = RefStatus::in_progress;
  RefParts left = payment.parts;
  std::vector<RefApproval> waiting;
  for (const auto& wish : request.approvals) {
    RefApproval approval;
    approval.method = wish.method;
    approval.parts = first_fit(left, wish.amount);
    left = minus(left, approval.parts);
    approval.due_us = wish.due_us;
    approval.has_refund_account = wish.has_refund_account;
    approval.state = wish.waits ? RefApprovalState::waiting : RefApprovalState::live;
    if (!wish.waits) {
      approval.approved_us = wish.approved_us != 0 ? wish.approved_us : now_us;
      approval.was_approved = true;
      if (wish.method == RefMethod::card) approval.slip = RefSlip::ready;
      payment.approvals.push_back(approval);
    } else {
      waiting.push_back(approval);
    }
  }
  payment.approvals.insert(payment.approvals.end(), waiting.begin(), waiting.end());
  if (!waiting.empty()) {
    payment.status = RefStatus::waiting;
  } else if (payment.live() == payment.total()) {
    payment.status = RefStatus::done;
  }
  return kAccepted;
}

struct ReferenceBook::Ruling {
  RefPayment& payment;
  const RefRequest& request;
  std::int64_t now_us;

  std::string open_key() const { return request.key.empty() ? "" : request.tenant + "/" + request.key; }
  RefApproval* named() const {
    return request.approval < payment.approvals.size() ? &payment.approvals[request.approval] : nullptr;
  }
  bool cancel_in_doubt() const {
    return std::ranges::any_of(payment.cancels, [](const RefCancel& c) { return c.is_in_doubt(); });
  }

  RefVerdict authenticate() const {
    if (payment.status != RefStatus::ready) return kRefused;
    payment.status = RefStatus::in_progress;
    return kAccepted;
  }

  RefVerdict fail() const {
    const bool in_doubt =
        std::ranges::any_of(payment.approvals, [](const RefApproval& a) { return a.is_in_doubt(); });
    if (payment.status != RefStatus::in_progress || payment.live() > 0 || in_doubt) return kRefused;
    payment.status = RefStatus::aborted;
    return kAccepted;
  }

  RefVerdict expire() const {
    const bool open = payment.status == RefStatus::ready || payment.status == RefStatus::in_progress ||
                      payment.status == RefStatus::waiting;
    if (!open || payment.live() > 0) return kRefused;
    std::int64_t due = payment.expires_us;
    for (const auto& approval : payment.approvals) {
      if (approval.state != RefApprovalState::waiting || approval.due_us == 0) continue;
      if (due == 0 || approval.due_us < due) due = approval.due_us;
    }
    if (due == 0 || now_us < due) return kRefused;
    payment.status = RefStatus::expired;
    return kAccepted;
  }

  RefVerdict approve(bool through_provider) const {
    const RefApprovalWish& wish = request.approvals.front();
    if (wish.amount <= 0 || is_past_due(wish, through_provider ? now_us : payment.requested_us))
      return kTurnedAway;
    if (payment.status != RefStatus::ready && payment.status != RefStatus::in_progress) return kRefused;
    if (payment.approvals.size() >= 64) return kRefused;
    std::int64_t in_doubt = 0;
    RefParts left = payment.parts;
    for (const auto& approval : payment.approvals) {
      if (approval.is_in_doubt()) in_doubt += approval.parts.sum();
      if (approval.is_held() || approval.is_in_doubt()) left = minus(left, approval.parts);
    }
    if (wish.amount > payment.total() - payment.live() - in_doubt) return kRefused;
    if (wish.waits && wish.amount != payment.total() - payment.live()) return kRefused;
    const auto at_us = through_provider || wish.approved_us == 0 ? now_us : wish.approved_us;
    if (payment.expires_us != 0 && at_us >= payment.expires_us) return kRefused;

    RefApproval approval;
    approval.method = wish.method;
    approval.parts = first_fit(left, wish.amount);
    approval.due_us = wish.due_us;
    approval.has_refund_account = wish.has_refund_account;
    approval.through_provider = through_provider;
    payment.status = RefStatus::in_progress;
    payment.approvals.push_back(approval);
    RefApproval& added = payment.approvals.back();
    if (through_provider) {
      added.key = open_key();
    } else if (wish.waits) {
      added.state = RefApprovalState::waiting;
      payment.status = RefStatus::waiting;
    } else {
      make_live(added, at_us, {});
    }
    return kAccepted;
  }

  void make_live(RefApproval& approval, std::int64_t at_us, const std::string& approve_no) const {
    approval.state = RefApprovalState::live;
    approval.approved_us = at_us;
    approval.was_approved = true;
    approval.approve_no = approve_no;
    if (payment.is_over()) {  // goes back; its caller is answered then
      approval.state = RefApprovalState::reversing;
      return;
    }
    approval.key.clear();
    if (approval.method == RefMethod::card) approval.slip = RefSlip::ready;
    if (payment.live() == payment.total()) payment.status = RefStatus::done;
  }

  RefVerdict settle_approval() const {
    RefApproval* approval = named();
    if (approval == nullptr) return kTurnedAway;
    const auto state = approval->state;
    const bool no_outcome = state == RefApprovalState::asked || state == RefApprovalState::unknown;
    if (request.outcome == RefOutcome::unknown) {
      if (state != RefApprovalState::asked) return kAlready;
      approval->state = RefApprovalState::unknown;
      return kAccepted;
    }
    if (request.outcome == RefOutcome::no) {
      if (state == RefApprovalState::declined || state == RefApprovalState::reversed) return kAlready;
      if (approval->is_held() || approval->was_approved) return kAccepted;  // an incident
      approval->state = RefApprovalState::declined;
      approval->key.clear();
      return kAccepted;
    }
    const auto at_us = request.at_us != 0 ? request.at_us : now_us;
    if (no_outcome) {
      make_live(*approval, at_us, request.approve_no);
      return kAccepted;
    }
    const bool same = approval->was_approved && approval->approve_no == request.approve_no;
    if (state == RefApprovalState::reversing) {
      if (approval->was_approved) return kAlready;
      approval->was_approved = true;
      approval->approve_no = request.approve_no;
      return kAccepted;
    }
    if (state == RefApprovalState::waiting || same) return kAlready;
    if (state == RefApprovalState::live) return kAccepted;  // an incident: approved twice
    approval->state = RefApprovalState::reversing;  // taken although it was given up: undone, and an incident
    return kAccepted;
  }

  // The account that a notice of the bank is about: payments here have one at most.
  RefApproval* account() const {
    for (auto& approval : payment.approvals) {
      const bool counts = approval.is_held() || approval.state == RefApprovalState::reversed;
      if (approval.method == RefMethod::account && counts) return &approval;
    }
    return nullptr;
  }

  RefVerdict confirm_deposit() const {
    RefApproval* found = account();
    if (found == nullptr) return kTurnedAway;
    const auto at_us = request.at_us != 0 ? request.at_us : now_us;
    if (const auto told = found->deposits_told.find(request.notice); told != found->deposits_told.end()) {
      const bool same_time = request.at_us == 0 || told->second.second == at_us;
      return told->second.first == request.amount && same_time ? kAlready : kRefused;
    }
    if (found->state != RefApprovalState::waiting || payment.status != RefStatus::waiting) return kRefused;
    if (payment.live() + found->parts.sum() != payment.total() || cancel_in_doubt()) return kRefused;
    if (request.amount != found->parts.sum() || (found->due_us != 0 && at_us >= found->due_us))
      return kRefused;
    found->state = RefApprovalState::live;
    found->approved_us = at_us;
    found->was_approved = true;
    if (!request.notice.empty()) found->deposits_told[request.notice] = {request.amount, at_us};
    payment.status = RefStatus::done;
    return kAccepted;
  }

  RefVerdict reverse_deposit() const {
    RefApproval* found = account();
    if (found == nullptr) return kTurnedAway;
    const auto at_us = request.at_us != 0 ? request.at_us : now_us;
    if (const auto told = found->reversals_told.find(request.notice); told != found->reversals_told.end()) {
      const bool same_time = request.at_us == 0 || told->second.second == at_us;
      return told->second.first == request.waits_again && same_time ? kAlready : kRefused;
    }
    if (payment.status != RefStatus::done || found->state != RefApprovalState::live) return kRefused;
    if (!request.waits_again && payment.live() > found->parts.sum()) return kRefused;
    if (cancel_in_doubt()) return kRefused;
    if (!request.notice.empty()) found->reversals_told[request.notice] = {request.waits_again, at_us};
    found->was_approved = false;
    found->approved_us = 0;
    found->state = request.waits_again ? RefApprovalState::waiting : RefApprovalState::reversed;
    payment.status = request.waits_again ? RefStatus::waiting : RefStatus::canceled;
    if (!request.waits_again) payment.balance = 0;
    return kAccepted;
  }

  // What may not be taken in part, and what is too old or has nowhere to go.
  bool against_the_rules(const RefApproval& approval, std::int64_t amount) const {
    const bool in_part = amount < approval.left().sum();
    if (in_part && approval.method == RefMethod::gift) return true;
    if (in_part && approval.method == RefMethod::card && approval.parts.tax_exempt != 0) return true;
    if (approval.state != RefApprovalState::live) return false;
    if (approval.method == RefMethod::card && day_of(now_us) - day_of(approval.approved_us) > kCardDays)
      return true;
    return approval.method == RefMethod::account && !approval.has_refund_account;
  }

  RefVerdict cancel() const {
    if (!request.whole_amount && request.amount <= 0) return kTurnedAway;
    const bool named_parts = request.tax_free != 0 || request.tax_exempt != 0;
    if (named_parts && (request.whole_amount || wrong_wish(request))) return kTurnedAway;
    if (request.has_approval && named() == nullptr) return kTurnedAway;
    const bool open = payment.status == RefStatus::in_progress || payment.status == RefStatus::waiting;
    if (!open && !payment.is_paid()) return kRefused;

    std::vector<std::size_t> targets;
    RefParts left;
    for (std::size_t i = 0; i < payment.approvals.size(); ++i) {
      const RefApproval& approval = payment.approvals[i];
      const bool concerns = !request.has_approval || i == request.approval;
      if (!concerns && payment.status == RefStatus::waiting && approval.left().sum() > 0) return kRefused;
      if (!concerns) continue;
      if (approval.is_in_doubt()) return kRefused;
      if (approval.left().sum() > 0) targets.push_back(i);
      left = plus(left, approval.left());
    }
    const auto amount = request.whole_amount ? left.sum() : request.amount;
    if (left.sum() == 0 || amount > left.sum()) return kRefused;
    if (request.expected_left && *request.expected_left != left.sum()) return kRefused;
    if (targets.size() > 1 && amount < left.sum()) return kRefused;
    const auto share = share_of(left, amount, request.tax_free, request.tax_exempt);
    if (!share) return kRefused;
    const bool in_part = amount < left.sum();
    if (in_part && !payment.is_paid()) return kRefused;
    std::int64_t all_left = 0;
    for (const auto& approval : payment.approvals) all_left += approval.left().sum();
    if (payment.is_paid() && !payment.partly_cancelable && amount < all_left) return kRefused;
    for (const auto target : targets) {
      const auto& approval = payment.approvals[target];
      if (against_the_rules(approval, in_part ? amount : approval.left().sum())) return kRefused;
    }
    for (const auto target : targets) take(target, in_part ? *share : payment.approvals[target].left());
    return kAccepted;
  }

  void take(std::size_t target, const RefParts& parts) const {
    RefApproval& approval = payment.approvals[target];
    payment.cancels.push_back({target, parts, RefCancelState::asked, open_key()});
    approval.canceling = plus(approval.canceling, parts);
    if (!approval.through_provider) give_back(payment.cancels.back());
  }

  void give_back(RefCancel& cancel) const {
    RefApproval& approval = payment.approvals[cancel.approval];
    if (cancel.is_in_doubt()) approval.canceling = minus(approval.canceling, cancel.parts);
    approval.canceled = plus(approval.canceled, cancel.parts);
    cancel.state = RefCancelState::succeeded;
    cancel.key.clear();
    if (payment.is_paid()) {
      payment.balance -= cancel.parts.sum();
      payment.status = payment.balance > 0 ? RefStatus::partly_canceled : RefStatus::canceled;
      return;
    }
    approval.state = RefApprovalState::reversed;
    const bool something_stays = std::ranges::any_of(
        payment.approvals, [](const RefApproval& a) { return a.is_held() || a.is_in_doubt(); });
    if (payment.status != RefStatus::waiting || something_stays) return;
    payment.status = RefStatus::canceled;
    payment.balance = 0;
  }

  RefVerdict settle_cancel() const {
    if (request.cancel >= payment.cancels.size()) return kTurnedAway;
    RefCancel& cancel = payment.cancels[request.cancel];
    RefApproval& approval = payment.approvals[cancel.approval];
    switch (request.outcome) {
      case RefOutcome::unknown:
        if (cancel.state != RefCancelState::asked) return kAlready;
        cancel.state = RefCancelState::unknown;
        return kAccepted;
      case RefOutcome::no:
        if (cancel.state == RefCancelState::failed) return kAlready;
        if (request.never_sent && cancel.state != RefCancelState::asked) return kAlready;
        if (cancel.state == RefCancelState::succeeded) return kAccepted;  // an incident
        approval.canceling = minus(approval.canceling, cancel.parts);
        cancel.state = RefCancelState::failed;
        cancel.key.clear();
        return kAccepted;
      case RefOutcome::yes:
        break;
    }
    if (cancel.state == RefCancelState::succeeded) return kAlready;
    const RefParts after = minus(approval.left(), cancel.parts);
    const bool fits = after.supply >= 0 && after.vat >= 0 && after.tax_free >= 0 && after.tax_exempt >= 0;
    if (cancel.state == RefCancelState::failed && (!payment.is_paid() || !fits))
      return kAccepted;  // an incident
    give_back(cancel);
    return kAccepted;
  }

  RefVerdict acquisition() const {
    RefApproval* approval = named();
    if (approval == nullptr) return kTurnedAway;
    if (approval->method != RefMethod::card) return kRefused;
    if (approval->slip == request.slip) return kAlready;
    if (approval->state != RefApprovalState::live || !step_allowed(approval->slip, request.slip))
      return kRefused;
    if (approval->parts == approval->canceled && request.slip == RefSlip::requested) return kRefused;
    approval->slip = request.slip;
    return kAccepted;
  }

  RefVerdict begin_network_cancel() const {
    RefApproval* approval = named();
    if (approval == nullptr) return kTurnedAway;
    const auto state = approval->state;
    if (state == RefApprovalState::reversing || state == RefApprovalState::reversed) return kAlready;
    const bool no_outcome = state == RefApprovalState::asked || state == RefApprovalState::unknown;
    const bool late = payment.is_over() && approval->left().sum() > 0;
    if (!no_outcome && !late) return kRefused;
    approval->state = RefApprovalState::reversing;
    return kAccepted;
  }

  RefVerdict settle_network_cancel() const {
    RefApproval* approval = named();
    if (approval == nullptr) return kTurnedAway;
    const auto state = approval->state;
    if (state == RefApprovalState::reversed || state == RefApprovalState::declined) return kAlready;
    if (!request.known_to_network) return kAlready;
    if (state != RefApprovalState::reversing) return kRefused;
    approval->state = RefApprovalState::reversed;
    approval->key.clear();
    return kAccepted;
  }

  RefVerdict open_incident() const {
    if (request.has_approval && named() == nullptr) return kTurnedAway;
    if (request.hands_over && named() != nullptr) named()->given_up = true;
    return kAccepted;
  }
};

RefVerdict ReferenceBook::change(RefPayment& payment, const RefRequest& request, std::int64_t now_us) {
  const Ruling rule{payment, request, now_us};
  switch (request.operation) {
    case RefOperation::create:
      break;
    case RefOperation::authenticate:
      return rule.authenticate();
    case RefOperation::fail:
      return rule.fail();
    case RefOperation::expire:
      return rule.expire();
    case RefOperation::record_approval:
      return rule.approve(/*through_provider=*/false);
    case RefOperation::begin_approval:
      return rule.approve(/*through_provider=*/true);
    case RefOperation::settle_approval:
      return rule.settle_approval();
    case RefOperation::confirm_deposit:
      return rule.confirm_deposit();
    case RefOperation::reverse_deposit:
      return rule.reverse_deposit();
    case RefOperation::cancel:
      return rule.cancel();
    case RefOperation::settle_cancel:
      return rule.settle_cancel();
    case RefOperation::acquisition:
      return rule.acquisition();
    case RefOperation::note_answer:
      return rule.named() == nullptr ? kTurnedAway : kAccepted;
    case RefOperation::begin_network_cancel:
      return rule.begin_network_cancel();
    case RefOperation::settle_network_cancel:
      return rule.settle_network_cancel();
    case RefOperation::open_incident:
      return rule.open_incident();
  }
  return kTurnedAway;
}

}  // namespace wonjang::testing
