// What-if: what a change of reference data would move if it were approved now. Nothing is written.
//   a calendar   unpaid lines that redate.h would move, open items whose line would be dated otherwise
//   a contract   when it holds backwards, the adjustments that retier.h would make of lines that stand; open
//                items that would cost or be dated otherwise; the merchant's next payout, when what is kept
//                back or the account it goes to changes what stands for it
//   a canary     open items that it would make cost something else: those of merchants moved over by decision
//   a hold       payouts to the merchant that would wait, or, when it is lifted, that would go out
//   else         nothing
//
// Three lists: lines, payouts, and what can't be done (failures). An answer is computed whole and holds a
// page of each. The place behind a page says how much stood before it and a hash of that: a further page is
// computed anew and goes on only where the very same stands before it, so pages that were read one after
// another are one answer. What stands comes first and open items last, by their day, so that live traffic
// seldom changes what was read.
//
// An answer that was computed with room for much more than a page can be kept: page_of() cuts pages out of
// it, the very ones that what_if() gives of the same snapshot.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/money/contract_book.h"
#include "engine/money/line_source.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

enum class MovedBy : std::uint8_t { next_run, redating, adjustment };
std::string_view code_of(MovedBy v);  // "NEXT_RUN" ...

// A line that stands, or that the next run makes. Zero dates: none; an item that can't be settled has zeros
// and `fails` says so.
struct MovedLine {
  LineKey key;
  MovedBy by = MovedBy::next_run;
  MerchantId merchant;
  Currency currency;
  struct Side {
    BusinessDate payout_date;
    std::int64_t fee = 0;
    std::int64_t net = 0;
    bool fails = false;
    friend bool operator==(const Side&, const Side&) = default;
  };
  Side from;
  Side to;  // of an adjustment: both sides are the sums over the line and its adjustments
};

// Money that goes out on another day: the sum of the lines that go from day to day, or a payout that was
// requested and stands in no file. Zero: not as long as the hold stands.
struct MovedPayout {
  MerchantId merchant;
  Currency currency;
  BusinessDate from;
  BusinessDate to;
  std::optional<settlement::PayoutId> payout;  // the requested one
  int128 net = 0;
  // The merchant's next payout stays on its day and comes to something else, or goes elsewhere: `net` is the
  // difference. Of the lines that stand now; zero and no account: nothing would be paid.
  struct Payable {
    std::int64_t amount = 0;
    std::string account;
    friend bool operator==(const Payable&, const Payable&) = default;
  };
  struct Next {
    Payable from;
    Payable to;
  };
  std::optional<Next> next = {};
};

// What the change would have to do and couldn't: an adjustment, a new payout day, a line of a later run.
struct MoveFailed {
  LineKey key;  // of the line that stands, or that the run would make
  MovedBy by = MovedBy::next_run;
  MerchantId merchant;
  Currency currency;
  std::string why;  // "CODE: what, why, what next"
};

enum class MovedList : std::uint8_t { lines, payouts, failures };
struct MovedPlace {
  MovedList list = MovedList::lines;
  std::uint64_t count = 0;  // of what stands before
  std::uint64_t hash = 0;   // of that
};

struct WhatIfAsked {
  std::size_t count_max = 1000;          // of each list
  std::optional<MovedPlace> after = {};  // this list behind it, and none of the others
};

struct WhatIf {
  std::vector<MovedLine> lines;
  std::vector<MovedPayout> payouts;  // all lines count in them, shown or not
  std::vector<MoveFailed> failures;
  std::uint64_t lines_total = 0;
  std::uint64_t payouts_total = 0;
  std::uint64_t failures_total = 0;
  std::uint64_t merchants_total = 0;
  std::map<Currency, int128> fee_delta;
  // Where each list goes on; nothing: it was shown to its end, or wasn't asked for.
  std::optional<MovedPlace> next_lines;
  std::optional<MovedPlace> next_payouts;
  std::optional<MovedPlace> next_failures;

  bool truncated() const { return next_lines || next_payouts || next_failures; }
};

// Errors: those of the reader and the log; invalid (a proposed contract whose merchant or calendar isn't
// there); conflict (something else stands before `after` now: begin anew).
Result<WhatIf> what_if(const KvSnapshot& snapshot, const MoneyPorts& ports,
                       const settlement::Reference& proposed, const WhatIfAsked& asked);

// `kept` began at the beginning of its lists. Nothing: the page doesn't lie within what it holds of them, or
// something else stands before `after` in it.
std::optional<WhatIf> page_of(const WhatIf& kept, const WhatIfAsked& asked);

}  // namespace wonjang::money
