// How the API asks for a backup of the running ledger; service/online_backup.h makes it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace wonjang {

struct BackupMade {
  struct BookCopy {
    std::uint64_t events = 0;
    std::string root;  // hex
  };
  bool was_there = false;  // made by an earlier request of the same name
  std::vector<BookCopy> books;
};

// `name` is [A-Za-z0-9_-]{1,64}. `done` is called once, here or on a thread of the maker.
// Errors: conflict (one is under way already: the message says which, since when and what next), unavailable
// (no space; a book isn't open), corrupt.
using MakeBackup = std::function<void(std::string name, std::function<void(Result<BackupMade>)> done)>;

}  // namespace wonjang
