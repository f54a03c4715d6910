// Payments, merchants and API keys as the API shows them. Compact: empty optional fields are left out;
// amounts, status and ids always stand there. Byte-stable for a given payment: the bytes are stored as
// answers.
//
// Threads: any.
#pragma once

#include <string>

#include "domain/payment.h"
#include "domain/registry.h"

namespace wonjang {

// Appends one JSON object.
void append_payment_json(std::string& out, const Payment& payment);
void append_merchant_json(std::string& out, const Merchant& merchant);
// Neither the secret nor its hash. Past its expiry at `now` it is EXPIRED.
void append_api_key_json(std::string& out, const ApiKey& key, Instant now = {});

}  // namespace wonjang
