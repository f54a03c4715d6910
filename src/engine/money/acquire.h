// Acquire: what an acquirer's file of acquisitions says becomes so. The slip of every approval that a row is
// matched with becomes REQUESTED (unless it was) and COMPLETED, on the row's date, by the decision that the
// API's acquisition route takes: from then on a contract that counts from the slip settles it.
//
// A row whose slip the life cycle refuses (canceled whole before any slip, being undone) is a break,
// SLIP_REFUSED, until a later match may do it or a person says a word. Cancels have no slip of their own, nor
// have movements of methods without one.
//
// Before the match is written: a process that dies in between has changed slips that the same match again
// finds changed. A row that stood matched with the same approval, whose slip has its date, isn't asked about
// again.
//
// Threads: as the job's.
#pragma once

#include <vector>

#include "engine/money/reconcile_match.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

// `before`: what the file's matches said so far. Rows that are refused become breaks in `matched`; those on
// which a person's word stands are left out.
// Errors: those of SlipBook and of the snapshot; slips changed so far stand.
// REQUIRES: ports.slips
Result<void> acquire(const MoneyPorts& ports, const KvSnapshot& snapshot, const MoneyReader::FileNow& file,
                     const std::vector<settlement::FileRow>& rows,
                     const std::vector<settlement::Match>& before, const JobOwner& owner, Matched& matched);

}  // namespace wonjang::money
