// MergeThreads: who gets the processor, RocksDB's merging or everything else. Merging pays off later, an
// answer is waited for now: a thread that merges does so in the kernel's idle class (SCHED_IDLE), on time
// that nobody else wants. When files pile up in a store, merging is what readers wait for, and its threads
// compete like any other until the store has caught up (MergeWatch).
//
// Invariant: a thread is in the idle class between begin() and end() only, while no store is behind. Outside
// of these RocksDB holds the mutex of a whole database; whoever waits for it must not wait for an idle core.
// What is left is the moment in which a thread is set aside holding a lock of the block cache: those who
// then wait for it leave their core idle, and it runs.
//
// To come back from the idle class a process needs CAP_SYS_NICE or RLIMIT_NICE of at least 20 (sched(7)).
// One that isn't allowed to never sends a thread there: nothing changes for it.
//
// Threads: any.
#pragma once

#include <rocksdb/listener.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "base/mutex.h"

namespace wonjang::rocks {

enum class CpuClass : std::uint8_t { normal, idle };

// Moves a thread of this process to a class of the kernel's. False: it stays where it is.
using MoveThread = std::function<bool(pid_t thread, CpuClass)>;
MoveThread kernel_classes();

class MergeThreads {
 public:
  // RocksDB's threads are one pool for all databases of the process: a store that is behind waits for what
  // another one merges.
  static const std::shared_ptr<MergeThreads>& of_process();

  // For tests. Tries on a thread of its own whether `move` goes there and back.
  explicit MergeThreads(const MoveThread& move);

  // The calling thread merges from here on, for `store`: any address of its own. REQUIRES: end() before it
  // does anything else, or forget() of the store
  void begin(const void* store);
  void end();
  // The store has more files than a reader should look through, or not any more.
  void tell(const void* store, bool is_behind);
  // It is gone: it isn't behind, and threads that never came to end() with it are brought back.
  void forget(const void* store);
  // Whether a thread that merges now does so in the idle class.
  bool is_idle() const;

 private:
  // The calling thread; whether it is to go to the idle class.
  bool enlist(const void* store);
  void set_behind(const void* store, bool is_behind) WJ_REQUIRES(mutex_);
  bool wants_idle() const WJ_REQUIRES(mutex_) { return can_return_ && behind_.empty(); }

  const MoveThread move_;
  const bool can_return_;
  mutable Mutex mutex_;
  std::map<pid_t, const void*> merging_ WJ_GUARDED_BY(mutex_);  // and the store for which it does
  std::set<const void*> behind_ WJ_GUARDED_BY(mutex_);
};

// Files beside each other in one space or family: a store is behind from the first number on, until no space
// has more than the second.
struct MergeBacklog {
  std::size_t behind = 0;
  std::size_t caught_up = 0;
};

// What RocksDB tells of one database, handed on to the threads.
// Threads: any, RocksDB's own.
class MergeWatch final : public rocksdb::EventListener {
 public:
  MergeWatch(std::shared_ptr<MergeThreads> threads, MergeBacklog backlog)
      : threads_(std::move(threads)), backlog_(backlog) {}
  ~MergeWatch() override { threads_->forget(this); }

  // Before the database is closed: what merges then has to stop, and whoever closes waits for it. RocksDB
  // doesn't tell of that end any more; the destructor sees to these threads.
  void expect_close();

  // Around the merging itself, on its thread.
  void OnSubcompactionBegin(const rocksdb::SubcompactionJobInfo&) override { threads_->begin(this); }
  void OnSubcompactionCompleted(const rocksdb::SubcompactionJobInfo&) override { threads_->end(); }
  // Whenever the number of files has changed.
  void OnFlushCompleted(rocksdb::DB* db, const rocksdb::FlushJobInfo&) override { look(*db); }
  void OnExternalFileIngested(rocksdb::DB* db, const rocksdb::ExternalFileIngestionInfo&) override {
    look(*db);
  }
  void OnCompactionCompleted(rocksdb::DB* db, const rocksdb::CompactionJobInfo&) override { look(*db); }

 private:
  void look(rocksdb::DB& db);

  const std::shared_ptr<MergeThreads> threads_;
  const MergeBacklog backlog_;
  Mutex mutex_;
  bool is_behind_ WJ_GUARDED_BY(mutex_) = false;
  bool is_closing_ WJ_GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point next_look_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang::rocks
