#include "app/api/json/pan_guard.h"

#include <cctype>

#include "app/api/json/table_for_tests.h"
#include "domain/ids.h"

namespace wonjang {
namespace {

struct Brand {
  const char* first;
  std::size_t size;
};
constexpr Brand kBrands[] = {
    {"4", 16},    {"4", 13},    {"4", 19},   {"51", 16},  {"55", 16}, {"2221", 16}, {"2720", 16},
    {"34", 15},   {"37", 15},   {"300", 14}, {"305", 14}, {"36", 14}, {"38", 14},   {"3528", 16},
    {"3589", 19}, {"6011", 16}, {"644", 16}, {"65", 16},  {"62", 16}, {"62", 19},   {"9410", 16}};

TEST(PanGuard, every_brand_is_found_bare_and_inside_text) {
  for (const auto& brand : kBrands) {
    const auto pan = test_pan(brand.first, brand.size);
    EXPECT_TRUE(holds_pan(pan)) << brand.first << " " << brand.size;
    EXPECT_TRUE(holds_pan("card" + pan)) << brand.first;
    EXPECT_TRUE(holds_pan("카드 " + pan + " 12/29")) << brand.first;
    EXPECT_TRUE(holds_pan("12 " + pan.substr(0, 6) + "-" + pan.substr(6) + " 345")) << brand.first;
  }
}

TEST(PanGuard, a_number_is_found_wherever_it_stands) {
  const auto pan = test_pan("4", 13);
  const auto grouped = pan.substr(0, 4) + " " + pan.substr(4, 4) + "-" + pan.substr(8);
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t after : {0U, 1U, 13U}) {
      EXPECT_TRUE(holds_pan(std::string(before, '/') + pan + std::string(after, '/'))) << before;
      EXPECT_TRUE(holds_pan(std::string(before, '/') + grouped + std::string(after, '/'))) << before;
    }
  }
}

TEST(PanGuard, a_wrong_check_digit_is_no_card_number) {
  for (const auto& brand : kBrands) {
    auto pan = test_pan(brand.first, brand.size);
    pan.back() = pan.back() == '9' ? '0' : static_cast<char>(pan.back() + 1);
    EXPECT_FALSE(holds_pan(pan)) << brand.first << " " << brand.size;
  }
}

TEST(PanGuard, full_width_digits_are_digits) {
  std::string wide;
  for (const char c : test_pan("4", 16))
    wide += std::string("\xEF\xBC") + static_cast<char>(0x90 + (c - '0'));
  EXPECT_TRUE(holds_pan(wide));
}

TEST(PanGuard, a_longer_run_of_digits_is_no_card_number) {
  EXPECT_FALSE(holds_pan(test_pan("4", 16) + "0000"));
  EXPECT_FALSE(holds_pan("00" + test_pan("4", 16)));
}

TEST(PanGuard, another_separator_or_two_of_them_part_groups) {
  const auto pan = test_pan("4", 16);
  EXPECT_FALSE(holds_pan(pan.substr(0, 8) + "  " + pan.substr(8)));
  EXPECT_FALSE(holds_pan(pan.substr(0, 8) + ":" + pan.substr(8)));
}

// All seconds of a day, all kinds of time stamps: whatever their check digits say.
TEST(PanGuard, times_never_look_like_card_numbers) {
  for (std::int64_t second = 0; second < 86'400; second += 7) {
    const Instant at{1'795'000'000'000'000 + second * 1'000'000 + second};
    EXPECT_FALSE(holds_pan(to_rfc3339_micros(at)));
    EXPECT_FALSE(holds_pan(std::to_string(at.us)));
    EXPECT_FALSE(holds_pan(std::to_string(at.unix_ms())));
    std::string digits;
    for (const char c : to_rfc3339(at)) {
      if (std::isdigit(static_cast<unsigned char>(c)) != 0) digits.push_back(c);
    }
    EXPECT_FALSE(holds_pan(digits)) << digits;
    EXPECT_FALSE(holds_pan(digits.substr(0, 8) + "-" + digits.substr(8))) << digits;
  }
}

TEST(PanGuard, our_own_ids_never_look_like_card_numbers) {
  IdMaker ids{Rng(42)};
  for (int i = 0; i < 200'000; ++i) {
    const auto text = PaymentId(ids.next({1'795'000'000'000'000 + i}, 4095)).text();
    ASSERT_FALSE(holds_pan(text)) << text;
  }
}

TEST(PanGuard, hashes_and_phone_numbers_are_let_through) {
  Rng rng(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string hash;
    for (int j = 0; j < 64; ++j) hash.push_back("0123456789abcdef"[rng.below(16)]);
    ASSERT_FALSE(holds_pan(hash)) << hash;
  }
  EXPECT_FALSE(holds_pan("010-1234-5678"));
  EXPECT_FALSE(holds_pan("+82 10 1234 5678"));
  EXPECT_FALSE(holds_pan("123-45-67890"));
  EXPECT_FALSE(holds_pan("3333-01-1234567"));
}

}  // namespace
}  // namespace wonjang
