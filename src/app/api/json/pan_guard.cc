#include "app/api/json/pan_guard.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/utf8.h"
#include "domain/time.h"

namespace wonjang {
namespace {

constexpr std::size_t kDigitsMin = 13;
constexpr std::size_t kDigitsMax = 19;

struct Range {
  std::uint32_t from;  // first four digits
  std::uint32_t to;
  std::uint32_t lengths;  // bit n: n digits
};
constexpr std::uint32_t length(unsigned n) { return 1U << n; }
constexpr std::uint32_t k16To19 = length(16) | length(17) | length(18) | length(19);

constexpr Range kRanges[] = {
    {2200, 2204, k16To19},    {2221, 2720, length(16)}, {3000, 3059, length(14)},
    {3400, 3499, length(15)}, {3528, 3589, k16To19},    {3600, 3699, length(14)},
    {3700, 3799, length(15)}, {3800, 3999, length(14)}, {4000, 4999, length(13) | length(16) | length(19)},
    {5018, 5018, length(16)}, {5020, 5020, length(16)}, {5038, 5038, length(16)},
    {5080, 5089, length(16)}, {5100, 5599, length(16)}, {5893, 5893, length(16)},
    {6011, 6011, k16To19},    {6304, 6304, length(16)}, {6703, 6703, length(16)},
    {6759, 6763, length(16)}, {8110, 8110, length(16)}, {6200, 6299, k16To19},
    {6440, 6599, k16To19},    {9000, 9999, length(16)},
};

bool passes_luhn(std::string_view digits) {
  unsigned sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    const auto digit = static_cast<unsigned>(digits[i] - '0');
    sum += twice ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
  }
  return sum % 10 == 0;
}

bool is_pan(std::string_view digits) {
  if (digits.size() < kDigitsMin || digits.size() > kDigitsMax) return false;
  std::uint32_t first_four = 0;
  for (const char c : digits.substr(0, 4)) first_four = first_four * 10 + static_cast<std::uint32_t>(c - '0');
  for (const auto& range : kRanges) {
    if (first_four < range.from || first_four > range.to) continue;
    if ((range.lengths & length(static_cast<unsigned>(digits.size()))) != 0 && passes_luhn(digits))
      return true;
  }
  return false;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex_letter(char c) { return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_of_word(char c) { return is_digit(c) || is_letter(c); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
// Neither digit nor letter: may stand between the digits of one number.
bool is_separator(char c) { return is_ascii(c) && !is_of_word(c); }

// ---- one byte a character ----

constexpr char kForeignLetter = '\x80';

struct Span {
  char32_t from;
  char32_t to;
  char as;
};
// What parts digits beyond ASCII. A blank and a dash count as the plain ones do.
constexpr Span kForeignSeparators[] = {
    {0x0080, 0x009F, '.'}, {0x00A0, 0x00A0, ' '}, {0x00A1, 0x00A9, '.'}, {0x00AB, 0x00AC, '.'},
    {0x00AD, 0x00AD, '-'}, {0x00AE, 0x00B1, '.'}, {0x00B4, 0x00B4, '.'}, {0x00B6, 0x00B8, '.'},
    {0x00BB, 0x00BB, '.'}, {0x00BF, 0x00BF, '.'}, {0x00D7, 0x00D7, '.'}, {0x00F7, 0x00F7, '.'},
    {0x0300, 0x036F, '.'}, {0x058A, 0x058A, '-'}, {0x1680, 0x1680, ' '}, {0x2000, 0x200A, ' '},
    {0x200B, 0x200F, '.'}, {0x2010, 0x2015, '-'}, {0x2016, 0x202E, '.'}, {0x202F, 0x202F, ' '},
    {0x2030, 0x205E, '.'}, {0x205F, 0x205F, ' '}, {0x2060, 0x206F, '.'}, {0x20D0, 0x20FF, '.'},
    {0x2190, 0x2211, '.'}, {0x2212, 0x2212, '-'}, {0x2213, 0x22FF, '.'}, {0x2500, 0x27BF, '.'},
    {0x3000, 0x3000, ' '}, {0x3001, 0x3004, '.'}, {0x3008, 0x3020, '.'}, {0x3030, 0x3030, '-'},
    {0x30FB, 0x30FB, '.'}, {0x30FC, 0x30FC, '-'}, {0xFE00, 0xFE57, '.'}, {0xFE58, 0xFE58, '-'},
    {0xFE59, 0xFE62, '.'}, {0xFE63, 0xFE63, '-'}, {0xFE64, 0xFE6F, '.'}, {0xFEFF, 0xFEFF, '.'},
    {0xFF65, 0xFF65, '.'}, {0xFFFC, 0xFFFD, '.'},
};

// The zeros of Unicode's decimal digits (general category Nd, version 15); nine follow each. The mathematical
// ones are five sets in a row.
constexpr char32_t kZeros[] = {
    0x0660,  0x06F0,  0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,  0x0BE6,  0x0C66,  0x0CE6,
    0x0D66,  0x0DE6,  0x0E50,  0x0ED0,  0x0F20,  0x1040,  0x1090,  0x17E0,  0x1810,  0x1946,  0x19D0,
    0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,  0xA8D0,  0xA900,  0xA9D0,  0xA9F0,
    0xAA50,  0xABF0,  0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0,
    0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0};

// Digits that are raised, lowered or stand in circles: what they begin with, and from which digit on.
struct DressedDigits {
  char32_t from;
  char32_t to;
  char first;
};
constexpr DressedDigits kDressed[] = {{0x00B2, 0x00B3, '2'}, {0x00B9, 0x00B9, '1'}, {0x2070, 0x2070, '0'},
                                      {0x2074, 0x2079, '4'}, {0x2080, 0x2089, '0'}, {0x2460, 0x2468, '1'},
                                      {0x2474, 0x247C, '1'}, {0x2488, 0x2490, '1'}, {0x24EA, 0x24EA, '0'},
                                      {0x24F5, 0x24FD, '1'}, {0x24FF, 0x24FF, '0'}, {0x2776, 0x277E, '1'},
                                      {0x2780, 0x2788, '1'}, {0x278A, 0x2792, '1'}};

// The ASCII digit that `c` means; 0: none.
char digit_meant_by(char32_t c) {
  for (const auto& dressed : kDressed) {
    if (c >= dressed.from && c <= dressed.to) return static_cast<char>(dressed.first + (c - dressed.from));
  }
  const auto* const above = std::ranges::upper_bound(kZeros, c);
  if (above == std::begin(kZeros) || c - *(above - 1) > 9) return 0;
  return static_cast<char>('0' + (c - *(above - 1)));
}

bool is_hangul_syllable(char32_t c) { return c >= 0xAC00 && c <= 0xD7A3; }

char plain(char32_t c) {
  if (c < 0x80) return static_cast<char>(c);
  if (is_hangul_syllable(c)) return kForeignLetter;
  if (c >= 0xFF01 && c <= 0xFF5E) return static_cast<char>(c - 0xFF01 + '!');  // full-width ASCII
  if (const char digit = digit_meant_by(c); digit != 0) return digit;
  for (const auto& span : kForeignSeparators) {
    if (c >= span.from && c <= span.to) return span.as;
  }
  return kForeignLetter;
}

std::string made_plain(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) out.push_back(plain(take_code_point(text)));
  return out;
}

// ---- what is none, however it reads ----

bool is_uuid_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kShape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  if (text.size() - at < kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = text[at + i];
    if (kShape[i] == '-' ? c != '-' : !is_digit(c) && !is_hex_letter(c)) return false;
  }
  const auto end = at + kShape.size();
  return end == text.size() || !is_of_word(text[end]);
}

// One of our own ids (26 characters, 0 first for a thousand years to come), or a hash: letters of hexadecimal
// numbers alone, between several groups of digits.
bool is_id_or_hash(std::string_view word) {
  constexpr std::size_t kIdSize = 26;
  std::size_t letters = 0;
  std::size_t hex_letters = 0;
  std::size_t groups = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    letters += is_letter(word[i]) ? 1 : 0;
    hex_letters += is_hex_letter(word[i]) ? 1 : 0;
    groups += is_digit(word[i]) && (i == 0 || !is_digit(word[i - 1])) ? 1 : 0;
  }
  if (letters == 0) return false;
  return (word.size() == kIdSize && word.front() == '0') || (letters == hex_letters && groups > 1);
}

// ---- groups of digits ----

// The last groups that hang together. Any row of whole groups may be the number: an expiry date that follows
// a card number doesn't hide it.
class Groups {
 public:
  // `gap`: what stands between this group and the one before, if anything does. True when a number ends with
  // this group.
  bool add(std::string_view digits, std::string_view gap) {
    if (gap.empty() || gap.size() > kGapMax) clear();
    if (digits.size() > kDigitsMax) {
      clear();
      return false;
    }
    if (count_ == groups_.size()) drop_first();
    groups_[count_++] = {digits_.size(), digits.size(), gap};
    digits_.append(digits);
    for (std::size_t first = 0; first < count_; ++first) {
      if (is_pan(std::string_view(digits_).substr(groups_[first].at)) && may_be_one(first)) return true;
    }
    return false;
  }
  void clear() {
    count_ = 0;
    digits_.clear();
  }

