#include "app/money/money_side.h"

#include <chrono>
#include <utility>

#include "app/money/ledger_sink.h"
#include "engine/money/money.h"
#include "engine/projection/positions.h"

namespace wonjang {
namespace {

constexpr std::size_t kJobsWaitingMax = 32;
constexpr std::size_t kQuestionsWaitingMax = 64;
// How often a job that waits for the projection looks whether it has stopped.
constexpr auto kLookAgain = std::chrono::milliseconds(500);

projection::RunnerListener listener_for(const std::function<void(const std::string&)>& log) {
  projection::RunnerListener out;
  if (!log) return out;
  out.log = log;
  out.differed = [log](const projection::Difference&) {
    log("the money store that was in use differs from the one rebuilt from the log, which took over");
  };
  return out;
}

}  // namespace

MoneySide::MoneySide(MoneyOptions options, Ledger& ledger, MoneySidePorts ports)
    : options_(std::move(options)),
      ledger_(ledger),
      ports_(std::move(ports)),
      log_(ledger),
      runner_(
          log_, [this] { return std::make_unique<money::Money>(log_, ports_.codec); }, ports_.places,
          ports_.clock, options_.runner, listener_for(options_.log)),
      jobs_(ports_.clock, kJobsWaitingMax),
      questions_(ports_.clock, kQuestionsWaitingMax) {}

Result<std::unique_ptr<MoneySide>> MoneySide::open(MoneyOptions options, Ledger& ledger,
                                                   MoneySidePorts ports) {
  std::unique_ptr<MoneySide> out(new MoneySide(std::move(options), ledger, std::move(ports)));
  WJ_CHECK(out->runner_.start());
  return out;
}

MoneySide::~MoneySide() { stop(); }

void MoneySide::stop() {
  jobs_.stop();
  questions_.stop();
  runner_.stop();
}

Result<std::shared_ptr<const KvSnapshot>> MoneySide::caught_up() {
  const auto wanted = ledger_.tails().of;
  for (;;) {
    const auto waited = runner_.wait_for(wanted, kLookAgain);
    if (waited == projection::Waited::reached) break;
    const auto status = runner_.status();
    if (status.state == projection::State::stopped)
      return unavailable("the projection money has stopped: " + status.stopped_because);
    if (status.state == projection::State::rebuilding || status.state == projection::State::opening)
      return unavailable("the projection money is being built, " + std::to_string(status.lag_events) +
                         " events behind: wait until it is there");
    if (waited == projection::Waited::stopped) return unavailable("the service is stopping");
  }
  WJ_TRY(auto view, runner_.view());
  return std::move(view.snapshot);
}

money::MoneyPorts MoneySide::ports_of(money::FactSink& sink) {
  return {*this, sink, log_, ports_.codec, ports_.clock, ports_.digest, gate_, ports_.number_of};
}

money::JobOwner MoneySide::owner(Actor actor, std::string reason) const {
  return {std::move(actor), std::move(reason), options_.holder};
}

void MoneySide::say(const std::string& line) const {
  if (options_.log) options_.log(line);
}

Result<void> MoneySide::begin_run(BusinessDate date, const Actor& actor, const std::string& reason) {
  WorkThread::Work work;
  work.what = "a run for " + to_text(date);
  work.whose = actor.id;
  work.act = [this, date, who = owner(actor, reason)](bool cancelled) {
    { const MutexLock wait_for_begin(mutex_); }
    if (!cancelled) do_run(date, who);
    // Who asks sees it running until its end is visible.
    if (!cancelled) static_cast<void>(caught_up());
    const MutexLock lock(mutex_);
    run_.reset();
  };
  // Held until the run shows as under way: who is told that it began sees it.
  const MutexLock lock(mutex_);
  WJ_CHECK(jobs_.begin(std::move(work)));
  run_ = RunUnderWay{date, actor.id, ports_.clock.now(), {}};
  failed_date_.reset();
  return {};
}

void MoneySide::do_run(BusinessDate date, const money::JobOwner& owner) {
  LedgerSink sink(ledger_);
  const auto ports = ports_of(sink);
  money::RunOptions run;
  run.date = date;
  run.owner = owner;
  run.workers = options_.workers;
  run.progress = [this](const money::RunProgress& progress) {
    const MutexLock lock(mutex_);
    if (run_) run_->progress = progress;
  };
  run.stop_wanted = [this] { return jobs_.is_stop_wanted(); };
  const auto report = money::run_settlement(ports, run);
  if (report) {
    say("a run for " + to_text(date) + " ended: " + report->ended.outcome);
    return;
  }
  say("a run for " + to_text(date) + " failed: " + report.error().message);
  const MutexLock lock(mutex_);
  failed_date_ = date;
  failed_why_ = report.error().message;
}

std::optional<RunUnderWay> MoneySide::run_under_way() const {
  const MutexLock lock(mutex_);
  return run_;
}

std::string MoneySide::run_failed(BusinessDate date) const {
  const MutexLock lock(mutex_);
  return failed_date_ == date ? failed_why_ : std::string();
}

}  // namespace wonjang
