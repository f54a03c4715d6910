#include "engine/projection/compare.h"

#include "base/bytes.h"

namespace wonjang::projection {
namespace {

constexpr std::uint64_t kAskEvery = 4096;
constexpr std::size_t kShownBytes = 256;

std::string shown(const std::optional<std::string>& value) {
  if (!value) return "nothing";
  const std::string hex = to_hex(std::string_view(*value).substr(0, kShownBytes));
  if (value->size() <= kShownBytes) return "'" + hex + "'";
  return "'" + hex + "...' (" + std::to_string(value->size()) + " bytes)";
}

class Comparison {
 public:
  Comparison(const KvSnapshot& live, const KvSnapshot& rebuilt, const KeepComparing& keep_comparing,
             const SameContent& same)
      : live_(live), rebuilt_(rebuilt), keep_comparing_(keep_comparing), same_(same) {}

  // The first difference in `space`, without its name.
  Result<std::optional<Difference>> run(KvSpace space) {
    const auto live = live_.scan(space, {}, {});
    const auto rebuilt = rebuilt_.scan(space, {}, {});
    while (live->valid() || rebuilt->valid()) {
      // A side that can't be read further has no keys to compare.
      if (!live->status() || !rebuilt->status()) break;
      const bool has_live = live->valid() && (!rebuilt->valid() || live->key() <= rebuilt->key());
      const bool has_rebuilt = rebuilt->valid() && (!live->valid() || rebuilt->key() <= live->key());
      if (!is_same(space, has_live ? live.get() : nullptr, has_rebuilt ? rebuilt.get() : nullptr)) break;
      if (has_live) live->next();
      if (has_rebuilt) rebuilt->next();
      if (!counted()) return unavailable("the comparison was given up");
    }
    WJ_CHECK(rebuilt->status());
    if (const auto read = live->status(); !read) {
      if (read.error().kind != ErrorKind::corrupt) return read.error();
      return unreadable(space, *rebuilt, read.error());
    }
    return first_of(space, *live, *rebuilt);
  }

 private:
  // Of one key; null: that side hasn't got it.
  bool is_same(KvSpace space, const KvCursor* live, const KvCursor* rebuilt) const {
    if (live != nullptr && rebuilt != nullptr && live->value() == rebuilt->value()) return true;
    const auto value_of = [](const KvCursor* cursor) {
      return cursor != nullptr ? std::optional(cursor->value()) : std::nullopt;
    };
    return same_ && same_(space, value_of(live), value_of(rebuilt));
  }

  bool counted() {
    keys_ += 1;
    return !keep_comparing_ || keys_ % kAskEvery != 0 || keep_comparing_(keys_);
  }

  static std::optional<Difference> unreadable(KvSpace space, const KvCursor& rebuilt, const Error& why) {
    Difference out;
    out.space = space;
    if (rebuilt.valid()) out.key = rebuilt.key();
    if (rebuilt.valid()) out.rebuilt = rebuilt.value();
    out.live_unreadable = why.message;
    return out;
  }

  static std::optional<Difference> first_of(KvSpace space, const KvCursor& live, const KvCursor& rebuilt) {
    if (!live.valid() && !rebuilt.valid()) return std::nullopt;
    Difference out;
    out.space = space;
    const bool has_live = live.valid() && (!rebuilt.valid() || live.key() <= rebuilt.key());
    const bool has_rebuilt = rebuilt.valid() && (!live.valid() || rebuilt.key() <= live.key());
    out.key = has_live ? live.key() : rebuilt.key();
    if (has_live) out.live = live.value();
    if (has_rebuilt) out.rebuilt = rebuilt.value();
    return out;
  }

  const KvSnapshot& live_;
  const KvSnapshot& rebuilt_;
  const KeepComparing& keep_comparing_;
  const SameContent& same_;
  std::uint64_t keys_ = 0;
};

}  // namespace

std::string describe(const Difference& difference) {
  std::string out = "space " + difference.space_name + ", key '" + to_hex(difference.key) + "': ";
  if (!difference.live_unreadable.empty()) {
    out += "live can't be read (" + difference.live_unreadable + ")";
  } else {
    out += "live " + shown(difference.live);
  }
  return out + ", rebuilt " + shown(difference.rebuilt);
}

Result<std::optional<Difference>> compare(const KvSnapshot& live, const KvSnapshot& rebuilt,
                                          std::span<const KvSpaceOptions> spaces,
                                          const KeepComparing& keep_comparing, const SameContent& same) {
  Comparison comparison(live, rebuilt, keep_comparing, same);
  for (std::size_t space = 0; space < spaces.size(); ++space) {
    if (space == kProjectionMetaSpace) continue;
    WJ_TRY(auto found, comparison.run(static_cast<KvSpace>(space)));
    if (!found) continue;
    found->space_name = spaces[space].name;
    return found;
  }
  return std::optional<Difference>();
}

}  // namespace wonjang::projection
