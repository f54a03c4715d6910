// Light traffic of now for the demonstration: customers who pay through the simulated provider, some of whom
// are declined, cancel, or whose answer gets lost, so that the resolver has something to find out.
//
// Threads: one owner; calls block.
#pragma once

#include <cstdint>
#include <string>

#include "app/cli/demo_api.h"
#include "app/demo/city.h"

namespace wonjang {

class DemoLive {
 public:
  // `from`: number of the first payment; behind all history and all earlier traffic.
  DemoLive(const City& city, const ServerAddress& server, const std::string& key, std::uint64_t from)
      : city_(city), api_(server, key), from_(from) {}

  // One customer. What the server refuses is counted, not fatal.
  void tick();
  // A line about how it stands.
  void show();

 private:
  void after(const std::string& id, const std::string& key, const std::string& approval);

  const City& city_;
  DemoApi api_;
  const std::uint64_t from_;
  std::uint64_t ticks_ = 0;
  std::uint64_t paid_ = 0;
  std::uint64_t declined_ = 0;
  std::uint64_t canceled_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace wonjang
