// What a RocksBook makes of bad days: killed processes, torn logs, flipped bits, a full disk, a second
// opener, a newer format.
#include <gtest/gtest.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>
#include <vector>

#include "adapters/rocksdb/rocks_book.h"
#include "adapters/rocksdb/rocks_options.h"
#include "adapters/rocksdb/rocks_test_books.h"
#include "adapters/rocksdb/wal_scan.h"
#include "base/rng.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

using namespace rocks_test;

// A book of `count` units whose process died, so that all is in the write-ahead log.
void make_dead_book(const std::string& directory, std::uint64_t count) {
  const int code = in_dying_child([&] {
    // Its last append is the one that was under way: not noted as acknowledged.
    auto book = open_book(directory, 0, /*note_idle_us=*/0);
    if (!book) return 1;
    for (std::uint64_t n = 0; n < count; ++n) {
      if (!append_nth(**book, n)) return 2;
    }
    return 0;
  });
  ASSERT_EQ(code, 0);
}

TEST(RocksDamage, every_acknowledged_append_survives_kill_9) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder;
  const std::string directory = folder / "book";
  Rng rng(11);
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 10; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe_ends[0]);
      auto book = open_book(directory);
      if (!book) ::_exit(1);
      for (std::uint64_t n = (*book)->tail();; ++n) {
        if (!append_nth(**book, n)) ::_exit(2);
        if (::write(pipe_ends[1], &n, sizeof n) != sizeof n) ::_exit(3);
      }
    }
    ::close(pipe_ends[1]);
    // Dies in the middle of whatever it does after some acknowledgements.
    std::uint64_t last = 0;
    const std::uint64_t wanted = 1 + rng.below(60);
    std::uint64_t seen = 0;
    while (seen < wanted && ::read(pipe_ends[0], &last, sizeof last) == sizeof last) ++seen;
    ::kill(child, SIGKILL);
    while (::read(pipe_ends[0], &last, sizeof last) == sizeof last) ++seen;
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit code " << WEXITSTATUS(status);
    acknowledged = last + 1;

    auto book = open_book(directory);
    ASSERT_TRUE(book) << book.error().message;
    expect_units(**book, acknowledged, /*more=*/1);
  }
  EXPECT_GE(acknowledged, 10U);
}

TEST(RocksDamage, a_log_torn_anywhere_in_its_last_record_opens_without_it) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  make_dead_book(folder / "dead", 8);
  const fs::path log = files(folder / "dead", ".log").back().filename();
  const std::string whole = read_file(folder / "dead" / log);
  // The size of one append's record, by the two books that differ in it.
  make_dead_book(folder / "shorter", 7);
  const std::size_t shorter = fs::file_size(folder / "shorter" / log);
  ASSERT_LT(shorter, whole.size());

  const std::size_t step = std::max<std::size_t>(1, (whole.size() - shorter) / 12);
  for (std::size_t size = shorter; size <= whole.size(); size += step) {
    for (const bool garbled : {false, true}) {
      const std::string directory = folder / ("torn" + std::to_string(size) + (garbled ? "g" : ""));
      fs::copy(folder / "dead", directory);
      // Garbled: the file has its length, but its last pages never reached the disk.
      std::string bytes = whole.substr(0, size);
      if (garbled) bytes += std::string(whole.size() - size, '\x5a');
      write_file(directory / log, bytes);
      {
        auto book = open_book(directory);
        ASSERT_TRUE(book) << "cut to " << size << ": " << book.error().message;
        expect_units(**book, size == whole.size() ? 8 : 7);
        ASSERT_TRUE(append_nth(**book, (*book)->tail()));
      }
      auto again = open_book(directory);
      ASSERT_TRUE(again) << again.error().message;
      expect_units(**again, size == whole.size() ? 9 : 8);
    }
  }
}

TEST(RocksDamage, a_flipped_bit_in_an_acknowledged_log_record_is_refused_by_name) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  make_dead_book(folder / "dead", 200);  // several blocks of the log
  const fs::path log = files(folder / "dead", ".log").back().filename();
  const std::string whole = read_file(folder / "dead" / log);
  make_dead_book(folder / "shorter", 199);
  const std::size_t last_record = fs::file_size(folder / "shorter" / log);
  ASSERT_GT(whole.size(), 2U * 32'768U);

  Rng rng(5);
  for (int i = 0; i < 40; ++i) {
    const std::size_t at = rng.below(last_record);
    const std::string directory = folder / ("flipped" + std::to_string(i));
    fs::copy(folder / "dead", directory);
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << rng.below(8)));
    write_file(directory / log, bytes);
    const auto book = open_book(directory);
    ASSERT_FALSE(book) << "flipped at " << at << ", tail " << (*book)->tail();
    EXPECT_EQ(book.error().kind, ErrorKind::corrupt) << book.error().message;
    EXPECT_NE(book.error().message.find(log.string() + " at offset"), std::string::npos)
        << book.error().message;
    fs::remove_all(directory);
  }
}

