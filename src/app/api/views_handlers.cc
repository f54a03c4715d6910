// For those who run it: how the serving views stand, building them anew, and what they put aside.

#include <utility>

#include "app/api/api.h"
#include "app/api/json/event_json.h"
#include "app/api/refuse_token.h"
#include "app/api/view_cursor.h"
#include "app/api/view_read.h"
#include "base/bytes.h"
#include "engine/serving/spaces.h"

namespace wonjang {
namespace {

constexpr std::string_view kQuarantineList = "quarantine";
constexpr std::int64_t kQuarantinePageMax = 1'000;

std::int64_t number_of(const projection::Status& status, std::string_view name) {
  for (const auto& [known, value] : status.numbers) {
    if (known == name) return static_cast<std::int64_t>(value);
  }
  return 0;
}

void put_rebuild(JsonWriter& w, const projection::RebuildProgress& progress) {
  w.begin_object("rebuild").text("phase", name_of(progress.phase));
  w.number("events", static_cast<std::int64_t>(progress.events));
  w.number("eventsTotal", static_cast<std::int64_t>(progress.events_total));
  w.number("keysCompared", static_cast<std::int64_t>(progress.keys)).end_object();
}

void put_last_rebuild(JsonWriter& w, const projection::RebuildReport& report) {
  w.begin_object("lastRebuild").number("generation", static_cast<std::int64_t>(report.generation));
  w.number("events", static_cast<std::int64_t>(report.events)).flag("equal", report.is_equal());
  w.text_if("notCompared", report.not_compared);
  w.flag("differed", report.difference.has_value()).end_object();
}

void put_status(JsonWriter& w, Api& api, const projection::Status& status, const std::string& failed) {
  w.begin_object().text("name", status.name).text("version", status.version);
  w.text("state", name_of(status.state)).number("generation", static_cast<std::int64_t>(status.generation));
  w.text("position", position_text(api, status.positions));
  w.number("lagEvents", static_cast<std::int64_t>(status.lag_events)).number("lagMs", status.lag_us / 1'000);
  w.number("quarantined", number_of(status, "quarantined")).number("early", number_of(status, "early"));
  w.number("repeats", number_of(status, "repeats"));
  w.number("batches", static_cast<std::int64_t>(status.batches));
  w.number("events", static_cast<std::int64_t>(status.events));
  w.number("errors", static_cast<std::int64_t>(status.errors)).text_if("lastError", status.last_error);
  w.text_if("stoppedBecause", status.stopped_because).text_if("rebuiltBecause", status.rebuilt_because);
  w.number("rebuilds", static_cast<std::int64_t>(status.rebuilds));
  w.number("differences", static_cast<std::int64_t>(status.differences));
  if (status.rebuild) put_rebuild(w, *status.rebuild);
  if (status.last_rebuild) put_last_rebuild(w, *status.last_rebuild);
  w.text_if("rebuildFailed", failed).end_object();
}

std::string status_json(Api& api) {
  auto& serving = *api.parts().serving;
  std::string body;
  JsonWriter w(body);
  w.begin_object().begin_array("views");
  put_status(w, api, serving.runner().status(), serving.rebuilds().last_error());
  if (api.serves(Part::money)) put_status(w, api, api.parts().money->runner().status(), {});
  w.end_array().end_object();
  return body;
}

// Key: payment(16) version(4) hash(8); value: book(4) position(8) event.
Result<void> put_quarantined(JsonWriter& w, Api& api, std::string_view key, std::string_view value) {
  ByteReader in_key(key);
  const RawId stream{in_key.be64(), in_key.be64()};
  const auto version = in_key.be32();
  ByteReader in(value);
  const auto book = in.be32();
  const auto position = in.be64();
  if (!in.ok() || key.size() != 28) return corrupt("views: an entry of the quarantine is damaged");
  const auto token = api.parts().tokens.position(book, position + 1);
  w.begin_object().id("paymentId", PaymentId(stream)).number("version", version);
  w.number("book", book).text("position", token);
  const auto event = api.ledger().ports().codec.decode(in.take(in.remaining()));
  if (event) {
    std::string rendered;
    append_event_json(rendered, *event, token);
    w.raw("event", rendered);
  }
  w.end_object();
  return {};
}

Result<std::string> quarantine_json(Api& api, const ServingNow& now, std::int64_t limit, std::string from) {
  if (!from.empty()) from.push_back('\0');  // behind it
  const auto cursor = now.snapshot().scan(serving::kQuarantine, from, {});
  std::string body;
  std::string last;
  serving::Reading reading{"quarantine", 0, 1};
  JsonWriter w(body);
  w.begin_object().begin_array("events");
  for (; cursor->valid() && static_cast<std::int64_t>(reading.rows_read) < limit; cursor->next()) {
    WJ_CHECK(put_quarantined(w, api, cursor->key(), cursor->value()));
    last = cursor->key();
    ++reading.rows_read;
  }
  const bool has_more = cursor->valid();
  WJ_CHECK(cursor->status());
  w.end_array().flag("hasMore", has_more);
  if (has_more) w.text("nextCursor", seal_view_cursor(api.parts().tokens, kQuarantineList, last));
  put_seen(w, api, now);
  put_reading(w, reading);
  w.end_object();
  return body;
}

}  // namespace

void get_views(Api& api, CallPtr call) { api.answer_json(std::move(call), status_json(api)); }

void rebuild_views(Api& api, CallPtr call) {
  if (api.is_draining()) return api.answer_problem(std::move(call), ProblemKind::shutting_down);
  // One that is going on is the one that was asked for.
  if (api.parts().serving->rebuilds().begin()) log_event(LogLevel::info, "views_rebuild_asked", {});
  api.answer_json(std::move(call), status_json(api), 202);
}

void list_quarantine(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"limit", "after", "min-position"}))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  const auto limit = query.number("limit", 1, kQuarantinePageMax, 50);
  if (!limit)
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "limit is a number from 1 to 1000");
  std::string from;
  if (const auto after = query.find("after")) {
    const auto opened = open_view_cursor(api.parts().tokens, kQuarantineList, *after);
    if (!opened)
      return refuse_view_cursor(api, std::move(call), kQuarantineList, *after,
                                "after isn't a nextCursor that this server gave for this list");
    from = *opened;
  }
  at_view(api, std::move(call), query, Work::query,
          [limit = *limit, from](Api& a, CallPtr c, const ServingNow& now) {
            auto body = quarantine_json(a, now, limit, from);
            if (!body) return a.answer_error(std::move(c), body.error());
            answer_view(a, std::move(c), now, *std::move(body));
          });
}

}  // namespace wonjang
