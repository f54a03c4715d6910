#include "engine/money/journal_check.h"

#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "base/bytes.h"
#include "engine/money/money_before.h"

namespace wonjang::money {
namespace {

constexpr std::uint32_t kUnitsMax = 512;
constexpr std::size_t kBytesMax = 4U << 20U;
constexpr std::size_t kLookUps = 1'024;

std::string name_of_space(KvSpace space) { return journal_spaces()[space - 1U].name; }

std::string describe(KvSpace space, std::string_view key) {
  const std::string bytes = name_of_space(space) + " " + to_hex(key);
  if (space == kBalances) {
    const auto day = decode_balance_key(key);
    if (!day) return bytes;
    const auto* account = journal::find_account(static_cast<std::uint16_t>(day->account));
    return "balances: " + std::string(account->code) + " " + std::string(day->currency.code()) + " of " +
           to_text(day->day);
  }
  if (space == kJournalOfStream) {
    const auto at = decode_stream_key(key);
    return at ? "journal_of_stream: stream " + to_base32(at->stream) + ", position " +
                    std::to_string(at->position)
              : bytes;
  }
  const auto place = decode_journal_key(key);
  if (!place) return bytes;
  const std::string book = "book " + std::to_string(place->book);
  if (space == kMarks && place->position == kHeadOfBook) return "marks: the head of " + book;
  const std::string at = std::to_string(place->position) + " of " + book;
  return space == kMarks ? "marks: before position " + at : "journal: position " + at;
}

// One space against what it must hold, both in order of keys.
class Compared {
 public:
  Compared(const KvSnapshot& snapshot, KvSpace space)
      : space_(space), cursor_(snapshot.scan(space, {}, {})) {}

  // Errors: unavailable.
  Result<void> expect(const std::string& key, const std::string& value) {
    if (difference_) return {};
    if (!cursor_->valid() || cursor_->key() > key) {
      WJ_CHECK(status());
      return differs(key, "is missing");
    }
    if (cursor_->key() < key)
      return differs(std::string(cursor_->key()), "is foreign: the log makes no such record");
    if (cursor_->value() != value) {
      return differs(key,
                     "differs: the log makes " + to_hex(value) + ", stored is " + to_hex(cursor_->value()));
    }
    cursor_->next();
    return {};
  }
  Result<void> end() {
    if (difference_) return {};
    if (!cursor_->valid()) return status();
    return differs(std::string(cursor_->key()), "is foreign: the log makes no such record");
  }
  std::optional<JournalDifference>& difference() { return difference_; }

 private:
  // A space that can't be read is a difference of the store, not an error of the check.
  Result<void> status() {
    const auto read = cursor_->status();
    if (read || read.error().kind != ErrorKind::corrupt) return read;
    difference_ = {space_, {}, name_of_space(space_) + " can't be read: " + read.error().message};
    return {};
  }
  Result<void> differs(const std::string& key, const std::string& how) {
    if (!difference_) difference_ = {space_, key, describe(space_, key) + " " + how};
    return {};
  }

  const KvSpace space_;
  const std::unique_ptr<KvCursor> cursor_;
  std::optional<JournalDifference> difference_;
};

class Check {
 public:
  Check(const JournalToCheck& journal, const JournalCheckOptions& options)
      : journal_(journal),
        options_(options),
        money_(journal.log, journal.codec),
        entries_(journal.snapshot, kJournal),
        marks_(journal.snapshot, kMarks),
        balances_(journal.snapshot, kBalances) {}

  Result<JournalReport> run() {
    for (std::uint32_t book = 0; book < journal_.seen.size() && !difference(); ++book)
      WJ_CHECK(check_book(book));
    if (!difference()) WJ_CHECK(check_rest());
    report_.balance = TrialBalance(std::move(all_));
    report_.first = std::move(difference());
    return std::move(report_);
  }

 private:
  // The first that was met; entries are the cause, the other spaces follow from them.
  std::optional<JournalDifference>& difference() {
    if (entries_.difference()) return entries_.difference();
    if (marks_.difference()) return marks_.difference();
    return balances_.difference() ? balances_.difference() : of_streams_;
  }

  Result<void> check_book(std::uint32_t book) {
    JournalMark mark;
    const Position until = journal_.seen[book];
    for (Position at = 0; at < until && !difference();) {
      WJ_TRY(const auto units, journal_.log.read(book, at, kUnitsMax, kBytesMax));
      if (units.empty()) {
        return corrupt("book " + std::to_string(book) + " ends at " + std::to_string(at) +
                       ", the projection has seen " + std::to_string(until) +
                       ": the log was cut, rebuild the projection money");
      }
      for (const auto& unit : units) {
        if (unit.first >= until) break;
        WJ_CHECK(take(book, unit, mark));
      }
      at = units.back().next();
      if (options_.progress && !options_.progress(report_.events))
        return unavailable("the check was given up");
    }
    if (mark.entries == 0 || difference()) return {};
    for (const auto& row : mark.sums.rows()) all_.merge(row);
    return marks_.expect(journal_key(book, kHeadOfBook), encode_mark(mark));
  }

