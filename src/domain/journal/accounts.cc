#include "domain/journal/accounts.h"

#include <charconv>

namespace wonjang::journal {
namespace {

constexpr AccountInfo kAccounts[] = {
    {Account::receivable_card, AccountType::asset, "RECEIVABLE_CARD", "Receivable: cards", "미수금: 카드"},
    {Account::receivable_transfer, AccountType::asset, "RECEIVABLE_TRANSFER", "Receivable: account transfers",
     "미수금: 계좌이체"},
    {Account::receivable_mobile, AccountType::asset, "RECEIVABLE_MOBILE", "Receivable: mobile phone bills",
     "미수금: 휴대폰"},
    {Account::receivable_gift, AccountType::asset, "RECEIVABLE_GIFT", "Receivable: gift certificates",
     "미수금: 상품권"},
    {Account::receivable_easy_pay, AccountType::asset, "RECEIVABLE_EASY_PAY", "Receivable: easy pay",
     "미수금: 간편결제"},
    {Account::receivable_point, AccountType::asset, "RECEIVABLE_POINT", "Receivable: points and coupons",
     "미수금: 포인트·쿠폰"},
    {Account::receivable_cup, AccountType::asset, "RECEIVABLE_CUP", "Receivable: cup deposits",
     "미수금: 컵 보증금"},
    {Account::bank, AccountType::asset, "BANK", "Bank", "보통예금"},
    {Account::merchants_unsettled, AccountType::liability, "MERCHANTS_UNSETTLED",
     "Merchants: not settled yet", "미정산 예수금"},
    {Account::merchants_settled, AccountType::liability, "MERCHANTS_SETTLED",
     "Merchants: settled, to be paid out", "정산 확정 미지급금"},
    {Account::payouts_in_transit, AccountType::liability, "PAYOUTS_IN_TRANSIT", "Payouts in transit",
     "지급 진행 중"},
    {Account::fee_vat, AccountType::liability, "FEE_VAT", "VAT on fees", "부가세 예수금"},
    {Account::fee_income, AccountType::income, "FEE_INCOME", "Fee income", "수수료 수익"},
    {Account::acquirer_fees, AccountType::expense, "ACQUIRER_FEES", "Fees of acquirers", "지급수수료"},
    {Account::deposit_differences, AccountType::expense, "DEPOSIT_DIFFERENCES",
     "Deposits: differences within the tolerance", "입금 차액(허용 범위)"},
};

std::optional<std::uint16_t> number_in(std::string_view text) {
  std::uint16_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::span<const AccountInfo> accounts() { return kAccounts; }

const AccountInfo* find_account(std::uint16_t number) {
  for (const auto& info : kAccounts) {
    if (static_cast<std::uint16_t>(info.account) == number) return &info;
  }
  return nullptr;
}

std::optional<Account> parse_account(std::string_view code_or_number) {
  for (const auto& info : kAccounts) {
    if (info.code == code_or_number) return info.account;
  }
  const auto number = number_in(code_or_number);
  const AccountInfo* const info = number ? find_account(*number) : nullptr;
  return info == nullptr ? std::nullopt : std::optional(info->account);
}

}  // namespace wonjang::journal
