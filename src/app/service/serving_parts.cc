#include "app/service/serving_parts.h"

#include <sys/resource.h>

#include <utility>

#include "adapters/memory/memory_places.h"
#include "adapters/rocksdb/rocks_places.h"
#include "app/api/log.h"

namespace wonjang {
namespace {

constexpr std::int64_t kLagTroubleUs = 10'000'000;

Result<std::unique_ptr<KvPlaces>> open_places(const ServiceConfig& config) {
  if (config.in_memory) return std::unique_ptr<KvPlaces>(std::make_unique<MemoryPlaces>());
  RocksSharedOptions shared;
  shared.memory_bytes = config.serving_memory_bytes;
  // While flushes lag behind the writer there are two of them.
  shared.write_buffer_bytes = 2 * config.serving_write_buffer_bytes;
  RocksKvOptions options;
  options.shared = RocksShared::make(shared);
  options.write_buffer_bytes = config.serving_write_buffer_bytes;
  WJ_TRY(auto places, RocksPlaces::open(views_directory(config.data_dir), options));
  return std::unique_ptr<KvPlaces>(std::move(places));
}

}  // namespace

std::string views_directory(const std::string& data_dir) { return data_dir + "/views"; }

Result<std::unique_ptr<ServingParts>> ServingParts::open(const ServiceConfig& config, Ledger& ledger,
                                                         const Clock& clock, const EventCodec& codec) {
  std::unique_ptr<ServingParts> out(new ServingParts());
  WJ_TRY(out->places_, open_places(config));
  ServingOptions options;
  WJ_TRY(const auto cubes, serving::CubeSet::create(config.cubes));
  options.cubes.assign(cubes.cubes().begin(), cubes.cubes().end());
  // Payments are taken first; the views follow as fast as is left, and say how far behind they are. On Linux
  // this is the priority of the calling thread alone.
  options.runner.thread_begins = [nice = config.serving_nice] {
    static_cast<void>(setpriority(PRIO_PROCESS, 0, static_cast<int>(nice)));
  };
  options.log = [](const std::string& line) { log_event(LogLevel::warn, "views", {{"what", line}}); };
  WJ_TRY(out->serving_,
         Serving::open(std::move(options), ledger, ServingPorts{clock, codec, out->forms_, *out->places_}));
  return out;
}

std::vector<Sample> ServingParts::samples() const {
  const auto status = serving_->runner().status();
  std::vector<Sample> out;
  const auto add = [&](const std::string& name, const char* help, bool is_counter, std::uint64_t value) {
    out.push_back({"views_" + name, help, is_counter, {}, static_cast<double>(value)});
  };
  for (std::size_t book = 0; book < status.positions.size(); ++book) {
    out.push_back({"views_position",
                   "Events of the book that the views have folded.",
                   false,
                   {{"book", std::to_string(book)}},
                   static_cast<double>(status.positions[book])});
  }
  for (const auto state :
       {projection::State::opening, projection::State::catching_up, projection::State::live,
        projection::State::rebuilding, projection::State::stopped}) {
    out.push_back({"views_state",
                   "1 for the state that the views are in.",
                   false,
                   {{"state", name_of(state)}},
                   status.state == state ? 1.0 : 0.0});
  }
  add("lag_events", "Events that are durable and not visible in lists, search and totals yet.", false,
      status.lag_events);
  out.push_back({"views_lag_seconds",
                 "Age of the oldest of them.",
                 false,
                 {},
                 static_cast<double>(status.lag_us) / 1e6});
  add("generation", "Number of the store that is shown; a rebuild makes the next one.", false,
      status.generation);
  add("batches_total", "Commits of the views.", true, status.batches);
  add("folded_events_total", "Events folded since the start.", true, status.events);
  add("errors_total", "Attempts to fold that failed.", true, status.errors);
  add("flushes_total", "Times the views were made durable.", true, status.flushes);
  add("rebuilds_total", "Rebuilds that ended.", true, status.rebuilds);
  add("differences_total", "Of them, those that found the live views to differ.", true, status.differences);
  add("waiting_reads", "Reads that wait for a position.", false, status.waiting);
  for (const auto& [name, value] : status.numbers)
    add(name, "Of the views and of their store.", false, value);
  return out;
}

std::string ServingParts::trouble() const {
  const auto status = serving_->runner().status();
  const auto behind = std::to_string(status.lag_events) + " events behind";
  switch (status.state) {
    case projection::State::opening:
    case projection::State::rebuilding:
      return "being built, " + behind + ": lists, search and totals answer 503";
    case projection::State::stopped:
      return "stopped, " + behind + ": lists, search and totals show an old state; GET /v1/views says why";
    case projection::State::catching_up:
    case projection::State::live:
      break;
  }
  if (status.lag_us > kLagTroubleUs) return behind + ", " + std::to_string(status.lag_us / 1'000'000) + " s";
  return {};
}

}  // namespace wonjang
