// Fate: what becomes of one message to the simulated provider, decided when it is sent: by chance from the
// seed, or by a word in the order id (`sim-lost-after`, `sim-cancel-decline` ...; the list is in
// docs/acquirer-protocol.md), so that a person can try any unknown outcome by hand. An order id that holds a
// word for a call leaves nothing of that call to chance.
//
// The same seed, reference, call and attempt give the same fate on any machine and in any order of threads.
// Threads: any (values and pure functions).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wonjang {

// Chances in 1000 calls, times in microseconds. Default-constructed: the perfect provider.
struct SimulatedProfile {
  // approve and cancel
  std::uint32_t decline_permille = 0;
  // Of these five at most one befalls a message; together at most 1000.
  std::uint32_t lost_before_permille = 0;  // the request vanishes: no effect, no answer
  std::uint32_t lost_after_permille = 0;   // took effect, no answer
  std::uint32_t late_permille = 0;         // took effect, the answer comes late_us later
  std::uint32_t straggler_permille = 0;    // the request arrives late_us later, and only then takes effect
  std::uint32_t pending_permille = 0;      // arrives, is decided pending_us later, the answer is lost
  std::uint32_t hidden_permille =
      0;  // beside the above: inquiries say not_found for hidden_us after it took effect
  // inquire and network_cancel, each try anew
  std::uint32_t inquiry_lost_permille = 0;
  std::uint32_t network_cancel_lost_permille = 0;

  std::int64_t answer_us_min = 0;  // the usual way to an answer, [min, max]
  std::int64_t answer_us_max = 0;
  std::int64_t slow_us = 1'000'000;  // of `sim-slow`
  std::int64_t late_us = 20'000'000;
  std::int64_t pending_us = 15'000'000;
  std::int64_t hidden_us = 15'000'000;
  std::uint32_t stubborn_tries = 3;  // network cancels that `sim-stubborn` leaves unanswered

  // "perfect", "everyday" (1 % declined, 3 in 1000 without a usable answer), "stormy" (a third of all calls
  // goes wrong).
  static std::optional<SimulatedProfile> named(std::string_view name);
  static std::vector<std::string> names();
};

enum class ProviderCall : std::uint8_t { approve, cancel, inquire, network_cancel };

// How an answer is lost. A port can't tell them apart; a socket can.
enum class Loss : std::uint8_t {
  none,
  closed,   // the connection ends without an answer
  half,     // half an answer, then the end
  garbage,  // something that is no answer
  silent,   // nothing comes, the connection stays open
};

struct Fate {
  std::string decline_code;     // empty: granted, as far as the books allow
  bool dropped = false;         // the request never arrives
  std::int64_t transit_us = 0;  // before it arrives
  std::int64_t work_us = 0;     // then it is pending
  std::int64_t answer_us = 0;   // then the answer travels
  Loss loss = Loss::none;
  std::int64_t hidden_us = 0;
};

struct FateQuestion {
  ProviderCall call = ProviderCall::approve;
  std::string_view reference;
  std::string_view order_id;  // of the approval that it is about; empty when nobody knows
  std::uint32_t attempt = 1;  // of this call under this reference, from 1
};
Fate fate_of(const SimulatedProfile& profile, std::uint64_t seed, const FateQuestion& question);

// A number that depends on the seed and the text alone.
std::uint64_t seeded_hash(std::uint64_t seed, std::string_view text);

}  // namespace wonjang
