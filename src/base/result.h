// Result<T>: a value, or the Error that kept it from coming. Member names are std::expected's, so that this
// header can go one day (gcc 12 has <expected> only in C++23 mode).
//
// An Error is about the world (disk, peer, bytes from outside); a business "no" is a Refusal, an ordinary
// value (domain/refusal.h); a bug is a WJ_ASSERT. The kind of an Error says what the caller can do next:
//
//   invalid      fix the request; nothing was written
//   not_found    there is no such thing; nothing was written
//   conflict     read again, then decide again; nothing was written
//   unavailable  nothing was written; the same request may succeed later
//   in_doubt     it may be written: ask by id or send again under the same key, never under a new one
//   corrupt      what is stored contradicts itself: stop writing
//
//   Result<Row> find(RowId id);
//   Result<Money> total(RowId id) {
//     WJ_TRY(const Row row, find(id));   // passes the error up
//     return row.total;
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace wonjang {

enum class ErrorKind : std::uint8_t { invalid, not_found, conflict, unavailable, in_doubt, corrupt };

// The lower-case name, as in logs and problem documents.
const char* name_of(ErrorKind kind) noexcept;

struct [[nodiscard]] Error {
  ErrorKind kind;
  std::string message;  // what, why and what next; no personal data, no secrets
};

inline Error invalid(std::string message) { return {ErrorKind::invalid, std::move(message)}; }
inline Error not_found(std::string message) { return {ErrorKind::not_found, std::move(message)}; }
inline Error conflict(std::string message) { return {ErrorKind::conflict, std::move(message)}; }
inline Error unavailable(std::string message) { return {ErrorKind::unavailable, std::move(message)}; }
inline Error in_doubt(std::string message) { return {ErrorKind::in_doubt, std::move(message)}; }
inline Error corrupt(std::string message) { return {ErrorKind::corrupt, std::move(message)}; }

// By hand and not a std::variant: the program has hundreds of Result types, and each would be a second of the
// build.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : has_value_(true), value_(std::move(value)) {}       // NOLINT(google-explicit-constructor)
  Result(Error error) : has_value_(false), error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Result(Result&& other) noexcept : has_value_(other.has_value_) { take(std::move(other)); }
  Result(const Result& other) requires std::is_copy_constructible_v<T> : has_value_(other.has_value_) {
    take(other);
  }
  Result& operator=(Result&& other) noexcept {
    if (this == &other) return *this;
    end();
    has_value_ = other.has_value_;
    take(std::move(other));
    return *this;
  }
  Result& operator=(const Result& other) requires std::is_copy_constructible_v<T> {
    *this = Result(other);
    return *this;
  }
  ~Result() { end(); }

  bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }

  T& value() & {
    WJ_ASSERT(has_value_);
    return value_;
  }
  const T& value() const& {
    WJ_ASSERT(has_value_);
    return value_;
  }
  // By value, so that `for (auto& x : *f())` walks over something that lives.
  T value() && {
    WJ_ASSERT(has_value_);
    return std::move(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    WJ_ASSERT(!has_value_);
    return error_;
  }
  Error error() && {
    WJ_ASSERT(!has_value_);
    return std::move(error_);
  }

 private:
  // Of the other's kind, which has_value_ says already; nothing lives here yet.
  template <typename Other>
  void take(Other&& other) {
    if (has_value_) {
      std::construct_at(std::addressof(value_), std::forward<Other>(other).value_);
    } else {
      std::construct_at(std::addressof(error_), std::forward<Other>(other).error_);
    }
  }
  void end() noexcept {
    if (has_value_) {
      std::destroy_at(std::addressof(value_));
    } else {
      std::destroy_at(std::addressof(error_));
    }
  }

  bool has_value_;
  union {
    T value_;
    Error error_;
  };
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const { WJ_ASSERT(has_value()); }
  const Error& error() const& {
    WJ_ASSERT(error_.has_value());
    return *error_;
  }
  Error error() && {
    WJ_ASSERT(error_.has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace wonjang

#define WJ_CONCAT_INNER(a, b) a##b
#define WJ_CONCAT(a, b) WJ_CONCAT_INNER(a, b)

// WJ_TRY(declaration, expression): declares from the value, or returns the error.
#define WJ_TRY(declaration, expression) WJ_TRY_INNER(declaration, expression, WJ_CONCAT(wj_result_, __LINE__))
#define WJ_TRY_INNER(declaration, expression, name) \
  auto name = (expression);                         \
  if (!name) return std::move(name).error();        \
  declaration = *std::move(name)

// WJ_CHECK(expression): for Result<void>; returns the error or goes on.
#define WJ_CHECK(expression) WJ_CHECK_INNER(expression, WJ_CONCAT(wj_result_, __LINE__))
#define WJ_CHECK_INNER(expression, name)       \
  do {                                         \
    auto name = (expression);                  \
    if (!name) return std::move(name).error(); \
  } while (false)
