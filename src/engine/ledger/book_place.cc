#include "engine/ledger/book_place.h"

#include <algorithm>
#include <string>

#include "domain/ids.h"
#include "engine/ledger/request.h"

namespace wonjang {
namespace {

constexpr std::uint32_t kLookedAt = 64;  // units from either end
constexpr std::size_t kBytesLookedAt = std::size_t{1} << 20U;

Result<void> look(const Book& book, Position from, const BookPlace& place) {
  WJ_TRY(const auto units, book.read(from, kLookedAt, kBytesLookedAt));
  for (const auto& unit : units) {
    if (place.holds(unit.stream)) continue;
    const auto other = unit.stream == kRegistryStream ? 0 : book_of(unit.stream, place.books);
    return corrupt("book " + std::to_string(place.index) + " of " + std::to_string(place.books) +
                   " holds what belongs to book " + std::to_string(other) + " (at position " +
                   std::to_string(unit.first) +
                   "): were directories of books swapped, or disks mounted for each other? Nothing was "
                   "written; put each where it belongs");
  }
  return {};
}

}  // namespace

bool BookPlace::holds(RawId stream) const {
  if (stream == kRegistryStream) return index == 0;
  return !is_payment_stream(stream) || book_of(stream, books) == index;
}

Result<void> check_place(const Book& book, const BookPlace& place) {
  const Position tail = book.tail();
  if (tail == 0) return {};
  WJ_CHECK(look(book, 0, place));
  return tail > kLookedAt ? look(book, tail - kLookedAt, place) : Result<void>();
}

}  // namespace wonjang
