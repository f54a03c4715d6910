#include "app/api/in_doubt_ages.h"

#include <algorithm>
#include <utility>

namespace wonjang {

Instant in_doubt_since(const Payment& payment) {
  auto since = payment.updated_at;
  const auto look = [&](const auto& items) {
    for (const auto& item : items) {
      if (item.is_in_doubt() && item.pursuit && !item.pursuit->first_asked_at.is_zero()) {
        since = std::min(since, item.pursuit->first_asked_at);
      }
    }
  };
  look(payment.approvals);
  look(payment.cancels);
  return since;
}

Instant InDoubtAges::oldest(std::span<const AlarmEntry> alarms, const Read& read) {
  const MutexLock lock(mutex_);
  std::map<RawId, Known> now;
  std::size_t reads = 0;
  for (auto at = alarms.rbegin(); at != alarms.rend(); ++at) {
    const AlarmEntry& alarm = *at;
    const auto known = known_.find(alarm.stream);
    if (known != known_.end() && known->second.alarm_us == alarm.at_us) {
      now.emplace(alarm.stream, known->second);
      continue;
    }
    if (++reads > kReadsMax) continue;
    const auto payment = read(PaymentId(alarm.stream));
    if (payment && *payment) now.emplace(alarm.stream, Known{alarm.at_us, in_doubt_since(**payment)});
  }
  known_ = std::move(now);
  // One of a payment's questions may have been answered without moving its alarm, which is another's: what
  // stands first is read again until it is so.
  const auto by_age = [](const auto& a, const auto& b) { return a.second.since < b.second.since; };
  while (!known_.empty()) {
    const auto first = std::ranges::min_element(known_, by_age);
    const auto payment = read(PaymentId(first->first));
    if (!payment || !*payment) return first->second.since;
    const auto since = in_doubt_since(**payment);
    if (since <= first->second.since) return since;
    first->second.since = since;
  }
  return {};
}

}  // namespace wonjang
