// What a RocksBook makes of bad days while the indexes of recent units are written out: killed processes,
// files left behind, tables that can't be written, marks that can't be right, books of the format before.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "adapters/rocksdb/rocks_book.h"
#include "adapters/rocksdb/rocks_codec.h"
#include "adapters/rocksdb/rocks_options.h"
#include "base/rng.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

namespace fs = std::filesystem;

class Failing final : public rocksdb::FileSystemWrapper {
 public:
  Failing() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "Failing"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override {
    if (full_ && name.find("/new-") != std::string::npos) {
      ++refused_;
      return rocksdb::IOStatus::NoSpace("no space for an index");
    }
    return FileSystemWrapper::NewWritableFile(name, options, file, context);
  }
  std::atomic<bool> full_ = false;
  std::atomic<int> refused_ = 0;
};

Result<std::unique_ptr<RocksBook>> open_book(const std::string& directory, std::size_t index_units_max = 5,
                                             rocksdb::Env* env = rocksdb::Env::Default()) {
  auto shared = std::make_unique<RocksShared::Impl>();
  shared->cache = rocksdb::NewLRUCache(32U << 20U);
  shared->env = env;
  RocksBookOptions options;
  options.directory = directory;
  options.free_bytes_min = 0;
  options.index_units_max = index_units_max;
  return RocksBook::open(options, std::make_shared<const RocksShared>(std::move(shared)));
}

RawId stream(std::uint64_t n) { return {n / 3 + 1, 7}; }  // three units a stream

Unit nth_unit(std::uint64_t n) {
  Unit unit;
  unit.stream = stream(n);
  unit.expected_version = static_cast<std::uint32_t>(n % 3);
  unit.events = {"event " + std::to_string(n)};
  unit.idempotency = IdempotencyEntry{};
  std::memcpy(unit.idempotency->key.data(), &n, sizeof n);
  unit.idempotency->reply = "reply " + std::to_string(n);
  if (n % 3 == 0) {
    unit.claim.emplace();
    std::memcpy(unit.claim->data(), &n, sizeof n);
  }
  return unit;
}

Result<void> append_nth(Book& book, std::uint64_t n) {
  const Unit unit = nth_unit(n);
  return book.append({{&unit, 1}, {}, "head " + std::to_string(n)});
}

std::uint64_t stat(const Book& book, const std::string& name) {
  for (const auto& [key, value] : book.stats()) {
    if (key == name) return value;
  }
  return ~std::uint64_t{0};
}

// Units [0, count) are there, whole, findable under each of their names, and can't be appended again.
void expect_units(Book& book, std::uint64_t count, std::uint64_t more = 0) {
  ASSERT_GE(book.tail(), count);
  ASSERT_LE(book.tail(), count + more);
  const std::uint64_t tail = book.tail();
  for (std::uint64_t n = 0; n < tail; ++n) {
    const Unit sent = nth_unit(n);
    const auto units = book.load(sent.stream);
    ASSERT_TRUE(units) << units.error().message;
    ASSERT_GT(units->size(), n % 3) << n;
    ASSERT_EQ((*units)[n % 3].events, sent.events) << n;
    const auto since = book.load_from(sent.stream, static_cast<std::uint32_t>(n % 3));
    ASSERT_TRUE(since) << since.error().message;
    ASSERT_EQ(since->size(), units->size() - n % 3) << n;
    ASSERT_EQ(since->front().events, sent.events) << n;
    const auto found = book.find_idempotency(sent.idempotency->key);
    ASSERT_TRUE(found && *found && (*found)->entry == *sent.idempotency) << n;
    if (sent.claim) {
      const auto owner = book.find_claim(*sent.claim);
      ASSERT_TRUE(owner && *owner == sent.stream) << n;
    }
    Unit again = nth_unit(n);
    again.stream.low = 8;
    again.expected_version = 0;
    const auto result = book.append({{&again, 1}, {}, "never"});
    ASSERT_FALSE(result) << n;
    ASSERT_EQ(result.error().kind, ErrorKind::conflict) << result.error().message;
  }
  const auto counts = book.count();
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->units, tail);
  EXPECT_EQ(counts->stream_versions, tail);
  EXPECT_EQ(counts->idempotency_keys, tail);
  EXPECT_EQ(counts->claims, (tail + 2) / 3);
}

