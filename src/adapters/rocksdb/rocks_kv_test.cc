#include "adapters/rocksdb/rocks_kv.h"

#include <fcntl.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/status.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "adapters/rocksdb/kv_options.h"
#include "adapters/rocksdb/kv_status.h"
#include "testing/kv_contract.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

namespace fs = std::filesystem;

RocksKvOptions options() {
  static const auto shared =
      RocksShared::make({.memory_bytes = 64U << 20U, .write_buffer_bytes = 16U << 20U});
  return {.shared = shared, .write_buffer_bytes = 8U << 20U, .bulk_file_bytes = 16U << 10U};
}

class RocksKvHarness final : public KvHarness {
 public:
  Result<std::unique_ptr<KvStore>> open(const std::vector<KvSpaceOptions>& spaces) override {
    RocksKvOptions dying = options();
    dying.flush_on_close = false;
    WJ_TRY(auto store, RocksKv::open(folder_ / "views", spaces, dying));
    return std::unique_ptr<KvStore>(std::move(store));
  }
  void crash(Rng&) override {}  // closing was one

 private:
  TempDir folder_{TempDir::Kind::quick};
};

INSTANTIATE_TEST_SUITE_P(Rocks, KvContract,
                         testing::ValuesIn(kv_variants([] { return std::make_unique<RocksKvHarness>(); })),
                         kv_variant_name);

std::uint64_t stat(const KvStore& store, const std::string& name) {
  for (const auto& [each, value] : store.stats()) {
    if (each == name) return value;
  }
  ADD_FAILURE() << name;
  return 0;
}

// A batch of some hundred KB, so that the 8 MB of write buffers fill up soon.
KvBatch large_counter(std::uint64_t n) {
  KvBatch batch = kc::counter(n);
  Rng rng(n);
  for (int i = 0; i < 200; ++i) {
    std::string value(500, '\0');
    for (char& byte : value) byte = static_cast<char>(rng.next());
    batch.put(static_cast<KvSpace>(rng.below(3)), "z" + kc::numbered(rng.below(100'000)), value);
  }
  return batch;
}

TEST(RocksKv, closing_it_flushes) {
  const TempDir folder(TempDir::Kind::quick);
  for (std::uint64_t n = 1; n <= 3; ++n) {
    auto store = *RocksKv::open(folder / "views", kc::spaces(), options());
    EXPECT_EQ(kc::agreed_counter(*store->snapshot()), n - 1);
    EXPECT_TRUE(store->write(kc::counter(n)));
  }
}

TEST(RocksKv, full_buffers_flush_by_themselves_all_spaces_at_one_batch) {
  const TempDir folder(TempDir::Kind::quick);
  RocksKvOptions dying = options();
  dying.flush_on_close = false;
  auto store = *RocksKv::open(folder / "views", kc::spaces(), dying);
  std::uint64_t n = 0;
  while (stat(*store, "bytes_meta") == 0) ASSERT_TRUE(store->write(large_counter(++n)));
  store.reset();
  store = *RocksKv::open(folder / "views", kc::spaces(), dying);
  const std::uint64_t left = kc::agreed_counter(*store->snapshot());
  EXPECT_GT(left, 0U);
  EXPECT_LT(left, n);  // or the test saw no crash
}

// The process that the test below kills; run by it alone, in a program of its own, since a forked child has
// none of the threads that write RocksDB's files.
constexpr const char* kVictimFolder = "WONJANG_TEST_KV_VICTIM";
constexpr const char* kVictimFills = "WONJANG_TEST_KV_VICTIM_FILLS";
constexpr int kVictimPipe = 200;

TEST(RocksKvVictim, writes_until_it_is_killed) {
  const char* folder = std::getenv(kVictimFolder);
  if (folder == nullptr) GTEST_SKIP() << "the other half of RocksKv.kill_9_leaves_all_spaces_at_one_batch";
  auto store = *RocksKv::open(folder, kc::spaces(), options());
  std::uint64_t n = kc::agreed_counter(*store->snapshot());
  const bool fills = std::getenv(kVictimFills) != nullptr;
  if (fills && !store->use_for(KvUse::filling)) ::_exit(5);
  for (;;) {
    ++n;
    const bool bulk = fills && n % 20 == 0;
    if (!(bulk ? store->write_bulk(large_counter(n)) : store->write(large_counter(n)))) ::_exit(2);
    if (n % 97 == 0 && !store->flush()) ::_exit(3);
    if (::write(kVictimPipe, &n, sizeof n) != sizeof n) ::_exit(4);
  }
}

// Reads `numbers` of what the victim says, then kills it; the last number heard.
std::uint64_t kill_after(const std::string& folder, std::uint64_t numbers) {
  ::setenv(kVictimFolder, folder.c_str(), 1);
  std::array<int, 2> pipe_ends{};
  EXPECT_EQ(::pipe(pipe_ends.data()), 0);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], kVictimPipe);
  ::posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  ::posix_spawn_file_actions_addclose(&actions, pipe_ends[1]);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::string program = "/proc/self/exe", filter = "--gtest_filter=RocksKvVictim.*";
  std::array<char*, 3> arguments{program.data(), filter.data(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ), 0);
  ::posix_spawn_file_actions_destroy(&actions);
  ::unsetenv(kVictimFolder);
  ::close(pipe_ends[1]);
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < numbers; ++i) {
    if (::read(pipe_ends[0], &last, sizeof last) != sizeof last) break;
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself, " << status;
  while (::read(pipe_ends[0], &last, sizeof last) == sizeof last) {
  }
  ::close(pipe_ends[0]);
  return last;
}

void kill_some_writers(int rounds) {
  const TempDir folder;
  const auto seed = static_cast<std::uint64_t>(std::random_device{}());
  SCOPED_TRACE("seed " + std::to_string(seed));
  Rng rng(seed);
  std::uint64_t left = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t written = kill_after(folder / "views", 50 + rng.below(250));
    auto store = RocksKv::open(folder / "views", kc::spaces(), options());
    ASSERT_TRUE(store) << store.error().message;
    const std::uint64_t now = kc::agreed_counter(*(*store)->snapshot());
    EXPECT_GE(now, std::max(left, written / 97 * 97));  // the number is told after its flush
    EXPECT_LE(now, written + 1);                        // killed before it could tell
    left = now;
  }
}

