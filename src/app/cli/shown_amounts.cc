#include "app/cli/shown_amounts.h"

#include <algorithm>
#include <string_view>

#include "domain/money.h"

namespace wonjang {
namespace {

namespace json = boost::json;

// Members that hold amounts and don't say so by ending in "Amount". Its test holds the list against the API's
// description.
constexpr std::string_view kAmounts[] = {"amount",
                                         "amountBefore",
                                         "amountDelta",
                                         "amountLeft",
                                         "approvedUnpaid",
                                         "balance",
                                         "balanceAfter",
                                         "base",
                                         "carriedOver",
                                         "credit",
                                         "debit",
                                         "difference",
                                         "differenceBefore",
                                         "fee",
                                         "feeAfter",
                                         "feeBefore",
                                         "feeCandidate",
                                         "feeDelta",
                                         "feeNow",
                                         "feeSupply",
                                         "feeVat",
                                         "feeVatBefore",
                                         "fixed",
                                         "gap",
                                         "gross",
                                         "held",
                                         "heldOwn",
                                         "heldShare",
                                         "instantDiscount",
                                         "keepBack",
                                         "keptBack",
                                         "left",
                                         "leftOver",
                                         "linesNet",
                                         "matchedFee",
                                         "merchantsGap",
                                         "merchantsRequired",
                                         "must",
                                         "net",
                                         "open",
                                         "released",
                                         "settled",
                                         "sum",
                                         "supply",
                                         "unassigned",
                                         "unpaid",
                                         "usedPoint",
                                         "value",
                                         "vat",
                                         "vatCandidate",
                                         "vatLeft",
                                         "vatNow",
                                         "withheld"};

bool is_amount(std::string_view name) {
  return name.ends_with("Amount") || std::ranges::find(kAmounts, name) != std::end(kAmounts);
}

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::count(text, '.') <= 1 && text.front() != '.' && text.back() != '.' &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// `digits` may have a point already (an average): it moves.
std::string with_point(std::string digits, int exponent) {
  const bool is_negative = digits.starts_with('-');
  if (is_negative) digits.erase(0, 1);
  auto places = static_cast<std::size_t>(exponent);
  if (const auto point = digits.find('.'); point != std::string::npos) {
    places += digits.size() - point - 1;
    digits.erase(point, 1);
  }
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
    } else if (in_amount && exponent > 0) {
      show(value, exponent);
    }
  }

 private:
  // Sums that a double would round come as texts of their digits, averages as decimal ones.
  static void show(json::value& value, int exponent) {
    const auto* text = value.if_string();
    if (value.is_int64() || value.is_uint64()) {
      value = with_point(json::serialize(value), exponent);
    } else if (text != nullptr && is_number(std::string_view(*text))) {
      value = with_point(std::string(*text), exponent);
    }
  }

  void members(json::object& object, int exponent, bool in_amount) {
    if (const auto* currency = object.if_contains("currency"); currency != nullptr && currency->is_string()) {
      const auto known = Currency::parse(std::string_view(currency->as_string()));
      exponent = known ? known->exponent() : 0;
    }
    // Sums of a set, with how many there are: its members say themselves what they are.
    if (object.contains("count")) in_amount = false;
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
