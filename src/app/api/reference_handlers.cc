// What approved changes brought: contracts, calendars, holds.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_contract_json.h"
#include "app/api/json/settlement_json.h"
#include "app/api/money_read.h"
#include "domain/settlement/calendar.h"
#include "domain/settlement/streams.h"

namespace wonjang {
namespace {

using settlement::Calendar;
using settlement::ChangeId;

void put_known(JsonWriter& w, Instant known_at, ChangeId change) {
  // To the microsecond: what is given back as ?knownAt= includes it.
  w.instant_micros("knownAt", known_at).id("changeId", change);
}

// All that stand now of one kind; `read` is the reader's, `put` writes the fields of one.
template <typename Read, typename Put>
void list_known(Api& api, CallPtr call, Work work, Read read, Put put) {
  const auto query = take_query(api, call, {"min-position"});
  if (!query) return;
  at_money(api, std::move(call), *query, work, [read, put](Api& a, CallPtr c, const projection::View& view) {
    const money::MoneyReader reader(*view.snapshot);
    const auto found = (reader.*read)();
    if (!found) return a.answer_error(std::move(c), found.error());
    std::string body;
    JsonWriter w(body);
    w.begin_object().begin_array("items");
    for (const auto& one : *found) {
      w.begin_object();
      put(w, one.value);
      put_known(w, one.known_at, one.change);
      w.end_object();
    }
    end_items(w, a, view);
    answer_seen(a, std::move(c), view.seen, std::move(body));
  });
}

}  // namespace

void list_contracts(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"merchant", "knownAt", "limit", "cursor", "min-position"});
  if (!query) return;
  const auto known_at = instant_in(*query, "knownAt");
  if (!known_at) return answer_wrong_read(api, std::move(call), known_at.error());
  const auto registry = api.registry();
  const auto merchant = whose(*query, *call->caller, *registry);
  if (!merchant) return answer_wrong_read(api, std::move(call), merchant.error());
  const auto page = take_money_page(api, call, *query, "contracts");
  if (!page) return;
  std::optional<MerchantId> only;
  if (*merchant != nullptr) only = (*merchant)->id;
  at_money(api, std::move(call), *query, Work::query,
           [only, at = *known_at, page = *page](Api& a, CallPtr c, const projection::View& view) {
             const auto found =
                 money::MoneyReader(*view.snapshot).contract_page(only, page.after, page.limit, at);
             if (!found) return a.answer_error(std::move(c), found.error());
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             for (const auto& one : found->items) {
               w.begin_object();
               put_fields(w, one.value);
               put_known(w, one.known_at, one.change);
               w.end_object();
             }
             end_items(w, a, view, page, next_of(*found));
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void list_calendars(Api& api, CallPtr call) {
  list_known(api, std::move(call), Work::page, &money::MoneyReader::calendars, put_calendar_head);
}

namespace {

// `version` 0: the newest. Errors: not_found.
Result<money::Known<Calendar>> calendar_of(const KvSnapshot& snapshot, std::string_view code,
                                           std::int64_t version) {
  WJ_TRY(auto all, money::MoneyReader(snapshot).calendars());
  const money::Known<Calendar>* found = nullptr;
  for (const auto& one : all) {
    if (one.value.code != code || (version != 0 && one.value.version != version)) continue;
    if (found == nullptr || one.value.version > found->value.version) found = &one;
  }
  if (found == nullptr) return not_found("there is no such calendar, or no such version of it");
  return *found;
}

// The days that a caller wants to see of a calendar, half-open; without both bounds all of it.
struct DaysWanted {
  std::optional<BusinessDate> from;
  std::optional<BusinessDate> until;
};

// Of ?year=, or ?from= and ?until=. Errors: invalid.
Result<DaysWanted> days_in(const Query& query) {
  DaysWanted out;
  WJ_TRY(out.from, date_in(query, "from"));
  WJ_TRY(out.until, date_in(query, "until"));
  if (!query.find("year")) {
    if (out.from && out.until && *out.until <= *out.from)
      return invalid("until is not after from: the period is half-open");
    return out;
  }
  if (out.from || out.until) return invalid("year says both bounds: leave from and until out, or the year");
  const auto year = query.number("year", 1970, 2999, 0);
  if (!year) return invalid("year is a year such as 2026, from 1970 on");
  out.from = parse_business_date(std::to_string(*year) + "-01-01");
  out.until = parse_business_date(std::to_string(*year + 1) + "-01-01");
  return out;
}

// The days of `wanted` that the calendar covers. Errors: invalid (none: an empty list would read as a year
// without holidays).
Result<DateRange> covered(const Calendar& calendar, const DaysWanted& wanted) {
  const DateRange out{std::max(wanted.from.value_or(calendar.from), calendar.from),
                      std::min(wanted.until.value_or(calendar.until), calendar.until)};
  if (out.from < out.until) return out;
  return invalid("calendar " + calendar.code + " version " + std::to_string(calendar.version) + " covers " +
                 to_text(calendar.from) + " until " + to_text(calendar.until) +
                 "; of days outside it nobody knows: ask within it, or propose a version that covers more");
}

// The calendar without the days that weren't asked for, and without its text form.
void put_part(JsonWriter& w, const Calendar& calendar, const DateRange& shown) {
  auto part = calendar;
  std::erase_if(part.closed,
                [&](const auto& day) { return day.date < shown.from || day.date >= shown.until; });
  put_fields(w, part);
  w.number("days", static_cast<std::int64_t>(calendar.closed.size()));
  w.begin_object("shown").date("from", shown.from).date("until", shown.until).end_object();
}

void answer_calendar(Api& api, CallPtr call, const projection::View& view,
                     const money::Known<Calendar>& calendar, const DaysWanted& wanted) {
  std::string body;
  JsonWriter w(body);
  w.begin_object();
  if (wanted.from || wanted.until) {
    const auto shown = covered(calendar.value, wanted);
    if (!shown) return answer_wrong_read(api, std::move(call), shown.error());
    put_part(w, calendar.value, *shown);
  } else {
    put_fields(w, calendar.value);
    w.number("days", static_cast<std::int64_t>(calendar.value.closed.size()));
    w.text("text", settlement::to_text(calendar.value));
  }
  put_known(w, calendar.known_at, calendar.change);
  put_seen(w, api, view);
  w.end_object();
  answer_seen(api, std::move(call), view.seen, std::move(body));
}

}  // namespace

void get_calendar(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"version", "year", "from", "until", "min-position"});
  if (!query) return;
  const auto version = query->number("version", 1, 1'000'000, 0);
  if (!version)
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "version is a whole number from 1");
  const auto wanted = days_in(*query);
  if (!wanted) return answer_wrong_read(api, std::move(call), wanted.error());
  const std::string code(call->parameter);
  at_money(api, std::move(call), *query, Work::page,
           [code, v = *version, wanted = *wanted](Api& a, CallPtr c, const projection::View& view) {
             const auto found = calendar_of(*view.snapshot, code, v);
             if (!found) return answer_wrong_read(a, std::move(c), found.error());
             answer_calendar(a, std::move(c), view, *found, wanted);
           });
}

