#include "engine/ledger/ledger.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "engine/ledger/beside.h"
#include "engine/ledger/book_place.h"
#include "engine/ledger/idempotency.h"

namespace wonjang {
namespace {

constexpr std::int64_t kReserveCheckMs = 200;
constexpr std::size_t kAskedOneByOne = 8;  // keys; asking for more together is quicker

// Those from number `kept` on.
std::vector<Request> cut_off(std::vector<Request>& requests, std::size_t kept) {
  std::vector<Request> out;
  if (kept == requests.size()) return out;
  const auto from = requests.begin() + static_cast<std::ptrdiff_t>(kept);
  out.assign(std::make_move_iterator(from), std::make_move_iterator(requests.end()));
  requests.erase(from, requests.end());
  return out;
}

// Where they are: a request is a kilobyte, so it stays where its sender put it.
std::vector<Request*> places_of(std::vector<std::vector<Request>>& came) {
  std::vector<Request*> out;
  for (auto& some : came) {
    for (auto& request : some) out.push_back(&request);
  }
  return out;
}

}  // namespace

const char* name_of(BookCondition condition) noexcept {
  switch (condition) {
    case BookCondition::serving:
      return "serving";
    case BookCondition::reopening:
      return "reopening";
    case BookCondition::damaged:
      return "damaged";
    case BookCondition::disk_full:
      return "disk_full";
  }
  return "unknown";
}

struct Ledger::Lane {
  Lane(std::uint32_t i, const Ports& ports, Rng rng) : index(i), writer(i, ports, rng) {}

  const std::uint32_t index;

  mutable std::shared_mutex book_mutex;  // shared: use the book; alone: close and open it
  std::unique_ptr<Book> book;
  std::unique_ptr<BesideThread> beside;  // writes large steps
  BookWriter writer;                     // used by the writer's thread; it shares a step with `beside`

  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::vector<Request>> queue;        // guarded by mutex; as they came, none is empty
  bool stopping = false;                          // guarded by mutex
  BookStatus status;                              // guarded by mutex
  std::atomic<std::size_t> pending{0};            // queued and not yet answered
  std::atomic<std::int64_t> writing_since_us{0};  // stored by the writer's thread

  // The writer's thread only.
  Instant reopen_at;
  std::int64_t reopen_delay_ms = 0;
  Instant reserve_checked_at;
  bool disk_low = false;

