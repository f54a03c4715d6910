// Shoppers: what clients may ask for next. Wishes of several clients meet on few payments, most of them
// plausible, some wrong on purpose. Which of them the ledger must accept is the model's business, not theirs.
// Threads: one owner.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/rng.h"
#include "domain/command.h"
#include "testing/sim/parameters.h"

namespace wonjang::testing {

// A request as its sender keeps it, to send it again.
struct Op {
  MerchantId tenant;  // zero: the house
  std::string key;
  std::string content;
  PaymentId payment;
  MerchantId only_merchant;
  PaymentCommand command;
  bool is_done = false;
};

class Shoppers {
 public:
  Shoppers(const SimParameters& parameters, Rng rng) : parameters_(parameters), rng_(rng) {}

  // What an answer showed: later wishes are made from it, though it may be old by then.
  void saw(const Payment& payment);

  Op next(Instant now);
  // `op` with another content under the same key.
  Op altered(const Op& op, Instant now);

 private:
  Op create(std::uint64_t merchant, Instant now);
  PaymentCommand change(const Payment& payment, Instant now);
  ApprovalInput recorded(std::int64_t amount, Instant now);
  BeginApproval through_provider(std::int64_t amount);
  CancelPayment cancel(const Payment& payment);
  RecordAcquisition acquisition(const Payment& payment);
  std::int64_t amount_up_to(std::int64_t most);
  std::string next_key(const Op& op);

  const SimParameters& parameters_;
  Rng rng_;
  std::vector<PaymentId> known_;
  std::map<PaymentId, Payment> seen_;
  std::map<PaymentId, std::string> last_key_;
  std::uint64_t orders_ = 0;
  std::uint64_t keys_ = 0;
  std::uint64_t contents_ = 0;
  std::uint64_t notices_ = 0;
};

}  // namespace wonjang::testing
