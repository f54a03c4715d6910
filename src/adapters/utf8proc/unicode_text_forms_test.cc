#include "adapters/utf8proc/unicode_text_forms.h"

#include "testing/text_contract.h"

namespace wonjang {

INSTANTIATE_TYPED_TEST_SUITE_P(Unicode, TextFormsContract, UnicodeTextForms);

namespace {

TEST(UnicodeTextForms, accents_compose_and_case_folds_in_other_scripts) {
  const UnicodeTextForms forms;
  EXPECT_EQ(forms.folded("Cafe\u0301"), U"café");
  EXPECT_EQ(forms.folded("CAFÉ ÀÇ"), U"café àç");
  EXPECT_EQ(forms.folded("ΣΑΣ σας"), U"σασ σασ");    // the final sigma is a sigma
  EXPECT_EQ(forms.folded("Straße ẞ"), U"straße ß");  // one character for one
  EXPECT_EQ(forms.folded("МОСКВА"), U"москва");
}

TEST(UnicodeTextForms, kana_and_signs_are_one_width) {
  const UnicodeTextForms forms;
  EXPECT_EQ(forms.folded("ｶﾞﾊﾟｱ"), U"ガパア");
  EXPECT_EQ(forms.folded("￦￡￭￮"), U"₩£■○");
}

// NFKC would also take these apart; a name that holds them is found by what was typed.
TEST(UnicodeTextForms, compatibility_characters_other_than_width_stay) {
  const UnicodeTextForms forms;
  EXPECT_EQ(forms.folded("㈜①²"), U"㈜①²");
}

TEST(UnicodeTextForms, no_code_point_breaks_it_and_folding_twice_changes_nothing) {
  const UnicodeTextForms forms;
  for (char32_t c = 1; c <= 0x10FFFF; c = c == 0xD7FF ? 0xE000 : c + 1) {
    const auto once = forms.folded(to_utf8(std::u32string(1, c)));
    ASSERT_EQ(forms.folded(to_utf8(once)), once) << std::hex << static_cast<std::uint32_t>(c);
  }
}

}  // namespace
}  // namespace wonjang
