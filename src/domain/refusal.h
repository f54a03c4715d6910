// A refusal is a business "no": an ordinary value with a stable code. Numbers are stored in history and never
// change; where several apply, the first in enum order is given. A refusal that looked at state is recorded
// and frozen under its idempotency key (reference: ledger.md 5); one that looked only at the request isn't
// stored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wonjang {

enum class RefusalCode : std::uint16_t {
  // about the request alone: deterministic, never stored
  amount_not_positive = 1,
  tax_parts_mismatch =
      2,  // parts don't add up to the amount, or one is negative; approvals' aren't in the total's
  currency_unknown = 3,
  approvals_exceed_total = 4,  // approvals of one request are more than its total
  method_detail_invalid = 5,
  merchant_unknown = 6,
  merchant_closed = 7,
  amount_too_large = 8,  // more than a payment can have
  time_in_future = 9,    // by our clock and more than a day
  house_only = 10,       // what the network or a provider's portal did isn't a merchant's key's to tell
  // not found
  payment_not_found = 20,
  approval_not_found = 21,
  cancel_not_found = 22,
  // about state: recorded and frozen
  order_id_taken = 40,
  transition_not_allowed = 41,  // the table says no in this status
  approval_in_doubt = 42,       // an approval's outcome is unknown: nothing else may happen to it now
  cancel_in_doubt = 43,
  approved_exceeds_total = 44,  // in all, or in one of the tax parts
  nothing_to_cancel = 45,
  cancel_exceeds_balance = 46,
  cancel_exceeds_supply = 47,
  cancel_exceeds_vat = 48,
  cancel_exceeds_tax_free = 49,
  cancel_exceeds_tax_exempt = 50,
  cancellable_mismatch =
      51,  // expectedCancellableAmount isn't what can be cancelled; the true one is in the detail
  partial_cancel_not_allowed = 52,
  approval_required = 53,  // several live approvals: say which one a partial cancel is for
  cancel_window_closed = 54,
  deposit_amount_mismatch = 55,
  deposit_too_late = 56,
  acquisition_not_allowed = 57,
  approval_not_live = 58,  // declined, reversed or already cancelled in full
  refund_account_required = 59,
  provider_unknown = 60,
  payment_expired = 61,
  not_in_doubt = 62,      // a person settles what is settled already, another way
  still_pursued = 63,     // the resolver hasn't given up: a person would race it
  version_mismatch = 64,  // expectedVersion isn't the payment's; the true one is in the detail
  already_canceled = 65,  // in full; the detail names the cancel that took the rest
  cancel_before_approval = 66,
  bank_notice_contradicts = 67,  // its id was taken before, with another amount, time or effect
  merchant_code_taken = 80,
  api_key_not_found = 81,
};

struct Refusal {
  RefusalCode code;
  std::string detail;       // a sentence for people: what, why, what next; no personal data
  std::string pointer;      // JSON pointer into the request, or empty
  std::int64_t actual = 0;  // the true number where the code speaks of one (balance, cancellable amount)
};

std::string_view code_of(RefusalCode code);   // "CANCEL_EXCEEDS_BALANCE"
std::string_view title_of(RefusalCode code);  // "Cancel exceeds balance"
bool depends_on_state(RefusalCode code);      // recorded and frozen

}  // namespace wonjang
