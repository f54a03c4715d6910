#include "engine/money/payout_file.h"

#include <algorithm>
#include <optional>
#include <set>

#include "domain/settlement/csv.h"
#include "engine/money/holds.h"
#include "engine/money/payout_parts.h"

namespace wonjang::money {

using settlement::PayoutState;
using settlement::PayoutUpdated;

namespace {

// The newest SENT that names the file; null: it doesn't stand in it.
const PayoutUpdated* sent_in(const PayoutNow& payout, const std::string& file) {
  const PayoutUpdated* newest = nullptr;
  for (const auto& update : payout.updates) {
    if (update.state == PayoutState::sent && update.file == file) newest = &update;
  }
  return newest;
}

}  // namespace

std::string payout_csv(std::span<const PayoutNow> payouts) {
  std::string out;
  settlement::append_csv(out, {"payout_id", "merchant_id", "date", "currency", "amount", "account"});
  for (const auto& payout : payouts) {
    const auto& requested = payout.requested;
    settlement::append_csv(out, {requested.payout.text(), payout.merchant.text(), to_text(requested.date),
                                 std::string(payout.currency.code()),
                                 in_major_units(requested.amount, payout.currency), requested.account});
  }
  return out;
}

namespace {

class Sending {
 public:
  Sending(const MoneyPorts& ports, BusinessDate date, const std::string& name, const JobOwner& owner)
      : ports_(ports), date_(date), name_(name), owner_(owner) {}

  Result<PayoutFile> send() {
    WJ_TRY(const auto snapshot, ports_.now.caught_up());
    WJ_CHECK(read(MoneyReader(*snapshot)));
    const bool is_whole = !sent_.empty() && (to_stand_ == 0 || to_stand_ == sent_.size());
    if (is_whole) return PayoutFile{name_, payout_csv(sent_), sent_.size(), 0};
    if (sent_.empty() && waiting_.empty()) return nothing();
    WJ_CHECK(mark_sent());
    return whole_now();
  }

 private:
  Result<void> read(const MoneyReader& reader) {
    WJ_TRY(const auto held, on_hold(reader, date_, business_date_of(ports_.clock.now())));
    const auto take = [&](const PayoutNow& payout) -> Result<bool> {
      if (const auto* sent = sent_in(payout, name_)) {
        sent_.push_back(payout);
        if (sent->at > newest_) to_stand_ = sent->file_payouts;
        newest_ = std::max(newest_, sent->at);
      } else if (payout.state != PayoutState::requested) {
        note_other_file(payout);
      } else if (held.contains(payout.merchant)) {
        ++held_;
      } else {
        waiting_.push_back(payout);
      }
      return true;
    };
    return reader.payouts(date_, BusinessDate{date_.days + 1}, {}, take);
  }

  void note_other_file(const PayoutNow& payout) {
    constexpr std::size_t kNamedMax = 3;
    for (const auto& update : payout.updates) {
      if (update.state == PayoutState::sent && others_.size() < kNamedMax) others_.insert(update.file);
    }
  }

  Result<PayoutFile> nothing() const {
    std::string what = "no payout of " + to_text(date_) + " waits to be sent";
    if (held_ > 0) what += "; " + std::to_string(held_) + " of merchants on hold wait for the release";
    for (const auto& other : others_) what += "; " + other + " was made: its key gives it again";
    return not_found(std::move(what));
  }

  Result<void> mark_sent() {
    const Instant at = std::max(ports_.clock.now(), newest_.plus_us(1));
    const auto mark = [&](const PayoutNow& payout) {
      auto update = update_of(payout, PayoutState::sent, name_);
      update.at = at;
      update.file_payouts = static_cast<std::uint32_t>(sent_.size() + waiting_.size());
      return ports_.sink.append(facts_of(payout, std::move(update), owner_));
    };
    for (const auto& payout : waiting_) WJ_CHECK(mark(payout));
    if (waiting_.empty()) {
      // The rest of a file that wasn't finished went another way: one of its own says that it is whole.
      const auto one = std::find_if(sent_.begin(), sent_.end(), [](const PayoutNow& payout) {
        return payout.state == PayoutState::sent;
      });
      if (one != sent_.end()) WJ_CHECK(mark(*one));
    }
    return ports_.sink.drain();
  }

  // In the order in which it is read again.
  PayoutFile whole_now() {
    sent_.insert(sent_.end(), waiting_.begin(), waiting_.end());
    std::sort(sent_.begin(), sent_.end(), [](const PayoutNow& a, const PayoutNow& b) {
      return std::pair(a.merchant_no, a.requested.payout) < std::pair(b.merchant_no, b.requested.payout);
    });
    return {name_, payout_csv(sent_), sent_.size(), held_};
  }

  const MoneyPorts& ports_;
  const BusinessDate date_;
  const std::string& name_;
  const JobOwner& owner_;
  std::vector<PayoutNow> sent_;     // those that name the file
  std::vector<PayoutNow> waiting_;  // REQUESTED, and not on hold
  std::uint32_t to_stand_ = 0;      // in the file, as the newest SENT says; 0: none said so
  Instant newest_;
  std::uint64_t held_ = 0;
  std::set<std::string> others_;
};

}  // namespace

Result<PayoutFile> send_payouts(const MoneyPorts& ports, BusinessDate date, const std::string& name,
                                const JobOwner& owner) {
  if (name.empty()) return invalid("name must not be empty: the bank's answer will name the file");
  WJ_TRY(const auto pass,
         ports.gate.enter({"a payout file of " + to_text(date), owner.holder, ports.clock.now()}));
  return Sending(ports, date, name, owner).send();
}

}  // namespace wonjang::money
