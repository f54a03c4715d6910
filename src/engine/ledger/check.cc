#include "engine/ledger/check.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "domain/settlement/streams.h"
#include "engine/ledger/check_answers.h"
#include "engine/ledger/head.h"
#include "engine/ledger/idempotency.h"
#include "engine/ledger/stream_state.h"

namespace wonjang {
namespace {

constexpr std::uint32_t kUnitsPerRead = 512;
constexpr std::size_t kBytesPerRead = 4U << 20U;
constexpr std::uint32_t kAlarmsMax = UINT32_MAX;  // all of them

class Checker {
 public:
  Checker(const Book& book, const Ports& ports, const CheckProgress& progress, const StoredReplies* replies,
          const std::optional<BookPlace>& place)
      : book_(book), ports_(ports), progress_(progress), replies_(replies), place_(place) {}

  Result<CheckReport> run() {
    WJ_TRY(const auto head_bytes, book_.head());
    auto head = decode_head(head_bytes);
    if (!head) return differs(head.error().message);
    tail_ = head->tree.size();
    const auto tail = book_.tail();
    if (tail < tail_) return differs("the head record is ahead of the events");
    // Both are written in one step: only an append in between is an excuse.
    WJ_TRY(const auto head_bytes_now, book_.head());
    if (tail > tail_ && head_bytes_now == head_bytes) return differs("the head record is behind the events");
    WJ_CHECK(read_events());
    if (report_.ok()) compare_head(*head);
    if (report_.ok()) WJ_CHECK(compare_alarms());
    if (report_.ok()) WJ_CHECK(compare_counts());
    return report_;
  }

 private:
  CheckReport differs(std::string difference) {
    note(std::move(difference));
    return report_;
  }
  // The first difference is the one that is told.
  void note(std::string difference) {
    if (report_.difference.empty()) report_.difference = std::move(difference);
  }
  static std::string at(Position position) { return "position " + std::to_string(position) + ": "; }

  // A read that finds damage is a difference; one that couldn't look is an error.
  template <typename T>
  Result<bool> looked(const Result<T>& result, const std::string& where) {
    if (result) return true;
    if (result.error().kind != ErrorKind::corrupt) return result.error();
    note(where + result.error().message);
    return false;
  }

  Result<void> read_events() {
    Position next = 0;
    while (next < tail_ && report_.ok()) {
      const auto units = book_.read(next, kUnitsPerRead, kBytesPerRead);
      WJ_TRY(const bool readable, looked(units, at(next)));
      if (!readable) return {};
      if (units->empty()) {
        note(at(next) + "the events end before the head record says so (" + std::to_string(tail_) + ")");
        return {};
      }
      for (const auto& unit : *units) {
        if (unit.first >= tail_) break;
        if (unit.first != next) {
          note(at(next) + "the next unit starts at " + std::to_string(unit.first));
          return {};
        }
        WJ_CHECK(check_unit(unit));
        if (!report_.ok()) return {};
        next = unit.next();
      }
      if (progress_) progress_(next, tail_);
    }
    return {};
  }

  Result<void> check_unit(const StoredUnit& unit) {
    ++report_.units;
    for (const auto& bytes : unit.events) {
      tree_.add(ports_.digest, leaf_hash(ports_.digest, bytes), complete_);
      ++report_.events;
    }
    WJ_CHECK(check_tree(unit.first));
    WJ_CHECK(check_log(unit));
    if (unit.first_version == 0) WJ_CHECK(check_stream(unit.stream, unit.first));
    if (unit.claim) {
      const auto owner = book_.find_claim(*unit.claim);
      WJ_TRY(const bool readable, looked(owner, at(unit.first)));
      if (readable && *owner != unit.stream)
        note(at(unit.first) + "its order claim isn't found under its key");
      ++claims_;
    }
    return {};
  }

