// Metrics: what the API counts itself, and the text that Prometheus reads. Counting is an atomic add in a
// fixed table: no label is looked up on a request's way. Names are a contract: docs/metrics.md.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/api/spread.h"

namespace wonjang {

struct RouteName {
  std::string_view method;
  std::string_view path;
};

// One number read at the time of asking: `labels` come from small fixed sets.
struct Sample {
  std::string name;  // without the prefix wonjang_
  std::string help;
  bool is_counter = false;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;  // exposition is floating by format; nothing is computed from it
};

class Metrics {
 public:
  static constexpr std::size_t kRoutesMax = 128;

  // `routes` are named by index in count_request().
  explicit Metrics(std::vector<RouteName> routes);

  void begin_request() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
  // `route` beyond the table: "unknown".
  void end_request(std::size_t route, int status, std::int64_t micros);
  void count_read(Spread spread) {
    reads_[static_cast<std::size_t>(spread)].fetch_add(1, std::memory_order_relaxed);
  }
  void count_replay() { replays_.fetch_add(1, std::memory_order_relaxed); }
  void count_conflict_reused() { conflicts_reused_.fetch_add(1, std::memory_order_relaxed); }
  void count_conflict_running() { conflicts_running_.fetch_add(1, std::memory_order_relaxed); }
  void count_ingest(std::uint64_t accepted, std::uint64_t refused) {
    ingest_accepted_.fetch_add(accepted, std::memory_order_relaxed);
    ingest_refused_.fetch_add(refused, std::memory_order_relaxed);
  }
  std::uint64_t replays() const { return replays_.load(std::memory_order_relaxed); }

  // The exposition format, with `samples` of other parts beside the counts of this one.
  std::string text(const std::vector<Sample>& samples) const;

 private:
  static constexpr std::array kStatuses{200, 201, 202, 204, 304, 400, 401, 402, 403, 404,
                                        405, 406, 408, 409, 410, 412, 413, 414, 415, 417,
                                        422, 429, 431, 500, 501, 503, 504, 0 /*other*/};
  static constexpr std::array<std::int64_t, 12> kBoundsMicros{
      500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 5'000'000, 30'000'000};
  struct PerRoute {
    std::array<std::atomic<std::uint64_t>, kStatuses.size()> by_status{};
    std::array<std::atomic<std::uint64_t>, kBoundsMicros.size() + 1> by_time{};
    std::atomic<std::uint64_t> micros_total{0};
  };
  static std::size_t place_of(int status);

  std::vector<RouteName> names_;
  std::array<PerRoute, kRoutesMax + 1> routes_;
  std::atomic<std::int64_t> in_flight_{0};
  std::array<std::atomic<std::uint64_t>, kSpreads> reads_{};
  std::atomic<std::uint64_t> replays_{0};
  std::atomic<std::uint64_t> conflicts_reused_{0};
  std::atomic<std::uint64_t> conflicts_running_{0};
  std::atomic<std::uint64_t> ingest_accepted_{0};
  std::atomic<std::uint64_t> ingest_refused_{0};
};

}  // namespace wonjang
