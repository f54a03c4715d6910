// Commands on a data directory that nobody serves: check, backup, restore. Each opens the books itself, which
// fails while a server has them.
//
// What a backup is on disk: app/service/backup_files.h.
//
// `check` covers the views too, where there are any (views_offline.h). A backup has none: `restore` builds
// them when it is told the server's cubes, and leaves them to the next start when it isn't.
//
// Threads: blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/serving/cube.h"

namespace wonjang {

struct CheckOptions {
  std::string data_dir;
  bool json = false;
  std::vector<serving::CubeSpec> cubes = serving::builtin_cubes();  // that the service has
};
struct RestoreOptions {
  std::string from;
  std::string to;  // doesn't exist, or is empty
  bool json = false;
  std::optional<std::vector<serving::CubeSpec>> cubes =
      {};  // given: the views are built with them, and compared
};
// Within the quotes of a JSON text, on one line.
std::string json_text(std::string_view text);

int run_check(const CheckOptions& options);                          // 0, or 3 with the first difference
int run_backup(const std::string& data_dir, const std::string& to);  // `to`: doesn't exist, or is empty
int run_restore(const RestoreOptions& options);                      // checks every book, and the views

}  // namespace wonjang
