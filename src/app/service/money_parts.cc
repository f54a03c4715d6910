#include "app/service/money_parts.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "adapters/openssl/crypto.h"
#include "adapters/system/process_usage.h"
#include "app/api/log.h"
#include "app/service/projection_parts.h"

namespace wonjang {
namespace {

// Two processes never share it, one that was started again doesn't have it either.
std::string holder_of_this_process() {
  std::array<char, 65> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return std::string(host.data()) + ":" + std::to_string(getpid()) + ":" + to_hex(random_bytes(4));
}

}  // namespace

std::string money_directory(const std::string& data_dir) { return data_dir + "/money"; }

Result<std::unique_ptr<MoneyParts>> MoneyParts::open(const ServiceConfig& config, Ledger& ledger,
                                                     const Clock& clock, const EventCodec& codec,
                                                     const Digest& digest, money::NumberOf number_of) {
  std::unique_ptr<MoneyParts> out(new MoneyParts());
  WJ_TRY(out->places_, open_places({config.in_memory, money_directory(config.data_dir),
                                    config.money_memory_bytes, config.money_write_buffer_bytes}));
  MoneyOptions options;
  options.four_eyes = config.settlement_four_eyes;
  options.workers = config.settlement_workers;
  options.holder = holder_of_this_process();
  options.meter = {&thread_cpu_us, &process_cpu_us, &resident_bytes};
  options.runner.advice_on_lost_log = advice_on_lost_log(config.data_dir);
  options.runner.rest_max_us = config.money_rest_ms * 1'000;
  options.runner.thread_begins = folding_thread("money-fold", config.money_nice);
  options.log = [](const std::string& line) { log_event(LogLevel::warn, "money", {{"what", line}}); };
  options.note = [](const std::string& line) { log_event(LogLevel::info, "money", {{"what", line}}); };
  WJ_TRY(out->side_,
         MoneySide::open(std::move(options), ledger,
                         MoneySidePorts{clock, codec, digest, *out->places_, std::move(number_of)}));
  return out;
}

std::vector<Sample> MoneyParts::samples() const {
  const auto status = side_->runner().status();
  std::vector<Sample> out;
  const auto add = [&](const std::string& name, const char* help, bool is_counter, double value) {
    out.push_back({"money_" + name, help, is_counter, {}, value});
  };
  add_positions(out, "money", "Events of the book that the money side has folded.", status);
  add("lag_events", "Events that are durable and not folded into journal, lines and payouts yet.", false,
      static_cast<double>(status.lag_events));
  add("lag_seconds", "Age of the oldest of them.", false, static_cast<double>(status.lag_us) / 1e6);
  add("stopped", "1 when it has stopped: its numbers don't add up, or its store can't be written.", false,
      status.state == projection::State::stopped ? 1.0 : 0.0);
  add("job_running", "1 while a settlement run or another job is under way.", false,
      side_->jobs().under_way() ? 1.0 : 0.0);
  add("batches_total", "Commits of the money side.", true, static_cast<double>(status.batches));
  add("folded_events_total", "Events folded since the start.", true, static_cast<double>(status.events));
  add("errors_total", "Attempts to fold that failed.", true, static_cast<double>(status.errors));
  for (const auto& [name, value] : status.numbers)
    add(name, "Of the money side and of its store.", false, static_cast<double>(value));
  return out;
}

std::string MoneyParts::trouble() const {
  return trouble_of(side_->runner().status(), "journal, settlement and payouts", "no run is possible");
}

}  // namespace wonjang
