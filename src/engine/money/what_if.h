// What-if: what a change of reference data would move if it were approved now. Nothing is written.
//   a calendar   open items whose line would be dated otherwise, unpaid lines that redate.h would move
//   a contract   open items that would cost or be dated otherwise; when it holds backwards, the adjustments
//                that retier.h would make of lines that stand
//   a canary     open items that it would make cost something else: those of merchants moved over by decision
//   a hold       what is due to the merchant and would wait
//   else         nothing
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
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

// Money that goes out on another day; `to` zero: not as long as the hold stands.
struct MovedPayout {
  MerchantId merchant;
  Currency currency;
  BusinessDate from;
  BusinessDate to;
  int128 net = 0;
};

struct WhatIf {
  std::vector<MovedLine> lines;      // at most `lines_max`
  std::vector<MovedPayout> payouts;  // at most `lines_max`; all lines count in them, shown or not
  std::uint64_t lines_total = 0;
  std::uint64_t payouts_total = 0;
  std::uint64_t merchants_total = 0;
  std::map<Currency, int128> fee_delta;
  bool truncated = false;
};

// Errors: those of the reader and the log; invalid (a proposed contract whose merchant or calendar isn't
// there).
Result<WhatIf> what_if(const KvSnapshot& snapshot, const MoneyPorts& ports,
                       const settlement::Reference& proposed, std::size_t lines_max);

}  // namespace wonjang::money
