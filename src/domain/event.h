// Events: facts that never change. A payment is a fold over its events (domain/payment.h); a cancel or a
// correction is another event. Every event is self-contained: a consumer never has to ask back (envelope:
// merchant, order, currency, status and balance after it, the idempotency key it answers).
//
// Two clocks: occurred_at (business; what the sender said) and recorded_at (ours; strictly rising within a
// book). The order of folding is `version`, never a clock. proto/wonjang/v1/event.proto is the public form;
// adapters/protobuf turns one into the other, byte for byte stable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "domain/ids.h"
#include "domain/lifecycle.h"
#include "domain/method.h"
#include "domain/money.h"
#include "domain/refusal.h"
#include "domain/settlement/events.h"
#include "domain/tax.h"

namespace wonjang {

enum class ActorKind : std::uint8_t {
  unknown = 0,
  customer = 1,
  merchant = 2,
  admin = 3,
  system = 4,
  network = 5,
  bank = 6
};
std::string_view code_of(ActorKind kind);

struct Actor {
  ActorKind kind = ActorKind::unknown;
  std::string id;  // the API key's id, or the part of the program that acted ("resolver")
  friend bool operator==(const Actor&, const Actor&) = default;
};

enum class PaymentType : std::uint8_t { unknown = 0, normal = 1, billing = 2, brandpay = 3 };
enum class Channel : std::uint8_t { unknown = 0, online = 1, pos = 2, billing = 3, key_in = 4 };
enum class CancelKind : std::uint8_t {
  unknown = 0,
  full = 1,
  partial = 2,
  network_reversal = 3,
  deposit_error = 4,
  chargeback = 5
};
enum class CancelPhase : std::uint8_t { unknown = 0, before_acquire = 1, after_acquire = 2 };
enum class AcquisitionState : std::uint8_t {
  none = 0,
  ready = 1,
  requested = 2,
  completed = 3,
  cancel_requested = 4,
  canceled = 5
};
enum class DepositReversal : std::uint8_t { unknown = 0, to_waiting = 1, to_canceled = 2 };
enum class NetworkCancelResult : std::uint8_t { unknown = 0, canceled = 1, never_existed = 2 };
std::string_view code_of(PaymentType v);
std::string_view code_of(Channel v);
std::string_view code_of(CancelKind v);
std::string_view code_of(CancelPhase v);
std::string_view code_of(AcquisitionState v);
std::string_view code_of(DepositReversal v);
std::string_view code_of(NetworkCancelResult v);

struct External {  // where the payment lives at another gateway
  std::string pg_name;
  std::string payment_key;      // up to 200
  std::string transaction_key;  // up to 64
  friend bool operator==(const External&, const External&) = default;
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

// Who buys, as the merchant's order form says: what people search by. All optional.
struct Buyer {
  std::string name;   // up to 100 characters, any Unicode, NFC
  std::string phone;  // digits only, up to 20
  std::string email;  // up to 254 characters
  bool is_empty() const { return name.empty() && phone.empty() && email.empty(); }
  friend bool operator==(const Buyer&, const Buyer&) = default;
};

struct PaymentCreated {
  std::string order_name;
  PaymentType type = PaymentType::normal;
  Channel channel = Channel::online;
  std::string country;  // ISO 3166-1 alpha-2, or empty
  std::string sub_mall_id;
  std::string store_id;
  TaxParts parts;  // their sum is the total, fixed for ever
  bool use_escrow = false;
  bool culture_expense = false;
  bool is_partial_cancelable = true;
  bool authenticated = false;  // born IN_PROGRESS instead of READY
  std::string customer_key;
  Metadata metadata;
  Instant requested_at;
  Instant expires_at;  // zero = never
  External external;
  std::string api_version;
  Buyer buyer = {};
  friend bool operator==(const PaymentCreated&, const PaymentCreated&) = default;
};

struct PaymentAuthenticated {
  friend bool operator==(const PaymentAuthenticated&, const PaymentAuthenticated&) = default;
};

// What an approval is, whether it is wished for, granted or declined.
struct ApprovalTerms {
  ApprovalId approval;
  std::uint32_t seq = 0;  // 1, 2, ... within the payment
  MethodDetail method;
  TaxParts parts;
  std::string provider;  // empty: recorded from elsewhere, cancels are recorded too and nobody is called
  std::string pg_code;
  std::string van;
  friend bool operator==(const ApprovalTerms&, const ApprovalTerms&) = default;
};

// The intent: durable before the provider is called. Until an outcome the approval is in doubt.
struct ApprovalRequested {
  ApprovalTerms terms;
  Instant deadline;
  friend bool operator==(const ApprovalRequested&, const ApprovalRequested&) = default;
};

struct ApprovalApproved {
  ApprovalTerms terms;
  std::string approve_no;  // up to 8
  std::string network_txn_id;
  Instant approved_at;   // the network's clock
  std::string evidence;  // masked raw answer, may be empty
  friend bool operator==(const ApprovalApproved&, const ApprovalApproved&) = default;
};

struct ApprovalDeclined {
  ApprovalTerms terms;
  std::string failure_code;
  std::string failure_message;
  std::string evidence;
  friend bool operator==(const ApprovalDeclined&, const ApprovalDeclined&) = default;
};

// The answer was lost or didn't come in time.
struct ApprovalUnknown {
  ApprovalId approval;
  std::string why;
  friend bool operator==(const ApprovalUnknown&, const ApprovalUnknown&) = default;
};

struct VirtualAccountIssued {
  ApprovalTerms terms;  // method is a VirtualAccountDetail
  Instant issued_at;
  friend bool operator==(const VirtualAccountIssued&, const VirtualAccountIssued&) = default;
};

struct DepositConfirmed {
  ApprovalId approval;
  std::int64_t amount = 0;
  std::string depositor;
  std::string bank_notice_id;
  Instant deposited_at;
  friend bool operator==(const DepositConfirmed&, const DepositConfirmed&) = default;
};

struct DepositReversed {
  ApprovalId approval;
  std::int64_t amount = 0;
  DepositReversal effect = DepositReversal::to_waiting;
  std::string bank_notice_id;
  Instant reversed_at;
  friend bool operator==(const DepositReversed&, const DepositReversed&) = default;
};

struct PaymentExpired {
  friend bool operator==(const PaymentExpired&, const PaymentExpired&) = default;
};

struct PaymentFailed {
  std::string failure_code;
  std::string failure_message;
  friend bool operator==(const PaymentFailed&, const PaymentFailed&) = default;
};

struct CancelTerms {
  CancelId cancel;
  ApprovalId approval;
  CancelKind kind = CancelKind::full;
  TaxParts parts;
  std::int64_t easy_pay_discount_amount = 0;
  std::string refund_account_token;
  ActorKind requester = ActorKind::unknown;
  CancelPhase phase = CancelPhase::before_acquire;
  Instant requested_at;
  friend bool operator==(const CancelTerms&, const CancelTerms&) = default;
};

// The intent of a cancel that a provider must confirm; uses up the cancellable amount from now on.
struct CancelRequested {
  CancelTerms terms;
  Instant deadline;
  friend bool operator==(const CancelRequested&, const CancelRequested&) = default;
};

struct CancelSucceeded {
  CancelTerms terms;
  std::string transaction_key;
  Instant canceled_at;
  std::string evidence;
  friend bool operator==(const CancelSucceeded&, const CancelSucceeded&) = default;
};

struct CancelFailed {  // the provider said no: the amount can be cancelled again
  CancelTerms terms;
  std::string failure_code;
  std::string failure_message;
  std::string evidence;
  friend bool operator==(const CancelFailed&, const CancelFailed&) = default;
};

struct CancelUnknown {
  CancelId cancel;
  ApprovalId approval;
  std::string why;
  friend bool operator==(const CancelUnknown&, const CancelUnknown&) = default;
};

// One question to the provider and what came back: the evidence of a resolution.
enum class Question : std::uint8_t {
  unknown = 0,
  inquire_approval = 1,
  inquire_cancel = 2,
  network_cancel = 3,
  cancel = 4
};
enum class ProviderAnswer : std::uint8_t {
  unknown = 0,
  approved = 1,
  declined = 2,
  canceled = 3,
  not_found = 4,
  no_answer = 5,
  pending = 6
};
std::string_view code_of(Question v);
std::string_view code_of(ProviderAnswer v);

struct ProviderAsked {
  ApprovalId approval;
  CancelId cancel;  // zero when the question is about the approval
  Question question = Question::unknown;
  ProviderAnswer answer = ProviderAnswer::unknown;
  std::uint32_t attempt = 0;
  Instant asked_at;
  Instant next_attempt_at;  // zero: no further one is planned
  std::string evidence;
  friend bool operator==(const ProviderAsked&, const ProviderAsked&) = default;
};

// The decision to undo an approval whose outcome is unknown, durable before the provider is told (망취소).
struct NetworkCancelRequested {
  ApprovalId approval;
  std::string why;
  friend bool operator==(const NetworkCancelRequested&, const NetworkCancelRequested&) = default;
};

struct NetworkCancelConfirmed {
  ApprovalId approval;
  NetworkCancelResult result = NetworkCancelResult::unknown;
  std::string evidence;
  friend bool operator==(const NetworkCancelConfirmed&, const NetworkCancelConfirmed&) = default;
};

struct AcquisitionUpdated {
  ApprovalId approval;
  AcquisitionState state = AcquisitionState::none;
  std::string batch_id;
  std::string slip_no;
  Instant at;
  friend bool operator==(const AcquisitionUpdated&, const AcquisitionUpdated&) = default;
};

// A command that looked at state and was refused; changes nothing but the version. Part of the audit.
//
// `about`, here and in CommandNoted: when a stream holds enough of these two, further ones are asides: each
// is the only event of a stream of its own and names the stream that it is about. It freezes the answer under
// its key, and no fold has to read it (docs/adr/0012).
struct CommandRefused {
  std::string operation;  // "cancel", "record_approval", "key_reused" ...
  RefusalCode code{};     // zero for key_reused
  std::string detail;
  RawId about = {};  // zero: it stands in the stream that it is about
  friend bool operator==(const CommandRefused&, const CommandRefused&) = default;
};

// A command that found everything so already; changes nothing but the version. Its answer is kept under its
// key.
struct CommandNoted {
  std::string operation;  // "record_acquisition", "close_merchant" ...; "answer_settled": a request that was
                          // still open got its answer from what stands before this
  RawId about = {};       // see CommandRefused
  friend bool operator==(const CommandNoted&, const CommandNoted&) = default;
};

// Something a person must look at: a success after a confirmed cancel, attempts used up.
struct IncidentOpened {
  ApprovalId approval;
  CancelId cancel;  // zero when it is about the approval
  std::string code;
  std::string detail;
  friend bool operator==(const IncidentOpened&, const IncidentOpened&) = default;
};

// Registry events live in streams of their own, see domain/registry.h.
struct MerchantRegistered {
  std::string code;  // the operator's own name for it, unique, [A-Za-z0-9_-]{1,64}
  std::string name;
  Metadata metadata;
  std::string organisation = {};  // code of whom it belongs to, [A-Za-z0-9_-]{1,64}, or empty
  friend bool operator==(const MerchantRegistered&, const MerchantRegistered&) = default;
};
struct MerchantClosed {
  friend bool operator==(const MerchantClosed&, const MerchantClosed&) = default;
};
struct ApiKeyCreated {
  ApiKeyId key;
  std::string hash;    // HMAC-SHA256 of the secret under the server's pepper
  std::string scopes;  // comma-separated: "merchant", "operator", "ingest"
  std::string label;
  Instant expires_at;  // zero = never
  friend bool operator==(const ApiKeyCreated&, const ApiKeyCreated&) = default;
};
struct ApiKeyRevoked {
  ApiKeyId key;
  friend bool operator==(const ApiKeyRevoked&, const ApiKeyRevoked&) = default;
};

// The order of alternatives is free; names and numbers outside are EventKind's and the protobuf's.
using EventAlternatives =
    std::variant<PaymentCreated, PaymentAuthenticated, ApprovalRequested, ApprovalApproved, ApprovalDeclined,
                 ApprovalUnknown, VirtualAccountIssued, DepositConfirmed, DepositReversed, PaymentExpired,
                 PaymentFailed, CancelRequested, CancelSucceeded, CancelFailed, CancelUnknown, ProviderAsked,
                 NetworkCancelRequested, NetworkCancelConfirmed, AcquisitionUpdated, CommandRefused,
                 CommandNoted, IncidentOpened, MerchantRegistered, MerchantClosed, ApiKeyCreated,
                 ApiKeyRevoked, settlement::ChangeProposed, settlement::ChangeDecided, settlement::RunStarted,
                 settlement::RunEnded, settlement::LinesRecorded, settlement::LinesRedated,
                 settlement::PayoutRequested, settlement::PayoutUpdated, settlement::FileImported,
                 settlement::FileMatched, settlement::BreakResolved>;

// What happened: one of the above. A std::variant (visit, get_if, holds_alternative work on it) whose copies,
// moves and end stand in event.cc: written out by the compiler in every file that holds an event they take
// seconds each.
struct EventBody : EventAlternatives {
  using EventAlternatives::EventAlternatives;
  EventBody();
  EventBody(const EventBody&);
  EventBody(EventBody&&) noexcept;
  EventBody& operator=(const EventBody&);
  EventBody& operator=(EventBody&&) noexcept;
  ~EventBody();
  friend bool operator==(const EventBody& a, const EventBody& b);
};

// Bodies of the money-out side. They stand in house streams (settlement/streams.h), never in a payment's;
// such a stream holds nothing else.
template <typename Body>
concept HouseEvent = std::is_same_v<Body, settlement::ChangeProposed> ||
    std::is_same_v<Body, settlement::ChangeDecided> || std::is_same_v<Body, settlement::RunStarted> ||
    std::is_same_v<Body, settlement::RunEnded> || std::is_same_v<Body, settlement::LinesRecorded> ||
    std::is_same_v<Body, settlement::LinesRedated> || std::is_same_v<Body, settlement::PayoutRequested> ||
    std::is_same_v<Body, settlement::PayoutUpdated> || std::is_same_v<Body, settlement::FileImported> ||
    std::is_same_v<Body, settlement::FileMatched> || std::is_same_v<Body, settlement::BreakResolved>;
bool is_house_event(const EventBody& body);

struct Event {
  EventId id;
  RawId stream;               // the payment's id, or a house stream's (the registry's among them)
  std::uint32_t version = 0;  // 0, 1, 2 ... within the stream, dense
  MerchantId merchant;
  std::string order_id;
  Currency currency;
  Instant occurred_at;
  Instant recorded_at;
  Actor actor;
  std::string reason;
  EventId cause;                // zero = a request from outside
  std::string idempotency_key;  // of the request that caused it, or empty
  PaymentStatus status_after = PaymentStatus::none;
  std::int64_t balance_after = 0;
  EventBody body;
  friend bool operator==(const Event&, const Event&) = default;
};

// The stream that an event is about: its own, but for asides.
RawId subject_of(const Event& event);

// How a person settles what the resolver gave up on.
enum class PersonOutcome : std::uint8_t {
  unknown = 0,
  approved = 1,       // of an approval: the provider took the money
  declined = 2,       // the provider said no; of a cancel: the money stays
  canceled = 3,       // the provider undid it; of a cancel: the money went back
  never_existed = 4,  // the provider never heard of it
};
std::string_view code_of(PersonOutcome v);

// "payment.created", "approval.approved", "cancel.succeeded" ...: the public type, stable for ever.
std::string_view type_of(const EventBody& body);

}  // namespace wonjang
