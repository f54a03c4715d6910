// The quick verification: what it sees, what it reads for it, and what it says of its limit.
#include "engine/serving/verify_buckets.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "engine/serving/bucket.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/row.h"
#include "testing/views/damaged_views.h"

namespace wonjang::serving {
namespace {

using World = testing::DamagedViews;

std::string told(const ViewsReport& report) {
  std::string out;
  for (const auto& difference : report.differences) out += difference.what + "\n";
  return out;
}

ViewsReport quickly(const World& world, std::size_t open_payments_max = 65'536) {
  const auto report = world.verify({.quick = true, .open_payments_max = open_payments_max});
  EXPECT_TRUE(report) << report.error().message;
  return report ? *report : ViewsReport();
}

PaymentFacts facts_in(std::string_view key, std::string_view value) {
  const auto at = read_row_key(key);
  const auto row = decode_row(*at, MerchantId(), value);
  return facts_of(row->payment, at->merchant, {});
}

// What a fold that went wrong leaves: the row, and its bucket with it.
void replace_row(World& world, const std::string& key, const std::optional<std::string>& after) {
  const auto rows = world.records(kRows);
  const auto bucket_at = bucket_key(*read_row_key(key));
  auto bucket = *decode_bucket(world.records(kBuckets).at(bucket_at));
  if (const auto before = rows.find(key); before != rows.end())
    bucket.remove(key, before->second, facts_in(key, before->second));
  if (after) {
    bucket.add(key, *after, facts_in(key, *after));
    world.put(kRows, key, *after);
  } else {
    world.remove(kRows, key);
  }
  world.put(kBuckets, bucket_at, encode_bucket(bucket));
}

std::uint64_t rows_in_bucket_of(const World& world, const std::string& key) {
  std::uint64_t count = 0;
  for (const auto& [other, value] : world.records(kRows))
    count += bucket_key(*read_row_key(other)) == bucket_key(*read_row_key(key));
  return count;
}

TEST(VerifyBuckets, views_that_are_right_verify_without_one_row_read) {
  for (const bool disordered : {false, true}) {
    const World world(disordered);
    const auto quick = quickly(world);
    const auto full = world.verify();
    ASSERT_TRUE(full);
    EXPECT_TRUE(quick.ok()) << told(quick);
    EXPECT_TRUE(quick.quick);
    EXPECT_EQ(quick.rows_read, 0U);
    EXPECT_EQ(full->rows_read, full->payments);
    EXPECT_EQ(quick.payments, full->payments);
    EXPECT_EQ(quick.events, full->events);
    EXPECT_EQ(quick.records[kBuckets], full->records[kBuckets]);
    ASSERT_EQ(quick.sums.size(), full->sums.size());
    for (std::size_t i = 0; i < quick.sums.size(); ++i) EXPECT_EQ(quick.sums[i], full->sums[i]);
  }
}

// Payments are forgotten and taken up again between any two of their events.
TEST(VerifyBuckets, how_many_payments_are_kept_open_changes_nothing) {
  const World world(/*disordered=*/false);
  const auto all = quickly(world);
  for (const std::size_t open : {1U, 2U, 17U}) {
    const auto few = quickly(world, open);
    EXPECT_TRUE(few.ok()) << told(few);
    EXPECT_EQ(few.payments, all.payments);
    EXPECT_EQ(few.sums, all.sums);
    EXPECT_EQ(few.rows_read, 0U);
  }
}

// A first unit that comes again when its payment was forgotten is counted twice; the histories put it right.
TEST(VerifyBuckets, a_disordered_log_raises_no_alarm_when_few_payments_are_kept_open) {
  const World world(/*disordered=*/true);
  EXPECT_TRUE(quickly(world, 40).differences.empty());
}

TEST(VerifyBuckets, a_bucket_damaged_in_any_way_is_named_and_its_rows_are_looked_at) {
  World world;
  const auto buckets = world.records(kBuckets);
  const auto& [key, value] = *std::next(buckets.begin(), static_cast<std::ptrdiff_t>(buckets.size() / 2));
  for (std::size_t byte = 0; byte < value.size(); ++byte) {
    std::string wrong = value;
    wrong[byte] = static_cast<char>(static_cast<unsigned char>(wrong[byte]) ^ 0x10U);
    world.put(kBuckets, key, wrong);
    const auto report = quickly(world);
    ASSERT_EQ(report.differences.size(), 1U) << "byte " << byte << ": " << told(report);
    EXPECT_EQ(report.differences[0].key, key);
    EXPECT_EQ(report.differences[0].space, kBuckets);
    EXPECT_NE(report.differences[0].what.find("merchant"), std::string::npos) << report.differences[0].what;
    if (byte > 0) {  // the first is the version
      EXPECT_NE(report.differences[0].what.find("its rows are as the log says"), std::string::npos);
    }
  }
  world.remove(kBuckets, key);
  const auto gone = quickly(world);
  ASSERT_EQ(gone.differences.size(), 1U) << told(gone);
  EXPECT_NE(gone.differences[0].what.find("missing"), std::string::npos);
  std::string foreign = key;
  foreign[0] = '\x7f';
  world.put(kBuckets, key, value);
  world.put(kBuckets, foreign, value);
  const auto more = quickly(world);
  ASSERT_EQ(more.differences.size(), 1U) << told(more);
  EXPECT_EQ(more.differences[0].key, foreign);
  world.remove(kBuckets, foreign);
  world.put(kBuckets, "short", value);
  EXPECT_EQ(quickly(world).differences.size(), 1U);
}

TEST(VerifyBuckets, a_row_that_was_lost_with_its_bucket_is_named_and_no_other_bucket_is_read) {
  World world;
  const auto rows = world.records(kRows);
  const std::string key = std::next(rows.begin(), static_cast<std::ptrdiff_t>(rows.size() / 3))->first;
  const auto neighbours = rows_in_bucket_of(world, key) - 1;
  replace_row(world, key, std::nullopt);
  const auto report = quickly(world);
  ASSERT_EQ(report.differences.size(), 2U) << told(report);
  EXPECT_EQ(report.differences[0].space, kBuckets);
  EXPECT_EQ(report.differences[1].space, kRows);
  EXPECT_EQ(report.differences[1].payment, read_row_key(key)->payment);
  EXPECT_NE(report.differences[1].what.find("missing"), std::string::npos);
  EXPECT_EQ(report.rows_read, neighbours);
  EXPECT_LT(report.rows_read, rows.size() / 2);
}

TEST(VerifyBuckets, a_row_that_was_folded_wrong_is_named_with_what_it_says) {
  World world;
  const auto rows = world.records(kRows);
  const std::string key = rows.begin()->first;
  replace_row(world, key, rows.rbegin()->second);
  const auto report = quickly(world);
  ASSERT_EQ(report.differences.size(), 2U) << told(report);
  EXPECT_EQ(report.differences[1].key, key);
  EXPECT_NE(report.differences[1].what.find("the log gives version"), std::string::npos) << told(report);
}

TEST(VerifyBuckets, a_row_that_the_log_does_not_have_is_named) {
  World world;
  const auto rows = world.records(kRows);
  std::string foreign = rows.begin()->first;
  foreign.back() = static_cast<char>(foreign.back() ^ 1);
  ASSERT_FALSE(rows.contains(foreign));
  replace_row(world, foreign, rows.begin()->second);
  const auto report = quickly(world);
  ASSERT_EQ(report.differences.size(), 2U) << told(report);
  EXPECT_EQ(report.differences[1].key, foreign);
  EXPECT_NE(report.differences[1].what.find("not in the log"), std::string::npos);
}

// Its limit, which the documents name: the bucket still says what the log says.
TEST(VerifyBuckets, a_row_that_changed_without_its_bucket_takes_the_whole_verification) {
  World world;
  const auto rows = world.records(kRows);
  world.put(kRows, rows.begin()->first, rows.rbegin()->second);
  EXPECT_TRUE(quickly(world).ok());
  const auto full = world.verify();
  ASSERT_TRUE(full);
  EXPECT_FALSE(full->ok());
}

TEST(VerifyBuckets, differences_have_a_bound_and_the_rest_is_counted) {
  World world;
  for (const auto& [key, value] : world.records(kBuckets)) world.remove(kBuckets, key);
  const auto report = world.verify({.quick = true, .differences_max = 5});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->differences.size(), 5U);
  EXPECT_GT(report->groups_not_split, 0U);
}

TEST(VerifyBuckets, it_can_be_given_up) {
  const World world;
  const auto report = world.verify({.quick = true, .progress = [](const VerifyProgress&) { return false; }});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace wonjang::serving
