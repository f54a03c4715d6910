// RunScope: which open items a run for a date settles.
//   due       the item's basis date is the run's date
//   late      its basis date is earlier and that date's own run has completed once: dated by the run's date
//   waiting   its basis date is earlier and never had its own run: left for that
//   later     its basis date is still to come
//   undated   its slip isn't requested yet, or it is being undone
// An item without a contract counts by the day of its movement, so that it fails visibly, once, in that day's
// run.
//
// Threads: after load() any.
#pragma once

#include <functional>
#include <unordered_set>

#include "engine/money/contract_book.h"
#include "engine/money/money_reader.h"

namespace wonjang::money {

enum class Scope : std::uint8_t { due, late, waiting, later, undated };

struct Scoped {
  Scope scope = Scope::undated;
  Terms terms;
};

struct DueItem {
  OpenItem open;
  Terms terms;  // basis is there
  bool late = false;
};

class RunScope {
 public:
  // `book` outlives it. Errors: those of the reader.
  static Result<RunScope> load(const MoneyReader& reader, const ContractBook& book, BusinessDate date);
  // Of all runs that are still to come, for what-if: what waits or comes later is due too; `date`: today.
  static Result<RunScope> load_all(const MoneyReader& reader, const ContractBook& book, BusinessDate date);

  BusinessDate date() const { return date_; }
  Scoped of(const OpenItem& open) const;

 private:
  RunScope(const ContractBook& book, BusinessDate date) : book_(&book), date_(date) {}

  const ContractBook* book_;
  BusinessDate date_;
  bool all_ = false;
  std::unordered_set<std::int32_t> completed_;  // days
};

// The date by which the item's line is dated: its basis date, or the run's when it is late.
inline BusinessDate run_date_of(const DueItem& due, const RunScope& scope) {
  return due.late ? scope.date() : *due.terms.basis;
}

// Those due or late, in the order of MoneyReader::open_items; `passed_over` hears of the others (may be
// empty).
Result<void> each_due(const MoneyReader& reader, const RunScope& scope,
                      const std::function<Result<bool>(DueItem&&)>& each,
                      const std::function<void(const OpenItem&, const Scoped&)>& passed_over = {});

}  // namespace wonjang::money
