#include "view_looked.h"

#include "domain/payment.h"
#include "testing/serving/peer_rows.h"

namespace wonjang::bench {
namespace {

// Months since 1970-01 of the day in Seoul.
std::int32_t month_of_day(Instant at) {
  const std::string day = to_text(business_date_of(at));  // 2026-11-22
  return (std::stoi(day.substr(0, 4)) - 1970) * 12 + std::stoi(day.substr(5, 2)) - 1;
}

std::string lines(const std::vector<std::string>& of) {
  std::string out = std::to_string(of.size());
  for (const auto& line : of) out.append(" ").append(line);
  return out;
}

// How many rows aren't zero, and what all come to.
template <typename Rows>
std::string rows_text(const Rows& rows) {
  Sum all;
  std::size_t count = 0;
  for (const auto& [key, sum] : rows) {
    all.add(sum);
    if (!sum.is_zero()) ++count;
  }
  return std::to_string(count) + " " + all.text();
}

}  // namespace

std::string First::text() {
  trim();
  std::vector<std::string> names;
  for (const auto& one : kept_) {
    if (one.counts) names.push_back(one.name);
  }
  return lines(names);
}

void First::keep(Kept one) {
  kept_.push_back(std::move(one));
  if (kept_.size() == kKept) trim();
}

void First::trim() {
  std::sort(kept_.begin(), kept_.end(), [](const Kept& a, const Kept& b) {
    if (a.amount != b.amount) return a.amount > b.amount;
    if (a.at != b.at) return a.at > b.at;
    return a.id != b.id ? a.id < b.id : a.version < b.version;
  });
  if (kept_.size() > kPage) kept_.erase(kept_.begin() + kPage, kept_.end());
}

TotalsByLooking::TotalsByLooking(const testing::City& city) : city_(city), close_(asked_close(city.end())) {}

void TotalsByLooking::add(const testing::Life& life, const Seen& seen) {
  const std::string& organisation = city_.merchants()[seen.merchant].organisation;
  months_[{organisation, month_of_day(seen.at), seen.method, seen.status, seen.currency}].add(seen);
  if (is_within(seen.at) && seen.currency == "KRW") nets_[seen.merchant] += seen.gross - seen.canceled;
  for (std::size_t i = 0; i < merchants_.size(); ++i) {
    if (kAskedMerchants[i] != seen.merchant) continue;
    add_movements(life, merchants_[i]);
    if (is_within(seen.at)) add_close(life, seen, merchants_[i]);
  }
}

void TotalsByLooking::add_movements(const testing::Life& life, OfMerchant& of) const {
  const PaymentStatus status = life.payment.status;
  const bool is_canceled = status == PaymentStatus::canceled || status == PaymentStatus::partial_canceled;
  for (const auto& [version, move, method] : testing::movements_of(life)) {
    if (!is_within(move.at)) continue;
    const bool brings_in = move.kind == MoneyMoveKind::taken;
    of.movements.offer(move.at, life.payment.id, version);
    of.moved[std::string(life.payment.currency.code())].add(
        Sum{1, brings_in ? move.amount : 0, brings_in ? 0 : move.amount});
    if (is_canceled && move.kind == MoneyMoveKind::canceled) {
      of.cancels.offer(move.at, life.payment.id, version);
    }
  }
}

// As it was recorded by the end of the day of the close, and what came later.
void TotalsByLooking::add_close(const testing::Life& life, const Seen& now, OfMerchant& of) const {
  const Day day{business_date_of(now.at).days, now.currency};
  of.since[day].add(now);
  Payment payment;
  for (const auto& command : life.commands) {
    for (const auto& event : command) {
      if (business_date_of(event.recorded_at).days <= close_.days) evolve(payment, event);
    }
  }
  if (!payment.exists()) return;
  const Seen then = look_at(life, payment);
  of.then[day].add(then);
  of.since[day].remove(then);
}

void TotalsByLooking::tell(std::vector<std::string>& out) {
  for (std::size_t i = 0; i < merchants_.size(); ++i) {
    const std::string who = " merchant " + std::to_string(kAskedMerchants[i]) + " ";
    OfMerchant& of = merchants_[i];
    out.push_back("M1" + who + of.movements.text());
    out.push_back("M2" + who + of.cancels.text());
    for (const auto& [currency, sum] : of.moved) out.push_back("M6" + who + currency + " " + sum.text());
    out.push_back("A4 then" + who + rows_text(of.then));
    out.push_back("A4 since" + who + rows_text(of.since));
  }
  out.push_back("A2 organisation month " + rows_text(months_));
  std::vector<std::pair<std::int64_t, std::uint32_t>> order;  // the least first
  for (const auto& [merchant, net] : nets_) order.emplace_back(-net, merchant);
  std::sort(order.begin(), order.end());
  std::vector<std::string> top;
  for (std::size_t i = 0; i < order.size() && i < kAskedTop; ++i) {
    top.push_back(std::to_string(order[i].second) + ":" + std::to_string(-order[i].first));
  }
  out.push_back("A3 top merchants " + lines(top));
}

void LivesByLooking::add(const testing::Life& life) {
  if (!is_asked_life(life.payment.id, payments_)) return;
  std::size_t events = 0;
  for (const auto& command : life.commands) events += command.size();
  steps_.push_back(life.payment.id.text() + ":" + std::to_string(events));
}

void LivesByLooking::tell(std::vector<std::string>& out) {
  std::sort(steps_.begin(), steps_.end());
  out.push_back("L1 lifecycle " + lines(steps_));
}

}  // namespace wonjang::bench
