#include "engine/projection/fold.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/assert.h"
#include "engine/projection/log_batch.h"
#include "engine/projection/positions.h"

namespace wonjang::projection {

Fold::Fold(const EventLog& log, const ProjectionFactory& factory, std::shared_ptr<Generation> generation,
           const RunnerOptions& options)
    : log_(log),
      factory_(factory),
      generation_(std::move(generation)),
      options_(options),
      store_(std::make_shared<WriteBehind>(generation_->store())) {}

// Instances that readers hold keep store_ for longer, and the generation may be given up now.
Fold::~Fold() { (void)store_->finish(); }

Result<void> Fold::open() {
  WJ_ASSERT(!behind_);
  WJ_TRY(auto meta, generation_->meta());
  if (!meta) {
    return corrupt("generation " + std::to_string(generation_->number()) +
                   " has lost its record: rebuild the projection");
  }
  // Readers may still hold the former instance; it goes with the last of them.
  std::shared_ptr<Projection> fresh(factory_().release(),
                                    [kept = generation_, store = store_](Projection* last) { delete last; });
  WJ_CHECK(fresh->open(*store_));
  if (meta->complete) WJ_CHECK(serve());
  projection_ = std::move(fresh);
  meta_ = *std::move(meta);
  meta_.books.resize(std::max<std::size_t>(meta_.books.size(), log_.books()));
  positions_ = positions_of(meta_);
  must_open_ = false;
  return {};
}

Result<Folded> Fold::step(const LogPositions& until, const LogPositions* goal) {
  if (owed_) return *std::exchange(owed_, std::nullopt);
  if (must_open_) WJ_CHECK(open());
  auto done = fold_on(until, goal);
  if (!done && committed_.units == 0) return std::move(done).error();
  if (!done) owed_ = done.error();
  return std::exchange(committed_, {});
}

Result<void> Fold::fold_on(const LogPositions& until, const LogPositions* goal) {
  while (committed_.units == 0) {
    auto folded = fold(until, goal);
    if (folded && *folded) continue;
    // Nothing follows it now, whether it went well or not.
    WJ_CHECK(finish_behind());
    return folded ? Result<void>() : Result<void>(folded.error());
  }
  return {};
}

bool Fold::has_many_events(const LogPositions& from, const LogPositions& until) const {
  return events_between(from, until) > options_.bulk_lag_events;
}

bool Fold::is_far_behind(const LogPositions& from, const LogPositions& until) const {
  if (has_many_events(from, until)) return true;
  if (last_events_ == 0) return false;
  // At most bulk_lag_events of a batch's changes: 64 bits are enough.
  return events_between(from, until) * last_changes_ / last_events_ > options_.bulk_lag_changes;
}

BatchBounds Fold::bounds_for(const LogPositions& from, const LogPositions& until) const {
  if (has_many_events(from, until))
    return {meta_.complete ? options_.bulk_units : options_.building_units, options_.bulk_bytes};
  if (is_far_behind(from, until)) return {options_.batch_units, options_.wide_bytes};
  return {options_.batch_units, options_.batch_bytes};
}

// What was read ahead, if that is what comes next; a log only grows, so an older `until` makes no difference.
Result<std::vector<LogUnit>> Fold::read(const LogPositions& until) {
  auto ahead = std::exchange(ahead_, std::nullopt);
  if (ahead && equal(ahead->from, folded_positions()) && reached(until, ahead->until)) {
    WJ_TRY(auto units, ahead->units.get());
    if (!units.empty()) return units;
  }
  return read_fairly(log_, folded_positions(), until, bounds_for(folded_positions(), until));
}

void Fold::read_ahead(const LogPositions& from, const LogPositions& until) {
  ahead_ = {from, until,
            std::async(std::launch::async, [&log = log_, from, until, bounds = bounds_for(from, until)] {
              return read_fairly(log, from, until, bounds);
            })};
}

Fold::Batch Fold::batch_of(std::span<const LogUnit> units, const LogPositions* goal) const {
  Batch out;
  out.meta = folded_meta();
  std::vector<const StoredUnit*> last(out.meta.books.size());
  for (const LogUnit& unit : units) {
    last[unit.book] = &unit.unit;
    out.what.units += 1;
    out.what.events += unit.unit.events.size();
  }
  for (std::size_t book = 0; book < last.size(); ++book) {
    if (last[book] != nullptr) out.meta.books[book] = {last[book]->next(), mark_of(*last[book])};
  }
  out.positions = positions_of(out.meta);
  out.meta.complete = meta_.complete || (goal != nullptr && reached(out.positions, *goal));
  return out;
}

Result<bool> Fold::fold(const LogPositions& until, const LogPositions* goal) {
  const bool far_behind = is_far_behind(folded_positions(), until);
  WJ_TRY(const auto units, read(until));
  Batch batch = batch_of(units, goal);
  if (units.empty() && batch.meta.complete == meta_.complete) return false;
  const bool more_follows = has_many_events(batch.positions, until);
  if (more_follows) read_ahead(batch.positions, until);

  // Until it is written, what the instance holds in memory may be ahead of the store. A log that couldn't be
  // read has touched nothing.
  must_open_ = true;
  batch.changes = store_->take_room();
  if (!units.empty()) WJ_CHECK(projection_->apply(units, batch.changes));
  for (const auto& change : batch.changes.changes()) WJ_ASSERT(change.space != kProjectionMetaSpace);
  batch.changes.put(kProjectionMetaSpace, kMetaKey, encode(batch.meta));
  if (batch.what.events > 0) {
    last_events_ = batch.what.events;
    last_changes_ = batch.changes.size();
  }
  const bool bulk = far_behind && batch.changes.size() >= options_.bulk_changes_min;
  WJ_CHECK(put(std::move(batch), bulk, more_follows));
  return true;
}

// Behind the next batch's back, while nobody reads the generation: who reads is shown each batch when it is
// done, and the next one may show as much.
Result<void> Fold::put(Batch batch, bool bulk, bool more_follows) {
  WJ_CHECK(finish_behind());
  const bool fits = batch.changes.byte_size() <= options_.behind_bytes_max;
  if (bulk && more_follows && fits && !batch.meta.complete) {
    WJ_CHECK(fill());
    store_->begin_bulk(std::move(batch.changes));
    behind_ = std::move(batch);
    must_open_ = false;
    return {};
  }
  WJ_CHECK(write(batch.changes, bulk));
  if (batch.meta.complete) WJ_CHECK(serve());
  must_open_ = false;
  commit(std::move(batch));
  return {};
}

Result<void> Fold::finish_behind() {
  if (!behind_) return {};
  Batch batch = *std::exchange(behind_, std::nullopt);
  if (auto written = store_->finish(); !written) {
    must_open_ = true;
    return written;
  }
  unflushed_bytes_ = 0;  // a bulk write is durable, with all before it
  commit(std::move(batch));
  return {};
}

void Fold::commit(Batch batch) {
  committed_.units += batch.what.units;
  committed_.events += batch.what.events;
  meta_ = std::move(batch.meta);
  positions_ = std::move(batch.positions);
  // Else it has folded another batch meanwhile, and is told when that one is written.
  if (batch.what.units > 0 && !must_open_) projection_->committed();
}

Result<void> Fold::write(const KvBatch& batch, bool bulk) {
  if (bulk) {
    if (!meta_.complete) WJ_CHECK(fill());
    WJ_CHECK(store_->write_bulk(batch));
    unflushed_bytes_ = 0;  // durable, with all before it
    return {};
  }
  WJ_CHECK(store_->write(batch));
  unflushed_bytes_ += batch.byte_size();
  return {};
}

// By the first bulk write: a log that is folded without one leaves nothing to make up for.
Result<void> Fold::fill() {
  if (is_filling_) return {};
  WJ_CHECK(store_->use_for(KvUse::filling));
  is_filling_ = true;
  return {};
}

Result<void> Fold::serve() {
  if (!is_filling_) return {};
  WJ_CHECK(store_->use_for(KvUse::serving));
  is_filling_ = false;
  return {};
}

Result<void> Fold::complete() {
  WJ_CHECK(finish_behind());
  if (!meta_.complete) {
    WJ_CHECK(serve());
    Meta next = meta_;
    next.complete = true;
    KvBatch batch;
    batch.put(kProjectionMetaSpace, kMetaKey, encode(next));
    WJ_CHECK(write(batch, /*bulk=*/false));
    meta_ = std::move(next);
  }
  return flush();
}

Result<void> Fold::flush() {
  WJ_CHECK(finish_behind());
  if (flushing_) flushing_->done.wait();
  WJ_CHECK(store_->flush());
  unflushed_bytes_ = 0;
  flushing_.reset();  // how it went makes no difference any more
  return {};
}

Result<void> Fold::begin_flush() {
  WJ_ASSERT(!flushing_);
  WJ_CHECK(finish_behind());
  // Of the generation's own store: store_ belongs to one thread.
  flushing_ = {std::async(std::launch::async, [kept = generation_] { return kept->store().flush(); }),
               std::exchange(unflushed_bytes_, 0)};
  return {};
}

Result<bool> Fold::has_flushed() {
  if (!flushing_ || flushing_->done.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    return false;
  Flushing ended = *std::exchange(flushing_, std::nullopt);
  if (auto flushed = ended.done.get(); !flushed) {
    unflushed_bytes_ += ended.bytes;
    return std::move(flushed).error();
  }
  return true;
}

}  // namespace wonjang::projection
