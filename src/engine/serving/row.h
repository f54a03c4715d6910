// Row: a payment as the views keep it: everything that lists, search and totals show, and what folding the
// next event needs. Metadata and evidence stay in the ledger. The stored form is described in
// docs/formats/views.md; version first, then fields in a fixed order, times as differences to the payment's.
//
// Invariant: decode(encode(row)) is the row without metadata; folding through stored rows, event by event,
// gives what folding all at once gives (row_test.cc).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "domain/payment.h"
#include "engine/serving/facts.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {

struct Row {
  Payment payment;
  // hash64 of each folded event's bytes, by version: tells a repeat from a contradiction.
  std::vector<std::uint64_t> event_hashes;
};

void encode_row(const Row& row, std::string& out);
// `at` and `merchant` come from the key: they aren't stored twice. Errors: corrupt.
Result<Row> decode_row(const Locator& at, MerchantId merchant, std::string_view bytes);

// What filters and sums need of a stored row, several times cheaper than the whole. Texts lie in the bytes.
struct RowGlance {
  PaymentStatus status = PaymentStatus::none;
  std::int64_t total = 0;
  std::string_view currency;
  std::string_view order_name;
  std::string_view buyer;
  std::uint8_t method = 0;  // of the leading approval, like the issuer
  std::string_view issuer;
  std::int64_t gross = 0;  // as PaymentFacts
  std::int64_t canceled = 0;
};
// How far to look: a head has status, total and currency; texts add both names; all, the rest.
enum class Glance : std::uint8_t { head, texts, all };
// Errors: corrupt.
Result<RowGlance> glance_row(std::string_view bytes, Glance depth);

void encode_transaction(const Transaction& transaction, std::string& out);
// Errors: corrupt.
Result<Transaction> decode_transaction(std::string_view key, std::string_view bytes);

}  // namespace wonjang::serving
