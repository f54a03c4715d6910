// What every Acquirer promises (ports/acquirer.h), run against the simulated provider in the process and over
// a socket. A world is a provider with SimulatedProfile contract_profile(), the acquirer that reaches it, and
// a way to let time pass.
//
// Use: derive from AcquirerWorld, then
//   INSTANTIATE_TEST_SUITE_P(Http, AcquirerContract, testing::Values(&make_http_world));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "adapters/acquirer/simulated_provider.h"
#include "ports/acquirer.h"

namespace wonjang {

class AcquirerWorld {
 public:
  virtual ~AcquirerWorld() = default;
  virtual Acquirer& acquirer() = 0;
  virtual SimulatedProvider& provider() = 0;
  virtual Instant now() = 0;
  // Some milliseconds go by.
  virtual void let_time_pass() = 0;
  // From now on nobody listens.
  virtual void cut_off() = 0;
};
using MakeAcquirerWorld = std::unique_ptr<AcquirerWorld> (*)();

// Short, since one of the worlds waits for real; each well apart from kPatienceMs.
inline SimulatedProfile contract_profile() {
  SimulatedProfile profile;
  profile.slow_us = 30'000;
  profile.late_us = 700'000;
  profile.pending_us = 700'000;
  profile.hidden_us = 700'000;
  profile.stubborn_tries = 2;
  return profile;
}

class AcquirerContract : public testing::TestWithParam<MakeAcquirerWorld> {
 protected:
  static constexpr std::int64_t kPatienceMs = 250;      // of a call that will wait in vain
  static constexpr std::int64_t kEnoughMs = 10'000;     // of a call that gets its answer
  static constexpr std::int64_t kOverrunMsMax = 2'000;  // generous: the machine may be busy

  void SetUp() override { world_ = GetParam()(); }
  void TearDown() override {
    if (!world_) return;
    EXPECT_TRUE(world_->provider().violations(world_->now()).empty());
  }

  Acquirer& acquirer() { return world_->acquirer(); }
  Instant in_ms(std::int64_t ms) { return world_->now().plus_ms(ms); }

