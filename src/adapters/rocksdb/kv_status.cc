#include "adapters/rocksdb/kv_status.h"

#include <rocksdb/status.h>

#include "adapters/rocksdb/rocks_status.h"

namespace wonjang::rocks {

Error kv_error(const rocksdb::Status& status) {
  if (status.IsCorruption())
    return corrupt("the views' files are damaged, build them again: " + status.ToString());
  if (status.severity() >= rocksdb::Status::Severity::kFatalError) {
    return corrupt("the views' files can't be written any more, open them again: " + status.ToString());
  }
  return {to_error(status, Doing::reading).kind, "the views' storage: " + status.ToString()};
}

Result<void> kv_checked(const rocksdb::Status& status) {
  if (status.ok()) return {};
  return kv_error(status);
}

}  // namespace wonjang::rocks
