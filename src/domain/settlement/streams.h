// House streams: streams of events that aren't about one payment: runs, chunks of lines, payouts, changes of
// reference data, files. Their ids are made of what they are about, not drawn: who tries to write the same
// fact again meets a stream that has it already.
//
// Layout (base/id.h): birth time 0 (no payment's id has that), slot, low word: bit 63 zero (asides have it
// set), bits 62..56 the kind, bits 55..0 what it is about. Stored for ever. Kind 0 is the registry's.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/ids.h"
#include "domain/money.h"
#include "domain/time.h"

namespace wonjang::settlement {

enum class HouseStream : std::uint8_t {
  registry = 0,
  run = 1,     // of one basis date
  lines = 2,   // one chunk of lines: merchant number, date, chunk
  payout = 3,  // merchant number, payout date, currency
  change = 4,  // a change of reference data, from proposal to decision
  file = 5,    // a file of an acquirer and what it was matched with
  canary = 6,  // decisions about one canary
};

constexpr std::uint32_t kMerchantNumberMax = (1U << 24U) - 1;
constexpr std::uint32_t kChunkMax = (1U << 16U) - 1;

// Nothing for what doesn't fit: merchants beyond kMerchantNumberMax, chunks beyond kChunkMax, dates outside
// 1970-01-01 .. 2149-06-06. `slot` of lines and payouts is the merchant's: merchant_slot.
std::uint32_t merchant_slot(MerchantId merchant);
std::optional<RawId> run_stream(BusinessDate date);
std::optional<RawId> lines_stream(MerchantId merchant, std::uint32_t number, BusinessDate date,
                                  std::uint32_t chunk);
std::optional<RawId> payout_stream(MerchantId merchant, std::uint32_t number, BusinessDate date,
                                   Currency currency);
// Chunks of a merchant's day have no gaps: the chunk before the one whose stream this is; nothing for the
// first one and for every other stream. A chunk whose predecessor isn't there isn't written (RecordFacts), so
// that no line that gives back stands without the line of its approval in the chunk before.
std::optional<RawId> chunk_before(const RawId& stream);
// From the random part of a drawn id; 56 bits.
RawId change_stream(RawId drawn);
RawId file_stream(RawId drawn);

// Nothing: a payment's stream, or an aside.
std::optional<HouseStream> house_stream_of(const RawId& stream);

struct ChangeTag {
  static constexpr const char* kPrefix = "chg_";
};
struct PayoutTag {
  static constexpr const char* kPrefix = "pyo_";
};
struct FileTag {
  static constexpr const char* kPrefix = "fil_";
};
// Their raw form is the stream's id.
using ChangeId = Id<ChangeTag>;
using PayoutId = Id<PayoutTag>;
using FileId = Id<FileTag>;

}  // namespace wonjang::settlement
