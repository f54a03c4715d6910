// For those who run it: health, metrics, what is in doubt, the API's own description.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/json_writer.h"
#include "app/api/json/payment_json.h"
#include "app/api/openapi.h"
#include "app/api/query.h"

namespace wonjang {
namespace {

constexpr std::uint32_t kInDoubtMax = 1000;
constexpr std::uint32_t kInDoubtSampled = 200;  // looked at for the oldest age
constexpr std::int64_t kFarFuture = INT64_MAX / 2;

// When what is in doubt began to be.
Instant in_doubt_since(const Payment& payment) {
  auto since = payment.updated_at;
  const auto look = [&](const auto& items) {
    for (const auto& item : items) {
      if (item.is_in_doubt() && item.pursuit && !item.pursuit->first_asked_at.is_zero()) {
        since = std::min(since, item.pursuit->first_asked_at);
      }
    }
  };
  look(payment.approvals);
  look(payment.cancels);
  return since;
}

std::vector<std::pair<std::string, std::string>> troubles(Api& api) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto status = api.ledger().status();
  for (std::size_t i = 0; i < status.size(); ++i) {
    if (status[i].condition == BookCondition::serving) continue;
    const auto book = "book-" + std::to_string(i);
    log_event(LogLevel::warn, "book_not_serving",
              {{"book", book}, {"condition", name_of(status[i].condition)}, {"why", status[i].why}});
    out.emplace_back(book, std::string(name_of(status[i].condition)) + "; the server's log says why");
  }
  if (api.parts().more_troubles) {
    for (auto& one : api.parts().more_troubles()) out.emplace_back("service", std::move(one));
  }
  if (api.is_draining()) out.emplace_back("service", "shutting down");
  return out;
}

void add_book_samples(Api& api, std::vector<Sample>& out) {
  const auto status = api.ledger().status();
  for (std::uint32_t i = 0; i < status.size(); ++i) {
    const auto& book = status[i];
    const std::vector<std::pair<std::string, std::string>> labels{{"book", std::to_string(i)}};
    const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
      out.push_back({name, help, true, labels, static_cast<double>(value)});
    };
    const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
      out.push_back({name, help, false, labels, static_cast<double>(value)});
    };
    counter("ledger_appends_total", "Events appended.", book.stats.events);
    counter("ledger_commits_total", "Durable writes; events by commits is the batch size.",
            book.stats.batches);
    counter("ledger_requests_total", "Requests decided.", book.stats.requests);
    counter("ledger_replays_total", "Repeats answered from the book.", book.stats.replays);
    counter("ledger_keys_reused_total", "Keys that came with another request.", book.stats.keys_reused);
    counter("ledger_rejects_total", "Business refusals.", book.stats.refusals);
    counter("ledger_failed_total", "Requests that could not be written.", book.stats.failed);
    counter("ledger_reopened_total", "Times the book was closed and opened again.", book.reopened);
    gauge("ledger_queue_depth", "Requests waiting or being written.", book.queued);
    gauge("ledger_tail", "Events in the book.", book.tail);
    gauge("ledger_book_serving", "1 while the book takes writes.",
          book.condition == BookCondition::serving ? 1 : 0);
    (void)api.ledger().with_book(i, [&](const Book& b) {
      for (const auto& [name, value] : b.stats())
        gauge(("storage_" + name).c_str(), "Of the storage engine.", value);
      return Result<void>();
    });
  }
}

void add_in_doubt_samples(Api& api, std::vector<Sample>& out) {
  std::size_t count = 0;
  std::int64_t oldest_us = 0;
  const auto now = api.clock().now();
  for (std::uint32_t book = 0; book < api.ledger().books(); ++book) {
    const auto alarms = api.ledger().alarms(book, AlarmKind::in_doubt, {kFarFuture}, kInDoubtSampled);
    if (!alarms) continue;
    count += alarms->size();
    for (const auto& alarm : *alarms) {
      const auto payment = api.ledger().payment(PaymentId(alarm.stream));
      if (payment && *payment) oldest_us = std::max(oldest_us, now.us - in_doubt_since(**payment).us);
    }
  }
  out.push_back({"in_doubt_payments",
                 "Payments whose outcome isn't known, at most 200 counted per book.",
                 false,
                 {},
                 static_cast<double>(count)});
  out.push_back({"in_doubt_oldest_age_seconds",
                 "Age of the oldest outcome that isn't known.",
                 false,
                 {},
                 static_cast<double>(oldest_us) / 1e6});
}

