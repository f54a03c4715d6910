#include <algorithm>

#include "testing/money/money_world.h"

namespace wonjang::money {

using settlement::LineKey;
using settlement::PayoutId;
using settlement::PayoutRequested;
using settlement::PayoutState;

PayoutRequested MoneyWorld::payout_for(std::uint32_t merchant, BusinessDate date, std::int64_t withheld,
                                       std::int64_t released) {
  PayoutRequested body;
  body.payout = PayoutId(*settlement::payout_stream(merchants_[merchant], merchant, date, Currency()));
  body.date = date;
  for (const auto& [key, line] : lines) {
    const bool is_dated = line.payout_date != BusinessDate();
    if (line.merchant != merchant || line.payout || !is_dated || line.payout_date > date) continue;
    ++body.lines;
    body.lines_net += line.line.net;
  }
  body.carried = standings[merchant].carried;
  body.withheld = withheld;
  body.released = released;
  std::int64_t sum = body.lines_net + released - withheld;
  for (const auto& carried : body.carried) sum += carried.amount;
  body.amount = std::max<std::int64_t>(sum, 0);
  body.left_over = std::min<std::int64_t>(sum, 0);
  body.state = sum > 0 ? PayoutState::requested : PayoutState::carried;
  body.account = "tok_1";
  return body;
}

void MoneyWorld::write_payout(std::uint32_t merchant, const PayoutRequested& body) {
  write(body.payout.raw(), merchants_[merchant], body);
  for (auto& [key, line] : lines) {
    const bool is_dated = line.payout_date != BusinessDate();
    if (line.merchant == merchant && !line.payout && is_dated && line.payout_date <= body.date)
      line.payout = body.payout;
  }
  auto& standing = standings[merchant];
  standing.carried.clear();
  if (body.left_over != 0) standing.carried.push_back({body.payout, body.left_over});
  standing.kept_back += body.withheld - body.released;
  payouts[body.payout] = {merchant, body, body.state, 1};
}

std::optional<PayoutId> MoneyWorld::pay_out(std::uint32_t merchant, BusinessDate date, std::int64_t withheld,
                                            std::int64_t released) {
  const auto body = payout_for(merchant, date, withheld, released);
  if (payouts.contains(body.payout) || (body.lines == 0 && body.carried.empty())) return std::nullopt;
  write_payout(merchant, body);
  return body.payout;
}

void MoneyWorld::update(const PayoutId& payout, PayoutState state) {
  OraclePayout& one = payouts.at(payout);
  settlement::PayoutUpdated body;
  body.payout = payout;
  body.date = one.requested.date;
  body.state = state;
  body.amount = one.requested.amount;
  body.at = now_;
  body.was_paid = one.state == PayoutState::paid;
  write(payout.raw(), merchants_[one.merchant], body);
  if (state == PayoutState::paid) paid[one.merchant] += body.amount;
  if (state != PayoutState::paid && one.state == PayoutState::paid) paid[one.merchant] -= body.amount;
  if (state == PayoutState::failed || state == PayoutState::returned) {
    standings[one.merchant].carried.push_back({payout, body.amount});
  }
  one.state = state;
  one.version += 1;
}

void MoneyWorld::live(std::uint32_t days, std::uint32_t payments_a_day) {
  if (merchants_.empty()) {
    for (int i = 0; i < 3; ++i) add_merchant();
  }
  std::vector<PaymentId> made;
  for (std::uint32_t d = 0; d < days; ++d) {
    const BusinessDate day{business_date_of(now_).days + 1};
    go_to(day);
    for (std::uint32_t i = 0; i < payments_a_day; ++i) {
      made.push_back(pay(static_cast<std::uint32_t>(rng_.below(merchants_.size())),
                         static_cast<std::int64_t>(100 + rng_.below(50'000))));
      if (rng_.chance(30)) acquire(made.back(), "S" + std::to_string(made.size() % 500));
      const PaymentId some = made[rng_.below(made.size())];
      const auto left = payments_.at(some).left;
      if (left > 0 && rng_.chance(25))
        cancel(some, 1 + static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(left))));
    }
    std::set<LineKey> to_fail;
    for (const auto& [key, one] : open) {
      if (rng_.chance(8)) to_fail.insert(key);
    }
    go_to({day.days + 1});
    run(day, to_fail, 1 + rng_.below(20));
    if (rng_.chance(30)) run(day);
    std::vector<LineKey> unpaid_now;
    for (const auto& [key, line] : lines) {
      if (!line.payout) unpaid_now.push_back(key);
    }
    for (int i = 0; i < 2 && !unpaid_now.empty(); ++i) {
      const auto& key = unpaid_now[rng_.below(unpaid_now.size())];
      redate(key, rng_.chance(20) ? BusinessDate()
                                  : BusinessDate{day.days + 1 + static_cast<std::int32_t>(rng_.below(5))});
    }
    for (std::uint32_t m = 0; m < merchants_.size(); ++m) {
      const auto kept = standings[m].kept_back;
      const auto payout = pay_out(m, {day.days + 1}, rng_.chance(20) ? 700 : 0, rng_.chance(30) ? kept : 0);
      if (!payout || payouts.at(*payout).state == PayoutState::carried) continue;
      if (rng_.chance(80)) update(*payout, PayoutState::sent);
      if (rng_.chance(60)) update(*payout, PayoutState::paid);
      if (rng_.chance(20)) {
        update(*payout,
               payouts.at(*payout).state == PayoutState::paid ? PayoutState::returned : PayoutState::failed);
      }
    }
  }
  for (std::uint32_t i = 0; i < payments_a_day; ++i) {  // today's, not settled yet
    const auto payment = pay(static_cast<std::uint32_t>(rng_.below(merchants_.size())), 1'000);
    if (rng_.chance(40)) cancel(payment, 300);
    if (rng_.chance(40)) acquire(payment, "S" + std::to_string(i));
  }
}

}  // namespace wonjang::money
