#include "engine/money/journal_fold.h"

#include <utility>

#include "base/assert.h"

namespace wonjang::money {
namespace {

std::string place_text(std::uint32_t book, Position position) {
  return "position " + std::to_string(position) + " of book " + std::to_string(book);
}

Error unbalanced(const std::string& what) {
  return corrupt("the journal isn't balanced: " + what +
                 ". Nothing of this batch was kept; run `wonjang check`");
}

}  // namespace

JournalFold::JournalFold(const KvSnapshot& snapshot, KvBatch& out, std::uint32_t mark_every)
    : snapshot_(snapshot), out_(out), mark_every_(mark_every) {
  WJ_ASSERT(mark_every > 0);
}

Result<JournalMark*> JournalFold::head_of(std::uint32_t book) {
  const auto [at, is_new] = heads_.try_emplace(book);
  if (!is_new) return &at->second;
  WJ_TRY(const auto stored, snapshot_.get(kMarks, journal_key(book, kHeadOfBook)));
  if (!stored) return &at->second;
  WJ_TRY(at->second, decode_mark(*stored));
  return &at->second;
}

Result<void> JournalFold::take(std::uint32_t book, Position position, const Event& event,
                               const std::vector<journal::Posting>& postings) {
  if (postings.empty()) return {};
  WJ_TRY(JournalMark * head, head_of(book));
  if (position < head->next) {
    return corrupt("the journal has " + head->event.text() + " before position " +
                   std::to_string(head->next) + " of book " + std::to_string(book) + ", and gets " +
                   event.id.text() + " for " + place_text(book, position) +
                   ": the log gave it twice or out of order");
  }
  if (unbalanced_.empty() && !journal::is_balanced(postings)) {
    AccountSums sums;
    for (const auto& posting : postings) sums.add(posting);
    unbalanced_ = "the postings of event " + event.id.text() + " (" + std::string(type_of(event.body)) +
                  ", " + place_text(book, position) + "): " + sums.off_balance();
  }
  head->next = position + 1;
  head->entries += 1;
  head->event = event.id;
  head->recorded_at = event.recorded_at;
  for (const auto& posting : postings) {
    head->sums.add(posting);
    batch_.add(posting);
    days_[{posting.account, posting.currency, business_date_of(event.recorded_at)}].add(posting);
  }
  write_entry({book, position, event.id, std::string(type_of(event.body)), event.stream, event.recorded_at,
               postings});
  if (head->entries % mark_every_ == 0) out_.put(kMarks, journal_key(book, head->next), encode_mark(*head));
  return {};
}

void JournalFold::write_entry(JournalEntry entry) {
  out_.put(kJournal, journal_key(entry.book, entry.position), encode_entry(entry));
  out_.put(kJournalOfStream, journal_stream_key(entry.stream, entry.position), encode_book(entry.book));
}

Result<void> JournalFold::check() const {
  if (!unbalanced_.empty()) return unbalanced(unbalanced_);
  if (const auto off = batch_.off_balance(); !off.empty()) return unbalanced("the sums of a batch: " + off);
  for (const auto& [book, head] : heads_) {
    const auto off = head.sums.off_balance();
    if (off.empty()) continue;
    return unbalanced("the running totals of book " + std::to_string(book) + " up to event " +
                      head.event.text() + ": " + off);
  }
  return {};
}

Result<void> JournalFold::write_days() {
  std::vector<std::string> keys;
  keys.reserve(days_.size());
  for (const auto& [day, sum] : days_) {
    const auto& [account, currency, date] = day;
    keys.push_back(journal_balance_key(account, currency, date));
  }
  WJ_TRY(const auto stored, snapshot_.get_many(kBalances, keys));
  std::size_t i = 0;
  for (auto& [day, sum] : days_) {
    if (stored[i]) {
      WJ_TRY(const auto before, decode_debit_credit(*stored[i]));
      sum.add(before);
    }
    out_.put(kBalances, keys[i], encode_debit_credit(sum));
    ++i;
  }
  return {};
}

Result<void> JournalFold::finish() {
  WJ_CHECK(check());
  WJ_CHECK(write_days());
  for (const auto& [book, head] : heads_) out_.put(kMarks, journal_key(book, kHeadOfBook), encode_mark(head));
  return {};
}

}  // namespace wonjang::money
