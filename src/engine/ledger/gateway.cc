#include "engine/ledger/gateway.h"

#include <condition_variable>
#include <deque>

#include <mutex>
#include <thread>
#include <utility>

#include "engine/ledger/ask.h"

namespace wonjang {
namespace {

constexpr std::string_view kGatewayActor = "gateway";

bool may_begin_intent(const Request& request) {
  const auto* command = std::get_if<PaymentCommand>(&request.command);
  return command != nullptr &&
         (std::holds_alternative<BeginApproval>(*command) || std::holds_alternative<CancelPayment>(*command));
}

}  // namespace

struct Gateway::Impl {
  // The caller's request, held until the provider has spoken.
  struct Job final : public Completion {
    Job(Impl& owner, Request& request)
        : impl(owner),
          completion(request.completion),
          tag(request.tag),
          key(request.key),
          actor(request.actor.id) {}

    // The intent is durable (or there is none): on one of the writer's threads.
    void complete(std::uint64_t, Answer intent) override { answer = std::move(intent); }
    void flush() override {
      if (!impl.take(this)) finish();
    }
    // Answers the caller and ends.
    void finish() {
      const std::unique_ptr<Job> self(this);
      if (completion == nullptr) return;
      completion->complete(tag, std::move(answer));
      completion->flush();
    }

    Impl& impl;
    Completion* completion;
    std::uint64_t tag;
    std::optional<RequestKey> key;
    std::string actor;  // two tenants may use the same word as their key
    Answer answer;
  };

  bool take(Job* job);
  void run();
  void work_on(Job& job);
  template <typename Item>
  bool is_ours(const Job& job, const Item& item) const {
    return item.pursuit && item.pursuit->idempotency_key == (job.key ? job.key->text : "") &&
           item.pursuit->tenant == job.actor;
  }
  void answer_as_kept(Job& job) const;
  Answer settle(const Payment& payment, PaymentCommand command);

  GatewayOptions options;
  Ledger& ledger;
  Acquirers acquirers;
  const Renderer& settled;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job*> jobs;
  bool stopping = false;
  std::vector<std::thread> threads;
};

Gateway::Gateway(GatewayOptions options, Ledger& ledger, Acquirers acquirers, const Renderer& settled)
    : impl_(new Impl{options, ledger, std::move(acquirers), settled, {}, {}, {}, false, {}}) {}

Gateway::~Gateway() { stop(); }

void Gateway::start() {
  for (std::uint32_t i = 0; i < impl_->options.workers; ++i) {
    impl_->threads.emplace_back([this] { impl_->run(); });
  }
}

void Gateway::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.notify_all();
  }
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

void Gateway::submit(Request request) {
  if (!may_begin_intent(request)) {
    impl_->ledger.submit(std::move(request));
    return;
  }
  auto* job = new Impl::Job(*impl_, request);  // owned by its own completion
  request.completion = job;
  request.want_payment = true;
  impl_->ledger.submit(std::move(request));
}

// Queues the provider call, if the answer is a fresh intent. Runs on one of the writer's threads.
bool Gateway::Impl::take(Job* job) {
  const auto& answer = job->answer;
  if (answer.kind != AnswerKind::done || !answer.payment || !answer.payment->in_doubt()) return false;
  const auto fresh = [&](const auto& items, auto requested) {
    for (const auto& item : items) {
      if (item.state == requested && is_ours(*job, item)) return true;
    }
    return false;
  };
  if (!fresh(answer.payment->approvals, ApprovalState::requested) &&
      !fresh(answer.payment->cancels, CancelState::requested)) {
    return false;
  }
  const std::lock_guard lock(mutex);
  if (stopping || jobs.size() >= options.queue_max) return false;  // the resolver will find the intent
  jobs.push_back(job);
  wake.notify_one();
  return true;
}

void Gateway::Impl::run() {
  for (;;) {
    Job* job = nullptr;
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return !jobs.empty() || stopping; });
      if (jobs.empty()) return;
      job = jobs.front();
      jobs.pop_front();
    }
    work_on(*job);
    job->finish();
  }
}

void Gateway::Impl::work_on(Job& job) {
  const std::shared_ptr<const Payment> payment = job.answer.payment;
  const auto keep = [&](Answer outcome) {
    if (outcome.kind == AnswerKind::failed) return;  // the intent stands; the resolver goes on with it
    // Still in doubt: the caller hears that, and never a yes that others may have overtaken.
    const bool is_open =
        job.key && outcome.payment && owes_answer(*outcome.payment, job.key->text, job.actor);
    if (is_open) return;
    job.answer = std::move(outcome);
    job.answer.kind = AnswerKind::done;
  };
  for (const auto& approval : payment->approvals) {
    if (approval.state != ApprovalState::requested || !is_ours(job, approval)) continue;
    const auto acquirer = acquirers.find(approval.terms.provider);
    if (acquirer == acquirers.end()) continue;
    keep(settle(*payment, ask_approval(*payment, approval, *acquirer->second)));
  }
  for (const auto& cancel : payment->cancels) {
    const auto* approval = payment->find(cancel.terms.approval);
    if (cancel.state != CancelState::requested || !is_ours(job, cancel) || approval == nullptr) continue;
    const auto acquirer = acquirers.find(approval->terms.provider);
    if (acquirer == acquirers.end()) continue;
    const auto deadline = cancel.pursuit->next_attempt_at;
    keep(settle(*payment, ask_cancel(*payment, cancel, *acquirer->second, deadline)));
  }
  answer_as_kept(job);
}

// The resolver may have found the outcome first, and its words are what every repeat will hear: say the same
// now.
void Gateway::Impl::answer_as_kept(Job& job) const {
  if (!job.key) return;
  const auto found = ledger.find_idempotency(job.key->key);
  if (!found || !*found || !(*found)->entry.final) return;
  const FoundIdempotency& kept = **found;
  job.answer.reply = {kept.entry.status, kept.entry.reply};
  if (job.answer.has_position) return;
  job.answer.position = kept.position;
  job.answer.next_position = kept.position + kept.event_count;
  job.answer.has_position = true;
}

Answer Gateway::Impl::settle(const Payment& payment, PaymentCommand command) {
  Request request;
  request.payment = payment.id;
  request.command = std::move(command);
  request.actor = {ActorKind::network, std::string(kGatewayActor)};
  request.renderer = &settled;
  request.want_payment = true;
  return ask(ledger, std::move(request));
}

}  // namespace wonjang
