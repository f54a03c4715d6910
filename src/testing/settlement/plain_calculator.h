// The second calculator: fees and returns once more, from the text of korean-payments.md 6 and 7 and the
// order of rules in domain/settlement/contract.h, as plainly as possible. Numbers are decimal digits, as on
// paper, so nothing overflows and no sum is shared with the calculator that it judges. Slow, and meant to be
// read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/settlement/contract.h"
#include "domain/settlement/line.h"

namespace wonjang::settlement::plain {

// A number >= 0 on paper: its digits without leading zeros; "0" is zero.
using Digits = std::string;
Digits digits_of(std::int64_t value);  // REQUIRES: value >= 0
bool is_less(const Digits& a, const Digits& b);
Digits add(const Digits& a, const Digits& b);
Digits subtract(const Digits& a, const Digits& b);  // REQUIRES: !is_less(a, b)
Digits multiply(const Digits& a, const Digits& b);
// Half up: a half goes up. Floor: what is left over is dropped. REQUIRES: b isn't zero
Digits divide(const Digits& a, const Digits& b, bool half_up);
bool fits(const Digits& a);  // in 63 bits

struct Fee {
  FeeType type = FeeType::unknown;
  Digits amount;
};
// Of an approval, what is charged; of a return, what comes back. All numbers are >= 0.
struct Charge {
  std::string refused;  // "NO_RATE", "OVERFLOW"; then there is nothing else
  std::vector<Fee> fees;
  Digits fee = "0";
  Digits vat = "0";
  Digits supply = "0";
};
// The terms with VAT, order and rounding as they are agreed for the item: for its issuer, else for its
// method, else as they are.
FeeTerms agreed_for(const Item& item, FeeTerms terms);
Charge charge_of(const Item& item, const FeeTerms& terms, MerchantTier tier);

// Of a return of the kind; a reversal never does.
bool keeps_fee(const FeeTerms& terms, std::uint8_t method, LineKind kind);

// What a return of `amount` gives back of an approval of `total`, after the returns in `earlier` gave back
// theirs.
struct Returned {
  Digits amount;
  Charge back;
};
Charge given_back(const Charge& charged, const Digits& total, const std::vector<Returned>& earlier,
                  const Digits& amount, bool keeps);

}  // namespace wonjang::settlement::plain
