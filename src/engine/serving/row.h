// Row: a payment as the views keep it: everything that lists, search and totals show, and what folding the
// next event needs. Evidence stays in the ledger. The stored form is described in docs/formats/views.md;
// version first, then fields in a fixed order (those that filters ask for in front), times as differences to
// the payment's.
//
// Invariant: decode(encode(row)) is the row; folding through stored rows, event by event,
// gives what folding all at once gives (row_test.cc).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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

// What filters and sums need of a stored row, without reading the whole. Texts lie in the bytes.
struct RowGlance {
  PaymentStatus status = PaymentStatus::none;
  std::int64_t amount = 0;  // the payment's total
  std::string_view currency;
  std::uint8_t method = 0;  // of the leading approval, like the issuer
  std::string_view issuer;
  std::int64_t gross = 0;  // as PaymentFacts
  std::int64_t canceled = 0;
  std::string_view order_name;
  std::string_view buyer;
  std::vector<std::pair<std::string_view, std::string_view>> metadata;
};
// How far to look: to the canceled amount; to both names; to the metadata.
enum class Glance : std::uint8_t { head, texts, metadata };
// Errors: corrupt.
Result<RowGlance> glance_row(std::string_view bytes, Glance depth);

void encode_transaction(const Transaction& transaction, std::string& out);
// Errors: corrupt.
Result<Transaction> decode_transaction(std::string_view key, std::string_view bytes);

}  // namespace wonjang::serving
