// Fold: folds the log into one generation, a batch at a time. Each batch's output, the positions of all books
// and the version go to the store in one write; the positions in memory follow it. With many events to fold,
// the next batch is read on a thread of its own while this one is folded; and of a generation that nobody
// reads yet, the last batch is written on another (write_behind.h):
//
//   read      | batch 3 |         | batch 4 |         |
//   fold      | batch 2           | batch 3           |     what is folded rests on batch 1 and 2
//   write     | batch 1 |         | batch 2 |         |     what is committed is batch 1
//
// Batch 3 is begun to be written only when 2 is written, so the store goes from one batch to the next as
// ever, and a crash or an error in between leaves the last one that was committed. Two batches are in memory.
//
// Threads: one at a time; the log is read by a second one, the store written by a third.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "engine/projection/generation.h"
#include "engine/projection/log_batch.h"
#include "engine/projection/options.h"
#include "engine/projection/write_behind.h"

namespace wonjang::projection {

// Of the batches that were committed.
struct Folded {
  std::uint64_t units = 0;
  std::uint64_t events = 0;
};

class Fold {
 public:
  Fold(const EventLog& log, const ProjectionFactory& factory, std::shared_ptr<Generation> generation,
       const RunnerOptions& options);
  ~Fold();  // waits for what is being written
  Fold(const Fold&) = delete;
  Fold& operator=(const Fold&) = delete;

  // Makes an instance of the projection on the store and goes on where the store stands.
  // Errors: corrupt, unavailable, those of Projection::open.
  Result<void> open();

  // Folds towards `until` and commits a batch at least; no units: there is nothing left before it. A batch
  // that gets to `goal` marks the generation complete. After an error the next step opens again, with a new
  // instance, so that nothing that was folded and not committed counts. An error behind a batch that was
  // committed is told by the next step.
  // Errors: those of the log, Projection::apply, KvStore::write and open().
  Result<Folded> step(const LogPositions& until, const LogPositions* goal);

  // Marks the generation fit for readers, durably. Errors: those of KvStore.
  Result<void> complete();
  bool is_complete() const { return meta_.complete; }

  // Errors: those of KvStore::flush, and of the write it waits for.
  Result<void> flush();
  // The same on a thread of its own, while what comes next is folded: a flush of a full buffer takes as long
  // as some ten batches. Errors: of a write it waits for; nothing was begun then. REQUIRES: !is_flushing()
  Result<void> begin_flush();
  bool is_flushing() const { return flushing_.has_value(); }
  // Whether the one that was begun has ended since the last call. Errors: its own; what it was for counts as
  // not flushed again.
  Result<bool> has_flushed();
  std::size_t unflushed_bytes() const { return unflushed_bytes_; }

  // Committed.
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

  // A batch that is folded, and what it makes of the generation once it is written.
  struct Batch {
    KvBatch changes;
    Meta meta;
    LogPositions positions;
    Folded what;
  };

  // A flush on its way, and what was written before it was begun.
  struct Flushing {
    std::future<Result<void>> done;
    std::size_t bytes = 0;
  };

  // Until a batch is committed or nothing is left.
  Result<void> fold_on(const LogPositions& until, const LogPositions* goal);
  // False: there was nothing to fold.
  Result<bool> fold(const LogPositions& until, const LogPositions* goal);
  Batch batch_of(std::span<const LogUnit> units, const LogPositions* goal) const;
  Result<void> put(Batch batch, bool bulk, bool more_follows);
  Result<void> finish_behind();
  void commit(Batch batch);
  // Where folding stands: with the batch that is being written.
  const Meta& folded_meta() const { return behind_ ? behind_->meta : meta_; }
  const LogPositions& folded_positions() const { return behind_ ? behind_->positions : positions_; }
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
  const std::shared_ptr<WriteBehind> store_;  // the generation's; instances hold it, too
  std::shared_ptr<Projection> projection_;
  Meta meta_;                        // committed
  LogPositions positions_;           // likewise
  std::optional<Batch> behind_;      // is being written; its changes are with store_
  Folded committed_;                 // and not told yet
  std::optional<Error> owed_;        // to the next step
  std::size_t unflushed_bytes_ = 0;  // without what is being flushed
  std::optional<Flushing> flushing_;
  // Of the last batch: what the next events may come to.
  std::uint64_t last_events_ = 0;
  std::uint64_t last_changes_ = 0;
  bool is_filling_ = false;
  bool must_open_ = true;
  std::optional<Ahead> ahead_;
};

}  // namespace wonjang::projection
