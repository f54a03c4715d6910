#include <algorithm>

#include "base/checked.h"
#include "domain/settlement/fee.h"
#include "domain/settlement/fee_math.h"

namespace wonjang::settlement {
namespace {

bool is_within(std::int64_t left, std::int64_t whole) { return left >= 0 && left <= whole; }

// What a return relies on; a balance from outside (a stored event) may say anything.
bool is_sound(const LineBalance& balance) {
  if (balance.amount <= 0 || balance.fees.size() != balance.fees_left.size()) return false;
  if (!is_within(balance.amount_left, balance.amount) || !is_within(balance.vat_left, balance.vat))
    return false;
  int128 fee = 0;
  int128 fee_left = 0;
  for (std::size_t i = 0; i < balance.fees.size(); ++i) {
    if (!is_within(balance.fees_left[i], balance.fees[i].amount)) return false;
    fee += balance.fees[i].amount;
    fee_left += balance.fees_left[i];
  }
  return in_64_bits(fee) && is_within(balance.vat_left, static_cast<std::int64_t>(fee_left)) &&
         fee_left - balance.vat_left <= fee - balance.vat;
}

// round(whole x amount / of), half up. REQUIRES: amount <= of, so that it fits
std::int64_t share(std::int64_t whole, std::int64_t amount, std::int64_t of) {
  return divide(static_cast<int128>(whole) * amount, of, Rounding::half_up);
}

std::int64_t sum(const std::vector<std::int64_t>& values) {
  std::int64_t total = 0;
  for (const auto value : values) total += value;
  return total;
}

// REQUIRES: is_sound(before), amount <= before.amount_left
Fees given_back(const LineBalance& before, std::int64_t amount) {
  Fees back;
  if (before.on_cancel == FeeOnCancel::keep) return back;
  const bool is_last = amount == before.amount_left;
  back.lines.reserve(before.fees.size());
  for (std::size_t i = 0; i < before.fees.size(); ++i) {
    const auto& fee = before.fees[i];
    const std::int64_t left = before.fees_left[i];
    const std::int64_t part = is_last ? left : std::min(share(fee.amount, amount, before.amount), left);
    back.total += part;
    back.lines.push_back({fee.type, {}, 0, 0, 0, -part});
  }
  // The last return, which takes the rest of the fee, can only take the rest of the VAT.
  const std::int64_t supply_left = sum(before.fees_left) - before.vat_left;
  const std::int64_t vat_least = std::max<std::int64_t>(back.total - supply_left, 0);
  const std::int64_t vat_most = std::min(before.vat_left, back.total);
  back.vat = std::clamp(share(before.vat, amount, before.amount), vat_least, vat_most);
  back.supply = back.total - back.vat;
  return back;
}

FeeOnCancel on_cancel_of(const FeeTerms& terms, std::uint8_t method) {
  for (const auto& rule : terms.on_cancel) {
    if (rule.method == 0 || rule.method == method) return rule.fee;
  }
  return FeeOnCancel::give_back;
}

// Place of `type` in the balance; a new one at the end when it isn't there.
std::size_t place_of(LineBalance& balance, FeeType type) {
  for (std::size_t i = 0; i < balance.fees.size(); ++i) {
    if (balance.fees[i].type == type) return i;
  }
  balance.fees.push_back({type, {}, 0, 0, 0, 0});
  balance.fees_left.push_back(0);
  return balance.fees.size() - 1;
}

void drop_empty_fees(LineBalance& balance) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < balance.fees.size(); ++i) {
    if (balance.fees[i].amount == 0 && balance.fees_left[i] == 0) continue;
    if (kept != i) balance.fees[kept] = balance.fees[i];
    balance.fees_left[kept] = balance.fees_left[i];
    ++kept;
  }
  balance.fees.resize(kept);
  balance.fees_left.resize(kept);
}

// The wholes become those under the new terms; what is left moves with the differences.
LineBalance on_new_terms(const LineBalance& before, const LineBalance& wholes) {
  LineBalance after = wholes;
  after.amount_left = before.amount_left;
  after.vat_left = before.vat_left;
  std::fill(after.fees_left.begin(), after.fees_left.end(), 0);
  for (std::size_t i = 0; i < before.fees.size(); ++i) {
    const std::size_t place = place_of(after, before.fees[i].type);
    after.fees_left[place] = before.fees_left[i];
  }
  return after;
}

}  // namespace

std::variant<SettlementLine, CannotSettle> settle_approval(Item item, const Contract& contract) {
  auto made = fees_of(item, contract.fees, contract.tier);
  if (auto* refused = std::get_if<CannotSettle>(&made)) return std::move(*refused);
  auto& fees = std::get<Fees>(made);
  SettlementLine line;
  line.gross = item.amount;
  line.item = std::move(item);
  line.fees = std::move(fees.lines);
  line.fee = fees.total;
  line.fee_supply = fees.supply;
  line.fee_vat = fees.vat;
  line.net = line.gross - line.fee;
  return line;
}

std::variant<SettlementLine, CannotSettle> settle_return(Item item, const LineBalance& before) {
  if (!is_sound(before))
    return bad_snapshot("what is left of the approval contradicts itself: check the ledger");
  if (item.amount <= 0) return CannotSettle{"BAD_ITEM", "amount must be above 0: the return moved nothing"};
  if (item.amount > before.amount_left) {
    return CannotSettle{"RETURN_EXCEEDS_APPROVAL",
                        "gives back " + std::to_string(item.amount) + ", but only " +
                            std::to_string(before.amount_left) +
                            " of the approval's line is left: look at the "
                            "payment's lines; one of them may belong to another approval"};
  }
  LineBalance left = before;
  // What was undone never was a sale: KEEP is about cancels.
  if (item.kind == LineKind::reversal) left.on_cancel = FeeOnCancel::give_back;
  Fees back = given_back(left, item.amount);
  SettlementLine line;
  line.gross = -item.amount;
  line.item = std::move(item);
  line.fees = std::move(back.lines);
  line.fee = -back.total;
  line.fee_supply = -back.supply;
  line.fee_vat = -back.vat;
  line.net = line.gross - line.fee;
  line.before = std::move(left);
  return line;
}

LineBalance balance_of(const SettlementLine& approval, const Contract& contract) {
  LineBalance balance;
  balance.amount = balance.amount_left = approval.gross;
  balance.vat = balance.vat_left = approval.fee_vat;
  balance.on_cancel = on_cancel_of(contract.fees, approval.item.method);
  balance.fees.reserve(approval.fees.size());
  balance.fees_left.reserve(approval.fees.size());
  for (const auto& fee : approval.fees) {
    if (fee.amount == 0) continue;
    balance.fees.push_back({fee.type, {}, 0, 0, 0, fee.amount});
    balance.fees_left.push_back(fee.amount);
  }
  return balance;
}

LineBalance balance_after(const LineBalance& before, const SettlementLine& line) {
  const bool adjusts = line.item.kind == LineKind::adjustment;
  const bool adjusts_approval = adjusts && line.item.of_version == 0 && line.before;
  LineBalance after = adjusts_approval ? on_new_terms(before, *line.before) : before;
  if (!adjusts) after.amount_left -= line.item.amount;
  for (const auto& fee : line.fees) after.fees_left[place_of(after, fee.type)] += fee.amount;
  after.vat_left += line.fee_vat;
  if (adjusts) drop_empty_fees(after);
  return after;
}

}  // namespace wonjang::settlement
