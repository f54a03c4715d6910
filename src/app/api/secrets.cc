#include "app/api/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "adapters/openssl/crypto.h"

namespace wonjang {
namespace {

Error failed(const std::string& what, const std::string& path) {
  return unavailable("can't " + what + " " + path + ": " + std::strerror(errno));
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

Result<void> sync_directory_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path().string();
  return sync_path(parent.empty() ? "." : parent);
}

Result<std::string> load_secret(const std::string& path, std::size_t size) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return failed("read", path);
  struct stat about {};
  if (::fstat(file.fd(), &about) != 0) return failed("read", path);
  if ((about.st_mode & 077U) != 0) {
    return invalid(path +
                   " can be read by others; it holds a secret: chmod 600 it, and think about who saw it");
  }
  std::string bytes(size + 1, '\0');
  const auto n = ::read(file.fd(), bytes.data(), bytes.size());
  if (n != static_cast<ssize_t>(size)) {
    return invalid(path + " doesn't hold " + std::to_string(size) +
                   " bytes; restore it from the backup of secrets/");
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Result<void> sync_path(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0 || ::fsync(file.fd()) != 0) return failed("sync", path);
  return {};
}

Result<void> make_private_directory(const std::string& path) {
  std::error_code error;
  std::vector<std::filesystem::path> missing;
  for (std::filesystem::path at = path; !at.empty() && !std::filesystem::exists(at, error);
       at = at.parent_path()) {
    missing.push_back(at);
  }
  std::filesystem::create_directories(path, error);
  if (error) return unavailable("can't make the directory " + path + ": " + error.message());
  if (::chmod(path.c_str(), 0700) != 0) return failed("protect", path);
  for (const auto& made : missing) WJ_CHECK(sync_directory_of(made.string()));
  return {};
}

Result<std::string> load_or_make_secret(const std::string& path, std::size_t size) {
  if (::access(path.c_str(), F_OK) == 0) return load_secret(path, size);
  auto secret = random_bytes(size);
  WJ_CHECK(write_private_file(path, secret));
  return secret;
}

Result<void> write_private_file(const std::string& path, const std::string& text) {
  const auto draft = path + ".new";
  ::unlink(draft.c_str());
  {
    const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.fd() < 0) return failed("write", draft);
    if (::write(file.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      return failed("write", draft);
    if (::fsync(file.fd()) != 0) return failed("sync", draft);
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed("rename", draft);
  return sync_directory_of(path);
}

}  // namespace wonjang
