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
// After which a question isn't kept waiting any more by a projection whose store fails.
constexpr std::int64_t kStuckUs = 5'000'000;

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
      what_ifs_(ports_.clock),
      jobs_(ports_.clock, kJobsWaitingMax),
      questions_(ports_.clock, kQuestionsWaitingMax) {}

Result<std::unique_ptr<MoneySide>> MoneySide::open(MoneyOptions options, Ledger& ledger,
                                                   MoneySidePorts ports) {
  std::unique_ptr<MoneySide> out(new MoneySide(std::move(options), ledger, std::move(ports)));
  WJ_CHECK(out->runner_.start());
  return out;
}

MoneySide::~MoneySide() { stop(); }

// The flag first: a job or a question may be waiting for a projection that can't write.
void MoneySide::stop() {
  stopping_ = true;
  jobs_.stop();
  questions_.stop();
  runner_.stop();
}

Result<std::shared_ptr<const KvSnapshot>> MoneySide::seen_all(bool is_job) {
  const auto wanted = ledger_.tails().of;
  for (;;) {
    const auto waited = runner_.wait_for(wanted, kLookAgain);
    if (waited == projection::Waited::reached) break;
    if (stopping_) return unavailable("the service is stopping");
    const auto status = runner_.status();
    if (status.state == projection::State::stopped)
      return unavailable("the projection money has stopped: " + status.stopped_because);
    if (runner_.building() == projection::Building::long_since)
      return unavailable("the projection money is being built, " + std::to_string(status.lag_events) +
                         " events behind: wait until it is there");
    if (waited == projection::Waited::stopped) return unavailable("the service is stopping");
    if (!is_job && status.attempts > 0 && status.lag_us > kStuckUs)
      return unavailable("the projection money can't be written, " + std::to_string(status.lag_events) +
                         " events behind: " + status.last_error);
  }
  WJ_TRY(auto view, runner_.view());
  return std::move(view.snapshot);
}

money::MoneyPorts MoneySide::ports_of(LedgerSink& sink) {
  return {*this, sink, log_, ports_.codec, ports_.clock, ports_.digest, gate_, ports_.number_of, &sink};
}

money::JobOwner MoneySide::owner(Actor actor, std::string reason) const {
  return {std::move(actor), std::move(reason), options_.holder};
}

void MoneySide::say(const std::string& line) const {
  if (options_.log) options_.log(line);
}

Result<void> MoneySide::begin_run(RunOrder order) {
  WorkThread::Work work;
  work.what = "a run for " + to_text(order.date);
  work.whose = order.actor.id;
  const RunUnderWay under_way{order.date, order.actor.id, ports_.clock.now(), {}};
  const bool waits = order.continues_since.has_value();
  work.act = [this, order = std::move(order)](bool cancelled) {
    { const MutexLock wait_for_begin(beginning_); }
    if (!cancelled) act_on(order);
    board_.end();
  };
  if (waits) return jobs_.add(std::move(work));
  // Held until the run shows as under way: who is told that it began sees it.
  const MutexLock lock(beginning_);
  WJ_CHECK(jobs_.begin(std::move(work)));
  board_.begin(under_way);
  return {};
}

void MoneySide::act_on(const RunOrder& order) {
  if (order.continues_since) {
    const auto is_open = is_still_open(order);
    if (!is_open) return say("a run for " + to_text(order.date) + " can't go on: " + is_open.error().message);
    if (!*is_open) return order.ended(true);
    board_.go_on({order.date, order.actor.id, ports_.clock.now(), {}});
  }
  const bool is_complete =
      do_run(order.date, owner(order.actor, order.continues_since ? "goes on after a restart" : ""));
  // Who asks sees it running until its end is visible.
  static_cast<void>(caught_up());
  if (order.ended) order.ended(is_complete || board_.is_stop_asked());
}

// Not when this process was at it already, or when the earlier one got it done and died before it could say.
Result<bool> MoneySide::is_still_open(const RunOrder& order) {
  WJ_TRY(const auto snapshot, caught_up());
  WJ_TRY(const auto run, money::MoneyReader(*snapshot).run(order.date));
  if (!run || !run->started) return true;
  if (run->started->holder == options_.holder) return false;
  if (!run->ended || run->started->known_at < *order.continues_since) return true;
  return run->ended->outcome == "STOPPED";
}

void MoneySide::stop_run(BusinessDate date) { board_.ask_to_stop(date); }

bool MoneySide::do_run(BusinessDate date, const money::JobOwner& owner) {
  LedgerSink sink(ledger_);
  const auto ports = ports_of(sink);
  money::RunOptions run;
  run.date = date;
  run.owner = owner;
  run.workers = options_.workers;
  run.meter = options_.meter;
  run.progress = [this](const money::RunProgress& progress) { board_.tell(progress); };
  run.stop_wanted = [this] { return jobs_.is_stop_wanted() || board_.is_stop_asked(); };
  const auto report = money::run_settlement(ports, run);
  if (report) {
    const auto& tell = report->ended.outcome == "COMPLETED" ? options_.note : options_.log;
    if (tell) tell("a run for " + to_text(date) + " ended: " + report->ended.outcome);
    return report->ended.outcome != "STOPPED";
  }
  say("a run for " + to_text(date) + " failed: " + report.error().message);
  board_.fail(date, report.error().message);
  return false;
}

}  // namespace wonjang
