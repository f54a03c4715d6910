// Events of the money-out side: reference data (contracts, calendars, holds, ratios, canaries) as changes
// that one person proposes and another decides, settlement runs and their lines, payouts, files of acquirers.
// They live in house streams (streams.h), never in a payment's. Their postings: domain/journal/postings.h.
//
// Event::merchant and Event::currency say whom and what they are about, where it is one; Event::order_id is
// empty.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/ids.h"
#include "domain/settlement/calendar.h"
#include "domain/settlement/contract.h"
#include "domain/settlement/line.h"
#include "domain/settlement/streams.h"

namespace wonjang::settlement {

// ---- Reference data ----

// From `from` on nothing is paid out to the merchant, until a change with placed = false.
struct Hold {
  MerchantId merchant;
  bool placed = true;
  BusinessDate from;
  std::string reason;
  friend bool operator==(const Hold&, const Hold&) = default;
};

// Share of the unsettled funds that must be held outside, from a day on (reference: korean-payments.md 10).
struct FundsRatio {
  BusinessDate valid_from;
  std::int64_t ratio_ppm = 0;
  std::string source;
  friend bool operator==(const FundsRatio&, const FundsRatio&) = default;
};

// What is confirmed to lie outside on a day, per institution, for all merchants or on an account of one; a
// later one for the same day, type, institution and merchant wins.
struct FundsHeld {
  BusinessDate date;
  std::string kind;  // DEPOSIT, TRUST, GUARANTEE_INSURANCE
  std::string institution;
  Currency currency;
  std::int64_t amount = 0;
  MerchantId merchant = {};  // whose account it is; zero: held for all
  friend bool operator==(const FundsHeld&, const FundsHeld&) = default;
};

// Other fee terms tried out beside a contract's: both compute; where they agree the new ones count, where
// they differ the old ones do and the difference is reported. A merchant that was clean for `clean_days` runs
// with items in a row is moved over: its items are computed by the new terms alone.
struct Canary {
  std::string name;                   // [a-z0-9_-]{1,32}; a later version of the same name replaces it
  std::vector<MerchantId> merchants;  // empty: every one
  std::uint8_t method = 0;            // 0: every one
  std::string business_number;        // empty: every one
  Currency currency;                  // of the contracts that it is tried on: amounts of `candidate` are in
                                      // its minor units
  FeeTerms candidate;
  std::uint32_t clean_days = 0;  // 0: never by itself
  bool stopped = false;          // nothing is tried out any more, nobody stays moved over
  bool promote_all = false;      // all in scope are moved over now, by decision
  friend bool operator==(const Canary&, const Canary&) = default;
};

using Reference = std::variant<Contract, Calendar, Hold, FundsRatio, FundsHeld, Canary>;
// "CONTRACT", "CALENDAR", "HOLD", "FUNDS_RATIO", "FUNDS_HELD", "CANARY".
std::string_view kind_of(const Reference& reference);

// reference.proposed. Counts for nothing until it is approved.
struct ChangeProposed {
  ChangeId change;
  Reference reference;
  std::string note;
  friend bool operator==(const ChangeProposed&, const ChangeProposed&) = default;
};
// reference.decided. Self-contained: carries what was decided about. An approved one is known from
// recorded_at on.
struct ChangeDecided {
  ChangeId change;
  bool approved = false;
  Reference reference;
  std::string note;
  friend bool operator==(const ChangeDecided&, const ChangeDecided&) = default;
};

// ---- Runs ----

struct RunTotals {  // per currency
  Currency currency;
  std::uint64_t lines = 0;
  std::uint64_t failed = 0;
  std::int64_t gross = 0;
  std::int64_t fee = 0;
  std::int64_t fee_vat = 0;
  std::int64_t net = 0;
  friend bool operator==(const RunTotals&, const RunTotals&) = default;
};

// settlement.run_started: version 2k of the run's stream, settlement.run_ended is 2k + 1. Who starts must
// find the stream ended: that is the lease. `holder` names the process; a start by another one than the one
// that never ended takes its place (books belong to one process at a time, so the other is dead): then it is
// `resumed`, and stands at any version.
struct RunStarted {
  BusinessDate date;
  std::uint32_t attempt = 0;  // 1: the first; more: reruns
  bool resumed = false;
  std::string holder;
  Instant known_at;         // contracts and calendars as they were known then
  std::string calculator;   // version of the calculator
  std::uint64_t items = 0;  // to do
  friend bool operator==(const RunStarted&, const RunStarted&) = default;
};

// What a part of a run took. Times are added up over its threads; what neither worked nor waited was kept
// from the processor. An earlier version left the last three at zero.
struct StageTime {
  std::string stage;           // prepare, read, compute, append, project
  std::int64_t us = 0;         // by the wall clock, waiting included
  std::int64_t cpu_us = 0;     // of the threads of the run; the ledger's and the projection's aren't in it
  std::int64_t waited_us = 0;  // for another part: a free worker, items, the ledger, the projection
  std::uint64_t rows = 0;      // items counted, looked at, settled; lines recorded, shown
  friend bool operator==(const StageTime&, const StageTime&) = default;
};

struct RunEnded {
  BusinessDate date;
  std::uint32_t attempt = 0;
  std::string outcome;            // COMPLETED, COMPLETED_WITH_FAILURES, STOPPED (why: in Event::reason)
  std::vector<RunTotals> before;  // control totals of the date before this attempt ...
  std::vector<RunTotals> added;   // ... what it added ...
  std::vector<RunTotals> after;   // ... and after it: before + added
  std::string untouched_hash;     // hex: over the lines that were there before, in order of their keys; equal
                                  // before and after
  std::vector<StageTime> profile;
  std::int64_t wall_us = 0;             // of the attempt, from its beginning to this event
  std::int64_t cpu_us = 0;              // of the whole process meanwhile, whatever else it did
  std::uint64_t memory_peak_bytes = 0;  // of the whole process: the most that was resident when it was looked
                                        // at, after every stage and about every 500 items
  std::vector<std::string> promoted;    // "canary mch_...": moved over by this run
  friend bool operator==(const RunEnded&, const RunEnded&) = default;
};

struct FailedItem {
  Item item;
  std::string code;    // NO_CONTRACT, NO_RATE, CALENDAR_ENDS, APPROVAL_NOT_SETTLED, OVERFLOW, ...
  std::string detail;  // what, why, what next
  friend bool operator==(const FailedItem&, const FailedItem&) = default;
};

// One item for which a canary's terms gave something else; the contract's counted.
struct CanaryDifference {
  std::string canary;
  LineKey line;
  std::int64_t fee_now = 0;
  std::int64_t fee_candidate = 0;
  std::int64_t vat_now = 0;
  std::int64_t vat_candidate = 0;
  std::string detail;  // of a candidate that couldn't compute it
  friend bool operator==(const CanaryDifference&, const CanaryDifference&) = default;
};

// settlement.lines_recorded: one chunk of one merchant's lines, version 0 and the only event of its stream.
struct LinesRecorded {
  BusinessDate date;  // of the run
  std::uint32_t attempt = 0;
  std::uint32_t chunk = 0;
  std::string calculator;
  std::string calendar;  // code and version that dated the lines
  std::uint32_t calendar_version = 0;
  std::vector<Contract> contracts;  // that the lines were computed by, whole: their snapshot
  std::vector<SettlementLine> lines;
  std::vector<FailedItem> failed;
  std::vector<CanaryDifference> differences;
  std::uint32_t canary_clean = 0;  // items that a canary computed alike
  friend bool operator==(const LinesRecorded&, const LinesRecorded&) = default;
};

// settlement.lines_redated: a new calendar version moved the payout day of lines that aren't paid; a chunk
// like the former.
struct Redated {
  LineKey line;
  BusinessDate from;
  BusinessDate to;
  friend bool operator==(const Redated&, const Redated&) = default;
};
struct LinesRedated {
  std::string calendar;
  std::uint32_t calendar_version = 0;
  std::vector<Redated> lines;
  friend bool operator==(const LinesRedated&, const LinesRedated&) = default;
};

// ---- Payouts ----

enum class PayoutState : std::uint8_t {
  unknown = 0,
  requested = 1,
  sent = 2,  // stands in a file for the bank
  paid = 3,
  failed = 4,
  returned = 5,
  carried = 6,  // nothing to pay: the negative (or zero) sum goes into the next one
};
std::string_view code_of(PayoutState v);

struct CarriedOver {
  PayoutId from;  // whose sum was negative, failed or came back
  std::int64_t amount = 0;
  friend bool operator==(const CarriedOver&, const CarriedOver&) = default;
};

// payout.requested: version 0 of the payout's stream. Covers all lines of the merchant and currency dated on
// or before `date` that no payout covers yet, as of this event's place in the log.
//   amount = lines_net + sum of carried + released - withheld, when that is positive; else 0 and state
//   carried
struct PayoutRequested {
  PayoutId payout;
  BusinessDate date;
  std::uint64_t lines = 0;
  std::int64_t lines_net = 0;
  std::vector<CarriedOver> carried;
  std::int64_t withheld = 0;  // kept back now
  std::int64_t released = 0;  // kept back earlier, paid now
  std::int64_t amount = 0;
  std::int64_t left_over = 0;                  // zero or negative: what the next one gets
  std::string account;                         // token
  PayoutState state = PayoutState::requested;  // or carried
  friend bool operator==(const PayoutRequested&, const PayoutRequested&) = default;
};

// payout.updated: SENT, PAID, FAILED or RETURNED. With `bank_says` it changes nothing: it notes that the bank
// says otherwise than what stands, or, with the state that stands, that this is settled as it is.
struct PayoutUpdated {
  PayoutId payout;
  BusinessDate date;
  PayoutState state = PayoutState::unknown;
  std::int64_t amount = 0;  // of the payout
  std::string file;         // that it stands in, or whose line says so
  std::string bank_trace_no;
  std::string failure;
  Instant at;             // the bank's clock
  bool was_paid = false;  // RETURNED: it was PAID before, so the money left our bank and came back
  // SENT: how many payouts are to stand in the file. It is whole, and may leave the house, once so many name
  // it; of several numbers that of the newest `at` counts. 0: not said.
  std::uint32_t file_payouts = 0;
  PayoutState bank_says = PayoutState::unknown;
  // PAID: it was FAILED or RETURNED before, so its amount was back with the merchant, and is taken from it.
  bool was_back = false;
  friend bool operator==(const PayoutUpdated&, const PayoutUpdated&) = default;
};

// ---- Files of acquirers ----

enum class FileKind : std::uint8_t { unknown = 0, acquisition = 1, deposit = 2 };
std::string_view code_of(FileKind v);
enum class MatchState : std::uint8_t {
  unknown = 0,
  matched = 1,
  not_matched = 2,
  incomparable = 3,
  resolved = 4
};
std::string_view code_of(MatchState v);

struct FileRow {
  std::uint32_t line_no = 0;
  std::string their_key;  // approval or slip number, as they say
  std::string card_tail;
  std::int64_t amount = 0;  // signed
  std::int64_t fee = 0;
  BusinessDate date;
  BusinessDate paid_on;
  friend bool operator==(const FileRow&, const FileRow&) = default;
};

// A matched row whose amount isn't ours. Events of before the difference was booked say nothing.
constexpr std::string_view kWithinTolerance = "WITHIN_TOLERANCE";

struct Match {
  std::uint32_t line_no = 0;  // 0: only ours
  std::vector<LineKey> ours;  // 1:1 one, 1:N several, none: only theirs
  MatchState state = MatchState::unknown;
  std::string reason;  // AMOUNT_DIFF, DATE_DIFF, ONLY_OURS, ONLY_THEIRS, AMBIGUOUS, SLIP_REFUSED; of a match
                       // whose amounts differ, kWithinTolerance; empty: matched
  std::string matched_by;         // name of the rule
  std::int64_t amount_delta = 0;  // theirs - ours
  std::int32_t date_delta = 0;    // days
  std::string why;                // for people: which rules were tried and why none took it
  friend bool operator==(const Match&, const Match&) = default;
};

// file.imported: a chunk of rows; version 0, 1 ... of the file's stream.
struct FileImported {
  FileId file;
  std::string name;
  std::string sha256;  // hex, of the whole file
  FileKind kind = FileKind::unknown;
  std::string acquirer;
  std::uint32_t rows_total = 0;
  std::vector<FileRow> rows;
  friend bool operator==(const FileImported&, const FileImported&) = default;
};
// What of a deposit file's matched amounts relieves one account of the chart (journal/accounts.h): that of
// who owed the money of the movements that its rows were matched with; now, and by the match before.
struct Deposited {
  std::uint16_t account = 0;
  std::int64_t amount = 0;
  std::int64_t fee = 0;
  std::int64_t amount_before = 0;
  std::int64_t fee_before = 0;
  // Of `amount`, by how much it differs from what our movements come to: theirs less ours, within the
  // tolerance. Events of before it was booked say 0.
  std::int64_t difference = 0;
  std::int64_t difference_before = 0;
  friend bool operator==(const Deposited&, const Deposited&) = default;
};
// file.matched: what its rows were matched with; again after a rematch, the newest counts. The journal books
// what a rematch changes: matched less what the match before it said.
struct FileMatched {
  FileId file;
  FileKind kind = FileKind::unknown;
  std::string acquirer;
  BusinessDate as_of;
  std::vector<Match> matches;
  std::int64_t matched_amount = 0;  // of a deposit file: money that arrived ...
  std::int64_t matched_fee = 0;     // ... and what the acquirer kept
  // The same two of the file's match before this one; of the first one: 0.
  std::int64_t amount_before = 0;
  std::int64_t fee_before = 0;
  std::vector<Deposited> deposits;    // by account; they add up to the four above. None: of cards alone, as
                                      // events of before had it
  std::int64_t tolerance_amount = 0;  // that the rows were matched with
  std::int32_t tolerance_days = 0;
  friend bool operator==(const FileMatched&, const FileMatched&) = default;
};
// break.resolved: a person's word on a row that nothing matched.
struct BreakResolved {
  FileId file;
  std::uint32_t line_no = 0;
  LineKey line;
  std::string resolution;
  friend bool operator==(const BreakResolved&, const BreakResolved&) = default;
};

}  // namespace wonjang::settlement
