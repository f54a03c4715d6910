#include "domain/cancel_rules.h"
#include "testing/till.h"

namespace wonjang {
namespace {

Till paid_by(std::vector<ApprovalInput> approvals) {
  Till till;
  std::int64_t total = 0;
  for (const auto& approval : approvals) total += approval.amount;
  till.must(order(total, std::move(approvals)));
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  return till;
}
Till paid_through_provider(std::int64_t amount) {
  Till till;
  till.must(order(amount));
  till.must(begin(amount));
  till.must(settle(till.approval(), OutcomeKind::approved));
  return till;
}

// https://github.com/juspay/hyperswitch/issues/13182: two refunds of 60 on a capture of 100 both went
// through.
TEST(Refund, two_partial_refunds_never_exceed_the_capture) {
  Till recorded = paid_by({card(100)});
  recorded.must(cancel_part(60));
  const auto refusal = recorded.refused(cancel_part(60));
  EXPECT_EQ(refusal.code, RefusalCode::cancel_exceeds_balance);
  EXPECT_EQ(refusal.actual, 40);
  EXPECT_EQ(recorded.payment().balance, 40);

  // And while the first one's outcome is open, or unknown.
  Till provider = paid_through_provider(100);
  provider.must(cancel_part(60));
  EXPECT_EQ(provider.refused(cancel_part(60)).code, RefusalCode::cancel_exceeds_balance);
  provider.must(settle_cancel(provider.last_cancel(), OutcomeKind::unknown));
  EXPECT_EQ(provider.refused(cancel_part(60)).code, RefusalCode::cancel_exceeds_balance);
  EXPECT_EQ(provider.payment().balance, 100);
}

TEST(Cancel, the_documented_payment_in_three_cancels) {
  Till till = paid_by({card(9'026)});
  till.must(cancel_part(1'000));
  till.must(cancel_part(1'000));
  EXPECT_EQ(till.payment().status, PaymentStatus::partial_canceled);
  EXPECT_EQ(till.payment().cancels[1].balance_after, 7'026);
  till.must(cancel_all());
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
  EXPECT_EQ(till.payment().cancels[2].terms.parts, (TaxParts{6'387, 639, 0, 0}));
  EXPECT_EQ(till.payment().cancels[2].terms.kind, CancelKind::partial);
  EXPECT_EQ(till.payment().approvals[0].cancellable(), TaxParts{});
}

TEST(Cancel, the_whole_payment_is_one_cancel_per_approval_in_order) {
  Till till = paid_by({card(6'000), by_method(PointDetail{}, 3'000), by_method(CouponDetail{}, 1'000)});
  const auto events = till.must(cancel_all());
  ASSERT_EQ(events.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(std::get<CancelSucceeded>(events[i].body).terms.approval, till.approval(i));
    EXPECT_EQ(std::get<CancelSucceeded>(events[i].body).terms.kind, CancelKind::full);
  }
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

TEST(Cancel, a_part_of_several_approvals_names_the_choices) {
  Till till = paid_by({card(6'000), by_method(PointDetail{}, 4'000)});
  const auto refusal = till.refused(cancel_part(1'000));
  EXPECT_EQ(refusal.code, RefusalCode::approval_required);
  for (const auto& approval : till.payment().approvals) {
    EXPECT_NE(refusal.detail.find(approval.terms.approval.text()), std::string::npos) << refusal.detail;
  }
  till.must(cancel_one(till.approval(1), 1'000));
  till.must(cancel_one(till.approval(1)));
  EXPECT_EQ(till.refused(cancel_one(till.approval(1))).code, RefusalCode::approval_not_live);
  till.must(cancel_part(1'000));  // only the card is left: no choice to make
  EXPECT_EQ(till.payment().balance, 5'000);
  EXPECT_EQ(till.refused(cancel_part(5'001)).code, RefusalCode::cancel_exceeds_balance);
  auto whole = cancel_part(5'000);
  till.must(whole);
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

TEST(Cancel, the_expected_amount_guards_against_a_stale_view) {
  Till till = paid_by({card(10'000)});
  till.must(cancel_part(4'000));
  auto stale = cancel_part(6'000);
  stale.expected_cancellable = 10'000;
  const auto refusal = till.refused(stale);
  EXPECT_EQ(refusal.code, RefusalCode::cancellable_mismatch);
  EXPECT_EQ(refusal.actual, 6'000);
  stale.expected_cancellable = 6'000;
  till.must(stale);
}

TEST(Cancel, each_tax_part_has_its_own_refusal) {
  auto command = order(11'000, {card(11'000)});
  command.tax_free = 9'000;
  command.terms.is_partial_cancelable = true;
  const auto code = [&](TaxParts parts) {
    Till till;
    till.must(command);  // 1,818 supply, 182 VAT, 9,000 tax-free
    auto cancel = cancel_part(*parts.total());
    cancel.parts = parts;
    return till.refused(cancel).code;
  };
  EXPECT_EQ(code({1'819, 0, 0, 0}), RefusalCode::cancel_exceeds_supply);
  EXPECT_EQ(code({0, 183, 0, 0}), RefusalCode::cancel_exceeds_vat);
  EXPECT_EQ(code({0, 0, 9'001, 0}), RefusalCode::cancel_exceeds_tax_free);
  EXPECT_EQ(code({0, 0, 0, 1}), RefusalCode::cancel_exceeds_tax_exempt);
  EXPECT_EQ(code({1'819, 183, 0, 0}), RefusalCode::cancel_exceeds_supply);  // the first in enum order
  Till till;
  till.must(command);
  EXPECT_EQ(till.refused(cancel_part(2'001)).code,
            RefusalCode::cancel_exceeds_supply);  // tax-free wasn't named
  auto named = cancel_part(2'001);
  named.tax_free = 1;
  till.must(named);
  EXPECT_EQ(till.payment().approvals[0].cancellable(), (TaxParts{0, 0, 8'999, 0}));
}

TEST(Cancel, requests_that_contradict_themselves) {
  Till till = paid_by({card(10'000)});
  EXPECT_EQ(till.refused(cancel_part(0)).code, RefusalCode::amount_not_positive);
  EXPECT_EQ(till.refused(cancel_part(-1)).code, RefusalCode::amount_not_positive);
  auto parts = cancel_part(1'000);
  parts.parts = TaxParts{1'000, 1, 0, 0};
  EXPECT_EQ(till.refused(parts).code, RefusalCode::tax_parts_mismatch);
  CancelPayment no_amount;
  no_amount.tax_free = 1;
  EXPECT_EQ(till.refused(no_amount).code, RefusalCode::tax_parts_mismatch);
  EXPECT_EQ(till.refused(cancel_one(ApprovalId(RawId{5, 5}))).code, RefusalCode::approval_not_found);
}

TEST(Cancel, a_payment_that_is_cancelable_in_full_only) {
  auto command = order(10'000, {card(6'000), by_method(PointDetail{}, 4'000)});
  command.terms.is_partial_cancelable = false;
  Till till;
  till.must(command);
  EXPECT_EQ(till.refused(cancel_part(1)).code, RefusalCode::partial_cancel_not_allowed);
  EXPECT_EQ(till.refused(cancel_one(till.approval(1))).code, RefusalCode::partial_cancel_not_allowed);
  till.must(cancel_all());
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

TEST(Cancel, a_cup_deposit_blocks_partial_cancels_of_a_card) {
  auto command = order(4'800, {card(4'800)});
  command.tax_exempt = 300;
  Till till;
  till.must(command);
  EXPECT_EQ(till.refused(cancel_part(1'000)).code, RefusalCode::partial_cancel_not_allowed);
  till.must(cancel_all());
}

RefusalCode code_after_days(MethodDetail method, std::int64_t days) {
  Till till = paid_by({by_method(std::move(method), 10'000)});
  till.pass_ms(days * kDayMs);
  const auto decision = till.send(cancel_all());
  const auto* refusal = std::get_if<Refusal>(&decision);
  return refusal == nullptr ? RefusalCode{} : refusal->code;
}

TEST(Cancel, the_window_is_of_the_method) {
  constexpr RefusalCode kAccepted{};
  const auto by_card = easy_pay(FundedBy::card);
  const auto by_account = easy_pay(FundedBy::account);
  const auto by_money = easy_pay(FundedBy::money);
  EXPECT_EQ(code_after_days(CardDetail{}, 365), kAccepted);
  EXPECT_EQ(code_after_days(CardDetail{}, 366), RefusalCode::cancel_window_closed);
  EXPECT_EQ(code_after_days(by_card, 366), RefusalCode::cancel_window_closed);
  EXPECT_EQ(code_after_days(TransferDetail{}, 180), kAccepted);
  EXPECT_EQ(code_after_days(TransferDetail{}, 181), RefusalCode::cancel_window_closed);
  EXPECT_EQ(code_after_days(by_account, 181), RefusalCode::cancel_window_closed);
  EXPECT_EQ(code_after_days(by_money, 5'000), kAccepted);
  EXPECT_EQ(code_after_days(PointDetail{}, 5'000), kAccepted);
  EXPECT_EQ(code_after_days(MobilePhoneDetail{}, 8), kAccepted);  // 30 November in Seoul
  EXPECT_EQ(code_after_days(MobilePhoneDetail{}, 9), RefusalCode::cancel_window_closed);
}

TEST(Cancel, the_month_of_a_mobile_phone_ends_at_midnight_in_seoul) {
  Till till = paid_by({by_method(MobilePhoneDetail{}, 10'000)});
  till.go_to(start_of(*parse_business_date("2026-12-01")));
  EXPECT_EQ(till.refused(cancel_all()).code, RefusalCode::cancel_window_closed);
  till.go_to(start_of(*parse_business_date("2026-12-01")).plus_us(-1));
  EXPECT_EQ(till.refused(cancel_part(1)).code, RefusalCode::partial_cancel_not_allowed);
  till.must(cancel_all());
}

// Its line would wait for the approval's day, and every list show money that went back before it came.
TEST(Cancel, a_cancel_is_never_of_before_its_approval) {
  const Instant approved = kNoon.plus_ms(-kHourMs).plus_us(500'123);
  for (const auto& method : {MethodDetail(CardDetail{}), MethodDetail(PointDetail{})}) {
    auto paid = by_method(method, 10'000);
    paid.approved_at = approved;
    Till till = paid_by({paid});
    for (auto command : {cancel_all(), cancel_part(1'000), cancel_one(till.approval(), 1'000)}) {
      for (const Instant at : {approved.plus_ms(-1'000), approved.plus_ms(-30 * kDayMs), Instant{1}}) {
        command.canceled_at = at;
        const auto refusal = till.refused(command);
        EXPECT_EQ(code_of(refusal.code), "CANCEL_BEFORE_APPROVAL");
        EXPECT_EQ(refusal.pointer, "/canceledAt");
        EXPECT_NE(refusal.detail.find(to_rfc3339(approved)), std::string::npos) << refusal.detail;
      }
    }
    EXPECT_EQ(till.payment().balance, 10'000);
  }
}

// Senders that know whole seconds, or read our milliseconds back, name a time of the same second.
TEST(Cancel, a_cancel_of_its_approvals_second_is_taken_as_it_is_told) {
  const Instant approved{kNoon.us - kNoon.us % 1'000'000 + 500'123};
  auto paid = card(10'000);
  paid.approved_at = approved;
  Till till = paid_by({paid});
  auto command = cancel_part(1'000);
  const Instant in_seconds = approved.plus_us(-500'123);
  for (const Instant at : {in_seconds, approved.plus_us(-123), approved, approved.plus_us(1)}) {
    command.canceled_at = at;
    till.must(command);
    EXPECT_EQ(till.payment().cancels.back().canceled_at, at);
  }
  command.canceled_at = in_seconds.plus_us(-1);
  EXPECT_EQ(till.refused(command).code, RefusalCode::cancel_before_approval);
}

TEST(Cancel, of_several_approvals_none_is_cancelled_before_its_own_time) {
  auto later = by_method(PointDetail{}, 4'000);
  later.approved_at = kNoon.plus_ms(kHourMs);
  Till till = paid_by({card(6'000), later});
  auto command = cancel_all();
  command.canceled_at = kNoon.plus_ms(60'000);
  const auto refusal = till.refused(command);
  EXPECT_EQ(refusal.code, RefusalCode::cancel_before_approval);
  EXPECT_NE(refusal.detail.find(till.approval(1).text()), std::string::npos) << refusal.detail;
  command.approval = till.approval(0);
  till.must(command);
  // Without a time it is ours, and the sender's clock that ran ahead doesn't make it an earlier one.
  till.must(cancel_all());
  EXPECT_EQ(till.payment().cancels.back().canceled_at, later.approved_at);
}

TEST(Cancel, where_the_provider_says_when_its_word_counts) {
  Till till = paid_through_provider(10'000);
  auto past_us = cancel_all();
  past_us.canceled_at = till.now().plus_ms(-kDayMs);
  till.act_as(ActorKind::admin);
  EXPECT_EQ(till.refused(past_us).code, RefusalCode::cancel_before_approval);
  till.must(cancel_all());
  auto confirmed = settle_cancel(till.last_cancel(), OutcomeKind::approved);
  confirmed.canceled_at = till.now().plus_ms(-kDayMs);  // its clock is slow: the money is back all the same
  till.must(confirmed);
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

TEST(Cancel, an_account_that_waits_has_no_time_of_its_own) {
  Till till;
  till.must(order(10'000, {account(10'000)}));
  auto command = cancel_all();
  command.canceled_at = till.now().plus_ms(-kDayMs);
  till.must(command);
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

TEST(Cancel, a_chargeback_is_a_fact_and_not_measured_by_the_rules) {
  Till till = paid_by({card(10'000)});
  till.pass_ms(400 * kDayMs);
  auto chargeback = cancel_all();
  chargeback.kind = CancelKind::chargeback;
  EXPECT_EQ(till.refused(chargeback).code, RefusalCode::cancel_window_closed);  // a merchant can't claim one
  chargeback.requester = ActorKind::network;
  const auto claimed = till.refused(chargeback);
  EXPECT_EQ(claimed.code, RefusalCode::house_only);
  EXPECT_EQ(claimed.pointer, "/requester");
  till.act_as(ActorKind::admin);
  till.must(chargeback);
  EXPECT_EQ(till.payment().cancels[0].terms.kind, CancelKind::chargeback);
}

// Found by an audit: the provider was asked to give back what the network had taken already.
TEST(Cancel, what_happened_past_us_is_recorded_and_not_asked_of_the_provider) {
  Till till = paid_through_provider(10'000);
  till.pass_ms(5'000);
  till.act_as(ActorKind::system);
  auto chargeback = cancel_part(4'000);
  chargeback.kind = CancelKind::chargeback;
  chargeback.requester = ActorKind::network;
  EXPECT_EQ(type_of(till.must(chargeback).at(0).body), "cancel.succeeded");
  auto in_the_portal = cancel_part(1'000);
  in_the_portal.canceled_at = till.now().plus_ms(-1);
  till.act_as(ActorKind::merchant);
  const auto claimed = till.refused(in_the_portal);
  EXPECT_EQ(claimed.code, RefusalCode::house_only);
  EXPECT_EQ(claimed.pointer, "/canceledAt");
  till.act_as(ActorKind::admin);
  EXPECT_EQ(type_of(till.must(in_the_portal).at(0).body), "cancel.succeeded");
  EXPECT_EQ(till.payment().cancels.back().canceled_at, in_the_portal.canceled_at);
  EXPECT_EQ(till.payment().balance, 5'000);
  EXPECT_EQ(type_of(till.must(cancel_part(1'000)).at(0).body), "cancel.requested");
}

TEST(Cancel, a_deposit_is_refunded_to_an_account) {
  Till till;
  till.must(order(10'000, {account(10'000)}));
  till.must(deposit(10'000));
  EXPECT_EQ(till.refused(cancel_all()).code, RefusalCode::refund_account_required);
  auto cancel = cancel_part(1'000);
  cancel.refund_account_token = "tok_refund";
  till.must(cancel);
  EXPECT_EQ(till.payment().cancels[0].terms.refund_account_token, "tok_refund");
}

TEST(Cancel, before_the_deposit_it_ends_the_payment) {
  Till till;
  till.must(order(10'000, {account(10'000)}));
  EXPECT_EQ(till.refused(cancel_part(1'000)).code, RefusalCode::partial_cancel_not_allowed);
  till.must(cancel_all());
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
  EXPECT_EQ(till.payment().balance, 0);
  EXPECT_EQ(till.refused(deposit(10'000)).code, RefusalCode::transition_not_allowed);
}

// Found by a first user: the second cancel heard that it isn't possible, and to take a new key.
TEST(Cancel, a_second_full_cancel_hears_of_the_first) {
  Till till;
  till.must(order(10'000, {card(10'000)}));
  till.must(cancel_part(4'000));
  till.must(cancel_all());
  ASSERT_EQ(till.payment().status, PaymentStatus::canceled);
  for (const auto& again : {cancel_all(), cancel_part(1'000), cancel_one(till.approval())}) {
    const auto refusal = till.refused(again);
    EXPECT_EQ(refusal.code, RefusalCode::already_canceled);
    EXPECT_NE(refusal.detail.find(till.payment().cancels[1].terms.cancel.text() + " over 6,000 KRW of 20"),
              std::string::npos)
        << refusal.detail;
  }
}

TEST(Cancel, before_the_deposit_a_card_beside_the_account_goes_too) {
  Till till;
  till.must(order(10'000, {card(6'000), account(4'000)}));
  EXPECT_EQ(till.refused(cancel_one(till.approval(0))).code, RefusalCode::transition_not_allowed);
  EXPECT_EQ(till.refused(cancel_one(till.approval(1))).code, RefusalCode::transition_not_allowed);
  EXPECT_EQ(till.must(cancel_all()).size(), 2U);
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

// A card of 6,000 and an account of 4,000 that waits, both through a provider, and a cancel of the whole
// asked for.
Till waiting_and_canceling() {
  Till till;
  till.must(order(10'000));
  till.must(begin(6'000));
  till.must(settle(till.approval(0), OutcomeKind::approved));
  BeginApproval va{account(4'000), kNoon};
  va.input.provider = "sim";
  till.must(va);
  till.must(settle(till.approval(1), OutcomeKind::approved));
  EXPECT_EQ(till.payment().status, PaymentStatus::waiting_for_deposit);
  EXPECT_EQ(till.must(cancel_all()).size(), 2U);
  return till;
}

TEST(Cancel, before_the_deposit_the_last_of_several_answers_ends_the_payment) {
  for (const std::size_t first : {0U, 1U}) {
    Till till = waiting_and_canceling();
    EXPECT_EQ(till.refused(deposit(4'000)).code, RefusalCode::cancel_in_doubt);
    till.must(settle_cancel(till.payment().cancels[first].terms.cancel, OutcomeKind::approved));
    EXPECT_EQ(till.payment().status, PaymentStatus::waiting_for_deposit);
    till.must(settle_cancel(till.payment().cancels[1 - first].terms.cancel, OutcomeKind::approved));
    EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
  }
}

TEST(Cancel, a_deposit_that_can_no_longer_complete_the_payment_is_refused) {
  Till till = waiting_and_canceling();
  till.must(settle_cancel(till.payment().cancels[0].terms.cancel, OutcomeKind::approved));
  till.must(settle_cancel(till.payment().cancels[1].terms.cancel, OutcomeKind::declined));
  EXPECT_EQ(till.refused(deposit(4'000)).code, RefusalCode::transition_not_allowed);
  till.must(cancel_all());
  till.must(settle_cancel(till.last_cancel(), OutcomeKind::approved));
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

TEST(Cancel, before_it_is_paid_an_approval_is_undone_and_its_amount_is_free_again) {
  Till till;
  till.must(order(10'000, {card(6'000)}));
  EXPECT_EQ(till.refused(FailPayment{"X", "no"}).code, RefusalCode::transition_not_allowed);
  EXPECT_EQ(till.refused(cancel_part(1'000)).code, RefusalCode::partial_cancel_not_allowed);
  till.must(cancel_all());
  EXPECT_EQ(till.payment().status, PaymentStatus::in_progress);
  EXPECT_EQ(till.payment().balance, 10'000);
  EXPECT_EQ(till.payment().approvals[0].state, ApprovalState::reversed);
  till.must(RecordApproval{card(10'000)});
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_EQ(till.payment().balance, 10'000);
}

TEST(Cancel, the_phase_follows_the_acquisition) {
  Till till = paid_by({card(10'000)});
  till.must(cancel_part(1'000));
  till.must(RecordAcquisition{till.approval(), AcquisitionState::requested, "b", "s", {}});
  till.must(cancel_part(1'000));
  EXPECT_EQ(till.payment().cancels[0].terms.phase, CancelPhase::before_acquire);
  EXPECT_EQ(till.payment().cancels[1].terms.phase, CancelPhase::after_acquire);
}

TEST(Cancel, points_of_an_easy_payment_are_given_back_once) {
  const auto easy = easy_pay(FundedBy::money, 9'000, 1'000);
  Till till = paid_by({by_method(easy, 10'000)});
  auto cancel = cancel_part(5'000);
  cancel.easy_pay_discount_amount = 600;
  till.must(cancel);
  EXPECT_EQ(till.refused(cancel).code, RefusalCode::cancel_exceeds_balance);
  cancel.easy_pay_discount_amount = 400;
  till.must(cancel);
  EXPECT_EQ(till.payment().cancels[1].terms.easy_pay_discount_amount, 400);
}

TEST(Cancel, through_a_provider_it_is_an_intent_that_uses_up_the_amount) {
  Till till = paid_through_provider(10'000);
  const auto events = till.must(cancel_part(4'000));
  EXPECT_EQ(type_of(events.at(0).body), "cancel.requested");
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_EQ(till.payment().cancellable(), 6'000);
  till.must(cancel_all());
  const auto refusal = till.refused(cancel_all());
  EXPECT_EQ(refusal.code, RefusalCode::cancel_in_doubt);
  const CancelId first = till.payment().cancels[0].terms.cancel;
  const CancelId second = till.payment().cancels[1].terms.cancel;
  till.must(settle_cancel(first, OutcomeKind::declined));
  EXPECT_EQ(till.payment().cancellable(), 4'000);
  till.must(settle_cancel(second, OutcomeKind::approved));
  EXPECT_EQ(till.payment().status, PaymentStatus::partial_canceled);
  EXPECT_TRUE(till.must(settle_cancel(second, OutcomeKind::approved)).empty());
  EXPECT_TRUE(till.must(settle_cancel(first, OutcomeKind::declined)).empty());
  EXPECT_TRUE(till.must(settle_cancel(first, OutcomeKind::unknown)).empty());
  till.must(cancel_all());
  till.must(settle_cancel(till.last_cancel(), OutcomeKind::approved));
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

TEST(Cancel, a_late_success_of_a_failed_cancel_is_booked_where_it_fits_and_looked_at) {
  Till till = paid_through_provider(10'000);
  till.must(cancel_part(6'000));
  const CancelId first = till.last_cancel();
  till.must(settle_cancel(first, OutcomeKind::declined));
  till.must(settle_cancel(first, OutcomeKind::approved));
  EXPECT_EQ(till.payment().balance, 4'000);
  EXPECT_EQ(till.payment().incidents, 1U);

  Till used = paid_through_provider(10'000);
  used.must(cancel_part(6'000));
  const CancelId lost = used.last_cancel();
  used.must(settle_cancel(lost, OutcomeKind::declined));
  used.must(cancel_all());
  used.must(settle_cancel(used.last_cancel(), OutcomeKind::approved));
  used.must(settle_cancel(lost, OutcomeKind::approved));
  EXPECT_EQ(used.payment().balance, 0);
  EXPECT_EQ(used.payment().incidents, 1U);
}

TEST(Cancel, cancels_in_parts_have_a_bound_and_the_rest_can_always_go) {
  Till till = paid_by({by_method(PointDetail{}, 10'000)});
  for (std::size_t i = 0; i < kPartialCancelsMax; ++i) {
    const auto decision = till.ask(cancel_part(1));
    till.fold(std::get<std::vector<Decided>>(decision).at(0));
  }
  EXPECT_EQ(till.refused(cancel_part(1)).code, RefusalCode::partial_cancel_not_allowed);
  till.must(cancel_all());
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
}

TEST(CancelRules, every_method_has_one) {
  for (std::size_t i = 0; i < std::size(kMethods); ++i) EXPECT_EQ(kCancelRules[i].method, kMethods[i]);
  static_assert(std::size(kCancelRules) == std::size(kMethods));
}

}  // namespace
}  // namespace wonjang
