#include "app/e2e/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/assert.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime after(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

// True when `fd` has something to say before `until`.
bool wait_readable(int fd, SteadyTime until) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() < 0) return false;
    pollfd one{fd, POLLIN, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left.count()) + 1);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, int output_fd, int log_fd, std::uint64_t file_bytes_max) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(output_fd, STDOUT_FILENO);
  ::dup2(log_fd, STDERR_FILENO);
  if (file_bytes_max > 0) {
    const rlimit bound{file_bytes_max, file_bytes_max};
    ::setrlimit(RLIMIT_FSIZE, &bound);
    ::signal(SIGXFSZ, SIG_IGN);  // stays ignored after exec: write() gives EFBIG, as a full disk gives ENOSPC
  }
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

std::string from_environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

}  // namespace

Process::Process(std::vector<std::string> arguments, const ProcessOptions& options) {
  std::array<int, 2> pipe{};
  WJ_ASSERT(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  const auto& log = options.log_file.empty() ? std::string("/dev/null") : options.log_file;
  const int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  WJ_ASSERT(log_fd >= 0);
  std::vector<char*> raw;
  for (auto& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  pid_ = ::fork();
  WJ_ASSERT(pid_ >= 0);
  if (pid_ == 0) become(raw.data(), pipe[1], log_fd, options.file_bytes_max);
  ::close(pipe[1]);
  ::close(log_fd);
  output_fd_ = pipe[0];
  pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  WJ_ASSERT(pid_fd_ >= 0);
}

Process::~Process() {
  if (!exit_) {
    signal(SIGKILL);
    wait();
  }
  ::close(output_fd_);
  ::close(pid_fd_);
}

bool Process::fill(SteadyTime until) {
  if (!wait_readable(output_fd_, until)) return false;
  std::array<char, 16 * 1024> buffer;
  const auto n = ::read(output_fd_, buffer.data(), buffer.size());
  if (n <= 0) return false;
  output_.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

std::string Process::read_line(std::string_view text, std::chrono::milliseconds patience) {
  const auto until = after(patience);
  for (;;) {
    for (auto end = output_.find('\n', looked_at_); end != std::string::npos;
         end = output_.find('\n', looked_at_)) {
      auto line = output_.substr(looked_at_, end - looked_at_);
      looked_at_ = end + 1;
      if (line.find(text) != std::string::npos) return line;
    }
    if (!fill(until)) return {};
  }
}

std::string Process::read_all(std::chrono::milliseconds patience) {
  const auto until = after(patience);
  while (fill(until)) {
  }
  return output_;
}

// By the descriptor, so that a number which the system gave to somebody else is never hit.
void Process::signal(int number) const { ::syscall(SYS_pidfd_send_signal, pid_fd_, number, nullptr, 0); }

std::optional<int> Process::wait(std::chrono::milliseconds patience) {
  if (exit_) return exit_;
  if (!wait_readable(pid_fd_, after(patience))) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return exit_;
}

Finished run(std::vector<std::string> arguments, std::chrono::milliseconds patience) {
  const TempDir directory(TempDir::Kind::quick);
  Process process(std::move(arguments), {.log_file = directory / "errors"});
  Finished out;
  out.output = process.read_all(patience);
  if (const auto code = process.wait(patience)) out.exit = *code;
  out.errors = text_of_file(directory / "errors");
  return out;
}

std::string wonjang_program() { return from_environment("WONJANG_PROGRAM", WJ_PROGRAM); }
std::string verify_program() { return from_environment("WONJANG_VERIFY_PROGRAM", WJ_VERIFY_PROGRAM); }

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace wonjang::e2e
