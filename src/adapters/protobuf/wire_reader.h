// WireReader: reads what WireWriter writes, field after field in rising order, straight into domain values.
// It is no reader of protobuf: what the wire format allows beyond that (another order, a field twice, one
// that isn't asked for, an unknown number) makes it not ok(), and so does a value that doesn't fit. Then the
// library has to read the bytes.
//
//   WireReader r(bytes);
//   r.number(1, count);                                  // 0 where the field is absent
//   r.message(2, [&](WireReader& m) { m.text(1, name); });
//   if (r.finish()) ...
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "adapters/protobuf/utf8.h"
#include "base/id.h"
#include "domain/time.h"

namespace wonjang {

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {
    next_tag();
  }

  // Everything was read, and all of it was as expected. REQUIRES: the last call.
  bool finish() const { return ok_ && tag_ == kEnd; }
  void refuse() { ok_ = false; }

  void number(int field, std::int64_t& out) { out = static_cast<std::int64_t>(number(field, kAny)); }
  void number(int field, std::uint32_t& out) {
    out = static_cast<std::uint32_t>(number(field, std::numeric_limits<std::uint32_t>::max()));
  }
  void instant(int field, Instant& out) { number(field, out.us); }
  void flag(int field, bool& out) { out = number(field, /*max=*/1) == 1; }
  template <typename Enum>
  void code(int field, Enum& out) {
    out = static_cast<Enum>(number(field, std::numeric_limits<std::underlying_type_t<Enum>>::max()));
  }
  void id(int field, RawId& out) {
    out = {};
    if (!is_next(field, kSized)) return;
    const auto bytes = sized();
    if (bytes.size() == 16) {
      out = RawId::from_bytes(bytes.data());
    } else {
      refuse();
    }
    next_tag();
  }
  template <typename Tag>
  void id(int field, Id<Tag>& out) {
    RawId raw;
    id(field, raw);
    out = Id<Tag>(raw);
  }
  void bytes(int field, std::string& out) {
    out.clear();
    if (!is_next(field, kSized)) return;
    out = sized();
    next_tag();
  }
  void text(int field, std::string& out) {
    bytes(field, out);
    if (!is_utf8(out)) refuse();
  }

  bool has_message(int field) const { return tag_ == tag_of(field, kSized); }
  // `body` reads a message of its own; false where the field is absent.
  template <typename Body>
  bool message(int field, Body&& body) {
    if (!is_next(field, kSized)) return false;
    WireReader inner(sized());
    body(inner);
    if (!inner.finish()) refuse();
    next_tag();
    return true;
  }

 private:
  static constexpr std::uint32_t kVarint = 0;
  static constexpr std::uint32_t kSized = 2;
  static constexpr std::uint64_t kEnd = 0;  // no field has the number 0
  static constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();

  static constexpr std::uint64_t tag_of(int field, std::uint32_t type) {
    return static_cast<std::uint64_t>(field) << 3U | type;
  }
  bool is_next(int field, std::uint32_t type) const { return tag_ == tag_of(field, type); }

  std::uint64_t number(int field, std::uint64_t max) {
    if (!is_next(field, kVarint)) return 0;
    const std::uint64_t v = varint();
    if (v > max) refuse();
    next_tag();
    return v;
  }
  void next_tag() {
    tag_ = at_ == end_ ? kEnd : varint();
    if (tag_ == kEnd && at_ != end_) refuse();
  }
  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(*at_++);
      v |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return v;
    }
    refuse();
    return 0;
  }
  std::string_view sized() {
    const std::uint64_t size = varint();
    if (size > static_cast<std::uint64_t>(end_ - at_)) {
      refuse();
      return {};
    }
    const std::string_view out(at_, size);
    at_ += size;
    return out;
  }
  const char* at_;
  const char* end_;
  std::uint64_t tag_ = kEnd;  // of the field that comes next
  bool ok_ = true;
};

}  // namespace wonjang
