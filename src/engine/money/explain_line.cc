#include "engine/money/explain_line.h"

namespace wonjang::money {

using settlement::CannotSettle;
using settlement::SettlementLine;

Result<std::optional<LineExplained>> explain_line(const MoneyReader& reader, LineSource& source,
                                                  const LineKey& key) {
  WJ_TRY(const auto summary, reader.line(key));
  if (!summary) return std::optional<LineExplained>();
  WJ_TRY(auto whole, source.line(*summary));
  LineExplained out{*summary, whole, settlement::explain(whole.line(), whole.contract()), false, {}};
  if (summary->payout_date != whole.line().payout_date) {
    out.steps.push_back({"payout date",
                         "a later calendar moved it from " + to_text(whole.line().payout_date) + " to " +
                             to_text(summary->payout_date),
                         summary->payout_date.days});
  }
  const auto again = settlement::computed_again(whole.line(), whole.contract());
  if (const auto* why = std::get_if<CannotSettle>(&again)) {
    out.why_not_recomputed = why->code + ": " + why->detail;
  } else if (std::get<SettlementLine>(again) != whole.line()) {
    out.why_not_recomputed = "calculator " + std::string(settlement::kCalculator) +
                             " gives something else from this snapshot than calculator " +
                             whole.chunk().calculator;
  } else {
    out.recomputed = true;
  }
  return std::optional(std::move(out));
}

}  // namespace wonjang::money
