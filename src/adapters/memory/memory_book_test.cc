#include "adapters/memory/memory_book.h"

#include "adapters/memory/manual_clock.h"
#include "testing/book_contract.h"

namespace wonjang {
namespace {

class MemoryHarness final : public BookHarness {
 public:
  Result<std::unique_ptr<Book>> open() override { return open(directory_); }
  std::string backup_directory() override { return "backup"; }
  Result<std::unique_ptr<Book>> open_backup() override { return open("backup"); }

 private:
  Result<std::unique_ptr<Book>> open(const std::string& directory) {
    WJ_TRY(auto book, MemoryBook::open(disk_, directory));
    return std::unique_ptr<Book>(std::move(book));
  }
  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
  std::string directory_ = "book";
};

INSTANTIATE_TEST_SUITE_P(Memory, BookContract,
                         testing::ValuesIn(book_variants([] { return std::make_unique<MemoryHarness>(); })),
                         variant_name);

const std::vector<Unit> kOneUnit{bc::unit(bc::stream(1), 0, {"a"})};

TEST(MemoryBook, a_refused_append_wrote_nothing_and_may_be_sent_again) {
  const auto disk = std::make_shared<MemoryDisk>();
  const auto book = *MemoryBook::open(disk);
  disk->fail_append(MemoryDisk::Fault::refused);
  EXPECT_EQ(book->append({kOneUnit, {}, "head"}).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(book->tail(), 0U);
  EXPECT_TRUE(book->append({kOneUnit, {}, "head"}));
}

TEST(MemoryBook, after_in_doubt_only_opening_again_helps) {
  for (const auto fault : {MemoryDisk::Fault::lost, MemoryDisk::Fault::kept}) {
    const auto disk = std::make_shared<MemoryDisk>();
    auto book = *MemoryBook::open(disk);
    disk->fail_append(fault);
    EXPECT_EQ(book->append({kOneUnit, {}, "head"}).error().kind, ErrorKind::in_doubt);
    const std::vector<Unit> other{bc::unit(bc::stream(2), 0, {"b"})};
    EXPECT_EQ(book->append({other, {}, "head"}).error().kind, ErrorKind::in_doubt);
    book.reset();

    book = *MemoryBook::open(disk);
    EXPECT_EQ(book->tail(), fault == MemoryDisk::Fault::kept ? 1U : 0U);
    EXPECT_TRUE(book->append({other, {}, "head"}));
  }
}

TEST(MemoryBook, is_open_once) {
  const auto disk = std::make_shared<MemoryDisk>();
  auto book = *MemoryBook::open(disk);
  EXPECT_EQ(MemoryBook::open(disk).error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(MemoryBook::open(disk, "another"));
  book.reset();
  EXPECT_TRUE(MemoryBook::open(disk));
}

using BookDeathTest = testing::Test;

TEST(BookDeathTest, a_batch_that_breaks_its_requirements_is_a_bug) {
  MemoryBook book;
  const std::vector<Unit> too_many(Book::kUnitsMax + 1, kOneUnit[0]);
  const std::vector<Unit> no_events{bc::unit(bc::stream(1), 0, {})};
  const std::vector<Unit> too_many_events{
      bc::unit(bc::stream(1), 0, std::vector<std::string>(Book::kEventsPerUnitMax + 1, "e"))};
  const std::vector<Unit> too_large{bc::unit(bc::stream(1), 0, {std::string(Book::kEventBytesMax + 1, 'x')})};
  const std::vector<Unit> none;
  for (const auto* units : {&none, &too_many, &no_events, &too_many_events, &too_large}) {
    EXPECT_DEATH((void)book.append({*units, {}, "head"}), "");
  }
}

TEST(ManualClock, stands_still_until_told) {
  ManualClock clock({1000});
  EXPECT_EQ(clock.now().us, 1000);
  clock.advance_ms(2);
  EXPECT_EQ(clock.now().us, 3000);
  clock.set({5});
  EXPECT_EQ(clock.now().us, 5);
}

}  // namespace
}  // namespace wonjang
