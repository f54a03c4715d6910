// Spaces and keys of the projection `money`. Integers in keys are big-endian, days are moved by 2^31 so that
// they sort; a day that is open (a line without payout day) is the last one. Small tables share a space:
// their first byte tells them apart (Table). Every key and value byte by byte: docs/formats/money.md.
//
// clang-format off
//   1..4         the journal's (journal_spaces.h)
//   payments     payment(16)                                   -> PaymentMoney and its movements
//   open         day(4) merchant(4) payment(16) version(4)     -> a movement that no line settles
//   lines        run day(4) merchant(4) line key(24)           -> what lists need of the line
//   line_keys    line key(24)                                  -> where the line stands, what is left of it
//   payout_days  merchant(4) currency(3) day(4) line key(24)   -> run day
//   sums         due, unpaid now and at each day's close, standing, open items by day
//   payouts      payouts by id, by date, by merchant
//   failed       newest failure of an item, lines of movements not seen yet
//   run_items    failed items and canary differences of a run
//   house        the rest of the house: positions, merchants, runs, chunks, canaries, reference data, changes
//   files        acquirers' files, their rows, matches and breaks, what they should name
//   candidates   number 00 payment(16) version(4)              -> a movement that a file may name
// clang-format on
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "domain/settlement/line.h"
#include "engine/money/money_reader.h"
#include "ports/projection.h"

namespace wonjang::money {

enum Space : KvSpace {
  kPayments = 5,
  kOpen = 6,
  kLines = 7,
  kLineKeys = 8,
  kPayoutDays = 9,
  kSums = 10,
  kPayouts = 11,
  kFailed = 12,
  kRunItems = 13,
  kHouse = 14,
  kFiles = 15,
  kCandidates = 16,
};
constexpr KvSpace kSpaceCount = 17;
std::span<const KvSpaceOptions> money_spaces();

// Numbers are stored, unique in all spaces.
enum class Table : std::uint8_t {
  none = 0,
  // sums
  due = 1,       // merchant currency payout day       -> lines and net that no payout covers
  unpaid = 2,    // merchant currency                  -> UnpaidNow
  standing = 3,  // merchant currency                  -> Standing
  // payouts
  payout = 4,              // payout                             -> PayoutStored
  payout_by_date = 5,      // date merchant payout               -> ()
  payout_of_merchant = 6,  // merchant currency position(8)      -> its date and id
  // failed
  failure = 7,  // line key                           -> FailureMark
  early = 8,    // line key                           -> ()
  // run_items
  failed_item = 9,  // run day, merchant, line key        -> FailedItem
  difference = 10,  // run day, merchant, line key, name  -> CanaryDifference
  // house
  seen = 11,            // book                       -> position of the next event
  merchant = 12,        // merchant                   -> id(16)
  run = 13,             // day                        -> RunStored
  run_totals = 14,      // day currency               -> RunTotals
  chunk = 15,           // merchant day               -> next free chunk
  canary_run = 16,      // name merchant run day      -> CanaryRun
  promoted = 17,        // name merchant              -> when
  reference = 18,       // kind(4) subject(16) known at(8) change(16) -> Reference
  change = 19,          // change                     -> ChangeStored
  change_by_time = 20,  // ~time(8) change            -> ()
  // files
  file = 21,          // file                         -> FileNow
  file_by_time = 22,  // ~time(8) file                -> ()
  row = 23,           // file line no                 -> FileRow
  match = 24,         // file line no line key        -> MatchStored; line key zero where there is a line no
  open_break = 25,    // since file line no line key  -> ()
  // sums, house, files: of later versions
  unpaid_close = 26,  // merchant currency day        -> UnpaidSum at the day's close
  day_end = 27,       // book day                     -> position behind the book's newest event of the day
  expected = 28,      // acquirer day payment version -> ExpectedStored
  matched_in = 29,    // kind(4) line key file        -> line no(4) of its row
  open_count = 30,    // day                          -> OpenCount: how many of `open` have the day
  tolerated = 31,     // since file line no           -> (): matched, and the amounts differ
  disputed = 32,      // payouts: since(8) payout     -> (): the bank says otherwise than what stands
};

// For lines without a payout day: behind every date.
constexpr BusinessDate kUndated = kDatedOrNot;

// Appends the parts of a key one after the other: Key(Table::due).number(merchant).currency(c).day(d).
class Key {
 public:
  Key() { bytes_.reserve(40); }
  explicit Key(Table table) : Key() { bytes_.push_back(static_cast<char>(table)); }

  Key& number(std::uint32_t v) {
    put_be32(bytes_, v);
    return *this;
  }
  Key& wide(std::uint64_t v) {
    put_be64(bytes_, v);
    return *this;
  }
  Key& day(BusinessDate v) { return number(static_cast<std::uint32_t>(v.days) ^ 0x8000'0000U); }
  Key& currency(Currency v) {
    bytes_.append(v.code());
    return *this;
  }
  Key& id(const RawId& v) { return wide(v.high).wide(v.low); }
  Key& text(std::string_view v) {
    bytes_.append(v).push_back('\0');
    return *this;
  }
  Key& line(const LineKey& v) { return id(v.payment.raw()).number(v.version).number(v.seq); }

  const std::string& bytes() const& { return bytes_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// The parts again, in the same order. Check ok() at the end.
class KeyReader {
 public:
  // Skips the table's byte where there is one.
  explicit KeyReader(std::string_view key, bool has_table = true) : in_(key) {
    if (has_table) in_.u8();
  }
  bool ok() const { return in_.ok() && ok_ && in_.at_end(); }
  std::uint32_t number() { return in_.be32(); }
  std::uint64_t wide() { return in_.be64(); }
  BusinessDate day() { return {static_cast<std::int32_t>(in_.be32() ^ 0x8000'0000U)}; }
  Currency currency() {
    const auto known = Currency::parse(in_.take(3));
    ok_ = ok_ && known.has_value();
    return known.value_or(Currency());
  }
  RawId id() {
    const auto high = in_.be64();
    return {high, in_.be64()};
  }
  // A text ends with a zero byte.
  void skip_text() {
    while (in_.ok() && in_.u8() != 0) {
    }
  }
  LineKey line() {
    const PaymentId payment(id());
    const auto version = in_.be32();
    return {payment, version, in_.be32()};
  }

 private:
  ByteReader in_;
  bool ok_ = true;
};

inline std::string open_key(BusinessDate day, MerchantNo merchant, PaymentId payment, std::uint32_t version) {
  return Key().day(day).number(merchant).id(payment.raw()).number(version).bytes();
}
inline std::string line_key(BusinessDate run, MerchantNo merchant, const LineKey& key) {
  return Key().day(run).number(merchant).line(key).bytes();
}
inline std::string payout_day_key(MerchantNo merchant, Currency currency, BusinessDate day,
                                  const LineKey& key) {
  return Key().number(merchant).currency(currency).day(day).line(key).bytes();
}

// The smallest key above every key that begins with `prefix`; empty when there is none.
std::string after_prefix(std::string_view prefix);
// The smallest key above all that begin with `prefix` and a day <= `last`.
std::string after_day(Key prefix, BusinessDate last);

// For reports: "open, day 2026-11-22, merchant 3, payment pay_..., version 2".
std::string describe_key(KvSpace space, std::string_view key);

}  // namespace wonjang::money
