#include "engine/money/line_bytes.h"

#include <gtest/gtest.h>

#include <limits>

#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

using settlement::Contract;
using settlement::LinesRecorded;
using settlement::SettlementLine;

std::size_t size_of(const LinesRecorded& body) {
  Event event;
  event.body = body;
  std::string bytes;
  ProtobufEventCodec().encode(event, bytes);
  return bytes.size();
}

constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();  // the longest number there is
constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
constexpr BusinessDate kFirstLineDay{std::numeric_limits<std::int32_t>::min()};
const RawId kId{~0ULL, ~0ULL};

settlement::Item long_item() {
  settlement::Item item;
  item.key = {PaymentId(kId), kMost, kMost};
  item.kind = settlement::LineKind::adjustment;
  item.approval = ApprovalId(kId);
  item.of_version = kMost;
  item.order_id = std::string(64, 'o');
  item.sub_mall = std::string(64, 's');
  item.method = static_cast<std::uint8_t>(Method::deposit_cup);
  item.issuer = std::string(20, 'i');
  item.card_type = CardType::gift;
  item.months = kMost;
  item.interest_payer = InterestPayer::merchant;
  item.used_point = item.amount = kLeast;
  item.at = {kLeast};
  item.acquired = kFirstLineDay;
  item.has_acquisition = true;
  return item;
}

SettlementLine long_line() {
  SettlementLine line;
  line.item = long_item();
  line.contract = kMost;
  line.basis = line.payout_date = kFirstLineDay;
  line.late = true;
  line.gross = line.fee = line.fee_supply = line.fee_vat = line.net = kLeast;
  line.fee_before = line.fee_vat_before = kLeast;
  line.canary = std::string(32, 'c');
  line.before.emplace();
  line.before->amount = line.before->amount_left = line.before->vat = line.before->vat_left = kLeast;
  line.before->on_cancel = settlement::FeeOnCancel::keep;
  for (int i = 0; i < 5; ++i) {
    line.fees.push_back({settlement::FeeType::etc, std::string(260, 'r'), kLeast, kLeast, kLeast, kLeast});
    line.before->fees.push_back({settlement::FeeType::etc, {}, 0, 0, 0, kLeast});
    line.before->fees_left.push_back(kLeast);
  }
  return line;
}

Contract long_contract(std::size_t rules, std::size_t steps) {
  Contract contract;
  contract.merchant = MerchantId(kId);
  contract.sub_mall = std::string(64, 's');
  contract.version = kMost;
  contract.valid_from = contract.valid_until = kFirstLineDay;
  contract.business_number = std::string(20, '1');
  contract.calendar = std::string(16, 'K');
  contract.keep_back = kLeast;
  contract.payout_account = std::string(200, 'a');
  contract.cycle = {settlement::CycleKind::weekly,        settlement::BasisKind::acquisition,
                    settlement::BasisRoll::none,          kMost,
                    settlement::DatePolicy::calendar_day, kMost};
  for (std::uint8_t method = 0; method < 10; ++method)
    contract.fees.on_cancel.push_back({method, settlement::FeeOnCancel::keep});
  for (std::size_t i = 0; i < rules; ++i) {
    const std::string name(64, 'm');
    const std::string issuer(128, 'i');
    contract.fees.by_method.push_back({name, 255, issuer, settlement::VatTreatment::none,
                                       settlement::FeeOrder::supply_first, Rounding::floor});
    contract.cycle_by_method.push_back({name, 255, issuer, contract.cycle});
  }
  for (std::size_t i = 0; i < rules; ++i) {
    settlement::FeeRule rule;
    rule.name = std::string(64, 'n');
    rule.kind = settlement::RuleKind::point;
    rule.applies = {9, std::string(20, 'i'), CardType::gift, kMost, kMost};
    rule.rate_ppm = rule.amount = kLeast;
    for (std::size_t s = 0; s < steps; ++s) {
      rule.steps.push_back({kLeast, kLeast});
      rule.by_tier.push_back({settlement::MerchantTier::general, CardType::gift, kLeast});
    }
    contract.fees.rules.push_back(rule);
  }
  return contract;
}

// One of each beside others, so that lengths are of their full size.
TEST(LineBytes, nothing_takes_more_than_it_is_said_to_take) {
  for (const std::size_t others : {0U, 1U, 60U}) {
    LinesRecorded body;
    body.lines.assign(others, long_line());
    const auto before = size_of(body);
    auto with_line = body;
    with_line.lines.push_back(long_line());
    EXPECT_LE(size_of(with_line) - before, bytes_at_most(long_line()));
    auto with_failed = body;
    with_failed.failed.push_back({long_item(), std::string(30, 'C'), std::string(400, 'd')});
    EXPECT_LE(size_of(with_failed) - before, bytes_at_most(with_failed.failed[0]));
    auto with_difference = body;
    with_difference.differences.push_back({std::string(32, 'c'),
                                           {PaymentId(kId), kMost, kMost},
                                           kLeast,
                                           kLeast,
                                           kLeast,
                                           kLeast,
                                           std::string(400, 'd')});
    EXPECT_LE(size_of(with_difference) - before, bytes_at_most(with_difference.differences[0]));
    for (const std::size_t steps : {0U, 1U, 100U}) {
      auto with_contract = body;
      with_contract.contracts.push_back(long_contract(10, steps));
      EXPECT_LE(size_of(with_contract) - before, bytes_at_most(with_contract.contracts[0])) << steps;
    }
  }
}

// All that a contract may hold: it fits into a chunk with a line beside it.
TEST(LineBytes, the_largest_contract_leaves_room_for_a_line) {
  Contract contract = MoneyRig::contract(MerchantId(kId));
  contract.fees.rules.clear();
  for (std::size_t i = 0; i < settlement::kRulesMax; ++i) {
    auto rule = MoneyRig::rate(0, "");
    rule.name = std::string(61, 'n') + std::to_string(i);
    rule.kind = i == 0 ? settlement::RuleKind::base_rate : settlement::RuleKind::tiered_rate;
    rule.applies = {9, std::string(128, 'i'), CardType::gift, settlement::kMonthsMax, settlement::kMonthsMax};
    for (std::size_t s = 0; i > 0 && s < settlement::kStepsMax; ++s)
      rule.steps.push_back({s == 0 ? 0 : settlement::kRuleAmountMax - 100 + static_cast<std::int64_t>(s),
                            settlement::kRateMaxPpm});
    contract.fees.rules.push_back(rule);
  }
  for (std::size_t i = 0; i < settlement::kByMethodMax; ++i) {
    const std::string name = std::string(61, 'm') + std::to_string(i);
    const std::string issuer = std::string(125, 'i') + std::to_string(i);
    contract.fees.by_method.push_back({name, 9, issuer, settlement::VatTreatment::none,
                                       settlement::FeeOrder::supply_first, Rounding::floor});
    contract.cycle_by_method.push_back({name, 9, issuer, contract.cycle});
  }
  ASSERT_EQ(settlement::fault_of(contract), std::nullopt);
  EXPECT_LT(bytes_at_most(contract) + bytes_at_most(long_line()), kChunkBytesMax);
}

TEST(LineBytes, an_ordinary_line_leaves_room_for_a_whole_chunk) {
  SettlementLine line;
  line.item.order_id = std::string(20, 'o');
  line.fees.push_back({settlement::FeeType::base, "card+fixed", 50'000, 25'000, 100, 1'485});
  EXPECT_LT(400 * bytes_at_most(line), kChunkBytesMax);
}

}  // namespace
}  // namespace wonjang::money
