// For those who run it: health, metrics, what is in doubt, the API's own description.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/in_doubt_ages.h"
#include "app/api/json/json_writer.h"
#include "app/api/json/pan_guard.h"
#include "app/api/json/payment_json.h"
#include "app/api/list_page.h"
#include "app/api/openapi.h"
#include "app/api/query.h"
#include "app/api/view_query.h"

namespace wonjang {
namespace {

constexpr std::uint32_t kInDoubtRead = 1U << 20U;  // of one book for one page: more than people can work off
constexpr std::int64_t kSlowWriteUs = 2'000'000;   // beyond it the disk is a trouble of its own
constexpr std::int64_t kFarFuture = INT64_MAX / 2;

std::vector<std::pair<std::string, std::string>> troubles(Api& api) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto status = api.ledger().status();
  for (std::size_t i = 0; i < status.size(); ++i) {
    const auto book = "book-" + std::to_string(i);
    const auto writing_us = api.clock().now().us - status[i].writing_since.us;
    if (!status[i].writing_since.is_zero() && writing_us > kSlowWriteUs) {
      out.emplace_back(
          book, "slow disk: a write has been under way for " + std::to_string(writing_us / 1'000'000) + " s");
    }
    if (status[i].condition == BookCondition::serving) continue;
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

using BookStats = std::vector<std::pair<std::string, std::uint64_t>>;

// None while it is closed.
BookStats stats_of(Api& api, std::uint32_t book) {
  BookStats out;
  (void)api.ledger().with_book(book, [&](const Book& b) {
    out = b.stats();
    return Result<void>();
  });
  return out;
}

std::uint64_t log_tail_dropped(const BookStats& stats) {
  const auto found = std::ranges::find(stats, "log_tail_dropped_bytes", &BookStats::value_type::first);
  return found == stats.end() ? 0 : found->second;
}

constexpr std::int64_t kAheadWorthTellingUs = 2'000'000;

// By how much the books' newest event is ahead of the clock; never below zero.
std::int64_t recorded_ahead_us(Api& api) {
  const auto now = api.clock().now();
  std::int64_t most = 0;
  for (const auto& book : api.ledger().status()) most = std::max(most, book.recorded_until.us - now.us);
  return most;
}

// What doesn't keep a server from being ready, and a person should know of all the same.
std::vector<std::pair<std::string, std::string>> worries(Api& api) {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::uint32_t book = 0; book < api.ledger().books(); ++book) {
    const auto dropped = log_tail_dropped(stats_of(api, book));
    if (dropped == 0) continue;
    out.emplace_back(
        "book-" + std::to_string(book),
        "the last record of its log couldn't be read and was left out when it was opened (" +
            std::to_string(dropped) +
            " bytes): a write that was cut short and never answered, as after a power cut or a kill, unless "
            "the disk damaged it within a second of its answer. If there was no such end, look at the disk "
            "and compare what was answered last with the ledger. Said until the file left-out in the book's "
            "directory is taken away");
  }
  if (const auto ahead_us = recorded_ahead_us(api); ahead_us > kAheadWorthTellingUs) {
    out.emplace_back("clock",
                     "the newest event was recorded " + std::to_string(ahead_us / 1'000'000) +
                         " s ahead of this machine's clock, which was set back. Order and ids hold; "
                         "until the clock is there again, new events bear the newest one's time, and "
                         "closes of the days in between lack them. Look at the time service");
  }
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
    const auto now_us = api.clock().now().us;
    gauge("ledger_write_age_us", "How long the write under way has taken; 0: none is.",
          book.writing_since.is_zero()
              ? 0
              : static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_us - book.writing_since.us)));
    gauge("ledger_recorded_ahead_us", "How far the newest event is ahead of the clock, which was set back.",
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, book.recorded_until.us - now_us)));
    gauge("ledger_book_serving", "1 while the book takes writes.",
          book.condition == BookCondition::serving ? 1 : 0);
    const auto stats = stats_of(api, i);
    for (const auto& [name, value] : stats)
      gauge(("storage_" + name).c_str(), "Of the storage engine.", value);
    gauge("ledger_log_tail_dropped", "1: its log ended in a record that opening couldn't read and left out.",
          log_tail_dropped(stats) > 0 ? 1 : 0);
  }
}

// All alarms of a kind; a book that can't be read now has none.
std::vector<AlarmEntry> all_alarms(Api& api, AlarmKind kind) {
  std::vector<AlarmEntry> out;
  for (std::uint32_t book = 0; book < api.ledger().books(); ++book) {
    const auto found = api.ledger().alarms(book, kind, {kFarFuture}, kInDoubtRead);
    if (found) out.insert(out.end(), found->begin(), found->end());
  }
  std::ranges::sort(out);
  return out;
}

