// Waits: calls that are owed to those who wait for positions. Nobody's thread stands here.
//
// Threads: one at a time (under its owner's lock); the calls themselves are made by the owner without it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "engine/projection/positions.h"

namespace wonjang::projection {

// late: the deadline passed. stopped: the projection folds no further until somebody acts.
enum class Waited : std::uint8_t { reached, late, stopped };

class Waits {
 public:
  using Call = std::function<void(Waited)>;
  using Id = std::uint64_t;

  explicit Waits(std::size_t waiting_max) : waiting_max_(waiting_max) {}

  // Nothing, and nothing will be called: too many wait.
  std::optional<Id> add(LogPositions at_least, Call call) {
    if (waiting_.size() >= waiting_max_) return std::nullopt;
    waiting_.emplace(++last_id_, Waiting{std::move(at_least), std::move(call)});
    return last_id_;
  }
  // False: it was taken, or never there.
  bool forget(Id id) { return waiting_.erase(id) > 0; }

  // Takes out whom `seen` satisfies, in the order they came.
  std::vector<Call> take_reached(const LogPositions& seen) {
    std::vector<Call> out;
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      if (!reached(seen, it->second.at_least)) {
        ++it;
        continue;
      }
      out.push_back(std::move(it->second.call));
      it = waiting_.erase(it);
    }
    return out;
  }
  std::vector<Call> take_all() {
    std::vector<Call> out;
    for (auto& [id, waiting] : waiting_) out.push_back(std::move(waiting.call));
    waiting_.clear();
    return out;
  }
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    LogPositions at_least;
    Call call;
  };
  const std::size_t waiting_max_;
  Id last_id_ = 0;
  std::map<Id, Waiting> waiting_;
};

}  // namespace wonjang::projection