 private:
  static constexpr std::size_t kGapMax = 3;
  static constexpr std::size_t kLongGroup = 4;

  struct Group {
    std::size_t at = 0;
    std::size_t size = 0;
    std::string_view gap;
  };

  void drop_first() {
    const auto size = groups_[0].size;
    digits_.erase(0, size);
    for (std::size_t i = 1; i < count_; ++i) {
      groups_[i - 1] = groups_[i];
      groups_[i - 1].at -= size;
    }
    --count_;
  }

  // Single blanks and hyphens join groups of any sizes. What else may stand between digits stands in times,
  // coordinates, sums and lists of telephone numbers too: there the groups must be of a card's sizes, or all
  // of one size and parted in one way.
  bool may_be_one(std::size_t first) const {
    bool is_plain = true;
    bool is_long = true;
    bool is_even = true;
    for (std::size_t i = first + 1; i < count_; ++i) {
      const auto& gap = groups_[i].gap;
      is_plain = is_plain && (gap == " " || gap == "-");
      is_long = is_long && groups_[i - 1].size >= kLongGroup;
      const auto size = groups_[first].size;
      const bool is_last = i + 1 == count_;
      is_even = is_even && gap == groups_[first + 1].gap &&
                (is_last ? groups_[i].size <= size : groups_[i].size == size);
    }
    return is_plain || is_long || is_even;
  }

