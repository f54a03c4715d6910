#include "adapters/acquirer/wire_codec.h"

#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "adapters/acquirer/evidence.h"

namespace wonjang {
namespace json = boost::json;
namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kApproveNoBytesMax = 8;
constexpr std::size_t kCodeBytesMax = 64;
constexpr std::size_t kMessageBytesMax = 400;

json::string_view jv(std::string_view text) { return {text.data(), text.size()}; }
std::string_view sv(const json::string& text) { return {text.data(), text.size()}; }

// Reads one JSON object and remembers the first thing that was wrong with it: read everything, then look at
// error().
class Fields {
 public:
  explicit Fields(std::string_view body) {
    if (body.size() <= kWireBytesMax) {
      parse(body);
    } else {
      fail("the body is too large");
    }
  }

  std::string text(std::string_view name, std::size_t bytes_max) {
    const json::value* value = find(name);
    if (value == nullptr) return {};
    if (!value->is_string()) return wrong(name, "is not a string");
    const std::string_view text = sv(value->get_string());
    if (text.empty() || text.size() > bytes_max) return wrong(name, "has the wrong length");
    return std::string(text);
  }
  // For people to read: cut where it is too long, empty where it is missing.
  std::string remark(std::string_view name, std::size_t bytes_max) {
    const json::value* value = object_ == nullptr ? nullptr : object_->if_contains(jv(name));
    if (value == nullptr || !value->is_string()) return {};
    return mask_card_numbers(cut_utf8(sv(value->get_string()), bytes_max));
  }
  std::string reference(std::string_view name) {
    std::string out = text(name, kWireReferenceBytesMax);
    if (error_.empty() && !is_wire_reference(out)) return wrong(name, "is not a reference");
    return out;
  }
  Instant instant(std::string_view name) {
    const std::string value = text(name, kIdBytesMax);
    if (!error_.empty()) return {};
    const auto at = parse_rfc3339(value);
    if (!at) wrong(name, "is not an RFC 3339 time");
    return at.value_or(Instant());
  }
  Money money() {
    Money out;
    if (const json::value* amount = find("amount")) {
      if (amount->is_int64()) {
        out.minor = amount->get_int64();
      } else {
        wrong("amount", "is not a 64-bit integer");
      }
    }
    const std::string code = text("currency", 3);
    if (!error_.empty()) return out;
    const auto currency = Currency::parse(code);
    if (!currency) wrong("currency", "is not a known currency");
    out.currency = currency.value_or(Currency());
    return out;
  }
  // The index of the field's value in `names`.
  template <std::size_t N>
  std::size_t one_of(std::string_view name, const std::string_view (&names)[N]) {
    const std::string value = text(name, kCodeBytesMax);
    for (std::size_t i = 0; i < N; ++i) {
      if (value == names[i]) return i;
    }
    wrong(name, "is not one of the known values");
    return 0;
  }
  void expect_text(std::string_view name, std::string_view expected) {
    if (text(name, kIdBytesMax) != expected) wrong(name, "is not the one that was asked for");
  }
  void expect_money(Money expected) {
    if (money() != expected) wrong("amount", "is not the one that was asked for");
  }

  bool ok() const { return error_.empty(); }
  // As it was understood, not as it was spelled: an escaped digit would hide from the mask.
  std::string evidence() const { return evidence_of(json::serialize(value_)); }
  Error in_doubt_error() const { return in_doubt("no usable answer of the provider: " + error_); }
  Error invalid_error() const { return invalid(error_); }

 private:
  void parse(std::string_view body) {
    json::parse_options options;
    options.max_depth = 8;
    json::error_code error;
    value_ = json::parse(jv(body), error, {}, options);
    if (error) return fail("the body is not JSON");
    if (!value_.is_object()) return fail("the body is not a JSON object");
    object_ = &value_.get_object();
  }
  void fail(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }
  std::string wrong(std::string_view name, std::string_view what) {
    fail("field " + std::string(name) + " " + std::string(what));
    return {};
  }
  const json::value* find(std::string_view name) {
    const json::value* value = object_ == nullptr ? nullptr : object_->if_contains(jv(name));
    if (value == nullptr) wrong(name, "is missing");
    return value;
  }

