#include "engine/ledger/book_writer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "domain/decide.h"
#include "engine/ledger/idempotency.h"
#include "engine/ledger/plan.h"

namespace wonjang {

BookWriter::BookWriter(std::uint32_t index, Ports ports, Rng rng) : index_(index), ports_(ports), ids_(rng) {}
BookWriter::~BookWriter() = default;

Result<void> BookWriter::open(Book& book) {
  WJ_ASSERT(is_settled());
  WJ_TRY(const auto bytes, book.head());
  WJ_TRY(auto head, decode_head(bytes));
  if (head.tree.size() != book.tail()) {
    return corrupt("book " + std::to_string(index_) + " ends at position " + std::to_string(book.tail()) +
                   " but its head record says " + std::to_string(head.tree.size()) +
                   "; restore it from a backup");
  }
  if (head.tree.size() < head_.tree.size()) {
    return corrupt("book " + std::to_string(index_) + " came back with " + std::to_string(head.tree.size()) +
                   " events, but " + std::to_string(head_.tree.size()) +
                   " were acknowledged; restore it from a backup");
  }
  book_ = &book;
  if (index_ == 0) {
    if (auto loaded = load_registry(); !loaded) {
      book_ = nullptr;  // the caller closes it
      return loaded;
    }
  }
  head_ = std::move(head);
  halted_.reset();
  return {};
}

Result<void> BookWriter::load_registry() {
  registry_ = RegistryState();
  registry_changed_ = false;
  registry_refusals_ = 0;
  WJ_TRY(const auto units, book_->load(kRegistryStream));
  for (const auto& unit : units) {
    for (const auto& bytes : unit.events) {
      WJ_TRY(const Event event, ports_.codec.decode(bytes));
      if (event.version != registry_.version()) return corrupt("the registry's stream has a gap");
      registry_.evolve(event);
      if (is_refusal_or_note(event.body)) ++registry_refusals_;
    }
  }
  tell_registry();
  return {};
}

void BookWriter::tell_registry() {
  if (registry_listener_) registry_listener_(std::make_shared<const RegistryState>(registry_.share()));
}

void BookWriter::process(std::span<Request> batch) {
  std::vector<Request*> places;
  places.reserve(batch.size());
  for (auto& request : batch) places.push_back(&request);
  process(std::span<Request* const>(places));
}

void BookWriter::process(std::span<Request* const> batch) {
  WJ_ASSERT(!batch.empty());
  WJ_ASSERT(batch.size() <= kBatchMax);
  while (!batch.empty()) {
    if (!is_open()) {
      refuse(batch, halted_ ? Error{ErrorKind::unavailable, "the book stopped writing: " + halted_->message}
                            : unavailable("the book isn't open"));
      return;
    }
    batch = batch.subspan(process_step(batch));
  }
}

// Gives how many of `batch` it did: all, unless they are long in bytes.
std::size_t BookWriter::process_step(std::span<Request* const> batch) {
  now_ = ports_.clock.now();
  next_head_ = is_settled() ? head_ : handed_->head;
  doomed_.reset();
  units_.clear();
  unit_positions_.clear();
  tree_nodes_.clear();
  plans_.clear();
  states_.clear();
  house_versions_.clear();
  keys_.clear();
  claims_.clear();
  step_bytes_ = 0;
  plans_.resize(batch.size());
  look_ahead(batch);
  std::size_t done = 0;
  for (; done < batch.size() && step_bytes_ < kStepBytesMax; ++done) plan(*batch[done], plans_[done]);
  plans_.resize(done);
  end_step();
  return done;
}

void BookWriter::refuse(std::span<Request* const> batch, const Error& why) {
  Completion* last = nullptr;
  for (Request* const request : batch) {
    ++stats_.failed;
    if (request->completion == nullptr) continue;
    Answer answer;
    answer.kind = AnswerKind::failed;
    answer.book = index_;
    answer.error = why;
    if (last != nullptr && last != request->completion) last->flush();
    last = request->completion;
    last->complete(request->tag, std::move(answer));
  }
  if (last != nullptr) last->flush();
  tell_step(batch.size(), nullptr);
}

// All keys and claims of the batch in one question, instead of two a request.
void BookWriter::look_ahead(std::span<Request* const> batch) {
  asked_keys_.clear();
  asked_claims_.clear();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Request& request = *batch[i];
    if (request.key) asked_keys_.push_back(request.key->key);
    const auto* command = std::get_if<PaymentCommand>(&request.command);
    const auto* create = command == nullptr ? nullptr : std::get_if<CreatePayment>(command);
    if (create == nullptr) continue;
    plans_[i].is_create = true;
    plans_[i].claim = order_claim(ports_.digest, create->merchant, create->order_id);
    asked_claims_.push_back(plans_[i].claim);
  }
  book_->look_ahead(asked_keys_, asked_claims_, looked_ahead_);
  std::size_t key_at = 0;
  std::size_t claim_at = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Plan& plan = plans_[i];
    if (batch[i]->key) {
      const std::size_t at = key_at++;
      plan.key_is_new = looked_ahead_.key_is_new[at] != 0 &&
                        (is_settled() || handed_->keys.find(asked_keys_[at]) == nullptr);
    }
    if (plan.is_create) {
      const std::size_t at = claim_at++;
      plan.claim_is_new = looked_ahead_.claim_is_new[at] != 0 &&
                          (is_settled() || handed_->claims.find(asked_claims_[at]) == nullptr);
    }
  }
}

