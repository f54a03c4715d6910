#include "adapters/acquirer/evidence.h"

namespace wonjang {
namespace {

TEST(Evidence, card_numbers_keep_six_and_four) {
  EXPECT_EQ(mask_card_numbers("{\"pan\":\"4111111111111111\"}"), "{\"pan\":\"411111******1111\"}");
  EXPECT_EQ(mask_card_numbers("4111-1111-1111-1111"), "4111-11**-****-1111");
  EXPECT_EQ(mask_card_numbers("4111 1111 1111 1111,x"), "4111 11** **** 1111,x");
}

TEST(Evidence, the_edges_of_a_run) {
  EXPECT_EQ(mask_card_numbers("12345678901"), "12345678901");                    // 11 digits
  EXPECT_EQ(mask_card_numbers("123456789012"), "123456**9012");                  // 12
  EXPECT_EQ(mask_card_numbers("1234567890123456789"), "123456*********6789");    // 19
  EXPECT_EQ(mask_card_numbers("12345678901234567890"), "123456**********7890");  // longer may hold one
  EXPECT_EQ(mask_card_numbers("123456  789012"), "123456  789012");              // two blanks end a run
  EXPECT_EQ(mask_card_numbers(""), "");
}

TEST(Evidence, ordinary_answers_stay_as_they_are) {
  const std::string answer =
      R"({"reference":"apr_01JD4Z7Q8R6G3V5X9T2W0K1MNP","amount":10000,"approvedAt":"2026-11-22T03:04:05.678901Z"})";
  EXPECT_EQ(mask_card_numbers(answer), answer);
}

TEST(Evidence, is_cut_between_characters_after_it_was_masked) {
  EXPECT_EQ(cut_utf8("가나", 6), "가나");
  EXPECT_EQ(cut_utf8("가나", 5), "가");
  EXPECT_EQ(cut_utf8("가나", 2), "");
  std::string body(kEvidenceBytesMax - 8, ' ');
  body.append("4111111111111111");
  const std::string evidence = evidence_of(body);
  EXPECT_EQ(evidence.size(), kEvidenceBytesMax);
  EXPECT_TRUE(evidence.ends_with(" 411111**"));
}

}  // namespace
}  // namespace wonjang
