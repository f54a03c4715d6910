// Process: a program under test. It never outlives the test (killed by the destructor, and by the kernel
// should the test die), and every wait has an end. Its standard error goes into a file, its standard output
// is read here.
//
//   Process serve({wonjang_program(), "serve", "--data-dir", dir}, {.log_file = dir + ".log"});
//   const auto line = serve.read_line("listening on ");
//   serve.signal(SIGKILL);
//   EXPECT_EQ(serve.wait(), -SIGKILL);
//
// Threads: one owner; signal() from any.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wonjang::e2e {

inline constexpr std::chrono::seconds kPatience{20};

struct ProcessOptions {
  std::string log_file;              // of standard error; empty: thrown away
  std::uint64_t file_bytes_max = 0;  // no file may grow beyond it (EFBIG); 0: no bound
};

class Process {
 public:
  explicit Process(std::vector<std::string> arguments, const ProcessOptions& options = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The next line of standard output with `text` in it; empty if the output or the patience ended before.
  std::string read_line(std::string_view text, std::chrono::milliseconds patience = kPatience);
  // Everything of standard output until it ends, what was read before included.
  std::string read_all(std::chrono::milliseconds patience = kPatience);

  void signal(int number) const;
  // The exit code, or minus the signal that ended it; nothing when the patience ended first.
  std::optional<int> wait(std::chrono::milliseconds patience = kPatience);

 private:
  bool fill(std::chrono::steady_clock::time_point until);

  pid_t pid_ = -1;
  int pid_fd_ = -1;
  int output_fd_ = -1;
  std::string output_;
  std::size_t looked_at_ = 0;
  std::optional<int> exit_;
};

struct Finished {
  int exit = -1;  // -1: it had to be killed
  std::string output;
  std::string errors;
};
// Runs a command to its end.
Finished run(std::vector<std::string> arguments, std::chrono::milliseconds patience = kPatience);

// The programs under test, from the build; WONJANG_PROGRAM and WONJANG_VERIFY_PROGRAM name others.
std::string wonjang_program();
std::string verify_program();

std::string text_of_file(const std::string& path);

}  // namespace wonjang::e2e
