#include "app/api/json/pan_guard.h"

#include <gtest/gtest.h>

#include <array>
#include <cctype>

#include "app/api/json/table_for_tests.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "domain/ids.h"

namespace wonjang {
namespace {

struct Brand {
  const char* first;
  std::size_t size;
};
constexpr Brand kBrands[] = {
    {"4", 16},    {"4", 13},    {"4", 19},    {"51", 16},   {"55", 16},  {"2221", 16}, {"2720", 16},
    {"34", 15},   {"37", 15},   {"300", 14},  {"305", 14},  {"36", 14},  {"38", 14},   {"3528", 16},
    {"3589", 19}, {"6011", 16}, {"644", 16},  {"65", 16},   {"62", 16},  {"62", 19},   {"9410", 16},
    {"2200", 16}, {"5086", 16}, {"6703", 16}, {"6761", 16}, {"8110", 16}};

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

std::string in_script(std::string_view digits, char32_t zero) {
  std::string out;
  for (const char c : digits) append_utf8(out, zero + static_cast<char32_t>(c - '0'));
  return out;
}

// Found by an audit: a number in the digits of another script was taken and stored.
TEST(PanGuard, digits_of_other_scripts_are_digits) {
  const auto pan = test_pan("4", 16);
  for (const char32_t zero : {U'\u0660', U'\u06F0', U'\u0966', U'\u0E50', U'\uA620', U'\U0001D7CE',
                              U'\U0001D7EC', U'\u2080', U'\U0001FBF0'}) {
    const auto text = in_script(pan, zero);
    EXPECT_TRUE(holds_pan(text)) << text;
    EXPECT_TRUE(holds_pan("카드 " + text + " 입니다")) << text;
    EXPECT_TRUE(holds_pan(pan.substr(0, 8) + in_script(pan.substr(8), zero))) << text;
  }
  std::string circled;
  std::string raised;
  std::string keycaps;
  for (const char c : pan) {
    append_utf8(circled, c == '0' ? U'\u24EA' : U'\u2460' + static_cast<char32_t>(c - '1'));
    append_utf8(raised, c == '1'               ? U'\u00B9'
                        : c == '2' || c == '3' ? U'\u00B2' + static_cast<char32_t>(c - '2')
                                               : U'\u2070' + static_cast<char32_t>(c - '0'));
    keycaps += c;
    append_utf8(keycaps, U'\uFE0F');
    append_utf8(keycaps, U'\u20E3');
  }
  EXPECT_TRUE(holds_pan(circled)) << circled;
  EXPECT_TRUE(holds_pan(raised)) << raised;
  EXPECT_TRUE(holds_pan(keycaps)) << keycaps;
}

TEST(PanGuard, a_longer_run_of_digits_is_no_card_number) {
  EXPECT_FALSE(holds_pan(test_pan("4", 16) + "0000"));
  EXPECT_FALSE(holds_pan("00" + test_pan("4", 16)));
}

std::string grouped(const std::string& digits, std::size_t size, std::string_view gap) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += size) out.append(i == 0 ? "" : gap).append(digits, i, size);
  return out;
}

TEST(PanGuard, any_one_to_three_characters_between_digits_part_nothing) {
  const std::string pan = "4111111111111111";
  for (const std::string_view gap : {" ",
                                     "-",
                                     "--",
                                     "  ",
                                     " - ",
                                     ".",
                                     "_",
                                     "/",
                                     ":",
                                     ",",
                                     ", ",
                                     "...",
                                     "\t",
                                     "\xC2\xA0",
                                     "\xC2\xA0\xC2\xA0",
                                     "\xE2\x80\x93",
                                     "\xE2\x80\x8B",
                                     "\xE2\x88\x92",
                                     "\xE3\x80\x80",
                                     "\xEF\xBC\x8D",
                                     "\xC2\xB7",
                                     "\xE3\x83\xBB",
                                     "\xEF\xB8\x8F\xE2\x83\xA3"}) {
    for (const std::size_t size : {1U, 2U, 4U, 8U})
      EXPECT_TRUE(holds_pan(grouped(pan, size, gap))) << grouped(pan, size, gap);
    EXPECT_TRUE(holds_pan("378282" + std::string(gap) + "246310005")) << gap;
  }
  EXPECT_FALSE(holds_pan(grouped(pan, 4, "    ")));
  EXPECT_FALSE(holds_pan(grouped(pan, 4, "x")));
}

