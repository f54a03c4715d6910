#include "engine/money/payment_settlement.h"

#include <algorithm>

#include "engine/money/contract_book.h"
#include "engine/money/holds.h"
#include "engine/money/payout_parts.h"

namespace wonjang::money {

using settlement::PayoutId;
using settlement::PayoutState;

std::string_view code_of(OpenState v) {
  switch (v) {
    case OpenState::waiting:
      return "WAITING";
    case OpenState::failed:
      return "FAILED";
    case OpenState::undated:
      return "UNDATED";
    case OpenState::being_undone:
      return "BEING_UNDONE";
  }
  return "UNKNOWN";
}

std::string_view code_of(LineState v) {
  switch (v) {
    case LineState::confirmed:
      return "CONFIRMED";
    case LineState::scheduled:
      return "SCHEDULED";
    case LineState::withheld:
      return "WITHHELD";
    case LineState::in_payout:
      return "IN_PAYOUT";
    case LineState::paid_out:
      return "PAID_OUT";
  }
  return "UNKNOWN";
}

namespace {

// A sum that is handed on from payout to payout.
constexpr int kHandedOnMax = 100;

// How far a line has come.
struct LineStanding {
  LineState state{};
  std::string why;
};

class Reading {
 public:
  Reading(const MoneyReader& reader, MerchantHolds holds, BusinessDate today)
      : reader_(reader), holds_(std::move(holds)), today_(today) {}

  Result<LineNow> line(LineSummary line) const {
    LineNow out;
    if (line.payout) {
      WJ_TRY(const auto standing, covered(line));
      out.state = standing.state;
      out.why = standing.why;
    } else if (line.payout_date == BusinessDate{}) {
      out.state = LineState::confirmed;
      out.why =
          "a manual cycle: it has no payout day until a payout run names the merchant" + held_on(today_);
    } else {
      const auto standing = waiting(line.payout_date, {});
      out.state = standing.state;
      out.why = standing.why;
    }
    out.line = std::move(line);
    return out;
  }

  Result<OpenNow> open(OpenItem item, const ContractBook& book) const {
    OpenNow out;
    const Terms terms = book.terms_of(item);
    out.basis = terms.basis;
    if (!item.failed.empty()) {
      out.state = OpenState::failed;
      out.code = item.failed;
      WJ_TRY(const auto failure, reader_.failure(item.item.key));
      out.why = failure ? failure->detail : "a run refused it";
    } else if (item.not_before == kNotYet) {
      out.state = OpenState::being_undone;
      out.why = "its network cancel was requested and isn't confirmed: it is settled once that is known";
    } else if (!terms.basis) {
      out.state = OpenState::undated;
      out.why = "the contract counts from its slip, which isn't requested yet";
    } else {
      WJ_TRY(out.why, waits_for(*terms.basis));
      if (terms.contract == nullptr) {
        out.code = "NO_CONTRACT";
        out.why += "; as things stand it will refuse it: no contract of the merchant holds on " +
                   to_text(*terms.basis);
      }
    }
    out.open = std::move(item);
    return out;
  }

 private:
  std::string held_on(BusinessDate day) const {
    const auto* hold = holds_.on(day);
    if (hold == nullptr) return {};
    return "; payouts to the merchant are on hold since " + to_text(hold->from) + ": " + hold->reason;
  }

  // Of what a payout is still to take: by its payout day, and the hold.
  LineStanding waiting(BusinessDate own, std::string why) const {
    const auto goes_out = holds_.of_line(own, today_);
    const auto due = std::max(own, today_);
    if (goes_out == due) return {LineState::scheduled, std::move(why)};
    return {LineState::withheld, withheld(due, goes_out, std::move(why))};
  }
  std::string withheld(BusinessDate due, BusinessDate goes_out, std::string why) const {
    const auto* hold = holds_.on(due);
    if (!why.empty()) why += "; ";
    why += "on hold";
    if (hold != nullptr) why += " since " + to_text(hold->from) + ": " + hold->reason;
    if (goes_out != BusinessDate{}) why += "; lifted from " + to_text(goes_out) + " on";
    return why;
  }

  Result<LineStanding> covered(const LineSummary& line) const {
    PayoutId id = *line.payout;
    std::string why;
    for (int handed_on = 0; handed_on < kHandedOnMax; ++handed_on) {
      WJ_TRY(const auto payout, reader_.payout(id));
      if (!payout) return corrupt("the payout " + id.text() + " is missing: rebuild money");
      switch (payout->state) {
        case PayoutState::paid:
          return LineStanding{LineState::paid_out, why};
        case PayoutState::sent:
          return LineStanding{LineState::in_payout, why};
        case PayoutState::requested:
          return requested(*payout, why);
        case PayoutState::carried:
          if (payout->requested.left_over == 0) return LineStanding{LineState::paid_out, "netted to nothing"};
          why = "the sum of payout " + id.text() + " was negative";
          break;
        case PayoutState::failed:
        case PayoutState::returned:
          why = "payout " + id.text() + (payout->state == PayoutState::failed ? " failed" : " came back");
          if (!payout->updates.empty() && !payout->updates.back().failure.empty())
            why += ": " + payout->updates.back().failure;
          break;
        case PayoutState::unknown:
          return LineStanding{LineState::in_payout, why};
      }
      WJ_TRY(const auto next, taken_over_by(reader_, *payout));
      if (!next) return waiting(today_, why + "; it goes into the next payout");
      why += "; carried into payout " + next->text();
      id = *next;
    }
    return LineStanding{LineState::scheduled, why};
  }
  LineStanding requested(const PayoutNow& payout, std::string why) const {
    const auto own = payout.requested.date;
    const auto goes_out = holds_.of_payout(own, today_);
    const auto due = std::max(own, today_);
    if (goes_out == due) return {LineState::in_payout, std::move(why)};
    return {LineState::withheld, withheld(holds_.on(own) != nullptr ? own : due, goes_out, std::move(why))};
  }
  Result<std::string> waits_for(BusinessDate basis) const {
    const auto day = to_text(basis);
    if (basis > today_) return "it waits for the run of " + day + ", which is still to come";
    WJ_TRY(const auto run, reader_.run(basis));
    if (run && run->ever_completed)
      return "it came after the run of " + day + ": it is settled with the next run";
    return "it waits for the run of " + day;
  }

  const MoneyReader& reader_;
  const MerchantHolds holds_;
  const BusinessDate today_;
};

}  // namespace

Result<PaymentSettlement> settlement_of(const MoneyReader& reader, PaymentId payment, MerchantId merchant,
                                        BusinessDate today) {
  PaymentSettlement out;
  WJ_TRY(auto lines, reader.lines_of_payment(payment));
  WJ_TRY(auto items, reader.open_items_of(payment));
  if (lines.empty() && items.empty()) return out;
  WJ_TRY(auto holds, MerchantHolds::load(reader, merchant));
  if (const auto* hold = holds.on(today)) out.hold = *hold;
  const Reading reading(reader, std::move(holds), today);
  for (auto& line : lines) {
    WJ_TRY(out.lines.emplace_back(), reading.line(std::move(line)));
  }
  if (items.empty()) return out;
  WJ_TRY(const auto book, ContractBook::load_contracts_of(reader, merchant));
  for (auto& item : items) {
    WJ_TRY(out.open.emplace_back(), reading.open(std::move(item), book));
  }
  return out;
}

}  // namespace wonjang::money
