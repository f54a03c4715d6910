#include "app/api/json/field_shapes.h"

#include <algorithm>
#include <vector>

#include "app/api/json/money_shapes.h"

namespace wonjang {
namespace {

constexpr const ObjectShape* kShapes[] = {
    &kCreateShape,
    &kBuyerShape,
    &kExternalShape,
    &kRecordedApprovalShape,
    &kProviderApprovalShape,
    &kCardShape,
    &kVirtualAccountShape,
    &kTransferShape,
    &kMobilePhoneShape,
    &kGiftCertificateShape,
    &kEasyPayShape,
    &kPointShape,
    &kCouponShape,
    &kDepositCupShape,
    &kCancelShape,
    &kFailShape,
    &kDepositShape,
    &kDepositReversalShape,
    &kAcquisitionShape,
    &kResolutionShape,
    &kMerchantShape,
    &kApiKeyShape,
    &kIngestLineShape,
    &kCloudEventShape,
    &kChangeShape,
    &kContractShape,
    &kFeeTermsShape,
    &kFeeRuleShape,
    &kSelectorShape,
    &kRateStepShape,
    &kTierRateShape,
    &kCancelRuleShape,
    &kCycleShape,
    &kMethodFeesShape,
    &kMethodCycleShape,
    &kCalendarTextShape,
    &kHoldShape,
    &kFundsRatioShape,
    &kFundsHeldShape,
    &kCanaryShape,
    &kDecisionShape,
    &kSettlementDateShape,
    &kPayoutDateShape,
    &kAdjustmentShape,
    &kBreakResolutionShape,
};

// What other systems, and people from memory, call our fields.
struct Alias {
  std::string_view sent;
  std::string_view ours;
};
constexpr Alias kAliases[] = {
    {"supplyAmount", "suppliedAmount"},
    {"supply", "suppliedAmount"},
    {"supplyValue", "suppliedAmount"},
    {"vatAmount", "vat"},
    {"tax", "vat"},
    {"taxFree", "taxFreeAmount"},
    {"taxExempt", "taxExemptionAmount"},
    {"taxExemptAmount", "taxExemptionAmount"},
    {"orderNo", "orderId"},
    {"merchantUid", "orderId"},
    {"approvalNo", "approveNo"},
    {"approvalNumber", "approveNo"},
    {"installmentPlanMonths", "installmentMonths"},
    {"installment", "installmentMonths"},
    {"cardFirstSixDigits", "bin"},
    {"cancelReason", "reason"},
    {"cancelAmount", "amount"},
    {"refundableAmount", "expectedCancellableAmount"},
    {"currentCancellableAmount", "expectedCancellableAmount"},
    {"cancelledAt", "canceledAt"},
    {"dueDate", "dueAt"},
    {"bank", "bankCode"},
    {"productName", "orderName"},
    {"buyerName", "buyer"},
    {"buyerPhone", "buyer"},
    {"buyerTel", "buyer"},
    {"buyerEmail", "buyer"},
    {"customerName", "buyer"},
    {"customerEmail", "buyer"},
    {"customerMobilePhone", "buyer"},
    {"organization", "organisation"},
};
constexpr std::string_view kCardNumberNames[] = {"cardNumber", "cardNo", "number",    "pan",
                                                 "cvc",        "cvv",    "cardExpiry"};
constexpr std::string_view kOurOwn[] = {"id",        "status",  "balanceAmount",
                                        "createdAt", "version", "lastTransactionKey"};

// Edits between two names, upper and lower case alike; stops counting above 2.
std::size_t distance(std::string_view a, std::string_view b) {
  if (a.size() > b.size() + 2 || b.size() > a.size() + 2) return 3;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string_view nearest(const ObjectShape& shape, std::string_view name) {
  std::string_view best;
  std::size_t best_distance = 3;
  for (const auto field : shape.names()) {
    const std::size_t d = distance(name, field);
    if (d < best_distance && d * 3 <= field.size()) {
      best = field;
      best_distance = d;
    }
  }
  return best;
}

// Bodies of the money side and those of payments don't send each other's senders around.
bool is_of_money(const ObjectShape& shape) {
  const auto* from = std::ranges::find(kShapes, &kChangeShape);
  return std::find(from, std::end(kShapes), &shape) != std::end(kShapes);
}

std::string places_of(const ObjectShape& asked, std::string_view name) {
  std::string out;
  std::size_t found = 0;
  for (const auto* shape : kShapes) {
    if (!shape->has(name) || shape == &kIngestLineShape || shape == &kCloudEventShape) continue;
    if (is_of_money(*shape) != is_of_money(asked)) continue;
    if (found == 4) return out + ", and others";
    out += found++ == 0 ? "" : ", ";
    out += shape->place;
  }
  return out;
}

MisplacedHint belongs(std::string_view name, const std::string& places) {
  return {true, "`" + std::string(name) + "` is not taken here; it belongs in " + places};
}

}  // namespace

std::span<const ObjectShape* const> all_shapes() { return kShapes; }

bool is_card_number_name(std::string_view name) {
  return std::ranges::find(kCardNumberNames, name) != std::end(kCardNumberNames);
}

MisplacedHint hint_for(const ObjectShape& shape, std::string_view name) {
  if (name.size() > 40) return {false, "this name is not known"};
  if (is_card_number_name(name)) {
    return {false, "card numbers and their codes are never taken: send bin, last4 and cardToken in `card`"};
  }
  if (name == "amount" && shape.has("totalAmount"))
    return {true, "the amount of a payment is called totalAmount"};
  if (name == "totalAmount" && shape.has("amount")) return {true, "the amount is called amount here"};
  for (const auto& alias : kAliases) {
    if (alias.sent != name) continue;
    if (shape.has(alias.ours)) return {true, "it is called " + std::string(alias.ours)};
    return belongs(alias.ours, places_of(shape, alias.ours));
  }
  if (const auto places = places_of(shape, name); !places.empty()) return belongs(name, places);
  if (const auto near = nearest(shape, name); !near.empty())
    return {false, "did you mean " + std::string(near) + "?"};
  if (std::ranges::find(kOurOwn, name) != std::end(kOurOwn))
    return {false, "the ledger itself says this; leave it out"};
  return {false, "this name is not known"};
}

}  // namespace wonjang
