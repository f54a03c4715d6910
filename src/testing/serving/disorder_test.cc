#include "testing/serving/disorder.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "adapters/protobuf/event_codec.h"
#include "base/hash64.h"
#include "testing/serving/delivered_log.h"
#include "testing/serving/oracle.h"

namespace wonjang::testing {
namespace {

CityOptions town(std::uint64_t payments, std::uint32_t books = 2) {
  CityOptions options;
  options.seed = 42;
  options.payments = payments;
  options.merchants = 50;
  options.people = 1'000;
  options.books = books;
  return options;
}

struct Delivery {
  explicit Delivery(const CityOptions& city_options, DisorderOptions options) : log(city_options.books) {
    City city(city_options, codec);
    Disorder disorder(options, codec, [&](LogUnit unit) {
      for (const auto& bytes : unit.unit.events) hash = hash64(bytes, hash + unit.unit.first);
      log.append(std::move(unit));
    });
    for (std::vector<CityUnit> batch; city.next(1'000, batch);) disorder.take(std::move(batch));
    disorder.finish();
    counts = disorder.counts();
    conflicts = disorder.conflicts();
  }
  Oracle oracle() const {
    Oracle out({}, codec);
    out.read(log, log.end());
    return out;
  }

  ProtobufEventCodec codec;
  DeliveredLog log;
  std::uint64_t hash = 0;
  DisorderCounts counts;
  std::vector<Conflict> conflicts;
};

DisorderOptions none() {
  DisorderOptions options;
  options.duplicate_ppm = options.conflict_ppm = options.swapped_ppm = options.child_first_ppm = 0;
  options.replay_hour = false;
  return options;
}

Totals totals_of(const Oracle& oracle, bool of_transactions) {
  TotalsQuery query;
  query.of_transactions = of_transactions;
  query.by = {By::merchant, By::method, By::status, By::kind, By::issuer};
  query.grain = TimeGrain::day;
  return oracle.totals(query);
}

TEST(Disorder, rates_are_those_of_the_options) {
  const Delivery delivery(town(20'000), {});
  const auto& counts = delivery.counts;
  const auto ppm = [&](std::uint64_t count) { return count * 1'000'000 / counts.units; };
  EXPECT_GT(counts.units, 50'000U);
  EXPECT_NEAR(static_cast<double>(ppm(counts.duplicates)), 10'000, 1'500);
  EXPECT_NEAR(static_cast<double>(ppm(counts.conflicts)), 1'000, 450);
  EXPECT_NEAR(static_cast<double>(ppm(counts.swapped)), 5'000, 1'000);
  EXPECT_NEAR(static_cast<double>(ppm(counts.child_first)), 500, 300);
  EXPECT_GT(counts.early_conflicts, 0U);
  EXPECT_GE(counts.replayed, 50U);
  EXPECT_EQ(counts.delivered, counts.units + counts.duplicates + counts.conflicts + counts.replayed);
}

// Counted from the outside: what the log shows is what was counted.
TEST(Disorder, what_was_delivered_is_out_of_order_as_counted) {
  const Delivery delivery(town(10'000, 1), {});
  std::map<RawId, std::uint32_t> next;
  std::uint64_t too_early = 0;
  const auto units = delivery.log.read(0, 0, 10'000'000, std::size_t{1} << 40U).value();
  Position tail = 0;
  for (const auto& unit : units) {
    EXPECT_EQ(unit.first, tail);
    tail = unit.next();
    auto& version = next[unit.stream];
    too_early += unit.first_version > version;
    version = std::max(version, unit.first_version + static_cast<std::uint32_t>(unit.events.size()));
  }
  // A copy of a swapped unit may be early once more.
  EXPECT_NEAR(static_cast<double>(too_early),
              static_cast<double>(delivery.counts.swapped + delivery.counts.child_first), 12);
  EXPECT_EQ(tail, delivery.log.end()[0]);
}

TEST(Disorder, the_same_seed_gives_the_same_disorder) {
  const auto options = DisorderOptions{.seed = 9};
  EXPECT_EQ(Delivery(town(1'000), options).hash, Delivery(town(1'000), options).hash);
  EXPECT_NE(Delivery(town(1'000), options).hash, Delivery(town(1'000), {.seed = 10}).hash);
}

TEST(Disorder, without_any_the_log_passes_through) {
  const Delivery delivery(town(500), none());
  EXPECT_EQ(delivery.counts.delivered, delivery.counts.units);
  EXPECT_TRUE(delivery.conflicts.empty());
  EXPECT_EQ(delivery.oracle().duplicates(), 0U);
}

// Duplicates, swaps, a replayed hour and late conflicts: every answer stays as it was.
TEST(Disorder, what_comes_second_changes_nothing) {
  const Delivery in_order(town(5'000), none());
  DisorderOptions options;
  options.early_of_conflicts = 0;
  options.conflict_ppm = 20'000;
  const Delivery disordered(town(5'000), options);
  const auto right = in_order.oracle();
  const auto oracle = disordered.oracle();
  EXPECT_GT(oracle.duplicates(), 100U);
  EXPECT_GT(oracle.contradictions().size(), 100U);
  EXPECT_EQ(oracle.waiting(), 0U);
  EXPECT_EQ(totals_of(oracle, false), totals_of(right, false));
  EXPECT_EQ(totals_of(oracle, true), totals_of(right, true));
  EXPECT_EQ(oracle.list({}, serving::Sort::newest), right.list({}, serving::Sort::newest));
}

TEST(Disorder, what_comes_first_stands_and_moves_no_money) {
  const Delivery in_order(town(5'000), none());
  DisorderOptions options;
  options.early_of_conflicts = 100;
  options.conflict_ppm = 20'000;
  const Delivery disordered(town(5'000), options);
  const auto right = in_order.oracle();
  const auto oracle = disordered.oracle();
  EXPECT_EQ(totals_of(oracle, false), totals_of(right, false));
  std::size_t renamed = 0;
  serving::Page everything;
  everything.limit = 100'000;
  for (const auto& item : oracle.payments({}, everything).items) {
    EXPECT_EQ(item.payment.contradictions, 0U);
    renamed += item.payment.terms.order_name.find("(정정)") != std::string::npos;
  }
  EXPECT_GT(renamed, 10U);
}

TEST(Disorder, its_conflicts_are_what_the_oracle_finds) {
  DisorderOptions options;
  options.conflict_ppm = 10'000;
  const Delivery delivery(town(5'000), options);
  std::vector<Conflict> found;
  for (const auto& one : delivery.oracle().contradictions()) {
    EXPECT_TRUE(one.is_folded);
    found.push_back({one.stream, one.version, one.hash});
  }
  EXPECT_EQ(found, delivery.conflicts);
  EXPECT_GT(found.size(), 50U);
}

// For worlds too large for a log in memory: one life after the other gives the same numbers.
TEST(Disorder, lives_alone_give_the_same_totals_as_the_log) {
  const auto options = town(3'000);
  const Delivery delivery(options, {.early_of_conflicts = 0});
  const City city(options, delivery.codec);
  Oracle lean({.keep_payments = false, .keep_history = false, .keep_search = false}, delivery.codec);
  for (const auto& merchant : city.merchants()) lean.take_merchant(merchant.id, merchant.organisation);
  for (std::uint64_t n = 0; n < city.lives(); ++n) lean.take_life(city.life(n).commands);
  const auto oracle = delivery.oracle();
  EXPECT_EQ(totals_of(oracle, false), totals_of(lean, false));
  EXPECT_EQ(totals_of(oracle, true), totals_of(lean, true));
  EXPECT_EQ(oracle.list({}, serving::Sort::largest), lean.list({}, serving::Sort::largest));
  for (const std::int32_t back : {1, 30, 400}) {
    const BusinessDate close{options.until.days - back};
    EXPECT_EQ(oracle.difference({}, close), lean.difference({}, close));
  }
}

TEST(DeliveredLog, shows_what_it_was_told_to_show) {
  DeliveredLog log(1);
  int woken = 0;
  log.set_wake([&] { ++woken; });
  const RawId stream{1, 2};
  const auto unit = [&](std::uint32_t version, std::string bytes) {
    LogUnit out;
    out.unit.stream = stream;
    out.unit.first_version = version;
    out.unit.events = {std::move(bytes)};
    return out;
  };
  log.append(unit(1, "b"));
  log.append(unit(0, "a"));
  log.append(unit(0, "x"));
  EXPECT_EQ(woken, 3);
  EXPECT_EQ(log.tails(), LogPositions{3});
  const auto loaded = log.load(stream).value();
  ASSERT_EQ(loaded.size(), 2U);
  EXPECT_EQ(loaded[0].events[0], "a");
  EXPECT_EQ(loaded[1].events[0], "b");
  log.show({1});
  EXPECT_EQ(log.tails(), LogPositions{1});
  EXPECT_EQ(log.read(0, 0, 10, 1'000).value().size(), 1U);
  EXPECT_EQ(log.load(stream).value().size(), 1U);
  EXPECT_TRUE(log.read(0, 1, 10, 1'000).value().empty());
  log.show_all();
  EXPECT_EQ(log.read(0, 1, 10, 1'000).value().size(), 2U);
  EXPECT_EQ(log.read(0, 0, 10, 1).value().size(), 1U);
}

}  // namespace
}  // namespace wonjang::testing