  Result<void> take(std::uint32_t book, const StoredUnit& unit, JournalMark& mark) {
    Position position = unit.first;
    std::uint32_t version = unit.first_version;
    for (const auto& bytes : unit.events) {
      WJ_TRY(const Event event, journal_.codec.decode(bytes));
      if (event.stream != unit.stream || event.version != version) {
        return corrupt("event " + event.id.text() + " at position " + std::to_string(position) + " of book " +
                       std::to_string(book) + " says it is another one: run `wonjang check` on the ledger");
      }
      WJ_TRY(auto postings, postings_of(event));
      ++report_.events;
      if (!postings.empty()) WJ_CHECK(post(book, position, event, std::move(postings), mark));
      ++position;
      ++version;
    }
    return {};
  }

  Result<std::vector<journal::Posting>> postings_of(const Event& event) {
    if (!is_payment_stream(event.stream)) return journal::postings(event);
    WJ_TRY(journal::PaymentMoney * money, money_.of(event.stream, event.version));
    const journal::PaymentMoney before = *money;
    return journal::postings(event, before, journal::fold(*money, event));
  }

  Result<void> post(std::uint32_t book, Position position, const Event& event,
                    std::vector<journal::Posting> postings, JournalMark& mark) {
    if (!journal::is_balanced(postings)) {
      return corrupt("the postings of event " + event.id.text() +
                     " aren't balanced: run `wonjang check` on the ledger");
    }
    ++report_.entries;
    mark.next = position + 1;
    mark.entries += 1;
    mark.event = event.id;
    mark.recorded_at = event.recorded_at;
    const BusinessDate day = business_date_of(event.recorded_at);
    for (const auto& posting : postings) {
      mark.sums.add(posting);
      days_[{posting.account, posting.currency, day}].add(posting);
    }
    const JournalEntry entry{
        book,         position,          event.id,           std::string(type_of(event.body)),
        event.stream, event.recorded_at, std::move(postings)};
    WJ_CHECK(entries_.expect(journal_key(book, position), encode_entry(entry)));
    if (mark.entries % options_.mark_every != 0) return {};
    return marks_.expect(journal_key(book, mark.next), encode_mark(mark));
  }

  Result<void> check_rest() {
    WJ_CHECK(entries_.end());
    WJ_CHECK(marks_.end());
    for (const auto& [day, sum] : days_) {
      const auto& [account, currency, date] = day;
      WJ_CHECK(balances_.expect(journal_balance_key(account, currency, date), encode_debit_credit(sum)));
    }
    WJ_CHECK(balances_.end());
    return difference() ? Result<void>() : check_streams();
  }

  // The entries are right by now. Each key of a stream must lead to an entry of that stream; as many as
  // entries are all of them, since an entry has one stream.
  Result<void> check_streams() {
    const auto cursor = journal_.snapshot.scan(kJournalOfStream, {}, {});
    std::uint64_t count = 0;
    std::vector<std::string> keys;
    std::vector<std::string> places;
    while (cursor->valid() && !of_streams_) {
      keys.emplace_back(cursor->key());
      places.push_back(place_of(cursor->key(), cursor->value()));
      ++count;
      cursor->next();
      if (keys.size() < kLookUps && cursor->valid()) continue;
      WJ_CHECK(look_up(keys, places));
      keys.clear();
      places.clear();
    }
    WJ_CHECK(cursor->status());
    if (!of_streams_ && count != report_.entries) {
      of_streams_ = {kJournalOfStream,
                     {},
                     "journal_of_stream holds " + std::to_string(count) + " keys for " +
                         std::to_string(report_.entries) + " entries"};
      WJ_CHECK(name_missing());
    }
    return {};
  }

  // The key of the entry that it leads to; empty when it can't be read.
  static std::string place_of(std::string_view key, std::string_view value) {
    const auto at = decode_stream_key(key);
    const auto book = decode_book(value);
    return at && book ? journal_key(*book, at->position) : std::string();
  }

  Result<void> look_up(const std::vector<std::string>& keys, const std::vector<std::string>& places) {
    WJ_TRY(const auto found, journal_.snapshot.get_many(kJournal, places));
    for (std::size_t i = 0; i < keys.size() && !of_streams_; ++i) {
      bool right = false;
      if (found[i]) {
        WJ_TRY(const auto entry, decode_entry(places[i], *found[i]));
        right = journal_stream_key(entry.stream, entry.position) == keys[i];
      }
      if (right) continue;
      of_streams_ = {kJournalOfStream, keys[i],
                     describe(kJournalOfStream, keys[i]) + " leads to no entry of that stream"};
    }
    return {};
  }

  // The first entry that its stream's key is missing of.
  Result<void> name_missing() {
    const auto cursor = journal_.snapshot.scan(kJournal, {}, {});
    for (; cursor->valid(); cursor->next()) {
      WJ_TRY(const auto entry, decode_entry(cursor->key(), cursor->value()));
      const auto key = journal_stream_key(entry.stream, entry.position);
      WJ_TRY(const auto stored, journal_.snapshot.get(kJournalOfStream, key));
      if (stored) continue;
      of_streams_ = {kJournalOfStream, key, describe(kJournalOfStream, key) + " is missing"};
      return {};
    }
    return cursor->status();
  }

  const JournalToCheck& journal_;
  const JournalCheckOptions& options_;
  MoneyBefore money_;
  Compared entries_;
  Compared marks_;
  Compared balances_;
  std::optional<JournalDifference> of_streams_;
  std::map<std::tuple<journal::Account, Currency, BusinessDate>, DebitCredit> days_;
  AccountSums all_;
  JournalReport report_;
};

}  // namespace

Result<JournalReport> check_journal(const JournalToCheck& journal, const JournalCheckOptions& options) {
  return Check(journal, options).run();
}

}  // namespace wonjang::money
