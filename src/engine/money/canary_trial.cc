#include "engine/money/canary_trial.h"

#include <array>

namespace wonjang::money {

using settlement::Canary;
using settlement::CanaryDifference;
using settlement::CannotSettle;
using settlement::Contract;
using settlement::Item;
using settlement::SettlementLine;

namespace {

std::array<std::int64_t, 6> by_type(const SettlementLine& line) {
  std::array<std::int64_t, 6> out{};
  for (const auto& fee : line.fees) out.at(static_cast<std::size_t>(fee.type)) += fee.amount;
  return out;
}

// What is different, for people; empty: nothing.
std::string difference_of(const SettlementLine& now, const Contract& contract, const SettlementLine& then,
                          const Contract& candidate) {
  if (now.fee != then.fee) return "the fee differs";
  if (now.fee_vat != then.fee_vat) return "the fee's VAT differs";
  if (now.net != then.net) return "the net differs";
  if (by_type(now) != by_type(then)) return "the same fee, of other parts";
  if (settlement::balance_of(now, contract).on_cancel != settlement::balance_of(then, candidate).on_cancel) {
    return "the same fee, but a cancel gives back another";
  }
  return {};
}

std::string said(const CannotSettle& why) { return why.code + ": " + why.detail; }

CanaryDifference report(const Canary& canary, const Item& item) {
  CanaryDifference out;
  out.canary = canary.name;
  out.line = item.key;
  return out;
}

}  // namespace

TrialResult CanaryTrial::approval(MerchantNo merchant, const Item& item, const Contract& contract) {
  const Canary* canary = book_.canary_for(contract, item);
  if (canary == nullptr) return {settlement::settle_approval(item, contract), &contract, {}};
  if (book_.is_promoted(*canary, merchant)) return moved_over(*canary, item, contract);
  return both(*canary, item, contract);
}

TrialResult CanaryTrial::moved_over(const Canary& canary, const Item& item, const Contract& contract) {
  const Contract& candidate = with_candidate(contract, canary);
  auto then = settlement::settle_approval(item, candidate);
  if (auto* line = std::get_if<SettlementLine>(&then)) {
    line->canary = canary.name;
    return {std::move(then), &candidate, {}};
  }
  auto now = settlement::settle_approval(item, contract);
  auto difference = report(canary, item);
  difference.detail = "the merchant is moved over, but the new terms can't settle this item (" +
                      said(std::get<CannotSettle>(then)) + "): the contract's count";
  if (const auto* line = std::get_if<SettlementLine>(&now)) {
    difference.fee_now = line->fee;
    difference.vat_now = line->fee_vat;
  }
  return {std::move(now), &contract, {&canary, std::move(difference)}};
}

TrialResult CanaryTrial::both(const Canary& canary, const Item& item, const Contract& contract) {
  const Contract& candidate = with_candidate(contract, canary);
  auto now = settlement::settle_approval(item, contract);
  auto then = settlement::settle_approval(item, candidate);
  auto* now_line = std::get_if<SettlementLine>(&now);
  auto* then_line = std::get_if<SettlementLine>(&then);
  auto difference = report(canary, item);
  if (now_line != nullptr && then_line != nullptr) {
    difference.detail = difference_of(*now_line, contract, *then_line, candidate);
    if (difference.detail.empty()) {
      then_line->canary = canary.name;
      return {std::move(then), &candidate, {&canary, {}}};
    }
  } else if (now_line != nullptr) {
    difference.detail = "the new terms can't settle it: " + said(std::get<CannotSettle>(then));
  } else if (then_line != nullptr) {
    difference.detail =
        "only the new terms can settle it; the contract's: " + said(std::get<CannotSettle>(now));
  } else {
    difference.detail = "neither can settle it";
  }
  if (now_line != nullptr) {
    difference.fee_now = now_line->fee;
    difference.vat_now = now_line->fee_vat;
  }
  if (then_line != nullptr) {
    difference.fee_candidate = then_line->fee;
    difference.vat_candidate = then_line->fee_vat;
  }
  return {std::move(now), &contract, {&canary, std::move(difference)}};
}

const Contract& CanaryTrial::with_candidate(const Contract& contract, const Canary& canary) {
  auto& made = candidates_[{&contract, &canary}];
  if (!made) {
    made = std::make_unique<Contract>(contract);
    made->fees = canary.candidate;
  }
  return *made;
}

}  // namespace wonjang::money