void BookWriter::plan(Request& request, Plan& plan) {
  ++stats_.requests;
  plan.answer.book = index_;
  plan.completion = request.completion;
  plan.tag = request.tag;
  if (doomed_) {
    plan.needs_write = true;
    return;
  }
  if (auto done = plan_or_fail(request, plan); !done) {
    plan.answer.kind = AnswerKind::failed;
    plan.answer.error = std::move(done).error();
  }
}

Result<void> BookWriter::plan_or_fail(Request& request, Plan& plan) {
  if (request.key) {
    WJ_TRY(const bool answered, answer_from_entry(request, plan));
    if (answered) return {};
  }
  if (std::holds_alternative<RecordFacts>(request.command)) return plan_facts(request, plan);
  if (std::holds_alternative<KeepAnswer>(request.command)) return plan_answer(request, plan);
  const auto* command = std::get_if<PaymentCommand>(&request.command);
  if (command == nullptr) return plan_registry(request, plan);
  return std::holds_alternative<CreatePayment>(*command) ? plan_create(request, plan)
                                                         : plan_change(request, plan);
}

// The key decides first, whatever else the request says: a repeat never reaches decide().
Result<bool> BookWriter::answer_from_entry(Request& request, Plan& plan) {
  FoundIdempotency found;
  if (const auto* here = keys_.find(request.key->key); here != nullptr) {
    const Unit& unit = units_[*here];
    found = {*unit.idempotency, unit_positions_[*here], static_cast<std::uint32_t>(unit.events.size()),
             unit.stream};
    plan.needs_write = true;
  } else {
    if (plan.key_is_new) return false;
    WJ_CHECK(wait_for_key(request.key->key));
    WJ_TRY(auto stored, book_->find_idempotency(request.key->key));
    if (!stored) return false;
    found = *std::move(stored);
  }
  plan.answer.payment_id = is_payment_stream(found.stream) ? PaymentId(found.stream) : request.payment;
  if (found.entry.fingerprint != request.key->fingerprint) {
    record_key_reuse(request, found, plan);
    return true;
  }
  if (!found.entry.final) {
    WJ_TRY(const auto* state, state_of(found.stream));
    plan.answer.kind = AnswerKind::open;
    plan.answer.payment = std::make_shared<Payment>(state->payment);
    plan.needs_write = true;  // what it shows may come from this very batch
    return true;
  }
  ++stats_.replays;
  plan.answer.kind = AnswerKind::replayed;
  plan.answer.reply = {found.entry.status, std::move(found.entry.reply)};
  plan.answer.position = found.position;
  plan.answer.next_position = found.position + found.event_count;
  plan.answer.has_position = true;
  return true;
}

