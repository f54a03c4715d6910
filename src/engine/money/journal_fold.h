// JournalFold: one batch of the journal's part of the projection `money`. Each event with postings becomes an
// entry; days' sums, marks and heads go along. The same events give the same content, however they are cut
// into batches and however the books' events are mixed.
//
// Invariant: per currency debits equal credits, in every entry, every batch and every book's running totals.
// Where that doesn't hold, finish() answers `corrupt` and names the event: the projection stops, nothing of
// the batch counts.
//
//   JournalFold fold(snapshot, out);
//   for (...) WJ_CHECK(fold.take(book, position, event, postings));
//   WJ_CHECK(fold.finish());
//
// Threads: one at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "domain/event.h"
#include "engine/money/journal_spaces.h"

namespace wonjang::money {

class JournalFold {
 public:
  // `snapshot` is what the batch comes on top of; both outlive the fold. `mark_every` is the stored form's,
  // other numbers are for tests.
  JournalFold(const KvSnapshot& snapshot, KvBatch& out, std::uint32_t mark_every = kMarkEvery);

  // Each book's events in order of their positions. No postings: nothing happens.
  // Errors: corrupt (the position isn't behind the book's newest entry, or what is stored can't be read),
  // unavailable.
  Result<void> take(std::uint32_t book, Position position, const Event& event,
                    const std::vector<journal::Posting>& postings);

  // Once, at the end of the batch. Errors: corrupt (the invariant is broken, or what is stored can't be
  // read), unavailable.
  Result<void> finish();

 private:
  using Day = std::tuple<journal::Account, Currency, BusinessDate>;

  Result<JournalMark*> head_of(std::uint32_t book);
  void write_entry(JournalEntry entry);
  Result<void> check() const;
  Result<void> write_days();

  const KvSnapshot& snapshot_;
  KvBatch& out_;
  const std::uint32_t mark_every_;
  std::map<std::uint32_t, JournalMark> heads_;
  std::map<Day, DebitCredit> days_;
  AccountSums batch_;
  std::string unbalanced_;  // the first event that is, as a sentence
};

}  // namespace wonjang::money
