// LedgerRig with the seeded provider behind it: a gateway, a resolver that is stepped by hand, and the
// comparison of both sides' money. The test's target also links wj_acquirer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "adapters/acquirer/simulated_acquirer.h"
#include "engine/ledger/gateway.h"
#include "engine/ledger/resolver.h"
#include "testing/ledger_rig.h"

namespace wonjang::testing {

struct ProviderRig : LedgerRig {
  static constexpr std::int64_t kCallTimeoutMs = 3'000;

  explicit ProviderRig(std::uint32_t books = 1, const std::string& profile = "perfect",
                       std::uint64_t provider_seed = 7)
      : LedgerRig(books), provider(*SimulatedProfile::named(profile), provider_seed) {
    start_engine();
  }
  ~ProviderRig() { stop_engine(); }

  void start_engine() {
    gateway = std::make_unique<Gateway>(GatewayOptions{1, 64}, *ledger, Acquirers{{"sim", &acquirer}},
                                        line_renderer());
    gateway->start();
    ResolverOptions resolver_options;
    resolver_options.policy.attempts_max = 8;
    resolver_options.policy.delay_ms_max = 60'000;
    resolver =
        std::make_unique<Resolver>(resolver_options, *ledger, Acquirers{{"sim", &acquirer}}, line_renderer());
  }
  void stop_engine() {
    if (gateway) gateway->stop();
    gateway.reset();
    resolver.reset();
  }
  void restart_all() {
    stop_engine();
    restart();
    start_engine();
  }
  // A payment that waits for its approval.
  PaymentId ready(const std::string& order, std::int64_t total) {
    return create(create_command(merchant_of(1), order, total), "create-" + order).payment_id;
  }
  BeginApproval begin(std::int64_t amount) const {
    BeginApproval out;
    out.input.method = a_card();
    out.input.amount = amount;
    out.input.provider = "sim";
    out.deadline = clock.now().plus_ms(kCallTimeoutMs);
    return out;
  }
  Answer submit(PaymentId payment, PaymentCommand command, std::string key_text) {
    if (auto* cancel = std::get_if<CancelPayment>(&command))
      cancel->deadline = clock.now().plus_ms(kCallTimeoutMs);
    auto waiting = request(payment, std::move(command), std::move(key_text));
    Waiter waiter;
    waiting.completion = &waiter;
    gateway->submit(std::move(waiting));
    return waiter.wait();
  }
  Answer approve(PaymentId payment, std::int64_t amount, std::string key_text) {
    return submit(payment, begin(amount), std::move(key_text));
  }

  // Days pass until nothing is due any more.
  void settle_everything() {
    for (int quiet = 0, round = 0; quiet < 12 && round < 2000; ++round) {
      quiet = resolver->step() == 0 ? quiet + 1 : 0;
      clock.advance_ms(quiet == 0 ? 1'000 : 30'000);
    }
  }

  std::int64_t captured() { return provider.captured_totals(clock.now())["KRW"]; }
  // What the book holds as live at this provider.
  std::int64_t booked() const {
    std::int64_t sum = 0;
    for (std::uint32_t book = 0; book < ledger->books(); ++book) {
      const auto units = ledger->read(book, 0, Book::kUnitsMax, SIZE_MAX).value();
      for (const auto& unit : units) {
        if (unit.first_version != 0 || unit.stream == kRegistryStream) continue;
        for (const auto& approval : state(PaymentId(unit.stream)).approvals) {
          if (approval.terms.provider != "sim" || !approval.is_live()) continue;
          sum += approval.terms.parts.total().value() - approval.canceled.total().value();
        }
      }
    }
    return sum;
  }
  std::string mismatch() {
    for (const auto& broken : provider.violations(clock.now())) return "provider: " + broken;
    if (captured() == booked()) return "";
    return "the provider captured " + std::to_string(captured()) + ", the book says " +
           std::to_string(booked());
  }

  class Waiter final : public Completion {
   public:
    void complete(std::uint64_t, Answer answer) override { answer_ = std::move(answer); }
    void flush() override { done_.set_value(); }
    Answer wait() {
      done_.get_future().wait();
      return std::move(answer_);
    }

   private:
    Answer answer_;
    std::promise<void> done_;
  };

  std::function<void()> while_asking;  // runs when a caller waits for the provider
  SimulatedProvider provider;
  SimulatedAcquirer acquirer{provider, clock, [this](Instant until) {
                               if (while_asking) while_asking();
                               if (until > clock.now()) clock.set(until);
                             }};
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<Resolver> resolver;
};

}  // namespace wonjang::testing
