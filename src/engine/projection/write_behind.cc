#include "engine/projection/write_behind.h"

#include <array>
#include <utility>

#include "base/assert.h"
#include "base/hash64.h"
#include "base/mutex.h"

namespace wonjang::projection {
namespace {

// The last change to each key of one space of a batch: open addressing, at most half full.
class LastChanges {
 public:
  LastChanges(const KvBatch& batch, KvSpace space) : batch_(batch) {
    std::size_t count = 0;
    for (const auto& change : batch.changes()) count += change.space == space ? 1U : 0U;
    if (count == 0) return;
    std::size_t room = 16;
    while (room < 2 * count) room *= 2;
    slots_.resize(room);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (batch.changes()[i].space == space) add(static_cast<std::uint32_t>(i));
    }
  }

  const KvBatch::Change* find(std::string_view key) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[slot_of(key, hash64(key))];
    return slot.change == 0 ? nullptr : &batch_.changes()[slot.change - 1];
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t change = 0;  // its place in the batch + 1; 0: free
  };

  void add(std::uint32_t change) {
    const std::string_view key = batch_.key(batch_.changes()[change]);
    const std::uint64_t hash = hash64(key);
    slots_[slot_of(key, hash)] = {upper(hash), change + 1};
  }
  // The slot of the key, or the free one where it would be.
  std::size_t slot_of(std::string_view key, std::uint64_t hash) const {
    std::size_t at = hash & (slots_.size() - 1);
    for (; slots_[at].change != 0; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].hash == upper(hash) && batch_.key(batch_.changes()[slots_[at].change - 1]) == key) break;
    }
    return at;
  }
  static std::uint32_t upper(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32U); }

  const KvBatch& batch_;
  std::vector<Slot> slots_;
};

class NoCursor final : public KvCursor {
 public:
  explicit NoCursor(Error error) : error_(std::move(error)) {}
  bool valid() const override { return false; }
  void next() override {}
  void seek(std::string_view) override {}
  std::string_view key() const override { return {}; }
  std::string_view value() const override { return {}; }
  Result<void> status() const override { return error_; }

 private:
  const Error error_;
};

}  // namespace

// The memory of the last batch that nobody looks into any more.
struct WriteBehind::Room {
  Mutex mutex;
  KvBatch batch WJ_GUARDED_BY(mutex);
};

// The batch on its way, kept as long as a snapshot looks into it.
class WriteBehind::Pending {
 public:
  Pending(KvStore& store, KvBatch batch, std::shared_ptr<Room> room)
      : store_(store), room_(std::move(room)), batch_(std::move(batch)) {
    WJ_ASSERT(batch_.size() < UINT32_MAX);
    written_ = std::async(std::launch::async, [this] { return store_.write_bulk(batch_); }).share();
  }
  // By whoever held it last.
  ~Pending() {
    written_.wait();
    const MutexLock lock(room_->mutex);
    room_->batch = std::move(batch_);
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  const KvBatch& batch() const { return batch_; }
  // Waits for the write.
  Result<void> written() const { return written_.get(); }

  // Nothing: the batch doesn't touch the key. Indexes a space when it is asked of it first.
  const KvBatch::Change* find(KvSpace space, std::string_view key) {
    const LastChanges* changes = nullptr;
    {
      const MutexLock lock(mutex_);
      auto& of_space = changes_.at(space);
      if (!of_space) of_space = std::make_unique<LastChanges>(batch_, space);
      changes = of_space.get();
    }
    return changes->find(key);
  }

  // The store as of this batch. REQUIRES: written() said yes, and nothing was written since
  std::shared_ptr<const KvSnapshot> after() {
    const MutexLock lock(mutex_);
    if (!after_) after_ = store_.snapshot();
    return after_;
  }

 private:
  KvStore& store_;
  const std::shared_ptr<Room> room_;
  KvBatch batch_;
  Mutex mutex_;
  std::array<std::unique_ptr<const LastChanges>, 256> changes_ WJ_GUARDED_BY(mutex_);
  std::shared_ptr<const KvSnapshot> after_ WJ_GUARDED_BY(mutex_);
  std::shared_future<Result<void>> written_;
};

// Of the store and the batch on its way to it.
class WriteBehind::Snapshot final : public KvSnapshot {
 public:
  Snapshot(std::unique_ptr<KvSnapshot> store, std::shared_ptr<Pending> pending)
      : store_(std::move(store)), pending_(std::move(pending)) {}

