// What one run draws from its seed: everybody's habits, and how bad the weather is. Swarm testing: a run with
// all faults at once finds other bugs than a run where one thing goes wrong all the time.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/acquirer/fate.h"
#include "base/rng.h"
#include "engine/ledger/pursuit.h"

namespace wonjang::testing {

struct SimParameters {
  std::uint32_t books = 1;
  std::uint32_t steps = 1200;
  std::uint32_t merchants = 2;
  std::uint32_t clients = 4;
  std::uint32_t batch_max = 8;

  // Percent of ...
  std::uint32_t create_percent = 30;          // ... actions that create a payment
  std::uint32_t paid_elsewhere_percent = 50;  // ... new payments that bring approvals along
  std::uint32_t provider_percent = 40;        // ... approvals that go through the provider
  std::uint32_t account_percent = 15;         // ... recorded approvals that are virtual accounts
  std::uint32_t wrong_percent = 10;           // ... amounts that are wrong on purpose
  std::uint32_t repeat_percent = 10;          // ... actions that send an old request again
  std::uint32_t other_content_percent = 4;    // ... actions that send an old key with other content
  std::uint32_t duplicate_percent = 5;        // ... messages that arrive twice
  std::uint32_t lost_answer_percent = 10;     // ... answers that never reach their client
  std::uint32_t told_twice_percent = 5;       // ... outcomes that the provider's side reports again
  bool shared_key_texts = false;              // the house and the merchants use the same words as keys

  // Per 1000 steps.
  std::uint32_t crash_permille = 4;
  std::uint32_t fault_permille = 10;  // the next append of a book fails
  std::uint32_t clock_jump_permille = 10;
  std::uint32_t clock_back_permille = 5;
  std::uint32_t provider_away_permille = 3;

  SimulatedProfile profile;
  PursuitPolicy policy;

  // Books and steps are as given where not zero.
  static SimParameters drawn(Rng& rng, std::uint32_t books, std::uint32_t steps);
  std::string text() const;
};

}  // namespace wonjang::testing
