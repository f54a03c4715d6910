// Epochs: which history a position is of. Books only grow, but a ledger that was restored from a backup goes
// on from the backup's sizes: what was acknowledged behind them is lost, and the same positions come to name
// other events. Each restore therefore begins an epoch, with an id drawn by chance (two ledgers restored from
// one backup part ways, too) and the sizes of the books at that time.
//
// A position belongs to the epoch in which the event in front of it was written. Given to the outside with
// that id, it is good wherever that event stands: in the ledger itself, in every ledger restored from a
// backup that holds the event, in no other. So a reader that has seen less than the backup holds goes on as
// if nothing had been, and one that has seen more is told.
//
// A ledger that was never restored has no list: all is of kFirst.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/time.h"
#include "engine/ledger/positions.h"

namespace wonjang {

using EpochId = std::uint32_t;

struct Restored {
  EpochId epoch = 0;  // that begins
  Instant at;
  Positions sizes;  // of the books, as the backup had them
  friend bool operator==(const Restored&, const Restored&) = default;
};

class Epochs {
 public:
  static constexpr EpochId kFirst = 0x776A6E67;  // "wjng"

  Epochs() = default;
  // Oldest first. REQUIRES: may_follow() holds for each.
  explicit Epochs(std::vector<Restored> restores);
  void add(Restored next);

  const std::vector<Restored>& restores() const { return restores_; }
  bool knows(EpochId epoch) const;
  EpochId newest() const { return restores_.empty() ? kFirst : restores_.back().epoch; }

  // Of the epoch in which the event in front of this position was, or would be, written.
  EpochId of(std::uint32_t book, Position position) const;

  // A new id, as many books as before, and none that is smaller.
  bool may_follow(const Restored& next) const;

  friend bool operator==(const Epochs&, const Epochs&) = default;

 private:
  std::vector<Restored> restores_;
};

}  // namespace wonjang
