#include "app/service/projection_parts.h"

#include <sys/resource.h>

#include <utility>

#include "adapters/memory/memory_places.h"
#include "adapters/rocksdb/rocks_places.h"
#include "app/api/log.h"
#include "app/thread_name.h"

namespace wonjang {
namespace {

constexpr std::int64_t kLagTroubleUs = 10'000'000;

}  // namespace

Result<std::unique_ptr<KvPlaces>> open_places(const PlacesConfig& config) {
  if (config.in_memory) return std::unique_ptr<KvPlaces>(std::make_unique<MemoryPlaces>());
  RocksSharedOptions shared;
  shared.memory_bytes = config.memory_bytes;
  shared.log = storage_log(config.directory);
  // While flushes lag behind the writer there are two of them.
  shared.write_buffer_bytes = 2 * config.write_buffer_bytes;
  RocksKvOptions options;
  options.shared = RocksShared::make(shared);
  options.write_buffer_bytes = config.write_buffer_bytes;
  WJ_TRY(auto places, RocksPlaces::open(config.directory, options));
  return std::unique_ptr<KvPlaces>(std::move(places));
}

std::function<void(std::string_view)> storage_log(std::string what) {
  return [what = std::move(what)](std::string_view line) {
    log_event(LogLevel::warn, "storage", {{"of", what}, {"what", line}});
  };
}

std::string advice_on_lost_log(const std::string& data_dir) {
  return "Restore the book from a backup; to go on without them all the same, remove " + data_dir +
         "/views and " + data_dir +
         "/money, which are built anew (readers of the feed aren't told that they miss events: only `wonjang "
         "restore` into a new directory does that)";
}

std::function<void()> folding_thread(std::string name, std::uint32_t nice) {
  return [name = std::move(name), nice] {
    name_this_thread(name);
    static_cast<void>(setpriority(PRIO_PROCESS, 0, static_cast<int>(nice)));
  };
}

void add_positions(std::vector<Sample>& out, const std::string& name, const char* help,
                   const projection::Status& status) {
  for (std::size_t book = 0; book < status.positions.size(); ++book) {
    out.push_back({name + "_position",
                   help,
                   false,
                   {{"book", std::to_string(book)}},
                   static_cast<double>(status.positions[book])});
  }
}

std::string trouble_of(const projection::Status& status, const std::string& answers,
                       const std::string& stopped_too) {
  const auto behind = std::to_string(status.lag_events) + " events behind";
  switch (status.state) {
    case projection::State::opening:
    case projection::State::rebuilding:
      return "being built, " + behind + ": " + answers + " answer 503";
    case projection::State::stopped:
      return "stopped, " + behind + ": " + answers + " show an old state" +
             (stopped_too.empty() ? "" : ", " + stopped_too) + "; GET /v1/views says why";
    case projection::State::catching_up:
    case projection::State::live:
      break;
  }
  if (status.lag_us > kLagTroubleUs) return behind + ", " + std::to_string(status.lag_us / 1'000'000) + " s";
  return {};
}

}  // namespace wonjang
