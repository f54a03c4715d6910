#include "engine/serving/decoded_events.h"

#include <algorithm>

#include "base/assert.h"
#include "base/hash64.h"
#include "domain/ids.h"

namespace wonjang::serving {

DecodedEvents::DecodedEvents(const EventCodec& codec, std::span<const LogUnit> units)
    : codec_(codec), units_(units), slices_((units.size() + kSliceUnits - 1) / kSliceUnits) {
  if (units.size() >= kAheadMin) thread_ = std::thread([this] { decode_ahead(); });
}

DecodedEvents::~DecodedEvents() {
  if (!thread_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

std::span<const LogUnit> DecodedEvents::slice_of_units(std::size_t number) const {
  const std::size_t from = number * kSliceUnits;
  return units_.subspan(from, std::min(kSliceUnits, units_.size() - from));
}

void DecodedEvents::decode(std::span<const LogUnit> units, Slice& out) const {
  out.events.clear();
  out.ends.clear();
  for (const LogUnit& unit : units) {
    if (is_payment_stream(unit.unit.stream)) {
      for (const auto& bytes : unit.unit.events) out.events.push_back({codec_.decode(bytes), hash64(bytes)});
    }
    out.ends.push_back(out.events.size());
  }
}

void DecodedEvents::decode_ahead() {
  for (std::size_t number = 0; number < slices_; ++number) {
    {
      const MutexLock lock(mutex_);
      while (!stopping_ && number >= folded_ + kSlices) changed_.wait(mutex_);
      if (stopping_) return;
    }
    decode(slice_of_units(number), ring_[number % kSlices]);
    const MutexLock lock(mutex_);
    decoded_ = number + 1;
    changed_.notify_all();
  }
}

// From slice current_ - 1 to the next one.
void DecodedEvents::change_slice() {
  WJ_ASSERT(current_ < slices_);
  if (thread_.joinable()) {
    const MutexLock lock(mutex_);
    folded_ = current_;
    changed_.notify_all();
    while (decoded_ <= current_) changed_.wait(mutex_);
  } else {
    decode(slice_of_units(current_), ring_[current_ % kSlices]);
  }
  ++current_;
  unit_ = 0;
}

std::span<const DecodedEvent> DecodedEvents::next_unit() {
  if (current_ == 0 || unit_ == ring_[(current_ - 1) % kSlices].ends.size()) change_slice();
  const Slice& slice = ring_[(current_ - 1) % kSlices];
  const std::size_t from = unit_ == 0 ? 0 : slice.ends[unit_ - 1];
  const std::size_t until = slice.ends[unit_++];
  return std::span(slice.events).subspan(from, until - from);
}

}  // namespace wonjang::serving
