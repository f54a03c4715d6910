// What the decide_*.cc files share: one function per command, and the guards that several of them need.
// Inside domain/ only; the rest of the house calls decide().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/decide.h"

namespace wonjang {

Decision decide_one(const Payment& payment, const CreatePayment& command, DecideContext context);
Decision decide_one(const Payment& payment, const AuthenticatePayment& command, DecideContext context);
Decision decide_one(const Payment& payment, const FailPayment& command, DecideContext context);
Decision decide_one(const Payment& payment, const ExpirePayment& command, DecideContext context);
Decision decide_one(const Payment& payment, const RecordApproval& command, DecideContext context);
Decision decide_one(const Payment& payment, const BeginApproval& command, DecideContext context);
Decision decide_one(const Payment& payment, const SettleApproval& command, DecideContext context);
Decision decide_one(const Payment& payment, const ConfirmDeposit& command, DecideContext context);
Decision decide_one(const Payment& payment, const ReverseDeposit& command, DecideContext context);
Decision decide_one(const Payment& payment, const CancelPayment& command, DecideContext context);
Decision decide_one(const Payment& payment, const SettleCancel& command, DecideContext context);
Decision decide_one(const Payment& payment, const RecordAcquisition& command, DecideContext context);
Decision decide_one(const Payment& payment, const RecordAnswer& command, DecideContext context);
Decision decide_one(const Payment& payment, const BeginNetworkCancel& command, DecideContext context);
Decision decide_one(const Payment& payment, const SettleNetworkCancel& command, DecideContext context);
Decision decide_one(const Payment& payment, const OpenIncident& command, DecideContext context);
Decision decide_one(const Payment& payment, const SettleByPerson& command, DecideContext context);

inline Decision nothing_to_do() { return std::vector<Decided>(); }
inline Decision just(Instant occurred_at, EventBody body) {
  std::vector<Decided> events;
  events.push_back({occurred_at, std::move(body)});
  return events;
}

// The business time, or ours where nobody named one.
inline Instant or_now(Instant at, const DecideContext& context) { return at.is_zero() ? context.now : at; }

inline bool is_account(const Approval& approval) {
  return method_of(approval.terms.method) == Method::virtual_account;
}

// How far a sender's clock may run ahead of ours. What is dated later would stand outside every list and
// every total until that day comes.
constexpr std::int64_t kAheadMsMax = 86'400'000;
// time_in_future, where `at` lies further ahead; `pointer` is where it stands in the request.
std::optional<Refusal> check_not_future(Instant at, const DecideContext& context, const char* pointer);

// cancel_before_approval, where money would go back before it was taken. Compared by whole seconds, since
// many senders know no finer; the business date is never an earlier one. Of a time that nobody named (zero),
// or an approval whose own isn't known, nothing is said.
std::optional<Refusal> check_not_before(const Payment& payment, const Approval& approval, Instant at,
                                        const char* pointer);

std::string money_text(const Payment& payment, std::int64_t amount);  // "6,000 KRW"

Refusal refuse(RefusalCode code, std::string detail, std::string pointer = {}, std::int64_t actual = 0);
// transition_not_allowed: "`what` isn't possible while the payment is DONE. `next`"
Refusal refuse_in_status(const Payment& payment, std::string_view what, std::string_view next = {});
Refusal refuse_unknown_approval(ApprovalId approval);
Refusal refuse_unknown_cancel(CancelId cancel);

// The parts of an amount as the caller wishes them: explicit ones, or from the named ones by the formula.
// tax_parts_mismatch when they don't add up.
struct WishedParts {
  std::int64_t amount = 0;
  const std::optional<TaxParts>& parts;
  std::int64_t tax_free = 0;
  std::int64_t tax_exempt = 0;
};
std::variant<TaxParts, Refusal> parts_of_wish(const WishedParts& wish, const std::string& pointer);

// What is wrong with one approval's wish, looking at nothing else: its amount, parts, detail block. `pointer`
// is where the wish stands in the request.
std::optional<Refusal> check_approval_input(const ApprovalInput& input, const std::string& pointer);

// An account that waits for a deposit can still be paid into at `issued`, which for what is told later is
// when the payment was asked for. Else method_detail_invalid.
std::optional<Refusal> check_still_due(const ApprovalInput& input, Instant issued,
                                       const std::string& pointer);

// Whether the caller says something about an approval's parts, or its method does: a cup's deposit is outside
// tax.
bool names_parts(const ApprovalInput& input);
// What an approval that names parts has where its payment leaves them open. REQUIRES: check_approval_input
// found nothing
TaxParts own_parts(const ApprovalInput& input);

// The parts of an approval out of `left`, what the payment's other approvals leave of the payment's: as
// named, what is open a share of `left`, such that the last approval takes the remainder. Nothing: what is
// named isn't there. Where the amount isn't there either, or a part of `left` is negative (a payment from
// before approvals were held against it), the approval's own. REQUIRES: check_approval_input found nothing
std::optional<TaxParts> parts_of_approval(const ApprovalInput& input, const TaxParts& left);
// Why there was nothing.
Refusal refuse_parts_of_approval(RefusalCode code, const ApprovalInput& input, const TaxParts& left,
                                 const std::string& pointer);

// approval.approved, or virtual_account.issued for an account that waits, of what was executed elsewhere.
void add_recorded_approval(std::vector<Decided>& events, const ApprovalInput& input, std::uint32_t seq,
                           const TaxParts& parts, const DecideContext& context);
// Everything of an approval but its provider.
void fill_terms(ApprovalTerms& terms, const ApprovalInput& input, std::uint32_t seq, const TaxParts& parts,
                const DecideContext& context);

// No approval can count in this payment any more.
bool is_over(PaymentStatus status);

// Without an outcome, or live in a payment that is over: what the resolver may undo by itself.
bool can_be_network_canceled(const Payment& payment, const Approval& approval);

// True when this account still waits for its deposit, so that virtual_account.issued stands for it.
inline bool waits_for_deposit(const ApprovalInput& input) {
  return method_of(input.method) == Method::virtual_account && input.approved_at.is_zero();
}

}  // namespace wonjang
