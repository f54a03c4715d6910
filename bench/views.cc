// views: what folding the log into the serving views costs, and what their answers cost. A seeded city's log
// (testing/serving/city.h) is kept in memory in pieces and folded as the runner would: large batches first (a
// rebuild), then usual ones (a live stream).
//
//   bench_views [--payments N] [--merchants N] [--batch UNITS] [--bulk UNITS] [--live PER_CENT]
//               [--directory D] [--reuse 1] [--runs N] [--only TEXT] [--check 1] [--export D]
//
// --reuse takes a directory that such a run with the same numbers left behind, instead of folding again.
// --only asks the questions whose name holds the text. --check compares every answer with what looking at
// every payment gives (view_check.h), and fails when one differs.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_kv.h"
#include "adapters/utf8proc/unicode_text_forms.h"
#include "engine/serving/views.h"
#include "must.h"
#include "options.h"
#include "testing/fake_log.h"
#include "testing/serving/city.h"
#include "testing/serving/peer_rows.h"
#include "view_check.h"
#include "view_queries.h"

namespace {

using namespace wonjang;
using bench::must;
using Clock = std::chrono::steady_clock;

struct Settings {
  std::uint64_t payments = 200'000;
  std::uint32_t merchants = 5'000;
  std::uint32_t batch = 4'096;
  std::uint32_t bulk = 131'072;
  std::uint32_t live = 50;  // per cent of the payments that come in usual batches
  std::string directory;
  bool reuse = false;
  std::uint32_t runs = 300;
  std::string only;
  bool check = false;
  std::string export_to;
};

Settings parse(int argc, char** argv) {
  Settings out;
  bench::Options("Views of a city's payments: folded, then asked as the read side's benchmark asks")
      .count("--payments", out.payments, "Payments of the city")
      .count("--merchants", out.merchants, "Whose they are")
      .count("--batch", out.batch, "Units of a usual batch")
      .count("--bulk", out.bulk, "Units of a bulk batch")
      .number("--live", out.live, "Per cent of the payments that come in usual batches")
      .text("--directory", out.directory, "Where it works; default: a new folder, removed after")
      .yes_no("--reuse", out.reuse, "1: the directory has the views already")
      .text("--only", out.only, "Only questions whose name begins so")
      .yes_no("--check", out.check, "1: hold the answers against the oracle")
      .count("--runs", out.runs, "Times that a question is asked")
      .text("--export", out.export_to, "Write the city's tables to this folder for the peers, and end")
      .parse(argc, argv);
  return out;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Spent {
  std::uint64_t units = 0;
  std::uint64_t events = 0;
  double wall = 0;
  double fold = 0;   // of this thread
  double write = 0;  // of this thread

  void show(const char* what) const {
    if (events == 0) return;
    const auto n = static_cast<double>(events);
    std::printf(
        "%s: %llu units, %llu events in %.2f s: %.0f events/s; a event %.2f us folding, %.2f us writing\n",
        what, static_cast<unsigned long long>(units), static_cast<unsigned long long>(events), wall, n / wall,
        fold / n * 1e6, write / n * 1e6);
  }
};

void apply(serving::Views& views, KvStore& store, const std::vector<LogUnit>& units, bool bulk,
           Spent& spent) {
  const auto start = Clock::now();
  const double cpu = thread_seconds();
  KvBatch batch;
  must(views.apply(units, batch));
  const double folded = thread_seconds();
  if (bulk) {
    must(store.write_bulk(batch));
  } else {
    must(store.write(batch));
  }
  views.committed();
  spent.fold += folded - cpu;
  spent.write += thread_seconds() - folded;
  spent.wall += seconds_since(start);
  spent.units += units.size();
  for (const auto& unit : units) spent.events += unit.unit.events.size();
}

// A line for every tenth of the payments, for who waits.
class Progress {
 public:
  explicit Progress(std::uint64_t payments) : step_(std::max<std::uint64_t>(1, payments / 10)) {}
  void count() {
    if (++count_ % step_ != 0) return;
    std::fprintf(stderr, "bench_views: %llu payments after %.0f s\n", static_cast<unsigned long long>(count_),
                 seconds_since(start_));
  }

 private:
  const std::uint64_t step_;
  const Clock::time_point start_ = Clock::now();
  std::uint64_t count_ = 0;
};

// What views and lives need of the log: the registry, and the few payments whose lives are asked for. The
// rest goes by, which is why a world of any size fits into memory.
class KeptLog final : public EventLog {
 public:
  void append_registry(const StoredUnit& unit) { registry_.append(0, kRegistryStream, unit.events); }
  void keep(const StoredUnit& unit) { lives_[unit.stream].push_back(unit); }
  std::vector<PaymentId> payments() const {
    std::vector<PaymentId> out;
    for (const auto& [stream, units] : lives_) out.emplace_back(stream);
    return out;
  }

  std::uint32_t books() const override { return 1; }
  LogPositions tails() const override { return registry_.tails(); }
  Result<std::vector<StoredUnit>> read(std::uint32_t book, Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override {
    return registry_.read(book, from, units_max, bytes_max);
  }
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override {
    if (stream == kRegistryStream) return registry_.load_from(stream, version);
    const auto found = lives_.find(stream);
    std::vector<StoredUnit> out;
    if (found == lives_.end()) return out;
    for (const StoredUnit& unit : found->second) {
      if (unit.first_version >= version) out.push_back(unit);
    }
    return out;
  }
  void set_wake(std::function<void()> wake) override { registry_.set_wake(std::move(wake)); }

 private:
  FakeLog registry_{1};
  std::unordered_map<RawId, std::vector<StoredUnit>> lives_;
};

// So that no question is asked beside a merge that another run would not have. One may begin where another
// ends.
void wait_for_merges(const RocksKv& store) {
  const auto running = [&] {
    for (const auto& [name, number] : store.stats()) {
      if (name == "running_compactions") return number > 0;
    }
    return false;
  };
  constexpr int kLooks = 5;
  for (int looks = 0; looks < kLooks; looks = running() ? 0 : looks + 1) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

bool are_right(const testing::City& city, const TextForms& forms, std::vector<std::string> answers) {
  auto expected = bench::answers_by_looking(city, forms);
  std::sort(answers.begin(), answers.end());
  std::sort(expected.begin(), expected.end());
  const auto tell = [](const char* who, const auto& these, const auto& others) {
    for (const auto& line : these) {
      if (!std::binary_search(others.begin(), others.end(), line))
        std::printf("differs, %s: %s\n", who, line.c_str());
    }
  };
  tell("the views", answers, expected);
  tell("every payment", expected, answers);
  const bool right = answers == expected;
  std::printf("check %zu answers, %s\n", answers.size(), right ? "all as every payment says" : "WRONG");
  return right;
}

// The world as it is at its end, a file a table.
void write_tables(const testing::City& city, const std::string& directory) {
  std::filesystem::create_directories(directory);
  std::ofstream payments(directory + "/payments.tsv");
  std::ofstream approvals(directory + "/approvals.tsv");
  std::ofstream cancels(directory + "/cancels.tsv");
  std::ofstream acquisitions(directory + "/acquisitions.tsv");
  std::ofstream movements(directory + "/movements.tsv");
  for (std::uint64_t n = 0; n < city.lives(); ++n) {
    testing::PeerRows rows;
    append_rows(rows, city, n, city.life(n));
    payments << rows.payments;
    approvals << rows.approvals;
    cancels << rows.cancels;
    acquisitions << rows.acquisitions;
    movements << rows.movements;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const auto directory = settings.directory.empty() ? std::filesystem::temp_directory_path() /
                                                          ("wj-views-" + std::to_string(getpid()))
                                                    : std::filesystem::path(settings.directory);
  const ProtobufEventCodec codec;
  const UnicodeTextForms forms;
  KeptLog log;
  testing::City city({.seed = 7, .payments = settings.payments, .merchants = settings.merchants}, codec);
  if (!settings.export_to.empty()) {
    write_tables(city, settings.export_to);
    return 0;
  }
  RocksKvOptions options;
  RocksSharedOptions shared;
  shared.memory_bytes = 512U << 20U;
  options.shared = RocksShared::make(shared);
  const auto spaces = serving::view_spaces();
  auto store = must(RocksKv::open(directory.string(), {spaces.begin(), spaces.end()}, options));
  serving::Views views({log, codec, forms}, serving::builtin_cubes());
  must(views.open(*store));

  Spent bulk;
  Spent live;
  const std::uint64_t bulk_events = settings.payments * 29 / 10 * (100 - settings.live) / 100;
  std::vector<testing::CityUnit> made;
  std::vector<LogUnit> units;
  Progress progress(settings.payments);
  const auto flush = [&](bool is_bulk) {
    if (!units.empty() && !settings.reuse) apply(views, *store, units, is_bulk, is_bulk ? bulk : live);
    units.clear();
  };
  while (city.next(4'096, made)) {
    for (auto& one : made) {
      if (one.unit.stream == kRegistryStream) {
        log.append_registry(one.unit);
      } else {
        if (one.unit.first_version == 0) progress.count();
        if (bench::is_asked_life(PaymentId(one.unit.stream), city.lives())) log.keep(one.unit);
      }
      units.push_back({one.book, std::move(one.unit)});
      const bool is_bulk = bulk.events < bulk_events;
      if (units.size() >= (is_bulk ? settings.bulk : settings.batch)) flush(is_bulk);
    }
  }
  flush(false);
  bulk.show("bulk");
  live.show("live");
  const auto start = Clock::now();
  must(store->flush());
  std::printf("flush %.2f s\n", seconds_since(start));
  wait_for_merges(*store);
  std::printf("merged %.0f s later\n", seconds_since(start));
  for (const auto& [name, number] : store->stats()) {
    std::printf("  %s %llu\n", name.c_str(), static_cast<unsigned long long>(number));
  }
  while (!must(views.warm(*store->snapshot()))) {
  }
  auto answers = bench::ask_all(
      {views, *store, log, codec, city.begin(), city.end(), log.payments(), settings.runs, settings.only});
  store.reset();
  const bool right = !settings.check || are_right(city, forms, std::move(answers));
  if (settings.directory.empty()) std::filesystem::remove_all(directory);
  return right ? 0 : 1;
}