  std::thread thread;
};

Ledger::Ledger(LedgerOptions options, Ports ports, BookOpener opener)
    : options_(std::move(options)), ports_(ports), opener_(std::move(opener)) {
  WJ_ASSERT(options_.books > 0 && options_.books <= kSlots);
  WJ_ASSERT(options_.batch_max > 0 && options_.batch_max <= BookWriter::kBatchMax);
  Rng seeds(options_.seed);
  for (std::uint32_t i = 0; i < options_.books; ++i)
    lanes_.push_back(std::make_unique<Lane>(i, ports_, Rng(seeds.next())));
  if (options_.books > 1)
    gate_ = std::make_unique<KeyGate>([this](std::vector<Request> requests) { route(std::move(requests)); });
}

Ledger::~Ledger() { stop(); }

Result<void> Ledger::start() {
  lanes_[0]->writer.set_registry_listener(registry_listener_);
  for (auto& lane : lanes_) WJ_CHECK(open_lane(*lane));
  for (auto& lane : lanes_) {
    lane->writer.set_step_listener(
        [this, raw = lane.get()](const BookWriter::StepDone& done) { step_is_done(*raw, done); });
    lane->beside = std::make_unique<BesideThread>(options_.thread_begins);
    lane->writer.write_beside(lane->beside.get());
  }
  for (auto& lane : lanes_) {
    lane->thread = std::thread([this, &lane = *lane] {
      if (options_.thread_begins) options_.thread_begins();
      run(lane);
    });
  }
  return {};
}

void Ledger::stop() {
  for (auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    lane->stopping = true;
    lane->wake.notify_all();
  }
  for (auto& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
    const std::unique_lock lock(lane->book_mutex);
    lane->book.reset();
  }
}

void Ledger::set_commit_listener(std::function<void(std::uint32_t, Position)> listener) {
  commit_listener_ = std::move(listener);
}

void Ledger::set_registry_listener(BookWriter::RegistryListener listener) {
  registry_listener_ = std::move(listener);
}

// ---- the way in ----

void Ledger::submit(Request request) {
  std::vector<Request> one;
  one.push_back(std::move(request));
  submit(std::move(one));
}

void Ledger::submit(std::vector<Request> requests) {
  if (!gate_) {
    enqueue(0, requests);
    return;
  }
  gate_->submit(std::move(requests));
}

// Requests past the gate, and where they go.
struct Ledger::Routes {
  std::vector<Request> requests;
  std::vector<std::uint32_t> books;    // kAnswered: nowhere
  std::vector<std::uint8_t> is_final;  // no other book need be asked
  static constexpr std::uint32_t kAnswered = kSlots;
};

// Where the key is known already, else where the payment lives.
void Ledger::route(std::vector<Request> requests) {
  Routes routes{std::move(requests), {}, {}};
  for (const auto& request : routes.requests) {
    routes.books.push_back(book_for(request));
    routes.is_final.push_back(request.key ? 0 : 1);
  }
  for (const auto& lane : lanes_) find_keys(*lane, routes);

  std::vector<std::vector<Request>> of(lanes_.size());
  for (std::size_t i = 0; i < routes.requests.size(); ++i) {
    if (routes.books[i] != Routes::kAnswered) of[routes.books[i]].push_back(std::move(routes.requests[i]));
  }
  for (std::uint32_t book = 0; book < of.size(); ++book) {
    if (!of[book].empty()) enqueue(book, of[book]);
  }
}

// Those whose key this book knows go there; where it can't say, they are answered.
void Ledger::find_keys(const Lane& lane, Routes& routes) const {
  std::vector<std::size_t> asked;  // their places
  std::vector<Hash128> keys;
  for (std::size_t i = 0; i < routes.requests.size(); ++i) {
    if (routes.is_final[i] != 0 || routes.books[i] == lane.index) continue;
    asked.push_back(i);
    keys.push_back(routes.requests[i].key->key);
  }
  const auto is_new = keys_new_to(lane, keys);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    if (is_new[k] != 0) continue;
    const auto found = read_from(lane.index, [&](const Book& b) { return b.find_idempotency(keys[k]); });
    if (found && !*found) continue;
    routes.is_final[asked[k]] = 1;
    routes.books[asked[k]] = found ? lane.index : Routes::kAnswered;
    if (!found) fail_now(routes.requests[asked[k]], found.error().message);
  }
}

// 1: this book has nothing under the key; 0 says nothing. Of many in one question, when it can be asked.
std::vector<std::uint8_t> Ledger::keys_new_to(const Lane& lane, std::span<const Hash128> keys) const {
  LookedAhead ahead;
  if (keys.size() > kAskedOneByOne) {
    const auto looked = read_from(lane.index, [&](const Book& b) -> Result<void> {
      b.look_ahead(keys, {}, ahead);
      return {};
    });
    if (looked) return std::move(ahead.key_is_new);
  }
  return std::vector<std::uint8_t>(keys.size(), 0);
}

std::uint32_t Ledger::book_for(const Request& request) const {
  if (const auto* facts = std::get_if<RecordFacts>(&request.command)) {
    return book_of_slot(facts->stream.slot());
  }
  const auto* command = std::get_if<PaymentCommand>(&request.command);
  if (command == nullptr) return 0;  // the registry's, and answers kept for the house
  if (const auto* create = std::get_if<CreatePayment>(command)) {
    return book_of_slot(slot_of(create->merchant, create->order_id));
  }
  return book_of_slot(request.payment.slot());
}

