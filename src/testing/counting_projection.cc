#include "testing/counting_projection.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash64.h"

namespace wonjang {
namespace {

constexpr std::string_view kTotalKey = "total";

void count_in(StreamCount& count, const StoredUnit& unit) {
  for (const std::string& event : unit.events) {
    count.events += 1;
    count.hash = hash64(event, count.hash);
  }
}

void put_rows(const StoredUnit& unit, std::uint64_t rows_per_event, KvBatch& out) {
  for (std::uint64_t event = 0; event < unit.events.size(); ++event) {
    for (std::uint64_t row = 0; row < rows_per_event; ++row) {
      std::string key = unit.stream.to_bytes();
      put_be64(key, unit.first_version + event);
      put_be64(key, row);
      out.put(CountingProjection::kRows, key, {});
    }
  }
}

std::string encode(const StreamCount& count) {
  std::string out;
  put_be64(out, count.events);
  put_be64(out, count.hash);
  return out;
}

std::optional<StreamCount> decode(std::string_view bytes) {
  ByteReader in(bytes);
  StreamCount out;
  out.events = in.be64();
  out.hash = in.be64();
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return out;
}

Result<std::uint64_t> read_total(const KvSnapshot& snapshot) {
  WJ_TRY(const auto bytes, snapshot.get(CountingProjection::kTotal, kTotalKey));
  return bytes ? ByteReader(*bytes).be64() : std::uint64_t{0};
}

}  // namespace

void CountingFaults::fail_apply(std::uint32_t times, ErrorKind kind) {
  const MutexLock lock(mutex_);
  apply_ = {times, kind};
}

void CountingFaults::fail_open(std::uint32_t times, ErrorKind kind) {
  const MutexLock lock(mutex_);
  open_ = {times, kind};
}

std::optional<Error> CountingFaults::take(Script& script, const char* what) {
  if (script.times == 0) return std::nullopt;
  script.times -= 1;
  return Error{script.kind, std::string(what) + " was told to fail"};
}

std::optional<Error> CountingFaults::next_apply() {
  const MutexLock lock(mutex_);
  return take(apply_, "apply");
}

std::optional<Error> CountingFaults::next_open() {
  const MutexLock lock(mutex_);
  return take(open_, "open");
}

std::span<const KvSpaceOptions> CountingProjection::spaces() const {
  static const std::vector<KvSpaceOptions> kSpaces{
      {.name = "meta"}, {.name = "streams"}, {.name = "total"}, {.name = "rows"}};
  return kSpaces;
}

Result<void> CountingProjection::open(const KvStore& store) {
  if (faults_) {
    if (auto error = faults_->next_open()) return *error;
  }
  store_ = &store;
  WJ_TRY(pending_total_, read_total(*store.snapshot()));
  total_.store(pending_total_);
  return {};
}

Result<void> CountingProjection::apply(std::span<const LogUnit> units, KvBatch& out) {
  const auto snapshot = store_->snapshot();
  WJ_TRY(const std::uint64_t stored_total, read_total(*snapshot));
  if (stored_total != pending_total_) return corrupt("memory and store have another total");
  std::map<RawId, StreamCount> counts;
  for (const LogUnit& unit : units) {
    const RawId stream = unit.unit.stream;
    if (!counts.contains(stream)) {
      WJ_TRY(const auto bytes, snapshot->get(kStreams, stream.to_bytes()));
      const auto count = bytes ? decode(*bytes) : StreamCount{};
      if (!count) return corrupt("a stream's count can't be read");
      counts[stream] = *count;
    }
    StreamCount& count = counts[stream];
    if (count.events != unit.unit.first_version) return corrupt("a unit is not its stream's next");
    count_in(count, unit.unit);
    if (faults_) put_rows(unit.unit, faults_->rows_per_event, out);
    pending_total_ += unit.unit.events.size();
  }
  for (const auto& [stream, count] : counts) out.put(kStreams, stream.to_bytes(), encode(count));
  std::string total;
  put_be64(total, pending_total_);
  out.put(kTotal, kTotalKey, total);
  // Late, so that memory has moved on when it happens.
  if (faults_) {
    faults_->applied += 1;
    if (auto error = faults_->next_apply()) return *error;
  }
  return {};
}

std::uint64_t CountingProjection::total_in(const KvSnapshot& snapshot) {
  const auto total = read_total(snapshot);
  WJ_ASSERT(total.has_value());
  return *total;
}

std::map<RawId, StreamCount> CountingProjection::streams_in(const KvSnapshot& snapshot) {
  std::map<RawId, StreamCount> out;
  const auto cursor = snapshot.scan(kStreams, {}, {});
  for (; cursor->valid(); cursor->next()) {
    WJ_ASSERT(cursor->key().size() == 16);
    const auto count = decode(cursor->value());
    WJ_ASSERT(count.has_value());
    out[RawId::from_bytes(cursor->key().data())] = *count;
  }
  WJ_ASSERT(cursor->status().has_value());
  return out;
}

std::map<RawId, StreamCount> CountingProjection::expected(const EventLog& log) {
  std::map<RawId, StreamCount> out;
  const LogPositions tails = log.tails();
  for (std::uint32_t book = 0; book < log.books(); ++book) {
    for (Position at = 0; at < tails[book];) {
      const auto units = log.read(book, at, /*units_max=*/1000, /*bytes_max=*/1 << 20);
      WJ_ASSERT(units.has_value());
      for (const StoredUnit& unit : *units) count_in(out[unit.stream], unit);
      at = units->back().next();
    }
  }
  return out;
}

}  // namespace wonjang
