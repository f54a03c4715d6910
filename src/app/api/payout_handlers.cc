// Payouts: runs, files for the bank and what it answers.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_commands.h"
#include "app/api/json/money_lines_json.h"
#include "app/api/json/money_payout_json.h"
#include "app/api/money_read.h"
#include "app/api/money_work.h"
#include "app/api/same_hand.h"
#include "app/api/write_request.h"
#include "base/bytes.h"
#include "engine/money/payout_file.h"
#include "engine/money/payout_results.h"
#include "engine/money/payout_run.h"
#include "engine/money/redate.h"

namespace wonjang {
namespace {

using settlement::PayoutId;

void answer_no_payout(Api& api, CallPtr call) {
  api.answer_problem(std::move(call), ProblemKind::not_found, "there is no such payout");
}

// Lines are paid on the day that the newest calendars say: a change that came while another job was under way
// is caught up on here.
Result<void> redate_all(const money::MoneyPorts& ports, const money::JobOwner& owner) {
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  WJ_TRY(const auto calendars, money::MoneyReader(*snapshot).calendars());
  std::vector<std::string> done;
  for (const auto& one : calendars) {
    // The first version of a calendar has dated every line there is.
    if (one.value.version < 2 || std::ranges::find(done, one.value.code) != done.end()) continue;
    done.push_back(one.value.code);
    WJ_TRY([[maybe_unused]] const auto report, money::redate(ports, {one.value.code, owner, false}));
  }
  return {};
}

Result<JobAnswer> pay_out(const money::MoneyPorts& ports, const money::JobOwner& owner,
                          const ParsedPayoutDate& wanted, bool dry_run,
                          std::optional<Instant> goes_on_since) {
  if (!dry_run) WJ_CHECK(redate_all(ports, owner));
  money::PayoutOptions options;
  options.date = wanted.date;
  if (!wanted.calendar.empty()) options.calendar = wanted.calendar;
  options.also_on_closed_day = wanted.also_on_closed_day;
  options.also_far_ahead = wanted.also_far_ahead;
  options.manual_of = wanted.manual_of;
  options.dry_run = dry_run;
  options.owner = owner;
  options.goes_on_since = goes_on_since;
  WJ_TRY(const auto report, money::run_payouts(ports, options));
  JobAnswer out;
  JsonWriter w(out.body);
  put_payout_report(w, wanted.date, dry_run, report);
  return out;
}

// The payout when the caller may see it; else the call was answered.
std::optional<money::PayoutNow> own_payout(Api& api, CallPtr& call, const KvSnapshot& snapshot, PayoutId id) {
  auto payout = money::MoneyReader(snapshot).payout(id);
  if (!payout) {
    api.answer_error(std::move(call), payout.error());
    return std::nullopt;
  }
  const auto tenant = call->caller->merchant;
  if (!*payout || (!tenant.is_zero() && (*payout)->merchant != tenant)) {
    answer_no_payout(api, std::move(call));
    return std::nullopt;
  }
  return **std::move(payout);
}

}  // namespace

void run_payouts(Api& api, CallPtr call) {
  const auto dry_run = take_dry_run(api, call);
  if (!dry_run) return;
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto wanted = taken(api, call, parse_payout_date(call->request.body));
  if (!wanted) return;
  JobRequest request{"payouts for " + to_text(wanted->date), "run_payouts", *key, std::nullopt};
  if (!*dry_run) request.asked = wanted->canonical;
  const auto since = call->continues_since;
  begin_job(api, std::move(call), std::move(request),
            [wanted = *wanted, dry = *dry_run, since](const money::MoneyPorts& ports,
                                                      const money::JobOwner& owner) {
              return pay_out(ports, owner, wanted, dry, since);
            });
}

void list_payouts(Api& api, CallPtr call) {
  const auto query =
      take_query(api, call, {"from", "until", "merchant", "disputed", "limit", "cursor", "min-position"});
  if (!query) return;
  const auto disputed = flag_in(*query, "disputed");
  if (!disputed) return answer_wrong_read(api, std::move(call), disputed.error());
  if (*disputed && (query->find("from") || query->find("until")))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "disputed=true lists them of all dates: leave out from and until");
  const auto range = range_in(*query, api.clock().now());
  if (!range) return answer_wrong_read(api, std::move(call), range.error());
  const auto registry = api.registry();
  const auto merchant = whose(*query, *call->caller, *registry);
  if (!merchant) return answer_wrong_read(api, std::move(call), merchant.error());
  const auto page = take_money_page(api, call, *query, "payouts");
  if (!page) return;
  std::optional<money::MerchantNo> only;
  if (*merchant != nullptr) only = (*merchant)->number;
  at_money(api, std::move(call), *query, Work::query,
           [range = *range, only, disputed = *disputed, page = *page](Api& a, CallPtr c,
                                                                      const projection::View& view) {
             const money::MoneyReader reader(*view.snapshot);
             const auto found =
                 disputed ? reader.disputed_payouts(only, page.after, page.limit)
                          : reader.payout_page(range.from, range.until, only, page.after, page.limit);
             if (!found) return a.answer_error(std::move(c), found.error());
             const auto names = a.registry();
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             for (const auto& payout : found->items) put_payout(w, payout, names->find(payout.merchant));
             end_items(w, a, view, page, next_of(*found));
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void get_payout(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"min-position"});
  if (!query) return;
  const auto id = PayoutId::parse(call->parameter);
  if (!id) return answer_no_payout(api, std::move(call));
  at_money(api, std::move(call), *query, Work::page,
           [id = *id](Api& a, CallPtr c, const projection::View& view) {
             const auto payout = own_payout(a, c, *view.snapshot, id);
             if (!payout) return;
             const auto names = a.registry();
             std::string body;
             JsonWriter w(body);
             put_payout(w, *payout, names->find(payout->merchant));
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void list_payout_lines(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"limit", "cursor", "min-position"});
  if (!query) return;
  const auto id = PayoutId::parse(call->parameter);
  if (!id) return answer_no_payout(api, std::move(call));
  const auto page = take_money_page(api, call, *query, "payout lines");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [id = *id, page = *page](Api& a, CallPtr c, const projection::View& view) {
             const auto payout = own_payout(a, c, *view.snapshot, id);
             if (!payout) return;
             const auto names = a.registry();
             const auto* merchant = names->find(payout->merchant);
             std::optional<settlement::LineKey> after;
             if (!page.after.empty()) after = settlement::parse_line_key(page.after);
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             std::size_t count = 0;
             std::string last;
             std::optional<std::string> next;
             const auto scanned =
                 money::MoneyReader(*view.snapshot)
                     .lines_of_payout(id, after, [&](const money::LineSummary& line) -> Result<bool> {
                       if (count == page.limit) {
                         next = last;
                         return false;
                       }
                       ++count;
                       last = settlement::text_of(line.key);
                       put_line(w, line, merchant);
                       return true;
                     });
             if (!scanned) return a.answer_error(std::move(c), scanned.error());
             end_items(w, a, view, page, next);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

// The file's name comes from the request's key: the same request again gives the same file again.
void make_payout_file(Api& api, CallPtr call) {
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto wanted = taken(api, call, parse_date_body(call->request.body, "make_payout_file"));
  if (!wanted) return;
  const auto date = wanted->date;
  const auto tail = to_hex(std::string_view(reinterpret_cast<const char*>(key->hash.data()), 4));
  const auto name = "payouts-" + to_text(date) + "-" + tail + ".csv";
  begin_job(api, std::move(call),
            {"a payout file for " + to_text(date), "make_payout_file", *key, wanted->canonical},
            [date, name](const money::MoneyPorts& ports, const money::JobOwner& owner) -> Result<JobAnswer> {
              WJ_TRY(auto file, money::send_payouts(ports, date, name, owner));
              return JobAnswer{
                  std::move(file.csv),
                  200,
                  "text/csv; charset=utf-8",
                  std::move(file.name),
                  {{"Payouts", std::to_string(file.payouts)}, {"Payouts-Held", std::to_string(file.held)}}};
            });
}

void import_payout_results(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"name"});
  if (!query) return;
  const auto key = take_csv_key(api, call);
  if (!key) return;
  auto results = money::parse_payout_results(call->request.body);
  if (!results) return api.answer_problem(std::move(call), ProblemKind::cannot_run, results.error().message);
  const std::string name(query->find("name").value_or("results"));
  JobRequest request{"payout results", "import_payout_results", *key, std::nullopt};
  request.asked.emplace("import_payout_results").text(name).text(digest_of_body(api, *call));
  begin_job(api, std::move(call), std::move(request),
            [results = *std::move(results), name](const money::MoneyPorts& ports,
                                                  const money::JobOwner& owner) -> Result<JobAnswer> {
              WJ_TRY(const auto applied, money::apply_payout_results(ports, results, name, owner));
              JobAnswer out;
              JsonWriter w(out.body);
              put_results_applied(w, applied, {});
              return out;
            });
}

namespace {

Result<JobAnswer> decided(const money::MoneyPorts& ports, const money::JobOwner& owner,
                          const money::PayoutDecision& decision, const RegistryState& registry) {
  WJ_TRY(const auto payout, money::decide_payout(ports, decision, owner));
  JobAnswer out;
  JsonWriter w(out.body);
  put_payout(w, payout, registry.find(payout.merchant));
  return out;
}

}  // namespace

// What another person imported: who it was is looked up first, and the job looks at the payout again.
void decide_payout(Api& api, CallPtr call) {
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto id = PayoutId::parse(call->parameter);
  if (!id) return answer_no_payout(api, std::move(call));
  auto wanted = taken(api, call, parse_payout_decision(call->request.body, *id));
  if (!wanted) return;
  ask_money(api, std::move(call), "a decision",
            [key = *key, id = *id, wanted = *std::move(wanted)](Api& a, CallPtr c, const auto& snapshot) {
              const auto payout = money::MoneyReader(*snapshot).payout(id);
              if (!payout) return a.answer_error(std::move(c), payout.error());
              if (!*payout) return answer_no_payout(a, std::move(c));
              const auto& dispute = (*payout)->dispute;
              const bool needs_another = dispute && wanted.approved && a.parts().money->options().four_eyes;
              const auto why =
                  needs_another ? same_hand(a, dispute->by, *c->caller, "imported what the bank says") : "";
              if (!why.empty()) return a.answer_problem(std::move(c), ProblemKind::four_eyes, why);
              begin_job(
                  a, std::move(c), {"a decision about " + id.text(), "decide_payout", key, wanted.canonical},
                  [id, wanted, told_by = dispute ? dispute->by.id : std::string(), registry = a.registry()](
                      const money::MoneyPorts& ports, const money::JobOwner& owner) {
                    auto by = owner;
                    if (!wanted.note.empty()) by.reason = wanted.note;
                    return decided(ports, by, {id, wanted.approved, told_by}, *registry);
                  });
            });
}

}  // namespace wonjang
