#include "engine/serving/sales_of_day.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"
#include "engine/serving/cube.h"
#include "engine/serving/row.h"
#include "engine/serving/spaces.h"
#include "testing/serving_texts.h"

namespace wonjang::serving {
namespace {

constexpr BusinessDate kDay{20'450};
constexpr std::int64_t kHourUs = 3'600'000'000;

void put(KvBatch& batch, MerchantNo merchant, const Transaction& t) {
  std::string bytes;
  encode_transaction(t, bytes);
  batch.put(kTransactions, transaction_key(merchant, t.at, t.payment, t.version), bytes);
}

Transaction transaction(std::uint64_t id, Instant at, TransactionKind kind, std::int64_t amount,
                        std::string currency) {
  Transaction t;
  t.payment = PaymentId(RawId(id));
  t.kind = kind;
  t.method = Method::card;
  t.currency = std::move(currency);
  t.at = t.payment_at = at;
  t.amount = amount;
  return t;
}

TEST(SalesOfDay, are_the_days_transactions_of_one_merchant_by_hour_and_currency) {
  const auto store = new_memory_store(view_spaces());
  Rng rng(41);
  KvBatch batch;
  std::map<std::pair<int, std::string>, Sums> expected;
  for (std::uint64_t i = 1; i < 3'000; ++i) {
    // Three days, and their very edges.
    std::int64_t offset = static_cast<std::int64_t>(rng.below(72 * kHourUs)) - 24 * kHourUs;
    if (i % 50 == 0)
      offset =
          static_cast<std::int64_t>(rng.below(2)) * 24 * kHourUs - static_cast<std::int64_t>(rng.below(2));
    const MerchantNo merchant = static_cast<MerchantNo>(6 + rng.below(3));
    const auto kind = static_cast<TransactionKind>(rng.below(3) + 1);
    const auto t = transaction(i, start_of(kDay).plus_us(offset), kind,
                               static_cast<std::int64_t>(rng.below(100'000)), rng.chance(80) ? "KRW" : "USD");
    put(batch, merchant, t);
    if (merchant != 7 || offset < 0 || offset >= 24 * kHourUs) continue;
    auto& sums = expected[{static_cast<int>(offset / kHourUs), t.currency}];
    ++sums.count;
    (kind == TransactionKind::approval ? sums.gross : sums.canceled) += t.amount;
  }
  ASSERT_TRUE(store->write(batch));
  const auto answer = sales_of_day(*store->snapshot(), 7, kDay);
  ASSERT_TRUE(answer) << answer.error().message;
  const auto& sales = std::get<DaySales>(*answer);
  ASSERT_EQ(sales.hours.size(), expected.size());
  std::uint64_t rows = 0;
  auto at = sales.hours.begin();
  for (const auto& [key, sums] : expected) {
    EXPECT_EQ(at->hour, key.first);
    EXPECT_EQ(at->sums.currency, key.second);
    EXPECT_EQ(at->sums.count, sums.count);
    EXPECT_TRUE(at->sums.net() == sums.net());
    EXPECT_TRUE(at->sums.gross == sums.gross);
    rows += static_cast<std::uint64_t>(sums.count);
    ++at;
  }
  EXPECT_EQ(sales.reading.rows_read, rows);
}

TEST(SalesOfDay, tells_minutes_from_the_moment_that_is_asked_for) {
  const auto store = new_memory_store(view_spaces());
  KvBatch batch;
  const auto noon = start_of(kDay).plus_us(12 * kHourUs);
  std::uint64_t id = 0;
  for (const std::int64_t seconds : {-60, -1, 0, 59, 60, 61})
    put(batch, 7,
        transaction(++id, noon.plus_us(seconds * 1'000'000), TransactionKind::approval, 100, "KRW"));
  ASSERT_TRUE(store->write(batch));
  const auto found = std::get<DaySales>(*sales_of_day(*store->snapshot(), 7, kDay, noon));
  ASSERT_EQ(found.minutes.size(), 2U);
  EXPECT_EQ(bucket_text(Grain::minute, found.minutes[0].minute).substr(11), "12:00");
  EXPECT_EQ(found.minutes[0].sums.count, 2);
  EXPECT_EQ(found.minutes[1].sums.count, 2);
  EXPECT_EQ(found.hours.size(), 2U) << "hours are of the whole day";
  EXPECT_TRUE(std::get<DaySales>(*sales_of_day(*store->snapshot(), 7, kDay)).minutes.empty());
}

TEST(SalesOfDay, a_day_beyond_the_ceiling_is_refused_with_where_to_ask) {
  const auto store = new_memory_store(view_spaces());
  KvBatch batch;
  for (std::uint64_t i = 1; i <= kSalesOfDayMax; ++i) {
    put(batch, 7, transaction(i, start_of(kDay), TransactionKind::approval, 100, "KRW"));
  }
  ASSERT_TRUE(store->write(batch));
  const auto whole = sales_of_day(*store->snapshot(), 7, kDay);
  ASSERT_TRUE(whole && std::holds_alternative<DaySales>(*whole));
  EXPECT_EQ(std::get<DaySales>(*whole).hours.front().sums.count, 50'000);

  batch.clear();
  put(batch, 7, transaction(kSalesOfDayMax + 1, start_of(kDay), TransactionKind::approval, 100, "KRW"));
  ASSERT_TRUE(store->write(batch));
  const auto refused = sales_of_day(*store->snapshot(), 7, kDay);
  ASSERT_TRUE(refused && std::holds_alternative<Narrow>(*refused));
  EXPECT_THAT(std::get<Narrow>(*refused).what, testing::HasSubstr("merchant_day_transactions"));
}

TEST(SalesOfDay, broken_bytes_are_corrupt) {
  const auto store = new_memory_store(view_spaces());
  KvBatch batch;
  batch.put(kTransactions, transaction_key(7, start_of(kDay), PaymentId(RawId(1)), 0), "x");
  ASSERT_TRUE(store->write(batch));
  EXPECT_EQ(sales_of_day(*store->snapshot(), 7, kDay).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace wonjang::serving
