// kv_write: what one writer gets out of a RocksKv, in batches shaped like a projection's: each of `batch`
// payments puts 13 rows, random keys over 12 spaces, and the batch ends with its position in one more. Then
// single gets and scans of 50 rows, and how long opening takes after the writing process died.
//
//   bench_kv_write [--payments N] [--batch N] [--buffers MIB] [--memory MIB] [--directory D]
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/rocksdb/rocks_kv.h"
#include "base/bytes.h"
#include "base/rng.h"
#include "options.h"

namespace {

using namespace wonjang;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSpaces = 12;
constexpr KvSpace kMeta = kSpaces;
constexpr std::uint64_t kPutsPerPayment = 13;

struct Settings {
  std::uint64_t payments = 400'000;
  std::uint64_t batch = 4096;
  std::uint64_t buffers_mib = 96;
  std::uint64_t memory_mib = 512;
  std::string directory;
};

Settings parse(int argc, char** argv) {
  Settings settings;
  bench::Options("Batches of views written to RocksDB, read back and rebuilt")
      .count("--payments", settings.payments, "Payments in all")
      .count("--batch", settings.batch, "Payments of one write")
      .count("--buffers", settings.buffers_mib, "MiB of write buffers")
      .count("--memory", settings.memory_mib, "MiB that RocksDB may use")
      .text("--directory", settings.directory, "Where it works; default: a new folder, removed after")
      .parse(argc, argv);
  return settings;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of this thread alone: what the writer itself spends, whatever else the machine does.
double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Of all threads, RocksDB's included.
double process_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double percentile(std::vector<double>& values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

void must(const Result<void>& done) {
  if (done) return;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  std::exit(1);
}

// Two spaces of rows, five of look-ups, five of index entries with tiny values.
std::vector<KvSpaceOptions> spaces() {
  std::vector<KvSpaceOptions> out;
  for (char letter = 'a'; out.size() < kSpaces; ++letter) {
    KvSpaceOptions space;
    space.name = std::string("space_") + letter;
    space.compress = out.size() < 2 || out.size() >= 7;
    space.often_absent = out.size() == 3;
    out.push_back(space);
  }
  out.push_back({.name = "meta"});
  return out;
}

std::unique_ptr<RocksKv> open(const Settings& settings) {
  const auto shared = RocksShared::make({.memory_bytes = settings.memory_mib << 20U});
  auto store = RocksKv::open(settings.directory, spaces(),
                             {.shared = shared, .write_buffer_bytes = settings.buffers_mib << 20U});
  if (!store) must(store.error());
  return *std::move(store);
}

// The n-th payment's key in a space: 16 bytes at random in key order, the same in every run.
std::string key_of(std::uint64_t payment, std::uint64_t put) {
  Rng rng(payment * kPutsPerPayment + put);
  std::string key;
  put_be64(key, rng.next());
  put_be64(key, payment);
  return key;
}

std::uint64_t space_of(std::uint64_t put) { return put % kSpaces; }

// Rows are 250 bytes that compress to about a half; look-ups point to an id; index entries hold nothing.
std::string value_of(std::uint64_t payment, std::uint64_t put) {
  const std::uint64_t space = space_of(put);
  if (space >= 7) return {};
  Rng rng(payment ^ put);
  std::string value;
  while (value.size() < (space < 2 ? 125U : 16U)) put_be64(value, rng.next());
  if (space < 2) value.append(250 - value.size(), 'v');
  return value;
}

void write_payments(const Settings& settings) {
  auto store = open(settings);
  std::vector<double> batches;
  double making = 0, processor = 0;
  const auto start = Clock::now();
  for (std::uint64_t first = 0; first < settings.payments; first += settings.batch) {
    const auto made = Clock::now();
    KvBatch batch;
    const std::uint64_t last = std::min(settings.payments, first + settings.batch);
    for (std::uint64_t payment = first; payment < last; ++payment) {
      for (std::uint64_t put = 0; put < kPutsPerPayment; ++put) {
        batch.put(static_cast<KvSpace>(space_of(put)), key_of(payment, put), value_of(payment, put));
      }
    }
    batch.put(kMeta, "position", std::to_string(last));
    making += seconds_since(made);
    const auto begun = Clock::now();
    const double processor_before = processor_seconds();
    must(store->write(batch));
    processor += processor_seconds() - processor_before;
    batches.push_back(seconds_since(begun));
  }
  const double writing = seconds_since(start) - making;
  const double puts = static_cast<double>(settings.payments * kPutsPerPayment);
  std::printf("%llu payments in batches of %llu: %.0f puts/s (%.0f payments/s)\n",
              static_cast<unsigned long long>(settings.payments),
              static_cast<unsigned long long>(settings.batch), puts / writing,
              static_cast<double>(settings.payments) / writing);
  const double p50 = percentile(batches, 0.5), p99 = percentile(batches, 0.99);
  std::printf("  a batch: p50 %.1f ms, p99 %.1f ms, longest %.1f ms; the writer's processor %.2f us a put\n",
              p50 * 1e3, p99 * 1e3, batches.back() * 1e3, processor / puts * 1e6);
  for (const auto& [name, value] : store->stats()) {
    if (name.find("space_") == std::string::npos) {
      std::printf("  %s %llu\n", name.c_str(), static_cast<unsigned long long>(value));
    }
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("  resident %ld MiB, processor %ld s\n", usage.ru_maxrss / 1024,
              usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
  std::fflush(stdout);
  ::_exit(0);  // nothing is closed or flushed
}

template <typename Act>
void time_each(const char* what, int count, const Act& act) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    act();
    times.push_back(seconds_since(start) * 1e6);
  }
  const double p50 = percentile(times, 0.5), p99 = percentile(times, 0.99);
  std::printf("  %-28s p50 %7.1f us  p99 %7.1f us\n", what, p50, p99);
}

void read_back(const Settings& settings) {
  const auto start = Clock::now();
  auto store = open(settings);
  std::printf("opened after the crash in %.2f s\n", seconds_since(start));
  const auto snapshot = store->snapshot();
  const auto position = snapshot->get(kMeta, "position");
  const std::uint64_t left = position && *position ? std::strtoull((*position)->c_str(), nullptr, 10) : 0;
  std::printf("  %llu payments were flushed before it\n", static_cast<unsigned long long>(left));
  if (left == 0) return;

  Rng rng(7);
  std::uint64_t missing = 0;
  time_each("get, a row of 250 bytes", 20'000, [&] {
    const auto row = snapshot->get(0, key_of(rng.below(left), 0));
    if (!row || !*row) ++missing;
  });
  time_each("get, a look-up", 20'000, [&] {
    const auto row = snapshot->get(4, key_of(rng.below(left), 4));
    if (!row || !*row) ++missing;
  });
  time_each("get, absent (often_absent)", 20'000,
            [&] { (void)snapshot->get(3, key_of(rng.below(left) + settings.payments, 3)).has_value(); });
  for (const KvSpace space : {KvSpace{1}, KvSpace{8}}) {
    time_each(space == 1 ? "scan, 50 rows of 250 bytes" : "scan, 50 index entries", 5'000, [&] {
      const auto cursor = snapshot->scan(space, key_of(rng.below(left), space), "");
      int rows = 0;
      for (; rows < 50 && cursor->valid(); ++rows) cursor->next();
      if (rows == 0) ++missing;
    });
  }
  time_each("get_many, 50 look-ups", 2'000, [&] {
    std::vector<std::string> keys;
    for (int i = 0; i < 50; ++i) keys.push_back(key_of(rng.below(left), 4));
    const auto rows = snapshot->get_many(4, keys);
    if (!rows || !rows->at(0)) ++missing;
  });
  std::printf("  missing: %llu\n", static_cast<unsigned long long>(missing));
}

