// wonjang_sim: the deterministic simulator as a program.
//
//   wonjang_sim --seed 42 [--steps M] [--books B] [--verbose]    one run, replayed from its seed
//   wonjang_sim --seeds 1-10000                                  many; stops at the first that finds
//   something wonjang_sim --seed 42 --bug forgets_a_key                    a run with a bug on purpose
#include <charconv>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "testing/sim/simulation.h"

namespace wonjang::testing {
namespace {

struct Arguments {
  SimOptions options;
  std::uint64_t first = 1;
  std::uint64_t last = 0;  // inclusive; 0: one seed
};

template <typename Number>
bool read(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_range(std::string_view text, Arguments& out) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  return read(text.substr(0, dash), out.first) && read(text.substr(dash + 1), out.last) &&
         out.first <= out.last;
}

std::optional<Arguments> parse(int count, char** words) {
  Arguments out;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--verbose") {
      out.options.verbose = true;
      continue;
    }
    if (i + 1 >= count) return std::nullopt;
    const std::string_view value = words[++i];
    bool ok = false;
    if (word == "--seed") ok = read(value, out.options.seed);
    if (word == "--seeds") ok = read_range(value, out);
    if (word == "--steps") ok = read(value, out.options.steps);
    if (word == "--books") ok = read(value, out.options.books) && out.options.books <= 64;
    if (word == "--bug") {
      const auto bug = parse_sim_bug(value);
      ok = bug.has_value();
      out.options.bug = bug.value_or(SimBug::none);
    }
    if (!ok) return std::nullopt;
  }
  return out;
}

std::string hex(const Hash256& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const auto byte : hash) {
    const auto value = static_cast<unsigned char>(byte);
    out += kDigits[value >> 4U];
    out += kDigits[value & 15U];
  }
  return out;
}

void print(const SimOptions& options, const SimReport& report) {
  std::cout << "seed " << options.seed << ":" << report.parameters << "\n  " << report.requests
            << " requests, " << report.payments << " payments, " << report.events << " events, "
            << report.replays << " replays, " << report.refusals << " refusals, " << report.in_doubt
            << " in doubt, " << report.provider_calls << " provider calls, " << report.crashes << " crashes, "
            << report.disk_faults << " disk faults, " << report.handed_over << " handed over\n";
  for (const auto& root : report.roots) std::cout << "  root " << hex(root) << "\n";
}

bool run_one(const SimOptions& options, bool is_told) {
  const auto report = simulate(options);
  if (is_told || !report.failure.empty()) print(options, report);
  if (report.failure.empty()) return true;
  std::cout << "FOUND: " << report.failure << "\nreplay: " << replay_command(options) << std::endl;
  return false;
}

int run(const Arguments& arguments) {
  auto options = arguments.options;
  if (arguments.last == 0) return run_one(options, /*is_told=*/true) ? 0 : 1;
  const auto began = std::chrono::steady_clock::now();
  for (auto seed = arguments.first; seed <= arguments.last; ++seed) {
    options.seed = seed;
    if (!run_one(options, /*is_told=*/false)) return 1;
  }
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
  std::cout << "seeds " << arguments.first << " to " << arguments.last << ": nothing found, " << ms
            << " ms\n";
  return 0;
}

}  // namespace
}  // namespace wonjang::testing

int main(int count, char** words) {
  const auto arguments = wonjang::testing::parse(count, words);
  if (!arguments) {
    std::cerr << "wonjang_sim --seed N | --seeds FROM-TO  [--steps M] [--books B] [--bug NAME] [--verbose]\n";
    return 2;
  }
  return wonjang::testing::run(*arguments);
}
