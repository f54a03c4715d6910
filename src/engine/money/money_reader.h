// MoneyReader: what the projection `money` (money.h) holds of settlement, as one snapshot shows it: open
// items, lines, payouts, runs, reference data. Everything that computes (a run, a plan, what-if, explain,
// payouts, funds) reads through this and through nothing else.
//
// Scans call back in order; a callback that gives false ends the scan early (that is no error).
//
// Lists that people leaf through take a place and say one: bytes that mean something to their list alone,
// empty before its first item. A page costs its items, wherever it stands; one that picks (`open_only`,
// `reason`) looks at kLookedMax records at most, and may hold fewer items than asked for while there are
// more.
//
// Threads: one at a time, as its snapshot; several readers may share one snapshot.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/int128.h"
#include "domain/event.h"
#include "domain/settlement/matching.h"
#include "ports/event_log.h"
#include "ports/kv_store.h"

namespace wonjang::money {

using settlement::Item;
using settlement::LineKey;

// A merchant's place in the order of registration (registry.h), short in keys.
using MerchantNo = std::uint32_t;

// Bounds for "whenever": every date there is; and all of them with what has no date (lines of a manual
// cycle).
constexpr BusinessDate kEveryDate{INT32_MAX - 1};
constexpr BusinessDate kDatedOrNot{INT32_MAX};

// Of an approval that is being undone (its network cancel is requested, not confirmed), and of what was given
// back of it: no day yet.
constexpr BusinessDate kNotYet{INT32_MAX};

// Records that one page of a list looks at.
constexpr std::size_t kLookedMax = 10'000;

// A movement that no line settles yet.
struct OpenItem {
  MerchantNo merchant_no = 0;
  MerchantId merchant;
  Currency currency;
  BusinessDate day;  // of the movement: Seoul
  Item item;
  // Its basis date isn't before this: kNotYet, or the day on which a network cancel was confirmed, so that
  // what was undone is settled together with its reversal. Zero: nothing of the kind.
  BusinessDate not_before;
  std::string failed;  // code of the newest failed attempt, or empty
};

// Where the whole line stands: in which event of the log, at which place of its list.
struct LinePlace {
  std::uint32_t book = 0;
  Position position = 0;
  std::uint32_t index = 0;
};

// What lists and sums need of a line; the whole of it is in the log at `place`.
struct LineSummary {
  LineKey key;
  settlement::LineKind kind{};
  MerchantNo merchant_no = 0;
  Currency currency;
  ApprovalId approval;
  std::uint8_t method = 0;
  Instant at;
  BusinessDate run;  // date of the run
  BusinessDate basis;
  BusinessDate payout_date;  // as of the newest re-dating; zero: none
  std::int64_t gross = 0;
  std::int64_t fee = 0;
  std::int64_t fee_vat = 0;
  std::int64_t net = 0;
  std::optional<settlement::PayoutId> payout;  // that covers it
  LinePlace place;
  // In the book of `place`: the re-dating that gave it its payout date; nothing: it has the one of its own.
  std::optional<Position> redated_at;
};

// What a payout made now for (merchant, currency) up to a date would have to pay.
struct Due {
  MerchantNo merchant_no = 0;
  MerchantId merchant;
  Currency currency;
  BusinessDate oldest;
  std::uint64_t lines = 0;
  int128 net = 0;
};

// What a merchant stands at besides its lines, per currency.
struct Standing {
  std::vector<settlement::CarriedOver> carried;  // waiting for the next payout
  std::int64_t kept_back = 0;
};

// That the bank says otherwise than what stands, and nobody has decided which is true.
struct PayoutDispute {
  settlement::PayoutUpdated said;
  Actor by;  // who told it
  Instant since;
};

struct PayoutNow {
  settlement::PayoutRequested requested;
  MerchantId merchant;
  MerchantNo merchant_no = 0;
  Currency currency;
  settlement::PayoutState state{};
  std::uint32_t version = 0;  // events of its stream: the expected version of the next one
  std::vector<settlement::PayoutUpdated> updates;
  std::optional<PayoutDispute> dispute;
};

struct RunNow {
  BusinessDate date;
  std::uint32_t version = 0;                      // events of its stream
  std::optional<settlement::RunStarted> started;  // the newest; nothing: only adjustments stand there
  std::optional<settlement::RunEnded> ended;      // of it; nothing: it is under way, or its process died
  bool ever_completed = false;
  std::vector<settlement::RunTotals> totals;  // of all lines of the date, as folded (run_totals.h)
  std::uint64_t failed = 0;  // items that this date's run refused first and that have no line yet
};

struct ChangeNow {
  settlement::ChangeProposed proposed;
  Actor proposed_by;
  Instant proposed_at;
  std::optional<settlement::ChangeDecided> decided;
  Actor decided_by;
  Instant decided_at;
  std::uint32_t version = 0;
};

// Approved reference data with the time from which it was known; of one kind, in the order of the log.
template <typename T>
struct Known {
  T value;
  Instant known_at;
  settlement::ChangeId change;
};

struct CanaryCount {  // per canary and merchant
  MerchantNo merchant_no = 0;
  std::uint32_t clean_runs = 0;  // in a row, newest
  std::uint64_t alike = 0;
  std::uint64_t different = 0;
  BusinessDate differed_on;  // newest run with a difference; zero: none
  bool promoted = false;
};

// A page of a list.
template <typename T>
struct Paged {
  std::vector<T> items;
  bool has_more = false;
  std::string place;  // behind the last item: `after` of the next page
};

class MoneyReader {
 public:
  explicit MoneyReader(const KvSnapshot& snapshot) : snapshot_(snapshot) {}

