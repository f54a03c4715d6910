// The check itself: is this payment's history in the tree whose head is signed? Did that tree only grow? RFC
// 9162 2.1.3.2 and 2.1.4.2 over the files of docs/formats/proof.md. Shares no code with the ledger that it
// judges. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "verify/text.h"

namespace verify {

struct Verdict {
  bool is_valid = false;
  std::string text;  // what was proven, or the check that failed and the line it stands in
};

Verdict check_payment(std::string_view proof, const Key& key);

// `old_head` and `new_head` are checkpoints the reader has kept: the proof must be about those two.
Verdict check_consistency(std::string_view proof, const Key& key,
                          std::optional<std::string_view> old_head = std::nullopt,
                          std::optional<std::string_view> new_head = std::nullopt);

}  // namespace verify
