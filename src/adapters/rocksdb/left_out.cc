#include "adapters/rocksdb/left_out.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "adapters/rocksdb/directories.h"

namespace wonjang::rocks {

std::string left_out_file(const std::string& directory) { return directory + "/left-out"; }

Result<void> note_left_out(const std::string& directory, std::uint64_t bytes, const std::string& what) {
  const auto file = left_out_file(directory);
  auto line = std::to_string(bytes) + " bytes: " + what;
  std::ranges::replace(line, '\n', ' ');
  line.push_back('\n');
  WJ_CHECK(write_synced(file, O_APPEND, line));
  return sync_entry(file);
}

std::uint64_t left_out_bytes(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::exists(left_out_file(directory), error)) return 0;
  std::ifstream in(left_out_file(directory));
  std::uint64_t sum = 0;
  std::uint64_t bytes = 0;
  for (std::string rest; in >> bytes && std::getline(in, rest);) sum += bytes;
  return std::max<std::uint64_t>(sum, 1);
}

}  // namespace wonjang::rocks