  // What the order of the log promises, and what a unit owes to its events.
  Result<void> check_log(const StoredUnit& unit) {
    Position position = unit.first;
    auto version = unit.first_version;
    for (const auto& bytes : unit.events) {
      const auto event = ports_.codec.decode(bytes);
      WJ_TRY(const bool readable, looked(event, at(position)));
      if (!readable) return {};
      if (event->stream != unit.stream || event->version != version) {
        note(at(position) + "it isn't version " + std::to_string(version) + " of its stream");
      }
      if (event->recorded_at <= recorded_)
        note(at(position) + "it was recorded no later than the event before it");
      if (owes_entry(*event) && !unit.idempotency) {
        note(at(position) + "it answers key " + event->idempotency_key +
             ", and its unit has no idempotency entry");
      }
      if (owed_claim(*event) != (position == unit.first ? unit.claim : std::nullopt)) {
        note(at(position) + "its unit doesn't claim its order id");
      }
      recorded_ = event->recorded_at;
      ++position;
      ++version;
    }
    return {};
  }

  std::optional<Hash128> owed_claim(const Event& event) const {
    if (!std::holds_alternative<PaymentCreated>(event.body)) return std::nullopt;
    return order_claim(ports_.digest, event.merchant, event.order_id);
  }

  Result<void> check_tree(Position position) {
    for (const auto& node : complete_) {
      const auto stored = book_.tree_node(node.level, node.index);
      WJ_TRY(const bool readable, looked(stored, at(position)));
      if (readable && *stored != node.hash) {
        note(at(position) + "tree node " + std::to_string(node.level) + "/" + std::to_string(node.index) +
             " isn't the hash of its events");
      }
      ++report_.tree_nodes;
    }
    complete_.clear();
    return {};
  }

  // The newest unit with a key is the one that the index must name; every unit checks that it isn't newer
  // than that. Gives the answer that is kept, if it is this unit's.
  Result<std::optional<Reply>> check_entry(const StoredUnit& unit) {
    auto found = book_.find_idempotency(unit.idempotency->key);
    WJ_TRY(const bool readable, looked(found, at(unit.first)));
    if (!readable) return std::optional<Reply>();
    if (!*found || (*found)->position < unit.first || (*found)->stream != unit.stream ||
        (*found)->entry.fingerprint != unit.idempotency->fingerprint) {
      note(at(unit.first) + "its idempotency entry isn't found under its key");
      return std::optional<Reply>();
    }
    if ((*found)->position != unit.first) return std::optional<Reply>();
    auto& entry = (*found)->entry;
    if (entry.final != unit.idempotency->final || entry.status != unit.idempotency->status ||
        entry.reply != unit.idempotency->reply || (*found)->event_count != unit.events.size()) {
      note(at(unit.first) + "its idempotency entry is another one under its key");
      return std::optional<Reply>();
    }
    ++report_.idempotency_keys;
    if (!entry.final) return std::optional<Reply>();
    return std::optional<Reply>({entry.status, std::move(entry.reply)});
  }

  // `payment` and `events` are what the answer was rendered from.
  Result<void> check_answer(const StoredUnit& unit, const Payment& payment, std::span<const Event> events,
                            std::span<const Event> before = {}) {
    if (!unit.idempotency) return {};
    WJ_TRY(const auto stored, check_entry(unit));
    if (!stored || replies_ == nullptr) return {};
    const auto refusal = refusal_in(events);
    const Outcome made_of{payment, events,    refusal ? &*refusal : nullptr, operation_in(events),
                          0,       unit.first};
    if (const auto fault = replies_->fault_of(made_of, before, *stored); !fault.empty())
      note(at(unit.first) + "the answer that is kept under its key " + fault);
    return {};
  }

  // Nothing: they can't be read, which is noted.
  Result<std::optional<std::vector<Event>>> events_of(const StoredUnit& unit) {
    std::vector<Event> out;
    for (const auto& bytes : unit.events) {
      auto event = ports_.codec.decode(bytes);
      WJ_TRY(const bool readable, looked(event, at(unit.first + out.size())));
      if (!readable) return std::optional<std::vector<Event>>();
      out.push_back(*std::move(event));
    }
    if (out.empty()) {
      note(at(unit.first) + "a unit without events");
      return std::optional<std::vector<Event>>();
    }
    return std::optional(std::move(out));
  }

