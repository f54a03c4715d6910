#include "engine/projection/write_behind.h"

#include <gtest/gtest.h>

#include <latch>

#include "testing/kv_contract.h"
#include "testing/projection_rig.h"
#include "testing/serving_texts.h"

namespace wonjang {
namespace {

using projection::WriteBehind;

// Every write is begun only: what the contract asks next is answered while it is on its way.
class AlwaysBehind final : public KvStore {
 public:
  explicit AlwaysBehind(std::unique_ptr<KvStore> inner) : inner_(std::move(inner)), behind_(*inner_) {}
  Result<void> write(const KvBatch& batch) override {
    const MutexLock lock(mutex_);
    WJ_CHECK(behind_.finish());
    KvBatch copy = behind_.take_room();
    for (const auto& change : batch.changes()) {
      change.removed ? copy.remove(change.space, batch.key(change))
                     : copy.put(change.space, batch.key(change), batch.value(change));
    }
    behind_.begin_bulk(std::move(copy));
    return {};
  }
  Result<void> write_bulk(const KvBatch& batch) override {
    const MutexLock lock(mutex_);
    return behind_.write_bulk(batch);
  }
  std::unique_ptr<KvSnapshot> snapshot() const override {
    const MutexLock lock(mutex_);
    return behind_.snapshot();
  }
  Result<void> flush() override {
    const MutexLock lock(mutex_);
    return behind_.flush();
  }
  Result<void> clear() override {
    const MutexLock lock(mutex_);
    return behind_.clear();
  }
  Result<void> use_for(KvUse use) override {
    const MutexLock lock(mutex_);
    return behind_.use_for(use);
  }
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return behind_.stats(); }

 private:
  const std::unique_ptr<KvStore> inner_;
  mutable Mutex mutex_;  // the contract has several threads, a WriteBehind one owner
  WriteBehind behind_;
};

class BehindHarness final : public KvHarness {
 public:
  Result<std::unique_ptr<KvStore>> open(const std::vector<KvSpaceOptions>& spaces) override {
    WJ_TRY(auto store, disks_.open("store", spaces));
    return std::unique_ptr<KvStore>(new AlwaysBehind(std::move(store)));
  }
  void crash(Rng& rng) override { disks_.crash(rng); }

 private:
  MemoryPlaces disks_;
};

INSTANTIATE_TEST_SUITE_P(WriteBehind, KvContract,
                         testing::ValuesIn(kv_variants([] { return std::make_unique<BehindHarness>(); })),
                         kv_variant_name);

// A store whose bulk writes wait for a word and then do as told.
class HeldStore final : public KvStore {
 public:
  explicit HeldStore(const std::vector<KvSpaceOptions>& spaces) : inner_(new_memory_store(spaces)) {}
  void let_go(Result<void> with = {}) {
    answer_ = std::move(with);
    gate_.count_down();
  }
  Result<void> write(const KvBatch& batch) override { return inner_->write(batch); }
  Result<void> write_bulk(const KvBatch& batch) override {
    gate_.wait();
    WJ_CHECK(Result<void>(answer_));
    return inner_->write_bulk(batch);
  }
  std::unique_ptr<KvSnapshot> snapshot() const override { return inner_->snapshot(); }
  Result<void> flush() override { return inner_->flush(); }
  Result<void> clear() override { return inner_->clear(); }
  Result<void> use_for(KvUse use) override { return inner_->use_for(use); }
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return inner_->stats(); }

 private:
  const std::unique_ptr<KvStore> inner_;
  std::latch gate_{1};
  Result<void> answer_;
};

using Found = std::optional<std::string>;

KvBatch three_changes() {
  KvBatch batch;
  batch.put(kc::kRows, "kept", "1");
  batch.put(kc::kRows, "kept", "2");
  batch.remove(kc::kRows, "gone");
  batch.put(kc::kIds, "gone", "another space");
  return batch;
}

