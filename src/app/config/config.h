// Configuration: a TOML file, then the environment, then flags; the later wins. Every key of the file is a
// row of one table (settings()), so are its environment name (WONJANG_SECTION__KEY) and its place in
// ServiceConfig.
//
//   WJ_TRY(const auto config, load_config({.file = "wonjang.toml", .environment = environ_list(), .flags =
//   {{"http.port", "0"}}}));
//
// Durations and sizes carry units ("15s", "64MiB"). Unknown keys are refused with the nearest known name and
// their place; so are names of the environment that begin with WONJANG_ and are neither a setting nor one of
// the few that other programs of this project read. Secrets are never values here, only files.
//
// Threads: any.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/service/service_config.h"

namespace wonjang {

struct ConfigSources {
  std::string file;                                        // empty: none
  std::vector<std::string> environment;                    // "NAME=value"; only WONJANG_* is looked at
  std::vector<std::pair<std::string, std::string>> flags;  // "http.port", "8080"
};

struct LoadedConfig {
  ServiceConfig service;
  std::map<std::string, std::string>
      origin;  // "http.port" -> "wonjang.toml:12", "WONJANG_HTTP__PORT", "flag", "default"
};

// Errors: invalid (every fault in one text, a line each).
Result<LoadedConfig> load_config(const ConfigSources& sources);

struct ConfigRow {
  std::string key;
  std::string value;  // as one would write it in the file
  std::string origin;
  std::string_view help;
};
// All settings in the order of the table, providers behind them.
std::vector<ConfigRow> show_config(const LoadedConfig& config);

std::vector<std::string> process_environment();

// "15s", "250ms", "2m", "1h" as milliseconds; "64MiB", "1GiB", "512KiB", "100B" as bytes. Errors: invalid.
Result<std::int64_t> parse_duration_ms(std::string_view text);
Result<std::uint64_t> parse_size(std::string_view text);

}  // namespace wonjang
