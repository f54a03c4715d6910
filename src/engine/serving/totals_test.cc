// Totals against a brute-force list: every fact that ever was, with the day it was recorded, added up anew
// for every question.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "base/rng.h"
#include "engine/serving/spaces.h"
#include "engine/serving/top_merchants.h"
#include "engine/serving/totals_reader.h"
#include "engine/serving/totals_writer.h"
#include "testing/serving_texts.h"

namespace wonjang::serving {
namespace {

using testing::HasSubstr;
using testing::Not;

// One step of a history: what the projection hands to the writer for one event.
struct Step {
  std::optional<PaymentFacts> before;
  std::optional<PaymentFacts> after;
  std::optional<TransactionFacts> transaction;
  BusinessDate recorded;
};

constexpr std::int32_t kFirstDay = 20'450;  // 2025-12-28: three turns of a month within kDays, one of a year
constexpr std::int32_t kDays = 70;

// Payments of few merchants with everything that makes totals hard: status changes, cancels weeks later, late
// arrivals, payments dated ahead of their recording, another leading approval, two currencies.
class History {
 public:
  explicit History(std::uint64_t seed) : rng_(seed) {}

  std::vector<Step> run(int steps) {
    std::vector<Step> out;
    for (int i = 0; i < steps; ++i) {
      const BusinessDate recorded{kFirstDay + i * kDays / steps};
      if (payments_.empty() || rng_.chance(45)) {
        payments_.push_back(born(recorded));
        out.push_back({std::nullopt, payments_.back(), std::nullopt, recorded});
      } else {
        out.push_back(changed(payments_[rng_.below(payments_.size())], recorded));
      }
    }
    return out;
  }

