// JsonDocument: a parsed JSON text as one flat row of nodes, for reading once and throwing away. Numbers stay
// what was written: an integer is an int64, anything else (fraction, exponent, too large) is kept apart and
// is never a double. Strings without escapes are views of the text, which must outlive the document's use.
//
// Strict RFC 8259: valid UTF-8, no lone surrogates, no comments, one value. Bounded in depth and in nodes.
//
// Threads: one owner; reuse one per thread to save its allocations.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/json/field_error.h"

namespace wonjang {

enum class JsonType : std::uint8_t { null, boolean, integer, other_number, string, array, object };

struct JsonNode {
  std::string_view key;      // of an object's member
  std::string_view text;     // a string's characters
  std::int64_t integer = 0;  // integer, boolean (0, 1)
  std::uint32_t after = 0;   // index behind the last node of this value
  std::uint32_t count = 0;   // members or elements
  JsonType type = JsonType::null;
};

class JsonDocument {
 public:
  static constexpr std::size_t kDepthMax = 8;
  static constexpr std::size_t kNodesMax = 4096;

  JsonDocument();
  ~JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  // Nothing when it could be read. Else one error with pointer "" and the byte where reading stopped.
  std::optional<FieldError> parse(std::string_view text);

  // REQUIRES (both): the last parse() succeeded.
  const JsonNode& root() const { return nodes_.front(); }
  std::span<const JsonNode> nodes() const { return nodes_; }

  // Members or elements of a value, in order: for (n = first(v); n != end(v); n = next(n)).
  const JsonNode* first(const JsonNode& of) const { return &of + 1; }
  const JsonNode* end(const JsonNode& of) const { return nodes_.data() + of.after; }
  const JsonNode* next(const JsonNode* node) const { return nodes_.data() + node->after; }

  // "/approvals/0/card/bin"; a name that could hold a card number is masked.
  std::string pointer_of(const JsonNode& node) const;

 private:
  friend class JsonHandler;
  class Parser;

  std::vector<JsonNode> nodes_;
  std::string unescaped_;  // strings with escapes; never grows while views of it are handed out
  std::unique_ptr<Parser> parser_;
};

// A name as a JSON pointer's token: ~ and / escaped, cut at 64 bytes, masked where it could hold a card
// number.
std::string pointer_token(std::string_view name);

}  // namespace wonjang
