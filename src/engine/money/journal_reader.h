// JournalReader: trial balances and entries of the journal, as one snapshot of the projection `money` shows
// them.
//
// Cost: a trial balance of now reads one record per book; of a position one mark and at most 16,384 entries
// per book; of a day the sums of all days before it. Entries are walked from mark to mark: stretches in which
// an account didn't move, or of other days, are left out without being read.
//
// Errors of all functions: corrupt (what is stored can't be read), unavailable.
//
// Threads: one at a time, as its snapshot; several readers may share one snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/money/journal_spaces.h"

namespace wonjang::money {

// Per account and currency that was ever posted to, by account, then currency.
class TrialBalance {
 public:
  TrialBalance() = default;
  explicit TrialBalance(AccountSums sums) : sums_(std::move(sums)) {}

  const std::vector<AccountSum>& rows() const { return sums_.rows(); }
  struct Total {
    Currency currency;
    DebitCredit sum;  // equal, or the journal is broken
  };
  std::vector<Total> totals() const;  // by currency
  bool is_balanced() const { return sums_.off_balance().empty(); }
  friend bool operator==(const TrialBalance&, const TrialBalance&) = default;

 private:
  AccountSums sums_;
};
// On the account's own side: debits less credits of assets and expenses, credits less debits of the others.
int128 balance_of(const AccountSum& row);

// What is left out matches everything. Account and currency are those of one posting.
struct JournalFilter {
  std::optional<journal::Account> account = {};
  std::optional<Currency> currency = {};
  std::optional<BusinessDate> from = {};  // [from, until), Seoul
  std::optional<BusinessDate> until = {};
  std::optional<RawId> stream = {};  // a payment's, or a house stream's
};

// Where a listing goes on: per book, the first position that isn't listed any more. What is added later
// doesn't move it.
struct JournalPlace {
  LogPositions before;
  friend bool operator==(const JournalPlace&, const JournalPlace&) = default;
};
// "12.0.77" and back, for cursors. Nothing for any other text.
std::string text_of(const JournalPlace& place);
std::optional<JournalPlace> parse_journal_place(std::string_view text);

struct JournalPage {
  std::vector<JournalEntry> entries;  // newest first: by recorded_at, then book
  std::optional<JournalPlace> next;   // nothing: there are no more. A page may be short and still go on
};

class JournalReader {
 public:
  // Entries that one page passes over at most, because they don't match.
  static constexpr std::uint32_t kSkipsMax = 65'536;

  explicit JournalReader(const KvSnapshot& snapshot) : snapshot_(snapshot) {}

  Result<TrialBalance> now() const;
  // All entries of `day` and before.
  Result<TrialBalance> at_close_of(BusinessDate day) const;
  // All entries before these positions, one per book; a book that isn't named counts with nothing, and one
  // that the snapshot hasn't seen so far of with what it has.
  Result<TrialBalance> as_of(const LogPositions& positions) const;

  Result<std::optional<JournalEntry>> entry(std::uint32_t book, Position position) const;

  // REQUIRES: count_max > 0, skips_max > 0
  Result<JournalPage> entries(const JournalFilter& filter, const std::optional<JournalPlace>& after,
                              std::uint32_t count_max, std::uint32_t skips_max = kSkipsMax) const;

  // The newest state of each book that has entries, by book.
  struct Head {
    std::uint32_t book = 0;
    JournalMark mark;
  };
  Result<std::vector<Head>> heads() const;

 private:
  Result<void> add_book(std::uint32_t book, Position until, AccountSums& sums) const;
  Result<JournalPage> entries_of_stream(const JournalFilter& filter, const std::optional<JournalPlace>& after,
                                        std::uint32_t count_max) const;

  const KvSnapshot& snapshot_;
};

}  // namespace wonjang::money
