#include <gtest/gtest.h>

#include "domain/settlement/line.h"

namespace wonjang::settlement {
namespace {

const PaymentId kPayment(RawId{0x0193'4F2A'1B00'0010ULL, 0xA000'0000'0000'0007ULL});

TEST(LineKey, a_key_is_read_back_from_its_text) {
  for (const std::uint32_t n : {0U, 1U, 9U, 10U, UINT32_MAX - 1, UINT32_MAX}) {
    for (const LineKey& key : {LineKey{kPayment, n, 0}, LineKey{kPayment, 3, n}}) {
      EXPECT_EQ(parse_line_key(text_of(key)), key) << text_of(key);
    }
  }
}

TEST(LineKey, the_text_names_payment_version_and_how_often) {
  const std::string payment = kPayment.text().substr(4);
  EXPECT_EQ(text_of(LineKey{kPayment, 3, 1}), "stl_" + payment + ".3.1");
}

TEST(LineKey, one_key_has_one_spelling) {
  const std::string id = "stl_" + kPayment.text().substr(4);
  ASSERT_TRUE(parse_line_key(id + ".3.1"));
  for (const char* tail : {"", ".", ".3", ".3.", "..1", ".3.1.", ".3.1 ", ".03.1", ".3.01", ".00.1", ".-3.1",
                           ".+3.1", ".4294967296.0", ".3.4294967296", "3.1", "0.3.1"}) {
    EXPECT_FALSE(parse_line_key(id + tail)) << tail;
  }
  const std::string none(26, '0');
  for (const std::string& wrong :
       {std::string(), "stl_" + none + ".3.1", kPayment.text() + ".3.1", id.substr(0, 29) + ".3.1"}) {
    EXPECT_FALSE(parse_line_key(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace wonjang::settlement
