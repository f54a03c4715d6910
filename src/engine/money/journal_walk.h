// JournalWalk: the entries of one book that match a filter, newest first, without reading stretches between
// two marks that can't hold one.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>

#include "engine/money/journal_reader.h"

namespace wonjang::money {

bool matches(const JournalFilter& filter, const JournalEntry& entry);

class JournalWalk {
 public:
  // Entries before `before`. All references outlive the walk. `skips_left` is shared by the walks of a page
  // and counts down with each entry that doesn't match; at zero they rest.
  JournalWalk(const KvSnapshot& snapshot, const JournalFilter& filter, std::uint32_t book, Position before,
              std::uint32_t& skips_left);

  // To the next match, if skips are left and there is one. Errors: corrupt, unavailable.
  Result<void> advance();

  const std::optional<JournalEntry>& current() const { return current_; }
  bool is_at_end() const { return at_end_; }
  // Where a later walk goes on: `current` isn't listed yet.
  Position place() const { return current_ ? current_->position + 1 : at_end_ ? 0 : before_; }

 private:
  Result<void> open();
  Result<void> to_next_stretch();
  Result<void> open_stretch();
  bool can_hold_a_match() const;
  Result<JournalMark> mark_at(const KvCursor& cursor) const;

  const KvSnapshot& snapshot_;
  const JournalFilter& filter_;
  const std::uint32_t book_;
  Position before_;  // everything from here on is behind us
  std::uint32_t& skips_left_;
  bool opened_ = false;
  bool at_end_ = false;
  std::unique_ptr<KvCursor> marks_;    // behind lower_
  std::unique_ptr<KvCursor> entries_;  // of the stretch
  JournalMark lower_;                  // the stretch is [lower_.next, upper_.next)
  JournalMark upper_;
  std::optional<JournalEntry> current_;
};

}  // namespace wonjang::money
