// InDoubtAges: since when the payment is in doubt that has been so for longest, of all that are. The index of
// alarms knows when a payment is asked about next, and who has been in doubt for longest is asked about last;
// since when is in the payment alone. So each is read once and again when its alarm has moved, which a
// question to the provider does, not at every look.
//
// A look reads at most kReadsMax payments, those with the latest alarms first: with more that are new (after
// a start in the middle of an outage) the first looks go by the ones that were read.
//
// Threads: any.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>

#include "base/mutex.h"
#include "base/result.h"
#include "domain/payment.h"
#include "ports/book.h"

namespace wonjang {

// When what is in doubt of it began to be.
Instant in_doubt_since(const Payment& payment);

class InDoubtAges {
 public:
  static constexpr std::size_t kReadsMax = 20'000;
  using Read = std::function<Result<std::optional<Payment>>(PaymentId)>;

  // `alarms`: all of the kind in_doubt. Zero: nothing is in doubt, or it can't be read.
  Instant oldest(std::span<const AlarmEntry> alarms, const Read& read);

 private:
  struct Known {
    std::int64_t alarm_us = 0;
    Instant since;
  };

  Mutex mutex_;
  std::map<RawId, Known> known_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
