// WhatIfKeeper: the newest answers of what-if, so that their further pages are cut out of them and not
// computed again. All pages of an answer are then as of the moment at which its first was computed, whatever
// happens meanwhile. Of each list at most kItemsMax are kept, of answers kAnswersMax, each for kKeptMs.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "engine/money/what_if.h"
#include "ports/clock.h"

namespace wonjang {

class WhatIfKeeper {
 public:
  static constexpr std::size_t kItemsMax = 100'000;  // some 200 bytes each
  static constexpr std::size_t kAnswersMax = 2;
  static constexpr std::int64_t kKeptMs = std::int64_t{10} * 60 * 1'000;

  explicit WhatIfKeeper(const Clock& clock) : clock_(clock) {}

  // `about`: the question. Takes the place of its former answer.
  void keep(const std::string& about, std::shared_ptr<const money::WhatIf> answer) WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    std::erase_if(kept_, [&](const Kept& one) { return one.about == about || is_over(one); });
    kept_.push_back({about, clock_.now().plus_ms(kKeptMs), std::move(answer)});
    if (kept_.size() > kAnswersMax) kept_.pop_front();
  }
  // Null: it isn't kept.
  std::shared_ptr<const money::WhatIf> find(std::string_view about) const WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    for (const auto& one : kept_) {
      if (one.about == about && !is_over(one)) return one.answer;
    }
    return nullptr;
  }

 private:
  struct Kept {
    std::string about;
    Instant until;
    std::shared_ptr<const money::WhatIf> answer;
  };
  bool is_over(const Kept& one) const { return clock_.now() >= one.until; }

  const Clock& clock_;
  mutable Mutex mutex_;
  std::deque<Kept> kept_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
