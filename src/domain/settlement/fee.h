// The calculator: from a transaction and a contract to a settlement line. Pure; the run, what-if, the canary, rerun,
// explanations and the generated cases all call these functions and nothing else.
//
// Arithmetic (reference: korean-payments.md 7): multiply first, divide once, on magnitudes (money.h divide).
//   INCLUSIVE_FIRST  line = round(base x rate x 11/10 (+ fixed x 11/10))
//   SUPPLY_FIRST     supply = round(base x rate (+ fixed)), line = supply + round(supply / 10)
//   VAT included     line = round(base x rate (+ fixed)); none: the same, and the VAT is 0
// Fee lines add up first, then the total is split: vat = round(total / 11), half up; the total's parts count.
//
// A return (cancel, reversal) mirrors its approval's line by LineBalance, never by today's contract: each fee line and
// the VAT give back round(original x amount / approval's amount), half up, clamped to what is left; the return that
// takes the rest of the amount takes the rest of everything. With KEEP nothing of the fee comes back.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/settlement/line.h"

namespace wonjang::settlement {

// Of what these functions give for the same input. Raise it with every change of that.
constexpr std::string_view kCalculator = "1";

struct CannotSettle {
  std::string code;    // NO_RATE, OVERFLOW, RETURN_EXCEEDS_APPROVAL, ...
  std::string detail;  // what, why, what next
};

struct Fees {
  std::vector<FeeLine> lines;
  std::int64_t total = 0;
  std::int64_t supply = 0;
  std::int64_t vat = 0;
  friend bool operator==(const Fees&, const Fees&) = default;
};
std::variant<Fees, CannotSettle> fees_of(const Item& item, const FeeTerms& terms, MerchantTier tier);

// Lines without dates. REQUIRES: the item's kind fits.
std::variant<SettlementLine, CannotSettle> settle_approval(const Item& item, const Contract& contract);
std::variant<SettlementLine, CannotSettle> settle_return(const Item& item, const LineBalance& before);
// What `contract` would have made of the approval's line (and its adjustments), as a difference: gross 0.
// `fee_before`, `fee_vat_before`: of the line and its adjustments so far. `of` is what was settled first.
std::variant<SettlementLine, CannotSettle> settle_adjustment(const SettlementLine& of, std::uint32_t seq,
                                                             std::int64_t fee_before, std::int64_t fee_vat_before,
                                                             const Contract& contract);

LineBalance balance_of(const SettlementLine& approval, const Contract& contract);
// REQUIRES: `line` was made by settle_return(…, before)
LineBalance balance_after(const LineBalance& before, const SettlementLine& line);

// The line again from its own snapshot: equal to it, or the snapshot lies.
std::variant<SettlementLine, CannotSettle> computed_again(const SettlementLine& line, const Contract& contract);

// Basis date of an item under a cycle: the day (Seoul) of the movement, or of the acquisition request. What has
// no slip to request (a transfer) counts from the movement either way. Nothing: the slip isn't requested yet.
std::optional<BusinessDate> basis_of(const Item& item, BasisKind basis);

// Puts basis and payout date into the line. `run` is the date of the run: a line whose basis is before it is
// late, keeps its basis and is paid as if that were the run's date. A manual cycle gives no payout date (zero).
// False: the calendar doesn't reach so far, and the line is as it was.
bool date_line(SettlementLine& line, const Cycle& cycle, BusinessDate basis, BusinessDate run,
               const BusinessDays& days);

// Rule by rule how the number came about, for people.
struct ExplainStep {
  std::string rule;     // name, or "vat", "net", "payout date"
  std::string formula;  // "50,000 x 2.50 % = 1,250; with VAT 1,375"
  std::int64_t value = 0;
};
std::vector<ExplainStep> explain(const SettlementLine& line, const Contract& contract);

}  // namespace wonjang::settlement
