// MoneyParts: the money side of a service with all that it is made of: where its store is, the projection,
// the jobs. On disk it lives in money/ of the data directory, in files and memory of its own: it can be
// deleted, and is built anew.
//
// Threads: open and stop from one; the rest from any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/api/metrics.h"
#include "app/money/money_side.h"
#include "app/service/service_config.h"

namespace wonjang {

class MoneyParts {
 public:
  // `ledger` has started. Errors: unavailable (no space, in use), corrupt, those of MoneySide::open.
  static Result<std::unique_ptr<MoneyParts>> open(const ServiceConfig& config, Ledger& ledger,
                                                  const Clock& clock, const EventCodec& codec,
                                                  const Digest& digest, money::NumberOf number_of);

  MoneySide& side() { return *side_; }
  // For /metrics.
  std::vector<Sample> samples() const;
  // What an operator should know, in one line; empty when all is well. Nothing of it concerns writes of
  // payments.
  std::string trouble() const;
  void stop() { side_->stop(); }

 private:
  MoneyParts() = default;

  std::unique_ptr<KvPlaces> places_;
  std::unique_ptr<MoneySide> side_;
};

// The service's directory of the money store.
std::string money_directory(const std::string& data_dir);

}  // namespace wonjang
