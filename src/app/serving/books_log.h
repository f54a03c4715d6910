// BooksLog: the books of a ledger that nobody serves, as the log that projections read (ports/event_log.h).
// It doesn't grow.
//
// Threads: any.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "domain/ids.h"
#include "ports/event_log.h"

namespace wonjang {

class BooksLog final : public EventLog {
 public:
  // In order of their numbers; they outlive it.
  explicit BooksLog(std::vector<const Book*> books) : books_(std::move(books)) {}

  std::uint32_t books() const override { return static_cast<std::uint32_t>(books_.size()); }
  LogPositions tails() const override {
    LogPositions out;
    for (const Book* book : books_) out.push_back(book->tail());
    return out;
  }
  Result<std::vector<StoredUnit>> read(std::uint32_t book, Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override {
    return books_[book]->read(from, units_max, bytes_max);
  }
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override {
    return books_[book_of(stream, books())]->load_from(stream, version);
  }
  void set_wake(std::function<void()> /*wake*/) override {}

 private:
  const std::vector<const Book*> books_;
};

}  // namespace wonjang
