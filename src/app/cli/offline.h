// Commands on a data directory that nobody serves: check, backup, restore. Each opens the books itself, which
// fails while a server has them.
//
// A backup is a directory: book-0, book-1 ... (each a book), secrets/, operator.key, layout and `manifest`, a
// text:
//
//   wonjang-backup 1
//   book 0 size 1234 root <64 hex digits>
//
// Threads: blocks.
#pragma once

#include <string>

namespace wonjang {

struct CheckOptions {
  std::string data_dir;
  bool json = false;
};
int run_check(const CheckOptions& options);                          // 0, or 3 with the first difference
int run_backup(const std::string& data_dir, const std::string& to);  // `to`: doesn't exist, or is empty
int run_restore(const std::string& from, const std::string& to,
                bool json);  // `to` likewise; checks every book

}  // namespace wonjang
