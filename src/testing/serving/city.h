// City: a seeded world of payments as the ledger would have written it: merchants of Zipf sizes, buyers,
// every method, cancels, acquisitions, declines, answers that never came, events recorded late. Every event
// comes out of domain decide() and evolve(); ids, versions, status_after and balance_after are what
// BookWriter would stamp. Left out is what only a book knows: idempotency entries, claims, answers.
//
//   City city({.seed = 42, .payments = 100'000}, codec);
//   std::vector<CityUnit> batch;
//   while (city.next(/*units_max=*/4096, batch)) feed(batch);   // in order of the recorded time
//
// Life n (all that happens to the n-th payment) is a pure function of the options and of n, so a world of any
// size needs memory only for what is still to come: some days of bytes. life(n) gives the same payment
// without the stream, for peers' tables (peer_rows.h) and for an oracle that folds one payment after the
// other.
//
// Invariants: within a book recorded_at rises strictly and positions are dense; the registry's events come
// first, in book 0; the same options give the same bytes.
//
// Threads: one owner; life() any.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "domain/payment.h"
#include "domain/registry.h"
#include "ports/event_codec.h"
#include "ports/projection.h"
#include "testing/serving/names.h"

namespace wonjang::testing {

struct CityOptions {
  std::uint64_t seed = 1;
  std::uint64_t payments = 10'000;
  std::uint32_t merchants = 500;
  std::uint32_t organisations = 20;
  std::uint64_t people = 100'000;
  std::uint32_t books = 1;
  BusinessDate until = {20'758};  // the first day that hasn't come yet: 2026-11-01
  std::uint32_t months = 36;      // before it, whole ones
  bool pathological = true;       // merchant 0 has a third of all payments
  bool rare = true;               // the last merchant has ten, over five years
  bool old_cancels = true;        // three more payments are cancelled after three years
  // Recorded later than they happened, of a million units; each includes the next one.
  std::uint32_t late_hour_ppm = 20'000;
  std::uint32_t late_day_ppm = 2'000;
  std::uint32_t late_month_ppm = 200;
};

struct CityMerchant {
  MerchantId id;  // its place in the vector is its number
  std::string code;
  std::string organisation;  // or empty
};

struct CityUnit {
  std::uint32_t book = 0;
  StoredUnit unit;
  Instant recorded_at;  // of its first event
};

// Everything that happened to one payment until the world's end.
struct Life {
  std::uint32_t merchant = 0;                // number
  Payment payment;                           // as it is at the end
  std::vector<std::vector<Event>> commands;  // what each added; recorded_at may differ from the stream's by
                                             // microseconds, where two payments met in one
};

class City {
 public:
  // REQUIRES: merchants >= 3, books >= 1; `codec` outlives the city
  City(CityOptions options, const EventCodec& codec);

  const CityOptions& options() const { return options_; }
  const std::vector<CityMerchant>& merchants() const { return merchants_; }
  std::uint32_t pathological_merchant() const { return 0; }
  std::uint32_t rare_merchant() const { return options_.merchants - 1; }
  Instant begin() const { return start_of(days_.front().date); }
  Instant end() const { return start_of(options_.until); }

  // Replaces `batch` by the next units, 1 to `units_max`; false at the end.
  bool next(std::uint32_t units_max, std::vector<CityUnit>& batch);

  std::uint64_t lives() const { return options_.payments + specials_.size(); }
  // REQUIRES: n < lives()
  Life life(std::uint64_t n) const;

 private:
  struct Day {
    BusinessDate date;
    std::uint64_t first = 0;  // ordinary payments [first, last)
    std::uint64_t last = 0;
  };
  struct Special {
    Instant at;
    std::uint32_t merchant;
    Instant cancel_at;  // zero: never
  };
  struct Pending {
    Instant recorded_at;
    std::uint64_t number;  // in order of making: decides among equals
    RawId stream;
    std::uint32_t first_version;
    std::vector<std::string> events;
  };

  void plan_days();
  void plan_specials();
  void plan_merchants();
  void register_merchants();
  std::uint32_t merchant_for(Rng& rng) const;
  Instant time_within(BusinessDate day, Rng& rng) const;
  void make_day(const Day& day);
  void add_pending(const Life& life);
  CityUnit stamped(Pending pending);

  CityOptions options_;
  const EventCodec& codec_;
  Names names_;
  std::vector<CityMerchant> merchants_;
  std::vector<std::uint64_t> merchant_weights_;  // running sums
  std::vector<Day> days_;
  std::vector<Special> specials_;

  std::size_t next_day_ = 0;
  std::uint64_t made_ = 0;
  std::map<std::int32_t, std::vector<Pending>> pending_;  // by recorded day
  std::vector<Pending> ready_;                            // of one day, newest first
  std::vector<Position> tails_;                           // per book
  std::vector<Instant> last_recorded_;                    // per book
};

}  // namespace wonjang::testing
