// A book, and a KvStore that is filled, on a volume that really runs out of space: a tmpfs of a few MiB,
// mounted by the test. That takes root; without it the test says so and is skipped (rocks_damage_test.cc has
// what a file-size limit and the reserve can show).
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "adapters/rocksdb/rocks_book.h"
#include "adapters/rocksdb/rocks_kv.h"
#include "base/rng.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

constexpr std::size_t kEventBytes = 16 * 1024;
constexpr std::uint64_t kUnitsTried = 10'000;  // far more than fit

class SmallVolume {
 public:
  explicit SmallVolume(const char* options) {
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options) == 0;
    if (!mounted_) why_ = std::strerror(errno);
  }
  ~SmallVolume() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallVolume(const SmallVolume&) = delete;
  SmallVolume& operator=(const SmallVolume&) = delete;

  bool is_mounted() const { return mounted_; }
  const std::string& why() const { return why_; }
  std::string operator/(const std::string& name) const { return folder_ / name; }

 private:
  TempDir folder_;
  bool mounted_ = false;
  std::string why_;
};

Unit nth_unit(std::uint64_t n) {
  Unit unit;
  unit.stream = {n + (1ULL << 20U), n};
  Rng rng(n);
  std::string event;
  event.reserve(kEventBytes);
  while (event.size() < kEventBytes) event.push_back(static_cast<char>(rng.next()));  // nothing to compress
  unit.events.push_back(std::move(event));
  unit.idempotency = IdempotencyEntry{};
  std::memcpy(unit.idempotency->key.data(), &n, sizeof n);
  unit.idempotency->reply = "reply " + std::to_string(n);
  return unit;
}

Result<void> append_nth(Book& book, std::uint64_t n) {
  const Unit unit = nth_unit(n);
  return book.append({{&unit, 1}, {}, "head " + std::to_string(n)});
}

// Without a reserve: the adapter's own early refusal would hide the disk's.
Result<std::unique_ptr<RocksBook>> open_book(const std::string& directory) {
  RocksBookOptions options;
  options.directory = directory;
  options.free_bytes_min = 0;
  options.write_buffer_bytes = 1U << 20U;
  options.wal_bytes_max = 4U << 20U;
  return RocksBook::open(
      options,
      RocksShared::make(
          {.memory_bytes = 16U << 20U, .write_buffer_bytes = 4U << 20U, .background_threads = 2, .log = {}}));
}

// Units [0, acknowledged) are whole; behind them at most the one whose append was in doubt.
void expect_all(const Book& book, std::uint64_t acknowledged) {
  ASSERT_GE(book.tail(), acknowledged);
  ASSERT_LE(book.tail(), acknowledged + 1);
  for (std::uint64_t n = 0; n < acknowledged; ++n) {
    const auto sent = nth_unit(n);
    const auto units = book.load(sent.stream);
    ASSERT_TRUE(units) << units.error().message;
    ASSERT_EQ(units->size(), 1U) << n;
    ASSERT_EQ(units->front().events, sent.events) << n;
  }
}

TEST(FullVolume, a_book_that_runs_out_of_space_says_so_and_holds_every_acknowledged_unit_after_room_is_made) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting a small volume takes root";
  const SmallVolume volume("size=40m");
  if (!volume.is_mounted()) GTEST_SKIP() << "this root may not mount a tmpfs: " << volume.why();
  const auto ballast = volume / "ballast";
  std::ofstream(ballast, std::ios::binary) << std::string(16U << 20U, 'x');

  std::uint64_t acknowledged = 0;
  std::optional<Error> said;
  {
    auto book = open_book(volume / "book");
    ASSERT_TRUE(book) << book.error().message;
    while (!said && acknowledged < kUnitsTried) {
      const auto appended = append_nth(**book, acknowledged);
      if (appended) {
        ++acknowledged;
      } else {
        said = appended.error();
      }
    }
    ASSERT_TRUE(said) << "the volume never filled";
    EXPECT_GT(acknowledged, 100U);
    EXPECT_TRUE(said->kind == ErrorKind::unavailable || said->kind == ErrorKind::in_doubt) << said->message;
    EXPECT_FALSE(append_nth(**book, acknowledged)) << "still full";
    // Reads go on while nothing can be written.
    const auto read = (*book)->load(nth_unit(0).stream);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->size(), 1U);
  }
  std::filesystem::remove(ballast);
  const auto book = open_book(volume / "book");
  ASSERT_TRUE(book) << book.error().message;
  expect_all(**book, acknowledged);
  const auto next = (*book)->tail();
  EXPECT_TRUE(append_nth(**book, next)) << "there is room again";
  EXPECT_EQ((*book)->tail(), next + 1);
}

// The same number in both spaces, beside some 250 KB that don't compress.
KvBatch bulk_of(std::uint64_t n) {
  KvBatch batch;
  for (const KvSpace space : {KvSpace{0}, KvSpace{1}}) batch.put(space, "counter", std::to_string(n));
  Rng rng(n);
  for (int i = 0; i < 500; ++i) {
    std::string value(500, '\0');
    for (char& byte : value) byte = static_cast<char>(rng.next());
    batch.put(0, std::to_string(rng.below(100'000)), value);
  }
  return batch;
}

// Of whole batches; 0 when they aren't.
std::uint64_t batches_in(const KvStore& store) {
  const auto snapshot = store.snapshot();
  const auto one = snapshot->get(0, "counter"), other = snapshot->get(1, "counter");
  if (!one || !other || !*one || *one != *other) return 0;
  return std::stoull(**one);
}

TEST(FullVolume, a_store_that_is_filled_and_runs_out_of_space_goes_on_from_a_whole_batch_after_room_is_made) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting a small volume takes root";
  const SmallVolume volume("size=24m");
  if (!volume.is_mounted()) GTEST_SKIP() << "this root may not mount a tmpfs: " << volume.why();
  const auto ballast = volume / "ballast";
  std::ofstream(ballast, std::ios::binary) << std::string(12U << 20U, 'x');
  const RocksKvOptions options{.shared = RocksShared::make({.memory_bytes = 16U << 20U})};
  const auto open = [&] {
    return RocksKv::open(volume / "views", {{.name = "rows"}, {.name = "meta"}}, options);
  };

  std::uint64_t written = 0;
  std::optional<Error> said;
  {
    auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->use_for(KvUse::filling));
    while (!said && written < kUnitsTried) {
      const auto done = (*store)->write_bulk(bulk_of(written + 1));
      if (done) {
        ++written;
      } else {
        said = done.error();
      }
    }
    ASSERT_TRUE(said) << "the volume never filled";
    EXPECT_GT(written, 5U);
    EXPECT_TRUE(said->kind == ErrorKind::unavailable || said->kind == ErrorKind::corrupt) << said->message;
    EXPECT_EQ(batches_in(**store), written);
  }
  std::filesystem::remove(ballast);
  auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_TRUE((*store)->use_for(KvUse::filling));
  EXPECT_EQ(batches_in(**store), written);
  EXPECT_TRUE((*store)->write_bulk(bulk_of(written + 1))) << "there is room again";
  ASSERT_TRUE((*store)->use_for(KvUse::serving));
  EXPECT_EQ(batches_in(**store), written + 1);
}

}  // namespace
}  // namespace wonjang
