// EventLog: the ledger's events as everything that is derived from them reads them: one sequence per book,
// dense positions, never changed. What a projection has seen is one position per book.
//
// A log may deliver a unit twice, or one stream's units out of order (a broker would); a projection copes
// with both (engine/serving/intake.h). The embedded ledger never does either.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "ports/book.h"

namespace wonjang {

// Position of the next unseen event, per book.
using LogPositions = std::vector<Position>;

class EventLog {
 public:
  virtual ~EventLog() = default;

  virtual std::uint32_t books() const = 0;
  // What was durable when it was called.
  virtual LogPositions tails() const = 0;

  // Units of one book from the one that holds `from` on, oldest first: as Book::read.
  // Errors: those of Book::read.
  virtual Result<std::vector<StoredUnit>> read(std::uint32_t book, Position from, std::uint32_t units_max,
                                               std::size_t bytes_max) const = 0;

  // One stream's units in version order, of the book it lives in: as Book::load and Book::load_from.
  Result<std::vector<StoredUnit>> load(RawId stream) const { return load_from(stream, 0); }
  virtual Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const = 0;

  // `wake` is called after something became durable, on any thread, and returns at once. One listener: a
  // further one takes the place of the former, which is not called any more once this returns. Empty: nobody
  // listens any more.
  virtual void set_wake(std::function<void()> wake) = 0;
};

}  // namespace wonjang
