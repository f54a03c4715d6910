#include "app/serving/ledger_log.h"

#include <utility>

namespace wonjang {

void LedgerLog::committed() {
  const MutexLock lock(mutex_);
  if (wake_) wake_();
}

void LedgerLog::set_wake(std::function<void()> wake) {
  const MutexLock lock(mutex_);
  wake_ = std::move(wake);
}

Result<std::vector<StoredUnit>> LedgerLog::load_from(RawId stream, std::uint32_t version) const {
  std::vector<StoredUnit> out;
  // The registry's stream has slot 0, and so book 0, like every id says where it lives.
  WJ_CHECK(ledger_.with_book(ledger_.book_of_slot(stream.slot()), [&](const Book& book) -> Result<void> {
    WJ_TRY(out, book.load_from(stream, version));
    return {};
  }));
  return out;
}

}  // namespace wonjang
