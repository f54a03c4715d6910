#include "engine/money/funds.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include "engine/money/funds_shares.h"

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
  std::map<std::tuple<Currency, std::string, std::string, MerchantId>, FundsHeld> newest;
  for (const auto& known : all) {
    const FundsHeld& held = known.value;
    if (held.date > day || !is_known(known, known_at)) continue;
    auto& kept = newest[{held.currency, held.kind, held.institution, held.merchant}];
    if (held.date >= kept.date) kept = held;
  }
  std::vector<FundsHeld> out;
  out.reserve(newest.size());
  for (auto& [whose, held] : newest) out.push_back(std::move(held));
  return out;
}

// What lies outside in one currency: own accounts by merchant, and what is held for all.
struct Outside {
  std::map<MerchantId, int128> own;
  int128 for_all = 0;
};

// Gives each of `rows` (of one currency) what is held for it, and the total what nobody got.
void share_out(const Outside& outside, std::span<FundsRow* const> rows, FundsTotal& total) {
  std::vector<int128> needs;
  needs.reserve(rows.size());
  int128 left = outside.for_all;
  const auto give = [&] {
    const auto shares = shares_of(left, needs);
    needs.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i]->share += shares[i];
      left -= shares[i];
    }
  };
  for (auto* row : rows) {
    if (const auto own = outside.own.find(row->merchant); own != outside.own.end()) row->own = own->second;
    needs.push_back(std::max<int128>(row->required - row->own, 0));
  }
  give();
  for (const auto* row : rows) needs.push_back(std::max<int128>(row->approved_unpaid - row->held(), 0));
  give();
  total.unassigned = total.held;
  for (auto* row : rows) {
    row->gap = std::max<int128>(row->required - row->held(), 0);
    total.rows_required += row->required;
    total.rows_gap += row->gap;
    total.unassigned -= row->held();
  }
}

FundsTotal total_of(Currency currency, const std::optional<FundsRatio>& ratio,
                    std::span<FundsRow* const> rows, const Outside& outside) {
  FundsTotal total;
  total.currency = currency;
  for (const auto* row : rows) {
    total.approved_unpaid += row->approved_unpaid;
    if (row->approved_unpaid > 0) total.counted += row->approved_unpaid;
  }
  total.held = outside.for_all;
  for (const auto& [whose, amount] : outside.own) total.held += amount;
  total.required = required_of(total.counted, ratio);
  total.gap = std::max<int128>(total.required - total.held, 0);
  share_out(outside, rows, total);
  return total;
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
  for (const auto& one : unpaid) {
    const int128 amount = one.open + one.settled;
    if (amount == 0) continue;
    FundsRow row;
    row.merchant_no = one.merchant_no;
    row.merchant = one.merchant;
    row.currency = one.currency;
    row.approved_unpaid = amount;
    row.required = required_of(amount, out.ratio);
    out.rows.push_back(row);
  }

  struct OneCurrency {
    std::vector<FundsRow*> rows;
    Outside outside;
  };
  std::map<Currency, OneCurrency> by_currency;
  for (auto& row : out.rows) by_currency[row.currency].rows.push_back(&row);
  for (const auto& held : out.held) {
    auto& outside = by_currency[held.currency].outside;
    (held.merchant.is_zero() ? outside.for_all : outside.own[held.merchant]) += held.amount;
  }
  for (const auto& [currency, one] : by_currency)
    out.totals.push_back(total_of(currency, out.ratio, one.rows, one.outside));
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
