// Spaces, keys and records of the journal's part of the projection `money`. Integers in keys are big-endian,
// days are moved by 2^31 so that they sort. Byte by byte: docs/formats/journal.md.
//
//   journal            book(4) position(8)                -> an entry: one event and its postings
//   balances           account(2) currency(3) day(4)      -> debit and credit of that business day, all books
//   marks              book(4) next position(8)           -> all balances of the book before that position
//   journal_of_stream  stream(16) position(8)             -> book(4)
//
// A mark stands behind every 16,384th entry of a book; the book's newest state, its head, is the mark whose
// position is the greatest number. Only events with postings are entries.
//
// Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/int128.h"
#include "domain/journal/postings.h"
#include "ports/event_log.h"
#include "ports/kv_store.h"

namespace wonjang::money {

constexpr KvSpace kJournal = 1;
constexpr KvSpace kBalances = 2;
constexpr KvSpace kMarks = 3;
constexpr KvSpace kJournalOfStream = 4;
std::array<KvSpaceOptions, 4> journal_spaces();  // of these four, in this order

constexpr std::uint32_t kMarkEvery = 16'384;  // entries of one book
constexpr Position kHeadOfBook = ~Position{0};

// One event in the journal. The entry's business day is that of recorded_at, which rises strictly within a
// book.
struct JournalEntry {
  std::uint32_t book = 0;
  Position position = 0;
  EventId event;
  std::string type;  // "approval.approved"
  RawId stream;
  Instant recorded_at;
  std::vector<journal::Posting> postings;

  BusinessDate day() const { return business_date_of(recorded_at); }
  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

// Both only grow: below 2^127 whatever a ledger can hold.
struct DebitCredit {
  int128 debit = 0;
  int128 credit = 0;

  void add(const journal::Posting& posting) {
    debit += posting.debit;
    credit += posting.credit;
  }
  void add(const DebitCredit& other) {
    debit += other.debit;
    credit += other.credit;
  }
  friend bool operator==(const DebitCredit&, const DebitCredit&) = default;
};

// What all postings to one account in one currency add up to.
struct AccountSum {
  journal::Account account{};
  Currency currency;
  DebitCredit sum;
  friend bool operator==(const AccountSum&, const AccountSum&) = default;
};

// Sums by account, then currency; each pair once.
class AccountSums {
 public:
  void add(const journal::Posting& posting) { of(posting.account, posting.currency).add(posting); }
  void merge(const AccountSum& other) { of(other.account, other.currency).add(other.sum); }
  DebitCredit& of(journal::Account account, Currency currency);
  const std::vector<AccountSum>& rows() const { return rows_; }

  // A currency whose debits aren't its credits, as a sentence's part: "KRW is off by -5". Empty: all agree.
  std::string off_balance() const;
  friend bool operator==(const AccountSums&, const AccountSums&) = default;

 private:
  std::vector<AccountSum> rows_;
};

// All of one book before `next`.
struct JournalMark {
  Position next = 0;          // behind the newest entry; 0: there is none
  std::uint64_t entries = 0;  // so far
  EventId event;              // of the newest entry
  Instant recorded_at;        // of the newest entry
  AccountSums sums;
  friend bool operator==(const JournalMark&, const JournalMark&) = default;
};

std::string journal_key(std::uint32_t book, Position position);  // of an entry, or of a mark
std::string journal_balance_key(journal::Account account, Currency currency, BusinessDate day);
std::string journal_stream_key(RawId stream, Position position);

std::string encode_entry(const JournalEntry& entry);
std::string encode_mark(const JournalMark& mark);
std::string encode_debit_credit(const DebitCredit& sum);
std::string encode_book(std::uint32_t book);

// Errors of all: corrupt (not such bytes).
struct JournalPlaceKey {
  std::uint32_t book = 0;
  Position position = 0;
};
Result<JournalPlaceKey> decode_journal_key(std::string_view key);
struct BalanceKey {
  journal::Account account{};
  Currency currency;
  BusinessDate day;
};
Result<BalanceKey> decode_balance_key(std::string_view key);
struct StreamKey {
  RawId stream;
  Position position = 0;
};
Result<StreamKey> decode_stream_key(std::string_view key);
Result<std::uint32_t> decode_book(std::string_view value);
Result<JournalEntry> decode_entry(std::string_view key, std::string_view value);
Result<JournalMark> decode_mark(std::string_view value);
Result<DebitCredit> decode_debit_credit(std::string_view value);

// "-12,345" without separators: numbers that no to_string takes.
std::string text_of(int128 number);

}  // namespace wonjang::money
