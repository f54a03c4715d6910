// `wonjang demo`: a ledger in this process with a simulated provider, and a seeded city of merchants of many
// shapes in it: 36 months of payments sent through the public API, contracts, every day settled and paid out,
// and then light live traffic until a signal. Started again on the same data directory it goes on where it
// was. Threads: the main one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wonjang {

struct DemoOptions {
  std::string data_dir;                   // empty: a fresh temporary one
  std::optional<std::uint64_t> payments;  // nothing: kDemoPayments, or those that the directory has
  std::uint32_t merchants = 0;            // 0: 40, or those that the directory has
  std::uint32_t books = 1;
  std::uint64_t seed = 0;  // 0: 1, or the directory's
  std::uint16_t port = 8080;
  bool once = false;
};
// So that all of it, settled and paid out, stands within a minute on 2 cores.
constexpr std::uint64_t kDemoPayments = 100'000;

int run_demo(const DemoOptions& options);

}  // namespace wonjang
