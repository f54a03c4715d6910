#include "domain/settlement/matching.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/int128.h"
#include "domain/money.h"

namespace wonjang::settlement {
namespace {

// The movements of one number, and the rows that name it.
struct Group {
  std::vector<std::size_t> rows;
  std::vector<OurMovement> ours;
  std::vector<bool> taken;
};

std::int32_t days_between(BusinessDate theirs, BusinessDate ours) { return theirs.days - ours.days; }

std::string amount_text(std::int64_t amount) { return std::to_string(amount); }

class GroupMatcher {
 public:
  GroupMatcher(std::span<const FileRow> rows, Group& group, const MatchTolerance& tolerance,
               std::vector<Match>& out)
      : rows_(rows), group_(group), tolerance_(tolerance), out_(out) {}

  // Rule by rule over all rows, so that a row that fits exactly isn't robbed by an earlier one that nearly
  // does.
  void run() {
    match_single("exact", {0, 0});
    match_single("date", {0, tolerance_.date_days});
    match_single("tolerance", tolerance_);
    one_to_many();
    many_to_one();
    for (const std::size_t row : group_.rows) {
      if (out_[row].state == MatchState::unknown) leave_open(row);
    }
  }

 private:
  void match_single(const char* rule, const MatchTolerance& allowed) {
    for (const std::size_t row : group_.rows) {
      if (out_[row].state != MatchState::unknown) continue;
      const auto fitting = narrowed(rows_[row], fitting_of(rows_[row], allowed));
      if (fitting.empty()) continue;
      if (fitting.size() > 1 && !are_alike(fitting)) {
        ambiguous(row, rule, fitting);
        continue;
      }
      take(row, rule, {fitting.front()});
    }
  }

  std::vector<std::size_t> fitting_of(const FileRow& row, const MatchTolerance& allowed) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < group_.ours.size(); ++i) {
      const OurMovement& ours = group_.ours[i];
      if (group_.taken[i] || std::abs(days_between(row.date, ours.day)) > allowed.date_days) continue;
      if (std::abs(row.amount - ours.amount) <= allowed.amount) out.push_back(i);
    }
    return out;
  }

  // Those whose card agrees, when any does.
  std::vector<std::size_t> narrowed(const FileRow& row, std::vector<std::size_t> fitting) const {
    if (fitting.size() < 2 || row.card_tail.empty()) return fitting;
    std::vector<std::size_t> same;
    for (const std::size_t i : fitting) {
      if (group_.ours[i].card_tail == row.card_tail) same.push_back(i);
    }
    return same.empty() ? fitting : same;
  }

  // Of the same payment, amount and day: it makes no difference which one is taken.
  bool are_alike(const std::vector<std::size_t>& fitting) const {
    const OurMovement& first = group_.ours[fitting.front()];
    return std::all_of(fitting.begin(), fitting.end(), [&](std::size_t i) {
      const OurMovement& each = group_.ours[i];
      return each.key.payment == first.key.payment && each.amount == first.amount && each.day == first.day;
    });
  }

  void one_to_many() {
    const auto [count, sum] = left();
    if (count < 2) return;
    for (const std::size_t row : group_.rows) {
      if (out_[row].state != MatchState::unknown || int128(rows_[row].amount) != sum) continue;
      if (!all_within_dates(rows_[row])) continue;
      take(row, "one_to_many", untaken());
      return;
    }
  }

  void many_to_one() {
    std::vector<std::size_t> open;
    int128 sum = 0;
    for (const std::size_t row : group_.rows) {
      if (out_[row].state != MatchState::unknown) continue;
      open.push_back(row);
      sum += rows_[row].amount;
    }
    const auto ours = untaken();
    if (open.size() < 2 || ours.size() != 1 || int128(group_.ours[ours.front()].amount) != sum) return;
    if (!std::all_of(open.begin(), open.end(), [&](std::size_t row) { return all_within_dates(rows_[row]); }))
      return;
    for (const std::size_t row : open) {
      take(row, "many_to_one", ours);
      out_[row].amount_delta = 0;
    }
  }

