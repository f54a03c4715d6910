// What looking for open items costs, and that their counts by day are right.
#include <gmock/gmock.h>

#include "engine/money/money_spaces.h"
#include "engine/money/run_plan.h"
#include "engine/money/stored.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kFirstOpen = day("2026-11-16");  // a Monday
BusinessDate nth(std::int32_t n) { return {kFirstOpen.days + n}; }

// Counts the keys of open items that cursors stand on. With `lose_items` there are none.
struct Looks {
  std::uint64_t scans = 0;
  std::uint64_t keys = 0;
  bool lose_items = false;
};

class WatchedCursor final : public KvCursor {
 public:
  WatchedCursor(std::unique_ptr<KvCursor> inner, Looks& looks) : inner_(std::move(inner)), looks_(looks) {
    note();
  }
  bool valid() const override { return inner_->valid(); }
  void next() override {
    inner_->next();
    note();
  }
  void seek(std::string_view key) override {
    inner_->seek(key);
    note();
  }
  std::string_view key() const override { return inner_->key(); }
  std::string_view value() const override { return inner_->value(); }
  Result<void> status() const override { return inner_->status(); }

 private:
  void note() { looks_.keys += inner_->valid() ? 1 : 0; }
  std::unique_ptr<KvCursor> inner_;
  Looks& looks_;
};

class WatchedSnapshot final : public KvSnapshot {
 public:
  WatchedSnapshot(std::shared_ptr<const KvSnapshot> inner, Looks& looks)
      : inner_(std::move(inner)), looks_(looks) {}
  Result<std::optional<std::string>> get(KvSpace space, std::string_view key) const override {
    return inner_->get(space, key);
  }
  Result<std::vector<std::optional<std::string>>> get_many(KvSpace space,
                                                           std::span<const std::string> keys) const override {
    return inner_->get_many(space, keys);
  }
  std::unique_ptr<KvCursor> scan(KvSpace space, std::string_view from,
                                 std::string_view until) const override {
    if (space != kOpen) return inner_->scan(space, from, until);
    ++looks_.scans;
    return std::make_unique<WatchedCursor>(inner_->scan(space, from, looks_.lose_items ? from : until),
                                           looks_);
  }
  std::unique_ptr<KvCursor> scan_back(KvSpace space, std::string_view from,
                                      std::string_view until) const override {
    return inner_->scan_back(space, from, until);
  }

 private:
  const std::shared_ptr<const KvSnapshot> inner_;
  Looks& looks_;
};

class OpenItems : public testing::Test {
 protected:
  OpenItems() { rig_.clock.set(noon_of(nth(20))); }