void Ledger::enqueue(std::uint32_t book, std::vector<Request>& requests) {
  Lane& lane = *lanes_[book];
  std::size_t taken = 0;
  std::vector<Request> refused;
  const char* why = nullptr;
  bool begins = false;
  {
    const std::lock_guard lock(lane.mutex);
    if (lane.stopping) {
      refused = std::move(requests);
      why = "the ledger is stopping; nothing was written, send the same request again";
    } else {
      const auto pending = lane.pending.load(std::memory_order_relaxed);
      taken = std::min<std::size_t>(requests.size(),
                                    options_.queue_max - std::min<std::size_t>(options_.queue_max, pending));
      begins = lane.queue.empty();
      refused = cut_off(requests, taken);
      if (taken > 0) lane.queue.push_back(std::move(requests));
      lane.pending.fetch_add(taken, std::memory_order_relaxed);
      if (!refused.empty())
        why = "the queue of this book is full; nothing was written, try again in a moment";
    }
  }
  // Behind the lock: else the writer wakes up to wait for it.
  if (begins && taken > 0) lane.wake.notify_one();
  for (auto& request : refused) fail_now(request, why);
}

void Ledger::fail_now(Request& request, const std::string& why) const {
  if (request.completion == nullptr) return;
  Answer answer;
  answer.kind = AnswerKind::failed;
  answer.error = unavailable(why);
  request.completion->complete(request.tag, std::move(answer));
  request.completion->flush();
}

std::size_t Ledger::room() const {
  std::size_t room = options_.queue_max;
  for (const auto& lane : lanes_) {
    const auto pending = lane->pending.load(std::memory_order_relaxed);
    room = std::min(room, options_.queue_max - std::min<std::size_t>(options_.queue_max, pending));
  }
  return room;
}

// ---- the writer's thread ----

void Ledger::run(Lane& lane) {
  for (;;) {
    std::vector<std::vector<Request>> came;
    {
      std::unique_lock lock(lane.mutex);
      if (lane.queue.empty() && !lane.writer.is_settled()) {
        lock.unlock();
        settle(lane);  // nothing to decide meanwhile; and how it ended says how to wait
        lock.lock();
      }
      const auto ready = [&] { return !lane.queue.empty() || lane.stopping; };
      if (lane.writer.is_open() && !lane.disk_low) {
        lane.wake.wait(lock, ready);
      } else {
        lane.wake.wait_for(lock, std::chrono::milliseconds(20), ready);
      }
      if (lane.queue.empty() && lane.stopping) return;
      came.swap(lane.queue);
    }
    reopen_when_due(lane);
    if (!came.empty()) {
      work_on(lane, places_of(came));
    } else if (lane.disk_low && lane.writer.is_open() && !below_reserve(lane)) {
      // Without waiting for a request: while this says `disk_full`, whoever looks before he sends sends none.
      const std::lock_guard lock(lane.mutex);
      lane.status.condition = BookCondition::serving;
      lane.status.why.clear();
    }
  }
}

void Ledger::work_on(Lane& lane, const std::vector<Request*>& batch) {
  for (std::size_t from = 0; from < batch.size(); from += options_.batch_max) {
    const auto count = std::min<std::size_t>(options_.batch_max, batch.size() - from);
    const std::span<Request* const> slice(batch.data() + from, count);
    if (below_reserve(lane)) {
      settle(lane);  // refusals are told behind what is under way, and its end is looked at
      // Said before the refusal: whoever hears it looks at the condition to name the reason.
      {
        const std::lock_guard lock(lane.mutex);
        lane.status.condition = BookCondition::disk_full;
      }
      lane.writer.refuse(
          slice, unavailable("the disk is nearly full: writes are refused until there is room again; nothing "
                             "was written, free some space or grow the disk"));
    } else {
      process(lane, slice);
    }
    tell_status(lane);
  }
}

// Says first since when, so that whoever finds nothing under way at a time knows that what comes is recorded
// after it: hence in an order that all threads see. The step under way beside is older, and is over when this
// one is done or handed over.
void Ledger::process(Lane& lane, std::span<Request* const> slice) {
  const auto begun_us = ports_.clock.now().us;
  if (lane.writer.is_settled()) lane.writing_since_us.store(begun_us);
  lane.writer.process(slice);
  lane.writing_since_us.store(lane.writer.is_settled() ? 0 : begun_us);
}

