// Log: one JSON object a line, for machines first. An event has a stable code; fields are named values. Never
// logged: bodies, keys, tokens, header values that weren't checked, account or card data.
//
//   log_event(LogLevel::warn, "auth_refused", {{"route", route}, {"why", "revoked"}});
//   {"time":"2026-11-22T03:04:05.678Z","level":"warn","event":"auth_refused","route":"/v1/payments","why":"revoked"}
//
// Threads: log_event() from any; the others while nobody logs.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wonjang {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };
std::optional<LogLevel> parse_log_level(std::string_view name);  // "debug", "info" ...

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};

// Lines go to standard error, or to `sink` (tests).
void start_log(LogLevel least, std::function<void(std::string_view line)> sink = {});
bool log_wants(LogLevel level);
void log_event(LogLevel level, std::string_view code, std::initializer_list<LogField> fields = {});

}  // namespace wonjang
