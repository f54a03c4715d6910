// The four disjoint tax parts of an amount: total = supply + vat + tax_free + tax_exempt, every part >= 0.
// reference: VAT is one eleventh of the taxable total, rounded; a tie can't occur with divisor 11.
#pragma once

#include <cstdint>
#include <optional>

namespace wonjang {

struct TaxParts {
  std::int64_t supply = 0;
  std::int64_t vat = 0;
  std::int64_t tax_free = 0;    // goods that carry no VAT (면세)
  std::int64_t tax_exempt = 0;  // money outside the tax system, a cup deposit (과세 제외)

  friend constexpr bool operator==(const TaxParts&, const TaxParts&) = default;
  constexpr bool any_negative() const { return supply < 0 || vat < 0 || tax_free < 0 || tax_exempt < 0; }
  // Nothing on overflow.
  std::optional<std::int64_t> total() const;
};

// Of parts that were decided, whose total fits.
inline std::int64_t total_of(const TaxParts& parts) { return parts.total().value_or(0); }

std::optional<TaxParts> add(const TaxParts& a, const TaxParts& b);
// Nothing on overflow; the result may have negative parts: the caller's guard names them.
std::optional<TaxParts> sub(const TaxParts& a, const TaxParts& b);

// vat = round((total - tax_free - tax_exempt) / 11), supply is the rest. Nothing when a part would be
// negative.
std::optional<TaxParts> parts_of_total(std::int64_t total, std::int64_t tax_free, std::int64_t tax_exempt);

// The default parts of a cancel of `amount`, of which `tax_free` and `tax_exempt` were named by the caller (0
// when not), out of what remains. The last cancel (amount = everything left) takes the remainder of every
// part; before that vat = clamp(round(taxable / 11), taxable - remaining.supply, remaining.vat). Nothing when
// the amount, or one of the named parts, is more than what remains, or when everything is taken and a named
// part is less than what remains of it.
std::optional<TaxParts> parts_of_cancel(const TaxParts& remaining, std::int64_t amount, std::int64_t tax_free,
                                        std::int64_t tax_exempt);

}  // namespace wonjang
