// Every alarm of verify_views() rings: a city's views are damaged in each space in each way there is.
#include "engine/serving/verify_views.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "base/rng.h"
#include "engine/serving/bucket.h"
#include "engine/serving/cell.h"
#include "testing/views/damaged_views.h"

namespace wonjang::serving {
namespace {

using World = testing::DamagedViews;

std::string texts(const ViewsReport& report) {
  std::string out;
  for (const auto& difference : report.differences) out += difference.what + "\n";
  return out;
}

TEST(VerifyViews, views_that_are_right_verify) {
  for (const bool disordered : {false, true}) {
    const World world(disordered);
    const auto report = world.verify();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->ok()) << texts(*report);
    EXPECT_GT(report->payments, 130U);
    for (KvSpace space = kRows; space < kSpaceCount; ++space) {
      EXPECT_EQ(report->records[space], world.records(space).size()) << view_spaces()[space].name;
      const bool aside = space == kPending || space == kQuarantine;
      EXPECT_EQ(report->records[space] > 0, !aside || disordered) << view_spaces()[space].name;
    }
    std::int64_t counted = 0;
    for (const auto& sums : report->sums) counted += sums.count;
    EXPECT_EQ(static_cast<std::uint64_t>(counted), report->payments);
  }
}

// --- Damage: every space times every way.

enum class Damage { flip_in_key, flip_in_value, lengthen_value, remove, add_foreign };
const char* name_of(Damage damage) {
  switch (damage) {
    case Damage::flip_in_key:
      return "flip_in_key";
    case Damage::flip_in_value:
      return "flip_in_value";
    case Damage::lengthen_value:
      return "lengthen_value";
    case Damage::remove:
      return "remove";
    case Damage::add_foreign:
      return "add_foreign";
  }
  return "";
}

class VerifyViewsMutation : public ::testing::TestWithParam<std::tuple<KvSpace, Damage>> {};

std::string flipped(std::string bytes, Rng& rng) {
  const auto at = rng.below(bytes.size());
  bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << rng.below(8)));
  return bytes;
}

// Damages the world, and undoes it. False: nothing to damage that way.
struct Done {
  std::string old_key, old_value, new_key;
};
std::optional<Done> damage(World& world, KvSpace space, Damage how, const std::string& key,
                           const std::string& value, Rng& rng) {
  switch (how) {
    case Damage::flip_in_key: {
      const std::string other = flipped(key, rng);
      if (world.records(space).contains(other)) return std::nullopt;
      world.remove(space, key);
      world.put(space, other, value);
      return Done{key, value, other};
    }
    case Damage::flip_in_value:
      if (value.empty()) return std::nullopt;
      world.put(space, key, flipped(value, rng));
      return Done{key, value, key};
    case Damage::lengthen_value:
      world.put(space, key, value + "x");
      return Done{key, value, key};
    case Damage::remove:
      world.remove(space, key);
      return Done{key, value, key};
    case Damage::add_foreign: {
      std::string other = flipped(flipped(key, rng), rng);
      if (world.records(space).contains(other)) return std::nullopt;
      world.put(space, other, value);
      return Done{key, value, other};
    }
  }
  return std::nullopt;
}

World& shared_world() {
  static World world;
  return world;
}

TEST_P(VerifyViewsMutation, is_named) {
  const auto [space, how] = GetParam();
  World& world = shared_world();
  const auto records = world.records(space);
  ASSERT_FALSE(records.empty());
  Rng rng(static_cast<std::uint64_t>(::testing::UnitTest::GetInstance()->random_seed()) + space * 31U);
  std::size_t tried = 0;
  for (int i = 0; i < 4; ++i) {
    auto it = records.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(rng.below(records.size())));
    const auto done = damage(world, space, how, it->first, it->second, rng);
    if (!done) continue;
    ++tried;
    const auto report = world.verify();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_FALSE(report->ok());
    // The space, and in it the record that was touched.
    bool named = false;
    for (const auto& d : report->differences) {
      EXPECT_EQ(d.space, space) << d.what;
      named = named || (d.space == space && (d.key == done->old_key || d.key == done->new_key));
    }
    EXPECT_TRUE(named) << texts(*report);
    if (done->new_key != done->old_key) world.remove(space, done->new_key);
    world.put(space, done->old_key, done->old_value);
  }
  const bool has_values = !records.begin()->second.empty();
  EXPECT_TRUE(tried > 0 || (how == Damage::flip_in_value && !has_values));
  const auto healed = world.verify();
  ASSERT_TRUE(healed);
  EXPECT_TRUE(healed->ok()) << texts(*healed);
}

