#include <charconv>

#include "domain/settlement/line.h"

namespace wonjang::settlement {
namespace {

constexpr std::string_view kPrefix = "stl_";
constexpr std::size_t kIdSize = 26;
constexpr std::size_t kTextMax = kPrefix.size() + kIdSize + 2 * 11;

void append_part(std::string& out, std::uint32_t number) {
  char digits[12] = {'.'};
  const auto end = std::to_chars(digits + 1, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

// Takes ".123" off the front. One number has one spelling: no sign, no leading zero.
std::optional<std::uint32_t> take_part(std::string_view& text) {
  if (text.size() < 2 || text[0] != '.') return std::nullopt;
  const char* const first = text.data() + 1;
  const char* const last = text.data() + text.size();
  if (*first == '0' && last - first > 1 && first[1] != '.') return std::nullopt;
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(first, last, out);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return out;
}

}  // namespace

std::string text_of(const LineKey& key) {
  std::string out;
  out.reserve(kTextMax);
  out.append(kPrefix);
  append_base32(out, key.payment.raw());
  append_part(out, key.version);
  append_part(out, key.seq);
  return out;
}

std::optional<LineKey> parse_line_key(std::string_view text) {
  if (!text.starts_with(kPrefix) || text.size() < kPrefix.size() + kIdSize) return std::nullopt;
  const auto payment = from_base32(text.substr(kPrefix.size(), kIdSize));
  if (!payment || payment->is_zero()) return std::nullopt;
  text.remove_prefix(kPrefix.size() + kIdSize);
  const auto version = take_part(text);
  const auto seq = version ? take_part(text) : std::nullopt;
  if (!seq || !text.empty()) return std::nullopt;
  return LineKey{PaymentId(*payment), *version, *seq};
}

}  // namespace wonjang::settlement
