#include <array>

#include "app/api/json/parse_method.h"

namespace wonjang {
namespace {

CardDetail read_card(const JsonNode& node, Violations& violations) {
  ObjectReader<kCardShape> r(node, violations);
  CardDetail card;
  card.issuer_code = r.text("issuerCode", kCodeRule);
  card.acquirer_code = r.text("acquirerCode", kCodeRule);
  card.bin = r.text("bin", {.size_max = 8, .charset = Charset::digits, .size_min = 6});
  if (card.bin.size() == 7) r.add("bin", "BAD_FORMAT", "must be the first 6 or the first 8 digits");
  card.last4 = r.text("last4", {.size_max = 4, .charset = Charset::digits, .size_min = 4});
  card.card_type = r.code("cardType", CardType::unknown, /*zero_allowed=*/true);
  card.owner_type = r.code("ownerType", OwnerType::unknown, /*zero_allowed=*/true);
  card.installment_months = static_cast<std::uint32_t>(r.integer("installmentMonths", 0, 60).value_or(0));
  card.is_interest_free = r.flag("isInterestFree");
  card.interest_payer = r.code("interestPayer", InterestPayer::none, /*zero_allowed=*/true);
  card.used_point = r.integer("usedPoint", 0).value_or(0);
  card.instant_discount = r.integer("instantDiscount", 0).value_or(0);
  card.card_token = r.text("cardToken", kTokenRule);
  card.three_ds = r.text("threeDS", kTokenRule);
  return card;
}

VirtualAccountDetail read_virtual_account(const JsonNode& node, Violations& violations) {
  ObjectReader<kVirtualAccountShape> r(node, violations);
  VirtualAccountDetail account;
  r.require("bankCode");
  account.bank_code = r.text("bankCode", kCodeRule);
  account.account_no_token = r.text("accountNoToken", kTokenRule);
  account.account_type = r.code("accountType", AccountType::unknown);
  account.holder = r.text("holder", kNameRule);
  account.depositor = r.text("depositor", kNameRule);
  account.due_at = r.instant("dueAt");
  account.refund_account_token = r.text("refundAccountToken", kTokenRule);
  return account;
}

TransferDetail read_transfer(const JsonNode& node, Violations& violations) {
  ObjectReader<kTransferShape> r(node, violations);
  TransferDetail transfer;
  transfer.bank_code = r.text("bankCode", kCodeRule);
  transfer.account_token = r.text("accountToken", kTokenRule);
  transfer.transfer_type = r.text("transferType", kCodeRule);
  return transfer;
}

bool is_month(std::string_view text) {
  return text.size() == 7 && text[4] == '-' && parse_business_date(std::string(text) + "-01").has_value();
}

MobilePhoneDetail read_mobile_phone(const JsonNode& node, Violations& violations) {
  ObjectReader<kMobilePhoneShape> r(node, violations);
  MobilePhoneDetail phone;
  phone.carrier = r.text("carrier", kCodeRule);
  phone.phone_token = r.text("phoneToken", kTokenRule);
  phone.billing_month = r.text("billingMonth", kCodeRule);
  if (!phone.billing_month.empty() && !is_month(phone.billing_month)) {
    r.add("billingMonth", "BAD_FORMAT", "must be a month such as 2026-11");
  }
  phone.collected = r.flag("collected");
  return phone;
}

GiftCertificateDetail read_gift_certificate(const JsonNode& node, Violations& violations) {
  ObjectReader<kGiftCertificateShape> r(node, violations);
  r.require("kind");
  return {r.code("kind", GiftKind::unknown)};
}

EasyPayDetail read_easy_pay(const JsonNode& node, Violations& violations) {
  ObjectReader<kEasyPayShape> r(node, violations);
  EasyPayDetail pay;
  r.require("provider");
  pay.provider = r.text("provider", kCodeRule);
  pay.funded_by = r.code("fundedBy", FundedBy::unknown);
  pay.amount = r.integer("amount", 0).value_or(0);
  pay.discount_amount = r.integer("discountAmount", 0).value_or(0);
  if (const auto* card = r.object("card")) pay.card = read_card(*card, violations);
  return pay;
}

template <typename Detail, const ObjectShape& kShape>
MethodDetail read_issuer(const JsonNode& node, Violations& violations) {
  ObjectReader<kShape> r(node, violations);
  return Detail{r.text("issuer", kCodeRule)};
}

template <auto kRead>
MethodDetail as_method(const JsonNode& node, Violations& violations) {
  return kRead(node, violations);
}

// By Method, from 1. `required`: says nothing without its block.
constexpr MethodBlock kBlocks[] = {
    {"card", false, as_method<read_card>},
    {"virtualAccount", true, as_method<read_virtual_account>},
    {"transfer", false, as_method<read_transfer>},
    {"mobilePhone", false, as_method<read_mobile_phone>},
    {"giftCertificate", true, as_method<read_gift_certificate>},
    {"easyPay", true, as_method<read_easy_pay>},
    {"point", false, read_issuer<PointDetail, kPointShape>},
    {"coupon", false, read_issuer<CouponDetail, kCouponShape>},
    {"depositCup", false, read_issuer<DepositCupDetail, kDepositCupShape>},
};
static_assert(std::size(kBlocks) == std::size(kMethods));

MethodDetail empty_detail(Method method) {
  switch (method) {
    case Method::card:
      return CardDetail{};
    case Method::virtual_account:
      return VirtualAccountDetail{};
    case Method::transfer:
      return TransferDetail{};
    case Method::mobile_phone:
      return MobilePhoneDetail{};
    case Method::gift_certificate:
      return GiftCertificateDetail{};
    case Method::easy_pay:
      return EasyPayDetail{};
    case Method::point:
      return PointDetail{};
    case Method::coupon:
      return CouponDetail{};
    case Method::deposit_cup:
      return DepositCupDetail{};
  }
  return CardDetail{};
}

// Every field of a detail block, in the order of its struct.
struct AddDetail {
  CanonicalRequest& c;

