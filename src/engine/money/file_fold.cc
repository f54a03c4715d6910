#include "engine/money/file_fold.h"

#include <algorithm>

#include "domain/journal/accounts.h"

namespace wonjang::money {

using settlement::BreakResolved;
using settlement::FileId;
using settlement::FileImported;
using settlement::FileMatched;
using settlement::Match;
using settlement::MatchState;

namespace {

std::string file_key(const FileId& file) { return Key(Table::file).id(file.raw()).bytes(); }

// Our line tells matches apart that have no row.
LineKey line_of(std::uint32_t line_no, const LineKey& ours) { return line_no == 0 ? ours : LineKey(); }

std::string matched_in(const MoneyReader::FileNow& file, const LineKey& ours) {
  return Key(Table::matched_in)
      .number(static_cast<std::uint32_t>(file.kind))
      .line(ours)
      .id(file.file.raw())
      .bytes();
}

bool is_tolerated(const Match& match) {
  return match.state == MatchState::matched && match.reason == settlement::kWithinTolerance;
}

bool is_break(const Match& match) {
  return match.state != MatchState::matched && match.state != MatchState::resolved;
}

Error wrong_file(const FileId& file, const std::string& how) {
  return corrupt("the file " + file.text() + " " + how +
                 "; the projection money stops here: run `wonjang check` on the ledger");
}

}  // namespace

Result<MoneyReader::FileNow> FileFold::file_of(const Event& event, const FileId& file) {
  FileNow now;
  WJ_TRY(const auto* const bytes, context_.rows.get(kFiles, file_key(file)));
  if (bytes != nullptr) {
    WJ_TRY(now, decoded<FileNow>(*bytes, "a file"));
  }
  if (now.version != event.version || file.raw() != event.stream) {
    return wrong_file(file, "goes on with event " + std::to_string(event.version) + " where event " +
                                std::to_string(now.version) + " has to come");
  }
  now.file = file;
  now.version += 1;
  return now;
}

void FileFold::keep(const FileNow& file) { context_.rows.put(kFiles, file_key(file.file), encoded(file)); }

Result<void> FileFold::take(const Event& event, const FileImported& body) {
  WJ_TRY(auto file, file_of(event, body.file));
  if (event.version == 0) {
    file.name = body.name;
    file.sha256 = body.sha256;
    file.kind = body.kind;
    file.acquirer = body.acquirer;
    file.currency = event.currency;
    file.imported_at = event.recorded_at;
    const auto newest_first = ~static_cast<std::uint64_t>(event.recorded_at.us);
    context_.rows.put_blind(kFiles, Key(Table::file_by_time).wide(newest_first).id(event.stream).bytes(), {});
  }
  file.rows += static_cast<std::uint32_t>(body.rows.size());
  for (const auto& row : body.rows) {
    context_.rows.put_blind(kFiles, Key(Table::row).id(event.stream).number(row.line_no).bytes(),
                            encoded(row));
  }
  keep(file);
  return {};
}

Result<void> FileFold::take(const Event& event, const FileMatched& body) {
  WJ_TRY(auto file, file_of(event, body.file));
  if (event.version == 0) return wrong_file(body.file, "is matched before a row of it is there");
  if (body.amount_before != file.matched_amount || body.fee_before != file.matched_fee) {
    return wrong_file(body.file, "is matched on top of an amount of " + std::to_string(body.amount_before) +
                                     " and a fee of " + std::to_string(body.fee_before) + " where " +
                                     std::to_string(file.matched_amount) + " and " +
                                     std::to_string(file.matched_fee) + " stand");
  }
  WJ_CHECK(take_deposits(file, body));
  file.matched_amount = body.matched_amount;
  file.matched_fee = body.matched_fee;
  file.tolerance = {body.tolerance_amount, body.tolerance_days};
  for (const Match& match : body.matches) {
    const LineKey ours = match.ours.empty() ? LineKey() : match.ours.front();
    if (match.state == MatchState::matched) {
      // What stood as only ours has its row now. Where the row is a break itself a person's word on it stays.
      for (const auto& line : match.ours) WJ_CHECK(replace(file, line, 0, nullptr, body.as_of));
    }
    WJ_CHECK(replace(file, line_of(match.line_no, ours), match.line_no, &match, body.as_of));
  }
  keep(file);
  return {};
}

// The first event of a match says them, for all behind it.
Result<void> FileFold::take_deposits(FileNow& file, const FileMatched& body) {
  if (body.deposits.empty()) {
    if (body.matched_amount == body.amount_before && body.matched_fee == body.fee_before) return {};
    const auto cards = static_cast<std::uint16_t>(journal::Account::receivable_card);
    file.deposits = {{cards, body.matched_amount, body.matched_fee, 0, 0}};
    return {};
  }
  std::vector<settlement::Deposited> after;
  for (const auto& said : body.deposits) {
    const auto stood = std::ranges::find(file.deposits, said.account, &settlement::Deposited::account);
    const auto before = stood == file.deposits.end() ? settlement::Deposited() : *stood;
    if (journal::find_account(said.account) == nullptr)
      return wrong_file(file.file,
                        "books to account " + std::to_string(said.account) + ", which isn't there");
    if (said.amount_before != before.amount || said.fee_before != before.fee ||
        said.difference_before != before.difference) {
      return wrong_file(file.file, "is matched on top of " + std::to_string(said.amount_before) + " and " +
                                       std::to_string(said.fee_before) + " (difference " +
                                       std::to_string(said.difference_before) + ") of account " +
                                       std::to_string(said.account) + " where " +
                                       std::to_string(before.amount) + " and " + std::to_string(before.fee) +
                                       " (" + std::to_string(before.difference) + ") stand");
    }
    if (said.amount != 0 || said.fee != 0 || said.difference != 0)
      after.push_back({said.account, said.amount, said.fee, 0, 0, said.difference, 0});
  }
  file.deposits = std::move(after);
  return {};
}

Result<void> FileFold::take(const Event& event, const BreakResolved& body) {
  WJ_TRY(auto file, file_of(event, body.file));
  const LineKey line = line_of(body.line_no, body.line);
  const auto key = Key(Table::match).id(body.file.raw()).number(body.line_no).line(line).bytes();
  WJ_TRY(const auto* const bytes, context_.rows.get(kFiles, key));
  if (bytes == nullptr) return wrong_file(body.file, "has a break resolved that it doesn't have");
  WJ_TRY(auto stored, decoded<MatchStored>(*bytes, "a match"));
  stored.match.state = MatchState::resolved;
  if (!stored.match.why.empty()) stored.match.why += "; ";
  stored.match.why += body.resolution;
  WJ_CHECK(replace(file, line, body.line_no, &stored.match, stored.since));
  keep(file);
  return {};
}

Result<void> FileFold::replace(FileNow& file, const LineKey& line, std::uint32_t line_no, const Match* match,
                               BusinessDate as_of) {
  const auto key = Key(Table::match).id(file.file.raw()).number(line_no).line(line).bytes();
  const auto break_key = [&](BusinessDate since) {
    return Key(Table::open_break).day(since).id(file.file.raw()).number(line_no).line(line).bytes();
  };
  const auto tolerated_key = [&](BusinessDate since) {
    return Key(Table::tolerated).day(since).id(file.file.raw()).number(line_no).bytes();
  };
  MatchStored next;
  next.since = as_of;
  WJ_TRY(const auto* const bytes, context_.rows.get(kFiles, key));
  if (bytes != nullptr) {
    WJ_TRY(const auto before, decoded<MatchStored>(*bytes, "a match"));
    if (before.match.state == MatchState::matched) {
      --file.matched;
      for (const auto& ours : before.match.ours) context_.rows.remove(kFiles, matched_in(file, ours));
    }
    if (is_tolerated(before.match)) {
      --file.tolerated;
      file.difference -= before.match.amount_delta;
      context_.rows.remove(kFiles, tolerated_key(before.since));
      if (match != nullptr && is_tolerated(*match)) next.since = before.since;
    }
    if (is_break(before.match)) {
      --file.breaks;
      context_.rows.remove(kFiles, break_key(before.since));
      next.since = before.since;  // as old as it was first seen
    }
  }
  if (match == nullptr) {
    if (bytes != nullptr) context_.rows.remove(kFiles, key);
    return {};
  }
  next.match = *match;
  if (match->state == MatchState::matched) {
    ++file.matched;
    for (const auto& ours : match->ours) {
      context_.rows.put(kFiles, matched_in(file, ours), encoded(match->line_no));
    }
  }
  if (is_tolerated(*match)) {
    ++file.tolerated;
    file.difference += match->amount_delta;
    context_.rows.put(kFiles, tolerated_key(next.since), {});
  }
  if (is_break(*match)) {
    ++file.breaks;
    context_.rows.put(kFiles, break_key(next.since), {});
  }
  context_.rows.put(kFiles, key, encoded(next));
  return {};
}

}  // namespace wonjang::money
