// Tokens: positions of the ledger as opaque text. One sealed 16-byte block a book:
//
//   version (1), kind (1), book (2), position (8), epoch (4)     sealed by TokenSeal, base64url of
//   all blocks in a row
//
// The epoch is the position's (engine/ledger/epochs.h): "wjng" until the ledger was restored for the
// first time. What was given out for a part that a restore has lost is refused for ever, also when the book
// has grown past it; what the backup held stays good.
//
// A list cursor names the last item of a page by up to four numbers, one block each, `book` holding the list
// and the block's place: one dialect for all lists, and a cursor of one list is refused by another. Its
// numbers are no positions of books: it is of the newest epoch, and a restore ends it.
//
// A position token speaks of any books, a feed cursor of every one. What was tampered with, cut, or made by
// another server opens to other fixed bytes and is refused.
//
// Threads: any.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/openssl/crypto.h"
#include "engine/ledger/epochs.h"
#include "engine/ledger/positions.h"

namespace wonjang {

// What a token of ours names was lost by a restore: this ledger never had it, or has it no more.
struct LostPlace {
  Instant restored_at;                     // zero: in another ledger that was restored from the same backup
  std::optional<std::string> go_on_after;  // of a feed cursor: behind all it has seen that is still there
};

class Tokens {
 public:
  // REQUIRES: the epochs are of so many books.
  Tokens(TokenSeal seal, std::uint32_t books, Epochs epochs = {});

  // "The book has at least this position": Ledger-Position, min-position.
  std::string position(std::uint32_t book, Position position) const;
  std::string positions(const Positions& all) const;
  // One entry a book; zero where the token says nothing.
  std::optional<Positions> parse_position(std::string_view text) const;

  // What min-position may be: a position, or a cursor of the feed, which has seen what it is behind.
  std::optional<Positions> parse_min_position(std::string_view text) const;

  // Behind the events that were given: /v1/events?after=.
  std::string cursor(const Positions& all) const;
  std::optional<Positions> parse_cursor(std::string_view text) const;

  // Behind an item of a list: ?after= of everything but the feed.
  enum class List : std::uint8_t { merchants = 1, api_keys = 2, in_doubt = 3, payment_events = 4 };
  static constexpr std::size_t kListKeyMax = 4;
  std::string list_cursor(List list, std::span<const std::uint64_t> key) const;
  // The `count` numbers of a cursor of this list.
  std::optional<std::vector<std::uint64_t>> parse_list_cursor(List list, std::string_view text,
                                                              std::size_t count) const;

  // Of a text that was refused by one of the above: whether it is a token whose place was lost. Nothing: it
  // is none of ours, or is of another kind.
  std::optional<LostPlace> lost_place(std::string_view text) const;

  // For cursors of other forms (view_cursor.h).
  const TokenSeal& seal() const { return seal_; }
  const Epochs& epochs() const { return epochs_; }

 private:
  friend class CursorWriter;
  enum class Kind : std::uint8_t { position = 1, cursor = 2, list = 3 };
  struct Block;
  Hash128 block(Kind kind, std::uint32_t book, Position position) const;
  EpochId epoch_of(Kind kind, std::uint32_t book, Position position) const;
  std::optional<std::vector<Block>> open(std::string_view text, std::size_t blocks_max) const;
  std::optional<Positions> parse(Kind kind, std::string_view text, bool all_books) const;
  const Restored* lost_by(const Block& block) const;

  TokenSeal seal_;
  std::uint32_t books_;
  Epochs epochs_;
};

// A cursor that moves event by event: seals only the block that changed.
class CursorWriter {
 public:
  CursorWriter(const Tokens& tokens, const Positions& from);
  void move(std::uint32_t book, Position position);
  std::string text() const { return to_base64url(blocks_); }

 private:
  const Tokens& tokens_;
  std::string blocks_;
};

}  // namespace wonjang
