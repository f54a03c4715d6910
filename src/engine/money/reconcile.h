// Reconcile: files of acquirers become facts, their rows are matched with our movements
// (domain/settlement/matching.h says how), and what nothing matched stays as a break until a later match or a
// person's word.
//
// clang-format off
//   import    file.imported in chunks; then the first match
//   match     file.matched in chunks, for every row; movements of the acquirer on the file's days that
//             neither this file nor another one of its kind names are breaks too (ONLY_OURS)
//   slips     of a file of acquisitions: what its matched rows say of slips is recorded, before the match is
//             (acquire.h); a slip that can't be is a break (SLIP_REFUSED)
//   again     the same with what is known by then; a row that a person resolved keeps that word unless it
//             matches
// clang-format on
//
// How far rows and movements may be apart is kept with the file: a match again takes the same, unless it says
// another one. A file has one currency, and matches movements of that currency alone. A deposit file moves
// money in the journal, from the account of who owed it: what the matched rows come to, less what the match
// before said. Where a row matched within the tolerance, who owed it owes nothing more, and the difference is
// booked to an account of its own (DEPOSIT_DIFFERENCES) and listed (MoneyReader::tolerated).
//
// Cost: of ONLY_OURS a record for each movement of the acquirer on the file's days, and a look-up for those
// that the file doesn't name; bounded (MatchOptions).
//
// Threads: any; both are jobs (JobGate).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/money/job_gate.h"
#include "engine/money/reconcile_match.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

struct FileToImport {
  settlement::FileId file;  // its stream must not be there yet, or hold this very file
  std::string name;
  std::string sha256;  // hex, of the bytes
  settlement::FileKind kind = settlement::FileKind::unknown;
  std::string acquirer;
  Currency currency;
  std::vector<settlement::FileRow> rows;  // not empty
};

// The same file again under its id: what is missing is done, the rest stands.
// Errors: conflict (a job is under way), invalid (no rows, another file has this id, or as match_rows_of:
// nothing was written), those of the sink and of SlipBook: what was imported stands, and the rest is done by
// importing it again.
Result<MatchReport> import_file(const MoneyPorts& ports, const FileToImport& file,
                                const MatchOptions& options, const JobOwner& owner);

// Errors: not_found, conflict (a job is under way), invalid (as match_rows_of: nothing was written), those of
// the sink and of SlipBook.
Result<MatchReport> match_file(const MoneyPorts& ports, const settlement::FileId& file,
                               const MatchOptions& options, const JobOwner& owner);

}  // namespace wonjang::money
