#include "engine/serving/lifecycle.h"

#include "testing/as_a_row_keeps.h"
#include "testing/random_life.h"
#include "testing/views_rig.h"

namespace wonjang::serving {
namespace {

// Puts a history into log and views, the last `left_out` events into the log alone.
PaymentId play(ViewsRig& rig, const std::vector<Event>& history, std::size_t left_out = 0) {
  std::vector<LogUnit> units;
  for (std::size_t i = 0; i < history.size(); ++i) {
    rig.log().append(0, history[i].stream, {rig.encoded(history[i])});
    if (i + left_out < history.size()) units.push_back(rig.unit(history[i]));
  }
  rig.apply(units);
  return PaymentId(history.front().stream);
}

TEST(Lifecycle, tells_every_step_and_agrees_with_the_row) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    ViewsRig rig;
    RandomLife life(seed);
    life.run(30);
    const auto& history = life.till().history();
    const PaymentId id = play(rig, history);
    const ProtobufEventCodec codec;
    const auto found = lifecycle(*rig.snapshot(), rig.views().merchants(), rig.log(), codec, id);
    ASSERT_TRUE(found && *found) << found.error().message;
    ASSERT_EQ((*found)->steps.size(), history.size());
    Payment folded;
    for (std::size_t i = 0; i < history.size(); ++i) {
      const LifeStep& step = (*found)->steps[i];
      EXPECT_EQ(step.event, history[i]);
      EXPECT_EQ(step.type, type_of(history[i].body));
      EXPECT_TRUE(i == 0 || step.position > (*found)->steps[i - 1].position);
      evolve(folded, step.event);
    }
    folded.terms.metadata = {};  // the views keep none
    EXPECT_EQ((*found)->payment, as_a_row_keeps(folded));
    EXPECT_TRUE((*found)->settlement.empty());
    EXPECT_TRUE((*found)->payouts.empty());
  }
}

TEST(Lifecycle, says_what_a_step_is_about) {
  ViewsRig rig;
  Till till(1);
  till.must(order(10'000, {card(10'000)}));
  CancelPayment cancel;
  cancel.amount = 4'000;
  till.must(cancel);
  const PaymentId id = play(rig, till.history());
  const ProtobufEventCodec codec;
  const auto found = lifecycle(*rig.snapshot(), rig.views().merchants(), rig.log(), codec, id);
  ASSERT_TRUE(found && *found);
  const auto& steps = (*found)->steps;
  EXPECT_EQ(steps.front().type, "payment.created");
  EXPECT_EQ(steps.front().amount, 10'000);
  EXPECT_EQ(steps.front().approval, std::nullopt);
  const auto cancelled =
      std::find_if(steps.begin(), steps.end(), [](const auto& s) { return s.type == "cancel.succeeded"; });
  ASSERT_NE(cancelled, steps.end());
  EXPECT_EQ(cancelled->amount, 4'000);
  EXPECT_EQ(cancelled->approval, till.payment().approvals[0].terms.approval);
  EXPECT_EQ(cancelled->cancel, till.payment().cancels[0].terms.cancel);
}

TEST(Lifecycle, ends_where_the_views_stand) {
  ViewsRig rig;
  Till till(1);
  till.must(order(10'000, {card(10'000)}));
  till.must(CancelPayment{});
  const auto& history = till.history();
  const PaymentId id = play(rig, history, /*left_out=*/1);
  const ProtobufEventCodec codec;
  const auto found = lifecycle(*rig.snapshot(), rig.views().merchants(), rig.log(), codec, id);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->steps.size(), history.size() - 1);
  EXPECT_EQ((*found)->payment.version, history.size() - 1);
}

TEST(Lifecycle, a_book_that_lacks_an_event_is_named_and_an_unknown_payment_is_none) {
  ViewsRig rig;
  Till till(1);
  till.must(order(10'000, {card(10'000)}));
  const ProtobufEventCodec codec;
  const auto none =
      lifecycle(*rig.snapshot(), rig.views().merchants(), rig.log(), codec, PaymentId(RawId{7, 7}));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
  std::vector<LogUnit> units;
  for (const auto& event : till.history()) units.push_back(rig.unit(event));
  rig.apply(units);
  const auto broken = lifecycle(*rig.snapshot(), rig.views().merchants(), rig.log(), codec,
                                PaymentId(till.history().front().stream));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace wonjang::serving