TEST(RocksDamage, the_log_scan_tells_a_torn_tail_from_damage) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  make_dead_book(folder / "dead", 200);
  const std::string whole = read_file(files(folder / "dead", ".log").back());
  EXPECT_FALSE(rocks::scan_wal_bytes(whole).bad);
  EXPECT_FALSE(rocks::scan_wal_bytes("").bad);
  EXPECT_FALSE(rocks::scan_wal_bytes(whole + std::string(5000, '\0')).bad);
  const auto torn = rocks::scan_wal_bytes(std::string_view(whole).substr(0, whole.size() - 10));
  EXPECT_TRUE(torn.bad);
  EXPECT_FALSE(torn.record_after);
  std::string damaged = whole;
  damaged[whole.size() / 2] = static_cast<char>(~damaged[whole.size() / 2]);
  EXPECT_TRUE(rocks::scan_wal_bytes(damaged).record_after);
}

// Damage in a table: the answer is an error or the right bytes, never other bytes.
TEST(RocksDamage, a_damaged_table_never_gives_wrong_data) {
  const TempDir folder(TempDir::Kind::quick);
  const std::uint64_t count = 400;
  {
    auto book = open_book(folder / "book");
    ASSERT_TRUE(book) << book.error().message;
    for (std::uint64_t n = 0; n < count; ++n) ASSERT_TRUE(append_nth(**book, n));
    ASSERT_TRUE((*book)->compact());
  }
  Rng rng(3);
  std::uint64_t refused = 0;
  for (int i = 0; i < 12; ++i) {
    const std::string directory = folder / ("damaged" + std::to_string(i));
    fs::copy(folder / "book", directory);
    fs::path largest;
    for (const auto& table : files(directory, ".sst")) {
      if (largest.empty() || fs::file_size(table) > fs::file_size(largest)) largest = table;
    }
    std::string bytes = read_file(largest);
    bytes[rng.below(bytes.size() - 100)] ^= 0x10;
    write_file(largest, bytes);

    const auto book = open_book(directory);
    if (!book) {
      EXPECT_EQ(book.error().kind, ErrorKind::corrupt) << book.error().message;
      ++refused;
      continue;
    }
    bool clean = true;
    for (std::uint64_t n = 0; n < count; ++n) {
      const auto units = (*book)->load(stream(n));
      if (units) {
        ASSERT_EQ(units->size(), 1U);
        ASSERT_EQ(units->front().events, nth_unit(n).events);
        continue;
      }
      clean = false;
      EXPECT_EQ(units.error().kind, ErrorKind::corrupt) << units.error().message;
    }
    const auto counts = (*book)->count();
    EXPECT_TRUE(clean || !counts);
    if (!counts) {
      EXPECT_EQ(counts.error().kind, ErrorKind::corrupt) << counts.error().message;
    }
    if (!clean || !counts) ++refused;
  }
  EXPECT_GT(refused, 6U);
}

TEST(RocksDamage, a_lost_table_is_corrupt) {
  const TempDir folder(TempDir::Kind::quick);
  {
    auto book = open_book(folder / "book");
    ASSERT_TRUE(book && append_nth(**book, 0) && (*book)->compact());
  }
  fs::remove(files(folder / "book", ".sst").front());
  const auto book = open_book(folder / "book");
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().kind, ErrorKind::corrupt) << book.error().message;
}

// The limit on a file's size stands for a disk that is full in the middle of a write: the log can't grow, the
// sync may have been half done.
TEST(RocksDamage, after_a_failed_log_write_nothing_is_written_until_opened_again) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder;
  const std::string directory = folder / "book";
  const fs::path acknowledged_file = folder / "acknowledged";
  const int code = in_dying_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    auto book = open_book(directory);
    if (!book) return 1;
    const rlimit limit{64 * 1024, 64 * 1024};
    std::uint64_t n = 0;
    for (; n < 10; ++n) {
      if (!append_nth(**book, n)) return 2;
    }
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (; n < 10'000; ++n) {
      const auto result = append_nth(**book, n);
      if (result) continue;
      if (result.error().kind != ErrorKind::in_doubt) return 3;
      break;
    }
    if (n == 10'000) return 4;
    const auto again = append_nth(**book, n + 1);
    if (again || again.error().kind != ErrorKind::in_doubt) return 5;
    if (!(*book)->load(stream(0))) return 6;  // reading goes on
    write_file(acknowledged_file, std::to_string(n));
    return 0;
  });
  ASSERT_EQ(code, 0);
  const std::uint64_t acknowledged = std::stoull(read_file(acknowledged_file));
  ASSERT_GT(acknowledged, 10U);
  auto book = open_book(directory);
  ASSERT_TRUE(book) << book.error().message;
  expect_units(**book, acknowledged, /*more=*/1);
  ASSERT_TRUE(append_nth(**book, (*book)->tail()));
}

