#include "engine/serving/text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hangul.h"

namespace wonjang::serving {
namespace {

struct Cluster {
  char32_t joined;
  char32_t first;
  char32_t second;
};
constexpr std::array<Cluster, 11> kClusters{{
    {U'ㄳ', U'ㄱ', U'ㅅ'},
    {U'ㄵ', U'ㄴ', U'ㅈ'},
    {U'ㄶ', U'ㄴ', U'ㅎ'},
    {U'ㄺ', U'ㄹ', U'ㄱ'},
    {U'ㄻ', U'ㄹ', U'ㅁ'},
    {U'ㄼ', U'ㄹ', U'ㅂ'},
    {U'ㄽ', U'ㄹ', U'ㅅ'},
    {U'ㄾ', U'ㄹ', U'ㅌ'},
    {U'ㄿ', U'ㄹ', U'ㅍ'},
    {U'ㅀ', U'ㄹ', U'ㅎ'},
    {U'ㅄ', U'ㅂ', U'ㅅ'},
}};

struct Range {
  char32_t first;
  char32_t last;
};

// Left out of the normal form. ㆍ is a vowel of old Korean, and today the dot that people type between nouns.
constexpr std::array<Range, 19> kLeftOut{{
    {0x0009, 0x000D}, {0x0020, 0x0020}, {0x002D, 0x002E}, {0x0085, 0x0085}, {0x00A0, 0x00A0},
    {0x00AD, 0x00AD}, {0x00B7, 0x00B7}, {0x1680, 0x1680}, {0x2000, 0x200D},  // spaces, down to no width
    {0x2010, 0x2015},                                                        // hyphens and dashes
    {0x2022, 0x2022}, {0x2024, 0x2024}, {0x2027, 0x202F}, {0x205F, 0x2060}, {0x2212, 0x2212},
    {0x3000, 0x3000}, {0x30FB, 0x30FB}, {0x318D, 0x318D}, {0xFEFF, 0xFEFF},
}};

bool is_left_out(char32_t c) {
  const auto after = std::upper_bound(kLeftOut.begin(), kLeftOut.end(), c,
                                      [](char32_t value, const Range& range) { return value < range.first; });
  return after != kLeftOut.begin() && c <= std::prev(after)->last;
}

bool is_mask(char32_t c) { return c == U'*' || c == U'＊' || c == U'○' || c == U'●'; }

void append_split(std::u32string& out, char32_t c) {
  const char32_t alone = hangul::stand_alone(c);
  const auto* const cluster = std::find_if(kClusters.begin(), kClusters.end(),
                                           [alone](const Cluster& each) { return each.joined == alone; });
  if (cluster == kClusters.end()) {
    out.push_back(alone);
  } else {
    out.push_back(cluster->first);
    out.push_back(cluster->second);
  }
}

// The rest of the way from folded text; of any length.
std::u32string compact(std::u32string_view folded) {
  std::u32string out;
  out.reserve(folded.size());
  for (const char32_t c : folded) {
    if (is_mask(c)) {
      out.push_back(kMask);
    } else if (!is_left_out(c)) {
      append_split(out, c);
    }
  }
  return out;
}

enum class Agreement : std::uint8_t { none, possible, certain };

// One character of each. `shared`: both are unmasked.
bool agree(char32_t wanted, char32_t stored, bool& shared, bool& by_stored_mask) {
  if (wanted == kMask) return true;
  if (stored == kMask) {
    by_stored_mask = true;
    return true;
  }
  if (wanted != stored && !(hangul::is_syllable(stored) && hangul::initial_of(stored) == wanted))
    return false;
  shared = true;
  return true;
}

Agreement agreement(std::u32string_view pattern, std::u32string_view part) {
  bool shared = false;
  bool by_stored_mask = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!agree(pattern[i], part[i], shared, by_stored_mask)) return Agreement::none;
  }
  if (!shared) return Agreement::none;
  return by_stored_mask ? Agreement::possible : Agreement::certain;
}

}  // namespace

std::u32string normal_form(const TextForms& forms, std::string_view utf8) {
  auto out = compact(forms.folded(utf8));
  if (out.size() > kFormMax) out.resize(kFormMax);
  return out;
}

std::string text_version(const TextForms& forms) {
  return std::to_string(kTextVersion) + "/" + forms.version();
}

bool has_mask(std::u32string_view form) { return form.find(kMask) != std::u32string_view::npos; }

char32_t initial_or_self(char32_t c) { return hangul::is_syllable(c) ? hangul::initial_of(c) : c; }

std::u32string initials_of(std::u32string_view form) {
  std::u32string out(form);
  std::transform(out.begin(), out.end(), out.begin(), initial_or_self);
  return out;
}

Result<Pattern> Pattern::parse(const TextForms& forms, std::string_view utf8) {
  auto characters = compact(forms.folded(utf8));
  if (characters.empty()) {
    return invalid(
        "there is nothing to search for: spaces, hyphens and dots don't count; give at least one letter, "
        "syllable or digit");
  }
  if (characters.size() > kPatternMax) {
    return invalid("the search text has " + std::to_string(characters.size()) + " characters, at most " +
                   std::to_string(kPatternMax) + " are taken; give a part of it");
  }
  if (std::all_of(characters.begin(), characters.end(), [](char32_t c) { return c == kMask; })) {
    return invalid(
        "a mask (* or ○) stands for any one character; give at least one other character beside it");
  }
  return Pattern(std::move(characters));
}

bool matches(const Pattern& pattern, std::u32string_view form, bool* possible) {
  auto best = Agreement::none;
  for (std::size_t at = 0; at + pattern.size() <= form.size() && best != Agreement::certain; ++at) {
    best = std::max(best, agreement(pattern.characters(), form.substr(at, pattern.size())));
  }
  if (possible != nullptr) *possible = best == Agreement::possible;
  return best != Agreement::none;
}

}  // namespace wonjang::serving
