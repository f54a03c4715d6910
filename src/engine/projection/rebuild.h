// Rebuild: builds a generation from position 0 beside the live one, compares the two at equal positions, and
// hands the new one over:
//
//   build    fold up to where the live one stands, which goes on meanwhile
//   meet     between two batches of the live one: fold the last few units, now both stand alike;
//            take a snapshot of each
//   compare  the snapshots, while the live one goes on
//   meet     again, mark the new one complete, and hand it over
//
// It never folds further than the live one has, so it also ends beside one that stopped. Where the two can't
// come to stand alike (the log has another history than the live one folded) nothing is compared, and the new
// one still takes over: it is the log's truth.
//
// Threads: run() on one thread; LiveSide is called from it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/projection/compare.h"
#include "engine/projection/fold.h"
#include "ports/kv_places.h"

namespace wonjang::projection {

enum class RebuildPhase : std::uint8_t { building, comparing, handing_over };
const char* name_of(RebuildPhase phase);

struct RebuildProgress {
  RebuildPhase phase = RebuildPhase::building;
  std::uint64_t events = 0;        // folded
  std::uint64_t events_total = 0;  // what the live one has folded
  std::uint64_t keys = 0;          // compared
};

struct RebuildReport {
  std::uint64_t generation = 0;
  std::uint64_t events = 0;
  // Nothing was compared, and why.
  std::string not_compared;
  LogPositions compared_at;
  std::optional<Difference> difference;
  bool is_equal() const { return not_compared.empty() && !difference; }
};

// What a rebuild needs of the runner.
class LiveSide {
 public:
  virtual ~LiveSide() = default;
  virtual LogPositions committed() const = 0;
  // Calls `act` between two batches of the live one, which waits meanwhile.
  virtual Result<void> between_batches(const std::function<Result<void>(const Fold& live)>& act) = 0;
  // Within between_batches(): the new one is the live one from now on.
  virtual void take_over(std::unique_ptr<Fold> next) = 0;
  // False: cancelled.
  virtual bool go_on(const RebuildProgress& progress) = 0;
  // Waits before the next attempt. False: cancelled.
  virtual bool rest(std::int64_t us) = 0;
};

class Rebuild {
 public:
  Rebuild(const EventLog& log, const ProjectionFactory& factory, KvPlaces& places,
          const RunnerOptions& options, LiveSide& live)
      : log_(log), factory_(factory), places_(places), options_(options), live_(live) {}

  // After an error, and when cancelled (unavailable), the new generation is gone and the live one as it was.
  // Errors: those of KvPlaces and Fold::step.
  Result<RebuildReport> run();

 private:
  struct Snapshots {
    std::shared_ptr<const KvSnapshot> live;
    std::shared_ptr<const KvSnapshot> rebuilt;
  };

  Result<void> come_near();
  // Towards `until`, until nothing is left before it.
  Result<void> fold_all(const LogPositions& until);
  Result<Folded> step(const LogPositions& until);
  Result<Snapshots> meet();
  Result<void> compare_with(const Snapshots& snapshots);
  Result<void> hand_over();
  Result<void> report_progress();

  const EventLog& log_;
  const ProjectionFactory& factory_;
  KvPlaces& places_;
  const RunnerOptions& options_;
  LiveSide& live_;
  std::shared_ptr<Generation> generation_;
  std::unique_ptr<Fold> next_;
  RebuildProgress progress_;
  RebuildReport report_;
};

}  // namespace wonjang::projection
