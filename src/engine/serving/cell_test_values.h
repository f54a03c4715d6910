// Cells by hand, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "engine/serving/cell.h"

namespace wonjang::serving {

inline std::string dims(std::string_view currency, std::string_view rest) {
  std::string out;
  put_sized(out, currency);
  return out += rest;
}

inline Measures sums_of(std::int64_t amount, std::int64_t canceled = 0) {
  Measures m;
  EXPECT_TRUE(m.amount.add_value(amount));
  m.gross = amount;
  m.canceled = canceled;
  return m;
}

}  // namespace wonjang::serving
