#include "adapters/system/process_usage.h"

#include <gtest/gtest.h>

#include <string>

namespace wonjang {
namespace {

TEST(ProcessUsage, a_threads_time_grows_with_its_work_and_is_part_of_the_process) {
  const auto before = thread_cpu_us();
  volatile std::uint64_t sum = 0;
  while (thread_cpu_us() - before < 5'000) sum = sum + 1;
  EXPECT_GE(process_cpu_us(), thread_cpu_us() - before);
}

TEST(ProcessUsage, memory_that_is_written_is_resident) {
  constexpr std::size_t kBytes = 64 << 20;
  const auto before = resident_bytes();
  ASSERT_GT(before, 0U);
  const std::string written(kBytes, 'x');
  EXPECT_GT(resident_bytes(), before + kBytes / 2) << written.size();
}

}  // namespace
}  // namespace wonjang
