#include "adapters/rocksdb/rocks_status.h"

#include <rocksdb/status.h>

namespace wonjang::rocks {
namespace {

using rocksdb::Status;

bool is_full_disk(const Status& status) {
  return status.IsNoSpace() || status.subcode() == Status::SubCode::kSpaceLimit;
}

// The lock is the one error with no code of its own.
bool is_held_lock(const Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && (text.find("lock hold by current process") != std::string::npos ||
                                text.find("While lock file") != std::string::npos);
}

ErrorKind kind_before_any_write(Status::Code code) {
  switch (code) {
    case Status::kCorruption:
      return ErrorKind::corrupt;
    case Status::kNotFound:
      return ErrorKind::not_found;
    case Status::kNotSupported:
    case Status::kInvalidArgument:
    case Status::kColumnFamilyDropped:
      return ErrorKind::invalid;
    case Status::kOk:
    case Status::kMergeInProgress:
    case Status::kIOError:
    case Status::kIncomplete:
    case Status::kShutdownInProgress:
    case Status::kTimedOut:
    case Status::kAborted:
    case Status::kBusy:
    case Status::kExpired:
    case Status::kTryAgain:
    case Status::kCompactionTooLarge:
    case Status::kMaxCode:
      return ErrorKind::unavailable;
  }
  return ErrorKind::unavailable;
}

}  // namespace

Error to_error(const Status& status, Doing doing) {
  WJ_ASSERT(!status.ok());
  if (status.IsCorruption()) return corrupt("the book's files are damaged: " + status.ToString());
  if (doing == Doing::writing) {
    return in_doubt("the write may or may not be on the disk, open the book again: " + status.ToString());
  }
  if (is_full_disk(status)) return unavailable("no space left for the book: " + status.ToString());
  if (doing == Doing::opening && is_held_lock(status))
    return unavailable("another process has this book open");
  return {kind_before_any_write(status.code()), "the book's storage: " + status.ToString()};
}

Error background_error(const Status& status) {
  WJ_ASSERT(!status.ok());
  const bool recovers = is_full_disk(status) && status.severity() < Status::Severity::kFatalError;
  if (recovers || status.IsCorruption()) return to_error(status, Doing::reading);
  return in_doubt("the book's files can't be written in the background, open the book again: " +
                  status.ToString());
}

}  // namespace wonjang::rocks
