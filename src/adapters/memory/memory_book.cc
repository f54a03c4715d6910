#include "adapters/memory/memory_book.h"

#include <algorithm>
#include <limits>

#include "ports/book_checks.h"

namespace wonjang {

void MemoryDisk::fail_append(Fault fault) {
  const MutexLock lock(mutex_);
  faults_.push_back(fault);
}

std::uint32_t MemoryDisk::Files::version_of(RawId stream) const {
  const auto found = streams.find(stream);
  if (found == streams.end()) return 0;
  const StoredUnit& last = log[found->second.back()];
  return last.first_version + static_cast<std::uint32_t>(last.events.size());
}

MemoryBook::MemoryBook(std::shared_ptr<MemoryDisk> disk, MemoryDisk::Files& files)
    : disk_(std::move(disk)), files_(files) {}

MemoryBook::MemoryBook() : disk_(std::make_shared<MemoryDisk>()), files_(disk_->directories_["book"]) {
  files_.open = true;
}

MemoryBook::~MemoryBook() {
  const MutexLock lock(disk_->mutex_);
  files_.open = false;
}

Result<std::unique_ptr<MemoryBook>> MemoryBook::open(std::shared_ptr<MemoryDisk> disk,
                                                     const std::string& directory) {
  const MutexLock lock(disk->mutex_);
  MemoryDisk::Files& files = disk->directories_[directory];
  if (files.open) return unavailable("another process has this book open: " + directory);
  files.open = true;
  return std::unique_ptr<MemoryBook>(new MemoryBook(std::move(disk), files));
}

Position MemoryBook::tail() const {
  const MutexLock lock(disk_->mutex_);
  return files_.tail;
}

Result<std::string> MemoryBook::head() const {
  const MutexLock lock(disk_->mutex_);
  return files_.head;
}

Result<void> MemoryBook::admit(const MemoryDisk::Files& files, const AppendBatch& batch) {
  std::map<RawId, std::uint32_t> versions;  // after the batch's units so far
  std::map<Hash128, bool> keys;             // newest entry of the batch: is it final?
  std::set<Hash128> claims;
  for (const Unit& unit : batch.units) {
    const auto [version, first_of_stream] = versions.try_emplace(unit.stream, 0);
    if (first_of_stream) version->second = files.version_of(unit.stream);
    if (version->second != unit.expected_version) return conflict("the stream has another version");
    version->second += static_cast<std::uint32_t>(unit.events.size());

    if (unit.claim && (files.claims.contains(*unit.claim) || !claims.insert(*unit.claim).second)) {
      return conflict("the claim is taken");
    }
    if (unit.idempotency) {
      const Hash128& key = unit.idempotency->key;
      const auto stored = files.keys.find(key);
      const auto [final, first_of_key] = keys.try_emplace(key, false);
      if (first_of_key && stored != files.keys.end()) {
        final->second = files.log[stored->second].idempotency->final;
      }
      if (final->second) return conflict("the idempotency key is spent");
      final->second = unit.idempotency->final;
    }
  }
  return {};
}

void MemoryBook::write(MemoryDisk::Files& files, const AppendBatch& batch) {
  for (const Unit& unit : batch.units) {
    const std::size_t place = files.log.size();
    files.log.push_back(
        {files.tail, unit.stream, unit.expected_version, unit.events, unit.idempotency, unit.claim});
    files.tail += unit.events.size();
    files.streams[unit.stream].push_back(place);
    if (unit.idempotency) files.keys[unit.idempotency->key] = place;
    if (unit.claim) files.claims.emplace(*unit.claim, unit.stream);
    if (unit.alarm_before) files.alarms.erase(*unit.alarm_before);
    if (unit.alarm_after) files.alarms.insert(*unit.alarm_after);
  }
  for (const TreeNode& node : batch.tree_nodes) files.tree[{node.level, node.index}] = node.hash;
  files.head = batch.head;
}

Result<void> MemoryBook::append(const AppendBatch& batch) {
  check_requirements(batch);
  const MutexLock lock(disk_->mutex_);
  if (poison_) return *poison_;
  WJ_CHECK(admit(files_, batch));

  if (disk_->faults_.empty()) {
    write(files_, batch);
    return {};
  }
  const auto fault = disk_->faults_.front();
  disk_->faults_.erase(disk_->faults_.begin());
  if (fault == MemoryDisk::Fault::refused) return unavailable("no space left on the memory disk");
  if (fault == MemoryDisk::Fault::kept) write(files_, batch);
  poison_ = in_doubt("the memory disk failed during the write: open the book again");
  return *poison_;
}

Result<std::vector<StoredUnit>> MemoryBook::load_from(RawId stream, std::uint32_t version) const {
  const MutexLock lock(disk_->mutex_);
  std::vector<StoredUnit> units;
  const auto found = files_.streams.find(stream);
  if (found == files_.streams.end()) return units;
  const auto& places = found->second;
  auto place = std::ranges::partition_point(
      places, [&](std::size_t at) { return files_.log[at].first_version < version; });
  units.reserve(static_cast<std::size_t>(places.end() - place));
  for (; place != places.end(); ++place) units.push_back(files_.log[*place]);
  return units;
}

Result<std::optional<FoundIdempotency>> MemoryBook::find_idempotency(const Hash128& key) const {
  const MutexLock lock(disk_->mutex_);
  const auto found = files_.keys.find(key);
  if (found == files_.keys.end()) return std::optional<FoundIdempotency>();
  const StoredUnit& unit = files_.log[found->second];
  return std::optional<FoundIdempotency>(
      {*unit.idempotency, unit.first, static_cast<std::uint32_t>(unit.events.size()), unit.stream});
}

Result<std::optional<RawId>> MemoryBook::find_claim(const Hash128& claim) const {
  const MutexLock lock(disk_->mutex_);
  const auto found = files_.claims.find(claim);
  if (found == files_.claims.end()) return std::optional<RawId>();
  return std::optional<RawId>(found->second);
}

void MemoryBook::look_ahead(std::span<const Hash128> keys, std::span<const Hash128> claims,
                            LookedAhead& out) const {
  out = {};
  const MutexLock lock(disk_->mutex_);
  for (const Hash128& key : keys) out.key_is_new.push_back(files_.keys.contains(key) ? 0 : 1);
  for (const Hash128& claim : claims) out.claim_is_new.push_back(files_.claims.contains(claim) ? 0 : 1);
}

Result<std::vector<StoredUnit>> MemoryBook::read(Position from, std::uint32_t units_max,
                                                 std::size_t bytes_max) const {
  const MutexLock lock(disk_->mutex_);
  std::vector<StoredUnit> units;
  auto next = std::partition_point(files_.log.begin(), files_.log.end(),
                                   [from](const StoredUnit& unit) { return unit.next() <= from; });
  std::size_t bytes = 0;
  while (next != files_.log.end() && units.size() < units_max && (units.empty() || bytes < bytes_max)) {
    for (const std::string& event : next->events) bytes += event.size();
    units.push_back(*next++);
    if (units.back().idempotency) units.back().idempotency->reply.clear();
  }
  return units;
}

Result<std::vector<AlarmEntry>> MemoryBook::alarms(std::uint8_t kind, std::int64_t until_us,
                                                   std::uint32_t count_max) const {
  const MutexLock lock(disk_->mutex_);
  std::vector<AlarmEntry> due;
  auto next = files_.alarms.lower_bound({kind, std::numeric_limits<std::int64_t>::min(), {}});
  for (; next != files_.alarms.end() && due.size() < count_max; ++next) {
    if (next->kind != kind || next->at_us >= until_us) break;
    due.push_back(*next);
  }
  return due;
}

Result<std::optional<Hash256>> MemoryBook::tree_node(std::uint8_t level, std::uint64_t index) const {
  const MutexLock lock(disk_->mutex_);
  const auto found = files_.tree.find({level, index});
  if (found == files_.tree.end()) return std::optional<Hash256>();
  return std::optional<Hash256>(found->second);
}

Result<BookCounts> MemoryBook::count() const {
  const MutexLock lock(disk_->mutex_);
  BookCounts counts;
  for (const StoredUnit& unit : files_.log) counts.events += unit.events.size();
  counts.units = files_.log.size();
  for (const auto& [stream, places] : files_.streams) counts.stream_versions += places.size();
  counts.idempotency_keys = files_.keys.size();
  counts.claims = files_.claims.size();
  counts.alarms = files_.alarms.size();
  counts.tree_nodes = files_.tree.size();
  return counts;
}

Result<void> MemoryBook::backup(const std::string& directory) const {
  const MutexLock lock(disk_->mutex_);
  const auto [copy, made] = disk_->directories_.try_emplace(directory, files_);
  if (!made) return unavailable("a backup needs a new directory, this one exists: " + directory);
  copy->second.open = false;
  return {};
}

std::vector<std::pair<std::string, std::uint64_t>> MemoryBook::stats() const {
  const MutexLock lock(disk_->mutex_);
  return {{"units", files_.log.size()}, {"streams", files_.streams.size()}};
}

}  // namespace wonjang
