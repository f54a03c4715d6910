#include "engine/serving/transaction_list.h"

#include "engine/serving/list_totals.h"
#include "testing/list_world.h"

namespace wonjang::serving {
namespace {

constexpr Sort kSorts[] = {Sort::newest, Sort::oldest, Sort::largest, Sort::smallest};

// By names and status, in the plainest way: the world's names and patterns have one normal form.
bool is_payment_asked(const ListWorld& world, const TransactionFilter& filter, const Payment& payment) {
  const auto& statuses = filter.statuses;
  if (!statuses.empty() && std::find(statuses.begin(), statuses.end(), payment.status) == statuses.end())
    return false;
  if (filter.contains.empty()) return true;
  const auto pattern = Pattern::parse(world.forms(), filter.contains);
  const auto has = [&](const std::string& name) {
    return matches(*pattern, normal_form(world.forms(), name));
  };
  return has(payment.terms.buyer.name) || has(payment.terms.order_name);
}

std::vector<Transaction> expected(const ListWorld& world, const TransactionFilter& filter, Sort sort) {
  std::vector<Transaction> out;
  for (const auto& [merchant, t] : world.movements()) {
    if (merchant != *filter.merchant || !passes(filter, t)) continue;
    if (!filter.from.is_zero() && t.at < filter.from) continue;
    if (!filter.until.is_zero() && t.at >= filter.until) continue;
    if (!is_payment_asked(world, filter, world.payment_of(t))) continue;
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
  if (rng.chance(25)) out.statuses = {PaymentStatus::canceled, PaymentStatus::expired};
  if (rng.chance(15)) out.statuses = {PaymentStatus::done, PaymentStatus::canceled};
  static const char* const kTexts[] = {"김민", "라떼", "lg전자", "nobody"};
  if (rng.chance(35)) out.contains = kTexts[rng.below(4)];
  return out;
}

TEST(TransactionList, every_filter_and_sort_pages_to_what_sorting_a_vector_gives) {
  ListWorld world(21);
  world.fill(200, 800);
  for (int i = 0; i < 150; ++i) {
    const TransactionFilter filter = some_filter(world);
    const TransactionList list(world.sources(/*with_dictionary=*/world.rng().chance(70)));
    for (const Sort sort : kSorts) {
      std::vector<Transaction> got;
      Page page{.sort = sort};
      for (;;) {
        page.limit = static_cast<std::uint32_t>(1 + world.rng().below(60));
        auto next = list.page(*world.snapshot(), filter, page);
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
  world.fill(50, 200);
  const auto refused = TransactionList(world.sources()).page(*world.snapshot(), {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("name one"), std::string::npos);
  EXPECT_FALSE(ListTotals(world.sources()).transactions(*world.snapshot(), {}));
  const TransactionList list(world.sources());
  const auto first = list.page(*world.snapshot(), {.merchant = 0}, {.limit = 3});
  ASSERT_TRUE(first && first->next);
  const Page behind{.after = *first->next};
  EXPECT_TRUE(list.page(*world.snapshot(), {.merchant = 0}, behind));
  EXPECT_FALSE(list.page(*world.snapshot(), {.merchant = 1}, behind));
  TransactionFilter other{.merchant = 0};
  other.statuses = {PaymentStatus::done};
  EXPECT_FALSE(list.page(*world.snapshot(), other, behind));
  other.statuses.clear();
  other.contains = "a";
  EXPECT_FALSE(list.page(*world.snapshot(), other, behind));
}

TEST(TransactionList, too_many_to_sort_by_amount_are_refused_with_advice) {
  ListWorld world(23);
  for (std::uint64_t i = 0; i <= kListRowsMax; ++i) {
    world.add_movement(0, ListWorld::kBase.plus_us(static_cast<std::int64_t>(i)));
  }
  world.write();
  const auto refused =
      TransactionList(world.sources()).page(*world.snapshot(), {.merchant = 0}, {.sort = Sort::largest});
  ASSERT_TRUE(refused);
  ASSERT_TRUE(refused->refused);
  EXPECT_NE(refused->refused->what.find("shorten it"), std::string::npos);
  const auto sums =
      ListTotals(world.sources()).transactions(*world.snapshot(), {.merchant = 0, .amount_min = 1});
  ASSERT_TRUE(sums);
  EXPECT_TRUE(std::holds_alternative<Narrow>(sums->answer));
  const auto by_cube = ListTotals(world.sources()).transactions(*world.snapshot(), {.merchant = 0});
  ASSERT_TRUE(by_cube);
  EXPECT_TRUE(std::holds_alternative<std::vector<Sums>>(by_cube->answer));
}

// More transactions than the ceiling: what no payment of the merchant has, the hints say after a few hundred.
TEST(TransactionList, a_text_or_status_of_no_payment_needs_no_walk_to_the_end) {
  ListWorld world(25);
  for (int i = 0; i < 20; ++i) {
    Payment payment = world.make(0, ListWorld::kBase);
    payment.status = PaymentStatus::done;
    world.add(payment);
  }
  for (std::uint64_t i = 0; i <= kListRowsMax; ++i) {
    world.add_movement(0, ListWorld::kBase.plus_us(static_cast<std::int64_t>(i)));
  }
  world.write();
  const TransactionList list(world.sources());
  const ListTotals totals(world.sources());
  TransactionFilter by_text{.merchant = 0};
  by_text.contains = "nobody";
  TransactionFilter by_status{.merchant = 0};
  by_status.statuses = {PaymentStatus::aborted, PaymentStatus::expired};
  for (const auto& filter : {by_text, by_status}) {
    for (const Sort sort : kSorts) {
      const auto page = list.page(*world.snapshot(), filter, {.sort = sort});
      ASSERT_TRUE(page) << page.error().message;
      EXPECT_TRUE(page->items.empty());
      EXPECT_FALSE(page->next);
      EXPECT_LT(page->reading.rows_read, 1'000U) << page->reading.index;
    }
    const auto sums = totals.transactions(*world.snapshot(), filter);
    ASSERT_TRUE(sums) << sums.error().message;
    EXPECT_EQ(std::get<std::vector<Sums>>(sums->answer), std::vector<Sums>());
  }
  TransactionFilter common{.merchant = 0};
  common.statuses = {PaymentStatus::done};
  const auto refused = totals.transactions(*world.snapshot(), common);
  ASSERT_TRUE(refused);
  const auto* narrow = std::get_if<Narrow>(&refused->answer);
  ASSERT_NE(narrow, nullptr);
  EXPECT_NE(narrow->what.find("status"), std::string::npos) << narrow->what;
}

TEST(ListTotals, of_transactions_are_the_sums_of_all_that_pass) {
  ListWorld world(24);
  world.fill(200, 800);
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
