// ControlTotals: lines, gross, fee, VAT and net per currency, summed wide; and the hash that shows that lines
// which stood before a rerun stand untouched after it.
//
// Threads: values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "domain/settlement/events.h"
#include "engine/money/money_reader.h"
#include "engine/money/run_totals.h"
#include "ports/digest.h"
#include "ports/event_log.h"

namespace wonjang::money {

class ControlTotals {
 public:
  void add(Currency currency, const settlement::SettlementLine& line);
  void add_failed(Currency currency) { ++sums_[currency].failed; }
  void add(const ControlTotals& other);
  void add(const std::vector<settlement::RunTotals>& totals);

  bool empty() const { return sums_.empty(); }
  std::uint64_t lines() const;
  std::uint64_t failed() const;
  std::vector<settlement::RunTotals> rows() const;  // by currency (run_totals.h)

 private:
  std::map<Currency, RunSum> sums_;
};

// Apart from `failed`: what stands as failed isn't a sum of attempts.
bool same_lines(const std::vector<settlement::RunTotals>& a, const std::vector<settlement::RunTotals>& b);

// SHA-256 (hex, chained over blocks) of the lines of a date's runs that stand before `before` in the log, in
// order of their keys: what they are, their sums and their place. Where they are paid may change, so it isn't
// part of it. Errors: those of the reader.
Result<std::string> lines_hash(const MoneyReader& reader, BusinessDate date, const LogPositions& before,
                               const Digest& digest);

}  // namespace wonjang::money
