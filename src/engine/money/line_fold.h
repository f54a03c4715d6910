// LineFold: chunks of settlement lines and of re-datings. A line takes its open item away and counts as due
// on its payout day; a return must fit into what is left of its approval's line. What can't be is `corrupt`,
// with a sentence: the projection stops before it shows a wrong number.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <span>

#include "engine/money/fold_context.h"

namespace wonjang::money {

class LineFold {
 public:
  explicit LineFold(FoldContext& context) : context_(context) {}

  // Reads what the lines among `events` need, in a few look-ups for all. Errors: corrupt, unavailable.
  Result<void> prepare(std::span<const Event> events);

  // Errors: corrupt (the event contradicts what was folded), unavailable.
  Result<void> take(const EventPlace& place, const Event& event, const settlement::LinesRecorded& body);
  Result<void> take(const EventPlace& place, const Event& event, const settlement::LinesRedated& body);

 private:
  struct Chunk;  // the event that is folded

  Result<void> note_chunk(const Chunk& chunk, const settlement::LinesRecorded* recorded);
  Result<void> take_line(Chunk& chunk, const settlement::LinesRecorded& body, std::uint32_t index);
  Result<void> settle_item(Chunk& chunk, const settlement::SettlementLine& line);
  Result<void> follow_line(const Chunk& chunk, const settlement::SettlementLine& line);
  // The mark that was taken away; nothing: it didn't stand as failed.
  Result<std::optional<FailureMark>> clear_failure(const LineKey& key);
  Result<void> keep_balance(const Chunk& chunk, const settlement::LinesRecorded& body,
                            const settlement::SettlementLine& line, LineWhere& where);
  Result<void> take_failed(const Chunk& chunk, const settlement::LinesRecorded& body,
                           const settlement::FailedItem& failed);
  Result<void> take_canaries(const Chunk& chunk, const settlement::LinesRecorded& body);
  Result<void> redate(const Chunk& chunk, const settlement::Redated& redated);

  FoldContext& context_;
};

}  // namespace wonjang::money
