#include "engine/serving/decoded_events.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/hash64.h"

namespace wonjang::serving {
namespace {

// An event is its order id; "bad" is none.
class OrderIdCodec final : public EventCodec {
 public:
  void encode(const Event& event, std::string& out) const override { out += event.order_id; }
  Result<Event> decode(std::string_view bytes) const override {
    calls += 1;
    if (bytes == "bad") return corrupt("not an event");
    Event out;
    out.order_id = bytes;
    return out;
  }
  mutable std::atomic<std::uint64_t> calls = 0;
};

constexpr RawId kPayment{std::uint64_t{1'700'000'000'000} << 16U, 1};

// Of 0 to 3 events each; every ninth is of another stream, some events can't be read.
std::vector<LogUnit> units_of(std::size_t count) {
  std::vector<LogUnit> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i].unit.stream = i % 9 == 8 ? RawId{0, 7} : kPayment;
    for (std::size_t event = 0; event < i % 4; ++event) {
      const bool is_bad = i % 1'000 == 999;
      out[i].unit.events.push_back(is_bad ? "bad" : std::to_string(i) + "/" + std::to_string(event));
    }
  }
  return out;
}

void expect_decoded(const LogUnit& unit, std::span<const DecodedEvent> events) {
  const bool is_payments = unit.unit.stream == kPayment;
  ASSERT_EQ(events.size(), is_payments ? unit.unit.events.size() : 0U);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string& bytes = unit.unit.events[i];
    EXPECT_EQ(events[i].hash, hash64(bytes));
    ASSERT_EQ(events[i].event.has_value(), bytes != "bad");
    if (bytes == "bad") continue;
    EXPECT_EQ(events[i].event->order_id, bytes);
  }
}

TEST(DecodedEvents, each_unit_gets_its_own_whether_they_are_decoded_ahead_or_not) {
  const OrderIdCodec codec;
  const std::size_t slice = DecodedEvents::kSliceUnits;
  const std::size_t ahead = DecodedEvents::kAheadMin;
  for (const std::size_t count : {std::size_t{1}, slice, slice + 1, ahead - 1, ahead, 3 * ahead + 1}) {
    const auto units = units_of(count);
    DecodedEvents decoded(codec, units);
    for (const LogUnit& unit : units) expect_decoded(unit, decoded.next_unit());
  }
}

TEST(DecodedEvents, whoever_gives_up_early_need_not_take_the_rest) {
  const OrderIdCodec codec;
  const auto units = units_of(4 * DecodedEvents::kAheadMin);
  for (const std::size_t taken : {std::size_t{0}, std::size_t{1}, 3 * DecodedEvents::kSliceUnits}) {
    codec.calls = 0;
    {
      DecodedEvents decoded(codec, units);
      for (std::size_t i = 0; i < taken; ++i) expect_decoded(units[i], decoded.next_unit());
    }
    const std::uint64_t slices = taken / DecodedEvents::kSliceUnits + 1 + DecodedEvents::kSlices;
    EXPECT_LE(codec.calls, slices * DecodedEvents::kSliceUnits * 3) << "bounded, and not all of them";
  }
}

}  // namespace
}  // namespace wonjang::serving