TEST(PanGuard, letters_beside_the_digits_hide_nothing) {
  for (const char* text : {"4111111111111111exp1229", "no4111111111111111exp12cvc123",
                           "1VISA4111111111111111", "card_4111111111111111_x", "VISA4111-1111-1111-1111",
                           "4111 1111 1111 1111exp12", "4111.1111.1111.1111EXP12/29",
                           "\xEC\xB9\xB4\xEB\x93\x9C"
                           "4111_1111_1111_1111\xEB\xB2\x88"}) {
    EXPECT_TRUE(holds_pan(text)) << text;
  }
}

TEST(PanGuard, many_small_groups_before_a_number_hide_nothing) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "7 ";
  EXPECT_TRUE(holds_pan(text + grouped("4111111111111111", 1, " ")));
}

// Digits that would be a number if anything between them were left out.
TEST(PanGuard, times_places_sums_and_lists_of_phones_are_let_through) {
  for (std::int64_t second = 0; second < 86'400; ++second) {
    const Instant at{1'796'000'000'000'000 + second * 1'000'000 + second};
    auto text = to_rfc3339_micros(at);
    text[10] = ' ';
    ASSERT_FALSE(holds_pan(text)) << text;
    ASSERT_FALSE(holds_pan(text.substr(11, 8) + "." + std::to_string(1'000'000'000 - second))) << text;
  }
  for (int last = 0; last < 10; ++last) {
    const auto digit = std::to_string(last);
    for (const char* text : {"37.56653, 126.9779", "4,123,456,789,01", "010-4234-5678, 010-1234-567",
                             "51.255.255.255:6553", "36.3504/127.38",
                             "\xE2\x82\xA9"
                             "4,500 \xE2\x82\xA9"
                             "1,200"}) {
      EXPECT_FALSE(holds_pan(text + digit)) << text << digit;
    }
  }
}

TEST(PanGuard, random_uuids_and_tokens_are_let_through) {
  Rng rng(11);
  const auto random = [&](std::string_view letters, std::string_view shape) {
    std::string out(shape);
    for (char& c : out)
      if (c == 'x') c = letters[rng.below(static_cast<std::uint32_t>(letters.size()))];
    return out;
  };
  for (int i = 0; i < 300'000; ++i) {
    const auto uuid = random("0123456789abcdef", "xxxxxxxx-xxxx-4xxx-9xxx-xxxxxxxxxxxx");
    ASSERT_FALSE(holds_pan(uuid)) << uuid;
    ASSERT_FALSE(holds_pan("order_" + uuid + "_1")) << uuid;
    const auto token = random("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_",
                              "tok_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    ASSERT_FALSE(holds_pan(token)) << token;
  }
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

// A text of a time's shape is let through unseen: as the whole search would, which a blank behind it asks
// for.
TEST(PanGuard, what_is_let_through_as_a_time_holds_no_number) {
  Rng rng(7);
  for (int i = 0; i < 100'000; ++i) {
    std::string time = "0000-00-00T00:00:00";
    if (const auto digits = rng.below(11); digits > 0) time += "." + std::string(digits - 1, '0');
    time += std::array{"Z", "+00:00", "-00:00"}[rng.below(3)];
    for (char& c : time) {
      if (c == '0') c = static_cast<char>('0' + rng.below(10));
    }
    if (i % 2 == 0) {  // one that there is: it is let through
      const Instant at{static_cast<std::int64_t>(rng.below(9'000'000'000)) * 1'000'000};
      time.replace(0, 19, to_rfc3339(at), 0, 19);
      if (!time.ends_with('Z')) time.replace(time.size() - 5, 5, "09:30");
      ASSERT_TRUE(parse_rfc3339(time) || time.find('.') + 1 == time.find_first_of("Z+-", 19)) << time;
    }
    EXPECT_FALSE(holds_pan(time)) << time;
    EXPECT_FALSE(holds_pan(time + " ")) << time;
  }
}

TEST(PanGuard, a_number_in_a_time_is_found) {
  const auto pan = test_pan("4", 16);
  EXPECT_TRUE(holds_pan("2026-11-22T10:30:00." + pan + "+09:00"));
  EXPECT_TRUE(holds_pan("2026-11-22T10:30:00." + pan));
  EXPECT_TRUE(holds_pan("2026-11-22T10:30:00Z " + pan));
  EXPECT_TRUE(holds_pan("2026-11-22T10:30:00.123+09:00/" + pan));
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
