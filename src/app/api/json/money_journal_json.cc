#include "app/api/json/money_journal_json.h"

#include <string>

#include "app/api/json/sum_json.h"
#include "domain/ids.h"

namespace wonjang {
namespace {

std::string_view name_of_type(journal::AccountType type) {
  switch (type) {
    case journal::AccountType::asset:
      return "ASSET";
    case journal::AccountType::liability:
      return "LIABILITY";
    case journal::AccountType::income:
      return "INCOME";
    case journal::AccountType::expense:
      return "EXPENSE";
  }
  return "UNKNOWN";
}

void put_account(JsonWriter& w, journal::Account account) {
  const auto number = static_cast<std::uint16_t>(account);
  w.number("account", number);
  const auto* info = journal::find_account(number);
  if (info != nullptr) w.text("code", info->code).text("name", info->name).text("nameKo", info->name_ko);
}

void put_sum(JsonWriter& w, const money::AccountSum& row) {
  w.begin_object();
  put_account(w, row.account);
  if (const auto* info = journal::find_account(static_cast<std::uint16_t>(row.account)))
    w.text("type", name_of_type(info->type));
  put_exact(w, "debit", row.sum.debit);
  put_exact(w, "credit", row.sum.credit);
  put_exact(w, "balance", money::balance_of(row));
  w.end_object();
}

}  // namespace

void put_journal_entry(JsonWriter& w, const money::JournalEntry& entry, std::string_view position) {
  w.begin_object().text("position", position).id("eventId", entry.event).text("type", entry.type);
  w.instant("at", entry.recorded_at).text("day", to_text(entry.day()));
  if (is_payment_stream(entry.stream)) {
    w.id("paymentId", PaymentId(entry.stream));
  } else {
    w.raw("paymentId", "null");
  }
  w.begin_array("postings");
  for (const auto& posting : entry.postings) {
    w.begin_object();
    put_account(w, posting.account);
    w.text("currency", posting.currency.code())
        .number("debit", posting.debit)
        .number("credit", posting.credit);
    w.end_object();
  }
  w.end_array().end_object();
}

void put_trial_balance(JsonWriter& w, const money::TrialBalance& balance) {
  w.flag("isBalanced", balance.is_balanced()).begin_array("currencies");
  for (const auto& total : balance.totals()) {
    w.begin_object().text("currency", total.currency.code());
    put_exact(w, "debit", total.sum.debit);
    put_exact(w, "credit", total.sum.credit);
    w.begin_array("accounts");
    for (const auto& row : balance.rows()) {
      if (row.currency == total.currency) put_sum(w, row);
    }
    w.end_array().end_object();
  }
  w.end_array();
}

}  // namespace wonjang
