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
    if (group_.ours.size() > kOursOfNumberMax) return leave_to_a_person();
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
      if (out_[row].amount_delta != 0) note_difference(row);
    }
  }

  void note_difference(std::size_t row) {
    Match& match = out_[row];
    match.reason = kWithinTolerance;
    match.why = "they say " + amount_text(rows_[row].amount) + ", our movement has " +
                amount_text(rows_[row].amount - match.amount_delta) + ": " + amount_text(match.amount_delta) +
                " apart, allowed are " + amount_text(tolerance_.amount);
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

  // A number may come again after years: what isn't of the row's days is another one's.
  void one_to_many() {
    for (const std::size_t row : group_.rows) {
      if (out_[row].state != MatchState::unknown) continue;
      const auto near = untaken_near(rows_[row]);
      if (near.size() < 2 || sum_of(near) != rows_[row].amount || !have_one_place(near)) continue;
      take(row, "one_to_many", near);
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
    if (open.size() < 2) return;
    const auto ours = untaken_near(rows_[open.front()]);
    if (ours.size() != 1 || int128(group_.ours[ours.front()].amount) != sum) return;
    const auto is_near = [&](std::size_t row) { return untaken_near(rows_[row]) == ours; };
    if (!std::all_of(open.begin(), open.end(), is_near)) return;
    for (const std::size_t row : open) {
      take(row, "many_to_one", ours);
      out_[row].amount_delta = 0;
    }
  }

  int128 sum_of(const std::vector<std::size_t>& movements) const {
    int128 sum = 0;
    for (const std::size_t i : movements) sum += group_.ours[i].amount;
    return sum;
  }
  bool have_one_place(const std::vector<std::size_t>& movements) const {
    return std::all_of(movements.begin(), movements.end(), [&](std::size_t i) {
      return group_.ours[i].place == group_.ours[movements.front()].place;
    });
  }
  std::vector<std::size_t> untaken() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < group_.ours.size(); ++i) {
      if (!group_.taken[i]) out.push_back(i);
    }
    return out;
  }
  std::vector<std::size_t> untaken_near(const FileRow& row) const {
    auto out = untaken();
    std::erase_if(out, [&](std::size_t i) {
      return std::abs(days_between(row.date, group_.ours[i].day)) > tolerance_.date_days;
    });
    return out;
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
    for (const std::size_t i : fitting) {
      if (match.ours.size() < kAmbiguousShown) match.ours.push_back(group_.ours[i].key);
    }
    match.why = std::to_string(fitting.size()) + " movements of number " + rows_[row].their_key +
                " fit by rule " + rule + " and nothing tells them apart: a person decides";
  }

  void leave_to_a_person() {
    for (const std::size_t row : group_.rows) {
      Match& match = out_[row];
      match.state = MatchState::incomparable;
      match.reason = "AMBIGUOUS";
      match.why = "more than " + std::to_string(kOursOfNumberMax) + " movements carry the number " +
                  rows_[row].their_key + ", so it tells nothing: a person decides";
    }
  }

  // What stands in the way when every movement of a row's number has a row.
  std::string why_taken(const FileRow& theirs) const {
    std::string out = "every movement of number " + theirs.their_key +
                      " is matched with another row: they may have booked it twice";
    for (const auto& ours : group_.ours) {
      if (!ours.taken_in.empty()) return out + " (a row of " + ours.taken_in + " has it)";
    }
    return out;
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
      match.why = why_taken(theirs);
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
             int128_text(sum_of(untaken()));
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
    for (const auto& one : group.ours) group.taken.push_back(!one.taken_in.empty());
    GroupMatcher(rows, group, tolerance, out).run();
  }
  return out;
}

std::vector<Match> only_ours(std::span<const OurMovement> expected, std::span<const Match> matches) {
  std::set<LineKey> named;
  for (const auto& match : matches) {
    if (match.line_no != 0) named.insert(match.ours.begin(), match.ours.end());
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
