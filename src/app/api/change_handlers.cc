// Reference data of the money side: changes that one proposes and another decides. What they brought:
// reference_handlers.cc.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_commands.h"
#include "app/api/json/money_contract_json.h"
#include "app/api/list_page.h"
#include "app/api/money_read.h"
#include "app/api/money_work.h"
#include "app/api/same_hand.h"
#include "app/api/what_if_page.h"
#include "app/api/write_request.h"
#include "app/money/ledger_sink.h"
#include "engine/ledger/ask.h"
#include "engine/money/redate.h"

namespace wonjang {
namespace {

using settlement::Calendar;
using settlement::ChangeId;
using settlement::Contract;

// The version that comes next. It is given when the change is decided, too: of two open proposals the one
// that is decided later is the later version.
Result<void> give_version(const money::MoneyReader& reader, settlement::Reference& reference) {
  if (auto* contract = std::get_if<Contract>(&reference)) {
    WJ_TRY(const auto known, reader.contracts_of(contract->merchant));
    contract->version = 1;
    for (const auto& one : known) {
      if (one.value.sub_mall == contract->sub_mall && one.value.currency == contract->currency)
        contract->version = std::max(contract->version, one.value.version + 1);
    }
  } else if (auto* calendar = std::get_if<Calendar>(&reference)) {
    WJ_TRY(const auto known, reader.calendars());
    calendar->version = 1;
    for (const auto& one : known) {
      if (one.value.code == calendar->code)
        calendar->version = std::max(calendar->version, one.value.version + 1);
    }
  }
  return {};
}

MerchantId merchant_of(const settlement::Reference& reference) {
  if (const auto* contract = std::get_if<Contract>(&reference)) return contract->merchant;
  if (const auto* hold = std::get_if<settlement::Hold>(&reference)) return hold->merchant;
  if (const auto* held = std::get_if<settlement::FundsHeld>(&reference)) return held->merchant;
  return {};
}

// What a person meant about somebody who isn't there.
std::optional<Refusal> unknown_merchant(Api& api, const settlement::Reference& reference) {
  const auto merchant = merchant_of(reference);
  if (merchant.is_zero() || api.registry()->find(merchant) != nullptr) return std::nullopt;
  const char* where = "/contract/merchantId";
  if (std::holds_alternative<settlement::Hold>(reference)) where = "/hold/merchantId";
  if (std::holds_alternative<settlement::FundsHeld>(reference)) where = "/fundsHeld/merchantId";
  return Refusal{RefusalCode::merchant_unknown, "there is no merchant " + merchant.text(), where, 0};
}

Request facts_request(Api& api, const Call& call, const WorkKey& key, const CanonicalRequest& canonical,
                      RecordFacts facts) {
  auto request = write_request(api, *call.caller, key.text, canonical);
  request.command = std::move(facts);
  request.renderer = &change_renderer();
  return request;
}

// The calendar that a change brings a later version of, or null: the first one has dated every line there is.
const Calendar* redating(const settlement::Reference* approved) {
  const auto* calendar = approved == nullptr ? nullptr : std::get_if<Calendar>(approved);
  return calendar != nullptr && calendar->version > 1 ? calendar : nullptr;
}

PendingJob pending_redate(Api& api, const Actor& actor, const std::string& code, const RequestKey& key) {
  PendingJob out;
  out.key = key.key;
  out.fingerprint = key.fingerprint;
  out.what = "re-dating by calendar " + code;
  out.target = std::string(kRedateTarget) + code;
  out.actor = actor;
  out.begun_at = api.clock().now();
  return out;
}

void write_change(Api& api, CallPtr call, Request request, const settlement::Reference* approved) {
  if (api.is_draining()) return api.answer_problem(std::move(call), ProblemKind::shutting_down);
  const auto actor = call->caller->actor;
  const auto* calendar = redating(approved);
  if (calendar == nullptr) return api.finish(std::move(call), ask(api.ledger(), std::move(request)));
  const auto key = *request.key;  // write_request() has given one
  const auto& pending = api.pending_jobs();
  if (pending.is_of_another(key.key, key.fingerprint))
    return api.answer_problem(std::move(call), ProblemKind::key_reused);
  // Noted before it counts: a process that dies in between re-dates after its restart. What is noted already
  // is a repeat of what was approved: its re-dating is still to come.
  const bool was_noted = pending.has(key.key);
  if (!was_noted) {
    const auto noted = pending.keep(pending_redate(api, actor, calendar->code, key));
    if (!noted) return api.answer_error(std::move(call), noted.error());
  }
  auto answer = ask(api.ledger(), std::move(request));
  const bool may_stand =
      answer.kind == AnswerKind::failed && answer.error && answer.error->kind == ErrorKind::in_doubt;
  if (answer.kind == AnswerKind::done) {
    redate_later(api, actor, calendar->code, key.key);
  } else if (!was_noted && !may_stand) {
    pending.forget(key.key);
  }
  api.finish(std::move(call), std::move(answer));
}

void propose(Api& api, CallPtr call, const WorkKey& key, ParsedChange change,
             const std::shared_ptr<const KvSnapshot>& snapshot) {
  if (!answered_before(api, key.hash)) {
    if (const auto refusal = unknown_merchant(api, change.reference))
      return api.answer_refusal(std::move(call), *refusal);
    const auto given = give_version(money::MoneyReader(*snapshot), change.reference);
    if (!given) return api.answer_error(std::move(call), given.error());
  }
  RawId drawn;
  drawn = RawId::from_bytes(reinterpret_cast<const char*>(key.hash.data()));
  const ChangeId id(settlement::change_stream(drawn));
  RecordFacts facts;
  facts.stream = id.raw();
  facts.merchant = merchant_of(change.reference);
  facts.bodies.emplace_back(settlement::ChangeProposed{id, change.reference, change.note});
  const bool at_once = !api.parts().money->options().four_eyes;
  if (at_once) facts.bodies.emplace_back(settlement::ChangeDecided{id, true, change.reference, change.note});
  auto request = facts_request(api, *call, key, change.canonical, std::move(facts));
  write_change(api, std::move(call), std::move(request), at_once ? &change.reference : nullptr);
}

std::string decided_text(const money::ChangeNow& change) {
  return std::string(change.decided->approved ? "approved" : "rejected") + " at " +
         to_rfc3339(change.decided_at) + " by " + change.decided_by.id;
}

void decide(Api& api, CallPtr call, const WorkKey& key, ChangeId id, const ParsedDecision& decision,
            const std::shared_ptr<const KvSnapshot>& snapshot) {
  const money::MoneyReader reader(*snapshot);
  const auto change = reader.change(id);
  if (!change) return api.answer_error(std::move(call), change.error());
  if (!*change) return api.answer_problem(std::move(call), ProblemKind::not_found, "there is no such change");
  auto reference = (*change)->proposed.reference;
  // The house shares its keys' names: nobody hears another's decision as if it were his.
  const bool is_anothers = (*change)->decided && (*change)->decided_by.id != call->caller->actor.id;
  if (is_anothers || !answered_before(api, key.hash)) {
    if ((*change)->decided)
      return api.answer_problem(std::move(call), ProblemKind::already_decided, decided_text(**change));
    const bool needs_another = decision.approved && api.parts().money->options().four_eyes;
    const auto why =
        needs_another ? same_hand(api, (*change)->proposed_by, *call->caller, "proposed it") : "";
    if (!why.empty()) return api.answer_problem(std::move(call), ProblemKind::four_eyes, why);
    if (const auto given = give_version(reader, reference); !given)
      return api.answer_error(std::move(call), given.error());
  }
  RecordFacts facts;
  facts.stream = id.raw();
  facts.expected_version = (*change)->decided ? (*change)->version - 1 : (*change)->version;
  facts.merchant = merchant_of(reference);
  facts.bodies.emplace_back(settlement::ChangeDecided{id, decision.approved, reference, decision.note});
  auto request = facts_request(api, *call, key, decision.canonical, std::move(facts));
  const DecisionRenderer renderer(**change);  // write_change() waits for the answer
  request.renderer = &renderer;
  write_change(api, std::move(call), std::move(request), decision.approved ? &reference : nullptr);
}

// How many there are, kCountedMax at most. What a first page holds isn't read again.
Result<std::int64_t> count_changes(const money::MoneyReader& reader, bool open_only, const MoneyPage& page,
                                   const money::Paged<money::ChangeNow>& found) {
  std::size_t counted = 0;
  std::string after;
  if (page.after.empty()) {
    counted = found.items.size();
    if (!found.has_more || counted >= kCountedMax) return static_cast<std::int64_t>(counted);
    after = found.place;
  }
  WJ_TRY(const auto rest, reader.changes(open_only, after, kCountedMax - counted));
  return static_cast<std::int64_t>(counted + rest.items.size());
}

}  // namespace

void propose_change(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"dryRun", "limit", "cursor"});
  if (!query) return;
  const auto dry_run = flag_in(*query, "dryRun");
  if (!dry_run) return answer_wrong_read(api, std::move(call), dry_run.error());
  if (!*dry_run && (query->find("limit") || after_in(*query)))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "limit and after are of the lists that dryRun=true answers with");
  const auto key = take_work_key(api, call);
  if (!key) return;
  auto change = taken(api, call, parse_change(call->request.body));
  if (!change) return;
  const auto about = change->canonical.fingerprint(api.digest());
  const auto page = take_what_if_page(api, call, *query, std::string(about.begin(), about.end()));
  if (!page) return;
  ask_money(api, std::move(call), "a proposal",
            [key = *key, change = *std::move(change), dry = *dry_run, page = *page](Api& a, CallPtr c,
                                                                                    const auto& snapshot) {
              if (!dry) return propose(a, std::move(c), key, change, snapshot);
              if (const auto refusal = unknown_merchant(a, change.reference))
                return a.answer_refusal(std::move(c), *refusal);
              auto reference = change.reference;
              if (const auto given = give_version(money::MoneyReader(*snapshot), reference); !given)
                return a.answer_error(std::move(c), given.error());
              answer_what_if(a, std::move(c), reference, *snapshot, page);
            });
}

