#include "app/cli/shown_amounts.h"

#include <algorithm>
#include <string_view>

#include "domain/money.h"

namespace wonjang {
namespace {

namespace json = boost::json;

// Members that hold amounts and don't say so by ending in "Amount".
constexpr std::string_view kAmounts[] = {
    "amount",    "balance",      "carriedOver",  "credit",    "debit",        "fee",          "feeAfter",
    "feeBefore", "feeCandidate", "feeNow",       "feeSupply", "feeVat",       "feeVatBefore", "gross",
    "keptBack",  "leftOver",     "linesNet",     "net",       "released",     "supply",       "usedPoint",
    "value",     "vat",          "vatCandidate", "vatNow",    "withheld",     "open",         "settled",
    "unpaid",    "must",         "held",         "gap",       "amountBefore", "balanceAfter", "amountLeft",
    "vatLeft",   "amountDelta"};

bool is_amount(std::string_view name) {
  return name.ends_with("Amount") || std::ranges::find(kAmounts, name) != std::end(kAmounts);
}

std::string with_point(std::string digits, int exponent) {
  const bool is_negative = digits.starts_with('-');
  if (is_negative) digits.erase(0, 1);
  const auto places = static_cast<std::size_t>(exponent);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, ".");
  return (is_negative ? "-" : "") + digits;
}

class Walk {
 public:
  void at(json::value& value, int exponent, bool in_amount) {
    if (auto* array = value.if_array()) {
      for (auto& item : *array) at(item, exponent, in_amount);
    } else if (auto* object = value.if_object()) {
      members(*object, exponent, in_amount);
    } else if (in_amount && exponent > 0 && (value.is_int64() || value.is_uint64())) {
      value = with_point(json::serialize(value), exponent);
    }
  }

 private:
  void members(json::object& object, int exponent, bool in_amount) {
    if (const auto* currency = object.if_contains("currency"); currency != nullptr && currency->is_string()) {
      const auto known = Currency::parse(std::string_view(currency->as_string()));
      exponent = known ? known->exponent() : 0;
    }
    for (auto& member : object) at(member.value(), exponent, in_amount || is_amount(member.key()));
  }
};

}  // namespace

void show_amounts(json::value& answer) { Walk().at(answer, 0, false); }

json::object with_shown_amounts(const json::object& answer) {
  json::value copy(answer);
  show_amounts(copy);
  return std::move(copy.as_object());
}

}  // namespace wonjang