void Ledger::settle(Lane& lane) {
  lane.writer.settle();
  lane.writing_since_us.store(0);
  tell_status(lane);
}

void Ledger::tell_status(Lane& lane) {
  const std::lock_guard lock(lane.mutex);
  lane.status.stats = lane.writer.stats();
  if (const auto* halted = lane.writer.halted_by(); halted != nullptr) {
    if (lane.status.condition == BookCondition::damaged) return;  // it stays so, for a person
    lane.status.condition =
        halted->kind == ErrorKind::corrupt ? BookCondition::damaged : BookCondition::reopening;
    lane.status.why = halted->message;
  } else {
    lane.status.condition = lane.disk_low ? BookCondition::disk_full : BookCondition::serving;
    lane.status.why = lane.disk_low ? "free space is below the reserve" : "";
  }
}

// On the thread that wrote it.
void Ledger::step_is_done(Lane& lane, const BookWriter::StepDone& done) {
  lane.pending.fetch_sub(done.requests, std::memory_order_relaxed);
  if (!done.wrote) return;
  {
    const std::lock_guard lock(lane.mutex);
    lane.status.tail = done.tail;
    lane.status.recorded_until = done.recorded_until;
  }
  if (commit_listener_) commit_listener_(lane.index, done.tail);
}

// Readers hear `unavailable` meanwhile; nobody waits for a log to be replayed.
Result<void> Ledger::open_lane(Lane& lane) {
  {
    const std::unique_lock lock(lane.book_mutex);
    lane.book.reset();  // before the opener: two may not hold it at once
  }
  WJ_TRY(auto book, opener_(lane.index));
  WJ_CHECK(check_place(*book, {lane.index, options_.books}));
  WJ_CHECK(lane.writer.open(*book));
  const auto tail = book->tail();
  {
    const std::unique_lock lock(lane.book_mutex);
    lane.book = std::move(book);
  }
  const std::lock_guard lock(lane.mutex);
  lane.status.condition = BookCondition::serving;
  lane.status.why.clear();
  lane.status.tail = tail;
  lane.status.recorded_until = lane.writer.head().last_recorded_at;
  return {};
}

void Ledger::reopen_when_due(Lane& lane) {
  if (lane.writer.is_open()) return;
  const auto now = ports_.clock.now();
  if (lane.reopen_delay_ms == 0) {
    lane.reopen_delay_ms = options_.reopen_delay_ms_first;
    lane.reopen_at = now.plus_ms(lane.reopen_delay_ms);
  }
  {
    const std::lock_guard lock(lane.mutex);
    if (lane.status.condition == BookCondition::damaged) return;  // for a person
  }
  const bool clock_went_back = lane.reopen_at.us - now.us > lane.reopen_delay_ms * 1'000;
  if (now < lane.reopen_at && !clock_went_back) return;
  const auto opened = open_lane(lane);
  const std::lock_guard lock(lane.mutex);
  if (opened) {
    lane.reopen_delay_ms = 0;
    ++lane.status.reopened;
    return;
  }
  lane.reopen_delay_ms = std::min(lane.reopen_delay_ms * 2, options_.reopen_delay_ms_max);
  lane.reopen_at = now.plus_ms(lane.reopen_delay_ms);
  lane.status.condition =
      opened.error().kind == ErrorKind::corrupt ? BookCondition::damaged : BookCondition::reopening;
  lane.status.why = opened.error().message;
}

bool Ledger::below_reserve(Lane& lane) {
  if (!options_.free_bytes) return false;
  const auto now = ports_.clock.now();
  const auto elapsed_ms = (now.us - lane.reserve_checked_at.us) / 1000;
  if (elapsed_ms >= 0 && elapsed_ms < kReserveCheckMs) return lane.disk_low;
  lane.reserve_checked_at = now;
  lane.disk_low = options_.free_bytes() < options_.reserve_bytes;
  return lane.disk_low;
}

// ---- reads ----

namespace {

// A failure of the book itself says which one; what was asked wrongly is no matter of the book.
Error of_book(std::uint32_t book, Error error) {
  const bool is_its_own = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::in_doubt ||
                          error.kind == ErrorKind::corrupt;
  if (is_its_own) error.message.insert(0, "book " + std::to_string(book) + ": ");
  return error;
}

}  // namespace

