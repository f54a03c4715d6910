#include "base/shared_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/rng.h"

namespace wonjang {
namespace {

using Names = SharedMap<std::uint32_t, std::string>;

std::map<std::uint32_t, std::string> entries_of(const Names& names) {
  std::map<std::uint32_t, std::string> out;
  names.for_each(
      [&](std::uint32_t key, const std::string& name) { EXPECT_TRUE(out.emplace(key, name).second); });
  EXPECT_EQ(out.size(), names.size());
  for (const auto& [key, name] : out) {
    const auto* found = names.find(key);
    EXPECT_TRUE(found != nullptr && *found == name) << key;
  }
  return out;
}

TEST(SharedMap, an_empty_one_has_nothing) {
  Names names;
  EXPECT_TRUE(names.empty());
  EXPECT_EQ(names.find(7), nullptr);
  EXPECT_TRUE(entries_of(names.share()).empty());
}

// The writer goes on after each snapshot; each snapshot keeps what a plain copy of that moment has.
TEST(SharedMap, a_snapshot_never_changes) {
  Rng rng(42);
  Names names;
  std::map<std::uint32_t, std::string> plain;
  std::vector<Names> snapshots;
  std::vector<std::map<std::uint32_t, std::string>> copies;
  for (int step = 0; step < 20'000; ++step) {
    const auto key = static_cast<std::uint32_t>(rng.below(3'000));
    const std::string value = "name " + std::to_string(step);
    names.at_for_change(key) = value;
    plain[key] = value;
    if (step % 1'000 == 0) {
      snapshots.push_back(names.share());
      copies.push_back(plain);
    }
  }
  EXPECT_EQ(entries_of(names), plain);
  for (std::size_t i = 0; i < snapshots.size(); ++i) EXPECT_EQ(entries_of(snapshots[i]), copies[i]) << i;
}

TEST(SharedMap, a_snapshot_can_be_written_to_and_its_source_does_not_see_it) {
  Names names;
  names.at_for_change(1) = "one";
  Names other = names.share();
  other.at_for_change(1) = "eins";
  other.at_for_change(2) = "zwei";
  EXPECT_EQ(entries_of(names), (std::map<std::uint32_t, std::string>{{1, "one"}}));
  EXPECT_EQ(entries_of(other), (std::map<std::uint32_t, std::string>{{1, "eins"}, {2, "zwei"}}));
}

// That is the point of it: what wasn't touched is the same entry, not a copy of it.
TEST(SharedMap, a_change_after_a_snapshot_copies_a_small_part) {
  constexpr std::uint32_t kEntries = 50'000;
  Names names;
  for (std::uint32_t i = 0; i < kEntries; ++i) names.at_for_change(i) = "n";
  const Names before = names.share();
  names.at_for_change(kEntries) = "new";
  std::uint32_t copied = 0;
  for (std::uint32_t i = 0; i < kEntries; ++i) copied += names.find(i) != before.find(i) ? 1 : 0;
  EXPECT_LT(copied, kEntries / 100);
}

}  // namespace
}  // namespace wonjang
