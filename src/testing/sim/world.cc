#include "testing/sim/world.h"

#include <algorithm>
#include <utility>

#include "engine/ledger/check.h"
#include "engine/ledger/idempotency.h"

namespace wonjang::testing {
namespace {

AnswerKind kind_of(RefVerdict verdict) {
  switch (verdict) {
    case RefVerdict::accepted:
    case RefVerdict::already:
      return AnswerKind::done;
    case RefVerdict::refused:
    case RefVerdict::turned_away:
      return AnswerKind::refused;
    case RefVerdict::replayed:
      return AnswerKind::replayed;
    case RefVerdict::open:
      return AnswerKind::open;
    case RefVerdict::reused:
      break;
  }
  return AnswerKind::key_reused;
}

constexpr const char* kKinds[] = {"done", "refused", "replayed", "open", "key reused", "failed"};

std::string text_of(const Reply& reply) { return std::to_string(reply.status) + " '" + reply.body + "'"; }

}  // namespace

std::string text_of(const Answer& answer) {
  std::string out = kKinds[static_cast<std::size_t>(answer.kind)];
  if (answer.refusal) out += " " + std::string(code_of(*answer.refusal));
  if (answer.error) out += ": " + answer.error->message;
  if (answer.has_position) out += " @" + std::to_string(answer.position);
  return out;
}

Reply CapturingRenderer::render(const Outcome& outcome) const {
  reply = line_renderer().render(outcome);
  payment = outcome.payment;
  return reply;
}

World::World(const SimParameters& parameters, std::uint64_t seed, SimBug bug)
    : parameters_(parameters), bug_(bug), rng_(seed), lanes_(parameters.books) {
  for (auto& lane : lanes_) lane.disk = std::make_shared<MemoryDisk>();
  if (lanes_.size() > 1)
    gate_ = std::make_unique<KeyGate>([this](std::vector<Request> requests) {
      for (auto& request : requests) route(std::move(request));
    });
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) open(i);
}

World::~World() {
  is_dying_ = true;  // requests that still wait hold tickets of the gate: let them go
  for (auto& lane : lanes_) {
    while (!lane.queue.empty()) {
      Request request = std::move(lane.queue.front());
      lane.queue.pop_front();
      fail(request, "the end");
    }
  }
}

void World::open(std::uint32_t index) {
  Lane& lane = lanes_[index];
  lane.writer.reset();
  lane.book.reset();
  auto book = MemoryBook::open(lane.disk);
  if (!book) throw SimFailure("book " + std::to_string(index) + " can't be opened: " + book.error().message);
  lane.book = with_bug(*std::move(book), bug_, rng_.next());
  lane.writer = std::make_unique<BookWriter>(index, ports, Rng(rng_.next()));
  lane.writer->write_beside(lane.beside.get(), /*units_min=*/1);
  if (auto opened = lane.writer->open(*lane.book); !opened)
    throw SimFailure("a reopened book: " + opened.error().message);
}

void World::reopen(std::uint32_t book) { open(book); }

void World::crash() {
  is_dying_ = true;
  for (auto& lane : lanes_) {
    while (!lane.queue.empty()) {
      Request request = std::move(lane.queue.front());
      lane.queue.pop_front();
      fail(request, "the process died");
    }
    lane.writer.reset();
    lane.book.reset();
  }
  flights_.clear();
  answers_.clear();
  is_dying_ = false;
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) open(i);
}

RequestKey World::key(MerchantId tenant, const std::string& text, const std::string& content) const {
  CanonicalRequest canonical("sim");
  canonical.text(content);
  return {idempotency_key(digest, tenant, KeyKind::request, text), canonical.fingerprint(digest), text};
}

// ---- the way in, as in ledger.cc ----