// Lets tables fail to be written, while the log goes on.
class FailingTables final : public rocksdb::FileSystemWrapper {
 public:
  FailingTables() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FailingTables"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override {
    if (name.ends_with(".sst") && error_ == Failing::io) return rocksdb::IOStatus::IOError("a bad sector");
    if (name.ends_with(".sst") && error_ == Failing::space) return rocksdb::IOStatus::NoSpace();
    return FileSystemWrapper::NewWritableFile(name, options, file, context);
  }
  enum class Failing : std::uint8_t { nothing, io, space };
  std::atomic<Failing> error_ = Failing::nothing;
};

class FailingFlush : public testing::Test {
 protected:
  Result<std::unique_ptr<RocksBook>> open() {
    auto shared = std::make_unique<RocksShared::Impl>();
    shared->cache = rocksdb::NewLRUCache(32U << 20U);
    shared->env = env_.get();
    RocksBookOptions options;
    options.directory = folder_ / "book";
    options.free_bytes_min = 0;
    return RocksBook::open(options, std::make_shared<const RocksShared>(std::move(shared)));
  }
  TempDir folder_;
  std::shared_ptr<FailingTables> tables_ = std::make_shared<FailingTables>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(tables_);
};

// RocksDB never gets over it: a book that only said `unavailable` would refuse every payment for ever.
TEST_F(FailingFlush, after_an_input_output_error_asks_to_be_opened_again) {
  {
    const auto book = open();
    ASSERT_TRUE(book) << book.error().message;
    for (std::uint64_t n = 0; n < 20; ++n) ASSERT_TRUE(append_nth(**book, n));
    tables_->error_ = FailingTables::Failing::io;
    ASSERT_FALSE((*book)->compact());
    tables_->error_ = FailingTables::Failing::nothing;
    for (int i = 0; i < 2; ++i) {
      const auto refused = append_nth(**book, 20);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().kind, ErrorKind::in_doubt) << refused.error().message;
      EXPECT_NE(refused.error().message.find("a bad sector"), std::string::npos) << refused.error().message;
    }
    expect_units(**book, 20);
  }
  const auto book = open();
  ASSERT_TRUE(book) << book.error().message;
  expect_units(**book, 20);
  ASSERT_TRUE(append_nth(**book, 20));
  expect_units(**book, 21);
}

TEST_F(FailingFlush, on_a_full_disk_only_refuses) {
  const auto book = open();
  ASSERT_TRUE(book) << book.error().message;
  ASSERT_TRUE(append_nth(**book, 0));
  tables_->error_ = FailingTables::Failing::space;
  ASSERT_FALSE((*book)->compact());
  const auto refused = append_nth(**book, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable) << refused.error().message;
  expect_units(**book, 1);
}

TEST(RocksDamage, a_nearly_full_disk_refuses_appends_and_nothing_was_written) {
  const TempDir folder(TempDir::Kind::quick);
  {
    auto book = open_book(folder / "book");
    ASSERT_TRUE(book && append_nth(**book, 0));
  }
  const auto book = open_book(folder / "book", /*free_bytes_min=*/~std::uint64_t{0});
  ASSERT_TRUE(book) << book.error().message;
  const auto result = append_nth(**book, 1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
  expect_units(**book, 1);
}

TEST(RocksDamage, a_second_opener_is_told_so) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  const auto book = open_book(folder / "book");
  ASSERT_TRUE(book);
  const auto second = open_book(folder / "book");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(second.error().message, "another process has this book open");
  const int code = in_dying_child([&] {
    const auto third = open_book(folder / "book");
    return !third && third.error().message == "another process has this book open" ? 0 : 1;
  });
  EXPECT_EQ(code, 0);
}

TEST(RocksDamage, no_book_and_no_create_is_not_found) {
  const TempDir folder(TempDir::Kind::quick);
  RocksBookOptions options;
  options.directory = folder / "book";
  options.create = false;
  const auto book = RocksBook::open(options, RocksShared::make({}));
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(fs::exists(options.directory));
}

// Opens the files of a closed book with RocksDB itself and puts one row into `family`, or removes it.
void tamper(const std::string& directory, const std::string& family, const std::string& key,
            const std::optional<std::string>& value) {
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), directory, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), directory, descriptors, &handles, &db).ok());
  rocksdb::WriteOptions write;
  write.sync = true;
  for (auto* handle : handles) {
    if (handle->GetName() != family) continue;
    const auto status = value ? db->Put(write, handle, key, *value) : db->Delete(write, handle, key);
    EXPECT_TRUE(status.ok());
  }
  for (auto* handle : handles) (void)db->DestroyColumnFamilyHandle(handle);
  (void)db->Close();
  delete db;
}

