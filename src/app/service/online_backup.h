// OnlineBackup: copies the running ledger into a directory of its own under one root, one copy at a time, in
// a thread of its own. Each book is a consistent copy; book 0, which knows the merchants, is copied last, so
// that no payment's merchant is missing in the backup.
//
// A backup grows under the name `<name>.partial` and is renamed when it is whole: what has its name is
// complete, also after a crash.
//
// Threads: any thread calls make(); stop() waits for a copy under way.
#pragma once

#include <string>
#include <thread>

#include "app/api/backups.h"
#include "base/mutex.h"
#include "domain/time.h"
#include "engine/ledger/ledger.h"

namespace wonjang {

class OnlineBackup {
 public:
  OnlineBackup(std::string data_dir, std::string root, const Ledger& ledger);
  ~OnlineBackup();
  OnlineBackup(const OnlineBackup&) = delete;
  OnlineBackup& operator=(const OnlineBackup&) = delete;

  // See MakeBackup.
  void make(std::string name, std::function<void(Result<BackupMade>)> done);
  void stop();

 private:
  Result<BackupMade> run(const std::string& name) const;
  Result<BackupMade> copy_to(const std::string& directory) const;

  const std::string data_dir_;
  const std::string root_;
  const Ledger& ledger_;
  Mutex mutex_;
  // Under way: its name and since when; empty: none.
  std::string busy_with_ WJ_GUARDED_BY(mutex_);
  Instant busy_since_ WJ_GUARDED_BY(mutex_);
  bool stopped_ WJ_GUARDED_BY(mutex_) = false;
  std::thread thread_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
