#include "app/money/ledger_sink.h"

#include <chrono>
#include <utility>

namespace wonjang {
namespace {

std::optional<Error> error_of(const Answer& answer) {
  switch (answer.kind) {
    case AnswerKind::done:
    case AnswerKind::replayed:
      return std::nullopt;
    case AnswerKind::refused:
      return conflict("the stream has " + std::to_string(answer.actual) +
                      " events already: somebody else wrote it; look again, then decide");
    case AnswerKind::failed:
      if (answer.error && answer.error->kind == ErrorKind::invalid) {
        return invalid("a part of this job's work can't be recorded: " + answer.error->message +
                       "; what the job recorded before it, if anything, stands");
      }
      return answer.error.value_or(unavailable("the ledger gave no reason"));
    case AnswerKind::open:
    case AnswerKind::key_reused:
      break;  // facts of jobs have no key
  }
  return conflict("the ledger knows this fact under another request");
}

// Adds the time until it dies.
class Waiting {
 public:
  explicit Waiting(std::atomic<std::int64_t>& sum) : sum_(sum) {}
  ~Waiting() {
    const auto lasted = std::chrono::steady_clock::now() - since_;
    sum_ += std::chrono::duration_cast<std::chrono::microseconds>(lasted).count();
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::atomic<std::int64_t>& sum_;
  const std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace

// The writer's flush() comes after complete(), and the sink may be gone as soon as nothing is on its way: so
// a fact is on its way until its flush.
class LedgerSink::OneFact final : public Completion {
 public:
  explicit OneFact(LedgerSink& sink) : sink_(sink) {}
  void complete(std::uint64_t /*tag*/, Answer answer) override { error_ = error_of(answer); }
  void flush() override {
    sink_.done(std::move(error_));
    delete this;
  }

 private:
  LedgerSink& sink_;
  std::optional<Error> error_;
};

// As OneFact. Renders, because only the writer sees the payment that the step was decided on.
class LedgerSink::OneStep final : public Completion, public Renderer {
 public:
  OneStep(LedgerSink& sink, const money::SlipStep& step, money::SlipAnswer& answer)
      : sink_(sink), step_(step), answer_(answer) {}

  Reply render(const Outcome& outcome) const override {
    if (outcome.refusal == nullptr || money::is_old_news(outcome.payment, step_.command)) return {};
    return {0, std::string(code_of(outcome.refusal->code)) + ": " + outcome.refusal->detail};
  }
  void complete(std::uint64_t /*tag*/, Answer answer) override {
    if (answer.kind == AnswerKind::done) return;
    if (answer.kind == AnswerKind::refused) {
      answer_.is_refused = !answer.reply.body.empty();
      answer_.why = std::move(answer.reply.body);
      return;
    }
    error_ = answer.error.value_or(unavailable("the ledger gave no reason"));
  }
  void flush() override {
    sink_.done(std::move(error_));
    delete this;
  }

 private:
  LedgerSink& sink_;
  const money::SlipStep& step_;
  money::SlipAnswer& answer_;
  std::optional<Error> error_;
};

LedgerSink::~LedgerSink() {
  const MutexLock lock(mutex_);
  changed_.wait(mutex_, [this]() WJ_REQUIRES(mutex_) { return in_flight_ == 0; });
}

// The ledger's queue is refused to nobody on account of a job: a job waits as long as it is nearly full.
Result<void> LedgerSink::enter() {
  const Waiting waiting(waited_us_);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kRoomWaitMsMax);
  const MutexLock lock(mutex_);
  changed_.wait(mutex_,
                [this]() WJ_REQUIRES(mutex_) { return in_flight_ < kInFlightMax || first_.has_value(); });
  while (!first_ && ledger_.room() < kRoomMin) {
    if (std::chrono::steady_clock::now() > until)
      return unavailable(
          "the ledger's queue stayed full for a minute: run it again when there is less traffic");
    changed_.wait_for(mutex_, std::chrono::milliseconds(1));
  }
  if (first_) return *first_;
  ++in_flight_;
  return {};
}

Result<void> LedgerSink::append(money::Facts facts) {
  WJ_CHECK(enter());
  Request request;
  request.command = RecordFacts{facts.stream, facts.expected_version, facts.merchant, facts.currency,
                                {},           std::move(facts.bodies)};
  request.actor = std::move(facts.actor);
  request.reason = std::move(facts.reason);
  request.completion = new OneFact(*this);  // owned by its own flush()
  ledger_.submit(std::move(request));
  return {};
}

Result<std::vector<money::SlipAnswer>> LedgerSink::record(const std::vector<money::SlipStep>& steps,
                                                          const Actor& actor, const std::string& reason) {
  std::vector<money::SlipAnswer> answers(steps.size());
  Result<void> entered;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    entered = enter();
    if (!entered) break;
    Request request;
    request.payment = steps[i].payment;
    request.command = PaymentCommand(steps[i].command);
    request.actor = actor;
    request.reason = reason;
    auto* const one = new OneStep(*this, steps[i], answers[i]);  // owned by its own flush()
    request.completion = one;
    request.renderer = one;
    ledger_.submit(std::move(request));
  }
  WJ_CHECK(drain());  // before leaving: what is on its way writes into `answers`
  WJ_CHECK(std::move(entered));
  return answers;
}

Result<void> LedgerSink::drain() {
  const Waiting waiting(waited_us_);
  const MutexLock lock(mutex_);
  changed_.wait(mutex_, [this]() WJ_REQUIRES(mutex_) { return in_flight_ == 0; });
  const auto first = std::exchange(first_, std::nullopt);
  if (first) return *first;
  return {};
}

void LedgerSink::done(std::optional<Error> error) {
  const MutexLock lock(mutex_);
  if (error && !first_) first_ = *std::move(error);
  --in_flight_;
  // Under the mutex: who waits may destroy this once it is let go.
  changed_.notify_all();
}

}  // namespace wonjang
