// The serving views against the oracle: rows, transactions, totals, the best sellers, what was set aside. A
// city of some thousand payments comes through every disorder, in random cuts, with crashes; then every
// answer is compared exactly.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "engine/serving/exact.h"
#include "engine/serving/row.h"
#include "engine/serving/sales_of_day.h"
#include "engine/serving/top_merchants.h"
#include "engine/serving/totals_reader.h"
#include "testing/as_a_row_keeps.h"
#include "testing/views/folded_world.h"

namespace wonjang::testing {
namespace {

using serving::CubeKey;
using serving::CubeSource;
using serving::CubeSpec;
using serving::Dimension;
using serving::Grain;
using serving::Histogram;
using serving::Measures;
using serving::TotalsFace;
using serving::TotalsRow;

const BusinessDate kUntil = CityOptions().until;

// The longest period that anything of a city falls into.
const BusinessDate kFirst{kUntil.days - 6 * 366};
const BusinessDate kLast{kUntil.days + 500};  // beyond the year too

std::vector<BusinessDate> closes() {
  // Before anything, in the middle of the periods, at their end, after everything.
  return {kFirst, {kUntil.days - 700}, {kUntil.days - 100}, {kUntil.days - 30}, {kUntil.days - 1}, kLast};
}

// What is compared below was in part recorded long after it happened.
TEST(FoldedWorlds, hold_events_that_came_more_than_thirty_days_late) {
  constexpr std::int64_t kThirtyDaysUs = 30LL * 86'400 * 1'000'000;
  for (const auto& in : worlds()) {
    std::size_t late = 0;
    for (std::uint32_t book = 0; book < in->world.log().books(); ++book) {
      const auto units = in->world.log().read(book, 0, UINT32_MAX, SIZE_MAX);
      ASSERT_TRUE(units);
      for (const auto& unit : *units) {
        const auto event = in->world.codec().decode(unit.events.front()).value();
        late += event.recorded_at.us - event.occurred_at.us > kThirtyDaysUs ? 1 : 0;
      }
    }
    EXPECT_GE(late, 10U);
  }
}

// --- Totals: a question put to both.

struct Question {
  const CubeSpec* cube = nullptr;
  TotalsFace face = TotalsFace::now;
  BusinessDate close = {};
  std::optional<serving::MerchantNo> merchant = {};
  bool by_bucket = true;
  bool by_key = true;
  serving::Dimensions group_by = {};
  BusinessDate from = kFirst;  // [from, until), whole buckets
  BusinessDate until = kLast;
};

std::string describe(const Question& q) {
  return q.cube->name +
         (q.face == TotalsFace::now    ? " now"
          : q.face == TotalsFace::then ? " then"
                                       : " difference") +
         " close " + to_text(q.close) + (q.merchant ? " merchant " + std::to_string(*q.merchant) : "") +
         " from " + to_text(q.from) + " until " + to_text(q.until);
}

constexpr std::array kDimensions{Dimension::method,  Dimension::status, Dimension::kind,
                                 Dimension::channel, Dimension::issuer, Dimension::organisation};

By by_of(Dimension d) {
  switch (d) {
    case Dimension::method:
      return By::method;
    case Dimension::status:
      return By::status;
    case Dimension::kind:
      return By::kind;
    case Dimension::channel:
      return By::channel;
    case Dimension::issuer:
      return By::issuer;
    case Dimension::organisation:
    case Dimension::currency:
      break;
  }
  return By::organisation;
}

TimeGrain grain_of(Grain grain) {
  switch (grain) {
    case Grain::minute:
      return TimeGrain::minute;
    case Grain::hour:
      return TimeGrain::hour;
    case Grain::day:
      return TimeGrain::day;
    case Grain::month:
      return TimeGrain::month;
    case Grain::year:
      return TimeGrain::year;
  }
  return TimeGrain::none;
}

Totals ask_oracle(const Oracle& oracle, const Question& q) {
  TotalsQuery query;
  query.of_transactions = q.cube->source == CubeSource::transactions;
  query.grain = q.by_bucket ? grain_of(q.cube->grain) : TimeGrain::none;
  query.merchant = q.merchant;
  query.from = start_of(q.from);
  query.until = start_of(q.until);
  if (q.by_key && q.cube->key == CubeKey::merchant) query.by.push_back(By::merchant);
  if (q.by_key && q.cube->key == CubeKey::organisation) query.by.push_back(By::organisation);
  for (const auto d : kDimensions) {
    if (q.group_by.has(d)) query.by.push_back(by_of(d));
  }
  switch (q.face) {
    case TotalsFace::now:
      return oracle.totals(query);
    case TotalsFace::then:
      query.close = q.close;
      return oracle.totals(query);
    case TotalsFace::difference:
      break;
  }
  return oracle.difference(query, q.close);
}

std::vector<TotalsRow> ask_views(const FoldedWorld& in, const Question& q) {
  serving::TotalsQuery query;
  query.cube = q.cube->name;
  if (q.merchant) query.merchants = {*q.merchant};
  query.from = serving::bucket_of(q.cube->grain, q.from);
  query.until = serving::bucket_of(q.cube->grain, q.until);
  if (q.by_bucket) query.by = q.cube->grain;
  query.by_key = q.by_key && q.cube->key != CubeKey::none;
  query.group_by = q.group_by;
  query.percentiles = q.cube->percentiles;
  query.face = q.face;
  query.close = q.close;
  query.cells_max = 10'000'000;
  const auto answer = serving::read_totals(in.world.cubes(), *in.view.snapshot, query);
  EXPECT_TRUE(answer) << answer.error().message;
  return std::get<serving::TotalsRows>(*answer).rows;
}

TotalsKey key_of(const TotalsRow& row) {
  TotalsKey key;
  key.bucket = row.bucket.value_or(0);
  key.merchant = row.merchant;
  key.organisation = row.organisation.empty() ? row.dims.organisation : row.organisation;
  key.method = row.dims.method;
  key.status = row.dims.status;
  key.kind = row.dims.kind;
  key.channel = row.dims.channel;
  key.issuer = row.dims.issuer;
  key.currency = row.dims.currency;
  return key;
}

// Average and deviation are derived from the same exact integers: within a few ulp of the oracle's.
void expect_derived(const Measures& m, const TotalsLine& line) {
  if (m.amount.count < 1) return;
  const auto average = serving::average_text(m.amount, 6, Rounding::half_up);
  ASSERT_TRUE(average);
  EXPECT_NEAR(std::stod(*average), static_cast<double>(*line.average()),
              1e-6 + static_cast<double>(*line.average()) * 1e-15);
  const auto deviation = serving::deviation_text(m.amount, 6, Rounding::half_up);
  ASSERT_TRUE(deviation) << deviation.error().message;
  ASSERT_EQ(deviation->has_value(), line.deviation().has_value());
  if (!*deviation) return;
  EXPECT_NEAR(std::stod(**deviation), static_cast<double>(*line.deviation()),
              1e-5 + static_cast<double>(*line.deviation()) * 1e-12);
}

void expect_percentiles(const Histogram& stored, const TotalsLine& line) {
  Histogram exact;
  bool is_negative = false;
  for (const auto& [amount, times] : line.amounts) {
    exact.add(amount, times);
    is_negative = is_negative || times < 0;
  }
  EXPECT_EQ(stored, exact);
  if (is_negative || line.count < 1) return;
  for (const std::uint32_t permille : {500U, 950U, 990U, 1000U}) {
    const auto estimate = stored.quantile(permille * 10);
    ASSERT_TRUE(estimate && *estimate);
    const auto truth = *line.percentile(permille);
    EXPECT_LE(std::llabs(**estimate - truth) * 100, truth + 99) << permille;
  }
}

std::size_t expect_same(const FoldedWorld& in, const Question& q) {
  const Totals expected = ask_oracle(*in.oracle, q);
  const auto rows = ask_views(in, q);
  EXPECT_EQ(rows.size(), expected.size()) << describe(q);
  if (rows.size() != expected.size()) return 0;
  for (const auto& row : rows) {
    const auto line = expected.find(key_of(row));
    EXPECT_NE(line, expected.end()) << describe(q) << " bucket " << row.bucket.value_or(0);
    if (line == expected.end()) return 0;
    Measures m;
    m.amount = {line->second.count, line->second.sum, line->second.sumsq};
    m.gross = line->second.gross;
    m.canceled = line->second.canceled;
    EXPECT_EQ(row.sums, m) << describe(q) << " bucket " << row.bucket.value_or(0);
    if (!(row.sums == m)) return 0;
    if (q.face != TotalsFace::difference) expect_derived(row.sums, line->second);
    if (q.cube->percentiles) expect_percentiles(row.amounts, line->second);
  }
  return rows.size();
}

// --- The promises.

TEST(ViewsAgainstOracle, the_worlds_are_as_bad_as_they_should_be) {
  std::uint32_t crashes = 0;
  for (const auto& in : worlds()) {
    const auto& counts = in->world.counts();
    EXPECT_GT(counts.duplicates, 10U);
    EXPECT_GT(counts.conflicts, 0U);
    EXPECT_GT(counts.swapped, 0U);
    EXPECT_GT(counts.replayed, 0U);
    EXPECT_GT(in->oracle->payments_count(), 2'000U);
    EXPECT_TRUE(projection::equal(in->view.seen, in->world.log().end()));
    crashes += in->world.crashes();
  }
  EXPECT_GT(crashes, 0U);
}

TEST(ViewsAgainstOracle, rows_are_the_oracles_payments) {
  for (const auto& in : worlds()) {
    const auto snapshot = in->view.snapshot;
    std::uint64_t rows = 0;
    for (const auto cursor = snapshot->scan(serving::kRows, {}, {}); cursor->valid(); cursor->next()) ++rows;
    const auto all = in->oracle->list({}, serving::Sort::newest);
    EXPECT_EQ(rows, all.size());
    for (const auto& at : all) {
      const auto bytes = snapshot->get(serving::kRows, serving::row_key(at));
      ASSERT_TRUE(bytes && *bytes) << at.payment.text();
      const auto row = serving::decode_row(at, in->oracle->merchants()[at.merchant], **bytes);
      ASSERT_TRUE(row);
      const auto life = in->oracle->lifecycle(at.payment);
      ASSERT_TRUE(life);
      EXPECT_EQ(row->payment, as_a_row_keeps(life->payment)) << at.payment.text();
    }
  }
}

TEST(ViewsAgainstOracle, verification_agrees) {
  for (const auto& in : worlds()) {
    const auto report = in->world.verify(in->view);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->ok()) << report->differences.front().what;
    EXPECT_EQ(report->payments, in->oracle->payments_count());
  }
}

TEST(ViewsAgainstOracle, random_cuts_and_crashes_leave_what_one_clean_fold_leaves) {
  for (const auto& in : worlds()) {
    MemoryPlaces places;
    in->world.fold_clean(places);
    const auto difference =
        projection::compare(*in->view.snapshot, *in->world.clean().snapshot, serving::view_spaces());
    ASSERT_TRUE(difference) << difference.error().message;
    EXPECT_FALSE(*difference) << projection::describe(**difference);
  }
}

TEST(ViewsAgainstOracle, every_cube_now) {
  for (const auto& in : worlds()) {
    for (const auto& cube : in->world.cubes()) {
      EXPECT_GT(expect_same(*in, {.cube = &cube, .group_by = cube.inner}), 0U);
      EXPECT_GT(expect_same(*in, {.cube = &cube}), 0U);
      EXPECT_GT(expect_same(*in, {.cube = &cube, .by_bucket = false, .by_key = false}), 0U);
    }
  }
}

TEST(ViewsAgainstOracle, every_cube_as_of_each_close_and_the_difference) {
  for (const auto& in : worlds()) {
    std::size_t lines = 0;
    for (const auto& cube : in->world.cubes()) {
      if (!cube.history) continue;
      for (const auto close : closes()) {
        for (const auto face : {TotalsFace::then, TotalsFace::difference}) {
          lines += expect_same(*in, {.cube = &cube, .face = face, .close = close, .group_by = cube.inner});
          lines += expect_same(*in, {.cube = &cube, .face = face, .close = close, .by_bucket = false});
        }
      }
    }
    EXPECT_GT(lines, 1'000U);
  }
}

// Day by day, so that a close falls on every kind of day: the one before, of and after what happened.
TEST(ViewsAgainstOracle, every_close_of_two_months) {
  const auto& in = *worlds().front();
  for (const auto& cube : in.world.cubes()) {
    if (!cube.history || cube.grain == Grain::hour) continue;
    for (int day = -60; day < 1; ++day) {
      const BusinessDate close{kUntil.days + day};
      expect_same(in, {.cube = &cube,
                       .face = TotalsFace::then,
                       .close = close,
                       .by_bucket = false,
                       .by_key = false,
                       .group_by = cube.inner});
    }
  }
}

TEST(ViewsAgainstOracle, questions_of_one_merchant_and_a_period) {
  for (const auto& in : worlds()) {
    Rng rng(7);
    std::size_t lines = 0;
    for (int i = 0; i < 200; ++i) {
      const auto& cubes = in->world.cubes();
      Question q{.cube = &cubes[rng.below(cubes.size())]};
      if (q.cube->key == CubeKey::merchant) q.merchant = static_cast<serving::MerchantNo>(rng.below(40));
      q.from = {kUntil.days - static_cast<std::int32_t>(rng.below(1'100))};
      q.until = {q.from.days + 1 + static_cast<std::int32_t>(rng.below(400))};
      if (const auto grain = q.cube->grain; grain >= Grain::month) {
        q.from = serving::first_day_of(grain, serving::bucket_of(grain, q.from));
        q.until = serving::first_day_of(grain, serving::bucket_of(grain, q.until) + 1);
      }
      for (const auto d : kDimensions) {
        if (q.cube->inner.has(d) && rng.chance(50)) q.group_by.insert(d);
      }
      if (q.cube->history && rng.chance(50)) {
        q.face = rng.chance(50) ? TotalsFace::then : TotalsFace::difference;
        q.close = {q.from.days + static_cast<std::int32_t>(rng.below(60))};
      }
      q.by_bucket = rng.chance(50);
      q.by_key = rng.chance(50);
      lines += expect_same(*in, q);
    }
    EXPECT_GT(lines, 200U);
  }
}

TEST(ViewsAgainstOracle, top_merchants) {
  for (const auto& in : worlds()) {
    for (const auto& [from, until] :
         {std::pair{kFirst, kLast}, std::pair{BusinessDate{kUntil.days - 400}, kUntil},
          std::pair{BusinessDate{kUntil.days - 20}, BusinessDate{kUntil.days - 3}}}) {
      const auto expected = in->oracle->top_merchants(start_of(from), start_of(until), "KRW", 10);
      serving::TopQuery query{.from = from, .until = until, .limit = 10};
      const auto answer = serving::read_top(in->world.cubes(), *in->view.snapshot, query);
      ASSERT_TRUE(answer) << answer.error().message;
      std::vector<TopMerchant> got;
      for (const auto& row : std::get<serving::TopRows>(*answer).rows) {
        got.push_back({row.merchant, row.sums.amount.count, row.sums.gross, row.sums.canceled});
      }
      EXPECT_EQ(got, expected) << to_text(from);
      EXPECT_FALSE(got.empty());
    }
  }
}

TEST(ViewsAgainstOracle, sales_of_a_day_by_hour) {
  for (const auto& in : worlds()) {
    std::int64_t sold = 0;
    for (int back = 1; back <= 10; ++back) {
      const BusinessDate day{kUntil.days - back};
      const auto expected = in->oracle->sales_of(in->world.city().pathological_merchant(), day);
      const auto answer =
          serving::sales_of_day(*in->view.snapshot, in->world.city().pathological_merchant(), day);
      ASSERT_TRUE(answer) << answer.error().message;
      const auto& rows = std::get<serving::DaySales>(*answer).hours;
      for (std::uint8_t hour = 0; hour < 24; ++hour) {
        std::vector<serving::Sums> list;
        for (const auto& row : rows) {
          if (row.hour != hour) continue;
          list.push_back(row.sums);
          sold += row.sums.count;
        }
        EXPECT_EQ(list, expected[static_cast<std::size_t>(hour)]) << to_text(day) << " hour " << +hour;
      }
    }
    EXPECT_GT(sold, 0);
  }
}

TEST(ViewsAgainstOracle, the_quarantine_holds_every_contradiction_once) {
  for (const auto& in : worlds()) {
    std::vector<Conflict> stored;
    const auto cursor = in->view.snapshot->scan(serving::kQuarantine, {}, {});
    for (; cursor->valid(); cursor->next()) {
      ByteReader rest(cursor->key().substr(16));
      const auto version = rest.be32();
      stored.push_back({RawId::from_bytes(cursor->key().data()), version, rest.be64()});
    }
    EXPECT_EQ(stored, in->world.conflicts());
    std::vector<Conflict> expected;
    for (const auto& c : in->oracle->contradictions()) expected.push_back({c.stream, c.version, c.hash});
    EXPECT_EQ(stored, expected);
    EXPECT_FALSE(stored.empty());
    const auto pending = in->view.snapshot->scan(serving::kPending, {}, {});
    EXPECT_EQ(pending->valid(), in->oracle->waiting() != 0);
  }
}

// --- What went wrong elsewhere.

// apache/druid#10816, #9683, #11647: an hour that is ingested again is counted twice.
TEST(Ingest, a_replayed_hour_changes_nothing) {
  ViewsWorld world(
      {.seed = 5, .payments = 600, .merchants = 20, .books = 2},
      {.duplicate_ppm = 0, .conflict_ppm = 0, .swapped_ppm = 0, .child_first_ppm = 0, .replay_hour = false});
  world.fold_all(/*crashes=*/false);
  const auto before = world.view();
  std::size_t again = 0;
  for (std::uint32_t book = 0; book < 2; ++book) {
    const auto units = world.log().read(book, before.seen[book] / 2, 200, 1U << 20U);
    ASSERT_TRUE(units);
    for (const auto& unit : *units) world.deliver({book, unit});
    again += units->size();
  }
  EXPECT_EQ(again, 400U);
  world.fold_all(/*crashes=*/false);
  const auto after = world.view();
  EXPECT_GT(after.seen[0], before.seen[0]);
  const auto difference = projection::compare(*before.snapshot, *after.snapshot, serving::view_spaces());
  ASSERT_TRUE(difference);
  EXPECT_FALSE(*difference) << projection::describe(**difference);
  for (const auto& [name, number] : ViewsWorld::views(after).stats()) {
    EXPECT_TRUE(name != "repeats" || number >= again) << number;
    EXPECT_TRUE(name != "quarantined" || number == 0) << number;
  }
}

// A merchant with ten payments over five years, one with a third of all, and cancels of what was paid three
// years ago: right in the totals of then and now.
TEST(Totals, the_rare_and_the_pathological_merchant_and_an_old_cancel_are_right) {
  for (const auto& in : worlds()) {
    const auto& cubes = in->world.cubes();
    const auto rare = in->world.city().rare_merchant();
    const auto big = in->world.city().pathological_merchant();
    const auto of = [&](serving::MerchantNo merchant) {
      serving::PaymentFilter filter;
      filter.merchant = merchant;
      return in->oracle->list(filter, serving::Sort::newest);
    };
    EXPECT_EQ(of(rare).size(), 10U);
    EXPECT_GT(of(big).size() * 3, in->oracle->payments_count() - in->oracle->payments_count() / 5);
    for (const auto& cube : cubes) {
      if (cube.key != CubeKey::merchant) continue;
      for (const auto merchant : {rare, big}) {
        EXPECT_GT(expect_same(*in, {.cube = &cube, .merchant = merchant, .group_by = cube.inner}), 0U);
      }
    }
    // The day of an old payment, before and after its cancel came.
    std::size_t old_cancels = 0;
    for (const auto& change : in->oracle->changes_after({kUntil.days - 200})) {
      const auto day = business_date_of(change.after.at);
      if (!change.before || day.days > kUntil.days - 1'000) continue;
      if (change.before->canceled == change.after.canceled && change.before->gross == change.after.gross)
        continue;
      ++old_cancels;
      for (const auto face : {TotalsFace::then, TotalsFace::now, TotalsFace::difference}) {
        EXPECT_GT(expect_same(*in, {.cube = &cubes.front(),
                                    .face = face,
                                    .close = {kUntil.days - 200},
                                    .merchant = change.after.merchant,
                                    .group_by = cubes.front().inner,
                                    .from = day,
                                    .until = {day.days + 1}}),
                  0U);
      }
    }
    EXPECT_GT(old_cancels, 0U);
  }
}

}  // namespace
}  // namespace wonjang::testing
