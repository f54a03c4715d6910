#include "engine/serving/early_events.h"

#include "base/bytes.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {

std::string event_key(RawId stream, std::uint32_t version) {
  std::string out = stream.to_bytes();
  put_be32(out, version);
  return out;
}

Result<void> EarlyEvents::open(const KvSnapshot& store) {
  events_.clear();
  const auto cursor = store.scan(kPending, {}, {});
  for (; cursor->valid(); cursor->next()) {
    const auto key = cursor->key();
    if (key.size() != 20) return corrupt("a key of the space `pending` has a wrong size: rebuild the views");
    const std::uint32_t version = ByteReader(key.substr(16)).be32();
    events_.emplace(std::pair(RawId::from_bytes(key.data()), version), cursor->value());
  }
  return cursor->status();
}

Result<std::string_view> EarlyEvents::keep(RawId stream, std::uint32_t version, std::string_view bytes,
                                           KvBatch& out) {
  const auto [at, is_new] = events_.try_emplace({stream, version}, bytes);
  if (!is_new) return std::string_view(at->second);
  if (events_.size() > kEarlyMax) {
    return unavailable("more than " + std::to_string(kEarlyMax) +
                       " events wait for an earlier one of their payment: the log has lost some");
  }
  out.put(kPending, event_key(stream, version), bytes);
  return std::string_view(at->second);
}

std::optional<std::string> EarlyEvents::take(RawId stream, std::uint32_t version, KvBatch& out) {
  const auto at = events_.find({stream, version});
  if (at == events_.end()) return std::nullopt;
  std::string bytes = std::move(at->second);
  events_.erase(at);
  out.remove(kPending, event_key(stream, version));
  return bytes;
}

}  // namespace wonjang::serving
