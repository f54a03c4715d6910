// Matching: an acquirer's file against our movements (대사). Rules are tried in this order, each has a name
// that stands in Match::matched_by; the first that takes a row wins:
//
//   exact         one movement of that number, same amount, same date
//   date          one of that number, same amount, dates at most date_days apart
//   tolerance     one of that number, amounts at most amount_tolerance apart, dates as above
//   one_to_many   one row is the sum of several movements of that number (an approval and its partial
//   cancels) many_to_one   several rows of one number are together one movement (paid in parts)
//
// Of several movements that a rule would take, the one whose card tail agrees; still several: AMBIGUOUS, a
// person's matter, never a guess. A movement is taken once. What no rule takes is a break that says which
// rules were tried and by how much the nearest movement missed.
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

struct OurMovement {
  LineKey key;
  std::string card_tail;
  std::int64_t amount = 0;  // signed
  BusinessDate day;
};

struct MatchTolerance {
  std::int64_t amount = 0;  // minor units
  std::int32_t date_days = 3;
};

// Movements that carry this approval or slip number, at this acquirer.
using OursByNumber = std::function<std::vector<OurMovement>(const std::string& number)>;

// One Match for each row, in order of the rows.
std::vector<Match> match_rows(std::span<const FileRow> rows, const OursByNumber& ours,
                              const MatchTolerance& tolerance);

// Movements that the file should have named and didn't: breaks ONLY_OURS. `expected`: movements of the
// acquirer on the days that the file speaks of.
std::vector<Match> only_ours(std::span<const OurMovement> expected, std::span<const Match> matches);

// Days that a break is open.
std::int32_t age_days(BusinessDate since, BusinessDate today);

}  // namespace wonjang::settlement
