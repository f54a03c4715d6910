// Place: where a payment stands in time, newest first, as the keys say: the 24 bytes ~time(8) payment(16)
// that every time-ordered key of the views ends with, read as one number. What sorts first in the store is
// the lesser place, so merging cursors is comparing numbers.
//
// Threads: values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {

struct Place {
  std::uint64_t time = 0;  // inverted
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const Place&, const Place&) = default;
};
constexpr std::size_t kPlaceSize = 24;
// Behind every payment.
constexpr Place kNoPlace{UINT64_MAX, UINT64_MAX, UINT64_MAX};

// Of a key's last 24 bytes. REQUIRES: key.size() >= kPlaceSize
inline Place place_in(std::string_view key) {
  ByteReader in(key.substr(key.size() - kPlaceSize));
  Place out;
  out.time = in.be64();
  out.high = in.be64();
  out.low = in.be64();
  return out;
}
inline void append_place(std::string& out, const Place& place) {
  put_be64(out, place.time);
  put_be64(out, place.high);
  put_be64(out, place.low);
}
inline Place place_of(const Locator& at) { return place_in(timeline_key(at)); }
// Nothing only on a value of a wrong size.
inline std::optional<Locator> locator_at(const Place& place, std::string_view merchant) {
  std::string key;
  append_place(key, place);
  return read_timeline_key(key, merchant);
}

// The next place there can be.
constexpr Place after(Place place) {
  if (++place.low == 0 && ++place.high == 0) ++place.time;
  return place;
}

// [from, until), the newest first.
struct PlaceRange {
  Place from;
  Place until = kNoPlace;
};
// Of the period [from, until) of times; zero: open.
inline PlaceRange places_of(Instant from, Instant until) {
  const KeyRange keys = newest_first({}, from, until);
  PlaceRange out;
  if (!keys.from.empty()) out.from.time = ByteReader(keys.from).be64();
  if (!from.is_zero()) out.until = {ByteReader(keys.until).be64(), 0, 0};
  return out;
}
// The first place of this moment: no payment at `at_us` or before stands in front of it.
inline Place first_place_at(std::int64_t at_us) { return {~static_cast<std::uint64_t>(at_us), 0, 0}; }
inline Instant time_at(const Place& place) { return {static_cast<std::int64_t>(~place.time)}; }

}  // namespace wonjang::serving
