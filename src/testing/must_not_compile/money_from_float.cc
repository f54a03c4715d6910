// No floating point turns into money.
#include "domain/money.h"

namespace wonjang {

auto use() {
#ifdef WJ_MISTAKE
  const Money half{0.5, Currency()};  // no
  const Money price = krw(9'999.9);   // no
#endif
  return krw(10'000);
}

}  // namespace wonjang
