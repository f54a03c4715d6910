// The alarms are tested: a payment is broken on purpose, and the right invariant has to name it.
#include <algorithm>

#include "testing/till.h"

namespace wonjang {
namespace {

Payment paid_and_partly_canceled() {
  Till till;
  till.must(order(10'000, {card(6'000), by_method(PointDetail{}, 4'000)}));
  till.must(cancel_one(till.approval(0), 1'000));
  return till.payment();
}

void expect_named(const Payment& payment, std::string_view name) {
  const auto names = violations_of(payment);
  EXPECT_TRUE(std::find(names.begin(), names.end(), name) != names.end()) << name << " didn't ring";
}

TEST(Violations, a_sound_payment_has_none) {
  EXPECT_TRUE(violations_of(paid_and_partly_canceled()).empty());
  EXPECT_TRUE(violations_of(Payment{}).empty());
}

TEST(Violations, each_alarm_rings) {
  struct Break {
    const char* name;
    void (*break_it)(Payment&);
  };
  const Break kBreaks[] = {
      {"parts_add_up_to_the_total", [](Payment& p) { p.total += 1; }},
      {"parts_not_negative",
       [](Payment& p) {
         p.terms.parts = {10'001, -1, 0, 0};
       }},
      {"approval_parts_not_negative",
       [](Payment& p) {
         p.approvals[1].terms.parts = {4'001, -1, 0, 0};
       }},
      {"cancels_within_the_approval", [](Payment& p) { p.approvals[0].canceled.vat = 600; }},
      {"cancel_parts_not_negative",
       [](Payment& p) {
         p.cancels[0].terms.parts = {1'001, -1, 0, 0};
       }},
      {"canceled_is_the_sum_of_cancels", [](Payment& p) { p.approvals[0].canceled.supply -= 1; }},
      {"canceling_is_the_sum_of_cancels_in_doubt", [](Payment& p) { p.approvals[0].canceling.supply = 1; }},
      {"money_out_fits_the_state", [](Payment& p) { p.approvals[0].money_out += 1'000; }},
      {"money_out_fits_the_state", [](Payment& p) { p.approvals[1].state = ApprovalState::reversed; }},
      {"what_is_in_doubt_is_pursued", [](Payment& p) { p.approvals[0].pursuit.emplace(); }},
      {"every_cancel_has_its_approval",
       [](Payment& p) {
         p.cancels[0].terms.approval = ApprovalId(RawId{4, 4});
       }},
      {"balance_is_total_minus_cancels", [](Payment& p) { p.balance += 1; }},
      {"status_fits_the_balance", [](Payment& p) { p.status = PaymentStatus::done; }},
      {"live_approvals_cover_the_total", [](Payment& p) { p.approvals[1].state = ApprovalState::reversed; }},
      {"live_approvals_within_the_total", [](Payment& p) { p.approvals[1].terms.parts.supply += 1; }},
      {"a_waiting_payment_has_an_account",
       [](Payment& p) {
         p.status = PaymentStatus::waiting_for_deposit;
         for (auto& approval : p.approvals) approval.state = ApprovalState::reversed;
       }},
      {"the_table_allows_every_event", [](Payment& p) { p.contradictions = 1; }},
  };
  for (const auto& broken : kBreaks) {
    Payment payment = paid_and_partly_canceled();
    broken.break_it(payment);
    expect_named(payment, broken.name);
  }
}

TEST(Violations, a_history_that_the_table_refuses_is_counted_and_leaves_the_status) {
  Till till;
  till.must(order(10'000));
  Payment payment = till.payment();
  Event event;
  event.version = payment.version;
  event.body = PaymentFailed{"X", "no"};
  evolve(payment, event);
  EXPECT_EQ(payment.status, PaymentStatus::ready);
  expect_named(payment, "the_table_allows_every_event");
}

TEST(Violations, an_envelope_that_lies_is_counted) {
  Till till;
  till.must(order(10'000));
  Payment payment = till.payment();
  Event event;
  event.version = payment.version;
  event.body = PaymentAuthenticated{};
  event.status_after = PaymentStatus::done;
  event.balance_after = 10'000;
  evolve(payment, event);
  EXPECT_EQ(payment.status, PaymentStatus::in_progress);
  EXPECT_EQ(payment.contradictions, 1U);
}

TEST(Violations, events_about_nothing_known_are_counted) {
  const EventBody kBodies[] = {ApprovalUnknown{},
                               DepositReversed{},
                               CancelRequested{},
                               CancelUnknown{},
                               ProviderAsked{},
                               NetworkCancelRequested{},
                               NetworkCancelConfirmed{},
                               AcquisitionUpdated{},
                               MerchantClosed{},
                               CancelSucceeded{},
                               CancelFailed{},
                               DepositConfirmed{},
                               settlement::LinesRecorded{},
                               settlement::PayoutUpdated{}};
  for (const auto& body : kBodies) {
    Till till;
    till.must(order(10'000));
    Payment payment = till.payment();
    Event event;
    event.version = payment.version;
    event.body = body;
    evolve(payment, event);
    EXPECT_GT(payment.contradictions, 0U) << type_of(body);
  }
}

TEST(Violations, a_wrong_version_stops_the_process) {
  Payment payment;
  Event event;
  event.version = 1;
  EXPECT_DEATH(evolve(payment, event), "version");
}

}  // namespace
}  // namespace wonjang
