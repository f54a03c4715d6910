// FoldContext: what the folds of one batch share, and what the projection keeps in memory between batches.
//
// Threads: one at a time.
#pragma once

#include <set>

#include "engine/money/coverage.h"
#include "engine/money/merchants.h"
#include "engine/money/money_spaces.h"
#include "engine/money/overlay.h"
#include "engine/money/sums.h"

namespace wonjang::money {

// Loaded by open(), kept in step by the folds.
struct FoldMemory {
  // Lines whose movement isn't folded yet. Books are read one beside the other, so that a line (in its
  // merchant's book) may come before the payment's event (in the payment's): then the movement never becomes
  // an open item. Empty where there is one book.
  std::set<LineKey> early;
  bool any_failed = false;            // the table `failure` holds something, or did
  std::vector<bool> known_merchants;  // by number: the table `merchant` holds it
};

// Where an event stands in the log.
struct EventPlace {
  std::uint32_t book = 0;
  Position position = 0;
};

struct FoldContext {
  FoldContext(const KvSnapshot& snapshot, KvBatch& out, Merchants& merchants_used, FoldMemory& memory_used,
              bool one_book_only)
      : rows(snapshot, kSpaceCount, out),
        sums(rows),
        coverage(snapshot),
        merchants(merchants_used),
        memory(memory_used),
        one_book(one_book_only) {}

  // The merchant's number; whoever is met is written down, for readers.
  Result<MerchantNo> meet(MerchantId id) {
    WJ_TRY(const MerchantNo number, merchants.number_of(id));
    if (number >= memory.known_merchants.size()) memory.known_merchants.resize(number + 1);
    if (!memory.known_merchants[number]) {
      memory.known_merchants[number] = true;
      rows.put(kHouse, Key(Table::merchant).number(number).bytes(), id.raw().to_bytes());
    }
    return number;
  }

  Overlay rows;
  Sums sums;
  Coverage coverage;
  Merchants& merchants;
  FoldMemory& memory;
  const bool one_book;
};

inline std::string text_of(const EventPlace& place) {
  return "at position " + std::to_string(place.position) + " of book " + std::to_string(place.book);
}

// An item's or line's amount as it counts for the merchant.
inline std::int64_t signed_amount(settlement::LineKind kind, std::int64_t amount) {
  return kind == settlement::LineKind::approval ? amount : -amount;
}

}  // namespace wonjang::money
