#include "domain/tax.h"

#include <algorithm>

#include "base/checked.h"

namespace wonjang {
namespace {

// round(n / 11) for n >= 0; a tie can't occur. Written so that n + 5 never overflows.
constexpr std::int64_t eleventh(std::int64_t n) { return n / 11 + (n % 11 + 5) / 11; }

static_assert(eleventh(9'026) == 821);
static_assert(eleventh(1'000) == 91);
static_assert(eleventh(0) == 0);

// What is left of `total` for the taxable parts, when the named ones fit into it.
std::optional<std::int64_t> taxable_of(std::int64_t total, std::int64_t tax_free, std::int64_t tax_exempt) {
  if (total < 0 || tax_free < 0 || tax_exempt < 0) return std::nullopt;
  const auto untaxed = checked_add(tax_free, tax_exempt);
  if (!untaxed || *untaxed > total) return std::nullopt;
  return total - *untaxed;
}

using PartwiseOp = std::optional<std::int64_t> (*)(std::int64_t, std::int64_t);

std::optional<TaxParts> partwise(const TaxParts& a, const TaxParts& b, PartwiseOp op) {
  const auto supply = op(a.supply, b.supply);
  const auto vat = op(a.vat, b.vat);
  const auto tax_free = op(a.tax_free, b.tax_free);
  const auto tax_exempt = op(a.tax_exempt, b.tax_exempt);
  if (!supply || !vat || !tax_free || !tax_exempt) return std::nullopt;
  return TaxParts{*supply, *vat, *tax_free, *tax_exempt};
}

}  // namespace

std::optional<std::int64_t> TaxParts::total() const {
  std::int64_t taxable = 0;
  std::int64_t untaxed = 0;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(supply, vat, &taxable)) return std::nullopt;
  if (__builtin_add_overflow(tax_free, tax_exempt, &untaxed)) return std::nullopt;
  if (__builtin_add_overflow(taxable, untaxed, &sum)) return std::nullopt;
  return sum;
}

std::optional<TaxParts> add(const TaxParts& a, const TaxParts& b) {
  return partwise(a, b, checked_add<std::int64_t>);
}

std::optional<TaxParts> sub(const TaxParts& a, const TaxParts& b) {
  return partwise(a, b, checked_sub<std::int64_t>);
}

std::optional<TaxParts> parts_of_total(std::int64_t total, std::int64_t tax_free, std::int64_t tax_exempt) {
  const auto taxable = taxable_of(total, tax_free, tax_exempt);
  if (!taxable) return std::nullopt;
  const std::int64_t vat = eleventh(*taxable);
  return TaxParts{*taxable - vat, vat, tax_free, tax_exempt};
}

std::optional<TaxParts> parts_of_cancel(const TaxParts& remaining, std::int64_t amount, std::int64_t tax_free,
                                        std::int64_t tax_exempt) {
  const auto left = remaining.total();
  const auto taxable = taxable_of(amount, tax_free, tax_exempt);
  if (!left || !taxable || amount > *left) return std::nullopt;
  if (tax_free > remaining.tax_free || tax_exempt > remaining.tax_exempt) return std::nullopt;
  if (amount == *left) {
    const bool as_named = (tax_free == 0 || tax_free == remaining.tax_free) &&
                          (tax_exempt == 0 || tax_exempt == remaining.tax_exempt);
    return as_named ? std::optional(remaining) : std::nullopt;
  }
  if (*taxable > remaining.supply + remaining.vat) return std::nullopt;
  // Each cancel rounds on its own: keep both taxable parts within what remains.
  const std::int64_t vat =
      std::clamp(eleventh(*taxable), std::max<std::int64_t>(*taxable - remaining.supply, 0), remaining.vat);
  return TaxParts{*taxable - vat, vat, tax_free, tax_exempt};
}

}  // namespace wonjang
