// Values to bytes and back. Numbers are varints, signed ones (of 64 or 128 bits: the same number has the same
// bytes), dates and times zigzag varints, texts a varint length and the bytes, ids one byte 00 (none) or 01
// and 16 bytes, currencies three letters, lists a count and the items, what may be absent one byte 00 or 01
// before it, alternatives their number (from 0), structures their fields in the order of stored_fields.h.
//
// Templates over templates, so stored.cc alone includes it.
//
// Threads: values.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/int128.h"
#include "engine/money/stored_fields.h"

namespace wonjang::money {

template <typename T>
concept IsNumber = std::unsigned_integral<T> && !std::same_as<T, bool>;
template <typename T>
concept IsEnum = std::is_enum_v<T>;
template <typename T>
concept HasFields = requires(T& v) {
  tied(v);
};

constexpr std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1U) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>((v >> 1U) ^ (~(v & 1U) + 1));
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void put(const bool& v) { out_.push_back(v ? '\1' : '\0'); }
  void put(const std::int64_t& v) { put_varint(out_, zigzag(v)); }
  void put(const std::int32_t& v) { put_varint(out_, zigzag(v)); }
  void put(const int128& v) {
    uint128 bits = (static_cast<uint128>(v) << 1U) ^ (v < 0 ? ~static_cast<uint128>(0) : 0);
    for (; bits >= 0x80; bits >>= 7U)
      out_.push_back(static_cast<char>(static_cast<std::uint8_t>(bits) | 0x80U));
    out_.push_back(static_cast<char>(bits));
  }
  void put(const std::string& v) { put_sized(out_, v); }
  void put(const Instant& v) { put(v.us); }
  void put(const BusinessDate& v) { put(v.days); }
  void put(const Currency& v) { out_.append(v.code()); }
  template <IsNumber T>
  void put(const T& v) {
    put_varint(out_, v);
  }
  template <IsEnum T>
  void put(const T& v) {
    put_varint(out_, static_cast<std::uint64_t>(v));
  }
  template <typename Tag>
  void put(const Id<Tag>& v) {
    if (v.is_zero()) return out_.push_back('\0');
    out_.push_back('\1');
    put_be64(out_, v.raw().high);
    put_be64(out_, v.raw().low);
  }
  template <typename T>
  void put(const std::vector<T>& items) {
    put_varint(out_, items.size());
    for (const auto& item : items) put(item);
  }
  template <typename T>
  void put(const std::optional<T>& v) {
    put(v.has_value());
    if (v) put(*v);
  }
  void put(const settlement::Reference& v) {
    put_varint(out_, v.index());
    std::visit([this](const auto& one) { put(one); }, v);
  }
  template <HasFields T>
  void put(const T& v) {
    std::apply([&](const auto&... field) { (put(field), ...); }, tied(v));
  }

 private:
  std::string& out_;
};

// After the first read that didn't fit, ok() is false and what was read means nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}

  bool ok() const { return ok_ && in_.ok(); }
  bool is_whole() const { return ok() && in_.at_end(); }

  void get(bool& v) { v = in_.u8() != 0; }
  void get(std::int64_t& v) { v = unzigzag(in_.varint()); }
  void get(std::int32_t& v) { v = static_cast<std::int32_t>(unzigzag(in_.varint())); }
  void get(int128& v) {
    uint128 bits = 0;
    std::uint8_t byte = 0x80;
    for (unsigned shift = 0; in_.ok() && (byte & 0x80U) != 0; shift += 7) {
      byte = in_.u8();
      if (shift > 126 || (shift == 126 && byte > 3)) {  // more than 128 bits
        ok_ = false;
        return;
      }
      bits |= static_cast<uint128>(byte & 0x7FU) << shift;
    }
    v = static_cast<int128>((bits >> 1U) ^ (static_cast<uint128>(0) - (bits & 1U)));
  }
  void get(std::string& v) { v = in_.sized(); }
  void get(Instant& v) { get(v.us); }
  void get(BusinessDate& v) { get(v.days); }
  void get(Currency& v) {
    const auto known = Currency::parse(in_.take(3));
    if (known) v = *known;
    ok_ = ok_ && known.has_value();
  }
  template <IsNumber T>
  void get(T& v) {
    v = static_cast<T>(in_.varint());
  }
  template <IsEnum T>
  void get(T& v) {
    v = static_cast<T>(in_.varint());
  }
  template <typename Tag>
  void get(Id<Tag>& v) {
    v = Id<Tag>();
    if (in_.u8() == 0) return;
    const auto high = in_.be64();
    v = Id<Tag>(RawId{high, in_.be64()});
  }
  template <typename T>
  void get(std::vector<T>& items) {
    const auto count = in_.varint();
    ok_ = ok_ && count <= in_.remaining();  // an item is a byte at least
    items.clear();
    for (std::uint64_t i = 0; ok() && i < count; ++i) get(items.emplace_back());
  }
  template <typename T>
  void get(std::optional<T>& v) {
    v.reset();
    if (in_.u8() != 0) get(v.emplace());
  }
  void get(settlement::Reference& v) { get_alternative<0>(v, in_.varint()); }
  template <HasFields T>
  void get(T& v) {
    std::apply([&](auto&... field) { (get(field), ...); }, tied(v));
  }

 private:
  template <std::size_t I>
  void get_alternative(settlement::Reference& v, std::uint64_t index) {
    if constexpr (I < std::variant_size_v<settlement::Reference>) {
      if (index != I) return get_alternative<I + 1>(v, index);
      get(v.emplace<I>());
    } else {
      ok_ = false;
    }
  }

  ByteReader in_;
  bool ok_ = true;
};

}  // namespace wonjang::money
