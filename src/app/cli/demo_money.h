// The money side of the demonstration's city: what was agreed with whom, every day settled and paid out in
// the order in which it would have happened, and what the last days leave open for people to look at.
//
// Threads: one owner; calls block.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/cli/demo_api.h"
#include "app/cli/progress.h"
#include "app/demo/city.h"
#include "domain/settlement/calendar.h"

namespace wonjang {

struct DemoMoneyCounts {
  std::uint64_t days = 0;  // settled by this start
  std::uint64_t lines = 0;
  std::uint64_t payouts = 0;
};

class DemoMoney {
 public:
  // `second_key`: of the operator who decides what the first one proposes. `paid_until`: of an earlier start.
  DemoMoney(const City& city, const ServerAddress& server, const std::string& key,
            const std::string& second_key, BusinessDate today, BusinessDate paid_until);

  // Calendar, contracts, the funds ratio: proposed and approved. Done already: nothing happens.
  Result<void> agree();

  // Settles the days of [from, until) that money moved on and that were never settled, each with the payouts
  // that follow it: daily for the newest weeks, on the first business day of a month before.
  // `progress` hears of every day.
  Result<void> settle(const std::vector<BusinessDate>& days, BusinessDate from, BusinessDate until,
                      Progress& progress);

  Result<void> try_out();    // one merchant in canary
  Result<void> hold_back();  // one merchant's payouts wait
  // What became of the payouts; `one_fails`: one account was closed.
  Result<void> answer_of_bank(bool one_fails);
  Result<void> leave_open();  // a change that waits, an acquirer's file with two breaks, the funds position

  const DemoMoneyCounts& counts() const { return counts_; }
  BusinessDate paid_until() const { return paid_until_; }
  // The change that waits for a second person; empty: none.
  const std::string& waiting() const { return waiting_; }

 private:
  Result<std::string> propose(const std::string& name, const std::string& body);
  Result<void> approve(const std::string& name, const std::string& body);
  Result<void> run_day(BusinessDate day);
  Result<void> pay_out(BusinessDate day);
  bool is_pay_day(BusinessDate day) const;
  Result<std::string> rows_of_bank(bool one_fails);
  std::string acquirers_file() const;
  Result<void> cover_most();

  const City& city_;
  DemoApi first_;
  DemoApi second_;
  settlement::BusinessDays banks_;
  const BusinessDate today_;  // of the clock; the city's is that of its beginning
  BusinessDate paid_until_;
  DemoMoneyCounts counts_;
  std::string waiting_;
  std::vector<BusinessDate> completed_;  // settled by earlier starts, rising
  bool knows_completed_ = false;
};

}  // namespace wonjang
