// Reconcile: files of acquirers become facts, their rows are matched with our movements
// (domain/settlement/matching.h says how), and what nothing matched stays as a break until a later match or a
// person's word.
//
//   import    file.imported in chunks; then the first match
//   match     file.matched in chunks, for every row; movements of the acquirer on the file's days that
//   neither this file
//             nor another one of its kind names are breaks too (ONLY_OURS)
//   again     the same with what is known by then; a row that a person resolved keeps that word unless it
//   matches
//
// A deposit file moves money in the journal: what the matched rows come to, less what the match before said.
//
// Cost: ONLY_OURS reads every movement that has a number once.
//
// Threads: any; both are jobs (JobGate).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/settlement/matching.h"
#include "engine/money/job_gate.h"
#include "engine/money/money_reader.h"
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

struct MatchReport {
  std::uint64_t rows = 0;
  std::uint64_t matched = 0;
  std::uint64_t breaks = 0;     // of rows and of ours
  std::uint64_t only_ours = 0;  // of them
};

// The same file again under its id: what is missing is done, the rest stands.
// Errors: conflict (a job is under way; another file has this id), invalid (no rows), those of the sink: what
// was imported stands, and the rest is done by importing it again.
Result<MatchReport> import_file(const MoneyPorts& ports, const FileToImport& file,
                                const settlement::MatchTolerance& tolerance, const JobOwner& owner);

// Errors: not_found, conflict (a job is under way), those of the sink.
Result<MatchReport> match_file(const MoneyPorts& ports, const settlement::FileId& file, Currency currency,
                               const settlement::MatchTolerance& tolerance, const JobOwner& owner);

}  // namespace wonjang::money
