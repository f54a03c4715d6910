#include "engine/money/journal_walk.h"

#include <algorithm>

namespace wonjang::money {
namespace {

bool is_of(const JournalFilter& filter, journal::Account account, Currency currency) {
  return (!filter.account || *filter.account == account) &&
         (!filter.currency || *filter.currency == currency);
}

DebitCredit sum_in(const JournalMark& mark, const AccountSum& wanted) {
  for (const auto& row : mark.sums.rows()) {
    if (row.account == wanted.account && row.currency == wanted.currency) return row.sum;
  }
  return {};
}

}  // namespace

bool matches(const JournalFilter& filter, const JournalEntry& entry) {
  if (filter.stream && *filter.stream != entry.stream) return false;
  if (filter.from && entry.day() < *filter.from) return false;
  if (filter.until && !(entry.day() < *filter.until)) return false;
  return std::any_of(entry.postings.begin(), entry.postings.end(),
                     [&](const auto& posting) { return is_of(filter, posting.account, posting.currency); });
}

JournalWalk::JournalWalk(const KvSnapshot& snapshot, const JournalFilter& filter, std::uint32_t book,
                         Position before, std::uint32_t& skips_left)
    : snapshot_(snapshot), filter_(filter), book_(book), before_(before), skips_left_(skips_left) {}

Result<JournalMark> JournalWalk::mark_at(const KvCursor& cursor) const {
  if (cursor.valid()) return decode_mark(cursor.value());
  WJ_CHECK(cursor.status());
  return JournalMark{};
}

// The stretch that `before_` lies in, or ends: its upper mark is the first at or behind it, at the latest the
// head.
Result<void> JournalWalk::open() {
  opened_ = true;
  const auto upper = snapshot_.scan(kMarks, journal_key(book_, before_), journal_key(book_ + 1, 0));
  WJ_TRY(upper_, mark_at(*upper));
  before_ = std::min(before_, upper_.next);
  marks_ = snapshot_.scan_back(kMarks, journal_key(book_, 0), journal_key(book_, before_));
  WJ_TRY(lower_, mark_at(*marks_));
  if (marks_->valid()) marks_->next();
  return open_stretch();
}

// Marks hold sums that only grow: where they are equal at both ends, nothing moved between.
bool JournalWalk::can_hold_a_match() const {
  if (filter_.until && lower_.next > 0 && !(lower_.recorded_at < start_of(*filter_.until))) return false;
  if (!filter_.account && !filter_.currency) return true;
  return std::any_of(upper_.sums.rows().begin(), upper_.sums.rows().end(), [&](const AccountSum& row) {
    return is_of(filter_, row.account, row.currency) && sum_in(lower_, row) != row.sum;
  });
}

Result<void> JournalWalk::open_stretch() {
  while (!can_hold_a_match()) {
    if (lower_.next == 0) {
      at_end_ = true;
      return {};
    }
    WJ_CHECK(to_next_stretch());
  }
  entries_ = snapshot_.scan_back(kJournal, journal_key(book_, lower_.next), journal_key(book_, before_));
  return {};
}

Result<void> JournalWalk::to_next_stretch() {
  before_ = lower_.next;
  upper_ = std::move(lower_);
  WJ_TRY(lower_, mark_at(*marks_));
  if (marks_->valid()) marks_->next();
  return {};
}

Result<void> JournalWalk::advance() {
  current_.reset();
  if (!opened_) WJ_CHECK(open());
  while (!at_end_ && skips_left_ > 0) {
    if (!entries_->valid()) {
      WJ_CHECK(entries_->status());
      if (lower_.next == 0) {
        at_end_ = true;
        return {};
      }
      WJ_CHECK(to_next_stretch());
      WJ_CHECK(open_stretch());
      continue;
    }
    WJ_TRY(auto entry, decode_entry(entries_->key(), entries_->value()));
    before_ = entry.position;
    entries_->next();
    // Days rise with the positions of a book: everything before it is older still.
    at_end_ = filter_.from && entry.day() < *filter_.from;
    if (at_end_) return {};
    if (!matches(filter_, entry)) {
      --skips_left_;
      continue;
    }
    current_ = std::move(entry);
    return {};
  }
  return {};
}

}  // namespace wonjang::money