void add_in_doubt_samples(Api& api, std::vector<Sample>& out) {
  const auto now = api.clock().now();
  const auto gauge = [&](const char* name, const char* help, double value) {
    out.push_back({name, help, false, {}, value});
  };
  const auto age = [&](Instant since) {
    return since.is_zero() ? 0 : static_cast<double>(std::max<std::int64_t>(0, now.us - since.us)) / 1e6;
  };
  const auto pursued = all_alarms(api, AlarmKind::in_doubt);
  const auto oldest =
      api.in_doubt_ages().oldest(pursued, [&](PaymentId id) { return api.ledger().payment(id); });
  gauge("in_doubt_payments", "Payments whose outcome isn't known and is asked for.",
        static_cast<double>(pursued.size()));
  gauge("in_doubt_oldest_age_seconds", "Since when the oldest of them isn't known.", age(oldest));
  // An alarm of this kind stands at the first question.
  const auto people = all_alarms(api, AlarmKind::person);
  gauge("in_doubt_person_payments", "Payments whose outcome isn't known and that wait for a person's word.",
        static_cast<double>(people.size()));
  gauge("in_doubt_person_oldest_age_seconds", "Since when the oldest of them isn't known.",
        people.empty() ? 0 : age(Instant{people.front().at_us}));
}

struct InDoubtWish {
  AlarmKind kind = AlarmKind::in_doubt;
  PageWish page;
  bool count = false;  // also how many there are
  AlarmEntry after() const {
    if (page.after.empty()) return {};
    return {static_cast<std::uint8_t>(kind),
            static_cast<std::int64_t>(page.after[0]),
            {page.after[1], page.after[2]}};
  }
};

// The `limit` + 1 first alarms behind `after`, of all books together.
Result<std::vector<AlarmEntry>> alarms_behind(Api& api, const InDoubtWish& wish) {
  const auto after = wish.after();
  const auto wanted = wish.page.limit + 1;
  std::vector<AlarmEntry> out;
  for (std::uint32_t book = 0; book < api.ledger().books(); ++book) {
    // The index can't begin behind an entry: what a page before gave is read again and left out.
    std::vector<AlarmEntry> found;
    for (auto count = static_cast<std::uint32_t>(wanted);; count *= 4) {
      WJ_TRY(found, api.ledger().alarms(book, wish.kind, {kFarFuture}, count));
      const bool all = found.size() < count;
      std::erase_if(found, [&](const AlarmEntry& a) { return !(after < a); });
      if (all || found.size() >= wanted || count >= kInDoubtRead) break;
    }
    out.insert(out.end(), found.begin(), found.end());
  }
  std::ranges::sort(out);
  if (out.size() > wanted) out.resize(wanted);
  return out;
}

// How many of this kind there are, of all books; kCountedMax means so many or more.
Result<std::int64_t> alarms_counted(Api& api, AlarmKind kind) {
  std::size_t count = 0;
  for (std::uint32_t book = 0; book < api.ledger().books() && count < kCountedMax; ++book) {
    WJ_TRY(const auto found, api.ledger().alarms(book, kind, {kFarFuture}, kCountedMax));
    count += found.size();
  }
  return static_cast<std::int64_t>(std::min<std::size_t>(count, kCountedMax));
}

void run_in_doubt(Api& api, CallPtr call, const InDoubtWish& wish) {
  const auto alarms = alarms_behind(api, wish);
  if (!alarms) return api.answer_error(std::move(call), alarms.error());
  std::vector<std::string> items;
  std::vector<std::uint64_t> last;
  const auto count = std::min(wish.page.limit, alarms->size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& alarm = (*alarms)[i];
    const auto payment = api.ledger().payment(PaymentId(alarm.stream));
    if (!payment) return api.answer_error(std::move(call), payment.error());
    last = {static_cast<std::uint64_t>(alarm.at_us), alarm.stream.high, alarm.stream.low};
    if (!*payment) continue;
    std::string rendered;
    append_payment_json(rendered, **payment);
    JsonWriter json(items.emplace_back());
    json.begin_object().instant("inDoubtSince", in_doubt_since(**payment));
    if (wish.kind == AlarmKind::in_doubt) json.instant("nextAttemptAt", {alarm.at_us});
    json.raw("payment", rendered).end_object();
  }
  auto body =
      page_json(api.parts().tokens, "payments", items, alarms->size() > count, Tokens::List::in_doubt, last);
  if (wish.count) {
    const auto counted = alarms_counted(api, wish.kind);
    if (!counted) return api.answer_error(std::move(call), counted.error());
    body.insert(body.size() - 1, ",\"count\":" + std::to_string(*counted));
  }
  api.answer_json(std::move(call), std::move(body));
}

}  // namespace

