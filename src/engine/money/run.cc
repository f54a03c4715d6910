#include "engine/money/run.h"

#include <algorithm>
#include <atomic>

#include "engine/money/run_end.h"
#include "engine/money/run_pump.h"

namespace wonjang::money {

using settlement::RunEnded;
using settlement::RunStarted;

namespace {

// The next free chunk of each merchant, and the way of a chunk into the sink. One for all workers: a
// merchant's number is asked for by its owner alone, but the map is shared.
class ChunkWriter {
 public:
  ChunkWriter(const MoneyPorts& ports, const RunOptions& options, const KvSnapshot& snapshot,
              std::uint32_t attempt)
      : ports_(ports), options_(options), snapshot_(snapshot), attempt_(attempt) {}

  Result<void> write(SettledChunk&& chunk) {
    chunk.body.attempt = attempt_;
    WJ_TRY(chunk.body.chunk, next(chunk.merchant_no));
    const auto stream =
        settlement::lines_stream(chunk.merchant, chunk.merchant_no, options_.date, chunk.body.chunk);
    if (!stream) {
      return invalid("no stream for chunk " + std::to_string(chunk.body.chunk) + " of " +
                     chunk.merchant.text() + " on " + to_text(options_.date) +
                     ": too many merchants, chunks of one day, or the date");
    }
    chunks += 1;
    lines += chunk.body.lines.size();
    failed += chunk.body.failed.size();
    Facts facts{*stream, 0, chunk.merchant, chunk.currency, options_.owner.actor, options_.owner.reason, {}};
    facts.bodies.emplace_back(std::move(chunk.body));
    return ports_.sink.append(std::move(facts));
  }

  std::atomic<std::uint64_t> chunks = 0;
  std::atomic<std::uint64_t> lines = 0;
  std::atomic<std::uint64_t> failed = 0;

 private:
  Result<std::uint32_t> next(MerchantNo merchant) {
    {
      const MutexLock lock(mutex_);
      const auto known = next_.find(merchant);
      if (known != next_.end()) return known->second++;
    }
    WJ_TRY(const auto first, MoneyReader(snapshot_).next_chunk(merchant, options_.date));
    const MutexLock lock(mutex_);
    next_[merchant] = first + 1;
    return first;
  }

  const MoneyPorts& ports_;
  const RunOptions& options_;
  const KvSnapshot& snapshot_;
  const std::uint32_t attempt_;
  Mutex mutex_;
  std::unordered_map<MerchantNo, std::uint32_t> next_ WJ_GUARDED_BY(mutex_);
};

// One run, from its snapshot to its end.
class Run {
 public:
  Run(const MoneyPorts& ports, const RunOptions& options)
      : ports_(ports),
        options_(options),
        watch_(ports.clock, options.meter),
        begun_at_(ports.clock.now()),
        cpu_at_begin_(process_cpu_us()) {}

  Result<RunReport> run() {
    WJ_CHECK(prepare());
    WJ_CHECK(take_lease());
    auto report = settle_and_end();
    if (!report) give_up(report.error());
    return report;
  }

 private:
  // Refuses what can't be run. Writes nothing.
  Result<void> prepare() {
    const Instant now = ports_.clock.now();
    if (options_.date > business_date_of(now)) {
      return invalid("date " + to_text(options_.date) +
                     " is still to come: a day is settled once it is there");
    }
    WJ_TRY(snapshot_, catch_up());
    const MoneyReader reader(*snapshot_);
    WJ_TRY(before_, reader.run(options_.date));
    WJ_CHECK(refuse_when_under_way());
    WJ_TRY(auto book, ContractBook::load(reader));
    book_ = std::make_unique<ContractBook>(std::move(book));
    known_at_ = std::max(now, book_->newest_known_at());
    if (auto why = calendars_too_short(*book_, options_.date)) return invalid(*std::move(why));
    WJ_TRY(auto scope, RunScope::load(reader, *book_, options_.date));
    scope_ = std::make_unique<RunScope>(std::move(scope));
    return count(reader);
  }

  Result<void> refuse_when_under_way() const {
    if (!before_ || !before_->started || before_->ended) return {};
    const bool is_ours = before_->started->holder == options_.owner.holder;
    if (!is_ours || ports_.gate.is_abandoned(options_.date)) return {};
    return conflict("a run for " + to_text(options_.date) + " is under way since " +
                    to_rfc3339(before_->started->known_at) + " by " + before_->started->holder +
                    ": wait for its end or stop it");
  }

