// SpoolLog: a log of one book in a file, for worlds that don't fit into memory: written once from its
// beginning to its end, then read in order. Of single streams it knows the registry's alone.
//
// Threads: append() before all else; then any.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "ports/event_log.h"
#include "testing/fake_log.h"

namespace wonjang::bench {

class SpoolLog final : public EventLog {
 public:
  // Makes the file, or writes over it.
  explicit SpoolLog(std::string path);

  void append(const StoredUnit& unit);
  void finish();  // from here on it can be read
  std::uint64_t bytes() const { return bytes_; }

  std::uint32_t books() const override { return 1; }
  LogPositions tails() const override { return {tail_}; }
  Result<std::vector<StoredUnit>> read(std::uint32_t book, Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override;
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override;
  void set_wake(std::function<void()> wake) override { registry_.set_wake(std::move(wake)); }

 private:
  struct Place {
    Position first = 0;
    std::uint64_t offset = 0;
  };

  const std::string path_;
  std::ofstream out_;
  std::string record_;
  std::uint64_t bytes_ = 0;
  std::uint64_t units_ = 0;
  Position tail_ = 0;
  std::vector<Place> places_;  // of every 256th unit
  FakeLog registry_{1};
};

}  // namespace wonjang::bench
