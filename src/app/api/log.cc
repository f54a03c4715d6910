#include "app/api/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>
#include <utility>

namespace wonjang {
namespace {

constexpr std::array<std::pair<std::string_view, spdlog::level::level_enum>, 5> kLevels{{
    {"debug", spdlog::level::debug},
    {"info", spdlog::level::info},
    {"warn", spdlog::level::warn},
    {"error", spdlog::level::err},
    {"off", spdlog::level::off},
}};

class CallbackSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CallbackSink(std::function<void(std::string_view)> callback) : callback_(std::move(callback)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    callback_({line.data(), line.size()});
  }
  void flush_() override {}

 private:
  std::function<void(std::string_view)> callback_;
};

std::shared_ptr<spdlog::logger> make_logger(LogLevel least, std::function<void(std::string_view)> sink) {
  spdlog::sink_ptr out;
  if (sink) {
    out = std::make_shared<CallbackSink>(std::move(sink));
  } else {
    out = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = std::make_shared<spdlog::logger>("wonjang", std::move(out));
  logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
  logger->set_level(kLevels[static_cast<std::size_t>(least)].second);
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> one = make_logger(LogLevel::off, {});
  return one;
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20) {
      out.append("\\u00").append({kHex[byte >> 4U], kHex[byte & 15U]});
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i].first == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

void start_log(LogLevel least, std::function<void(std::string_view)> sink) {
  logger() = make_logger(least, std::move(sink));
}

bool log_wants(LogLevel level) {
  return logger()->should_log(kLevels[static_cast<std::size_t>(level)].second);
}

void log_event(LogLevel level, std::string_view code, std::initializer_list<LogField> fields) {
  if (!log_wants(level)) return;
  std::string line = "\"event\":";
  append_quoted(line, code);
  for (const auto& field : fields) {
    line.push_back(',');
    append_quoted(line, field.name);
    line.push_back(':');
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      line.append(std::to_string(*number));
    } else {
      append_quoted(line, std::get<std::string_view>(field.value));
    }
  }
  logger()->log(kLevels[static_cast<std::size_t>(level)].second,
                spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace wonjang