  void sell(MerchantId merchant, std::int32_t on, int sales) {
    for (int i = 0; i < sales; ++i) last_ = rig_.sell(merchant, 1'000 + i, nth(on));
  }
  // Keys of the items up to the day that a scan gives, by payment and version.
  std::vector<LineKey> scanned(const KvSnapshot& snapshot, BusinessDate until) {
    std::vector<LineKey> out;
    MoneyRig::must(MoneyReader(snapshot).open_items(until, [&](const OpenItem& item) -> Result<bool> {
      out.push_back(item.item.key);
      return true;
    }));
    return out;
  }
  WatchedSnapshot watched() { return {rig_.caught_up().value(), looks_}; }

  // Per day, from the items themselves.
  std::map<BusinessDate, std::uint64_t> counted_by_hand() {
    std::map<BusinessDate, std::uint64_t> out;
    for (const auto cursor = rig_.snapshot().scan(kOpen, {}, {}); cursor->valid(); cursor->next())
      ++out[KeyReader(cursor->key(), /*has_table=*/false).day()];
    return out;
  }
  void expect_right_counts() {
    const auto by_hand = counted_by_hand();
    std::uint64_t sum = 0;
    for (std::int32_t n = -1; n < 22; ++n) {
      const auto of_day = by_hand.find(nth(n));
      if (of_day != by_hand.end()) sum += of_day->second;
      EXPECT_EQ(rig_.reader().open_count(nth(n)).value(), sum) << to_text(nth(n));
    }
    // Days without any leave no record behind.
    std::uint64_t records = 0;
    const Key table(Table::open_count);
    for (const auto cursor = rig_.snapshot().scan(kSums, table.bytes(), after_prefix(table.bytes()));
         cursor->valid(); cursor->next())
      ++records;
    EXPECT_EQ(records, by_hand.size());
  }

  MoneyRig rig_;
  Looks looks_;
  PaymentId last_;
};

TEST_F(OpenItems, are_counted_by_day_through_sales_cancels_runs_and_late_returns) {
  const auto shop = rig_.shop();
  expect_right_counts();
  sell(shop, 0, 3);
  const auto first = last_;
  sell(shop, 1, 2);
  rig_.cancel(first, 400, nth(2));
  expect_right_counts();

  rig_.must_run(nth(0));
  expect_right_counts();
  EXPECT_EQ(rig_.reader().open_count(nth(0)).value(), 0U);
  rig_.cancel(first, 100, nth(1));
  rig_.begin_undoing(last_);
  expect_right_counts();
  rig_.undone(last_);
  expect_right_counts();
  for (std::int32_t n = 1; n <= 20; ++n) rig_.must_run(nth(n));
  expect_right_counts();
  EXPECT_EQ(rig_.open_items(), 0U);
}

TEST_F(OpenItems, days_that_are_settled_are_not_looked_at) {
  const auto shop = rig_.shop();
  for (std::int32_t n = 0; n < 6; ++n) sell(shop, n, 10);
  for (const std::int32_t n : {0, 1, 3, 4}) rig_.must_run(nth(n));

  EXPECT_EQ(scanned(watched(), nth(20)).size(), 20U);
  EXPECT_EQ(looks_.keys, 20U) << "more than the two days' items";
  looks_ = {};
  EXPECT_EQ(scanned(watched(), nth(1)).size(), 0U);
  EXPECT_EQ(looks_.scans, 0U) << "nothing is open so far";
}

TEST_F(OpenItems, end_where_the_caller_ends_and_at_the_day_asked_for) {
  const auto shop = rig_.shop();
  for (const std::int32_t n : {2, 5, 9}) sell(shop, n, 4);
  EXPECT_EQ(scanned(rig_.snapshot(), nth(1)).size(), 0U);
  EXPECT_EQ(scanned(rig_.snapshot(), nth(2)).size(), 4U);
  EXPECT_EQ(scanned(rig_.snapshot(), nth(8)).size(), 8U);
  EXPECT_EQ(scanned(rig_.snapshot(), kNotYet).size(), 12U);
  int given = 0;
  MoneyRig::must(
      rig_.reader().open_items(nth(20), [&](const OpenItem&) -> Result<bool> { return ++given < 6; }));
  EXPECT_EQ(given, 6);
}

TEST_F(OpenItems, fewer_than_counted_is_said_and_not_passed_over) {
  sell(rig_.shop(), 3, 2);
  looks_.lose_items = true;
  const auto snapshot = watched();

  const auto read =
      MoneyReader(snapshot).open_items(nth(20), [](const OpenItem&) -> Result<bool> { return true; });

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(read.error().message, testing::HasSubstr("items of 2026-11-19 are open than are counted"));
}

// The projection as a run reads it, watched.
class WatchedNow final : public MoneyNow {
 public:
  WatchedNow(MoneyRig& rig, Looks& looks) : rig_(rig), looks_(looks) {}
  Result<std::shared_ptr<const KvSnapshot>> caught_up() override {
    WJ_TRY(auto snapshot, rig_.caught_up());
    return std::shared_ptr<const KvSnapshot>(std::make_shared<WatchedSnapshot>(std::move(snapshot), looks_));
  }

 private:
  MoneyRig& rig_;
  Looks& looks_;
};

TEST_F(OpenItems, are_read_once_by_a_run_which_knows_their_number_before) {
  const auto shop = rig_.shop();
  sell(shop, 1, 7);  // waits for the run of its own day
  sell(shop, 2, 1'500);
  WatchedNow now(rig_, looks_);
  const auto ports = rig_.ports();
  const MoneyPorts watched_ports{now,         ports.sink,   ports.log,  ports.codec,
                                 ports.clock, ports.digest, ports.gate, ports.number_of};
  auto options = rig_.run_options(nth(2));
  std::vector<RunProgress> said;
  options.progress = [&](const RunProgress& progress) { said.push_back(progress); };

  const auto report = run_settlement(watched_ports, options);

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->items, 1'500U);
  EXPECT_EQ(report->started.items, 1'507U);
  EXPECT_EQ(looks_.keys, 1'507U);
  ASSERT_GE(said.size(), 3U);
  for (std::size_t i = 0; i < said.size(); ++i) {
    EXPECT_EQ(said[i].total, i == 0 ? 1'507U : 1'500U) << "those that wait are told as they are met";
    if (i > 0) {
      EXPECT_GE(said[i].done, said[i - 1].done);
    }
  }
  EXPECT_EQ(said.front().done, 0U);
  EXPECT_EQ(said.back().done, 1'500U);
}

}  // namespace
}  // namespace wonjang::money
