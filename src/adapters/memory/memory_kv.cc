#include "adapters/memory/memory_kv.h"

#include <algorithm>

#include "base/assert.h"

namespace wonjang {

const std::string* MemoryKvDisk::as_of(const Versions& versions, std::uint64_t batch) {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->batch <= batch) return version->value ? &*version->value : nullptr;
  }
  return nullptr;
}

void MemoryKvDisk::fall_back_to(std::uint64_t batch) {
  WJ_ASSERT(!is_open_);
  for (auto& [name, rows] : spaces_) {
    for (auto& [key, versions] : rows) {
      std::erase_if(versions, [batch](const Version& version) { return version.batch > batch; });
    }
    std::erase_if(rows, [](const auto& row) { return row.second.empty(); });
  }
  to_prune_.clear();  // the rest stays as it is: right, if not small
  batches_ = batch;
}

void MemoryKvDisk::crash(Rng& rng) {
  const MutexLock lock(mutex_);
  fall_back_to(flushed_ + rng.below(batches_ - flushed_ + 1));
}

void MemoryKvDisk::crash_to_last_flush() {
  const MutexLock lock(mutex_);
  fall_back_to(flushed_);
}

void MemoryKvDisk::prune() {
  const std::uint64_t oldest_asked = snapshots_.empty() ? flushed_ : std::min(flushed_, *snapshots_.begin());
  std::erase_if(to_prune_, [oldest_asked](const auto& place) {
    auto& [rows, key] = place;
    const auto row = rows->find(key);
    if (row == rows->end()) return true;
    Versions& versions = row->second;
    const auto newer = std::find_if(versions.begin(), versions.end(), [oldest_asked](const Version& version) {
      return version.batch > oldest_asked;
    });
    if (newer - versions.begin() > 1) versions.erase(versions.begin(), newer - 1);
    const bool is_settled = versions.size() == 1 && versions[0].batch <= oldest_asked;
    if (is_settled && !versions[0].value) rows->erase(row);
    return is_settled;
  });
}

// Finds its place anew for each step: the maps may have changed since.
class MemoryKvCursor : public KvCursor {
 public:
  MemoryKvCursor(const MemoryKvDisk& disk, const MemoryKvDisk::Rows& rows, std::uint64_t batch,
                 std::string_view from, std::string_view until)
      : disk_(disk), rows_(rows), from_(from), until_(until), batch_(batch) {}

  bool valid() const override { return valid_; }
  std::string_view key() const override {
    WJ_ASSERT(valid_);
    return key_;
  }
  std::string_view value() const override {
    WJ_ASSERT(valid_);
    return value_;
  }
  Result<void> status() const override { return {}; }

 protected:
  using Place = MemoryKvDisk::Rows::const_iterator;
  // Stands on `row` if the snapshot has it.
  bool stand_on(Place row) {
    const std::string* value = MemoryKvDisk::as_of(row->second, batch_);
    valid_ = value != nullptr;
    if (!valid_) return false;
    key_ = row->first;
    value_ = *value;
    return true;
  }
  void stand_at_end() { valid_ = false; }

  const MemoryKvDisk& disk_;
  const MemoryKvDisk::Rows& rows_;
  const std::string from_, until_;

 private:
  const std::uint64_t batch_;
  bool valid_ = false;
  std::string key_, value_;
};

class MemoryKvUpCursor final : public MemoryKvCursor {
 public:
  MemoryKvUpCursor(const MemoryKvDisk& disk, const MemoryKvDisk::Rows& rows, std::uint64_t batch,
                   std::string_view from, std::string_view until)
      : MemoryKvCursor(disk, rows, batch, from, until) {
    seek(from);
  }
  void seek(std::string_view key) override {
    const MutexLock lock(disk_.mutex_);
    settle(rows_.lower_bound(std::max(key, std::string_view(from_))));
  }
  void next() override {
    const MutexLock lock(disk_.mutex_);
    settle(rows_.upper_bound(key()));
  }

 private:
  void settle(Place row) {
    for (; row != rows_.end() && (until_.empty() || row->first < until_); ++row) {
      if (stand_on(row)) return;
    }
    stand_at_end();
  }
};

class MemoryKvDownCursor final : public MemoryKvCursor {
 public:
  MemoryKvDownCursor(const MemoryKvDisk& disk, const MemoryKvDisk::Rows& rows, std::uint64_t batch,
                     std::string_view from, std::string_view until)
      : MemoryKvCursor(disk, rows, batch, from, until) {
    const MutexLock lock(disk_.mutex_);
    settle(behind_all());
  }
  void seek(std::string_view key) override {
    const MutexLock lock(disk_.mutex_);
    settle(until_.empty() || key < until_ ? rows_.upper_bound(key) : behind_all());
  }
  void next() override {
    const MutexLock lock(disk_.mutex_);
    settle(rows_.lower_bound(key()));
  }

 private:
  Place behind_all() const { return until_.empty() ? rows_.end() : rows_.lower_bound(until_); }
  // On the last row before `behind`.
  void settle(Place behind) {
    while (behind != rows_.begin()) {
      --behind;
      if (behind->first < from_) break;
      if (stand_on(behind)) return;
    }
    stand_at_end();
  }
};

