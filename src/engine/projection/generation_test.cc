// A generation says of itself what it is of: one whose record is damaged isn't shown.
#include "engine/projection/generation.h"

#include <gtest/gtest.h>

#include "testing/counting_projection.h"
#include "testing/fake_log.h"

namespace wonjang::projection {
namespace {

TEST(Generation, a_flipped_bit_anywhere_in_its_record_makes_it_of_no_use) {
  FakeLog log(2);
  const CountingProjection projection("1");
  Meta meta{.name = "counting", .version = "1", .complete = true, .books = {}};
  for (std::uint32_t book = 0; book < 2; ++book) {
    for (std::uint64_t n = 0; n < 200; ++n) log.append(book, RawId{n, book}, {"a", "b"});
    const auto last = log.read(book, log.tails()[book] - 1, 1, 1);
    ASSERT_TRUE(last && last->size() == 1);
    meta.books.push_back({log.tails()[book], mark_of(last->front())});
  }
  const auto whole = encode(meta);
  const auto fine = why_unusable(decode_meta(whole), projection, log);
  ASSERT_TRUE(fine && !*fine) << (fine ? **fine : fine.error().message);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ (1U << bit));
      const auto read = decode_meta(flipped);
      const auto why = why_unusable(read, projection, log);
      ASSERT_TRUE(why) << why.error().message;
      EXPECT_TRUE(*why || !read->complete) << "byte " << at << ", bit " << bit;
    }
  }
}

}  // namespace
}  // namespace wonjang::projection
