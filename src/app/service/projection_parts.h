// What the parts of a service that fold the log (serving_parts.h, money_parts.h) have alike: where their
// stores are, the folding thread's priority, how far behind they are.
//
// Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/metrics.h"
#include "engine/projection/status.h"
#include "ports/kv_places.h"

namespace wonjang {

struct PlacesConfig {
  bool in_memory = false;
  std::string directory;
  std::uint64_t memory_bytes = 0;  // of their storage engine
  std::uint64_t write_buffer_bytes = 0;
};
// Errors: unavailable (no space, in use), corrupt.
Result<std::unique_ptr<KvPlaces>> open_places(const PlacesConfig& config);

// Where a storage engine's warnings and errors go: the log, as "storage". `what`: whose files.
std::function<void(std::string_view line)> storage_log(std::string what);

// For projection::Options::advice_on_lost_log: a restored book comes without what was folded of it, so one
// that is behind that has lost its end, and going on would book again what is missing.
std::string advice_on_lost_log(const std::string& data_dir);

// For projection::Options::thread_begins: the thread's name (thread_name.h) and its priority. On Linux that
// is of the calling thread alone; 0 leaves it.
std::function<void()> folding_thread(std::string name, std::uint32_t nice);

// <name>_position, one per book.
void add_positions(std::vector<Sample>& out, const std::string& name, const char* help,
                   const projection::Status& status);

// What an operator should know, in one line; empty when all is well. `answers`: "lists, search and totals";
// `stopped_too`: what else is no longer so once it has stopped, or empty.
std::string trouble_of(const projection::Status& status, const std::string& answers,
                       const std::string& stopped_too = {});

}  // namespace wonjang
