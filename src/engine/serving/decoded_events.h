// DecodedEvents: the events of a batch, decoded, in the order of the batch. Of a large batch a second thread
// decodes some thousand events ahead of the one that folds them, and frees what was folded: decoding depends
// on nothing that was folded before.
//
//   DecodedEvents decoded(codec, units);
//   for (const auto& unit : units) take(unit, decoded.next_unit());
//
// Bounds: kSlices * kSliceUnits units are decoded at a time.
//
// Threads: one owner; it makes one thread, which its end waits for.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "ports/event_codec.h"
#include "ports/projection.h"

namespace wonjang::serving {

struct DecodedEvent {
  Result<Event> event;     // what the codec says; an error counts when the event is needed
  std::uint64_t hash = 0;  // hash64 of its bytes
};

class DecodedEvents {
 public:
  static constexpr std::size_t kSliceUnits = 256;
  static constexpr std::size_t kSlices = 8;
  // A smaller batch is decoded by its owner, when it asks.
  static constexpr std::size_t kAheadMin = 4 * kSliceUnits * kSlices;

  // `units` and `codec` outlive it.
  DecodedEvents(const EventCodec& codec, std::span<const LogUnit> units);
  ~DecodedEvents();
  DecodedEvents(const DecodedEvents&) = delete;
  DecodedEvents& operator=(const DecodedEvents&) = delete;

  // The events of the next unit, none of one that is no payment's; they live until the next call.
  // REQUIRES: there is a next one
  std::span<const DecodedEvent> next_unit();

 private:
  struct Slice {
    std::vector<DecodedEvent> events;
    std::vector<std::size_t> ends;  // of each unit, in events
  };

  void decode(std::span<const LogUnit> units, Slice& out) const;
  std::span<const LogUnit> slice_of_units(std::size_t number) const;
  void decode_ahead();
  void change_slice();

  const EventCodec& codec_;
  const std::span<const LogUnit> units_;
  const std::size_t slices_;  // in all
  std::array<Slice, kSlices> ring_;
  // The owner's: it is at unit_ of slice current_ - 1.
  std::size_t current_ = 0;
  std::size_t unit_ = 0;

  Mutex mutex_;
  CondVar changed_;
  std::size_t decoded_ WJ_GUARDED_BY(mutex_) = 0;  // slices
  std::size_t folded_ WJ_GUARDED_BY(mutex_) = 0;   // likewise
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wonjang::serving
