// A step that is written beside the decisions of the next one: what both say is what they would say one after
// the other, and a step that fails takes the one that builds on it along.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/rng.h"
#include "testing/faulty_book.h"
#include "testing/ledger_rig.h"
#include "testing/writer_rig.h"

namespace wonjang {
namespace {

using testing::BesideLater;
using testing::cancel_command;
using testing::Gathered;
using testing::LedgerRig;
using testing::line_renderer;
using testing::merchant_of;
using testing::paid_command;
using testing::WriterRig;

struct BesideRig : WriterRig {
  explicit BesideRig(std::size_t units_min = 1) { writer.write_beside(&later, units_min); }
  ~BesideRig() { writer.settle(); }

  Request cancel(PaymentId payment, const std::string& key_text, std::int64_t amount) {
    Request out = create("", key_text, amount);
    out.command = cancel_command(amount);
    out.payment = payment;
    return out;
  }
  void process_one(Request request) { writer.process({&request, 1}); }
  bool is_answered(std::uint64_t tag) const { return collector.answers.contains(tag); }

  BesideLater later;
};

TEST(WriteBeside, a_step_is_answered_when_it_is_durable) {
  BesideRig rig;
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  EXPECT_FALSE(rig.is_answered(0));
  EXPECT_FALSE(rig.writer.is_settled());
  EXPECT_EQ(rig.book->tail(), 0U);
  rig.process({{"order-3", "k3"}});  // handing this one over waits for that one
  EXPECT_EQ(rig.answer(0).kind, AnswerKind::done);
  EXPECT_EQ(rig.answer(1).kind, AnswerKind::done);
  EXPECT_FALSE(rig.is_answered(2));
  rig.writer.settle();
  EXPECT_EQ(rig.answer(2).kind, AnswerKind::done);
  EXPECT_EQ(rig.answer(2).position, rig.answer(1).next_position);
  EXPECT_EQ(rig.writer.stats().batches, 2U);
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

TEST(WriteBeside, a_small_step_is_written_at_once_after_the_large_one_before_it) {
  BesideRig rig(/*units_min=*/2);
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  rig.process({{"order-3", "k3"}});
  for (std::uint64_t tag = 0; tag < 3; ++tag) EXPECT_EQ(rig.answer(tag).kind, AnswerKind::done) << tag;
  EXPECT_TRUE(rig.writer.is_settled());
}

TEST(WriteBeside, a_step_that_writes_nothing_comes_after_the_one_before_it) {
  BesideRig rig;
  rig.process({{"order-1", "k1"}});
  rig.writer.settle();
  rig.process({{"order-2", "k2"}});
  rig.process({{"order-1", "k1"}});  // known for long
  EXPECT_EQ(rig.answer(1).kind, AnswerKind::done);
  EXPECT_EQ(rig.answer(2).kind, AnswerKind::replayed);
}

TEST(WriteBeside, what_the_step_under_way_is_about_is_asked_for_after_it) {
  BesideRig rig;
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  rig.process({{"order-1", "k1"}});  // the same key
  rig.process({{"order-3", "k3"}});
  rig.process({{"order-3", "k4"}});  // the same order
  rig.process({{"order-4", "k3"}});  // the same key, another request
  rig.writer.settle();
  EXPECT_EQ(rig.answer(2).kind, AnswerKind::replayed);
  EXPECT_EQ(rig.answer(2).reply.body, rig.answer(0).reply.body);
  EXPECT_EQ(rig.answer(4).refusal, RefusalCode::order_id_taken);
  EXPECT_EQ(rig.answer(5).kind, AnswerKind::key_reused);

  // The same payment, twice: the second cancel is decided on what the first one left.
  const auto payment = rig.answer(0).payment_id;
  rig.process_one(rig.cancel(payment, "c1", 6'000));
  EXPECT_FALSE(rig.is_answered(6));
  rig.process_one(rig.cancel(payment, "c2", 6'000));
  rig.writer.settle();
  EXPECT_EQ(rig.answer(6).kind, AnswerKind::done);
  EXPECT_EQ(rig.answer(7).refusal, RefusalCode::cancel_exceeds_balance);
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

TEST(WriteBeside, the_requests_may_go_before_their_answers_come) {
  BesideRig rig;
  {
    std::vector<Request> batch;
    batch.push_back(rig.create("order-1", "k1"));
    rig.writer.process(batch);
    batch.front() = Request();
  }
  rig.writer.settle();
  EXPECT_EQ(rig.answer(0).kind, AnswerKind::done);
}

TEST(WriteBeside, a_step_that_changes_the_registry_is_written_at_once) {
  BesideRig rig;
  int told = 0;
  rig.writer.set_registry_listener([&](const std::shared_ptr<const RegistryState>&) { ++told; });
  auto request = rig.create("", "k1");
  request.command =
      RegistryCommand(RegisterMerchant{.code = "shop", .name = "Shop", .metadata = {}, .organisation = {}});
  rig.process_one(std::move(request));
  EXPECT_TRUE(rig.writer.is_settled());
  EXPECT_EQ(rig.answer(0).kind, AnswerKind::done);
  EXPECT_EQ(told, 1);
}

// ---- trouble ----

TEST(WriteBeside, a_step_that_was_not_written_takes_the_next_one_along_and_the_one_after_it_goes_on) {
  BesideRig rig;
  rig.process({{"order-0", "k0"}});
  rig.writer.settle();
  rig.disk->fail_append(MemoryDisk::Fault::refused);
  rig.process({{"order-1", "k1"}});
  rig.process({{"order-0", "k0"}, {"order-2", "k2"}});
  rig.writer.settle();
  EXPECT_EQ(rig.answer(1).error->kind, ErrorKind::unavailable);
  EXPECT_EQ(rig.answer(2).kind, AnswerKind::replayed);  // it stands on nothing of that step
  EXPECT_EQ(rig.answer(3).error->kind, ErrorKind::unavailable);
  EXPECT_NE(rig.answer(3).error->message.find("nothing of this one was written"), std::string::npos);
  EXPECT_TRUE(rig.writer.is_open());
  EXPECT_EQ(rig.book->count()->units, 1U);
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  rig.writer.settle();
  EXPECT_EQ(rig.answer(4).kind, AnswerKind::done);
  EXPECT_EQ(rig.answer(5).kind, AnswerKind::done);
  EXPECT_EQ(rig.writer.stats().failed, 2U);
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

// The one that fails is found out about in the middle of deciding the next one, since that asks for the same
// key.
TEST(WriteBeside, a_failure_that_is_found_while_deciding_fails_the_whole_step) {
  BesideRig rig;
  rig.disk->fail_append(MemoryDisk::Fault::refused);
  rig.process({{"order-1", "k1"}});
  rig.process({{"order-2", "k2"}, {"order-1", "k1"}, {"order-3", "k3"}});
  rig.writer.settle();
  for (std::uint64_t tag = 0; tag < 4; ++tag)
    EXPECT_EQ(rig.answer(tag).error->kind, ErrorKind::unavailable) << tag;
  EXPECT_EQ(rig.book->tail(), 0U);
  rig.process({{"order-2", "k2"}, {"order-1", "k1"}, {"order-3", "k3"}});
  rig.writer.settle();
  for (std::uint64_t tag = 4; tag < 7; ++tag) EXPECT_EQ(rig.answer(tag).kind, AnswerKind::done) << tag;
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

class BesideInDoubt : public ::testing::TestWithParam<MemoryDisk::Fault> {};
INSTANTIATE_TEST_SUITE_P(Faults, BesideInDoubt,
                         ::testing::Values(MemoryDisk::Fault::lost, MemoryDisk::Fault::kept));

TEST_P(BesideInDoubt, the_next_step_is_not_in_doubt_but_not_written) {
  BesideRig rig;
  rig.disk->fail_append(GetParam());
  rig.process({{"order-1", "k1"}});
  rig.process({{"order-2", "k2"}});
  EXPECT_EQ(rig.answer(0).error->kind, ErrorKind::in_doubt);
  EXPECT_EQ(rig.answer(1).error->kind, ErrorKind::unavailable);
  EXPECT_FALSE(rig.writer.is_open());
  rig.process({{"order-3", "k3"}});
  EXPECT_EQ(rig.answer(2).error->kind, ErrorKind::unavailable);

  rig.book.reset();
  rig.book = MemoryBook::open(rig.disk).value();
  ASSERT_TRUE(rig.writer.open(*rig.book));
  rig.process({{"order-1", "k1"}, {"order-2", "k2"}});
  rig.writer.settle();
  EXPECT_EQ(rig.answer(3).kind,
            GetParam() == MemoryDisk::Fault::kept ? AnswerKind::replayed : AnswerKind::done);
  EXPECT_EQ(rig.answer(4).kind, AnswerKind::done);
  EXPECT_EQ(rig.book->count()->units, 2U);
  EXPECT_EQ(check(*rig.book, rig.ports)->difference, "");
}

// A registry command stands in a step that is dropped: what it said of the registry is dropped too.
TEST(WriteBeside, a_dropped_step_leaves_no_trace_in_the_registry) {
  BesideRig rig;
  rig.disk->fail_append(MemoryDisk::Fault::refused);
  rig.process({{"order-1", "k1"}});
  auto request = rig.create("", "k2");
  request.command =
      RegistryCommand(RegisterMerchant{.code = "shop", .name = "Shop", .metadata = {}, .organisation = {}});
  rig.process_one(std::move(request));
  EXPECT_EQ(rig.answer(1).kind, AnswerKind::failed);
  EXPECT_EQ(rig.writer.registry().find_code("shop"), nullptr);
  EXPECT_EQ(rig.writer.registry().version(), 0U);
  EXPECT_EQ(rig.book->tail(), 0U);
}

// ---- the oracle: the same batches one after the other ----

class BesideAgainstPlain : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, BesideAgainstPlain, ::testing::Range<std::uint64_t>(1, 41));

TEST_P(BesideAgainstPlain, every_answer_and_the_tree_are_the_same) {
  Rng rng(GetParam());
  WriterRig plain;
  BesideRig beside(/*units_min=*/1 + rng.below(4));
  std::vector<std::uint64_t> creates;  // tags
  std::uint64_t tag = 0;
  for (int step = 0; step < 60; ++step) {
    std::vector<Request> first;
    std::vector<Request> second;
    const auto count = 1 + rng.below(8);
    for (std::uint64_t i = 0; i < count; ++i, ++tag) {
      const auto key_text = "k" + std::to_string(rng.below(120));
      // Of an answer that both have by now, or nobody's.
      PaymentId payment;
      if (!creates.empty()) {
        const auto of = creates[rng.below(creates.size())];
        if (plain.collector.answers.contains(of) && beside.is_answered(of))
          payment = plain.answer(of).payment_id;
      }
      for (auto* rig : {&plain, static_cast<WriterRig*>(&beside)}) {
        Rng same(tag * 7919 + GetParam());
        Request request = rig->create("order-" + std::to_string(same.below(80)), key_text, 10'000);
        if (!payment.is_zero() && same.below(3) == 0) {
          request.command = cancel_command(static_cast<std::int64_t>(1'000 * (1 + same.below(9))));
          request.payment = payment;
        }
        (rig == &plain ? first : second).push_back(std::move(request));
      }
      creates.push_back(tag);
    }
    plain.writer.process(first);
    beside.writer.process(second);
    if (rng.below(5) == 0) beside.writer.settle();
    plain.clock.advance_ms(7);
    beside.clock.advance_ms(7);
  }
  beside.writer.settle();
  ASSERT_EQ(plain.collector.answers.size(), tag);
  ASSERT_EQ(beside.collector.answers.size(), tag);
  for (std::uint64_t i = 0; i < tag; ++i) {
    const Answer& a = plain.answer(i);
    const Answer& b = beside.answer(i);
    ASSERT_EQ(a.kind, b.kind) << i;
    ASSERT_EQ(a.reply.body, b.reply.body) << i;
    ASSERT_EQ(a.reply.status, b.reply.status) << i;
    ASSERT_EQ(a.payment_id, b.payment_id) << i;
    ASSERT_EQ(a.has_position, b.has_position) << i;
    ASSERT_EQ(a.position, b.position) << i;
    ASSERT_EQ(a.next_position, b.next_position) << i;
    ASSERT_EQ(a.refusal, b.refusal) << i;
  }
  EXPECT_EQ(plain.writer.head().tree.root(plain.digest), beside.writer.head().tree.root(beside.digest));
  EXPECT_EQ(plain.writer.head().last_recorded_at, beside.writer.head().last_recorded_at);
  EXPECT_EQ(check(*beside.book, beside.ports)->difference, "");
}

// ---- with threads ----

// Large requests with the same keys from several senders, while others read: each key is booked once.
TEST(WriteBeside, keys_in_many_large_requests_at_once_are_booked_once) {
  constexpr std::size_t kThreads = 3;
  constexpr std::size_t kRounds = 6;
  constexpr std::size_t kLines = 600;
  for (const std::uint32_t books : {1U, 4U}) {
    Gathered gathered;
    LedgerRig rig(books);
    std::atomic<bool> stop = false;
    std::thread reader([&] {
      while (!stop) {
        (void)rig.ledger->tails();
        (void)rig.ledger->status();
        (void)rig.ledger->payment_of_order(merchant_of(1), "order-7");
      }
    });
    std::vector<std::thread> senders;
    for (std::size_t t = 0; t < kThreads; ++t) {
      senders.emplace_back([&, t] {
        for (std::size_t round = 0; round < kRounds; ++round) {
          std::vector<Request> lines;
          for (std::size_t i = 0; i < kLines; ++i) {
            const auto name = std::to_string((round * kLines + i * (t + 1)) % (kRounds * kLines / 2));
            auto line =
                rig.request(PaymentId(), paid_command(merchant_of(1), "order-" + name, 10), "key-" + name);
            line.completion = &gathered;
            line.tag = (t * kRounds + round) * kLines + i;
            lines.push_back(std::move(line));
          }
          rig.ledger->submit(std::move(lines));
        }
      });
    }
    for (auto& sender : senders) sender.join();
    const auto answers = gathered.take(kThreads * kRounds * kLines);
    stop = true;
    reader.join();
    std::set<PaymentId> all;
    std::size_t done = 0;
    for (const auto& [tag, answer] : answers) {
      ASSERT_TRUE(answer.kind == AnswerKind::done || answer.kind == AnswerKind::replayed) << tag;
      done += answer.kind == AnswerKind::done ? 1U : 0U;
      all.insert(answer.payment_id);
    }
    EXPECT_EQ(done, all.size());
    EXPECT_EQ(done, kRounds * kLines / 2);
    std::uint64_t failed = 0;
    for (const auto& status : rig.ledger->status()) failed += status.stats.failed;
    EXPECT_EQ(failed, 0U);
  }
}

// Lets as many appends through as it is told.
class AppendGate {
 public:
  void let(std::uint64_t more) {
    const std::lock_guard lock(mutex_);
    let_ += more;
    moved_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    const auto number = ++came_;
    moved_.wait(lock, [&] { return number <= let_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable moved_;
  std::uint64_t let_ = 0;
  std::uint64_t came_ = 0;
};

// Knows how many were decided, on the writer's thread.
class CountingRenderer final : public Renderer {
 public:
  Reply render(const Outcome& outcome) const override {
    if (++decided_ % kBatch == 0 && after_batch) after_batch();
    return line_renderer().render(outcome);
  }
  void wait_for(std::size_t decided) const {
    while (decided_ < decided) std::this_thread::yield();
  }

  static constexpr std::size_t kBatch = 2 * BookWriter::kBesideUnits;
  std::function<void()> after_batch;

 private:
  mutable std::atomic<std::size_t> decided_{0};
};

// A ledger whose appends wait at a gate, and whose deciding of a batch takes a second.
struct GatedRig : LedgerRig {
  static constexpr std::size_t kBatch = CountingRenderer::kBatch;

  GatedRig() {
    options.batch_max = kBatch;
    renderer.after_batch = [this] { clock.advance_ms(1'000); };
    wrap = [this](std::unique_ptr<Book> book) -> std::unique_ptr<Book> {
      auto gated = std::make_unique<FaultyBook>(std::move(book));
      gated->around_append([this] { gate.pass(); });
      return gated;
    };
    restart();
  }
  ~GatedRig() {
    gate.let(1'000'000);
    close();  // before what it uses goes
  }
  // Batches for the writer to take at once: their tags are 0, 1 ...
  void submit(std::size_t batches) {
    std::vector<Request> lines;
    for (std::size_t i = 0; i < batches * kBatch; ++i) {
      const auto name = std::to_string(i);
      auto line = request(PaymentId(), paid_command(merchant_of(1), "order-" + name, 10), "key-" + name);
      line.renderer = &renderer;
      line.completion = &gathered;
      line.tag = i;
      lines.push_back(std::move(line));
    }
    ledger->submit(std::move(lines));
  }
  BookStatus status() const { return ledger->status().front(); }

  AppendGate gate;
  CountingRenderer renderer;
  Gathered gathered;
};

// A day's report asks by it whether something that was recorded on that day may still become durable.
TEST(WriteBeside, writing_since_is_of_the_oldest_step_that_is_not_durable) {
  GatedRig rig;
  const auto first = rig.clock.now();
  const auto second = first.plus_ms(1'000);
  rig.submit(3);
  rig.renderer.wait_for(2 * GatedRig::kBatch);
  EXPECT_EQ(rig.status().writing_since, first) << "the second is decided, but the first isn't durable";
  rig.gate.let(1);
  rig.renderer.wait_for(3 * GatedRig::kBatch);
  EXPECT_EQ(rig.status().writing_since, second) << "it moves on, however much comes";
  rig.gate.let(2);
  (void)rig.gathered.take(3 * GatedRig::kBatch);
  while (!rig.status().writing_since.is_zero()) std::this_thread::yield();
}

TEST(WriteBeside, what_a_full_disk_refuses_is_refused_after_the_step_under_way) {
  GatedRig rig;
  std::atomic<std::uint64_t> free_bytes = 1'000;
  rig.options.free_bytes = [&] { return free_bytes.load(); };
  rig.options.reserve_bytes = 100;
  rig.restart();
  rig.renderer.after_batch = [&] {
    free_bytes = 10;
    rig.clock.advance_ms(1'000);
  };
  rig.submit(2);
  rig.renderer.wait_for(GatedRig::kBatch);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // to be answered too early
  EXPECT_EQ(rig.gathered.size(), 0U);
  rig.gate.let(1);
  for (const auto& [tag, answer] : rig.gathered.take(2 * GatedRig::kBatch))
    ASSERT_EQ(answer.kind, tag < GatedRig::kBatch ? AnswerKind::done : AnswerKind::failed) << tag;
  while (!rig.status().writing_since.is_zero()) std::this_thread::yield();
  EXPECT_EQ(rig.status().condition, BookCondition::disk_full);
  EXPECT_EQ(rig.status().stats.batches, 1U);
  rig.close();  // before what it asks for free bytes goes
}

// With threads, on a disk that fails now and then while the next step is decided: what failed is sent again
// until it is taken, and each is booked once.
TEST(WriteBeside, writes_that_fail_beside_the_next_step_lose_and_double_nothing) {
  constexpr std::size_t kLines = 8 * GatedRig::kBatch;
  Gathered gathered;
  LedgerRig rig;
  std::uint64_t seed = 0;
  rig.wrap = [&seed](std::unique_ptr<Book> book) -> std::unique_ptr<Book> {
    return std::make_unique<FaultyBook>(
        std::move(book), FaultRates{.refused = 20, .lost = 10, .kept = 10, .read_failed = 0}, ++seed);
  };
  rig.restart();
  std::set<std::size_t> unanswered;
  for (std::size_t i = 0; i < kLines; ++i) unanswered.insert(i);
  std::map<std::size_t, PaymentId> booked;
  std::size_t failed = 0;
  while (!unanswered.empty()) {
    std::vector<Request> lines;
    const auto submit = [&] { rig.ledger->submit(std::exchange(lines, {})); };
    for (const auto i : unanswered) {
      const auto name = std::to_string(i);
      lines.push_back(
          rig.request(PaymentId(), paid_command(merchant_of(1), "order-" + name, 10), "key-" + name));
      lines.back().completion = &gathered;
      lines.back().tag = i;
      if (lines.size() == GatedRig::kBatch) submit();
    }
    submit();
    const auto answers = gathered.take(unanswered.size());
    rig.clock.advance_ms(1'000);  // a book that was closed is opened again
    for (const auto& [tag, answer] : answers) {
      if (answer.kind == AnswerKind::failed) {
        ++failed;
        continue;
      }
      ASSERT_TRUE(answer.kind == AnswerKind::done || answer.kind == AnswerKind::replayed) << tag;
      booked[tag] = answer.payment_id;
      unanswered.erase(tag);
    }
  }
  EXPECT_GT(failed, 0U);
  std::set<PaymentId> all;
  for (const auto& [tag, id] : booked) all.insert(id);
  EXPECT_EQ(all.size(), kLines);
  rig.wrap = nullptr;
  rig.restart();
  EXPECT_EQ(rig.events(), 2 * kLines);
  EXPECT_EQ(rig.difference(), "");
}

}  // namespace
}  // namespace wonjang
