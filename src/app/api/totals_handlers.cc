// Totals of the cubes, today's sales, and who sold most.

#include <map>
#include <utility>

#include "app/api/api.h"
#include "app/api/totals_query.h"
#include "app/api/view_json.h"
#include "app/api/view_query.h"
#include "app/api/view_read.h"
#include "domain/lifecycle.h"
#include "domain/method.h"
#include "engine/serving/exact.h"
#include "engine/serving/sales_of_day.h"
#include "engine/serving/top_merchants.h"
#include "engine/serving/totals_reader.h"

namespace wonjang {
namespace {

using serving::CubeKey;
using serving::CubeSpec;
using serving::Dimension;
using serving::Grain;
using serving::TotalsFace;
using serving::TotalsRow;

constexpr unsigned kDigits = 2;  // of averages and deviations, in the smallest unit

void put_cube(JsonWriter& w, const CubeSpec& cube) {
  w.begin_object().text("name", cube.name).text("source", code_of(cube.source));
  w.text("key", code_of(cube.key)).text("grain", code_of(cube.grain)).begin_array("dimensions");
  for (const auto dimension : kTotalsDimensions) {
    if (cube.inner.has(dimension)) w.element(code_of(dimension));
  }
  w.end_array().flag("percentiles", cube.percentiles).flag("history", cube.history).end_object();
}

// Members of a row that say which it is.
Result<void> put_labels(JsonWriter& w, const ServingNow& now, const CubeSpec& cube,
                        const serving::TotalsQuery& query, const TotalsRow& row) {
  if (row.bucket) w.text("bucket", bucket_text(*query.by, *row.bucket));
  if (query.by_key && cube.key == CubeKey::merchant) {
    WJ_TRY(const auto merchant, now.views().merchants().of(row.merchant));
    w.id("merchantId", merchant.id).text("merchantCode", merchant.code);
  }
  if (query.by_key && cube.key == CubeKey::organisation) w.text("organisation", row.organisation);
  const auto& dims = row.dims;
  if (query.group_by.has(Dimension::organisation)) w.text("organisation", dims.organisation);
  // Before the first approval a payment has no method.
  if (query.group_by.has(Dimension::method))
    w.text("method", dims.method == 0 ? "NONE" : code_of(static_cast<Method>(dims.method)));
  if (query.group_by.has(Dimension::status))
    w.text("status", code_of(static_cast<PaymentStatus>(dims.status)));
  if (query.group_by.has(Dimension::kind))
    w.text("kind", code_of(static_cast<serving::TransactionKind>(dims.kind)));
  if (query.group_by.has(Dimension::channel)) w.text("channel", code_of(static_cast<Channel>(dims.channel)));
  if (query.group_by.has(Dimension::issuer)) w.text("issuer", dims.issuer);
  w.text("currency", dims.currency);
  return {};
}

// A difference of two sets has sums, and neither average nor deviation.
Result<void> put_statistics(JsonWriter& w, const TotalsWish& wish, const TotalsRow& row) {
  put_measures(w, row.sums);
  if (wish.query.face == TotalsFace::difference) return {};
  if (const auto text = serving::average_text(row.sums.amount, kDigits, Rounding::half_up))
    w.text("averageAmount", *text);
  WJ_TRY(const auto deviation, serving::deviation_text(row.sums.amount, kDigits, Rounding::half_up));
  if (deviation) w.text("deviationAmount", *deviation);
  if (wish.per_mille.empty()) return {};
  w.begin_array("percentiles");
  for (const auto per_mille : wish.per_mille) {
    WJ_TRY(const auto value, row.amounts.quantile(per_mille * 10));
    if (!value) continue;
    w.begin_object().number("perMille", per_mille).number("amount", *value).end_object();
  }
  w.end_array();
  return {};
}

Result<std::string> totals_json(Api& api, const ServingNow& now, const CubeSpec& cube, const TotalsWish& wish,
                                const serving::TotalsRows& found) {
  const auto& query = wish.query;
  std::string body;
  JsonWriter w(body);
  w.begin_object().text("cube", cube.name);
  w.begin_object("period").text("from", bucket_text(cube.grain, query.from));
  w.text("until", bucket_text(cube.grain, query.until)).end_object();
  if (query.face != TotalsFace::now) {
    w.text("asOf", to_text(query.close)).flag("difference", query.face == TotalsFace::difference);
  }
  w.begin_array("rows");
  for (const auto& row : found.rows) {
    w.begin_object();
    WJ_CHECK(put_labels(w, now, cube, query, row));
    WJ_CHECK(put_statistics(w, wish, row));
    w.end_object();
  }
  w.end_array();
  put_seen(w, api, now);
  put_reading(w, found.reading);
  if (wish.explain)
    put_plan(w, found.reading,
             {{"cells: " + found.reading.index}, {{"cells", query.cells_max}, {"rows", query.rows_max}}});
  w.end_object();
  return body;
}

void run_totals(Api& api, CallPtr call, const ServingNow& now, const CubeSpec& cube, const TotalsWish& wish) {
  const auto answer = serving::read_totals(now.views().cubes(), now.snapshot(), wish.query);
  if (!answer) return answer_view_error(api, std::move(call), answer.error());
  if (const auto* narrow = std::get_if<serving::Narrow>(&*answer))
    return answer_too_wide(api, std::move(call), *narrow);
  const auto& found = std::get<serving::TotalsRows>(*answer);
  auto body = totals_json(api, now, cube, wish, found);
  if (!body) return api.answer_error(std::move(call), body.error());
  answer_view(api, std::move(call), now, *std::move(body));
}

// ---- today

constexpr std::int64_t kMinutesMax = 180;
constexpr std::int64_t kMinuteUs = 60'000'000;

struct TodayWish {
  std::optional<serving::MerchantNo> merchant;
  std::int64_t minutes = 0;  // the last so many, one by one
  bool explain = false;
};

// What moved in one hour or minute and currency.
struct BucketRow {
  std::int32_t bucket = 0;
  serving::Sums sums;
};

struct TodayRows {
  BusinessDate today;
  std::vector<BucketRow> hours;
  std::vector<BucketRow> minutes;
  serving::Reading reading;
};

// The last `minutes` of today begin here; before midnight is another day.
Instant minutes_from(BusinessDate today, Instant now, std::int64_t minutes) {
  const auto first = Instant{(now.us / kMinuteUs - (minutes - 1)) * kMinuteUs};
  return std::max(start_of(today), first);
}

void put_sales(JsonWriter& w, const serving::Sums& sums) {
  w.text("currency", sums.currency).number("count", sums.count);
  put_exact(w, "grossAmount", sums.gross);
  put_exact(w, "canceledAmount", sums.canceled);
  put_exact(w, "netAmount", sums.net());
}

void put_buckets(JsonWriter& w, std::string_view list, std::string_view name, Grain grain,
                 const std::vector<BucketRow>& rows) {
  w.begin_array(list);
  for (const auto& [bucket, sums] : rows) {
    w.begin_object().text(name, bucket_text(grain, bucket));
    put_sales(w, sums);
    w.end_object();
  }
  w.end_array();
}

void answer_today(Api& api, CallPtr call, const ServingNow& now, const TodayRows& found,
                  const TodayWish& wish, const Plan& plan) {
  std::map<std::string, serving::Sums> day;
  for (const auto& [hour, sums] : found.hours) {
    auto& sum = day[sums.currency];
    sum.currency = sums.currency;
    sum.count += sums.count;
    sum.gross += sums.gross;
    sum.canceled += sums.canceled;
  }
  std::string body;
  JsonWriter w(body);
  w.begin_object().text("businessDate", to_text(found.today)).begin_array("totals");
  for (const auto& [currency, sums] : day) {
    w.begin_object();
    put_sales(w, sums);
    w.end_object();
  }
  w.end_array();
  put_buckets(w, "hours", "hour", Grain::hour, found.hours);
  if (wish.minutes > 0) put_buckets(w, "minutes", "minute", Grain::minute, found.minutes);
  put_seen(w, api, now);
  put_reading(w, found.reading);
  if (wish.explain) put_plan(w, found.reading, plan);
  w.end_object();
  answer_view(api, std::move(call), now, std::move(body));
}

void run_today_of(Api& api, CallPtr call, const ServingNow& now, const TodayWish& wish) {
  const auto moment = api.clock().now();
  TodayRows rows{business_date_of(moment), {}, {}, {}};
  std::optional<Instant> first_minute;
  if (wish.minutes > 0) first_minute = minutes_from(rows.today, moment, wish.minutes);
  const auto answer = serving::sales_of_day(now.snapshot(), *wish.merchant, rows.today, first_minute);
  if (!answer) return answer_view_error(api, std::move(call), answer.error());
  if (const auto* narrow = std::get_if<serving::Narrow>(&*answer))
    return answer_too_wide(api, std::move(call), *narrow);
  const auto& found = std::get<serving::DaySales>(*answer);
  for (const auto& [hour, sums] : found.hours)
    rows.hours.push_back({bucket_of(Grain::hour, rows.today) + hour, sums});
  for (const auto& [minute, sums] : found.minutes) rows.minutes.push_back({minute, sums});
  rows.reading = found.reading;
  answer_today(api, std::move(call), now, rows, wish,
               {{"transactions: " + found.reading.index}, {{"transactions", serving::kSalesOfDayMax}}});
}

// Of one of the cubes by hour or minute, which have no key; what it read is added to `reading`.
Result<std::variant<std::vector<BucketRow>, serving::Narrow>> sales_by(Api& api, const ServingNow& now,
                                                                       const serving::TotalsQuery& query,
                                                                       serving::Reading& reading) {
  using Out = std::variant<std::vector<BucketRow>, serving::Narrow>;
  auto asked = query;
  asked.cells_max = api.options().ceilings.totals_cells;
  asked.asker = serving::Asker::today;
  WJ_TRY(const auto answer, serving::read_totals(now.views().cubes(), now.snapshot(), asked));
  if (const auto* narrow = std::get_if<serving::Narrow>(&answer)) return Out(*narrow);
  const auto& found = std::get<serving::TotalsRows>(answer);
  reading.index = found.reading.index;
  reading.rows_read += found.reading.rows_read;
  reading.seeks += found.reading.seeks;
  std::vector<BucketRow> rows;
  for (const auto& row : found.rows) {
    rows.push_back({row.bucket.value_or(0),
                    {row.dims.currency, row.sums.amount.count, row.sums.gross, row.sums.canceled}});
  }
  return Out(std::move(rows));
}

void run_today_of_all(Api& api, CallPtr call, const ServingNow& now, const TodayWish& wish) {
  const auto moment = api.clock().now();
  TodayRows rows{business_date_of(moment), {}, {}, {}};
  const auto until = start_of({rows.today.days + 1});
  const auto read = [&](std::string_view cube, Grain grain, Instant from) {
    serving::TotalsQuery query;
    query.cube = cube;
    query.from = bucket_of(grain, from);
    query.until = bucket_of(grain, until);
    query.by = grain;
    return sales_by(api, now, query, rows.reading);
  };
  auto hours = read("sales_hour", Grain::hour, start_of(rows.today));
  if (!hours) return answer_view_error(api, std::move(call), hours.error());
  if (const auto* narrow = std::get_if<serving::Narrow>(&*hours))
    return answer_too_wide(api, std::move(call), *narrow);
  rows.hours = std::get<std::vector<BucketRow>>(*std::move(hours));
  if (wish.minutes > 0) {
    auto minutes = read("sales_minute", Grain::minute, minutes_from(rows.today, moment, wish.minutes));
    if (!minutes) return answer_view_error(api, std::move(call), minutes.error());
    if (const auto* narrow = std::get_if<serving::Narrow>(&*minutes))
      return answer_too_wide(api, std::move(call), *narrow);
    rows.minutes = std::get<std::vector<BucketRow>>(*std::move(minutes));
  }
  const Plan plan{{"cells: " + rows.reading.index}, {{"cells", api.options().ceilings.totals_cells}}};
  answer_today(api, std::move(call), now, rows, wish, plan);
}

// ---- top

Result<serving::TopQuery> parse_top(const Query& query, Instant now) {
  serving::TopQuery out;
  const auto from = query.find("from");
  if (!from) return invalid("say from which day: from=2026-11-01");
  const auto day = parse_business_date(*from);
  if (!day) return invalid("from is a business date, such as 2026-11-01");
  out.from = *day;
  out.until = business_date_of(default_until(start_of(*day), now));  // as lists and totals end
  if (const auto until = query.find("until")) {
    const auto end = parse_business_date(*until);
    if (!end) return invalid("until is a business date, such as 2026-12-01");
    out.until = *end;
  }
  if (out.until <= out.from) return invalid("until is not after from: the period is half-open");
  if (out.until.days - out.from.days > kPeriodDaysMax)
    return invalid("a period is at most 5 years (" + std::to_string(kPeriodDaysMax) + " days)");
  const auto by = query.find("by").value_or("net");
  const std::map<std::string_view, serving::TopBy> known{{"net", serving::TopBy::net},
                                                         {"gross", serving::TopBy::gross},
                                                         {"count", serving::TopBy::count},
                                                         {"canceled", serving::TopBy::canceled}};
  const auto found = known.find(by);
  if (found == known.end()) return invalid("by is net, gross, count or canceled");
  out.by = found->second;
  const auto limit = query.number("limit", 1, serving::TopQuery::kLimitMax, 100);
  if (!limit) return invalid("limit is a number from 1 to " + std::to_string(serving::TopQuery::kLimitMax));
  out.limit = static_cast<std::uint32_t>(*limit);
  const auto currency = Currency::parse(query.find("currency").value_or("KRW"));
  if (!currency) return invalid("currency is a code of ISO 4217, such as KRW");
  out.currency = currency->code();
  return out;
}

void run_top(Api& api, CallPtr call, const ServingNow& now, const serving::TopQuery& query, bool explain) {
  const auto answer = serving::read_top(now.views().cubes(), now.snapshot(), query);
  if (!answer) return answer_view_error(api, std::move(call), answer.error());
  if (const auto* narrow = std::get_if<serving::Narrow>(&*answer))
    return answer_too_wide(api, std::move(call), *narrow);
  const auto& found = std::get<serving::TopRows>(*answer);
  std::string body;
  JsonWriter w(body);
  w.begin_object().begin_object("period").text("from", to_text(query.from));
  w.text("until", to_text(query.until)).end_object().begin_array("merchants");
  std::int64_t rank = 0;
  for (const auto& row : found.rows) {
    const auto merchant = now.views().merchants().of(row.merchant);
    if (!merchant) return api.answer_error(std::move(call), merchant.error());
    w.begin_object().number("rank", ++rank).id("merchantId", merchant->id);
    w.text("merchantCode", merchant->code).text("currency", query.currency);
    put_measures(w, row.sums);
    w.end_object();
  }
  w.end_array();
  put_seen(w, api, now);
  put_reading(w, found.reading);
  if (explain) put_plan(w, found.reading, {{"cells: " + found.reading.index}, {{"cells", query.cells_max}}});
  w.end_object();
  answer_view(api, std::move(call), now, std::move(body));
}

}  // namespace

void list_cubes(Api& api, CallPtr call) {
  std::string body;
  JsonWriter w(body);
  w.begin_object().begin_array("cubes");
  for (const auto& cube : api.parts().serving->cubes()) {
    if (may_see(*call->caller, cube)) put_cube(w, cube);
  }
  w.end_array().end_object();
  api.answer_json(std::move(call), std::move(body));
}

void get_totals(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse(totals_parameters(), totals_parameters_given_often()))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  const auto* cube = visible_cube(api.parts().serving->cubes(), *call->caller, call->parameter);
  if (cube == nullptr)
    return api.answer_problem(std::move(call), ProblemKind::not_found,
                              "there is no such cube for you; GET /v1/totals lists them");
  auto wish = parse_totals(query, *call->caller, *api.registry(), *cube, api.clock().now());
  if (!wish) return answer_view_error(api, std::move(call), wish.error());
  wish->query.cells_max = api.options().ceilings.totals_cells;
  wish->query.rows_max = api.options().ceilings.totals_rows;
  const auto explain = wants_explain(*call, query);
  if (!explain) return answer_view_error(api, std::move(call), explain.error());
  wish->explain = *explain;
  at_view(api, std::move(call), query, Work::query,
          [cube, wish = *std::move(wish)](Api& a, CallPtr c, const ServingNow& now) {
            run_totals(a, std::move(c), now, *cube, wish);
          });
}