INSTANTIATE_TEST_SUITE_P(EverySpace, VerifyViewsMutation,
                         ::testing::Combine(::testing::Range<KvSpace>(kRows, kSpaceCount),
                                            ::testing::Values(Damage::flip_in_key, Damage::flip_in_value,
                                                              Damage::lengthen_value, Damage::remove,
                                                              Damage::add_foreign)),
                         [](const auto& one) {
                           return view_spaces()[std::get<0>(one.param)].name + "_" +
                                  name_of(std::get<1>(one.param));
                         });

// What a space's records are of several kinds by: the id's kind, the field of a text, the cube.
std::size_t kind_bytes(KvSpace space) {
  if (space == kIds || space == kDictionary || space == kPostings) return 1;
  return space == kTotalsNow || space == kTotalsLate ? 2 : 0;
}

// There are 19 kinds of ids, 4 fields of text and 8 cubes; picked at random most were never damaged.
TEST(VerifyViews, a_flipped_bit_in_the_first_record_of_each_kind_is_named) {
  World& world = shared_world();
  std::map<KvSpace, std::size_t> kinds;
  std::string ids;
  for (KvSpace space = kRows; space < kSpaceCount; ++space) {
    const auto records = world.records(space);
    for (auto it = records.begin(); it != records.end();) {
      const auto& [key, value] = *it;
      const std::string kind = key.substr(0, kind_bytes(space));
      SCOPED_TRACE(view_spaces()[space].name + ", kind " + to_hex(kind));
      ++kinds[space];
      if (space == kIds) ids += kind;
      std::string other_key = key;
      std::string other_value = value;
      auto& bytes = value.empty() ? other_key : other_value;
      bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
      world.remove(space, key);
      world.put(space, other_key, other_value);
      const auto report = world.verify();
      ASSERT_TRUE(report) << report.error().message;
      const bool named = std::any_of(
          report->differences.begin(), report->differences.end(),
          [&](const auto& d) { return d.space == space && (d.key == key || d.key == other_key); });
      EXPECT_TRUE(named) << texts(*report);
      world.remove(space, other_key);
      world.put(space, key, value);
      it = kind.empty()
               ? records.end()
               : std::find_if(it, records.end(), [&](const auto& r) { return !r.first.starts_with(kind); });
    }
  }
  const auto healed = world.verify();
  ASSERT_TRUE(healed && healed->ok());
  EXPECT_EQ(kinds[kIds], 19U) << to_hex(ids);
  EXPECT_EQ(kinds[kDictionary], 4U);
  EXPECT_EQ(kinds[kPostings], 4U);
  EXPECT_EQ(kinds[kTotalsNow], builtin_cubes().size());
}

// --- Damage that keeps a record readable: what a wrong fold would leave.

TEST(VerifyViews, a_row_of_an_older_version_is_named_with_what_it_says) {
  World world;
  const auto rows = world.records(kRows);
  const auto at = read_row_key(rows.begin()->first);
  std::string wrong = rows.begin()->second;
  // Two rows of one shape: the value of another payment under this key.
  for (const auto& [key, value] : rows) {
    if (value != wrong) wrong = value;
  }
  world.put(kRows, rows.begin()->first, wrong);
  const auto report = world.verify();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->differences.size(), 1U) << texts(*report);
  EXPECT_EQ(report->differences[0].payment, at->payment);
  EXPECT_NE(report->differences[0].what.find(at->payment.text()), std::string::npos);
  EXPECT_NE(report->differences[0].what.find("the log gives version"), std::string::npos)
      << report->differences[0].what;
}