class MemoryKvSnapshot final : public KvSnapshot {
 public:
  MemoryKvSnapshot(MemoryKvDisk& disk, const std::vector<std::pair<std::string, MemoryKvDisk::Rows*>>& spaces)
      : disk_(disk), spaces_(spaces) {
    const MutexLock lock(disk_.mutex_);
    batch_ = disk_.batches_;
    disk_.snapshots_.insert(batch_);
  }
  ~MemoryKvSnapshot() override {
    const MutexLock lock(disk_.mutex_);
    disk_.snapshots_.erase(disk_.snapshots_.find(batch_));
  }
  MemoryKvSnapshot(const MemoryKvSnapshot&) = delete;
  MemoryKvSnapshot& operator=(const MemoryKvSnapshot&) = delete;

  Result<std::optional<std::string>> get(KvSpace space, std::string_view key) const override {
    const MutexLock lock(disk_.mutex_);
    return find(*spaces_.at(space).second, key);
  }
  Result<std::vector<std::optional<std::string>>> get_many(KvSpace space,
                                                           std::span<const std::string> keys) const override {
    const MutexLock lock(disk_.mutex_);
    std::vector<std::optional<std::string>> found;
    found.reserve(keys.size());
    for (const std::string& key : keys) found.push_back(find(*spaces_.at(space).second, key));
    return found;
  }
  std::unique_ptr<KvCursor> scan(KvSpace space, std::string_view from,
                                 std::string_view until) const override {
    return std::make_unique<MemoryKvUpCursor>(disk_, *spaces_.at(space).second, batch_, from, until);
  }
  std::unique_ptr<KvCursor> scan_back(KvSpace space, std::string_view from,
                                      std::string_view until) const override {
    return std::make_unique<MemoryKvDownCursor>(disk_, *spaces_.at(space).second, batch_, from, until);
  }

 private:
  std::optional<std::string> find(const MemoryKvDisk::Rows& rows, std::string_view key) const {
    const auto row = rows.find(key);
    const std::string* value = row == rows.end() ? nullptr : MemoryKvDisk::as_of(row->second, batch_);
    return value == nullptr ? std::nullopt : std::optional(*value);
  }

  MemoryKvDisk& disk_;
  const std::vector<std::pair<std::string, MemoryKvDisk::Rows*>>& spaces_;
  std::uint64_t batch_ = 0;
};

Result<std::unique_ptr<MemoryKv>> MemoryKv::open(std::shared_ptr<MemoryKvDisk> disk,
                                                 const std::vector<KvSpaceOptions>& spaces) {
  const MutexLock lock(disk->mutex_);
  if (disk->is_open_) return unavailable("another program has this store open");
  for (const auto& [name, rows] : disk->spaces_) {
    const bool listed =
        std::any_of(spaces.begin(), spaces.end(),
                    [&name = name](const KvSpaceOptions& space) { return space.name == name; });
    if (!listed)
      return invalid("a newer program made this store (it has the space " + name + "): use that one");
  }
  std::vector<std::pair<std::string, Rows*>> opened;
  for (const KvSpaceOptions& space : spaces) opened.emplace_back(space.name, &disk->spaces_[space.name]);
  disk->is_open_ = true;
  return std::unique_ptr<MemoryKv>(new MemoryKv(disk, std::move(opened)));
}

MemoryKv::~MemoryKv() {
  const MutexLock lock(disk_->mutex_);
  disk_->is_open_ = false;
}

Result<void> MemoryKv::write(const KvBatch& batch) {
  const MutexLock lock(disk_->mutex_);
  const std::uint64_t now = ++disk_->batches_;
  for (const KvBatch::Change& change : batch.changes()) {
    Rows& rows = *spaces_.at(change.space).second;
    const auto row = rows.try_emplace(std::string(batch.key(change))).first;
    auto& versions = row->second;
    if (versions.empty() || versions.back().batch != now) versions.push_back({now, {}});
    versions.back().value.reset();
    if (!change.removed) versions.back().value.emplace(batch.value(change));
    if (versions.size() > 1 || change.removed) disk_->to_prune_.emplace_back(&rows, row->first);
  }
  return {};
}

std::unique_ptr<KvSnapshot> MemoryKv::snapshot() const {
  return std::make_unique<MemoryKvSnapshot>(*disk_, spaces_);
}

Result<void> MemoryKv::write_bulk(const KvBatch& batch) {
  WJ_CHECK(write(batch));
  return flush();
}

Result<void> MemoryKv::flush() {
  const MutexLock lock(disk_->mutex_);
  disk_->flushed_ = disk_->batches_;
  disk_->prune();
  return {};
}

Result<void> MemoryKv::clear() {
  const MutexLock lock(disk_->mutex_);
  disk_->flushed_ = ++disk_->batches_;
  for (const auto& [name, rows] : spaces_) {
    for (auto& [key, versions] : *rows) {
      versions.push_back({disk_->batches_, std::nullopt});
      disk_->to_prune_.emplace_back(rows, key);
    }
  }
  disk_->prune();
  return {};
}

std::vector<std::pair<std::string, std::uint64_t>> MemoryKv::stats() const {
  const MutexLock lock(disk_->mutex_);
  std::vector<std::pair<std::string, std::uint64_t>> out{{"bytes", 0}};
  for (const auto& [name, rows] : spaces_) {
    std::uint64_t bytes = 0;
    for (const auto& [key, versions] : *rows) {
      for (const auto& version : versions) bytes += key.size() + (version.value ? version.value->size() : 0);
    }
    out.emplace_back("bytes_" + name, bytes);
    out[0].second += bytes;
  }
  return out;
}

}  // namespace wonjang