  // Open items with day <= `until`, by day, merchant, payment, version. Days without any cost nothing,
  // however many were settled on them.
  Result<void> open_items(BusinessDate until, const std::function<Result<bool>(const OpenItem&)>& each) const;
  // How many that are: a look at one record for each day that has some.
  Result<std::uint64_t> open_count(BusinessDate until) const;
  // The newest day of theirs.
  Result<std::optional<BusinessDate>> last_open_day(BusinessDate until) const;
  Result<std::optional<OpenItem>> open_item(const LineKey& key) const;
  // Of many, in a few reads for every kOpenAtOnce of them; in order of `keys`.
  static constexpr std::size_t kOpenAtOnce = 128;
  Result<std::vector<std::optional<OpenItem>>> open_items_at(std::span<const LineKey> keys) const;
  Result<std::vector<OpenItem>> open_items_of(PaymentId payment) const;  // by version
  // Its newest failed attempt, with the sentence; nothing: none stands.
  Result<std::optional<settlement::FailedItem>> failure(const LineKey& key) const;

  // Lines of one date's runs, by merchant, payment, version, seq; `merchant` narrows.
  Result<void> lines_of_run(BusinessDate date, std::optional<MerchantNo> merchant,
                            const std::optional<LineKey>& after,
                            const std::function<Result<bool>(const LineSummary&)>& each) const;
  Result<std::vector<LineSummary>> lines_of_payment(PaymentId payment) const;
  Result<std::optional<LineSummary>> line(const LineKey& key) const;
  // Lines that a payout covers; also of those dated up to `until` that none covers (payout absent).
  Result<void> lines_of_payout(const settlement::PayoutId& payout, const std::optional<LineKey>& after,
                               const std::function<Result<bool>(const LineSummary&)>& each) const;
  Result<void> unpaid_lines(MerchantNo merchant, Currency currency, BusinessDate until,
                            const std::function<Result<bool>(const LineSummary&)>& each) const;
  // What is left of an approval's line (key with seq 0), for its returns; nothing: it has no line yet. In
  // order of `keys`.
  Result<std::vector<std::optional<settlement::LineBalance>>> balances(std::span<const LineKey> keys) const;