  // Folds a stream once, when its first event comes by.
  Result<void> check_stream(RawId stream, Position position) {
    const auto units = book_.load(stream);
    WJ_TRY(const bool readable, looked(units, at(position)));
    if (!readable) return {};
    std::vector<StoredUnit> known;
    for (const auto& unit : *units) {
      if (unit.first < tail_) known.push_back(unit);
    }
    if (known.empty() || known.front().first != position) {
      note(at(position) + "the stream index doesn't lead to this event");
      return {};
    }
    folded_units_ += known.size();
    if (place_ && !place_->holds(stream)) {
      note(at(position) + "its stream belongs to another book than " + std::to_string(place_->index) +
           " of " + std::to_string(place_->books));
    }
    if (stream == kRegistryStream) return check_registry(known);
    if (settlement::house_stream_of(stream)) return check_house(known);
    return is_payment_stream(stream) ? check_payment(stream, known) : check_aside(known);
  }

  // House events alone, without what only a payment's have. That they stand in their stream is check_log's.
  Result<void> check_house(const std::vector<StoredUnit>& units) {
    std::vector<Event> before;
    for (const auto& unit : units) {
      if (unit.first_version != before.size()) {
        note(at(unit.first) + "its stream has no event " + std::to_string(before.size()));
        return {};
      }
      WJ_TRY(auto events, events_of(unit));
      if (!events) return {};
      for (std::size_t i = 0; i < events->size(); ++i) check_house_event((*events)[i], unit.first + i);
      Payment about;  // whom they are about, no more
      about.merchant = events->front().merchant;
      about.currency = events->front().currency;
      WJ_CHECK(check_answer(unit, about, *events, before));
      before.insert(before.end(), std::make_move_iterator(events->begin()),
                    std::make_move_iterator(events->end()));
    }
    return {};
  }

  void check_house_event(const Event& event, Position position) {
    if (!is_house_event(event.body))
      note(at(position) + std::string(type_of(event.body)) + " has no place in a house stream");
    if (!event.order_id.empty() || event.status_after != PaymentStatus::none || event.balance_after != 0)
      note(at(position) + "it speaks of an order, a status or a balance, and is about no payment");
  }

  // One unit of one event, which names what it is about.
  Result<void> check_aside(const std::vector<StoredUnit>& units) {
    const auto& unit = units.front();
    WJ_TRY(const auto events, events_of(unit));
    if (!events) return {};
    const auto& event = events->front();
    const bool alone = units.size() == 1 && events->size() == 1;
    const auto subject = subject_of(event);
    if (!alone || !is_refusal_or_note(event.body) || subject == unit.stream) {
      note(at(unit.first) + "its stream is no payment's, and it isn't an aside");
      return {};
    }
    WJ_TRY(const auto about, payment_at(subject, unit.first));
    return about ? check_answer(unit, *about, *events) : Result<void>();
  }

  // The payment that an aside at this position is about, as it was then. Nothing: what it is about can't be
  // read, which is noted where that stream is folded.
  Result<std::optional<Payment>> payment_at(RawId stream, Position position) {
    if (!is_payment_stream(stream)) return std::optional(Payment());
    auto units = book_.load(stream);
    WJ_TRY(const bool readable, looked(units, at(position)));
    if (!readable) return std::optional<Payment>();
    std::erase_if(*units, [&](const StoredUnit& unit) { return unit.first >= position; });
    auto folded = fold(*units, ports_.codec);
    WJ_TRY(const bool decodable, looked(folded, at(position)));
    if (!decodable) return std::optional<Payment>();
    return std::optional(std::move(folded->payment));
  }

  Result<void> check_payment(RawId stream, const std::vector<StoredUnit>& units) {
    ++report_.payments;
    Payment payment;
    Instant recorded;
    std::vector<Event> outcome;  // what the answers that follow it were made of
    for (const auto& unit : units) {
      WJ_TRY(auto events, events_of(unit));
      if (!events) return {};
      const bool is_settled = is_settled_answer(*events) && !outcome.empty();
      if (is_settled) WJ_CHECK(check_answer(unit, payment, std::span(outcome).last(1)));
      for (std::size_t i = 0; i < events->size(); ++i) {
        check_event(payment, (*events)[i], stream, unit.first + i, recorded);
        if (!report_.ok()) return {};
      }
      if (is_settled) continue;
      WJ_CHECK(check_answer(unit, payment, *events));
      outcome = *std::move(events);
    }
    for (const auto& broken : violations_of(payment)) note("payment " + payment.id.text() + ": " + broken);
    if (const auto alarm = alarm_of(payment)) alarms_.push_back(*alarm);
    return {};
  }

