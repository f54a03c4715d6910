#include "engine/ledger/epochs.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/assert.h"

namespace wonjang {

Epochs::Epochs(std::vector<Restored> restores) {
  for (auto& next : restores) add(std::move(next));
}

void Epochs::add(Restored next) {
  WJ_ASSERT(may_follow(next));
  restores_.push_back(std::move(next));
}

bool Epochs::knows(EpochId epoch) const {
  return epoch == kFirst || std::ranges::find(restores_, epoch, &Restored::epoch) != restores_.end();
}

EpochId Epochs::of(std::uint32_t book, Position position) const {
  // Newest first: most of what is asked about was written lately.
  for (const auto& restored : std::views::reverse(restores_)) {
    if (position > restored.sizes.of[book]) return restored.epoch;
  }
  return kFirst;
}

bool Epochs::may_follow(const Restored& next) const {
  if (knows(next.epoch)) return false;
  return restores_.empty() || (next.sizes.of.size() == restores_.back().sizes.of.size() &&
                               next.sizes.covers(restores_.back().sizes));
}

}  // namespace wonjang
