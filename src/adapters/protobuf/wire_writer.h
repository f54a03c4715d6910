// WireWriter: protobuf's wire format, one field after the other, appended to a string. Defaults (zero, false,
// empty) are left out, lengths are in their shortest form: the caller writes fields in rising order and gets
// exactly the bytes that the library would write.
//
//   WireWriter w(out);
//   w.number(1, 42);
//   w.message(2, [&] { w.text(1, "name"); });
//   w.finish();
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "adapters/protobuf/utf8.h"
#include "base/id.h"
#include "domain/time.h"

namespace wonjang {

class WireWriter {
 public:
  explicit WireWriter(std::string& out) : out_(out), size_(out.size()) { room(kFirstRoom); }
  WireWriter(const WireWriter&) = delete;
  WireWriter& operator=(const WireWriter&) = delete;

  // Cuts the string to what was written. REQUIRES: called once, at the end.
  void finish() { out_.resize(size_); }

  void number(int field, std::uint64_t v) {
    if (v == 0) return;
    room(kScalarMax);
    tag(field, kVarint);
    varint(v);
  }
  void number(int field, std::int64_t v) { number(field, static_cast<std::uint64_t>(v)); }
  void number(int field, std::uint32_t v) { number(field, std::uint64_t{v}); }
  void instant(int field, Instant v) { number(field, v.us); }
  void date(int field, BusinessDate v) { number(field, std::int64_t{v.days}); }
  void flag(int field, bool v) { number(field, std::uint64_t{v}); }
  template <typename Enum>
  void code(int field, Enum v) {
    number(field, static_cast<std::uint64_t>(v));
  }
  // Of an optional field, which is there whatever it is.
  template <typename Enum>
  void present_code(int field, Enum v) {
    room(kScalarMax);
    tag(field, kVarint);
    varint(static_cast<std::uint64_t>(v));
  }
  void id(int field, const RawId& v) {
    if (!v.is_zero()) id_element(field, v);
  }
  template <typename Tag>
  void id(int field, const Id<Tag>& v) {
    id(field, v.raw());
  }
  void bytes(int field, std::string_view v) {
    if (!v.empty()) sized(field, v);
  }
  void text(int field, std::string_view v) {
    if (is_utf8(v)) {
      bytes(field, v);
    } else {
      bytes(field, to_utf8(v));
    }
  }

  // Elements of a list are there whatever they are.
  void id_element(int field, const RawId& v) {
    room(kScalarMax + 16);
    tag(field, kSized);
    put(16);
    const std::uint64_t be[2] = {__builtin_bswap64(v.high), __builtin_bswap64(v.low)};
    copy(be, sizeof be);
  }
  void text_element(int field, std::string_view v) {
    if (is_utf8(v)) {
      sized(field, v);
    } else {
      sized(field, to_utf8(v));
    }
  }
  // A list of numbers, packed.
  void numbers(int field, std::span<const std::int64_t> list) {
    if (list.empty()) return;
    message(field, [&] {
      for (const auto v : list) {
        room(kScalarMax);
        varint(static_cast<std::uint64_t>(v));
      }
    });
  }

  // Written also when `body` writes nothing: an empty message is there, an absent one isn't.
  template <typename Body>
  void message(int field, Body&& body) {
    room(kScalarMax);
    tag(field, kSized);
    const std::size_t length_at = size_++;  // one byte is enough for most; close() makes room for more
    body();
    close(length_at);
  }

 private:
  static constexpr std::uint32_t kVarint = 0;
  static constexpr std::uint32_t kSized = 2;
  static constexpr std::size_t kFirstRoom = 448;  // most events fit
  static constexpr std::size_t kScalarMax = 5 + 10;

  void room(std::size_t more) {
    if (out_.size() - size_ < more) grow(more);
  }
  void grow(std::size_t more);
  void close(std::size_t length_at);

  void put(std::uint8_t byte) { out_[size_++] = static_cast<char>(byte); }
  void copy(const void* from, std::size_t size) {
    std::memcpy(out_.data() + size_, from, size);
    size_ += size;
  }
  void varint(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7U) put(static_cast<std::uint8_t>(v | 0x80U));
    put(static_cast<std::uint8_t>(v));
  }
  void sized(int field, std::string_view v) {
    room(kScalarMax + v.size());
    tag(field, kSized);
    varint(v.size());
    copy(v.data(), v.size());
  }
  void tag(int field, std::uint32_t type) { varint((static_cast<std::uint32_t>(field) << 3U) | type); }

  std::string& out_;  // always longer than size_, zero-filled behind it
  std::size_t size_;
};

}  // namespace wonjang
