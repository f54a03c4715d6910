#include "engine/ledger/resolver.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include "engine/ledger/ask.h"

namespace wonjang {
namespace {

struct Due {
  PaymentId payment;
  AlarmKind kind;
};

}  // namespace

struct Resolver::Impl {
  std::vector<Due> due_now();
  void add_left_by_earlier_clock(Instant now, std::vector<Due>& out);
  void handle(const Due& due);
  void pursue_payment(PaymentId id);
  void expire_payment(PaymentId id);
  bool submit(PaymentId id, PaymentCommand command);
  void run_alarms();
  void run_worker();

  ResolverOptions options;
  Ledger& ledger;
  Acquirers acquirers;
  const Renderer& settled;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Due> queue;
  std::unordered_set<PaymentId> under_way;  // queued or being pursued: one round per payment at a time
  Rng rng{0};
  ResolverStats stats;
  bool stopping = false;
  std::vector<std::thread> threads;
};

Resolver::Resolver(ResolverOptions options, Ledger& ledger, Acquirers acquirers, const Renderer& settled)
    : impl_(new Impl{
          options, ledger, std::move(acquirers), settled, {}, {}, {}, {}, Rng(options.seed), {}, false, {}}) {
}

Resolver::~Resolver() { stop(); }

void Resolver::start() {
  impl_->threads.emplace_back([this] { impl_->run_alarms(); });
  for (std::uint32_t i = 0; i < impl_->options.workers; ++i) {
    impl_->threads.emplace_back([this] { impl_->run_worker(); });
  }
}

void Resolver::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.notify_all();
  }
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

std::size_t Resolver::step() {
  const auto due = impl_->due_now();
  for (const auto& one : due) impl_->handle(one);
  return due.size();
}

ResolverStats Resolver::stats() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->stats;
}

// What an earlier clock put further ahead than anything can be put: due, as pursue() says too.
void Resolver::Impl::add_left_by_earlier_clock(Instant now, std::vector<Due>& out) {
  const Instant farthest = now.plus_ms(options.policy.wait_ms_max());
  const auto status = ledger.status();
  for (std::uint32_t book = 0; book < status.size(); ++book) {
    if (status[book].recorded_until <= now) continue;
    const auto until = status[book].recorded_until.plus_ms(options.policy.wait_ms_max()).plus_us(1);
    const auto alarms = ledger.alarms(book, AlarmKind::in_doubt, until, options.alarms_max);
    if (!alarms) continue;
    for (const auto& alarm : *alarms) {
      if (alarm.at_us > farthest.us) out.push_back({PaymentId(alarm.stream), AlarmKind::in_doubt});
    }
  }
}

std::vector<Due> Resolver::Impl::due_now() {
  std::vector<Due> out;
  const auto now = ledger.ports().clock.now();
  const auto until = now.plus_us(1);
  add_left_by_earlier_clock(now, out);
  for (std::uint32_t book = 0; book < ledger.books(); ++book) {
    for (const auto kind : {AlarmKind::in_doubt, AlarmKind::expiry}) {
      const auto alarms = ledger.alarms(book, kind, until, options.alarms_max);
      if (!alarms) continue;  // the book is being reopened: next look
      for (const auto& alarm : *alarms) out.push_back({PaymentId(alarm.stream), kind});
    }
  }
  return out;
}

void Resolver::Impl::handle(const Due& due) {
  if (due.kind == AlarmKind::in_doubt) {
    pursue_payment(due.payment);
  } else {
    expire_payment(due.payment);
  }
}

void Resolver::Impl::pursue_payment(PaymentId id) {
  const auto payment = ledger.payment(id);
  if (!payment || !*payment) return;
  Rng round_rng(0);
  {
    const std::lock_guard lock(mutex);
    ++stats.rounds;
    round_rng = Rng(rng.next());
  }
  auto commands = pursue(**payment, ledger.ports().clock, acquirers, options.policy, round_rng);
  for (auto& command : commands) {
    if (!submit(id, std::move(command))) return;
  }
}

void Resolver::Impl::expire_payment(PaymentId id) {
  if (!submit(id, ExpirePayment{})) return;
  const std::lock_guard lock(mutex);
  ++stats.expired;
}

// False when the rest of the round is moot: the state has moved on, or the book doesn't write.
bool Resolver::Impl::submit(PaymentId id, PaymentCommand command) {
  Request request;
  request.payment = id;
  request.command = std::move(command);
  request.actor = {ActorKind::system, "resolver"};
  request.renderer = &settled;
  const auto answer = ask(ledger, std::move(request));
  const std::lock_guard lock(mutex);
  ++stats.commands;
  if (answer.kind == AnswerKind::refused) ++stats.refused;
  if (answer.kind == AnswerKind::failed) ++stats.failed;
  return answer.kind == AnswerKind::done;
}

void Resolver::Impl::run_alarms() {
  for (;;) {
    const auto due = due_now();
    std::unique_lock lock(mutex);
    for (const auto& one : due) {
      if (under_way.insert(one.payment).second) queue.push_back(one);
    }
    if (!queue.empty()) wake.notify_all();
    if (wake.wait_for(lock, std::chrono::milliseconds(options.poll_ms), [&] { return stopping; })) return;
  }
}

void Resolver::Impl::run_worker() {
  for (;;) {
    Due due;
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return !queue.empty() || stopping; });
      if (stopping) return;
      due = queue.front();
      queue.pop_front();
    }
    handle(due);
    const std::lock_guard lock(mutex);
    under_way.erase(due.payment);
  }
}

}  // namespace wonjang
