#include "adapters/memory/memory_kv.h"

#include "testing/kv_contract.h"

namespace wonjang {
namespace {

class MemoryKvHarness final : public KvHarness {
 public:
  Result<std::unique_ptr<KvStore>> open(const std::vector<KvSpaceOptions>& spaces) override {
    WJ_TRY(auto store, MemoryKv::open(disk_, spaces));
    return std::unique_ptr<KvStore>(std::move(store));
  }
  void crash(Rng& rng) override { disk_->crash(rng); }

 private:
  std::shared_ptr<MemoryKvDisk> disk_ = std::make_shared<MemoryKvDisk>();
};

INSTANTIATE_TEST_SUITE_P(Memory, KvContract,
                         testing::ValuesIn(kv_variants([] { return std::make_unique<MemoryKvHarness>(); })),
                         kv_variant_name);

std::uint64_t left_after(const std::function<void(MemoryKvDisk&)>& crash) {
  const auto disk = std::make_shared<MemoryKvDisk>();
  auto store = *MemoryKv::open(disk, kc::spaces());
  for (std::uint64_t n = 1; n <= 10; ++n) {
    EXPECT_TRUE(store->write(kc::counter(n)));
    if (n != 5) continue;
    EXPECT_TRUE(store->flush());
  }
  store.reset();
  crash(*disk);
  store = *MemoryKv::open(disk, kc::spaces());
  return kc::agreed_counter(*store->snapshot());
}

TEST(MemoryKv, closing_it_takes_nothing_away) {
  EXPECT_EQ(left_after([](MemoryKvDisk&) {}), 10U);
}

TEST(MemoryKv, a_crash_takes_at_most_what_was_not_flushed) {
  EXPECT_EQ(left_after([](MemoryKvDisk& disk) { disk.crash_to_last_flush(); }), 5U);
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    seen.insert(left_after([seed](MemoryKvDisk& disk) {
      Rng rng(seed);
      disk.crash(rng);
    }));
  }
  EXPECT_EQ(seen, (std::set<std::uint64_t>{5, 6, 7, 8, 9, 10}));
}

}  // namespace
}  // namespace wonjang
