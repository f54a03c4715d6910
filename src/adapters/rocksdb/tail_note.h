// TailNote: how far a book was acknowledged, in a file of its own beside RocksDB's. The last record of a log
// that was damaged can't be told from one that a power cut tore; when the note says that the record was
// acknowledged, it can.
//
// Written once the book has been idle for a while, and at the end; never ahead of the book. So what it can't
// prove is the loss of what was appended after it: the last second before a crash, and a disk that loses both
// files. A backup comes without it. docs/formats/book.md has its bytes.
//
// Threads: any.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/result.h"
#include "ports/book.h"

namespace wonjang::rocks {

std::string tail_note_file(const std::string& directory);

// Nothing: there is none. Errors: unavailable; corrupt (it says nothing that can be read).
Result<std::optional<Position>> read_tail_note(const std::string& directory);

// In one step: afterwards the file is the old or the new one. Errors: unavailable.
Result<void> write_tail_note(const std::string& directory, Position tail);

// `corrupt` when the note says more than `tail`; one that can't be read proves nothing.
Result<void> check_tail_note(const std::string& directory, Position tail);

// Keeps the note of one open book. A thread of its own: no append waits for it.
class TailNoter {
 public:
  // `tail`: what is acknowledged and synced, of any thread. `failed`: called with the first error of a row.
  TailNoter(std::string directory, std::function<Position()> tail, std::chrono::microseconds idle,
            std::function<void(const Error&)> failed);
  ~TailNoter();  // writes it a last time
  TailNoter(const TailNoter&) = delete;
  TailNoter& operator=(const TailNoter&) = delete;

 private:
  void run();
  void write(Position tail);

  const std::string directory_;
  const std::function<Position()> tail_;
  const std::chrono::microseconds idle_;
  const std::function<void(const Error&)> failed_;
  std::optional<Position> written_;  // the thread's
  bool failing_ = false;             // the thread's

  Mutex mutex_;
  CondVar wake_;
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wonjang::rocks
