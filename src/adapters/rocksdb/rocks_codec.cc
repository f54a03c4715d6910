#include "adapters/rocksdb/rocks_codec.h"

#include <limits>

#include "base/assert.h"

namespace wonjang::rocks {
namespace {

constexpr std::uint8_t kValueFormat = 1;
constexpr std::string_view kMarker = "wonjang book ";

enum UnitFlags : std::uint8_t { kHasIdempotency = 1, kIsFinal = 2, kHasClaim = 4, kAllFlags = 7 };

void put_u8(std::string& out, std::uint8_t byte) { out.push_back(static_cast<char>(byte)); }

void put_id(std::string& out, RawId id) {
  put_be64(out, id.high);
  put_be64(out, id.low);
}

RawId read_id(ByteReader& in) {
  const std::uint64_t high = in.be64();
  return {high, in.be64()};
}

// Read whole, and nothing was left over.
bool complete(const ByteReader& in) { return in.ok() && in.at_end(); }

// What a unit's record begins with, up to its events.
struct UnitHead {
  std::uint8_t flags;
  RawId stream;
  std::uint32_t first_version;
  std::uint32_t event_count;
};
std::optional<UnitHead> read_unit_head(ByteReader& in) {
  const std::uint8_t format = in.u8();
  const std::uint8_t flags = in.u8();
  if (format != kValueFormat || (flags & ~kAllFlags) != 0) return std::nullopt;
  const RawId stream = read_id(in);
  const std::uint64_t version = in.varint();
  const std::uint64_t count = in.varint();
  if (version > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  if (count == 0 || count > Book::kEventsPerUnitMax) return std::nullopt;
  return UnitHead{flags, stream, static_cast<std::uint32_t>(version), static_cast<std::uint32_t>(count)};
}

}  // namespace

std::string log_key(Position first) {
  std::string key;
  put_be64(key, first);
  return key;
}

std::optional<Position> decode_log_key(std::string_view key) {
  ByteReader in(key);
  const Position first = in.be64();
  if (!complete(in) || first > kPositionMax) return std::nullopt;
  return first;
}

void encode_unit(const Unit& unit, std::string& out) {
  std::uint8_t flags = 0;
  if (unit.idempotency) flags |= kHasIdempotency;
  if (unit.idempotency && unit.idempotency->final) flags |= kIsFinal;
  if (unit.claim) flags |= kHasClaim;

  put_u8(out, kValueFormat);
  put_u8(out, flags);
  put_id(out, unit.stream);
  put_varint(out, unit.expected_version);
  put_varint(out, unit.events.size());
  for (const std::string& event : unit.events) put_sized(out, event);
  if (unit.idempotency) {
    out.append(view(unit.idempotency->key));
    out.append(view(unit.idempotency->fingerprint));
    put_varint(out, unit.idempotency->status);
    put_sized(out, unit.idempotency->reply);
  }
  if (unit.claim) out.append(view(*unit.claim));
}

std::optional<StoredUnit> decode_unit(Position first, std::string_view value, Replies replies) {
  ByteReader in(value);
  const auto head = read_unit_head(in);
  if (!head) return std::nullopt;
  const auto [flags, stream, first_version, count] = *head;

  StoredUnit unit;
  unit.first = first;
  unit.stream = stream;
  unit.first_version = first_version;
  unit.events.reserve(count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) unit.events.emplace_back(in.sized());

  if ((flags & kHasIdempotency) != 0) {
    IdempotencyEntry& entry = unit.idempotency.emplace();
    entry.key = in.bytes<16>();
    entry.fingerprint = in.bytes<16>();
    entry.final = (flags & kIsFinal) != 0;
    const std::uint64_t status = in.varint();
    if (status > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
    entry.status = static_cast<std::uint16_t>(status);
    const auto reply = in.sized();
    if (replies == Replies::kept) entry.reply = reply;
  }
  if ((flags & kHasClaim) != 0) unit.claim = in.bytes<16>();
  if (!complete(in)) return std::nullopt;
  return unit;
}

UnitIndex index_of(const Unit& unit, Position first) {
  UnitIndex out;
  out.first = first;
  out.stream = unit.stream;
  out.first_version = unit.expected_version;
  out.event_count = static_cast<std::uint32_t>(unit.events.size());
  if (unit.idempotency) {
    out.idempotency = unit.idempotency->key;
    out.final = unit.idempotency->final;
  }
  out.claim = unit.claim;
  return out;
}

std::optional<UnitIndex> decode_unit_index(Position first, std::string_view value) {
  ByteReader in(value);
  const auto head = read_unit_head(in);
  if (!head) return std::nullopt;
  const auto [flags, stream, first_version, count] = *head;
  UnitIndex unit;
  unit.first = first;
  unit.stream = stream;
  unit.first_version = first_version;
  unit.event_count = count;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) in.sized();
  if ((flags & kHasIdempotency) != 0) {
    unit.idempotency = in.bytes<16>();
    unit.final = (flags & kIsFinal) != 0;
    in.take(16);  // the fingerprint
    in.varint();
    in.sized();
  }
  if ((flags & kHasClaim) != 0) unit.claim = in.bytes<16>();
  if (!complete(in)) return std::nullopt;
  return unit;
}

void append_stream_key(std::string& out, RawId stream, std::uint32_t first_version) {
  put_id(out, stream);
  put_be32(out, first_version);
}

std::string stream_key(RawId stream, std::uint32_t first_version) {
  std::string key;
  key.reserve(20);
  append_stream_key(key, stream, first_version);
  return key;
}

RawId stream_of_key(std::string_view key) {
  ByteReader in(key);
  return read_id(in);
}

std::string encode_stream_entry(Position position, std::uint32_t event_count) {
  std::string value;
  put_u8(value, kValueFormat);
  put_varint(value, position);
  put_varint(value, event_count);
  return value;
}

std::optional<StreamEntry> decode_stream_entry(std::string_view key, std::string_view value) {
  ByteReader key_in(key);
  key_in.take(16);
  StreamEntry entry;
  entry.first_version = key_in.be32();

  ByteReader in(value);
  const std::uint8_t format = in.u8();
  entry.position = in.varint();
  const std::uint64_t count = in.varint();
  if (!complete(key_in) || !complete(in) || format != kValueFormat) return std::nullopt;
  if (count == 0 || count > Book::kEventsPerUnitMax) return std::nullopt;
  entry.event_count = static_cast<std::uint32_t>(count);
  return entry;
}

std::string idempotency_key(const Hash128& key) {
  std::string out(1, kIdempotencyLead);
  out.append(view(key));
  return out;
}

// One byte holds format and finality, so that an entry is 8 bytes: there is one for every command ever
// answered.
std::string encode_key_entry(KeyEntry entry) {
  WJ_ASSERT(entry.position <= kPositionMax);
  const std::uint64_t lead = static_cast<std::uint64_t>(kValueFormat) << 1U | (entry.final ? 1U : 0U);
  std::string value;
  put_be64(value, lead << 56U | entry.position);
  return value;
}

std::optional<KeyEntry> decode_key_entry(std::string_view value) {
  ByteReader in(value);
  const std::uint64_t bits = in.be64();
  if (!complete(in) || bits >> 57U != kValueFormat) return std::nullopt;
  return KeyEntry{bits & kPositionMax, (bits >> 56U & 1U) != 0};
}

std::string claim_key(const Hash128& claim) {
  std::string out(1, kClaimLead);
  out.append(view(claim));
  return out;
}

std::string encode_claim(RawId stream) {
  std::string value;
  put_u8(value, kValueFormat);
  put_id(value, stream);
  return value;
}

std::optional<RawId> decode_claim(std::string_view value) {
  ByteReader in(value);
  const std::uint8_t format = in.u8();
  const RawId stream = read_id(in);
  if (!complete(in) || format != kValueFormat) return std::nullopt;
  return stream;
}

namespace {
// Negative times sort before positive ones.
constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;
}  // namespace

std::string alarm_key(const AlarmEntry& alarm) {
  std::string key;
  key.reserve(25);
  put_u8(key, alarm.kind);
  put_be64(key, static_cast<std::uint64_t>(alarm.at_us) ^ kSign);
  put_id(key, alarm.stream);
  return key;
}

std::string encode_alarm() { return std::string(1, static_cast<char>(kValueFormat)); }

std::optional<AlarmEntry> decode_alarm(std::string_view key, std::string_view value) {
  ByteReader in(key);
  AlarmEntry alarm;
  alarm.kind = in.u8();
  alarm.at_us = static_cast<std::int64_t>(in.be64() ^ kSign);
  alarm.stream = read_id(in);
  if (!complete(in) || value != encode_alarm()) return std::nullopt;
  return alarm;
}

std::string tree_key(std::uint8_t level, std::uint64_t index) {
  std::string key;
  put_u8(key, level);
  put_be64(key, index);
  return key;
}

std::string encode_tree_run(std::span<const TreeNode> run) {
  WJ_ASSERT(!run.empty());
  WJ_ASSERT(run.size() <= kRunMax);
  std::string value;
  value.reserve(1 + run.size() * 32);
  put_u8(value, kValueFormat);
  for (const TreeNode& node : run) value.append(view(node.hash));
  return value;
}

std::optional<TreeRun> decode_tree_run(std::string_view key, std::string_view value) {
  ByteReader key_in(key);
  TreeRun run;
  run.level = key_in.u8();
  run.first_index = key_in.be64();

  ByteReader in(value);
  const std::uint8_t format = in.u8();
  run.hashes = in.take(in.remaining());
  if (!complete(key_in) || !in.ok() || format != kValueFormat) return std::nullopt;
  if (run.hashes.empty() || run.hashes.size() % 32 != 0 || run.size() > kRunMax) return std::nullopt;
  return run;
}

std::string encode_head(Position tail, std::string_view head) {
  std::string value;
  put_u8(value, kValueFormat);
  put_be64(value, tail);
  value.append(head);
  return value;
}

std::optional<HeadEntry> decode_head(std::string_view value) {
  ByteReader in(value);
  const std::uint8_t format = in.u8();
  HeadEntry entry;
  entry.tail = in.be64();
  if (!in.ok() || format != kValueFormat) return std::nullopt;
  entry.head = in.take(in.remaining());
  return entry;
}

std::string encode_indexed(Position mark) {
  WJ_ASSERT(mark <= kPositionMax);
  std::string value;
  put_u8(value, kValueFormat);
  put_be64(value, mark);
  return value;
}

std::optional<Position> decode_indexed(std::string_view value) {
  ByteReader in(value);
  const std::uint8_t format = in.u8();
  const Position mark = in.be64();
  if (!complete(in) || format != kValueFormat || mark > kPositionMax) return std::nullopt;
  return mark;
}

std::string encode_format(std::uint8_t format) {
  std::string value(kMarker);
  put_u8(value, format);
  return value;
}

std::optional<std::uint8_t> decode_format(std::string_view value) {
  if (!value.starts_with(kMarker)) return std::nullopt;
  ByteReader in(value.substr(kMarker.size()));
  const std::uint8_t format = in.u8();
  // A newer format may say more after its number.
  if (!in.ok()) return std::nullopt;
  return format;
}

}  // namespace wonjang::rocks
