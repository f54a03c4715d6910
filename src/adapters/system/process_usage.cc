#include "adapters/system/process_usage.h"

#include <time.h>
#include <unistd.h>

#include <fstream>

namespace wonjang {
namespace {

std::int64_t clock_us(clockid_t which) {
  timespec at{};
  if (::clock_gettime(which, &at) != 0) return 0;
  return std::int64_t{at.tv_sec} * 1'000'000 + at.tv_nsec / 1'000;
}

}  // namespace

std::int64_t thread_cpu_us() { return clock_us(CLOCK_THREAD_CPUTIME_ID); }
std::int64_t process_cpu_us() { return clock_us(CLOCK_PROCESS_CPUTIME_ID); }

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages_all = 0;
  std::uint64_t pages_resident = 0;
  if (!(statm >> pages_all >> pages_resident)) return 0;
  return pages_resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace wonjang