  std::string digits_;
  std::array<Group, kDigitsMax> groups_{};
  std::size_t count_ = 0;
};

// True when a number ends in this word.
bool add_word(Groups& groups, std::string_view word, std::string_view gap) {
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t start = at;
    while (at < word.size() && is_digit(word[at])) ++at;
    if (at == start) {
      groups.clear();
      ++at;
    } else if (groups.add(word.substr(start, at - start), start == 0 ? gap : std::string_view())) {
      return true;
    }
  }
  return false;
}

bool search(std::string_view text) {
  Groups groups;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t gap_from = at;
    while (at < text.size() && is_separator(text[at])) ++at;
    const auto gap = text.substr(gap_from, at - gap_from);
    const std::size_t from = at;
    while (at < text.size() && is_of_word(text[at])) ++at;
    const auto word = text.substr(from, at - from);
    if (word.empty()) {
      groups.clear();
      ++at;
    } else if (is_uuid_at(text, from)) {
      constexpr std::size_t kUuidSize = 36;
      groups.clear();
      at = from + kUuidSize;
    } else if (is_id_or_hash(word)) {
      groups.clear();
    } else if (add_word(groups, word, gap)) {
      return true;
    }
  }
  return false;
}

// At most nine digits behind the point, so no number of 13 can stand in it whose groups hang together. Every
// payment has two of them.
bool is_instant(std::string_view text) { return parse_rfc3339(text).has_value(); }

// A row: no letter of ASCII, and digits enough for a number. Most texts, ids and times among them, have none,
// and most of their bytes needn't be looked at: such a row covers one of every kDigitsMin places.
enum ByteKind : std::uint8_t { kOther, kLetter, kDigit };

constexpr std::array<std::uint8_t, 256> kByteKinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (int c = 'a'; c <= 'z'; ++c) kinds[static_cast<std::size_t>(c)] = kLetter;
  for (int c = 'A'; c <= 'Z'; ++c) kinds[static_cast<std::size_t>(c)] = kLetter;
  for (int c = '0'; c <= '9'; ++c) kinds[static_cast<std::size_t>(c)] = kDigit;
  // What digits of other scripts begin with; much else begins so too, which only costs a closer look.
  for (const std::size_t lead : {0xC2, 0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xE2, 0xEA, 0xEF, 0xF0})
    kinds[lead] = kDigit;
  return kinds;
}();

bool has_long_row(std::string_view text) {
  const auto kind = [&](std::size_t i) { return kByteKinds[static_cast<unsigned char>(text[i])]; };
  for (std::size_t i = kDigitsMin - 1; i < text.size(); i += kDigitsMin) {
    if (kind(i) == kLetter) continue;
    std::size_t from = i;
    while (from > 0 && kind(from - 1) != kLetter) --from;
    std::size_t to = i + 1;
    while (to < text.size() && kind(to) != kLetter) ++to;
    i = to;
    if (to - from < kDigitsMin) continue;
    std::size_t digits = 0;
    for (std::size_t at = from; at < to; ++at) digits += kind(at) == kDigit ? 1 : 0;
    if (digits >= kDigitsMin) return true;
  }
  return false;
}

}  // namespace

bool holds_pan(std::string_view text) {
  if (text.size() < kDigitsMin || is_instant(text) || !has_long_row(text)) return false;
  return std::ranges::all_of(text, is_ascii) ? search(text) : search(made_plain(text));
}

}  // namespace wonjang
