// TempDir: a folder of a test's own, gone with it. `quick` is in memory where the system has such a place,
// for tests to which a sync means nothing. Threads: one owner.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/assert.h"

namespace wonjang {

class TempDir {
 public:
  enum class Kind : std::uint8_t { on_disk, quick };

  explicit TempDir(Kind kind = Kind::on_disk) {
    std::filesystem::path parent = std::filesystem::temp_directory_path();
    if (kind == Kind::quick && std::filesystem::is_directory("/dev/shm")) parent = "/dev/shm";
    std::string pattern = (parent / "wonjang-XXXXXX").string();
    WJ_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace wonjang
