// Id<Tag>: 128 bits that name one thing of one kind. Built explicitly, compared, never added; an id of
// another kind doesn't compile. The bytes are the order: big-endian, compared as bytes.
//
// Layout of a generated id (domain/ids.h makes them):
//   bits 127..80  48 bits  milliseconds since 1970 (UTC), so that ids sort by time of birth
//   bits  79..68  12 bits  slot, 0..4095: which book it lives in
//   bits  67..0   68 bits  randomness, counted up within one millisecond
//
// Text form: prefix + 26 characters of Crockford base32 (digits, then upper case without I L O U), e.g.
// `pay_01JD4Z7Q8R6G3V5X9T2W0K1MNP`. One id has one spelling: lower case and look-alikes are refused.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wonjang {

struct RawId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend constexpr auto operator<=>(const RawId&, const RawId&) = default;
  constexpr bool is_zero() const { return high == 0 && low == 0; }
  constexpr std::uint64_t unix_ms() const { return high >> 16U; }
  constexpr std::uint32_t slot() const { return static_cast<std::uint32_t>((high >> 4U) & 0xFFFU); }

  // 16 bytes, big-endian.
  std::string to_bytes() const;
  static RawId from_bytes(const char* sixteen);
};

// 26 characters; always the whole 128 bits.
std::string to_base32(RawId id);
void append_base32(std::string& out, RawId id);
std::optional<RawId> from_base32(std::string_view text);

template <typename Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(RawId raw) : raw_(raw) {}

  constexpr const RawId& raw() const { return raw_; }
  constexpr bool is_zero() const { return raw_.is_zero(); }
  constexpr std::uint32_t slot() const { return raw_.slot(); }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

  // The prefixed text form. Tag::kPrefix is e.g. "pay_".
  std::string text() const {
    std::string out(Tag::kPrefix);
    append_base32(out, raw_);
    return out;
  }
  void append_text(std::string& out) const {
    out.append(Tag::kPrefix);
    append_base32(out, raw_);
  }
  static std::optional<Id> parse(std::string_view text) {
    if (!text.starts_with(Tag::kPrefix)) return std::nullopt;
    const auto raw = from_base32(text.substr(std::string_view(Tag::kPrefix).size()));
    if (!raw || raw->is_zero()) return std::nullopt;
    return Id(*raw);
  }

 private:
  RawId raw_;
};

}  // namespace wonjang

template <>
struct std::hash<wonjang::RawId> {
  std::size_t operator()(const wonjang::RawId& id) const noexcept {
    return static_cast<std::size_t>((id.high * 0x9E3779B97F4A7C15ULL) ^ (id.low * 0xC2B2AE3D27D4EB4FULL));
  }
};

template <typename Tag>
struct std::hash<wonjang::Id<Tag>> {
  std::size_t operator()(const wonjang::Id<Tag>& id) const noexcept {
    return std::hash<wonjang::RawId>()(id.raw());
  }
};
