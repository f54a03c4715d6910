// `wonjang load`: honest load on a running server's public API. Open loop by default (--rate): latency counts
// from the time a request was due. Dropped, lost or unexpected answers fail the run; --verify sends
// acknowledged requests again and expects the same payments.
//
// Threads: blocks; load threads of its own.
#pragma once

#include <cstdint>
#include <string>

namespace wonjang {

struct LoadRunOptions {
  std::string url;
  std::string key_file;
  std::string mix = "create";  // create, retries, bulk
  std::uint64_t rate = 0;      // payments per second; 0: closed loop
  unsigned connections = 64;
  unsigned threads = 1;
  std::int64_t duration_ms = 10'000;
  std::int64_t warm_up_ms = 2'000;
  std::uint64_t requests_max = 0;
  std::uint64_t seed = 1;
  std::string run;  // of the order ids; empty: from the clock
  std::uint32_t merchants = 10'000;
  std::uint32_t bulk_lines = 1'000;
  bool verify = false;
  std::uint64_t verify_max = 200'000;
  bool json = false;
};

int run_load_command(const LoadRunOptions& options);

}  // namespace wonjang
