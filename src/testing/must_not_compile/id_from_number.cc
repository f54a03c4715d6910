// An id is built on purpose: no number, no raw bits and no text turns into one silently.
#include "base/id.h"
#include "domain/ids.h"

namespace wonjang {

void charge(PaymentId payment);

void use(RawId raw) {
#ifdef WJ_MISTAKE
  charge(raw);      // no
  charge(7);        // no
  charge("pay_7");  // no
#endif
  charge(PaymentId(raw));
}

}  // namespace wonjang
