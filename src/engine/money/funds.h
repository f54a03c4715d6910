// Settlement funds position (reference: korean-payments.md 10): what is approved and not yet paid out, per
// merchant and currency, the share of it that must lie outside, what is confirmed to lie there, and the gap.
// At the close of any day: what was said then on the day is said again for ever, whatever came later. Events
// belong to the day on which they were recorded (Seoul), approved reference data to the day of its approval.
// Of today, and of any day to come: as of now.
//
//   approved unpaid  open items (signed) + net of lines - what was paid out
//   required         of a row: approved unpaid x ratio, rounded up; 0 where the merchant owes the house.
//                    Of the house: the rows above zero x ratio, rounded up: no merchant's debt pays another
//   held             per kind and institution what was confirmed last, on or before the day
//   gap              required - held, when that is positive
//
// A bank confirms a day's holdings on the next one: `known_at` says until the close of which day what was
// approved counts, for ratios and holdings that hold on the day; never for the money that moved.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/money/money_reader.h"

namespace wonjang::money {

struct FundsRow {
  MerchantNo merchant_no = 0;
  MerchantId merchant;
  Currency currency;
  std::int64_t approved_unpaid = 0;
  std::int64_t required = 0;
  friend bool operator==(const FundsRow&, const FundsRow&) = default;
};
struct FundsTotal {
  Currency currency;
  std::int64_t approved_unpaid = 0;  // of all rows, signed
  std::int64_t counted = 0;          // of the rows above zero
  std::int64_t required = 0;
  std::int64_t held = 0;
  std::int64_t gap = 0;
  friend bool operator==(const FundsTotal&, const FundsTotal&) = default;
};
struct FundsPosition {
  BusinessDate as_of;
  BusinessDate known_at;
  LogPositions positions;                       // how far each book had come at the close
  std::optional<settlement::FundsRatio> ratio;  // nothing: none holds on the day, then nothing is required
  std::vector<FundsRow> rows;                   // by merchant, currency; none for zero
  std::vector<FundsTotal> totals;
  std::vector<settlement::FundsHeld> held;
  friend bool operator==(const FundsPosition&, const FundsPosition&) = default;
};
// Without `known_at`: as_of. Errors: those of the reader; invalid (a sum beyond 64 bits).
Result<FundsPosition> funds_position(const MoneyReader& reader, BusinessDate as_of,
                                     std::optional<BusinessDate> known_at = std::nullopt);

// The daily report as a file: CSV of one table, the same bytes for the same position. `place` names the
// ledger's position, for people and for GET /v1/trial-balance. Columns and rows:
// docs/formats/funds-report.md.
std::string funds_report(const FundsPosition& position, const std::string& place);

// What a row of now is made of: its sum is the row's, to the won.
struct FundsLines {
  std::vector<OpenItem> items;                   // no line yet
  std::vector<LineSummary> lines;                // that no payout covers
  std::vector<PayoutNow> payouts;                // requested or sent, not paid
  std::vector<settlement::CarriedOver> carried;  // into the next payout
  std::int64_t kept_back = 0;
  std::int64_t sum = 0;  // of all of them, also of those left out
  bool truncated = false;
};
// At most `count_max` items, lines and payouts each. Errors: as above.
Result<FundsLines> funds_lines(const MoneyReader& reader, MerchantNo merchant, Currency currency,
                               std::size_t count_max);

}  // namespace wonjang::money
