#include "app/api/json/event_json.h"

#include "app/api/json/method_json.h"
#include "app/api/json/settlement_event_json.h"
#include "domain/settlement/streams.h"

namespace wonjang {
namespace {

// The body's own fields, as members of `data`.
struct PutBody {
  JsonWriter& w;

  void operator()(const PaymentCreated& b) const {
    w.text_if("orderName", b.order_name);
    put_amounts(w, "totalAmount", b.parts);
    put_payment_terms(w, b);
    w.flag("authenticated", b.authenticated);
  }
  void operator()(const PaymentAuthenticated&) const {}
  void operator()(const ApprovalRequested& b) const {
    put_approval_terms(w, b.terms);
    w.instant_if("deadline", b.deadline);
  }
  void operator()(const ApprovalApproved& b) const {
    put_approval_terms(w, b.terms);
    w.text_if("approveNo", b.approve_no).text_if("networkTxnId", b.network_txn_id);
    w.instant_if("approvedAt", b.approved_at).text_if("evidence", b.evidence);
  }
  void operator()(const ApprovalDeclined& b) const {
    put_approval_terms(w, b.terms);
    put_failure(b.failure_code, b.failure_message);
    w.text_if("evidence", b.evidence);
  }
  void operator()(const ApprovalUnknown& b) const { w.id("approvalId", b.approval).text_if("why", b.why); }
  void operator()(const VirtualAccountIssued& b) const {
    put_approval_terms(w, b.terms);
    w.instant_if("issuedAt", b.issued_at);
  }
  void operator()(const DepositConfirmed& b) const {
    w.id("approvalId", b.approval).number("amount", b.amount).text_if("depositor", b.depositor);
    w.text_if("bankNoticeId", b.bank_notice_id).instant_if("depositedAt", b.deposited_at);
  }
  void operator()(const DepositReversed& b) const {
    w.id("approvalId", b.approval).number("amount", b.amount).text("effect", effect_of(b.effect));
    w.text_if("bankNoticeId", b.bank_notice_id).instant_if("reversedAt", b.reversed_at);
  }
  void operator()(const PaymentExpired&) const {}
  void operator()(const PaymentFailed& b) const { put_failure(b.failure_code, b.failure_message); }
  void operator()(const CancelRequested& b) const {
    put_cancel_terms(w, b.terms);
    w.instant_if("deadline", b.deadline);
  }
  void operator()(const CancelSucceeded& b) const {
    put_cancel_terms(w, b.terms);
    w.text_if("transactionKey", b.transaction_key).instant_if("canceledAt", b.canceled_at);
    w.text_if("evidence", b.evidence);
  }
  void operator()(const CancelFailed& b) const {
    put_cancel_terms(w, b.terms);
    put_failure(b.failure_code, b.failure_message);
    w.text_if("evidence", b.evidence);
  }
  void operator()(const CancelUnknown& b) const {
    w.id("cancelId", b.cancel).id("approvalId", b.approval).text_if("why", b.why);
  }
  void operator()(const ProviderAsked& b) const {
    w.id_if("approvalId", b.approval).id_if("cancelId", b.cancel);
    w.text("question", code_of(b.question)).text("answer", code_of(b.answer)).number("attempt", b.attempt);
    w.instant_if("askedAt", b.asked_at).instant_if("nextAttemptAt", b.next_attempt_at);
    w.text_if("evidence", b.evidence);
  }
  void operator()(const NetworkCancelRequested& b) const {
    w.id("approvalId", b.approval).text_if("why", b.why);
  }
  void operator()(const NetworkCancelConfirmed& b) const {
    w.id("approvalId", b.approval).text("result", code_of(b.result)).text_if("evidence", b.evidence);
  }
  void operator()(const AcquisitionUpdated& b) const {
    w.id("approvalId", b.approval).text("state", code_of(b.state));
    w.text_if("batchId", b.batch_id).text_if("slipNo", b.slip_no).instant_if("at", b.at);
  }
  void operator()(const CommandRefused& b) const {
    w.text("operation", b.operation);
    w.text("code", code_of_refused(b)).text_if("detail", b.detail);
  }
  void operator()(const CommandNoted& b) const { w.text("operation", b.operation); }
  void operator()(const IncidentOpened& b) const {
    w.id_if("approvalId", b.approval).id_if("cancelId", b.cancel);
    w.text("code", b.code).text_if("detail", b.detail);
  }
  void operator()(const MerchantRegistered& b) const {
    w.text("code", b.code).text("name", b.name).text_if("organisation", b.organisation);
    put_metadata(w, b.metadata);
  }
  void operator()(const MerchantClosed&) const {}
  void operator()(const ApiKeyCreated& b) const {  // never the hash
    w.id("keyId", b.key)
        .text("scopes", b.scopes)
        .text_if("label", b.label)
        .instant_if("expiresAt", b.expires_at);
  }
  void operator()(const ApiKeyRevoked& b) const { w.id("keyId", b.key); }
  template <HouseEvent Body>
  void operator()(const Body& b) const {
    put_house_body(w, b);
  }

  void put_failure(std::string_view code, std::string_view message) const {
    w.text_if("failureCode", code).text_if("failureMessage", message);
  }
};

void put_context(JsonWriter& w, const Event& event) {
  w.id_if("merchantId", event.merchant);
  const auto house = settlement::house_stream_of(subject_of(event));
  if (!house) {
    w.id("paymentId", PaymentId(subject_of(event)))
        .text("orderId", event.order_id)
        .text("currency", event.currency.code());
    if (event.status_after != PaymentStatus::none)
      w.text("status", code_of(event.status_after)).number("balanceAmount", event.balance_after);
  } else if (*house != settlement::HouseStream::registry) {
    w.text("currency", event.currency.code());
  }
  const bool is_aside = subject_of(event) != event.stream;
  if (!is_aside) w.number("aggregateVersion", event.version);
  w.flag_if("aside", is_aside);
  w.begin_object("actor");
  w.text("kind", code_of(event.actor.kind)).text_if("id", event.actor.id);
  w.end_object();
  w.text_if("reason", event.reason).text_if("idempotencyKey", event.idempotency_key);
  w.id_if("causeEventId", event.cause);
}

}  // namespace

std::string_view code_of_refused(const CommandRefused& refused) {
  return refused.code == RefusalCode{} ? "KEY_REUSED" : code_of(refused.code);
}

void append_event_json(std::string& out, const Event& event, std::string_view sequence) {
  out.reserve(out.size() + 1024);
  const std::string subject = subject_text(subject_of(event));
  JsonWriter w(out);
  w.begin_object();
  w.text("specversion", "1.0").id("id", event.id).text("source", kEventSource);
  w.prefixed("type", "com.wonjang.", type_of(event.body)).text("subject", subject);
  w.instant_micros("time", event.occurred_at).text("datacontenttype", "application/json");
  w.text("partitionkey", subject).text_if("sequence", sequence);
  w.instant_micros("recordedtime", event.recorded_at);
  w.begin_object("data");
  put_context(w, event);
  std::visit(PutBody{w}, event.body);
  w.end_object();
  w.end_object();
}

}  // namespace wonjang
