#include "engine/ledger/book_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "testing/ledger_rig.h"
#include "testing/writer_rig.h"

namespace wonjang {
namespace {

using testing::cancel_command;
using testing::create_command;
using testing::LedgerRig;
using testing::merchant_of;
using testing::paid_command;
using testing::recorded_card;
using testing::WriterRig;

// Every promise holds with one book and with four.
class LedgerPromise : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  LedgerRig rig_{GetParam()};
  void TearDown() override { EXPECT_EQ(rig_.difference(), ""); }
};
INSTANTIATE_TEST_SUITE_P(Books, LedgerPromise, ::testing::Values(1U, 4U));

// ---- reference: ledger.md 5, line by line ----

TEST_P(LedgerPromise, a_repeat_gets_the_same_bytes_and_books_nothing) {
  const auto first = rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1");
  const auto events = rig_.events();
  const auto again = rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1");
  ASSERT_EQ(first.kind, AnswerKind::done);
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.status, first.reply.status);
  EXPECT_EQ(again.reply.body, first.reply.body);
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(again.next_position, first.next_position);
  EXPECT_EQ(again.payment_id, first.payment_id);
  EXPECT_EQ(rig_.events(), events);
}

TEST_P(LedgerPromise, a_repeat_after_a_restart_gets_the_same_bytes) {
  const auto first = rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1");
  rig_.restart();
  const auto again = rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1");
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.body, first.reply.body);
}

