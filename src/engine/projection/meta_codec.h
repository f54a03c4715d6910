// The record that every generation of a projection keeps in its meta space, under one key, written in the
// same batch as the content: whose it is, how far it has folded, and whether it is fit for readers. Byte by
// byte: docs/formats/projection.md.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/event_log.h"

namespace wonjang::projection {

constexpr std::string_view kMetaKey = "generation";

// Where the folding of one book stands, and what its last unit was: a log that was restored and went on
// otherwise has the position, but another unit in front of it.
struct BookMark {
  Position next = 0;
  std::uint64_t last_unit = 0;  // mark_of() it; 0 while next is 0
  friend bool operator==(const BookMark&, const BookMark&) = default;
};

struct Meta {
  std::string name;
  std::string version;
  // It has once reached the log's tails (or its predecessor's positions). Until then nobody reads it.
  bool complete = false;
  std::vector<BookMark> books;
  friend bool operator==(const Meta&, const Meta&) = default;
};

std::string encode(const Meta& meta);
// Nothing for bytes that are no record of this format.
std::optional<Meta> decode_meta(std::string_view bytes);

// A hash of the unit's place, stream and events.
std::uint64_t mark_of(const StoredUnit& unit);

LogPositions positions_of(const Meta& meta);

}  // namespace wonjang::projection
