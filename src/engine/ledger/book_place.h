// BookPlace: which of how many books a book is. Ids carry a slot, and slots map to books, so the payments of
// a book say whether it stands where it belongs: directories that were swapped (two disks mounted for each
// other, a copy by hand) would answer that acknowledged payments don't exist, and take their orders again.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>

#include "base/id.h"
#include "ports/book.h"

namespace wonjang {

struct BookPlace {
  std::uint32_t index = 0;
  std::uint32_t books = 1;

  // True also of streams that say nothing of their place: the house's own, but for the registry, which is
  // book 0's.
  bool holds(RawId stream) const;
};

// A look at the first and the newest units of a book. Errors: corrupt (one of them belongs elsewhere), those
// of the book.
Result<void> check_place(const Book& book, const BookPlace& place);

}  // namespace wonjang
