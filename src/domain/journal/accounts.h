// The chart of accounts: few, fixed, numbered for ever. docs/chart-of-accounts.md says what each is for and
// shows the postings of every event kind.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wonjang::journal {

enum class AccountType : std::uint8_t { asset, liability, income, expense };

// Numbers are stored.
enum class Account : std::uint16_t {
  receivable_card = 1110,      // card companies owe us approved sales
  receivable_transfer = 1120,  // banks: transfers
  receivable_mobile = 1130,
  receivable_gift = 1140,
  receivable_easy_pay = 1150,
  receivable_point = 1160,  // points, coupons
  receivable_cup = 1170,
  bank = 1200,                 // our own accounts: deposits of virtual accounts, acquirers' money, payouts
  merchants_unsettled = 2100,  // approved, not settled
  merchants_settled = 2200,    // settled, to be paid out
  payouts_in_transit = 2300,   // requested, not confirmed
  fee_vat = 2400,              // VAT on fees, owed to the state
  fee_income = 4100,           // fees without VAT
  acquirer_fees = 5100,        // what acquirers kept
  deposit_differences =
      5200,  // what their deposits missed of ours within the tolerance; more than ours: less
};

struct AccountInfo {
  Account account;
  AccountType type;
  std::string_view code;  // "MERCHANTS_UNSETTLED"
  std::string_view name;  // for people, English
  std::string_view name_ko;
};
std::span<const AccountInfo> accounts();  // by number
const AccountInfo* find_account(std::uint16_t number);
std::optional<Account> parse_account(std::string_view code_or_number);

}  // namespace wonjang::journal
