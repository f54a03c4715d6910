#include "engine/serving/history.h"

#include <utility>

#include "base/hash64.h"

namespace wonjang::serving {
namespace {

Error disagrees(PaymentId payment) {
  return corrupt(
      "the book's events of " + payment.text() +
      " aren't those that its row was folded from: run `wonjang check` and `wonjang verify views`");
}

}  // namespace

// The log may bring an event twice, or another one of the same version.
Result<std::vector<LoggedEvent>> history_of(const EventLog& log, const EventCodec& codec, PaymentId payment,
                                            const Row& row) {
  WJ_TRY(const auto units, log.load(payment.raw()));
  std::vector<LoggedEvent> out;
  for (const auto& unit : units) {
    for (std::size_t i = 0; i < unit.events.size(); ++i) {
      const std::size_t version = unit.first_version + i;
      const bool is_next = version == out.size() && version < row.event_hashes.size();
      if (!is_next || hash64(unit.events[i]) != row.event_hashes[version]) continue;
      WJ_TRY(Event event, codec.decode(unit.events[i]));
      out.push_back({std::move(event), unit.first + i});
    }
  }
  if (out.size() != row.payment.version) return disagrees(payment);
  return out;
}

}  // namespace wonjang::serving
