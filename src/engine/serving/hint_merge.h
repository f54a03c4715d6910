// HintMerge: the payments that some ids and values of texts point to, each once, newest first, without
// reading more than the next of them needs.
//
// A heap holds the sources by the earliest place at which each may still have something: for a value that
// nobody looked up yet, its newest time from the dictionary; after that, its next posting. A source is looked
// up when it comes to the top, so the newest 50 payments of ten thousand values cost some fifty seeks. One
// cursor per space serves all sources: what it finds is read ahead in growing chunks.
//
// Threads: one owner.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/serving/dictionary.h"
#include "engine/serving/place.h"

namespace wonjang::serving {

// What one answer may read, and has read.
struct ReadBudget {
  std::uint64_t seeks_max = 2'000;
  std::uint64_t rows_max = 20'000;  // rows, and hints passed on the way
  std::uint64_t seeks = 0;
  std::uint64_t rows = 0;
  bool has_seek() const { return seeks < seeks_max; }
  bool has_row() const { return rows < rows_max; }
  // About what it cost, in rows.
  std::uint64_t effort() const { return rows + seeks * 2; }
};

struct Candidate {
  Place place;
  MerchantNo merchant = 0;
  std::uint32_t ids = 0;  // bit_of(IdKind) of each that pointed here
};
constexpr std::uint32_t bit_of(IdKind kind) { return std::uint32_t{1} << static_cast<unsigned>(kind); }

class HintMerge {
 public:
  // Of one merchant, or of all. `budget` is shared, and outlives this.
  HintMerge(const KvSnapshot& snapshot, std::optional<MerchantNo> merchant, PlaceRange range,
            ReadBudget& budget);

  void reserve(std::size_t values);
  void add(TextField field, const Match& match);
  void add(IdKind kind, std::string value);
  void add(const Candidate& found);  // by other means
  // Stops as at the ceiling once the budget's effort() is above this.
  void stop_at_effort(std::uint64_t effort) { effort_max_ = effort; }

  enum class Step : std::uint8_t { found, end, ceiling };
  // The next payment, into `out`. After `end` or `ceiling` there is nothing more to ask but reached().
  // Errors: corrupt, unavailable.
  Result<Step> next(Candidate& out);
  // Nothing before this place is still to come.
  Place reached() const { return reached_; }

 private:
  struct Source {
    KvSpace space = kPostings;
    std::uint8_t kind = 0;    // of TextField or IdKind
    std::uint64_t value = 0;  // ValueId, or index into id_values_
    std::int32_t run = -1;    // index into runs_, once looked up
  };
  struct Hint {
    Place place;
    MerchantNo merchant;
  };
  // What was read ahead of one source.
  struct Run {
    std::vector<Hint> hints;
    std::size_t at = 0;
    std::size_t chunk = 4;
    Place rest;  // where to read on
    bool has_rest = false;
  };
  struct Entry {
    Place place;
    std::uint32_t source;  // kFoundOtherwise + index into others_
    bool known;            // false: nothing of the source stands before `place`
  };
  struct Space {
    std::unique_ptr<KvCursor> cursor;
    std::int64_t standing = -1;  // the source whose next hint it stands on
  };

  bool may_go_on() const;
  KvCursor& cursor_of(KvSpace space);
  std::string prefix_of(const Source& source) const;
  void push(const Entry& entry);
  Entry pop();
  // Puts the source back into the heap with what was found.
  Result<void> read_ahead(std::uint32_t source, Place from);
  Result<void> collect(KvCursor& cursor, std::string_view prefix, Run& run);
  void put_back(std::uint32_t source, const Run& run);
  void take(const Entry& entry, Candidate& out);

  static constexpr std::uint32_t kFoundOtherwise = 0x8000'0000U;

  const KvSnapshot& snapshot_;
  const std::optional<MerchantNo> merchant_;
  const PlaceRange range_;
  ReadBudget& budget_;
  std::uint64_t effort_max_ = UINT64_MAX;
  std::vector<Source> sources_;
  std::vector<std::string> id_values_;
  std::vector<Candidate> others_;
  std::vector<Run> runs_;
  std::vector<Entry> heap_;
  bool is_heap_ = false;
  std::array<Space, 2> spaces_;  // postings, ids
  Place reached_;
};

}  // namespace wonjang::serving
