#include "testing/sim/simulation.h"

#include <algorithm>
#include <deque>
#include <iostream>
#include <memory>
#include <utility>

#include "adapters/acquirer/simulated_acquirer.h"
#include "testing/sim/audit.h"
#include "testing/sim/shoppers.h"
#include "testing/sim/world.h"

namespace wonjang::testing {
namespace {

constexpr std::int64_t kCallTimeoutMs = 3'000;
constexpr std::size_t kOpenPerClient = 6;
constexpr std::uint32_t kSettlingRoundsMax = 20'000;

std::string story_of(const Event& event) {
  std::string out = merchant_name(event.merchant) + "/" + event.order_id + " v" +
                    std::to_string(event.version) + " " + to_rfc3339_micros(event.recorded_at) + " " +
                    std::string(type_of(event.body)) + " by " + event.actor.id + " '" +
                    event.idempotency_key + "' -> " + std::string(code_of(event.status_after)) + " " +
                    std::to_string(event.balance_after);
  if (const auto* asked = std::get_if<ProviderAsked>(&event.body)) {
    out += " " + asked->approval.text() + " " + std::string(code_of(asked->question)) + ": " +
           std::string(code_of(asked->answer));
  }
  if (const auto* refused = std::get_if<CommandRefused>(&event.body))
    out += " " + refused->operation + " " + refused->detail;
  if (const auto* incident = std::get_if<IncidentOpened>(&event.body)) out += " " + incident->code;
  return out;
}

// The provider as the engine sees it, with the one bug that sits here.
class Telephone final : public Acquirer {
 public:
  Telephone(Acquirer& inner, SimBug bug, std::uint64_t& calls) : inner_(inner), bug_(bug), calls_(calls) {}

  Result<ApproveAnswer> approve(const ApproveRequest& request) override {
    ++calls_;
    return inner_.approve(request);
  }
  Result<CancelAnswer> cancel(const CancelRequest& request) override {
    ++calls_;
    if (bug_ == SimBug::calls_twice) {
      auto again = request;
      again.reference = "again_" + request.reference;
      (void)inner_.cancel(again);
    }
    return inner_.cancel(request);
  }
  Result<InquiryAnswer> inquire(const std::string& reference, Instant deadline) override {
    ++calls_;
    return inner_.inquire(reference, deadline);
  }
  Result<NetworkCancelAnswer> network_cancel(const std::string& reference, Instant deadline) override {
    ++calls_;
    return inner_.network_cancel(reference, deadline);
  }

 private:
  Acquirer& inner_;
  const SimBug bug_;
  std::uint64_t& calls_;
};

// An intent on its way: call the provider about each of its items, then tell the client.
struct Job {
  std::size_t op = 0;
  Answer answer;  // for the client, as far as it is known
  std::shared_ptr<const Payment> payment;
  std::deque<ApprovalId> approvals;
  std::deque<CancelId> cancels;
  bool is_waiting = false;
  bool is_over = false;
};

// The commands that a round of the resolver found out, sent one after the other.
struct Round {
  PaymentId payment;
  std::deque<PaymentCommand> commands;
  bool is_waiting = false;
  bool is_over = false;
};

class Simulation {
 public:
  explicit Simulation(const SimOptions& options)
      : options_(options),
        rng_(options.seed),
        parameters_(SimParameters::drawn(rng_, options.books, options.steps)),
        world_(parameters_, rng_.next(), options.bug),
        shoppers_(parameters_, Rng(rng_.next())),
        provider_(parameters_.profile, rng_.next()) {}

  SimReport run() {
    report_.parameters = parameters_.text();
    try {
      for (step_ = 0; step_ < parameters_.steps; ++step_) one_step();
      settle_everything();
      ask_everything_again();
      const auto counts = audit(world_, provider_);
      report_.payments = counts.payments;
      report_.events = counts.events;
      report_.handed_over = counts.handed_over;
      for (std::uint32_t i = 0; i < world_.books(); ++i) report_.roots.push_back(world_.root_of(i));
    } catch (const SimFailure& failure) {
      report_.failure = "step " + std::to_string(step_) + ": " + failure.what();
      if (options_.verbose) tell_histories();
    }
    return report_;
  }

 private:
  template <typename... Words>
  void tell(const Words&... words) const {
    if (!options_.verbose) return;
    std::cerr << step_ << ' ';
    (std::cerr << ... << words) << '\n';
  }
  bool permille(std::uint32_t chance) { return rng_.below(1000) < chance; }

