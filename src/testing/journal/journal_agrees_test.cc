// "Money moved" means the same to the journal as to the serving views, event by event.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "adapters/protobuf/event_codec.h"
#include "engine/serving/facts.h"
#include "testing/journal/journal_world.h"
#include "testing/random_life.h"

namespace wonjang::testing {
namespace {

struct Seen {
  std::uint64_t movements = 0;
  std::uint64_t undone_again = 0;  // network cancels of money that had gone back before
  std::set<settlement::LineKind> kinds;
};

settlement::LineKind kind_of(serving::TransactionKind kind) {
  switch (kind) {
    case serving::TransactionKind::approval:
      return settlement::LineKind::approval;
    case serving::TransactionKind::cancel:
      return settlement::LineKind::cancel;
    case serving::TransactionKind::reversal:
      return settlement::LineKind::reversal;
  }
  return settlement::LineKind::unknown;
}

void expect_same(const serving::Transaction& transaction, const journal::Movement& movement,
                 const journal::PaymentMoney& money, const Payment& payment) {
  ASSERT_EQ(kind_of(transaction.kind), movement.kind);
  ASSERT_EQ(transaction.approval, movement.approval);
  ASSERT_EQ(transaction.version, movement.version);
  ASSERT_EQ(transaction.amount, movement.amount);
  ASSERT_EQ(transaction.at, movement.at);
  const journal::ApprovalMoney* approval = money.find(movement.approval);
  ASSERT_NE(approval, nullptr);
  ASSERT_EQ(transaction.issuer, approval->issuer);
  ASSERT_EQ(static_cast<std::uint8_t>(transaction.method), approval->method);
  ASSERT_EQ(payment.merchant, money.merchant);
  ASSERT_EQ(payment.order_id, money.order_id);
  ASSERT_EQ(payment.currency, money.currency);
  ASSERT_EQ(payment.terms.sub_mall_id, money.sub_mall);
}

struct Folding {
  Payment payment;
  journal::PaymentMoney money;

  void take(const Event& event, Seen& seen) {
    const auto money_moved = money_move(payment, event);
    evolve(payment, event);
    const auto movement = journal::fold(money, event);
    ASSERT_EQ(money_moved.has_value(), movement.has_value()) << type_of(event.body);
    for (const auto& approval : payment.approvals) {
      const journal::ApprovalMoney* known = money.find(approval.terms.approval);
      ASSERT_EQ(approval.money_out, known == nullptr ? 0 : known->out()) << type_of(event.body);
    }
    if (!movement) return note_undone(event, seen);
    ++seen.movements;
    seen.kinds.insert(movement->kind);
    expect_same(serving::transaction_of(event, *money_moved, payment), *movement, money, payment);
  }

  void note_undone(const Event& event, Seen& seen) const {
    const auto* undone = std::get_if<NetworkCancelConfirmed>(&event.body);
    const journal::ApprovalMoney* known = undone == nullptr ? nullptr : money.find(undone->approval);
    if (known != nullptr && known->live_version != 0) ++seen.undone_again;
  }
};

TEST(JournalAgrees, with_the_transactions_of_a_city) {
  ProtobufEventCodec codec;
  City city({.seed = 3, .payments = 4'000, .merchants = 10, .months = 3, .old_cancels = false}, codec);
  std::map<RawId, Folding> payments;
  Seen seen;
  for (std::vector<CityUnit> batch; city.next(512, batch);) {
    for (const auto& unit : batch) {
      if (!is_payment_stream(unit.unit.stream)) continue;
      for (const auto& bytes : unit.unit.events) payments[unit.unit.stream].take(*codec.decode(bytes), seen);
      ASSERT_FALSE(HasFailure()) << PaymentId(unit.unit.stream).text();
    }
  }
  EXPECT_GT(seen.movements, 3'000U);
  EXPECT_GT(seen.undone_again, 0U) << "else this proves little";
  EXPECT_TRUE(seen.kinds.contains(settlement::LineKind::cancel));
}

TEST(JournalAgrees, with_the_transactions_of_random_lives) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    RandomLife life(seed);
    life.run(60);
    Folding folding;
    for (const auto& event : life.till().history()) folding.take(event, seen);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_EQ(seen.kinds.size(), 3U);
  EXPECT_GT(seen.undone_again, 20U);
}

}  // namespace
}  // namespace wonjang::testing