void BookWriter::record_key_reuse(Request& request, const FoundIdempotency& found, Plan& plan) {
  ++stats_.keys_reused;
  plan.answer.kind = AnswerKind::key_reused;
  CommandRefused record{"key_reused", RefusalCode{}, "the idempotency key belongs to another request"};
  if (found.stream == kRegistryStream) {
    plan.answer.first_used_at = first_use_of(found);
    std::vector<RegistryDecided> decided;
    decided.push_back({MerchantId(), std::move(record)});
    add_registry_unit(request, std::move(decided), nullptr, plan, /*with_entry=*/false);
    return;
  }
  if (!is_payment_stream(found.stream)) {
    plan.answer.first_used_at = first_use_of(found);
    // A house stream is counted by those who write to it: nothing is noted in it, but beside it. An aside's
    // payment has enough of them.
    if (settlement::house_stream_of(found.stream)) {
      add_aside(found.stream, Payment{}, request, std::move(record), nullptr, plan, /*with_entry=*/false);
    }
    return;
  }
  auto state = state_of(found.stream);
  if (!state) {  // the answer doesn't depend on the audit record
    plan.answer.kind = AnswerKind::failed;
    plan.answer.error = std::move(state).error();
    return;
  }
  plan.answer.first_used_at = first_use_of(found);
  if ((*state)->refusals >= kRefusalsKept) return;  // the audit has enough of this payment
  Event event;
  event.occurred_at = now_;
  event.body = std::move(record);
  std::vector<Event> events;
  events.push_back(std::move(event));
  add_unit(**state, request, std::move(events), nullptr, plan, /*with_entry=*/false);
}

// When the unit with this entry was recorded; now, when it stands in this very batch.
Instant BookWriter::first_use_of(const FoundIdempotency& found) const {
  if (found.position >= head_.tree.size()) return now_;
  const auto units = book_->read(found.position, /*units_max=*/1, /*bytes_max=*/1);
  if (!units || units->empty()) return now_;
  const auto event = ports_.codec.decode(units->front().events.front());
  return event ? event->recorded_at : now_;
}

Result<void> BookWriter::plan_create(Request& request, Plan& plan) {
  const auto& create = std::get<CreatePayment>(std::get<PaymentCommand>(request.command));
  const Hash128& claim = plan.claim;
  std::optional<RawId> taken;
  if (const auto* here = claims_.find(claim); here != nullptr) {
    taken = *here;
  } else if (!plan.claim_is_new) {
    WJ_CHECK(wait_for_claim(claim));
    WJ_TRY(taken, book_->find_claim(claim));
  }
  if (taken) {
    WJ_TRY(auto* owner, state_of(*taken));
    const Refusal refusal{RefusalCode::order_id_taken,
                          "order " + create.order_id + " already belongs to payment " +
                              PaymentId(*taken).text() +
                              "; fetch that payment, or use another orderId for another payment",
                          "/orderId", 0};
    refuse_on(*owner, request, refusal, plan);
    return {};
  }
  StreamState fresh;
  fresh.payment.id = PaymentId(ids_.next(now_, slot_of(create.merchant, create.order_id)));
  fresh.payment.merchant = create.merchant;
  fresh.payment.order_id = create.order_id;
  fresh.payment.currency = create.currency;
  const auto before = units_.size();
  WJ_CHECK(decide_on(fresh, request, plan));
  if (units_.size() == before) return {};  // refused for what the request says
  units_.back().claim = claim;
  units_.back().claim_is_new = plan.claim_is_new;
  claims_.put(claim, fresh.payment.id.raw());
  return {};
}

Result<void> BookWriter::plan_change(Request& request, Plan& plan) {
  WJ_TRY(auto* state, state_of(request.payment.raw()));
  const bool hidden = !request.only_merchant.is_zero() && state->payment.merchant != request.only_merchant;
  if (!state->payment.exists() || hidden) {
    const Refusal refusal{RefusalCode::payment_not_found, "there is no payment " + request.payment.text(), "",
                          0};
    answer_refusal(Payment{}, request, refusal, plan);
    return {};
  }
  plan.answer.payment_id = request.payment;
  return decide_on(*state, request, plan);
}

