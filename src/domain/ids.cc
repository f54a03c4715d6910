#include "domain/ids.h"

#include <algorithm>

#include "base/assert.h"

namespace wonjang {
namespace {

constexpr std::uint64_t kFnvStart = 0xCBF29CE484222325ULL;
constexpr std::uint64_t kFnvPrime = 0x00000100000001B3ULL;

constexpr std::uint64_t fnv1a(std::uint64_t hash, std::uint8_t byte) { return (hash ^ byte) * kFnvPrime; }

std::uint64_t fnv1a_be64(std::uint64_t hash, std::uint64_t value) {
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    hash = fnv1a(hash, static_cast<std::uint8_t>(value >> (shift - 8)));
  }
  return hash;
}

}  // namespace

std::uint32_t slot_of(MerchantId merchant, std::string_view order_id) {
  std::uint64_t hash = fnv1a_be64(fnv1a_be64(kFnvStart, merchant.raw().high), merchant.raw().low);
  for (const char c : order_id) hash = fnv1a(hash, static_cast<std::uint8_t>(c));
  return static_cast<std::uint32_t>((hash ^ (hash >> 32U)) % kSlots);
}

RawId IdMaker::next(Instant now, std::uint32_t slot) {
  WJ_ASSERT(slot < kSlots);
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now.unix_ms(), 0));
  if (ms > last_ms_) {
    last_ms_ = ms;
    tail_high_ = rng_.next() & 0x7U;  // the top bit stays free, so that counting up has room
    tail_low_ = rng_.next();
  } else if (++tail_low_ == 0 && ++tail_high_ > 0xFU) {
    tail_high_ = 0;
    ++last_ms_;  // the 68 bits are used up: borrow from the next millisecond
  }
  return {(last_ms_ << 16U) | (std::uint64_t{slot} << 4U) | tail_high_, tail_low_};
}

}  // namespace wonjang
