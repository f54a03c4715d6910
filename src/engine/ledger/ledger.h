// Ledger: N books in one process behind one face. Slots map to books (book = slot * N / 4096), an id says
// where it lives. Each book has one bounded queue and one writer, of two threads: one decides, the other
// writes large steps beside that; reads go to the books directly, from any thread, and see every answered
// write.
//
// An idempotency entry lives in the book of the payment that it answered for. With one book the writer alone
// decides about keys. With more, a key could meet two payments in two books at once, so a request with a key
// first passes the key gate: one request per key at a time, routed to the book that already knows the key, if
// any does (docs/adr/0005).
//
// When a book's append ends in doubt or finds damage, its writer halts, the book is closed and opened again
// with growing delays; until then writes to it are refused and reads fail with `unavailable`. A damaged book
// stays closed.
//
// Threads: any thread calls any function but start() and stop().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/book_writer.h"
#include "engine/ledger/key_gate.h"
#include "engine/ledger/positions.h"
#include "engine/ledger/request.h"

namespace wonjang {

struct LedgerOptions {
  std::uint32_t books = 1;
  std::uint32_t queue_max = 16384;  // requests waiting per book; beyond it a request is refused at once
  std::uint32_t batch_max = BookWriter::kBatchMax;
  std::int64_t reopen_delay_ms_first = 100;  // doubled up to reopen_delay_ms_max
  std::int64_t reopen_delay_ms_max = 30000;
  std::uint64_t seed = 0;  // of ids; from crypto randomness outside tests
  // Free bytes of the data directory's disk; writes are refused below the reserve. Empty: never asked.
  std::function<std::uint64_t()> free_bytes;
  std::uint64_t reserve_bytes = 0;
  std::function<void()> thread_begins = {};  // called first on both threads of each writer
};

// Opens book `index`. Called at start and after trouble, on the writer's thread.
using BookOpener = std::function<Result<std::unique_ptr<Book>>(std::uint32_t index)>;

struct StoredEvent {
  std::uint32_t book = 0;
  Position position = 0;
  Event event;
};

struct History {
  Payment payment;
  std::vector<StoredEvent> events;
};

enum class BookCondition : std::uint8_t { serving, reopening, damaged, disk_full };
const char* name_of(BookCondition condition) noexcept;

struct BookStatus {
  BookCondition condition = BookCondition::serving;
  std::string why;  // when not serving
  Position tail = 0;
  std::size_t queued = 0;
  WriterStats stats;
  std::uint64_t reopened = 0;
  // When the oldest batch began that may not be durable yet; zero: none is under way. Nothing that becomes
  // durable later was recorded before it. Old: the disk is slow.
  Instant writing_since;
  Instant recorded_until;  // of the newest event. Ahead of the clock: that was set back
};

class Ledger {
 public:
  Ledger(LedgerOptions options, Ports ports, BookOpener opener);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Opens every book and starts the writers. Errors: of the opener; corrupt.
  Result<void> start();
  // Answers what is queued, then stops the writers and closes the books. Later submits are refused.
  void stop();

  std::uint32_t books() const { return options_.books; }
  std::uint32_t book_of_slot(std::uint32_t slot) const { return wonjang::book_of_slot(slot, options_.books); }

  // Hands a request to its book. When it can't be taken (queue full, stopping) its completion is called at
  // once, on the caller's thread, with `failed` / unavailable.
  void submit(Request request);
  // The same for many, cheaper: one lock a book.
  void submit(std::vector<Request> requests);

  // How many more requests would fit the fullest queue: for back-pressure.
  std::size_t room() const;

  // Reads.
  Result<std::optional<Payment>> payment(PaymentId id) const;
  Result<std::optional<History>> history(PaymentId id) const;
  Result<std::optional<PaymentId>> payment_of_order(MerchantId merchant, std::string_view order_id) const;
  Result<std::optional<FoundIdempotency>> find_idempotency(const Hash128& key) const;
  Result<std::vector<StoredUnit>> read(std::uint32_t book, Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const;
  Result<std::vector<AlarmEntry>> alarms(std::uint32_t book, AlarmKind kind, Instant until,
                                         std::uint32_t count_max) const;
  // Runs `look` on an open book (proofs, checks, backups). Errors: unavailable while it is being reopened.
  Result<void> with_book(std::uint32_t book, const std::function<Result<void>(const Book&)>& look) const;
  Positions tails() const;

  // Called after each durable batch, on a writer's thread: wake waiting readers.
  void set_commit_listener(std::function<void(std::uint32_t book, Position tail)> listener);
  void set_registry_listener(BookWriter::RegistryListener listener);

  std::vector<BookStatus> status() const;
  const Ports& ports() const { return ports_; }

 private:
  struct Lane;  // a book with its queue, writer and thread
  struct Routes;

  std::uint32_t book_for(const Request& request) const;
  void route(std::vector<Request> requests);
  void find_keys(const Lane& lane, Routes& routes) const;
  std::vector<std::uint8_t> keys_new_to(const Lane& lane, std::span<const Hash128> keys) const;
  void enqueue(std::uint32_t book, std::vector<Request>& requests);
  void fail_now(Request& request, const std::string& why) const;
  void run(Lane& lane);
  void work_on(Lane& lane, const std::vector<Request*>& batch);
  void process(Lane& lane, std::span<Request* const> slice);
  void settle(Lane& lane);
  void tell_status(Lane& lane);
  void step_is_done(Lane& lane, const BookWriter::StepDone& done);
  Result<void> open_lane(Lane& lane);
  void reopen_when_due(Lane& lane);
  bool below_reserve(Lane& lane);
  template <typename F>
  auto read_from(std::uint32_t book, F&& look) const -> decltype(look(std::declval<const Book&>()));

  LedgerOptions options_;
  Ports ports_;
  BookOpener opener_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<KeyGate> gate_;
  std::function<void(std::uint32_t, Position)> commit_listener_;
  BookWriter::RegistryListener registry_listener_;
};

}  // namespace wonjang
