#include "engine/money/reconcile_match.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "domain/journal/postings.h"

namespace wonjang::money {

using settlement::FileRow;
using settlement::Match;
using settlement::MatchState;
using settlement::OurMovement;

namespace {

// Files that name no acquirer's code of ours (banks) meet every movement of the number.
bool is_of(const MoneyReader::Candidate& candidate, const MoneyReader::FileNow& file) {
  return candidate.currency == file.currency &&
         (candidate.acquirer.empty() || candidate.acquirer == file.acquirer);
}

struct Days {
  BusinessDate first;
  BusinessDate last;
};
Result<Days> days_of(const std::vector<FileRow>& rows, std::int32_t days_max) {
  const auto [first, last] = std::ranges::minmax_element(rows, {}, &FileRow::date);
  if (last->date.days - first->date.days < days_max) return Days{first->date, last->date};
  return invalid("line " + std::to_string(first->line_no) + " is of " + to_text(first->date) + ", line " +
                 std::to_string(last->line_no) + " of " + to_text(last->date) +
                 ": a file speaks of at most " + std::to_string(days_max) +
                 " days, and nothing was written. Mend the date that is wrong, or import it in parts");
}

// The movements that rows name, or are matched with.
std::set<LineKey> named_in(const std::vector<Match>& matches, bool matched_only) {
  std::set<LineKey> out;
  for (const auto& match : matches) {
    if (match.line_no != 0 && (!matched_only || match.state == MatchState::matched))
      out.insert(match.ours.begin(), match.ours.end());
  }
  return out;
}

class Matching {
 public:
  Matching(const MoneyReader& reader, const MoneyReader::FileNow& file, const std::vector<FileRow>& rows,
           const std::vector<Match>& before, const MatchOptions& options)
      : reader_(reader),
        file_(file),
        rows_(rows),
        before_(before),
        options_(options),
        tolerance_(options.tolerance.value_or(file.tolerance)) {}

  Result<Matched> run() {
    Matched out;
    out.tolerance = tolerance_;
    WJ_TRY(const auto days, days_of(rows_, options_.days_max));
    WJ_TRY(out.matches, match_rows());
    WJ_TRY(auto ours, match_ours(days, out.matches));
    keep_resolutions(out.matches);
    WJ_CHECK(add_up(out));
    out.report.rows = rows_.size();
    out.report.only_ours =
        static_cast<std::uint64_t>(std::ranges::count(ours, MatchState::not_matched, &Match::state));
    std::ranges::move(ours, std::back_inserter(out.matches));
    for (const auto& match : out.matches) {
      if (match.state == MatchState::matched) ++out.report.matched;
      if (match.state == MatchState::not_matched || match.state == MatchState::incomparable)
        ++out.report.breaks;
    }
    return out;
  }

 private:
  Result<std::vector<Match>> match_rows() {
    std::optional<Error> failed;
    const auto ours = [&](const std::string& number) {
      std::vector<OurMovement> out;
      const auto read = reader_.candidates(number, [&](const MoneyReader::Candidate& one) -> Result<bool> {
        if (!is_of(one, file_)) return true;
        WJ_TRY(out.emplace_back(), movement_of(one));
        return out.size() <= settlement::kOursOfNumberMax;
      });
      if (!read) failed = read.error();
      return out;
    };
    auto matches = settlement::match_rows(rows_, ours, tolerance_);
    if (failed) return *failed;
    return matches;
  }

  Result<OurMovement> movement_of(const MoneyReader::Candidate& one) {
    const auto place = journal::place_of_money(static_cast<Method>(one.method));
    OurMovement out{one.key, one.card_tail, one.amount, one.day, static_cast<std::uint16_t>(place), {}};
    WJ_TRY(const auto other, reader_.matched_elsewhere(file_.kind, one.key, file_.file));
    if (other) out.taken_in = other->text();
    if (file_.kind == settlement::FileKind::deposit) places_[one.key] = out.place;
    return out;
  }

  // What the file should have named and didn't; lines that stood so and don't any more are said to be
  // settled.
  Result<std::vector<Match>> match_ours(const Days& days, const std::vector<Match>& matches) const {
    const auto named = named_in(matches, /*matched_only=*/false);
    WJ_TRY(const auto expected, unnamed(days, named));
    auto missing = settlement::only_ours(expected, matches);
    std::set<LineKey> still;
    for (const auto& match : missing) still.insert(match.ours.begin(), match.ours.end());
    const auto matched = named_in(matches, /*matched_only=*/true);  // the fold takes these away
    std::set<LineKey> resolved;
    for (const auto& old : before_) {
      if (old.line_no != 0 || old.ours.empty()) continue;
      const LineKey& key = old.ours.front();
      if (old.state == MatchState::resolved) resolved.insert(key);
      if (old.state != MatchState::not_matched || still.contains(key) || matched.contains(key)) continue;
      Match settled = old;
      settled.state = MatchState::resolved;
      settled.why = named.contains(key)
                        ? "a row of this file names it now"
                        : "named by another file of the acquirer, or not expected in this one any more";
      missing.push_back(std::move(settled));
    }
    std::erase_if(missing, [&](const Match& match) { return resolved.contains(match.ours.front()); });
    return missing;
  }

