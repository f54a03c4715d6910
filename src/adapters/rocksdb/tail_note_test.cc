// An acknowledged payment was lost while the server said "ready": a bit flipped in the very last record of a
// log reads like a write that a power cut tore, and on an idle ledger the last record stays the last.
#include "adapters/rocksdb/tail_note.h"

#include "adapters/rocksdb/left_out.h"

#include "adapters/rocksdb/rocks_test_books.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

using namespace rocks_test;

constexpr std::uint64_t kUnits = 5;

bool is_noted(const std::string& directory, Position tail) {
  const auto note = rocks::read_tail_note(directory);
  return note && *note == tail;
}

// A book whose process died after it had been idle.
void make_dead_idle_book(const std::string& directory) {
  const int code = in_dying_child([&] {
    auto book = open_book(directory, 0, /*note_idle_us=*/500);
    if (!book) return 1;
    for (std::uint64_t n = 0; n < kUnits; ++n) {
      if (!append_nth(**book, n)) return 2;
    }
    for (int i = 0; i < 2'000 && !is_noted(directory, kUnits); ++i) ::usleep(5'000);
    return is_noted(directory, kUnits) ? 0 : 3;
  });
  ASSERT_EQ(code, 0);
}

std::uint64_t dropped_bytes(const Book& book) {
  for (const auto& [name, value] : book.stats())
    if (name == "log_tail_dropped_bytes") return value;
  return ~std::uint64_t{0};
}

TEST(TailNote, a_flipped_bit_in_the_last_record_of_an_idle_book_is_refused_and_stays_as_it_is) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  const auto directory = folder / "book";
  make_dead_idle_book(directory);
  const auto log = files(directory, ".log").back();
  const auto whole = read_file(log);
  auto damaged = whole;
  damaged.back() = static_cast<char>(damaged.back() ^ 0x10);
  write_file(log, damaged);
  for (int i = 0; i < 2; ++i) {  // and the second start doesn't take it either
    const auto book = open_book(directory);
    ASSERT_FALSE(book);
    EXPECT_EQ(book.error().kind, ErrorKind::corrupt);
    for (const auto* word : {"ends at 4", "up to 5", "acknowledged are missing", "Restore the book"})
      EXPECT_NE(book.error().message.find(word), std::string::npos) << book.error().message;
    ASSERT_EQ(read_file(log), damaged) << "what may be mended by hand is left there";
  }
  write_file(log, whole);
  const auto book = open_book(directory);
  ASSERT_TRUE(book) << book.error().message;
  expect_units(**book, kUnits);
}

// A file system that gave the log back shorter, at a record's border: no record is torn.
TEST(TailNote, a_log_that_lost_whole_records_is_refused) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  make_dead_idle_book(folder / "book");
  const int code = in_dying_child([&] {
    auto book = open_book(folder / "shorter", 0, /*note_idle_us=*/0);
    for (std::uint64_t n = 0; book && n + 1 < kUnits; ++n) {
      if (!append_nth(**book, n)) return 1;
    }
    return book ? 0 : 2;
  });
  ASSERT_EQ(code, 0);
  const auto log = files(folder / "book", ".log").back();
  fs::resize_file(log, fs::file_size(files(folder / "shorter", ".log").back()));
  const auto book = open_book(folder / "book");
  ASSERT_FALSE(book) << "tail " << (*book)->tail();
  EXPECT_EQ(book.error().kind, ErrorKind::corrupt);
}

TEST(TailNote, who_removes_it_goes_on_without_what_is_missing) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  const auto directory = folder / "book";
  make_dead_idle_book(directory);
  const auto log = files(directory, ".log").back();
  fs::resize_file(log, fs::file_size(log) - 1);
  ASSERT_FALSE(open_book(directory));
  fs::remove(rocks::tail_note_file(directory));
  {
    const auto book = open_book(directory);
    ASSERT_TRUE(book) << book.error().message;
    expect_units(**book, kUnits - 1);
    EXPECT_GT(dropped_bytes(**book), 0U);
  }
  EXPECT_TRUE(is_noted(directory, kUnits - 1)) << "written when it was closed";
  const auto book = open_book(directory);
  ASSERT_TRUE(book) << book.error().message;
  EXPECT_GT(dropped_bytes(**book), 0U) << "said until a person has looked";
}

// Found by an audit: who opened the book first, a check or a restart, took the word with him.
TEST(TailNote, what_was_left_out_is_said_until_its_note_is_taken_away) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  const auto directory = folder / "book";
  make_dead_idle_book(directory);
  const auto log = files(directory, ".log").back();
  write_file(log, read_file(log) + std::string(100, '\x5a'));
  for (int start = 0; start < 3; ++start) {
    const auto book = open_book(directory);
    ASSERT_TRUE(book) << book.error().message;
    EXPECT_EQ(dropped_bytes(**book), 100U);
  }
  EXPECT_NE(read_file(rocks::left_out_file(directory)).find("100 bytes: "), std::string::npos);
  fs::remove(rocks::left_out_file(directory));
  const auto book = open_book(directory);
  ASSERT_TRUE(book) << book.error().message;
  EXPECT_EQ(dropped_bytes(**book), 0U);
}

// What was torn behind the note was perhaps never acknowledged.
TEST(TailNote, a_torn_append_behind_it_is_left_out_and_counted) {
  WJ_FORKS_OR_IS_SKIPPED();
  const TempDir folder(TempDir::Kind::quick);
  const auto directory = folder / "book";
  make_dead_idle_book(directory);
  const auto log = files(directory, ".log").back();
  write_file(log, read_file(log) + std::string(100, '\x5a'));
  const auto book = open_book(directory);
  ASSERT_TRUE(book) << book.error().message;
  expect_units(**book, kUnits);
  EXPECT_EQ(dropped_bytes(**book), 100U);
}

TEST(TailNote, one_that_cant_be_read_or_is_older_proves_nothing) {
  const TempDir folder(TempDir::Kind::quick);
  const auto directory = folder / "book";
  {
    auto book = open_book(directory);
    ASSERT_TRUE(book && append_nth(**book, 0) && append_nth(**book, 1));
  }
  ASSERT_TRUE(is_noted(directory, 2));
  for (const std::string text : {"", "acknowledged up to 3\n2\n", "acknowledged up to 3\n3\n ", "3"}) {
    write_file(rocks::tail_note_file(directory), text);
    EXPECT_EQ(rocks::read_tail_note(directory).error().kind, ErrorKind::corrupt) << text;
    EXPECT_TRUE(open_book(directory)) << text;
    EXPECT_TRUE(is_noted(directory, 2)) << "and is written anew";
  }
  ASSERT_TRUE(rocks::write_tail_note(directory, 1));
  EXPECT_TRUE(open_book(directory));
  ASSERT_TRUE(rocks::write_tail_note(directory, 3));
  EXPECT_EQ(open_book(directory).error().kind, ErrorKind::corrupt);
}

TEST(TailNote, a_backup_comes_without_it) {
  const TempDir folder(TempDir::Kind::quick);
  {
    auto book = open_book(folder / "book");
    ASSERT_TRUE(book && append_nth(**book, 0) && (*book)->backup(folder / "backup"));
  }
  EXPECT_FALSE(fs::exists(rocks::tail_note_file(folder / "backup")));
}

}  // namespace
}  // namespace wonjang
