#include "app/serving/background_verify.h"

#include <utility>

namespace wonjang {

bool BackgroundVerify::begin(bool quick) {
  const MutexLock lock(mutex_);
  if (state_.running || stopping_) return false;
  // It is through with all it does under the mutex.
  if (thread_.joinable()) thread_.join();
  state_.running = true;
  state_.quick = quick;
  state_.progress = {};
  state_.failed.clear();
  thread_ = std::thread([this, quick] { run(quick); });
  return true;
}

void BackgroundVerify::run(bool quick) {
  if (parts_.thread_begins) parts_.thread_begins();
  auto done = verify(quick);
  const MutexLock lock(mutex_);
  if (done) {
    state_.last = *std::move(done);
  } else {
    state_.failed = done.error().message;
  }
  state_.running = false;
}

Result<VerifiedViews> BackgroundVerify::verify(bool quick) {
  WJ_TRY(const auto view, parts_.runner.view());
  const serving::ViewsToVerify what{parts_.log,   parts_.codec,   parts_.forms,
                                    parts_.cubes, *view.snapshot, view.seen};
  VerifiedViews out{view.generation, view.seen, {}};
  WJ_TRY(out.report, serving::verify_views(
                         what, {.quick = quick, .progress = [this](const auto& at) { return note(at); }}));
  return out;
}

bool BackgroundVerify::note(const serving::VerifyProgress& progress) {
  const MutexLock lock(mutex_);
  state_.progress = progress;
  return !stopping_;
}

void BackgroundVerify::stop() {
  std::thread thread;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    thread = std::exchange(thread_, std::thread());
  }
  if (thread.joinable()) thread.join();
}

VerifyState BackgroundVerify::state() const {
  const MutexLock lock(mutex_);
  return state_;
}

}  // namespace wonjang
