// totals: what keeping and reading exact totals costs. Payments of three years, a third of them one
// merchant's: created, approved, 6 in 100 cancelled days later; in batches, into RocksDB. Then the questions
// A1 to A4 of the read side: a merchant by day, organisations by month, top merchants, a merchant as of a
// close.
//
// Times are this thread's CPU time, so that they mean the same on a busy machine.
//
//   bench_totals [--payments N] [--merchants N] [--batch N] [--directory D] [--cube NAME-PREFIX]
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <queue>
#include <string>
#include <type_traits>
#include <vector>

#include "adapters/rocksdb/rocks_kv.h"
#include "base/rng.h"
#include "engine/serving/spaces.h"
#include "engine/serving/top_merchants.h"
#include "engine/serving/totals_reader.h"
#include "engine/serving/totals_writer.h"
#include "must.h"
#include "options.h"

namespace {

using namespace wonjang;
using bench::must;
using namespace wonjang::serving;
using Clock = std::chrono::steady_clock;

constexpr std::int32_t kFirstDay = 19'358;  // 2023-01-01
constexpr std::int32_t kDays = 1'095;

struct Settings {
  std::uint64_t payments = 1'000'000;
  std::uint64_t merchants = 5'000;
  std::uint64_t batch = 4'096;  // events
  std::string directory;
  std::string cube;  // only those whose name begins so
};

Settings parse(int argc, char** argv) {
  Settings settings;
  bench::Options("Totals by cubes: filled, then asked")
      .count("--payments", settings.payments, "Payments in all")
      .count("--merchants", settings.merchants, "Whose they are")
      .count("--batch", settings.batch, "Events of one write")
      .text("--directory", settings.directory, "Where it works; default: a new folder, removed after")
      .text("--cube", settings.cube, "Only cubes whose name begins so, and nothing is asked")
      .parse(argc, argv);
  return settings;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<CubeSpec> cubes_named(const std::string& prefix) {
  auto cubes = builtin_cubes();
  std::erase_if(cubes, [&](const CubeSpec& cube) { return !cube.name.starts_with(prefix); });
  return cubes;
}

// Reads go to the store and are not the writer's own time.
class TimedSnapshot final : public KvSnapshot {
 public:
  TimedSnapshot(std::unique_ptr<KvSnapshot> inner, double& seconds)
      : inner_(std::move(inner)), seconds_(seconds) {}
  Result<std::optional<std::string>> get(KvSpace space, std::string_view key) const override {
    return timed([&] { return inner_->get(space, key); });
  }
  Result<std::vector<std::optional<std::string>>> get_many(KvSpace space,
                                                           std::span<const std::string> keys) const override {
    return timed([&] { return inner_->get_many(space, keys); });
  }
  std::unique_ptr<KvCursor> scan(KvSpace space, std::string_view from,
                                 std::string_view until) const override {
    return inner_->scan(space, from, until);
  }
  std::unique_ptr<KvCursor> scan_back(KvSpace space, std::string_view from,
                                      std::string_view until) const override {
    return inner_->scan_back(space, from, until);
  }

 private:
  template <typename Read>
  std::invoke_result_t<Read> timed(Read read) const {
    const double start = cpu_seconds();
    auto out = read();
    seconds_ += cpu_seconds() - start;
    return out;
  }
  std::unique_ptr<KvSnapshot> inner_;
  double& seconds_;
};

struct Cancel {
  std::int32_t day;
  PaymentFacts payment;
  friend bool operator<(const Cancel& a, const Cancel& b) { return a.day > b.day; }
};

class Stream {
 public:
  Stream(const Settings& settings, KvStore& store)
      : settings_(settings), store_(store), writer_(cubes_named(settings.cube)) {}

  void run() {
    const auto start = Clock::now();
    for (std::uint64_t i = 0; i < settings_.payments; ++i) {
      const BusinessDate day{kFirstDay + static_cast<std::int32_t>(i * kDays / settings_.payments)};
      while (!cancels_.empty() && cancels_.top().day <= day.days) cancel(day);
      sell(day);
    }
    flush();
    const double seconds = seconds_since(start);
    const auto us = [&](double part) { return part * 1e6 / static_cast<double>(events_); };
    std::printf(
        "write: %.0f events in %.1f s; CPU per event: %.2f us adding up, %.2f us cells; store: "
        "%.2f us reads, %.2f us writes\n",
        static_cast<double>(events_), seconds, us(adding_), us(finishing_), us(reading_), us(writing_));
    for (const auto& [name, number] : writer_.stats()) {
      std::printf("  %s %llu\n", name.c_str(), static_cast<unsigned long long>(number));
    }
  }

 private:
  struct Event {
    std::optional<PaymentFacts> before;
    PaymentFacts after;
    std::optional<TransactionFacts> moved;
    BusinessDate recorded;
  };

  void sell(BusinessDate day) {
    PaymentFacts p;
    p.merchant = rng_.chance(33) ? 0 : static_cast<MerchantNo>(rng_.below(settings_.merchants));
    p.organisation = "org" + std::to_string(p.merchant % 40);
    p.status = PaymentStatus::ready;
    p.channel = Channel::online;
    p.currency = "KRW";
    p.at = start_of(day).plus_us(static_cast<std::int64_t>(rng_.below(86'400'000'000)));
    p.amount = 1'000 + static_cast<std::int64_t>(rng_.below(200'000));
    take({std::nullopt, p, std::nullopt, day});
    PaymentFacts done = p;
    done.status = PaymentStatus::done;
    done.method = static_cast<std::uint8_t>(rng_.below(3) + 1);
    done.issuer = std::to_string(10 + rng_.below(12));
    done.gross = done.amount;
    take({p, done, moved(done, TransactionKind::approval, done.at), day});
    if (rng_.chance(6)) cancels_.push({day.days + static_cast<std::int32_t>(rng_.below(20)), done});
  }

  void cancel(BusinessDate day) {
    const PaymentFacts before = cancels_.top().payment;
    cancels_.pop();
    PaymentFacts after = before;
    after.status = PaymentStatus::canceled;
    after.canceled = after.gross;
    take({before, after, moved(after, TransactionKind::cancel, start_of(day)), day});
  }

  static TransactionFacts moved(const PaymentFacts& p, TransactionKind kind, Instant at) {
    return {.merchant = p.merchant,
            .organisation = p.organisation,
            .kind = kind,
            .method = p.method,
            .issuer = p.issuer,
            .channel = p.channel,
            .currency = p.currency,
            .at = at,
            .amount = p.amount};
  }

  void take(Event event) {
    batch_.push_back(std::move(event));
    ++events_;
    if (batch_.size() >= settings_.batch) flush();
  }

  void flush() {
    double start = cpu_seconds();
    for (const auto& e : batch_) {
      must(writer_.change(e.before ? &*e.before : nullptr, &e.after, e.recorded));
      if (e.moved) must(writer_.add(*e.moved, e.recorded));
    }
    adding_ += cpu_seconds() - start;
    const TimedSnapshot snapshot(store_.snapshot(), reading_);
    const double read_before = reading_;
    start = cpu_seconds();
    KvBatch out;
    must(writer_.finish(snapshot, out));
    finishing_ += cpu_seconds() - start - (reading_ - read_before);
    start = cpu_seconds();
    must(store_.write(out));
    writing_ += cpu_seconds() - start;
    batch_.clear();
  }

  const Settings settings_;
  KvStore& store_;
  TotalsWriter writer_;
  Rng rng_{1};
  std::priority_queue<Cancel> cancels_;
  std::vector<Event> batch_;
  std::uint64_t events_ = 0;
  double adding_ = 0;
  double finishing_ = 0;
  double reading_ = 0;
  double writing_ = 0;
};

void measure(const char* name, const std::function<std::pair<std::uint64_t, std::size_t>()>& ask) {
  std::vector<double> ms;
  std::pair<std::uint64_t, std::size_t> answer;
  for (int i = 0; i < 60; ++i) {
    const double start = cpu_seconds();
    answer = ask();
    ms.push_back((cpu_seconds() - start) * 1'000);
  }
  std::sort(ms.begin(), ms.end());
  std::printf("%-52s p50 %8.3f ms  p99 %8.3f ms  %8llu cells  %6zu rows\n", name, ms[30], ms[59],
              static_cast<unsigned long long>(answer.first), answer.second);
}

void ask_totals(const char* name, const KvStore& store, const TotalsQuery& query) {
  const auto cubes = builtin_cubes();
  measure(name, [&] {
    const auto answer = must(read_totals(cubes, *store.snapshot(), query));
    const auto* rows = std::get_if<TotalsRows>(&answer);
    return rows == nullptr ? std::pair<std::uint64_t, std::size_t>()
                           : std::pair(rows->reading.rows_read, rows->rows.size());
  });
}

void ask_top(const char* name, const KvStore& store, std::int32_t days) {
  const auto cubes = builtin_cubes();
  TopQuery query;
  query.from = {kFirstDay + kDays - days};
  query.until = {kFirstDay + kDays};
  measure(name, [&] {
    const auto answer = must(read_top(cubes, *store.snapshot(), query));
    const auto* rows = std::get_if<TopRows>(&answer);
    return rows == nullptr ? std::pair<std::uint64_t, std::size_t>()
                           : std::pair(rows->reading.rows_read, rows->rows.size());
  });
}

void ask_all(const KvStore& store) {
  TotalsQuery day;
  day.cube = "merchant_day";
  day.merchants = {0};
  day.from = kFirstDay;
  day.until = kFirstDay + kDays;
  day.by = Grain::day;
  ask_totals("A1 largest merchant, 36 months by day", store, day);
  day.merchants = {7};
  ask_totals("A1 ordinary merchant, 36 months by day", store, day);
  day.merchants = {0};
  day.statuses = {static_cast<std::uint8_t>(PaymentStatus::done)};
  ask_totals("A1 largest merchant, of one status", store, day);
  day.methods = {1};
  ask_totals("A1 largest merchant, of one status and method", store, day);
  day.methods.clear();
  day.statuses.clear();
  day.group_by = {Dimension::method, Dimension::status};
  ask_totals("A1 largest merchant, by method and status", store, day);
  day.group_by = {};
  day.by = Grain::month;
  ask_totals("A1 largest merchant, 36 months by month", store, day);
  day.by = Grain::day;
  day.face = TotalsFace::then;
  day.close = {kFirstDay + kDays - 30};
  day.cells_max = 100'000;
  ask_totals("A4 largest merchant, as of a close 30 days ago", store, day);
  day.close = {kFirstDay + kDays / 2};
  ask_totals("A4 largest merchant, as of a close in the middle", store, day);
  day.face = TotalsFace::difference;
  ask_totals("A4 the difference since then", store, day);

  TotalsQuery organisations;
  organisations.cube = "organisation_month";
  organisations.from = bucket_of(Grain::month, BusinessDate{kFirstDay});
  organisations.until = organisations.from + 36;
  organisations.by = Grain::month;
  organisations.by_key = true;
  organisations.group_by = {Dimension::method, Dimension::status, Dimension::currency};
  ask_totals("A2 40 organisations x method x status x month", store, organisations);
  ask_top("A3 top 100 by net, 36 months", store, kDays);
  ask_top("A3 top 100 by net, 30 days", store, 30);
  ask_top("A3 top 100 by net, 1 day", store, 1);
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const auto directory = settings.directory.empty() ? std::filesystem::temp_directory_path() /
                                                          ("bench_totals_" + std::to_string(getpid()))
                                                    : std::filesystem::path(settings.directory);
  std::filesystem::create_directories(directory);
  {
    const auto spaces = view_spaces();
    const auto store = must(RocksKv::open(directory / "views", {spaces.begin(), spaces.end()},
                                          {.shared = RocksShared::make({})}));
    Stream(settings, *store).run();
    must(store->flush());
    for (const auto& [name, number] : store->stats()) {
      if (name.find("totals") != std::string::npos) {
        std::printf("  %s %llu\n", name.c_str(), static_cast<unsigned long long>(number));
      }
    }
    if (settings.cube.empty()) ask_all(*store);
  }
  if (settings.directory.empty()) std::filesystem::remove_all(directory);
}
