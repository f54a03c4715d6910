#include "app/api/idempotency_header.h"

#include "app/api/json/pan_guard.h"

namespace wonjang {
namespace {

bool is_printable(char c) { return c >= 0x20 && c <= 0x7E; }

std::variant<std::string, KeyFault> checked(std::string key) {
  if (key.empty()) return KeyFault::empty;
  if (key.size() > kIdempotencyKeyMax) return KeyFault::too_long;
  if (holds_pan(key) || key.find("wonjang_live_") != std::string::npos) return KeyFault::secret;
  return key;
}

}  // namespace

std::string_view text_of(KeyFault fault) {
  switch (fault) {
    case KeyFault::missing:
      return "every POST needs the header Idempotency-Key: a name of your own for this very request, kept "
             "for its repeats";
    case KeyFault::twice:
      return "the header Idempotency-Key was sent more than once";
    case KeyFault::empty:
      return "the Idempotency-Key is empty";
    case KeyFault::too_long:
      return "the Idempotency-Key is longer than 300 characters";
    case KeyFault::bad_character:
      return "the Idempotency-Key holds a character that isn't printable ASCII, or a space outside quotes";
    case KeyFault::bad_quoting:
      return "the quotes of the Idempotency-Key don't match: inside them, write \\\" and \\\\";
    case KeyFault::secret:
      return "the Idempotency-Key looks like a card number or holds an API key; neither is ever stored: use "
             "another name, or put a letter between the digits";
  }
  return {};
}

std::variant<std::string, KeyFault> idempotency_key_of(const HttpRequestHead& head) {
  const auto count = head.count("Idempotency-Key");
  if (count == 0) return KeyFault::missing;
  if (count > 1) return KeyFault::twice;
  return parse_idempotency_key(head.header("Idempotency-Key"));
}

std::variant<std::string, KeyFault> parse_idempotency_key(std::string_view value) {
  if (value.empty() || value.front() != '"') {
    for (const char c : value) {
      if (!is_printable(c) || c == ' ' || c == '"') return KeyFault::bad_character;
    }
    return checked(std::string(value));
  }
  std::string key;
  for (std::size_t i = 1; i < value.size(); ++i) {
    char c = value[i];
    if (c == '"') return i + 1 == value.size() ? checked(std::move(key)) : KeyFault::bad_quoting;
    if (!is_printable(c)) return KeyFault::bad_character;
    if (c == '\\') {
      if (++i == value.size() || (value[i] != '"' && value[i] != '\\')) return KeyFault::bad_quoting;
      c = value[i];
    }
    key.push_back(c);
  }
  return KeyFault::bad_quoting;
}

}  // namespace wonjang
