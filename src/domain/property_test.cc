// Random commands against one payment: whatever is sent, no invariant breaks, the table allows every event,
// and no approval gives back more than it took. Till checks the first two on each step. WJ_SEED=n replays one
// seed.
#include <cstdlib>

#include "testing/random_life.h"

namespace wonjang {
namespace {

TEST(Property, random_lives_keep_every_promise) {
  std::uint64_t from = 1;
  std::uint64_t to = 3'000;
  if (const char* seed = std::getenv("WJ_SEED")) from = to = std::strtoull(seed, nullptr, 10);
  std::vector<int> ends(std::size(kPaymentStatuses));
  int accepted = 0;
  for (std::uint64_t seed = from; seed <= to; ++seed) {
    RandomLife life(seed);
    life.run(60);
    ASSERT_FALSE(HasFailure()) << "WJ_SEED=" << seed << " replays this";
    accepted += life.accepted();
    ++ends[static_cast<std::size_t>(life.till().payment().status)];
  }
  if (from == to) return;
  // The walk is worth something only if it gets everywhere.
  EXPECT_GT(accepted, 20'000);
  for (const auto status : kPaymentStatuses) {
    const bool lasting = status != PaymentStatus::none && status != PaymentStatus::ready;
    EXPECT_TRUE(!lasting || ends[static_cast<std::size_t>(status)] > 0)
        << code_of(status) << " was never an end";
  }
}

// Random cancels of a payment with several approvals end at zero in every part of every approval.
TEST(Property, random_cancels_empty_every_part) {
  constexpr std::uint64_t kSeed = 77;
  Rng rng(kSeed);
  for (int round = 0; round < 500; ++round) {
    const auto a = static_cast<std::int64_t>(1 + rng.below(50'000));
    const auto b = static_cast<std::int64_t>(1 + rng.below(50'000));
    Till till(kSeed + static_cast<std::uint64_t>(round));
    auto command = order(a + b, {card(a), by_method(PointDetail{}, b)});
    command.tax_free = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(a)));
    till.must(command);
    for (int step = 0; till.payment().status != PaymentStatus::canceled; ++step) {
      ASSERT_LT(step, 40) << "seed " << kSeed << " round " << round;
      const auto& approval = till.payment().approvals[rng.below(2)];
      const auto left = approval.cancellable();
      if (left == TaxParts{}) continue;
      auto cancel = cancel_one(approval.terms.approval);
      const auto taxable = static_cast<std::uint64_t>(left.supply + left.vat);
      if (taxable > 0 && step < 20) cancel.amount = static_cast<std::int64_t>(1 + rng.below(taxable));
      till.must(cancel);
    }
    for (const auto& approval : till.payment().approvals) ASSERT_EQ(approval.canceled, approval.terms.parts);
    ASSERT_EQ(till.payment().balance, 0);
  }
}

}  // namespace
}  // namespace wonjang