// The same rows by write_bulk(), after clear(), 200,000 payments at a time.
void rebuild(const Settings& settings) {
  constexpr std::uint64_t kPaymentsPerBatch = 200'000;
  auto store = open(settings);
  const auto clearing = Clock::now();
  must(store->clear());
  std::printf("cleared in %.3f s\n", seconds_since(clearing));
  double writing = 0, processor = 0;
  for (std::uint64_t first = 0; first < settings.payments; first += kPaymentsPerBatch) {
    const std::uint64_t last = std::min(settings.payments, first + kPaymentsPerBatch);
    KvBatch batch;
    for (std::uint64_t payment = first; payment < last; ++payment) {
      for (std::uint64_t put = 0; put < kPutsPerPayment; ++put) {
        batch.put(static_cast<KvSpace>(space_of(put)), key_of(payment, put), value_of(payment, put));
      }
    }
    batch.put(kMeta, "position", std::to_string(last));
    const double processor_before = process_seconds();
    const auto start = Clock::now();
    must(store->write_bulk(batch));
    const double took = seconds_since(start);
    writing += took;
    processor += process_seconds() - processor_before;
    std::printf("  a bulk write of %zu changes: %.2f s, %.0f changes/s\n", batch.size(), took,
                static_cast<double>(batch.size()) / took);
  }
  const double puts = static_cast<double>(settings.payments * kPutsPerPayment);
  std::printf("written in bulk in %.2f s: %.0f puts/s (%.0f payments/s), processor %.2f us a put\n", writing,
              puts / writing, static_cast<double>(settings.payments) / writing, processor / puts * 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings = parse(argc, argv);
  const bool own_directory = settings.directory.empty();
  if (own_directory) {
    settings.directory =
        (std::filesystem::temp_directory_path() / ("kv_write-" + std::to_string(::getpid()))).string();
  }
  // Forked before RocksDB has made any thread. A child that ends without closing its store is a crash.
  const pid_t writer = ::fork();
  if (writer == 0) write_payments(settings);
  int status = 0;
  ::waitpid(writer, &status, 0);
  if (status == 0) {
    read_back(settings);
    rebuild(settings);
  }
  if (own_directory) std::filesystem::remove_all(settings.directory);
  return status == 0 ? 0 : 1;
}
