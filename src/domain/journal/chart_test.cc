// docs/chart-of-accounts.md is written from the cases of the postings.
#include <set>

#include "domain/journal/postings_test_cases.h"

namespace wonjang::journal {
namespace {

const char* purpose_of(Account account) {
  switch (account) {
    case Account::receivable_card:
      return "Card companies owe us the sales that they approved, until their deposit file arrives.";
    case Account::receivable_transfer:
      return "Banks owe us account transfers.";
    case Account::receivable_mobile:
      return "Carriers owe us what stands on phone bills.";
    case Account::receivable_gift:
      return "Issuers of gift certificates owe us what was redeemed.";
    case Account::receivable_easy_pay:
      return "Easy-pay providers owe us, whatever funds the wallet.";
    case Account::receivable_point:
      return "Issuers of points and coupons owe us what was used.";
    case Account::receivable_cup:
      return "The operator of cup deposits owes us.";
    case Account::bank:
      return "Our own accounts: deposits of virtual accounts and of acquirers come in, payouts and refunds "
             "go out.";
    case Account::merchants_unsettled:
      return "We owe merchants what was approved and isn't settled yet.";
    case Account::merchants_settled:
      return "We owe merchants what was settled and isn't on its way yet; kept back and carried over amounts "
             "stay here.";
    case Account::payouts_in_transit:
      return "Payouts that were requested and that the bank hasn't confirmed.";
    case Account::fee_vat:
      return "VAT on our fees, owed to the state.";
    case Account::fee_income:
      return "Our fees without VAT.";
    case Account::acquirer_fees:
      return "What acquirers kept of their deposits.";
    case Account::deposit_differences:
      return "What deposits missed of what we expected, within the tolerance that their file was matched "
             "with; what they brought more makes it less. GET /v1/breaks?reason=WITHIN_TOLERANCE lists the "
             "rows.";
  }
  return "";
}

const char* name_of(AccountType type) {
  switch (type) {
    case AccountType::asset:
      return "asset";
    case AccountType::liability:
      return "liability";
    case AccountType::income:
      return "income";
    case AccountType::expense:
      return "expense";
  }
  return "";
}

std::string side_of(const std::vector<Posting>& all, std::int64_t Posting::*side) {
  std::string out;
  for (const auto& posting : all) {
    if (posting.*side == 0) continue;
    std::string amount = to_text(krw(posting.*side));
    amount.resize(amount.size() - 4);  // " KRW"
    out += (out.empty() ? "" : "<br>") +
           std::string(find_account(static_cast<std::uint16_t>(posting.account))->code) + " " + amount;
  }
  return out.empty() ? "-" : out;
}

std::string chart_markdown() {
  std::string out =
      "# Chart of accounts\n\n"
      "Every event that moves money is a journal entry: postings on the accounts below whose debits equal "
      "their\n"
      "credits, per currency. Nobody writes one by hand: `src/domain/journal/postings.cc` says what each "
      "kind of event\n"
      "posts, and this page is written from its tests (`Chart.the_document_is_the_code`; `WJ_UPDATE=1` "
      "rewrites it).\n\n"
      "## Accounts\n\n"
      "Few, fixed, numbered for ever. A balance is debits less credits for assets and expenses, credits less "
      "debits for\n"
      "the others.\n\n"
      "| Number | Code | Type | Name | 이름 | What for |\n|---|---|---|---|---|---|\n";
  for (const auto& info : accounts()) {
    out += "| " + std::to_string(static_cast<int>(info.account)) + " | " + std::string(info.code) + " | " +
           name_of(info.type) + " | " + std::string(info.name) + " | " + std::string(info.name_ko) + " | " +
           purpose_of(info.account) + " |\n";
  }
  out +=
      "\n## Postings of each kind of event\n\n"
      "Amounts are examples in won. A cancel or a reversal mirrors what it undoes. One event gives one "
      "posting per\n"
      "account, side and currency: a chunk of settlement lines is summed.\n\n"
      "| Event | When | Debit | Credit |\n|---|---|---|---|\n";
  std::set<std::string> moving;
  for (const auto& c : cases()) {
    if (!c.expected.empty()) moving.insert(std::string(type_of(c.event.body)));
  }
  std::string still;
  for (const auto& c : cases()) {
    const std::string type(type_of(c.event.body));
    if (!moving.contains(type)) {
      still += (still.empty() ? "" : ", ") + type;
      continue;
    }
    const auto computed = postings_of(c);
    out += "| " + type + " | " + c.when + " | " + side_of(computed, &Posting::debit) + " | " +
           side_of(computed, &Posting::credit) + " |\n";
  }
  return out + "\n## What moves no money\n\n" + still + ".\n";
}

TEST(Chart, the_document_is_the_code) {
  expect_same_as_file(std::string(WJ_DOCS_DIR) + "/chart-of-accounts.md", chart_markdown());
}

}  // namespace
}  // namespace wonjang::journal
