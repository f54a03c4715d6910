// What goes into the ledger and what comes out: Request and Answer. Requests are parsed and syntactically
// right; the answer comes exactly once, through a Completion, after everything it speaks of is durable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "domain/command.h"
#include "domain/payment.h"
#include "domain/registry.h"
#include "ports/book.h"

namespace wonjang {

// What the writer decided, for the one who turns it into the bytes of an answer.
struct Outcome {
  const Payment& payment;         // after the events; doesn't exist() for registry commands
  std::span<const Event> events;  // complete, as stored; a refusal's is a command.refused
  const Refusal* refusal = nullptr;
  std::string_view operation;  // operation_of(command)
  std::uint32_t book = 0;
  Position position = 0;  // of the first event
};

struct Reply {
  std::uint16_t status = 0;
  std::string body;
};

// Renders answers on the writer's thread, before the write: the bytes are stored with the events.
// Threads: any; must not block.
class Renderer {
 public:
  virtual ~Renderer() = default;
  virtual Reply render(const Outcome& outcome) const = 0;
};

enum class AnswerKind : std::uint8_t {
  done,        // decided now and durable; status and body are the renderer's
  refused,     // a business no; recorded and frozen if it looked at state
  replayed,    // the stored answer of the first time, byte for byte
  open,        // the same request is under way: its outcome isn't known yet; `payment` shows how far it is
  key_reused,  // the key belongs to another request, first used at `first_used_at`
  failed,      // `error` says whether it may have been written
};

struct Answer {
  AnswerKind kind = AnswerKind::done;
  Reply reply;
  std::uint32_t book = 0;
  Position position = 0;       // of the first event written (or of the stored answer); see has_position
  Position next_position = 0;  // behind the last one: wait for this to read your own write
  bool has_position = false;
  PaymentId payment_id;
  Instant first_used_at;
  std::optional<RefusalCode> refusal;
  std::int64_t actual = 0;  // of a refusal of facts: how many events the stream has
  std::optional<Error> error;
  std::shared_ptr<const Payment> payment;  // only where the request asked for it, and for `open`
};

class Completion {
 public:
  virtual ~Completion() = default;
  // Called on a thread of the writer's; must not block and must not submit to a full queue in a loop.
  virtual void complete(std::uint64_t tag, Answer answer) = 0;
  // Called after each run of complete() calls of one batch: a place to wake somebody once. Always comes after
  // complete().
  virtual void flush() {}
};

struct RequestKey {
  Hash128 key{};
  Hash128 fingerprint{};
  std::string text;  // as the caller wrote it, for the events
};

// House events (domain/settlement/events.h) for a stream that must have exactly `expected_version` events so
// far; else the answer is a refusal (version_mismatch, `actual` says how many it has) and nothing is written.
// Who decides what they say is the caller; the writer only sees to it that nobody else was quicker. With a
// key the refusal is frozen under it, beside the stream (an aside), which stays as it was. Failed as
// `invalid`, and nothing is written: another stream, no bodies, more than Book::kEventsPerUnitMax, bodies
// that are no house events, one that is larger than Book::kEventBytesMax as an event. Failed as `conflict`,
// and nothing is written: a chunk of lines whose predecessor (chunk_before) isn't there; callers send chunks
// one after the other without waiting, and one that fails takes all behind it along.
struct RecordFacts {
  RawId stream;  // a house stream other than the registry's
  std::uint32_t expected_version = 0;
  MerchantId merchant;  // whom they are about; zero: the house
  Currency currency;
  Instant occurred_at;  // zero: now
  std::vector<EventBody> bodies;
};

constexpr std::string_view operation_of(const RecordFacts&) { return "record_facts"; }

// Keeps the answer of a request whose work was done elsewhere (a job's) under its key: one command.noted
// about the house, beside every stream (an aside, docs/adr/0012). From then on whoever sends the request
// again gets these bytes. Failed as `invalid`: without a key there is nothing to keep it under.
struct KeepAnswer {
  std::string operation;  // "run_payouts": what the event says was asked for
  Reply reply;
};
inline std::string_view operation_of(const KeepAnswer& keep) { return keep.operation; }

struct Request {
  std::optional<RequestKey> key;  // absent only for the house's own commands (resolver, alarms)
  PaymentId payment;              // zero for CreatePayment, registry commands, facts and kept answers
  std::variant<PaymentCommand, RegistryCommand, RecordFacts, KeepAnswer> command;
  Actor actor;
  std::string reason;
  EventId cause;
  MerchantId only_merchant;  // a payment of another merchant looks as if it weren't there; zero = any
  bool want_payment = false;
  const Renderer* renderer = nullptr;  // outlives the request; null: no body
  Completion* completion = nullptr;    // outlives the request; null: nobody waits
  std::uint64_t tag = 0;
};

}  // namespace wonjang
