#include <algorithm>
#include <array>

#include "domain/settlement/fee_math.h"

namespace wonjang::settlement {
namespace {

constexpr std::size_t kFeeTypes = 6;
using ByType = std::array<int128, kFeeTypes>;

struct Charged {
  ByType fees{};
  int128 fee = 0;
  int128 vat = 0;
};

bool add(Charged& charged, const SettlementLine& line) {
  for (const auto& fee : line.fees) {
    const auto type = static_cast<std::size_t>(fee.type);
    if (type >= kFeeTypes) return false;
    charged.fees[type] += fee.amount;
  }
  charged.fee += line.fee;
  charged.vat += line.fee_vat;
  return true;
}

// Of the movement `version` so far: its line and its adjustments.
std::optional<Charged> charged_for(std::span<const SettlementLine> settled, std::uint32_t version) {
  Charged charged;
  for (const auto& line : settled) {
    if (line.item.key.version == version && !add(charged, line)) return std::nullopt;
  }
  return charged;
}

std::uint32_t next_seq(std::span<const SettlementLine> settled, std::uint32_t version) {
  std::uint32_t newest = 0;
  for (const auto& line : settled) {
    if (line.item.key.version == version) newest = std::max(newest, line.item.key.seq);
  }
  return newest + 1;
}

// The difference between `target` (what the new terms make of the movement) and what was charged.
std::variant<SettlementLine, CannotSettle> difference_line(const SettlementLine& target,
                                                           std::vector<FeeLine> taken_back,
                                                           std::int64_t fee_before, std::int64_t vat_before) {
  const auto fee = in_64_bits(static_cast<int128>(target.fee) - fee_before);
  const auto vat = in_64_bits(static_cast<int128>(target.fee_vat) - vat_before);
  if (!fee || !vat || !in_64_bits(static_cast<int128>(*fee) - *vat) ||
      !in_64_bits(-static_cast<int128>(*fee))) {
    return overflow("the difference of the fees");
  }
  SettlementLine line;
  line.item = target.item;
  line.item.kind = LineKind::adjustment;
  line.fees = std::move(taken_back);
  line.fees.insert(line.fees.end(), target.fees.begin(), target.fees.end());
  line.fee = *fee;
  line.fee_vat = *vat;
  line.fee_supply = *fee - *vat;
  line.net = -*fee;
  line.fee_before = fee_before;
  line.fee_vat_before = vat_before;
  return line;
}

std::variant<SettlementLine, CannotSettle> adjustment_of(const SettlementLine& target, const Charged& charged,
                                                         const LineBalance& before, std::uint32_t seq) {
  std::vector<FeeLine> taken_back;
  for (std::size_t type = 0; type < kFeeTypes; ++type) {
    if (charged.fees[type] == 0) continue;
    const auto amount = in_64_bits(-charged.fees[type]);
    if (!amount) return overflow("the fee charged so far");
    taken_back.push_back({static_cast<FeeType>(type), std::string(kTakenBack), 0, 0, 0, *amount});
  }
  const auto fee = in_64_bits(charged.fee);
  const auto vat = in_64_bits(charged.vat);
  if (!fee || !vat) return overflow("the fee charged so far");
  auto line = difference_line(target, std::move(taken_back), *fee, *vat);
  if (auto* made = std::get_if<SettlementLine>(&line)) {
    made->before = before;
    made->item.key.seq = seq;
  }
  return line;
}

bool differs(const SettlementLine& target, const Charged& charged) {
  Charged rest;
  if (!add(rest, target)) return true;
  return rest.fees != charged.fees || rest.vat != charged.vat;
}

bool is_return(const SettlementLine& line) {
  return line.item.kind == LineKind::cancel || line.item.kind == LineKind::reversal;
}

// Of the approval's movement, or a return that gives it back.
bool belongs_to(const Item& approval, const Item& item) {
  if (item.key.payment != approval.key.payment) return false;
  const std::uint32_t gives_back = item.of_version;
  return gives_back == 0 ? item.key.version == approval.key.version : gives_back == approval.key.version;
}

// Adds the adjustment of one movement to `adjusted`, when there is a difference (or `always`).
std::optional<CannotSettle> adjust_one(Adjusted& adjusted, const SettlementLine& target,
                                       const LineBalance& before, std::span<const SettlementLine> settled,
                                       bool always) {
  const std::uint32_t version = target.item.key.version;
  const auto charged = charged_for(settled, version);
  if (!charged) return bad_snapshot("a fee type that this version of Wonjang doesn't know: use a newer one");
  if (!always && !differs(target, *charged)) return std::nullopt;
  auto line = adjustment_of(target, *charged, before, next_seq(settled, version));
  if (auto* refused = std::get_if<CannotSettle>(&line)) return std::move(*refused);
  adjusted.lines.push_back(std::move(std::get<SettlementLine>(line)));
  return std::nullopt;
}

// Item of the line that the adjustment is of.
Item adjusted_item(const SettlementLine& line) {
  Item item = line.item;
  item.kind = item.of_version == 0 ? LineKind::approval : LineKind::cancel;
  return item;
}

void take_over_context(SettlementLine& again, const SettlementLine& line) {
  again.contract = line.contract;
  again.basis = line.basis;
  again.payout_date = line.payout_date;
  again.late = line.late;
  again.canary = line.canary;
}

std::variant<SettlementLine, CannotSettle> adjustment_again(const SettlementLine& line,
                                                            const Contract& contract) {
  const bool of_approval = line.item.of_version == 0;
  if (!line.before) return bad_snapshot("an adjustment without what was left before it");
  auto target = of_approval ? settle_approval(adjusted_item(line), contract)
                            : settle_return(adjusted_item(line), *line.before);
  auto* made = std::get_if<SettlementLine>(&target);
  if (made == nullptr) return target;
  std::vector<FeeLine> taken_back;
  int128 fee_before = 0;
  for (const auto& fee : line.fees) {
    if (fee.rule != kTakenBack) break;
    fee_before -= fee.amount;
    taken_back.push_back(fee);
  }
  if (fee_before != line.fee_before) return bad_snapshot("fee_before isn't what the line takes back");
  auto again = difference_line(*made, std::move(taken_back), line.fee_before, line.fee_vat_before);
  if (auto* out = std::get_if<SettlementLine>(&again)) {
    out->before = of_approval ? balance_of(*made, contract) : *line.before;
  }
  return again;
}

std::variant<SettlementLine, CannotSettle> line_again(const SettlementLine& line, const Contract& contract) {
  switch (line.item.kind) {
    case LineKind::approval:
      return settle_approval(line.item, contract);
    case LineKind::cancel:
    case LineKind::reversal:
      if (!line.before) return bad_snapshot("a return without what was left before it");
      return settle_return(line.item, *line.before);
    case LineKind::adjustment:
      return adjustment_again(line, contract);
    case LineKind::unknown:
      break;
  }
  return bad_snapshot("a kind of line that this version of Wonjang doesn't know: use a newer one");
}

}  // namespace

std::variant<Adjusted, CannotSettle> settle_adjustments(std::span<const SettlementLine> settled,
                                                        const LineBalance& balance,
                                                        const Contract& contract) {
  if (settled.empty() || settled.front().item.kind != LineKind::approval) {
    return bad_snapshot("adjustments need the approval's line first");
  }
  auto target = settle_approval(settled.front().item, contract);
  if (auto* refused = std::get_if<CannotSettle>(&target)) return std::move(*refused);
  LineBalance running = balance_of(std::get<SettlementLine>(target), contract);
  Adjusted adjusted;
  const bool turns_on_cancel = running.on_cancel != balance.on_cancel;
  auto refusal = adjust_one(adjusted, std::get<SettlementLine>(target), running, settled, turns_on_cancel);
  if (refusal) return std::move(*refusal);
  for (const auto& line : settled.subspan(1)) {
    if (!belongs_to(settled.front().item, line.item)) {
      return bad_snapshot(
          "a line of another approval stands among those to adjust: ask for one approval at a time");
    }
    if (!is_return(line)) continue;
    if (line.item.of_version == 0) return bad_snapshot("a return that doesn't say what it gives back");
    target = settle_return(line.item, running);
    if (auto* refused = std::get_if<CannotSettle>(&target)) return std::move(*refused);
    const auto& made = std::get<SettlementLine>(target);
    refusal = adjust_one(adjusted, made, *made.before, settled, /*always=*/false);
    if (refusal) return std::move(*refusal);
    running = balance_after(running, made);
  }
  adjusted.balance = balance;
  for (const auto& line : adjusted.lines) adjusted.balance = balance_after(adjusted.balance, line);
  if (!adjusted.lines.empty() && adjusted.balance != running) {
    return bad_snapshot("the balance isn't the one after these lines: a line is missing or doubled");
  }
  return adjusted;
}

std::variant<SettlementLine, CannotSettle> computed_again(const SettlementLine& line,
                                                          const Contract& contract) {
  auto again = line_again(line, contract);
  if (auto* made = std::get_if<SettlementLine>(&again)) take_over_context(*made, line);
  return again;
}

}  // namespace wonjang::settlement
