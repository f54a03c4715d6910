#include "testing/sim/names.h"

namespace wonjang::testing {
namespace {

RefMethod method_in_model(const MethodDetail& method) {
  switch (method_of(method)) {
    case Method::card:
      return RefMethod::card;
    case Method::virtual_account:
      return RefMethod::account;
    case Method::gift_certificate:
      return RefMethod::gift;
    case Method::point:
    case Method::transfer:
    case Method::mobile_phone:
    case Method::easy_pay:
    case Method::coupon:
    case Method::deposit_cup:
      break;  // the simulator's clients use the four above
  }
  return RefMethod::point;
}

RefApprovalWish wish_of(const ApprovalInput& input) {
  RefApprovalWish out;
  out.method = method_in_model(input.method);
  out.amount = input.amount;
  out.approved_us = input.approved_at.us;
  if (const auto* account = std::get_if<VirtualAccountDetail>(&input.method)) {
    out.waits = input.approved_at.is_zero();
    out.due_us = account->due_at.us;
    out.has_refund_account = !account->refund_account_token.empty();
  }
  return out;
}

RefOutcome outcome_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::approved:
      return RefOutcome::yes;
    case OutcomeKind::declined:
      return RefOutcome::no;
    case OutcomeKind::unknown:
      break;
  }
  return RefOutcome::unknown;
}

// Retells one command into `out`.
struct Teller {
  const Names& names;
  RefRequest& out;

  void about(ApprovalId id) const {
    out.has_approval = !id.is_zero();
    out.approval = names.approval(id);
  }

  void operator()(const CreatePayment& command) const {
    out.operation = RefOperation::create;
    out.order = merchant_name(command.merchant) + "/" + command.order_id;
    out.amount = command.total;
    out.tax_free = command.tax_free;
    out.tax_exempt = command.tax_exempt;
    out.partly_cancelable = command.terms.is_partial_cancelable;
    out.requested_us = command.terms.requested_at.us;
    out.expires_us = command.terms.expires_at.us;
    for (const auto& input : command.approvals) out.approvals.push_back(wish_of(input));
  }
  void operator()(const AuthenticatePayment&) const { out.operation = RefOperation::authenticate; }
  void operator()(const FailPayment&) const { out.operation = RefOperation::fail; }
  void operator()(const ExpirePayment&) const { out.operation = RefOperation::expire; }
  void operator()(const RecordApproval& command) const {
    out.operation = RefOperation::record_approval;
    out.approvals.push_back(wish_of(command.input));
  }
  void operator()(const BeginApproval& command) const {
    out.operation = RefOperation::begin_approval;
    out.approvals.push_back(wish_of(command.input));
  }
  void operator()(const SettleApproval& command) const {
    out.operation = RefOperation::settle_approval;
    about(command.approval);
    out.outcome = outcome_of(command.outcome);
    out.approve_no = command.approve_no + "/" + command.network_txn_id;
    out.at_us = command.approved_at.us;
  }
  void operator()(const ConfirmDeposit& command) const {
    out.operation = RefOperation::confirm_deposit;
    out.amount = command.amount;
    out.notice = command.bank_notice_id;
    out.at_us = command.deposited_at.us;
  }
  void operator()(const ReverseDeposit& command) const {
    out.operation = RefOperation::reverse_deposit;
    out.notice = command.bank_notice_id;
    out.waits_again = command.effect == DepositReversal::to_waiting;
    out.at_us = command.reversed_at.us;
  }
  void operator()(const CancelPayment& command) const {
    out.operation = RefOperation::cancel;
    about(command.approval);
    out.whole_amount = !command.amount;
    out.amount = command.amount.value_or(0);
    out.tax_free = command.tax_free;
    out.tax_exempt = command.tax_exempt;
    out.expected_left = command.expected_cancellable;
  }
  void operator()(const SettleCancel& command) const {
    out.operation = RefOperation::settle_cancel;
    out.cancel = names.cancel(command.cancel);
    out.never_sent = command.never_sent;
    out.outcome = outcome_of(command.outcome);
  }
  void operator()(const RecordAcquisition& command) const {
    out.operation = RefOperation::acquisition;
    about(command.approval);
    out.slip = static_cast<RefSlip>(command.state);
  }
  void operator()(const RecordAnswer& command) const {
    out.operation = RefOperation::note_answer;
    about(command.asked.approval);
  }
  void operator()(const BeginNetworkCancel& command) const {
    out.operation = RefOperation::begin_network_cancel;
    about(command.approval);
  }
  void operator()(const SettleNetworkCancel& command) const {
    out.operation = RefOperation::settle_network_cancel;
    about(command.approval);
    out.known_to_network = command.result != NetworkCancelResult::unknown;
  }
  void operator()(const OpenIncident& command) const {
    out.operation = RefOperation::open_incident;
    about(command.approval);
    out.hands_over = command.code == kAttemptsUsedUp;
  }
  void operator()(const SettleByPerson&) const {}  // no person in the simulator: never sent
};

std::string differs(const std::string& what, const std::string& expected, const std::string& actual) {
  return what + " should be " + expected + ", is " + actual;
}
std::string differs(const std::string& what, std::int64_t expected, std::int64_t actual) {
  return differs(what, std::to_string(expected), std::to_string(actual));
}

constexpr PaymentStatus kStatuses[] = {
    PaymentStatus::ready,   PaymentStatus::in_progress,      PaymentStatus::waiting_for_deposit,
    PaymentStatus::done,    PaymentStatus::partial_canceled, PaymentStatus::canceled,
    PaymentStatus::aborted, PaymentStatus::expired};
