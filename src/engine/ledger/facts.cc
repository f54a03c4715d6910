// The writer's part about facts: house events, and nobody else may have been quicker.
#include <string>
#include <utility>

#include "domain/settlement/streams.h"
#include "engine/ledger/plan.h"

namespace wonjang {
namespace {

std::optional<Error> fault_of(const RecordFacts& facts) {
  const auto kind = settlement::house_stream_of(facts.stream);
  if (!kind || *kind == settlement::HouseStream::registry) {
    return invalid(
        "stream " + to_base32(facts.stream) +
        " takes no facts: it belongs to a payment, to the registry or to nobody; make the stream's id with "
        "domain/settlement/streams.h");
  }
  if (facts.bodies.empty()) return invalid("there is no fact to record");
  if (facts.bodies.size() > Book::kEventsPerUnitMax) {
    return invalid(std::to_string(facts.bodies.size()) + " facts at once are more than " +
                   std::to_string(Book::kEventsPerUnitMax) + "; record them in parts");
  }
  for (const auto& body : facts.bodies) {
    if (!is_house_event(body)) return invalid(std::string(type_of(body)) + " has no place in a house stream");
  }
  return std::nullopt;
}

}  // namespace

Result<void> BookWriter::plan_facts(Request& request, Plan& plan) {
  auto& facts = std::get<RecordFacts>(request.command);
  if (auto fault = fault_of(facts)) return *std::move(fault);
  if (const auto before = settlement::chunk_before(facts.stream)) {
    WJ_TRY(const std::uint32_t chunks, house_version_of(*before));
    if (chunks == 0) {
      return conflict(
          "the chunk of lines before this one isn't there: what was to write it failed; nothing "
          "of this one was written");
    }
  }
  WJ_TRY(const std::uint32_t version, house_version_of(facts.stream));
  if (version != facts.expected_version) {
    refuse_facts(request, facts, version, plan);
    return {};
  }
  return add_facts(request, facts, plan);
}

// With the units of this batch.
Result<std::uint32_t> BookWriter::house_version_of(RawId stream) {
  if (const auto here = house_versions_.find(stream); here != house_versions_.end()) return here->second;
  WJ_CHECK(wait_for_stream(stream));
  WJ_TRY(const auto units, book_->load(stream));
  std::uint32_t version = 0;
  for (const auto& unit : units) {
    if (unit.first_version != version) {
      return corrupt("stream " + to_base32(stream) + " has no event " + std::to_string(version));
    }
    version += static_cast<std::uint32_t>(unit.events.size());
  }
  house_versions_.emplace(stream, version);
  return version;
}

// Never in the stream itself: its version is what callers reckon with.
void BookWriter::refuse_facts(Request& request, const RecordFacts& facts, std::uint32_t version, Plan& plan) {
  const Refusal refusal{RefusalCode::version_mismatch,
                        "the stream has " + std::to_string(version) + " events, not " +
                            std::to_string(facts.expected_version) +
                            ": somebody else was quicker; read it again",
                        "", version};
  plan.answer.actual = version;
  plan.needs_write = true;  // on events of this very batch, perhaps
  Payment about;
  about.merchant = facts.merchant;
  about.currency = facts.currency;
  if (!request.key) {
    answer_refusal(about, request, refusal, plan);
    return;
  }
  ++stats_.refusals;
  plan.answer.kind = AnswerKind::refused;
  plan.answer.refusal = refusal.code;
  add_aside(facts.stream, about, request,
            CommandRefused{std::string(operation(request)), refusal.code, refusal.detail}, &refusal, plan);
}

// All are encoded before the first one gets its place in the tree: one that is too large leaves no trace.
Result<void> BookWriter::add_facts(Request& request, RecordFacts& facts, Plan& plan) {
  Unit unit;
  unit.stream = facts.stream;
  unit.expected_version = facts.expected_version;
  const Instant recorded_before = next_head_.last_recorded_at;
  std::vector<Event> events(facts.bodies.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    Event& event = events[i];
    event.occurred_at = facts.occurred_at.is_zero() ? now_ : facts.occurred_at;
    event.merchant = facts.merchant;
    event.currency = facts.currency;
    event.body = std::move(facts.bodies[i]);
    stamp(event, request, facts.stream, facts.expected_version + static_cast<std::uint32_t>(i));
    std::string& bytes = unit.events.emplace_back();
    ports_.codec.encode(event, bytes);
    if (bytes.size() <= Book::kEventBytesMax) continue;
    next_head_.last_recorded_at = recorded_before;
    return invalid(std::string(type_of(event.body)) + " takes " + std::to_string(bytes.size()) +
                   " bytes as an event, at most " + std::to_string(Book::kEventBytesMax) +
                   " are stored; record it in smaller parts");
  }
  const Position first = next_head_.tree.size();
  for (const auto& bytes : unit.events) take_leaf(bytes);
  house_versions_[facts.stream] += static_cast<std::uint32_t>(events.size());
  plan.answer.kind = AnswerKind::done;
  if (request.renderer != nullptr) {
    Payment about;
    about.merchant = facts.merchant;
    about.currency = facts.currency;
    plan.answer.reply = request.renderer->render({about, events, nullptr, operation(request), index_, first});
  }
  if (request.key) {
    unit.idempotency = entry_of(*request.key, plan.answer.reply, /*final=*/true);
    unit.key_is_new = plan.key_is_new;
  }
  finish_plan(plan, first, std::move(unit));
  return {};
}

}  // namespace wonjang
