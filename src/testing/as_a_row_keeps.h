// A payment as a row of the views keeps it: of a bank's notices the ids alone, by which they are searched.
// Header-only.
#pragma once

#include "domain/payment.h"

namespace wonjang {

inline Payment as_a_row_keeps(Payment payment) {
  for (auto& approval : payment.approvals) {
    for (auto& notice : approval.bank_notices) {
      BankNotice id_alone;
      id_alone.id = std::move(notice.id);
      notice = std::move(id_alone);
    }
  }
  return payment;
}

}  // namespace wonjang
