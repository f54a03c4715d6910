// Matching: an acquirer's file against our movements (대사). Rules are tried in this order, each has a name
// that stands in Match::matched_by; the first that takes a row wins:
//
// clang-format off
//   exact         one movement of that number, same amount, same date
//   date          one of that number, same amount, dates at most `days` apart
//   tolerance     one of that number, amounts at most `amount` apart, dates as above; where they differ the match's
//                 reason says so (kWithinTolerance)
//   one_to_many   one row is the sum of the number's open movements within its dates (an approval and its partial cancels)
//   many_to_one   several rows of one number are together one movement (paid in parts)
// clang-format on
//
// Of several movements that a rule would take, the one whose card tail agrees; still several: AMBIGUOUS, a
// person's matter, never a guess. So is a number that more than kOursOfNumberMax movements carry. A movement
// is taken once, by one file of a kind. What no rule takes is a break that says which rules were tried and by
// how much the nearest movement missed.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "domain/settlement/events.h"

namespace wonjang::settlement {

constexpr std::size_t kOursOfNumberMax = 1'000;
constexpr std::size_t kAmbiguousShown = 20;  // of them a match names so many

struct OurMovement {
  LineKey key;
  std::string card_tail;
  std::int64_t amount = 0;  // signed
  BusinessDate day;
  std::uint16_t place = 0;    // who owes the money (an account of the chart): those taken together have one
  std::string taken_in = {};  // another file of the kind, whose row has it already
};

struct MatchTolerance {
  std::int64_t amount = 0;  // minor units
  std::int32_t date_days = 3;
  friend bool operator==(const MatchTolerance&, const MatchTolerance&) = default;
};

// Movements that carry this approval or slip number, at this acquirer; of more than kOursOfNumberMax any
// kOursOfNumberMax + 1.
using OursByNumber = std::function<std::vector<OurMovement>(const std::string& number)>;

// One Match for each row, in order of the rows.
std::vector<Match> match_rows(std::span<const FileRow> rows, const OursByNumber& ours,
                              const MatchTolerance& tolerance);

// Movements that no row of the file names, matched or not: breaks ONLY_OURS. `expected`: movements of the
// acquirer on the days that the file speaks of.
std::vector<Match> only_ours(std::span<const OurMovement> expected, std::span<const Match> matches);

// Days that a break is open.
std::int32_t age_days(BusinessDate since, BusinessDate today);

}  // namespace wonjang::settlement