TEST(RocksKv, kill_9_leaves_all_spaces_at_one_batch) { kill_some_writers(/*rounds=*/6); }

TEST(RocksKv, kill_9_while_it_is_filled_leaves_all_spaces_at_one_batch) {
  ::setenv(kVictimFills, "1", 1);
  kill_some_writers(/*rounds=*/2);
  ::unsetenv(kVictimFills);
}

TEST(RocksKv, a_bulk_write_of_many_files_is_one_run) {
  const TempDir folder(TempDir::Kind::quick);
  auto store = *RocksKv::open(folder / "views", kc::spaces(), options());
  constexpr std::uint64_t kCount = 20'000;
  KvBatch batch;
  Rng rng(1);
  for (std::uint64_t n = 0; n < kCount; ++n) {
    for (const KvSpace space : {kc::kRows, kc::kNames, kc::kIds}) {
      batch.put(space, kc::numbered((n * 7919) % kCount), std::to_string(rng.next()));
    }
  }
  ASSERT_TRUE(store->write_bulk(batch));
  for (const KvSpace space : {kc::kRows, kc::kNames, kc::kIds}) {
    const auto rows = kc::rows_of(*store->snapshot(), space);
    ASSERT_EQ(rows.size(), kCount);
    EXPECT_EQ(rows.front().first, kc::numbered(0));
    EXPECT_EQ(rows.back().first, kc::numbered(kCount - 1));
  }
  EXPECT_FALSE(fs::exists(folder / "views/bulk"));
}

// Keys from one end to the other in each of them, so that none can lie below another.
KvBatch overlapping(std::uint64_t n) {
  KvBatch batch;
  for (const KvSpace space : {kc::kRows, kc::kIds}) {
    for (std::uint64_t i = 0; i < 100; ++i) batch.put(space, kc::numbered(i * 1000 + n), kc::numbered(n));
  }
  return batch;
}

// Far more bulk writes than a store that is served lets lie.
constexpr std::uint64_t kManyWrites = 40;

