// Found by reading, each with the sequence that showed it.
#include <gtest/gtest.h>

#include <thread>

#include "testing/provider_rig.h"

namespace wonjang {
namespace {

using testing::cancel_command;
using testing::LedgerRig;
using testing::merchant_of;
using testing::paid_command;
using testing::ProviderRig;

class FoundByReview : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, FoundByReview, ::testing::Values(1U, 4U));

// The resolver marked the outcome unknown first; the gateway's own "unknown" then changed nothing, and the
// caller heard 201.
TEST_P(FoundByReview, a_caller_never_hears_yes_while_the_outcome_is_in_doubt) {
  ProviderRig rig(GetParam());
  const auto payment = rig.ready("order-sim-silent-r1", 10'000);
  // While the provider is asked, the resolver overtakes.
  rig.while_asking = [&] {
    SettleApproval lost;
    lost.approval = rig.state(payment).approvals[0].terms.approval;
    lost.why = "overtaken";
    (void)rig.run(payment, lost);
  };
  EXPECT_EQ(rig.approve(payment, 10'000, "a1").reply.status, 504);
  rig.while_asking = {};
  rig.settle_everything();
  EXPECT_EQ(rig.approve(payment, 10'000, "a1").reply.status, 201);
}

// A house with four disks heard that a book was torn, and not whose.
TEST(FoundByReview, of_several_books_the_one_that_fails_says_which_it_is) {
  const auto said = [](std::uint32_t books, const Error& error) {
    LedgerRig rig(books);
    const auto looked = rig.ledger->with_book(books - 1, [&](const Book&) -> Result<void> { return error; });
    return looked ? std::string() : looked.error().message;
  };
  EXPECT_EQ(said(3, corrupt("torn")), "book 2: torn");
  EXPECT_EQ(said(1, corrupt("torn")), "torn");
  EXPECT_EQ(said(3, invalid("there are 7 events")), "there are 7 events") << "that is no matter of the book";
}

TEST(FoundByReview, a_book_that_comes_back_shorter_is_damaged) {
  LedgerRig rig;
  (void)rig.paid();
  rig.close();
  auto book = rig.open_book(0).value();
  BookWriter writer(0, rig.ports, Rng(1));
  ASSERT_TRUE(writer.open(*book));
  auto request = rig.request(PaymentId(), paid_command(merchant_of(1), "order-x", 10), "kx");
  writer.process({&request, 1});
  MemoryBook empty;
  const auto opened = writer.open(empty);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr("acknowledged"));
  book.reset();
  rig.open();
}

TEST_P(FoundByReview, a_key_is_first_used_when_it_was_used_not_when_the_payment_was_made) {
  LedgerRig rig(GetParam());
  const auto payment = rig.paid();
  rig.clock.advance_ms(60'000);
  const auto used_at = rig.clock.now();
  (void)rig.run(payment, cancel_command(100), "c1", "one");
  rig.clock.advance_ms(60'000);
  const auto again = rig.run(payment, cancel_command(200), "c1", "other");
  ASSERT_EQ(again.kind, AnswerKind::key_reused);
  EXPECT_EQ(again.first_used_at, used_at);
}

TEST_P(FoundByReview, refused_commands_cannot_make_a_history_endless) {
  LedgerRig rig(GetParam());
  const auto payment = rig.paid(1'000);
  for (std::uint32_t i = 0; i < BookWriter::kRefusalsKept + 50; ++i) {
    const auto no = rig.run(payment, cancel_command(2'000), "c" + std::to_string(i));
    ASSERT_EQ(no.refusal, RefusalCode::cancel_exceeds_balance);
    ASSERT_EQ(no.reply.status, 422);
  }
  EXPECT_EQ(rig.state(payment).version, 2 + BookWriter::kRefusalsKept);
  rig.restart();
  EXPECT_EQ(rig.run(payment, cancel_command(2'000), "more").refusal, RefusalCode::cancel_exceeds_balance);
  EXPECT_EQ(rig.state(payment).version, 2 + BookWriter::kRefusalsKept);
  EXPECT_EQ(rig.run(payment, cancel_command(400), "good").kind, AnswerKind::done);
  EXPECT_EQ(rig.difference(), "");
}

// With several books, those that wait for one key fail one after the other, not one inside the other.
TEST(FoundByReview, thousands_that_wait_for_one_key_end_without_a_deep_stack) {
  LedgerRig rig(/*books=*/4);
  std::vector<Request> many;
  struct Counter final : Completion {
    void complete(std::uint64_t, Answer) override { ++answers; }
    std::atomic<int> answers{0};
  } counter;
  for (int i = 0; i < 20'000; ++i) {
    auto request = rig.request(PaymentId(), paid_command(merchant_of(1), "order-1", 10), "one-key");
    request.completion = &counter;
    many.push_back(std::move(request));
  }
  rig.ledger->submit(std::move(many));
  rig.close();
  for (int i = 0; counter.answers < 20'000 && i < 100'000'000; ++i) std::this_thread::yield();
  EXPECT_EQ(counter.answers, 20'000);
  rig.open();
  EXPECT_EQ(rig.difference(), "");
}

}  // namespace
}  // namespace wonjang
