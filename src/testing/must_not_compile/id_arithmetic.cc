// Ids are compared, never counted with.
#include "domain/ids.h"

namespace wonjang {

bool use(PaymentId a, PaymentId b) {
#ifdef WJ_MISTAKE
  const auto sum = a + b;  // no
  ++a;                     // no
#endif
  return a < b;
}

}  // namespace wonjang
