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
void get_lifecycle(Api& api, CallPtr call);

// totals_handlers.cc
void list_cubes(Api& api, CallPtr call);
void get_totals(Api& api, CallPtr call);
void get_sales_today(Api& api, CallPtr call);
void get_top_merchants(Api& api, CallPtr call);

// views_handlers.cc
void get_views(Api& api, CallPtr call);
void rebuild_views(Api& api, CallPtr call);
void list_quarantine(Api& api, CallPtr call);

// verify_handlers.cc
void get_verification(Api& api, CallPtr call);
void begin_verification(Api& api, CallPtr call);

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
