// FileFold: acquirers' files, what their rows were matched with, and what a person said of those that nothing
// matched. A match is known by its row, or where there is none (only ours) by our line; a later one takes its
// place. So a rematch names every row that it changes, and may come in several events.
//
// Threads: one at a time.
#pragma once

#include "engine/money/fold_context.h"

namespace wonjang::money {

class FileFold {
 public:
  explicit FileFold(FoldContext& context) : context_(context) {}

  // Errors: corrupt (not the file's next event, a resolution of what isn't there), unavailable.
  Result<void> take(const Event& event, const settlement::FileImported& body);
  Result<void> take(const Event& event, const settlement::FileMatched& body);
  Result<void> take(const Event& event, const settlement::BreakResolved& body);

 private:
  using FileNow = MoneyReader::FileNow;

  Result<FileNow> file_of(const Event& event, const settlement::FileId& file);
  void keep(const FileNow& file);
  static Result<void> take_deposits(FileNow& file, const settlement::FileMatched& body);
  // Puts `match` in the place of what stood there; null: nothing stands there any more.
  Result<void> replace(FileNow& file, const LineKey& line, std::uint32_t line_no,
                       const settlement::Match* match, BusinessDate as_of);

  FoldContext& context_;
};

}  // namespace wonjang::money
