#include "engine/serving/transaction_list.h"

#include "engine/serving/list_totals.h"
#include "testing/list_world.h"

namespace wonjang::serving {
namespace {

constexpr Sort kSorts[] = {Sort::newest, Sort::oldest, Sort::largest, Sort::smallest};

std::vector<Transaction> expected(const ListWorld& world, const TransactionFilter& filter, Sort sort) {
  std::vector<Transaction> out;
  for (const auto& [merchant, t] : world.movements()) {
    if (merchant != *filter.merchant || !passes(filter, t)) continue;
    if (!filter.from.is_zero() && t.at < filter.from) continue;
    if (!filter.until.is_zero() && t.at >= filter.until) continue;
    out.push_back(t);
  }
  const auto newer = [](const Transaction& a, const Transaction& b) {
    if (a.at != b.at) return a.at > b.at;
    return std::pair(a.payment, a.version) < std::pair(b.payment, b.version);
  };
  const auto larger = [&](const Transaction& a, const Transaction& b) {
    return a.amount != b.amount ? a.amount > b.amount : newer(a, b);
  };
  std::sort(out.begin(), out.end(), [&](const Transaction& a, const Transaction& b) {
    switch (sort) {
      case Sort::newest:
        return newer(a, b);
      case Sort::oldest:
        return newer(b, a);
      case Sort::largest:
        return larger(a, b);
      case Sort::smallest:
        return larger(b, a);
    }
    return false;
  });
  return out;
}

TransactionFilter some_filter(ListWorld& world) {
  Rng& rng = world.rng();
  TransactionFilter out;
  out.merchant = static_cast<MerchantNo>(rng.below(4));
  if (rng.chance(60)) out.from = world.some_time();
  if (rng.chance(60)) out.until = world.some_time();
  if (rng.chance(30)) out.kinds = {TransactionKind::cancel, TransactionKind::reversal};
  if (rng.chance(30)) out.methods = {static_cast<std::uint8_t>(kMethods[rng.below(3)])};
  if (rng.chance(20)) out.issuers = {"11"};
  if (rng.chance(30)) out.amount_min = 1'000;
  if (rng.chance(30)) out.amount_max = 1'500;
  return out;
}

TEST(TransactionList, every_filter_and_sort_pages_to_what_sorting_a_vector_gives) {
  ListWorld world(21);
  world.fill(0, 800);
  for (int i = 0; i < 150; ++i) {
    const TransactionFilter filter = some_filter(world);
    for (const Sort sort : kSorts) {
      std::vector<Transaction> got;
      Page page{.sort = sort};
      for (;;) {
        page.limit = static_cast<std::uint32_t>(1 + world.rng().below(60));
        auto next = TransactionList::page(*world.snapshot(), filter, page);
        ASSERT_TRUE(next) << next.error().message;
        for (auto& item : next->items) got.push_back(std::move(item.transaction));
        if (!next->next) break;
        page.after = *next->next;
      }
      ASSERT_EQ(got, expected(world, filter, sort)) << code_of(sort) << " round " << i;
    }
  }
}

TEST(TransactionList, needs_a_merchant_and_its_own_cursor) {
  ListWorld world(22);
  world.fill(0, 200);
  const auto refused = TransactionList::page(*world.snapshot(), {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("name one"), std::string::npos);
  EXPECT_FALSE(ListTotals(world.sources()).transactions(*world.snapshot(), {}));
  const auto first = TransactionList::page(*world.snapshot(), {.merchant = 0}, {.limit = 3});
  ASSERT_TRUE(first && first->next);
  EXPECT_FALSE(TransactionList::page(*world.snapshot(), {.merchant = 1}, {.after = *first->next}));
}

TEST(TransactionList, too_many_to_sort_by_amount_are_refused_with_advice) {
  ListWorld world(23);
  for (std::uint64_t i = 0; i <= kListRowsMax; ++i) {
    world.add_movement(0, ListWorld::kBase.plus_us(static_cast<std::int64_t>(i)));
  }
  world.write();
  const auto refused = TransactionList::page(*world.snapshot(), {.merchant = 0}, {.sort = Sort::largest});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  const auto sums =
      ListTotals(world.sources()).transactions(*world.snapshot(), {.merchant = 0, .amount_min = 1});
  ASSERT_TRUE(sums);
  EXPECT_TRUE(std::holds_alternative<Narrow>(sums->answer));
  const auto by_cube = ListTotals(world.sources()).transactions(*world.snapshot(), {.merchant = 0});
  ASSERT_TRUE(by_cube);
  EXPECT_TRUE(std::holds_alternative<std::vector<Sums>>(by_cube->answer));
}

TEST(ListTotals, of_transactions_are_the_sums_of_all_that_pass) {
  ListWorld world(24);
  world.fill(0, 800);
  for (int i = 0; i < 300; ++i) {
    const TransactionFilter filter = some_filter(world);
    std::map<std::string, Sums> want;
    for (const auto& t : expected(world, filter, Sort::newest)) {
      auto& sums = want[t.currency];
      sums.currency = t.currency;
      sums.count += 1;
      (t.kind == TransactionKind::approval ? sums.gross : sums.canceled) += t.amount;
    }
    std::vector<Sums> wanted;
    for (const auto& [currency, sums] : want) wanted.push_back(sums);
    const auto got = ListTotals(world.sources()).transactions(*world.snapshot(), filter);
    ASSERT_TRUE(got) << got.error().message;
    ASSERT_EQ(std::get<std::vector<Sums>>(got->answer), wanted) << got->reading.index << " round " << i;
  }
}

}  // namespace
}  // namespace wonjang::serving
