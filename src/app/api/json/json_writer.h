// JsonWriter: appends JSON to a string. Compact, no spaces; commas by itself. Strings are escaped (", \,
// control characters) and taken to be UTF-8. Bytes depend on the calls alone.
//
//   JsonWriter w(out);
//   w.begin_object();
//   w.text("orderId", order).number("totalAmount", 11000);
//   w.begin_array("approvals"); ... w.end_array();
//   w.end_object();
//
// Threads: one owner.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/id.h"
#include "domain/time.h"

namespace wonjang {

// A count as JsonWriter::number() takes it. REQUIRES: below 2^63
inline std::int64_t as_number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& begin_object(std::string_view name) { return key(name).open_value('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& begin_array(std::string_view name) { return key(name).open_value('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& text(std::string_view name, std::string_view value) {
    key(name).put_string(value);
    return *this;
  }
  JsonWriter& number(std::string_view name, std::int64_t value) {
    key(name).put_number(value);
    return *this;
  }
  JsonWriter& flag(std::string_view name, bool value) {
    key(name).out_.append(value ? "true" : "false");
    return *this;
  }
  // Milliseconds, UTC.
  JsonWriter& instant(std::string_view name, Instant value) {
    key(name).out_.push_back('"');
    append_rfc3339(out_, value);
    out_.push_back('"');
    return *this;
  }
  JsonWriter& date(std::string_view name, BusinessDate value) { return text(name, to_text(value)); }
  JsonWriter& instant_micros(std::string_view name, Instant value) {
    return text(name, to_rfc3339_micros(value));
  }
  // A text of two halves, neither of which needs escapes.
  JsonWriter& prefixed(std::string_view name, std::string_view prefix, std::string_view value) {
    key(name).out_.append("\"").append(prefix).append(value).append("\"");
    return *this;
  }
  template <typename Tag>
  JsonWriter& id(std::string_view name, const Id<Tag>& value) {
    key(name).out_.push_back('"');
    value.append_text(out_);
    out_.push_back('"');
    return *this;
  }
  // `json` is a complete value.
  JsonWriter& raw(std::string_view name, std::string_view json) {
    key(name).out_.append(json);
    return *this;
  }
  // A member whose name came from outside.
  JsonWriter& named(std::string_view name, std::string_view value) {
    element(name);
    out_.push_back(':');
    put_string(value);
    return *this;
  }
  JsonWriter& element(std::string_view value) {
    comma();
    put_string(value);
    return *this;
  }

  // The same, left out where there is nothing to say.
  JsonWriter& text_if(std::string_view name, std::string_view value) {
    return value.empty() ? *this : text(name, value);
  }
  JsonWriter& number_if(std::string_view name, std::int64_t value) {
    return value == 0 ? *this : number(name, value);
  }
  JsonWriter& flag_if(std::string_view name, bool value) { return value ? flag(name, value) : *this; }
  JsonWriter& instant_if(std::string_view name, Instant value) {
    return value.is_zero() ? *this : instant(name, value);
  }
  JsonWriter& date_if(std::string_view name, BusinessDate value) {
    return value == BusinessDate{} ? *this : date(name, value);
  }
  template <typename Tag>
  JsonWriter& id_if(std::string_view name, const Id<Tag>& value) {
    return value.is_zero() ? *this : id(name, value);
  }

 private:
  static constexpr std::size_t kNameMax = 60;

  void comma() {
    if (needs_comma_) out_.push_back(',');
    needs_comma_ = true;
  }
  JsonWriter& key(std::string_view name) {  // names are our own: nothing in them to escape, none is long
    char text[kNameMax + 4];
    char* end = text;
    if (needs_comma_) *end++ = ',';
    needs_comma_ = true;
    *end++ = '"';
    WJ_ASSERT(name.size() <= kNameMax);
    std::memcpy(end, name.data(), name.size());
    end += name.size();
    *end++ = '"';
    *end++ = ':';
    out_.append(text, static_cast<std::size_t>(end - text));
    return *this;
  }
  JsonWriter& open(char c) {
    comma();
    return open_value(c);
  }
  JsonWriter& open_value(char c) {
    out_.push_back(c);
    needs_comma_ = false;
    return *this;
  }
  JsonWriter& close(char c) {
    out_.push_back(c);
    needs_comma_ = true;
    return *this;
  }
  void put_number(std::int64_t value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, static_cast<std::size_t>(end - digits));
  }
  void put_string(std::string_view value) {
    out_.push_back('"');
    std::size_t plain_from = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto c = static_cast<unsigned char>(value[i]);
      if (c >= 0x20 && c != '"' && c != '\\') continue;
      out_.append(value.substr(plain_from, i - plain_from));
      put_escape(c);
      plain_from = i + 1;
    }
    out_.append(value.substr(plain_from));
    out_.push_back('"');
  }
  void put_escape(unsigned char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out_.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        out_.push_back(static_cast<char>(c));
        return;
      case '\n':
        out_.push_back('n');
        return;
      case '\r':
        out_.push_back('r');
        return;
      case '\t':
        out_.push_back('t');
        return;
      default:
        out_.append("u00");
        out_.push_back(kHex[c >> 4U]);
        out_.push_back(kHex[c & 0xFU]);
    }
  }

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace wonjang