constexpr ApprovalState kApprovalStates[] = {
    ApprovalState::requested, ApprovalState::unknown,  ApprovalState::reversing, ApprovalState::waiting,
    ApprovalState::approved,  ApprovalState::declined, ApprovalState::reversed};
constexpr CancelState kCancelStates[] = {CancelState::requested, CancelState::unknown, CancelState::succeeded,
                                         CancelState::failed};

bool same(const RefParts& expected, const TaxParts& actual) {
  return expected.supply == actual.supply && expected.vat == actual.vat &&
         expected.tax_free == actual.tax_free && expected.tax_exempt == actual.tax_exempt;
}
std::string parts_text(const RefParts& parts) {
  return std::to_string(parts.supply) + "+" + std::to_string(parts.vat) + "+" +
         std::to_string(parts.tax_free) + "+" + std::to_string(parts.tax_exempt);
}
std::string parts_text(const TaxParts& parts) {
  return parts_text(RefParts{parts.supply, parts.vat, parts.tax_free, parts.tax_exempt});
}

std::string difference(const std::string& where, const RefApproval& expected, const Approval& actual) {
  const auto state = kApprovalStates[static_cast<std::size_t>(expected.state)];
  if (state != actual.state)
    return differs(where + " state", std::string(code_of(state)), std::string(code_of(actual.state)));
  if (!same(expected.parts, actual.terms.parts)) {
    return differs(where + " parts", parts_text(expected.parts), parts_text(actual.terms.parts));
  }
  if (!same(expected.canceled, actual.canceled)) {
    return differs(where + " cancelled", parts_text(expected.canceled), parts_text(actual.canceled));
  }
  if (!same(expected.canceling, actual.canceling)) {
    return differs(where + " cancelling", parts_text(expected.canceling), parts_text(actual.canceling));
  }
  const auto slip = static_cast<std::int64_t>(expected.slip);
  const auto actual_slip = static_cast<std::int64_t>(actual.acquisition);
  return slip == actual_slip ? "" : differs(where + " slip", slip, actual_slip);
}

}  // namespace

std::string merchant_name(MerchantId merchant) {
  return merchant.is_zero() ? "house" : "m" + std::to_string(merchant.raw().low);
}

void Names::learn(const Payment& payment) {
  if (!payment.exists()) return;
  payments_[payment.id] = merchant_name(payment.merchant) + "/" + payment.order_id;
  for (std::size_t i = 0; i < payment.approvals.size(); ++i)
    approvals_[payment.approvals[i].terms.approval] = i;
  for (std::size_t i = 0; i < payment.cancels.size(); ++i) cancels_[payment.cancels[i].terms.cancel] = i;
}

std::string Names::payment(PaymentId id) const {
  const auto found = payments_.find(id);
  return found == payments_.end() ? "" : found->second;
}

std::size_t Names::approval(ApprovalId id) const {
  const auto found = approvals_.find(id);
  return found == approvals_.end() ? kNoPlace : found->second;
}

std::size_t Names::cancel(CancelId id) const {
  const auto found = cancels_.find(id);
  return found == cancels_.end() ? kNoPlace : found->second;
}

RefRequest Names::retell(const Request& request, const std::string& tenant,
                         const std::string& content) const {
  RefRequest out;
  out.tenant = tenant;
  if (request.key) out.key = request.key->text;
  out.content = content;
  out.payment = payment(request.payment);
  if (!request.only_merchant.is_zero()) out.only_merchant = merchant_name(request.only_merchant);
  std::visit(Teller{*this, out}, std::get<PaymentCommand>(request.command));
  return out;
}

std::string difference(const RefPayment& expected, const Payment& actual) {
  const auto status = kStatuses[static_cast<std::size_t>(expected.status)];
  if (status != actual.status)
    return differs("status", std::string(code_of(status)), std::string(code_of(actual.status)));
  if (expected.balance != actual.balance) return differs("balance", expected.balance, actual.balance);
  if (!same(expected.parts, actual.terms.parts))
    return differs("parts", parts_text(expected.parts), parts_text(actual.terms.parts));
  if (expected.approvals.size() != actual.approvals.size()) {
    return differs("approvals", static_cast<std::int64_t>(expected.approvals.size()),
                   static_cast<std::int64_t>(actual.approvals.size()));
  }
  for (std::size_t i = 0; i < expected.approvals.size(); ++i) {
    auto found = difference("approval " + std::to_string(i), expected.approvals[i], actual.approvals[i]);
    if (!found.empty()) return found;
  }
  if (expected.cancels.size() != actual.cancels.size()) {
    return differs("cancels", static_cast<std::int64_t>(expected.cancels.size()),
                   static_cast<std::int64_t>(actual.cancels.size()));
  }
  for (std::size_t i = 0; i < expected.cancels.size(); ++i) {
    const auto state = kCancelStates[static_cast<std::size_t>(expected.cancels[i].state)];
    const auto actual_state = actual.cancels[i].state;
    const std::string where = "cancel " + std::to_string(i);
    if (state != actual_state)
      return differs(where, std::string(code_of(state)), std::string(code_of(actual_state)));
    if (!same(expected.cancels[i].parts, actual.cancels[i].terms.parts)) {
      return differs(where + " parts", parts_text(expected.cancels[i].parts),
                     parts_text(actual.cancels[i].terms.parts));
    }
  }
  return "";
}

}  // namespace wonjang::testing