  Result<std::vector<Due>> due(BusinessDate until) const;  // by merchant, currency
  Result<Standing> standing(MerchantNo merchant, Currency currency) const;
  Result<std::optional<PayoutNow>> payout(const settlement::PayoutId& id) const;
  Result<void> payouts(BusinessDate from, BusinessDate until, std::optional<MerchantNo> merchant,
                       const std::function<Result<bool>(const PayoutNow&)>& each) const;
  Result<Paged<PayoutNow>> payout_page(BusinessDate from, BusinessDate until,
                                       std::optional<MerchantNo> merchant, std::string_view after,
                                       std::size_t count_max) const;

  // Of which the bank says otherwise than what stands, oldest first.
  Result<Paged<PayoutNow>> disputed_payouts(std::optional<MerchantNo> merchant, std::string_view after,
                                            std::size_t count_max) const;

  // A date that has lines is told even when no run was ever started for it (adjustments may be dated on any
  // day): without `started`, with its totals.
  Result<std::optional<RunNow>> run(BusinessDate date) const;
  Result<std::vector<RunNow>> runs(BusinessDate from, BusinessDate until) const;  // [from, until), by date
  Result<std::vector<BusinessDate>> completed_days(
      BusinessDate until) const;  // days < `until`: ever_completed
  // Sums of all lines of each date in [from, until), by date and currency; `failed` counts items.
  Result<void> line_totals(
      BusinessDate from, BusinessDate until,
      const std::function<Result<bool>(BusinessDate, const settlement::RunTotals&)>& each) const;
  // By merchant and line, behind the place `after`; each is told with its merchant and its own place.
  Result<void> failed_items(BusinessDate run, std::string_view after,
                            const std::function<Result<bool>(MerchantNo, const settlement::FailedItem&,
                                                             std::string_view place)>& each) const;
  Result<void> differences(BusinessDate run, std::string_view after,
                           const std::function<Result<bool>(MerchantNo, const settlement::CanaryDifference&,
                                                            std::string_view place)>& each) const;
  // Of the payment's amounts; nothing: none of its events came yet.
  Result<std::optional<Currency>> currency_of(PaymentId payment) const;
  // The next free chunk of (merchant, date).
  Result<std::uint32_t> next_chunk(MerchantNo merchant, BusinessDate date) const;

  Result<std::vector<Known<settlement::Contract>>> contracts() const;
  Result<std::vector<Known<settlement::Contract>>> contracts_of(MerchantId merchant) const;
  // By merchant, then by when they became known; `merchant` narrows. With `known_at` those alone that were
  // known by then, as a run that began at that time took them.
  Result<Paged<Known<settlement::Contract>>> contract_page(std::optional<MerchantId> merchant,
                                                           std::string_view after, std::size_t count_max,
                                                           std::optional<Instant> known_at = {}) const;
  Result<std::vector<Known<settlement::Calendar>>> calendars() const;
  Result<std::vector<Known<settlement::Hold>>> holds() const;
  Result<std::vector<Known<settlement::FundsRatio>>> funds_ratios() const;
  Result<std::vector<Known<settlement::FundsHeld>>> funds_held() const;
  Result<std::vector<Known<settlement::Canary>>> canaries() const;
  // Of the canary's newest version, by merchant, from `first` on.
  Result<std::vector<CanaryCount>> canary_counts(std::string_view canary, MerchantNo first = 0) const;

  Result<std::optional<ChangeNow>> change(const settlement::ChangeId& id) const;
  Result<Paged<ChangeNow>> changes(bool open_only, std::string_view after,
                                   std::size_t count_max) const;  // newest first

  // Sum of what is approved and not yet paid out, per merchant and currency: open items and unpaid lines, as
  // of now.
  struct Unpaid {
    MerchantNo merchant_no = 0;
    MerchantId merchant;
    Currency currency;
    int128 open = 0;     // signed sum of open items
    int128 settled = 0;  // signed net of all lines, less the amounts of payouts that stand as paid
  };
  Result<std::vector<Unpaid>> unpaid() const;
  // The same at the close of `day`, by when events were recorded (Seoul); of a day to come: as of now. Cost:
  // a look-up for each merchant and currency, however long ago it is.
  Result<std::vector<Unpaid>> unpaid_at(BusinessDate day) const;
  // How far each book had come at the close of `day`, up to the last one that had events by then.
  Result<LogPositions> positions_at(BusinessDate day) const;

