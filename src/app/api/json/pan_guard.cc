#include "app/api/json/pan_guard.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

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
    {2221, 2720, length(16)}, {3000, 3059, length(14)},
    {3400, 3499, length(15)}, {3528, 3589, k16To19},
    {3600, 3699, length(14)}, {3700, 3799, length(15)},
    {3800, 3999, length(14)}, {4000, 4999, length(13) | length(16) | length(19)},
    {5100, 5599, length(16)}, {6011, 6011, k16To19},
    {6200, 6299, k16To19},    {6440, 6599, k16To19},
    {9000, 9999, length(16)},
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
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// U+FF10..U+FF19 as ASCII digits; everything else as it is.
std::string with_plain_digits(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\xEF\xBC") && i + 2 < text.size()) {
      const auto low = static_cast<unsigned char>(text[i + 2]);
      if (low >= 0x90 && low <= 0x99) {
        out.push_back(static_cast<char>('0' + (low - 0x90)));
        i += 2;
        continue;
      }
    }
    out.push_back(text[i]);
  }
  return out;
}

// A word: letters and digits in a row. `digits` is its only digit group, empty where it has none or several.
struct Word {
  std::string_view digits;
  bool digits_only = false;
  std::size_t end = 0;
};

Word word_at(std::string_view text, std::size_t from) {
  Word word;
  std::size_t groups = 0;
  std::size_t letters = 0;
  std::size_t i = from;
  while (i < text.size() && (is_digit(text[i]) || is_letter(text[i]))) {
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    if (i > start) {
      ++groups;
      word.digits = text.substr(start, i - start);
    } else {
      ++letters;
      ++i;
    }
  }
  if (groups != 1) word.digits = {};
  word.digits_only = groups == 1 && letters == 0;
  word.end = i;
  return word;
}

// Groups of digits joined by single spaces or hyphens. Any row of whole groups may be the number: an expiry
// date that follows a card number doesn't hide it.
class Groups {
 public:
  // True when a number ends with this group.
  bool add(std::string_view digits) {
    if (count_ == starts_.size() || digits_.size() + digits.size() > kDigitsMax * 4) clear();
    starts_[count_++] = digits_.size();
    digits_.append(digits);
    for (std::size_t i = 0; i < count_; ++i) {
      if (is_pan(std::string_view(digits_).substr(starts_[i]))) return true;
    }
    return false;
  }
  void clear() {
    count_ = 0;
    digits_.clear();
  }

 private:
  std::string digits_;
  std::array<std::size_t, 24> starts_{};
  std::size_t count_ = 0;
};

// A row: digits, blanks and hyphens, long enough for a number. Most texts, times among them, have none, and
// most of their bytes needn't be looked at: such a row covers one of every kDigitsMin places.
bool has_long_row(std::string_view text) {
  const auto is_of_row = [&](std::size_t i) { return is_digit(text[i]) || text[i] == ' ' || text[i] == '-'; };
  for (std::size_t i = kDigitsMin - 1; i < text.size(); i += kDigitsMin) {
    if (!is_of_row(i)) continue;
    std::size_t from = i;
    while (from > 0 && is_of_row(from - 1)) --from;
    std::size_t to = i + 1;
    while (to < text.size() && is_of_row(to)) ++to;
    if (to - from >= kDigitsMin) return true;
  }
  return false;
}

bool search(std::string_view text) {
  Groups groups;
  std::size_t at = 0;
  while (at < text.size()) {
    const Word word = word_at(text, at);
    if (word.end == at) {
      ++at;
      groups.clear();
      continue;
    }
    if (word.digits_only) {
      if (groups.add(word.digits)) return true;
    } else {
      groups.clear();
      if (is_pan(word.digits)) return true;
    }
    at = word.end;
    const bool joins = word.digits_only && at + 1 < text.size() && (text[at] == ' ' || text[at] == '-') &&
                       is_digit(text[at + 1]);
    if (joins) {
      ++at;
    } else {
      groups.clear();
    }
  }
  return false;
}

}  // namespace

bool holds_pan(std::string_view text) {
  if (text.size() < kDigitsMin) return false;
  if (text.find('\xEF') != std::string_view::npos) return search(with_plain_digits(text));
  return has_long_row(text) && search(text);
}

}  // namespace wonjang
