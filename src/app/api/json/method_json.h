// Parts that payments and events show alike. For the .cc files of this folder only.
#pragma once

#include "app/api/json/json_writer.h"
#include "domain/event.h"

namespace wonjang {

// amount and its four parts, under the names of the API.
void put_amounts(JsonWriter& w, std::string_view total_name, const TaxParts& parts);
// "method" and the block named after it.
void put_method(JsonWriter& w, const MethodDetail& detail);
// approvalId, seq, method, amounts, provider, pgCode, van.
void put_approval_terms(JsonWriter& w, const ApprovalTerms& terms);
void put_metadata(JsonWriter& w, const Metadata& metadata);
void put_external(JsonWriter& w, const External& external);
// What was agreed at creation, but amounts and the order's name for itself.
void put_payment_terms(JsonWriter& w, const PaymentCreated& terms);
// cancelId, approvalId, kind, amounts, requester, phase ...
void put_cancel_terms(JsonWriter& w, const CancelTerms& terms);
// WAITING or CANCELED.
std::string_view effect_of(DepositReversal effect);

}  // namespace wonjang
