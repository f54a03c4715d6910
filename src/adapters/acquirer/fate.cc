#include "adapters/acquirer/fate.h"

#include <array>

#include "base/rng.h"

namespace wonjang {
namespace {

constexpr std::string_view kTag = "sim-";
constexpr std::string_view kCancelTag = "cancel-";

enum class Effect : std::uint8_t {
  decline,
  slow,
  lost_before,
  lost_after,
  half_answer,
  garbage,
  silent,
  late,
  straggler,
  pending,
  hidden,
  stubborn,
};

struct Word {
  std::string_view text;
  Effect effect;
  std::string_view decline_code;
};

// A word that begins like another stands before it.
constexpr std::array kWords{
    Word{"decline-funds", Effect::decline, "INSUFFICIENT_FUNDS"},
    Word{"decline-limit", Effect::decline, "LIMIT_EXCEEDED"},
    Word{"decline-expired", Effect::decline, "CARD_EXPIRED"},
    Word{"decline-stolen", Effect::decline, "CARD_STOLEN"},
    Word{"decline", Effect::decline, "DECLINED_BY_ISSUER"},
    Word{"slow", Effect::slow, {}},
    Word{"lost-before", Effect::lost_before, {}},
    Word{"lost-after", Effect::lost_after, {}},
    Word{"half-answer", Effect::half_answer, {}},
    Word{"garbage", Effect::garbage, {}},
    Word{"silent", Effect::silent, {}},
    Word{"late", Effect::late, {}},
    Word{"straggler", Effect::straggler, {}},
    Word{"pending", Effect::pending, {}},
    Word{"hidden", Effect::hidden, {}},
    Word{"stubborn", Effect::stubborn, {}},
};

const Word* word_at(std::string_view text) {
  for (const Word& word : kWords) {
    if (text.starts_with(word.text)) return &word;
  }
  return nullptr;
}

// The first word for this call in the order id. Words without "cancel-" speak of the approval.
const Word* scripted(std::string_view order_id, bool of_cancel) {
  for (std::size_t at = order_id.find(kTag); at != std::string_view::npos; at = order_id.find(kTag, at + 1)) {
    std::string_view rest = order_id.substr(at + kTag.size());
    const bool about_cancel = rest.starts_with(kCancelTag);
    if (about_cancel) rest.remove_prefix(kCancelTag.size());
    if (about_cancel != of_cancel) continue;
    if (const Word* word = word_at(rest)) return word;
  }
  return nullptr;
}

void lose(Fate& fate, Effect effect, const SimulatedProfile& profile) {
  switch (effect) {
    case Effect::decline:
      return;
    case Effect::slow:
      fate.answer_us = profile.slow_us;
      return;
    case Effect::lost_before:
    case Effect::stubborn:
      fate.dropped = true;
      fate.loss = Loss::closed;
      return;
    case Effect::lost_after:
      fate.loss = Loss::closed;
      return;
    case Effect::half_answer:
      fate.loss = Loss::half;
      return;
    case Effect::garbage:
      fate.loss = Loss::garbage;
      return;
    case Effect::silent:
      fate.loss = Loss::silent;
      return;
    case Effect::late:
      fate.answer_us = profile.late_us;
      return;
    case Effect::straggler:
      fate.transit_us = profile.late_us;
      return;
    case Effect::pending:
      fate.work_us = profile.pending_us;
      fate.loss = Loss::silent;
      return;
    case Effect::hidden:
      fate.loss = Loss::closed;
      fate.hidden_us = profile.hidden_us;
      return;
  }
}

std::string_view any_decline_code(Rng& rng) {
  constexpr std::array<std::string_view, 5> kCodes{"DECLINED_BY_ISSUER", "INSUFFICIENT_FUNDS",
                                                   "LIMIT_EXCEEDED", "CARD_EXPIRED", "CARD_STOLEN"};
  return kCodes[rng.below(kCodes.size())];
}

Loss any_loss(Rng& rng) {
  constexpr std::array kLosses{Loss::closed, Loss::half, Loss::garbage, Loss::silent};
  return kLosses[rng.below(kLosses.size())];
}

void draw_money_call(Fate& fate, const SimulatedProfile& profile, ProviderCall call, Rng& rng) {
  if (rng.below(1000) < profile.decline_permille) {
    fate.decline_code =
        call == ProviderCall::approve ? any_decline_code(rng) : std::string_view("CANCEL_REFUSED");
  }
  if (rng.below(1000) < profile.hidden_permille) fate.hidden_us = profile.hidden_us;

  struct Chance {
    std::uint32_t permille;
    Effect effect;
  };
  const std::array chances{Chance{profile.lost_before_permille, Effect::lost_before},
                           Chance{profile.lost_after_permille, Effect::lost_after},
                           Chance{profile.late_permille, Effect::late},
                           Chance{profile.straggler_permille, Effect::straggler},
                           Chance{profile.pending_permille, Effect::pending}};
  std::uint64_t roll = rng.below(1000);
  for (const Chance& chance : chances) {
    if (roll < chance.permille) {
      lose(fate, chance.effect, profile);
      if (chance.effect == Effect::lost_before || chance.effect == Effect::lost_after)
        fate.loss = any_loss(rng);
      return;
    }
    roll -= chance.permille;
  }
}

// Half of the lost questions are lost on the way there, half on the way back.
void draw_question(Fate& fate, std::uint32_t lost_permille, Rng& rng) {
  if (rng.below(1000) >= lost_permille) return;
  fate.dropped = rng.chance(50);
  fate.loss = any_loss(rng);
}

void script_money_call(Fate& fate, const SimulatedProfile& profile, const Word& word,
                       const FateQuestion& question) {
  if (word.effect == Effect::decline) {
    fate.decline_code =
        question.call == ProviderCall::approve ? word.decline_code : std::string_view("CANCEL_REFUSED");
    return;
  }
  // Asking again finds the way clear, so that a person sees the duplicate answered.
  if (question.attempt == 1) lose(fate, word.effect, profile);
}

}  // namespace

std::uint64_t seeded_hash(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL ^ seed;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  return Rng(hash).next();
}

Fate fate_of(const SimulatedProfile& profile, std::uint64_t seed, const FateQuestion& question) {
  const std::uint64_t call_seed =
      seed + (static_cast<std::uint64_t>(question.call) << 56U) + question.attempt;
  Rng rng(seeded_hash(call_seed, question.reference));

  Fate fate;
  const auto spread = static_cast<std::uint64_t>(profile.answer_us_max - profile.answer_us_min) + 1;
  fate.answer_us = profile.answer_us_min + static_cast<std::int64_t>(rng.below(spread));

  const Word* word = scripted(question.order_id, question.call == ProviderCall::cancel);
  switch (question.call) {
    case ProviderCall::approve:
    case ProviderCall::cancel:
      if (word != nullptr) {
        script_money_call(fate, profile, *word, question);
      } else {
        draw_money_call(fate, profile, question.call, rng);
      }
      return fate;
    case ProviderCall::inquire:
      if (word == nullptr) draw_question(fate, profile.inquiry_lost_permille, rng);
      return fate;
    case ProviderCall::network_cancel:
      if (word == nullptr) {
        draw_question(fate, profile.network_cancel_lost_permille, rng);
      } else if (word->effect == Effect::stubborn && question.attempt <= profile.stubborn_tries) {
        fate.dropped = true;
        fate.loss = Loss::closed;
      }
      return fate;
  }
  return fate;
}

std::vector<std::string> SimulatedProfile::names() { return {"perfect", "everyday", "stormy"}; }

std::optional<SimulatedProfile> SimulatedProfile::named(std::string_view name) {
  SimulatedProfile profile;
  if (name == "perfect") return profile;
  if (name == "everyday") {
    profile.decline_permille = 10;
    profile.lost_before_permille = 1;
    profile.lost_after_permille = 1;
    profile.late_permille = 1;
    profile.answer_us_min = 2'000;
    profile.answer_us_max = 20'000;
    return profile;
  }
  if (name == "stormy") {
    profile.decline_permille = 50;
    profile.lost_before_permille = 60;
    profile.lost_after_permille = 80;
    profile.late_permille = 60;
    profile.straggler_permille = 50;
    profile.pending_permille = 50;
    profile.hidden_permille = 100;
    profile.inquiry_lost_permille = 200;
    profile.network_cancel_lost_permille = 300;
    profile.answer_us_min = 1'000;
    profile.answer_us_max = 200'000;
    return profile;
  }
  return std::nullopt;
}

}  // namespace wonjang
