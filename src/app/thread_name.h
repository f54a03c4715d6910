// thread_name: what tools show for a thread (top -H, perf), so that an operator sees who takes the processor.
// docs/HACKING.md lists them.
// Threads: any.
#pragma once

#include <pthread.h>

#include <string>

#include "base/assert.h"

namespace wonjang {

// Of the calling thread. REQUIRES: at most 15 bytes, which is what the kernel keeps
inline void name_this_thread(const std::string& name) {
  WJ_ASSERT(name.size() <= 15);
  // Fails for nothing but a name that is too long.
  pthread_setname_np(pthread_self(), name.c_str());
}

}  // namespace wonjang
