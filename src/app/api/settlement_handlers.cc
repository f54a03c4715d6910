// Settlement: plans, runs, their lines and what explains them.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_commands.h"
#include "app/api/json/money_lines_json.h"
#include "app/api/money_read.h"
#include "app/api/money_work.h"
#include "app/api/write_request.h"
#include "engine/money/explain_line.h"
#include "engine/money/journal_spaces.h"
#include "engine/money/run_plan.h"

namespace wonjang {
namespace {

using settlement::LineKey;

// What a run is called: the log knows of its start and its end, this process whether it is at it. A day whose
// failed items were settled since, by another day's run too, is complete. Adjustments may stand under a day
// that nobody ran.
std::string_view state_of(const std::optional<money::RunNow>& run, bool is_under_way) {
  if (is_under_way) return "RUNNING";
  if (!run) return "NEVER";
  if (!run->started) return "ADJUSTED";
  if (!run->ended) return "INTERRUPTED";
  if (run->ended->outcome == "STOPPED") return "STOPPED";
  return run->failed == 0 ? "COMPLETED" : "COMPLETED_WITH_FAILURES";
}

// As the newest view shows it; nothing: it doesn't, or there is no view.
std::optional<money::RunNow> newest_run(Api& api, BusinessDate date) {
  const auto view = api.parts().money->now();
  if (!view) return std::nullopt;
  auto run = money::MoneyReader(*view->snapshot).run(date);
  return run ? *std::move(run) : std::nullopt;
}

void put_run_now(JsonWriter& w, Api& api, BusinessDate date, std::optional<money::RunNow> run) {
  auto under_way = api.parts().money->run_under_way();
  const bool is_it = under_way && under_way->date == date;
  // A run isn't under way any more once its end is visible: who looked before that looks again.
  if (!is_it && run && run->started && !run->ended) run = newest_run(api, date);
  const auto error = is_it ? std::string() : api.parts().money->run_failed(date);
  RunLook look{state_of(run, is_it), nullptr, {}, error};
  if (is_it) {
    look.progress = &under_way->progress;
    look.whose = under_way->whose;
  }
  put_run(w, date, run ? &*run : nullptr, look);
}

// 202 with the run as it stands, which is kept: the same request again hears the same.
void answer_run(Api& api, CallPtr call, BusinessDate date, const JobRequest& request) {
  HttpResponse response;
  response.status = 202;
  response.content_type = "application/json";
  JsonWriter w(response.body);
  put_run_now(w, api, date, newest_run(api, date));
  keep_and_answer(api, std::move(call), request, std::move(response));
}

// Forgets what is kept of the request once the run is over; what a shutdown cut short goes on after it.
RunOrder order_of(Api& api, const Call& call, const JobRequest& request, BusinessDate date) {
  RunOrder out;
  out.date = date;
  out.actor = call.caller->actor;
  out.continues_since = call.continues_since;
  const bool goes_on = call.continues_since.has_value();
  out.ended = [&api, goes_on, key = request.key.hash](bool is_over) {
    // Who began it sees what it failed at; of one that goes on nobody does, so it is tried again.
    if (is_over || (!goes_on && !api.is_draining())) api.pending_jobs().forget(key);
  };
  return out;
}

// A run is begun once per key: what is kept in the ledger says so, and until that is written what this
// process remembers. One that goes on after a restart was answered before.
void begin_run(Api& api, CallPtr call, const JobRequest& request, BusinessDate date) {
  if (api.is_draining()) return api.answer_problem(std::move(call), ProblemKind::shutting_down);
  const bool is_new = !call->continues_since;
  if (is_new && answered_from_key(api, call, request)) return;
  auto& side = *api.parts().money;
  switch (side.recent_keys().enter(request.key.hash, request.asked->fingerprint(api.digest()))) {
    case RecentKeys::Seen::repeated:
      return answer_run(api, std::move(call), date, request);
    case RecentKeys::Seen::reused:
      return api.answer_problem(std::move(call), ProblemKind::key_reused);
    case RecentKeys::Seen::first:
      break;
  }
  const bool was_noted = api.pending_jobs().has(request.key.hash);
  auto begun = is_new ? api.pending_jobs().keep(pending_job_of(api, *call, request)) : Result<void>();
  if (begun) {
    begun = side.begin_run(order_of(api, *call, request, date));
    if (begun) return answer_run(api, std::move(call), date, request);
    if (!was_noted) api.pending_jobs().forget(request.key.hash);
  }
  side.recent_keys().forget(request.key.hash);
  answer_job_error(api, std::move(call), begun.error());
}

Result<std::optional<LineKey>> line_after(const std::string& payload) {
  if (payload.empty()) return std::optional<LineKey>();
  const auto key = settlement::parse_line_key(payload);
  if (!key) return invalid("the cursor names no line");
  return key;
}

bool may_see(const Caller& caller, const Merchant* merchant) {
  return caller.merchant.is_zero() || (merchant != nullptr && merchant->id == caller.merchant);
}

void answer_no_line(Api& api, CallPtr call) {
  api.answer_problem(std::move(call), ProblemKind::not_found, "there is no such line");
}

PaymentId payment_of(const settlement::FailedItem& failed) { return failed.item.key.payment; }
PaymentId payment_of(const settlement::CanaryDifference& difference) { return difference.line.payment; }

// Failures and canary differences of a run: `scan` calls back with the merchant's number, the item and its
// place; `put` writes it with its currency.
template <typename Item, typename Scan, typename Put>
void answer_scan(Api& api, CallPtr call, const projection::View& view, const MoneyPage& page, Scan scan,
                 Put put) {
  const money::MoneyReader reader(*view.snapshot);
  const auto registry = api.registry();
  std::string body;
  JsonWriter w(body);
  w.begin_object().begin_array("items");
  std::size_t count = 0;
  std::string last;
  std::optional<std::string> next;
  const auto scanned =
      scan(reader, [&](money::MerchantNo number, const Item& item, std::string_view place) -> Result<bool> {
        if (count == page.limit) {
          next = last;
          return false;
        }
        ++count;
        last = place;
        WJ_TRY(const auto currency, reader.currency_of(payment_of(item)));
        put(w, item, currency, registry->find_number(number));
        return true;
      });
  if (!scanned) return api.answer_error(std::move(call), scanned.error());
  end_items(w, api, view, page, next);
  answer_seen(api, std::move(call), view.seen, std::move(body));
}

}  // namespace

void get_settlement_plan(Api& api, CallPtr call) {
  if (!take_query(api, call, {})) return;
  const auto date = date_of_path(call->parameter);
  if (!date) return answer_wrong_read(api, std::move(call), date.error());
  ask_money(api, std::move(call), "a plan for " + to_text(*date),
            [date = *date](Api& a, CallPtr c, const std::shared_ptr<const KvSnapshot>& snapshot) {
              const auto plan = money::plan_run(*snapshot, a.clock(), {.date = date});
              if (!plan) return a.answer_error(std::move(c), plan.error());
              const auto under_way = a.parts().money->run_under_way();
              std::string body;
              JsonWriter w(body);
              w.begin_object();
              put_plan(w, *plan, state_of(plan->run, under_way && under_way->date == date));
              w.end_object();
              a.answer_json(std::move(c), std::move(body));
            });
}

void start_settlement_run(Api& api, CallPtr call) {
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto wanted = taken(api, call, parse_date_body(call->request.body, "run_settlement"));
  if (!wanted) return;
  if (wanted->date > business_date_of(api.clock().now()))
    return api.answer_problem(std::move(call), ProblemKind::cannot_run,
                              "this date is still to come: a day is settled once it is there");
  begin_run(api, std::move(call),
            {"a run for " + to_text(wanted->date), "run_settlement", *key, wanted->canonical}, wanted->date);
}

void rerun_settlement(Api& api, CallPtr call) {
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto date = date_of_path(call->parameter);
  if (!date) return answer_wrong_read(api, std::move(call), date.error());
  const auto view = api.parts().money->now();
  if (!view) return api.answer_problem(std::move(call), ProblemKind::views_not_ready);
  const auto run = money::MoneyReader(*view->snapshot).run(*date);
  if (!run) return api.answer_error(std::move(call), run.error());
  if (!*run || !(*run)->started)
    return api.answer_problem(std::move(call), ProblemKind::cannot_run,
                              "there never was a run for this date: begin one with POST /v1/settlement/runs");
  JobRequest request{"a run for " + to_text(*date), "rerun_settlement", *key, std::nullopt};
  request.asked.emplace("rerun_settlement").number(date->days);
  begin_run(api, std::move(call), request, *date);
}

void stop_settlement_run(Api& api, CallPtr call) {
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto date = date_of_path(call->parameter);
  if (!date) return answer_wrong_read(api, std::move(call), date.error());
  JobRequest request{"a stop of the run for " + to_text(*date), "stop_settlement", *key, std::nullopt};
  request.asked.emplace("stop_settlement").number(date->days);
  if (answered_from_key(api, call, request)) return;
  api.parts().money->stop_run(*date);
  answer_run(api, std::move(call), *date, request);
}

void list_settlement_runs(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"from", "until", "min-position"});
  if (!query) return;
  const auto range = range_in(*query, api.clock().now());
  if (!range) return answer_wrong_read(api, std::move(call), range.error());
  at_money(api, std::move(call), *query, Work::page,
           [range = *range](Api& a, CallPtr c, const projection::View& view) {
             auto runs = money::MoneyReader(*view.snapshot).runs(range.from, range.until);
             if (!runs) return a.answer_error(std::move(c), runs.error());
             std::ranges::reverse(*runs);
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             for (const auto& run : *runs) put_run_now(w, a, run.date, run);
             end_items(w, a, view);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void get_settlement_run(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"min-position"});
  if (!query) return;
  const auto date = date_of_path(call->parameter);
  if (!date) return answer_wrong_read(api, std::move(call), date.error());
  at_money(api, std::move(call), *query, Work::page,
           [date = *date](Api& a, CallPtr c, const projection::View& view) {
             const auto run = money::MoneyReader(*view.snapshot).run(date);
             if (!run) return a.answer_error(std::move(c), run.error());
             std::string body;
             JsonWriter w(body);
             put_run_now(w, a, date, *run);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void list_run_lines(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"merchant", "limit", "cursor", "min-position"});
  if (!query) return;
  const auto date = date_of_path(call->parameter);
  if (!date) return answer_wrong_read(api, std::move(call), date.error());
  const auto registry = api.registry();
  const auto merchant = whose(*query, *call->caller, *registry);
  if (!merchant) return answer_wrong_read(api, std::move(call), merchant.error());
  const auto page = take_money_page(api, call, *query, "lines");
  if (!page) return;
  const auto after = line_after(page->after);
  if (!after) return answer_wrong_read(api, std::move(call), after.error());
  std::optional<money::MerchantNo> only;
  if (*merchant != nullptr) only = (*merchant)->number;
  at_money(
      api, std::move(call), *query, Work::query,
      [date = *date, only, page = *page, after = *after](Api& a, CallPtr c, const projection::View& view) {
        const auto names = a.registry();
        std::string body;
        JsonWriter w(body);
        w.begin_object().begin_array("items");
        std::size_t count = 0;
        std::string last;
        std::optional<std::string> next;
        const auto scanned =
            money::MoneyReader(*view.snapshot)
                .lines_of_run(date, only, after, [&](const money::LineSummary& line) -> Result<bool> {
                  if (count == page.limit) {
                    next = last;
                    return false;
                  }
                  ++count;
                  last = settlement::text_of(line.key);
                  put_line(w, line, names->find_number(line.merchant_no));
                  return true;
                });
        if (!scanned) return a.answer_error(std::move(c), scanned.error());
        end_items(w, a, view, page, next);
        answer_seen(a, std::move(c), view.seen, std::move(body));
      });
}

void list_run_failures(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"limit", "cursor", "min-position"});
  if (!query) return;
  const auto date = date_of_path(call->parameter);
  if (!date) return answer_wrong_read(api, std::move(call), date.error());
  const auto page = take_money_page(api, call, *query, "failures");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [date = *date, page = *page](Api& a, CallPtr c, const projection::View& view) {
             answer_scan<settlement::FailedItem>(
                 a, std::move(c), view, page,
                 [&](const money::MoneyReader& reader, const auto& each) {
                   return reader.failed_items(date, page.after, each);
                 },
                 &put_failed_item);
           });
}

