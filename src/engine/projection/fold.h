// Fold: folds the log into one generation, a batch at a time. Each batch's output, the positions of all books
// and the version go to the store in one write; the positions in memory follow it. With many events to fold,
// the next batch is read on a thread of its own while this one is folded and written.
//
// Threads: one at a time; the log is read by a second one.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "engine/projection/generation.h"
#include "engine/projection/log_batch.h"
#include "engine/projection/options.h"

namespace wonjang::projection {

struct Folded {
  std::uint64_t units = 0;
  std::uint64_t events = 0;
};

class Fold {
 public:
  Fold(const EventLog& log, const ProjectionFactory& factory, std::shared_ptr<Generation> generation,
       const RunnerOptions& options)
      : log_(log), factory_(factory), generation_(std::move(generation)), options_(options) {}
  Fold(const Fold&) = delete;
  Fold& operator=(const Fold&) = delete;

  // Makes an instance of the projection on the store and goes on where the store stands.
  // Errors: corrupt, unavailable, those of Projection::open.
  Result<void> open();

  // Folds one batch towards `until`; no units: there is nothing left before it. A batch that gets to `goal`
  // marks the generation complete. After an error the next step opens again, with a new instance, so that
  // nothing that was folded and not committed counts.
  // Errors: those of the log, Projection::apply, KvStore::write and open().
  Result<Folded> step(const LogPositions& until, const LogPositions* goal);

  // Marks the generation fit for readers, durably. Errors: those of KvStore.
  Result<void> complete();
  bool is_complete() const { return meta_.complete; }

  // Errors: those of KvStore::flush.
  Result<void> flush();
  std::size_t unflushed_bytes() const { return unflushed_bytes_; }

  const LogPositions& positions() const { return positions_; }
  const std::shared_ptr<Generation>& generation() const { return generation_; }
  // The open instance; holds the generation. Null before the first open().
  const std::shared_ptr<Projection>& projection() const { return projection_; }

 private:
  // A batch of [from, until) that is being read.
  struct Ahead {
    LogPositions from;
    LogPositions until;
    std::future<Result<std::vector<LogUnit>>> units;
  };

  Result<Folded> fold(const LogPositions& until, const LogPositions* goal);
  bool has_many_events(const LogPositions& from, const LogPositions& until) const;
  bool is_far_behind(const LogPositions& from, const LogPositions& until) const;
  BatchBounds bounds_for(const LogPositions& from, const LogPositions& until) const;
  Result<std::vector<LogUnit>> read(const LogPositions& until);
  void read_ahead(const LogPositions& from, const LogPositions& until);
  Result<void> write(const KvBatch& batch, bool bulk);
  // What the store is used for: filled while nobody reads the generation, if much is written at once.
  Result<void> fill();
  Result<void> serve();

  const EventLog& log_;
  const ProjectionFactory& factory_;
  const std::shared_ptr<Generation> generation_;
  const RunnerOptions& options_;
  std::shared_ptr<Projection> projection_;
  Meta meta_;
  LogPositions positions_;
  std::size_t unflushed_bytes_ = 0;
  // Of the last batch: what the next events may come to.
  std::uint64_t last_events_ = 0;
  std::uint64_t last_changes_ = 0;
  bool is_filling_ = false;
  bool must_open_ = true;
  std::optional<Ahead> ahead_;
};

}  // namespace wonjang::projection