Result<void> BookWriter::decide_on(StreamState& state, Request& request, Plan& plan) {
  const DecideContext context{now_, request.actor, ids_, state.payment.id.slot()};
  auto decision = decide(state.payment, std::get<PaymentCommand>(request.command), context);
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    // Recorded: what looked at state. Not what was refused before the payment exists, nor the house's own
    // attempts, which come again and again by themselves.
    if (request.key && state.payment.exists() && depends_on_state(refusal->code)) {
      refuse_on(state, request, *refusal, plan);
    } else {
      plan.needs_write = depends_on_state(refusal->code);  // on a state of this very batch, perhaps
      answer_refusal(state.payment, request, *refusal, plan);
    }
    return {};
  }
  accept(state, request, std::get<std::vector<Decided>>(std::move(decision)), plan);
  return {};
}

Result<StreamState*> BookWriter::state_of(RawId stream) {
  if (const auto here = states_.find(stream); here != states_.end()) return here->second.get();
  WJ_CHECK(wait_for_stream(stream));
  WJ_TRY(auto state, load_stream(*book_, stream, ports_.codec));
  if (!state.payment.exists()) {
    WJ_TRY(state, folded_here(stream));
  }
  auto owned = std::make_unique<StreamState>(std::move(state));
  auto* out = owned.get();
  states_.emplace(stream, std::move(owned));
  return out;
}

// Of a stream that begins in this very batch; doesn't exist() when there is none.
Result<StreamState> BookWriter::folded_here(RawId stream) const {
  std::vector<StoredUnit> found;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const Unit& unit = units_[i];
    if (unit.stream != stream) continue;
    found.push_back(
        {unit_positions_[i], stream, unit.expected_version, unit.events, unit.idempotency, unit.claim});
  }
  return fold(found, ports_.codec);
}

void BookWriter::accept(StreamState& state, Request& request, std::vector<Decided> decided, Plan& plan) {
  plan.answer.kind = AnswerKind::done;
  plan.answer.payment_id = state.payment.id;
  if (decided.empty() && request.key) {  // already so: kept, so that its repeat hears the same
    keep(state, request, CommandNoted{std::string(operation(request))}, nullptr, plan);
    return;
  }
  if (decided.empty()) {
    if (request.renderer != nullptr) {
      plan.answer.reply = request.renderer->render(
          {state.payment, {}, nullptr, operation(request), index_, next_head_.tree.size()});
    }
    plan.needs_write = true;  // so perhaps only by this very batch
    if (request.want_payment) plan.answer.payment = std::make_shared<Payment>(state.payment);
    return;
  }
  std::vector<Event> events(decided.size());
  for (std::size_t i = 0; i < decided.size(); ++i) {
    events[i].occurred_at = decided[i].occurred_at;
    events[i].body = std::move(decided[i].body);
  }
  add_unit(state, request, std::move(events), nullptr, plan, /*with_entry=*/true);
}

void BookWriter::refuse_on(StreamState& state, Request& request, const Refusal& refusal, Plan& plan) {
  ++stats_.refusals;
  plan.answer.kind = AnswerKind::refused;
  plan.answer.refusal = refusal.code;
  plan.answer.payment_id = state.payment.id;
  keep(state, request, CommandRefused{std::string(operation(request)), refusal.code, refusal.detail},
       &refusal, plan);
}

// What changes nothing and is remembered: in the payment's stream, and once that holds enough, beside it.
void BookWriter::keep(StreamState& state, Request& request, EventBody body, const Refusal* refusal,
                      Plan& plan) {
  if (state.refusals >= kRefusalsKept) {
    add_aside(state.payment.id.raw(), state.payment, request, std::move(body), refusal, plan);
    return;
  }
  std::vector<Event> events(1);
  events[0].occurred_at = now_;
  events[0].body = std::move(body);
  add_unit(state, request, std::move(events), refusal, plan, /*with_entry=*/true);
}

