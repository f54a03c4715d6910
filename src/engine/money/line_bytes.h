// What parts of a chunk of lines (settlement.lines_recorded) take as an event, at most: so that a chunk is
// closed before it outgrows what a book stores (Book::kEventBytesMax). A test compares with the codec.
//
// Threads: any.
#pragma once

#include <cstddef>

#include "domain/settlement/events.h"

namespace wonjang::money {

// Of a chunk that may still take lines; the rest up to Book::kEventBytesMax is for its own fields.
constexpr std::size_t kChunkBytesMax = 200 * 1024;

std::size_t bytes_at_most(const settlement::Contract& contract);
std::size_t bytes_at_most(const settlement::SettlementLine& line);
std::size_t bytes_at_most(const settlement::FailedItem& failed);
std::size_t bytes_at_most(const settlement::CanaryDifference& difference);

}  // namespace wonjang::money
