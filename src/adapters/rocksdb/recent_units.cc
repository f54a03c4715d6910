#include "adapters/rocksdb/recent_units.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>

#include "base/assert.h"

namespace wonjang::rocks {
namespace {

std::uint64_t secret() {
  static const std::uint64_t drawn = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32U | device();
  }();
  return drawn;
}

std::uint64_t hash_of_stream(RawId stream) { return RowSlots::hash_of(stream.high, stream.low); }

std::uint64_t leading_bytes(const Hash128& hash) {
  std::uint64_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return __builtin_bswap64(out);
}

}  // namespace

std::uint64_t hash_of_key(const Hash128& hash, KeySort sort) {
  std::uint64_t halves[2];
  std::memcpy(halves, hash.data(), sizeof halves);
  return RowSlots::hash_of(halves[0], halves[1] + static_cast<std::uint64_t>(sort));
}

void RowSlots::reset(std::size_t rows) {
  slots_.assign(std::bit_ceil(std::max<std::size_t>(rows * 3 / 2 + 2, 16)), Slot{});
  mask_ = slots_.size() - 1;
  used_ = 0;
}

std::uint64_t RowSlots::hash_of(std::uint64_t a, std::uint64_t b) {
  std::uint64_t hash = (a ^ secret()) * 0x9E37'79B9'7F4A'7C15ULL;
  hash ^= hash >> 32U;
  hash = (hash ^ b) * 0xD6E8'FEB8'6659'FD93ULL;
  return hash ^ hash >> 29U;
}

RecentUnits::RecentUnits(Position from, std::size_t units_max)
    : from_(from), until_(from), stream_slots_(units_max), key_slots_(2 * units_max) {
  streams_.reserve(units_max);
  keys_.reserve(2 * units_max);
}

void RecentUnits::add(const UnitIndex& unit) {
  WJ_ASSERT(unit.first == until_);
  const auto row = static_cast<std::uint32_t>(streams_.size());
  streams_.push_back({unit.stream, {unit.first_version, unit.first, unit.event_count}, RowSlots::kNone});
  streams_[row].before = stream_slots_.put(
      hash_of_stream(unit.stream), row,
      [&](std::uint32_t other) { return streams_[other].stream == unit.stream; },
      [&](std::uint32_t other) { return hash_of_stream(streams_[other].stream); });
  if (unit.idempotency) add_key(*unit.idempotency, KeySort::idempotency, unit.final, row);
  if (unit.claim) add_key(*unit.claim, KeySort::claim, /*final=*/true, row);
  until_ += unit.event_count;
}

void RecentUnits::add_key(const Hash128& hash, KeySort sort, bool final, std::uint32_t unit) {
  const auto row = static_cast<std::uint32_t>(keys_.size());
  keys_.push_back({hash, unit, sort, final, false});
  const auto before = key_slots_.put(
      hash_of_key(hash, sort), row,
      [&](std::uint32_t other) { return keys_[other].hash == hash && keys_[other].sort == sort; },
      [&](std::uint32_t other) { return hash_of_key(keys_[other].hash, keys_[other].sort); });
  if (before != RowSlots::kNone) keys_[before].replaced = true;
}

std::size_t RecentUnits::bytes() const {
  return streams_.capacity() * sizeof(StreamRow) + keys_.capacity() * sizeof(KeyRow) + stream_slots_.bytes() +
         key_slots_.bytes();
}

std::uint32_t RecentUnits::find(const Hash128& hash, KeySort sort) const {
  return key_slots_.find(hash_of_key(hash, sort), [&](std::uint32_t row) {
    return keys_[row].hash == hash && keys_[row].sort == sort;
  });
}

std::optional<KeyEntry> RecentUnits::find_key(const Hash128& key) const {
  const auto row = find(key, KeySort::idempotency);
  if (row == RowSlots::kNone) return std::nullopt;
  return KeyEntry{streams_[keys_[row].unit].entry.position, keys_[row].final};
}

std::optional<RawId> RecentUnits::find_claim(const Hash128& claim) const {
  const auto row = find(claim, KeySort::claim);
  if (row == RowSlots::kNone) return std::nullopt;
  return streams_[keys_[row].unit].stream;
}

std::optional<StreamEntry> RecentUnits::newest(RawId stream) const {
  const auto row = stream_slots_.find(hash_of_stream(stream),
                                      [&](std::uint32_t other) { return streams_[other].stream == stream; });
  if (row == RowSlots::kNone) return std::nullopt;
  return streams_[row].entry;
}

void RecentUnits::versions(RawId stream, std::uint32_t from, std::vector<StreamEntry>& out) const {
  auto row = stream_slots_.find(hash_of_stream(stream),
                                [&](std::uint32_t other) { return streams_[other].stream == stream; });
  for (; row != RowSlots::kNone && streams_[row].entry.first_version >= from; row = streams_[row].before)
    out.push_back(streams_[row].entry);
}

std::vector<std::uint32_t> RecentUnits::sorted_streams() const {
  struct Place {
    RawId stream;
    std::uint32_t first_version;
    std::uint32_t row;
  };
  std::vector<Place> places;
  places.reserve(streams_.size());
  for (std::uint32_t row = 0; row < streams_.size(); ++row)
    places.push_back({streams_[row].stream, streams_[row].entry.first_version, row});
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.stream != b.stream ? a.stream < b.stream : a.first_version < b.first_version;
  });
  std::vector<std::uint32_t> out;
  out.reserve(places.size());
  for (const Place& place : places) out.push_back(place.row);
  return out;
}

std::vector<std::uint32_t> RecentUnits::sorted_keys() const {
  struct Place {
    std::uint64_t lead;
    std::uint32_t row;
  };
  std::vector<std::uint32_t> out;
  out.reserve(keys_.size());
  std::vector<Place> places;
  places.reserve(keys_.size());
  for (const auto sort : {KeySort::claim, KeySort::idempotency}) {
    places.clear();
    for (std::uint32_t row = 0; row < keys_.size(); ++row) {
      if (keys_[row].sort == sort && !keys_[row].replaced)
        places.push_back({leading_bytes(keys_[row].hash), row});
    }
    std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
      return a.lead != b.lead ? a.lead < b.lead : keys_[a.row].hash < keys_[b.row].hash;
    });
    for (const Place& place : places) out.push_back(place.row);
  }
  return out;
}

}  // namespace wonjang::rocks