void list_run_differences(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"limit", "cursor", "min-position"});
  if (!query) return;
  const auto date = date_of_path(call->parameter);
  if (!date) return answer_wrong_read(api, std::move(call), date.error());
  const auto page = take_money_page(api, call, *query, "differences");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [date = *date, page = *page](Api& a, CallPtr c, const projection::View& view) {
             answer_scan<settlement::CanaryDifference>(
                 a, std::move(c), view, page,
                 [&](const money::MoneyReader& reader, const auto& each) {
                   return reader.differences(date, page.after, each);
                 },
                 &put_canary_difference);
           });
}

void get_settlement_line(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"min-position"});
  if (!query) return;
  const auto key = settlement::parse_line_key(call->parameter);
  if (!key) return answer_no_line(api, std::move(call));
  at_money(api, std::move(call), *query, Work::page,
           [key = *key](Api& a, CallPtr c, const projection::View& view) {
             const money::MoneyReader reader(*view.snapshot);
             // Whose it is comes first: nothing that goes wrong with another merchant's line tells that it is
             // there.
             const auto line = reader.line(key);
             if (!line) return a.answer_error(std::move(c), line.error());
             const auto names = a.registry();
             const auto* merchant = *line ? names->find_number((*line)->merchant_no) : nullptr;
             if (!*line || !may_see(*c->caller, merchant)) return answer_no_line(a, std::move(c));
             auto& side = *a.parts().money;
             money::LineSource source(side.log(), side.codec());
             auto explained = money::explain_line(reader, source, key);
             if (!explained) return a.answer_error(std::move(c), explained.error());
             if (!*explained) return answer_no_line(a, std::move(c));
             // What acquirers pay the house is no merchant's.
             if (!c->caller->merchant.is_zero()) (*explained)->matched_in.clear();
             std::string body;
             JsonWriter w(body);
             put_line_explained(w, **explained, merchant);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void list_payment_lines(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"min-position"});
  if (!query) return;
  const auto id = PaymentId::parse(call->parameter);
  const Refusal not_there{RefusalCode::payment_not_found, "there is no such payment", "", 0};
  if (!id) return api.answer_refusal(std::move(call), not_there);
  const auto payment = api.ledger().payment(*id);
  if (!payment) return api.answer_error(std::move(call), payment.error());
  const auto tenant = call->caller->merchant;
  if (!*payment || (!tenant.is_zero() && (*payment)->merchant != tenant))
    return api.answer_refusal(std::move(call), not_there);
  at_money(api, std::move(call), *query, Work::page,
           [id = *id, whose = (*payment)->merchant](Api& a, CallPtr c, const projection::View& view) {
             const auto settled = money::settlement_of(money::MoneyReader(*view.snapshot), id, whose,
                                                       business_date_of(a.clock().now()));
             if (!settled) return a.answer_error(std::move(c), settled.error());
             const auto names = a.registry();
             const auto* merchant = names->find(whose);
             std::string body;
             JsonWriter w(body);
             w.begin_object();
             put_open_items(w, *settled, merchant);
             w.begin_array("items");
             for (const auto& now : settled->lines) put_line_now(w, now, merchant);
             end_items(w, a, view);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

}  // namespace wonjang
