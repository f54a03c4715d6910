#include "base/id.h"

#include "base/bytes.h"
#include "base/int128.h"

namespace wonjang {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kTextSize = 26;  // 26 * 5 = 130 bits: the first character carries only 3

constexpr std::array<std::int8_t, 256> make_digits() {
  std::array<std::int8_t, 256> digits{};
  for (auto& d : digits) d = -1;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return digits;
}
constexpr auto kDigits = make_digits();

}  // namespace

std::string RawId::to_bytes() const {
  std::string out;
  out.reserve(16);
  put_be64(out, high);
  put_be64(out, low);
  return out;
}

RawId RawId::from_bytes(const char* sixteen) {
  ByteReader in({sixteen, 16});
  RawId id;
  id.high = in.be64();
  id.low = in.be64();
  return id;
}

void append_base32(std::string& out, RawId id) {
  std::array<char, kTextSize> text;
  uint128 rest = (static_cast<uint128>(id.high) << 64U) | id.low;
  for (std::size_t i = kTextSize; i-- > 0;) {
    text[i] = kAlphabet[static_cast<std::size_t>(rest & 31U)];
    rest >>= 5U;
  }
  out.append(text.data(), text.size());
}

std::string to_base32(RawId id) {
  std::string out;
  append_base32(out, id);
  return out;
}

std::optional<RawId> from_base32(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  uint128 value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = kDigits[static_cast<unsigned char>(text[i])];
    if (digit < 0) return std::nullopt;
    if (i == 0 && digit > 7) return std::nullopt;  // would be more than 128 bits
    value = (value << 5U) | static_cast<unsigned>(digit);
  }
  return RawId{static_cast<std::uint64_t>(value >> 64U), static_cast<std::uint64_t>(value)};
}

}  // namespace wonjang