  void one_step() {
    weather();
    const auto dice = rng_.below(100);
    if (dice < 22) {
      client_acts();
    } else if (dice < 48) {
      deliver();
    } else if (dice < 72) {
      write_one();
    } else if (dice < 84) {
      gateway_acts();
    } else if (dice < 94) {
      resolver_acts();
    } else {
      client_asks_again();
    }
    take_in();
  }

  // Every event of every book, for whoever looks into a failure.
  void tell_histories() {
    for (std::uint32_t book = 0; book < world_.books(); ++book) {
      const auto units = world_.book(book).read(0, UINT32_MAX, SIZE_MAX);
      if (!units) continue;
      for (const auto& unit : *units) {
        auto position = unit.first;
        for (const auto& bytes : unit.events) {
          const auto event = world_.codec.decode(bytes);
          if (event) tell("book ", book, " @", position, " ", story_of(*event));
          ++position;
        }
      }
    }
  }

  // ---- weather ----

  void weather() {
    const auto book = static_cast<std::uint32_t>(rng_.below(world_.books()));
    if (permille(parameters_.crash_permille)) crash();
    if (permille(parameters_.fault_permille)) {
      const auto fault = static_cast<MemoryDisk::Fault>(rng_.below(3));
      tell("the next write of book ", book, " meets fault ", static_cast<int>(fault));
      world_.fail_next_write(book, fault);
      ++report_.disk_faults;
    }
    if (world_.is_halted(book) && rng_.chance(30)) {
      tell("book ", book, " is reopened");
      world_.reopen(book);
    }
    world_.clock.advance_us(static_cast<std::int64_t>(rng_.below(200'000)));
    if (permille(parameters_.clock_jump_permille)) {
      const std::int64_t far = rng_.chance(20) ? 40'000'000 : 60'000;  // half a day, or a minute
      world_.clock.advance_ms(static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(far))));
    }
    if (permille(parameters_.clock_back_permille)) {
      world_.clock.advance_ms(-static_cast<std::int64_t>(rng_.below(30'000)));
    }
    if (permille(parameters_.provider_away_permille)) acquirer_.set_reachable(rng_.chance(40));
  }

  void crash() {
    tell("the process dies");
    ++report_.crashes;
    jobs_.clear();
    rounds_.clear();
    world_.crash();
    if (rng_.chance(30)) world_.check_all();
  }

  // ---- clients ----

  void client_acts() {
    if (!ops_.empty() && rng_.chance(parameters_.repeat_percent)) return send(rng_.below(ops_.size()));
    if (!ops_.empty() && rng_.chance(parameters_.other_content_percent)) {
      add(shoppers_.altered(ops_[rng_.below(ops_.size())], world_.clock.now()));
      return;
    }
    // A client waits for some of its answers before it asks for more.
    if (open_ops_.size() >= parameters_.clients * kOpenPerClient) return client_asks_again();
    add(shoppers_.next(world_.clock.now()));
  }

  void add(Op op) {
    ops_.push_back(std::move(op));
    open_ops_.push_back(ops_.size() - 1);
    send(ops_.size() - 1);
  }

  void client_asks_again() {
    if (open_ops_.empty()) return;
    send(open_ops_[rng_.below(open_ops_.size())]);
  }

  std::shared_ptr<Flight> flight_of(std::size_t index) const {
    const Op& op = ops_[index];
    auto flight = std::make_shared<Flight>();
    flight->op = index;
    flight->tenant = merchant_name(op.tenant);
    flight->content = op.content;
    flight->request.key = world_.key(op.tenant, op.key, op.content);
    flight->request.payment = op.payment;
    flight->request.only_merchant = op.only_merchant;
    flight->request.command = op.command;
    flight->request.actor = {ActorKind::merchant, "key_of_" + flight->tenant};
    return flight;
  }

  void send(std::size_t index) { wire_.push_back(index); }

  // Messages overtake each other, and some come twice.
  void deliver() {
    if (wire_.empty()) return;
    const auto place = rng_.below(wire_.size());
    const auto index = wire_[place];
    if (!rng_.chance(parameters_.duplicate_percent)) {
      wire_[place] = wire_.back();
      wire_.pop_back();
    }
    submit_op(index);
  }

  void submit_op(std::size_t index) {
    auto flight = flight_of(index);
    const auto deadline = world_.clock.now().plus_ms(kCallTimeoutMs);
    auto& command = std::get<PaymentCommand>(flight->request.command);
    if (auto* begin = std::get_if<BeginApproval>(&command)) begin->deadline = deadline;
    if (auto* cancel = std::get_if<CancelPayment>(&command)) cancel->deadline = deadline;
    ++report_.requests;
    world_.submit(std::move(flight));
  }

  // ---- writers ----

  void write_one() {
    const auto book = static_cast<std::uint32_t>(rng_.below(world_.books()));
    world_.write(book, 1 + rng_.below(parameters_.batch_max));
  }

  void take_in() {
    for (auto& [flight, answer] : world_.take_answers()) {
      if (flight->round != SIZE_MAX) {
        resolver_hears(*flight, answer);
      } else if (flight->job != SIZE_MAX) {
        gateway_hears(*flight, std::move(answer));
      } else if (flight->op != SIZE_MAX) {
        user_hears(*flight, std::move(answer));
      }
    }
  }

  void user_hears(const Flight& flight, Answer answer) {
    if (options_.bug == SimBug::retries_under_new_key && answer.kind == AnswerKind::failed)
      retry_in_secret(flight);
    if (answer.kind == AnswerKind::done && begin_job(flight, answer)) return;
    tell_client(flight.op, answer);
  }

  void retry_in_secret(const Flight& flight) {
    auto again = std::make_shared<Flight>();
    again->request = flight.request;
    again->request.key =
        world_.key(MerchantId(), "retry-" + flight.tenant + flight.request.key->text, flight.content);
    again->is_secret = true;
    world_.submit(std::move(again));
  }

  void tell_client(std::size_t index, const Answer& answer) {
    if (rng_.chance(lost_answer_percent_)) return;
    Op& op = ops_[index];
    tell(operation_of(op.command), " of ", merchant_name(op.tenant), " ", op.key, ": ", text_of(answer));
    if (answer.payment) shoppers_.saw(*answer.payment);
    switch (answer.kind) {
      case AnswerKind::done:
        if (answer.payment && answer.payment->in_doubt()) ++report_.in_doubt;
        break;
      case AnswerKind::refused:
        ++report_.refusals;
        break;
      case AnswerKind::replayed:
        ++report_.replays;
        break;
      case AnswerKind::key_reused:
        break;
      case AnswerKind::open:
      case AnswerKind::failed:
        return;  // asks again later
    }
    compare_with_what_is_kept(op, answer);
    op.is_done = true;
    std::erase(open_ops_, index);
  }

  // A final answer that came through the gateway is the one that every repeat will get.
  void compare_with_what_is_kept(const Op& op, const Answer& answer) const {
    if (answer.kind != AnswerKind::done || !answer.has_position) return;
    const auto* key = world_.model.find_key(merchant_name(op.tenant), op.key);
    if (key == nullptr || !key->final || key->content != op.content || key->reply.body == answer.reply.body)
      return;
    // In doubt isn't final: the words may change once more.
    if (answer.payment && answer.payment->in_doubt()) return;
    throw SimFailure(std::string(operation_of(op.command)) + " key " + op.key + ": answered was '" +
                     answer.reply.body + "', kept is '" + key->reply.body + "'");
  }

  // ---- gateway ----

  bool begin_job(const Flight& flight, const Answer& answer) {
    if (!answer.payment || !answer.payment->in_doubt()) return false;
    Job job;
    job.op = flight.op;
    job.answer = answer;
    job.payment = answer.payment;
    const auto is_ours = [&](const auto& item) {
      return item.pursuit && item.pursuit->idempotency_key == flight.request.key->text &&
             item.pursuit->tenant == flight.request.actor.id;
    };
    for (const auto& approval : answer.payment->approvals) {
      if (approval.state == ApprovalState::requested && is_ours(approval))
        job.approvals.push_back(approval.terms.approval);
    }
    for (const auto& cancel : answer.payment->cancels) {
      if (cancel.state == CancelState::requested && is_ours(cancel))
        job.cancels.push_back(cancel.terms.cancel);
    }
    if (job.approvals.empty() && job.cancels.empty()) return false;
    jobs_.push_back(std::move(job));
    return true;
  }

  void gateway_acts() {
    if (!echoes_.empty() && rng_.chance(20)) {  // the provider's side says something again
      auto [payment, command] = std::move(echoes_.front());
      echoes_.pop_front();
      submit_for_the_house(payment, std::move(command), SIZE_MAX, SIZE_MAX);
      return;
    }
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (!jobs_[i].is_waiting && !jobs_[i].is_over) ready.push_back(i);
    }
    if (ready.empty()) return;
    call_for(ready[rng_.below(ready.size())]);
  }

  void call_for(std::size_t index) {
    Job& job = jobs_[index];
    PaymentCommand outcome;
    if (!job.approvals.empty()) {
      outcome = ask_approval(*job.payment, *job.payment->find(job.approvals.front()), telephone_);
      job.approvals.pop_front();
    } else {
      const Cancel& cancel = *job.payment->find(job.cancels.front());
      outcome = ask_cancel(*job.payment, cancel, telephone_, cancel.pursuit->next_attempt_at);
      job.cancels.pop_front();
    }
    job.is_waiting = true;
    if (rng_.chance(parameters_.told_twice_percent)) echoes_.emplace_back(job.payment->id, outcome);
    submit_for_the_house(job.payment->id, std::move(outcome), index, SIZE_MAX);
  }

  void gateway_hears(const Flight& flight, Answer answer) {
    if (flight.job >= jobs_.size()) return;
    Job& job = jobs_[flight.job];
    job.is_waiting = false;
    if (answer.kind != AnswerKind::failed) {  // else the intent stands; the resolver goes on with it
      job.answer = std::move(answer);
      job.answer.kind = AnswerKind::done;
    }
    if (!job.approvals.empty() || !job.cancels.empty()) return;
    job.is_over = true;
    const Op& op = ops_[job.op];
    const auto key = world_.key(op.tenant, op.key, op.content).key;
    const auto found =
        world_.book(world_.book_of(job.payment->id)).find_idempotency(key);  // as gateway.cc does
    if (found && *found && (*found)->entry.final)
      job.answer.reply = {(*found)->entry.status, (*found)->entry.reply};
    tell_client(job.op, job.answer);
  }

  void submit_for_the_house(PaymentId payment, PaymentCommand command, std::size_t job, std::size_t round) {
    auto flight = std::make_shared<Flight>();
    flight->tenant = "house";
    flight->job = job;
    flight->round = round;
    flight->request.payment = payment;
    flight->request.command = std::move(command);
    flight->request.actor = {ActorKind::system, round == SIZE_MAX ? "gateway" : "resolver"};
    world_.submit(std::move(flight));
  }

  // ---- resolver ----

  void resolver_acts() {
    if (rounds_.empty() || rng_.chance(40)) look_at_alarms();
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < rounds_.size(); ++i) {
      if (!rounds_[i].is_waiting && !rounds_[i].is_over) ready.push_back(i);
    }
    if (ready.empty()) return;
    next_of_round(ready[rng_.below(ready.size())]);
  }

  void next_of_round(std::size_t index) {
    Round& round = rounds_[index];
    auto command = std::move(round.commands.front());
    round.commands.pop_front();
    round.is_waiting = true;
    submit_for_the_house(round.payment, std::move(command), SIZE_MAX, index);
  }

  // Picks one payment that is due and that nobody looks at. Returns how many are due.
  std::size_t look_at_alarms() {
    std::vector<AlarmEntry> due;
    const auto until = world_.clock.now().plus_us(1);
    for (std::uint32_t book = 0; book < world_.books(); ++book) {
      for (const auto kind : {AlarmKind::in_doubt, AlarmKind::expiry}) {
        const auto some = world_.book(book).alarms(static_cast<std::uint8_t>(kind), until.us, 64);
        if (some) due.insert(due.end(), some->begin(), some->end());
      }
    }
    if (due.empty()) return 0;
    const auto& alarm = due[rng_.below(due.size())];
    const auto under_way = [&](const Round& round) {
      return !round.is_over && round.payment.raw() == alarm.stream;
    };
    if (std::ranges::any_of(rounds_, under_way)) return due.size();
    Round round;
    round.payment = PaymentId(alarm.stream);
    if (alarm.kind == static_cast<std::uint8_t>(AlarmKind::expiry)) {
      round.commands.emplace_back(ExpirePayment{});
    } else {
      const auto payment = world_.state_of(round.payment).payment;
      auto found = pursue(payment, world_.clock, acquirers_, parameters_.policy, rng_);
      for (auto& command : found) round.commands.push_back(std::move(command));
    }
    if (!round.commands.empty()) rounds_.push_back(std::move(round));
    return due.size();
  }

  void resolver_hears(const Flight& flight, const Answer& answer) {
    if (flight.round >= rounds_.size()) return;
    Round& round = rounds_[flight.round];
    round.is_waiting = false;
    if (answer.kind != AnswerKind::done || round.commands.empty()) round.is_over = true;
  }

  // ---- the end ----

  bool is_quiet() {
    for (std::uint32_t i = 0; i < world_.books(); ++i) {
      if (world_.queued(i) > 0 || world_.is_halted(i)) return false;
    }
    const auto is_over = [](const auto& one) { return one.is_over; };
    return wire_.empty() && echoes_.empty() && std::ranges::all_of(jobs_, is_over) &&
           std::ranges::all_of(rounds_, is_over);
  }

  void fair_round() {
    while (!wire_.empty()) deliver_in_order();
    for (std::uint32_t i = 0; i < world_.books(); ++i) {
      if (world_.is_halted(i)) world_.reopen(i);
      while (world_.queued(i) > 0 && !world_.is_halted(i)) {
        world_.write(i, parameters_.batch_max);
        take_in();
      }
    }
    gateway_acts();
    resolver_acts();
    take_in();
  }

  void deliver_in_order() {
    const auto index = wire_.front();
    wire_.erase(wire_.begin());
    submit_op(index);
    take_in();
  }

  // The weather clears; days pass until nothing is due any more.
  void settle_everything() {
    tell("the weather clears");
    lost_answer_percent_ = 0;
    acquirer_.set_reachable(true);
    for (std::uint32_t round = 0; round < kSettlingRoundsMax; ++round) {
      fair_round();
      if (!is_quiet() || look_at_alarms() > 0) continue;
      if (const auto next = next_alarm_at()) {
        world_.clock.set(std::max(*next, world_.clock.now().plus_ms(1)));
      } else if (provider_.in_flight(world_.clock.now()) > 0) {
        world_.clock.advance_ms(1'000);
      } else if (only_given_up()) {
        return;
      } else {
        world_.clock.advance_ms(1'000);
        for (const auto index : std::vector<std::size_t>(open_ops_)) send(index);
      }
    }
    throw SimFailure(what_does_not_settle());
  }

  // When the resolver has to look at something again.
  std::optional<Instant> next_alarm_at() {
    std::optional<Instant> earliest;
    for (std::uint32_t book = 0; book < world_.books(); ++book) {
      const auto alarms =
          world_.book(book).alarms(static_cast<std::uint8_t>(AlarmKind::in_doubt), INT64_MAX, 1);
      if (!alarms || alarms->empty()) continue;
      if (!earliest || alarms->front().at_us < earliest->us) earliest = Instant{alarms->front().at_us};
    }
    return earliest;
  }

  // Whose outcome nobody knows stays open for ever; its audit is that a person was told.
  bool only_given_up() {
    return std::ranges::all_of(open_ops_, [&](std::size_t index) {
      const auto* key = world_.model.find_key(merchant_name(ops_[index].tenant), ops_[index].key);
      return key != nullptr && !key->final;
    });
  }

  std::string what_does_not_settle() const {
    std::string out = "after " + std::to_string(kSettlingRoundsMax) + " rounds " +
                      std::to_string(open_ops_.size()) + " requests have no answer";
    if (!open_ops_.empty()) out += ", such as key " + ops_[open_ops_.front()].key;
    return out;
  }

  // Every repeat hears what was said the first time. What wasn't booked then is decided now, and settles too.
  void ask_everything_again() {
    for (std::size_t i = 0; i < ops_.size(); ++i) send(i);
    settle_everything();
  }

  const SimOptions options_;
  Rng rng_;
  const SimParameters parameters_;
  World world_;
  Shoppers shoppers_;
  SimulatedProvider provider_;
  SimulatedAcquirer acquirer_{provider_, world_.clock, [this](Instant until) {
                                if (until > world_.clock.now()) world_.clock.set(until);
                              }};
  SimReport report_;
  Telephone telephone_{acquirer_, options_.bug, report_.provider_calls};
  const Acquirers acquirers_{{"sim", &telephone_}};
  std::vector<Op> ops_;
  std::vector<std::size_t> open_ops_;
  std::vector<std::size_t> wire_;
  std::vector<Job> jobs_;
  std::vector<Round> rounds_;
  std::deque<std::pair<PaymentId, PaymentCommand>> echoes_;
  std::uint32_t lost_answer_percent_ = parameters_.lost_answer_percent;
  std::uint32_t step_ = 0;
};

}  // namespace

SimReport simulate(const SimOptions& options) { return Simulation(options).run(); }

std::string replay_command(const SimOptions& options) {
  std::string out = "wonjang_sim --seed " + std::to_string(options.seed);
  if (options.steps != 0) out += " --steps " + std::to_string(options.steps);
  if (options.books != 0) out += " --books " + std::to_string(options.books);
  if (options.bug != SimBug::none) out += " --bug " + std::string(name_of(options.bug));
  return out + " --verbose";
}

}  // namespace wonjang::testing
