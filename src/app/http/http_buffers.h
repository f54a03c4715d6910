// The two buffers of a connection: ReadBuffer (bytes in, consumed from the front) and OutBuffer (answers out,
// small ones copied together into one run of bytes, large bodies moved or shared, all written with one gather
// write).
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace wonjang {

class ReadBuffer {
 public:
  std::string_view view() const { return {data_.get() + from_, to_ - from_}; }
  std::size_t size() const { return to_ - from_; }
  bool empty() const { return from_ == to_; }
  void consume(std::size_t size) {
    from_ += size;
    if (from_ == to_) from_ = to_ = 0;
  }
  void commit(std::size_t size) { to_ += size; }
  void clear() { from_ = to_ = 0; }

  // Free space for the next read, growing up to `capacity_max` in all; empty if the buffer is full at that.
  boost::asio::mutable_buffer prepare(std::size_t capacity_max) {
    if (from_ > 0 && to_ == capacity_) {
      std::memmove(data_.get(), data_.get() + from_, size());
      to_ -= from_;
      from_ = 0;
    }
    if (to_ == capacity_ && capacity_ < capacity_max) grow(capacity_max);
    return {data_.get() + to_, capacity_ - to_};
  }
  // Gives large space back once it is not needed.
  void shrink() {
    if (!empty() || capacity_ <= kFirst * 2) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  static constexpr std::size_t kFirst = 8 * 1024;
  void grow(std::size_t capacity_max) {
    auto next = capacity_ == 0 ? kFirst : capacity_ * 2;
    if (next > capacity_max) next = capacity_max;
    auto bigger = std::unique_ptr<char[]>(new char[next]);  // NOLINT: not zeroed, unlike make_unique
    if (!empty()) std::memcpy(bigger.get(), data_.get() + from_, size());
    to_ -= from_;
    from_ = 0;
    data_ = std::move(bigger);
    capacity_ = next;
  }
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t from_ = 0;
  std::size_t to_ = 0;
};

class OutBuffer {
 public:
  static constexpr std::size_t kCopyMax = 16 * 1024;

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // Where a head is written; call grown() after it.
  std::string& tail() { return tail_; }
  void grown() { size_ = frozen_size_ + tail_.size() - offset_; }

  void add(std::string_view bytes) {
    tail_.append(bytes);
    grown();
  }
  void add(std::string&& bytes) {
    if (bytes.size() <= kCopyMax) return add(std::string_view(bytes));
    freeze();
    push({std::move(bytes), nullptr});
  }
  void add(std::shared_ptr<const std::string> bytes) {
    if (bytes->size() <= kCopyMax) return add(std::string_view(*bytes));
    freeze();
    push({{}, std::move(bytes)});
  }

  struct Buffers {
    using value_type = boost::asio::const_buffer;
    using const_iterator = const boost::asio::const_buffer*;
    const_iterator begin() const { return items.data(); }
    const_iterator end() const { return items.data() + count; }
    std::array<boost::asio::const_buffer, 8> items;
    std::size_t count = 0;
  };
  // The front of what is to be sent; valid until the next change.
  Buffers buffers() const {
    Buffers out;
    auto skip = offset_;
    for (const auto& piece : pieces_) {
      if (out.count == out.items.size()) return out;
      out.items[out.count++] =
          boost::asio::const_buffer(piece.view().data() + skip, piece.view().size() - skip);
      skip = 0;
    }
    if (out.count < out.items.size() && tail_.size() > skip) {
      out.items[out.count++] = boost::asio::const_buffer(tail_.data() + skip, tail_.size() - skip);
    }
    return out;
  }
  void consume(std::size_t size) {
    size_ -= size;
    offset_ += size;
    while (!pieces_.empty() && offset_ >= pieces_.front().view().size()) {
      offset_ -= pieces_.front().view().size();
      frozen_size_ -= pieces_.front().view().size();
      pieces_.pop_front();
    }
    if (size_ > 0) return;
    offset_ = 0;
    tail_.clear();
    if (tail_.capacity() > 4 * kCopyMax) tail_.shrink_to_fit();
  }

 private:
  struct Piece {
    std::string own;
    std::shared_ptr<const std::string> shared;
    std::string_view view() const { return shared ? std::string_view(*shared) : std::string_view(own); }
  };
  void push(Piece piece) {
    frozen_size_ += piece.view().size();
    pieces_.push_back(std::move(piece));
    grown();
  }
  void freeze() {
    if (tail_.empty()) return;
    frozen_size_ += tail_.size();
    pieces_.push_back({std::move(tail_), nullptr});
    tail_ = {};
    grown();
  }

  std::deque<Piece> pieces_;
  std::string tail_;
  std::size_t frozen_size_ = 0;  // of pieces_, sent part included
  std::size_t offset_ = 0;       // sent of the first piece, or of the tail if there are no pieces
  std::size_t size_ = 0;
};

}  // namespace wonjang
