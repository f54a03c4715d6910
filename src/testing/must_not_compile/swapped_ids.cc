// An id of one kind is not an id of another, whatever their bytes.
#include "base/id.h"
#include "domain/ids.h"

namespace wonjang {

void link_to(PaymentId payment, ApprovalId approval);

void use(PaymentId payment, ApprovalId approval) {
#ifdef WJ_MISTAKE
  link_to(approval, payment);             // no
  const PaymentId other = approval;       // no
  const bool same = payment == approval;  // no
#endif
  link_to(payment, approval);
}

}  // namespace wonjang
