// Bytes in and out: big-endian fixed widths (keys, compared as bytes), LEB128 varints (values), and a bounded
// reader that can't run past its end. `std::string` is the owning byte buffer everywhere in the house.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace wonjang {

using Hash128 = std::array<std::uint8_t, 16>;
using Hash256 = std::array<std::uint8_t, 32>;

inline std::string_view view(const Hash128& h) { return {reinterpret_cast<const char*>(h.data()), h.size()}; }
inline std::string_view view(const Hash256& h) { return {reinterpret_cast<const char*>(h.data()), h.size()}; }

inline void put_be32(std::string& out, std::uint32_t v) {
  const std::uint32_t be = __builtin_bswap32(v);
  out.append(reinterpret_cast<const char*>(&be), sizeof be);
}
inline void put_be64(std::string& out, std::uint64_t v) {
  const std::uint64_t be = __builtin_bswap64(v);
  out.append(reinterpret_cast<const char*>(&be), sizeof be);
}
inline void put_varint(std::string& out, std::uint64_t v) {
  while (v >= 0x80) {
    out.push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out.push_back(static_cast<char>(v));
}
// A varint length, then the bytes.
inline void put_sized(std::string& out, std::string_view bytes) {
  put_varint(out, bytes.size());
  out.append(bytes);
}

// Reads from the front of a buffer it doesn't own. After the first read that didn't fit, ok() is false and
// every later read gives zero or empty: check once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t remaining() const { return rest_.size(); }

  std::string_view take(std::size_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::uint8_t u8() {
    const auto b = take(1);
    return ok_ ? static_cast<std::uint8_t>(b[0]) : std::uint8_t{0};
  }
  std::uint32_t be32() {
    const auto b = take(4);
    std::uint32_t v = 0;
    if (ok_) std::memcpy(&v, b.data(), 4);
    return __builtin_bswap32(v);
  }
  std::uint64_t be64() {
    const auto b = take(8);
    std::uint64_t v = 0;
    if (ok_) std::memcpy(&v, b.data(), 8);
    return __builtin_bswap64(v);
  }
  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t b = u8();
      if (!ok_) return 0;
      if (shift == 63 && b > 1) break;  // more than 64 bits
      v |= static_cast<std::uint64_t>(b & 0x7F) << shift;
      if ((b & 0x80) == 0) return v;
    }
    ok_ = false;
    return 0;
  }
  std::string_view sized() {
    const auto size = varint();
    if (size > rest_.size()) {
      ok_ = false;
      return {};
    }
    return take(static_cast<std::size_t>(size));
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> out{};
    const auto b = take(N);
    if (ok_) std::memcpy(out.data(), b.data(), N);
    return out;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);         // lower or upper case; even length
std::string to_base64(std::string_view bytes);                     // standard alphabet, padded
std::optional<std::string> from_base64(std::string_view text);     // strict: padded, no other characters
std::string to_base64url(std::string_view bytes);                  // URL alphabet, no padding
std::optional<std::string> from_base64url(std::string_view text);  // strict, canonical

}  // namespace wonjang
