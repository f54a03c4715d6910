// BookWriter: the one writer of one book. Takes requests in batches, decides each (later ones of a batch see
// earlier ones), writes all in one durable step, and only then answers. Nothing is decided anywhere else, so
// no two requests can both win.
//
// Deterministic: time, randomness and the book come from outside; the simulator runs it without threads.
//
// When the book answers in_doubt or corrupt the writer halts: every later request fails until open() has read
// the book again.
//
// With write_beside() a large step is written and answered beside the decisions of the next one, so that
// neither the processor waits for the disk nor the disk for the processor. The next step is decided as if it
// were written:
//   - what it asks the book for is asked after the write where the step under way is about it (the same key,
//     order or stream), so no decision looks at half of one;
//   - nothing of it is written, and no answer of it given, before the step under way is durable;
//   - if that one fails, nothing of the next one is written: what needed that is answered `unavailable`.
// Steps that change the registry are written by process() itself.
//
// Threads: one owner (ledger.h gives it a thread).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/batch_map.h"
#include "domain/decide.h"
#include "domain/registry.h"
#include "engine/ledger/beside.h"
#include "engine/ledger/hash_key.h"
#include "engine/ledger/head.h"
#include "engine/ledger/request.h"
#include "engine/ledger/stream_state.h"
#include "ports/clock.h"
#include "ports/digest.h"

namespace wonjang {

// What every part of the engine uses of the world.
struct Ports {
  const Clock& clock;
  const Digest& digest;
  const EventCodec& codec;
};

struct WriterStats {
  std::uint64_t batches = 0;
  std::uint64_t requests = 0;
  std::uint64_t events = 0;
  std::uint64_t replays = 0;
  std::uint64_t keys_reused = 0;
  std::uint64_t refusals = 0;
  std::uint64_t failed = 0;
};

class BookWriter {
 public:
  static constexpr std::uint32_t kBatchMax = 1024;
  // Units from which on a step is worth being written beside the next one: two threads hand it over.
  static constexpr std::size_t kBesideUnits = 128;
  // Bytes of events and kept answers in one durable step: what takes it to this or past it is the last of its
  // step, and the rest of a batch goes into the next one. So a step is at most this and one unit.
  static constexpr std::size_t kStepBytesMax = std::size_t{8} << 20U;
  // Refused and noted commands in the stream of one payment; further ones become asides, so that nobody can
  // make a payment's history so long that folding it holds up the book. Their answers are frozen all the same
  // (docs/adr/0012).
  static constexpr std::uint32_t kRefusalsKept = 200;
  static constexpr std::uint32_t kRegistryRefusalsKept = 10'000;

  BookWriter(std::uint32_t index, Ports ports, Rng rng);
  ~BookWriter();
  BookWriter(const BookWriter&) = delete;
  BookWriter& operator=(const BookWriter&) = delete;

  // (Re)starts on a freshly opened book, which outlives the writer or the next open(). Compares the head
  // record with the book's tail. Errors: corrupt, and those of the book.
  Result<void> open(Book& book);
  // Steps of `units_min` and more units are written by `beside`, which outlives the writer; null: none are.
  // REQUIRES: settled
  void write_beside(Beside* beside, std::size_t units_min = kBesideUnits);
  // Waits for the step that is written beside, if any; from here on head(), is_open() and stats() know of it.
  void settle() { (void)join(); }
  bool is_settled() const;

  // Called after the answers of each step, on the thread that wrote it.
  struct StepDone {
    std::size_t requests = 0;
    bool wrote = false;  // else it had nothing to write, or failed
    Position tail = 0;   // of what is durable, if it wrote
    Instant recorded_until;
  };
  using StepListener = std::function<void(const StepDone&)>;
  void set_step_listener(StepListener listener) { step_listener_ = std::move(listener); }

  // A book that was opened and not yet halted by an append in doubt.
  bool is_open() const { return book_ != nullptr && !halted_; }
  const Error* halted_by() const { return halted_ ? &*halted_ : nullptr; }

  // Decides, writes and answers all of `batch`, in order: in one durable step, or in several when it is long
  // in bytes. The last of them may be answered later (write_beside); the requests are no longer needed then.
  // REQUIRES: 0 < batch.size() <= kBatchMax
  void process(std::span<Request* const> batch);
  void process(std::span<Request> batch);

  // Answers `unavailable` to all of `batch` without looking at it.
  void refuse(std::span<Request* const> batch, const Error& why);

  const BookHead& head() const { return head_; }

  // Merchants and API keys live in book 0. Called on the writer's thread after a batch with registry events
  // is durable, with a snapshot of then.
  using RegistryListener = std::function<void(std::shared_ptr<const RegistryState>)>;
  void set_registry_listener(RegistryListener listener) { registry_listener_ = std::move(listener); }
  const RegistryState& registry() const { return registry_; }

  const WriterStats& stats() const { return stats_; }

