#include "engine/projection/runner.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "engine/projection/rest.h"

namespace wonjang::projection {
namespace {

constexpr std::int64_t kNumbersEveryUs = 1'000'000;
// With nothing to fold the store still works (compactions), and its numbers are shown.
constexpr std::int64_t kSleepMaxUs = 5'000'000;
// How often somebody looks whether a generation that was replaced is still being read, or a flush has ended.
constexpr std::int64_t kLookAgainUs = 1'000'000;

bool is_passing(const Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::in_doubt;
}

std::string text_of(const LogPositions& positions) {
  std::string out = "[";
  for (const Position position : positions) {
    out += (out.size() > 1 ? ", " : "") + std::to_string(position);
  }
  return out + "]";
}

void call_all(std::vector<Waits::Call>& calls, Waited how) {
  for (auto& call : calls) call(how);
}

}  // namespace

const char* name_of(State state) {
  switch (state) {
    case State::opening:
      return "opening";
    case State::catching_up:
      return "catching_up";
    case State::live:
      return "live";
    case State::rebuilding:
      return "rebuilding";
    case State::stopped:
      return "stopped";
  }
  return "unknown";
}

Runner::Runner(EventLog& log, ProjectionFactory factory, KvPlaces& places, const Clock& clock,
               RunnerOptions options, RunnerListener listener)
    : log_(log),
      factory_(std::move(factory)),
      places_(places),
      clock_(clock),
      options_(options),
      listener_(std::move(listener)),
      waits_(options.waits_max) {}

Runner::~Runner() { stop(); }

void Runner::say(const std::string& line) const {
  if (listener_.log) listener_.log(line);
}

// ---- start and stop

Result<void> Runner::start() {
  {
    const TurnLock turn(turn_);
    WJ_ASSERT(live_ == nullptr);
    WJ_CHECK(choose_generation());
    goal_ = log_.tails();
    if (!live_->is_complete() && reached(live_->positions(), goal_)) {
      if (auto completed = live_->complete(); !completed) {
        live_.reset();
        return completed;
      }
    }
    const Instant now = clock_.now();
    flushed_at_ = now;
    publish({}, goal_);
    show_numbers(now);
  }
  {
    const MutexLock lock(mutex_);
    started_ = true;
  }
  log_.set_wake([this] { woken(); });
  if (options_.own_thread) thread_ = std::thread([this] { run(); });
  return {};
}

// The newest complete one; else the newest that was begun, to go on with; else a new one.
Result<void> Runner::choose_generation() {
  const auto described = factory_();
  {
    const MutexLock lock(mutex_);
    status_.name = described->name();
    status_.version = described->version();
    status_.rebuilt_because.clear();
  }
  WJ_TRY(const auto numbers, generations_in(places_));
  std::unique_ptr<Fold> chosen;
  for (const std::uint64_t number : numbers) {
    WJ_TRY(auto fold, try_generation(number, *described));
    if (!fold || (chosen && !fold->is_complete())) continue;
    chosen = std::move(fold);
    if (chosen->is_complete()) break;
  }
  if (!chosen) {
    WJ_TRY(auto generation, Generation::create(places_, *described, log_.books()));
    chosen = std::make_unique<Fold>(log_, factory_, std::move(generation), options_);
    WJ_CHECK(chosen->open());
  } else if (chosen->is_complete()) {
    const MutexLock lock(mutex_);
    status_.rebuilt_because.clear();
  }
  remove_others(places_, chosen->generation()->number());
  live_ = std::move(chosen);
  return {};
}

// Null when it is of no use.
Result<std::unique_ptr<Fold>> Runner::try_generation(std::uint64_t number, const Projection& described) {
  auto generation = Generation::open(places_, number, described.spaces());
  if (!generation) {
    if (is_passing(generation.error())) return std::move(generation).error();
    return note_unusable(number, generation.error().message);
  }
  const auto meta = (*generation)->meta();
  if (!meta) {
    if (is_passing(meta.error())) return meta.error();
    return note_unusable(number, meta.error().message);
  }
  if (*meta && !options_.advice_on_lost_log.empty()) {
    if (const auto ahead = ahead_of_log(**meta, log_))
      return corrupt("'" + (*meta)->name + "' " + *ahead + ": events that were acknowledged are missing. " +
                     options_.advice_on_lost_log);
  }
  WJ_TRY(const auto why, why_unusable(*meta, described, log_));
  if (why) return note_unusable(number, *why);
  auto fold = std::make_unique<Fold>(log_, factory_, *std::move(generation), options_);
  if (const auto opened = fold->open(); !opened) {
    if (is_passing(opened.error())) return opened.error();
    return note_unusable(number, opened.error().message);
  }
  return fold;
}

std::unique_ptr<Fold> Runner::note_unusable(std::uint64_t number, const std::string& why) {
  say("generation " + std::to_string(number) + " is of no use: " + why);
  const MutexLock lock(mutex_);
  if (status_.rebuilt_because.empty()) status_.rebuilt_because = why;
  return nullptr;
}

void Runner::stop() {
  {
    const MutexLock lock(mutex_);
    if (!started_ || stopping_) return;
    stopping_ = true;
    cancelled_ = true;
    changed_.notify_all();
    wake_.notify_all();
  }
  log_.set_wake({});
  if (thread_.joinable()) thread_.join();
  std::vector<Waits::Call> calls;
  {
    const MutexLock lock(mutex_);
    while (status_.rebuild) changed_.wait(mutex_);
    calls = waits_.take_all();
  }
  call_all(calls, Waited::stopped);
  remove_unread();
  std::vector<Replaced> left;  // to their readers; goes after the turn
  const TurnLock turn(turn_);
  left = std::exchange(given_up_, {});
  // What isn't flushed is folded again by the next start: slower, not wrong.
  if (const auto flushed = live_->flush(); !flushed) say("flush at the end: " + flushed.error().message);
}

// ---- folding

void Runner::run() {
  if (options_.thread_begins) options_.thread_begins();
  for (;;) {
    {
      const MutexLock lock(mutex_);
      if (stopping_) return;
    }
    // Before the tails are looked at: a wake that comes later is for what they don't show.
    woken_.store(false);
    const Instant begun = clock_.now();
    const auto stepped = turn_once();
    remove_unread();
    if (stepped == Stepped::worked) {
      rest_after(clock_.now().us - begun.us);
    } else {
      wait_for_work(stepped);
    }
  }
}

// Nobody tells it how much has come meanwhile: the rest is short enough to find out afterwards.
void Runner::rest_after(std::int64_t work_us) {
  const std::chrono::microseconds rest(rest_us(work_us, options_));
  const LogPositions tails = log_.tails();
  const MutexLock lock(mutex_);
  if (events_between(status_.positions, tails) >= options_.batch_units) return;
  wake_.wait_for(mutex_, rest,
                 [&]() WJ_REQUIRES(mutex_) { return stopping_ || wanted_ || waits_.size() > 0; });
}

void Runner::wait_for_work(Stepped last) {
  const std::chrono::microseconds patience(sleep_us(last));
  const MutexLock lock(mutex_);
  wake_.wait_for(mutex_, patience, [&]() WJ_REQUIRES(mutex_) {
    if (stopping_) return true;
    // New events don't shorten the time that is waited after an error.
    return last == Stepped::waiting ? status_.attempts == 0 : woken_.load();
  });
}

std::int64_t Runner::sleep_us(Stepped last) {
  const TurnLock turn(turn_);
  const bool nothing_ends = given_up_.empty() && !live_->is_flushing();
  const std::int64_t most_us = nothing_ends ? kSleepMaxUs : kLookAgainUs;
  switch (last) {
    case Stepped::waiting:
      return std::min(retry_us_, most_us);
    case Stepped::idle:
      return live_->unflushed_bytes() > 0 ? std::min(options_.flush_us, most_us) : most_us;
    case Stepped::worked:
    case Stepped::stopped:
      break;
  }
  return most_us;
}

// Nobody comes to read a generation that was given up, so one without readers stays so.
void Runner::remove_unread() {
  std::vector<Replaced> unread;  // goes after the turn: closing and removing takes time
  const TurnLock turn(turn_);
  const auto first = std::partition(given_up_.begin(), given_up_.end(),
                                    [](const Replaced& former) { return former.is_read(); });
  unread.assign(std::make_move_iterator(first), std::make_move_iterator(given_up_.end()));
  given_up_.erase(first, given_up_.end());
}

void Runner::woken() {
  std::int64_t none = 0;
  woken_at_us_.compare_exchange_strong(none, clock_.now().us);
  if (woken_.exchange(true)) return;
  const MutexLock lock(mutex_);
  wake_.notify_all();
}

Stepped Runner::step() {
  WJ_ASSERT(!options_.own_thread);
  const auto stepped = turn_once();
  remove_unread();
  return stepped;
}

Stepped Runner::turn_once() {
  const TurnLock turn(turn_);
  const Instant now = clock_.now();
  const std::int64_t woken_at_us = woken_at_us_.exchange(0);
  const LogPositions tails = log_.tails();
  {
    const MutexLock lock(mutex_);
    const bool wake_came_first = woken_at_us != 0 && woken_at_us < now.us;
    lag_.notice(tails, wake_came_first ? Instant{woken_at_us} : now);
    if (status_.state == State::stopped) return Stepped::stopped;
  }
  if (!is_retry_due(now)) return Stepped::waiting;
  const auto folded = fold_and_flush(tails, now);
  if (!folded) return failed(folded.error(), now);
  retry_us_ = 0;
  show_numbers(now);
  return folded->units > 0 ? Stepped::worked : Stepped::idle;
}

Result<Folded> Runner::fold_and_flush(const LogPositions& tails, Instant now) {
  if (live_->unflushed_bytes() == 0) flushed_at_ = now;
  WJ_TRY(const Folded folded, live_->step(tails, &goal_));
  if (folded.units > 0 || !shows_live()) {
    publish(folded, tails);
  } else {
    show_state(tails);
  }
  WJ_CHECK(flush_if_due(now));
  return folded;
}

Result<void> Runner::flush_if_due(Instant now) {
  const auto flushed_beside = live_->has_flushed();
  if (!flushed_beside) {
    flushed_at_ = {};  // due again, as soon as an error lets it try
    return flushed_beside.error();
  }
  if (*flushed_beside) count_flush();
  const std::size_t bytes = live_->unflushed_bytes();
  if (bytes == 0 || live_->is_flushing()) return {};
  const bool clock_went_back = now < flushed_at_;
  const bool is_old = now.us - flushed_at_.us >= options_.flush_us;
  if (bytes < options_.flush_bytes && !is_old && !clock_went_back) return {};
  if (options_.own_thread) {
    WJ_CHECK(live_->begin_flush());
  } else {
    WJ_CHECK(live_->flush());  // who steps by hand finds it done
    count_flush();
  }
  flushed_at_ = now;
  return {};
}

void Runner::count_flush() {
  const MutexLock lock(mutex_);
  status_.flushes += 1;
}

bool Runner::is_retry_due(Instant now) const {
  if (retry_us_ == 0) return true;
  const bool clock_went_back = retry_at_.us - now.us > retry_us_;
  return now >= retry_at_ || clock_went_back;
}

Stepped Runner::failed(const Error& error, Instant now) {
  const bool again = is_passing(error);
  const std::string where = " at " + text_of(live_->positions()) + ": " + error.message;
  std::vector<Waits::Call> calls;
  {
    const MutexLock lock(mutex_);
    status_.errors += 1;
    status_.attempts += 1;
    status_.last_error = error.message;
    if (!again) {
      status_.state = State::stopped;
      status_.stopped_because = std::string(name_of(error.kind)) + where;
      calls = waits_.take_all();
      changed_.notify_all();
    }
  }
  if (again) {
    retry_us_ = retry_us_ == 0 ? options_.retry_min_us : std::min(retry_us_ * 2, options_.retry_max_us);
    retry_at_ = {now.us + retry_us_};
    say("trying again in " + std::to_string(retry_us_ / 1000) + " ms," + where);
    return Stepped::waiting;
  }
  say("stopped," + where);
  call_all(calls, Waited::stopped);
  return Stepped::stopped;
}

// Is what readers get the live generation's, as far as they may have it?
bool Runner::shows_live() const {
  const MutexLock lock(mutex_);
  return live_->is_complete() == (published_.snapshot != nullptr);
}

void Runner::show_state(const LogPositions& tails) {
  const bool is_near = events_between(live_->positions(), tails) <= options_.batch_units;
  const MutexLock lock(mutex_);
  status_.state = !live_->is_complete() ? State::rebuilding : is_near ? State::live : State::catching_up;
  status_.attempts = 0;
}

void Runner::publish(const Folded& folded, const LogPositions& tails) {
  show_state(tails);
  const bool is_shown = live_->is_complete();
  Published former;  // goes after the lock
  std::vector<Waits::Call> calls;
  {
    Published next;
    if (is_shown) {
      next = {snapshot_of(live_->generation()), live_->projection(), live_->positions(),
              live_->generation()->number()};
    }
    const MutexLock lock(mutex_);
    former = std::exchange(published_, std::move(next));
    status_.positions = live_->positions();
    status_.generation = live_->generation()->number();
    status_.batches += folded.units > 0 ? 1 : 0;
    status_.events += folded.events;
    lag_.folded(live_->positions());
    wanted_ = false;
    if (is_shown) calls = waits_.take_reached(live_->positions());
    changed_.notify_all();
  }
  call_all(calls, Waited::reached);
  if (is_shown && listener_.committed) listener_.committed();
}

void Runner::show_numbers(Instant now) {
  const std::int64_t age_us = now.us - numbers_at_.us;
  if (age_us >= 0 && age_us < kNumbersEveryUs) return;
  numbers_at_ = now;
  auto numbers = live_->projection()->stats();
  for (auto& [name, value] : live_->generation()->store().stats())
    numbers.emplace_back("store_" + name, value);
  const MutexLock lock(mutex_);
  status_.numbers = std::move(numbers);
}

// ---- readers

Result<View> Runner::view() const {
  const LogPositions tails = log_.tails();
  const MutexLock lock(mutex_);
  if (!published_.snapshot) {
    const std::string name = status_.name.empty() ? "the projection" : "projection " + status_.name;
    if (status_.state == State::stopped) {
      return unavailable(name + " stopped before it was complete: " + status_.stopped_because);
    }
    return unavailable(name + " is being built: " + std::to_string(events_between({}, status_.positions)) +
                       " of " + std::to_string(events_between({}, tails)) + " events; ask again later");
  }
  return View{.snapshot = published_.snapshot,
              .projection = published_.projection,
              .seen = published_.seen,
              .lag_events = events_between(published_.seen, tails),
              .generation = published_.generation,
              .stopped = status_.state == State::stopped};
}

Building Runner::building() const {
  LogPositions positions;
  {
    const MutexLock lock(mutex_);
    if (published_.snapshot || status_.state == State::stopped || stopping_) return Building::no;
    positions = status_.positions;
  }
  const bool are_few = events_between(positions, log_.tails()) <= options_.moments_events;
  return are_few ? Building::moments : Building::long_since;
}

Waited Runner::wait_for(const LogPositions& at_least, std::chrono::microseconds patience) {
  const MutexLock lock(mutex_);
  const auto is_reached = [&] { return published_.snapshot && reached(published_.seen, at_least); };
  const auto is_stopped = [&] { return stopping_ || status_.state == State::stopped; };
  changed_.wait_for(mutex_, patience, [&]() WJ_REQUIRES(mutex_) {
    if (is_reached() || is_stopped()) return true;
    wanted_ = true;
    wake_.notify_all();
    return false;
  });
  if (is_reached()) return Waited::reached;
  return is_stopped() ? Waited::stopped : Waited::late;
}

std::optional<Waits::Id> Runner::when(const LogPositions& at_least, Waits::Call call) {
  Waited now = Waited::reached;
  {
    const MutexLock lock(mutex_);
    const bool is_reached = published_.snapshot && reached(published_.seen, at_least);
    const bool is_stopped = stopping_ || status_.state == State::stopped;
    if (!is_reached && !is_stopped) {
      wake_.notify_all();
      return waits_.add(at_least, std::move(call));
    }
    if (!is_reached) now = Waited::stopped;
  }
  call(now);
  return 0;
}

bool Runner::forget(Waits::Id id) {
  const MutexLock lock(mutex_);
  return waits_.forget(id);
}

Status Runner::status() const {
  const LogPositions tails = log_.tails();
  const Instant now = clock_.now();
  const std::int64_t woken_at_us = woken_at_us_.load();
  const MutexLock lock(mutex_);
  Status out = status_;
  out.tails = tails;
  out.lag_events = events_between(out.positions, tails);
  const std::int64_t since_wake_us = woken_at_us == 0 ? 0 : std::max<std::int64_t>(0, now.us - woken_at_us);
  out.lag_us = out.lag_events == 0 ? 0 : std::max(lag_.us(now), since_wake_us);
  out.waiting = waits_.size();
  return out;
}

}  // namespace wonjang::projection
