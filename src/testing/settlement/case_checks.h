// What must hold of every generated case, whatever it is:
//
//   - parts add up: fee = fee lines = supply + VAT, net = gross - fee;
//   - the plain calculator gives the same fees, VAT and refusals, for approvals, returns and after changes of
//     terms;
//   - any order of returns that use the approval up ends at zero: amount, net, each fee type, VAT, supply;
//     with KEEP the fee stays;
//   - a full cancel is the approval's exact negative;
//   - a return says the same under every other contract; a return of more than is left is refused;
//   - a line computed again from its snapshot is equal;
//   - a line and its adjustments are together what the new terms make of the movement, and the balance is
//     that of the same movements under them;
//   - a payout date is a business day (unless the policy is CALENDAR_DAY), never before basis or run, never
//     earlier for a later basis, and the same as walked day by day.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/settlement/calendar.h"
#include "testing/settlement/cases.h"

namespace wonjang::settlement {

// What the cases came to; a run that never met something proves nothing about it.
struct Tally {
  std::uint64_t cases = 0;
  std::uint64_t no_rate = 0;
  std::uint64_t overflow = 0;
  std::uint64_t returns = 0;
  std::uint64_t kept = 0;         // returns that keep the fee
  std::uint64_t undone = 0;       // reversals that give it back although cancels keep it
  std::uint64_t adjustments = 0;  // lines
  std::uint64_t unchanged = 0;    // changes of terms that changed nothing, or couldn't settle
  std::uint64_t emptied = 0;      // approvals that ended at zero
  std::uint64_t of_method = 0;    // approvals charged otherwise than the contract's own terms say
  std::uint64_t dated = 0;
  std::uint64_t dated_by_method = 0;  // by another cycle than the contract's own
  std::uint64_t late = 0;
};

// The first promise that the case breaks, as a sentence; nothing: all hold. `told`: when given, every line as
// text.
std::optional<std::string> broken_promise(const Case& c, const Calendar& calendar, const BusinessDays& days,
                                          Tally& tally, std::string* told = nullptr);

// Of dates alone.
std::optional<std::string> broken_date(const Case& c, const SettlementLine& line, const Calendar& calendar,
                                       const BusinessDays& days, Tally& tally);

}  // namespace wonjang::settlement