void run_in_doubt(Api& api, CallPtr call, std::uint32_t limit) {
  std::vector<std::pair<AlarmEntry, Payment>> found;
  for (std::uint32_t book = 0; book < api.ledger().books(); ++book) {
    const auto alarms = api.ledger().alarms(book, AlarmKind::in_doubt, {kFarFuture}, limit + 1);
    if (!alarms) return api.answer_error(std::move(call), alarms.error());
    for (const auto& alarm : *alarms) {
      auto payment = api.ledger().payment(PaymentId(alarm.stream));
      if (!payment) return api.answer_error(std::move(call), payment.error());
      if (*payment) found.emplace_back(alarm, **std::move(payment));
    }
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string body;
  JsonWriter json(body);
  json.begin_object().begin_array("payments");
  for (std::size_t i = 0; i < std::min<std::size_t>(limit, found.size()); ++i) {
    const auto& [alarm, payment] = found[i];
    std::string rendered;
    append_payment_json(rendered, payment);
    json.begin_object();
    json.instant("inDoubtSince", in_doubt_since(payment))
        .instant("nextAttemptAt", {alarm.at_us})
        .raw("payment", rendered);
    json.end_object();
  }
  json.end_array().flag("hasMore", found.size() > limit).end_object();
  api.answer_json(std::move(call), std::move(body));
}

}  // namespace

void list_in_doubt(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"limit"})) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  const auto limit = query.number("limit", 1, kInDoubtMax, 50);
  if (!limit)
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "limit is a number from 1 to 1000");
  const auto held = std::make_shared<CallPtr>(std::move(call));
  const bool taken = api.parts().waiters.add(
      [&api, held, limit = static_cast<std::uint32_t>(*limit)](bool) {
        run_in_doubt(api, std::move(*held), limit);
        return true;
      },
      std::chrono::steady_clock::now());
  if (!taken) api.answer_no_room(std::move(*held));
}

void get_livez(Api& api, CallPtr call) { api.answer_json(std::move(call), R"({"status":"alive"})"); }

void get_readyz(Api& api, CallPtr call) {
  const bool verbose = call->request.head.query() == "verbose";
  const auto wrong = troubles(api);
  std::string body;
  JsonWriter json(body);
  json.begin_object().text("status", wrong.empty() ? "ready" : "not_ready");
  if (verbose) {
    json.begin_array("troubles");
    for (const auto& [what, why] : wrong) {
      json.begin_object();
      json.text("what", what).text("why", why);
      json.end_object();
    }
    json.end_array();
    json.number("books", api.ledger().books()).text("version", api.options().version);
  }
  json.end_object();
  api.answer_json(std::move(call), std::move(body), wrong.empty() ? 200 : 503);
}

void get_metrics(Api& api, CallPtr call) {
  const auto held = std::make_shared<CallPtr>(std::move(call));
  const bool taken = api.parts().waiters.add(
      [&api, held](bool) {
        std::vector<Sample> samples;
        add_book_samples(api, samples);
        add_in_doubt_samples(api, samples);
        if (api.parts().more_samples)
          std::ranges::move(api.parts().more_samples(), std::back_inserter(samples));
        HttpResponse response;
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        response.body = api.metrics().text(samples);
        api.answer(std::move(*held), std::move(response));
        return true;
      },
      std::chrono::steady_clock::now());
  if (!taken) api.answer_no_room(std::move(*held));
}

void get_openapi(Api& api, CallPtr call) { api.answer_json(std::move(call), std::string(openapi_json())); }

}  // namespace wonjang
