#include "app/api/routes.h"

#include <algorithm>
#include <array>

#include "app/api/handlers.h"

namespace wonjang {
namespace {

constexpr std::size_t kSmall = 64 * 1024;
constexpr std::size_t kCreate = 256 * 1024;
constexpr std::size_t kFile = 64 * 1024 * 1024;  // http.body_max bounds it further
constexpr bool kQuery = true;
constexpr bool kNoQuery = false;
constexpr Part kLedger = Part::ledger;
constexpr Part kViews = Part::views;
constexpr Part kMoney = Part::money;
constexpr Asks kItsBook = Asks::its_book;
constexpr Asks kEveryBook = Asks::every_book;
constexpr Scopes kUsers = kScopeMerchant | kScopeOperator;

constexpr std::array kRoutes{
    Route{"POST", "/v1/payments", kUsers, true, kCreate, &create_payment},
    Route{"GET", "/v1/payments", kUsers, false, 0, &list_payments, kQuery, kLedger, Asks::order_book},
    Route{"GET", "/v1/payments/{paymentId}", kUsers, false, 0, &get_payment, kQuery, kLedger, kItsBook},
    Route{"GET", "/v1/payments/{paymentId}/events", kUsers, false, 0, &get_payment_events, kQuery, kLedger,
          kItsBook},
    Route{"GET", "/v1/payments/{paymentId}/lifecycle", kUsers, false, 0, &get_lifecycle, kQuery, kViews,
          kItsBook},
    Route{"GET", "/v1/payments/{paymentId}/proof", kUsers, false, 0, &get_proof, kNoQuery, kLedger, kItsBook},
    Route{"POST", "/v1/payments/{paymentId}/authenticate", kUsers, true, kSmall, &authenticate_payment},
    Route{"POST", "/v1/payments/{paymentId}/approve", kUsers, true, kSmall, &approve_payment},
    Route{"POST", "/v1/payments/{paymentId}/approvals", kUsers, true, kSmall, &record_approval},
    Route{"POST", "/v1/payments/{paymentId}/cancels", kUsers, true, kSmall, &cancel_payment},
    Route{"POST", "/v1/payments/{paymentId}/fail", kUsers, true, kSmall, &fail_payment},
    Route{"POST", "/v1/payments/{paymentId}/deposits", kUsers, true, kSmall, &confirm_deposit},
    Route{"POST", "/v1/payments/{paymentId}/deposit-reversals", kUsers, true, kSmall, &reverse_deposit},
    Route{"POST", "/v1/payments/{paymentId}/acquisitions", kUsers, true, kSmall, &record_acquisition},
    Route{"POST", "/v1/payments/{paymentId}/resolutions", kScopeOperator, true, kSmall, &settle_by_person},
    Route{"GET", "/v1/events", kUsers, false, 0, &get_events, kQuery, kLedger, kEveryBook},
    Route{"POST", "/v1/ingest", kScopeIngest, false, 0, nullptr},
    Route{"POST", "/v1/merchants", kScopeOperator, true, kSmall, &register_merchant},
    Route{"GET", "/v1/merchants", kScopeOperator, false, 0, &list_merchants, kQuery},
    Route{"GET", "/v1/merchants/top", kScopeOperator, false, 0, &get_top_merchants, kQuery, kViews},
    Route{"GET", "/v1/merchants/{merchantId}", kUsers, false, 0, &get_merchant},
    Route{"POST", "/v1/merchants/{merchantId}/close", kScopeOperator, true, kSmall, &close_merchant},
    Route{"POST", "/v1/api-keys", kUsers, true, kSmall, &create_api_key},
    Route{"GET", "/v1/api-keys", kUsers, false, 0, &list_api_keys, kQuery},
    Route{"POST", "/v1/api-keys/{apiKeyId}/revoke", kUsers, true, kSmall, &revoke_api_key},
    Route{"POST", "/v1/session", kScopeNone, false, 4 * 1024, &open_session},
    Route{"GET", "/v1/session", kUsers, false, 0, &get_session},
    Route{"DELETE", "/v1/session", kUsers, false, 0, &end_session},
    Route{"GET", "/v1/in-doubt", kScopeOperator, false, 0, &list_in_doubt, kQuery, kLedger, kEveryBook},
    Route{"PUT", "/v1/admin/backups/{backupName}", kScopeOperator, false, 0, &make_backup},
    Route{"GET", "/v1/transactions", kUsers, false, 0, &list_transactions, kQuery, kViews},
    Route{"GET", "/v1/search", kUsers, false, 0, &search_payments, kQuery, kViews},
    Route{"GET", "/v1/totals", kUsers, false, 0, &list_cubes, kNoQuery, kViews},
    Route{"GET", "/v1/totals/settlement-lines", kUsers, false, 0, &get_line_totals, kQuery, kMoney},
    Route{"GET", "/v1/totals/payouts", kUsers, false, 0, &get_payout_totals, kQuery, kMoney},
    // From the views, and of each payment that is looked back at from its own book.
    Route{"GET", "/v1/totals/{cube}/changes", kUsers, false, 0, &list_totals_changes, kQuery, kViews,
          kEveryBook},
    Route{"GET", "/v1/totals/{cube}", kUsers, false, 0, &get_totals, kQuery, kViews},
    Route{"GET", "/v1/sales/today", kUsers, false, 0, &get_sales_today, kQuery, kViews},
    Route{"GET", "/v1/views", kScopeOperator, false, 0, &get_views, kNoQuery, kViews},
    Route{"POST", "/v1/views/rebuild", kScopeOperator, false, 0, &rebuild_views, kNoQuery, kViews},
    Route{"GET", "/v1/views/verify", kScopeOperator, false, 0, &get_verification, kNoQuery, kViews},
    Route{"POST", "/v1/views/verify", kScopeOperator, false, 0, &begin_verification, kQuery, kViews},
    Route{"GET", "/v1/views/quarantine", kScopeOperator, false, 0, &list_quarantine, kQuery, kViews},
    Route{"GET", "/v1/journal", kScopeOperator, false, 0, &list_journal, kQuery, kMoney},
    Route{"GET", "/v1/trial-balance", kScopeOperator, false, 0, &get_trial_balance, kQuery, kMoney},
    Route{"POST", "/v1/changes", kScopeOperator, true, kCreate, &propose_change, kQuery, kMoney},
    Route{"GET", "/v1/changes", kScopeOperator, false, 0, &list_changes, kQuery, kMoney},
    Route{"GET", "/v1/changes/{changeId}", kScopeOperator, false, 0, &get_change, kQuery, kMoney},
    Route{"GET", "/v1/changes/{changeId}/what-if", kScopeOperator, false, 0, &get_what_if, kQuery, kMoney},
    Route{"POST", "/v1/changes/{changeId}/decisions", kScopeOperator, true, kSmall, &decide_change, kNoQuery,
          kMoney},
    Route{"GET", "/v1/contracts", kUsers, false, 0, &list_contracts, kQuery, kMoney},
    Route{"GET", "/v1/calendars", kScopeOperator, false, 0, &list_calendars, kQuery, kMoney},
    Route{"GET", "/v1/calendars/{code}", kScopeOperator, false, 0, &get_calendar, kQuery, kMoney},
    Route{"GET", "/v1/calendars/{code}/differences", kScopeOperator, false, 0, &get_calendar_differences,
          kQuery, kMoney},
    Route{"GET", "/v1/holds", kScopeOperator, false, 0, &list_holds, kQuery, kMoney},
    Route{"GET", "/v1/canaries", kScopeOperator, false, 0, &list_canaries, kQuery, kMoney},
    Route{"GET", "/v1/canaries/{canary}/merchants", kScopeOperator, false, 0, &list_canary_merchants, kQuery,
          kMoney},
    Route{"GET", "/v1/settlement/plans/{date}", kScopeOperator, false, 0, &get_settlement_plan, kNoQuery,
          kMoney},
    Route{"POST", "/v1/settlement/runs", kScopeOperator, true, kSmall, &start_settlement_run, kNoQuery,
          kMoney},
    Route{"GET", "/v1/settlement/runs", kScopeOperator, false, 0, &list_settlement_runs, kQuery, kMoney},
    Route{"GET", "/v1/settlement/runs/{date}", kScopeOperator, false, 0, &get_settlement_run, kQuery, kMoney},
    Route{"POST", "/v1/settlement/runs/{date}/reruns", kScopeOperator, true, 0, &rerun_settlement, kNoQuery,
          kMoney},
    Route{"POST", "/v1/settlement/runs/{date}/stops", kScopeOperator, true, 0, &stop_settlement_run, kNoQuery,
          kMoney},
    Route{"GET", "/v1/settlement/runs/{date}/lines", kUsers, false, 0, &list_run_lines, kQuery, kMoney},
    Route{"GET", "/v1/settlement/runs/{date}/failures", kScopeOperator, false, 0, &list_run_failures, kQuery,
          kMoney},
    Route{"GET", "/v1/settlement/runs/{date}/differences", kScopeOperator, false, 0, &list_run_differences,
          kQuery, kMoney},
    Route{"GET", "/v1/settlement/lines/{lineId}", kUsers, false, 0, &get_settlement_line, kQuery, kMoney},
    Route{"GET", "/v1/payments/{paymentId}/settlement-lines", kUsers, false, 0, &list_payment_lines, kQuery,
          kMoney},
    Route{"POST", "/v1/settlement/adjustments", kScopeOperator, true, kSmall, &adjust_settlement, kQuery,
          kMoney},
    Route{"POST", "/v1/payouts/runs", kScopeOperator, true, kSmall, &run_payouts, kQuery, kMoney},
    Route{"POST", "/v1/payouts/files", kScopeOperator, true, kSmall, &make_payout_file, kNoQuery, kMoney},
    Route{"POST", "/v1/payouts/results", kScopeOperator, true, kFile, &import_payout_results, kQuery, kMoney},
    Route{"GET", "/v1/payouts", kUsers, false, 0, &list_payouts, kQuery, kMoney},
    Route{"GET", "/v1/payouts/{payoutId}", kUsers, false, 0, &get_payout, kQuery, kMoney},
    Route{"GET", "/v1/payouts/{payoutId}/lines", kUsers, false, 0, &list_payout_lines, kQuery, kMoney},
    Route{"POST", "/v1/payouts/{payoutId}/decisions", kScopeOperator, true, kSmall, &decide_payout, kNoQuery,
          kMoney},
    Route{"GET", "/v1/funds", kScopeOperator, false, 0, &get_funds, kQuery, kMoney},
    Route{"GET", "/v1/funds/lines", kScopeOperator, false, 0, &get_funds_lines, kQuery, kMoney},
    Route{"GET", "/v1/funds/reports/{date}", kScopeOperator, false, 0, &get_funds_report, kQuery, kMoney},
    Route{"GET", "/v1/funds/reports/{date}/signature", kScopeOperator, false, 0, &get_funds_signature, kQuery,
          kMoney},
    Route{"POST", "/v1/acquirer-files", kScopeOperator, true, kFile, &import_acquirer_file, kQuery, kMoney},
    Route{"GET", "/v1/acquirer-files", kScopeOperator, false, 0, &list_acquirer_files, kQuery, kMoney},
    Route{"GET", "/v1/acquirer-files/{fileId}", kScopeOperator, false, 0, &get_acquirer_file, kQuery, kMoney},
    Route{"POST", "/v1/acquirer-files/{fileId}/matches", kScopeOperator, true, 0, &match_acquirer_file,
          kQuery, kMoney},
    Route{"GET", "/v1/breaks", kScopeOperator, false, 0, &list_breaks, kQuery, kMoney},
    Route{"POST", "/v1/breaks/resolutions", kScopeOperator, true, kSmall, &resolve_break, kNoQuery, kMoney},
    Route{"GET", "/v1/checkpoints", kUsers, false, 0, &get_checkpoints, kQuery, kLedger, kEveryBook},
    Route{"GET", "/v1/signing-key", kUsers, false, 0, &get_signing_key},
    Route{"GET", "/livez", kScopeNone, false, 0, &get_livez},
    Route{"GET", "/readyz", kScopeNone, false, 0, &get_readyz, kQuery},
    Route{"GET", "/metrics", kScopeNone, false, 0, &get_metrics},
    Route{"GET", "/openapi.json", kScopeNone, false, 0, &get_openapi},
};

// "/v1/merchants/top" is no merchant: a path that stands there as it is belongs to no pattern.
bool is_literal(std::string_view path) {
  return std::ranges::any_of(kRoutes, [&](const Route& route) { return route.path == path; });
}

// The parameter of `path` under `pattern`, or nothing when they differ; empty where the pattern has none.
std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path) {
  const auto open = pattern.find('{');
  if (open == std::string_view::npos) {
    return pattern == path ? std::optional<std::string_view>(std::string_view()) : std::nullopt;
  }
  const auto tail = pattern.substr(pattern.find('}') + 1);
  if (path.size() <= open + tail.size() || path.substr(0, open) != pattern.substr(0, open))
    return std::nullopt;
  if (!path.ends_with(tail)) return std::nullopt;
  const auto parameter = path.substr(open, path.size() - open - tail.size());
  if (parameter.find('/') != std::string_view::npos) return std::nullopt;
  return parameter;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

std::optional<std::string_view> wrong_query(const Route& route, std::string_view query) {
  if (route.takes_query || query.empty()) return std::nullopt;
  if (route.body_max == 0) return "this path takes no query parameters";
  return "this path takes no query parameters: what a request says is said in its body";
}

std::size_t index_of(const Route& route) { return static_cast<std::size_t>(&route - kRoutes.data()); }

Matched match_route(std::string_view method, std::string_view path) {
  Matched out;
  const bool literal = is_literal(path);
  const auto served_as = method == "HEAD" ? std::string_view("GET") : method;
  for (const auto& route : kRoutes) {
    const auto parameter = match_path(route.path, path);
    if (!parameter || (literal && route.path != path)) continue;
    out.known_path = true;
    if (route.method != served_as) continue;
    out.route = &route;
    out.parameter = *parameter;
    return out;
  }
  return out;
}

std::string allowed_methods(std::string_view path) {
  const bool literal = is_literal(path);
  std::string out;
  for (const auto& route : kRoutes) {
    if (!match_path(route.path, path) || (literal && route.path != path)) continue;
    if (!out.empty()) out.append(", ");
    out.append(route.method);
    if (route.method == "GET") out.append(", HEAD");
  }
  return out;
}

}  // namespace wonjang