  std::pair<std::size_t, int128> left() const {
    int128 sum = 0;
    const auto open = untaken();
    for (const std::size_t i : open) sum += group_.ours[i].amount;
    return {open.size(), sum};
  }
  std::vector<std::size_t> untaken() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < group_.ours.size(); ++i) {
      if (!group_.taken[i]) out.push_back(i);
    }
    return out;
  }
  bool all_within_dates(const FileRow& row) const {
    const auto open = untaken();
    return std::all_of(open.begin(), open.end(), [&](std::size_t i) {
      return std::abs(days_between(row.date, group_.ours[i].day)) <= tolerance_.date_days;
    });
  }

  void take(std::size_t row, const char* rule, const std::vector<std::size_t>& ours) {
    Match& match = out_[row];
    match.state = MatchState::matched;
    match.matched_by = rule;
    std::int64_t sum = 0;
    for (const std::size_t i : ours) {
      group_.taken[i] = true;
      match.ours.push_back(group_.ours[i].key);
      sum += group_.ours[i].amount;  // at most as many as one number has, each below 2^53
    }
    match.amount_delta = rows_[row].amount - sum;
    match.date_delta = days_between(rows_[row].date, group_.ours[ours.front()].day);
  }

  void ambiguous(std::size_t row, const char* rule, const std::vector<std::size_t>& fitting) {
    Match& match = out_[row];
    match.state = MatchState::incomparable;
    match.reason = "AMBIGUOUS";
    for (const std::size_t i : fitting) match.ours.push_back(group_.ours[i].key);
    match.why = std::to_string(fitting.size()) + " movements of number " + rows_[row].their_key +
                " fit by rule " + rule + " and nothing tells them apart: a person decides";
  }

  // The nearest movement, by amount and then by date, and how far it missed.
  void leave_open(std::size_t row) {
    Match& match = out_[row];
    match.state = MatchState::not_matched;
    const FileRow& theirs = rows_[row];
    if (group_.ours.empty()) {
      match.reason = "ONLY_THEIRS";
      match.amount_delta = theirs.amount;
      match.why = "no movement of ours has the number " + theirs.their_key;
      return;
    }
    const auto open = untaken();
    if (open.empty()) {
      match.reason = "ONLY_THEIRS";
      match.amount_delta = theirs.amount;
      match.why = "every movement of number " + theirs.their_key +
                  " is matched with another row: they may have booked it twice";
      return;
    }
    const OurMovement& nearest =
        group_.ours[*std::min_element(open.begin(), open.end(), [&](std::size_t a, std::size_t b) {
          return distance(theirs, group_.ours[a]) < distance(theirs, group_.ours[b]);
        })];
    match.ours.push_back(nearest.key);
    match.amount_delta = theirs.amount - nearest.amount;
    match.date_delta = days_between(theirs.date, nearest.day);
    match.reason = std::abs(match.amount_delta) > tolerance_.amount ? "AMOUNT_DIFF" : "DATE_DIFF";
    match.why = why_not(theirs, nearest, match, open.size());
  }

  static std::pair<std::int64_t, std::int32_t> distance(const FileRow& row, const OurMovement& ours) {
    return {std::abs(row.amount - ours.amount), std::abs(days_between(row.date, ours.day))};
  }

  std::string why_not(const FileRow& theirs, const OurMovement& nearest, const Match& match,
                      std::size_t open) const {
    std::string out = "exact, date, tolerance: the nearest movement of number " + theirs.their_key + " has " +
                      amount_text(nearest.amount) + " on " + to_text(nearest.day) + ", they say " +
                      amount_text(theirs.amount) + " on " + to_text(theirs.date) + ": " +
                      amount_text(match.amount_delta) + " and " + std::to_string(match.date_delta) +
                      " days apart, allowed are " + amount_text(tolerance_.amount) + " and " +
                      std::to_string(tolerance_.date_days);
    if (open > 1) {
      out += "; one_to_many: the " + std::to_string(open) + " open movements of that number add up to " +
             int128_text(left().second);
    }
    return out;
  }
  static std::string int128_text(int128 value) {
    const bool fits = value <= INT64_MAX && value >= INT64_MIN;
    return fits ? amount_text(static_cast<std::int64_t>(value)) : "more than can be written";
  }

  std::span<const FileRow> rows_;
  Group& group_;
  const MatchTolerance& tolerance_;
  std::vector<Match>& out_;
};

}  // namespace

std::vector<Match> match_rows(std::span<const FileRow> rows, const OursByNumber& ours,
                              const MatchTolerance& tolerance) {
  std::vector<Match> out(rows.size());
  std::unordered_map<std::string, Group> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out[i].line_no = rows[i].line_no;
    groups[rows[i].their_key].rows.push_back(i);
  }
  for (auto& [number, group] : groups) {
    group.ours = ours(number);
    std::sort(group.ours.begin(), group.ours.end(),
              [](const OurMovement& a, const OurMovement& b) { return a.key < b.key; });
    group.taken.assign(group.ours.size(), false);
    GroupMatcher(rows, group, tolerance, out).run();
  }
  return out;
}

std::vector<Match> only_ours(std::span<const OurMovement> expected, std::span<const Match> matches) {
  std::set<LineKey> named;
  for (const auto& match : matches) {
    if (match.state == MatchState::matched) named.insert(match.ours.begin(), match.ours.end());
  }
  std::vector<Match> out;
  for (const auto& movement : expected) {
    if (named.contains(movement.key)) continue;
    Match& missing = out.emplace_back();
    missing.ours.push_back(movement.key);
    missing.state = MatchState::not_matched;
    missing.reason = "ONLY_OURS";
    missing.amount_delta = -movement.amount;
    missing.why = "the file speaks of " + to_text(movement.day) + " and has no row for it";
  }
  return out;
}

std::int32_t age_days(BusinessDate since, BusinessDate today) { return std::max(0, today.days - since.days); }

}  // namespace wonjang::settlement
