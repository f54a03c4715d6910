#include "engine/projection/meta_codec.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace wonjang::projection {
namespace {

Meta sample() {
  return {.name = "views", .version = "1.2", .complete = true, .books = {{300, 0x0123456789abcdef}, {0, 0}}};
}

TEST(ProjectionMeta, its_bytes_are_pinned) {
  EXPECT_EQ(to_hex(encode(sample())), "010105766965777303312e3202ac020123456789abcdef000000000000000000");
}

TEST(ProjectionMeta, what_was_written_is_read_back) {
  EXPECT_EQ(decode_meta(encode(sample())), sample());
  Meta fresh;
  fresh.name = "views";
  EXPECT_EQ(decode_meta(encode(fresh)), fresh);
}

TEST(ProjectionMeta, bytes_cut_short_too_long_or_of_another_format_are_no_record) {
  const std::string whole = encode(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(decode_meta(std::string_view(whole).substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(decode_meta(whole + '\0'), std::nullopt);
  std::string other = whole;
  other[0] = 2;
  EXPECT_EQ(decode_meta(other), std::nullopt);
  other = whole;
  other[1] = 2;
  EXPECT_EQ(decode_meta(other), std::nullopt);
  EXPECT_EQ(decode_meta(std::string("\x01\x01\x00\x00\xff\xff\xff\xff\x7f", 9)), std::nullopt)
      << "a count of books that can't be there";
}

TEST(ProjectionMeta, a_units_mark_depends_on_place_stream_and_events) {
  StoredUnit unit;
  unit.first = 7;
  unit.stream = RawId{1, 2};
  unit.events = {"a", "b"};
  StoredUnit other = unit;
  EXPECT_EQ(mark_of(other), mark_of(unit));
  other.first = 8;
  EXPECT_NE(mark_of(other), mark_of(unit));
  other = unit;
  other.stream = RawId{1, 3};
  EXPECT_NE(mark_of(other), mark_of(unit));
  other = unit;
  other.events = {"ab"};
  EXPECT_NE(mark_of(other), mark_of(unit));
}

}  // namespace
}  // namespace wonjang::projection
