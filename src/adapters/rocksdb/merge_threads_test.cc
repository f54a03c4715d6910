#include "adapters/rocksdb/merge_threads.h"

#include <gtest/gtest.h>
#include <rocksdb/cache.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "adapters/rocksdb/rocks_kv.h"
#include "adapters/rocksdb/rocks_options.h"
#include "testing/temp_dir.h"

namespace wonjang::rocks {
namespace {

// Stands for the kernel: where each thread was moved to last.
class Classes {
 public:
  MoveThread move() {
    return [this](pid_t thread, CpuClass to) {
      {
        const MutexLock lock(mutex_);
        now_[thread] = to;
        if (to == CpuClass::idle) ++sent_away_;
      }
      if (to == CpuClass::idle && on_way_to_idle) on_way_to_idle();
      return true;
    };
  }
  CpuClass of_me() const {
    const MutexLock lock(mutex_);
    const auto found = now_.find(gettid());
    return found == now_.end() ? CpuClass::normal : found->second;
  }
  std::size_t idle_threads() const {
    const MutexLock lock(mutex_);
    std::size_t idle = 0;
    for (const auto& each : now_) idle += each.second == CpuClass::idle ? 1 : 0;
    return idle;
  }
  int sent_away() const {
    const MutexLock lock(mutex_);
    return sent_away_;
  }
  std::function<void()> on_way_to_idle;

 private:
  mutable Mutex mutex_;
  std::map<pid_t, CpuClass> now_ WJ_GUARDED_BY(mutex_);
  int sent_away_ WJ_GUARDED_BY(mutex_) = 0;
};

TEST(MergeThreads, a_thread_merges_in_the_idle_class_and_comes_back) {
  Classes classes;
  MergeThreads threads(classes.move());
  EXPECT_TRUE(threads.is_idle());
  threads.begin(&threads);
  EXPECT_EQ(classes.of_me(), CpuClass::idle);
  threads.end();
  EXPECT_EQ(classes.of_me(), CpuClass::normal);
}

TEST(MergeThreads, a_store_that_falls_behind_brings_back_who_merges_until_it_has_caught_up) {
  Classes classes;
  MergeThreads threads(classes.move());
  const int one = 0, other = 0;
  threads.begin(&threads);
  threads.tell(&one, true);
  EXPECT_EQ(classes.of_me(), CpuClass::normal);
  threads.tell(&other, true);
  threads.tell(&one, false);
  EXPECT_EQ(classes.of_me(), CpuClass::normal);  // the other one is behind still
  EXPECT_FALSE(threads.is_idle());
  threads.tell(&other, false);
  EXPECT_EQ(classes.of_me(), CpuClass::idle);
  threads.end();
  EXPECT_EQ(classes.of_me(), CpuClass::normal);
}

TEST(MergeThreads, who_begins_while_a_store_is_behind_competes_and_who_ended_is_left_alone) {
  Classes classes;
  MergeThreads threads(classes.move());
  const int store = 0;
  threads.tell(&store, true);
  threads.begin(&threads);
  EXPECT_EQ(classes.of_me(), CpuClass::normal);
  threads.end();
  threads.tell(&store, false);
  EXPECT_EQ(classes.of_me(), CpuClass::normal);
}

TEST(MergeThreads, a_store_that_falls_behind_on_a_threads_way_to_the_idle_class_brings_it_back) {
  Classes classes;
  MergeThreads* all = nullptr;
  const int store = 0;
  const MoveThread move = classes.move();
  MergeThreads threads([&](pid_t thread, CpuClass to) {
    // As if tell() had come between begin()'s decision and its move.
    if (all != nullptr && to == CpuClass::idle) std::exchange(all, nullptr)->tell(&store, true);
    return move(thread, to);
  });
  all = &threads;
  threads.begin(&threads);
  EXPECT_EQ(classes.of_me(), CpuClass::normal);
  threads.end();
}

TEST(MergeThreads, where_there_is_no_way_back_nobody_is_sent) {
  int merging = 0;
  MergeThreads threads([&, probe = gettid()](pid_t thread, CpuClass to) {
    if (thread == probe) ++merging;
    return to == CpuClass::idle;  // as the kernel for a process without the right
  });
  EXPECT_FALSE(threads.is_idle());
  threads.begin(&threads);
  threads.end();
  EXPECT_EQ(merging, 0);
}

TEST(MergeThreads, all_stores_of_a_process_share_them) {
  EXPECT_EQ(RocksShared::make({})->impl().merge_threads, MergeThreads::of_process());
  EXPECT_EQ(RocksShared::make({})->impl().merge_threads, MergeThreads::of_process());
}

TEST(MergeThreads, the_kernel_does_it) {
  if (!MergeThreads(kernel_classes()).is_idle())
    GTEST_SKIP() << "this process may not leave the idle class: RLIMIT_NICE is below 20";
  std::thread([] {
    MergeThreads threads(kernel_classes());
    threads.begin(&threads);
    EXPECT_EQ(sched_getscheduler(0), SCHED_IDLE);
    const int store = 0;
    threads.tell(&store, true);
    EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER);
    threads.tell(&store, false);
    EXPECT_EQ(sched_getscheduler(0), SCHED_IDLE);
    threads.end();
    EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER);
  }).join();
}

