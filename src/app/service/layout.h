// `layout` of a data directory or a backup: for how many books it was made, and the restores behind it. Text:
//
//   wonjang-layout 1
//   books 4
//
// of a ledger that was never restored; of one that was, a line a restore, oldest first: the epoch that begins
// (engine/ledger/epochs.h), when, and the sizes of the books as the backup had them:
//
//   wonjang-layout 2
//   books 4
//   restored 9f86d081 at 2026-11-23T03:04:05.678Z sizes 20 0 3 1
//
// The first start writes it once all books exist, a restore once all are there and equal the backup's: what
// is there without it was never whole. Slots map to books by their number, which never changes.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/ledger/epochs.h"

namespace wonjang {

struct Layout {
  std::uint32_t books = 0;
  Epochs epochs;
  friend bool operator==(const Layout&, const Layout&) = default;
};

std::string text_of(const Layout& layout);
// Nothing for a text that isn't exactly of this form.
std::optional<Layout> parse_layout(std::string_view text);

std::string layout_file(const std::string& directory);
// Errors: not_found (no such file), corrupt.
Result<Layout> read_layout(const std::string& directory);
// Replaced in one step, and synced. Errors: unavailable.
Result<void> write_layout(const std::string& directory, const Layout& layout);

// No book is shorter than it was when it was restored. Errors: corrupt.
Result<void> check_sizes(const Epochs& epochs, const Positions& tails);

}  // namespace wonjang
