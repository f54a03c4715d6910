// The generation of a projection's store that a start would show: for commands that look at stores nobody
// serves. Threads: any.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "engine/projection/generation.h"
#include "ports/kv_places.h"

namespace wonjang {

// The newest complete one with its positions; null: none was ever complete. Errors: those of the places,
// corrupt.
inline Result<std::shared_ptr<projection::Generation>> newest_complete(
    KvPlaces& places, std::span<const KvSpaceOptions> spaces, std::optional<projection::Meta>& meta) {
  WJ_TRY(const auto numbers, projection::generations_in(places));
  for (const auto number : numbers) {
    WJ_TRY(auto generation, projection::Generation::open(places, number, spaces));
    WJ_TRY(meta, generation->meta());
    if (meta && meta->complete) return generation;
  }
  return std::shared_ptr<projection::Generation>();
}

}  // namespace wonjang
