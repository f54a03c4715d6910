// FoldedWorld: a world whose log is folded, a view of it, and the oracle's answers: made once for all tests
// of a binary that only look.
//
// Threads: one owner.
#pragma once

#include <memory>
#include <vector>

#include "testing/views/views_world.h"

namespace wonjang::testing {

// At the rates of a large city a world of some thousand payments would have one event that was recorded more
// than 30 days late, or none.
struct FoldedWorld {
  explicit FoldedWorld(std::uint64_t seed, std::uint32_t books, std::uint64_t payments = 2'000)
      : world({.seed = seed,
               .payments = payments,
               .merchants = 40,
               .books = books,
               .late_day_ppm = 15'000,
               .late_month_ppm = 6'000},
              {.conflict_ppm = 6'000}) {
    world.fold_all();
    oracle = world.oracle();
    view = world.view();
  }
  ViewsWorld world;
  std::unique_ptr<Oracle> oracle;
  projection::View view;
};

// One and four books, made once and looked at by every test.
inline std::vector<std::unique_ptr<FoldedWorld>>& worlds() {
  static auto all = [] {
    std::vector<std::unique_ptr<FoldedWorld>> out;
    for (const auto seed : world_seeds(/*usually=*/1, /*patiently=*/10)) {
      for (const std::uint32_t books : {1U, 4U}) {
        out.push_back(std::make_unique<FoldedWorld>(seed + books, books));
      }
    }
    return out;
  }();
  return all;
}

}  // namespace wonjang::testing
