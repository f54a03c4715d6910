// One line of POST /v1/ingest: our own form or a CloudEvent 1.0.2 (structured mode).
//
//   {"op":"create","idempotencyKey":"k-1","data":{...body of POST /v1/payments...}}
//   {"op":"cancel","idempotencyKey":"k-2","paymentId":"pay_...","data":{...}}
//   {"op":"deposit","idempotencyKey":"k-3","merchantId":"mch_...","orderId":"order-1","data":{...}}
//   {"specversion":"1.0","id":"42","source":"/shop","type":"com.wonjang.payment.create","data":{...}}
//
// A CloudEvent's key is (source, id) and its subject is the payment's id; its data is the fingerprint.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "app/api/json/commands.h"

namespace wonjang {

// Which payment a line speaks of: by id, or by the merchant's own order id (the caller looks it up). Both
// empty: a create.
struct IngestTarget {
  PaymentId payment;
  MerchantId merchant;
  std::string order_id;
};

struct ParsedIngest {
  KeyKind key_kind = KeyKind::request;
  std::string key;  // as the sender wrote it; of a CloudEvent: source, a space, id
  IngestTarget target;
  ParsedCommand parsed;
};

struct IngestRefusal {
  std::string key;  // as far as it could be read, for the line's result
  FieldErrors errors;
};

// `op`: create, authenticate, fail, approval (recorded), cancel, deposit, deposit_reversal, acquisition.
// Nothing that calls a provider.
std::variant<ParsedIngest, IngestRefusal> parse_ingest_line(std::string_view line,
                                                            const ParseContext& context);

}  // namespace wonjang
