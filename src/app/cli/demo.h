// `wonjang demo`: a ledger in this process with a simulated provider, fed with a sample shop through its own
// HTTP API, then light live traffic until a signal. Threads: the main one.
#pragma once

#include <cstdint>
#include <string>

namespace wonjang {

struct DemoOptions {
  std::string data_dir;  // empty: a fresh temporary one
  std::uint64_t payments = 100'000;
  std::uint32_t merchants = 50;
  std::uint32_t books = 1;
  std::uint64_t seed = 1;
  std::uint16_t port = 8080;
  bool once = false;
};
int run_demo(const DemoOptions& options);

}  // namespace wonjang
