#include "app/api/json/pan_guard.h"
#include "app/api/json/parse_parts.h"

namespace wonjang {
namespace {

constexpr std::size_t kApprovalsMax = 20;
using CreateReader = ObjectReader<kCreateShape>;

External read_external(CreateReader& r, Violations& violations) {
  const auto* node = r.object("external");
  if (node == nullptr) return {};
  ObjectReader<kExternalShape> e(*node, violations);
  return {e.text("pgName", kCodeRule), e.text("paymentKey", kTokenRule),
          e.text("transactionKey", {.size_max = 64, .charset = Charset::visible})};
}

constexpr std::size_t kPhoneDigitsMin = 4;
constexpr std::size_t kPhoneDigitsMax = 20;
using BuyerReader = ObjectReader<kBuyerShape>;

// People write 010-1234-5678 and +82 10 1234 5678; stored and searched are the digits.
std::string read_phone(BuyerReader& r) {
  const auto sent = r.text("phone", {.size_max = 40});
  std::string digits;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const char c = sent[i];
    if (c >= '0' && c <= '9') {
      digits.push_back(c);
    } else if (c != '-' && c != ' ' && !(c == '+' && i == 0)) {
      r.add("phone", "BAD_FORMAT",
            "only digits, hyphens, blanks and a leading + are taken, e.g. 010-1234-5678");
      return {};
    }
  }
  if (!sent.empty() && (digits.size() < kPhoneDigitsMin || digits.size() > kPhoneDigitsMax)) {
    r.add("phone", "BAD_FORMAT", "must hold 4 to 20 digits; " + std::to_string(digits.size()) + " were sent");
    return {};
  }
  if (holds_pan(digits)) {  // whatever stood between them
    r.add("phone", "PAN_NOT_ALLOWED", "this looks like a card number, which is never taken");
    return {};
  }
  return digits;
}

std::string read_email(BuyerReader& r) {
  auto email = r.text("email", {.size_max = 254});
  const auto at = email.rfind('@');
  const bool ok = email.empty() || (at != std::string::npos && at != 0 && at + 1 != email.size() &&
                                    email.find(' ') == std::string::npos);
  if (!ok) r.add("email", "BAD_FORMAT", "must be an e-mail address, e.g. minsu@example.kr");
  return email;
}

Buyer read_buyer(CreateReader& r, Violations& violations) {
  const auto* node = r.object("buyer");
  if (node == nullptr) return {};
  BuyerReader b(*node, violations);
  Buyer buyer;
  buyer.name = b.text("name", kNameRule);
  buyer.phone = read_phone(b);
  buyer.email = read_email(b);
  return buyer;
}

std::string read_country(CreateReader& r) {
  auto country = r.text("country", {.size_max = 2, .size_min = 2});
  const bool ok =
      country.empty() || (country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' && country[1] <= 'Z');
  if (!ok) r.add("country", "BAD_FORMAT", "must be two capital letters (ISO 3166-1), e.g. KR");
  return country;
}

Currency read_currency(CreateReader& r) {
  const auto code = r.text("currency", {.size_max = 3, .charset = Charset::id, .size_min = 3});
  if (code.empty()) return {};
  const auto currency = Currency::parse(code);
  if (!currency) r.add("currency", "UNKNOWN_CODE", "must be an ISO 4217 code in capital letters, e.g. KRW");
  return currency.value_or(Currency());
}

MerchantId read_merchant(CreateReader& r, const ParseContext& context) {
  if (!r.has("merchantId") && !context.tenant.is_zero()) return context.tenant;
  if (!r.require("merchantId")) return {};
  const auto merchant = r.id<MerchantId>("merchantId");
  if (!context.tenant.is_zero() && !merchant.is_zero() && merchant != context.tenant) {
    r.add("merchantId", "NOT_YOURS", "this key belongs to another merchant: leave the field out");
  }
  return merchant;
}

void read_terms(CreateReader& r, Violations& violations, const ParseContext& context, PaymentCreated& terms) {
  terms.order_name = r.text("orderName", kNameRule);
  terms.type = r.code("type", PaymentType::normal);
  terms.channel = r.code("channel", Channel::online);
  terms.country = read_country(r);
  terms.sub_mall_id = r.text("subMallId", kOutsideIdRule);
  terms.store_id = r.text("storeId", kOutsideIdRule);
  terms.use_escrow = r.flag("useEscrow");
  terms.culture_expense = r.flag("cultureExpense");
  terms.is_partial_cancelable = r.flag("isPartialCancelable", true);
  terms.customer_key = r.text("customerKey", kTokenRule);
  terms.buyer = read_buyer(r, violations);
  terms.metadata = r.metadata("metadata");
  terms.requested_at = r.instant("requestedAt");
  terms.expires_at = r.instant("expiresAt");
  terms.external = read_external(r, violations);
  terms.api_version = context.api_version;
}

std::vector<ApprovalInput> read_approvals(CreateReader& r, Violations& violations) {
  const auto* list = r.array("approvals");
  if (list == nullptr) return {};
  if (list->count > kApprovalsMax) {
    r.add("approvals", "TOO_MANY_ITEMS",
          "at most 20 approvals; " + std::to_string(list->count) + " were sent");
    return {};
  }
  std::vector<ApprovalInput> out;
  out.reserve(list->count);
  const auto& document = violations.document();
  for (const auto* item = document.first(*list); item != document.end(*list); item = document.next(item)) {
    out.push_back(read_recorded_approval(*item, violations));
  }
  return out;
}

void add_create(CanonicalRequest& c, const CreatePayment& command) {
  add_id(c, command.merchant);
  c.text(command.order_id).text(command.currency.code()).number(command.total);
  add_taxes(c, command.parts, command.tax_free, command.tax_exempt);
  const auto& terms = command.terms;
  add_text(c, terms.order_name);
  c.number(static_cast<int>(terms.type)).number(static_cast<int>(terms.channel));
  add_text(c, terms.country);
  add_text(c, terms.sub_mall_id);
  add_text(c, terms.store_id);
  c.flag(terms.use_escrow).flag(terms.culture_expense).flag(terms.is_partial_cancelable);
  add_text(c, terms.customer_key);
  add_metadata(c, terms.metadata);
  add_instant(c, terms.requested_at);
  add_instant(c, terms.expires_at);
  add_text(c, terms.external.pg_name);
  add_text(c, terms.external.payment_key);
  add_text(c, terms.external.transaction_key);
  c.number(static_cast<std::int64_t>(command.approvals.size()));
  for (const auto& approval : command.approvals) add_approval(c, approval);
  // Last and only where there is one: fingerprints stored before there were buyers stay what they are.
  if (!terms.buyer.is_empty()) {
    c.text("buyer");
    add_text(c, terms.buyer.name);
    add_text(c, terms.buyer.phone);
    add_text(c, terms.buyer.email);
  }
}

}  // namespace

ParsedCommand read_create(const JsonNode& node, Violations& violations, const ParseContext& context) {
  CreateReader r(node, violations);
  // Filled where it stays: it is large.
  ParsedCommand out{
      PaymentCommand(std::in_place_type<CreatePayment>), {}, CanonicalRequest("create_payment")};
  auto& command = std::get<CreatePayment>(out.command);
  command.merchant = read_merchant(r, context);
  r.require("orderId");
  command.order_id = r.text("orderId", kOrderIdRule);
  command.currency = read_currency(r);
  r.require("totalAmount");
  command.total = r.integer("totalAmount").value_or(0);
  const auto taxes = read_taxes(r);
  command.parts = taxes.parts;
  command.tax_free = taxes.tax_free;
  command.tax_exempt = taxes.tax_exempt;
  read_terms(r, violations, context, command.terms);
  command.approvals = read_approvals(r, violations);
  add_create(out.canonical, command);
  return out;
}

Parsed parse_create(std::string_view body, const ParseContext& context) {
  return read_body<ParsedCommand>(body,
                                  [&](const auto& root, auto& v) { return read_create(root, v, context); });
}

}  // namespace wonjang
