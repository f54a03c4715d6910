// Load on an HTTP/1.1 server over keep-alive connections, one request at a time on each.
//
// Closed loop (rate 0): every free connection sends at once; measures capacity. Open loop: requests are due
// at fixed times whatever the server does; latency counts from the due time, so a stall is charged to every
// request it delayed (no coordinated omission). What could not be sent within `outstanding_max`, or was never
// answered, is counted, and one of these fails the run (LoadReport::ok).
//
// Plain TCP only. Threads: run_load() blocks; the caller's functions are called on `threads` threads of its
// own, each with its thread number, so that per-thread state needs no lock.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/load/histogram.h"
#include "app/load/response_reader.h"
#include "base/result.h"

namespace wonjang {

struct LoadOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  unsigned connections = 64;
  unsigned threads = 1;
  std::uint64_t rate_per_s = 0;                // open loop; 0 = closed loop
  std::chrono::milliseconds warm_up{0};        // sent first, not recorded in the report
  std::chrono::milliseconds duration{10'000};  // recorded, after the warm-up
  std::uint64_t requests_max = 0;              // in all; 0 = as many as the time gives
  std::uint64_t outstanding_max = 100'000;     // open loop: due and not answered; beyond: dropped
  std::chrono::milliseconds answer_timeout{
      10'000};  // then the connection is given up and the request is lost
  // Once true nothing more is sent: what is under way is waited for, and the report is of the time until
  // then. Null: nobody stops it. Outlives the run.
  const std::atomic<bool>* stop = nullptr;
};

struct LoadRequest {
  std::uint64_t tag = 0;  // comes back with the answer
  std::string bytes;      // prepare_request(); cleared before each next_request(), capacity kept
};

struct LoadAnswer {
  std::uint64_t tag = 0;
  std::uint64_t latency_us = 0;  // from the due time
  bool warm_up = false;
  const ResponseReader& response;  // status(), find(), body(); valid during the call
};

class LoadCaller {
 public:
  virtual ~LoadCaller() = default;
  // Fills in the next request; false: this thread has no more.
  virtual bool next_request(unsigned thread, LoadRequest& request) = 0;
  virtual void on_answer(unsigned thread, const LoadAnswer& answer) {
    static_cast<void>(thread);
    static_cast<void>(answer);
  }
  // Sent, maybe partly, and never answered: the outcome is unknown.
  virtual void on_lost(unsigned thread, std::uint64_t tag) {
    static_cast<void>(thread);
    static_cast<void>(tag);
  }
};

struct LoadReport {
  std::uint64_t sent = 0;     // warm-up included, like lost and dropped
  std::uint64_t lost = 0;     // sent, never answered
  std::uint64_t dropped = 0;  // due, never sent
  std::uint64_t reconnects = 0;
  std::uint64_t answers = 0;  // recorded ones, like the rest
  std::array<std::uint64_t, 600> by_status{};
  Histogram latency_us;
  double seconds = 0;      // of the recorded time
  double cpu_seconds = 0;  // of the client's threads, warm-up included

  bool ok() const { return lost == 0 && dropped == 0; }
  double answers_per_s() const { return seconds > 0 ? static_cast<double>(answers) / seconds : 0; }
  std::uint64_t status_count(int from, int to) const;  // [from, to)
};

// Errors: invalid (options), unavailable (not one connection could be made).
Result<LoadReport> run_load(const LoadOptions& options, LoadCaller& caller);

// Appends a whole request; `headers` without Host, Content-Length and Connection.
void prepare_request(std::string& out, std::string_view method, std::string_view target,
                     const std::vector<std::pair<std::string_view, std::string_view>>& headers,
                     std::string_view body);

}  // namespace wonjang
