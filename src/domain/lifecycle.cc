#include "domain/lifecycle.h"

#include <array>

#include "domain/code_table.h"

namespace wonjang {
namespace {

struct TransitionRow {
  PaymentStatus from;
  Trigger trigger;
  PaymentStatus to;
};

// The table. What isn't here is refused.
constexpr TransitionRow kTransitions[] = {
    {PaymentStatus::none, Trigger::created, PaymentStatus::ready},
    {PaymentStatus::none, Trigger::created_authenticated, PaymentStatus::in_progress},

    {PaymentStatus::ready, Trigger::authenticated, PaymentStatus::in_progress},
    {PaymentStatus::ready, Trigger::virtual_account_issued, PaymentStatus::waiting_for_deposit},
    {PaymentStatus::ready, Trigger::expired, PaymentStatus::expired},

    {PaymentStatus::in_progress, Trigger::virtual_account_issued, PaymentStatus::waiting_for_deposit},
    {PaymentStatus::in_progress, Trigger::approved_in_part, PaymentStatus::in_progress},
    {PaymentStatus::in_progress, Trigger::approved_in_full, PaymentStatus::done},
    {PaymentStatus::in_progress, Trigger::expired, PaymentStatus::expired},
    {PaymentStatus::in_progress, Trigger::failed, PaymentStatus::aborted},

    {PaymentStatus::waiting_for_deposit, Trigger::deposit_confirmed, PaymentStatus::done},
    {PaymentStatus::waiting_for_deposit, Trigger::expired, PaymentStatus::expired},
    {PaymentStatus::waiting_for_deposit, Trigger::canceled_before_deposit, PaymentStatus::canceled},

    {PaymentStatus::done, Trigger::canceled_in_part, PaymentStatus::partial_canceled},
    {PaymentStatus::done, Trigger::canceled_in_full, PaymentStatus::canceled},
    {PaymentStatus::done, Trigger::deposit_reversed_to_waiting, PaymentStatus::waiting_for_deposit},
    {PaymentStatus::done, Trigger::deposit_reversed_to_canceled, PaymentStatus::canceled},

    {PaymentStatus::partial_canceled, Trigger::canceled_in_part, PaymentStatus::partial_canceled},
    {PaymentStatus::partial_canceled, Trigger::canceled_in_full, PaymentStatus::canceled},
};

struct TriggerRow {
  std::string_view name;
  std::string_view event;  // and what must be true for it to be this trigger
  std::string_view actor;
};

// In the order of the enum.
constexpr TriggerRow kTriggerRows[] = {
    {"created", "payment.created", "MERCHANT"},
    {"created_authenticated", "payment.created, already authenticated", "MERCHANT"},
    {"authenticated", "payment.authenticated", "CUSTOMER"},
    {"virtual_account_issued", "virtual_account.issued", "SYSTEM"},
    {"approved_in_part", "approval.approved, live approvals below the total", "NETWORK"},
    {"approved_in_full", "approval.approved, live approvals cover the total", "NETWORK"},
    {"deposit_confirmed", "deposit.confirmed", "BANK"},
    {"expired", "payment.expired", "SYSTEM"},
    {"failed", "payment.failed", "NETWORK, SYSTEM"},
    {"canceled_before_deposit", "cancel.succeeded, before the deposit", "MERCHANT, ADMIN"},
    {"canceled_in_part", "cancel.succeeded, balance > 0", "any requester"},
    {"canceled_in_full", "cancel.succeeded, balance = 0", "any requester"},
    {"deposit_reversed_to_waiting", "deposit.reversed, the account waits again", "BANK"},
    {"deposit_reversed_to_canceled", "deposit.reversed, the payment is over", "BANK"},
};
static_assert(std::size(kTriggerRows) == kTriggers);

constexpr CodeRow<PaymentStatus> kStatusCodes[] = {
    {PaymentStatus::none, "NONE"},
    {PaymentStatus::ready, "READY"},
    {PaymentStatus::in_progress, "IN_PROGRESS"},
    {PaymentStatus::waiting_for_deposit, "WAITING_FOR_DEPOSIT"},
    {PaymentStatus::done, "DONE"},
    {PaymentStatus::partial_canceled, "PARTIAL_CANCELED"},
    {PaymentStatus::canceled, "CANCELED"},
    {PaymentStatus::aborted, "ABORTED"},
    {PaymentStatus::expired, "EXPIRED"},
};

constexpr std::size_t index_of(PaymentStatus status) { return static_cast<std::size_t>(status); }
constexpr std::size_t index_of(Trigger trigger) { return static_cast<std::size_t>(trigger); }

constexpr std::size_t kStatuses = std::size(kPaymentStatuses);
constexpr PaymentStatus kRefused = PaymentStatus::none;  // nothing leads back to none

constexpr auto kMatrix = [] {
  std::array<std::array<PaymentStatus, kTriggers>, kStatuses> matrix{};
  for (const auto& row : kTransitions) matrix[index_of(row.from)][index_of(row.trigger)] = row.to;
  return matrix;
}();

bool goes_back(const TransitionRow& row) {
  return row.trigger == Trigger::deposit_reversed_to_waiting ||
         row.trigger == Trigger::deposit_reversed_to_canceled;
}

std::string emphasised(std::string_view text, bool strong) {
  std::string out(text);
  return strong ? "**" + out + "**" : out;
}

void append_transitions(std::string& out) {
  out += "| From | Trigger | To | Event | Actor |\n|---|---|---|---|---|\n";
  for (const auto& row : kTransitions) {
    const auto& trigger = kTriggerRows[index_of(row.trigger)];
    const bool strong = goes_back(row);
    const auto from =
        row.from == PaymentStatus::none ? std::string("-") : emphasised(code_of(row.from), strong);
    out += "| " + from + " | " + emphasised(trigger.name, strong) + " | " +
           emphasised(code_of(row.to), strong) + " | " + std::string(trigger.event) + " | " +
           std::string(trigger.actor) + " |\n";
  }
}

void append_matrix(std::string& out) {
  out += "| |";
  for (const auto status : kPaymentStatuses) {
    out += " " + std::string(status == PaymentStatus::none ? "(new)" : code_of(status)) + " |";
  }
  out += "\n|---|";
  for (std::size_t i = 0; i < kStatuses; ++i) out += "---|";
  out += "\n";
  for (std::size_t t = 0; t < kTriggers; ++t) {
    out += "| " + std::string(kTriggerRows[t].name) + " |";
    for (const auto status : kPaymentStatuses) {
      const auto to = next_status(status, static_cast<Trigger>(t));
      out += " " + std::string(to ? code_of(*to) : "·") + " |";
    }
    out += "\n";
  }
}

}  // namespace

static std::span<const CodeRow<PaymentStatus>> codes(PaymentStatus) { return kStatusCodes; }
template std::optional<PaymentStatus> parse_code<PaymentStatus>(std::string_view code);

std::optional<PaymentStatus> next_status(PaymentStatus from, Trigger trigger) {
  if (index_of(from) >= kStatuses || index_of(trigger) >= kTriggers) return std::nullopt;
  const PaymentStatus to = kMatrix[index_of(from)][index_of(trigger)];
  if (to == kRefused) return std::nullopt;
  return to;
}

std::string_view code_of(PaymentStatus status) { return code_in<PaymentStatus>(kStatusCodes, status); }

std::string_view name_of(Trigger trigger) {
  return index_of(trigger) < kTriggers ? kTriggerRows[index_of(trigger)].name : "unknown";
}

std::optional<PaymentStatus> parse_payment_status(std::string_view code) {
  return parse_code<PaymentStatus>(code);
}

std::string lifecycle_markdown() {
  std::string out =
      "# Life cycle of a payment\n\n"
      "Generated from the table in `src/domain/lifecycle.cc`; the test `Lifecycle.the_document_is_the_table` "
      "keeps both\n"
      "equal. A status is a fold over events. What is not listed is refused, and the refusal is recorded.\n\n"
      "The **bold** rows go backwards: a bank can take a deposit back, and a merchant can tell that from its "
      "own cancel.\n\n"
      "## Transitions\n\n";
  append_transitions(out);
  out += "\n## Every status and every trigger\n\nA dot is a refusal.\n\n";
  append_matrix(out);
  out +=
      "\n## What moves no status\n\n"
      "- An approval that is requested, declined, unknown or reversed; questions to a provider; acquisition "
      "results;\n"
      "  refused commands; incidents.\n"
      "- News of an approval for a payment that is already ABORTED, EXPIRED or CANCELED: the approval is "
      "recorded and a\n"
      "  network cancel follows in the same decision.\n"
      "- A cancel of an approval while the payment is still IN_PROGRESS: that approval is undone (REVERSED) "
      "and frees its\n"
      "  amount for another one; the balance is untouched because nothing was paid yet.\n"
      "- While WAITING_FOR_DEPOSIT, a cancel ends the payment once nothing is live or waiting any more.\n"
      "\n## What moves money\n\n"
      "An approval's money is *out* once it was taken and until all of it was given back, whatever state the "
      "approval is\n"
      "in meanwhile. Payment, journal, settlement and the lists of transactions share this one rule "
      "(`src/domain/money_move.h`):\n\n"
      "| event | moves money | of what is out |\n"
      "| --- | --- | --- |\n"
      "| `approval.approved`, `deposit.confirmed` | while nothing is out | it is out then |\n"
      "| `cancel.succeeded` | while something is out | its amount less |\n"
      "| `deposit.reversed`, `network_cancel.confirmed` | while something is out | nothing is left |\n\n"
      "So a success that a provider tells of an approval which was undone or cancelled before is undone "
      "again, by a\n"
      "network cancel and with an incident, and moves no money: it came once and went once.\n";
  return out;
}

}  // namespace wonjang