void get_sales_today(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"merchantId", "minutes", "min-position", "explain"}))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  const auto merchants = parse_merchants(query, *call->caller, *api.registry());
  if (!merchants) return answer_view_error(api, std::move(call), merchants.error());
  if (merchants->size() > 1)
    return answer_view_error(api, std::move(call),
                             invalid("sales are of one merchant or of all: give one merchantId"));
  const auto minutes = query.number("minutes", 0, kMinutesMax, 0);
  if (!minutes) {
    return answer_view_error(api, std::move(call),
                             invalid("minutes is a number from 0 to " + std::to_string(kMinutesMax)));
  }
  const auto explain = wants_explain(*call, query);
  if (!explain) return answer_view_error(api, std::move(call), explain.error());
  TodayWish wish{{}, *minutes, *explain};
  if (!merchants->empty()) wish.merchant = merchants->front()->number;
  at_view(api, std::move(call), query, Work::query, [wish](Api& a, CallPtr c, const ServingNow& now) {
    if (wish.merchant) return run_today_of(a, std::move(c), now, wish);
    run_today_of_all(a, std::move(c), now, wish);
  });
}

void get_top_merchants(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"from", "until", "by", "limit", "currency", "min-position", "explain"}))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  auto wanted = parse_top(query, api.clock().now());
  if (!wanted) return answer_view_error(api, std::move(call), wanted.error());
  wanted->cells_max = api.options().ceilings.top_cells;
  const auto explain = wants_explain(*call, query);
  if (!explain) return answer_view_error(api, std::move(call), explain.error());
  at_view(api, std::move(call), query, Work::query,
          [wanted = *std::move(wanted), explain = *explain](Api& a, CallPtr c, const ServingNow& now) {
            run_top(a, std::move(c), now, wanted, explain);
          });
}

}  // namespace wonjang
