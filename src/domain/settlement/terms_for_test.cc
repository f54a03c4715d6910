#include "domain/settlement/terms_for.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "domain/settlement/fee.h"

namespace wonjang::settlement {
namespace {

constexpr auto kCard = static_cast<std::uint8_t>(Method::card);
constexpr auto kTransfer = static_cast<std::uint8_t>(Method::transfer);

Item paid_by(std::uint8_t method, std::string issuer = "") {
  Item item;
  item.method = method;
  item.issuer = std::move(issuer);
  item.amount = 45;
  return item;
}

// Cards after six days, those of issuer 11 after four and rounded down, transfers after three and without
// VAT.
Contract mixed() {
  Contract out;
  FeeRule rate;
  rate.name = "all";
  rate.kind = RuleKind::base_rate;
  rate.rate_ppm = 100'000;
  out.fees.rules = {rate};
  out.cycle.lag_days = 2;
  const auto cycle = [&](const char* name, std::uint8_t method, const char* issuer, std::uint32_t lag) {
    MethodCycle own{name, method, issuer, {}};
    own.cycle.lag_days = lag;
    out.cycle_by_method.push_back(own);
  };
  cycle("cards", kCard, "", 6);
  cycle("card-11", kCard, "11", 4);
  cycle("transfers", kTransfer, "", 3);
  MethodFees own;
  own.name = "cards";
  own.method = kCard;
  own.vat = VatTreatment::included;
  out.fees.by_method.push_back(own);
  own = {};
  own.name = "card-11";
  own.method = kCard;
  own.issuer = "11";
  own.rounding = Rounding::floor;
  out.fees.by_method.push_back(own);
  own = {};
  own.name = "transfers";
  own.method = kTransfer;
  own.vat = VatTreatment::none;
  out.fees.by_method.push_back(own);
  return out;
}

TEST(TermsFor, the_issuers_entry_counts_before_the_methods_and_that_before_the_contracts) {
  auto contract = mixed();
  for (int order = 0; order < 2; ++order) {
    EXPECT_EQ(cycle_for(contract, paid_by(kCard, "11")).lag_days, 4U);
    EXPECT_EQ(cycle_for(contract, paid_by(kCard, "12")).lag_days, 6U);
    EXPECT_EQ(cycle_for(contract, paid_by(kCard)).lag_days, 6U);
    EXPECT_EQ(cycle_for(contract, paid_by(kTransfer, "11")).lag_days, 3U);
    EXPECT_EQ(cycle_for(contract, paid_by(4)).lag_days, 2U);
    EXPECT_EQ(own_cycle_for(contract, paid_by(4)), nullptr);
    EXPECT_EQ(own_fees_for(contract.fees, paid_by(kCard, "11"))->name, "card-11");
    // The order of the lists doesn't matter.
    std::ranges::reverse(contract.cycle_by_method);
    std::ranges::reverse(contract.fees.by_method);
  }
}

TEST(TermsFor, what_an_entry_does_not_say_is_as_the_terms_say) {
  const auto contract = mixed();
  const auto of_card = charging_for(contract.fees, paid_by(kCard, "12"));
  EXPECT_EQ(of_card.vat, VatTreatment::included);
  EXPECT_EQ(of_card.order, FeeOrder::supply_first);
  EXPECT_EQ(of_card.rounding, Rounding::half_up);
  const auto of_issuer = charging_for(contract.fees, paid_by(kCard, "11"));
  EXPECT_EQ(of_issuer.vat, VatTreatment::added) << "one entry counts, whole: not the method's as well";
  EXPECT_EQ(of_issuer.rounding, Rounding::floor);
}

TEST(TermsFor, a_fee_is_charged_by_them) {
  const auto contract = mixed();
  const auto fee = [&](const Item& item) {
    return std::get<SettlementLine>(settle_approval(item, contract)).fee;
  };
  EXPECT_EQ(fee(paid_by(4)), 6) << "4.5: 5 and 1 of VAT";
  EXPECT_EQ(fee(paid_by(kCard, "12")), 5) << "4.5, with its VAT";
  EXPECT_EQ(fee(paid_by(kCard, "11")), 4) << "4.5: 4 and 0 of VAT";
  const auto transfer = std::get<SettlementLine>(settle_approval(paid_by(kTransfer), contract));
  EXPECT_EQ(transfer.fee, 5);
  EXPECT_EQ(transfer.fee_vat, 0);
}

}  // namespace
}  // namespace wonjang::settlement
