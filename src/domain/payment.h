// Payment: the state folded from its events. A value; nobody edits it but evolve().
//
// Invariants (checked by violations_of, in tests and by `wonjang check`):
//   - parts of the payment never change after payment.created
//   - per approval and per tax part: 0 <= parts - cancelled - cancelling
//   - status equals the transition table applied to the triggers, in version order
//   - balance = total - succeeded cancels - reversed deposits that ended the payment
//   - DONE only while live approvals cover the total exactly
//   - per approval: money is out while it is live, as much as its cancels left; while its reversal isn't
//     confirmed it may be; else it isn't
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/event.h"

namespace wonjang {

// Numbers are stored nowhere; codes are public.
enum class ApprovalState : std::uint8_t {
  requested,  // intent written, no outcome yet: in doubt
  unknown,    // the provider's answer was lost: in doubt, the resolver owns it
  reversing,  // network cancel decided, not yet confirmed: in doubt
  waiting,    // virtual account issued, no deposit
  approved,   // live
  declined,
  reversed,  // network cancel confirmed, or the provider never knew it, or the deposit was taken back for
             // good
};
std::string_view code_of(ApprovalState state);

enum class CancelState : std::uint8_t { requested, unknown, succeeded, failed };
std::string_view code_of(CancelState state);

// What the resolver needs to go on after a restart.
struct Pursuit {
  std::uint32_t attempts = 0;
  Instant first_asked_at;
  Instant next_attempt_at;      // when the resolver should look again
  std::string idempotency_key;  // the request whose answer is still open
  std::string tenant;           // Actor::id of that request: the API key that sent it, not its merchant
  bool gave_up = false;         // a person's queue
  friend bool operator==(const Pursuit&, const Pursuit&) = default;
};

constexpr std::size_t kIncidentsKept = 32;

// What a bank told of an account. Its deposits and its reversals are numbered apart: many banks give a
// reversal the number of the deposit that it takes back.
struct BankNotice {
  bool is_reversal = false;
  std::string id;
  Instant at;                                         // of the deposit or of its reversal, as the bank says
  std::int64_t amount = 0;                            // of the deposit
  DepositReversal effect = DepositReversal::unknown;  // of the reversal
  friend bool operator==(const BankNotice&, const BankNotice&) = default;
};

struct Approval {
  ApprovalTerms terms;
  ApprovalState state = ApprovalState::requested;
  std::string approve_no;
  std::string network_txn_id;
  Instant requested_at;
  Instant approved_at;
  Instant received_at;  // our clock
  std::string failure_code;
  std::string failure_message;
  TaxParts canceled;   // succeeded cancels
  TaxParts canceling;  // requested or unknown cancels: used up, not yet final
  // Taken and not yet given back, minor units; 0: its money isn't out. Whether a reversal gives money back
  // hangs on this, not on the state or approved_at, which outlive the money (domain/money_move.h).
  std::int64_t money_out = 0;
  AcquisitionState acquisition = AcquisitionState::none;
  Instant acquired_at;
  std::string slip_no;
  std::string acquire_batch_id;
  Instant deposited_at;  // virtual account
  std::int64_t deposited_amount = 0;
  std::string deposited_by;  // as the bank says, of the newest deposit: not always whom we expected
  std::vector<BankNotice> bank_notices;  // those that were folded: a notice sent twice counts once
  std::vector<std::string>
      incidents;  // "code: detail", the first kIncidentsKept: the same contradiction is told once
  std::optional<Pursuit> pursuit;  // while in doubt

  bool is_live() const { return state == ApprovalState::approved; }
  // Something a cancel can take: money, or an account that waits for it.
  bool is_held() const { return is_live() || state == ApprovalState::waiting; }
  bool is_in_doubt() const {
    return state == ApprovalState::requested || state == ApprovalState::unknown ||
           state == ApprovalState::reversing;
  }
  // parts - canceled - canceling of a held approval; zero of every other
  TaxParts cancellable() const;
  std::int64_t amount() const;  // sum of the parts
  friend bool operator==(const Approval&, const Approval&) = default;
};

struct Cancel {
  CancelTerms terms;
  CancelState state = CancelState::requested;
  std::string transaction_key;
  std::string reason;
  Instant canceled_at;
  std::int64_t balance_after = 0;
  std::string failure_code;
  std::string failure_message;
  std::optional<Pursuit> pursuit;