TEST(RocksDamage, what_contradicts_itself_is_not_opened) {
  const struct {
    const char* what;
    const char* family;
    std::string key;
    std::optional<std::string> value;
    ErrorKind kind;
    const char* says;
  } cases[] = {
      {"a newer format", "meta", "format", std::string("wonjang book \x03 and more"), ErrorKind::invalid,
       "newer program"},
      {"a broken marker", "meta", "format", std::string("?"), ErrorKind::corrupt, "format marker"},
      {"no marker", "meta", "format", std::nullopt, ErrorKind::corrupt, "format marker"},
      {"no head", "meta", "head", std::nullopt, ErrorKind::corrupt, "no head record"},
      {"a head of before", "meta", "head", std::string("\x01\0\0\0\0\0\0\0\x01h", 10), ErrorKind::corrupt,
       "end at 2"},
      {"a unit too few", "log", std::string("\0\0\0\0\0\0\0\x01", 8), std::nullopt, ErrorKind::corrupt,
       "end at 1"},
      {"a unit that is none", "log", std::string("\0\0\0\0\0\0\0\x01", 8), std::string("?"),
       ErrorKind::corrupt, "position 1 can't be read"},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.what);
    const TempDir folder(TempDir::Kind::quick);
    {
      auto book = open_book(folder / "book");
      ASSERT_TRUE(book && append_nth(**book, 0) && append_nth(**book, 1));
    }
    tamper(folder / "book", each.family, each.key, each.value);
    const auto book = open_book(folder / "book");
    ASSERT_FALSE(book);
    EXPECT_EQ(book.error().kind, each.kind) << book.error().message;
    EXPECT_NE(book.error().message.find(each.says), std::string::npos) << book.error().message;
  }
}

TEST(RocksDamage, a_gap_in_the_middle_is_found_by_reading_and_counting) {
  const TempDir folder(TempDir::Kind::quick);
  {
    auto book = open_book(folder / "book");
    ASSERT_TRUE(book && append_nth(**book, 0) && append_nth(**book, 1) && append_nth(**book, 2));
    ASSERT_TRUE((*book)->write_out_indexes());
  }
  tamper(folder / "book", "log", std::string("\0\0\0\0\0\0\0\x01", 8), std::nullopt);
  const auto book = open_book(folder / "book");
  ASSERT_TRUE(book) << book.error().message;
  EXPECT_EQ((*book)->read(0, 10, 10'000).error().kind, ErrorKind::corrupt);
  EXPECT_EQ((*book)->read(1, 10, 10'000).error().kind, ErrorKind::corrupt);
  EXPECT_EQ((*book)->load(stream(1)).error().kind, ErrorKind::corrupt);
  EXPECT_EQ((*book)->count().error().kind, ErrorKind::corrupt);
  EXPECT_TRUE((*book)->read(2, 10, 10'000));
}

// Its keys would be unknown, and a repeated request would be booked again.
TEST(RocksDamage, a_gap_among_recent_units_is_found_by_opening) {
  const TempDir folder(TempDir::Kind::quick);
  {
    auto book = open_book(folder / "book");
    ASSERT_TRUE(book && append_nth(**book, 0) && append_nth(**book, 1) && append_nth(**book, 2));
  }
  tamper(folder / "book", "log", std::string("\0\0\0\0\0\0\0\x01", 8), std::nullopt);
  const auto book = open_book(folder / "book");
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().kind, ErrorKind::corrupt);
  EXPECT_NE(book.error().message.find("gap before position 2"), std::string::npos) << book.error().message;
}

TEST(RocksDamage, a_backup_made_while_appends_go_on_is_a_book) {
  const TempDir folder(TempDir::Kind::quick);
  auto book = open_book(folder / "book");
  ASSERT_TRUE(book);
  std::uint64_t n = 0;
  for (; n < 50; ++n) ASSERT_TRUE(append_nth(**book, n));
  std::atomic<int> backups{0};
  std::atomic<bool> failed{false};
  std::thread copier([&] {
    for (int i = 0; i < 5; ++i, ++backups) {
      if (!(*book)->backup(folder / ("backup" + std::to_string(i)))) failed = true;
    }
  });
  while (backups.load() < 5 && n < 100'000) {
    ASSERT_TRUE(append_nth(**book, n));
    ++n;
  }
  copier.join();
  ASSERT_FALSE(failed.load());
  for (int i = 0; i < 5; ++i) {
    auto backup = open_book(folder / ("backup" + std::to_string(i)));
    ASSERT_TRUE(backup) << backup.error().message;
    expect_units(**backup, 50, /*more=*/n);
  }
}

}  // namespace
}  // namespace wonjang
