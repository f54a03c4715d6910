#include "engine/money/line_bytes.h"

namespace wonjang::money {

using settlement::Contract;
using settlement::Item;
using settlement::SettlementLine;

namespace {

// Of proto/wonjang/v1/settlement.proto: fields with their tags, numbers as long as they can be, and the
// message's own tag and length.
constexpr std::size_t kItem = 140;
constexpr std::size_t kLine = 140;
constexpr std::size_t kFeeLine = 56;
constexpr std::size_t kBalance = 64;
constexpr std::size_t kBalanceFee = 32;
constexpr std::size_t kContract = 140;
constexpr std::size_t kRule = 64;
constexpr std::size_t kStep = 4;  // of a tiered rate, without its two numbers
constexpr std::size_t kTier = 8;  // without its rate
constexpr std::size_t kCancelRule = 12;
constexpr std::size_t kMethodFees = 24;
constexpr std::size_t kMethodCycle = 48;
constexpr std::size_t kText = 4;
constexpr std::size_t kDifference = 100;

std::size_t of_number(std::int64_t number) {
  std::size_t bytes = 1;
  for (auto rest = static_cast<std::uint64_t>(number); rest >= 0x80; rest >>= 7U) ++bytes;
  return bytes;
}

std::size_t of_item(const Item& item) {
  return kItem + item.order_id.size() + item.sub_mall.size() + item.issuer.size();
}

}  // namespace

std::size_t bytes_at_most(const Contract& contract) {
  std::size_t sum = kContract + contract.sub_mall.size() + contract.business_number.size() +
                    contract.calendar.size() + contract.payout_account.size() +
                    kCancelRule * contract.fees.on_cancel.size();
  for (const auto& rule : contract.fees.rules) {
    sum += kRule + rule.name.size() + rule.applies.issuer.size();
    // There can be ten thousand of them.
    for (const auto& step : rule.steps) sum += kStep + of_number(step.from) + of_number(step.rate_ppm);
    for (const auto& tier : rule.by_tier) sum += kTier + of_number(tier.rate_ppm);
  }
  for (const auto& own : contract.fees.by_method) sum += kMethodFees + own.name.size() + own.issuer.size();
  for (const auto& own : contract.cycle_by_method) sum += kMethodCycle + own.name.size() + own.issuer.size();
  return sum;
}

std::size_t bytes_at_most(const SettlementLine& line) {
  std::size_t sum = kLine + of_item(line.item) + line.canary.size();
  for (const auto& fee : line.fees) sum += kFeeLine + fee.rule.size();
  if (line.before) sum += kBalance + kBalanceFee * line.before->fees.size();
  return sum;
}

std::size_t bytes_at_most(const settlement::FailedItem& failed) {
  return of_item(failed.item) + 4 * kText + failed.code.size() + failed.detail.size();
}

std::size_t bytes_at_most(const settlement::CanaryDifference& difference) {
  return kDifference + difference.canary.size() + difference.detail.size();
}

}  // namespace wonjang::money
