// The shapes of request bodies: every object a client may send, with the names it may hold. One table drives
// the reader (a name that isn't here doesn't compile), the hints for misplaced names, and the test that
// compares openapi.json.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace wonjang {

struct ObjectShape {
  static constexpr std::size_t kFieldsMax = 32;

  std::string_view name;   // of the schema in openapi.json
  std::string_view place;  // for hints: "`taxFreeAmount` belongs in <place>"
  std::array<std::string_view, kFieldsMax> fields{};
  std::uint8_t count = 0;
  bool takes_extensions = false;  // further members with a scalar, [a-z0-9]{1,20}: read by nobody

  constexpr std::span<const std::string_view> names() const { return {fields.data(), count}; }
  constexpr bool has(std::string_view field) const {
    for (const auto& f : names()) {
      if (f == field) return true;
    }
    return false;
  }
};

consteval ObjectShape make_shape(std::string_view name, std::string_view place,
                                 std::initializer_list<std::string_view> fields) {
  ObjectShape shape{name, place, {}, 0, false};
  for (const auto& f : fields) shape.fields[shape.count++] = f;
  return shape;
}

consteval ObjectShape with_extensions(ObjectShape shape) {
  shape.takes_extensions = true;
  return shape;
}

// In the order in which clients and our documents write them: the reader guesses the next one.
inline constexpr ObjectShape kCreateShape =
    make_shape("CreatePayment", "the body of POST /v1/payments",
               {"merchantId",          "orderId",        "orderName", "currency",
                "totalAmount",         "suppliedAmount", "vat",       "taxFreeAmount",
                "taxExemptionAmount",  "type",           "channel",   "country",
                "subMallId",           "storeId",        "useEscrow", "cultureExpense",
                "isPartialCancelable", "customerKey",    "buyer",     "metadata",
                "requestedAt",         "expiresAt",      "external",  "approvals"});
inline constexpr ObjectShape kBuyerShape =
    make_shape("Buyer", "`buyer` of a payment", {"name", "phone", "email"});
inline constexpr ObjectShape kExternalShape =
    make_shape("External", "`external` of a payment", {"pgName", "paymentKey", "transactionKey"});
inline constexpr ObjectShape kRecordedApprovalShape =
    make_shape("RecordedApproval",
               "an approval that was made elsewhere (approvals[] of a payment, or POST .../approvals)",
               {"method",
                "amount",
                "suppliedAmount",
                "vat",
                "taxFreeAmount",
                "taxExemptionAmount",
                "approveNo",
                "approvedAt",
                "networkTxnId",
                "pgCode",
                "van",
                "card",
                "virtualAccount",
                "transfer",
                "mobilePhone",
                "giftCertificate",
                "easyPay",
                "point",
                "coupon",
                "depositCup"});
inline constexpr ObjectShape kProviderApprovalShape =
    make_shape("ProviderApproval", "the body of POST .../approve",
               {"provider", "method", "amount", "suppliedAmount", "vat", "taxFreeAmount",
                "taxExemptionAmount", "pgCode", "van", "card", "virtualAccount", "transfer", "mobilePhone",
                "giftCertificate", "easyPay", "point", "coupon", "depositCup"});
inline constexpr ObjectShape kCardShape =
    make_shape("Card", "`card` of an approval",
               {"issuerCode", "acquirerCode", "bin", "last4", "cardType", "ownerType", "installmentMonths",
                "isInterestFree", "interestPayer", "usedPoint", "instantDiscount", "cardToken", "threeDS"});
inline constexpr ObjectShape kVirtualAccountShape = make_shape(
    "VirtualAccount", "`virtualAccount` of an approval",
    {"bankCode", "accountNoToken", "accountType", "holder", "depositor", "dueAt", "refundAccountToken"});
inline constexpr ObjectShape kTransferShape =
    make_shape("Transfer", "`transfer` of an approval", {"bankCode", "accountToken", "transferType"});
inline constexpr ObjectShape kMobilePhoneShape = make_shape(
    "MobilePhone", "`mobilePhone` of an approval", {"carrier", "phoneToken", "billingMonth", "collected"});
inline constexpr ObjectShape kGiftCertificateShape =
    make_shape("GiftCertificate", "`giftCertificate` of an approval", {"kind"});
inline constexpr ObjectShape kEasyPayShape = make_shape(
    "EasyPay", "`easyPay` of an approval", {"provider", "fundedBy", "amount", "discountAmount", "card"});
inline constexpr ObjectShape kPointShape = make_shape("Point", "`point` of an approval", {"issuer"});
inline constexpr ObjectShape kCouponShape = make_shape("Coupon", "`coupon` of an approval", {"issuer"});
inline constexpr ObjectShape kDepositCupShape =
    make_shape("DepositCup", "`depositCup` of an approval", {"issuer"});
inline constexpr ObjectShape kCancelShape =
    make_shape("CancelPayment", "the body of POST .../cancels",
               {"approvalId", "amount", "suppliedAmount", "vat", "taxFreeAmount", "taxExemptionAmount",
                "expectedCancellableAmount", "reason", "requester", "kind", "easyPayDiscountAmount",
                "refundAccountToken", "requestedAt", "canceledAt"});
inline constexpr ObjectShape kFailShape =
    make_shape("FailPayment", "the body of POST .../fail", {"failureCode", "failureMessage"});
inline constexpr ObjectShape kDepositShape =
    make_shape("Deposit", "the body of POST .../deposits",
               {"approvalId", "amount", "depositor", "bankNoticeId", "depositedAt"});
inline constexpr ObjectShape kDepositReversalShape =
    make_shape("DepositReversal", "the body of POST .../deposit-reversals",
               {"approvalId", "effect", "bankNoticeId", "reversedAt", "reason"});
inline constexpr ObjectShape kAcquisitionShape = make_shape(
    "Acquisition", "the body of POST .../acquisitions", {"approvalId", "state", "batchId", "slipNo", "at"});
inline constexpr ObjectShape kResolutionShape =
    make_shape("Resolution", "the body of POST .../resolutions",
               {"approvalId", "cancelId", "outcome", "reason", "evidence", "expectedVersion", "approveNo",
                "networkTxnId", "transactionKey", "at", "failureCode", "failureMessage"});
inline constexpr ObjectShape kMerchantShape = make_shape("CreateMerchant", "the body of POST /v1/merchants",
                                                         {"code", "name", "organisation", "metadata"});
inline constexpr ObjectShape kApiKeyShape = make_shape("CreateApiKey", "the body of POST /v1/api-keys",
                                                       {"merchantId", "scopes", "label", "expiresAt"});
inline constexpr ObjectShape kEmptyShape = make_shape("Empty", "nowhere", {});
inline constexpr ObjectShape kIngestLineShape =
    make_shape("IngestLine", "a line of POST /v1/ingest",
               {"op", "idempotencyKey", "paymentId", "merchantId", "orderId", "data"});
// Extension attributes (traceparent, partitionkey, those of our own feed) belong to every CloudEvent.
inline constexpr ObjectShape kCloudEventShape = with_extensions(make_shape(
    "CloudEvent", "a CloudEvent of POST /v1/ingest",
    {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"}));

// Every shape but Empty.
std::span<const ObjectShape* const> all_shapes();

// What others call a card's number or its code: never taken, whatever stands in it.
bool is_card_number_name(std::string_view name);

struct MisplacedHint {
  bool is_known = false;  // the name belongs somewhere else
  std::string message;
};
// What to tell somebody who sent `name` in an object of `shape`, which doesn't have it.
MisplacedHint hint_for(const ObjectShape& shape, std::string_view name);

}  // namespace wonjang
