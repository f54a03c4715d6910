// The book's head record: what the writer must know to go on after a restart, written in the same batch as
// the events. Stored form: docs/formats/head.md. Format 1: version byte, varint tree size, peaks (32 bytes
// each, one per set bit of the size), varint microseconds of the newest recorded_at.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/time.h"
#include "engine/ledger/merkle.h"

namespace wonjang {

struct BookHead {
  MerkleFrontier tree;       // tree.size() == Book::tail()
  Instant last_recorded_at;  // the next one is later, whatever the clock says
  friend bool operator==(const BookHead&, const BookHead&) = default;
};

std::string encode_head(const BookHead& head);
// An empty text is the head of an empty book. Errors: corrupt.
Result<BookHead> decode_head(std::string_view bytes);

}  // namespace wonjang
