#include "domain/payment.h"

#include <algorithm>

#include "domain/code_table.h"

namespace wonjang {
namespace {

constexpr CodeRow<ApprovalState> kApprovalStates[] = {
    {ApprovalState::requested, "REQUESTED"}, {ApprovalState::unknown, "UNKNOWN"},
    {ApprovalState::reversing, "REVERSING"}, {ApprovalState::waiting, "WAITING"},
    {ApprovalState::approved, "APPROVED"},   {ApprovalState::declined, "DECLINED"},
    {ApprovalState::reversed, "REVERSED"},
};
constexpr CodeRow<CancelState> kCancelStates[] = {
    {CancelState::requested, "REQUESTED"},
    {CancelState::unknown, "UNKNOWN"},
    {CancelState::succeeded, "SUCCEEDED"},
    {CancelState::failed, "FAILED"},
};

struct AcquisitionStep {
  AcquisitionState from;
  AcquisitionState to;
};
constexpr AcquisitionStep kAcquisitionSteps[] = {
    {AcquisitionState::ready, AcquisitionState::requested},
    {AcquisitionState::requested, AcquisitionState::completed},
    {AcquisitionState::requested, AcquisitionState::cancel_requested},
    {AcquisitionState::completed, AcquisitionState::cancel_requested},
    {AcquisitionState::cancel_requested, AcquisitionState::canceled},
};

void take_earlier(std::optional<Alarm>& earliest, AlarmKind kind, Instant at) {
  if (at.is_zero()) return;
  if (!earliest || at < earliest->at) earliest = Alarm{kind, at};
}

void take_pursuit(std::optional<Alarm>& earliest, const std::optional<Pursuit>& pursuit) {
  if (pursuit && !pursuit->gave_up) take_earlier(earliest, AlarmKind::in_doubt, pursuit->next_attempt_at);
}

// Since when a person's queue holds it: the last question to the provider that is known.
void take_person(std::optional<Alarm>& earliest, const std::optional<Pursuit>& pursuit) {
  if (pursuit && pursuit->gave_up)
    take_earlier(earliest, AlarmKind::person, std::max(pursuit->first_asked_at, Instant{1}));
}

void take_earlier(std::optional<Instant>& earliest, Instant at) {
  if (!at.is_zero() && (!earliest || at < *earliest)) earliest = at;
}

}  // namespace

WJ_CODES(ApprovalState, kApprovalStates);
WJ_CODES(CancelState, kCancelStates);

std::int64_t Approval::amount() const { return terms.parts.total().value_or(0); }

TaxParts Approval::cancellable() const {
  if (!is_held()) return {};
  return TaxParts{terms.parts.supply - canceled.supply - canceling.supply,
                  terms.parts.vat - canceled.vat - canceling.vat,
                  terms.parts.tax_free - canceled.tax_free - canceling.tax_free,
                  terms.parts.tax_exempt - canceled.tax_exempt - canceling.tax_exempt};
}

bool Payment::in_doubt() const {
  return std::any_of(approvals.begin(), approvals.end(), [](const auto& a) { return a.is_in_doubt(); }) ||
         std::any_of(cancels.begin(), cancels.end(), [](const auto& c) { return c.is_in_doubt(); });
}

const Approval* Payment::find(ApprovalId approval) const {
  const auto at = std::find_if(approvals.begin(), approvals.end(),
                               [&](const Approval& a) { return a.terms.approval == approval; });
  return at == approvals.end() ? nullptr : &*at;
}

const Cancel* Payment::find(CancelId cancel) const {
  // From the back: a settlement is nearly always about a recent one.
  const auto at = std::find_if(cancels.rbegin(), cancels.rend(),
                               [&](const Cancel& c) { return c.terms.cancel == cancel; });
  return at == cancels.rend() ? nullptr : &*at;
}

std::int64_t Payment::live_approved() const {
  std::int64_t sum = 0;
  for (const auto& approval : approvals) sum += approval.is_live() ? approval.amount() : 0;
  return sum;
}

std::int64_t Payment::cancellable() const {
  std::int64_t sum = 0;
  for (const auto& approval : approvals) sum += approval.cancellable().total().value_or(0);
  return sum;
}

std::optional<Instant> expires_at(const Payment& payment) {
  if (!next_status(payment.status, Trigger::expired)) return std::nullopt;
  std::optional<Instant> earliest;
  take_earlier(earliest, payment.terms.expires_at);
  for (const auto& approval : payment.approvals) {
    if (approval.is_live()) return std::nullopt;
    if (approval.state != ApprovalState::waiting) continue;
    if (const auto* account = std::get_if<VirtualAccountDetail>(&approval.terms.method)) {
      take_earlier(earliest, account->due_at);
    }
  }
  return earliest;
}

std::optional<Alarm> next_alarm(const Payment& payment) {
  std::optional<Alarm> earliest;
  for (const auto& approval : payment.approvals) take_pursuit(earliest, approval.pursuit);
  for (const auto& cancel : payment.cancels) take_pursuit(earliest, cancel.pursuit);
  if (const auto due = expires_at(payment)) take_earlier(earliest, AlarmKind::expiry, *due);
  if (earliest) return earliest;
  for (const auto& approval : payment.approvals) take_person(earliest, approval.pursuit);
  for (const auto& cancel : payment.cancels) take_person(earliest, cancel.pursuit);
  return earliest;
}

bool acquisition_allowed(AcquisitionState from, AcquisitionState to) {
  return std::any_of(std::begin(kAcquisitionSteps), std::end(kAcquisitionSteps),
                     [&](const AcquisitionStep& step) { return step.from == from && step.to == to; });
}

bool has_acquisition(const MethodDetail& method) {
  if (std::holds_alternative<CardDetail>(method)) return true;
  const auto* easy_pay = std::get_if<EasyPayDetail>(&method);
  return easy_pay != nullptr && easy_pay->funded_by == FundedBy::card;
}

}  // namespace wonjang
