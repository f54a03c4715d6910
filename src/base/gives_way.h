// GivesWay: lets other threads have the core now and then while a small batch of work is done.
//
// A kernel leaves a core to the thread that has it for some milliseconds, also when another one wakes up that
// needs a fraction of one, such as an answer to a reader. Work that comes in small batches all the time is
// what such threads wait for. A few pieces are done sooner than that; large batches have fallen behind, and
// are not held up.
//
// What a step is, the caller says: a piece of the batch, or a part of one where pieces are long.
//
//   GivesWay way(units.size());
//   for (const auto& unit : units) { ...; way.step(); }
//
// Threads: one.
#pragma once

#include <cstddef>
#include <thread>

namespace wonjang {

class GivesWay {
 public:
  static constexpr std::size_t kSmallBatch = 256;  // pieces; larger ones give no way
  static constexpr std::size_t kSteps = 8;         // between two times; fewer are done before anybody minds

  explicit GivesWay(std::size_t batch) : is_small_(batch >= kSteps && batch <= kSmallBatch) {}

  // After a step. True: others had the core if they wanted it.
  bool step() {
    if (!is_small_ || ++steps_ % kSteps != 0) return false;
    std::this_thread::yield();
    return true;
  }
  // After one that is as long as many.
  bool stage() {
    steps_ = kSteps - 1;
    return step();
  }

 private:
  const bool is_small_;  // and not tiny
  std::size_t steps_ = 0;
};

}  // namespace wonjang
