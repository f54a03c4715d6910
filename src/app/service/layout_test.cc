#include "app/service/layout.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/service/backup_files.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

constexpr const char* kTwice =
    "wonjang-layout 2\n"
    "books 2\n"
    "restored 0a1b2c3d at 2026-11-23T03:04:05.678Z sizes 20 0\n"
    "restored ffffffff at 2026-11-24T00:00:00.000Z sizes 31 4\n";

TEST(Layout, of_a_ledger_that_was_never_restored_is_as_it_always_was) {
  EXPECT_EQ(text_of({4, {}}), "wonjang-layout 1\nbooks 4\n");
  EXPECT_EQ(parse_layout("wonjang-layout 1\nbooks 4\n"), (Layout{4, {}}));
}

TEST(Layout, names_every_restore) {
  const auto layout = parse_layout(kTwice);
  ASSERT_TRUE(layout);
  EXPECT_EQ(text_of(*layout), kTwice);
  ASSERT_EQ(layout->epochs.restores().size(), 2U);
  const auto& newest = layout->epochs.restores().back();
  EXPECT_EQ(newest.epoch, 0xFFFFFFFFU);
  EXPECT_EQ(newest.at, *parse_rfc3339("2026-11-24T00:00:00Z"));
  EXPECT_EQ(newest.sizes, (Positions{{31, 4}}));
}

TEST(Layout, of_any_other_form_is_none) {
  const std::string whole = kTwice;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (whole.substr(0, size).ends_with("sizes 20 0\n")) continue;  // restored once
    EXPECT_FALSE(parse_layout(whole.substr(0, size))) << size;
  }
  for (const auto* text :
       {"wonjang-layout 3\nbooks 2\n", "wonjang-layout 2\nbooks 2\n", "wonjang-layout 1\nbooks 02\n",
        "wonjang-layout 1\nbooks 2\nbooks 2\n", "wonjang-layout 1\nbooks -2\n", "wonjang-layout 1\nbooks 0\n",
        "wonjang-layout 1\nbooks 65\n"}) {
    EXPECT_FALSE(parse_layout(text)) << text;
  }
  const auto once = [](const std::string& line) {
    return parse_layout("wonjang-layout 2\nbooks 2\n" + line + "\n");
  };
  ASSERT_TRUE(once("restored 0a1b2c3d at 2026-11-23T03:04:05.678Z sizes 20 0"));
  for (const auto* line : {"restored 0a1b2c3d at 2026-11-23T03:04:05.678Z sizes 20",
                           "restored 0a1b2c3d at 2026-11-23T03:04:05.678Z sizes 20 0 1",
                           "restored 0A1B2C3D at 2026-11-23T03:04:05.678Z sizes 20 0",
                           "restored 0a1b2c at 2026-11-23T03:04:05.678Z sizes 20 0",
                           "restored 776a6e67 at 2026-11-23T03:04:05.678Z sizes 20 0",
                           "restored 0a1b2c3d at yesterday sizes 20 0",
                           "restored 0a1b2c3d at 2026-11-23T03:04:05.678Z sizes 20 -1",
                           "restored 0a1b2c3d at 2026-11-23T03:04:05.678Z sizes  20 0"}) {
    EXPECT_FALSE(once(line)) << line;
  }
  // A book never shrinks from one restore to the next, and no epoch comes twice.
  EXPECT_FALSE(
      parse_layout("wonjang-layout 2\nbooks 1\nrestored 00000001 at 2026-11-23T00:00:00.000Z sizes 20\n"
                   "restored 00000002 at 2026-11-24T00:00:00.000Z sizes 19\n"));
  EXPECT_FALSE(
      parse_layout("wonjang-layout 2\nbooks 1\nrestored 00000001 at 2026-11-23T00:00:00.000Z sizes 20\n"
                   "restored 00000001 at 2026-11-24T00:00:00.000Z sizes 20\n"));
}

TEST(Layout, that_is_damaged_is_an_error_and_none_is_none) {
  const TempDir dir;
  const auto none = read_layout(dir.path());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  ASSERT_TRUE(write_layout(dir.path(), *parse_layout(kTwice)));
  EXPECT_EQ(*read_layout(dir.path()), *parse_layout(kTwice));
  std::ofstream(layout_file(dir.path())) << "wonjang-layout 2\nbooks 2\n";
  const auto damaged = read_layout(dir.path());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().kind, ErrorKind::corrupt);
  EXPECT_NE(damaged.error().message.find("newest backup"), std::string::npos) << damaged.error().message;
}

TEST(Layout, a_book_shorter_than_it_was_restored_is_told) {
  const auto epochs = parse_layout(kTwice)->epochs;
  EXPECT_TRUE(check_sizes(epochs, {{31, 4}}));
  EXPECT_TRUE(check_sizes(epochs, {{500, 5}}));
  for (const Positions& short_of : {Positions{{30, 4}}, Positions{{31, 3}}, Positions{{31}}}) {
    const auto checked = check_sizes(epochs, short_of);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, ErrorKind::corrupt);
  }
  EXPECT_TRUE(check_sizes({}, {{0, 0}}));
}

// Each restore draws its own epoch, and adds to those of the backup.
TEST(Layout, of_a_restored_ledger_has_one_epoch_more) {
  const TempDir backup;
  ASSERT_TRUE(write_layout(backup.path(), *parse_layout(kTwice)));
  const std::vector<BackupHead> heads{{40, {}}, {4, {}}};
  const auto at = *parse_rfc3339("2026-11-25T00:00:00.123456Z");
  const auto one = layout_of_restored(backup.path(), heads, at);
  const auto other = layout_of_restored(backup.path(), heads, at);
  ASSERT_TRUE(one && other);
  ASSERT_EQ(one->epochs.restores().size(), 3U);
  EXPECT_EQ(one->epochs.restores()[1], parse_layout(kTwice)->epochs.restores()[1]);
  EXPECT_EQ(one->epochs.restores()[2].sizes, (Positions{{40, 4}}));
  EXPECT_NE(one->epochs.newest(), other->epochs.newest());
  EXPECT_EQ(parse_layout(text_of(*one)), *one);
  EXPECT_EQ(layout_of_restored(backup.path(), {{{30, {}}, {4, {}}}}, at).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(layout_of_restored(backup.path(), {{{40, {}}}}, at).error().kind, ErrorKind::corrupt);

  const TempDir old;  // of a program that knew no epochs
  ASSERT_TRUE(write_layout(old.path(), {2, {}}));
  const auto first = layout_of_restored(old.path(), heads, at);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->epochs.restores().size(), 1U);
}

}  // namespace
}  // namespace wonjang