void put_old(KvStore& store) {
  KvBatch batch;
  for (const char* key : {"kept", "gone", "apart"}) batch.put(kc::kRows, key, "old");
  ASSERT_TRUE(store.write(batch));
}

TEST(WriteBehind, a_batch_on_its_way_is_seen_before_it_is_written) {
  HeldStore store(kc::spaces());
  put_old(store);
  WriteBehind behind(store);
  const auto before = behind.snapshot();
  behind.begin_bulk(three_changes());
  const auto after = behind.snapshot();
  EXPECT_EQ(*after->get(kc::kRows, "kept"), "2");
  EXPECT_EQ(*after->get(kc::kRows, "gone"), std::nullopt);
  EXPECT_EQ(*after->get(kc::kRows, "apart"), "old");
  EXPECT_EQ(*after->get(kc::kNames, "kept"), std::nullopt);
  const std::vector<std::string> keys{"apart", "gone", "kept", "none", "kept"};
  EXPECT_EQ(*after->get_many(kc::kRows, keys), (std::vector<Found>{"old", {}, "2", {}, "2"}));
  EXPECT_EQ(*before->get(kc::kRows, "kept"), "old");
  EXPECT_EQ(*store.snapshot()->get(kc::kRows, "kept"), "old") << "it isn't written yet";
  store.let_go();
  ASSERT_TRUE(behind.finish());
  EXPECT_EQ(*store.snapshot()->get(kc::kRows, "kept"), "2");
}

TEST(WriteBehind, a_scan_waits_for_the_write_and_shows_its_moment_for_ever) {
  HeldStore store(kc::spaces());
  put_old(store);
  WriteBehind behind(store);
  behind.begin_bulk(three_changes());
  const auto snapshot = behind.snapshot();
  const auto late = behind.snapshot();
  const kc::Rows rows{{"apart", "old"}, {"kept", "2"}};
  auto scanned = std::async(std::launch::async, [&] { return kc::rows_of(*snapshot, kc::kRows); });
  store.let_go();
  EXPECT_EQ(scanned.get(), rows);
  ASSERT_TRUE(behind.finish());
  KvBatch next;
  next.put(kc::kRows, "kept", "3");
  ASSERT_TRUE(behind.write(next));
  EXPECT_EQ(kc::rows_of(*snapshot, kc::kRows), rows);
  EXPECT_EQ(kc::rows_of(*late, kc::kRows), rows) << "the first scan of this one comes now";
  EXPECT_EQ(*late->get(kc::kRows, "kept"), "2");
}

TEST(WriteBehind, a_write_that_failed_is_told_once_and_leaves_the_store_as_it_was) {
  HeldStore store(kc::spaces());
  put_old(store);
  WriteBehind behind(store);
  behind.begin_bulk(three_changes());
  const auto deceived = behind.snapshot();
  store.let_go(unavailable("no room"));
  const auto cursor = deceived->scan(kc::kRows, {}, {});
  EXPECT_FALSE(cursor->valid());
  EXPECT_EQ(cursor->status().error().message, "no room");
  KvBatch next;
  next.put(kc::kRows, "next", "1");
  EXPECT_EQ(behind.write(next).error().message, "no room") << "what was written on top of it isn't, either";
  EXPECT_TRUE(behind.finish());
  EXPECT_EQ(kc::rows_of(*behind.snapshot(), kc::kRows),
            (kc::Rows{{"apart", "old"}, {"gone", "old"}, {"kept", "old"}}));
  EXPECT_EQ(*behind.snapshot()->get(kc::kRows, "kept"), "old");
}

TEST(WriteBehind, its_end_waits_for_the_write) {
  HeldStore store(kc::spaces());
  {
    WriteBehind behind(store);
    behind.begin_bulk(three_changes());
    store.let_go();
  }
  EXPECT_EQ(*store.snapshot()->get(kc::kRows, "kept"), "2");
}

}  // namespace
}  // namespace wonjang
