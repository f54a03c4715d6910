#include "app/api/json/request_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/api/json/pan_guard.h"
#include "app/api/json/text_nfc.h"

namespace wonjang {
namespace {

std::string_view words_for(JsonType type) {
  switch (type) {
    case JsonType::null:
      return "null";
    case JsonType::boolean:
      return "true or false";
    case JsonType::integer:
      return "an integer";
    case JsonType::other_number:
      return "a number";
    case JsonType::string:
      return "a string";
    case JsonType::array:
      return "an array";
    case JsonType::object:
      return "an object";
  }
  return "";
}

constexpr bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_of(Charset charset, char c) {
  switch (charset) {
    case Charset::text:
      return true;
    case Charset::id:
      return is_alphanumeric(c) || c == '_' || c == '-';
    case Charset::code:
      return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == ':';
    case Charset::visible:
      return c > ' ' && c < '\x7F';
    case Charset::digits:
      return c >= '0' && c <= '9';
  }
  return false;
}

// is_of() of every byte: bit n for the set with the number n.
constexpr auto kSetsOfByte = [] {
  std::array<std::uint8_t, 256> out{};
  for (unsigned byte = 0; byte < out.size(); ++byte) {
    for (unsigned set = 0; set <= static_cast<unsigned>(Charset::digits); ++set) {
      if (is_of(static_cast<Charset>(set), static_cast<char>(byte)))
        out[byte] = static_cast<std::uint8_t>(out[byte] | 1U << set);
    }
  }
  return out;
}();

std::string_view description_of(Charset charset) {
  switch (charset) {
    case Charset::text:
      return "control characters are not taken";
    case Charset::id:
      return "only A-Z a-z 0-9 _ - are taken";
    case Charset::code:
      return "only A-Z a-z 0-9 _ - . : are taken";
    case Charset::visible:
      return "only visible ASCII characters are taken";
    case Charset::digits:
      return "only digits are taken";
  }
  return "";
}

// Of a CloudEvent's attribute (CloudEvents 1.0.2, section 3.1).
bool is_extension_name(std::string_view name) {
  return !name.empty() && name.size() <= 20 &&
         std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

bool is_scalar(JsonType type) {
  switch (type) {
    case JsonType::null:  // CloudEvents 1.0.2 JSON, section 2.2: as if it weren't there
    case JsonType::boolean:
    case JsonType::integer:
    case JsonType::other_number:
    case JsonType::string:
      return true;
    case JsonType::array:
    case JsonType::object:
      break;
  }
  return false;
}

// A time like others but for its year.
bool is_before_our_time(std::string_view text) {
  constexpr std::string_view kFirstYear = "1970";
  if (text.size() < kFirstYear.size() || text.substr(0, kFirstYear.size()) > kFirstYear) return false;
  return parse_rfc3339("2000" + std::string(text.substr(kFirstYear.size()))).has_value() &&
         std::ranges::all_of(text.substr(0, kFirstYear.size()), [](char c) { return c >= '0' && c <= '9'; });
}

// A time like others but for its second 60.
bool is_leap_second(std::string_view text) {
  constexpr std::size_t kSecond = 17;  // of 2016-12-31T23:59:60Z
  if (text.size() <= kSecond + 2 || text.substr(kSecond, 2) != "60") return false;
  return parse_rfc3339(std::string(text).replace(kSecond, 2, "59")).has_value();
}

bool is_all_of(Charset charset, std::string_view text) {
  if (charset == Charset::text) return is_plain_ascii(text) || !has_control_characters(text);
  const unsigned set = 1U << static_cast<unsigned>(charset);
  return std::ranges::all_of(
      text, [set](char c) { return (kSetsOfByte[static_cast<unsigned char>(c)] & set) != 0; });
}

// Of a text that is_all_of() let through. Sets other than text are ASCII.
std::string stored_form(Charset charset, std::string_view text) {
  return charset == Charset::text && !is_plain_ascii(text) ? to_nfc(text) : std::string(text);
}

}  // namespace

void Violations::add(const JsonNode& node, std::string_view code, std::string message) {
  add(document_.pointer_of(node), code, std::move(message));
}

void Violations::add_missing(const JsonNode& object, std::string_view field, std::string message) {
  add(document_.pointer_of(object) + "/" + std::string(field), "REQUIRED", std::move(message));
}

// The first thing that is wrong with a place is said; what follows from it isn't.
void Violations::add(std::string pointer, std::string_view code, std::string message) {
  if (errors_.size() >= kFieldErrorsMax) return;
  const bool said = std::ranges::any_of(errors_, [&](const FieldError& e) { return e.pointer == pointer; });
  if (!said || pointer.empty()) errors_.push_back({std::move(pointer), code, std::move(message)});
}

FieldReader::FieldReader(const ObjectShape& shape, const JsonNode& object, Violations& violations)
    : shape_(shape), object_(object), violations_(violations) {
  if (has_type(&object, JsonType::object)) take_members();
}

void FieldReader::take_members() {
  const auto& document = violations_.document();
  std::uint8_t expected = 0;
  for (const auto* member = document.first(object_); member != document.end(object_);
       member = document.next(member)) {
    std::uint8_t tried = 0;
    std::uint8_t at = expected;
    for (; tried < shape_.count; ++tried, ++at) {
      if (at >= shape_.count) at = 0;
      if (shape_.fields[at] == member->key) break;
    }
    if (tried == shape_.count) {
      refuse_unknown(*member);
      continue;
    }
    if (found_[at] != nullptr) {
      violations_.add(*member, "DUPLICATE_FIELD", "this name stands twice in its object");
      continue;
    }
    found_[at] = member;
    expected = static_cast<std::uint8_t>(at + 1);
  }
}

void FieldReader::refuse_unknown(const JsonNode& member) {
  if (holds_pan(member.key)) {
    violations_.add(member, "PAN_NOT_ALLOWED",
                    "a card number is never taken: send bin, last4 and cardToken in `card`");
    return;
  }
  auto hint = hint_for(shape_, member.key);
  // `amount` beside `data` is a mistake, not an extension.
  const bool may_be_extension = !hint.is_known && !is_card_number_name(member.key);
  if (shape_.takes_extensions && may_be_extension && is_extension_name(member.key)) {
    if (!is_scalar(member.type))
      violations_.add(member, "WRONG_TYPE", "an extension attribute is a string, a number, true or false");
    return;
  }
  violations_.add(member, hint.is_known ? "MISPLACED_FIELD" : "UNKNOWN_FIELD", std::move(hint.message));
}

bool FieldReader::has_type(const JsonNode* node, JsonType type) {
  if (node->type == type) return true;
  if (node->type == JsonType::null) {
    violations_.add(*node, "WRONG_TYPE", "null says nothing: send a value, or leave out what isn't required");
  } else {
    violations_.add(
        *node, "WRONG_TYPE",
        "must be " + std::string(words_for(type)) + ", not " + std::string(words_for(node->type)));
  }
  return false;
}

bool FieldReader::require(std::uint8_t index) {
  if (found_[index] != nullptr) return true;
  if (object_.type == JsonType::object)
    violations_.add_missing(object_, name_of(index), "this field is required");
  return false;
}

std::string_view FieldReader::read_word(std::uint8_t index) {
  const JsonNode* node = found_[index];
  if (node == nullptr || !has_type(node, JsonType::string)) return {};
  if (node->text.empty())
    violations_.add(*node, "EMPTY", "must not be empty: send a value, or leave out what isn't required");
  return node->text;
}

std::string FieldReader::read_text(std::uint8_t index, const TextRule& rule) {
  const auto word = read_word(index);
  if (word.empty()) return {};
  const JsonNode& node = *found_[index];
  if (!is_all_of(rule.charset, word)) {
    violations_.add(node, "BAD_CHARACTERS", std::string(description_of(rule.charset)));
    return {};
  }
  std::string text = stored_form(rule.charset, word);
  const bool bytes_will_do = rule.charset != Charset::text || text.size() <= rule.size_min;
  const std::size_t size = bytes_will_do ? text.size() : count_characters(text);
  if (size > rule.size_max) {
    violations_.add(
        node, "TOO_LONG",
        "at most " + std::to_string(rule.size_max) + " characters; " + std::to_string(size) + " were sent");
    return {};
  }
  if (size < rule.size_min) {
    violations_.add(
        node, "TOO_SHORT",
        "at least " + std::to_string(rule.size_min) + " characters; " + std::to_string(size) + " were sent");
    return {};
  }
  return text;
}

std::optional<std::int64_t> FieldReader::read_integer(std::uint8_t index, std::int64_t min,
                                                      std::int64_t max) {
  const JsonNode* node = found_[index];
  if (node == nullptr) return std::nullopt;
  if (node->type == JsonType::other_number) {
    violations_.add(*node, "NOT_AN_INTEGER",
                    "must be a whole number without fraction or exponent that fits 64 bits; amounts are "
                    "integers in minor units");
    return std::nullopt;
  }
  if (!has_type(node, JsonType::integer)) return std::nullopt;
  if (node->integer < min || node->integer > max) {
    violations_.add(*node, "OUT_OF_RANGE",
                    "must be from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return node->integer;
}

bool FieldReader::read_flag(std::uint8_t index, bool otherwise) {
  const JsonNode* node = found_[index];
  return node != nullptr && has_type(node, JsonType::boolean) ? node->integer != 0 : otherwise;
}

Instant FieldReader::read_instant(std::uint8_t index) {
  const auto word = read_word(index);
  if (word.empty()) return {};
  const auto instant = parse_rfc3339(word);
  if (instant && instant->us > 0) return *instant;
  if (instant || is_before_our_time(word)) {
    violations_.add(*found_[index], "OUT_OF_RANGE", "must be after 1970-01-01T00:00:00Z");
    return {};
  }
  if (is_leap_second(word)) {
    violations_.add(*found_[index], "BAD_FORMAT",
                    "names a leap second, which isn't counted here: send second 59");
    return {};
  }
  violations_.add(*found_[index], "BAD_FORMAT",
                  "must be an RFC 3339 time with its offset, e.g. 2026-11-22T10:30:00+09:00");
  return {};
}

BusinessDate FieldReader::read_date(std::uint8_t index) {
  const auto word = read_word(index);
  if (word.empty()) return {};
  if (const auto date = parse_business_date(word); date && date->days != 0) return *date;
  violations_.add(*found_[index], "BAD_FORMAT", "must be a business date, e.g. 2026-11-22");
  return {};
}

// Sorted by name: two requests that mean the same are stored the same.
Metadata FieldReader::read_metadata(std::uint8_t index) {
  const JsonNode* node = found_[index];
  if (node == nullptr || !has_type(node, JsonType::object)) return {};
  if (node->count > kMetadataPairsMax) {
    violations_.add(*node, "TOO_MANY_ITEMS",
                    "at most 50 pairs; " + std::to_string(node->count) + " were sent");
    return {};
  }
  Metadata out;
  std::size_t bytes = 0;
  const auto& document = violations_.document();
  for (const auto* pair = document.first(*node); pair != document.end(*node); pair = document.next(pair)) {
    if (!has_type(pair, JsonType::string)) continue;
    if (pair->key.empty() || has_control_characters(pair->key) || has_control_characters(pair->text)) {
      violations_.add(*pair, "BAD_CHARACTERS", "names must not be empty; control characters are not taken");
      continue;
    }
    out.emplace_back(to_nfc(pair->key), to_nfc(pair->text));
    bytes += out.back().first.size() + out.back().second.size();
  }
  std::ranges::sort(out);
  const auto twice = std::ranges::adjacent_find(
      out, {}, [](const auto& pair) -> const auto& { return pair.first; });
  if (twice != out.end()) violations_.add(*node, "DUPLICATE_FIELD", "a name stands twice in its object");
  if (bytes > kMetadataBytesMax) {
    violations_.add(*node, "TOO_LONG", "at most 4096 bytes in all; " + std::to_string(bytes) + " were sent");
  }
  return out;
}

void FieldReader::refuse_code(std::uint8_t index, const std::string& known) {
  violations_.add(*found_[index], "UNKNOWN_CODE", "must be one of " + known);
}

void FieldReader::refuse_id(std::uint8_t index, std::string_view prefix) {
  violations_.add(*found_[index], "BAD_FORMAT",
                  "must be an id as we gave it out: " + std::string(prefix) + " and 26 characters");
}

namespace {

// A card number sent as a number. Amounts of 15 digits and more are rarer than that mistake; beyond amounts'
// bound nothing is kept or said back anyway.
bool is_pan(std::int64_t number) {
  constexpr std::int64_t kAmexMin = 340'000'000'000'000;
  return number >= kAmexMin && number <= kAmountMax && holds_pan(std::to_string(number));
}

}  // namespace

void refuse_pans(Violations& violations) {
  for (const auto& node : violations.document().nodes()) {
    const bool found = holds_pan(node.key) || (node.type == JsonType::string && holds_pan(node.text)) ||
                       (node.type == JsonType::integer && is_pan(node.integer));
    if (!found) continue;
    violations.add(
        node, "PAN_NOT_ALLOWED",
        "this looks like a card number, which is never taken: send bin, last4 and cardToken in `card`");
  }
}

}  // namespace wonjang
