// Lag: for how long the oldest event that isn't folded yet has been there, as far as it was noticed. The
// runner doesn't read events, so it goes by when it first saw a tail.
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "domain/time.h"
#include "engine/projection/positions.h"

namespace wonjang::projection {

class Lag {
 public:
  static constexpr std::size_t kMarksMax = 256;

  // The log ended at `tails` when it was `when`.
  void notice(const LogPositions& tails, Instant when) {
    if (!marks_.empty() && reached(marks_.back().tails, tails)) return;
    // Every second one goes: the lag is then told by the next younger event.
    if (marks_.size() == kMarksMax) {
      std::size_t kept = 0;
      for (std::size_t i = 0; i < marks_.size(); i += 2) marks_[kept++] = std::move(marks_[i]);
      marks_.resize(kept);
    }
    marks_.push_back({tails, when});
  }

  // Everything before `seen` is folded.
  void folded(const LogPositions& seen) {
    const auto first_open = std::find_if(marks_.begin(), marks_.end(),
                                         [&](const Mark& mark) { return !reached(seen, mark.tails); });
    marks_.erase(marks_.begin(), first_open);
  }

  std::int64_t us(Instant now) const {
    return marks_.empty() ? 0 : std::max<std::int64_t>(0, now.us - marks_.front().when.us);
  }

 private:
  struct Mark {
    LogPositions tails;
    Instant when;
  };
  std::vector<Mark> marks_;  // oldest first
};

}  // namespace wonjang::projection
