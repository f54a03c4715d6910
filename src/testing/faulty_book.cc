#include "testing/faulty_book.h"

namespace wonjang {

FaultyBook::FaultyBook(std::unique_ptr<Book> inner, FaultRates rates, std::uint64_t seed)
    : inner_(std::move(inner)), rates_(rates), rng_(seed) {}

void FaultyBook::fail_append(AppendFault fault, std::uint32_t times) {
  const MutexLock lock(mutex_);
  script_.insert(script_.end(), times, fault);
}

void FaultyBook::fail_reads(std::uint32_t times) {
  const MutexLock lock(mutex_);
  reads_to_fail_ = times;
}

void FaultyBook::fail_lookups(std::uint32_t times) {
  const MutexLock lock(mutex_);
  lookups_to_fail_ = times;
}

std::uint32_t FaultyBook::lookups_to_fail() const {
  const MutexLock lock(mutex_);
  return lookups_to_fail_;
}

void FaultyBook::flip_bits(std::uint32_t times) {
  const MutexLock lock(mutex_);
  bits_to_flip_ = times;
}

void FaultyBook::around_append(std::function<void()> before, std::function<void()> after) {
  before_append_ = std::move(before);
  after_append_ = std::move(after);
}

void FaultyBook::before_read(std::function<void()> before) { before_read_ = std::move(before); }

FaultyBook::AppendFault FaultyBook::next_append_fault() {
  const MutexLock lock(mutex_);
  if (!script_.empty()) {
    const AppendFault fault = script_.front();
    script_.pop_front();
    return fault;
  }
  if (rng_.chance(rates_.refused)) return AppendFault::refused;
  if (rng_.chance(rates_.lost)) return AppendFault::lost;
  if (rng_.chance(rates_.kept)) return AppendFault::kept;
  return AppendFault::none;
}

Result<void> FaultyBook::append(const AppendBatch& batch) {
  if (poison_) return *poison_;
  if (before_append_) before_append_();
  const AppendFault fault = next_append_fault();
  if (fault == AppendFault::refused) return unavailable("scripted fault: no space left");
  if (fault != AppendFault::lost) WJ_CHECK(inner_->append(batch));
  if (after_append_) after_append_();
  if (fault == AppendFault::none) return {};
  poison_ = in_doubt("scripted fault: the sync failed, open the book again");
  return *poison_;
}

Result<void> FaultyBook::readable() const {
  const MutexLock lock(mutex_);
  if (reads_to_fail_ > 0) {
    --reads_to_fail_;
    return unavailable("scripted fault: can't read");
  }
  if (rng_.chance(rates_.read_failed)) return unavailable("fault by chance: can't read");
  return {};
}

Result<std::vector<StoredUnit>> FaultyBook::flipped(Result<std::vector<StoredUnit>> units) const {
  if (!units) return units;
  const MutexLock lock(mutex_);
  for (StoredUnit& unit : *units) {
    if (bits_to_flip_ == 0) break;
    std::string& event = unit.events[rng_.below(unit.events.size())];
    if (event.empty()) continue;
    char& byte = event[rng_.below(event.size())];
    byte = static_cast<char>(static_cast<std::uint8_t>(byte) ^ (1U << rng_.below(8)));
    --bits_to_flip_;
  }
  return units;
}

Position FaultyBook::tail() const { return inner_->tail(); }

Result<std::string> FaultyBook::head() const {
  WJ_CHECK(readable());
  return inner_->head();
}

Result<std::vector<StoredUnit>> FaultyBook::load_from(RawId stream, std::uint32_t version) const {
  WJ_CHECK(readable());
  return flipped(inner_->load_from(stream, version));
}

Result<std::optional<FoundIdempotency>> FaultyBook::find_idempotency(const Hash128& key) const {
  WJ_CHECK(readable());
  {
    const MutexLock lock(mutex_);
    if (lookups_to_fail_ > 0) {
      --lookups_to_fail_;
      return unavailable("scripted fault: can't look a key up");
    }
  }
  return inner_->find_idempotency(key);
}

Result<std::optional<RawId>> FaultyBook::find_claim(const Hash128& claim) const {
  WJ_CHECK(readable());
  return inner_->find_claim(claim);
}

Result<std::vector<StoredUnit>> FaultyBook::read(Position from, std::uint32_t units_max,
                                                 std::size_t bytes_max) const {
  if (before_read_) before_read_();
  WJ_CHECK(readable());
  return flipped(inner_->read(from, units_max, bytes_max));
}

Result<std::vector<AlarmEntry>> FaultyBook::alarms(std::uint8_t kind, std::int64_t until_us,
                                                   std::uint32_t count_max) const {
  WJ_CHECK(readable());
  return inner_->alarms(kind, until_us, count_max);
}

Result<std::optional<Hash256>> FaultyBook::tree_node(std::uint8_t level, std::uint64_t index) const {
  WJ_CHECK(readable());
  return inner_->tree_node(level, index);
}

Result<BookCounts> FaultyBook::count() const {
  WJ_CHECK(readable());
  return inner_->count();
}

Result<void> FaultyBook::backup(const std::string& directory) const {
  WJ_CHECK(readable());
  return inner_->backup(directory);
}

std::vector<std::pair<std::string, std::uint64_t>> FaultyBook::stats() const { return inner_->stats(); }

}  // namespace wonjang
