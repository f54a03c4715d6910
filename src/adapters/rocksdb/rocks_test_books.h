// For the tests of a RocksBook on bad days: numbered units, what must be there of them, its files, a process
// that dies. Threads: one owner.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "adapters/rocksdb/rocks_book.h"
#include "base/rng.h"

namespace wonjang::rocks_test {

namespace fs = std::filesystem;

inline Result<std::unique_ptr<RocksBook>> open_book(
    const std::string& directory, std::uint64_t free_bytes_min = 0,
    std::int64_t note_idle_us = RocksBookOptions().note_idle_us) {
  RocksBookOptions options;
  options.directory = directory;
  options.write_buffer_bytes = 4U << 20U;
  options.free_bytes_min = free_bytes_min;
  options.note_idle_us = note_idle_us;
  return RocksBook::open(options,
                         RocksShared::make({.memory_bytes = 32U << 20U, .write_buffer_bytes = 8U << 20U}));
}

inline RawId stream(std::uint64_t n) { return {n + 1, ~n}; }

// Reproducible bytes that don't compress, so that damage hits something.
inline std::string event_of(std::uint64_t n, std::size_t size = 300) {
  Rng rng(n);
  std::string out(size, '\0');
  for (auto& byte : out) byte = static_cast<char>(rng.next());
  return out;
}

inline Unit nth_unit(std::uint64_t n) {
  Unit unit;
  unit.stream = stream(n);
  unit.events = {event_of(n)};
  unit.idempotency = IdempotencyEntry{};
  std::memcpy(unit.idempotency->key.data(), &n, sizeof n);
  unit.idempotency->reply = "reply " + std::to_string(n);
  return unit;
}

inline Result<void> append_nth(Book& book, std::uint64_t n) {
  const Unit unit = nth_unit(n);
  return book.append({{&unit, 1}, {}, "head " + std::to_string(n)});
}

// Units [0, count) are there, whole, and nothing else but at most `more` further ones.
inline void expect_units(const Book& book, std::uint64_t count, std::uint64_t more = 0) {
  ASSERT_GE(book.tail(), count);
  ASSERT_LE(book.tail(), count + more);
  const std::uint64_t tail = book.tail();
  for (std::uint64_t n = 0; n < tail; ++n) {
    const Unit sent = nth_unit(n);
    const auto units = book.load(sent.stream);
    ASSERT_TRUE(units) << units.error().message;
    ASSERT_EQ(units->size(), 1U) << n;
    ASSERT_EQ(units->front().events, sent.events) << n;
    const auto found = book.find_idempotency(sent.idempotency->key);
    ASSERT_TRUE(found && *found && (*found)->entry == *sent.idempotency) << n;
  }
  const auto counts = book.count();
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->events, tail);
  EXPECT_EQ(counts->idempotency_keys, tail);
  if (tail > 0) {
    EXPECT_EQ(*book.head(), "head " + std::to_string(tail - 1));
  }
}

inline std::vector<fs::path> files(const std::string& directory, const std::string& extension) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == extension && entry.file_size() > 0) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

inline std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
inline void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// First in a test that forks: ThreadSanitizer takes a thread that begins in the child for one that the parent
// has, and ends the child.
#ifdef __SANITIZE_THREAD__
#define WJ_FORKS_OR_IS_SKIPPED() GTEST_SKIP() << "ThreadSanitizer ends a fork that begins threads"
#else
#define WJ_FORKS_OR_IS_SKIPPED() static_cast<void>(0)
#endif

// Runs `act` in a child that ends without closing anything, as a killed process does; its exit code.
template <typename Act>
int in_dying_child(Act act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace wonjang::rocks_test
