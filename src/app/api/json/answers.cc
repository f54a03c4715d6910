#include "app/api/json/answers.h"

#include <algorithm>
#include <optional>

#include "app/api/json/json_writer.h"
#include "app/api/json/payment_json.h"
#include "app/api/json/problem.h"

namespace wonjang {
namespace {

template <typename... Bodies>
bool any_is(std::span<const Event> events) {
  return std::ranges::any_of(events,
                             [](const Event& e) { return (std::holds_alternative<Bodies>(e.body) || ...); });
}

// One request may cancel several approvals. When some of it went back, the answer is the payment, which shows
// each cancel.
bool went_back_in_part(const Outcome& outcome) {
  for (const auto& event : outcome.events) {
    const auto* failed = std::get_if<CancelFailed>(&event.body);
    if (failed == nullptr) continue;
    const bool others = std::ranges::any_of(outcome.payment.cancels, [&](const Cancel& cancel) {
      return cancel.state == CancelState::succeeded && cancel.terms.cancel != failed->terms.cancel &&
             cancel.terms.requested_at == failed->terms.requested_at;
    });
    if (others) return true;
  }
  return false;
}

// The provider's no, if that is what these events are about.
std::optional<ProblemKind> declined_by(const Outcome& outcome) {
  const auto& events = outcome.events;
  if (any_is<ApprovalDeclined>(events)) return ProblemKind::provider_declined;
  if (any_is<CancelFailed>(events) && !went_back_in_part(outcome)) return ProblemKind::cancel_declined;
  if (any_is<NetworkCancelConfirmed>(events)) return ProblemKind::approval_reversed;
  return std::nullopt;
}

std::uint16_t status_of(const Outcome& outcome) {
  const auto& events = outcome.events;
  if (any_is<ApprovalRequested, ApprovalUnknown, NetworkCancelRequested, CancelRequested, CancelUnknown>(
          events))
    return 202;
  return any_is<PaymentCreated, ApprovalApproved, VirtualAccountIssued, CancelSucceeded>(events) ? 201 : 200;
}

std::string_view failure_of(const Event& event) {
  if (const auto* declined = std::get_if<ApprovalDeclined>(&event.body)) return declined->failure_message;
  if (const auto* failed = std::get_if<CancelFailed>(&event.body)) return failed->failure_message;
  return {};
}

Reply declined_reply(ProblemKind kind, const Outcome& outcome) {
  std::string payment;
  append_payment_json(payment, outcome.payment);
  ProblemExtras extras;
  for (const auto& event : outcome.events) {
    if (extras.detail.empty()) extras.detail = failure_of(event);
  }
  extras.payment = outcome.payment.id;
  extras.payment_json = payment;
  return problem_reply(kind, extras);
}

// Merchants and keys, from the event that made or ended them.
struct RegistryReply {
  const Event& event;

  Reply operator()(const MerchantRegistered& b) const {
    Reply reply{201, {}};
    append_merchant_json(reply.body, {.id = event.merchant,
                                      .code = b.code,
                                      .name = b.name,
                                      .metadata = b.metadata,
                                      .created_at = event.recorded_at,
                                      .organisation = b.organisation});
    return reply;
  }
  Reply operator()(const ApiKeyCreated& b) const {
    Reply reply{201, {}};
    append_api_key_json(reply.body, {b.key,
                                     event.merchant,
                                     {},
                                     b.scopes,
                                     b.label,
                                     event.recorded_at,
                                     b.expires_at,
                                     false,
                                     maker_of(event)});
    return reply;
  }
  Reply operator()(const MerchantClosed&) const { return ended(event.merchant, "CLOSED"); }
  Reply operator()(const ApiKeyRevoked& b) const { return ended(b.key, "REVOKED"); }
  template <typename Other>
  Reply operator()(const Other&) const {
    return {200, "{}"};
  }

 private:
  template <typename Id>
  static Reply ended(const Id& id, std::string_view status) {
    Reply reply{200, {}};
    JsonWriter w(reply.body);
    w.begin_object();
    w.id("id", id).text("status", status);
    w.end_object();
    return reply;
  }
};

class ApiRenderer final : public Renderer {
 public:
  Reply render(const Outcome& outcome) const override {
    if (outcome.refusal != nullptr) return refusal_reply(*outcome.refusal);
    if (!outcome.payment.exists()) {
      return outcome.events.empty()
                 ? Reply{200, "{}"}
                 : std::visit(RegistryReply{outcome.events.front()}, outcome.events.front().body);
    }
    // A person told the ledger what the provider did: to the teller that is done, whatever it was.
    const bool is_told = outcome.operation == "settle_by_person";
    if (const auto kind = declined_by(outcome); kind && !is_told) return declined_reply(*kind, outcome);
    Reply reply{is_told ? std::uint16_t{200} : status_of(outcome), {}};
    append_payment_json(reply.body, outcome.payment);
    return reply;
  }
};

// A line's sender has the payment already; what it needs is its name and where it stands now. A third of the
// bytes and of the time of the whole payment, which GET has.
class IngestRenderer final : public Renderer {
 public:
  Reply render(const Outcome& outcome) const override {
    const bool is_plain = outcome.refusal == nullptr && outcome.payment.exists() && !declined_by(outcome);
    if (!is_plain) return api_renderer().render(outcome);
    Reply reply{status_of(outcome), {}};
    JsonWriter w(reply.body);
    w.begin_object();
    w.id("id", outcome.payment.id).text("orderId", outcome.payment.order_id);
    w.text("status", code_of(outcome.payment.status)).number("balanceAmount", outcome.payment.balance);
    w.number("version", outcome.payment.version);
    w.end_object();
    return reply;
  }
};

}  // namespace

const Renderer& api_renderer() {
  static const ApiRenderer renderer;
  return renderer;
}

const Renderer& ingest_renderer() {
  static const IngestRenderer renderer;
  return renderer;
}

std::string_view content_type_of(std::uint16_t status) {
  return status < 400 ? "application/json" : "application/problem+json";
}

std::string with_secret(std::string_view body, std::string_view secret) {
  std::string out;
  JsonWriter w(out);
  w.begin_object();
  w.text("secret", secret);
  out.push_back(',');
  out += body.substr(1);
  return out;
}

}  // namespace wonjang
