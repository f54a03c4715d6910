// What the engine's tests of search stand on: adapters that they don't see themselves.
// Threads: any.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "adapters/memory/memory_kv.h"
#include "adapters/memory/plain_text_forms.h"

namespace wonjang {

inline const TextForms& plain_text_forms() {
  static const PlainTextForms forms;
  return forms;
}

inline std::unique_ptr<KvStore> new_memory_store(std::span<const KvSpaceOptions> spaces) {
  return *MemoryKv::open(std::make_shared<MemoryKvDisk>(), {spaces.begin(), spaces.end()});
}

}  // namespace wonjang