TEST_P(LedgerPromise, the_same_key_with_other_content_is_refused_and_audited) {
  const auto first = rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1", "content");
  const auto events = rig_.events();
  const auto other = rig_.create(paid_command(merchant_of(1), "order-2", 5'000), "k1", "other content");
  EXPECT_EQ(other.kind, AnswerKind::key_reused);
  EXPECT_EQ(other.reply.body, "");
  EXPECT_FALSE(rig_.ledger->payment_of_order(merchant_of(1), "order-2")->has_value());
  EXPECT_EQ(rig_.events(), events + 1);
  const auto events_then = rig_.events_of(first.payment_id);
  EXPECT_EQ(std::get<CommandRefused>(events_then.back().event.body).operation, "key_reused");
  EXPECT_EQ(rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1", "content").reply.body,
            first.reply.body);
}

TEST_P(LedgerPromise, a_key_belongs_to_its_tenant) {
  const auto one =
      rig_.run(PaymentId(), paid_command(merchant_of(1), "order-1", 10), "k1", "a", merchant_of(1));
  const auto two =
      rig_.run(PaymentId(), paid_command(merchant_of(2), "order-1", 10), "k1", "b", merchant_of(2));
  EXPECT_EQ(one.kind, AnswerKind::done);
  EXPECT_EQ(two.kind, AnswerKind::done);
}

TEST_P(LedgerPromise, a_refusal_that_looked_at_state_is_frozen) {
  const auto payment = rig_.paid(10'000);
  const auto no = rig_.run(payment, cancel_command(10'001), "c1");
  ASSERT_EQ(no.kind, AnswerKind::refused);
  EXPECT_EQ(no.refusal, RefusalCode::cancel_exceeds_balance);
  const auto again = rig_.run(payment, cancel_command(10'001), "c1");
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.body, no.reply.body);
  EXPECT_EQ(again.reply.status, 422);
}

TEST_P(LedgerPromise, an_unknown_payment_leaves_the_key_free) {
  const auto events = rig_.events();
  const auto no = rig_.run(PaymentId(RawId{0x0190123456780000ULL, 99}), cancel_command(), "c1");
  EXPECT_EQ(no.kind, AnswerKind::refused);
  EXPECT_EQ(no.refusal, RefusalCode::payment_not_found);
  EXPECT_EQ(rig_.events(), events);
  const auto payment = rig_.paid();
  EXPECT_EQ(rig_.run(payment, cancel_command(), "c1").kind, AnswerKind::done);
}

TEST_P(LedgerPromise, a_payment_of_another_merchant_looks_like_none) {
  const auto payment = rig_.paid();
  auto request = rig_.request(payment, cancel_command(), "c1");
  request.only_merchant = merchant_of(2);
  EXPECT_EQ(ask(*rig_.ledger, std::move(request)).refusal, RefusalCode::payment_not_found);
  EXPECT_EQ(rig_.state(payment).balance, 10'000);
}

TEST_P(LedgerPromise, an_order_id_is_taken_once_per_merchant) {
  const auto first = rig_.create(paid_command(merchant_of(1), "order-1", 10), "k1");
  const auto second = rig_.create(paid_command(merchant_of(1), "order-1", 10), "k2");
  EXPECT_EQ(second.refusal, RefusalCode::order_id_taken);
  EXPECT_EQ(second.payment_id, first.payment_id);
  EXPECT_EQ(rig_.create(paid_command(merchant_of(1), "order-1", 10), "k2").kind, AnswerKind::replayed);
  EXPECT_EQ(rig_.ledger->payment_of_order(merchant_of(1), "order-1").value(), first.payment_id);
}

// ---- batches ----

TEST(BookWriter, a_key_twice_in_one_batch_is_booked_once) {
  WriterRig rig;
  rig.process({{"order-1", "k1"}, {"order-1", "k1"}});
  EXPECT_EQ(rig.answer(0).kind, AnswerKind::done);
  EXPECT_EQ(rig.answer(1).kind, AnswerKind::replayed);
  EXPECT_EQ(rig.answer(1).reply.body, rig.answer(0).reply.body);
  EXPECT_EQ(rig.book->count()->units, 1U);
}

TEST(BookWriter, a_key_twice_in_one_batch_with_other_content_is_refused) {
  WriterRig rig;
  rig.process({{"order-1", "k1"}, {"order-2", "k1"}});
  EXPECT_EQ(rig.answer(1).kind, AnswerKind::key_reused);
  EXPECT_EQ(rig.book->count()->claims, 1U);
  EXPECT_TRUE(check(*rig.book, rig.ports)->ok());
}

TEST(BookWriter, an_order_twice_in_one_batch_is_booked_once) {
  WriterRig rig;
  rig.process({{"order-1", "k1"}, {"order-1", "k2"}});
  EXPECT_EQ(rig.answer(1).refusal, RefusalCode::order_id_taken);
  EXPECT_TRUE(check(*rig.book, rig.ports)->ok());
}

// A payment that begins in a batch isn't kept in memory; each of these needs it as the one before left it.
TEST(BookWriter, a_payment_that_began_in_a_batch_goes_on_in_it) {
  WriterRig rig;
  rig.process(
      {{"order-1", "k1"}, {"order-2", "k2"}, {"order-1", "k3"}, {"order-9", "k1"}, {"order-1", "k4"}});
  EXPECT_EQ(rig.answer(2).refusal, RefusalCode::order_id_taken);
  EXPECT_EQ(rig.answer(3).kind, AnswerKind::key_reused);
  EXPECT_EQ(rig.answer(4).refusal, RefusalCode::order_id_taken);
  const auto units = rig.book->load(rig.answer(0).payment_id.raw());
  ASSERT_TRUE(units);
  ASSERT_EQ(units->size(), 4U);  // the payment and what was refused of it
  const auto first = static_cast<std::uint32_t>(units->front().events.size());
  for (std::uint32_t i = 1; i < 4; ++i) EXPECT_EQ((*units)[i].first_version, first + i - 1);
  EXPECT_EQ(rig.book->load(rig.answer(1).payment_id.raw())->size(), 1U);
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

TEST(BookWriter, requests_that_lie_apart_are_one_batch) {
  WriterRig rig;
  std::vector<Request> some;
  some.push_back(rig.create("order-1", "k1"));
  std::vector<Request> others;
  others.push_back(rig.create("order-1", "k1"));
  others.push_back(rig.create("order-2", "k2"));
  const std::vector<Request*> places{&some[0], &others[0], &others[1]};
  rig.writer.process(std::span<Request* const>(places));
  EXPECT_EQ(rig.answer(0).kind, AnswerKind::done);
  EXPECT_EQ(rig.answer(1).kind, AnswerKind::replayed);
  EXPECT_EQ(rig.answer(2).kind, AnswerKind::done);
  EXPECT_EQ(rig.writer.stats().batches, 1U);
}

TEST(BookWriter, recorded_time_rises_though_the_clock_steps_back_and_the_process_restarts) {
  WriterRig rig;
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  const auto before = rig.writer.head().last_recorded_at;
  rig.clock.advance_ms(-3'600'000);
  rig.process({{"order-3", "k3"}, {"order-4", "k4"}});
  EXPECT_GT(rig.writer.head().last_recorded_at, before);
  const auto later = rig.writer.head().last_recorded_at;
  BookWriter again(0, rig.ports, Rng(8));
  ASSERT_TRUE(again.open(*rig.book));
  auto one = std::vector<Request>();
  one.push_back(rig.create("order-5", "k5"));
  again.process(one);
  EXPECT_GT(again.head().last_recorded_at, later);
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

// ---- trouble while writing ----

TEST(BookWriter, an_append_that_wrote_nothing_fails_the_batch_and_the_next_one_goes_on) {
  WriterRig rig;
  rig.disk->fail_append(MemoryDisk::Fault::refused);
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  EXPECT_EQ(rig.answer(0).kind, AnswerKind::failed);
  EXPECT_EQ(rig.answer(0).error->kind, ErrorKind::unavailable);
  EXPECT_EQ(rig.book->tail(), 0U);
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  EXPECT_EQ(rig.answer(2).kind, AnswerKind::done);
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

class InDoubt : public ::testing::TestWithParam<MemoryDisk::Fault> {};
INSTANTIATE_TEST_SUITE_P(Faults, InDoubt,
                         ::testing::Values(MemoryDisk::Fault::lost, MemoryDisk::Fault::kept));

TEST_P(InDoubt, an_append_in_doubt_stops_the_writer_until_the_book_is_read_again) {
  WriterRig rig;
  rig.disk->fail_append(GetParam());
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  EXPECT_EQ(rig.answer(0).error->kind, ErrorKind::in_doubt);
  EXPECT_FALSE(rig.writer.is_open());
  rig.process({{"order-1", "k1"}, {"order-3", "k3"}});
  EXPECT_EQ(rig.answer(2).error->kind, ErrorKind::unavailable);

  rig.book.reset();
  rig.book = MemoryBook::open(rig.disk).value();
  ASSERT_TRUE(rig.writer.open(*rig.book));
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  const auto expected = GetParam() == MemoryDisk::Fault::kept ? AnswerKind::replayed : AnswerKind::done;
  EXPECT_EQ(rig.answer(4).kind, expected);
  EXPECT_EQ(rig.answer(5).kind, expected);
  EXPECT_EQ(rig.book->count()->units, 2U);
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

TEST_P(LedgerPromise, a_book_in_doubt_is_reopened_by_itself_and_holds_everything_once) {
  rig_.disk->fail_append(MemoryDisk::Fault::kept);
  const auto first = rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1");
  ASSERT_EQ(first.kind, AnswerKind::failed);
  EXPECT_EQ(first.error->kind, ErrorKind::in_doubt);
  Answer again;
  for (int i = 0; i < 1000; ++i) {
    rig_.clock.advance_ms(10);
    again = rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1");
    if (again.kind != AnswerKind::failed) break;
    std::this_thread::yield();
  }
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(rig_.events(), 2U);
}

TEST_P(LedgerPromise, a_clock_that_is_set_back_keeps_no_book_closed) {
  rig_.disk->fail_append(MemoryDisk::Fault::lost);
  ASSERT_EQ(rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1").kind, AnswerKind::failed);
  Answer again;
  for (int i = 0; i < 1000; ++i) {
    again = rig_.create(paid_command(merchant_of(1), "order-1", 10'000), "k1");
    if (again.kind != AnswerKind::failed) break;
    if (i == 5) rig_.clock.advance_ms(-3'600'000);  // after it was planned when to open again
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(again.kind, AnswerKind::done);
  EXPECT_EQ(rig_.events(), 2U);
}

// ---- famous failures (reference: ledger.md 9) ----

// hyperswitch#13182: 60 + 60 on 100, two at once.
TEST_P(LedgerPromise, two_partial_cancels_at_once_never_exceed_the_capture) {
  for (int round = 0; round < 20; ++round) {
    const auto payment = rig_.paid(100);
    std::vector<Answer> answers(2);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        answers[i] = rig_.run(payment, cancel_command(60), "cancel-" + payment.text() + std::to_string(i));
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_NE(answers[0].kind == AnswerKind::done, answers[1].kind == AnswerKind::done);
    EXPECT_EQ(rig_.state(payment).balance, 40);
  }
}

// midaz#1894: 404 after 15 ms, because the create was still queued.
TEST_P(LedgerPromise, a_cancel_right_after_create_is_found) {
  EXPECT_EQ(rig_.run(rig_.paid(), cancel_command(), "c1").kind, AnswerKind::done);
}

// midaz#1385: the balance ignored the queue.
TEST_P(LedgerPromise, a_read_after_the_answer_sees_the_write) {
  const auto payment = rig_.paid(10'000);
  (void)rig_.run(payment, cancel_command(4'000), "c1");
  EXPECT_EQ(rig_.state(payment).balance, 6'000);
}

// formance#364: ids counted in the application collided.
TEST_P(LedgerPromise, concurrent_writers_never_collide) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::vector<std::vector<PaymentId>> ids(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto name = std::to_string(t) + "-" + std::to_string(i);
        ids[static_cast<std::size_t>(t)].push_back(
            rig_.create(paid_command(merchant_of(1), "order-" + name, 10), "key-" + name).payment_id);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<PaymentId> all;
  for (const auto& some : ids) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kThreads * kEach));
}

// One key for two orders at once, which live in different books: one wins, the others hear that the key is
// spent.
TEST_P(LedgerPromise, one_key_for_many_orders_at_once_is_booked_once) {
  for (int round = 0; round < 10; ++round) {
    constexpr std::size_t kThreads = 6;
    std::vector<Answer> answers(kThreads);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const auto name = std::to_string(round) + "-" + std::to_string(t);
        answers[t] = rig_.create(paid_command(merchant_of(1), "order-" + name, 10),
                                 "key-" + std::to_string(round), name);
      });
    }
    for (auto& thread : threads) thread.join();
    std::size_t done = 0;
    std::size_t reused = 0;
    for (const auto& answer : answers) {
      done += answer.kind == AnswerKind::done ? 1U : 0U;
      reused += answer.kind == AnswerKind::key_reused ? 1U : 0U;
    }
    EXPECT_EQ(done, 1U);
    EXPECT_EQ(reused, kThreads - 1);
  }
}

// Holds every writer that answers it, until the test is done filling queues.
class Held final : public Completion {
 public:
  void complete(std::uint64_t, Answer answer) override {
    if (answer.kind == AnswerKind::failed) return;  // said by submit() itself
    std::unique_lock lock(mutex_);
    ++holding_;
    wake_.notify_all();
    wake_.wait(lock, [this] { return open_; });
  }
  bool has(std::uint32_t writers) {
    const std::lock_guard lock(mutex_);
    return holding_ == writers;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    wake_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::uint32_t holding_ = 0;
  bool open_ = false;
};

class Tally final : public Completion {
 public:
  void complete(std::uint64_t, Answer answer) override {
    const std::lock_guard lock(mutex_);
    (answer.kind == AnswerKind::done ? done : others).push_back(std::move(answer));
  }
  std::size_t answers() {
    const std::lock_guard lock(mutex_);
    return done.size() + others.size();
  }
  std::vector<Answer> done;
  std::vector<Answer> others;

 private:
  std::mutex mutex_;
};

TEST_P(LedgerPromise, a_full_queue_refuses_by_name_and_writes_nothing) {
  constexpr std::size_t kQueue = 4;
  constexpr std::size_t kMany = 400;
  rig_.close();
  rig_.options.queue_max = kQueue;
  rig_.open();
  const auto books = rig_.ledger->books();
  std::size_t orders = 0;
  const auto submit = [&](Completion& completion) {
    const auto number = std::to_string(orders++);
    auto request =
        rig_.request(PaymentId(), paid_command(merchant_of(1), "order-" + number, 10), "key-" + number);
    request.completion = &completion;
    rig_.ledger->submit(std::move(request));
  };
  Held held;
  for (int i = 0; i < 100'000 && !held.has(books); ++i) {
    if (orders < kMany) submit(held);
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  ASSERT_TRUE(held.has(books));
  Tally tally;
  for (std::size_t i = 0; i < kMany; ++i) submit(tally);
  const auto refused = tally.answers();  // what is in a queue isn't answered: its writer is held
  EXPECT_GE(refused, kMany - 2 * kQueue * books);
  held.open();
  while (tally.answers() < kMany) std::this_thread::yield();
  EXPECT_EQ(tally.others.size(), refused) << "what was taken was written";
  for (const auto& answer : tally.others) {
    ASSERT_EQ(answer.kind, AnswerKind::failed);
    ASSERT_EQ(answer.error->kind, ErrorKind::unavailable);
    ASSERT_THAT(answer.error->message, ::testing::HasSubstr("queue of this book is full"));
  }
  rig_.close();
  rig_.options.queue_max = 16384;
  rig_.open();
  std::size_t booked = 0;
  for (std::size_t i = orders - kMany; i < orders; ++i) {
    if (rig_.ledger->payment_of_order(merchant_of(1), "order-" + std::to_string(i))->has_value()) ++booked;
  }
  EXPECT_EQ(booked, tally.done.size());
}

TEST_P(LedgerPromise, a_low_disk_refuses_writes_and_recovers_by_itself) {
  rig_.close();
  std::atomic<std::uint64_t> free_bytes{0};
  rig_.options.free_bytes = [&] { return free_bytes.load(); };
  rig_.options.reserve_bytes = 100;
  rig_.open();
  const auto no = rig_.create(paid_command(merchant_of(1), "order-1", 10), "k1");
  ASSERT_EQ(no.kind, AnswerKind::failed);
  EXPECT_THAT(no.error->message, ::testing::HasSubstr("disk"));
  EXPECT_EQ(rig_.events(), 0U);
  free_bytes = 1000;
  rig_.clock.advance_ms(1000);
  EXPECT_EQ(rig_.create(paid_command(merchant_of(1), "order-1", 10), "k1").kind, AnswerKind::done);
  rig_.options.free_bytes = {};
  rig_.restart();  // before `free_bytes` goes
}

// A balancer that looks at readiness sends nothing while the disk is full: a write can't be what ends that.
TEST_P(LedgerPromise, a_disk_with_room_again_is_seen_without_a_write) {
  rig_.close();
  std::atomic<std::uint64_t> free_bytes{0};
  rig_.options.free_bytes = [&] { return free_bytes.load(); };
  rig_.options.reserve_bytes = 100;
  rig_.open();
  const auto full = [&] {
    return std::ranges::any_of(rig_.ledger->status(), [](const BookStatus& book) {
      return book.condition == BookCondition::disk_full;
    });
  };
  ASSERT_EQ(rig_.create(paid_command(merchant_of(1), "order-1", 10), "k1").kind, AnswerKind::failed);
  EXPECT_TRUE(full());
  free_bytes = 1000;
  rig_.clock.advance_ms(1000);
  for (int i = 0; full() && i < 50'000'000; ++i)
    std::this_thread::yield();  // the writer looks twice a second
  EXPECT_FALSE(full());
  rig_.options.free_bytes = {};
  rig_.restart();  // before `free_bytes` goes
}

}  // namespace
}  // namespace wonjang
