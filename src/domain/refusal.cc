#include "domain/refusal.h"

#include <array>

#include "domain/code_table.h"

namespace wonjang {
namespace {

struct RefusalRow {
  RefusalCode value;
  std::string_view code;
  std::string_view title;
  bool depends_on_state;
};

constexpr bool kAboutRequest = false;
constexpr bool kAboutState = true;

constexpr RefusalRow kRefusals[] = {
    {RefusalCode::amount_not_positive, "AMOUNT_NOT_POSITIVE", "Amount is not positive", kAboutRequest},
    {RefusalCode::tax_parts_mismatch, "TAX_PARTS_MISMATCH", "Tax parts do not add up to the amount",
     kAboutRequest},
    {RefusalCode::currency_unknown, "CURRENCY_UNKNOWN", "Currency is unknown", kAboutRequest},
    {RefusalCode::approvals_exceed_total, "APPROVALS_EXCEED_TOTAL", "Approvals exceed the total",
     kAboutRequest},
    {RefusalCode::method_detail_invalid, "METHOD_DETAIL_INVALID", "Method detail is invalid", kAboutRequest},
    {RefusalCode::merchant_unknown, "MERCHANT_UNKNOWN", "Merchant is unknown", kAboutRequest},
    {RefusalCode::merchant_closed, "MERCHANT_CLOSED", "Merchant is closed", kAboutRequest},
    {RefusalCode::amount_too_large, "AMOUNT_TOO_LARGE", "Amount is too large", kAboutRequest},
    {RefusalCode::time_in_future, "TIME_IN_FUTURE", "Time lies in the future", kAboutRequest},
    {RefusalCode::house_only, "HOUSE_ONLY", "Only a key of the house may tell this", kAboutRequest},
    {RefusalCode::payment_not_found, "PAYMENT_NOT_FOUND", "Payment not found", kAboutRequest},
    {RefusalCode::approval_not_found, "APPROVAL_NOT_FOUND", "Approval not found", kAboutRequest},
    {RefusalCode::cancel_not_found, "CANCEL_NOT_FOUND", "Cancel not found", kAboutRequest},
    {RefusalCode::order_id_taken, "ORDER_ID_TAKEN", "Order id is taken", kAboutState},
    {RefusalCode::transition_not_allowed, "TRANSITION_NOT_ALLOWED", "Not allowed in this status",
     kAboutState},
    {RefusalCode::approval_in_doubt, "APPROVAL_IN_DOUBT", "An approval is in doubt", kAboutState},
    {RefusalCode::cancel_in_doubt, "CANCEL_IN_DOUBT", "A cancel is in doubt", kAboutState},
    {RefusalCode::approved_exceeds_total, "APPROVED_EXCEEDS_TOTAL", "Approval exceeds the total",
     kAboutState},
    {RefusalCode::nothing_to_cancel, "NOTHING_TO_CANCEL", "Nothing to cancel", kAboutState},
    {RefusalCode::cancel_exceeds_balance, "CANCEL_EXCEEDS_BALANCE", "Cancel exceeds balance", kAboutState},
    {RefusalCode::cancel_exceeds_supply, "CANCEL_EXCEEDS_SUPPLY", "Cancel exceeds supply amount",
     kAboutState},
    {RefusalCode::cancel_exceeds_vat, "CANCEL_EXCEEDS_VAT", "Cancel exceeds VAT", kAboutState},
    {RefusalCode::cancel_exceeds_tax_free, "CANCEL_EXCEEDS_TAX_FREE", "Cancel exceeds tax-free amount",
     kAboutState},
    {RefusalCode::cancel_exceeds_tax_exempt, "CANCEL_EXCEEDS_TAX_EXEMPT",
     "Cancel exceeds tax-exemption amount", kAboutState},
    {RefusalCode::cancellable_mismatch, "CANCELLABLE_MISMATCH", "Cancellable amount is another one",
     kAboutState},
    {RefusalCode::partial_cancel_not_allowed, "PARTIAL_CANCEL_NOT_ALLOWED", "Partial cancel not allowed",
     kAboutState},
    {RefusalCode::approval_required, "APPROVAL_REQUIRED", "Approval id required", kAboutState},
    {RefusalCode::cancel_window_closed, "CANCEL_WINDOW_CLOSED", "Cancel window is closed", kAboutState},
    {RefusalCode::deposit_amount_mismatch, "DEPOSIT_AMOUNT_MISMATCH", "Deposit is not the exact amount",
     kAboutState},
    {RefusalCode::deposit_too_late, "DEPOSIT_TOO_LATE", "Deposit came too late", kAboutState},
    {RefusalCode::acquisition_not_allowed, "ACQUISITION_NOT_ALLOWED", "Acquisition step not allowed",
     kAboutState},
    {RefusalCode::approval_not_live, "APPROVAL_NOT_LIVE", "Approval is not live", kAboutState},
    {RefusalCode::refund_account_required, "REFUND_ACCOUNT_REQUIRED", "Refund account required", kAboutState},
    {RefusalCode::provider_unknown, "PROVIDER_UNKNOWN", "Provider is unknown", kAboutState},
    {RefusalCode::payment_expired, "PAYMENT_EXPIRED", "Payment has expired", kAboutState},
    {RefusalCode::not_in_doubt, "NOT_IN_DOUBT", "Not in doubt", kAboutState},
    {RefusalCode::still_pursued, "STILL_PURSUED", "The resolver still pursues it", kAboutState},
    {RefusalCode::version_mismatch, "VERSION_MISMATCH", "The payment has another version", kAboutState},
    {RefusalCode::already_canceled, "ALREADY_CANCELED", "Cancelled in full already", kAboutState},
    {RefusalCode::cancel_before_approval, "CANCEL_BEFORE_APPROVAL", "Cancel is dated before its approval",
     kAboutState},
    {RefusalCode::bank_notice_contradicts, "BANK_NOTICE_CONTRADICTS",
     "The bank's notice says something else now", kAboutState},
    {RefusalCode::merchant_code_taken, "MERCHANT_CODE_TAKEN", "Merchant code is taken", kAboutState},
    {RefusalCode::api_key_not_found, "API_KEY_NOT_FOUND", "API key not found", kAboutRequest},
};

constexpr auto kRefusalCodes = [] {
  std::array<CodeRow<RefusalCode>, std::size(kRefusals)> rows{};
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = {kRefusals[i].value, kRefusals[i].code};
  return rows;
}();

const RefusalRow* row_of(RefusalCode code) {
  for (const auto& row : kRefusals) {
    if (row.value == code) return &row;
  }
  return nullptr;
}

}  // namespace

WJ_CODES(RefusalCode, kRefusalCodes);

std::string_view title_of(RefusalCode code) {
  const auto* row = row_of(code);
  return row == nullptr ? "Refused" : row->title;
}

bool depends_on_state(RefusalCode code) {
  const auto* row = row_of(code);
  return row != nullptr && row->depends_on_state;
}

}  // namespace wonjang
