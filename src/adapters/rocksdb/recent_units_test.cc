#include "adapters/rocksdb/recent_units.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/rng.h"

namespace wonjang::rocks {
namespace {

Hash128 hash_of_number(std::uint64_t n) {
  Rng rng(n);
  Hash128 out;
  for (auto& byte : out) byte = static_cast<std::uint8_t>(rng.next());
  return out;
}

// Few keys and streams, so that they come again; far more units than there is room for.
TEST(RecentUnits, finds_what_a_map_finds) {
  for (const std::size_t room : {1U, 2U, 3U, 100U, 5000U}) {
    Rng rng(room);
    RecentUnits units(/*from=*/7, room);
    std::map<Hash128, KeyEntry> keys;
    std::map<Hash128, RawId> claims;
    std::map<RawId, std::vector<StreamEntry>> streams;
    Position next = 7;
    for (int i = 0; i < 3000; ++i) {
      UnitIndex unit;
      unit.first = next;
      unit.stream = {rng.below(500), 3};
      auto& versions = streams[unit.stream];
      unit.first_version = versions.empty() ? 0 : versions.back().next_version();
      unit.event_count = static_cast<std::uint32_t>(1 + rng.below(3));
      // The same bytes as key and as claim are two things.
      if (rng.below(4) > 0) unit.idempotency = hash_of_number(rng.below(1000));
      unit.final = rng.below(2) == 0;
      const auto claim = hash_of_number(rng.below(1'000'000));
      if (rng.below(2) == 0 && !claims.contains(claim)) unit.claim = claim;
      units.add(unit);
      versions.push_back({unit.first_version, next, unit.event_count});
      if (unit.idempotency) keys[*unit.idempotency] = {next, unit.final};
      if (unit.claim) claims[*unit.claim] = unit.stream;
      next += unit.event_count;
    }
    EXPECT_EQ(units.units(), 3000U);
    EXPECT_EQ(units.until(), next);
    for (std::uint64_t n = 0; n < 1000; ++n) {
      const auto found = units.find_key(hash_of_number(n));
      const auto expected = keys.find(hash_of_number(n));
      ASSERT_EQ(found.has_value(), expected != keys.end());
      if (!found) continue;
      EXPECT_EQ(found->position, expected->second.position);
      EXPECT_EQ(found->final, expected->second.final);
    }
    for (const auto& [claim, stream] : claims) EXPECT_EQ(units.find_claim(claim), stream);
    EXPECT_FALSE(units.find_claim(hash_of_number(2'000'000)));
    for (const auto& [stream, versions] : streams) {
      std::vector<StreamEntry> found;
      units.versions(stream, 0, found);
      ASSERT_EQ(found.size(), versions.size());
      EXPECT_EQ(found.front().position, versions.back().position);
      EXPECT_EQ(found.back().first_version, 0U);
      EXPECT_EQ(units.newest(stream)->position, versions.back().position);
      for (std::size_t i = 0; i <= versions.size(); ++i) {  // at each border, and at the end
        found.clear();
        units.versions(
            stream, i < versions.size() ? versions[i].first_version : versions.back().next_version(), found);
        ASSERT_EQ(found.size(), versions.size() - i);
      }
    }
    EXPECT_FALSE(units.newest({501, 3}));

    // Sorted as the families are, each key once.
    std::vector<std::string> on_disk;
    for (const auto row : units.sorted_keys()) {
      const auto& key = units.key_rows()[row];
      on_disk.push_back(key.sort == KeySort::claim ? claim_key(key.hash) : idempotency_key(key.hash));
    }
    EXPECT_EQ(on_disk.size(), keys.size() + claims.size());
    EXPECT_TRUE(std::is_sorted(on_disk.begin(), on_disk.end()));
    EXPECT_EQ(std::adjacent_find(on_disk.begin(), on_disk.end()), on_disk.end());
    on_disk.clear();
    for (const auto row : units.sorted_streams()) {
      const auto& [stream, entry, before] = units.stream_rows()[row];
      on_disk.push_back(stream_key(stream, entry.first_version));
    }
    EXPECT_EQ(on_disk.size(), 3000U);
    EXPECT_TRUE(std::is_sorted(on_disk.begin(), on_disk.end()));
  }
}

}  // namespace
}  // namespace wonjang::rocks
