#include "adapters/rocksdb/rocks_places.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <filesystem>

#include "adapters/rocksdb/directories.h"

namespace wonjang {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRemoved = ".removed";

Error no_name(const std::string& name) {
  return invalid("'" + name + "' is no name of a store: 1 to 64 of a-z, 0-9 and _");
}

Error failed(const std::string& doing, const fs::path& path, const std::error_code& error) {
  return unavailable(doing + " " + path.string() + ": " + error.message());
}

// Nobody has the store in `directory` open, in this process or another.
Result<void> check_closed(const fs::path& directory) {
  const fs::path file = directory / "LOCK";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return {};
  rocksdb::Env& env = *rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  if (!env.LockFile(file.string(), &lock).ok()) {
    return unavailable("the store in " + directory.string() + " is open: close it first");
  }
  (void)env.UnlockFile(lock);
  return {};
}

}  // namespace

Result<std::unique_ptr<RocksPlaces>> RocksPlaces::open(const std::string& directory,
                                                       const RocksKvOptions& options) {
  WJ_CHECK(rocks::make_directories(directory));
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == kRemoved) leftovers.push_back(entry->path());
  }
  if (error) return failed("list", directory, error);
  for (const auto& leftover : leftovers) {
    fs::remove_all(leftover, error);
    if (error) return failed("delete", leftover, error);
  }
  return std::unique_ptr<RocksPlaces>(new RocksPlaces(directory, options));
}

Result<std::unique_ptr<KvStore>> RocksPlaces::open(const std::string& name,
                                                   std::span<const KvSpaceOptions> spaces) {
  if (!is_name(name)) return no_name(name);
  const MutexLock lock(mutex_);
  WJ_TRY(auto store,
         RocksKv::open((fs::path(directory_) / name).string(), {spaces.begin(), spaces.end()}, options_));
  return std::unique_ptr<KvStore>(std::move(store));
}

Result<std::vector<std::string>> RocksPlaces::names() const {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator entry(directory_, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (is_name(name) && entry->is_directory(ignored)) out.push_back(name);
  }
  if (error) return failed("list", directory_, error);
  std::sort(out.begin(), out.end());
  return out;
}

Result<void> RocksPlaces::remove(const std::string& name) {
  if (!is_name(name)) return no_name(name);
  const MutexLock lock(mutex_);
  const fs::path from = fs::path(directory_) / name;
  const fs::path removed = fs::path(directory_) / (name + std::string(kRemoved));
  std::error_code error;
  if (!fs::exists(from, error)) return {};
  WJ_CHECK(check_closed(from));
  fs::remove_all(removed, error);  // of an earlier store under this name
  if (error) return failed("delete", removed, error);
  fs::rename(from, removed, error);
  if (error) return failed("rename", from, error);
  WJ_CHECK(rocks::sync_entry(removed.string()));
  // It is gone already; files that can't be deleted now are deleted by the next start.
  fs::remove_all(removed, error);
  return {};
}

}  // namespace wonjang
