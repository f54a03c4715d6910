// KvPlaces: stores by name, side by side. A projection keeps its generations here: the live one, and one that
// is being built beside it (engine/projection/generation.h).
//
// A name is [a-z0-9_]+, at most 64 characters.
//
// Every adapter passes testing/kv_places_contract.h.
//
// Threads: any. A store that was opened is used as KvStore says.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/kv_store.h"

namespace wonjang {

class KvPlaces {
 public:
  virtual ~KvPlaces() = default;

  // The store under `name`; an empty one is made when there is none. The store must be gone before it is
  // opened again, and before the places are.
  // Errors: invalid (no name; it has a space that isn't in the list), unavailable (somebody has it open),
  // corrupt.
  virtual Result<std::unique_ptr<KvStore>> open(const std::string& name,
                                                std::span<const KvSpaceOptions> spaces) = 0;

  // What there is, in byte order.
  virtual Result<std::vector<std::string>> names() const = 0;

  // Removes the store with all it holds, durably; one that isn't there is removed already. After a crash it
  // is there whole or not at all. Errors: invalid (no name), unavailable (somebody has it open).
  virtual Result<void> remove(const std::string& name) = 0;

  static bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  }
};

}  // namespace wonjang