  json::value value_;
  const json::object* object_ = nullptr;
  std::string error_;
};

void put_money(json::object& object, Money money) {
  object["amount"] = money.minor;
  object["currency"] = jv(money.currency.code());
}
void put_failure(json::object& object, const std::string& code, const std::string& message) {
  object["failureCode"] = code;
  object["failureMessage"] = message;
}
void put_text(json::object& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

json::object card_object(const CardDetail& card) {
  json::object out;
  put_text(out, "issuerCode", card.issuer_code);
  put_text(out, "acquirerCode", card.acquirer_code);
  put_text(out, "bin", card.bin);
  put_text(out, "last4", card.last4);
  put_text(out, "cardToken", card.card_token);
  out["installmentMonths"] = card.installment_months;
  return out;
}

json::object method_object(const MethodDetail& method) {
  json::object out;
  out["type"] = jv(code_of(method_of(method)));
  if (const auto* card = std::get_if<CardDetail>(&method)) out["card"] = card_object(*card);
  if (const auto* easy = std::get_if<EasyPayDetail>(&method)) {
    put_text(out, "provider", easy->provider);
    if (easy->card) out["card"] = card_object(*easy->card);
  }
  if (const auto* account = std::get_if<TransferDetail>(&method)) {
    put_text(out, "bankCode", account->bank_code);
    put_text(out, "accountToken", account->account_token);
  }
  if (const auto* account = std::get_if<VirtualAccountDetail>(&method))
    put_text(out, "bankCode", account->bank_code);
  if (const auto* phone = std::get_if<MobilePhoneDetail>(&method)) {
    put_text(out, "carrier", phone->carrier);
    put_text(out, "phoneToken", phone->phone_token);
  }
  return out;
}

constexpr std::string_view kApproveResults[] = {"DECLINED", "APPROVED"};
constexpr std::string_view kCancelResults[] = {"REFUSED", "CANCELED"};
constexpr std::string_view kInquiryResults[] = {"APPROVED", "DECLINED", "CANCELED", "NOT_FOUND", "PENDING"};
constexpr ProviderAnswer kInquiryAnswers[] = {ProviderAnswer::approved, ProviderAnswer::declined,
                                              ProviderAnswer::canceled, ProviderAnswer::not_found,
                                              ProviderAnswer::pending};
constexpr std::string_view kNetworkCancelResults[] = {"CANCELED", "NEVER_EXISTED"};
constexpr NetworkCancelResult kNetworkCancelAnswers[] = {NetworkCancelResult::canceled,
                                                         NetworkCancelResult::never_existed};

std::string_view name_of(ProviderAnswer answer) {
  for (std::size_t i = 0; i < std::size(kInquiryAnswers); ++i) {
    if (kInquiryAnswers[i] == answer) return kInquiryResults[i];
  }
  return "UNKNOWN";
}

}  // namespace

bool is_wire_reference(std::string_view reference) {
  if (reference.empty() || reference.size() > kWireReferenceBytesMax) return false;
  for (const char c : reference) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') return false;
  }
  return true;
}

std::string encode_request(const ApproveRequest& request) {
  json::object out;
  out["reference"] = request.reference;
  out["merchant"] = request.merchant;
  out["orderId"] = request.order_id;
  put_money(out, request.amount);
  out["method"] = method_object(request.method);
  return json::serialize(out);
}

std::string encode_request(const CancelRequest& request) {
  json::object out;
  out["reference"] = request.reference;
  out["approvalReference"] = request.approval_reference;
  put_money(out, request.amount);
  put_text(out, "reason", request.reason);
  return json::serialize(out);
}

