// `wonjang verify views` on a data directory that nobody serves, and the part of `wonjang check` and
// `wonjang restore` that is about the views: every record of every space against what the books say
// (engine/serving/verify_views.h), or, quickly, the buckets alone (engine/serving/verify_buckets.h).
//
// Threads: blocks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/serving/cube.h"
#include "ports/book.h"

namespace wonjang {

struct VerifyViewsOptions {
  std::string data_dir;
  bool json = false;
  bool quick = false;
  // Those that the service has: views of other cubes are of another version, and aren't compared.
  std::vector<serving::CubeSpec> cubes = serving::builtin_cubes();
};

// Compares and prints. True: as the books say. Nothing: there are no views to compare, and it was said why.
// Errors: unavailable (somebody has them open), corrupt (the books).
Result<std::optional<bool>> verify_views_of(const VerifyViewsOptions& options,
                                            const std::vector<const Book*>& books);

// Folds what the books say into views/ of a directory that has none, as its next start would. Errors:
// unavailable, corrupt.
Result<void> build_views_of(const VerifyViewsOptions& options, const std::vector<const Book*>& books);

int run_verify_views(const VerifyViewsOptions& options);  // 0; 3 with the first differences; 1: nothing there

}  // namespace wonjang