// Opens the files of a closed book with RocksDB itself.
template <typename Act>
void with_files(const std::string& directory, Act act) {
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), directory, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), directory, descriptors, &handles, &db).ok());
  for (auto* handle : handles) act(*db, handle);
  for (auto* handle : handles) (void)db->DestroyColumnFamilyHandle(handle);
  (void)db->Close();
  delete db;
}

void put_meta(const std::string& directory, const std::string& key, const std::optional<std::string>& value) {
  with_files(directory, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
    if (family->GetName() != "meta") return;
    const rocksdb::WriteOptions write;
    EXPECT_TRUE((value ? db.Put(write, family, key, *value) : db.Delete(write, family, key)).ok());
  });
}

// The process that is killed, as a program of its own: a forked child has none of RocksDB's threads. Says
// which units were acknowledged, in file 3.
TEST(RocksIndex, DISABLED_appends_until_it_is_killed) {
  const char* directory = std::getenv("WJ_TEST_BOOK");
  ASSERT_NE(directory, nullptr);
  auto book = open_book(directory, std::stoul(std::getenv("WJ_TEST_UNITS")));
  ASSERT_TRUE(book) << book.error().message;
  for (std::uint64_t n = (*book)->tail();; ++n) {
    ASSERT_TRUE(append_nth(**book, n));
    ASSERT_EQ(::write(3, &n, sizeof n), static_cast<ssize_t>(sizeof n));
  }
}

pid_t start_appender(const std::string& directory, std::uint64_t index_units_max, int out) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::dup2(out, 3);
  ::setenv("WJ_TEST_BOOK", directory.c_str(), 1);
  ::setenv("WJ_TEST_UNITS", std::to_string(index_units_max).c_str(), 1);
  ::execl("/proc/self/exe", "rocksdb_tests", "--gtest_also_run_disabled_tests",
          "--gtest_filter=RocksIndex.DISABLED_appends_until_it_is_killed", nullptr);
  ::_exit(127);
}

TEST(RocksIndex, every_acknowledged_append_survives_kill_9_while_indexes_are_written_out) {
  const TempDir folder;
  const std::string directory = folder / "book";
  Rng rng(12);
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 10; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
    const pid_t child = start_appender(directory, 1 + rng.below(8), pipe_ends[1]);
    ::close(pipe_ends[1]);
    std::uint64_t last = 0;
    std::uint64_t seen = 0;
    const std::uint64_t wanted = 1 + rng.below(50);
    while (seen < wanted && ::read(pipe_ends[0], &last, sizeof last) == sizeof last) ++seen;
    ::kill(child, SIGKILL);
    while (::read(pipe_ends[0], &last, sizeof last) == sizeof last) {
    }
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit code " << WEXITSTATUS(status);
    ASSERT_GT(seen, 0U);
    acknowledged = last + 1;
    auto book = open_book(directory);
    ASSERT_TRUE(book) << book.error().message;
    expect_units(**book, acknowledged, /*more=*/1);
  }
  EXPECT_GE(acknowledged, 10U);
}

TEST(RocksIndex, a_book_with_everything_written_out_opens_without_reading_the_log) {
  const TempDir folder(TempDir::Kind::quick);
  {
    auto book = open_book(folder / "book", 1000);
    ASSERT_TRUE(book);
    for (std::uint64_t n = 0; n < 40; ++n) ASSERT_TRUE(append_nth(**book, n));
    EXPECT_EQ(stat(**book, "recent_index_units"), 40U);
    ASSERT_TRUE((*book)->write_out_indexes());
    EXPECT_EQ(stat(**book, "recent_index_units"), 0U);
    EXPECT_EQ(stat(**book, "index_write_outs"), 1U);
    ASSERT_TRUE((*book)->write_out_indexes());  // nothing to do
    expect_units(**book, 40);
  }
  const auto book = open_book(folder / "book", 1000);
  ASSERT_TRUE(book) << book.error().message;
  EXPECT_EQ(stat(**book, "recent_index_units"), 0U);
  expect_units(**book, 40);
}

