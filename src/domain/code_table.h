// Codes of enums as tables: a row per value, so that a new value is one line. For the .cc files of domain/
// only: a table is `codes(E)` in namespace wonjang, and parse_code<E> (domain/method.h) is instantiated
// beside it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "domain/method.h"

namespace wonjang {

template <typename E>
struct CodeRow {
  E value;
  std::string_view code;
};

// `otherwise` for a number outside the table: enums are open sets, a reader keeps what it doesn't know.
template <typename E>
std::string_view code_in(std::span<const CodeRow<E>> rows, E value, std::string_view otherwise = "UNKNOWN") {
  for (const auto& row : rows) {
    if (row.value == value) return row.code;
  }
  return otherwise;
}

template <typename E>
std::optional<E> parse_code(std::string_view code) {
  for (const auto& row : codes(E{})) {
    if (row.code == code) return row.value;
  }
  return std::nullopt;
}

// Defines codes(E) and code_of(E) from a table of rows, beside the enum. parse_code<E> needs a line in
// namespace wonjang then: template std::optional<E> parse_code(std::string_view code).
#define WJ_CODE_TABLE(E, rows)                                  \
  static std::span<const CodeRow<E>> codes(E) { return rows; }  \
  std::string_view code_of(E v) { return code_in<E>(rows, v); } \
  std::string_view code_of(E v)

// Both at once, for enums of namespace wonjang itself.
#define WJ_CODES(E, rows) \
  WJ_CODE_TABLE(E, rows); \
  template std::optional<E> parse_code<E>(std::string_view code)

}  // namespace wonjang
