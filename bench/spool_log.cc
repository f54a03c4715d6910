#include "spool_log.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "domain/registry.h"

namespace wonjang::bench {
namespace {

constexpr std::uint64_t kPlaceEvery = 256;
constexpr std::size_t kFileBuffer = std::size_t{1} << 20U;

std::uint32_t number_from(std::ifstream& in) {
  char bytes[4];
  in.read(bytes, sizeof bytes);
  return in ? ByteReader(std::string_view(bytes, sizeof bytes)).be32() : 0;
}

std::string bytes_from(std::ifstream& in, std::size_t size) {
  std::string out(size, '\0');
  in.read(out.data(), static_cast<std::streamsize>(size));
  return out;
}

// unit: stream(16) first version(4) events(4), each: size(4) bytes
StoredUnit unit_from(std::ifstream& in, Position first) {
  StoredUnit unit;
  unit.first = first;
  unit.stream = RawId::from_bytes(bytes_from(in, 16).data());
  unit.first_version = number_from(in);
  unit.events.resize(number_from(in));
  for (auto& event : unit.events) event = bytes_from(in, number_from(in));
  return unit;
}

}  // namespace

SpoolLog::SpoolLog(std::string path)
    : path_(std::move(path)), out_(path_, std::ios::binary | std::ios::trunc) {}

void SpoolLog::append(const StoredUnit& unit) {
  if (unit.stream == kRegistryStream) registry_.append(0, kRegistryStream, unit.events);
  if (units_++ % kPlaceEvery == 0) places_.push_back({tail_, bytes_});
  record_ = unit.stream.to_bytes();
  put_be32(record_, unit.first_version);
  put_be32(record_, static_cast<std::uint32_t>(unit.events.size()));
  for (const auto& event : unit.events) {
    put_be32(record_, static_cast<std::uint32_t>(event.size()));
    record_ += event;
  }
  out_ << record_;
  bytes_ += record_.size();
  tail_ += unit.events.size();
}

void SpoolLog::finish() { out_.close(); }

Result<std::vector<StoredUnit>> SpoolLog::read(std::uint32_t, Position from, std::uint32_t units_max,
                                               std::size_t bytes_max) const {
  std::vector<StoredUnit> out;
  if (from >= tail_) return out;
  auto place = std::upper_bound(places_.begin(), places_.end(), from,
                                [](Position at, const Place& one) { return at < one.first; });
  --place;
  std::vector<char> buffer(kFileBuffer);
  std::ifstream in;
  in.rdbuf()->pubsetbuf(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  in.open(path_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(place->offset));
  std::size_t bytes = 0;
  for (Position at = place->first; at < tail_ && out.size() < units_max && bytes < bytes_max;) {
    auto unit = unit_from(in, at);
    if (!in || unit.events.empty()) return unavailable(path_ + " can't be read");
    at = unit.next();
    if (at <= from) continue;
    for (const auto& event : unit.events) bytes += event.size();
    out.push_back(std::move(unit));
  }
  return out;
}

Result<std::vector<StoredUnit>> SpoolLog::load_from(RawId stream, std::uint32_t version) const {
  if (stream == kRegistryStream) return registry_.load_from(stream, version);
  return unavailable("a spooled log doesn't know its streams");
}

}  // namespace wonjang::bench
