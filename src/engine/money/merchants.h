// Merchants: their numbers by id, as the registry's stream says: the order of registration, the same for
// ever. A merchant is in the log before anything that names it, so one that isn't known is looked for in the
// log again, in what came since the last look.
//
// Threads: one at a time.
#pragma once

#include <unordered_map>

#include "engine/money/money_reader.h"
#include "ports/event_codec.h"

namespace wonjang::money {

class Merchants {
 public:
  Merchants(const EventLog& log, const EventCodec& codec) : log_(log), codec_(codec) {}

  // Errors: corrupt (the log names a merchant that its registry hasn't), those of the log.
  Result<MerchantNo> number_of(MerchantId id);

 private:
  Result<void> look_again();

  const EventLog& log_;
  const EventCodec& codec_;
  std::uint32_t version_ = 0;  // events of the registry's stream seen so far
  std::unordered_map<MerchantId, MerchantNo> numbers_;
};

}  // namespace wonjang::money
