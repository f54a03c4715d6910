#include "domain/event.h"

#include "domain/code_table.h"

namespace wonjang {
namespace {

constexpr CodeRow<ActorKind> kActorKinds[] = {
    {ActorKind::unknown, "UNKNOWN"}, {ActorKind::customer, "CUSTOMER"}, {ActorKind::merchant, "MERCHANT"},
    {ActorKind::admin, "ADMIN"},     {ActorKind::system, "SYSTEM"},     {ActorKind::network, "NETWORK"},
    {ActorKind::bank, "BANK"},
};
constexpr CodeRow<PaymentType> kPaymentTypes[] = {
    {PaymentType::unknown, "UNKNOWN"},
    {PaymentType::normal, "NORMAL"},
    {PaymentType::billing, "BILLING"},
    {PaymentType::brandpay, "BRANDPAY"},
};
constexpr CodeRow<Channel> kChannels[] = {
    {Channel::unknown, "UNKNOWN"}, {Channel::online, "ONLINE"}, {Channel::pos, "POS"},
    {Channel::billing, "BILLING"}, {Channel::key_in, "KEY_IN"},
};
constexpr CodeRow<CancelKind> kCancelKinds[] = {
    {CancelKind::unknown, "UNKNOWN"},
    {CancelKind::full, "FULL"},
    {CancelKind::partial, "PARTIAL"},
    {CancelKind::network_reversal, "NETWORK_REVERSAL"},
    {CancelKind::deposit_error, "DEPOSIT_ERROR"},
    {CancelKind::chargeback, "CHARGEBACK"},
};
constexpr CodeRow<CancelPhase> kCancelPhases[] = {
    {CancelPhase::unknown, "UNKNOWN"},
    {CancelPhase::before_acquire, "BEFORE_ACQUIRE"},
    {CancelPhase::after_acquire, "AFTER_ACQUIRE"},
};
constexpr CodeRow<AcquisitionState> kAcquisitionStates[] = {
    {AcquisitionState::none, "NONE"},
    {AcquisitionState::ready, "READY"},
    {AcquisitionState::requested, "REQUESTED"},
    {AcquisitionState::completed, "COMPLETED"},
    {AcquisitionState::cancel_requested, "CANCEL_REQUESTED"},
    {AcquisitionState::canceled, "CANCELED"},
};
constexpr CodeRow<DepositReversal> kDepositReversals[] = {
    {DepositReversal::unknown, "UNKNOWN"},
    {DepositReversal::to_waiting, "TO_WAITING"},
    {DepositReversal::to_canceled, "TO_CANCELED"},
};
constexpr CodeRow<NetworkCancelResult> kNetworkCancelResults[] = {
    {NetworkCancelResult::unknown, "UNKNOWN"},
    {NetworkCancelResult::canceled, "CANCELED"},
    {NetworkCancelResult::never_existed, "NEVER_EXISTED"},
};
constexpr CodeRow<PersonOutcome> kPersonOutcomes[] = {
    {PersonOutcome::unknown, "UNKNOWN"},
    {PersonOutcome::approved, "APPROVED"},
    {PersonOutcome::declined, "DECLINED"},
    {PersonOutcome::canceled, "CANCELED"},
    {PersonOutcome::never_existed, "NEVER_EXISTED"},
};
constexpr CodeRow<Question> kQuestions[] = {
    {Question::unknown, "UNKNOWN"},
    {Question::inquire_approval, "INQUIRE_APPROVAL"},
    {Question::inquire_cancel, "INQUIRE_CANCEL"},
    {Question::network_cancel, "NETWORK_CANCEL"},
    {Question::cancel, "CANCEL"},
};
constexpr CodeRow<ProviderAnswer> kProviderAnswers[] = {
    {ProviderAnswer::unknown, "UNKNOWN"},     {ProviderAnswer::approved, "APPROVED"},
    {ProviderAnswer::declined, "DECLINED"},   {ProviderAnswer::canceled, "CANCELED"},
    {ProviderAnswer::not_found, "NOT_FOUND"}, {ProviderAnswer::no_answer, "NO_ANSWER"},
    {ProviderAnswer::pending, "PENDING"},
};

struct TypeName {
  std::string_view operator()(const PaymentCreated&) const { return "payment.created"; }
  std::string_view operator()(const PaymentAuthenticated&) const { return "payment.authenticated"; }
  std::string_view operator()(const ApprovalRequested&) const { return "approval.requested"; }
  std::string_view operator()(const ApprovalApproved&) const { return "approval.approved"; }
  std::string_view operator()(const ApprovalDeclined&) const { return "approval.declined"; }
  std::string_view operator()(const ApprovalUnknown&) const { return "approval.unknown"; }
  std::string_view operator()(const VirtualAccountIssued&) const { return "virtual_account.issued"; }
  std::string_view operator()(const DepositConfirmed&) const { return "deposit.confirmed"; }
  std::string_view operator()(const DepositReversed&) const { return "deposit.reversed"; }
  std::string_view operator()(const PaymentExpired&) const { return "payment.expired"; }
  std::string_view operator()(const PaymentFailed&) const { return "payment.failed"; }
  std::string_view operator()(const CancelRequested&) const { return "cancel.requested"; }
  std::string_view operator()(const CancelSucceeded&) const { return "cancel.succeeded"; }
  std::string_view operator()(const CancelFailed&) const { return "cancel.failed"; }
  std::string_view operator()(const CancelUnknown&) const { return "cancel.unknown"; }
  std::string_view operator()(const ProviderAsked&) const { return "provider.asked"; }
  std::string_view operator()(const NetworkCancelRequested&) const { return "network_cancel.requested"; }
  std::string_view operator()(const NetworkCancelConfirmed&) const { return "network_cancel.confirmed"; }
  std::string_view operator()(const AcquisitionUpdated&) const { return "acquisition.updated"; }
  std::string_view operator()(const CommandRefused&) const { return "command.refused"; }
  std::string_view operator()(const CommandNoted&) const { return "command.noted"; }
  std::string_view operator()(const IncidentOpened&) const { return "incident.opened"; }
  std::string_view operator()(const MerchantRegistered&) const { return "merchant.registered"; }
  std::string_view operator()(const MerchantClosed&) const { return "merchant.closed"; }
  std::string_view operator()(const ApiKeyCreated&) const { return "api_key.created"; }
  std::string_view operator()(const ApiKeyRevoked&) const { return "api_key.revoked"; }
  std::string_view operator()(const settlement::ChangeProposed&) const { return "reference.proposed"; }
  std::string_view operator()(const settlement::ChangeDecided&) const { return "reference.decided"; }
  std::string_view operator()(const settlement::RunStarted&) const { return "settlement.run_started"; }
  std::string_view operator()(const settlement::RunEnded&) const { return "settlement.run_ended"; }
  std::string_view operator()(const settlement::LinesRecorded&) const { return "settlement.lines_recorded"; }
  std::string_view operator()(const settlement::LinesRedated&) const { return "settlement.lines_redated"; }
  std::string_view operator()(const settlement::PayoutRequested&) const { return "payout.requested"; }
  std::string_view operator()(const settlement::PayoutUpdated&) const { return "payout.updated"; }
  std::string_view operator()(const settlement::FileImported&) const { return "file.imported"; }
  std::string_view operator()(const settlement::FileMatched&) const { return "file.matched"; }
  std::string_view operator()(const settlement::BreakResolved&) const { return "break.resolved"; }
};

}  // namespace

WJ_CODES(ActorKind, kActorKinds);
WJ_CODES(PaymentType, kPaymentTypes);
WJ_CODES(Channel, kChannels);
WJ_CODES(CancelKind, kCancelKinds);
WJ_CODES(CancelPhase, kCancelPhases);
WJ_CODES(AcquisitionState, kAcquisitionStates);
WJ_CODES(DepositReversal, kDepositReversals);
WJ_CODES(NetworkCancelResult, kNetworkCancelResults);
WJ_CODES(PersonOutcome, kPersonOutcomes);
WJ_CODES(Question, kQuestions);
WJ_CODES(ProviderAnswer, kProviderAnswers);

RawId subject_of(const Event& event) {
  if (const auto* refused = std::get_if<CommandRefused>(&event.body); refused != nullptr) {
    return refused->about.is_zero() ? event.stream : refused->about;
  }
  if (const auto* noted = std::get_if<CommandNoted>(&event.body); noted != nullptr) {
    return noted->about.is_zero() ? event.stream : noted->about;
  }
  return event.stream;
}

EventBody::EventBody() = default;
EventBody::EventBody(const EventBody&) = default;
EventBody::EventBody(EventBody&&) noexcept = default;
EventBody& EventBody::operator=(const EventBody&) = default;
EventBody& EventBody::operator=(EventBody&&) noexcept = default;
EventBody::~EventBody() = default;
bool operator==(const EventBody& a, const EventBody& b) {
  const EventAlternatives& left = a;
  const EventAlternatives& right = b;
  return left == right;
}

bool is_house_event(const EventBody& body) {
  return std::visit([]<typename Body>(const Body&) { return HouseEvent<Body>; }, body);
}

std::string_view type_of(const EventBody& body) { return std::visit(TypeName{}, body); }

}  // namespace wonjang