  ApproveRequest approval(std::string reference, std::string order_id, std::int64_t deadline_ms = kEnoughMs) {
    ApproveRequest request;
    request.reference = std::move(reference);
    request.merchant = "mch_1";
    request.order_id = std::move(order_id);
    request.amount = krw(10'000);
    CardDetail card;
    card.bin = "411111";
    card.last4 = "1111";
    request.method = card;
    request.deadline = in_ms(deadline_ms);
    return request;
  }
  CancelRequest cancel(std::string reference, std::string approval_reference, std::int64_t won,
                       std::int64_t deadline_ms = kEnoughMs) {
    return {std::move(reference), std::move(approval_reference), krw(won), "customer's wish",
            in_ms(deadline_ms)};
  }
  ProviderAnswer inquired(const std::string& reference) {
    const auto answer = acquirer().inquire(reference, in_ms(kEnoughMs));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->answer : ProviderAnswer::no_answer;
  }
  std::int64_t captured(const std::string& reference) {
    const auto truth = world_->provider().truth_of(reference, world_->now());
    return truth ? truth->captured_minor() : 0;
  }
  bool eventually(const std::function<bool()>& condition) {
    for (int tries = 0; tries < 2'000; ++tries) {
      if (condition()) return true;
      world_->let_time_pass();
    }
    return false;
  }

  std::unique_ptr<AcquirerWorld> world_;
};

TEST_P(AcquirerContract, an_approval_captures_its_amount) {
  const auto answer = acquirer().approve(approval("apr_1", "order-1"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->approved);
  EXPECT_EQ(answer->approve_no.size(), 8U);
  EXPECT_FALSE(answer->network_txn_id.empty());
  EXPECT_FALSE(answer->approved_at.is_zero());
  EXPECT_NE(answer->evidence.find("apr_1"), std::string::npos);
  EXPECT_EQ(captured("apr_1"), 10'000);
}

TEST_P(AcquirerContract, a_duplicate_is_answered_like_the_first_and_captures_once) {
  const auto first = acquirer().approve(approval("apr_1", "order-1"));
  const auto again = acquirer().approve(approval("apr_1", "order-1"));
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->evidence, again->evidence);
  EXPECT_EQ(first->approve_no, again->approve_no);
  EXPECT_EQ(first->network_txn_id, again->network_txn_id);
  EXPECT_EQ(first->approved_at, again->approved_at);
  EXPECT_EQ(captured("apr_1"), 10'000);
}

TEST_P(AcquirerContract, a_duplicate_after_a_lost_answer_hears_the_first_decision) {
  const auto lost = acquirer().approve(approval("apr_1", "sim-lost-after"));
  ASSERT_FALSE(lost);
  const auto again = acquirer().approve(approval("apr_1", "sim-lost-after"));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->approved);
  EXPECT_EQ(captured("apr_1"), 10'000);
}

TEST_P(AcquirerContract, a_reference_used_for_another_amount_is_in_doubt_not_declined) {
  ASSERT_TRUE(acquirer().approve(approval("apr_1", "order-1")));
  auto other = approval("apr_1", "order-1");
  other.amount = krw(20'000);
  const auto answer = acquirer().approve(other);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::in_doubt);
  EXPECT_EQ(captured("apr_1"), 10'000);
}

TEST_P(AcquirerContract, a_decline_carries_its_code) {
  const auto answer = acquirer().approve(approval("apr_1", "order-sim-decline-funds"));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->approved);
  EXPECT_EQ(answer->failure_code, "INSUFFICIENT_FUNDS");
  EXPECT_FALSE(answer->failure_message.empty());
  EXPECT_FALSE(answer->evidence.empty());
  EXPECT_EQ(captured("apr_1"), 0);

  const auto inquiry = acquirer().inquire("apr_1", in_ms(kEnoughMs));
  ASSERT_TRUE(inquiry);
  EXPECT_EQ(inquiry->answer, ProviderAnswer::declined);
  EXPECT_EQ(inquiry->failure_code, "INSUFFICIENT_FUNDS");
}

TEST_P(AcquirerContract, a_slow_answer_in_time_is_an_answer) {
  const auto answer = acquirer().approve(approval("apr_1", "sim-slow"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->approved);
}

// Late, silent, lost on the way there or back, half, garbage: whatever was lost, once it was sent it may have
// happened.
TEST_P(AcquirerContract, a_sent_request_without_an_answer_is_in_doubt_never_unavailable) {
  int number = 0;
  for (const char* word : {"late", "silent", "straggler", "pending", "lost-before", "lost-after",
                           "half-answer", "garbage", "hidden", "stubborn"}) {
    const auto answer = acquirer().approve(
        approval("apr_" + std::to_string(++number), std::string("sim-") + word, kPatienceMs));
    ASSERT_FALSE(answer) << word;
    EXPECT_EQ(answer.error().kind, ErrorKind::in_doubt) << word << ": " << answer.error().message;
  }
}

TEST_P(AcquirerContract, the_deadline_is_kept) {
  for (const char* word : {"late", "silent", "straggler", "pending"}) {
    const Instant started = world_->now();
    ASSERT_FALSE(
        acquirer().approve(approval(std::string("apr_") + word, std::string("sim-") + word, kPatienceMs)));
    const std::int64_t took_ms = (world_->now().us - started.us) / 1000;
    EXPECT_GE(took_ms, kPatienceMs - 10) << word;
    EXPECT_LE(took_ms, kPatienceMs + kOverrunMsMax) << word;
  }
}

TEST_P(AcquirerContract, a_deadline_in_the_past_sends_nothing) {
  const auto answer = acquirer().approve(approval("apr_1", "order-1", -1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(inquired("apr_1"), ProviderAnswer::not_found);
}

TEST_P(AcquirerContract, nobody_listening_is_unavailable_for_every_call) {
  world_->cut_off();
  EXPECT_EQ(acquirer().approve(approval("apr_1", "order-1")).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(acquirer().cancel(cancel("cnl_1", "apr_1", 1)).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(acquirer().inquire("apr_1", in_ms(kEnoughMs)).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(acquirer().network_cancel("apr_1", in_ms(kEnoughMs)).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(captured("apr_1"), 0);
}

TEST_P(AcquirerContract, after_a_time_out_our_reference_finds_the_approval) {
  ASSERT_FALSE(acquirer().approve(approval("apr_1", "sim-late", kPatienceMs)));
  const auto inquiry = acquirer().inquire("apr_1", in_ms(kEnoughMs));
  ASSERT_TRUE(inquiry);
  EXPECT_EQ(inquiry->answer, ProviderAnswer::approved);
  EXPECT_EQ(inquiry->approve_no.size(), 8U);
  EXPECT_FALSE(inquiry->network_txn_id.empty());
  EXPECT_NE(inquiry->evidence.find("APPROVED"), std::string::npos);
}

TEST_P(AcquirerContract, a_request_that_vanished_is_not_found) {
  ASSERT_FALSE(acquirer().approve(approval("apr_1", "sim-lost-before")));
  EXPECT_EQ(inquired("apr_1"), ProviderAnswer::not_found);
  EXPECT_EQ(captured("apr_1"), 0);
}

TEST_P(AcquirerContract, a_pending_approval_says_so_until_it_is_decided) {
  ASSERT_FALSE(acquirer().approve(approval("apr_1", "sim-pending", kPatienceMs)));
  EXPECT_EQ(inquired("apr_1"), ProviderAnswer::pending);
  EXPECT_TRUE(eventually([&] { return inquired("apr_1") == ProviderAnswer::approved; }));
}

TEST_P(AcquirerContract, not_found_today_is_not_never_happened) {
  ASSERT_FALSE(acquirer().approve(approval("apr_1", "sim-hidden")));
  EXPECT_EQ(captured("apr_1"), 10'000);
  EXPECT_EQ(inquired("apr_1"), ProviderAnswer::not_found);
  EXPECT_TRUE(eventually([&] { return inquired("apr_1") == ProviderAnswer::approved; }));
}

TEST_P(AcquirerContract, a_network_cancel_returns_the_money_and_stays_so) {
  ASSERT_FALSE(acquirer().approve(approval("apr_1", "sim-lost-after")));
  for (int times = 0; times < 2; ++times) {
    const auto answer = acquirer().network_cancel("apr_1", in_ms(kEnoughMs));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->result, NetworkCancelResult::canceled);
    EXPECT_FALSE(answer->evidence.empty());
  }
  EXPECT_EQ(captured("apr_1"), 0);
  EXPECT_EQ(inquired("apr_1"), ProviderAnswer::canceled);
}

TEST_P(AcquirerContract, an_approval_that_arrives_after_its_network_cancel_never_captures) {
  ASSERT_FALSE(acquirer().approve(approval("apr_1", "sim-straggler", kPatienceMs)));
  ASSERT_GT(world_->provider().in_flight(world_->now()), 0U);
  const auto answer = acquirer().network_cancel("apr_1", in_ms(kEnoughMs));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->result, NetworkCancelResult::never_existed);

  ASSERT_TRUE(eventually([&] { return world_->provider().in_flight(world_->now()) == 0; }));
  const auto truth = world_->provider().truth_of("apr_1", world_->now());
  ASSERT_TRUE(truth.has_value()) << "the straggler never arrived: nothing was tested";
  EXPECT_EQ(truth->state, TruthState::declined);
  EXPECT_EQ(captured("apr_1"), 0);
  const auto again = acquirer().approve(approval("apr_1", "sim-straggler"));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->approved);
  EXPECT_EQ(again->failure_code, "REVERSED");
}

TEST_P(AcquirerContract, a_network_cancel_before_any_approval_bars_the_reference) {
  ASSERT_TRUE(acquirer().network_cancel("apr_1", in_ms(kEnoughMs)));
  const auto answer = acquirer().approve(approval("apr_1", "order-1"));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->approved);
  EXPECT_EQ(answer->failure_code, "REVERSED");
  EXPECT_EQ(captured("apr_1"), 0);
}

TEST_P(AcquirerContract, a_stubborn_network_cancel_is_confirmed_after_some_tries) {
  ASSERT_FALSE(acquirer().approve(approval("apr_1", "sim-stubborn")));
  for (int tries = 0; tries < 2; ++tries) {
    const auto lost = acquirer().network_cancel("apr_1", in_ms(kEnoughMs));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind, ErrorKind::in_doubt);
  }
  const auto answer = acquirer().network_cancel("apr_1", in_ms(kEnoughMs));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->result, NetworkCancelResult::never_existed);
}

TEST_P(AcquirerContract, cancels_return_money_up_to_the_approval) {
  ASSERT_TRUE(acquirer().approve(approval("apr_1", "order-1")));
  const auto part = acquirer().cancel(cancel("cnl_1", "apr_1", 6'000));
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_TRUE(part->canceled);
  EXPECT_FALSE(part->transaction_key.empty());
  EXPECT_EQ(captured("apr_1"), 4'000);
  EXPECT_EQ(inquired("apr_1"), ProviderAnswer::approved);
  EXPECT_EQ(inquired("cnl_1"), ProviderAnswer::canceled);

  const auto too_much = acquirer().cancel(cancel("cnl_2", "apr_1", 6'000));
  ASSERT_TRUE(too_much);
  EXPECT_FALSE(too_much->canceled);
  EXPECT_EQ(too_much->failure_code, "AMOUNT_EXCEEDS_APPROVAL");
  EXPECT_EQ(captured("apr_1"), 4'000);

  ASSERT_TRUE(acquirer().cancel(cancel("cnl_3", "apr_1", 4'000)));
  EXPECT_EQ(inquired("apr_1"), ProviderAnswer::canceled);
}

TEST_P(AcquirerContract, a_cancel_sent_twice_returns_the_money_once) {
  ASSERT_TRUE(acquirer().approve(approval("apr_1", "order-1")));
  const auto first = acquirer().cancel(cancel("cnl_1", "apr_1", 3'000));
  const auto again = acquirer().cancel(cancel("cnl_1", "apr_1", 3'000));
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->evidence, again->evidence);
  EXPECT_EQ(captured("apr_1"), 7'000);
}

TEST_P(AcquirerContract, a_lost_answer_to_a_cancel_is_found_by_its_reference) {
  ASSERT_TRUE(acquirer().approve(approval("apr_1", "sim-cancel-late")));
  const auto lost = acquirer().cancel(cancel("cnl_1", "apr_1", 10'000, kPatienceMs));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::in_doubt);
  const auto inquiry = acquirer().inquire("cnl_1", in_ms(kEnoughMs));
  ASSERT_TRUE(inquiry);
  EXPECT_EQ(inquiry->answer, ProviderAnswer::canceled);
  EXPECT_FALSE(inquiry->network_txn_id.empty());
}

TEST_P(AcquirerContract, a_cancel_without_its_approval_is_refused_with_a_code) {
  const auto unknown = acquirer().cancel(cancel("cnl_1", "apr_1", 1));
  ASSERT_TRUE(unknown);
  EXPECT_FALSE(unknown->canceled);
  EXPECT_EQ(unknown->failure_code, "APPROVAL_NOT_FOUND");

  ASSERT_TRUE(acquirer().approve(approval("apr_2", "order-2")));
  ASSERT_TRUE(acquirer().network_cancel("apr_2", in_ms(kEnoughMs)));
  const auto reversed = acquirer().cancel(cancel("cnl_2", "apr_2", 1));
  ASSERT_TRUE(reversed);
  EXPECT_FALSE(reversed->canceled);
  EXPECT_EQ(reversed->failure_code, "APPROVAL_REVERSED");
}

}  // namespace wonjang
