// FieldError: one thing that is wrong with a request's body, and where. Becomes an entry of errors[] in a
// problem. Never holds a value from the request: what was sent may be a card number.
#pragma once

#include <string>
#include <string_view>
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

}  // namespace wonjang
