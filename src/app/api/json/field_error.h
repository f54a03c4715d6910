// FieldError: one thing that is wrong with a request's body, and where. Becomes an entry of errors[] in a
// problem. Never holds a value from the request: what was sent may be a card number.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wonjang {

struct FieldError {
  std::string pointer;    // JSON pointer into the body; empty: the body as a whole
  std::string_view code;  // one of kFieldErrorCodes; always a literal
  std::string message;    // a sentence for people: what is wrong and what to do
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

// Everything found in one request, in order of discovery, a place once, at most kFieldErrorsMax.
using FieldErrors = std::vector<FieldError>;
constexpr std::size_t kFieldErrorsMax = 20;

constexpr std::pair<std::string_view, std::string_view> kFieldErrorCodes[] = {
    {"MALFORMED_JSON", "the body is not JSON in UTF-8"},
    {"TOO_DEEP", "nested too deep"},
    {"TOO_LARGE", "too many values"},
    {"REQUIRED", "missing"},
    {"UNKNOWN_FIELD", "no such field; the message may name the one that was meant"},
    {"MISPLACED_FIELD", "a field of another place; the message names the right one"},
    {"DUPLICATE_FIELD", "a name stands twice in its object"},
    {"CONFLICTING_FIELDS", "fields that go together or exclude each other"},
    {"WRONG_TYPE", "another JSON type, or null"},
    {"EMPTY", "an empty string or list: leave the field out"},
    {"NOT_AN_INTEGER", "a number with a fraction or an exponent, or too large"},
    {"OUT_OF_RANGE", "an integer outside its bounds"},
    {"TOO_SHORT", "too few characters"},
    {"TOO_LONG", "too many characters or bytes"},
    {"TOO_MANY_ITEMS", "too many items"},
    {"BAD_CHARACTERS", "characters that are not taken here"},
    {"BAD_FORMAT", "not an id, a time, a month ... as it should be"},
    {"UNKNOWN_CODE", "not one of the codes"},
    {"NOT_YOURS", "belongs to another merchant, or is not for this key"},
    {"PAN_NOT_ALLOWED", "looks like a card number, which is never taken"},
};

}  // namespace wonjang
