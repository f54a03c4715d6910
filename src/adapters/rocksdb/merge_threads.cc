#include "adapters/rocksdb/merge_threads.h"

#include <rocksdb/db.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace wonjang::rocks {
namespace {

// Families are told of one by one, and each look goes over all files of the database.
constexpr std::chrono::milliseconds kBetweenLooks{200};

bool move_in_kernel(pid_t thread, CpuClass to) {
  const sched_param lowest{};
  return sched_setscheduler(thread, to == CpuClass::idle ? SCHED_IDLE : SCHED_OTHER, &lowest) == 0;
}

bool leads_there_and_back(const MoveThread& move) {
  bool done = false;
  std::thread([&] { done = move(gettid(), CpuClass::idle) && move(gettid(), CpuClass::normal); }).join();
  return done;
}

std::size_t most_files_of_a_family(rocksdb::DB& db) {
  std::vector<rocksdb::ColumnFamilyMetaData> families;
  db.GetAllColumnFamilyMetaData(&families);
  std::size_t most = 0;
  for (const auto& family : families) {
    if (!family.levels.empty()) most = std::max(most, family.levels.front().files.size());
  }
  return most;
}

}  // namespace

MoveThread kernel_classes() {
  // Whoever gave the whole process another class knows better than we do.
  if (sched_getscheduler(0) != SCHED_OTHER) return [](pid_t, CpuClass) { return false; };
  return move_in_kernel;
}

MergeThreads::MergeThreads(const MoveThread& move) : move_(move), can_return_(leads_there_and_back(move)) {}

const std::shared_ptr<MergeThreads>& MergeThreads::of_process() {
  static const auto all = std::make_shared<MergeThreads>(kernel_classes());
  return all;
}

// Moved without the mutex: a thread may be set aside on its way into the idle class, and nobody shall wait
// for it then.
void MergeThreads::begin(const void* store) {
  if (!enlist(store)) return;
  move_(gettid(), CpuClass::idle);
  // A store may have fallen behind in between, and this thread was moved back too early.
  const MutexLock lock(mutex_);
  if (!wants_idle()) move_(gettid(), CpuClass::normal);
}

bool MergeThreads::enlist(const void* store) {
  const MutexLock lock(mutex_);
  merging_[gettid()] = store;
  return wants_idle();
}

void MergeThreads::end() {
  {
    const MutexLock lock(mutex_);
    merging_.erase(gettid());
  }
  if (can_return_) move_(gettid(), CpuClass::normal);
}

void MergeThreads::tell(const void* store, bool is_behind) {
  const MutexLock lock(mutex_);
  set_behind(store, is_behind);
}

void MergeThreads::forget(const void* store) {
  const MutexLock lock(mutex_);
  std::erase_if(merging_, [&](const auto& each) {
    if (each.second != store) return false;
    if (can_return_) move_(each.first, CpuClass::normal);
    return true;
  });
  set_behind(store, false);
}

void MergeThreads::set_behind(const void* store, bool is_behind) {
  const bool was_idle = wants_idle();
  if (is_behind) {
    behind_.insert(store);
  } else {
    behind_.erase(store);
  }
  if (wants_idle() == was_idle) return;
  for (const auto& [thread, of] : merging_) move_(thread, was_idle ? CpuClass::normal : CpuClass::idle);
}

bool MergeThreads::is_idle() const {
  const MutexLock lock(mutex_);
  return wants_idle();
}

void MergeWatch::expect_close() {
  const MutexLock lock(mutex_);
  is_closing_ = true;
  threads_->tell(this, true);
}

void MergeWatch::look(rocksdb::DB& db) {
  {
    const MutexLock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_) return;
    next_look_ = now + kBetweenLooks;
  }
  const std::size_t files = most_files_of_a_family(db);
  const MutexLock lock(mutex_);
  if (is_closing_) return;
  is_behind_ = files >= backlog_.behind || (is_behind_ && files > backlog_.caught_up);
  threads_->tell(this, is_behind_);
}

}  // namespace wonjang::rocks
