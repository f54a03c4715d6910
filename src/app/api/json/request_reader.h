// ObjectReader: strict, typed reading of one JSON object against its shape. What is wrong goes into the
// Violations of the request, and reading goes on, so that a caller hears of everything at once; values read
// after that are placeholders.
//
//   ObjectReader<kFailShape> r(root, request);
//   command.failure_code = r.text("failureCode", kCode);     // a name the shape doesn't have doesn't compile
//
// An absent field gives the empty string, zero, or the default. Sent, a field must hold something: null and
// "" are refused.
//
// Threads: one owner.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/api/json/field_error.h"
#include "app/api/json/field_shapes.h"
#include "app/api/json/json_document.h"
#include "domain/event.h"
#include "domain/ids.h"

namespace wonjang {

// Of one request: collects, in order of discovery, each pointer once, at most kFieldErrorsMax.
class Violations {
 public:
  explicit Violations(const JsonDocument& document) : document_(document) {}

  void add(const JsonNode& node, std::string_view code, std::string message);
  void add_missing(const JsonNode& object, std::string_view field, std::string message);
  bool empty() const { return errors_.empty(); }
  FieldErrors take() { return std::move(errors_); }
  const JsonDocument& document() const { return document_; }

 private:
  void add(std::string pointer, std::string_view code, std::string message);

  const JsonDocument& document_;
  FieldErrors errors_;
};

enum class Charset : std::uint8_t {
  text,     // any but control characters; stored in NFC
  id,       // [A-Za-z0-9_-]
  code,     // [A-Za-z0-9_.:-]
  visible,  // visible ASCII
  digits,
};
struct TextRule {
  std::uint32_t size_max = 64;  // characters (code points)
  Charset charset = Charset::text;
  std::uint32_t size_min = 1;
};

constexpr std::int64_t kAmountMax = (std::int64_t{1} << 53) - 1;  // what every JSON reader holds exactly
constexpr std::size_t kMetadataPairsMax = 50;
constexpr std::size_t kMetadataBytesMax = 4096;

// The part that doesn't know its shape at compile time.
class FieldReader {
 public:
  FieldReader(const ObjectShape& shape, const JsonNode& object, Violations& violations);

 protected:
  const JsonNode* find(std::uint8_t index) const { return found_[index]; }
  std::string_view name_of(std::uint8_t index) const { return shape_.fields[index]; }
  bool has_type(const JsonNode* node, JsonType type);
  bool require(std::uint8_t index);
  std::string read_text(std::uint8_t index, const TextRule& rule);
  std::optional<std::int64_t> read_integer(std::uint8_t index, std::int64_t min, std::int64_t max);
  bool read_flag(std::uint8_t index, bool otherwise);
  Instant read_instant(std::uint8_t index);
  BusinessDate read_date(std::uint8_t index);
  std::string_view read_word(std::uint8_t index);  // a string as sent
  Metadata read_metadata(std::uint8_t index);
  void refuse_code(std::uint8_t index, const std::string& known);
  void refuse_id(std::uint8_t index, std::string_view prefix);

  const ObjectShape& shape_;
  const JsonNode& object_;
  Violations& violations_;

 private:
  void take_members();
  void refuse_unknown(const JsonNode& member);

  std::array<const JsonNode*, ObjectShape::kFieldsMax> found_{};
};

// A field's place in its shape, looked up by the compiler.
template <const ObjectShape& kShape>
struct FieldOf {
  std::uint8_t index = 0;
  consteval FieldOf(const char* name) {  // NOLINT(google-explicit-constructor)
    while (kShape.fields[index] != std::string_view(name)) {
      if (++index >= kShape.count) throw "the shape has no such field";
    }
  }
};

template <const ObjectShape& kShape>
class ObjectReader : public FieldReader {
 public:
  using Field = FieldOf<kShape>;

  ObjectReader(const JsonNode& object, Violations& violations) : FieldReader(kShape, object, violations) {}

  bool has(Field f) const { return find(f.index) != nullptr; }
  // False, and a violation, where it is absent.
  bool require(Field f) { return FieldReader::require(f.index); }

  std::string text(Field f, const TextRule& rule) { return read_text(f.index, rule); }
  std::optional<std::int64_t> integer(Field f, std::int64_t min = -kAmountMax,
                                      std::int64_t max = kAmountMax) {
    return read_integer(f.index, min, max);
  }
  bool flag(Field f, bool otherwise = false) { return read_flag(f.index, otherwise); }
  Instant instant(Field f) { return read_instant(f.index); }
  BusinessDate date(Field f) { return read_date(f.index); }
  // A string as sent, several lines too.
  std::string_view word(Field f) { return read_word(f.index); }
  Metadata metadata(Field f) { return read_metadata(f.index); }
  template <typename Id>
  Id id(Field f) {
    const auto word = read_word(f.index);
    if (word.empty()) return Id();
    if (const auto id = Id::parse(word)) return *id;
    refuse_id(f.index, Id(RawId{0, 1}).text().substr(0, 4));
    return Id();
  }
  // A code of an enum of the domain. UNKNOWN and NONE are codes like others only if `zero_allowed`.
  template <typename E>
  E code(Field f, E otherwise, bool zero_allowed = false) {
    const auto word = read_word(f.index);
    if (word.empty()) return otherwise;
    const auto value = parse_code<E>(word);
    if (value && (zero_allowed || static_cast<unsigned>(*value) != 0)) return *value;
    refuse_code(f.index, known_codes<E>(zero_allowed));
    return otherwise;
  }
  // The node of an object or array, or nothing.
  const JsonNode* object(Field f) { return typed(f, JsonType::object); }
  const JsonNode* array(Field f) { return typed(f, JsonType::array); }

  void add(Field f, std::string_view code, std::string message) {
    const JsonNode* node = find(f.index);
    violations_.add(node != nullptr ? *node : object_, code, std::move(message));
  }

 private:
  const JsonNode* typed(Field f, JsonType type) {
    const JsonNode* node = find(f.index);
    return node != nullptr && has_type(node, type) ? node : nullptr;
  }
  template <typename E>
  static std::string known_codes(bool zero_allowed) {
    std::string out;
    for (unsigned i = zero_allowed ? 0 : 1; i < 32; ++i) {
      const auto name = code_of(static_cast<E>(i));
      if (i != 0 && name == "UNKNOWN") continue;
      if (!parse_code<E>(name) || static_cast<unsigned>(*parse_code<E>(name)) != i) continue;
      out += (out.empty() ? "" : ", ") + std::string(name);
    }
    return out;
  }
};

// A card number in any string, name or value, of the whole document is a violation with its pointer.
void refuse_pans(Violations& violations);

}  // namespace wonjang
