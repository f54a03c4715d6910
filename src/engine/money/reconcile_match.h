// What the rows of an acquirer's file match with, as one snapshot shows our movements: the rules are
// domain/settlement/matching.h's, here is what they are given. Writes nothing.
//
// Amounts are the file's currency's; movements of other currencies are not looked at. A movement that a row
// of another file of the same kind is matched with is taken: money doesn't arrive twice.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/settlement/matching.h"
#include "engine/money/money_reader.h"

namespace wonjang::money {

struct MatchOptions {
  std::optional<settlement::MatchTolerance> tolerance;  // nothing: the file's own
  // A file that speaks of more days than these is refused: a wrong date in one row would make everything
  // between it and the others a break.
  std::int32_t days_max = 62;
  // More movements of the acquirer on the file's days are not looked through, more than so many of them that
  // no file names are not kept as breaks: the file is refused.
  std::uint64_t expected_max = 1'000'000;
  std::uint64_t only_ours_max = 100'000;
};

struct MatchReport {
  std::uint64_t rows = 0;
  std::uint64_t matched = 0;
  std::uint64_t breaks = 0;     // of rows and of ours
  std::uint64_t only_ours = 0;  // of them
  // Of `matched`: rows whose amount isn't ours, and what they come to, theirs less ours.
  std::uint64_t within_tolerance = 0;
  std::int64_t difference = 0;
};

struct Matched {
  // Of rows in their order, then of what only we have, and of what was so before and isn't any more. Rows
  // that a person resolved and that still match nothing are left out: that word stands.
  std::vector<settlement::Match> matches;
  MatchReport report;
  settlement::MatchTolerance tolerance;  // that it was done with
  std::int64_t amount = 0;               // of the rows that match
  std::int64_t fee = 0;
  // Of a deposit file: the same by the account of who owed the money, by account; without what was before.
  std::vector<settlement::Deposited> deposits;
};

// `file` with these rows, and what its matches said before (none: empty).
// Errors: invalid (too much to look through or to keep, sums beyond 64 bits; says what to do), those of the
// reader.
Result<Matched> match_rows_of(const MoneyReader& reader, const MoneyReader::FileNow& file,
                              const std::vector<settlement::FileRow>& rows,
                              const std::vector<settlement::Match>& before, const MatchOptions& options);

}  // namespace wonjang::money
