// MoneyRig: a store and the projection `money` on it, folded by hand: cut into batches and mixed from the
// books by chance, with crashes in between.
//
// Threads: one owner.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "adapters/memory/memory_kv.h"
#include "base/rng.h"
#include "engine/money/money.h"
#include "testing/faulty_kv.h"

namespace wonjang::money {

using Content = std::map<std::pair<KvSpace, std::string>, std::string>;

inline Content content_of(const KvSnapshot& snapshot) {
  Content out;
  for (KvSpace space = 1; space < kSpaceCount; ++space) {
    const auto cursor = snapshot.scan(space, {}, {});
    for (; cursor->valid(); cursor->next()) out[{space, std::string(cursor->key())}] = cursor->value();
  }
  return out;
}

class MoneyRig {
 public:
  MoneyRig(const EventLog& log, const EventCodec& codec) : log_(log), codec_(codec) { open(); }

  KvStore& store() { return *store_; }
  std::unique_ptr<KvSnapshot> snapshot() const { return store_->snapshot(); }
  Content content() const { return content_of(*snapshot()); }
  FaultyKv& faults() { return *store_; }
  const Money& money() const { return *money_; }

  // As after a restart; what wasn't flushed may be gone.
  void crash(Rng& rng) {
    money_.reset();
    store_.reset();
    disk_->crash(rng);
    open();
  }

  // Folds `units`, as a runner: after an error a new instance goes on where the store stands.
  Result<void> apply(const std::vector<LogUnit>& units) {
    auto done = try_apply(units);
    if (!done) open_money();
    return done;
  }

  // Everything that is left, in batches of up to `units_max`, the books mixed by `rng`.
  Result<void> fold_all(Rng& rng, std::uint32_t units_max) {
    while (true) {
      WJ_TRY(const auto units, next_units(rng, units_max));
      if (units.empty()) return {};
      WJ_CHECK(apply(units));
    }
  }
  // One batch of it; false: nothing was left.
  Result<bool> fold_some(Rng& rng, std::uint32_t units_max) {
    WJ_TRY(const auto units, next_units(rng, units_max));
    if (units.empty()) return false;
    WJ_CHECK(apply(units));
    return true;
  }

 private:
  void open() {
    const auto spaces = money_spaces();
    auto opened = MemoryKv::open(disk_, {spaces.begin(), spaces.end()});
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::make_unique<FaultyKv>(*std::move(opened));
    open_money();
  }
  void open_money() {
    money_ = std::make_unique<Money>(log_, codec_);
    const auto opened = money_->open(*store_);
    ASSERT_TRUE(opened) << opened.error().message;
    positions_.assign(log_.books(), 0);
    const auto stored = store_->snapshot();
    for (std::uint32_t book = 0; book < positions_.size(); ++book) {
      const auto bytes = stored->get(kHouse, Key(Table::seen).number(book).bytes());
      if (bytes && *bytes) positions_[book] = decoded<Position>(**bytes, "a position").value();
    }
  }
  Result<void> try_apply(const std::vector<LogUnit>& units) {
    KvBatch batch;
    WJ_CHECK(money_->apply(units, batch));
    WJ_CHECK(store_->write(batch));
    money_->committed();
    for (const auto& unit : units) positions_[unit.book] = unit.unit.next();
    return {};
  }
  Result<std::vector<LogUnit>> next_units(Rng& rng, std::uint32_t units_max) {
    std::vector<LogUnit> out;
    const auto first = static_cast<std::uint32_t>(rng.below(log_.books()));
    for (std::uint32_t i = 0; i < log_.books(); ++i) {
      const std::uint32_t book = (first + i) % log_.books();
      if (i > 0 && !out.empty() && rng.chance(50)) continue;
      const auto count = static_cast<std::uint32_t>(1 + rng.below(units_max));
      WJ_TRY(auto units, log_.read(book, positions_[book], count, std::size_t{1} << 30U));
      for (auto& unit : units) out.push_back({book, std::move(unit)});
    }
    return out;
  }

  const EventLog& log_;
  const EventCodec& codec_;
  std::shared_ptr<MemoryKvDisk> disk_ = std::make_shared<MemoryKvDisk>();
  std::unique_ptr<FaultyKv> store_;
  std::unique_ptr<Money> money_;
  LogPositions positions_;
};

}  // namespace wonjang::money
