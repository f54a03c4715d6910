#include "app/api/json/ingest.h"

#include "app/api/json/pan_guard.h"
#include "app/api/json/parse_parts.h"

namespace wonjang {
namespace {

using LineReader = ObjectReader<kIngestLineShape>;
using CloudReader = ObjectReader<kCloudEventShape>;
using Read = ParsedCommand (*)(const JsonNode&, Violations&, const CanonicalTarget&);

struct Operation {
  std::string_view op;
  std::string_view cloud_type;  // behind "com.wonjang."
  Read read;                    // null: a create, which has no target
};
constexpr Operation kOperations[] = {
    {"create", "payment.create", nullptr},
    {"approval", "approval.record", read_record_approval},
    {"cancel", "cancel.create", read_cancel},
    {"deposit", "deposit.confirm", read_deposit},
    {"deposit_reversal", "deposit.reverse", read_deposit_reversal},
    {"acquisition", "acquisition.update", read_acquisition},
    {"authenticate", "payment.authenticate", read_authenticate},
    {"fail", "payment.fail", read_fail},
};
constexpr std::string_view kCloudPrefix = "com.wonjang.";
constexpr TextRule kKeyRule{.size_max = 300, .charset = Charset::visible};

const Operation* find_op(std::string_view op) {
  for (const auto& row : kOperations) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

const Operation* find_cloud_type(std::string_view type) {
  if (!type.starts_with(kCloudPrefix)) return nullptr;
  for (const auto& row : kOperations) {
    if (row.cloud_type == type.substr(kCloudPrefix.size())) return &row;
  }
  return nullptr;
}

// The merchant's own order, for a line without a payment id.
void read_order(LineReader& r, const ParseContext& context, IngestTarget& target) {
  target.order_id = r.text("orderId", kOrderIdRule);
  target.merchant = r.id<MerchantId>("merchantId");
  if (!context.tenant.is_zero()) {
    if (r.has("merchantId") && target.merchant != context.tenant) {
      r.add("merchantId", "NOT_YOURS", "this key belongs to another merchant: leave the field out");
    }
    target.merchant = context.tenant;
  } else {
    r.require("merchantId");
  }
}

void read_target(LineReader& r, const ParseContext& context, const Operation& operation,
                 IngestTarget& target) {
  if (operation.read == nullptr) {
    constexpr std::string_view kInData = "a create names its merchant and order in `data`";
    if (r.has("paymentId")) r.add("paymentId", "MISPLACED_FIELD", std::string(kInData));
    if (r.has("merchantId")) r.add("merchantId", "MISPLACED_FIELD", std::string(kInData));
    if (r.has("orderId")) r.add("orderId", "MISPLACED_FIELD", std::string(kInData));
    return;
  }
  if (r.has("orderId") && !r.has("paymentId")) {
    read_order(r, context, target);
    return;
  }
  r.require("paymentId");
  target.payment = r.id<PaymentId>("paymentId");
  if (r.has("orderId"))
    r.add("orderId", "CONFLICTING_FIELDS", "send either paymentId, or orderId with merchantId");
  if (r.has("merchantId"))
    r.add("merchantId", "CONFLICTING_FIELDS", "goes with orderId; a paymentId needs no merchant");
}

struct LineParts {
  KeyKind key_kind = KeyKind::request;
  std::string key;
  IngestTarget target;
  const Operation* operation = nullptr;
  const JsonNode* data = nullptr;
};

LineParts read_line(const JsonNode& root, Violations& violations, const ParseContext& context) {
  LineReader r(root, violations);
  LineParts parts;
  r.require("idempotencyKey");
  parts.key = r.text("idempotencyKey", kKeyRule);
  r.require("op");
  const auto op = r.text("op", kCodeRule);
  parts.operation = find_op(op);
  if (!op.empty() && parts.operation == nullptr) {
    r.add("op", "UNKNOWN_CODE",
          "must be one of create, approval, cancel, deposit, deposit_reversal, acquisition, authenticate, "
          "fail");
  }
  if (parts.operation != nullptr) read_target(r, context, *parts.operation, parts.target);
  if (r.require("data")) parts.data = r.object("data");
  return parts;
}

LineParts read_cloud_event(const JsonNode& root, Violations& violations) {
  CloudReader r(root, violations);
  LineParts parts;
  parts.key_kind = KeyKind::cloud_event;
  if (r.text("specversion", kCodeRule) != "1.0") r.add("specversion", "UNKNOWN_CODE", "must be 1.0");
  r.require("id");
  r.require("source");
  const auto id = r.text("id", kKeyRule);
  const auto source = r.text("source", kKeyRule);
  if (!id.empty() && !source.empty()) parts.key = source + " " + id;
  if (holds_pan(parts.key)) r.add("id", "PAN_NOT_ALLOWED", "source and id together look like a card number");
  r.require("type");
  const auto type = r.text("type", kCodeRule);
  parts.operation = find_cloud_type(type);
  if (!type.empty() && parts.operation == nullptr) {
    r.add("type", "UNKNOWN_CODE", "no operation has this type, e.g. com.wonjang.payment.create");
  }
  if (parts.operation != nullptr && parts.operation->read != nullptr) {
    r.require("subject");
    parts.target.payment = r.id<PaymentId>("subject");
  }
  r.instant("time");
  const auto content_type = r.text("datacontenttype", kTokenRule);
  if (!content_type.empty() && content_type != "application/json") {
    r.add("datacontenttype", "UNKNOWN_CODE", "must be application/json");
  }
  r.text("dataschema", kTokenRule);
  if (r.require("data")) parts.data = r.object("data");
  return parts;
}

ParsedCommand read_data(const LineParts& parts, Violations& violations, const ParseContext& context) {
  if (parts.operation == nullptr || parts.data == nullptr) return {{}, {}, CanonicalRequest({})};
  if (parts.operation->read == nullptr) return read_create(*parts.data, violations, context);
  const auto& target = parts.target;
  return parts.operation->read(*parts.data, violations, {target.payment, target.merchant, target.order_id});
}

bool is_cloud_event(const JsonDocument& document) {
  const auto& root = document.root();
  if (root.type != JsonType::object) return false;
  for (const auto* member = document.first(root); member != document.end(root);
       member = document.next(member)) {
    if (member->key == "specversion") return true;
  }
  return false;
}

}  // namespace

std::variant<ParsedIngest, IngestRefusal> parse_ingest_line(std::string_view line,
                                                            const ParseContext& context) {
  JsonDocument& document = thread_document();
  if (auto error = document.parse(line)) return IngestRefusal{{}, {std::move(*error)}};
  Violations violations(document);
  refuse_pans(violations);
  const bool had_pan = !violations.empty();
  auto parts = is_cloud_event(document) ? read_cloud_event(document.root(), violations)
                                        : read_line(document.root(), violations, context);
  ParsedIngest out{parts.key_kind, {}, {}, read_data(parts, violations, context)};
  // A key that might be a card number isn't said back.
  if (!violations.empty())
    return IngestRefusal{had_pan ? std::string() : std::move(parts.key), violations.take()};
  out.key = std::move(parts.key);
  out.target = std::move(parts.target);
  return out;
}

}  // namespace wonjang