void get_calendar_differences(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"from", "until", "min-position"});
  if (!query) return;
  const auto from = query->number("from", 1, 1'000'000, 0);
  const auto until = query->number("until", 1, 1'000'000, 0);
  if (!from || !until || *from == 0)
    return api.answer_problem(
        std::move(call), ProblemKind::bad_parameter,
        "from and until are versions: whole numbers from 1; without until it is the newest");
  const std::string code(call->parameter);
  at_money(api, std::move(call), *query, Work::page,
           [code, f = *from, u = *until](Api& a, CallPtr c, const projection::View& view) {
             const auto older = calendar_of(*view.snapshot, code, f);
             const auto newer = calendar_of(*view.snapshot, code, u);
             if (!older) return answer_wrong_read(a, std::move(c), older.error());
             if (!newer) return answer_wrong_read(a, std::move(c), newer.error());
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             for (const auto& one : settlement::difference(older->value, newer->value)) {
               w.begin_object().text("date", to_text(one.day.date)).text("kind", code_of(one.day.kind));
               w.text("name", one.day.name).flag("added", one.added).end_object();
             }
             end_items(w, a, view);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void list_holds(Api& api, CallPtr call) {
  list_known(api, std::move(call), Work::query, &money::MoneyReader::holds,
             [](JsonWriter& w, const settlement::Hold& hold) { put_fields(w, hold); });
}

}  // namespace wonjang
