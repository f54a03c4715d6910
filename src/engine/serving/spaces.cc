#include "engine/serving/spaces.h"

#include <array>

#include "base/assert.h"
#include "base/bytes.h"
#include "engine/serving/cube.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kHintSize = 24;            // ~time(8) payment(16)
constexpr std::uint64_t kSignBit = 1ULL << 63U;  // turned, so that amounts sort as numbers

std::uint64_t inverted(Instant at) { return ~static_cast<std::uint64_t>(at.us); }
Instant from_inverted(std::uint64_t stored) { return {static_cast<std::int64_t>(~stored)}; }

void put_u16(std::string& out, std::uint16_t v) {
  out.push_back(static_cast<char>(v >> 8U));
  out.push_back(static_cast<char>(v & 0xFFU));
}
void put_id(std::string& out, RawId id) {
  put_be64(out, id.high);
  put_be64(out, id.low);
}
void put_place(std::string& out, Instant at, PaymentId payment) {
  put_be64(out, inverted(at));
  put_id(out, payment.raw());
}
void put_value(std::string& out, ValueId value) {
  put_u16(out, static_cast<std::uint16_t>(value >> 32U));
  put_be32(out, static_cast<std::uint32_t>(value));
}

struct Listed {
  Instant at;
  PaymentId payment;
};
Listed read_listed(std::string_view bytes) {
  ByteReader in(bytes);
  const Instant at = from_inverted(in.be64());
  return {at, PaymentId(RawId::from_bytes(bytes.data() + 8))};
}
std::optional<MerchantNo> read_merchant(std::string_view value) {
  if (value.size() != 4) return std::nullopt;
  return ByteReader(value).be32();
}

}  // namespace

std::span<const KvSpaceOptions> view_spaces() {
  static const std::array<KvSpaceOptions, kSpaceCount> spaces = {{
      {.name = "meta"},
      {.name = "rows"},
      {.name = "locators"},
      {.name = "timeline"},
      {.name = "amounts"},
      {.name = "transactions"},
      {.name = "ids"},
      {.name = "dictionary", .often_absent = true},
      {.name = "postings"},
      {.name = "totals_now", .often_absent = true},
      {.name = "totals_late", .often_absent = true},
      {.name = "buckets"},
      {.name = "pending"},
      {.name = "quarantine"},
  }};
  return spaces;
}

std::uint16_t month_of(Instant at) { return static_cast<std::uint16_t>(bucket_of(Grain::month, at)); }

std::string merchant_prefix(MerchantNo merchant) {
  std::string out;
  put_be32(out, merchant);
  return out;
}

std::string row_key(const Locator& at) {
  std::string out;
  out.reserve(28);
  put_be32(out, at.merchant);
  put_place(out, at.at, at.payment);
  return out;
}

std::string locator_key(PaymentId payment) { return payment.raw().to_bytes(); }

std::string locator_value(const Locator& at) {
  std::string out;
  put_be32(out, at.merchant);
  put_be64(out, static_cast<std::uint64_t>(at.at.us));
  return out;
}

std::optional<Locator> read_locator(PaymentId payment, std::string_view value) {
  if (value.size() != 12) return std::nullopt;
  ByteReader in(value);
  const MerchantNo merchant = in.be32();
  return Locator{merchant, Instant{static_cast<std::int64_t>(in.be64())}, payment};
}

std::string timeline_key(const Locator& at) {
  std::string out;
  out.reserve(kHintSize);
  put_place(out, at.at, at.payment);
  return out;
}

std::string amounts_prefix(MerchantNo merchant, std::uint16_t month) {
  std::string out;
  out.reserve(38);
  put_be32(out, merchant);
  put_u16(out, month);
  return out;
}

namespace {

std::string amount_key_of(const Locator& at, std::uint16_t month, std::int64_t amount) {
  std::string out = amounts_prefix(at.merchant, month);
  put_be64(out, ~(static_cast<std::uint64_t>(amount) ^ kSignBit));
  put_place(out, at.at, at.payment);
  return out;
}

}  // namespace

std::string amount_key(const Locator& at, std::int64_t amount) {
  return amount_key_of(at, month_of(at.at), amount);
}

std::string amount_of_all_key(const Locator& at, std::int64_t amount) {
  return amount_key_of(at, kAllMonths, amount);
}

std::string transaction_key(MerchantNo merchant, Instant at, PaymentId payment, std::uint32_t version) {
  std::string out = row_key({merchant, at, payment});
  put_be32(out, version);
  return out;
}

std::string id_prefix(IdKind kind, std::string_view value) {
  std::string out;
  out.reserve(value.size() + 2 + kHintSize);
  out.push_back(static_cast<char>(kind));
  out.append(value);
  out.push_back('\0');
  return out;
}

std::string id_key(IdKind kind, std::string_view value, const Locator& at) {
  std::string out = id_prefix(kind, value);
  put_place(out, at.at, at.payment);
  return out;
}

std::string posting_prefix(TextField field, ValueId value) {
  std::string out;
  out.reserve(7 + kHintSize);
  out.push_back(static_cast<char>(field));
  put_value(out, value);
  return out;
}

std::string posting_key(TextField field, ValueId value, const Locator& at) {
  std::string out = posting_prefix(field, value);
  put_place(out, at.at, at.payment);
  return out;
}

std::string bucket_key(const Locator& at) {
  std::string out = merchant_prefix(at.merchant);
  put_u16(out, month_of(at.at));
  return out;
}

std::string after_prefix(std::string_view prefix) {
  std::string out(prefix);
  while (!out.empty()) {
    const auto last = static_cast<std::uint8_t>(out.back());
    if (last != 0xFF) {
      out.back() = static_cast<char>(last + 1);
      return out;
    }
    out.pop_back();
  }
  return out;
}

KeyRange newest_first(std::string_view prefix, Instant from, Instant until) {
  KeyRange out;
  out.from = prefix;
  // Times are inverted: what is before `until` comes after ~until, and `from` itself still belongs.
  if (!until.is_zero()) put_be64(out.from, inverted(until.plus_us(-1)));
  if (from.is_zero()) {
    out.until = after_prefix(prefix);
  } else {
    out.until = prefix;
    put_be64(out.until, inverted(from) + 1);
  }
  return out;
}

std::optional<Locator> read_row_key(std::string_view key) {
  if (key.size() != 4 + kHintSize) return std::nullopt;
  const Listed place = read_listed(key.substr(4));
  return Locator{ByteReader(key).be32(), place.at, place.payment};
}

std::optional<Locator> read_timeline_key(std::string_view key, std::string_view value) {
  return key.size() == kHintSize ? read_hint(key, value) : std::nullopt;
}

std::optional<Locator> read_hint(std::string_view key, std::string_view value) {
  const auto merchant = read_merchant(value);
  if (!merchant || key.size() < kHintSize) return std::nullopt;
  const Listed place = read_listed(key.substr(key.size() - kHintSize));
  return Locator{*merchant, place.at, place.payment};
}

}  // namespace wonjang::serving
