// Runs a fuzz target without libFuzzer: the seeds of a folder, then inputs mutated from them. No coverage to
// guide it, but the same inputs every time and with any compiler: what is broken by the first thousands of
// odd inputs is found by `./run test`.
//
//   NAME_fuzz_smoke [--runs N] [FOLDER | FILE ...]
//
// A crash ends the program; the input that did it is the newest line of "input:" when --verbose is given.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/rng.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using wonjang::Rng;

constexpr std::size_t kInputBytesMax = 4096;
constexpr std::uint64_t kSeed = 20261122;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> read_seeds(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    if (std::filesystem::is_directory(path)) {
      for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
    } else if (std::filesystem::exists(path)) {
      files.emplace_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds{""};
  for (const auto& file : files) seeds.push_back(read_file(file));
  return seeds;
}

std::size_t place_in(const std::string& text, Rng& rng) { return text.empty() ? 0 : rng.below(text.size()); }

void mutate(std::string& input, const std::vector<std::string>& seeds, Rng& rng) {
  constexpr char kTelling[] = {'\0', '\x01', '\x7f', '\x80', '\xff', '0',  '9',  '-',
                               '.',  ':',    '"',    '{',    '}',    '\n', '\r', ' '};
  const auto at = place_in(input, rng);
  switch (rng.below(9)) {
    case 0:
      if (!input.empty()) input[at] = static_cast<char>(input[at] ^ static_cast<char>(1U << rng.below(8)));
      break;
    case 1:
      if (!input.empty()) input[at] = static_cast<char>(rng.next());
      break;
    case 2:
      if (!input.empty()) input[at] = kTelling[rng.below(std::size(kTelling))];
      break;
    case 3:
      input.insert(at, 1, kTelling[rng.below(std::size(kTelling))]);
      break;
    case 4:
      input.erase(at, 1 + rng.below(8));
      break;
    case 5:
      input.resize(at);
      break;
    case 6: {  // a piece of itself, again
      const auto piece = input.substr(at, 1 + rng.below(32));
      input.insert(place_in(input, rng), piece);
      break;
    }
    case 7: {  // the end of another seed
      const auto& other = seeds[rng.below(seeds.size())];
      input = input.substr(0, at) + other.substr(std::min(other.size(), place_in(other, rng)));
      break;
    }
    default:
      input.insert(at, 1 + rng.below(64), static_cast<char>(rng.next()));
      break;
  }
  if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
}

void run(const std::string& input, bool is_told) {
  if (is_told) {
    std::printf("input:");
    for (const char c : input) std::printf(" %02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    std::printf("\n");
    std::fflush(stdout);
  }
  // A block of its own size, so that a sanitizer sees a step beyond its end.
  std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int count, char** words) {
  std::uint64_t runs = 20'000;
  bool is_told = false;
  std::vector<std::string> paths;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--verbose") == 0) {
      is_told = true;
    } else if (std::strcmp(words[i], "--runs") == 0 && i + 1 < count) {
      runs = std::strtoull(words[++i], nullptr, 10);
    } else {
      paths.emplace_back(words[i]);
    }
  }
  const auto seeds = read_seeds(paths);
  if (!paths.empty() && seeds.size() < 2) {
    std::fprintf(stderr, "no seeds in %s\n", paths.front().c_str());
    return 2;
  }
  for (const auto& seed : seeds) run(seed, is_told);
  Rng rng(kSeed);
  for (std::uint64_t i = 0; i < runs; ++i) {
    std::string input = seeds[rng.below(seeds.size())];
    for (auto times = 1 + rng.below(6); times > 0; --times) mutate(input, seeds, rng);
    run(input, is_told);
  }
  std::printf("%zu seeds and %llu mutated inputs: nothing found\n", seeds.size(),
              static_cast<unsigned long long>(runs));
  return 0;
}