std::string encode_network_cancel_request(const std::string& reference) {
  return json::serialize(json::object{{"reference", reference}});
}

Result<ApproveAnswer> decode_answer(const ApproveRequest& request, std::string_view body) {
  Fields fields(body);
  fields.expect_text("reference", request.reference);
  fields.expect_money(request.amount);
  ApproveAnswer answer;
  answer.approved = fields.one_of("result", kApproveResults) == 1;
  if (answer.approved) {
    answer.approve_no = fields.text("approveNo", kApproveNoBytesMax);
    answer.network_txn_id = fields.text("networkTxnId", kIdBytesMax);
    answer.approved_at = fields.instant("approvedAt");
  } else {
    answer.failure_code = fields.text("failureCode", kCodeBytesMax);
    answer.failure_message = fields.remark("failureMessage", kMessageBytesMax);
  }
  if (!fields.ok()) return fields.in_doubt_error();
  answer.evidence = fields.evidence();
  return answer;
}

Result<CancelAnswer> decode_answer(const CancelRequest& request, std::string_view body) {
  Fields fields(body);
  fields.expect_text("reference", request.reference);
  fields.expect_text("approvalReference", request.approval_reference);
  fields.expect_money(request.amount);
  CancelAnswer answer;
  answer.canceled = fields.one_of("result", kCancelResults) == 1;
  if (answer.canceled) {
    answer.transaction_key = fields.text("transactionKey", kIdBytesMax);
    answer.canceled_at = fields.instant("canceledAt");
  } else {
    answer.failure_code = fields.text("failureCode", kCodeBytesMax);
    answer.failure_message = fields.remark("failureMessage", kMessageBytesMax);
  }
  if (!fields.ok()) return fields.in_doubt_error();
  answer.evidence = fields.evidence();
  return answer;
}

Result<InquiryAnswer> decode_inquiry_answer(const std::string& reference, std::string_view body) {
  Fields fields(body);
  fields.expect_text("reference", reference);
  InquiryAnswer answer;
  answer.answer = kInquiryAnswers[fields.one_of("result", kInquiryResults)];
  if (answer.answer == ProviderAnswer::approved)
    answer.approve_no = fields.text("approveNo", kApproveNoBytesMax);
  if (answer.answer == ProviderAnswer::approved) {
    answer.network_txn_id = fields.text("networkTxnId", kIdBytesMax);
    answer.at = fields.instant("at");
  }
  if (answer.answer == ProviderAnswer::canceled) {
    answer.network_txn_id = fields.remark("networkTxnId", kIdBytesMax);
    answer.at = parse_rfc3339(fields.remark("at", kIdBytesMax)).value_or(Instant());
  }
  if (answer.answer == ProviderAnswer::declined)
    answer.failure_code = fields.text("failureCode", kCodeBytesMax);
  answer.failure_message = fields.remark("failureMessage", kMessageBytesMax);
  if (!fields.ok()) return fields.in_doubt_error();
  answer.evidence = fields.evidence();
  return answer;
}

Result<NetworkCancelAnswer> decode_network_cancel_answer(const std::string& reference,
                                                         std::string_view body) {
  Fields fields(body);
  fields.expect_text("reference", reference);
  NetworkCancelAnswer answer;
  answer.result = kNetworkCancelAnswers[fields.one_of("result", kNetworkCancelResults)];
  if (!fields.ok()) return fields.in_doubt_error();
  answer.evidence = fields.evidence();
  return answer;
}

Result<ApproveRequest> decode_approve_request(std::string_view body) {
  Fields fields(body);
  ApproveRequest request;
  request.reference = fields.reference("reference");
  request.merchant = fields.text("merchant", kIdBytesMax);
  request.order_id = fields.text("orderId", kIdBytesMax);
  request.amount = fields.money();
  if (!fields.ok()) return fields.invalid_error();
  return request;
}

