// World: the books of a simulated ledger on disks that fail, their writers, the key gate and the reference
// model beside them. One thread runs all of it: a batch is written when somebody says so, in the order that
// the simulation chose.
//
// Every answer is judged: the model is told each request in the order in which the writer decided it, and
// must come to the same verdict. What the world finds wrong ends the run with a SimFailure.
//
// Threads: one owner.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/memory/manual_clock.h"
#include "adapters/memory/memory_book.h"
#include "adapters/memory/plain_digest.h"
#include "adapters/protobuf/event_codec.h"
#include "engine/ledger/book_writer.h"
#include "engine/ledger/key_gate.h"
#include "testing/ledger_rig.h"
#include "testing/reference_book.h"
#include "testing/sim/bugs.h"
#include "testing/sim/names.h"
#include "testing/sim/parameters.h"
#include "testing/writer_rig.h"

namespace wonjang::testing {

struct SimFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Renders as the tests do, and keeps what it saw.
class CapturingRenderer final : public Renderer {
 public:
  Reply render(const Outcome& outcome) const override;
  mutable Reply reply;
  mutable std::optional<Payment> payment;
};

// A request on its way through the ledger.
struct Flight {
  Request request;
  std::string tenant;
  std::string content;
  bool is_secret = false;        // of a bug: the model isn't told
  std::size_t op = SIZE_MAX;     // of a client ...
  std::size_t job = SIZE_MAX;    // ... of the gateway
  std::size_t round = SIZE_MAX;  // ... or of the resolver
  CapturingRenderer renderer;
};

struct Answered {
  std::shared_ptr<Flight> flight;
  Answer answer;
};

class World final : public Completion {
 public:
  World(const SimParameters& parameters, std::uint64_t seed, SimBug bug);
  ~World() override;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Into the gate or the queue of its book. The answer comes out of take_answers(), now or later.
  void submit(std::shared_ptr<Flight> flight);
  std::vector<Answered> take_answers();

  std::uint32_t books() const { return static_cast<std::uint32_t>(lanes_.size()); }
  std::size_t queued(std::uint32_t book) const { return lanes_[book].queue.size(); }
  bool is_halted(std::uint32_t book) const { return !lanes_[book].writer->is_open(); }
  // Lets the writer take up to `count` of what is queued.
  void write(std::uint32_t book, std::size_t count);
  void fail_next_write(std::uint32_t book, MemoryDisk::Fault fault);
  // After a write in doubt, as the ledger does it.
  void reopen(std::uint32_t book);
  // The process dies; what was queued is gone and nobody hears of it. Then a new one opens the books.
  void crash();

  Book& book(std::uint32_t index) { return *lanes_[index].book; }
  std::uint32_t book_of(PaymentId id) const { return wonjang::book_of(id.raw(), books()); }
  StreamState state_of(PaymentId id);
  const Hash256 root_of(std::uint32_t book) const { return lanes_[book].writer->head().tree.root(digest); }
  // Fails when check() finds a difference in any book.
  void check_all();
  RequestKey key(MerchantId tenant, const std::string& text, const std::string& content) const;

  void complete(std::uint64_t tag, Answer answer) override;

  ManualClock clock;
  PlainDigest digest;
  ProtobufEventCodec codec;
  Ports ports{clock, digest, codec};
  ReferenceBook model;
  Names names;

 private:
  struct Lane {
    std::shared_ptr<MemoryDisk> disk;
    std::unique_ptr<Book> book;
    std::unique_ptr<BesideLater> beside = std::make_unique<BesideLater>();
    std::unique_ptr<BookWriter> writer;
    std::deque<Request> queue;
    std::deque<MemoryDisk::Fault> faults;
  };

  void open(std::uint32_t index);
  std::size_t process(Lane& lane, std::span<Request> batch);
  void route(Request request);
  void fail(Request& request, const char* why);
  bool judge_step(Lane& lane, std::span<const std::uint64_t> tags, bool is_excused);
  bool is_durable(Lane& lane, const Answer& failed);
  void judge(const Flight& flight, const Answer& answer);
  void compare(const Flight& flight, const RefRequest& told, RefVerdict verdict, const Answer& answer) const;

  const SimParameters parameters_;
  const SimBug bug_;
  Rng rng_;
  std::vector<Lane> lanes_;
  std::unique_ptr<KeyGate> gate_;
  std::map<std::uint64_t, std::shared_ptr<Flight>> flights_;
  std::uint64_t last_tag_ = 0;
  std::vector<std::pair<std::uint64_t, Answer>> answers_;
  bool is_dying_ = false;
};

std::string text_of(const Answer& answer);

}  // namespace wonjang::testing
