// Items of the serving views as the API shows them: money as whole numbers of the smallest unit with the
// currency beside it, times RFC 3339 in UTC, the business day (Seoul) where a day is meant. What the views
// don't hold (metadata, evidence) is asked for at GET /v1/payments/{paymentId}.
//
// Threads: any.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/api/json/json_writer.h"
#include "app/api/json/sum_json.h"
#include "app/api/tokens.h"
#include "domain/registry.h"
#include "engine/serving/cell.h"
#include "engine/serving/changes.h"
#include "engine/serving/lifecycle.h"
#include "engine/serving/queries.h"

namespace wonjang {

// Each appends one object.
void put_payment_item(JsonWriter& w, const Payment& payment, const RegistryState& registry);
void put_transaction_item(JsonWriter& w, const serving::Transaction& transaction, const Merchant& merchant);
// A payment item with "matched" and "possible".
void put_search_hit(JsonWriter& w, const serving::SearchHit& hit, const RegistryState& registry);
// A payment item with "eventsAfter", "then" (how it stood at the close; missing: it wasn't known) and
// "difference" (what it adds to the totals' difference).
void put_changed_payment(JsonWriter& w, const serving::ChangedPayment& changed,
                         const RegistryState& registry);
// `book`: of the payment.
void put_life_step(JsonWriter& w, const serving::LifeStep& step, const Tokens& tokens, std::uint32_t book);

// "totals":[{currency, count, grossAmount, canceledAmount, netAmount}] by currency; or "totals":null beside
// "totalsRefused":{what, ceiling}.
void put_list_totals(JsonWriter& w, const serving::TotalsAnswer& totals);

// Members of a row of totals: count, amount, grossAmount, canceledAmount, netAmount.
void put_measures(JsonWriter& w, const serving::Measures& sums);

}  // namespace wonjang
