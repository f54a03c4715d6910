#include "engine/money/funds.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace wonjang::money {

using settlement::FundsHeld;
using settlement::FundsRatio;
using settlement::PayoutState;

namespace {

constexpr std::int64_t kWhole = 1'000'000;

// Rounded up. Sums of 64-bit amounts leave room for the product.
int128 required_of(int128 amount, const std::optional<FundsRatio>& ratio) {
  if (!ratio || amount <= 0) return 0;
  return (amount * ratio->ratio_ppm + kWhole - 1) / kWhole;
}

template <typename T>
bool is_known(const Known<T>& one, BusinessDate known_at) {
  return business_date_of(one.known_at) <= known_at;
}

// The one with the latest first day on or before `day`; of several for the same first day the one known last.
Result<std::optional<FundsRatio>> ratio_on(const MoneyReader& reader, BusinessDate day,
                                           BusinessDate known_at) {
  WJ_TRY(const auto all, reader.funds_ratios());
  std::optional<FundsRatio> out;
  for (const auto& known : all) {
    if (known.value.valid_from > day || !is_known(known, known_at)) continue;
    if (!out || known.value.valid_from >= out->valid_from) out = known.value;
  }
  return out;
}

Result<std::vector<FundsHeld>> held_on(const MoneyReader& reader, BusinessDate day, BusinessDate known_at) {
  WJ_TRY(const auto all, reader.funds_held());
  std::map<std::tuple<Currency, std::string, std::string>, FundsHeld> newest;
  for (const auto& known : all) {
    const FundsHeld& held = known.value;
    if (held.date > day || !is_known(known, known_at)) continue;
    auto& kept = newest[{held.currency, held.kind, held.institution}];
    if (held.date >= kept.date) kept = held;
  }
  std::vector<FundsHeld> out;
  for (auto& [whose, held] : newest) out.push_back(std::move(held));
  return out;
}

}  // namespace

Result<FundsPosition> funds_position(const MoneyReader& reader, BusinessDate as_of,
                                     std::optional<BusinessDate> known_at) {
  FundsPosition out;
  out.as_of = as_of;
  out.known_at = known_at.value_or(as_of);
  WJ_TRY(out.positions, reader.positions_at(as_of));
  WJ_TRY(out.ratio, ratio_on(reader, as_of, out.known_at));
  WJ_TRY(out.held, held_on(reader, as_of, out.known_at));
  WJ_TRY(const auto unpaid, reader.unpaid_at(as_of));

  struct FundsSums {
    int128 unpaid = 0;
    int128 counted = 0;
    int128 held = 0;
  };
  std::map<Currency, FundsSums> sums;
  for (const auto& one : unpaid) {
    const int128 amount = one.open + one.settled;
    if (amount == 0) continue;
    out.rows.push_back({one.merchant_no, one.merchant, one.currency, amount, required_of(amount, out.ratio)});
    sums[one.currency].unpaid += amount;
    if (amount > 0) sums[one.currency].counted += amount;
  }
  for (const auto& held : out.held) sums[held.currency].held += held.amount;
  for (const auto& [currency, sum] : sums) {
    FundsTotal total;
    total.currency = currency;
    total.approved_unpaid = sum.unpaid;
    total.counted = sum.counted;
    total.held = sum.held;
    total.required = required_of(total.counted, out.ratio);
    total.gap = std::max<int128>(total.required - total.held, 0);
    out.totals.push_back(total);
  }
  return out;
}

Result<FundsLines> funds_lines(const MoneyReader& reader, MerchantNo merchant, Currency currency,
                               std::size_t count_max) {
  FundsLines out;
  int128& sum = out.sum;
  const auto keep = [&](auto& list, const auto& one) {
    if (list.size() < count_max) {
      list.push_back(one);
    } else {
      out.truncated = true;
    }
  };
  WJ_CHECK(reader.open_items(kEveryDate, [&](const OpenItem& open) -> Result<bool> {
    if (open.merchant_no != merchant || open.currency != currency) return true;
    const bool adds = open.item.kind == settlement::LineKind::approval;
    sum += adds ? open.item.amount : -open.item.amount;
    keep(out.items, open);
    return true;
  }));
  WJ_CHECK(reader.unpaid_lines(merchant, currency, kDatedOrNot, [&](const LineSummary& line) -> Result<bool> {
    if (line.payout) return true;
    sum += line.net;
    keep(out.lines, line);
    return true;
  }));
  WJ_CHECK(
      reader.payouts(BusinessDate{0}, kEveryDate, merchant, [&](const PayoutNow& payout) -> Result<bool> {
        const bool is_pending = payout.state == PayoutState::requested || payout.state == PayoutState::sent;
        if (payout.currency != currency || !is_pending) return true;
        sum += payout.requested.amount;
        keep(out.payouts, payout);
        return true;
      }));
  WJ_TRY(const auto standing, reader.standing(merchant, currency));
  out.carried = standing.carried;
  out.kept_back = standing.kept_back;
  for (const auto& carried : standing.carried) sum += carried.amount;
  sum += standing.kept_back;
  return out;
}

}  // namespace wonjang::money
