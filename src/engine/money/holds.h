// Who is on hold. A hold counts from its day on, until a change releases it from a day on. Money that is sent
// today for another day is held when the merchant is on hold on either of the two: on the day it is for, or
// on the day of the act.
//
// Threads: values.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "engine/money/money_reader.h"

namespace wonjang::money {

// The merchants to whom nothing may go out today for `date`. Errors: those of the reader.
Result<std::set<MerchantId>> on_hold(const MoneyReader& reader, BusinessDate date, BusinessDate today);

// One merchant's, in the order of their approval.
class MerchantHolds {
 public:
  // Errors: those of the reader.
  static Result<MerchantHolds> load(const MoneyReader& reader, MerchantId merchant);
  void add(settlement::Hold hold) { holds_.push_back(std::move(hold)); }

  // That holds it on this day; null: nothing does.
  const settlement::Hold* on(BusinessDate day) const;
  // The first day from `today` on on which what has the payout day `own` may be sent; zero: there is none.
  BusinessDate of_line(BusinessDate own, BusinessDate today) const;
  // The same of a payout that was requested: it keeps its date, on which nothing may hold it either.
  BusinessDate of_payout(BusinessDate own, BusinessDate today) const;

 private:
  BusinessDate first_from(BusinessDate day) const;

  std::vector<settlement::Hold> holds_;
};

}  // namespace wonjang::money
