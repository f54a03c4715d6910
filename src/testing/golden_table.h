// For tests: tables of cases in testdata/*.txt, a line each: `input | expected`. Lines that are empty or
// begin with '#' are comments. WJ_UPDATE=1 rewrites the expected column, and the reviewer reads the
// difference.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace wonjang {

// `compute` takes the input as text and gives the expected column. A table of fewer than `cases_min` cases
// fails: it was not found, or lost its cases.
template <typename Compute>
void expect_golden_table(const std::string& path, int cases_min, Compute compute) {
  std::ifstream in(path, std::ios::binary);
  std::string computed;
  int cases = 0;
  int line_no = 0;
  const bool update = std::getenv("WJ_UPDATE") != nullptr;
  for (std::string line; std::getline(in, line);) {
    ++line_no;
    if (line.empty() || line.front() == '#') {
      computed += line + "\n";
      continue;
    }
    const std::string input = line.substr(0, line.find(" |"));
    const std::string is = input + " | " + compute(input);
    if (!update) {
      EXPECT_EQ(is, line) << path << ":" << line_no << " (WJ_UPDATE=1 rewrites it)";
    }
    computed += is + "\n";
    ++cases;
  }
  EXPECT_GE(cases, cases_min) << path;
  in.close();
  if (update && cases >= cases_min) std::ofstream(path, std::ios::binary) << computed;
}

}  // namespace wonjang
