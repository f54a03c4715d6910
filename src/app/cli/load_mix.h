// The mixes of `wonjang load` as callers of run_load(). What was acknowledged is kept as one payment id per
// request number: the shop makes the bytes of a number again whenever they are needed.
//
// Threads: as LoadCaller; results are read after the run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/demo/shop.h"
#include "app/load/http_client.h"
#include "base/id.h"

namespace wonjang {

// The payment's id in an answer; zero when there is none.
RawId payment_id_in(std::string_view json);

struct AckedPayment {
  std::uint64_t n = 0;
  RawId id;  // zero: sent, and never answered
};

class LoadMix : public LoadCaller {
 public:
  enum Kind : std::uint8_t { first = 0, replay = 1, reused = 2, kKinds = 3 };

  LoadMix(const Shop& shop, std::string authorization, unsigned threads);

  // Of the time after the warm-up.
  Histogram latency_us(Kind kind) const;
  std::uint64_t payments() const;    // newly written
  std::uint64_t unexpected() const;  // answers that should not come, warm-up included
  std::string first_unexpected() const;
  // Acknowledged and lost ones, in order of n, warm-up included.
  std::vector<AckedPayment> acknowledged() const;
  std::vector<std::uint64_t> lost() const;

  void on_lost(unsigned thread, std::uint64_t tag) override;

 protected:
  struct PerThread {
    std::uint64_t next = 0;  // number of this thread's next first request: n = next * threads + thread
    Rng rng{0};
    std::vector<RawId> ids;  // by n / threads
    std::vector<std::uint64_t> recent;
    std::vector<std::uint64_t> lost;
    Histogram latency_us[kKinds];
    std::uint64_t payments = 0;
    std::uint64_t unexpected = 0;
    std::string first_unexpected;
    std::string body;
  };
  std::uint64_t take_number(unsigned thread) { return per_thread_[thread].next++ * threads_ + thread; }
  void keep(unsigned thread, std::uint64_t n, RawId id);
  RawId kept(unsigned thread, std::uint64_t n) const;
  void count_unexpected(unsigned thread, const LoadAnswer& answer);
  void post_payment(unsigned thread, std::uint64_t n, bool other_body, std::string& bytes);

  const Shop& shop_;
  const std::string authorization_;
  const unsigned threads_;
  std::vector<PerThread> per_thread_;
};

// One payment with one approval a request; of `retry_percent` in 100 requests the same one again, of
// `reused_percent` the same key with another body.
class CreateMix final : public LoadMix {
 public:
  CreateMix(const Shop& shop, std::string authorization, unsigned threads, std::uint32_t retry_percent,
            std::uint32_t reused_percent);
  bool next_request(unsigned thread, LoadRequest& request) override;
  void on_answer(unsigned thread, const LoadAnswer& answer) override;

 private:
  const std::uint32_t retry_percent_;
  const std::uint32_t reused_percent_;
};

// `lines` payments a request to /v1/ingest.
class BulkMix final : public LoadMix {
 public:
  BulkMix(const Shop& shop, std::string authorization, unsigned threads, std::uint32_t lines);
  bool next_request(unsigned thread, LoadRequest& request) override;
  void on_answer(unsigned thread, const LoadAnswer& answer) override;
  void on_lost(unsigned thread, std::uint64_t tag) override;

 private:
  const std::uint32_t lines_;
};

struct Reconciliation {
  std::uint64_t checked = 0;
  std::uint64_t match = 0;
  std::uint64_t mismatch = 0;              // another payment answers under the key
  std::uint64_t missing = 0;               // acknowledged, and not there
  std::uint64_t duplicate = 0;             // one id acknowledged for two requests
  std::uint64_t failed = 0;                // no usable answer
  std::uint64_t in_doubt_written = 0;      // lost answers: it had been written
  std::uint64_t in_doubt_not_written = 0;  // it hadn't; now it is
  bool ok() const { return mismatch == 0 && missing == 0 && duplicate == 0 && failed == 0; }
};

// Sends up to `checks_max` of the acknowledged ones (evenly spread) and all lost ones again.
Result<Reconciliation> reconcile(const LoadOptions& options, const Shop& shop,
                                 const std::string& authorization, const LoadMix& mix,
                                 std::uint64_t checks_max);

}  // namespace wonjang
