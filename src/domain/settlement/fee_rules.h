// Which rules of the terms apply to an item, and what they are taken of before VAT and rounding. Shared by
// the calculator and its explanations, so that both speak of the same rules.
#pragma once

#include <cstdint>

#include "base/int128.h"
#include "domain/settlement/fee.h"

namespace wonjang::settlement {

// Millionths of a minor unit: rates are parts per million, so products are exact.
constexpr std::int64_t kMillion = 1'000'000;

struct ChosenRules {
  const FeeRule* rate = nullptr;
  std::int64_t rate_ppm = 0;  // of `rate`, for this amount, tier and card
  const FeeRule* fixed = nullptr;
  const FeeRule* minimum = nullptr;
  const FeeRule* maximum = nullptr;
  const FeeRule* installment = nullptr;
  const FeeRule* interest_free = nullptr;
  const FeeRule* point = nullptr;
};
// As contract.h says; null where no rule matches.
ChosenRules choose(const Item& item, const FeeTerms& terms, MerchantTier tier);

// Of rate, fixed and what clamps them.
struct BaseFee {
  int128 unclamped = 0;  // millionths
  int128 exact = 0;      // millionths
  bool raised = false;   // by the minimum
  bool lowered = false;  // by the maximum
};
// REQUIRES: chosen.rate
BaseFee base_fee_of(const Item& item, const ChosenRules& chosen);

}  // namespace wonjang::settlement
