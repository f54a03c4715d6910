#include "engine/money/run_scope.h"

namespace wonjang::money {

Result<RunScope> RunScope::load(const MoneyReader& reader, const ContractBook& book, BusinessDate date) {
  RunScope out(book, date);
  WJ_TRY(const auto completed, reader.completed_days(date));
  for (const auto day : completed) out.completed_.insert(day.days);
  return out;
}

Result<RunScope> RunScope::load_all(const MoneyReader& reader, const ContractBook& book, BusinessDate date) {
  WJ_TRY(auto out, load(reader, book, date));
  out.all_ = true;
  return out;
}

Scoped RunScope::of(const OpenItem& open) const {
  const Terms terms = book_->terms_of(open);
  if (!terms.basis) return {Scope::undated, terms};
  if (*terms.basis == date_) return {Scope::due, terms};
  if (*terms.basis > date_) return {all_ ? Scope::due : Scope::later, terms};
  if (completed_.contains(terms.basis->days)) return {Scope::late, terms};
  return {all_ ? Scope::due : Scope::waiting, terms};
}

Result<void> each_due(const MoneyReader& reader, const RunScope& scope,
                      const std::function<Result<bool>(DueItem&&)>& each,
                      const std::function<void(const OpenItem&, const Scoped&)>& passed_over) {
  return reader.open_items(scope.date(), [&](const OpenItem& open) -> Result<bool> {
    const Scoped scoped = scope.of(open);
    if (scoped.scope == Scope::due || scoped.scope == Scope::late) {
      return each({open, scoped.terms, scoped.scope == Scope::late});
    }
    if (passed_over) passed_over(open, scoped);
    return true;
  });
}

}  // namespace wonjang::money