void BookWriter::keep_in_registry(Request& request, EventBody body, const Refusal* refusal, Plan& plan) {
  if (registry_refusals_ >= kRegistryRefusalsKept) {
    add_aside(kRegistryStream, Payment{}, request, std::move(body), refusal, plan);
    return;
  }
  std::vector<RegistryDecided> record;
  record.push_back({MerchantId(), std::move(body)});
  add_registry_unit(request, std::move(record), refusal, plan, /*with_entry=*/true);
}

// An answer that was worked out elsewhere.
Result<void> BookWriter::plan_answer(Request& request, Plan& plan) {
  auto& keep = std::get<KeepAnswer>(request.command);
  if (!request.key) return invalid("an answer is kept under a key, and there is none");
  plan.answer.kind = AnswerKind::done;
  plan.answer.reply = std::move(keep.reply);
  add_aside(kRegistryStream, Payment{}, request, CommandNoted{keep.operation}, nullptr, plan);
  return {};
}

// `payment` is the one that it is about, or says no more than merchant and currency.
void BookWriter::add_aside(RawId about, const Payment& payment, Request& request, EventBody body,
                           const Refusal* refusal, Plan& plan, bool with_entry) {
  if (auto* refused = std::get_if<CommandRefused>(&body)) refused->about = about;
  if (auto* noted = std::get_if<CommandNoted>(&body)) noted->about = about;
  Unit unit;
  unit.stream = aside_stream(ids_.next(now_, about.slot()));
  const Position first = next_head_.tree.size();
  Event event;
  event.occurred_at = now_;
  event.merchant = payment.merchant;
  event.order_id = payment.order_id;
  event.currency = payment.currency;
  event.body = std::move(body);
  stamp(event, request, unit.stream, /*version=*/0);
  unit.events.push_back(encoded(event));
  if (with_entry && request.renderer != nullptr) {
    plan.answer.reply =
        request.renderer->render({payment, {&event, 1}, refusal, operation(request), index_, first});
  }
  if (with_entry && request.key) {
    unit.idempotency = entry_of(*request.key, plan.answer.reply, /*final=*/true);
    unit.key_is_new = plan.key_is_new;
  }
  if (request.want_payment) plan.answer.payment = std::make_shared<Payment>(payment);
  finish_plan(plan, first, std::move(unit));
}

void BookWriter::answer_refusal(const Payment& payment, Request& request, const Refusal& refusal,
                                Plan& plan) {
  ++stats_.refusals;
  plan.answer.kind = AnswerKind::refused;
  plan.answer.refusal = refusal.code;
  if (request.renderer == nullptr) return;
  plan.answer.reply =
      request.renderer->render({payment, {}, &refusal, operation(request), index_, next_head_.tree.size()});
}

void BookWriter::add_unit(StreamState& state, Request& request, std::vector<Event> events,
                          const Refusal* refusal, Plan& plan, bool with_entry) {
  Payment& payment = state.payment;
  Unit unit;
  unit.stream = payment.id.raw();
  unit.expected_version = payment.version;
  unit.alarm_before = payment.exists() ? alarm_of(payment) : std::nullopt;
  unit.events.reserve(events.size());
  const Position first = next_head_.tree.size();
  for (auto& event : events) {
    stamp(event, request, unit.stream, payment.version);
    if (!request.key) event.idempotency_key = key_of_intent(payment, event.body);
    event.merchant = payment.merchant;
    event.order_id = payment.order_id;
    event.currency = payment.currency;
    if (is_refusal_or_note(event.body)) ++state.refusals;
    evolve(payment, event);
    event.status_after = payment.status;
    event.balance_after = payment.balance;
    unit.events.push_back(encoded(event));
  }
  unit.alarm_after = alarm_of(payment);
  if (with_entry && request.renderer != nullptr) {
    plan.answer.reply =
        request.renderer->render({payment, events, refusal, operation(request), index_, first});
  }
  if (with_entry && request.key) {
    const bool final = !owes_answer(payment, request.key->text, request.actor.id);
    if (!final)
      state.open.push_back({request.key->key, request.key->fingerprint, request.key->text, request.actor.id});
    unit.idempotency = entry_of(*request.key, plan.answer.reply, final);
    unit.key_is_new = plan.key_is_new;
  } else if (!request.key) {
    close_open_entry(state, unit, plan.answer.reply);
  }
  if (request.want_payment) plan.answer.payment = std::make_shared<Payment>(payment);
  finish_plan(plan, first, std::move(unit));
  if (request.key && !state.open.empty()) answer_open_entries(state, request, events, plan);
}

