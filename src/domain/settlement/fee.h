// The calculator: from a transaction and a contract to a settlement line. Pure; the run, what-if, the canary,
// rerun, explanations and the generated cases all call these functions and nothing else.
// docs/settlement-fees.md has worked examples.
//
// A fee line (reference: korean-payments.md 7). Multiply first, divide once, on magnitudes (money.h divide).
// `exact` is base x rate + fixed, clamped to [minimum, maximum], not rounded yet; `round` is the terms'
// rounding. VAT, order and rounding are those of the item's method (terms_for.h).
//   VAT added, INCLUSIVE_FIRST   line = round(exact x 11/10)
//   VAT added, SUPPLY_FIRST      supply = round(exact), line = supply + round(supply / 10)
//   VAT included, or none        line = round(exact)
// Fee lines add up first, then the total is split: vat = round(total / 11), half up (0 without VAT), supply =
// total - vat; the total's parts count.
//
// A return (cancel, reversal) mirrors its approval's line by LineBalance, never by today's contract. With the
// share amount / approval's amount, half up:
//   each fee line   round(original x share), at most what is left of it
//   VAT             round(original x share), held so that VAT and supply both give at most what is left
//   the return that takes the rest of the amount takes the rest of everything
// With KEEP a cancel gives nothing of the fee back; a reversal gives it back whatever the contract says: what
// was undone never was a sale, and its snapshot (`before`) says RETURN. With RETURN any returns that use an
// approval up end at zero: net, each fee type, VAT and supply; and a full cancel is the exact negative of the
// approval.
//
// An adjustment changes the terms of an approval backwards, for it and all its returns: the lines and their
// adjustments together are what the new contract would have made of the same movements from the start. Each
// line whose fee types or VAT differ gets one of its own: gross 0, first the fee lines charged so far taken
// back (one for each type, rule kTakenBack), then those of the new contract. So the merchant gets old - new
// of what wasn't cancelled, and later returns still end at zero.
//
// Nothing overflows silently: what doesn't fit in 64 bits is CannotSettle.
//
// Threads: any.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/settlement/line.h"

namespace wonjang::settlement {

// Of what these functions give for the same input. Raise it with every change of that.
//   1  a reversal kept the fee where the contract said KEEP
//   2  it gives it back
constexpr std::string_view kCalculator = "2";

constexpr std::string_view kTakenBack = "taken_back";

// Codes: NO_RATE (no rate rule matches), OVERFLOW, BAD_ITEM (an amount that can't be),
// RETURN_EXCEEDS_APPROVAL, BAD_SNAPSHOT (a balance or line that contradicts itself, or isn't there).
struct CannotSettle {
  std::string code;
  std::string detail;  // what, why, what next
  friend bool operator==(const CannotSettle&, const CannotSettle&) = default;
};

struct Fees {
  std::vector<FeeLine> lines;
  std::int64_t total = 0;
  std::int64_t supply = 0;
  std::int64_t vat = 0;
  friend bool operator==(const Fees&, const Fees&) = default;
};
// Of an approval. REQUIRES: !fault_of(terms)
std::variant<Fees, CannotSettle> fees_of(const Item& item, const FeeTerms& terms, MerchantTier tier);

// Lines without dates. REQUIRES: the item's kind fits; !fault_of(contract.fees)
std::variant<SettlementLine, CannotSettle> settle_approval(Item item, const Contract& contract);
std::variant<SettlementLine, CannotSettle> settle_return(Item item, const LineBalance& before);

LineBalance balance_of(const SettlementLine& approval, const Contract& contract);
// The balance is a fold: over the lines of one approval, in the order they were settled, adjustments
// included. REQUIRES: `line` is a return made by settle_return(..., before) or an adjustment that follows on
// `before`
LineBalance balance_after(const LineBalance& before, const SettlementLine& line);

// Adjustments of one approval and its returns to `contract`; none when it changes nothing. They are settled
// together or not at all: between them the balance isn't one.
struct Adjusted {
  std::vector<SettlementLine> lines;  // the approval's first; seq follows on the newest of its version
  LineBalance balance;                // after them
};
// `settled`: the approval's line first, then its returns in the order they were settled; adjustments so far
// anywhere after the line they adjust. `balance`: after all of them.
std::variant<Adjusted, CannotSettle> settle_adjustments(std::span<const SettlementLine> settled,
                                                        const LineBalance& balance, const Contract& contract);

// The line again from its own snapshot: equal to it, or the snapshot lies. `contract` is the one it was
// computed by (a return doesn't look at it). Dates, `contract` index, `late` and `canary` are taken over:
// explain_dates.h computes the days again.
std::variant<SettlementLine, CannotSettle> computed_again(const SettlementLine& line,
                                                          const Contract& contract);

// Basis date of an item under a cycle: the day (Seoul) of the movement, or of the acquisition request. What
// has no slip to request (a transfer) counts from the movement either way. Nothing: the slip isn't requested
// yet.
std::optional<BusinessDate> basis_of(const Item& item, BasisKind basis);

// Puts basis and payout date into the line. `run` is the date of the run: a line whose basis is before it is
// late, keeps its basis and is paid as if that were the run's date. A manual cycle gives no payout date
// (zero). False: the calendar doesn't reach so far, and the line is as it was.
bool date_line(SettlementLine& line, const Cycle& cycle, BusinessDate basis, BusinessDate run,
               const BusinessDays& days);

// How the line's numbers came about, for people: a step for each fee line (of a return that keeps the fee one
// named "keep"), then "vat" and "net". Values are the line's own; the text is made from its snapshot and ends
// with the value. Its days: explain_dates.h. REQUIRES: computed_again(line, contract) is equal
struct ExplainStep {
  std::string rule;                       // name; of a return's fee line its type, "BASE"
  std::string formula;                    // "50,000 x 2.50 % = 1,250; VAT 125; with VAT 1,375"
  std::int64_t value = 0;                 // minor units; of a step with a date 0
  std::optional<BusinessDate> date = {};  // of a step that leads to a day
};
std::vector<ExplainStep> explain(const SettlementLine& line, const Contract& contract);

}  // namespace wonjang::settlement