TEST(RocksIndex, files_that_a_crash_left_half_written_are_thrown_away) {
  const TempDir folder(TempDir::Kind::quick);
  {
    auto book = open_book(folder / "book", 1000);
    ASSERT_TRUE(book);
    for (std::uint64_t n = 0; n < 20; ++n) ASSERT_TRUE(append_nth(**book, n));
  }
  for (const char* name : {"new-keys.sst", "new-streams.sst", "new-meta.sst"}) {
    std::ofstream(folder / "book/" + name) << "half a table";
  }
  auto book = open_book(folder / "book", 1000);
  ASSERT_TRUE(book) << book.error().message;
  EXPECT_FALSE(fs::exists(folder / "book/new-keys.sst"));
  ASSERT_TRUE((*book)->write_out_indexes());
  expect_units(**book, 20);
}

// Memory is bounded: what can't be written out is refused at the bound, and goes on when there is space
// again.
TEST(RocksIndex, when_indexes_cannot_be_written_out_appends_are_refused_at_the_bound) {
  const TempDir folder(TempDir::Kind::quick);
  auto files = std::make_shared<Failing>();
  const auto env = rocksdb::NewCompositeEnv(files);
  auto book = open_book(folder / "book", 5, env.get());
  ASSERT_TRUE(book) << book.error().message;
  files->full_ = true;
  std::uint64_t n = 0;
  for (; n < 1000; ++n) {
    const auto result = append_nth(**book, n);
    if (result) continue;
    EXPECT_EQ(result.error().kind, ErrorKind::unavailable) << result.error().message;
    EXPECT_NE(result.error().message.find("no space for an index"), std::string::npos)
        << result.error().message;
    break;
  }
  EXPECT_EQ(n, 15U);  // 5 on their way, 10 behind them
  EXPECT_GT(files->refused_.load(), 0);
  EXPECT_FALSE(append_nth(**book, n));
  EXPECT_FALSE((*book)->write_out_indexes());
  for (std::uint64_t i = 0; i < n; ++i)
    ASSERT_TRUE((*book)->find_idempotency(nth_unit(i).idempotency->key)->has_value());
  files->full_ = false;
  while (!append_nth(**book, n)) std::this_thread::yield();  // tried again by itself
  for (++n; n < 40; ++n) ASSERT_TRUE(append_nth(**book, n));
  expect_units(**book, 40);
  book->reset();
  book = open_book(folder / "book", 5, env.get());
  ASSERT_TRUE(book) << book.error().message;
  expect_units(**book, 40);
}

TEST(RocksIndex, a_backup_holds_the_indexes_wherever_they_stand) {
  const TempDir folder(TempDir::Kind::quick);
  auto book = open_book(folder / "book", 4);
  ASSERT_TRUE(book);
  for (std::uint64_t n = 0; n < 60; ++n) {
    ASSERT_TRUE(append_nth(**book, n));
    if (n % 7 != 3) continue;
    const auto directory = folder / ("backup" + std::to_string(n));
    ASSERT_TRUE((*book)->backup(directory));
    auto backup = open_book(directory, 1 + n % 6);
    ASSERT_TRUE(backup) << backup.error().message;
    expect_units(**backup, n + 1);
  }
}

TEST(RocksIndex, counts_agree_while_indexes_are_written_out) {
  const TempDir folder(TempDir::Kind::quick);
  auto book = open_book(folder / "book", 3);
  ASSERT_TRUE(book);
  std::atomic<bool> stop{false};
  std::atomic<int> counted{0};
  std::thread counter([&] {
    while (!stop) {
      const auto counts = (*book)->count();
      ASSERT_TRUE(counts);
      EXPECT_EQ(counts->units, counts->stream_versions);
      EXPECT_EQ(counts->units, counts->idempotency_keys);
      EXPECT_EQ((counts->units + 2) / 3, counts->claims);
      ++counted;
    }
  });
  std::uint64_t n = 0;
  for (; n < 200 || counted < 20; ++n) ASSERT_TRUE(append_nth(**book, n));
  stop = true;
  counter.join();
  expect_units(**book, n);
}

