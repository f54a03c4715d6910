#include "testing/serving/names.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"

namespace wonjang::testing {
namespace {

struct Surname {
  std::string_view text;
  std::uint16_t permille;
};
constexpr Surname kSurnames[] = {
    {"김", 215}, {"이", 147}, {"박", 84}, {"최", 47}, {"정", 43}, {"강", 24},  {"조", 21},  {"윤", 20},
    {"장", 20},  {"임", 17},  {"한", 15}, {"오", 15}, {"서", 15}, {"신", 15},  {"권", 14},  {"황", 13},
    {"안", 14},  {"송", 13},  {"전", 11}, {"홍", 11}, {"유", 10}, {"고", 9},   {"문", 9},   {"양", 9},
    {"손", 9},   {"배", 8},   {"백", 7},  {"허", 6},  {"남", 5},  {"심", 5},   {"노", 5},   {"하", 4},
    {"곽", 4},   {"성", 4},   {"차", 4},  {"주", 4},  {"우", 4},  {"남궁", 1}, {"제갈", 1}, {"선우", 1}};
constexpr std::string_view kFirsts[] = {"민", "서", "지", "예", "하", "수", "현", "준", "도", "은", "영",
                                        "성", "정", "미", "유", "재", "승", "동", "태", "경", "윤", "시",
                                        "채", "나", "다", "소", "혜", "상", "종", "진", "까", "별"};
constexpr std::string_view kSeconds[] = {"수", "준", "연", "우", "윤", "서", "현", "민", "진", "영", "희",
                                         "호", "훈", "은", "아", "원", "정", "미", "숙", "경", "자", "순",
                                         "철", "석", "혁", "빈", "율", "린", "나", "라", "쁜", "찬"};
constexpr std::string_view kForeign[] = {"James Smith",  "Maria García", "Nguyen Van Anh", "ZHANG WEI",
                                         "Anna Müller",  "Olga Ivanova", "Ahmed Hassan",   "Kenji Sato",
                                         "Chloé Dubois", "José O'Neill", "Kim Paul",       "ＬＥＥ ＡＮＮＡ"};
constexpr std::string_view kFirms[] = {"한빛", "미래", "대성", "삼원", "우리",
                                       "동아", "새한", "LG",   "KT&G", "SK"};
constexpr std::string_view kTrades[] = {"상사", "무역", "테크", "식품", "건설", "전자", "IT솔루션", "유통"};
constexpr std::string_view kBrands[] = {"LG전자", "삼성", "나이키",     "STARFIELD", "오뚜기",   "CJ제일제당",
                                        "무신사", "애플", "이니스프리", "BHC",       "서울우유", "다이슨"};
constexpr std::string_view kGoods[] = {"아메리카노",   "그램 노트북",   "갤럭시 S24",     "운동화 AirMax",
                                       "진라면 5입",   "햇반 210g",     "맨투맨 티",      "iPad 케이스",
                                       "그린티 크림",  "뿌링클 치킨",   "저지방우유",     "V12 청소기",
                                       "USB-C 케이블", "한우 1++ 등심", "바닐라라떼 ICE", "영화 관람권",
                                       "T-머니 충전",  "캠핑 의자",     "LED 조명",       "제주 감귤 5kg"};
constexpr std::string_view kVariants[] = {"",        "",    "",          " 외 1건",  " 외 2건",
                                          " (블랙)", " XL", " 2025년형", " 정기구독"};

void put_bmp(std::string& out, std::uint32_t c) {  // 0x800..0xFFFF
  out.push_back(static_cast<char>(0xE0U | (c >> 12U)));
  out.push_back(static_cast<char>(0x80U | ((c >> 6U) & 0x3FU)));
  out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
}

std::uint32_t byte_at(std::string_view text, std::size_t i) { return static_cast<std::uint8_t>(text[i]); }

std::vector<std::uint8_t> surname_table() {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i < std::size(kSurnames); ++i)
    out.insert(out.end(), kSurnames[i].permille, static_cast<std::uint8_t>(i));
  return out;
}

// The k-th pair, in an order of the seed, has a weight of 1 / (k + 8): integers, the same on every machine.
std::vector<std::uint16_t> given_table(std::uint64_t seed) {
  std::vector<std::uint16_t> order(std::size(kFirsts) * std::size(kSeconds));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint16_t>(i);
  Rng rng(seed);
  for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[rng.below(i + 1)]);
  std::vector<std::uint16_t> out;
  for (std::size_t k = 0; k < order.size(); ++k)
    out.insert(out.end(), std::max<std::size_t>(1, 4096 / (k + 8)), order[k]);
  return out;
}

}  // namespace

std::string decomposed(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const bool three = (byte_at(utf8, i) & 0xF0U) == 0xE0U && i + 2 < utf8.size();
    const std::uint32_t c = three
                                ? ((byte_at(utf8, i) & 0x0FU) << 12U) |
                                      ((byte_at(utf8, i + 1) & 0x3FU) << 6U) | (byte_at(utf8, i + 2) & 0x3FU)
                                : 0;
    if (c < 0xAC00U || c > 0xD7A3U) {
      out.push_back(utf8[i]);
      ++i;
      continue;
    }
    const std::uint32_t s = c - 0xAC00U;
    put_bmp(out, 0x1100U + s / 588U);
    put_bmp(out, 0x1161U + s % 588U / 28U);
    if (s % 28U != 0) put_bmp(out, 0x11A7U + s % 28U);
    i += 3;
  }
  return out;
}

Names::Names(std::uint64_t seed, std::uint64_t people)
    : seed_(seed * 0xD1B54A32D192ED03ULL + 1),
      people_(people),
      surnames_(surname_table()),
      given_names_(given_table(seed_)) {
  WJ_ASSERT(people_ > 0);
}

std::string Names::buyer(std::uint64_t person) const {
  Rng rng = rng_of(person);
  const auto kind = rng.below(100);
  if (kind < 3) return std::string(rng.pick(kForeign));
  if (kind < 5) {
    std::string firm("(주)");
    firm.append(rng.pick(kFirms));
    return firm.append(rng.pick(kTrades));
  }
  std::string name(kSurnames[surnames_[rng.below(surnames_.size())]].text);
  const auto given = given_names_[rng.below(given_names_.size())];
  const auto form = rng.below(100);
  name.append(form < 5 ? std::string_view("*") : kFirsts[given / std::size(kSeconds)]);
  name.append(kSeconds[given % std::size(kSeconds)]);
  return form == 5 ? decomposed(name) : name;
}

std::string Names::phone(std::uint64_t person) const {
  Rng rng(rng_of(person).next() ^ 0xA24BAED4963EE407ULL);
  const std::string digits = std::to_string(100'000'000 + rng.below(100'000'000));
  return "010" + digits.substr(1);
}

std::string Names::email(std::uint64_t person) const {
  Rng rng(rng_of(person).next() ^ 0x5851F42D4C957F2DULL);
  if (rng.chance(50)) return {};
  return "u" + std::to_string(rng.below(1'000'000)) + "@mail.example";
}

std::string Names::product(Rng& rng) const {
  std::string out;
  if (rng.chance(60)) out.append(rng.pick(kBrands)).append(" ");
  out.append(rng.pick(kGoods)).append(rng.pick(kVariants));
  return rng.below(200) == 0 ? decomposed(out) : out;
}

}  // namespace wonjang::testing
