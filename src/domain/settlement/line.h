// SettlementLine: one transaction settled, 1:1, with everything the calculator looked at: it can be computed
// again and explained years later from itself and the contract that stands beside it in its event. Never
// edited, a correction is a further line (adjustment).
//
// Signs: gross and net are positive for an approval, negative for a cancel or reversal; a fee is positive
// when the merchant is charged, negative when it gets it back.
//   net = gross - fee,  fee = sum of the fee lines = fee_supply + fee_vat
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "domain/settlement/contract.h"

namespace wonjang::settlement {

// Numbers are stored.
enum class LineKind : std::uint8_t {
  unknown = 0,
  approval = 1,
  cancel = 2,
  reversal = 3,    // a deposit that the bank took back, an approval undone by network cancel
  adjustment = 4,  // the difference that other terms make to a line that stands
};
std::string_view code_of(LineKind v);

// Which transaction: the event of the payment that moved the money, and how often it was settled (0; each
// adjustment is one more). The id of the line: deterministic, so nothing is ever settled twice.
struct LineKey {
  PaymentId payment;
  std::uint32_t version = 0;
  std::uint32_t seq = 0;
  friend constexpr auto operator<=>(const LineKey&, const LineKey&) = default;
};
std::string text_of(const LineKey& key);  // "stl_<26 characters of the payment>.<version>.<seq>"
std::optional<LineKey> parse_line_key(std::string_view text);

// What is settled: one movement of money, as far as fees and dates depend on it.
struct Item {
  LineKey key;
  LineKind kind = LineKind::approval;
  ApprovalId approval;
  std::uint32_t of_version = 0;  // cancel, reversal (and adjustments of them): version of the movement that
                                 // it gives back (of key.payment); else 0
  std::string order_id;
  std::string sub_mall;
  std::uint8_t method = 0;
  std::string issuer;
  CardType card_type = CardType::unknown;
  std::uint32_t months = 0;
  InterestPayer interest_payer = InterestPayer::none;
  std::int64_t used_point = 0;
  std::int64_t amount = 0;  // > 0, whatever the kind; an adjustment's: of the line that it adjusts
  Instant at;               // business time of the movement
  BusinessDate acquired;    // when the slip was requested, of a return its own day at the earliest; zero: it
                            // isn't yet, or there is none to request
  bool has_acquisition = false;
  friend bool operator==(const Item&, const Item&) = default;
};

struct FeeLine {
  FeeType type = FeeType::unknown;
  std::string rule;       // name; of several (rate, fixed, then what clamped them): joined by '+'
  std::int64_t base = 0;  // what the rate was taken of; a return's lines have type and amount only
  std::int64_t rate_ppm = 0;
  std::int64_t fixed = 0;
  std::int64_t amount = 0;  // with VAT, signed
  friend bool operator==(const FeeLine&, const FeeLine&) = default;
};

// What of an approval's line is left to be given back; the state that its cancels share. Every left part is
// between 0 and its whole; fees of 0 are left out.
struct LineBalance {
  std::int64_t amount = 0;  // of the approval's line
  std::int64_t amount_left = 0;
  std::vector<FeeLine> fees;            // of the approval's line (rule, base, rate and fixed left out)
  std::vector<std::int64_t> fees_left;  // one for each
  std::int64_t vat = 0;
  std::int64_t vat_left = 0;
  // By the approval's contract, whatever holds today; before a reversal RETURN whatever that says.
  FeeOnCancel on_cancel = FeeOnCancel::give_back;
  friend bool operator==(const LineBalance&, const LineBalance&) = default;
};

struct SettlementLine {
  Item item;
  std::uint32_t contract = 0;  // index into LinesRecorded::contracts
  BusinessDate basis;
  BusinessDate payout_date;  // zero: not dated (a manual cycle)
  bool late = false;         // came after the run of its basis date: dated by the run's date
  std::int64_t gross = 0;
  std::vector<FeeLine> fees;
  std::int64_t fee = 0;
  std::int64_t fee_supply = 0;
  std::int64_t fee_vat = 0;
  std::int64_t net = 0;
  // Cancel, reversal: what was left before this line. Adjustment: the same under the new terms; of an
  // approval: its whole balance under them.
  std::optional<LineBalance> before;
  std::int64_t fee_before = 0;  // adjustment: of the line and its adjustments so far
  std::int64_t fee_vat_before = 0;
  std::string canary;  // name of the canary whose terms made it, or empty
  friend bool operator==(const SettlementLine&, const SettlementLine&) = default;
};

}  // namespace wonjang::settlement
