// What this process has used of the machine. Zero: the system doesn't say.
// Threads: any.
#pragma once

#include <cstdint>

namespace wonjang {

std::int64_t thread_cpu_us();   // of the calling thread, since it began
std::int64_t process_cpu_us();  // of all threads, since the process began
std::uint64_t resident_bytes();

}  // namespace wonjang
