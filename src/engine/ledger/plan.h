// One request on its way through a batch, and what planning needs everywhere. For the .cc files of BookWriter
// alone.
#pragma once

#include <string_view>
#include <variant>

#include "engine/ledger/book_writer.h"

namespace wonjang {

struct BookWriter::Plan {
  Answer answer;
  Completion* completion = nullptr;  // of the request, which may be gone when the answer is given
  std::uint64_t tag = 0;
  bool is_create = false;
  Hash128 claim{};  // of a create
  // Nobody has them in the book, nor in a step that is being written.
  bool key_is_new = false;
  bool claim_is_new = false;
  bool needs_write = false;  // the answer holds only once this batch is durable
};

// A step that is decided and written beside the next one. The writer changes it only while nothing is under
// way.
struct BookWriter::Handed {
  std::vector<Plan> plans;
  std::vector<Unit> units;
  std::vector<TreeNode> tree_nodes;
  BookHead head;  // after it
  // What it is about: whoever of the next step asks for one of these waits.
  KeyMap keys{kBatchMax};
  ClaimMap claims{kBatchMax};
  BatchMap<RawId, bool, std::hash<RawId>> streams{kBatchMax};

  bool is_under_way = false;
  // How it ended.
  Result<void> written;
  std::uint64_t failed = 0;
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
