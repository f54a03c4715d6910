#include "app/demo/people.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

#include "base/assert.h"

namespace wonjang {
namespace {

constexpr std::size_t kSurnameTable = 1'000;  // permille
constexpr std::size_t kGivenTable = 65'536;

struct Surname {
  std::string_view text;
  std::uint16_t permille;
};
// Census 2015; the last ones stand for all that is rarer.
constexpr Surname kSurnames[] = {
    {"김", 215}, {"이", 147}, {"박", 84}, {"최", 47},  {"정", 43},  {"강", 24}, {"조", 21}, {"윤", 21},
    {"장", 20},  {"임", 17},  {"한", 15}, {"오", 15},  {"서", 15},  {"신", 15}, {"권", 14}, {"황", 14},
    {"안", 14},  {"송", 14},  {"전", 13}, {"홍", 11},  {"유", 11},  {"고", 9},  {"문", 9},  {"양", 9},
    {"손", 9},   {"배", 8},   {"백", 8},  {"허", 7},   {"남", 6},   {"심", 6},  {"노", 6},  {"하", 5},
    {"곽", 4},   {"성", 4},   {"차", 4},  {"주", 4},   {"우", 4},   {"구", 4},  {"민", 3},  {"나", 3},
    {"진", 3},   {"지", 3},   {"엄", 3},  {"채", 3},   {"원", 3},   {"천", 2},  {"방", 2},  {"공", 2},
    {"현", 2},   {"함", 2},   {"변", 2},  {"염", 2},   {"여", 2},   {"추", 2},  {"도", 2},  {"소", 1},
    {"석", 1},   {"선", 1},   {"설", 1},  {"남궁", 1}, {"황보", 1}, {"제갈", 1}};
constexpr std::string_view kFirsts[] = {"민", "서", "지", "예", "하", "수", "현", "준", "도", "은",
                                        "영", "성", "정", "미", "유", "재", "승", "동", "태", "경",
                                        "윤", "시", "채", "나", "다", "소", "혜", "상", "종", "진",
                                        "선", "가", "건", "원", "우", "주", "희", "규", "기", "광"};
constexpr std::string_view kSeconds[] = {"수", "준", "연", "우", "윤", "서", "현", "민", "진", "영",
                                         "희", "호", "훈", "은", "아", "원", "정", "미", "숙", "경",
                                         "자", "순", "철", "석", "혁", "빈", "율", "린", "나", "라",
                                         "성", "환", "재", "규", "용", "주", "선", "인", "하", "솔"};
constexpr std::string_view kForeignFirsts[] = {"James", "Maria", "Nguyen", "Wei",    "Anna",  "John",
                                               "Olga",  "Ahmed", "Sofia",  "Dmitri", "Emily", "Kenji",
                                               "Linda", "Paul",  "Chloé",  "José"};
constexpr std::string_view kForeignLasts[] = {"Smith",   "Kim",    "Van Anh", "Zhang",  "Müller", "Park",
                                              "Ivanova", "Hassan", "García",  "Petrov", "Brown",  "Sato",
                                              "O’Neill", "Dubois", "Lee",     "Thi Hoa"};
constexpr std::string_view kFirms[] = {"한빛", "미래", "대성", "삼원", "우리",
                                       "동아", "새한", "태양", "진흥", "금강"};
constexpr std::string_view kTrades[] = {"상사", "무역",     "테크", "식품", "건설",
                                        "물산", "IT솔루션", "F&B",  "유통", "디자인"};
constexpr std::string_view kMailHosts[] = {"naver.example", "gmail.example", "daum.example", "kakao.example",
                                           "nate.example"};
constexpr std::string_view kMailWords[] = {"minsu", "jihoon", "seoyeon", "hana",  "junho", "sujin",
                                           "dream", "happy",  "kimchi",  "star7", "blue",  "coffee"};

void put_digits(std::string& out, std::uint64_t value, std::size_t width) {
  std::array<char, 24> text;
  for (std::size_t i = width; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text.data(), width);
}

void put_utf8_bmp(std::string& out, std::uint32_t c) {  // of 0x800 to 0xFFFF
  out.push_back(static_cast<char>(0xE0U | c >> 12U));
  out.push_back(static_cast<char>(0x80U | (c >> 6U & 0x3FU)));
  out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
}

// Syllables of Hangul as their letters (NFD), by the arithmetic of the Unicode standard, chapter 3.12.
void put_decomposed(std::string& out, std::string_view syllables) {
  for (std::size_t i = 0; i + 2 < syllables.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(syllables[i + k]));
    };
    const std::uint32_t s =
        ((byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU)) - 0xAC00U;
    put_utf8_bmp(out, 0x1100U + s / 588U);
    put_utf8_bmp(out, 0x1161U + s % 588U / 28U);
    if (s % 28U != 0) put_utf8_bmp(out, 0x11A7U + s % 28U);
  }
}

