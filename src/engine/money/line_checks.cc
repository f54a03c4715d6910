#include "engine/money/line_checks.h"

#include "base/checked.h"

namespace wonjang::money {

using settlement::LineKind;

LineKey approval_line_of(const Item& item) {
  const bool is_of_other = item.kind != LineKind::approval && item.of_version != 0;
  return {item.key.payment, is_of_other ? item.of_version : item.key.version, 0};
}

std::optional<std::string> fault_of(const settlement::SettlementLine& line, std::size_t contracts) {
  const Item& item = line.item;
  switch (item.kind) {
    case LineKind::approval:
    case LineKind::cancel:
    case LineKind::reversal:
      if (item.key.seq != 0) return "is no adjustment, but not the first line of its key";
      if (line.gross != (item.kind == LineKind::approval ? item.amount : -item.amount)) {
        return "has a gross of " + std::to_string(line.gross) + " for a movement of " +
               std::to_string(item.amount);
      }
      break;
    case LineKind::adjustment:
      if (item.key.seq == 0) return "is an adjustment, but the first line of its key";
      if (line.gross != 0) return "is an adjustment and has a gross of " + std::to_string(line.gross);
      break;
    case LineKind::unknown:
      return "is of a kind that this version of Wonjang doesn't know: use a newer one";
  }
  // A return is computed from its approval's line, whatever contract stands beside it.
  const bool is_return = item.kind == LineKind::cancel || item.kind == LineKind::reversal;
  if (line.contract >= contracts && !is_return) return "names a contract that doesn't stand beside it";
  const auto net = checked_sub(line.gross, line.fee);
  if (!net || *net != line.net) {
    return "has a net of " + std::to_string(line.net) + ", but a gross of " + std::to_string(line.gross) +
           " and a fee of " + std::to_string(line.fee);
  }
  return std::nullopt;
}

std::optional<std::string> disagreement(const Item& item, Currency currency, const OpenStored& open) {
  if (open.currency != currency) return "is in another currency than its movement";
  if (open.item.kind != item.kind || open.item.approval != item.approval ||
      open.item.of_version != item.of_version) {
    return "is of another kind or approval than its movement";
  }
  if (open.item.amount == item.amount) return std::nullopt;
  return "settles " + std::to_string(item.amount) + " where " + std::to_string(open.item.amount) +
         " was moved";
}

std::optional<std::string> excess_of(const settlement::SettlementLine& line,
                                     const settlement::LineBalance& stored) {
  if (line.item.kind == LineKind::adjustment) return std::nullopt;
  if (line.item.amount > stored.amount_left) {
    return "gives back " + std::to_string(line.item.amount) + " where " + std::to_string(stored.amount_left) +
           " of the approval's line is left";
  }
  if (line.before && *line.before == stored) return std::nullopt;
  // A reversal's snapshot says RETURN, whatever cancels do (fee.h); that of calculator 1 didn't.
  settlement::LineBalance returning = stored;
  returning.on_cancel = settlement::FeeOnCancel::give_back;
  if (line.before && line.item.kind == LineKind::reversal && *line.before == returning) return std::nullopt;
  return "was computed from another balance of the approval's line than the one that stands";
}

Error wrong_line(const LineKey& key, const std::string& where, const std::string& how) {
  return corrupt("the line " + settlement::text_of(key) + " " + where + " " + how +
                 "; the projection money stops here: run `wonjang check` on the ledger");
}

}  // namespace wonjang::money
