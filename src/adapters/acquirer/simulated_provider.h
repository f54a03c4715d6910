// SimulatedProvider: the truth of a seeded provider of payments. It knows which money was really captured,
// whatever the caller got to hear. Messages arrive, are decided and become visible at their own times; a
// message that is still on its way when its caller gave up arrives all the same.
//
// Time is an argument: nothing here sleeps, and a simulator can run it on a fake clock. Who delivers the
// answers (or loses them) is SimulatedAcquirer, in the process, or AcquirerServer, over a socket.
//
// Invariants (violations() names the first that doesn't hold):
//   - one decision per reference; asking again gives the first answer
//   - per approval: 0 <= sum of its cancels <= its amount, and the sum is that of the granted cancels
//   - after a network cancel was taken in, the reference holds no money and is never approved
// Bound: kReferencesMax references; a further one is refused as unavailable and has no effect.
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/acquirer/fate.h"
#include "base/mutex.h"
#include "base/result.h"
#include "domain/time.h"
#include "ports/acquirer.h"

namespace wonjang {

// How one message fares: the caller may read the answer from answer_at on, unless it is lost.
struct Passage {
  Loss loss = Loss::none;
  Instant answer_at;
};

enum class TruthState : std::uint8_t { pending, approved, declined, canceled };
std::string_view name_of(TruthState state);

// One reference as it really is.
struct Truth {
  std::string reference;
  std::string approval_reference;  // empty: it is an approval
  std::string order_id;
  TruthState state = TruthState::pending;  // of an approval: canceled = by network cancel
  Money amount;                            // asked for
  std::int64_t canceled_minor = 0;         // of an approval: by granted cancels
  std::string failure_code;

  bool is_cancel() const { return !approval_reference.empty(); }
  // Money that this reference holds for the merchant; zero for a cancel (its approval is smaller instead).
  std::int64_t captured_minor() const {
    return !is_cancel() && state == TruthState::approved ? amount.minor - canceled_minor : 0;
  }
};

class SimulatedProvider {
 public:
  static constexpr std::size_t kReferencesMax = 4'000'000;

  SimulatedProvider(SimulatedProfile profile, std::uint64_t seed, std::size_t references_max = kReferencesMax)
      : profile_(profile), seed_(seed), references_max_(references_max) {}

  // A message leaves for the provider at `now`; its effects come by themselves as time passes.
  // Errors: unavailable (no room for a further reference; nothing happened), in_doubt (the reference was used
  // for another request: what the first one did is to be inquired).
  Result<Passage> submit(const ApproveRequest& request, Instant now);
  Result<Passage> submit(const CancelRequest& request, Instant now);
  Result<Passage> submit_inquiry(const std::string& reference, Instant now);
  // Further error: in_doubt when `reference` is that of a cancel, which can't be network-cancelled.
  Result<Passage> submit_network_cancel(const std::string& reference, Instant now);

  // The answers as they stand at `now`, without evidence. Nothing: not decided yet.
  std::optional<ApproveAnswer> approval(const std::string& reference, Instant now);
  std::optional<CancelAnswer> cancellation(const std::string& reference, Instant now);
  std::optional<NetworkCancelAnswer> network_cancellation(const std::string& reference, Instant now);
  InquiryAnswer inquiry(const std::string& reference, Instant now);

  // For reconciliation in tests. In order of reference, after `after`; references nobody has decided on are
  // left out.
  std::vector<Truth> truth(Instant now, const std::string& after = {}, std::size_t count_max = SIZE_MAX);
  std::optional<Truth> truth_of(const std::string& reference, Instant now);
  // Captured less cancelled, per currency code.
  std::map<std::string, std::int64_t> captured_totals(Instant now);
  // Messages that have not arrived or are not decided.
  std::size_t in_flight(Instant now);
  // Empty when all invariants hold.
  std::vector<std::string> violations(Instant now);

  const SimulatedProfile& profile() const { return profile_; }

 private:
  struct Entry {
    TruthState state = TruthState::pending;
    Money amount;
    std::string approval_reference;
    std::string granted_decline;  // what fate decided, until the decision is made
    std::string failure_code;
    std::int64_t canceled_minor = 0;
    std::int64_t hidden_us = 0;
    Instant decided_at;
    bool is_cancel() const { return !approval_reference.empty(); }
  };
  // What the simulator knows of a reference, which may be more than the provider does.
  struct Reference {
    std::string order_id;
    std::string content;  // of the first request, to tell a repeat from another one
    std::uint32_t attempts[4] = {};
    std::optional<Entry> entry;
    std::optional<NetworkCancelResult> barred;  // network-cancelled: never to be approved
  };
  struct Message {
    std::string reference;
    bool decides = false;  // the second half: the entry is there and gets its decision
    Entry entry;
    std::int64_t work_us = 0;
  };
  using Due = std::pair<std::int64_t, std::uint64_t>;  // when, then in order of sending

  void advance(Instant now) WJ_REQUIRES(mutex_);
  void arrive(Message message, std::int64_t at_us) WJ_REQUIRES(mutex_);
  void decide(const std::string& reference, Instant at) WJ_REQUIRES(mutex_);
  std::string refusal_of_cancel(const Entry& cancel) const WJ_REQUIRES(mutex_);
  Reference* find(const std::string& reference) WJ_REQUIRES(mutex_);
  Result<Reference*> find_or_add(const std::string& reference) WJ_REQUIRES(mutex_);
  Fate draw(Reference& known, const std::string& reference, ProviderCall call) WJ_REQUIRES(mutex_);
  Result<Passage> submit_money(ProviderCall call, const std::string& reference, std::string order_id,
                               std::string content, Entry entry, Instant now) WJ_REQUIRES(mutex_);
  const Entry* decided(const std::string& reference, Instant now, bool is_cancel) WJ_REQUIRES(mutex_);
  std::string number_of(const std::string& reference, std::string_view kind) const;
  static Truth truth_from(const std::string& reference, const Reference& known);

  const SimulatedProfile profile_;
  const std::uint64_t seed_;
  const std::size_t references_max_;
  Mutex mutex_;
  std::map<std::string, Reference> references_ WJ_GUARDED_BY(mutex_);
  std::map<Due, Message> messages_ WJ_GUARDED_BY(mutex_);
  std::uint64_t sent_ WJ_GUARDED_BY(mutex_) = 0;
};

// For people, in Korean practice the provider's own words: "Insufficient funds".
std::string failure_message_of(std::string_view failure_code);

}  // namespace wonjang
