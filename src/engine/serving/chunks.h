// Chunks: an array that one thread makes longer while others read it. Elements never move, and what was
// written stays where readers look. Whoever reads element i must have learned of it through an acquire of
// something the writer released after writing it (a count, an index).
//
// Threads: one writer calls make_room() and changes elements; readers use operator[] as said above.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace wonjang::serving {

template <typename T, unsigned kBits>
class Chunks {
 public:
  static constexpr std::size_t kChunk = std::size_t{1} << kBits;

  T& operator[](std::size_t i) {
    return directory_.load(std::memory_order_acquire)[i >> kBits][i & (kChunk - 1)];
  }
  const T& operator[](std::size_t i) const {
    return directory_.load(std::memory_order_acquire)[i >> kBits][i & (kChunk - 1)];
  }

  // Element i exists afterwards, value-initialised unless written before.
  void make_room(std::size_t i) {
    while (chunks_.size() <= i >> kBits) add_chunk();
  }
  std::size_t bytes() const { return chunks_.size() * kChunk * sizeof(T); }

 private:
  void add_chunk() {
    if (chunks_.size() == room_) grow_directory();
    chunks_.push_back(std::make_unique<T[]>(kChunk));
    directory_.load(std::memory_order_relaxed)[chunks_.size() - 1] = chunks_.back().get();
  }
  // Readers may still hold the old one: all are kept, together no larger than the newest.
  void grow_directory() {
    const std::size_t room = room_ == 0 ? 8 : room_ * 2;
    auto larger = std::make_unique<T*[]>(room);
    for (std::size_t i = 0; i < chunks_.size(); ++i) larger[i] = chunks_[i].get();
    directory_.store(larger.get(), std::memory_order_release);
    directories_.push_back(std::move(larger));
    room_ = room;
  }

  std::atomic<T**> directory_{nullptr};
  std::size_t room_ = 0;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::vector<std::unique_ptr<T*[]>> directories_;
};

}  // namespace wonjang::serving