  Result<void> count(const MoneyReader& reader) {
    WJ_TRY(items_, reader.open_count(options_.date));
    report_progress("count", {});
    return {};
  }

  Result<void> take_lease() {
    RunStarted& started = report_.started;
    started.date = options_.date;
    started.attempt = before_ && before_->started ? before_->started->attempt + 1 : 1;
    started.resumed = before_ && before_->started && !before_->ended;
    started.holder = options_.owner.holder;
    started.known_at = known_at_;
    started.calculator = settlement::kCalculator;
    started.items = items_;
    version_ = before_ ? before_->version : 0;
    auto leased = append_to_run(started, options_.owner.reason);
    if (!leased && leased.error().kind == ErrorKind::conflict) {
      return conflict("a run for " + to_text(options_.date) +
                      " was started by somebody else at the same moment: look at its state, then decide");
    }
    // In doubt: it may stand, and then the date is ours without a run.
    if (!leased && leased.error().kind == ErrorKind::in_doubt) ports_.gate.abandon(options_.date);
    return leased;
  }

  Result<RunReport> settle_and_end() {
    // From here on nobody else writes lines: what this snapshot shows is what stands before.
    WJ_TRY(snapshot_, catch_up());
    const MoneyReader reader(*snapshot_);
    WJ_TRY(before_, reader.run(options_.date));
    WJ_TRY(items_, reader.open_count(options_.date));
    proof_ = std::make_unique<RunProof>(ports_, options_.date, before_);
    WJ_CHECK(proof_->remember(*snapshot_));
    ChunkWriter writer(ports_, options_, *snapshot_, report_.started.attempt);
    writer_ = &writer;
    const auto waited_before = ports_.sink.waited_us();
    add_stage("prepare", prepare_waited_us_ + waited_before, items_);
    WJ_TRY(auto pumped, pump(*snapshot_, *book_, *scope_, pump_options()));
    auto& append = pumped.stages.append;
    watch_.lap();
    WJ_CHECK(ports_.sink.drain());
    const Spent drained = watch_.lap();
    append.us += drained.us;
    append.cpu_us += drained.cpu_us;
    append.waited_us = ports_.sink.waited_us() - waited_before;
    append.rows = writer.lines + writer.failed;
    for (auto& stage : {pumped.stages.read, pumped.stages.compute, append}) profile_.push_back(stage);
    return end(std::move(pumped));
  }

  Result<std::shared_ptr<const KvSnapshot>> catch_up() {
    const Instant since = ports_.clock.now();
    auto out = ports_.now.caught_up();
    prepare_waited_us_ += std::max<std::int64_t>(ports_.clock.now().us - since.us, 0);
    return out;
  }

  // Of the calling thread since the last lap of its watch.
  void add_stage(const char* stage, std::int64_t waited_us, std::uint64_t rows) {
    const Spent spent = watch_.lap();
    profile_.push_back({stage, spent.us, spent.cpu_us, waited_us, rows});
    look_at_memory();
  }
  void look_at_memory() {
    if (options_.meter.resident_bytes)
      memory_peak_bytes_ = std::max(memory_peak_bytes_, options_.meter.resident_bytes());
  }
  std::int64_t process_cpu_us() const {
    return options_.meter.process_cpu_us ? options_.meter.process_cpu_us() : 0;
  }
  void put_profile(RunEnded& ended) const {
    ended.profile = profile_;
    ended.wall_us = std::max<std::int64_t>(ports_.clock.now().us - begun_at_.us, 0);
    ended.cpu_us = process_cpu_us() - cpu_at_begin_;
    ended.memory_peak_bytes = memory_peak_bytes_;
  }

  PumpOptions pump_options() {
    PumpOptions out;
    out.workers = options_.workers;
    out.clock = &ports_.clock;
    out.meter = options_.meter;
    out.take = [this](SettledChunk&& chunk) { return writer_->write(std::move(chunk)); };
    out.between = [this](const Looked& looked) {
      report_progress("settle", looked);
      return !options_.stop_wanted || !options_.stop_wanted();
    };
    return out;
  }