 private:
  Instant around(BusinessDate recorded) {
    std::int32_t day = recorded.days;
    if (rng_.chance(15)) day -= static_cast<std::int32_t>(rng_.below(40));
    if (rng_.chance(10)) day += static_cast<std::int32_t>(rng_.below(40));
    return start_of({day}).plus_us(static_cast<std::int64_t>(rng_.below(86'400'000'000)));
  }

  PaymentFacts born(BusinessDate recorded) {
    PaymentFacts p;
    p.merchant = static_cast<MerchantNo>(rng_.below(5));
    p.organisation = p.merchant == 4 ? "" : p.merchant % 2 == 0 ? "seoul" : "seo";
    p.status = PaymentStatus::ready;
    p.channel = static_cast<Channel>(rng_.below(3));
    p.currency = rng_.chance(85) ? "KRW" : "USD";
    p.at = around(recorded);
    p.amount = rng_.chance(5) ? 0 : static_cast<std::int64_t>(rng_.below(1ULL << (rng_.below(40) + 1)));
    return p;
  }

  Step changed(PaymentFacts& payment, BusinessDate recorded) {
    Step step{payment, std::nullopt, std::nullopt, recorded};
    const auto dice = rng_.below(10);
    if (dice < 5 || payment.gross == 0) {
      payment.status = PaymentStatus::done;
      payment.method = static_cast<std::uint8_t>(rng_.below(3) + 1);
      payment.issuer = rng_.chance(50) ? "11" : "KAKAOPAY_WITH_A_LONG_NAME";
      step.transaction = moved(payment, TransactionKind::approval, payment.amount - payment.gross, recorded);
      payment.gross = payment.amount;
    } else if (dice < 9) {
      const auto part = static_cast<std::int64_t>(
          rng_.below(static_cast<std::uint64_t>(payment.gross - payment.canceled) + 1));
      payment.canceled += part;
      payment.status =
          payment.canceled == payment.gross ? PaymentStatus::canceled : PaymentStatus::partial_canceled;
      step.transaction = moved(payment, TransactionKind::cancel, part, recorded);
    } else if (dice == 9 && payment.canceled == 0) {
      step.transaction = moved(payment, TransactionKind::reversal, payment.gross, recorded);
      payment.gross = 0;
      payment.status = PaymentStatus::aborted;
    }
    step.after = payment;  // sometimes equal to before
    return step;
  }

  TransactionFacts moved(const PaymentFacts& p, TransactionKind kind, std::int64_t amount,
                         BusinessDate recorded) {
    TransactionFacts t;
    t.merchant = p.merchant;
    t.organisation = p.organisation;
    t.kind = kind;
    t.method = p.method;
    t.issuer = p.issuer;
    t.channel = p.channel;
    t.currency = p.currency;
    t.at = around(recorded);
    t.amount = amount;
    return t;
  }

  Rng rng_;
  std::vector<PaymentFacts> payments_;
};

// The built-in cubes and some that use what those don't.
std::vector<CubeSpec> cubes_under_test() {
  using D = Dimension;
  auto cubes = builtin_cubes();
  cubes.push_back({.id = 1'024,
                   .name = "everything",
                   .key = CubeKey::none,
                   .inner = {D::method, D::status, D::channel, D::issuer, D::organisation, D::currency},
                   .grain = Grain::day,
                   .percentiles = true});
  cubes.push_back({.id = 1'025,
                   .name = "minutes",
                   .source = CubeSource::transactions,
                   .inner = {D::kind, D::channel, D::organisation, D::currency},
                   .grain = Grain::minute,
                   .percentiles = true});
  cubes.push_back({.id = 1'026,
                   .name = "by_bucket",
                   .key = CubeKey::organisation,
                   .order = CubeOrder::bucket_first,
                   .inner = {D::status, D::currency},
                   .grain = Grain::month});
  cubes.push_back({.id = 1'027,
                   .name = "days_side_by_side",
                   .order = CubeOrder::bucket_first,
                   .inner = {D::currency},
                   .history = false});
  cubes.push_back({.id = 65'535, .name = "last", .inner = {D::status, D::currency}, .grain = Grain::month});
  return cubes;
}

class Oracle {
 public:
  explicit Oracle(const std::vector<Step>& steps) {
    for (const auto& step : steps) {
      if (step.before) add(fact_of(*step.before), -1, step.recorded);
      if (step.after) add(fact_of(*step.after), +1, step.recorded);
      if (step.transaction) add(fact_of(*step.transaction), +1, step.recorded);
    }
  }

  std::vector<TotalsRow> answer(const CubeSpec& cube, const TotalsQuery& query) const {
    std::map<std::tuple<std::int32_t, MerchantNo, std::string_view, GroupDims>, TotalsRow> rows;
    for (const auto& [fact, sign, recorded] : entries_) {
      if (fact.source != cube.source || !counts(query.face, recorded, query.close) ||
          !passes(cube, query, fact)) {
        continue;
      }
      TotalsRow row = row_of(cube, query, fact);
      auto& sum = rows.try_emplace({row.bucket.value_or(0), row.merchant, fact.organisation, row.dims}, row)
                      .first->second;
      Measures m;
      EXPECT_TRUE(m.amount.add_value(fact.amount));
      m.gross = fact.gross;
      m.canceled = fact.canceled;
      EXPECT_TRUE(sign > 0 ? sum.sums.add(m) : sum.sums.subtract(m));
      if (query.percentiles) sum.amounts.add(fact.amount, sign);
    }
    return joined(std::move(rows));
  }

 private:
  struct Entry {
    Fact fact;
    int sign;
    BusinessDate recorded;
  };

  void add(const Fact& fact, int sign, BusinessDate recorded) { entries_.push_back({fact, sign, recorded}); }

  static bool counts(TotalsFace face, BusinessDate recorded, BusinessDate close) {
    return face == TotalsFace::now || (face == TotalsFace::then ? recorded <= close : recorded > close);
  }

  template <typename T, typename U>
  static bool allows(const std::vector<T>& wanted, const U& value) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
  }

  static bool passes(const CubeSpec& cube, const TotalsQuery& q, const Fact& f) {
    const auto bucket = f.buckets[static_cast<std::size_t>(cube.grain)];
    return bucket >= q.from && bucket < q.until && allows(q.merchants, f.merchant) &&
           allows(q.organisations, f.organisation) && allows(q.methods, f.method) &&
           allows(q.statuses, f.status) && allows(q.kinds, f.kind) && allows(q.channels, f.channel) &&
           allows(q.issuers, f.issuer) && allows(q.currencies, f.currency);
  }

  static TotalsRow row_of(const CubeSpec& cube, const TotalsQuery& q, const Fact& f) {
    TotalsRow row;
    if (q.by) row.bucket = f.buckets[static_cast<std::size_t>(*q.by)];
    if (q.by_key && cube.key == CubeKey::merchant) row.merchant = f.merchant;
    if (q.by_key && cube.key == CubeKey::organisation) row.organisation = f.organisation;
    row.dims.currency = f.currency;
    if (q.group_by.has(Dimension::method)) row.dims.method = f.method;
    if (q.group_by.has(Dimension::status)) row.dims.status = f.status;
    if (q.group_by.has(Dimension::kind)) row.dims.kind = f.kind;
    if (q.group_by.has(Dimension::channel)) row.dims.channel = f.channel;
    if (q.group_by.has(Dimension::issuer)) row.dims.issuer = f.issuer;
    if (q.group_by.has(Dimension::organisation)) row.dims.organisation = f.organisation;
    return row;
  }

  // The rows were told apart by organisation whether asked or not, so that the map's key is short to write.
  template <typename Rows>
  static std::vector<TotalsRow> joined(Rows rows) {
    std::map<std::tuple<std::optional<std::int32_t>, MerchantNo, std::string, GroupDims>, TotalsRow> out;
    for (const auto& [key, row] : rows) {
      const auto [at, is_new] = out.try_emplace({row.bucket, row.merchant, row.organisation, row.dims}, row);
      if (is_new) continue;
      EXPECT_TRUE(at->second.sums.add(row.sums));
      at->second.amounts.add(row.amounts);
    }
    std::vector<TotalsRow> list;
    for (auto& [key, row] : out) {
      if (!row.sums.is_zero() || !row.amounts.is_zero()) list.push_back(row);
    }
    return list;
  }

  std::vector<Entry> entries_;  // into the steps
};

class Store {
 public:
  KvStore& kv() { return *kv_; }
  std::unique_ptr<KvSnapshot> snapshot() const { return kv_->snapshot(); }

  Result<void> finish(TotalsWriter& writer) {
    KvBatch batch;
    WJ_CHECK(writer.finish(*snapshot(), batch));
    return kv_->write(batch);
  }

  // Every key and value of both spaces.
  std::map<std::string, std::string> content() const {
    std::map<std::string, std::string> out;
    const auto snapshot = this->snapshot();
    for (const KvSpace space : {kTotalsNow, kTotalsLate}) {
      for (auto cursor = snapshot->scan(space, "", ""); cursor->valid(); cursor->next()) {
        out[std::to_string(space) + " " + to_hex(cursor->key())] = to_hex(cursor->value());
      }
    }
    return out;
  }

 private:
  std::unique_ptr<KvStore> kv_ = new_memory_store(view_spaces());
};

Result<void> take(TotalsWriter& writer, const Step& step) {
  WJ_CHECK(writer.change(step.before ? &*step.before : nullptr, step.after ? &*step.after : nullptr,
                         step.recorded));
  return step.transaction ? writer.add(*step.transaction, step.recorded) : Result<void>();
}

void fold(Store& store, TotalsWriter& writer, std::span<const Step> steps, Rng& cuts,
          std::uint64_t batch_max) {
  while (!steps.empty()) {
    const auto size = std::min<std::uint64_t>(steps.size(), cuts.below(batch_max) + 1);
    for (const auto& step : steps.first(size)) ASSERT_TRUE(take(writer, step));
    const auto done = store.finish(writer);
    ASSERT_TRUE(done) << done.error().message;
    steps = steps.subspan(size);
  }
}

class Totals : public ::testing::Test {
 protected:
  static constexpr int kSteps = 1'200;

  void SetUp() override {
    const int seed = testing::UnitTest::GetInstance()->random_seed();
    seed_ = seed == 0 ? 1 : static_cast<std::uint64_t>(seed);
    RecordProperty("seed", std::to_string(seed_));
    steps_ = History(seed_).run(kSteps);
    oracle_ = std::make_unique<Oracle>(steps_);
    Rng cuts(seed_);
    TotalsWriter writer(cubes_);
    fold(store_, writer, steps_, cuts, 90);
  }

  const CubeSpec& cube(std::string_view name) const {
    return *std::find_if(cubes_.begin(), cubes_.end(), [&](const auto& c) { return c.name == name; });
  }

  TotalsQuery whole(const CubeSpec& cube) const {
    TotalsQuery query;
    query.cube = cube.name;
    query.from = bucket_of(cube.grain, BusinessDate{kFirstDay - 50});
    query.until = bucket_of(cube.grain, BusinessDate{kFirstDay + kDays + 80});
    query.by = cube.grain;
    query.by_key = cube.key != CubeKey::none;
    query.group_by = cube.inner;
    query.percentiles = cube.percentiles;
    query.cells_max = 1'000'000;
    return query;
  }

  TotalsRows read(const TotalsQuery& query) const {
    auto answer = read_totals(cubes_, *store_.snapshot(), query);
    EXPECT_TRUE(answer) << answer.error().message;
    if (!answer) return {};
    EXPECT_TRUE(std::holds_alternative<TotalsRows>(*answer)) << query.cube;
    return std::get<TotalsRows>(*answer);
  }

  const std::vector<CubeSpec> cubes_ = cubes_under_test();
  std::uint64_t seed_ = 0;
  std::vector<Step> steps_;
  std::unique_ptr<Oracle> oracle_;
  Store store_;
};

TEST_F(Totals, every_cube_is_right_now_at_every_close_and_in_the_difference) {
  for (const auto& cube : cubes_) {
    auto query = whole(cube);
    const auto now = read(query).rows;
    ASSERT_FALSE(now.empty());
    ASSERT_EQ(now, oracle_->answer(cube, query)) << cube.name << ", seed " << seed_;
    if (!cube.history) continue;
    for (std::int32_t day = kFirstDay - 2; day <= kFirstDay + kDays + 1; ++day) {
      query.close = {day};
      for (const auto face : {TotalsFace::then, TotalsFace::difference}) {
        query.face = face;
        ASSERT_EQ(read(query).rows, oracle_->answer(cube, query))
            << cube.name << ", close of " << to_text(query.close) << ", seed " << seed_;
      }
    }
  }
}

// Any filter, grouping, period, roll-up and face.
TEST_F(Totals, any_question_is_answered_as_by_adding_up) {
  Rng rng(seed_);
  const auto some = [&](auto values) {
    std::erase_if(values, [&](const auto&) { return rng.chance(50); });
    if (rng.chance(60)) values.clear();
    return values;
  };
  int rows = 0;
  for (int i = 0; i < 2'500; ++i) {
    const auto& cube = cubes_[rng.below(cubes_.size())];
    auto query = whole(cube);
    const auto span = static_cast<std::uint64_t>(query.until - query.from);
    query.from += static_cast<std::int32_t>(rng.below(span));
    query.until = std::min(query.until, query.from + static_cast<std::int32_t>(rng.below(span)));
    if (cube.order == CubeOrder::bucket_first && rng.chance(30)) query.until = query.from;
    query.by_key = query.by_key && rng.chance(50);
    query.by = rng.chance(30) ? std::nullopt : std::optional(static_cast<Grain>(rng.below(4) + 1));
    if (query.by && *query.by < cube.grain) query.by = cube.grain;
    query.percentiles = query.percentiles && rng.chance(30);
    query.group_by = {};
    for (const auto d : {Dimension::method, Dimension::status, Dimension::kind, Dimension::channel,
                         Dimension::issuer, Dimension::organisation}) {
      if (cube.inner.has(d) && rng.chance(30)) query.group_by.insert(d);
    }
    const auto has = [&](Dimension d) { return cube.inner.has(d) && rng.chance(50); };
    if (cube.key == CubeKey::merchant) query.merchants = some(std::vector<MerchantNo>{0, 2, 3, 3, 4, 99});
    if (cube.key == CubeKey::organisation || has(Dimension::organisation)) {
      query.organisations = some(std::vector<std::string>{"", "seo", "seoul", "seoul"});
    }
    if (has(Dimension::method)) query.methods = some(std::vector<std::uint8_t>{0, 1, 3});
    if (has(Dimension::status)) query.statuses = some(std::vector<std::uint8_t>{1, 4, 5, 6});
    if (has(Dimension::kind)) query.kinds = some(std::vector<std::uint8_t>{1, 2, 3});
    if (has(Dimension::channel)) query.channels = some(std::vector<std::uint8_t>{0, 1});
    if (has(Dimension::issuer)) query.issuers = some(std::vector<std::string>{"", "11"});
    query.currencies = some(std::vector<std::string>{"KRW", "JPY"});
    if (cube.history) query.face = static_cast<TotalsFace>(rng.below(3) + 1);
    query.close = {kFirstDay + static_cast<std::int32_t>(rng.below(kDays))};

    const auto answer = read(query).rows;
    ASSERT_EQ(answer, oracle_->answer(cube, query)) << cube.name << ", question " << i << ", seed " << seed_;
    rows += static_cast<int>(answer.size());
  }
  EXPECT_GT(rows, 5'000);
}

TEST_F(Totals, the_stored_bytes_do_not_depend_on_how_batches_were_cut) {
  const auto expected = store_.content();
  Rng rng(seed_ + 1);
  for (const std::size_t cache : {std::size_t{0}, std::size_t{20'000}, std::size_t{64U << 20U}}) {
    for (const std::uint64_t batch_max : {1U, 10U, 5'000U}) {
      Store store;
      TotalsWriter writer(cubes_, cache);
      fold(store, writer, steps_, rng, batch_max);
      ASSERT_EQ(store.content(), expected) << "cache " << cache << ", batches up to " << batch_max;
    }
  }
}

// As TotalsRow, without what a saturated cell can't tell.
TotalsQuery without_dimensions(TotalsQuery query) {
  query.group_by = {};
  return query;
}

// With room for few groups most cells are saturated, and when depends on the cuts: what needs no dimension is
// answered exactly at every close, what needs one never partly.
TEST_F(Totals, saturated_cells_answer_what_they_know_and_refuse_the_rest) {
  std::vector<Store> stores(3);
  std::vector<std::unique_ptr<TotalsWriter>> writers;
  for (std::uint64_t i = 0; i < stores.size(); ++i) {
    Rng cuts(seed_ + 7 * i);
    writers.push_back(std::make_unique<TotalsWriter>(cubes_, i == 1 ? 0 : TotalsWriter::kCacheBytes,
                                                     /*groups_max=*/3));
    fold(stores[i], *writers.back(), steps_, cuts, i == 2 ? 1'200 : 90);
    EXPECT_GT(writers.back()->saturated_cells(), 0U);
  }
  auto one = stores[0].content(), other = stores[2].content();
  other.insert(one.begin(), one.end());  // what is there keeps its bytes
  const auto keys = std::exchange(other, stores[2].content());
  for (const auto& [key, bytes] : keys)
    EXPECT_TRUE(is_same_cell(*from_hex(one[key]), *from_hex(other[key]))) << key;
  int refused = 0, answered = 0;
  for (const auto& cube : cubes_) {
    for (const auto face : {TotalsFace::now, TotalsFace::then, TotalsFace::difference}) {
      if (face != TotalsFace::now && !cube.history) continue;
      for (std::int32_t day = kFirstDay; day < kFirstDay + kDays; day += 9) {
        TotalsQuery query = whole(cube);
        query.face = face;
        query.close = BusinessDate{day};
        for (const auto& store : stores) {
          const auto all = read_totals(cubes_, *store.snapshot(), without_dimensions(query));
          ASSERT_TRUE(all) << all.error().message;
          ASSERT_TRUE(std::holds_alternative<TotalsRows>(*all)) << cube.name;
          EXPECT_EQ(std::get<TotalsRows>(*all).rows, oracle_->answer(cube, without_dimensions(query)));
          const auto apart = read_totals(cubes_, *store.snapshot(), query);
          ASSERT_TRUE(apart) << apart.error().message;
          if (const auto* rows = std::get_if<TotalsRows>(&*apart)) {
            ++answered;
            EXPECT_EQ(rows->rows, oracle_->answer(cube, query));
          } else {
            ++refused;
            EXPECT_THAT(std::get<Narrow>(*apart).what, HasSubstr(cube.name));
            EXPECT_THAT(std::get<Narrow>(*apart).what, HasSubstr("ask without filtering or grouping"));
            query.asker = Asker::list;  // which can't be grouped, nor filtered by currency
            const auto beside = read_totals(cubes_, *store.snapshot(), query);
            query.asker = Asker::totals;
            ASSERT_TRUE(beside) << beside.error().message;
            EXPECT_THAT(std::get<Narrow>(*beside).what, HasSubstr("without totals (`totals`)"));
            EXPECT_THAT(std::get<Narrow>(*beside).what, Not(HasSubstr("group by")));
            EXPECT_THAT(std::get<Narrow>(*beside).what, Not(HasSubstr("`groupBy`")));
          }
        }
      }
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_GT(answered, 0);
}

TEST_F(Totals, an_abandoned_batch_changes_nothing) {
  Store store;
  Rng rng(seed_ + 2);
  TotalsWriter writer(cubes_);
  std::span<const Step> steps = steps_;
  while (!steps.empty()) {
    const auto size = std::min<std::uint64_t>(steps.size(), rng.below(60) + 1);
    for (const auto& step : steps.first(size)) ASSERT_TRUE(take(writer, step));
    if (rng.chance(50)) {  // half of these after finish(): the store failed to write the batch
      KvBatch lost;
      if (rng.chance(50)) {
        ASSERT_TRUE(writer.finish(*store.snapshot(), lost));
      }
      writer.abandon();
      continue;
    }
    ASSERT_TRUE(store.finish(writer));
    steps = steps.subspan(size);
  }
  EXPECT_EQ(store.content(), store_.content());
}

TEST_F(Totals, what_is_taken_back_wholly_leaves_no_cell) {
  TotalsWriter writer(cubes_);
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    ASSERT_TRUE(writer.change(step->after ? &*step->after : nullptr, step->before ? &*step->before : nullptr,
                              step->recorded));
  }
  ASSERT_TRUE(store_.finish(writer));
  for (const auto& cube : cubes_) {
    if (cube.source != CubeSource::payments) continue;
    EXPECT_TRUE(read(whole(cube)).rows.empty()) << cube.name;
  }
  for (const auto& [key, value] : store_.content()) {
    const auto id = static_cast<std::uint16_t>(std::stoul(key.substr(key.find(' ') + 1, 4), nullptr, 16));
    const auto of = std::find_if(cubes_.begin(), cubes_.end(), [&](const auto& c) { return c.id == id; });
    EXPECT_EQ(of->source, CubeSource::transactions) << key;
  }
}

// The alarm of the projection: something is taken back that was never added.
TEST_F(Totals, a_count_below_zero_is_named_and_nothing_is_written) {
  const auto before = store_.content();
  PaymentFacts never;
  never.merchant = 3;
  never.status = PaymentStatus::expired;
  never.currency = "KRW";
  never.at = start_of({kFirstDay});
  never.amount = 100;
  TotalsWriter writer(cubes_);
  ASSERT_TRUE(writer.change(&never, nullptr, {kFirstDay}));
  const auto done = store_.finish(writer);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(done.error().message,
              HasSubstr("merchant_day, merchant 3, 2025-12-28: a group would go below zero"));
  EXPECT_EQ(store_.content(), before);

  // The writer forgot it: the next batch is an ordinary one.
  ASSERT_TRUE(writer.change(nullptr, &never, {kFirstDay}));
  EXPECT_TRUE(store_.finish(writer));
}

// Of a payment from before the bound on totals (domain/payment.h), beside new ones.
TEST_F(Totals, an_amount_beyond_what_a_new_payment_may_have_counts_as_it_stands) {
  constexpr std::int64_t kOld = (std::int64_t{1} << 53) - 1;
  Store store;
  TotalsWriter writer(cubes_);
  PaymentFacts p;
  p.currency = "KRW";
  p.at = start_of({kFirstDay});
  for (const std::int64_t amount : {kOld, kOld, kTotalMax}) {
    p.amount = p.gross = amount;
    ASSERT_TRUE(writer.change(nullptr, &p, {kFirstDay}));
  }
  ASSERT_TRUE(store.finish(writer));
  const auto answer = read_totals(cubes_, *store.snapshot(), whole(cube("merchant_day")));
  ASSERT_TRUE(answer);
  const auto& rows = std::get<TotalsRows>(*answer).rows;
  ASSERT_EQ(rows.size(), 1U);
  const auto square = [](std::int64_t v) { return static_cast<int128>(v) * v; };
  EXPECT_EQ(rows[0].sums.amount.count, 3);
  EXPECT_EQ(rows[0].sums.gross, static_cast<int128>(kOld) * 2 + kTotalMax);
  EXPECT_EQ(rows[0].sums.amount.sumsq, square(kOld) * 2 + square(kTotalMax));
}

// A sum below zero with a count that isn't: the facts before weren't the ones that were added.
TEST_F(Totals, an_amount_that_was_never_counted_cannot_be_taken_back) {
  Store store;
  TotalsWriter writer(cubes_);
  PaymentFacts p;
  p.currency = "KRW";
  p.at = start_of({kFirstDay});
  p.amount = 100;
  ASSERT_TRUE(writer.change(nullptr, &p, {kFirstDay}));
  ASSERT_TRUE(store.finish(writer));
  PaymentFacts other = p;
  other.gross = 100;
  ASSERT_TRUE(writer.change(&other, nullptr, {kFirstDay}));
  const auto done = store.finish(writer);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("below zero"));
}

TEST_F(Totals, broken_bytes_are_named_with_their_cell) {
  const auto snapshot = store_.snapshot();
  std::string first, until;
  append_cell_key(first, cube("merchant_day"), 0, "", kFirstDay);
  append_cell_key(until, cube("merchant_day"), 1, "", kFirstDay);
  const auto cursor = snapshot->scan(kTotalsNow, first, until);
  ASSERT_TRUE(cursor->valid());
  KvBatch batch;
  batch.put(kTotalsNow, cursor->key(), std::string(cursor->value()) + "x");
  ASSERT_TRUE(store_.kv().write(batch));

  auto query = whole(cube("merchant_day"));
  const auto read = read_totals(cubes_, *store_.snapshot(), query);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
}

TEST_F(Totals, a_live_stream_reads_almost_no_cells) {
  Store store;
  TotalsWriter writer(cubes_);
  Rng cuts(3);
  fold(store, writer, steps_, cuts, 20);
  std::map<std::string, std::uint64_t> stats;
  for (const auto& [name, number] : writer.stats()) stats[name] = number;
  // Each once, when it was new; again those that were emptied in between.
  EXPECT_LT(stats["totals_cells_read"], store.content().size() + 50);
  EXPECT_GT(stats["totals_cells_hot"], stats["totals_cells_written"] / 4);
}

TEST_F(Totals, a_day_needs_one_cell_and_says_so) {
  auto query = whole(cube("merchant_day"));
  query.merchants = {2};
  query.group_by = {};
  const auto answer = read(query);
  std::map<std::int32_t, int> days;
  for (const auto& row : answer.rows) ++days[*row.bucket];
  EXPECT_EQ(answer.reading.rows_read, days.size());
  EXPECT_EQ(answer.reading.seeks, 1U);
}

TEST_F(Totals, a_question_beyond_its_ceiling_is_refused_with_what_to_narrow) {
  for (const auto* name : {"merchant_day", "minutes", "sales_hour", "by_bucket", "days_side_by_side"}) {
    auto query = whole(cube(name));
    const auto cells = read(query).reading.rows_read;
    query.cells_max = cells;
    read(query);
    query.cells_max = cells - 1;
    const auto answer = read_totals(cubes_, *store_.snapshot(), query);
    ASSERT_TRUE(answer);
    ASSERT_TRUE(std::holds_alternative<Narrow>(*answer)) << name;
    EXPECT_EQ(std::get<Narrow>(*answer).rows_max, cells - 1);
    EXPECT_THAT(std::get<Narrow>(*answer).what, HasSubstr("shorten the period"));
  }
}

TEST_F(Totals, an_answer_of_more_rows_than_allowed_is_refused_with_what_to_narrow) {
  for (const auto* name : {"merchant_day", "minutes", "sales_hour", "by_bucket", "days_side_by_side"}) {
    auto query = whole(cube(name));
    query.rows_max = read(query).rows.size();
    ASSERT_GT(query.rows_max, 1U) << name;
    EXPECT_EQ(read(query).rows.size(), query.rows_max);
    --query.rows_max;
    const auto answer = read_totals(cubes_, *store_.snapshot(), query);
    ASSERT_TRUE(answer);
    ASSERT_TRUE(std::holds_alternative<Narrow>(*answer)) << name;
    EXPECT_EQ(std::get<Narrow>(*answer).rows_max, query.rows_max);
    EXPECT_THAT(std::get<Narrow>(*answer).what, HasSubstr("coarser grain"));
  }
}

TEST_F(Totals, a_question_the_cube_cannot_answer_says_what_it_can) {
  struct Case {
    const char* cube;
    void (*change)(TotalsQuery&);
    const char* message;
  };
  const Case cases[] = {
      {"merchant_day", [](TotalsQuery& q) { q.cube = "merchant_week"; }, "there are merchant_day, "},
      {"merchant_day", [](TotalsQuery& q) { q.channels = {1}; }, "tells apart method, status, currency"},
      {"merchant_day", [](TotalsQuery& q) { q.group_by.insert(Dimension::kind); },
       "tells apart method, status"},
      {"merchant_day", [](TotalsQuery& q) { q.by = Grain::hour; }, "is kept by day"},
      {"merchant_day", [](TotalsQuery& q) { q.percentiles = true; }, "keeps no percentiles"},
      {"sales_hour", [](TotalsQuery& q) { q.merchants = {1}; }, "is not kept by merchant"},
      {"sales_hour", [](TotalsQuery& q) { q.by_key = true; }, "has no key"},
      {"merchant_sales_month", [](TotalsQuery& q) { q.face = TotalsFace::then; }, "keeps no history"},
      {"merchant_day", [](TotalsQuery& q) { q.until = q.from - 1; }, "ends before it begins"},
  };
  for (const auto& [name, change, message] : cases) {
    auto query = whole(cube(name));
    change(query);
    const auto answer = read_totals(cubes_, *store_.snapshot(), query);
    ASSERT_FALSE(answer) << message;
    EXPECT_EQ(answer.error().kind, ErrorKind::invalid);
    EXPECT_THAT(answer.error().message, HasSubstr(message));
  }
}

TEST_F(Totals, top_merchants_are_those_of_any_period_of_days) {
  Rng rng(seed_);
  for (int i = 0; i < 400; ++i) {
    TopQuery top;
    top.from = {kFirstDay - 45 + static_cast<std::int32_t>(rng.below(120))};
    top.until = {top.from.days + static_cast<std::int32_t>(rng.below(120))};
    if (i % 2 == 0) {  // whole years, and years less some of their months
      top.from.days -= static_cast<std::int32_t>(rng.below(500));
      top.until.days += static_cast<std::int32_t>(rng.below(500));
    }
    top.currency = rng.chance(70) ? "KRW" : "USD";
    top.by = static_cast<TopBy>(rng.below(4) + 1);
    top.limit = static_cast<std::uint32_t>(rng.below(6) + 1);
    const auto answer = read_top(cubes_, *store_.snapshot(), top);
    ASSERT_TRUE(answer) << answer.error().message;

    auto query = whole(cube("merchant_day"));
    query.from = top.from.days;
    query.until = top.until.days;
    query.by = std::nullopt;
    query.group_by = {};
    query.currencies = {top.currency};
    auto rows = oracle_->answer(cube("merchant_day"), query);
    std::stable_sort(rows.begin(), rows.end(), [&](const TotalsRow& a, const TotalsRow& b) {
      const auto of = [&](const TotalsRow& r) {
        const int128 by[] = {0, r.sums.net(), r.sums.gross, r.sums.amount.count, r.sums.canceled};
        return by[static_cast<std::size_t>(top.by)];
      };
      return of(a) > of(b);
    });
    rows.resize(std::min<std::size_t>(rows.size(), top.limit));
    const auto& got = std::get<TopRows>(*answer).rows;
    ASSERT_EQ(got.size(), rows.size()) << "seed " << seed_;
    for (std::size_t at = 0; at < rows.size(); ++at) {
      ASSERT_EQ(got[at].merchant, rows[at].merchant) << "seed " << seed_;
      ASSERT_EQ(got[at].sums, rows[at].sums);
    }
  }
}

TEST_F(Totals, top_reads_months_where_it_can_and_is_bounded) {
  TopQuery top;
  top.from = *parse_business_date("2025-12-30");
  top.until = *parse_business_date("2026-02-02");
  const auto answer = read_top(cubes_, *store_.snapshot(), top);
  const auto& reading = std::get<TopRows>(*answer).reading;
  EXPECT_EQ(reading.index, "totals merchant_sales_month + merchant_day");
  // Five merchants: a whole month, the merchants of the months at the edges, three days there.
  EXPECT_LE(reading.rows_read, 5U + 2 * 5 + 3 * 5);
  top.cells_max = reading.rows_read - 1;
  EXPECT_TRUE(std::holds_alternative<Narrow>(*read_top(cubes_, *store_.snapshot(), top)));
  top.cells_max = TopQuery{}.cells_max;
  top.from = *parse_business_date("2026-01-01");
  top.until = *parse_business_date("2026-02-01");
  const auto month = read_top(cubes_, *store_.snapshot(), top);
  EXPECT_EQ(std::get<TopRows>(*month).reading.index, "totals merchant_sales_month");
  EXPECT_LE(std::get<TopRows>(*month).reading.rows_read, 5U);

  top.from = *parse_business_date("2024-12-01");
  top.until = *parse_business_date("2026-12-01");
  const auto years = read_top(cubes_, *store_.snapshot(), top);
  EXPECT_EQ(std::get<TopRows>(*years).reading.index, "totals merchant_sales_year + merchant_sales_month");
  EXPECT_LE(std::get<TopRows>(*years).reading.rows_read, 10U) << "two years, and two months without anything";
  top.year_cube.clear();
  const auto months = read_top(cubes_, *store_.snapshot(), top);
  EXPECT_GT(std::get<TopRows>(*months).reading.rows_read, std::get<TopRows>(*years).reading.rows_read);
  EXPECT_EQ(std::get<TopRows>(*months).rows, std::get<TopRows>(*years).rows);

  top.year_cube = "last";
  EXPECT_THAT(read_top(cubes_, *store_.snapshot(), top).error().message, HasSubstr("of a year side by side"));
  top.year_cube = "merchant_sales_year";
  top.month_cube = "last";
  EXPECT_THAT(read_top(cubes_, *store_.snapshot(), top).error().message, HasSubstr("side by side"));
  top.month_cube = "merchant_sales_month";
  for (const auto* days : {"days_side_by_side", "merchant_day_transactions", "everything"}) {
    top.day_cube = days;
    EXPECT_THAT(read_top(cubes_, *store_.snapshot(), top).error().message,
                HasSubstr("a merchant's days of the"));
  }
  top.limit = 0;
  EXPECT_EQ(read_top(cubes_, *store_.snapshot(), top).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace wonjang::serving
