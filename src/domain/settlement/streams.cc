#include "domain/settlement/streams.h"

#include "domain/registry.h"

namespace wonjang::settlement {
namespace {

constexpr unsigned kKindAt = 56;
constexpr std::uint64_t kAboutMask = (std::uint64_t{1} << kKindAt) - 1;
constexpr std::uint64_t kAsideBit = std::uint64_t{1} << 63U;
constexpr std::int32_t kDayMax = (1 << 16) - 1;

// Widths of what the low word is put together of, from bit 55 down.
constexpr unsigned kChunkBits = 16;
constexpr unsigned kCurrencyBits = 16;
constexpr unsigned kDateBits = 16;

RawId stream_of(HouseStream kind, std::uint32_t slot, std::uint64_t about) {
  return {std::uint64_t{slot} << 4U,
          (std::uint64_t{static_cast<std::uint8_t>(kind)} << kKindAt) | (about & kAboutMask)};
}

std::optional<std::uint64_t> day_bits(BusinessDate date) {
  if (date.days < 0 || date.days > kDayMax) return std::nullopt;
  return static_cast<std::uint64_t>(date.days);
}

// Three letters, five bits each.
std::uint64_t currency_bits(Currency currency) {
  std::uint64_t out = 0;
  for (const char letter : currency.code()) out = (out << 5U) | static_cast<std::uint64_t>(letter - 'A' + 1);
  return out;
}

}  // namespace

std::uint32_t merchant_slot(MerchantId merchant) { return slot_of(merchant, ""); }

std::optional<RawId> run_stream(BusinessDate date) {
  const auto day = day_bits(date);
  if (!day) return std::nullopt;
  return stream_of(HouseStream::run, 0, *day);
}

std::optional<RawId> lines_stream(MerchantId merchant, std::uint32_t number, BusinessDate date,
                                  std::uint32_t chunk) {
  const auto day = day_bits(date);
  if (!day || number > kMerchantNumberMax || chunk > kChunkMax) return std::nullopt;
  const auto about = (std::uint64_t{number} << (kDateBits + kChunkBits)) | (*day << kChunkBits) | chunk;
  return stream_of(HouseStream::lines, merchant_slot(merchant), about);
}

std::optional<RawId> payout_stream(MerchantId merchant, std::uint32_t number, BusinessDate date,
                                   Currency currency) {
  const auto day = day_bits(date);
  if (!day || number > kMerchantNumberMax) return std::nullopt;
  const auto about = (std::uint64_t{number} << (kDateBits + kCurrencyBits)) | (*day << kCurrencyBits) |
                     currency_bits(currency);
  return stream_of(HouseStream::payout, merchant_slot(merchant), about);
}

std::optional<RawId> chunk_before(const RawId& stream) {
  if (house_stream_of(stream) != HouseStream::lines || (stream.low & kChunkMax) == 0) return std::nullopt;
  return RawId{stream.high, stream.low - 1};
}

RawId change_stream(RawId drawn) { return stream_of(HouseStream::change, drawn.slot(), drawn.low); }

RawId file_stream(RawId drawn) { return stream_of(HouseStream::file, drawn.slot(), drawn.low); }

std::optional<HouseStream> house_stream_of(const RawId& stream) {
  if (stream == kRegistryStream) return HouseStream::registry;
  const bool is_shaped =
      !is_payment_stream(stream) && (stream.low & kAsideBit) == 0 && (stream.high & 0xFU) == 0;
  if (!is_shaped) return std::nullopt;
  switch (const auto kind = static_cast<HouseStream>(stream.low >> kKindAt); kind) {
    case HouseStream::run:
    case HouseStream::lines:
    case HouseStream::payout:
    case HouseStream::change:
    case HouseStream::file:
    case HouseStream::canary:
      return kind;
    case HouseStream::registry:
      break;  // it has one stream alone
  }
  return std::nullopt;
}

}  // namespace wonjang::settlement