  void check_event(Payment& payment, const Event& event, RawId stream, Position position, Instant& recorded) {
    if (event.stream != stream || event.version != payment.version) {
      note(at(position) + "it isn't version " + std::to_string(payment.version) + " of its stream");
      return;
    }
    if (event.recorded_at <= recorded)
      note(at(position) + "it was recorded no later than the event before it");
    recorded = event.recorded_at;
    evolve(payment, event);
    if (event.status_after != payment.status || event.balance_after != payment.balance) {
      note(at(position) + "it says status " + std::string(code_of(event.status_after)) + " and balance " +
           std::to_string(event.balance_after) + ", derived are " + std::string(code_of(payment.status)) +
           " and " + std::to_string(payment.balance));
    }
  }

  Result<void> check_registry(const std::vector<StoredUnit>& units) {
    RegistryState registry;
    for (const auto& unit : units) {
      WJ_TRY(const auto events, events_of(unit));
      if (!events) return {};
      for (const auto& event : *events) {
        if (event.version != registry.version()) {
          note(at(unit.first) + "the registry's stream has a gap");
          return {};
        }
        registry.evolve(event);
      }
      WJ_CHECK(check_answer(unit, Payment(), *events));
    }
    return {};
  }

  void compare_head(const BookHead& head) {
    report_.root = tree_.root(ports_.digest);
    if (tree_ != head.tree) note("the head record's tree isn't the tree of the events");
    if (head.last_recorded_at != recorded_) note("the head record's time isn't that of the newest event");
    if (report_.ok() && folded_units_ != report_.units) {
      note("streams hold " + std::to_string(folded_units_) + " units, the log " +
           std::to_string(report_.units));
    }
  }

  Result<void> compare_alarms() {
    std::vector<AlarmEntry> stored;
    for (const auto kind : {AlarmKind::in_doubt, AlarmKind::expiry, AlarmKind::person}) {
      const auto some = book_.alarms(static_cast<std::uint8_t>(kind), INT64_MAX, kAlarmsMax);
      WJ_TRY(const bool readable, looked(some, "alarms: "));
      if (!readable) return {};
      stored.insert(stored.end(), some->begin(), some->end());
    }
    std::ranges::sort(stored);
    std::ranges::sort(alarms_);
    if (book_.tail() == tail_ && stored != alarms_) {
      note("alarms: " + std::to_string(stored.size()) + " are stored, " + std::to_string(alarms_.size()) +
           " follow from the payments");
    }
    return {};
  }

  Result<void> compare_counts() {
    const auto counts = book_.count();
    WJ_TRY(const bool readable, looked(counts, "counts: "));
    if (!readable || book_.tail() != tail_) return {};
    report_.counts_compared = true;
    compare("events", counts->events, report_.events);
    compare("units", counts->units, report_.units);
    compare("stream versions", counts->stream_versions, report_.units);
    compare("idempotency keys", counts->idempotency_keys, report_.idempotency_keys);
    compare("claims", counts->claims, claims_);
    compare("alarms", counts->alarms, alarms_.size());
    compare("tree nodes", counts->tree_nodes, report_.tree_nodes);
    return {};
  }

  void compare(const char* what, std::uint64_t stored, std::uint64_t derived) {
    if (stored == derived) return;
    note(std::string(what) + ": " + std::to_string(stored) + " are stored, " + std::to_string(derived) +
         " follow from the events");
  }

  const Book& book_;
  const Ports& ports_;
  const CheckProgress& progress_;
  const StoredReplies* const replies_;
  const std::optional<BookPlace> place_;
  Position tail_ = 0;
  Instant recorded_;  // of the event before, in the order of the log
  CheckReport report_;
  MerkleFrontier tree_;
  std::vector<TreeNode> complete_;
  std::vector<AlarmEntry> alarms_;
  std::uint64_t claims_ = 0;
  std::uint64_t folded_units_ = 0;
};

}  // namespace

Result<CheckReport> check(const Book& book, const Ports& ports, const CheckProgress& progress,
                          const StoredReplies* replies, const std::optional<BookPlace>& place) {
  return Checker(book, ports, progress, replies, place).run();
}

}  // namespace wonjang
