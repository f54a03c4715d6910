// The ids of the domain and how they are made. Layout: base/id.h. The slot is a stable hash of (merchant,
// order id) mod 4096; slots map to books, so a payment's id says where it lives.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/id.h"
#include "base/rng.h"
#include "domain/time.h"

namespace wonjang {

struct PaymentTag {
  static constexpr const char* kPrefix = "pay_";
};
struct ApprovalTag {
  static constexpr const char* kPrefix = "apr_";
};
struct CancelTag {
  static constexpr const char* kPrefix = "cnl_";
};
struct EventTag {
  static constexpr const char* kPrefix = "evt_";
};
struct MerchantTag {
  static constexpr const char* kPrefix = "mch_";
};
struct ApiKeyTag {
  static constexpr const char* kPrefix = "key_";
};

using PaymentId = Id<PaymentTag>;
using ApprovalId = Id<ApprovalTag>;
using CancelId = Id<CancelTag>;
using EventId = Id<EventTag>;
using MerchantId = Id<MerchantTag>;
using ApiKeyId = Id<ApiKeyTag>;

constexpr std::uint32_t kSlots = 4096;

// Which of a ledger's `books` a slot, or a stream by its own slot, lives in. Part of the stored format: where
// what is in a book is looked for. REQUIRES: slot < kSlots; 0 < books <= kSlots
constexpr std::uint32_t book_of_slot(std::uint32_t slot, std::uint32_t books) {
  return slot * books / kSlots;
}
constexpr std::uint32_t book_of(const RawId& stream, std::uint32_t books) {
  return book_of_slot(stream.slot(), books);
}

// Whose stream is this? Ids of payments carry a time of birth; those of the registry (registry.h) and of
// asides (event.h) carry none.
constexpr bool is_payment_stream(const RawId& stream) { return stream.unix_ms() != 0; }
// A fresh stream for one aside, in the slot of what it is about, so that both live in one book.
constexpr RawId aside_stream(const RawId& fresh) {
  return {fresh.high & 0xFFFFU, fresh.low | std::uint64_t{1} << 63U};
}

// Stable for ever: FNV-1a 64 of the merchant's 16 bytes and the order id, folded. Part of the stored format.
std::uint32_t slot_of(MerchantId merchant, std::string_view order_id);

// Makes ids that rise strictly within a slot and never repeat across slots, also when the clock stands still
// or steps back. (Across slots the slot's bits come before the counter: order within one millisecond is by
// slot.) Threads: one owner.
class IdMaker {
 public:
  explicit IdMaker(Rng rng) : rng_(rng) {}
  RawId next(Instant now, std::uint32_t slot);

 private:
  Rng rng_;
  std::uint64_t last_ms_ = 0;
  std::uint64_t tail_high_ = 0;  // 4 bits
  std::uint64_t tail_low_ = 0;   // 64 bits
};

}  // namespace wonjang
