// Check: what one case expects and sees. The first thing that isn't as expected is kept, in words; what comes
// after it is mostly its consequence.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/sanity/door.h"

namespace wonjang::sanity {

// The member at `path` ("payments.0.id") of a JSON answer as text; "nothing" where there is none.
std::string member(const Answer& answer, std::string_view path);
// Of the payment that an answer is.
inline std::string path_of(const Answer& payment) { return "/v1/payments/" + member(payment, "id"); }
// How many elements the list at `path` has; 0 where there is none.
std::size_t count_of(const Answer& answer, std::string_view path);

class Check {
 public:
  enum class Outcome : std::uint8_t { ok, not_ok, skipped };

  void is(std::string_view what, std::string_view expected, std::string_view seen);
  void is(std::string_view what, std::int64_t expected, std::string_view seen) {
    is(what, std::to_string(expected), seen);
  }
  void holds(std::string_view what, bool as_expected, std::string_view expected, std::string_view seen);
  // The member at `path`; `what` is what people call it.
  void has(std::string_view what, const Answer& answer, std::string_view path, std::string_view expected) {
    is(what, expected, member(answer, path));
  }
  void has(std::string_view what, const Answer& answer, std::string_view path, std::int64_t expected) {
    is(what, std::to_string(expected), member(answer, path));
  }
  // Status, and for a refusal its code.
  void answered(std::string_view what, const Answer& answer, int status, std::string_view code = {});
  // Not tried, and why.
  void skip(std::string_view why);

  Outcome outcome() const { return outcome_; }
  bool failed() const { return outcome_ == Outcome::not_ok; }
  const std::string& what() const { return what_; }  // of a skipped one: why
  const std::string& expected() const { return expected_; }
  const std::string& seen() const { return seen_; }

 private:
  Outcome outcome_ = Outcome::ok;
  std::string what_;
  std::string expected_;
  std::string seen_;
};

}  // namespace wonjang::sanity