void decide_change(Api& api, CallPtr call) {
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto id = ChangeId::parse(call->parameter);
  if (!id)
    return api.answer_problem(std::move(call), ProblemKind::not_found, "that is no change's id, chg_...");
  auto decision = taken(api, call, parse_decision(call->request.body, *id));
  if (!decision) return;
  ask_money(api, std::move(call), "a decision",
            [key = *key, id = *id, decision = *std::move(decision)](Api& a, CallPtr c, const auto& snapshot) {
              decide(a, std::move(c), key, id, decision, snapshot);
            });
}

void list_changes(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"status", "limit", "cursor", "count", "min-position"});
  if (!query) return;
  const auto count = flag_in(*query, "count");
  if (!count) return answer_wrong_read(api, std::move(call), count.error());
  const auto status = query->find("status").value_or("");
  if (!status.empty() && status != "PROPOSED")
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "status is PROPOSED, or is left out");
  const auto page = take_money_page(api, call, *query, "changes");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [open_only = !status.empty(), count = *count, page = *page](Api& a, CallPtr c,
                                                                       const projection::View& view) {
             const money::MoneyReader reader(*view.snapshot);
             const auto found = reader.changes(open_only, page.after, page.limit);
             if (!found) return a.answer_error(std::move(c), found.error());
             std::string body;
             JsonWriter w(body);
             w.begin_object();
             if (count) {
               const auto all = count_changes(reader, open_only, page, *found);
               if (!all) return a.answer_error(std::move(c), all.error());
               w.number("count", *all);
             }
             w.begin_array("items");
             for (const auto& change : found->items) put_change(w, change);
             end_items(w, a, view, page, next_of(*found));
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void get_change(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"min-position"});
  if (!query) return;
  const auto id = ChangeId::parse(call->parameter);
  if (!id)
    return api.answer_problem(std::move(call), ProblemKind::not_found, "that is no change's id, chg_...");
  at_money(api, std::move(call), *query, Work::page,
           [id = *id](Api& a, CallPtr c, const projection::View& view) {
             const auto change = money::MoneyReader(*view.snapshot).change(id);
             if (!change) return a.answer_error(std::move(c), change.error());
             if (!*change)
               return a.answer_problem(std::move(c), ProblemKind::not_found, "there is no such change");
             std::string body;
             JsonWriter w(body);
             put_change(w, **change);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void redate_later(Api& api, const Actor& actor, const std::string& code, const Hash128& key) {
  WorkThread::Work work;
  work.what = "re-dating by calendar " + code;
  work.whose = actor.id;
  work.act = [&api, actor, code, key](bool cancelled) {
    if (cancelled) return;
    auto& side = *api.parts().money;
    LedgerSink sink(side.ledger());
    const auto done =
        money::redate(side.ports_of(sink), {code, side.owner(actor, "calendar " + code), false});
    if (done) return api.pending_jobs().forget(key);
    log_event(LogLevel::warn, "redate_failed", {{"calendar", code}, {"why", done.error().message}});
    // The rest goes on at the next start, as payouts do it before they begin.
    const bool is_refused =
        done.error().kind == ErrorKind::invalid || done.error().kind == ErrorKind::not_found;
    if (is_refused) api.pending_jobs().give_up(key, api.clock().now());
  };
  if (const auto added = api.parts().money->jobs().add(std::move(work)); !added)
    log_event(LogLevel::warn, "redate_failed", {{"calendar", code}, {"why", added.error().message}});
}

}  // namespace wonjang