  Result<RunReport> end(Pumped pumped) {
    report_progress("prove", pumped.looked);
    RunEnded& ended = report_.ended;
    ended.date = options_.date;
    ended.attempt = report_.started.attempt;
    WJ_CHECK(proof_->prove(pumped.settled.totals, ended));
    add_stage("project", proof_->waited_us(), writer_->lines);
    put_profile(ended);
    if (pumped.stopped) {
      ended.outcome = "STOPPED";
      report_.why = "stopped on request; run it again to go on";
    } else {
      ended.outcome = pumped.settled.totals.failed() == 0 ? "COMPLETED" : "COMPLETED_WITH_FAILURES";
      WJ_TRY(ended.promoted, promoted_by(*book_, pumped.settled, proof_->after()));
    }
    WJ_CHECK(append_to_run(ended, pumped.stopped ? report_.why : options_.owner.reason));
    ports_.gate.ended(options_.date);
    report_.items = pumped.settled.items;
    report_.late = pumped.settled.late;
    report_.reasons = std::move(pumped.settled.reasons);
    return std::move(report_);
  }

  // After an error: says so in the log if the log can still be written; else the gate remembers whose lease
  // it is.
  void give_up(const Error& error) {
    [[maybe_unused]] const auto known = ports_.sink.drain();
    RunEnded ended;
    ended.date = options_.date;
    ended.attempt = report_.started.attempt;
    ended.outcome = "STOPPED";
    put_profile(ended);
    if (before_) ended.before = before_->totals;
    if (append_to_run(std::move(ended), "stopped by an error: " + error.message)) {
      ports_.gate.ended(options_.date);
    } else {
      ports_.gate.abandon(options_.date);
    }
  }

  Result<void> append_to_run(EventBody body, const std::string& reason) {
    const auto stream = settlement::run_stream(options_.date);
    if (!stream)
      return invalid("date " + to_text(options_.date) + " has no stream: it lies before 1970 or after 2149");
    Facts facts{*stream, version_, {}, {}, options_.owner.actor, reason, {}};
    facts.bodies.push_back(std::move(body));
    WJ_CHECK(append_now(ports_.sink, std::move(facts)));
    ++version_;
    return {};
  }

  void report_progress(const char* stage, const Looked& looked) {
    look_at_memory();
    if (!options_.progress) return;
    RunProgress progress{stage, items_ - looked.passed_over, looked.at - looked.passed_over, 0, 0, 0};
    if (writer_ != nullptr) {
      progress.chunks = writer_->chunks;
      progress.lines = writer_->lines;
      progress.failed = writer_->failed;
    }
    options_.progress(progress);
  }

  const MoneyPorts& ports_;
  const RunOptions& options_;
  std::shared_ptr<const KvSnapshot> snapshot_;
  std::optional<RunNow> before_;
  Instant known_at_;
  std::unique_ptr<ContractBook> book_;
  std::unique_ptr<RunScope> scope_;
  std::unique_ptr<RunProof> proof_;
  std::uint64_t items_ = 0;
  std::uint32_t version_ = 0;  // that the run's stream has
  ChunkWriter* writer_ = nullptr;
  std::vector<settlement::StageTime> profile_;
  Stopwatch watch_;
  const Instant begun_at_;
  const std::int64_t cpu_at_begin_;
  std::int64_t prepare_waited_us_ = 0;
  std::uint64_t memory_peak_bytes_ = 0;
  RunReport report_;
};

}  // namespace

std::optional<std::string> calendars_too_short(const ContractBook& book, BusinessDate date) {
  for (const auto& code : book.calendars_used_on(date)) {
    const auto* usable = book.calendar(code);
    if (usable == nullptr) continue;  // its items fail with a reason
    const auto& calendar = usable->calendar;
    if (date < calendar.from || calendar.until.days < date.days + kCalendarDaysMin) {
      return "calendar " + code + " version " + std::to_string(calendar.version) + " covers " +
             to_text(calendar.from) + " until " + to_text(calendar.until) + ", a run for " + to_text(date) +
             " needs the " + std::to_string(kCalendarDaysMin) +
             " days after it: import a later version and have it approved";
    }
  }
  return std::nullopt;
}

Result<RunReport> run_settlement(const MoneyPorts& ports, const RunOptions& options) {
  WJ_TRY(const auto pass,
         ports.gate.enter({"a run for " + to_text(options.date), options.owner.holder, ports.clock.now()}));
  return Run(ports, options).run();
}

}  // namespace wonjang::money
