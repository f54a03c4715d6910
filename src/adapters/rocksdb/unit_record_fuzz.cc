// libFuzzer: the records of a RocksBook. The first byte says which one. What is read is written back and read
// as the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/rocksdb/rocks_codec.h"

namespace {

using namespace wonjang;
using namespace wonjang::rocks;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_unit(std::string_view value) {
  const auto unit = decode_unit(7, value, Replies::kept);
  const auto without = decode_unit(7, value, Replies::left_out);
  require(unit.has_value() == without.has_value());
  if (!unit) return;
  require(!unit->events.empty() && unit->events == without->events && unit->first == 7);
  Unit written;
  written.stream = unit->stream;
  written.expected_version = unit->first_version;
  written.events = unit->events;
  written.idempotency = unit->idempotency;
  written.claim = unit->claim;
  std::string bytes;
  encode_unit(written, bytes);
  const auto again = decode_unit(7, bytes, Replies::kept);
  require(again && again->events == unit->events && again->idempotency == unit->idempotency &&
          again->claim == unit->claim);
}

void check_small_ones(std::string_view key, std::string_view value) {
  (void)decode_stream_entry(key, value);
  (void)decode_key_entry(value);
  (void)decode_claim(value);
  (void)decode_alarm(key, value);
  (void)decode_format(value);
  if (const auto position = decode_log_key(key)) require(log_key(*position) == key);
  if (const auto run = decode_tree_run(key, value)) require(run->size() > 0 && run->size() <= kRunMax);
  if (const auto head = decode_head(value)) {
    const auto again = decode_head(encode_head(head->tail, head->head));
    require(again && again->tail == head->tail && again->head == head->head);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  if (bytes.front() == 'u') {
    check_unit(bytes.substr(1));
    return 0;
  }
  const auto key_size = std::min<std::size_t>(static_cast<std::size_t>(data[0] % 32), size - 1);
  check_small_ones(bytes.substr(1, key_size), bytes.substr(1 + key_size));
  return 0;
}