Result<CancelRequest> decode_cancel_request(std::string_view body) {
  Fields fields(body);
  CancelRequest request;
  request.reference = fields.reference("reference");
  request.approval_reference = fields.reference("approvalReference");
  request.amount = fields.money();
  request.reason = fields.remark("reason", kMessageBytesMax);
  if (!fields.ok()) return fields.invalid_error();
  return request;
}

Result<std::string> decode_network_cancel_request(std::string_view body) {
  Fields fields(body);
  std::string reference = fields.reference("reference");
  if (!fields.ok()) return fields.invalid_error();
  return reference;
}

std::string encode_answer(const ApproveRequest& request, const ApproveAnswer& answer) {
  json::object out;
  out["reference"] = request.reference;
  put_money(out, request.amount);
  out["result"] = jv(kApproveResults[answer.approved ? 1 : 0]);
  if (answer.approved) {
    out["approveNo"] = answer.approve_no;
    out["networkTxnId"] = answer.network_txn_id;
    out["approvedAt"] = to_rfc3339_micros(answer.approved_at);
  } else {
    put_failure(out, answer.failure_code, answer.failure_message);
  }
  return json::serialize(out);
}

std::string encode_answer(const CancelRequest& request, const CancelAnswer& answer) {
  json::object out;
  out["reference"] = request.reference;
  out["approvalReference"] = request.approval_reference;
  put_money(out, request.amount);
  out["result"] = jv(kCancelResults[answer.canceled ? 1 : 0]);
  if (answer.canceled) {
    out["transactionKey"] = answer.transaction_key;
    out["canceledAt"] = to_rfc3339_micros(answer.canceled_at);
  } else {
    put_failure(out, answer.failure_code, answer.failure_message);
  }
  return json::serialize(out);
}

std::string encode_answer(const std::string& reference, const InquiryAnswer& answer) {
  json::object out;
  out["reference"] = reference;
  out["result"] = jv(name_of(answer.answer));
  put_text(out, "approveNo", answer.approve_no);
  put_text(out, "networkTxnId", answer.network_txn_id);
  if (!answer.at.is_zero()) out["at"] = to_rfc3339_micros(answer.at);
  put_text(out, "failureCode", answer.failure_code);
  put_text(out, "failureMessage", answer.failure_message);
  return json::serialize(out);
}

std::string encode_answer(const std::string& reference, const NetworkCancelAnswer& answer) {
  const bool was_captured = answer.result == NetworkCancelResult::canceled;
  return json::serialize(
      json::object{{"reference", reference}, {"result", jv(kNetworkCancelResults[was_captured ? 0 : 1])}});
}

std::string encode_problem(std::string_view code, std::string_view message) {
  return json::serialize(json::object{{"code", jv(code)}, {"message", jv(message)}});
}

std::string encode_truth(const std::vector<Truth>& rows, const std::map<std::string, std::int64_t>& captured,
                         std::size_t in_flight, const std::vector<std::string>& violations) {
  json::object totals;
  for (const auto& [currency, minor] : captured) totals[currency] = minor;
  json::array transactions;
  for (const Truth& row : rows) {
    json::object out{
        {"reference", row.reference}, {"orderId", row.order_id}, {"state", jv(name_of(row.state))}};
    put_money(out, row.amount);
    put_text(out, "approvalReference", row.approval_reference);
    put_text(out, "failureCode", row.failure_code);
    if (!row.is_cancel()) {
      out["canceledAmount"] = row.canceled_minor;
      out["capturedAmount"] = row.captured_minor();
    }
    transactions.push_back(std::move(out));
  }
  return json::serialize(json::object{{"captured", std::move(totals)},
                                      {"inFlight", in_flight},
                                      {"violations", json::array(violations.begin(), violations.end())},
                                      {"transactions", std::move(transactions)},
                                      {"next", rows.empty() ? std::string() : rows.back().reference}});
}

}  // namespace wonjang