template <typename F>
auto Ledger::read_from(std::uint32_t book, F&& look) const -> decltype(look(std::declval<const Book&>())) {
  if (book >= lanes_.size()) return invalid("there is no book " + std::to_string(book));
  const Lane& lane = *lanes_[book];
  const std::shared_lock lock(lane.book_mutex);
  if (!lane.book) return unavailable("book " + std::to_string(book) + " is closed; try again in a moment");
  auto out = look(*lane.book);
  // Of several: whose disk it is has to be known to whoever looks after it.
  if (!out && lanes_.size() > 1) return of_book(book, std::move(out).error());
  return out;
}

Result<std::optional<Payment>> Ledger::payment(PaymentId id) const {
  WJ_TRY(auto state, read_from(book_of_slot(id.slot()),
                               [&](const Book& b) { return load_stream(b, id.raw(), ports_.codec); }));
  if (!state.payment.exists()) return std::optional<Payment>();
  return std::optional<Payment>(std::move(state.payment));
}

Result<std::optional<History>> Ledger::history(PaymentId id) const {
  const auto book = book_of_slot(id.slot());
  WJ_TRY(const auto units, read_from(book, [&](const Book& b) { return b.load(id.raw()); }));
  History history;
  for (const auto& unit : units) {
    Position position = unit.first;
    for (const auto& bytes : unit.events) {
      WJ_TRY(auto event, ports_.codec.decode(bytes));
      evolve(history.payment, event);
      history.events.push_back({book, position++, std::move(event)});
    }
  }
  if (!history.payment.exists()) return std::optional<History>();
  return std::optional<History>(std::move(history));
}

Result<std::optional<PaymentId>> Ledger::payment_of_order(MerchantId merchant,
                                                          std::string_view order_id) const {
  const auto claim = order_claim(ports_.digest, merchant, order_id);
  WJ_TRY(const auto stream, read_from(book_of_slot(slot_of(merchant, order_id)),
                                      [&](const Book& b) { return b.find_claim(claim); }));
  if (!stream) return std::optional<PaymentId>();
  return std::optional<PaymentId>(PaymentId(*stream));
}

Result<std::optional<FoundIdempotency>> Ledger::find_idempotency(const Hash128& key) const {
  for (std::uint32_t book = 0; book < books(); ++book) {
    WJ_TRY(auto found, read_from(book, [&](const Book& b) { return b.find_idempotency(key); }));
    if (found) return found;
  }
  return std::optional<FoundIdempotency>();
}

Result<std::vector<StoredUnit>> Ledger::read(std::uint32_t book, Position from, std::uint32_t units_max,
                                             std::size_t bytes_max) const {
  return read_from(book, [&](const Book& b) { return b.read(from, units_max, bytes_max); });
}

Result<std::vector<AlarmEntry>> Ledger::alarms(std::uint32_t book, AlarmKind kind, Instant until,
                                               std::uint32_t count_max) const {
  return read_from(
      book, [&](const Book& b) { return b.alarms(static_cast<std::uint8_t>(kind), until.us, count_max); });
}

Result<void> Ledger::with_book(std::uint32_t book,
                               const std::function<Result<void>(const Book&)>& look) const {
  return read_from(book, look);
}

Positions Ledger::tails() const {
  Positions out;
  for (const auto& lane : lanes_) {
    // The book itself knows first: its tail covers every answer that was given.
    const auto tail = read_from(lane->index, [](const Book& b) -> Result<Position> { return b.tail(); });
    const std::lock_guard lock(lane->mutex);
    out.of.push_back(tail ? *tail : lane->status.tail);
  }
  return out;
}

std::vector<BookStatus> Ledger::status() const {
  std::vector<BookStatus> out;
  for (const auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    out.push_back(lane->status);
    out.back().queued = lane->pending.load(std::memory_order_relaxed);
    out.back().writing_since = {lane->writing_since_us.load()};
  }
  return out;
}

}  // namespace wonjang
