// Names: what the people of the city are called, and what they buy: seeded, each a pure function of the seed
// and a number. Surname shares as in the census, given names by Zipf over pairs of syllables; 3 % foreign, 2
// % companies, 5 % masked ("김*수"), 1 % decomposed (NFD). Product names mix Hangul and Latin.
//
// It stands beside app/demo/people.h on purpose: testing/ doesn't see app/, and the bench's data must not
// move when the demo's does.
//
// Threads: any, after construction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"

namespace wonjang::testing {

class Names {
 public:
  Names(std::uint64_t seed, std::uint64_t people);

  // Who buys now: a few come often, most seldom.
  std::uint64_t draw_person(Rng& rng) const { return rng.below(rng.below(people_) + 1); }
  std::string buyer(std::uint64_t person) const;
  std::string phone(std::uint64_t person) const;  // digits
  std::string email(std::uint64_t person) const;  // every second one has none
  std::string product(Rng& rng) const;

 private:
  Rng rng_of(std::uint64_t person) const { return Rng(seed_ ^ ((person + 1) * 0x9E6C63D0876A9A47ULL)); }

  std::uint64_t seed_;
  std::uint64_t people_;
  std::vector<std::uint8_t> surnames_;  // each as often as it is borne
  std::vector<std::uint16_t>
      given_names_;  // first * number of seconds + second, each as often as it is given
};

// Syllables of Hangul as their letters (NFD); everything else stays.
std::string decomposed(std::string_view utf8);

}  // namespace wonjang::testing
