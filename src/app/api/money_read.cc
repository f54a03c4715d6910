#include "app/api/money_read.h"

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/refuse_token.h"
#include "app/api/view_cursor.h"
#include "app/api/view_query.h"

namespace wonjang {

std::optional<Query> take_query(Api& api, CallPtr& call, std::initializer_list<std::string_view> known) {
  std::vector<std::string_view> names(known);
  if (std::ranges::find(names, "cursor") != names.end()) names.emplace_back("after");
  Query query(call->request.head.query());
  const auto wrong = query.parse(names);
  if (!wrong && !(query.find("after") && query.find("cursor"))) return query;
  api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                     wrong.value_or("cursor is the older word for after: give after alone"));
  return std::nullopt;
}

std::optional<std::string_view> after_in(const Query& query) {
  const auto after = query.find("after");
  return after ? after : query.find("cursor");
}

void at_money(Api& api, CallPtr call, const Query& query, Work work, ThenLook then) {
  if (!api.serves(Part::money)) return api.answer_not_served(std::move(call), Part::money);
  const ReadSide side{&api.parts().money->runner(),
                      "journal, settlement and payouts have stopped; an operator sees why at GET /v1/views",
                      "journal and settlement aren't there yet; their present position is in the header "
                      "Ledger-Position"};
  at_runner(api, std::move(call), query, side, work, std::move(then));
}

Result<projection::View> money_now(const Api& api) {
  if (!api.serves(Part::money)) return unavailable("the money side isn't served here");
  return api.parts().money->now();
}

void answer_wrong_read(Api& api, CallPtr call, const Error& error) {
  if (error.kind == ErrorKind::invalid)
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, error.message);
  if (error.kind == ErrorKind::not_found)
    return api.answer_problem(std::move(call), ProblemKind::not_found, error.message);
  api.answer_error(std::move(call), error);
}

void answer_job_error(Api& api, CallPtr call, const Error& error) {
  switch (error.kind) {
    case ErrorKind::conflict:
      return api.answer_problem(std::move(call), ProblemKind::job_under_way, error.message);
    case ErrorKind::invalid:
      return api.answer_problem(std::move(call), ProblemKind::cannot_run, error.message);
    case ErrorKind::not_found:
      return api.answer_problem(std::move(call), ProblemKind::not_found, error.message);
    case ErrorKind::unavailable:
    case ErrorKind::in_doubt:
    case ErrorKind::corrupt:
      break;
  }
  log_event(LogLevel::error, "job_failed",
            {{"kind", name_of(error.kind)}, {"message", error.message}, {"requestId", call->request_id}});
  api.answer_problem(std::move(call), api.kind_of_failed_write(error));
}

std::optional<MoneyPage> take_money_page(Api& api, CallPtr& call, const Query& query, std::string_view list) {
  MoneyPage page;
  const auto limit = query.number("limit", 1, kMoneyPageMax, 50);
  if (!limit) {
    api.answer_problem(std::move(call), ProblemKind::bad_parameter, "limit is a number from 1 to 1000");
    return std::nullopt;
  }
  page.limit = static_cast<std::size_t>(*limit);
  page.identity = std::string(call->path()) + "\n" + identity_of(list, query, *call->caller);
  const auto after = after_in(query);
  if (!after) return page;
  const auto opened = open_view_cursor(api.parts().tokens, page.identity, *after);
  if (!opened) {
    refuse_view_cursor(api, std::move(call), page.identity, *after,
                       "after isn't a nextCursor that this server gave for this list");
    return std::nullopt;
  }
  page.after = *opened;
  return page;
}

void end_items(JsonWriter& w, Api& api, const projection::View& view, const MoneyPage& page,
               const std::optional<std::string>& next) {
  w.end_array().flag("hasMore", next.has_value());
  if (next) {
    w.text("nextCursor", seal_view_cursor(api.parts().tokens, page.identity, *next));
  } else {
    w.raw("nextCursor", "null");
  }
  put_seen(w, api, view);
  w.end_object();
}

void end_items(JsonWriter& w, Api& api, const projection::View& view) {
  end_items(w, api, view, {}, std::nullopt);
}

Result<const Merchant*> whose(const Query& query, const Caller& caller, const RegistryState& registry) {
  const Merchant* out = nullptr;
  if (const auto text = query.find("merchant")) {
    const auto id = MerchantId::parse(*text);
    if (!id) return invalid("merchant is a merchant's id, mch_...");
    const bool may_see = caller.merchant.is_zero() || caller.merchant == *id;
    out = may_see ? registry.find(*id) : nullptr;
    if (out == nullptr) return not_found("there is no such merchant");
  } else if (!caller.merchant.is_zero()) {
    out = registry.find(caller.merchant);
    if (out == nullptr) return not_found("there is no such merchant");
  }
  return out;
}

Result<std::optional<BusinessDate>> date_in(const Query& query, std::string_view name) {
  const auto text = query.find(name);
  if (!text) return std::optional<BusinessDate>();
  if (const auto date = parse_business_date(*text)) return date;
  return invalid(std::string(name) + " is a business date such as 2026-11-22");
}

Result<std::optional<Instant>> instant_in(const Query& query, std::string_view name) {
  const auto text = query.find(name);
  if (!text) return std::optional<Instant>();
  if (const auto at = parse_rfc3339(*text)) return std::optional(*at);
  return invalid(std::string(name) + " is an instant such as 2026-11-22T10:00:00+09:00");
}

Result<BusinessDate> date_of_path(std::string_view text) {
  if (const auto date = parse_business_date(text)) return *date;
  return invalid("the path names a business date such as 2026-11-22");
}

Result<DateRange> range_in(const Query& query, Instant now) {
  constexpr std::int32_t kBack = 366;
  constexpr std::int32_t kAhead = 31;
  WJ_TRY(const auto from, date_in(query, "from"));
  WJ_TRY(const auto until, date_in(query, "until"));
  const auto today = business_date_of(now);
  DateRange out;
  out.until = until ? *until : BusinessDate{std::max(today.days, from ? from->days : 0) + kAhead};
  out.from = from ? *from : BusinessDate{std::max(0, out.until.days - kBack - kAhead)};
  if (out.until <= out.from) return invalid("until is not after from: the period is half-open");
  return out;
}

Result<bool> flag_in(const Query& query, std::string_view name) { return parse_flag(query, name, false); }

std::optional<bool> take_dry_run(Api& api, CallPtr& call) {
  const auto query = take_query(api, call, {"dryRun"});
  if (!query) return std::nullopt;
  const auto dry_run = flag_in(*query, "dryRun");
  if (dry_run) return *dry_run;
  answer_wrong_read(api, std::move(call), dry_run.error());
  return std::nullopt;
}

}  // namespace wonjang
