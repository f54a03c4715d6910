// Korean texts for tests and benchmarks: decomposed as macOS writes them, and seeded names of buyers.
// Threads: any; a generator has one owner.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/rng.h"
#include "base/utf8.h"

namespace wonjang {

// NFD: every syllable in two or three conjoining jamo.
inline std::string decomposed(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) {
    if (c < 0xAC00 || c > 0xD7A3) {
      append_utf8(out, c);
      continue;
    }
    const char32_t index = c - 0xAC00;
    append_utf8(out, 0x1100 + index / 588);
    append_utf8(out, 0x1161 + index % 588 / 28);
    if (index % 28 != 0) append_utf8(out, 0x11A7 + index % 28);
  }
  return out;
}

// Names of people: a surname, half of them 김, 이, 박, 최 or 정 as in Korea, and one to three syllables of
// some 330.
class KoreanNames {
 public:
  explicit KoreanNames(Rng& rng) : rng_(rng) {}

  std::u32string person() {
    std::u32string out(1, surname());
    const auto dice = rng_.below(100);
    const std::size_t given = dice < 94 ? 2 : dice < 97 ? 1 : 3;
    while (out.size() < 1 + given) out.push_back(given_syllable());
    return out;
  }
  // With one or two characters behind a mask, as acquirers send them.
  std::u32string masked() {
    auto out = person();
    out[1] = U"*○●"[rng_.below(3)];
    if (rng_.chance(20)) out.back() = U'*';
    return out;
  }
  std::u32string company() {
    static constexpr std::array<std::u32string_view, 8> kEnds{U"전자", U" 상사",  U"(주)", U" 주식회사",
                                                              U"유통", U"-Korea", U" Co.", U"카페"};
    std::u32string out = rng_.chance(40) ? std::u32string(U"(주) ") : std::u32string();
    for (auto left = 2 + rng_.below(3); left > 0; --left) out.push_back(given_syllable());
    return out.append(kEnds[rng_.below(kEnds.size())]);
  }
  std::u32string foreign() {
    static constexpr std::u32string_view kConsonants = U"BDGKLMNRSTbdgklmnrst";
    static constexpr std::u32string_view kVowels = U"aeiou";
    std::u32string out;
    for (auto left = 2 + rng_.below(4); left > 0; --left) {
      out.push_back(kConsonants[rng_.below(kConsonants.size())]);
      out.push_back(kVowels[rng_.below(kVowels.size())]);
      if (rng_.chance(15)) out.push_back(U' ');
    }
    return out;
  }

  char32_t surname() {
    static constexpr std::u32string_view kCommon = U"김이박최정";
    static constexpr std::u32string_view kOthers =
        U"강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구나민진지엄채원천방공현함변염여추"
        U"도소석선설마길연위표명기반왕"
        U"금옥육인맹제모탁국어은편용";
    return rng_.chance(50) ? kCommon[rng_.below(kCommon.size())] : kOthers[rng_.below(kOthers.size())];
  }
  char32_t given_syllable() {
    static constexpr std::u32string_view kFavourites =
        U"민서준지현우수영진하은윤도연예원주희정재성호승경미선아혜유나태동규상철훈건시후율채린소다빈";
    if (rng_.chance(70)) return kFavourites[rng_.below(kFavourites.size())];
    static constexpr std::array<char32_t, 14> kInitials{0, 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18};
    static constexpr std::array<char32_t, 5> kFinals{0, 4, 16, 21, 1};
    const char32_t initial = kInitials[rng_.below(kInitials.size())];
    return 0xAC00 + (initial * 21 + static_cast<char32_t>(rng_.below(21))) * 28 +
           kFinals[rng_.below(kFinals.size())];
  }

 private:
  Rng& rng_;
};

}  // namespace wonjang
