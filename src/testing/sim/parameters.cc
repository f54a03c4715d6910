#include "testing/sim/parameters.h"

namespace wonjang::testing {
namespace {

// Often none of it, often a little, now and then a storm.
std::uint32_t rate(Rng& rng, std::uint32_t little, std::uint32_t storm) {
  const auto mood = rng.below(10);
  if (mood < 3) return 0;
  const auto most = mood < 8 ? little : storm;
  return static_cast<std::uint32_t>(rng.below(most + 1));
}

SimulatedProfile drawn_profile(Rng& rng) {
  const auto names = SimulatedProfile::names();
  if (rng.chance(40)) return *SimulatedProfile::named(names[rng.below(names.size())]);
  SimulatedProfile out;
  out.decline_permille = rate(rng, 100, 400);
  out.lost_before_permille = rate(rng, 50, 200);
  out.lost_after_permille = rate(rng, 50, 200);
  out.late_permille = rate(rng, 50, 200);
  out.straggler_permille = rate(rng, 50, 200);
  out.pending_permille = rate(rng, 50, 200);
  out.hidden_permille = rate(rng, 50, 400);
  out.inquiry_lost_permille = rate(rng, 50, 400);
  out.network_cancel_lost_permille = rate(rng, 50, 400);
  out.answer_us_max = static_cast<std::int64_t>(rng.below(2'000'000));
  out.answer_us_min = out.answer_us_max / 2;
  out.late_us = 1'000'000 + static_cast<std::int64_t>(rng.below(40'000'000));
  out.pending_us = 1'000'000 + static_cast<std::int64_t>(rng.below(40'000'000));
  out.hidden_us = 1'000'000 + static_cast<std::int64_t>(rng.below(40'000'000));
  return out;
}

std::uint32_t between(Rng& rng, std::uint32_t least, std::uint32_t most) {
  return least + static_cast<std::uint32_t>(rng.below(most - least + 1));
}

}  // namespace

SimParameters SimParameters::drawn(Rng& rng, std::uint32_t books, std::uint32_t steps) {
  SimParameters out;
  const auto drawn_books = between(rng, 1, 5);
  out.books = books != 0 ? books : drawn_books;
  const auto drawn_steps = between(rng, 300, 2000);
  out.steps = steps != 0 ? steps : drawn_steps;
  out.merchants = between(rng, 1, 4);
  out.clients = between(rng, 1, 9);
  out.batch_max = rng.chance(30) ? 1 : between(rng, 2, 64);
  out.create_percent = between(rng, 5, 60);
  out.paid_elsewhere_percent = between(rng, 0, 100);
  out.provider_percent = between(rng, 0, 100);
  out.account_percent = rate(rng, 20, 60);
  out.wrong_percent = rate(rng, 10, 40);
  out.repeat_percent = rate(rng, 10, 40);
  out.other_content_percent = rate(rng, 4, 20);
  out.duplicate_percent = rate(rng, 5, 40);
  out.lost_answer_percent = rate(rng, 10, 50);
  out.told_twice_percent = rate(rng, 10, 50);
  out.shared_key_texts = rng.chance(30);
  out.crash_permille = rate(rng, 5, 30);
  out.fault_permille = rate(rng, 10, 80);
  out.clock_jump_permille = rate(rng, 10, 60);
  out.clock_back_permille = rate(rng, 5, 30);
  out.provider_away_permille = rate(rng, 5, 20);
  out.profile = drawn_profile(rng);
  out.policy.attempts_max = between(rng, 3, 20);
  out.policy.inquiries_before_cancel = between(rng, 1, 5);
  out.policy.delay_ms_max = 60'000;
  out.policy.confirm_late_success = rng.chance(70);
  return out;
}

std::string SimParameters::text() const {
  const auto one = [](const char* name, std::uint64_t value) {
    return std::string(" ") + name + "=" + std::to_string(value);
  };
  return one("books", books) + one("steps", steps) + one("merchants", merchants) + one("clients", clients) +
         one("batch", batch_max) + one("create%", create_percent) +
         one("elsewhere%", paid_elsewhere_percent) + one("provider%", provider_percent) +
         one("account%", account_percent) + one("wrong%", wrong_percent) + one("repeat%", repeat_percent) +
         one("other_content%", other_content_percent) + one("duplicate%", duplicate_percent) +
         one("lost_answer%", lost_answer_percent) + one("told_twice%", told_twice_percent) +
         one("shared_keys", shared_key_texts ? 1 : 0) + one("crash/1000", crash_permille) +
         one("fault/1000", fault_permille) + one("jump/1000", clock_jump_permille) +
         one("back/1000", clock_back_permille) + one("away/1000", provider_away_permille) +
         one("decline/1000", profile.decline_permille) +
         one("lost/1000", profile.lost_before_permille + profile.lost_after_permille) +
         one("late/1000", profile.late_permille + profile.straggler_permille + profile.pending_permille) +
         one("attempts", policy.attempts_max);
}

}  // namespace wonjang::testing
