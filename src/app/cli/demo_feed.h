// The demonstration's feeds as callers of run_load(): history in bulk, then what happened later.
// Threads: one load thread each.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/progress.h"
#include "app/demo/city.h"
#include "app/load/http_client.h"

namespace wonjang {

struct FeedCounts {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::string first_problem;
};

// Payments [from, to) through POST /v1/ingest: their creation, or what happened to them later.
class IngestFeed final : public LoadCaller {
 public:
  enum class What : std::uint8_t { create, follow_up, reversal };
  IngestFeed(const City& city, std::string api_key, What what, std::uint64_t from, std::uint64_t to,
             Progress& progress);

  bool next_request(unsigned thread, LoadRequest& request) override;
  void on_answer(unsigned thread, const LoadAnswer& answer) override;
  const FeedCounts& counts() const { return counts_; }

 private:
  const City& city_;
  const std::string api_key_;
  const What what_;
  const std::uint64_t from_;
  const std::uint64_t to_;
  std::uint64_t next_;
  std::uint64_t answered_ = 0;  // payments
  Progress& progress_;
  FeedCounts counts_;
};

// Sends all of a feed. Errors: unavailable.
Result<void> send_feed(std::uint16_t port, LoadCaller& feed, unsigned connections);

}  // namespace wonjang
