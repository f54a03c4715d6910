// libFuzzer: position tokens and cursors, as a client may send them. What opens says one position a book, and
// nobody makes one up; what was sealed opens to what it was.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "app/api/tokens.h"

namespace {

constexpr std::uint32_t kBooks = 4;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_text(const wonjang::Tokens& tokens, std::string_view text) {
  // 32 fixed bits in a block of random ones: a made-up token that opens is a broken seal, but for one in
  // 2^32.
  if (const auto found = tokens.parse_position(text)) require(found->of.size() == kBooks);
  if (const auto found = tokens.parse_cursor(text)) {
    require(found->of.size() == kBooks);
    require(!tokens.lost_place(text));
  }
  tokens.lost_place(text);
}

// A ledger that was restored with 2^32 events a book: it takes what is older, and calls the rest lost.
void require_told_apart(const wonjang::Positions& all) {
  const wonjang::Position size = 1ULL << 32U;
  static const wonjang::Tokens before(wonjang::TokenSeal(wonjang::Hash256{}), kBooks);
  static const wonjang::Tokens after(
      wonjang::TokenSeal(wonjang::Hash256{}), kBooks,
      wonjang::Epochs({{1, wonjang::Instant{1}, {std::vector<wonjang::Position>(kBooks, size)}}}));
  const auto cursor = before.cursor(all);
  const bool is_held = std::ranges::all_of(all.of, [](wonjang::Position at) { return at <= size; });
  require(after.parse_cursor(cursor).has_value() == is_held);
  require(after.lost_place(cursor).has_value() != is_held);
}

void check_positions(const wonjang::Tokens& tokens, const std::uint8_t* data, std::size_t size) {
  wonjang::Positions all;
  for (std::size_t book = 0; book < kBooks; ++book) {
    wonjang::Position position = 0;
    if (size >= (book + 1) * sizeof position)
      std::memcpy(&position, data + book * sizeof position, sizeof position);
    all.of.push_back(position);
  }
  const auto cursor = tokens.cursor(all);
  require(tokens.parse_cursor(cursor) == all);
  require(!tokens.parse_position(cursor));
  require(tokens.parse_position(tokens.positions(all)) == all);
  require_told_apart(all);
  if (size == 0) return;
  // A sealed one with a bit changed is no token, or the same one spelled otherwise.
  auto changed = cursor;
  changed[data[0] % changed.size()] = static_cast<char>(changed[data[0] % changed.size()] ^ 1);
  const auto opened = tokens.parse_cursor(changed);
  require(!opened || opened == all);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const wonjang::Tokens tokens(wonjang::TokenSeal(wonjang::Hash256{}), kBooks);
  check_text(tokens, {reinterpret_cast<const char*>(data), size});
  check_positions(tokens, data, size);
  return 0;
}
