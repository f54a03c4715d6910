// Beside: somebody who does one thing at a time while its owner goes on with another. BookWriter has a step
// written that way while it decides the next one.
//
// Threads: one owner calls both functions. Everything the owner did before start() is seen by the task, and
// everything the task did by whoever returns from wait().
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace wonjang {

class Beside {
 public:
  virtual ~Beside() = default;
  // REQUIRES: what was started before was waited for
  virtual void start(std::function<void()> task) = 0;
  // Returns when the task is done; at once when there is none.
  virtual void wait() = 0;
};

// With a thread of its own.
class BesideThread final : public Beside {
 public:
  // `begins` is called on the thread first; may be empty.
  explicit BesideThread(const std::function<void()>& begins);
  ~BesideThread() override;  // what was started is done first
  BesideThread(const BesideThread&) = delete;
  BesideThread& operator=(const BesideThread&) = delete;

  void start(std::function<void()> task) override;
  void wait() override;

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable begun_;
  std::condition_variable done_;
  std::function<void()> task_;  // guarded by mutex_; empty: none, or it is done
  bool stopping_ = false;       // guarded by mutex_
  std::thread thread_;
};

}  // namespace wonjang
