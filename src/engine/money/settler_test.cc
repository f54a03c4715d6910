#include "engine/money/settler.h"

#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kFirst = day("2026-11-16");  // a Monday
BusinessDate nth(std::int32_t n) { return {kFirst.days + n}; }

struct Amounts {
  std::int64_t gross = 0;
  std::int64_t fee = 0;
};

// Counts what is asked of a snapshot: one by one, and in bulk.
struct Asked {
  std::uint64_t single = 0;
  std::uint64_t bulk = 0;
  std::size_t keys_at_once = 0;  // most
};
class CountedSnapshot final : public KvSnapshot {
 public:
  CountedSnapshot(const KvSnapshot& inner, Asked& asked) : inner_(inner), asked_(asked) {}
  Result<std::optional<std::string>> get(KvSpace space, std::string_view key) const override {
    ++asked_.single;
    return inner_.get(space, key);
  }
  Result<std::vector<std::optional<std::string>>> get_many(KvSpace space,
                                                           std::span<const std::string> keys) const override {
    ++asked_.bulk;
    asked_.keys_at_once = std::max(asked_.keys_at_once, keys.size());
    return inner_.get_many(space, keys);
  }
  std::unique_ptr<KvCursor> scan(KvSpace space, std::string_view from,
                                 std::string_view until) const override {
    return inner_.scan(space, from, until);
  }
  std::unique_ptr<KvCursor> scan_back(KvSpace space, std::string_view from,
                                      std::string_view until) const override {
    return inner_.scan_back(space, from, until);
  }

 private:
  const KvSnapshot& inner_;
  Asked& asked_;
};

class Returns : public testing::Test {
 protected:
  Returns() { rig_.clock.set(noon_of(nth(20))); }

  // A sale of the first day, and cancels of it: which day, how much.
  PaymentId sold_and_canceled(const std::vector<std::pair<std::int32_t, std::int64_t>>& cancels,
                              std::int64_t amount = 10'001) {
    const auto payment = rig_.sell(shop_, amount, nth(0));
    for (const auto& [on, back] : cancels) rig_.cancel(payment, back, nth(on));
    return payment;
  }
  // Everything open is due in a run for the 15th day: the runs of all days before found nothing.
  void let_days_pass() {
    for (std::int32_t n = 0; n < 15; ++n) rig_.must_run(nth(n));
  }
  Amounts left_of(PaymentId payment) {
    Amounts out;
    const auto lines = rig_.reader().lines_of_payment(payment).value();
    for (const auto& line : lines) {
      out.gross += line.gross;
      out.fee += line.fee;
    }
    return out;
  }
  // Settles all of `items` as a run of the 15th day would, and says how many approvals are remembered.
  std::size_t remembered_after_all() {
    const MoneyReader& reader = rig_.reader();
    const auto book = ContractBook::load(reader).value();
    const auto scope = RunScope::load(reader, book, nth(15)).value();
    const auto last_day = reader.last_open_day(nth(15)).value();
    Settler settler(book, scope, reader, last_day.value(), [](SettledChunk&&) { return Result<void>(); });
    std::vector<DueItem> items;
    MoneyRig::must(each_due(reader, scope, [&](DueItem&& due) -> Result<bool> {
      items.push_back(std::move(due));
      return true;
    }));
    MoneyRig::must(settler.settle(items));
    EXPECT_EQ(settler.settled().totals.failed(), 0U);
    return settler.remembered();
  }

  MoneyRig rig_;
  const MerchantId shop_ = rig_.shop();
};

TEST_F(Returns, of_one_approval_share_what_is_left_on_one_day_and_over_many) {
  let_days_pass();
  const auto over_days = sold_and_canceled({{1, 3'333}, {2, 3'333}, {2, 1'112}, {4, 2'223}});
  const auto on_one_day = sold_and_canceled({{4, 3'333}, {4, 3'334}, {4, 3'334}});
  const auto in_part = sold_and_canceled({{3, 1'000}, {4, 500}});

  const auto report = rig_.must_run(nth(15));

  EXPECT_EQ(report.ended.outcome, "COMPLETED");
  EXPECT_EQ(report.late, 12U);
  for (const auto payment : {over_days, on_one_day}) {
    EXPECT_EQ(left_of(payment).gross, 0);
    EXPECT_EQ(left_of(payment).fee, 0) << "what is given back in parts is the whole fee, not a won more";
  }
  EXPECT_EQ(left_of(in_part).gross, 8'501);
}

TEST_F(Returns, are_remembered_for_later_days_alone) {
  let_days_pass();
  for (int i = 0; i < 30; ++i) sold_and_canceled({{3, 100}, {3, 200}});
  EXPECT_EQ(remembered_after_all(), 0U) << "it is the last day: a run of millions would keep them all";
  sold_and_canceled({{2, 100}, {3, 200}});
  sold_and_canceled({{1, 100}, {2, 200}});
  EXPECT_EQ(remembered_after_all(), 2U);
}

// A run gives items of a later day to settle() when those of earlier days are out of its hands: the approvals
// that their returns give back are read again.
TEST_F(Returns, of_approvals_that_an_earlier_call_settled_are_read_in_bulk_however_many_they_are) {
  let_days_pass();
  for (int i = 0; i < 300; ++i) sold_and_canceled({{1, 100}});
  const auto& snapshot = rig_.snapshot();
  const MoneyReader plain(snapshot);
  const auto book = ContractBook::load(plain).value();
  const auto scope = RunScope::load(plain, book, nth(15)).value();
  std::vector<DueItem> cancels;
  MoneyRig::must(each_due(plain, scope, [&](DueItem&& due) -> Result<bool> {
    if (due.open.item.kind == settlement::LineKind::cancel) cancels.push_back(std::move(due));
    return true;
  }));
  ASSERT_EQ(cancels.size(), 300U);
  Asked asked;
  const CountedSnapshot counted(snapshot, asked);
  const MoneyReader reader(counted);
  std::uint64_t lines = 0;
  Settler settler(book, scope, reader, nth(1), [&](SettledChunk&& chunk) -> Result<void> {
    lines += chunk.body.lines.size();
    return {};
  });

  MoneyRig::must(settler.settle(cancels));

  EXPECT_EQ(lines, 300U);
  EXPECT_EQ(settler.settled().totals.failed(), 0U);
  // Balances, then three slices of payments and of their open items, the failures of all; the merchant's id.
  EXPECT_LE(asked.bulk, 1U + 3U + 3U + 1U);
  EXPECT_LE(asked.single, 1U);
  EXPECT_LE(asked.keys_at_once, 300U);
}

TEST_F(Returns, of_a_day_are_settled_as_one_by_one_when_there_are_more_than_go_into_a_call) {
  let_days_pass();
  std::vector<PaymentId> payments;
  for (int i = 0; i < 700; ++i) payments.push_back(sold_and_canceled({{1, 5'000}, {2, 4'000}, {2, 1'001}}));

  EXPECT_EQ(rig_.must_run(nth(15), 2).ended.outcome, "COMPLETED");

  for (const auto payment : payments) {
    EXPECT_EQ(left_of(payment).gross, 0);
    EXPECT_EQ(left_of(payment).fee, 0);
  }
}

}  // namespace
}  // namespace wonjang::money
