#include "app/service/serving_parts.h"

#include <utility>

#include "app/api/log.h"
#include "app/api/secrets.h"
#include "app/service/projection_parts.h"

namespace wonjang {

std::string views_directory(const std::string& data_dir) { return data_dir + "/views"; }
std::string cubes_file(const std::string& data_dir) { return data_dir + "/cubes.toml"; }

namespace {

// As a configuration would say it. Names were checked: none has a quote in it.
std::string in_toml(const serving::CubeDeclaration& cube) {
  const auto flag = [](const char* name, bool value) {
    return std::string(name) + (value ? " = true\n" : " = false\n");
  };
  const auto text = [](const char* name, const std::string& value) {
    return std::string(name) + " = \"" + value + "\"\n";
  };
  std::string out = "\n[[serving.cubes]]\n" + text("name", cube.name);
  if (cube.id) out += "id = " + std::to_string(*cube.id) + "\n";
  out += text("source", cube.source) + text("key", cube.key) + flag("bucket_first", cube.bucket_first);
  out += "dimensions = [";
  for (const auto& dimension : cube.dimensions)
    out += (&dimension == &cube.dimensions.front() ? "\"" : ", \"") + dimension + "\"";
  out += "]\n" + text("grain", cube.grain) + flag("percentiles", cube.percentiles);
  return out + flag("history", cube.history);
}

// What the views are built with, for who compares them when nobody serves.
Result<void> write_cubes(const ServiceConfig& config) {
  if (config.in_memory) return {};
  std::string out =
      "# Written by each start: the cubes that the views here have, beside the built-in ones.\n";
  for (const auto& cube : config.cubes) out += in_toml(cube);
  return write_private_file(cubes_file(config.data_dir), out);
}

}  // namespace

Result<std::unique_ptr<ServingParts>> ServingParts::open(const ServiceConfig& config, Ledger& ledger,
                                                         const Clock& clock, const EventCodec& codec) {
  std::unique_ptr<ServingParts> out(new ServingParts());
  WJ_TRY(out->places_, open_places({config.in_memory, views_directory(config.data_dir),
                                    config.serving_memory_bytes, config.serving_write_buffer_bytes}));
  ServingOptions options;
  WJ_TRY(const auto cubes, serving::CubeSet::create(config.cubes));
  options.cubes.assign(cubes.cubes().begin(), cubes.cubes().end());
  options.runner.advice_on_lost_log = advice_on_lost_log(config.data_dir);
  options.runner.rest_max_us = config.serving_rest_ms * 1'000;
  options.runner.thread_begins = folding_thread("views-fold", config.serving_nice);
  options.log = [](const std::string& line) { log_event(LogLevel::warn, "views", {{"what", line}}); };
  WJ_TRY(out->serving_,
         Serving::open(std::move(options), ledger, ServingPorts{clock, codec, out->forms_, *out->places_}));
  WJ_CHECK(write_cubes(config));
  return out;
}

std::vector<Sample> ServingParts::samples() const {
  const auto status = serving_->runner().status();
  std::vector<Sample> out;
  const auto add = [&](const std::string& name, const char* help, bool is_counter, std::uint64_t value) {
    out.push_back({"views_" + name, help, is_counter, {}, static_cast<double>(value)});
  };
  add_positions(out, "views", "Events of the book that the views have folded.", status);
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
  return trouble_of(serving_->runner().status(), "lists, search and totals");
}

}  // namespace wonjang