constexpr KvSpace kRows = 0, kIds = 1;

class MergingStore : public testing::Test {
 protected:
  MergingStore() {
    auto shared = std::make_unique<RocksShared::Impl>();
    shared->cache = rocksdb::NewLRUCache(32U << 20U);
    shared->merge_threads = threads_;
    shared_ = std::make_shared<const RocksShared>(std::move(shared));
    open();
  }
  void open() {
    store_ = *RocksKv::open(folder_ / "views", {{.name = "rows"}, {.name = "ids"}}, {.shared = shared_});
  }

  // One file more in each of two spaces, over all of their keys.
  void add_files() {
    KvBatch batch;
    for (std::uint64_t i = 0; i < 100; ++i) {
      const std::string key = std::to_string(1'000'000 + i * 1000 + files_);
      batch.put(kRows, key, "row");
      batch.put(kIds, key, "id");
    }
    ASSERT_TRUE(store_->write(batch));
    ASSERT_TRUE(store_->flush());
    ++files_;
  }
  // RocksDB is looked at five times a second at most.
  template <typename Condition>
  bool comes_true_while_files_come(const Condition& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      add_files();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
  }

  const TempDir folder_{TempDir::Kind::quick};
  Classes classes_;
  std::shared_ptr<MergeThreads> threads_ = std::make_shared<MergeThreads>(classes_.move());
  std::shared_ptr<const RocksShared> shared_;
  std::unique_ptr<RocksKv> store_;
  std::uint64_t files_ = 0;
};

TEST_F(MergingStore, merges_in_the_idle_class) {
  const int tried = classes_.sent_away();  // whether there is a way back
  EXPECT_TRUE(comes_true_while_files_come([&] { return classes_.sent_away() > tried; }));
  store_.reset();
  EXPECT_EQ(classes_.idle_threads(), 0U);  // each came back
}

// Found by the address sanitizer's slowness: RocksDB doesn't tell of the end of a merge that closing cut
// short, and its thread stayed in the idle class.
TEST_F(MergingStore, that_is_closed_while_it_merges_leaves_no_thread_in_the_idle_class) {
  std::atomic<bool> merging{false}, closing{false};
  classes_.on_way_to_idle = [&] {
    merging = true;
    while (!closing) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // RocksDB notes that it is to close
  };
  ASSERT_TRUE(comes_true_while_files_come([&] { return merging.load(); }));
  closing = true;
  store_.reset();
  EXPECT_EQ(classes_.idle_threads(), 0U);
  threads_->tell(this, true);
  threads_->tell(this, false);
  EXPECT_EQ(classes_.idle_threads(), 0U) << "it is forgotten, too";
}

TEST_F(MergingStore, that_falls_behind_says_so_and_says_when_it_has_caught_up) {
  ASSERT_TRUE(store_->use_for(KvUse::filling));  // nothing is merged
  for (int i = 0; i < 20; ++i) add_files();
  EXPECT_TRUE(threads_->is_idle());
  EXPECT_TRUE(comes_true_while_files_come([&] { return !threads_->is_idle(); }));
  ASSERT_TRUE(store_->use_for(KvUse::serving));
  EXPECT_TRUE(comes_true_while_files_come([&] { return threads_->is_idle(); }));
}

TEST_F(MergingStore, that_is_closed_while_it_is_behind_holds_up_nobody) {
  ASSERT_TRUE(store_->use_for(KvUse::filling));
  ASSERT_TRUE(comes_true_while_files_come([&] { return !threads_->is_idle(); }));
  store_.reset();
  EXPECT_TRUE(threads_->is_idle());
}

}  // namespace
}  // namespace wonjang::rocks
