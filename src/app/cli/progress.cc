#include "app/cli/progress.h"

#include <unistd.h>

#include <cstdio>

#include "base/int128.h"

namespace wonjang {

std::string exact_percent(std::uint64_t done, std::uint64_t total) {
  if (total == 0) return "0.00";
  const auto hundredths = static_cast<std::uint64_t>(static_cast<uint128>(done) * 10'000U / total);
  auto fraction = std::to_string(hundredths % 100);
  if (fraction.size() == 1) fraction.insert(0, 1, '0');
  return std::to_string(hundredths / 100) + "." + fraction;
}

Progress::Progress(std::string what, std::string unit)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      is_terminal_(::isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      next_(start_ + (is_terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10))) {}

Progress::~Progress() {
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (is_terminal_ && shown_) {
    show(done_, total_, seconds);
    std::fputc('\n', stderr);
  }
}

void Progress::at(std::uint64_t done, std::uint64_t total) {
  done_ = done;
  total_ = total;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + (is_terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10));
  show(done, total, std::chrono::duration<double>(now - start_).count());
}

void Progress::show(std::uint64_t done, std::uint64_t total, double seconds) {
  shown_ = true;
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const double left = rate > 0 && total > done ? static_cast<double>(total - done) / rate : 0;
  if (!is_terminal_) {
    std::fprintf(
        stderr,
        R"({"progress":"%s","done":%llu,"total":%llu,"percent":"%s","per_second":%.0f,"eta_seconds":%.0f})"
        "\n",
        what_.c_str(), static_cast<unsigned long long>(done), static_cast<unsigned long long>(total),
        exact_percent(done, total).c_str(), rate, left);
    return;
  }
  if (total == 0) {
    std::fprintf(stderr, "\r%s: %llu %s, %.0f/s\033[K", what_.c_str(), static_cast<unsigned long long>(done),
                 unit_.c_str(), rate);
    return;
  }
  std::string bar(24, '.');
  for (std::size_t i = 0; i < bar.size() * done / total; ++i) bar[i] = '#';
  std::fprintf(stderr, "\r%s [%s] %s %%  %.0f %s/s  %.0f s left\033[K", what_.c_str(), bar.c_str(),
               exact_percent(done, total).c_str(), rate, unit_.c_str(), left);
}

}  // namespace wonjang