TEST(RocksIndex, a_book_of_format_1_is_read_and_becomes_one_of_format_2) {
  const TempDir folder(TempDir::Kind::quick);
  {
    auto book = open_book(folder / "book", 1000);
    ASSERT_TRUE(book);
    for (std::uint64_t n = 0; n < 20; ++n) ASSERT_TRUE(append_nth(**book, n));
    ASSERT_TRUE((*book)->write_out_indexes());
  }
  // Format 1 had all rows in its families and no mark.
  put_meta(folder / "book", "indexed", std::nullopt);
  put_meta(folder / "book", "format", rocks::encode_format(1));
  for (int round = 0; round < 2; ++round) {
    auto book = open_book(folder / "book");
    ASSERT_TRUE(book) << book.error().message;
    expect_units(**book, 20 + static_cast<std::uint64_t>(round));
    ASSERT_TRUE(append_nth(**book, 20 + static_cast<std::uint64_t>(round)));
  }
}

TEST(RocksIndex, a_mark_that_cannot_be_right_is_corrupt) {
  const struct {
    const char* what;
    std::optional<std::string> mark;
    const char* says;
  } cases[] = {{"none", std::nullopt, "mark of its indexes is missing"},
               {"unreadable", "?", "can't be read"},
               {"behind the end", rocks::encode_indexed(21), "indexes reach to 21"},
               {"inside of nothing", rocks::encode_indexed(20), nullptr},
               {"in the middle", rocks::encode_indexed(7), nullptr}};
  for (const auto& each : cases) {
    SCOPED_TRACE(each.what);
    const TempDir folder(TempDir::Kind::quick);
    {
      auto book = open_book(folder / "book", 1000);
      ASSERT_TRUE(book);
      for (std::uint64_t n = 0; n < 20; ++n) ASSERT_TRUE(append_nth(**book, n));
    }
    put_meta(folder / "book", "indexed", each.mark);
    const auto book = open_book(folder / "book");
    if (each.says == nullptr) {
      // A mark too far on hides rows: it can't be told at opening, and `check` counts them.
      ASSERT_TRUE(book) << book.error().message;
      EXPECT_NE((*book)->count()->stream_versions, 20U);
      continue;
    }
    ASSERT_FALSE(book);
    EXPECT_EQ(book.error().kind, ErrorKind::corrupt);
    EXPECT_NE(book.error().message.find(each.says), std::string::npos) << book.error().message;
  }
}

TEST(RocksIndex, looking_ahead_says_what_is_not_there_and_changes_no_answer) {
  const TempDir folder(TempDir::Kind::quick);
  auto book = open_book(folder / "book", 6);
  ASSERT_TRUE(book);
  for (std::uint64_t n = 0; n < 60; n += 3) {
    std::vector<Hash128> keys;
    std::vector<Hash128> claims;
    for (std::uint64_t i = n > 30 ? n - 30 : 0; i < n + 30; ++i) {  // known ones and new ones
      const Unit unit = nth_unit(i);
      keys.push_back(unit.idempotency->key);
      if (unit.claim) claims.push_back(*unit.claim);
    }
    LookedAhead ahead;
    (*book)->look_ahead(keys, claims, ahead);
    ASSERT_EQ(ahead.key_is_new.size(), keys.size());
    ASSERT_EQ(ahead.claim_is_new.size(), claims.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
      EXPECT_EQ(ahead.key_is_new[i] != 0, !(*book)->find_idempotency(keys[i])->has_value()) << i;
    for (std::size_t i = 0; i < claims.size(); ++i)
      EXPECT_EQ(ahead.claim_is_new[i] != 0, !(*book)->find_claim(claims[i])->has_value()) << i;
    for (std::uint64_t i = 0; i < n + 30; ++i) {
      const Unit unit = nth_unit(i);
      EXPECT_EQ((*book)->find_idempotency(unit.idempotency->key)->has_value(), i < n) << i << " of " << n;
      if (!unit.claim) continue;
      EXPECT_EQ((*book)->find_claim(*unit.claim)->has_value(), i < n) << i << " of " << n;
    }
    for (std::uint64_t i = n; i < n + 3; ++i) ASSERT_TRUE(append_nth(**book, i));
    EXPECT_TRUE((*book)->find_idempotency(nth_unit(n).idempotency->key)->has_value());
  }
  expect_units(**book, 60);
}

}  // namespace
}  // namespace wonjang
