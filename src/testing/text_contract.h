// What every TextForms promises for Korean and ASCII texts. What needs Unicode's tables (accents, other
// scripts) is tested with the adapter that has them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "ports/text_forms.h"
#include "testing/korean_text.h"

namespace wonjang {

template <typename Adapter>
class TextFormsContract : public testing::Test {
 protected:
  const Adapter adapter_{};
  const TextForms& forms_ = adapter_;
};
TYPED_TEST_SUITE_P(TextFormsContract);

TYPED_TEST_P(TextFormsContract, plain_korean_stays_what_it_is) {
  for (const std::u32string_view text : {U"", U"김민수", U"가나다라힣", U"12 34-5.6", U"안녕 abc (주)"}) {
    EXPECT_EQ(this->forms_.folded(to_utf8(text)), text);
  }
}

TYPED_TEST_P(TextFormsContract, every_decomposed_syllable_is_composed) {
  std::u32string all;
  for (char32_t c = 0xAC00; c <= 0xD7A3; ++c) all.push_back(c);
  EXPECT_EQ(this->forms_.folded(decomposed(all)), all);
  EXPECT_EQ(this->forms_.folded("\uAC00\u11A8"), U"각");  // a syllable without a final, then a final
  EXPECT_EQ(this->forms_.folded("\uAC01\u11A8"), U"각\u11A8");
}

TYPED_TEST_P(TextFormsContract, full_width_ascii_is_ascii) {
  std::u32string wide;
  std::u32string narrow;
  for (char32_t c = 0x21; c <= 0x7E; ++c) {
    wide.push_back(c + 0xFEE0);
    narrow.push_back(c >= U'A' && c <= U'Z' ? c + 0x20 : c);
  }
  EXPECT_EQ(this->forms_.folded(to_utf8(wide)), narrow);
  EXPECT_EQ(this->forms_.folded("Ａ　Ｂ"), U"a b");
}

TYPED_TEST_P(TextFormsContract, case_is_folded) {
  EXPECT_EQ(this->forms_.folded("LG전자 iPhone"), U"lg전자 iphone");
}

TYPED_TEST_P(TextFormsContract, typed_consonants_and_vowels_stay_apart) {
  EXPECT_EQ(this->forms_.folded("ㄱㅁㅅ"), U"ㄱㅁㅅ");
  EXPECT_EQ(this->forms_.folded("ㄱㅏ"), U"ㄱㅏ");
  EXPECT_EQ(this->forms_.folded("ㄳㅄㆍ"), U"ㄳㅄㆍ");
}

TYPED_TEST_P(TextFormsContract, half_width_jamo_are_the_keyboards) {
  std::u32string narrow;
  for (const auto& [first, last] : {std::pair<char32_t, char32_t>{0xFFA1, 0xFFBE},
                                    {0xFFC2, 0xFFC7},
                                    {0xFFCA, 0xFFCF},
                                    {0xFFD2, 0xFFD7},
                                    {0xFFDA, 0xFFDC}}) {
    for (char32_t c = first; c <= last; ++c) narrow.push_back(c);
  }
  std::u32string wide;
  for (char32_t c = 0x3131; c <= 0x3163; ++c) wide.push_back(c);
  EXPECT_EQ(this->forms_.folded(to_utf8(narrow)), wide);
}

TYPED_TEST_P(TextFormsContract, folding_twice_changes_nothing) {
  for (const std::string& text : {decomposed(U"김 민수"), std::string("ＬＧ－ｱ ￡"),
                                  std::string("ﾡﾢ ㄱㄴ *○●"), std::string("ᄀ각ᆨ")}) {
    const auto once = this->forms_.folded(text);
    EXPECT_EQ(this->forms_.folded(to_utf8(once)), once) << text;
  }
}

TYPED_TEST_P(TextFormsContract, a_stray_byte_becomes_the_replacement_character) {
  EXPECT_EQ(this->forms_.folded("\xFF"
                                "a\xEA\xB0"),
            U"\uFFFDa\uFFFD\uFFFD");
}

TYPED_TEST_P(TextFormsContract, its_version_has_a_name) { EXPECT_FALSE(this->forms_.version().empty()); }

REGISTER_TYPED_TEST_SUITE_P(TextFormsContract, plain_korean_stays_what_it_is,
                            every_decomposed_syllable_is_composed, full_width_ascii_is_ascii, case_is_folded,
                            typed_consonants_and_vowels_stay_apart, half_width_jamo_are_the_keyboards,
                            folding_twice_changes_nothing, a_stray_byte_becomes_the_replacement_character,
                            its_version_has_a_name);

}  // namespace wonjang