void World::submit(std::shared_ptr<Flight> flight) {
  const auto tag = ++last_tag_;
  flight->request.renderer = &flight->renderer;
  flight->request.want_payment = true;
  flight->request.tag = tag;
  flight->request.completion = this;
  Request request = flight->request;
  flights_[tag] = std::move(flight);
  if (gate_) {
    std::vector<Request> one;
    one.push_back(std::move(request));
    gate_->submit(std::move(one));
  } else {
    route(std::move(request));
  }
}

void World::route(Request request) {
  if (is_dying_) return fail(request, "the process died");
  const auto& command = std::get<PaymentCommand>(request.command);
  const auto* create = std::get_if<CreatePayment>(&command);
  const auto slot = create != nullptr ? slot_of(create->merchant, create->order_id) : request.payment.slot();
  auto target = book_of_slot(slot, books());
  const bool looks_everywhere = gate_ && request.key && bug_ != SimBug::skips_the_key_gate;
  for (std::uint32_t i = 0; looks_everywhere && i < books(); ++i) {
    if (i == target) continue;
    const auto found = lanes_[i].book->find_idempotency(request.key->key);
    if (!found) return fail(request, "a book can't be read");
    if (!*found) continue;
    target = i;
    break;
  }
  lanes_[target].queue.push_back(std::move(request));
}

void World::fail(Request& request, const char* why) {
  Answer answer;
  answer.kind = AnswerKind::failed;
  answer.error = unavailable(why);
  request.completion->complete(request.tag, std::move(answer));
  request.completion->flush();
}

void World::complete(std::uint64_t tag, Answer answer) {
  if (!is_dying_) answers_.emplace_back(tag, std::move(answer));
}

std::vector<Answered> World::take_answers() {
  std::vector<Answered> out;
  for (auto& [tag, answer] : answers_) {
    const auto found = flights_.find(tag);
    out.push_back({std::move(found->second), std::move(answer)});
    flights_.erase(found);
  }
  answers_.clear();
  return out;
}

// ---- writing and judging ----

void World::fail_next_write(std::uint32_t book, MemoryDisk::Fault fault) {
  lanes_[book].disk->fail_append(fault);
  lanes_[book].faults.push_back(fault);
}

// In two steps, the second decided before the first is written. Gives the length of the first.
std::size_t World::process(Lane& lane, std::span<Request> batch) {
  const std::size_t cut = rng_.below(batch.size());
  if (cut > 0) lane.writer->process(batch.first(cut));
  lane.writer->process(batch.subspan(cut));
  lane.writer->settle();
  return cut;
}

void World::write(std::uint32_t book, std::size_t count) {
  Lane& lane = lanes_[book];
  std::vector<Request> batch;
  std::vector<std::uint64_t> tags;
  while (batch.size() < count && !lane.queue.empty()) {
    tags.push_back(lane.queue.front().tag);
    batch.push_back(std::move(lane.queue.front()));
    lane.queue.pop_front();
  }
  if (batch.empty()) return;
  const bool was_open = lane.writer->is_open();
  const auto cut = process(lane, batch);
  if (!was_open) return;
  const std::span<const std::uint64_t> all(tags);
  const bool is_excused = !judge_step(lane, all.first(cut), /*is_excused=*/false);
  judge_step(lane, all.subspan(cut), is_excused);
}

// Tells the model of a step and what became of it. Gives false when it failed; `is_excused` when the one
// before it did, so that nothing of this one is durable.
bool World::judge_step(Lane& lane, std::span<const std::uint64_t> tags, bool is_excused) {
  model.begin();
  const Answer* failed = nullptr;
  for (const auto tag : tags) {
    const auto answered = std::ranges::find_if(answers_, [&](const auto& one) { return one.first == tag; });
    if (answered == answers_.end()) throw SimFailure("a request of a batch was never answered");
    const Answer& answer = answered->second;
    judge(*flights_[tag], answer);
    if (answer.kind == AnswerKind::failed && failed == nullptr) failed = &answer;
  }
  if (is_excused) {
    model.roll_back();
    if (failed != nullptr && failed->error->kind != ErrorKind::unavailable)
      throw SimFailure("nothing of a step was written, but it says " + text_of(*failed));
    return false;
  }
  if (failed == nullptr) {
    model.commit();
    return true;
  }
  if (is_durable(lane, *failed)) {
    model.commit();
  } else {
    model.roll_back();
  }
  return false;
}

