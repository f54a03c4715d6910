// Bodies of the HTTP API as commands of the domain: parsed once, here, into types that can't be wrong.
//
//   const auto parsed = parse_cancel(body, payment_id, {.tenant = merchant_of_key});
//   if (const auto* errors = std::get_if<FieldErrors>(&parsed)) return field_problem(*errors);
//   auto& cancel = std::get<ParsedCommand>(parsed);
//
// Strict: an unknown field, a known one in the wrong place, a wrong type, a duplicate name, a number with a
// fraction, an empty string, null, a card number anywhere: all are refused, all at once, with a pointer each.
// What passes is syntactically right; decide() judges the rest. Text is stored in NFC.
//
// Each command comes with its canonical request (engine/ledger/idempotency.h): operation, path ids and every
// field in a fixed order, a default that was spelled out equal to one that was left out. It is the
// idempotency fingerprint.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "app/api/json/field_error.h"
#include "domain/command.h"
#include "domain/registry.h"
#include "engine/ledger/idempotency.h"

namespace wonjang {

struct ParseContext {
  // The caller's own merchant. Zero: a key of the house, which must name the merchant where one is needed.
  MerchantId tenant;
  // Date version of the API the caller is pinned to; kept in the payment, no part of the fingerprint.
  std::string_view api_version = "2026-11-22";
};

struct ParsedCommand {
  PaymentCommand command;
  std::string reason;
  CanonicalRequest canonical;
};
using Parsed = std::variant<ParsedCommand, FieldErrors>;

struct ParsedRegistry {
  RegistryCommand command;
  CanonicalRequest canonical;
};
using ParsedRegistryOr = std::variant<ParsedRegistry, FieldErrors>;

// CreatePayment. Its merchant is the named one, else the tenant.
Parsed parse_create(std::string_view body, const ParseContext& context);
// RecordApproval: approved elsewhere already.
Parsed parse_record_approval(std::string_view body, PaymentId payment);
// BeginApproval through a provider. The caller sets `deadline` (no part of the fingerprint).
Parsed parse_approve(std::string_view body, PaymentId payment);
// CancelPayment. The caller sets `deadline`, and `requested_at` where it is zero.
Parsed parse_cancel(std::string_view body, PaymentId payment);
// AuthenticatePayment: an empty body or {}.
Parsed parse_authenticate(std::string_view body, PaymentId payment);
Parsed parse_fail(std::string_view body, PaymentId payment);
Parsed parse_deposit(std::string_view body, PaymentId payment);
Parsed parse_deposit_reversal(std::string_view body, PaymentId payment);
Parsed parse_acquisition(std::string_view body, PaymentId payment);
// SettleByPerson: exactly one of approval and cancel is named.
Parsed parse_resolution(std::string_view body, PaymentId payment);

ParsedRegistryOr parse_merchant(std::string_view body);
// CreateApiKey without `key` and `hash`: the door makes those together with the secret. A tenant can only
// make keys of its own. The fingerprint covers what was asked, not the secret.
ParsedRegistryOr parse_api_key(std::string_view body, const ParseContext& context);
ParsedRegistryOr parse_close_merchant(std::string_view body, MerchantId merchant);
ParsedRegistryOr parse_revoke_api_key(std::string_view body, ApiKeyId key);

}  // namespace wonjang
