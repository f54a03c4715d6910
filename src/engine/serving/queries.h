// Queries of the serving views and their answers, as values: what the HTTP API asks, what the oracle computes
// too. Every answer comes from one snapshot and says what it read; one that would read more than its class
// allows is refused with what to narrow, never cut short in silence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/int128.h"
#include "engine/serving/facts.h"
#include "engine/serving/row.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {

// Of the pair with this name, exactly as it was sent.
struct MetadataFilter {
  std::string name;
  std::vector<std::string> values;
  friend bool operator==(const MetadataFilter&, const MetadataFilter&) = default;
};

// All of a field's values joined by "or", the fields by "and"; an empty list or a missing bound doesn't
// filter.
struct PaymentFilter {
  std::optional<MerchantNo> merchant = {};  // missing: every merchant's (operators only)
  Instant from = {};                        // requested time, [from, until); zero: open
  Instant until = {};
  std::vector<PaymentStatus> statuses = {};
  std::vector<std::uint8_t> methods = {};  // of the leading approval
  std::vector<std::string> issuers = {};
  std::optional<std::int64_t> amount_min = {};  // of the payment's total, both inclusive
  std::optional<std::int64_t> amount_max = {};
  std::string contains = {};                  // buyer or product, as in search; empty: any
  std::vector<MetadataFilter> metadata = {};  // each name once
  friend bool operator==(const PaymentFilter&, const PaymentFilter&) = default;
};

struct TransactionFilter {
  std::optional<MerchantNo> merchant = {};  // required
  Instant from = {};                        // the transaction's own time
  Instant until = {};
  std::vector<TransactionKind> kinds = {};
  std::vector<std::uint8_t> methods = {};
  std::vector<std::string> issuers = {};
  std::optional<std::int64_t> amount_min = {};
  std::optional<std::int64_t> amount_max = {};
  std::vector<PaymentStatus> statuses = {};  // of its payment, as that stands now
  std::string contains = {};                 // buyer or product of its payment, as in PaymentFilter
  friend bool operator==(const TransactionFilter&, const TransactionFilter&) = default;
};

// Ties: among the newest the lesser id first, by amount (largest) the newer one; oldest and smallest are
// those orders turned round. The sort's key is unique, so a cursor neither skips nor repeats.
enum class Sort : std::uint8_t { newest = 1, oldest = 2, largest = 3, smallest = 4 };
std::string_view code_of(Sort sort);

constexpr std::uint32_t kPageMax = 1'000;

struct Page {
  Sort sort = Sort::newest;
  std::uint32_t limit = 50;  // 1..kPageMax
  std::string after = {};    // Answer::next of the page before; empty: the first page
};

// Sums of one currency.
struct Sums {
  std::string currency;
  std::int64_t count = 0;
  int128 gross = 0;
  int128 canceled = 0;
  int128 net() const { return gross - canceled; }
  friend bool operator==(const Sums&, const Sums&) = default;
};

// Whose parameters an advice may name, and which setting bounds it: the totals of a cube, those beside a
// list, who sold most, today's sales of all.
enum class Asker : std::uint8_t { totals, list, top, today };

// Refused: it would read more than its class allows.
struct Narrow {
  std::string what;  // for people: what was asked and what to narrow
  std::uint64_t rows_max = 0;
  friend bool operator==(const Narrow&, const Narrow&) = default;
};

struct Reading {
  std::string index;  // which space and plan answered: "rows", "amounts, 13 months", "postings, 4 values"
  std::uint64_t rows_read = 0;
  std::uint64_t seeks = 0;
  std::uint64_t rows_given_up = 0;  // read for a plan that was given up: told, not held against the ceiling
};

template <typename Item>
struct Paged {
  std::vector<Item> items;
  // Where the next page begins; nothing at the end. A page may hold fewer items than asked and still have a
  // next one: the ceiling was reached while filtering, and the cursor goes on from there.
  std::optional<std::string> next;
  Reading reading;
  std::optional<Narrow> refused;  // an order that would read more than the ceiling: there are no items then
};

struct PaymentItem {
  Locator at;
  Payment payment;
};
struct TransactionItem {
  Transaction transaction;
};
using TotalsAnswer = std::variant<std::vector<Sums>, Narrow>;  // by currency, in order of its code

// Search. A text that looks like an id (any business id, the last 6 characters of an order id, 4 digits of a
// card, 4 or more of a phone) is looked up as such too; hits of both kinds come together, newest first.
struct SearchQuery {
  std::string text = {};
  std::optional<MerchantNo> merchant = {};  // scope
  Instant from = {};                        // requested time, [from, until); zero: open
  Instant until = {};
  std::uint32_t limit = 50;
  std::string after = {};
};
struct SearchHit {
  Locator at;
  Payment payment;
  std::vector<std::string> matched;  // "buyer", "product", "orderId", "approveNo" ... in enum order
  bool possible = false;  // matched only through masked characters; such come after all certain ones
};

}  // namespace wonjang::serving