// A request with a key of its own settled what another one still waits for (a person's word): that one's
// answer is made of the same events and kept under its key, in a unit of its own, since a unit holds one
// entry.
void BookWriter::answer_open_entries(StreamState& state, Request& request, std::span<const Event> events,
                                     Plan& plan) {
  Payment& payment = state.payment;
  const auto outcome = events.last(1);  // what stands before it only led there
  for (std::size_t i = 0; i < state.open.size();) {
    const OpenEntry entry = state.open[i];
    if (owes_answer(payment, entry.text, entry.actor)) {
      ++i;
      continue;
    }
    state.open.erase(state.open.begin() + static_cast<std::ptrdiff_t>(i));
    Unit unit;
    unit.stream = payment.id.raw();
    unit.expected_version = payment.version;
    unit.alarm_before = unit.alarm_after = alarm_of(payment);
    const Position first = next_head_.tree.size();
    Event event;
    event.occurred_at = now_;
    event.body = CommandNoted{"answer_settled"};
    stamp(event, request, unit.stream, payment.version);
    event.idempotency_key = entry.text;
    event.merchant = payment.merchant;
    event.order_id = payment.order_id;
    event.currency = payment.currency;
    ++state.refusals;
    Reply reply;
    if (request.renderer != nullptr)
      reply = request.renderer->render({payment, outcome, nullptr, "answer_settled", index_, first});
    evolve(payment, event);
    event.status_after = payment.status;
    event.balance_after = payment.balance;
    unit.events.push_back(encoded(event));
    unit.idempotency = IdempotencyEntry{entry.key, entry.fingerprint, true, reply.status, reply.body};
    add_to_step(std::move(unit), first);
    plan.answer.next_position = next_head_.tree.size();
  }
}

void BookWriter::stamp(Event& event, const Request& request, RawId stream, std::uint32_t version) {
  event.recorded_at = next_recorded_at();
  event.id = EventId(ids_.next(now_, stream.slot()));
  event.stream = stream;
  event.version = version;
  event.actor = request.actor;
  event.reason = request.reason;
  event.cause = request.cause;
  if (request.key) event.idempotency_key = request.key->text;
}

// The event's bytes; from here on it has its place in the tree.
std::string BookWriter::encoded(const Event& event) {
  encoding_.clear();
  ports_.codec.encode(event, encoding_);
  take_leaf(encoding_);
  return encoding_;
}

void BookWriter::take_leaf(std::string_view bytes) {
  next_head_.tree.add(ports_.digest, leaf_hash(ports_.digest, bytes), tree_nodes_);
  ++stats_.events;
}

void BookWriter::finish_plan(Plan& plan, Position first, Unit unit) {
  plan.answer.position = first;
  plan.answer.next_position = next_head_.tree.size();
  plan.answer.has_position = true;
  plan.needs_write = true;
  add_to_step(std::move(unit), first);
}

void BookWriter::add_to_step(Unit unit, Position first) {
  for (const auto& event : unit.events) step_bytes_ += event.size();
  if (unit.idempotency) {
    step_bytes_ += unit.idempotency->reply.size();
    keys_.put(unit.idempotency->key, units_.size());
  }
  unit_positions_.push_back(first);
  units_.push_back(std::move(unit));
}

