// The bytes of a RocksBook: every key and value of it, as docs/formats/book.md describes them. Pinned by
// rocks_codec_test. Keys are big-endian and compared as bytes; every value opens with its format version.
//
// A decode_ function gives nothing for bytes that no encode_ function made; the caller says which record it
// was. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ports/book.h"

namespace wonjang::rocks {

inline constexpr std::uint8_t kFormat = 2;  // of the whole book, in its format marker
inline constexpr Position kPositionMax = (Position{1} << 56U) - 1;

// log: position of the unit's first event -> the unit
std::string log_key(Position first);
std::optional<Position> decode_log_key(std::string_view key);
void encode_unit(const Unit& unit, std::string& out);
enum class Replies : std::uint8_t { kept, left_out };
std::optional<StoredUnit> decode_unit(Position first, std::string_view value, Replies replies);

// What a unit adds to the indexes.
struct UnitIndex {
  Position first = 0;
  RawId stream;
  std::uint32_t first_version = 0;
  std::uint32_t event_count = 0;
  std::optional<Hash128> idempotency;
  bool final = false;
  std::optional<Hash128> claim;
};
UnitIndex index_of(const Unit& unit, Position first);
std::optional<UnitIndex> decode_unit_index(Position first, std::string_view value);

// streams: stream and first version -> position and number of events
struct StreamEntry {
  std::uint32_t first_version = 0;
  Position position = 0;
  std::uint32_t event_count = 0;
  std::uint32_t next_version() const { return first_version + event_count; }
};
std::string stream_key(RawId stream, std::uint32_t first_version);
void append_stream_key(std::string& out, RawId stream, std::uint32_t first_version);
RawId stream_of_key(std::string_view key);
std::string encode_stream_entry(Position position, std::uint32_t event_count);
std::optional<StreamEntry> decode_stream_entry(std::string_view key, std::string_view value);

inline constexpr char kIdempotencyLead = 'i';
inline constexpr char kClaimLead = 'c';

// keys: 'i' and an idempotency key -> the newest unit with it, and whether that one is final
struct KeyEntry {
  Position position = 0;
  bool final = false;
};
std::string idempotency_key(const Hash128& key);
std::string encode_key_entry(KeyEntry entry);
std::optional<KeyEntry> decode_key_entry(std::string_view value);

// keys: 'c' and a claim -> the stream that has it
std::string claim_key(const Hash128& claim);
std::string encode_claim(RawId stream);
std::optional<RawId> decode_claim(std::string_view value);

// alarms: kind, time, stream -> a format byte
std::string alarm_key(const AlarmEntry& alarm);
std::string encode_alarm();
std::optional<AlarmEntry> decode_alarm(std::string_view key, std::string_view value);

// tree: level and index of the first node -> up to kRunMax nodes in a row
inline constexpr std::size_t kRunMax = 128;
std::string tree_key(std::uint8_t level, std::uint64_t index);
std::string encode_tree_run(std::span<const TreeNode> run);
struct TreeRun {
  std::uint8_t level = 0;
  std::uint64_t first_index = 0;
  std::string_view hashes;  // of the value that was decoded
  std::uint64_t size() const { return hashes.size() / 32; }
};
std::optional<TreeRun> decode_tree_run(std::string_view key, std::string_view value);

// meta: "head" -> tail and the head record; "format" -> the marker; "indexed" -> the mark: units before this
// position have their rows in `streams` and `keys`, those from it on only in the log
inline constexpr const char* kIndexedKey = "indexed";
std::string encode_indexed(Position mark);
std::optional<Position> decode_indexed(std::string_view value);
struct HeadEntry {
  Position tail = 0;
  std::string head;
};
std::string encode_head(Position tail, std::string_view head);
std::optional<HeadEntry> decode_head(std::string_view value);
std::string encode_format(std::uint8_t format);
std::optional<std::uint8_t> decode_format(std::string_view value);

}  // namespace wonjang::rocks
