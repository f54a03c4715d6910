// Dictionary: the distinct normal forms (text.h) of every text field, in memory, and which of them contain a
// pattern. Search asks it first; the postings of the values it names lead to the payments.
//
// An index over the *distinct* forms (grams of one and two characters; of up to three initials where there
// are consonants) is small, and answers one syllable as well as five. Forms with a mask can agree with
// anything, so they stand apart: those with any character of the pattern are compared one by one.
//
// Invariants:
//   - it holds every form of the space `dictionary` it was loaded from, and what was added since: at least
//     what any snapshot taken since holds. More is harmless: a value without postings finds nothing;
//   - newest_us of a match is no smaller than the time of any payment with that value.
// After a batch that was lost, what was added for it is no longer in the store: make a new one and load() it.
//
// Bounds: values_max per field, and some 130 million characters. A form that found no room is not found:
// every answer of that field says so (`complete`), stats() counts it.
//
// Threads: one writer calls load(), add() and note(); warm() may run beside it, in one thread; any thread
// calls the const functions. Nobody waits for anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "domain/time.h"
#include "engine/serving/spaces.h"
#include "engine/serving/text.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

constexpr std::array kTextFields{TextField::buyer, TextField::product, TextField::depositor,
                                 TextField::metadata};

// 48 bits of hash64 over the UTF-8 of the form, seeded with the field. Stored: never changes.
ValueId value_id(TextField field, std::u32string_view form);
// field(1) normal form, in UTF-8.
std::string dictionary_key(TextField field, std::u32string_view form);

struct Match {
  static constexpr std::int64_t kUnknown = INT64_MAX;
  ValueId value = 0;
  std::int64_t newest_us = 0;  // no payment with this value is newer; kUnknown: not learned yet
  bool possible = false;       // agrees by a mask of the stored form
  friend bool operator==(const Match&, const Match&) = default;
};

struct Matches {
  std::vector<Match> values;   // in no order, each value once
  std::uint64_t examined = 0;  // numbers read from lists, and forms compared
  // False: forms of this field found no room, or more than kExaminedMax would have to be looked at. Whoever
  // asked walks rows instead, within a ceiling.
  bool complete = true;
  bool ids_shared = false;  // a value may stand for another form too, whose match isn't told
};

// What one search may look at in memory, of each of the two kinds of forms: tens of milliseconds.
constexpr std::size_t kExaminedMax = 1'000'000;

// Of the payments that are looked for.
struct Scope {
  Instant from;  // values without a payment at or after it are left out, where that is known; zero: all
};

// The values of an answer, for plans that walk rows and ask of each whether its value is one of them.
class ValueSet {
 public:
  explicit ValueSet(std::span<const Match> matches);
  bool contains(ValueId value) const;
  std::size_t size() const { return size_; }

 private:
  std::size_t mask_;
  std::vector<ValueId> slots_;
  std::size_t size_ = 0;
};

struct DictionaryOptions {
  std::uint32_t values_max = 20'000'000;                         // per field, masked ones counted apart
  ValueId (*id_of)(TextField, std::u32string_view) = &value_id;  // tests make it collide
};

enum class Added : std::uint8_t {
  now,     // put its dictionary_key into the same batch
  before,  // there already; its newest time was raised
  full,    // no room: stored and counted, but not found (see Matches::complete)
};

// Where warm() goes on.
struct WarmPlace {
  std::uint32_t part = 0;
  std::uint32_t number = 0;
};

class Dictionary {
 public:
  explicit Dictionary(DictionaryOptions options = {});
  ~Dictionary();
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  // What the space `dictionary` holds; newest times stay unknown until warm() or forever.
  // Errors: corrupt (a key that add() never made), and those of the snapshot.
  Result<void> load(const KvSnapshot& snapshot);

  ValueId id_of(TextField field, std::u32string_view form) const { return options_.id_of(field, form); }
  // A payment at `at` has this text. REQUIRES: 1..kFormMax characters, a normal form
  Added add(TextField field, std::u32string_view form, Instant at) {
    return add(field, form, id_of(field, form), at);
  }
  // The same for whoever knows its id_of().
  Added add(TextField field, std::u32string_view form, ValueId id, Instant at);
  // The same when the value is known to be there; nothing when it isn't.
  void note(TextField field, ValueId value, Instant at);

  // Learns newest times from the space `postings`, one seek a value, for up to `values` values from `place`
  // on; moves `place`. True when all are known. Take a snapshot as new as the load, or newer. Errors: those
  // of the snapshot; `place` then stays, and the times remain unknown.
  Result<bool> warm(const KvSnapshot& snapshot, WarmPlace& place, std::uint32_t values);

  Matches find(TextField field, const Pattern& pattern, const Scope& scope = {}) const;

  // values, masked, refused and bytes of each field, by name, for metrics.
  std::vector<std::pair<std::string, std::uint64_t>> stats() const;

 private:
  struct Column;
  Column& column(TextField field);
  const Column& column(TextField field) const;

  const DictionaryOptions options_;
  std::array<std::unique_ptr<Column>, kTextFields.size()> columns_;
};

}  // namespace wonjang::serving
