// One request on its way through a batch, and what planning needs everywhere. For the .cc files of BookWriter
// alone.
#pragma once

#include <string_view>
#include <variant>

#include "engine/ledger/book_writer.h"

namespace wonjang {

struct BookWriter::Plan {
  Answer answer;
  Hash128 claim{};           // of a create
  bool needs_write = false;  // the answer holds only once this batch is durable
};

inline IdempotencyEntry entry_of(const RequestKey& key, const Reply& reply, bool final) {
  IdempotencyEntry entry{key.key, key.fingerprint, final, 0, {}};
  if (final) {
    entry.status = reply.status;
    entry.reply = reply.body;
  }
  return entry;
}

inline std::string_view operation(const Request& request) {
  return std::visit([](const auto& command) { return operation_of(command); }, request.command);
}

}  // namespace wonjang
