#include "adapters/rocksdb/directories.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

namespace wonjang::rocks {
namespace {

namespace fs = std::filesystem;

Error failed(const std::string& doing, const fs::path& path) {
  return unavailable(doing + " " + path.string() + ": " + std::strerror(errno));
}

}  // namespace

Result<void> write_synced(const std::string& file, int mode, std::string_view text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | mode | O_CLOEXEC, 0644);
  if (fd < 0) return failed("open", file);
  const bool is_whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool is_synced = is_whole && ::fsync(fd) == 0;
  const auto error = failed(is_whole ? "sync" : "write", file);
  ::close(fd);
  if (!is_synced) return error;
  return {};
}

Result<void> sync_entry(const std::string& path) {
  const fs::path parent = fs::absolute(path).lexically_normal().parent_path();
  const int fd = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed("open", parent);
  const int synced = ::fsync(fd);
  ::close(fd);
  if (synced != 0) return failed("sync", parent);
  return {};
}

Result<void> make_directories(const std::string& path) {
  fs::path so_far;
  for (const auto& part : fs::absolute(path).lexically_normal()) {
    so_far /= part;
    std::error_code ignored;
    if (part.empty() || fs::is_directory(so_far, ignored)) continue;
    std::error_code error;
    fs::create_directory(so_far, error);
    if (error) return unavailable("make " + so_far.string() + ": " + error.message());
    WJ_CHECK(sync_entry(so_far.string()));
  }
  return {};
}

std::uint64_t free_bytes(const std::string& path) {
  struct statvfs fs {};
  if (::statvfs(path.c_str(), &fs) != 0) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(fs.f_bavail) * fs.f_frsize;
}

}  // namespace wonjang::rocks