TEST(VerifyViews, a_won_too_many_in_a_cell_is_named) {
  World world;
  for (const KvSpace space : {kTotalsNow, kTotalsLate}) {
    const auto cells = world.records(space);
    const auto& [key, value] = *std::next(cells.begin(), static_cast<std::ptrdiff_t>(cells.size() / 2));
    auto cell = *decode_cell(value);
    const std::string dims = cell.groups().front().dims;
    cell.group(dims).sums.gross += 1;
    world.put(space, key, encode_cell(cell));
    const auto report = world.verify();
    ASSERT_TRUE(report);
    ASSERT_EQ(report->differences.size(), 1U) << texts(*report);
    EXPECT_EQ(report->differences[0].key, key);
    EXPECT_NE(report->differences[0].what.find("the log gives"), std::string::npos);
    world.put(space, key, value);
  }
}

const CubeSpec& cube_of(std::string_view key) {
  static const auto cubes = builtin_cubes();
  const auto id = static_cast<unsigned char>(key[0]) * 256 + static_cast<unsigned char>(key[1]);
  return *std::find_if(cubes.begin(), cubes.end(), [&](const CubeSpec& cube) { return cube.id == id; });
}

// When a cell came to be saturated depends on how the log was cut: that is no difference, a won is one.
TEST(VerifyViews, a_saturated_cell_verifies_by_its_sums) {
  World world;
  int saturated = 0;
  for (const KvSpace space : {kTotalsNow, kTotalsLate}) {
    for (const auto& [key, value] : world.records(space)) {
      Cell cell = *decode_cell(value);
      if (cube_of(key).inner.within({Dimension::currency}) || ++saturated % 3 == 0) continue;
      ASSERT_TRUE(cell.saturate());
      world.put(space, key, encode_cell(cell));
    }
  }
  EXPECT_GT(saturated, 100);
  const auto report = world.verify();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok()) << texts(*report);

  for (const KvSpace space : {kTotalsNow, kTotalsLate}) {
    const auto records = world.records(space);
    const auto at = std::find_if(records.begin(), records.end(), [](const auto& record) {
      return decode_cell(record.second)->is_saturated() && !decode_cell(record.second)->groups().empty();
    });
    ASSERT_NE(at, records.end());
    Cell cell = *decode_cell(at->second);
    cell.group(cell.groups().front().dims).sums.gross += 1;
    world.put(space, at->first, encode_cell(cell));
    const auto wrong = world.verify();
    ASSERT_TRUE(wrong);
    ASSERT_EQ(wrong->differences.size(), 1U) << texts(*wrong);
    EXPECT_EQ(wrong->differences[0].key, at->first);
    EXPECT_NE(wrong->differences[0].what.find("all groups: the views have"), std::string::npos)
        << texts(*wrong);
    world.put(space, at->first, at->second);
  }
}

TEST(VerifyViews, a_cell_with_nothing_to_tell_apart_cannot_be_saturated) {
  World world;
  for (const auto& [key, value] : world.records(kTotalsNow)) {
    if (!cube_of(key).inner.within({Dimension::currency})) continue;
    Cell cell = *decode_cell(value);
    ASSERT_TRUE(cell.saturate());
    world.put(kTotalsNow, key, encode_cell(cell));
    const auto report = world.verify();
    ASSERT_TRUE(report);
    ASSERT_EQ(report->differences.size(), 1U) << texts(*report);
    EXPECT_NE(report->differences[0].what.find("nothing to tell apart"), std::string::npos);
    return;
  }
  FAIL() << "there is no such cell";
}

TEST(VerifyViews, a_bucket_that_counts_one_too_many_is_named) {
  World world;
  const auto [key, value] = *world.records(kBuckets).begin();
  auto bucket = *decode_bucket(value);
  bucket.count += 1;
  world.put(kBuckets, key, encode_bucket(bucket));
  const auto report = world.verify();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->differences.size(), 1U) << texts(*report);
  EXPECT_NE(report->differences[0].what.find("merchant"), std::string::npos) << report->differences[0].what;
}

// As when a batch was lost: a payment vanishes from every space at once, and every space says so.
TEST(VerifyViews, a_space_that_is_empty_is_reported_without_end) {
  World world;
  for (const auto& [key, value] : world.records(kTimeline)) world.remove(kTimeline, key);
  const auto report = world.verify({.differences_max = 5});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->differences.size(), 5U);
  EXPECT_GT(report->groups_not_split, 0U);
  EXPECT_FALSE(report->ok());
}

TEST(VerifyViews, it_can_be_given_up) {
  const World world;
  const auto report = world.verify({.progress = [](const VerifyProgress&) { return false; }});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace wonjang::serving
