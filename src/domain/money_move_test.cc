#include "domain/money_move.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "testing/till.h"

namespace wonjang {
namespace {

constexpr TaxParts kWhole{9'091, 909, 0, 0};
constexpr TaxParts kPart{3'637, 363, 0, 0};
const ApprovalId kApproval(RawId{7, 7});
const Instant kTold{kNoon.us - 5'000'000};

template <typename Body>
EventBody about_the_approval() {
  Body body{};
  if constexpr (requires { body.terms.approval; }) {
    body.terms.approval = kApproval;
    body.terms.parts = std::is_same_v<Body, CancelSucceeded> ? kPart : kWhole;
  } else if constexpr (requires { body.approval == kApproval; }) {
    body.approval = kApproval;
  }
  return body;
}
template <std::size_t... I>
std::vector<EventBody> every_body(std::index_sequence<I...>) {
  return {about_the_approval<std::variant_alternative_t<I, EventAlternatives>>()...};
}
// One of every kind there is, about kApproval where it is about an approval: of 10'000, or a cancel of 4'000.
std::vector<EventBody> every_body() {
  auto out = every_body(std::make_index_sequence<std::variant_size_v<EventAlternatives>>());
  for (auto& body : out) {
    if (auto* approved = std::get_if<ApprovalApproved>(&body)) approved->approved_at = kTold;
    if (auto* cancel = std::get_if<CancelSucceeded>(&body)) cancel->canceled_at = kTold;
    if (auto* deposit = std::get_if<DepositConfirmed>(&body)) deposit->deposited_at = kTold;
    if (auto* deposit = std::get_if<DepositConfirmed>(&body)) deposit->amount = 10'000;
    if (auto* reversed = std::get_if<DepositReversed>(&body)) reversed->reversed_at = kTold;
    if (auto* reversed = std::get_if<DepositReversed>(&body)) reversed->amount = 10'000;
  }
  return out;
}

struct Row {
  std::string_view type;
  std::int64_t out;  // before
  std::optional<MoneyMoveKind> kind;
  std::int64_t amount;
  std::int64_t out_after;
};

// By hand: what is out before, what moves, what is out then. Nothing else moves money.
constexpr Row kRows[] = {
    {"approval.approved", 0, MoneyMoveKind::taken, 10'000, 10'000},
    {"approval.approved", 1, {}, 0, 1},
    {"approval.approved", 6'000, {}, 0, 6'000},
    {"approval.approved", 10'000, {}, 0, 10'000},
    {"deposit.confirmed", 0, MoneyMoveKind::taken, 10'000, 10'000},
    {"deposit.confirmed", 1, {}, 0, 1},
    {"deposit.confirmed", 6'000, {}, 0, 6'000},
    {"deposit.confirmed", 10'000, {}, 0, 10'000},
    {"cancel.succeeded", 0, {}, 0, 0},
    {"cancel.succeeded", 1, MoneyMoveKind::canceled, 4'000, 0},
    {"cancel.succeeded", 6'000, MoneyMoveKind::canceled, 4'000, 2'000},
    {"cancel.succeeded", 10'000, MoneyMoveKind::canceled, 4'000, 6'000},
    {"deposit.reversed", 0, {}, 0, 0},
    {"deposit.reversed", 1, MoneyMoveKind::reversed, 1, 0},
    {"deposit.reversed", 6'000, MoneyMoveKind::reversed, 6'000, 0},
    {"deposit.reversed", 10'000, MoneyMoveKind::reversed, 10'000, 0},
    {"network_cancel.confirmed", 0, {}, 0, 0},
    {"network_cancel.confirmed", 1, MoneyMoveKind::reversed, 1, 0},
    {"network_cancel.confirmed", 6'000, MoneyMoveKind::reversed, 6'000, 0},
    {"network_cancel.confirmed", 10'000, MoneyMoveKind::reversed, 10'000, 0},
};
constexpr std::array<std::int64_t, 4> kOuts{0, 1, 6'000, 10'000};

Row expected(std::string_view type, std::int64_t out) {
  for (const auto& row : kRows) {
    if (row.type == type && row.out == out) return row;
  }
  return {type, out, {}, 0, out};
}

Event event_of(const EventBody& body, std::uint32_t version = 0) {
  Event event;
  event.version = version;
  event.occurred_at = event.recorded_at = kNoon;
  event.body = body;
  return event;
}

TEST(MoneyMove, every_event_at_every_amount_that_can_be_out) {
  std::size_t rows_met = 0;
  for (const auto& body : every_body()) {
    for (const std::int64_t out : kOuts) {
      SCOPED_TRACE(std::string(type_of(body)) + " while " + std::to_string(out) + " is out");
      const Row row = expected(type_of(body), out);
      const auto move = money_move(event_of(body), out);
      ASSERT_EQ(move.has_value(), row.kind.has_value());
      rows_met +=
          static_cast<std::size_t>(std::count_if(std::begin(kRows), std::end(kRows), [&](const Row& r) {
            return r.type == row.type && r.out == row.out;
          }));
      if (!move) continue;
      const bool has_no_time = std::holds_alternative<NetworkCancelConfirmed>(body);
      EXPECT_EQ(*move,
                (MoneyMove{*row.kind, kApproval, row.amount, row.out_after, has_no_time ? kNoon : kTold}));
    }
  }
  EXPECT_EQ(rows_met, std::size(kRows)) << "a name in the table is of no event";
}

TEST(MoneyMove, the_payments_field_follows_the_rule_whatever_state_the_approval_is_in) {
  for (std::uint8_t state = 0; state <= static_cast<std::uint8_t>(ApprovalState::reversed); ++state) {
    for (const auto& body : every_body()) {
      for (const std::int64_t out : kOuts) {
        Payment payment;
        payment.status = PaymentStatus::done;
        Approval& approval = payment.approvals.emplace_back();
        approval.terms.approval = kApproval;
        approval.terms.parts = kWhole;
        approval.state = static_cast<ApprovalState>(state);
        approval.approved_at = kNoon;
        approval.money_out = out;
        evolve(payment, event_of(body));
        ASSERT_EQ(payment.approvals.size(), 1U);
        ASSERT_EQ(payment.approvals[0].money_out, expected(type_of(body), out).out_after)
            << type_of(body) << " while " << out << " is out of an approval that is "
            << code_of(static_cast<ApprovalState>(state));
      }
    }
  }
}

TEST(MoneyMove, what_nobody_heard_of_moves_nothing_but_what_its_own_event_brings) {
  Till till;
  till.must(order(10'000, {card(10'000)}));
  for (const auto& body : every_body()) {
    const auto move = money_move(till.payment(), event_of(body, till.payment().version));
    EXPECT_EQ(move.has_value(), std::holds_alternative<ApprovalApproved>(body)) << type_of(body);
    Payment payment = till.payment();
    evolve(payment, event_of(body, payment.version));
    const Approval* brought = payment.find(kApproval);
    EXPECT_EQ(brought != nullptr && brought->money_out != 0, move.has_value()) << type_of(body);
    if (!std::holds_alternative<PaymentCreated>(body)) {
      EXPECT_EQ(payment.find(till.approval())->money_out, 10'000) << type_of(body);
    }
  }
}

TEST(MoneyMove, amounts_that_are_nothing_move_nothing) {
  auto nothing = std::get<DepositConfirmed>(about_the_approval<DepositConfirmed>());
  EXPECT_FALSE(money_move(event_of(nothing), 0));
  nothing.amount = -1;
  EXPECT_FALSE(money_move(event_of(nothing), 0));
  auto cancel = std::get<CancelSucceeded>(about_the_approval<CancelSucceeded>());
  cancel.terms.parts = {};
  EXPECT_FALSE(money_move(event_of(cancel), 10'000));
  cancel.terms.parts = {INT64_MAX, 0, 0, 0};
  EXPECT_EQ(money_move(event_of(cancel), 1)->out_after, 0);
}

std::int64_t out_of(const Till& till) { return till.payment().approvals.at(0).money_out; }

TEST(MoneyMove, money_is_out_from_the_approval_until_the_last_of_it_went_back) {
  Till till;
  till.must(order(10'000));
  till.must(begin(10'000));
  EXPECT_EQ(out_of(till), 0) << "asked for, not taken";
  till.must(settle(till.approval(), OutcomeKind::approved));
  EXPECT_EQ(out_of(till), 10'000);
  till.must(cancel_part(4'000));
  EXPECT_EQ(out_of(till), 10'000) << "a wish gives nothing back";
  till.must(settle_cancel(till.last_cancel(), OutcomeKind::approved));
  EXPECT_EQ(out_of(till), 6'000);
  till.must(cancel_all());
  till.must(settle_cancel(till.last_cancel(), OutcomeKind::approved));
  EXPECT_EQ(out_of(till), 0);
  EXPECT_EQ(till.payment().approvals[0].state, ApprovalState::approved) << "the state outlives the money";
}

// The provider is asked to undo it again, by whom so ever, and the book knows that it had nothing any more.
TEST(MoneyMove, a_success_told_again_after_the_money_went_back_brings_none_and_takes_none) {
  Till till;
  till.must(order(10'000));
  till.must(begin(10'000));
  till.must(BeginNetworkCancel{till.approval(), "no answer"});
  till.must(settle(till.approval(), OutcomeKind::approved));
  EXPECT_EQ(out_of(till), 10'000) << "taken, and not given back while that isn't confirmed";
  till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, ""});
  EXPECT_EQ(out_of(till), 0);
  for (const auto* number : {"777", "778"}) {
    till.must(settle(till.approval(), OutcomeKind::approved, number));
    ASSERT_EQ(till.payment().approvals[0].state, ApprovalState::reversing) << "decided as before: undo it";
    EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::approved, number)).empty());
    EXPECT_EQ(out_of(till), 0);
    // Two resolvers that were asked at once: the second confirmation is no news.
    till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, ""});
    EXPECT_TRUE(till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, ""}).empty());
    EXPECT_EQ(out_of(till), 0);
  }
  std::vector<MoneyMoveKind> moves;
  Payment payment;
  for (const auto& event : till.history()) {
    if (const auto move = money_move(payment, event)) moves.push_back(move->kind);
    evolve(payment, event);
  }
  EXPECT_EQ(moves, (std::vector{MoneyMoveKind::taken, MoneyMoveKind::reversed}));
}

}  // namespace
}  // namespace wonjang
