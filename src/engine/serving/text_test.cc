#include "engine/serving/text.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "testing/korean_text.h"
#include "testing/serving_texts.h"

namespace wonjang::serving {
namespace {

const TextForms& kTextForms = plain_text_forms();

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '|');) {
    const auto from = field.find_first_not_of(' ');
    const auto to = field.find_last_not_of(' ');
    out.push_back(from == std::string::npos ? "" : field.substr(from, to - from + 1));
  }
  return out;
}

std::string verdict_of(const std::string& pattern, const std::string& text) {
  const auto parsed = Pattern::parse(kTextForms, pattern);
  if (!parsed) return "refused";
  bool possible = false;
  if (!matches(*parsed, normal_form(kTextForms, text), &possible)) return "no";
  return possible ? "possible" : "yes";
}

// testdata/matches.txt: pattern | text | yes, no, possible or refused. `nfd:` in front decomposes the text.
TEST(Text, the_table_of_matches_holds) {
  std::ifstream file(WJ_SERVING_TESTDATA "/matches.txt");
  ASSERT_TRUE(file);
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    auto fields = fields_of(line);
    ASSERT_EQ(fields.size(), 3U) << line;
    for (std::size_t i = 0; i < 2; ++i) {
      if (fields[i].starts_with("nfd:")) fields[i] = decomposed(to_code_points(fields[i].substr(4)));
    }
    EXPECT_EQ(verdict_of(fields[0], fields[1]), fields[2]) << line;
    ++count;
  }
  EXPECT_GT(count, 60);
}

TEST(Text, the_normal_form_is_compact_folded_and_split) {
  EXPECT_EQ(normal_form(kTextForms, " LG-전자\t(주)\u00A0. "), U"lg전자(주)");
  EXPECT_EQ(normal_form(kTextForms, decomposed(U"김 민수")), U"김민수");
  EXPECT_EQ(normal_form(kTextForms, "김*수 김＊수 김○수 김●수"), U"김*수김*수김*수김*수");
  EXPECT_EQ(normal_form(kTextForms, "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ"),
            U"ㄱㅅㄴㅈㄴㅎㄹㄱㄹㅁㄹㅂㄹㅅㄹㅌㄹㅍㄹㅎㅂㅅ");
  EXPECT_EQ(normal_form(kTextForms, "ᄀ ᅡ"), U"ㄱㅏ");
  EXPECT_EQ(normal_form(kTextForms, "한국·일본ㆍ중국"), U"한국일본중국");
  EXPECT_EQ(normal_form(kTextForms, " .-"), U"");
}

TEST(Text, the_normal_form_of_a_normal_form_is_itself) {
  for (const char* text : {"LG-전자 (주)", "김 ○ 수", "ㄳ", "ᄀ ᅡ ᆨ", "Ａｂ　ﾡ"}) {
    const auto once = normal_form(kTextForms, text);
    EXPECT_EQ(normal_form(kTextForms, to_utf8(once)), once) << text;
  }
}

TEST(Text, the_normal_form_is_cut_by_characters) {
  std::string long_text;
  for (int i = 0; i < 600; ++i) long_text += "가";
  EXPECT_EQ(normal_form(kTextForms, long_text).size(), kFormMax);
}

TEST(Text, initials_are_of_syllables_and_the_rest_stays) {
  EXPECT_EQ(initials_of(U"김민수"), U"ㄱㅁㅅ");
  EXPECT_EQ(initials_of(U"까치 lg*ㄱㅏ"), U"ㄲㅊ lg*ㄱㅏ");
  EXPECT_EQ(initials_of(U"가힣"), U"ㄱㅎ");
}

TEST(Text, a_pattern_has_1_to_64_characters) {
  std::string text;
  for (std::size_t size = 1; size <= kPatternMax + 1; ++size) {
    text += "가 ";
    const auto pattern = Pattern::parse(kTextForms, text);
    ASSERT_EQ(pattern.has_value(), size <= kPatternMax) << size;
    EXPECT_EQ(pattern ? pattern->size() : kPatternMax + 1, size);
  }
  EXPECT_FALSE(Pattern::parse(kTextForms, ""));
}

TEST(Text, a_refused_pattern_says_why_and_what_next) {
  const auto why = [](const std::string& text) { return Pattern::parse(kTextForms, text).error().message; };
  EXPECT_NE(why(" - ").find("nothing to search for"), std::string::npos);
  EXPECT_NE(why("*○").find("beside it"), std::string::npos);
  EXPECT_NE(why(std::string(100, 'a')).find("has 100 characters, at most 64"), std::string::npos);
  EXPECT_EQ(Pattern::parse(kTextForms, "").error().kind, ErrorKind::invalid);
}

TEST(Text, a_pattern_knows_its_own_masks) {
  EXPECT_TRUE(Pattern::parse(kTextForms, "김○수")->has_mask());
  EXPECT_FALSE(Pattern::parse(kTextForms, "김민수")->has_mask());
}

TEST(Text, its_version_names_both_halves) { EXPECT_EQ(text_version(kTextForms), "1/plain-1"); }

}  // namespace
}  // namespace wonjang::serving
