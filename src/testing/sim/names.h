// Names: what the ledger's ids are called in the reference model, and requests retold in its words. Ids are
// learnt from the payments that the ledger renders; those of a batch that was lost are never used again.
// Threads: one owner.
#pragma once

#include <map>
#include <string>

#include "domain/payment.h"
#include "engine/ledger/request.h"
#include "testing/reference_book.h"

namespace wonjang::testing {

std::string merchant_name(MerchantId merchant);  // "m1"; "house" for zero

class Names {
 public:
  void learn(const Payment& payment);

  std::string payment(PaymentId id) const;  // empty when nobody has heard of it
  std::size_t approval(ApprovalId id) const;
  std::size_t cancel(CancelId id) const;

  // `content`: what the request's fingerprint covers.
  RefRequest retell(const Request& request, const std::string& tenant, const std::string& content) const;

 private:
  std::map<PaymentId, std::string> payments_;
  std::map<ApprovalId, std::size_t> approvals_;
  std::map<CancelId, std::size_t> cancels_;
};

// The first thing in which the ledger's payment isn't what the model says, or nothing.
std::string difference(const RefPayment& expected, const Payment& actual);

}  // namespace wonjang::testing
