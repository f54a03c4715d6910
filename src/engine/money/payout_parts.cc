#include "engine/money/payout_parts.h"

#include <algorithm>
#include <charconv>

namespace wonjang::money {

using settlement::PayoutId;
using settlement::PayoutState;
using settlement::PayoutUpdated;

std::string in_major_units(std::int64_t minor, Currency currency) {
  std::string digits = std::to_string(minor);
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  if (exponent == 0) return digits;
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  digits.insert(digits.size() - exponent, ".");
  return digits;
}

std::optional<std::int64_t> minor_units_of(std::string_view major, Currency currency) {
  constexpr std::size_t kDigitsMax = 18;
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  const auto point = std::min(major.find('.'), major.size());
  std::string digits(major.substr(0, point));
  std::string_view fraction = point == major.size() ? std::string_view("0") : major.substr(point + 1);
  if (digits.empty() || fraction.empty()) return std::nullopt;
  while (fraction.size() > exponent && fraction.ends_with('0')) fraction.remove_suffix(1);
  if (fraction.size() > exponent) return std::nullopt;
  digits.append(fraction).append(exponent - fraction.size(), '0');
  const bool all_digits = digits.find_first_not_of("0123456789") == std::string::npos;
  if (!all_digits || digits.size() > kDigitsMax) return std::nullopt;
  std::int64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

PayoutUpdated update_of(const PayoutNow& payout, PayoutState state, const std::string& file) {
  PayoutUpdated out;
  out.payout = payout.requested.payout;
  out.date = payout.requested.date;
  out.state = state;
  out.amount = payout.requested.amount;
  out.file = file;
  return out;
}

Facts facts_of(const PayoutNow& payout, PayoutUpdated update, const JobOwner& owner) {
  Facts facts{payout.requested.payout.raw(),
              payout.version,
              payout.merchant,
              payout.currency,
              owner.actor,
              owner.reason,
              {}};
  facts.bodies.emplace_back(std::move(update));
  return facts;
}

Result<std::optional<PayoutId>> taken_over_by(const MoneyReader& reader, const PayoutNow& payout) {
  WJ_TRY(const auto standing, reader.standing(payout.merchant_no, payout.currency));
  const auto is_from = [&](const settlement::CarriedOver& one) {
    return one.from == payout.requested.payout;
  };
  if (std::ranges::any_of(standing.carried, is_from)) return std::optional<PayoutId>();
  std::optional<PayoutId> found;
  WJ_CHECK(reader.payouts(BusinessDate{}, kEveryDate, payout.merchant_no,
                          [&](const PayoutNow& one) -> Result<bool> {
                            if (std::ranges::any_of(one.requested.carried, is_from))
                              found = one.requested.payout;
                            return !found;
                          }));
  return found;
}

}  // namespace wonjang::money
