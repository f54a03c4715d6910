// Progress of long work. On a terminal one line that is rewritten: what, exact percent, rows/s, time left.
// Elsewhere one JSON line each 10 s. Always on standard error. Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wonjang {

class Progress {
 public:
  explicit Progress(std::string what, std::string unit = "rows");
  ~Progress();  // ends the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `total` 0: not known.
  void at(std::uint64_t done, std::uint64_t total);

 private:
  void show(std::uint64_t done, std::uint64_t total, double seconds);

  const std::string what_;
  const std::string unit_;
  const bool is_terminal_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  bool shown_ = false;
};

// "12.34": hundredths of a percent, rounded down, so that 100.00 is said only at the end.
std::string exact_percent(std::uint64_t done, std::uint64_t total);

}  // namespace wonjang