std::vector<std::uint8_t> surname_table() {
  std::vector<std::uint8_t> out;
  out.reserve(kSurnameTable);
  for (std::size_t i = 0; i < std::size(kSurnames); ++i)
    out.insert(out.end(), kSurnames[i].permille, static_cast<std::uint8_t>(i));
  return out;
}

// Pairs in an order of the seed, the k-th with weight 1 / (k + 1)^0.9.
std::vector<std::uint16_t> given_table(std::uint64_t seed) {
  constexpr std::size_t kPairs = std::size(kFirsts) * std::size(kSeconds);
  std::vector<std::uint16_t> order(kPairs);
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  Rng rng(seed);
  for (std::size_t i = kPairs; i-- > 1;) std::swap(order[i], order[rng.below(i + 1)]);
  double sum = 0;
  for (std::size_t k = 0; k < kPairs; ++k) sum += 1.0 / std::pow(static_cast<double>(k + 1), 0.9);
  std::vector<std::uint16_t> out;
  out.reserve(kGivenTable + kPairs);
  for (std::size_t k = 0; k < kPairs; ++k) {
    const auto share = 1.0 / std::pow(static_cast<double>(k + 1), 0.9) / sum;
    out.insert(out.end(), std::max<std::size_t>(1, static_cast<std::size_t>(share * kGivenTable)), order[k]);
  }
  return out;
}

void put_korean(std::string& out, Rng& rng, std::string_view surname, std::uint16_t given) {
  const auto first = kFirsts[given / std::size(kSeconds)];
  const auto second = kSeconds[given % std::size(kSeconds)];
  const auto form = rng.below(100);
  if (form < 5) {
    out.append(surname).append("*").append(second);
  } else if (form == 5) {
    put_decomposed(out, surname);
    put_decomposed(out, first);
    put_decomposed(out, second);
  } else {
    out.append(surname).append(first).append(second);
  }
}

}  // namespace

People::People(std::uint64_t seed, std::uint64_t population)
    : seed_(seed * 0xD1B54A32D192ED03ULL),
      population_(population),
      surnames_(surname_table()),
      given_names_(given_table(seed_)) {
  WJ_ASSERT(population_ > 0);
}

void People::append_name(std::string& out, std::uint64_t i) const {
  auto rng = rng_of(i);
  const auto kind = rng.below(100);
  if (kind < 3) {
    out.append(rng.pick(kForeignFirsts)).append(" ").append(rng.pick(kForeignLasts));
  } else if (kind < 5) {
    out.append("(주)").append(rng.pick(kFirms)).append(rng.pick(kTrades));
  } else {
    const auto surname = kSurnames[surnames_[rng.below(surnames_.size())]].text;
    put_korean(out, rng, surname, given_names_[rng.below(given_names_.size())]);
  }
}

void People::append_buyer(std::string& out, std::uint64_t i) const {
  out.append(",\"buyer\":{\"name\":\"");
  append_name(out, i);
  Rng rng(rng_of(i).next() ^ 0xA24BAED4963EE407ULL);  // apart from the name's draws
  const auto number = rng.below(100'000'000);
  const bool hyphens = rng.chance(40);
  out.append("\",\"phone\":\"010");
  if (hyphens) out.push_back('-');
  put_digits(out, number / 10'000, 4);
  if (hyphens) out.push_back('-');
  put_digits(out, number % 10'000, 4);
  if (rng.chance(60)) {
    out.append("\",\"email\":\"").append(rng.pick(kMailWords));
    put_digits(out, rng.below(10'000), 4);
    out.append("@").append(rng.pick(kMailHosts));
  }
  out.append("\"}");
}

}  // namespace wonjang
