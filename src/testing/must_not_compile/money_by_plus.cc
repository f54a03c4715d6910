// Sums of money say what happens on overflow and on mixed currencies: add() does, `+` could not.
#include "domain/money.h"

namespace wonjang {

auto use(Money won, Money dollars) {
#ifdef WJ_MISTAKE
  const auto sum = won + dollars;  // no
  won += dollars;                  // no
  const auto rest = won - 1;       // no
  const auto twice = won * 2;      // no
#endif
  return add(won, dollars);
}

}  // namespace wonjang
