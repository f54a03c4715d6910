// The first place where two snapshots of one projection differ: of a rebuilt one and the live one, or of two
// that must be equal.
//
// Threads: any; the snapshots belong to the caller.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ports/projection.h"

namespace wonjang::projection {

struct Difference {
  KvSpace space = 0;
  std::string space_name;
  std::string key;                     // bytes
  std::optional<std::string> live;     // bytes; none: the key isn't there
  std::optional<std::string> rebuilt;  // likewise
  // The live side couldn't be read behind the last equal key, and why: damaged.
  std::string live_unreadable;
  friend bool operator==(const Difference&, const Difference&) = default;
};

// Space, key and both values in hex, long values cut: for logs and reports.
std::string describe(const Difference& difference);

// Keys compared so far; false gives up with `unavailable`.
using KeepComparing = std::function<bool(std::uint64_t keys)>;

// Of a key with other bytes: Projection::is_same().
using SameContent = std::function<bool(KvSpace, std::optional<std::string_view> live,
                                       std::optional<std::string_view> rebuilt)>;

// Nothing when all spaces but kProjectionMetaSpace hold the same keys and values, or `same` says so of those
// that differ.
// Errors: those of reading `rebuilt`; unavailable (given up, or reading `live` is).
Result<std::optional<Difference>> compare(const KvSnapshot& live, const KvSnapshot& rebuilt,
                                          std::span<const KvSpaceOptions> spaces,
                                          const KeepComparing& keep_comparing = {},
                                          const SameContent& same = {});

}  // namespace wonjang::projection