void list_in_doubt(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"limit", "after", "waiting", "count"})) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  const auto waiting = query.find("waiting").value_or("resolver");
  if (waiting != "resolver" && waiting != "person") {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, "waiting is resolver or person");
  }
  InDoubtWish wish;
  if (waiting == "person") wish.kind = AlarmKind::person;
  const auto count = parse_flag(query, "count", false);
  if (!count) return api.answer_problem(std::move(call), ProblemKind::bad_parameter, count.error().message);
  wish.count = *count;
  auto page = take_page(api, call, query, Tokens::List::in_doubt, /*key_size=*/3);
  if (!page) return;
  wish.page = *std::move(page);
  const auto held = std::make_shared<CallPtr>(std::move(call));
  const bool taken = api.parts().waiters.add(
      [&api, held, wish = std::move(wish)](bool) {
        run_in_doubt(api, std::move(*held), wish);
        return true;
      },
      std::chrono::steady_clock::now());
  if (!taken) api.answer_no_room(std::move(*held));
}

namespace {

bool is_backup_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, plain) && !holds_pan(name);
}

std::string backup_json(std::string_view name, const BackupMade& made) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().text("name", name).begin_array("books");
  for (std::size_t i = 0; i < made.books.size(); ++i) {
    json.begin_object();
    json.number("book", static_cast<std::int64_t>(i))
        .number("events", static_cast<std::int64_t>(made.books[i].events))
        .text("root", made.books[i].root);
    json.end_object();
  }
  json.end_array().end_object();
  return body;
}

}  // namespace

// The name makes a repeat harmless: a backup that is there already is answered as it is.
void make_backup(Api& api, CallPtr call) {
  if (!is_backup_name(call->parameter)) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "a backup's name is 1 to 64 of A-Z a-z 0-9 _ -, and no card number");
  }
  if (!api.parts().backup) {
    return api.answer_problem(std::move(call), ProblemKind::not_found,
                              "this server has no directory for backups: set ledger.backup_dir");
  }
  std::string name(call->parameter);
  const auto held = std::make_shared<CallPtr>(std::move(call));
  api.parts().backup(name, [&api, held, name](Result<BackupMade> made) {
    if (!made) {
      log_event(LogLevel::warn, "backup_failed", {{"name", name}, {"why", made.error().message}});
      if (made.error().kind == ErrorKind::conflict)
        return api.answer_problem(std::move(*held), ProblemKind::job_under_way, made.error().message);
      return api.answer_error(std::move(*held), made.error());
    }
    log_event(LogLevel::info, "backup_made", {{"name", name}});
    api.answer_json(std::move(*held), backup_json(name, *made), made->was_there ? 200 : 201);
  });
}

void get_livez(Api& api, CallPtr call) { api.answer_json(std::move(call), R"({"status":"alive"})"); }

void get_readyz(Api& api, CallPtr call) {
  const auto query = call->request.head.query();
  const bool verbose = query == "verbose" || query == "verbose=";
  if (!verbose && !query.empty()) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "there is a query parameter that this path doesn't know; it knows: verbose");
  }
  auto wrong = troubles(api);
  const bool is_ready = wrong.empty();
  if (verbose) std::ranges::move(worries(api), std::back_inserter(wrong));
  std::string body;
  JsonWriter json(body);
  json.begin_object().text("status", is_ready ? "ready" : "not_ready");
  if (verbose) {
    json.begin_array("troubles");
    for (const auto& [what, why] : wrong) {
      json.begin_object();
      json.text("what", what).text("why", why);
      json.end_object();
    }
    json.end_array();
    // Reads of the views don't keep a server from taking payments.
    const auto views = api.parts().views_trouble ? api.parts().views_trouble() : std::string();
    json.text("views", views.empty() ? "live" : views);
    const auto money = api.parts().money_trouble ? api.parts().money_trouble() : std::string();
    json.text("money", money.empty() ? "live" : money);
    json.number("books", api.ledger().books()).text("version", api.options().version);
  }
  json.end_object();
  api.answer_json(std::move(call), std::move(body), is_ready ? 200 : 503);
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