void wait_until_at_most(std::uint64_t most, const KvStore& store, const std::string& name) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (stat(store, name) > most && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

void expect_merged(const KvStore& store) {
  wait_until_at_most(24, store, "files_unmerged");
  EXPECT_LE(stat(store, "files_unmerged"), 24U);
  EXPECT_EQ(kc::rows_of(*store.snapshot(), kc::kRows, "0", "a").size(), 100 * kManyWrites);
}

TEST(RocksKv, what_lies_unmerged_while_it_is_filled_is_merged_once_it_serves) {
  const TempDir folder(TempDir::Kind::quick);
  auto store = *RocksKv::open(folder / "views", kc::spaces(), options());
  ASSERT_TRUE(store->use_for(KvUse::filling));
  ASSERT_TRUE(store->write_bulk(overlapping(0)));
  ASSERT_TRUE(store->clear());  // the spaces are new ones now, and still filled
  for (std::uint64_t n = 0; n < kManyWrites; ++n) ASSERT_TRUE(store->write_bulk(overlapping(n)));
  wait_until_at_most(0, *store, "running_compactions");  // of the marks that clearing left
  EXPECT_EQ(stat(*store, "running_compactions"), 0U);
  EXPECT_GE(stat(*store, "files_unmerged"), 2 * (kManyWrites - 1));  // there is room below for the first
  ASSERT_TRUE(store->use_for(KvUse::serving));
  expect_merged(*store);
}

TEST(RocksKv, one_that_died_while_it_was_filled_serves_when_it_is_opened) {
  const TempDir folder(TempDir::Kind::quick);
  RocksKvOptions dying = options();
  dying.flush_on_close = false;
  auto store = *RocksKv::open(folder / "views", kc::spaces(), dying);
  ASSERT_TRUE(store->use_for(KvUse::filling));
  for (std::uint64_t n = 0; n < kManyWrites; ++n) ASSERT_TRUE(store->write_bulk(overlapping(n)));
  store.reset();
  store = *RocksKv::open(folder / "views", kc::spaces(), options());
  EXPECT_EQ(stat(*store, "writes_stopped"), 0U);
  ASSERT_TRUE(store->write(kc::counter(1)));
  expect_merged(*store);
}

TEST(KvOptions, the_way_back_from_filling_is_how_a_store_is_opened) {
  for (const KvSpaceOptions& space : kc::spaces()) {
    const auto opened = rocks::kv_family_options(space, options());
    rocksdb::ColumnFamilyOptions filling, back;
    const rocksdb::ConfigOptions strict;
    ASSERT_TRUE(rocksdb::GetColumnFamilyOptionsFromMap(
                    strict, opened, rocks::kv_changes_for(KvUse::filling, space, options()), &filling)
                    .ok());
    ASSERT_TRUE(rocksdb::GetColumnFamilyOptionsFromMap(
                    strict, filling, rocks::kv_changes_for(KvUse::serving, space, options()), &back)
                    .ok());
    EXPECT_GT(filling.level0_file_num_compaction_trigger, opened.level0_file_num_compaction_trigger);
    EXPECT_LT(filling.level0_file_num_compaction_trigger, opened.level0_slowdown_writes_trigger)
        << "a store that is opened again would make the writer wait";
    EXPECT_EQ(back.level0_file_num_compaction_trigger, opened.level0_file_num_compaction_trigger);
    EXPECT_EQ(back.target_file_size_base, opened.target_file_size_base);
    EXPECT_EQ(back.bottommost_compression, opened.bottommost_compression);
    EXPECT_EQ(back.soft_pending_compaction_bytes_limit, opened.soft_pending_compaction_bytes_limit);
    EXPECT_EQ(back.hard_pending_compaction_bytes_limit, opened.hard_pending_compaction_bytes_limit);
  }
}

TEST(RocksKv, what_a_dead_bulk_write_left_is_removed) {
  const TempDir folder(TempDir::Kind::quick);
  fs::create_directories(folder / "views/bulk/0-0.sst");
  ASSERT_TRUE(RocksKv::open(folder / "views", kc::spaces(), options()));
  EXPECT_FALSE(fs::exists(folder / "views/bulk"));
}

// Opens the files as RocksDB does, to leave them as a death in the middle would.
class Raw {
 public:
  explicit Raw(const std::string& directory) {
    std::vector<std::string> names;
    EXPECT_TRUE(rocksdb::DB::ListColumnFamilies({}, directory, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> all;
    for (const auto& name : names) all.emplace_back(name, rocksdb::ColumnFamilyOptions());
    rocksdb::DB* db = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open({}, directory, all, &handles_, &db).ok());
    db_.reset(db);
  }
  ~Raw() {
    for (auto* handle : handles_) EXPECT_TRUE(db_->DestroyColumnFamilyHandle(handle).ok());
  }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  void put(const char* key, const char* value) { EXPECT_TRUE(db_->Put({}, key, value).ok()); }
  void drop(const std::string& name) {
    for (auto* handle : handles_) {
      if (handle->GetName() != name) continue;
      EXPECT_TRUE(db_->DropColumnFamily(handle).ok());
    }
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

TEST(RocksKv, a_clear_that_died_half_way_is_finished_by_opening) {
  const TempDir folder(TempDir::Kind::quick);
  for (const bool dropped_one : {false, true}) {
    auto store = *RocksKv::open(folder / "views", kc::spaces(), options());
    ASSERT_TRUE(store->write(kc::counter(1)));
    store.reset();
    {
      Raw raw(folder / "views");
      raw.put("clearing", "");
      if (dropped_one) raw.drop("names");
    }
    store = *RocksKv::open(folder / "views", kc::spaces(), options());
    EXPECT_EQ(kc::agreed_counter(*store->snapshot()), 0U);
    ASSERT_TRUE(store->write(kc::counter(1)));
    store.reset();
    store = *RocksKv::open(folder / "views", kc::spaces(), options());
    EXPECT_EQ(kc::agreed_counter(*store->snapshot()), 1U) << "cleared twice";
    ASSERT_TRUE(store->clear());
  }
}

TEST(RocksKv, a_clear_gives_the_disk_back) {
  const TempDir folder(TempDir::Kind::quick);
  auto store = *RocksKv::open(folder / "views", kc::spaces(), options());
  for (std::uint64_t n = 1; n <= 100; ++n) ASSERT_TRUE(store->write(large_counter(n)));
  ASSERT_TRUE(store->flush());
  EXPECT_GT(stat(*store, "bytes"), 5U << 20U);
  ASSERT_TRUE(store->clear());
  EXPECT_EQ(stat(*store, "bytes"), 0U);
}

TEST(RocksKv, another_format_is_not_opened) {
  const TempDir folder(TempDir::Kind::quick);
  ASSERT_TRUE(RocksKv::open(folder / "views", kc::spaces(), options()));
  Raw(folder / "views").put("format", "wonjang kv 2");
  const auto refused = RocksKv::open(folder / "views", kc::spaces(), options());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("wonjang kv 2"), std::string::npos) << refused.error().message;
}

TEST(RocksKv, a_place_that_cannot_be_written_is_unavailable) {
  const TempDir folder(TempDir::Kind::quick);
  const auto refused = RocksKv::open("/proc/none/views", kc::spaces(), options());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable) << refused.error().message;
}

TEST(KvStatus, says_what_the_caller_can_do) {
  const auto kind = [](rocksdb::Status status) { return rocks::kv_error(status).kind; };
  using rocksdb::Status;
  EXPECT_EQ(kind(Status::NoSpace()), ErrorKind::unavailable);
  EXPECT_EQ(kind(Status::IOError("disk")), ErrorKind::unavailable);
  EXPECT_EQ(kind(Status(Status::IOError("disk"), Status::Severity::kHardError)), ErrorKind::unavailable);
  EXPECT_EQ(kind(Status(Status::IOError("disk"), Status::Severity::kFatalError)), ErrorKind::corrupt);
  EXPECT_EQ(kind(Status::Corruption("bits")), ErrorKind::corrupt);
  EXPECT_EQ(kind(Status::InvalidArgument("name")), ErrorKind::invalid);
}

}  // namespace
}  // namespace wonjang