 private:
  struct Plan;    // one request on its way through a batch
  struct Handed;  // a step on its way into the book, beside the next one
  using KeyMap = BatchMap<Hash128, std::size_t, HashKeyHasher>;
  using ClaimMap = BatchMap<Hash128, RawId, HashKeyHasher>;

  std::size_t process_step(std::span<Request* const> batch);
  void look_ahead(std::span<Request* const> batch);
  void plan(Request& request, Plan& plan);
  Result<void> plan_or_fail(Request& request, Plan& plan);
  Result<bool> answer_from_entry(Request& request, Plan& plan);
  Result<void> plan_create(Request& request, Plan& plan);
  Result<void> plan_change(Request& request, Plan& plan);
  Result<void> plan_registry(Request& request, Plan& plan);
  Result<void> plan_facts(Request& request, Plan& plan);
  Result<void> plan_answer(Request& request, Plan& plan);
  Result<std::uint32_t> house_version_of(RawId stream);
  void refuse_facts(Request& request, const RecordFacts& facts, std::uint32_t version, Plan& plan);
  Result<void> add_facts(Request& request, RecordFacts& facts, Plan& plan);
  Result<void> load_registry();
  void tell_registry();
  Result<void> decide_on(StreamState& state, Request& request, Plan& plan);
  Result<StreamState*> state_of(RawId stream);
  Result<StreamState> folded_here(RawId stream) const;
  void accept(StreamState& state, Request& request, std::vector<Decided> decided, Plan& plan);
  void refuse_on(StreamState& state, Request& request, const Refusal& refusal, Plan& plan);
  void answer_refusal(const Payment& payment, Request& request, const Refusal& refusal, Plan& plan);
  Instant first_use_of(const FoundIdempotency& found) const;
  void record_key_reuse(Request& request, const FoundIdempotency& found, Plan& plan);
  void add_unit(StreamState& state, Request& request, std::vector<Event> events, const Refusal* refusal,
                Plan& plan, bool with_entry);
  void add_registry_unit(Request& request, std::vector<RegistryDecided> decided, const Refusal* refusal,
                         Plan& plan, bool with_entry);
  void keep(StreamState& state, Request& request, EventBody body, const Refusal* refusal, Plan& plan);
  void keep_in_registry(Request& request, EventBody body, const Refusal* refusal, Plan& plan);
  void add_aside(RawId about, const Payment& payment, Request& request, EventBody body,
                 const Refusal* refusal, Plan& plan, bool with_entry = true);
  void answer_open_entries(StreamState& state, Request& request, std::span<const Event> events, Plan& plan);
  void stamp(Event& event, const Request& request, RawId stream, std::uint32_t version);
  std::string encoded(const Event& event);
  void take_leaf(std::string_view bytes);
  void finish_plan(Plan& plan, Position first, Unit unit);
  void add_to_step(Unit unit, Position first);
  void close_open_entry(StreamState& state, Unit& unit, const Reply& reply);
  void end_step();
  Result<void> write();
  void roll_back_registry();
  void hand_over();
  void write_handed();
  Result<void> join();
  Result<void> wait_for_key(const Hash128& key);
  Result<void> wait_for_claim(const Hash128& claim);
  Result<void> wait_for_stream(RawId stream);
  static std::uint64_t answer_all(std::span<Plan> plans, const Result<void>& written, std::uint32_t book);
  void tell_step(std::size_t requests, const BookHead* written) const;
  Instant next_recorded_at();

  const std::uint32_t index_;
  Ports ports_;
  IdMaker ids_;
  Book* book_ = nullptr;
  BookHead head_;
  std::optional<Error> halted_;
  WriterStats stats_;
  RegistryState registry_;
  RegistryListener registry_listener_;
  bool registry_changed_ = false;
  StepListener step_listener_;
  Beside* beside_ = nullptr;
  std::size_t beside_units_min_ = kBesideUnits;
  std::unique_ptr<Handed> handed_;
  std::uint32_t registry_refusals_ = 0;  // recorded ones, notes among them

  // Of the step that is being decided.
  Instant now_;
  std::optional<Error> doomed_;  // what it builds on failed
  std::size_t step_bytes_ = 0;
  BookHead next_head_;
  std::vector<Unit> units_;
  std::vector<Position> unit_positions_;
  std::vector<TreeNode> tree_nodes_;
  std::vector<Plan> plans_;
  std::vector<Hash128> asked_keys_;
  std::vector<Hash128> asked_claims_;
  LookedAhead looked_ahead_;
  std::string encoding_;  // of one event, kept for its memory
  // Of streams that were asked for. One that this batch begins isn't kept: nobody can name it yet, and
  // whoever meets it all the same, by its order or its key, has its units folded (folded_here).
  std::unordered_map<RawId, std::unique_ptr<StreamState>> states_;
  std::unordered_map<RawId, std::uint32_t> house_versions_;
  KeyMap keys_{kBatchMax};      // idempotency key -> newest unit of it here
  ClaimMap claims_{kBatchMax};  // claim -> stream, of this batch
};

}  // namespace wonjang