  void operator()(const CardDetail& d) const {
    add_text(c, d.issuer_code);
    add_text(c, d.acquirer_code);
    add_text(c, d.bin);
    add_text(c, d.last4);
    c.number(static_cast<int>(d.card_type))
        .number(static_cast<int>(d.owner_type))
        .number(d.installment_months);
    c.flag(d.is_interest_free).number(static_cast<int>(d.interest_payer));
    c.number(d.used_point).number(d.instant_discount);
    add_text(c, d.card_token);
    add_text(c, d.three_ds);
  }
  void operator()(const VirtualAccountDetail& d) const {
    add_text(c, d.bank_code);
    add_text(c, d.account_no_token);
    c.number(static_cast<int>(d.account_type));
    add_text(c, d.holder);
    add_text(c, d.depositor);
    add_instant(c, d.due_at);
    add_text(c, d.refund_account_token);
  }
  void operator()(const TransferDetail& d) const {
    add_text(c, d.bank_code);
    add_text(c, d.account_token);
    add_text(c, d.transfer_type);
  }
  void operator()(const MobilePhoneDetail& d) const {
    add_text(c, d.carrier);
    add_text(c, d.phone_token);
    add_text(c, d.billing_month);
    c.flag(d.collected);
  }
  void operator()(const GiftCertificateDetail& d) const { c.number(static_cast<int>(d.kind)); }
  void operator()(const EasyPayDetail& d) const {
    add_text(c, d.provider);
    c.number(static_cast<int>(d.funded_by)).number(d.amount).number(d.discount_amount);
    if (d.card) {
      (*this)(*d.card);
    } else {
      c.absent();
    }
  }
  void operator()(const PointDetail& d) const { add_text(c, d.issuer); }
  void operator()(const CouponDetail& d) const { add_text(c, d.issuer); }
  void operator()(const DepositCupDetail& d) const { add_text(c, d.issuer); }
};

}  // namespace

const MethodBlock& block_of(Method method) { return kBlocks[static_cast<std::size_t>(method) - 1]; }

MethodDetail read_detail(Method method, const JsonNode* block, Violations& violations) {
  return block == nullptr ? empty_detail(method) : block_of(method).read(*block, violations);
}

void add_method(CanonicalRequest& canonical, const MethodDetail& detail) {
  canonical.number(static_cast<int>(method_of(detail)));
  std::visit(AddDetail{canonical}, detail);
}

}  // namespace wonjang