  Result<std::optional<std::string>> get(KvSpace space, std::string_view key) const override {
    if (const auto* change = pending_->find(space, key)) return value_of(*change);
    return store_->get(space, key);
  }

  Result<std::vector<std::optional<std::string>>> get_many(KvSpace space,
                                                           std::span<const std::string> keys) const override {
    std::vector<std::optional<std::string>> out(keys.size());
    std::vector<std::string> others;
    std::vector<std::size_t> places;  // of `others` in `keys`
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (const auto* change = pending_->find(space, keys[i])) {
        out[i] = value_of(*change);
      } else {
        others.push_back(keys[i]);
        places.push_back(i);
      }
    }
    if (others.empty()) return out;
    WJ_TRY(auto found, store_->get_many(space, others));
    for (std::size_t i = 0; i < places.size(); ++i) out[places[i]] = std::move(found[i]);
    return out;
  }

  std::unique_ptr<KvCursor> scan(KvSpace space, std::string_view from,
                                 std::string_view until) const override {
    if (auto written = pending_->written(); !written) return std::make_unique<NoCursor>(written.error());
    return pending_->after()->scan(space, from, until);
  }
  std::unique_ptr<KvCursor> scan_back(KvSpace space, std::string_view from,
                                      std::string_view until) const override {
    if (auto written = pending_->written(); !written) return std::make_unique<NoCursor>(written.error());
    return pending_->after()->scan_back(space, from, until);
  }

 private:
  std::optional<std::string> value_of(const KvBatch::Change& change) const {
    if (change.removed) return std::nullopt;
    return std::string(pending_->batch().value(change));
  }

  const std::unique_ptr<KvSnapshot> store_;  // without the batch, or with it
  const std::shared_ptr<Pending> pending_;
};

WriteBehind::WriteBehind(KvStore& store) : store_(store), room_(std::make_shared<Room>()) {}

WriteBehind::~WriteBehind() { (void)finish(); }

void WriteBehind::begin_bulk(KvBatch batch) {
  WJ_ASSERT(pending_ == nullptr);
  pending_ = std::make_shared<Pending>(store_, std::move(batch), room_);
}

Result<void> WriteBehind::finish() {
  const auto pending = std::exchange(pending_, nullptr);
  if (!pending) return {};
  WJ_CHECK(pending->written());
  // Its snapshots, if there are any, go on showing this moment, whatever is written next.
  if (pending.use_count() > 1) (void)pending->after();
  return {};
}

KvBatch WriteBehind::take_room() {
  const MutexLock lock(room_->mutex);
  KvBatch room = std::exchange(room_->batch, {});
  room.clear();
  return room;
}

std::unique_ptr<KvSnapshot> WriteBehind::snapshot() const {
  if (!pending_) return store_.snapshot();
  return std::make_unique<Snapshot>(store_.snapshot(), pending_);
}

Result<void> WriteBehind::write(const KvBatch& batch) {
  WJ_CHECK(finish());
  return store_.write(batch);
}

Result<void> WriteBehind::write_bulk(const KvBatch& batch) {
  WJ_CHECK(finish());
  return store_.write_bulk(batch);
}

Result<void> WriteBehind::flush() {
  WJ_CHECK(finish());
  return store_.flush();
}

Result<void> WriteBehind::clear() {
  WJ_CHECK(finish());
  return store_.clear();
}

Result<void> WriteBehind::use_for(KvUse use) {
  WJ_CHECK(finish());
  return store_.use_for(use);
}

}  // namespace wonjang::projection
