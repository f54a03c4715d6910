// Commands of the money side that ask a running server: journal, contracts and calendars, settlement runs,
// payouts, funds, reconciliation.
//
// Threads: blocks.
#pragma once

#include <string>

#include "app/cli/online.h"
#include "app/cli/views.h"

namespace wonjang {

// Lists: as run_view(), for the terminal with the members that people look for.
int run_money_list(const OnlineOptions& options, const std::string& path, const QueryFlags& flags,
                   std::uint64_t rows_max = 0);
// One thing.
int run_money_get(const OnlineOptions& options, const std::string& path, const QueryFlags& flags = {});

int run_trial_balance(const OnlineOptions& options, const QueryFlags& flags);
int run_journal(const OnlineOptions& options, const QueryFlags& flags, std::uint64_t rows_max);

// A proposal. `member` is what the file holds ("contract"); empty: the file is the whole body. `dry_run`:
// what it would move.
struct ProposeOptions {
  std::string kind;
  std::string member;
  std::string file;
  std::string note;
  bool dry_run = false;
};
int run_propose(const OnlineOptions& options, const ProposeOptions& propose);

struct CalendarImport {
  std::string file;     // in text form; or
  std::string shipped;  // the code of one that comes along
  std::string note;
  bool dry_run = false;
};
int run_calendar_import(const OnlineOptions& options, const CalendarImport& import);
int run_decide(const OnlineOptions& options, const std::string& change_id, bool approve,
               const std::string& note);
int run_decide_payout(const OnlineOptions& options, const std::string& payout_id, bool approve,
                      const std::string& note);
int run_what_if(const OnlineOptions& options, const std::string& change_id);

int run_settlement_plan(const OnlineOptions& options, const std::string& date);
// Begins a run (or a rerun) and shows its progress until its end, then totals and the time per stage.
// 0; 3: some items failed; 1: it stopped; 5: another job is under way.
int run_settlement_run(const OnlineOptions& options, const std::string& date, bool again);
int run_settlement_status(const OnlineOptions& options, const std::string& date);
int run_settlement_explain(const OnlineOptions& options, const std::string& line_id);
int run_settlement_adjust(const OnlineOptions& options, const std::string& change_id, const std::string& date,
                          bool also_far_ahead, bool dry_run);

struct PayoutRunOptions {
  std::string date;
  std::string calendar;
  std::string manual_of;  // a merchant's id; empty: nobody's
  bool also_on_closed_day = false;
  bool also_far_ahead = false;
  bool dry_run = false;
};
int run_payout_run(const OnlineOptions& options, const PayoutRunOptions& payout);
// The file for the bank, to `to` or standard output. `key` is said before anything is asked: whatever happens
// to the answer, the same key gives the same file again. Empty: a new one, for a new file.
int run_payout_file(const OnlineOptions& options, const std::string& date, const std::string& to,
                    std::string key);
int run_payout_import(const OnlineOptions& options, const std::string& file);

int run_funds(const OnlineOptions& options, const QueryFlags& flags);
// The report of a day that is over, to `file`; its detached signature beside it (.sig, 64 bytes) and the
// server's public key (.pem).
int run_funds_file(const OnlineOptions& options, const QueryFlags& flags, const std::string& file);

struct ReconcileImport {
  std::string file;
  std::string kind;
  std::string acquirer;
  std::string currency;
  std::string amount_tolerance;
  std::string date_tolerance;
};
// Of `match` the tolerances alone; without them the file's own.
int run_reconcile_match(const OnlineOptions& options, const std::string& file_id,
                        const ReconcileImport& match);
int run_reconcile_import(const OnlineOptions& options, const ReconcileImport& import);
struct ReconcileResolve {
  std::string file_id;
  std::uint64_t line_no = 0;
  std::string line_id;
  std::string resolution;
};
int run_reconcile_resolve(const OnlineOptions& options, const ReconcileResolve& resolve);

}  // namespace wonjang
