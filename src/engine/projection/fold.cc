#include "engine/projection/fold.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "engine/projection/log_batch.h"
#include "engine/projection/positions.h"

namespace wonjang::projection {

Result<void> Fold::open() {
  WJ_TRY(auto meta, generation_->meta());
  if (!meta) {
    return corrupt("generation " + std::to_string(generation_->number()) +
                   " has lost its record: rebuild the projection");
  }
  // Readers may still hold the former instance; it goes with the last of them.
  std::shared_ptr<Projection> fresh(factory_().release(),
                                    [kept = generation_](Projection* last) { delete last; });
  WJ_CHECK(fresh->open(generation_->store()));
  if (meta->complete) WJ_CHECK(serve());
  projection_ = std::move(fresh);
  meta_ = *std::move(meta);
  meta_.books.resize(std::max<std::size_t>(meta_.books.size(), log_.books()));
  positions_ = positions_of(meta_);
  must_open_ = false;
  return {};
}

Result<Folded> Fold::step(const LogPositions& until, const LogPositions* goal) {
  if (must_open_) WJ_CHECK(open());
  return fold(until, goal);
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
  if (ahead && equal(ahead->from, positions_) && reached(until, ahead->until)) {
    WJ_TRY(auto units, ahead->units.get());
    if (!units.empty()) return units;
  }
  return read_fairly(log_, positions_, until, bounds_for(positions_, until));
}

void Fold::read_ahead(const LogPositions& from, const LogPositions& until) {
  ahead_ = {from, until,
            std::async(std::launch::async, [&log = log_, from, until, bounds = bounds_for(from, until)] {
              return read_fairly(log, from, until, bounds);
            })};
}

Result<Folded> Fold::fold(const LogPositions& until, const LogPositions* goal) {
  const bool far_behind = is_far_behind(positions_, until);
  WJ_TRY(const auto units, read(until));
  Meta next = meta_;
  Folded out;
  std::vector<const StoredUnit*> last(next.books.size());
  for (const LogUnit& unit : units) {
    last[unit.book] = &unit.unit;
    out.units += 1;
    out.events += unit.unit.events.size();
  }
  for (std::size_t book = 0; book < last.size(); ++book) {
    if (last[book] != nullptr) next.books[book] = {last[book]->next(), mark_of(*last[book])};
  }
  LogPositions positions = positions_of(next);
  next.complete = meta_.complete || (goal != nullptr && reached(positions, *goal));
  if (units.empty() && next.complete == meta_.complete) return out;
  if (has_many_events(positions, until)) read_ahead(positions, until);

  // Until it is written, what the instance holds in memory may be ahead of the store. A log that couldn't be
  // read has touched nothing.
  must_open_ = true;
  KvBatch batch;
  if (!units.empty()) WJ_CHECK(projection_->apply(units, batch));
  for (const auto& change : batch.changes()) WJ_ASSERT(change.space != kProjectionMetaSpace);
  batch.put(kProjectionMetaSpace, kMetaKey, encode(next));
  WJ_CHECK(write(batch, far_behind && batch.size() >= options_.bulk_changes_min));
  if (next.complete) WJ_CHECK(serve());
  if (out.events > 0) {
    last_events_ = out.events;
    last_changes_ = batch.size();
  }
  meta_ = std::move(next);
  positions_ = std::move(positions);
  if (!units.empty()) projection_->committed();
  must_open_ = false;
  return out;
}

Result<void> Fold::write(const KvBatch& batch, bool bulk) {
  if (bulk) {
    if (!meta_.complete) WJ_CHECK(fill());
    WJ_CHECK(generation_->store().write_bulk(batch));
    unflushed_bytes_ = 0;  // durable, with all before it
    return {};
  }
  WJ_CHECK(generation_->store().write(batch));
  unflushed_bytes_ += batch.byte_size();
  return {};
}

// By the first bulk write: a log that is folded without one leaves nothing to make up for.
Result<void> Fold::fill() {
  if (is_filling_) return {};
  WJ_CHECK(generation_->store().use_for(KvUse::filling));
  is_filling_ = true;
  return {};
}

Result<void> Fold::serve() {
  if (!is_filling_) return {};
  WJ_CHECK(generation_->store().use_for(KvUse::serving));
  is_filling_ = false;
  return {};
}

Result<void> Fold::complete() {
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
  WJ_CHECK(generation_->store().flush());
  unflushed_bytes_ = 0;
  return {};
}

}  // namespace wonjang::projection
