// MerchantDirectory: merchants by number, id and organisation, as the registry's stream says. A merchant is
// in the log before its first payment, so whoever asks for an unknown one is told after another look at the
// log, at what came since the last one. Numbers are the order of registration: the same in every build of the
// views.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "domain/registry.h"
#include "engine/serving/facts.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"

namespace wonjang::serving {

struct MerchantEntry {
  MerchantNo no = 0;
  MerchantId id;
  std::string code;
  std::string organisation;
};

class MerchantDirectory {
 public:
  MerchantDirectory(const EventLog& log, const EventCodec& codec) : log_(log), codec_(codec) {}

  // Errors: corrupt (no such merchant, also after another look), those of the log.
  Result<MerchantEntry> of(MerchantId id) const;
  Result<MerchantEntry> of(MerchantNo no) const;
  // Of an organisation, in order of number; empty when nobody names it.
  Result<std::vector<MerchantEntry>> of_organisation(std::string_view code) const;

 private:
  Result<void> look_again() const WJ_EXCLUDES(mutex_);
  void take(const Event& event) const WJ_REQUIRES(mutex_);

  const EventLog& log_;
  const EventCodec& codec_;
  mutable Mutex mutex_;
  mutable std::uint32_t version_ WJ_GUARDED_BY(mutex_) = 0;  // events of the registry's stream seen so far
  mutable std::vector<MerchantEntry> by_no_ WJ_GUARDED_BY(mutex_);
  mutable std::unordered_map<MerchantId, MerchantNo> numbers_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang::serving
