// People: a seeded population of buyers with the names a Korean order form sees. Person `i` is a pure
// function of the seed and of i; tables are made once, a name costs no allocation beyond the caller's string.
//
// Surnames as in the census (김 21.5 %, 이 14.7 %, 박 8.4 %, 최 4.7 %, 정 4.3 % ...), given names by Zipf
// over pairs of syllables; 3 % foreigners in Latin letters, 2 % companies ("(주)한빛상사"), 5 % masked
// ("김*수"), 1 % in decomposed Unicode (NFD), as some phones send them. Nobody here is real: mail domains end
// in
// ".example".
//
// Threads: any, after construction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"

namespace wonjang {

class People {
 public:
  People(std::uint64_t seed, std::uint64_t population);

  // Who buys now: some come often, most seldom. A person's number.
  std::uint64_t draw(Rng& rng) const { return rng.below(rng.below(population_) + 1); }

  // Appends `,"buyer":{...}` for person `i`.
  void append_buyer(std::string& out, std::uint64_t i) const;
  // The name alone: UTF-8, nothing in it needs an escape in JSON.
  void append_name(std::string& out, std::uint64_t i) const;

 private:
  Rng rng_of(std::uint64_t i) const { return Rng(seed_ ^ (i + 1) * 0x9E6C63D0876A9A47ULL); }

  std::uint64_t seed_;
  std::uint64_t population_;
  std::vector<std::uint8_t> surnames_;      // numbers of surnames, each as often as it is borne
  std::vector<std::uint16_t> given_names_;  // first syllable * kSeconds + second
};

}  // namespace wonjang