  bool is_in_doubt() const { return state == CancelState::requested || state == CancelState::unknown; }
  friend bool operator==(const Cancel&, const Cancel&) = default;
};

// Everything has a bound: attempts of one payment, and cancels (a full one is always possible).
constexpr std::size_t kApprovalsMax = 64;
// Of a new payment, in minor units: a sum of squares of 2^33 such amounts still fits in 127 bits. A payment
// in a log may have more: it was made when there was no such bound.
constexpr std::int64_t kTotalMax = (std::int64_t{1} << 47) - 1;
constexpr std::size_t kPartialCancelsMax = 1'000;
// Of one virtual account; else whoever sends deposits and reversals in turn makes a history without end.
constexpr std::size_t kBankNoticesMax = 200;

struct Payment {
  PaymentId id;
  MerchantId merchant;
  std::string order_id;
  Currency currency;
  PaymentCreated terms;      // what was agreed at creation
  std::int64_t total = 0;    // sum of terms.parts
  std::int64_t balance = 0;  // total minus succeeded cancels; 0 once cancelled or taken back for good
  PaymentStatus status = PaymentStatus::none;
  std::vector<Approval> approvals;  // by seq
  std::vector<Cancel> cancels;      // in order of their first event
  std::uint32_t version = 0;        // number of events folded
  Instant created_at;               // recorded
  Instant updated_at;               // recorded, of the newest event
  Instant approved_at;              // when it became DONE first
  std::uint32_t incidents = 0;
  std::uint32_t contradictions =
      0;  // events that the table refuses, or whose status_after, balance_after or children
          // contradict the fold: only in a history that decide() didn't make

  bool exists() const { return status != PaymentStatus::none; }
  bool in_doubt() const;
  const Approval* find(ApprovalId approval) const;
  const Cancel* find(CancelId cancel) const;
  std::int64_t live_approved() const;  // sum of live approvals' totals
  std::int64_t cancellable() const;    // sum over held approvals
  friend bool operator==(const Payment&, const Payment&) = default;
};

// Folds one event. REQUIRES: event.version == payment.version. A history that contradicts the table leaves
// the status as it is and is counted (Payment::contradictions); violations_of names it. A stored status_after
// isn't trusted, only compared.
void evolve(Payment& payment, const Event& event);

// The trigger an event gives in this state, if it concerns the status.
std::optional<Trigger> trigger_of(const Payment& before, const EventBody& body);

// When somebody must look at this payment again, and why: an outcome in doubt (the resolver's next attempt,
// or the deadline of an intent whose process may have died), or an expiry (virtual account due, payment
// expires_at).
// What waits for a person alone has an alarm too: nobody acts on it by itself, it is how people find it.
enum class AlarmKind : std::uint8_t { in_doubt = 1, expiry = 2, person = 3 };
struct Alarm {
  AlarmKind kind;
  Instant at;
  friend constexpr auto operator<=>(const Alarm&, const Alarm&) = default;
};
std::optional<Alarm> next_alarm(const Payment& payment);

// When ExpirePayment becomes possible: nothing when it never does as things are (final status, or something
// is live).
std::optional<Instant> expires_at(const Payment& payment);

// The steps of a card slip as data: may it go from one state to the other?
bool acquisition_allowed(AcquisitionState from, AcquisitionState to);
// Only cards have slips: CARD, and EASY_PAY funded by a card.
bool has_acquisition(const MethodDetail& method);

// IncidentOpened::code that hands what is in doubt over to people: the resolver stops (Pursuit::gave_up).
constexpr std::string_view kAttemptsUsedUp = "attempts_used_up";

// Names of broken invariants, empty when all hold.
std::vector<std::string> violations_of(const Payment& payment);

}  // namespace wonjang
