// ServingParts: the serving views of a service with all that they are made of: where their stores are,
// Unicode, the runner. On disk they live in views/ of the data directory, in files and memory of their own:
// they can be deleted, and are built anew.
//
// Threads: open and stop from one; the rest from any.
#pragma once

#include <memory>
#include <vector>

#include "adapters/utf8proc/unicode_text_forms.h"
#include "app/api/metrics.h"
#include "app/service/service_config.h"
#include "app/serving/serving.h"

namespace wonjang {

class ServingParts {
 public:
  // `ledger` has started. Errors: unavailable (no space, in use), corrupt, those of Serving::open.
  static Result<std::unique_ptr<ServingParts>> open(const ServiceConfig& config, Ledger& ledger,
                                                    const Clock& clock, const EventCodec& codec);

  Serving& serving() { return *serving_; }
  // For /metrics.
  std::vector<Sample> samples() const;
  // What an operator should know, in one line; empty when all is well. Nothing of it concerns writes.
  std::string trouble() const;
  void stop() { serving_->stop(); }

 private:
  ServingParts() = default;

  UnicodeTextForms forms_;
  std::unique_ptr<KvPlaces> places_;
  std::unique_ptr<Serving> serving_;
};

// The service's directory of views.
std::string views_directory(const std::string& data_dir);
// A configuration of nothing but the cubes that its views have; written by each start.
std::string cubes_file(const std::string& data_dir);

}  // namespace wonjang
