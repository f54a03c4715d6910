// LifeMaker: leads one payment through its life, one command after the other, as the ledger's writer would:
// decide, stamp, evolve. What decide() refuses for its state becomes a command.refused, as in the ledger.
// Inside testing/serving/.
// Threads: one owner.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/decide.h"
#include "testing/serving/city.h"

namespace wonjang::testing {

struct LifeOptions {
  std::uint64_t seed = 0;
  std::uint64_t number = 0;
  std::uint32_t merchant = 0;
  MerchantId merchant_id;
  Instant at;         // requested
  Instant end;        // nothing is recorded from here on
  Instant cancel_at;  // a cancel in full at this time, by a method that allows it; zero: as chance has it
  Instant old_cancel_from;  // some very old payments are cancelled between here and the end; zero: none
  std::uint32_t late_hour_ppm = 0;
  std::uint32_t late_day_ppm = 0;
  std::uint32_t late_month_ppm = 0;
};

class LifeMaker {
 public:
  LifeMaker(const LifeOptions& options, const Names& names);
  Life make();

 private:
  struct Step {  // of what may follow when it is paid
    enum class What : std::uint8_t { slip_requested, slip_completed, cancel };
    Instant at;
    What what = What::cancel;
    std::size_t approval = 0;  // index
    bool partial = false;
  };

  // True when it added events and the world goes on.
  bool send(const PaymentCommand& command, Instant at, std::string reason = {});
  void fold(std::vector<Decided> decided, std::string reason);
  Instant recorded_after(Instant at);

  CreatePayment order();
  CardDetail card();
  EasyPayDetail easy_pay();
  MethodDetail method(std::uint64_t permille);
  ApprovalInput recorded(MethodDetail detail, std::int64_t amount, Instant at);
  void add_split(CreatePayment& create, Instant at);

  void live_recorded();
  void live_recorded_later();
  void live_by_provider();
  void live_unknown(const ApprovalInput& input, Instant at);
  void live_kept(ApprovalId id);
  void live_abandoned();
  void live_by_account();
  void deposit(Instant at);
  void follow_up(Instant paid_at);
  void take(const Step& step, std::vector<Step>& more);
  void cancel(const Step& step);
  std::vector<Step> plan_of(Instant paid_at);

  std::uint64_t below(std::uint64_t bound) { return rng_.below(bound); }
  bool chance(std::uint32_t percent) { return rng_.chance(percent); }
  std::int64_t ms_between(std::int64_t from, std::int64_t until) {
    return from + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(until - from)));
  }

  const LifeOptions& options_;
  const Names& names_;
  Rng rng_;
  IdMaker ids_;
  Actor actor_;
  std::uint64_t person_ = 0;
  std::uint64_t keys_ = 0;
  Instant now_;
  bool over_ = false;  // the world ended
  Life life_;
};

}  // namespace wonjang::testing
