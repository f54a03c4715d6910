#include "base/result.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wonjang {
namespace {

Result<std::vector<std::string>> names() {
  return std::vector<std::string>{"a name that is too long for a string's own room",
                                  "another one of that kind"};
}

TEST(Result, the_value_of_one_that_goes_away_may_be_walked_over) {
  std::size_t seen = 0;
  for (const auto& name : names().value()) seen += name.size();
  for (const auto& name : *names()) seen += name.size();
  EXPECT_EQ(seen, 2U * (47 + 24));
}

}  // namespace
}  // namespace wonjang
