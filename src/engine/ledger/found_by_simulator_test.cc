// What the simulator found once, each as small as it can be told. The seeds stand in
// src/testing/sim/seeds.txt.
#include <gtest/gtest.h>

#include <functional>

#include "testing/provider_rig.h"

namespace wonjang {
namespace {

using testing::cancel_command;
using testing::create_command;
using testing::line_renderer;
using testing::merchant_of;
using testing::ProviderRig;

struct FoundBySimulator : ::testing::TestWithParam<std::uint32_t> {
  PaymentId ready() { return rig_.ready("order-1", 10'000); }
  ProviderRig rig_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Books, FoundBySimulator, ::testing::Values(1U, 4U));

// seed 6
TEST_P(FoundBySimulator, a_key_word_that_two_tenants_share_is_answered_to_each) {
  const auto payment = ready();
  rig_.run(payment, rig_.begin(10'000), "k1");  // the merchant's intent: its outcome is open

  auto request = rig_.request(payment, cancel_command(), "k1", "another", MerchantId());
  request.actor.id = "key_of_the_house";
  const auto refused = ask(*rig_.ledger, request);
  ASSERT_EQ(refused.kind, AnswerKind::refused);
  const auto again = ask(*rig_.ledger, request);
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.body, refused.reply.body);
  EXPECT_EQ(rig_.run(payment, rig_.begin(10'000), "k1").kind, AnswerKind::open);
  rig_.settle_everything();
}

// seed 153
TEST_P(FoundBySimulator, an_open_answer_shows_nothing_that_was_never_written) {
  const auto payment = ready();
  rig_.run(payment, rig_.begin(4'000), "k1");
  rig_.disk->fail_append(MemoryDisk::Fault::refused);
  std::vector<Request> batch;
  ProviderRig::Waiter second;
  ProviderRig::Waiter repeat;
  batch.push_back(rig_.request(payment, rig_.begin(6'000), "k2"));
  batch.push_back(rig_.request(payment, rig_.begin(4'000), "k1"));
  batch[0].completion = &second;
  batch[1].completion = &repeat;
  rig_.ledger->submit(std::move(batch));
  EXPECT_EQ(second.wait().kind, AnswerKind::failed);
  const auto answer = repeat.wait();
  if (answer.kind == AnswerKind::open) {  // the writer may have taken them one by one
    EXPECT_EQ(answer.payment->approvals.size(), 1U);
  } else {
    EXPECT_EQ(answer.kind, AnswerKind::failed);
  }
  rig_.settle_everything();
}

// A provider that does something else before it speaks: where others act between an intent and its outcome.
class Slow final : public Acquirer {
 public:
  Slow(Acquirer& inner, std::function<void()> meanwhile) : inner_(inner), meanwhile_(std::move(meanwhile)) {}
  Result<ApproveAnswer> approve(const ApproveRequest& request) override {
    auto answer = inner_.approve(request);
    meanwhile_();
    return answer;
  }
  Result<CancelAnswer> cancel(const CancelRequest& request) override {
    meanwhile_();
    return inner_.cancel(request);
  }
  Result<InquiryAnswer> inquire(const std::string& reference, Instant deadline) override {
    return inner_.inquire(reference, deadline);
  }
  Result<NetworkCancelAnswer> network_cancel(const std::string& reference, Instant deadline) override {
    return inner_.network_cancel(reference, deadline);
  }

 private:
  Acquirer& inner_;
  std::function<void()> meanwhile_;
};

struct BesideTheResolver : FoundBySimulator {
  Answer submit(Gateway& gateway, PaymentId payment, PaymentCommand command, const std::string& key) {
    if (auto* cancel = std::get_if<CancelPayment>(&command)) {
      cancel->deadline = rig_.clock.now().plus_ms(ProviderRig::kCallTimeoutMs);
    }
    auto request = rig_.request(payment, std::move(command), key);
    ProviderRig::Waiter waiter;
    request.completion = &waiter;
    gateway.submit(std::move(request));
    return waiter.wait();
  }
  // The deadline of the intent passes, and the resolver does its work.
  void resolve_meanwhile() {
    rig_.clock.advance_ms(ProviderRig::kCallTimeoutMs + 1);
    for (int i = 0; i < 3; ++i) {
      rig_.resolver->step();
      rig_.clock.advance_ms(1);
    }
  }
  Slow slow_{rig_.acquirer, [this] { resolve_meanwhile(); }};
};
INSTANTIATE_TEST_SUITE_P(Books, BesideTheResolver, ::testing::Values(1U, 4U));

// seed 516
TEST_P(BesideTheResolver, the_first_answer_is_the_one_that_every_repeat_hears) {
  const auto payment = ready();
  Gateway gateway({1, 8}, *rig_.ledger, Acquirers{{"sim", &slow_}}, line_renderer());
  gateway.start();
  const auto first = submit(gateway, payment, rig_.begin(10'000), "k1");
  EXPECT_EQ(rig_.state(payment).status, PaymentStatus::done);
  const auto again = submit(gateway, payment, rig_.begin(10'000), "k1");
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.body, first.reply.body);
  EXPECT_TRUE(first.has_position);
  gateway.stop();
}

// seed 2515: the gateway comes too late to call, the resolver has sent the cancel itself, and its answer was
// lost.
TEST_P(BesideTheResolver, never_sent_by_one_says_nothing_about_the_other) {
  const auto payment = rig_.ready("order-sim-cancel-lost-after", 10'000);
  rig_.approve(payment, 10'000, "k1");
  Gateway gateway({1, 8}, *rig_.ledger, Acquirers{{"sim", &slow_}}, line_renderer());
  gateway.start();
  submit(gateway, payment, cancel_command(), "k2");
  gateway.stop();
  const auto state = rig_.state(payment);
  ASSERT_EQ(state.cancels.size(), 1U);
  EXPECT_EQ(state.cancels[0].state, CancelState::unknown);
  rig_.settle_everything();
  EXPECT_EQ(rig_.state(payment).status, PaymentStatus::canceled);
  EXPECT_EQ(rig_.state(payment).incidents, 0U);
  EXPECT_EQ(rig_.mismatch(), "");
}

}  // namespace
}  // namespace wonjang