  // Movements of the acquirer on the file's days that no row of this file names, and none of another one of
  // its kind is matched with.
  Result<std::vector<OurMovement>> unnamed(const Days& days, const std::set<LineKey>& named) const {
    std::uint64_t read = 0;
    std::vector<OurMovement> out;
    WJ_CHECK(reader_.expected(file_.acquirer, file_.currency, days.first, days.last,
                              [&](const MoneyReader::Expected& one) -> Result<bool> {
                                if (++read > options_.expected_max) return too_many(days);
                                if (named.contains(one.key)) return true;
                                WJ_TRY(const auto elsewhere,
                                       reader_.matched_elsewhere(file_.kind, one.key, file_.file));
                                if (elsewhere) return true;
                                if (out.size() >= options_.only_ours_max) return too_many_missing(days);
                                out.push_back({one.key, {}, one.amount, one.day, 0, {}});
                                return true;
                              }));
    return out;
  }
  Error too_many(const Days& days) const {
    return invalid("the file speaks of " + to_text(days.first) + " to " + to_text(days.last) +
                   ", on which acquirer " + file_.acquirer + " has more than " +
                   std::to_string(options_.expected_max) +
                   " movements: nothing was written. Import it in parts of fewer days");
  }
  Error too_many_missing(const Days& days) const {
    return invalid("the file has no row for more than " + std::to_string(options_.only_ours_max) +
                   " movements of acquirer " + file_.acquirer + " from " + to_text(days.first) + " to " +
                   to_text(days.last) +
                   ": nothing was written. See that the file is whole, the acquirer's code and the days are "
                   "right, and import it in parts of fewer days");
  }

  // A person's word stands unless the row matches now.
  void keep_resolutions(std::vector<Match>& matches) const {
    std::set<std::uint32_t> resolved;
    for (const auto& old : before_) {
      if (old.line_no != 0 && old.state == MatchState::resolved) resolved.insert(old.line_no);
    }
    std::erase_if(matches, [&](const Match& match) {
      return match.state != MatchState::matched && resolved.contains(match.line_no);
    });
  }

  // The rows that match; `out` has the rows' matches alone.
  Result<void> add_up(Matched& out) const {
    std::map<std::uint32_t, const FileRow*> by_line;
    for (const auto& row : rows_) by_line[row.line_no] = &row;
    std::map<std::uint16_t, settlement::Deposited> deposits;
    bool fits = true;
    const auto add = [&](std::int64_t& sum, std::int64_t more) {
      fits = !__builtin_add_overflow(sum, more, &sum) && fits;
    };
    for (const auto& match : out.matches) {
      const auto row = by_line.find(match.line_no);
      if (match.state != MatchState::matched || row == by_line.end()) continue;
      add(out.amount, row->second->amount);
      add(out.fee, row->second->fee);
      if (match.reason == settlement::kWithinTolerance) {
        ++out.report.within_tolerance;
        add(out.report.difference, match.amount_delta);
      }
      const auto place = places_.find(match.ours.front());
      if (place == places_.end()) continue;
      auto& deposit = deposits[place->second];
      deposit.account = place->second;
      add(deposit.amount, row->second->amount);
      add(deposit.fee, row->second->fee);
      if (match.reason == settlement::kWithinTolerance) add(deposit.difference, match.amount_delta);
    }
    if (!fits) return invalid("the rows of file " + file_.name + " add up beyond 64 bits: split the file");
    for (const auto& [account, deposit] : deposits) out.deposits.push_back(deposit);
    return {};
  }

  const MoneyReader& reader_;
  const MoneyReader::FileNow& file_;
  const std::vector<FileRow>& rows_;
  const std::vector<Match>& before_;
  const MatchOptions& options_;
  const settlement::MatchTolerance tolerance_;
  std::map<LineKey, std::uint16_t> places_;  // of movements whose number a deposit file names
};

}  // namespace

Result<Matched> match_rows_of(const MoneyReader& reader, const MoneyReader::FileNow& file,
                              const std::vector<FileRow>& rows, const std::vector<Match>& before,
                              const MatchOptions& options) {
  return Matching(reader, file, rows, before, options).run();
}

}  // namespace wonjang::money