Result<void> BookWriter::plan_registry(Request& request, Plan& plan) {
  if (index_ != 0) return invalid("merchants and keys live in book 0");
  auto decision = decide_registry(registry_, std::get<RegistryCommand>(request.command), ids_, now_);
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    ++stats_.refusals;
    plan.answer.kind = AnswerKind::refused;
    plan.answer.refusal = refusal->code;
    if (!depends_on_state(refusal->code)) {
      answer_refusal(Payment{}, request, *refusal, plan);
      return {};
    }
    keep_in_registry(request, CommandRefused{std::string(operation(request)), refusal->code, refusal->detail},
                     refusal, plan);
    return {};
  }
  auto decided = std::get<std::vector<RegistryDecided>>(std::move(decision));
  plan.answer.kind = AnswerKind::done;
  plan.needs_write = true;  // also "already so": perhaps only by this very batch
  if (!decided.empty()) {
    add_registry_unit(request, std::move(decided), nullptr, plan, /*with_entry=*/true);
  } else if (request.key) {
    keep_in_registry(request, CommandNoted{std::string(operation(request))}, nullptr, plan);
  }
  return {};
}

void BookWriter::add_registry_unit(Request& request, std::vector<RegistryDecided> decided,
                                   const Refusal* refusal, Plan& plan, bool with_entry) {
  Unit unit;
  unit.stream = kRegistryStream;
  unit.expected_version = registry_.version();
  const Position first = next_head_.tree.size();
  std::vector<Event> events(decided.size());
  for (std::size_t i = 0; i < decided.size(); ++i) {
    events[i].occurred_at = now_;
    events[i].merchant = decided[i].merchant;
    events[i].body = std::move(decided[i].body);
    stamp(events[i], request, kRegistryStream, registry_.version());
    registry_.evolve(events[i]);
    if (is_refusal_or_note(events[i].body)) ++registry_refusals_;
    unit.events.push_back(encoded(events[i]));
  }
  registry_changed_ = true;
  if (with_entry && request.renderer != nullptr) {
    plan.answer.reply =
        request.renderer->render({Payment{}, events, refusal, operation(request), index_, first});
  }
  if (with_entry && request.key) {
    unit.idempotency = entry_of(*request.key, plan.answer.reply, /*final=*/true);
    unit.key_is_new = plan.key_is_new;
  }
  finish_plan(plan, first, std::move(unit));
}

// The outcome of an intent, found by the house itself, becomes the stored answer of the request that began
// it.
void BookWriter::close_open_entry(StreamState& state, Unit& unit, const Reply& reply) {
  if (reply.status == 0) return;
  const auto settled = std::ranges::find_if(state.open, [&](const OpenEntry& entry) {
    return !owes_answer(state.payment, entry.text, entry.actor);
  });
  if (settled == state.open.end()) return;
  unit.idempotency = IdempotencyEntry{settled->key, settled->fingerprint, true, reply.status, reply.body};
  state.open.erase(settled);
}

// ---- the end of a step ----

void BookWriter::end_step() {
  if (beside_ != nullptr && !registry_changed_ && units_.size() >= beside_units_min_) {
    if (join().has_value()) return hand_over();
  } else {
    (void)join();
  }
  const auto written = doomed_ ? Result<void>(*doomed_) : write();
  if (doomed_) roll_back_registry();
  stats_.failed += answer_all(plans_, written, index_);
  tell_step(plans_.size(), written && !units_.empty() ? &head_ : nullptr);
}

Result<void> BookWriter::write() {
  if (units_.empty()) return {};
  const auto head = encode_head(next_head_);
  auto written = book_->append({units_, tree_nodes_, head});
  if (written) {
    ++stats_.batches;
    head_ = next_head_;
    WJ_ASSERT(book_->tail() == head_.tree.size());
    if (registry_changed_) tell_registry();
    registry_changed_ = false;
    return {};
  }
  const auto kind = written.error().kind;
  // A conflict means that somebody else wrote to our book: with one writer that is damage, not a race.
  if (kind != ErrorKind::unavailable) halted_ = written.error();
  roll_back_registry();
  return written;
}

// It holds what wasn't written: read it again. A writer that has halted keeps its reason, which may be worse
// than this one, and open() reads the registry anyway.
void BookWriter::roll_back_registry() {
  if (!registry_changed_) return;
  if (auto loaded = load_registry(); !loaded && !halted_) halted_ = loaded.error();
}

