// Sums: what one batch adds to the projection's sums: what is due, unpaid, settled in each day's runs and
// open. Kept as differences in memory and added to the stored ones at the end, so that a line costs no
// look-up. A sum that comes to nothing isn't stored.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "engine/money/overlay.h"
#include "engine/money/stored.h"

namespace wonjang::money {

// Adds the fields that `tied` names, one by one. A log can't hold what takes a sum beyond 128 bits.
template <typename Sum>
void add_sum(Sum& to, const Sum& more) {
  std::apply(
      [&](auto&... field) { std::apply([&](const auto&... other) { ((field += other), ...); }, tied(more)); },
      tied(to));
}

class Sums {
 public:
  explicit Sums(Overlay& rows) : rows_(rows) {}

  void add_due(MerchantNo merchant, Currency currency, BusinessDate payout_day, const DueSum& more);
  // `day`: of the event that moved it.
  void add_unpaid(MerchantNo merchant, Currency currency, BusinessDate day, const UnpaidSum& more);
  void add_run(BusinessDate run, Currency currency, const RunSum& more);
  // Open items of the day came (1) or went (-1).
  void add_open(BusinessDate day, std::int64_t items) { open_[day].items += items; }

  // Takes everything dated on or before `until` away: what it was, by day. Errors: corrupt, unavailable.
  struct DueDay {
    BusinessDate day;
    DueSum sum;
  };
  Result<std::vector<DueDay>> take_due(MerchantNo merchant, Currency currency, BusinessDate until);
  // As it stands now. Errors: corrupt, unavailable.
  Result<RunSum> run_sum(BusinessDate run, Currency currency) const;

  // Errors: corrupt (a count below zero), unavailable.
  Result<void> finish();

 private:
  using DueOf = std::map<BusinessDate, DueSum>;
  using Whose = std::pair<MerchantNo, Currency>;
  using UnpaidDays = std::vector<std::pair<BusinessDate, UnpaidSum>>;  // hardly ever more than one

  Result<void> write_unpaid();
  Result<void> add_late(const Whose& whose, const UnpaidDays& late);

  Overlay& rows_;
  std::map<Whose, DueOf> due_;
  std::map<Whose, UnpaidDays> unpaid_;
  std::map<std::pair<BusinessDate, Currency>, RunSum> runs_;
  std::map<BusinessDate, OpenCount> open_;
};

}  // namespace wonjang::money
