// What the handlers of the money side share: reads of one commit of the projection `money` (runner_read.h),
// lists with `items`, `hasMore` and `nextCursor`, and whose things a caller may see.
//
// Threads: any.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/query.h"
#include "app/api/runner_read.h"
#include "base/result.h"
#include "domain/registry.h"
#include "domain/settlement/line.h"
#include "engine/money/money_reader.h"

namespace wonjang {

constexpr std::int64_t kMoneyPageMax = 1'000;

// The query's parameters, `known` and no others; where `cursor` is known, `after` is, which is the word of
// all lists for it, and not both are given. Nothing: the call was answered.
std::optional<Query> take_query(Api& api, CallPtr& call, std::initializer_list<std::string_view> known);

// ?after=, or by its older word ?cursor=.
std::optional<std::string_view> after_in(const Query& query);

// As at_runner, of the projection `money`.
void at_money(Api& api, CallPtr call, const Query& query, Work work, ThenLook then);

// For answers of the views that also say what the money side knows. Errors: unavailable (it isn't there yet,
// or isn't served here).
Result<projection::View> money_now(const Api& api);

// invalid: BAD_PARAMETER with its words, not_found: NOT_FOUND with its words; all else as Api::answer_error.
void answer_wrong_read(Api& api, CallPtr call, const Error& error);
// Of a job: conflict: JOB_UNDER_WAY, invalid: CANNOT_RUN, not_found: NOT_FOUND, each with its words; all else
// as a write that failed.
void answer_job_error(Api& api, CallPtr call, const Error& error);

// A list's page, from ?limit= and ?after=.
struct MoneyPage {
  std::size_t limit = 50;
  std::string after;     // payload of the cursor; empty: from the beginning
  std::string identity;  // of the question, for cursors
};
// Nothing: the call was answered.
std::optional<MoneyPage> take_money_page(Api& api, CallPtr& call, const Query& query, std::string_view list);
// Ends the array `items`, adds hasMore, nextCursor (null without `next`) and seen, ends the object.
void end_items(JsonWriter& w, Api& api, const projection::View& view, const MoneyPage& page,
               const std::optional<std::string>& next);
void end_items(JsonWriter& w, Api& api, const projection::View& view);  // of a list that has one page
template <typename T>
std::optional<std::string> next_of(const money::Paged<T>& page) {
  return page.has_more ? std::optional(page.place) : std::nullopt;
}

// The merchant of ?merchant=, or the caller's own; nothing: all. Errors: invalid, not_found (another's,
// nobody's).
Result<const Merchant*> whose(const Query& query, const Caller& caller, const RegistryState& registry);

// A business date; nothing: it isn't given. Errors: invalid.
Result<std::optional<BusinessDate>> date_in(const Query& query, std::string_view name);
// An instant; nothing: it isn't given. Errors: invalid.
Result<std::optional<Instant>> instant_in(const Query& query, std::string_view name);
// Of the path. Errors: invalid.
Result<BusinessDate> date_of_path(std::string_view text);
// [from, until); without bounds the last 366 days to the end of the next 31. Errors: invalid.
struct DateRange {
  BusinessDate from;
  BusinessDate until;
};
Result<DateRange> range_in(const Query& query, Instant now);
Result<bool> flag_in(const Query& query, std::string_view name);
// ?dryRun=, of a write that takes no other parameter. Nothing: the call was answered.
std::optional<bool> take_dry_run(Api& api, CallPtr& call);

}  // namespace wonjang
