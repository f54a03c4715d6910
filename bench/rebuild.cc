// rebuild: how long the serving views take to be built anew from a log that is on disk, as the runner builds
// them: read, folded, written in bulk, flushed. The log is a seeded city's (testing/serving/city.h), written
// to a file first, which takes no part in the time.
//
//   bench_rebuild [--payments N] [--merchants N] [--bulk UNITS] [--memory MIB] [--directory D] [--digest]
//
// Have 3 KiB of disk free for a payment. A line for every tenth of the events. With --digest a hash of all
// that every space holds follows, to compare two programs by. It allocates as `wonjang` does (app/main.cc).
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_places.h"
#include "adapters/system/system_clock.h"
#include "adapters/utf8proc/unicode_text_forms.h"
#include "base/hash64.h"
#include "engine/projection/runner.h"
#include "engine/serving/views.h"
#include "must.h"
#include "options.h"
#include "spool_log.h"
#include "testing/serving/city.h"

extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000";
}

namespace {

using namespace wonjang;
using bench::must;
using Watch = std::chrono::steady_clock;
using Number = unsigned long long;

struct Settings {
  std::uint64_t payments = 1'000'000;
  std::uint32_t merchants = 5'000;
  std::uint32_t bulk = projection::RunnerOptions().building_units;
  std::uint64_t memory_mib = 512;
  std::string directory;
  bool digest = false;
};

Settings parse(int argc, char** argv) {
  Settings out;
  bench::Options("The views of a log, built anew")
      .count("--payments", out.payments, "Payments of the log")
      .count("--merchants", out.merchants, "Whose they are")
      .count("--bulk", out.bulk, "Units of one batch")
      .count("--memory", out.memory_mib, "MiB that RocksDB may use")
      .text("--directory", out.directory, "Where it works; default: a new folder, removed after")
      .flag("--digest", out.digest, "Print a hash of all that the views hold, space by space")
      .parse(argc, argv);
  return out;
}

double seconds_since(Watch::time_point start) {
  return std::chrono::duration<double>(Watch::now() - start).count();
}
double processor_seconds(clockid_t of) {
  timespec now{};
  clock_gettime(of, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void spool(const Settings& settings, const EventCodec& codec, bench::SpoolLog& log) {
  testing::City city({.seed = 7, .payments = settings.payments, .merchants = settings.merchants}, codec);
  for (std::vector<testing::CityUnit> batch; city.next(/*units_max=*/4'096, batch);) {
    for (const auto& one : batch) log.append(one.unit);
  }
  log.finish();
}

void fold_all(projection::Runner& runner, std::uint64_t events) {
  const auto start = Watch::now();
  std::uint64_t shown = 0;
  auto stepped = projection::Stepped::worked;
  while (stepped == projection::Stepped::worked) {
    stepped = runner.step();
    const auto done = runner.status().events;
    if (done * 10 / events == shown) continue;
    shown = done * 10 / events;
    std::fprintf(stderr, "bench_rebuild: %llu events after %.0f s\n", static_cast<Number>(done),
                 seconds_since(start));
  }
  if (stepped == projection::Stepped::idle) return;
  std::fprintf(stderr, "%s%s\n", runner.status().stopped_because.c_str(), runner.status().last_error.c_str());
  std::exit(1);
}

void print_numbers(const projection::Runner& runner) {
  for (const auto& [name, number] : runner.status().numbers)
    std::printf("  %s %llu\n", name.c_str(), static_cast<Number>(number));
}

void print_digest(const projection::Runner& runner) {
  const auto view = must(runner.view());
  const auto spaces = serving::view_spaces();
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    std::uint64_t hash = 0, keys = 0;
    const auto cursor = view.snapshot->scan(static_cast<KvSpace>(i), {}, {});
    for (; cursor->valid(); cursor->next(), ++keys)
      hash = hash64(cursor->value(), hash64(cursor->key(), hash));
    must(cursor->status());
    std::printf("  digest of %s: %016llx, %llu keys\n", spaces[i].name.c_str(), static_cast<Number>(hash),
                static_cast<Number>(keys));
  }
}

// Until the store has tidied up, or ten minutes; what it took.
double rest_after(projection::Runner& runner) {
  const auto start = Watch::now();
  for (bool busy = true; busy && seconds_since(start) < 600;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1'100));  // the runner's numbers are a second old
    (void)runner.step();
    busy = false;
    for (const auto& [name, number] : runner.status().numbers)
      busy = busy || ((name == "store_running_compactions" || name == "store_running_flushes") && number > 0);
  }
  return seconds_since(start);
}

void rebuild(const Settings& settings, bench::SpoolLog& log, const EventCodec& codec,
             const std::string& directory) {
  const UnicodeTextForms forms;
  const SystemClock clock;
  RocksKvOptions store;
  store.shared = RocksShared::make({.memory_bytes = settings.memory_mib << 20U});
  const auto places = must(RocksPlaces::open(directory, store));
  projection::RunnerOptions options;
  options.own_thread = false;
  options.building_units = settings.bulk;
  const serving::ViewsPorts ports{log, codec, forms};
  const auto make = [&] { return std::make_unique<serving::Views>(ports, serving::builtin_cubes()); };
  projection::Runner runner(log, make, *places, clock, options);
  const auto events = log.tails().front();
  const auto start = Watch::now();
  const double folding = processor_seconds(CLOCK_THREAD_CPUTIME_ID);
  const double all = processor_seconds(CLOCK_PROCESS_CPUTIME_ID);
  must(runner.start());
  fold_all(runner, events);
  const double took = seconds_since(start);
  const auto n = static_cast<double>(events);
  std::printf("rebuilt %llu payments, %llu events in %.1f s: %.0f events/s\n",
              static_cast<Number>(settings.payments), static_cast<Number>(events), took, n / took);
  std::printf("  processor: %.2f us an event, %.2f of them the folding thread's\n",
              (processor_seconds(CLOCK_PROCESS_CPUTIME_ID) - all) / n * 1e6,
              (processor_seconds(CLOCK_THREAD_CPUTIME_ID) - folding) / n * 1e6);
  print_numbers(runner);
  const double rested = rest_after(runner);
  std::printf("the store's own threads were done %.0f s later\n", rested);
  print_numbers(runner);
  if (settings.digest) print_digest(runner);
  runner.stop();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("  peak memory %ld MiB\n", used.ru_maxrss / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const auto directory = settings.directory.empty() ? std::filesystem::temp_directory_path() /
                                                          ("wj-rebuild-" + std::to_string(getpid()))
                                                    : std::filesystem::path(settings.directory);
  std::filesystem::create_directories(directory);
  const ProtobufEventCodec codec;
  {
    bench::SpoolLog log((directory / "log").string());
    const auto start = Watch::now();
    spool(settings, codec, log);
    std::fprintf(stderr, "bench_rebuild: a log of %llu events, %llu MiB, was written in %.0f s\n",
                 static_cast<Number>(log.tails().front()), static_cast<Number>(log.bytes() >> 20U),
                 seconds_since(start));
    rebuild(settings, log, codec, (directory / "views").string());
  }
  std::filesystem::remove_all(directory / "views");
  std::filesystem::remove(directory / "log");
  if (settings.directory.empty()) std::filesystem::remove(directory);
  return 0;
}
