// What became of a payment's money: its lines, each as far as its payout has come (reference:
// korean-payments.md 4.2), and the movements that no line settles yet, each with the reason.
//
//   open item   WAITING       for a run; the code NO_CONTRACT: which will refuse it as things stand
//               FAILED        a run refused it
//               UNDATED       its slip isn't requested
//               BEING_UNDONE  its network cancel isn't confirmed
//   line        CONFIRMED     of a manual cycle: no payout day yet
//               SCHEDULED     for its payout day, or, what failed, came back or was carried over, for the
//               next
//                             payout
//               WITHHELD      the same, but a hold keeps it
//               IN_PAYOUT     requested or sent
//               PAID_OUT      also what was netted to nothing
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/money/money_reader.h"

namespace wonjang::money {

enum class OpenState : std::uint8_t { waiting, failed, undated, being_undone };
enum class LineState : std::uint8_t { confirmed, scheduled, withheld, in_payout, paid_out };
std::string_view code_of(OpenState v);  // "WAITING" ...
std::string_view code_of(LineState v);

struct OpenNow {
  OpenItem open;
  OpenState state{};
  std::optional<BusinessDate> basis;  // as things stand
  std::string code;                   // of a failure; or empty
  std::string why;                    // a sentence
};

struct LineNow {
  LineSummary line;
  LineState state{};
  std::string why;  // or empty: as its payout day says
};

struct PaymentSettlement {
  std::vector<LineNow> lines;
  std::vector<OpenNow> open;
  std::optional<settlement::Hold> hold;  // that keeps the merchant's payouts today
};

// Errors: those of the reader.
Result<PaymentSettlement> settlement_of(const MoneyReader& reader, PaymentId payment, MerchantId merchant,
                                        BusinessDate today);

}  // namespace wonjang::money
