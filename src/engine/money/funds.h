// Settlement funds position (reference: korean-payments.md 10): what is approved and not yet paid out, per
// merchant and currency, the share of it that must lie outside, what is confirmed to lie there, and the gap:
// of each merchant and of the house.
// At the close of any day: what was said then on the day is said again for ever, whatever came later. Events
// belong to the day on which they were recorded (Seoul), approved reference data to the day of its approval.
// Of today, and of any day to come: as of now.
//
//   approved unpaid  open items (signed) + net of lines - what was paid out
//   required         of a row: approved unpaid x ratio, rounded up; 0 where the merchant owes the house.
//                    Of the house: the rows above zero x ratio, rounded up: no merchant's debt pays another
//   held             per kind, institution and merchant what was confirmed last, on or before the day. Of a
//                    row: its own accounts, and its share of what is held for all. That goes first to what
//                    is required beyond own accounts, then to what is owed beyond those, each in proportion
//                    (funds_shares.h); what is over is no merchant's
//   gap              required - held, when that is positive
//
// So the rows' held and `unassigned` are the house's held, to the won. The rows' gaps together are
// max(0, required of the rows + what own accounts hold beyond their merchant's required - held): never less
// than the house's gap, and more by rounding alone where nobody's own accounts hold too much.
//
// A bank confirms a day's holdings on the next one: `known_at` says until the close of which day what was
// approved counts, for ratios and holdings that hold on the day; never for the money that moved.
//
// Sums run in 128 bits: what the ledger took one by one is never too much together.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/int128.h"
#include "engine/money/line_source.h"
#include "engine/money/money_reader.h"

namespace wonjang::money {

struct FundsRow {
  MerchantNo merchant_no = 0;
  MerchantId merchant;
  Currency currency;
  int128 approved_unpaid = 0;
  int128 required = 0;
  int128 own = 0;    // in its own accounts
  int128 share = 0;  // of what is held for all
  int128 gap = 0;
  int128 held() const { return own + share; }
  friend bool operator==(const FundsRow&, const FundsRow&) = default;
};
struct FundsTotal {
  Currency currency;
  int128 approved_unpaid = 0;  // of all rows, signed
  int128 counted = 0;          // of the rows above zero
  int128 required = 0;
  int128 held = 0;
  int128 gap = 0;
  int128 rows_required = 0;  // of all rows: each is rounded up for itself
  int128 rows_gap = 0;
  int128 unassigned = 0;  // of `held`: beyond what is owed, and accounts of merchants that have no row
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
// Without `known_at`: as_of. Errors: those of the reader.
Result<FundsPosition> funds_position(const MoneyReader& reader, BusinessDate as_of,
                                     std::optional<BusinessDate> known_at = std::nullopt);

// The daily report as a file: CSV of one table, the same bytes for the same position and format. `place`
// names the ledger's position, for people and for GET /v1/trial-balance. Columns and rows:
// docs/formats/funds-report.md.
enum class FundsFormat : std::uint8_t {
  v1 = 1,  // without what is held for a merchant and its gap
  v2 = 2,
};
std::string funds_report(const FundsPosition& position, const std::string& place, FundsFormat format);

// What a row is made of: its sum is the row's, to the won.
struct FundsLines {
  std::vector<OpenItem> items;                   // no line yet
  std::vector<LineSummary> lines;                // that no payout covers
  std::vector<PayoutNow> payouts;                // requested or sent, not paid
  std::vector<settlement::CarriedOver> carried;  // into the next payout
  std::int64_t kept_back = 0;
  int128 sum = 0;  // of all of them, also of those left out
  bool truncated = false;
};
// As of now, at most `count_max` items, lines and payouts each. Errors: those of the reader.
Result<FundsLines> funds_lines(const MoneyReader& reader, MerchantNo merchant, Currency currency,
                               std::size_t count_max);

// The same at the close of a day that is over, as everything stood then. Reads the log: once for each payout
// of the merchant, and for each item of it that was open then or is open now. Errors: those of the reader and
// the log; corrupt (the sum isn't the row's: both are named).
struct FundsLinesAsked {
  MerchantNo merchant = 0;
  Currency currency;
  BusinessDate day;
  std::size_t count_max = 0;
};
struct LogParts {  // both outlive the call
  const EventLog& log;
  const EventCodec& codec;
};
Result<FundsLines> funds_lines_at(const MoneyReader& reader, LogParts log, const FundsLinesAsked& asked);

}  // namespace wonjang::money
