// What runs behind each route. Every handler answers its call exactly once, now or later.
// Threads: the server's; must not block.
#pragma once

#include <memory>

#include "app/api/call.h"

namespace wonjang {

class Api;
using CallPtr = std::unique_ptr<Call>;

// write_handlers.cc: through the ledger's writer
void create_payment(Api& api, CallPtr call);
void authenticate_payment(Api& api, CallPtr call);
void approve_payment(Api& api, CallPtr call);
void record_approval(Api& api, CallPtr call);
void cancel_payment(Api& api, CallPtr call);
void fail_payment(Api& api, CallPtr call);
void confirm_deposit(Api& api, CallPtr call);
void reverse_deposit(Api& api, CallPtr call);
void record_acquisition(Api& api, CallPtr call);
void settle_by_person(Api& api, CallPtr call);

// registry_handlers.cc
void register_merchant(Api& api, CallPtr call);
void close_merchant(Api& api, CallPtr call);
void list_merchants(Api& api, CallPtr call);
void get_merchant(Api& api, CallPtr call);
void create_api_key(Api& api, CallPtr call);
void list_api_keys(Api& api, CallPtr call);
void revoke_api_key(Api& api, CallPtr call);

// session_handlers.cc: the console's way in
void open_session(Api& api, CallPtr call);
void get_session(Api& api, CallPtr call);
void end_session(Api& api, CallPtr call);

// read_handlers.cc
void find_payment(Api& api, CallPtr call);
void get_payment(Api& api, CallPtr call);
void get_payment_events(Api& api, CallPtr call);

// list_handlers.cc: from the serving views
void list_payments(Api& api, CallPtr call);
void list_transactions(Api& api, CallPtr call);
void search_payments(Api& api, CallPtr call);

// lifecycle_handlers.cc
void get_lifecycle(Api& api, CallPtr call);

// totals_handlers.cc
void list_cubes(Api& api, CallPtr call);
void get_totals(Api& api, CallPtr call);
void get_sales_today(Api& api, CallPtr call);
void get_top_merchants(Api& api, CallPtr call);

// totals_changes_handlers.cc
void list_totals_changes(Api& api, CallPtr call);

// views_handlers.cc
void get_views(Api& api, CallPtr call);
void rebuild_views(Api& api, CallPtr call);
void list_quarantine(Api& api, CallPtr call);

// verify_handlers.cc
void get_verification(Api& api, CallPtr call);
void begin_verification(Api& api, CallPtr call);

// journal_handlers.cc: from the projection `money`, as everything below but the writes
void list_journal(Api& api, CallPtr call);
void get_trial_balance(Api& api, CallPtr call);

// change_handlers.cc
void propose_change(Api& api, CallPtr call);
void decide_change(Api& api, CallPtr call);
void list_changes(Api& api, CallPtr call);
void get_change(Api& api, CallPtr call);
void get_what_if(Api& api, CallPtr call);

// reference_handlers.cc: what approved changes brought
void list_contracts(Api& api, CallPtr call);
void list_calendars(Api& api, CallPtr call);
void get_calendar(Api& api, CallPtr call);
void get_calendar_differences(Api& api, CallPtr call);
void list_holds(Api& api, CallPtr call);

// canary_handlers.cc
void list_canaries(Api& api, CallPtr call);
void list_canary_merchants(Api& api, CallPtr call);

// settlement_handlers.cc
void get_settlement_plan(Api& api, CallPtr call);
void start_settlement_run(Api& api, CallPtr call);
void rerun_settlement(Api& api, CallPtr call);
void stop_settlement_run(Api& api, CallPtr call);
void list_settlement_runs(Api& api, CallPtr call);
void get_settlement_run(Api& api, CallPtr call);
void list_run_lines(Api& api, CallPtr call);
void list_run_failures(Api& api, CallPtr call);
void list_run_differences(Api& api, CallPtr call);
void get_settlement_line(Api& api, CallPtr call);
void list_payment_lines(Api& api, CallPtr call);

// adjust_handlers.cc
void adjust_settlement(Api& api, CallPtr call);

// money_totals_handlers.cc
void get_line_totals(Api& api, CallPtr call);
void get_payout_totals(Api& api, CallPtr call);

// payout_handlers.cc
void run_payouts(Api& api, CallPtr call);
void list_payouts(Api& api, CallPtr call);
void get_payout(Api& api, CallPtr call);
void list_payout_lines(Api& api, CallPtr call);
void make_payout_file(Api& api, CallPtr call);
void decide_payout(Api& api, CallPtr call);
void import_payout_results(Api& api, CallPtr call);

// funds_handlers.cc
void get_funds(Api& api, CallPtr call);
void get_funds_report(Api& api, CallPtr call);
void get_funds_signature(Api& api, CallPtr call);
void get_signing_key(Api& api, CallPtr call);
void get_funds_lines(Api& api, CallPtr call);

// reconcile_handlers.cc
void import_acquirer_file(Api& api, CallPtr call);
void list_acquirer_files(Api& api, CallPtr call);
void get_acquirer_file(Api& api, CallPtr call);
void match_acquirer_file(Api& api, CallPtr call);
void list_breaks(Api& api, CallPtr call);
void resolve_break(Api& api, CallPtr call);

// feed.cc
void get_events(Api& api, CallPtr call);

// proof_handlers.cc
void get_proof(Api& api, CallPtr call);
void get_checkpoints(Api& api, CallPtr call);

// ops_handlers.cc
void list_in_doubt(Api& api, CallPtr call);
void make_backup(Api& api, CallPtr call);
void get_livez(Api& api, CallPtr call);
void get_readyz(Api& api, CallPtr call);
void get_metrics(Api& api, CallPtr call);
void get_openapi(Api& api, CallPtr call);

}  // namespace wonjang
