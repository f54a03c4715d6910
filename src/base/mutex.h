// std::mutex with clang's thread-safety annotations, so that the `tidy` preset (clang -Wthread-safety) finds
// a member read without its lock. With gcc the macros are empty.
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define WJ_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define WJ_THREAD_ANNOTATION(x)
#endif
#define WJ_GUARDED_BY(x) WJ_THREAD_ANNOTATION(guarded_by(x))
#define WJ_REQUIRES(...) WJ_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define WJ_EXCLUDES(...) WJ_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace wonjang {

class WJ_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() WJ_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() WJ_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  bool try_lock() WJ_THREAD_ANNOTATION(try_acquire_capability(true)) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

class WJ_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) WJ_THREAD_ANNOTATION(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() WJ_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits on a Mutex that is held (through a MutexLock, say).
using CondVar = std::condition_variable_any;

}  // namespace wonjang