std::uint64_t BookWriter::answer_all(std::span<Plan> plans, const Result<void>& written, std::uint32_t book) {
  std::uint64_t failed = 0;
  Completion* last = nullptr;
  for (Plan& plan : plans) {
    auto& answer = plan.answer;
    if (!written && plan.needs_write) {
      answer = Answer{};
      answer.kind = AnswerKind::failed;
      answer.book = book;
      answer.error = written.error();
    }
    if (answer.kind == AnswerKind::failed) ++failed;
    if (plan.completion == nullptr) continue;
    if (last != nullptr && last != plan.completion) last->flush();
    last = plan.completion;
    last->complete(plan.tag, std::move(answer));
  }
  if (last != nullptr) last->flush();
  return failed;
}

// `written`: the book's head after it; null when it wrote nothing.
void BookWriter::tell_step(std::size_t requests, const BookHead* written) const {
  if (!step_listener_) return;
  StepDone done;
  done.requests = requests;
  if (written != nullptr) {
    done.wrote = true;
    done.tail = written->tree.size();
    done.recorded_until = written->last_recorded_at;
  }
  step_listener_(done);
}

// ---- a step beside the next one ----

void BookWriter::write_beside(Beside* beside, std::size_t units_min) {
  WJ_ASSERT(is_settled());
  beside_ = beside;
  beside_units_min_ = units_min;
  if (beside != nullptr && handed_ == nullptr) handed_ = std::make_unique<Handed>();
}

bool BookWriter::is_settled() const { return handed_ == nullptr || !handed_->is_under_way; }

void BookWriter::hand_over() {
  Handed& step = *handed_;
  std::swap(step.plans, plans_);
  std::swap(step.units, units_);
  std::swap(step.tree_nodes, tree_nodes_);
  std::swap(step.keys, keys_);
  std::swap(step.claims, claims_);
  step.head = next_head_;
  step.streams.clear();
  for (const Unit& unit : step.units) step.streams.put(unit.stream, true);
  step.is_under_way = true;
  beside_->start([this] { write_handed(); });
}

// On the other thread: it touches the step, the book and the listener alone.
void BookWriter::write_handed() {
  Handed& step = *handed_;
  const auto head = encode_head(step.head);
  step.written = book_->append({step.units, step.tree_nodes, head});
  WJ_ASSERT(!step.written || book_->tail() == step.head.tree.size());
  step.failed = answer_all(step.plans, step.written, index_);
  tell_step(step.plans.size(), step.written ? &step.head : nullptr);
}

// The error of the step that was under way is that of the one that builds on it.
Result<void> BookWriter::join() {
  if (is_settled()) return doomed_ ? Result<void>(*doomed_) : Result<void>();
  beside_->wait();
  Handed& step = *handed_;
  step.is_under_way = false;
  stats_.failed += step.failed;
  if (step.written) {
    ++stats_.batches;
    head_ = std::move(step.head);
    return {};
  }
  const Error& why = step.written.error();
  if (why.kind != ErrorKind::unavailable) halted_ = why;
  // Of this one nothing was written, whatever became of that one.
  doomed_ =
      unavailable("the step before this one failed, so nothing of this one was written: " + why.message);
  return *doomed_;
}

Result<void> BookWriter::wait_for_key(const Hash128& key) {
  return is_settled() || handed_->keys.find(key) == nullptr ? Result<void>() : join();
}

Result<void> BookWriter::wait_for_claim(const Hash128& claim) {
  return is_settled() || handed_->claims.find(claim) == nullptr ? Result<void>() : join();
}

Result<void> BookWriter::wait_for_stream(RawId stream) {
  return is_settled() || handed_->streams.find(stream) == nullptr ? Result<void>() : join();
}

Instant BookWriter::next_recorded_at() {
  next_head_.last_recorded_at = std::max(now_, next_head_.last_recorded_at.plus_us(1));
  return next_head_.last_recorded_at;
}

}  // namespace wonjang
