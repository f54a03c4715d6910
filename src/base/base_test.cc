#include <gtest/gtest.h>

#include <set>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/hash64.h"
#include "base/id.h"
#include "base/nearest.h"
#include "base/result.h"

namespace wonjang {
namespace {

struct ThingTag {
  static constexpr const char* kPrefix = "pay_";
};
using ThingId = Id<ThingTag>;

TEST(Id, text_and_back_at_the_edges) {
  constexpr std::uint64_t kMax = ~0ULL;
  for (const RawId raw :
       {RawId{0, 1}, RawId{1, 0}, RawId{kMax, kMax}, RawId{kMax - 1, 2}, RawId{0x0123456789ABCDEF, 42}}) {
    const ThingId id(raw);
    const auto text = id.text();
    EXPECT_EQ(text.size(), 30U);
    const auto back = ThingId::parse(text);
    ASSERT_TRUE(back.has_value()) << text;
    EXPECT_EQ(*back, id);
    EXPECT_EQ(RawId::from_bytes(raw.to_bytes().data()), raw);
  }
}

TEST(Id, one_id_has_one_spelling) {
  const auto text = ThingId(RawId{0x0123456789ABCDEF, 42}).text();
  EXPECT_FALSE(ThingId::parse("apr_" + text.substr(4)));
  EXPECT_FALSE(ThingId::parse(text + "0"));
  EXPECT_FALSE(ThingId::parse(text.substr(0, 29)));
  EXPECT_FALSE(ThingId::parse("pay_" + std::string(26, '0')));     // zero names nothing
  EXPECT_FALSE(ThingId::parse("pay_8" + std::string(25, '0')));    // more than 128 bits
  EXPECT_FALSE(ThingId::parse("pay_0000000000000000000000000O"));  // a look-alike
  EXPECT_FALSE(ThingId::parse("pay_0000000000000000000000000a"));  // lower case
  EXPECT_FALSE(ThingId::parse(""));
}

TEST(Bytes, varints_and_bounds) {
  for (const std::uint64_t v : {0ULL, 1ULL, 127ULL, 128ULL, 16383ULL, 16384ULL, ~0ULL - 1, ~0ULL}) {
    std::string out;
    put_varint(out, v);
    ByteReader in(out);
    EXPECT_EQ(in.varint(), v);
    EXPECT_TRUE(in.ok() && in.at_end());
  }
  ByteReader cut(std::string_view("\x80", 1));
  cut.varint();
  EXPECT_FALSE(cut.ok());
  ByteReader eleven(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", 10));
  eleven.varint();
  EXPECT_FALSE(eleven.ok());
  ByteReader sized(
      std::string_view("\x05"
                       "abc",
                       4));
  EXPECT_TRUE(sized.sized().empty());
  EXPECT_FALSE(sized.ok());
  EXPECT_EQ(sized.u8(), 0);
}

TEST(Bytes, base64_and_hex_have_one_spelling) {
  for (const std::string s : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    EXPECT_EQ(from_base64(to_base64(s)), s);
    EXPECT_EQ(from_base64url(to_base64url(s)), s);
    EXPECT_EQ(from_hex(to_hex(s)), s);
  }
  EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
  EXPECT_FALSE(from_base64("Zm9vYmE"));
  EXPECT_FALSE(from_base64url("Zm9vYmF"));  // spare bits set
  EXPECT_FALSE(from_base64url("Zm9v YmE"));
  EXPECT_FALSE(from_hex("abc"));
}

// Stored in rows and buckets: another value would make every one of them wrong.
TEST(Hash64, values_never_change) {
  EXPECT_EQ(hash64(""), 0xc96f21ebf6290549ULL);
  EXPECT_EQ(hash64("a"), 0x389a83c98066283fULL);
  EXPECT_EQ(hash64("0123456789abcdef"), 0xd694d80b877f78b3ULL);
  EXPECT_EQ(hash64("0123456789abcdef0"), 0x43aa8b1352478502ULL);
  EXPECT_EQ(hash64("a", 1), 0x8aea32b1f2647c2eULL);
}

TEST(Hash64, every_bit_of_the_input_counts) {
  std::set<std::uint64_t> seen;
  for (std::size_t size = 0; size <= 70; ++size) {
    std::string text(size, 'x');
    ASSERT_TRUE(seen.insert(hash64(text)).second) << size;
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ static_cast<char>(1U << (bit % 8)));
      ASSERT_TRUE(seen.insert(hash64(text)).second) << size << " bit " << bit;
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ static_cast<char>(1U << (bit % 8)));
    }
  }
}

TEST(Checked, overflow_is_nothing) {
  EXPECT_FALSE(checked_add<std::int64_t>(INT64_MAX, 1));
  EXPECT_FALSE(checked_sub<std::int64_t>(INT64_MIN, 1));
  EXPECT_FALSE(checked_mul<std::int64_t>(INT64_MAX, 2));
  EXPECT_EQ(checked_add<std::int64_t>(INT64_MAX - 1, 1), INT64_MAX);
}

TEST(Nearest, a_slip_finds_its_name_and_another_word_finds_none) {
  const std::vector<std::string> known{"payment.created", "payment.failed", "cancel.succeeded"};
  EXPECT_EQ(nearest_name("payment.creatd", known), "payment.created");
  EXPECT_EQ(nearest_name("cancel.suceeded", known), "cancel.succeeded");
  EXPECT_EQ(nearest_name("payment.created", known), "payment.created");
  EXPECT_EQ(nearest_name("settlement", known), "");
  EXPECT_EQ(nearest_name("", known), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(Result, passes_errors_up) {
  const auto fails = []() -> Result<int> { return unavailable("disk is full"); };
  const auto uses = [&]() -> Result<int> {
    WJ_TRY(const int v, fails());
    return v + 1;
  };
  const auto result = uses();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
  EXPECT_STREQ(name_of(result.error().kind), "unavailable");
}

}  // namespace
}  // namespace wonjang