  // Files of acquirers.
  struct FileNow {
    settlement::FileId file;
    std::string name;
    std::string sha256;
    settlement::FileKind kind{};
    std::string acquirer;
    Currency currency;                     // of its amounts
    settlement::MatchTolerance tolerance;  // of the newest match
    std::uint32_t rows = 0;
    std::uint32_t version = 0;
    std::uint64_t matched = 0;
    std::uint64_t breaks = 0;  // neither matched nor resolved
    // Of `matched`: rows whose amount isn't ours, and what they come to, theirs less ours. Of a deposit file
    // it is booked (DEPOSIT_DIFFERENCES).
    std::uint64_t tolerated = 0;
    std::int64_t difference = 0;
    Instant imported_at;
    std::int64_t matched_amount = 0;  // FileMatched's, of the newest one
    std::int64_t matched_fee = 0;
    std::vector<settlement::Deposited> deposits;  // its, without what was before
  };
  Result<Paged<FileNow>> files(std::string_view after, std::size_t count_max) const;  // newest first
  Result<std::optional<FileNow>> file(const settlement::FileId& id) const;
  Result<std::vector<settlement::FileRow>> rows_of(const settlement::FileId& file) const;
  Result<std::optional<settlement::FileRow>> row_of(const settlement::FileId& file,
                                                    std::uint32_t line_no) const;
  Result<std::vector<settlement::Match>> matches_of(const settlement::FileId& file) const;
  // Rows of a file by line number, then what only we know of. One of the two is there.
  struct FileItem {
    std::optional<settlement::FileRow> row;
    std::optional<settlement::Match> match;  // of the row, or of what only we know of
  };
  Result<Paged<FileItem>> file_page(const settlement::FileId& file, std::string_view after,
                                    std::size_t count_max) const;
  // Of a row, or with line_no 0 of a movement that only we know of.
  Result<std::optional<settlement::Match>> match_of(const settlement::FileId& file, std::uint32_t line_no,
                                                    const LineKey& ours) const;
  struct Break {
    settlement::FileId file;
    std::string acquirer;
    Currency currency;  // of the file's amounts
    settlement::Match match;
    BusinessDate since;  // of the file's match
    settlement::FileKind kind{};
  };
  // Oldest first; with a reason those of it alone.
  Result<Paged<Break>> breaks(std::string_view after, std::size_t count_max,
                              std::string_view reason = {}) const;
  // Matched rows whose amount isn't ours, oldest first.
  Result<Paged<Break>> tolerated(std::string_view after, std::size_t count_max) const;
  // Rows of files that are matched with this movement.
  struct MatchedRow {
    FileNow file;
    settlement::FileRow row;
    settlement::Match match;
  };
  Result<std::vector<MatchedRow>> rows_matched_with(const LineKey& movement) const;
  // Movements that acquirers' files may name: by approval or slip number.
  struct Candidate {
    LineKey key;
    settlement::LineKind kind{};
    MerchantNo merchant_no = 0;
    std::string approve_no;
    std::string slip_no;
    std::string acquirer;
    std::string card_tail;
    std::uint8_t method = 0;
    Currency currency;
    std::int64_t amount = 0;  // signed
    BusinessDate day;
  };
  Result<void> candidates(std::string_view number,
                          const std::function<Result<bool>(const Candidate&)>& each) const;
  // Movements that the acquirer's files of these days should name, by day; other currencies' are left out.
  struct Expected {
    LineKey key;
    std::int64_t amount = 0;  // signed
    BusinessDate day;
  };
  Result<void> expected(std::string_view acquirer, Currency currency, BusinessDate first, BusinessDate last,
                        const std::function<Result<bool>(const Expected&)>& each) const;
  // A file of this kind other than `file` with a row that is matched with it.
  Result<std::optional<settlement::FileId>> matched_elsewhere(settlement::FileKind kind, const LineKey& line,
                                                              const settlement::FileId& file) const;

 private:
  const KvSnapshot& snapshot_;
};

}  // namespace wonjang::money
