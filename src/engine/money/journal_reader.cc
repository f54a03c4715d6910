#include "engine/money/journal_reader.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "engine/money/journal_walk.h"

namespace wonjang::money {
namespace {

constexpr std::size_t kBooksMax = 4'096;  // of a place: as many as there are slots

Position before_in(const std::optional<JournalPlace>& after, std::uint32_t book) {
  if (!after) return kHeadOfBook;
  return book < after->before.size() ? after->before[book] : 0;
}

bool is_newer(const JournalEntry& a, const JournalEntry& b) {
  return std::pair(a.recorded_at, a.book) > std::pair(b.recorded_at, b.book);
}

// The walk that has the newest entry; null: none has one, or one of them can't say yet.
JournalWalk* newest_of(std::vector<JournalWalk>& walks) {
  JournalWalk* out = nullptr;
  for (auto& walk : walks) {
    if (walk.is_at_end()) continue;
    if (!walk.current()) return nullptr;
    if (out == nullptr || is_newer(*walk.current(), *out->current())) out = &walk;
  }
  return out;
}

}  // namespace

int128 balance_of(const AccountSum& row) {
  const journal::AccountInfo* info = journal::find_account(static_cast<std::uint16_t>(row.account));
  WJ_ASSERT(info != nullptr);
  const int128 debits = row.sum.debit - row.sum.credit;
  const bool is_debit_side =
      info->type == journal::AccountType::asset || info->type == journal::AccountType::expense;
  return is_debit_side ? debits : -debits;
}

std::vector<TrialBalance::Total> TrialBalance::totals() const {
  std::vector<Total> out;
  for (const auto& row : rows()) {
    auto at =
        std::find_if(out.begin(), out.end(), [&](const Total& t) { return t.currency == row.currency; });
    if (at == out.end()) at = out.insert(out.end(), {row.currency, {}});
    at->sum.add(row.sum);
  }
  std::sort(out.begin(), out.end(), [](const Total& a, const Total& b) { return a.currency < b.currency; });
  return out;
}

std::string text_of(const JournalPlace& place) {
  std::string out;
  for (const auto position : place.before) out += (out.empty() ? "" : ".") + std::to_string(position);
  return out;
}

std::optional<JournalPlace> parse_journal_place(std::string_view text) {
  JournalPlace out;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (out.before.size() < kBooksMax) {
    const auto read = std::from_chars(at, end, out.before.emplace_back());
    if (read.ec != std::errc()) return std::nullopt;
    if (read.ptr == end) return text_of(out) == text ? std::optional(out) : std::nullopt;
    if (*read.ptr != '.') return std::nullopt;
    at = read.ptr + 1;
  }
  return std::nullopt;
}

Result<std::vector<JournalReader::Head>> JournalReader::heads() const {
  std::vector<Head> out;
  const auto cursor = snapshot_.scan(kMarks, journal_key(0, kHeadOfBook), {});
  while (cursor->valid()) {
    WJ_TRY(const auto place, decode_journal_key(cursor->key()));
    if (place.position != kHeadOfBook) {  // an older mark of the next book that has entries
      cursor->seek(journal_key(place.book, kHeadOfBook));
      continue;
    }
    WJ_TRY(auto mark, decode_mark(cursor->value()));
    out.push_back({place.book, std::move(mark)});
    cursor->next();
  }
  WJ_CHECK(cursor->status());
  return out;
}

Result<TrialBalance> JournalReader::now() const {
  WJ_TRY(const auto all, heads());
  AccountSums sums;
  for (const auto& head : all) {
    for (const auto& row : head.mark.sums.rows()) sums.merge(row);
  }
  return TrialBalance(std::move(sums));
}

Result<TrialBalance> JournalReader::at_close_of(BusinessDate day) const {
  AccountSums sums;
  const auto cursor = snapshot_.scan(kBalances, {}, {});
  while (cursor->valid()) {
    WJ_TRY(const auto key, decode_balance_key(cursor->key()));
    if (day < key.day) {  // on to the next account and currency
      cursor->seek(journal_balance_key(key.account, key.currency, {INT32_MAX}) + '\0');
      continue;
    }
    WJ_TRY(const auto sum, decode_debit_credit(cursor->value()));
    sums.of(key.account, key.currency).add(sum);
    cursor->next();
  }
  WJ_CHECK(cursor->status());
  return TrialBalance(std::move(sums));
}

Result<void> JournalReader::add_book(std::uint32_t book, Position until, AccountSums& sums) const {
  const auto behind = until == kHeadOfBook ? until : until + 1;  // a mark at `until` itself counts
  const auto marks = snapshot_.scan_back(kMarks, journal_key(book, 0), journal_key(book, behind));
  JournalMark mark;
  if (marks->valid()) {
    WJ_TRY(mark, decode_mark(marks->value()));
  }
  WJ_CHECK(marks->status());
  for (const auto& row : mark.sums.rows()) sums.merge(row);
  const auto entries = snapshot_.scan(kJournal, journal_key(book, mark.next), journal_key(book, until));
  for (; entries->valid(); entries->next()) {
    WJ_TRY(const auto entry, decode_entry(entries->key(), entries->value()));
    for (const auto& posting : entry.postings) sums.add(posting);
  }
  return entries->status();
}

Result<TrialBalance> JournalReader::as_of(const LogPositions& positions) const {
  AccountSums sums;
  for (std::size_t book = 0; book < positions.size(); ++book)
    WJ_CHECK(add_book(static_cast<std::uint32_t>(book), positions[book], sums));
  return TrialBalance(std::move(sums));
}

Result<std::optional<JournalEntry>> JournalReader::entry(std::uint32_t book, Position position) const {
  const auto key = journal_key(book, position);
  WJ_TRY(const auto stored, snapshot_.get(kJournal, key));
  if (!stored) return std::optional<JournalEntry>();
  WJ_TRY(auto out, decode_entry(key, *stored));
  return std::optional(std::move(out));
}

Result<JournalPage> JournalReader::entries(const JournalFilter& filter,
                                           const std::optional<JournalPlace>& after, std::uint32_t count_max,
                                           std::uint32_t skips_max) const {
  WJ_ASSERT(count_max > 0);
  WJ_ASSERT(skips_max > 0);
  if (filter.stream) return entries_of_stream(filter, after, count_max);
  WJ_TRY(const auto all, heads());
  JournalPlace place;
  std::vector<JournalWalk> walks;
  walks.reserve(all.size());
  for (const auto& head : all) {
    walks.emplace_back(snapshot_, filter, head.book, before_in(after, head.book), skips_max);
    WJ_CHECK(walks.back().advance());
    place.before.resize(head.book + 1);
  }
  JournalPage page;
  while (page.entries.size() < count_max) {
    JournalWalk* const newest = newest_of(walks);
    if (newest == nullptr) break;
    page.entries.push_back(*newest->current());
    WJ_CHECK(newest->advance());
  }
  for (std::size_t i = 0; i < walks.size(); ++i) place.before[all[i].book] = walks[i].place();
  const bool more =
      std::any_of(walks.begin(), walks.end(), [](const auto& walk) { return !walk.is_at_end(); });
  if (more) page.next = std::move(place);
  return page;
}

// All units of a stream lie in one book, and there are few.
Result<JournalPage> JournalReader::entries_of_stream(const JournalFilter& filter,
                                                     const std::optional<JournalPlace>& after,
                                                     std::uint32_t count_max) const {
  JournalPage page;
  const auto cursor = snapshot_.scan_back(kJournalOfStream, journal_stream_key(*filter.stream, 0),
                                          journal_stream_key(*filter.stream, kHeadOfBook));
  for (; cursor->valid(); cursor->next()) {
    WJ_TRY(const auto key, decode_stream_key(cursor->key()));
    WJ_TRY(const auto book, decode_book(cursor->value()));
    if (key.position >= before_in(after, book)) continue;
    WJ_TRY(auto found, entry(book, key.position));
    if (!found) {
      return corrupt("journal: entry " + std::to_string(key.position) + " of book " + std::to_string(book) +
                     " is missing: rebuild the projection money");
    }
    if (!matches(filter, *found)) continue;
    if (page.entries.size() == count_max) {
      page.next.emplace().before.resize(book + 1);
      page.next->before[book] = page.entries.back().position;
      return page;
    }
    page.entries.push_back(*std::move(found));
  }
  WJ_CHECK(cursor->status());
  return page;
}

}  // namespace wonjang::money
