// Spaces and keys of the serving views. Integers in keys are big-endian; times are inverted (~), so that the
// newest comes first in byte order; nothing that can change is part of a key. The whole format, byte by byte:
// docs/formats/views.md.
//
//   rows          merchant(4) ~time(8) payment(16)                       -> the row (row.h)
//   locators      payment(16)                                            -> merchant(4) time(8)
//   timeline      ~time(8) payment(16)                                   -> merchant(4)
//   amounts       merchant(4) month(2) ~amount(8) ~time(8) payment(16)   -> (); once by its month, once by
//                                                                           kAllMonths
//   transactions  merchant(4) ~time(8) payment(16) version(4)            -> the transaction (row.h)
//   ids           kind(1) value 0x00 ~time(8) payment(16)                -> merchant(4)
//   dictionary    field(1) normal form                                   -> () (dictionary.h)
//   postings      field(1) value(6) ~time(8) payment(16)                 -> merchant(4)
//   totals_now    cube(2) dimension bucket(4)                            -> a cell (cell.h)
//   totals_late   cube(2) dimension bucket(4) recorded day(4)            -> a cell
//   buckets       merchant(4) month(2)                                   -> count, money, set-hash (bucket.h)
//   pending       payment(16) version(4)                                 -> an event that came too early
//   quarantine    payment(16) version(4) hash(8)                         -> an event that contradicts a
//   folded one
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/time.h"
#include "engine/serving/facts.h"
#include "ports/projection.h"

namespace wonjang::serving {

enum Space : KvSpace {
  kMeta = kProjectionMetaSpace,
  kRows = 1,
  kLocators = 2,
  kTimeline = 3,
  kAmounts = 4,
  kTransactions = 5,
  kIds = 6,
  kDictionary = 7,
  kPostings = 8,
  kTotalsNow = 9,
  kTotalsLate = 10,
  kBuckets = 11,
  kPending = 12,
  kQuarantine = 13,
};
constexpr KvSpace kSpaceCount = 14;
std::span<const KvSpaceOptions> view_spaces();

// What can be looked up exactly (ids), one kind a column. Numbers are stored.
enum class IdKind : std::uint8_t {
  order_id = 1,
  order_tail = 2,       // the last 6 characters of the order id, when it has more than 6
  approve_no = 3,       // the network's approval number
  network_txn = 4,      // network_txn_id
  transaction_key = 5,  // of a cancel
  approval = 6,         // our approval id, 16 bytes
  cancel = 7,           // our cancel id, 16 bytes
  card_tail = 8,        // last 4 digits; a whole masked number is looked up by these and compared in the row
  phone_tail = 9,       // last 4 digits of the buyer's phone; more of it leads here too, and the row tells
  external_key = 10,    // payment key at another gateway
  customer_key = 11,
  bank_notice = 12,
  slip_no = 13,
  metadata_value = 14,  // a value that is looked for as a whole (hints.h)
  metadata_pair = 15,   // 8 bytes, the hash of a name and its value, for filters
  status = 16,          // merchant(4) status(1): that the payment had it once, see has_status_hint()
  sub_mall = 17,        // the merchant's own ids of whoever sold, and of the shop
  store = 18,
  acquire_batch = 19,  // of a slip: the batch it went to the acquirer in
};

// What can be searched by a part of it (dictionary, postings).
enum class TextField : std::uint8_t { buyer = 1, product = 2, depositor = 3, metadata = 4 };

// Where a payment's row stands.
struct Locator {
  MerchantNo merchant = 0;
  Instant at;
  PaymentId payment;
  friend bool operator==(const Locator&, const Locator&) = default;
};

// Months since 1970-01, of the day in Seoul.
std::uint16_t month_of(Instant at);
// In place of a month: a merchant's amounts of all time.
constexpr std::uint16_t kAllMonths = 0xFFFF;

// The distinct normal form of a text in one field: 48 bits of its hash. Two forms that share one are told
// apart by the row, which is the truth; postings are hints.
using ValueId = std::uint64_t;

std::string row_key(const Locator& at);
std::string locator_key(PaymentId payment);
std::string locator_value(const Locator& at);
std::optional<Locator> read_locator(PaymentId payment, std::string_view value);
std::string timeline_key(const Locator& at);
std::string amount_key(const Locator& at, std::int64_t amount);
std::string amount_of_all_key(const Locator& at, std::int64_t amount);
std::string transaction_key(MerchantNo merchant, Instant at, PaymentId payment, std::uint32_t version);
std::string id_key(IdKind kind, std::string_view value, const Locator& at);
std::string posting_key(TextField field, ValueId value, const Locator& at);
std::string bucket_key(const Locator& at);

// For scans: the part in front of ~time, and the bounds of a half-open period [from, until) behind it, newest
// first. `until` zero: no upper end; `from` zero: from the beginning.
std::string merchant_prefix(MerchantNo merchant);
std::string amounts_prefix(MerchantNo merchant, std::uint16_t month);
std::string id_prefix(IdKind kind, std::string_view value);
std::string posting_prefix(TextField field, ValueId value);
struct KeyRange {
  std::string from;
  std::string until;
};
KeyRange newest_first(std::string_view prefix, Instant from, Instant until);
// The smallest key above every key that begins with `prefix`; empty when there is none.
std::string after_prefix(std::string_view prefix);

// Parsed back. Nothing on a wrong size.
std::optional<Locator> read_row_key(std::string_view key);
std::optional<Locator> read_timeline_key(std::string_view key, std::string_view value);
// The last 24 bytes ~time(8) payment(16) of a key of ids or postings, with the merchant of its value.
std::optional<Locator> read_hint(std::string_view key, std::string_view value);

}  // namespace wonjang::serving