// Of a step that failed: was it written? Only a fault of the disk is an excuse.
bool World::is_durable(Lane& lane, const Answer& failed) {
  const auto* halted = lane.writer->halted_by();
  const std::string why = halted != nullptr ? halted->message : text_of(failed);
  if (lane.faults.empty()) throw SimFailure("a write failed on a healthy disk: " + why);
  const auto fault = lane.faults.front();
  lane.faults.pop_front();
  if ((fault == MemoryDisk::Fault::refused) != (halted == nullptr))
    throw SimFailure("the wrong kind of failure: " + why);
  return fault == MemoryDisk::Fault::kept;
}

void World::judge(const Flight& flight, const Answer& answer) {
  if (flight.renderer.payment) names.learn(*flight.renderer.payment);
  if (flight.is_secret) return;
  const auto told = names.retell(flight.request, flight.tenant, flight.content);
  const RefReply reply{flight.renderer.reply.status, flight.renderer.reply.body};
  const auto verdict = model.apply(told, clock.now().us, reply);
  if (answer.kind != AnswerKind::failed) compare(flight, told, verdict, answer);
}

void World::compare(const Flight& flight, const RefRequest& told, RefVerdict verdict,
                    const Answer& answer) const {
  const auto& command = std::get<PaymentCommand>(flight.request.command);
  const auto fail_with = [&](const std::string& what) {
    throw SimFailure(std::string(operation_of(command)) + " of " + told.tenant + " key '" + told.key +
                     "' payment " + (told.payment.empty() ? told.order : told.payment) + ": " + what);
  };
  if (answer.kind != kind_of(verdict))
    fail_with(std::string("the model says ") + name_of(verdict) + ", the ledger " + text_of(answer));
  if (verdict == RefVerdict::replayed) {
    const auto* known = model.find_key(told.tenant, told.key);
    if (answer.reply.status != known->reply.status || answer.reply.body != known->reply.body) {
      fail_with("the repeat hears " + text_of(answer.reply) + ", the first answer was " +
                text_of(Reply{known->reply.status, known->reply.body}));
    }
    return;
  }
  if (verdict == RefVerdict::open || verdict == RefVerdict::reused) return;
  const bool is_users =
      flight.request.key.has_value();  // the house's incidents aren't told twice; the model counts none
  const bool is_noted = is_users && verdict == RefVerdict::already;
  const bool is_booked = verdict == RefVerdict::accepted || verdict == RefVerdict::refused || is_noted;
  if (is_users && answer.has_position != is_booked) {
    fail_with(std::string("the model says ") + name_of(verdict) + ", the ledger " + text_of(answer));
  }
  if (answer.reply.body != flight.renderer.reply.body) fail_with("the answer isn't what was rendered");
  const RefPayment* expected = model.find(told.operation == RefOperation::create ? told.order : told.payment);
  if (!is_booked || expected == nullptr || !flight.renderer.payment || !flight.renderer.payment->exists())
    return;
  const auto found = difference(*expected, *flight.renderer.payment);
  if (!found.empty()) fail_with("after it, " + found);
}

// ---- looking ----

StreamState World::state_of(PaymentId id) {
  auto state = load_stream(*lanes_[book_of(id)].book, id.raw(), codec);
  if (!state) throw SimFailure("payment " + id.text() + ": " + state.error().message);
  return *std::move(state);
}

void World::check_all() {
  for (std::uint32_t i = 0; i < books(); ++i) {
    const auto report = check(*lanes_[i].book, ports);
    if (!report) throw SimFailure("check of book " + std::to_string(i) + ": " + report.error().message);
    if (!report->ok()) throw SimFailure("check of book " + std::to_string(i) + ": " + report->difference);
  }
}

}  // namespace wonjang::testing
