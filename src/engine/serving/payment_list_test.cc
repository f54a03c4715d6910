#include "engine/serving/payment_list.h"

#include "engine/serving/list_totals.h"
#include "testing/list_world.h"

namespace wonjang::serving {
namespace {

using Items = std::vector<PaymentItem>;
constexpr Sort kSorts[] = {Sort::newest, Sort::oldest, Sort::largest, Sort::smallest};

template <typename T>
bool allows(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

// The oracle: looks at every payment.
bool expected_in(const ListWorld& world, const PaymentFilter& filter, const PaymentItem& item) {
  const auto facts = facts_of(item.payment, item.at.merchant, "");
  if (filter.merchant && *filter.merchant != facts.merchant) return false;
  if (!filter.from.is_zero() && facts.at < filter.from) return false;
  if (!filter.until.is_zero() && facts.at >= filter.until) return false;
  if (!allows(filter.statuses, facts.status) || !allows(filter.methods, facts.method)) return false;
  if (!allows(filter.issuers, facts.issuer)) return false;
  if (facts.amount < filter.amount_min.value_or(INT64_MIN)) return false;
  if (facts.amount > filter.amount_max.value_or(INT64_MAX)) return false;
  for (const auto& wanted : filter.metadata) {
    const auto& pairs = item.payment.terms.metadata;
    const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
      return pair.first == wanted.name && allows(wanted.values, pair.second);
    });
    if (found == pairs.end()) return false;
  }
  if (filter.contains.empty()) return true;
  const auto pattern = *Pattern::parse(world.forms(), filter.contains);
  const auto& terms = item.payment.terms;
  return matches(pattern, normal_form(world.forms(), terms.buyer.name)) ||
         matches(pattern, normal_form(world.forms(), terms.order_name));
}

bool goes_first(Sort sort, const PaymentItem& a, const PaymentItem& b) {
  const auto newer = [](const PaymentItem& x, const PaymentItem& y) {
    return x.at.at != y.at.at ? x.at.at > y.at.at : x.at.payment < y.at.payment;
  };
  switch (sort) {
    case Sort::newest:
      return newer(a, b);
    case Sort::oldest:
      return newer(b, a);
    case Sort::largest:
      return a.payment.total != b.payment.total ? a.payment.total > b.payment.total : newer(a, b);
    case Sort::smallest:
      return goes_first(Sort::largest, b, a);
  }
  return false;
}

Items expected(const ListWorld& world, const PaymentFilter& filter, Sort sort) {
  Items out;
  for (const auto& item : world.payments()) {
    if (expected_in(world, filter, item)) out.push_back(item);
  }
  std::sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return goes_first(sort, a, b); });
  return out;
}

std::vector<Sums> expected_sums(const ListWorld& world, const PaymentFilter& filter) {
  std::map<std::string, Sums> sums;
  for (const auto& item : world.payments()) {
    if (!expected_in(world, filter, item)) continue;
    const auto facts = facts_of(item.payment, item.at.merchant, "");
    auto& into = sums[facts.currency];
    into.currency = facts.currency;
    into.count += 1;
    into.gross += facts.gross;
    into.canceled += facts.canceled;
  }
  std::vector<Sums> out;
  for (const auto& [currency, each] : sums) out.push_back(each);
  return out;
}

PaymentFilter some_filter(ListWorld& world) {
  Rng& rng = world.rng();
  PaymentFilter out;
  if (rng.chance(75)) out.merchant = static_cast<MerchantNo>(rng.below(4));
  if (rng.chance(60)) out.from = world.some_time();
  if (rng.chance(60)) out.until = world.some_time();
  if (!out.from.is_zero() && out.until < out.from && !out.until.is_zero() && rng.chance(90)) {
    std::swap(out.from, out.until);
  }
  if (rng.chance(10)) out.until = out.from.plus_us(ListWorld::kDayUs / 2);
  if (rng.chance(30)) out.statuses = {PaymentStatus::done, PaymentStatus::canceled};
  if (rng.chance(20)) out.methods = {static_cast<std::uint8_t>(1 + rng.below(3)), 0};
  if (rng.chance(20)) out.issuers = {rng.chance(50) ? "11" : "004", "KAKAO"};
  if (rng.chance(20)) out.amount_min = static_cast<std::int64_t>(rng.below(4)) * 1'000;
  if (rng.chance(20)) out.amount_max = static_cast<std::int64_t>(rng.below(6)) * 1'000;
  static const char* const kPatterns[] = {"민수", "ㄱㅁ", "카페라떼", "lg전자", "없는말", "수", "kim"};
  if (rng.chance(30)) out.contains = kPatterns[rng.below(7)];
  if (rng.chance(10)) out.metadata = {{"gift", {"yes"}}};
  if (rng.chance(15)) out.metadata.push_back({"table", {"창가 자리", rng.chance(50) ? "12" : "nobody's"}});
  return out;
}

std::string told(const PaymentFilter& filter, Sort sort) {
  return std::string(code_of(sort)) + " merchant " + std::to_string(filter.merchant.value_or(999)) + " [" +
         std::to_string(filter.from.us) + ", " + std::to_string(filter.until.us) + ") amount " +
         std::to_string(filter.amount_min.value_or(-1)) + ".." +
         std::to_string(filter.amount_max.value_or(-1)) + " contains " + filter.contains + ", " +
         std::to_string(filter.metadata.size()) + " of metadata";
}

std::vector<PaymentId> ids_of(const Items& items) {
  std::vector<PaymentId> out;
  for (const auto& item : items) out.push_back(item.payment.id);
  return out;
}

// All pages, each of a size of its own.
Items all_pages(ListWorld& world, const PaymentList& list, const PaymentFilter& filter, Sort sort,
                std::uint32_t limit_max = 40) {
  Items out;
  Page page{.sort = sort};
  for (int pages = 0; pages < 5'000; ++pages) {
    page.limit = static_cast<std::uint32_t>(1 + world.rng().below(limit_max));
    const auto got = list.page(*world.snapshot(), filter, page);
    EXPECT_TRUE(got) << got.error().message << " " << told(filter, sort);
    if (!got) return out;
    EXPECT_LE(got->items.size(), page.limit);
    EXPECT_FALSE(got->reading.index.empty());
    out.insert(out.end(), got->items.begin(), got->items.end());
    if (!got->next) return out;
    page.after = *got->next;
  }
  ADD_FAILURE() << "the pages never end: " << told(filter, sort);
  return out;
}

TEST(PaymentList, every_filter_and_sort_pages_to_what_sorting_a_vector_gives) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    ListWorld world(seed);
    world.fill(400, 0);
    for (int i = 0; i < 60; ++i) {
      const PaymentFilter filter = some_filter(world);
      const PaymentList list(world.sources(/*with_dictionary=*/world.rng().chance(70)));
      for (const Sort sort : kSorts) {
        const Items want = expected(world, filter, sort), got = all_pages(world, list, filter, sort);
        ASSERT_EQ(ids_of(got), ids_of(want)) << told(filter, sort) << " seed " << seed;
        for (std::size_t k = 0; k < got.size(); ++k) {
          ASSERT_EQ(got[k].payment, want[k].payment);
          ASSERT_EQ(got[k].at, want[k].at);
        }
      }
    }
  }
}

TEST(PaymentList, pages_neither_skip_nor_repeat_while_writes_go_on) {
  for (const Sort sort : kSorts) {
    ListWorld world(7);
    world.fill(300, 0);
    const PaymentFilter filter{.merchant = 0};
    const PaymentList list(world.sources());
    const auto before = ids_of(expected(world, filter, sort));
    Page page{.sort = sort, .limit = 7};
    std::vector<PaymentId> seen;
    for (;;) {
      const auto got = list.page(*world.snapshot(), filter, page);
      ASSERT_TRUE(got) << got.error().message;
      for (const auto& item : got->items) seen.push_back(item.payment.id);
      if (!got->next) break;
      page.after = *got->next;
      for (int i = 0; i < 3; ++i) world.add(0, world.some_time());
      world.change(world.rng().below(300), PaymentStatus::canceled);
      world.write();
    }
    std::vector<PaymentId> of_then;
    std::copy_if(seen.begin(), seen.end(), std::back_inserter(of_then),
                 [&](PaymentId id) { return std::find(before.begin(), before.end(), id) != before.end(); });
    EXPECT_EQ(of_then, before) << code_of(sort);
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end()) << code_of(sort);
  }
}

TEST(PaymentList, a_cursor_of_another_question_is_refused) {
  ListWorld world(1);
  world.fill(200, 0);
  const PaymentList list(world.sources());
  const auto first = list.page(*world.snapshot(), {.merchant = 0}, {.limit = 5});
  ASSERT_TRUE(first && first->next);
  const auto refused = [&](PaymentFilter filter, Page page) {
    const auto got = list.page(*world.snapshot(), filter, page);
    return !got && got.error().kind == ErrorKind::invalid;
  };
  EXPECT_TRUE(list.page(*world.snapshot(), {.merchant = 0}, {.limit = 9, .after = *first->next}));
  EXPECT_TRUE(refused({.merchant = 1}, {.after = *first->next}));
  EXPECT_TRUE(refused({}, {.after = *first->next}));
  EXPECT_TRUE(refused({.merchant = 0, .contains = "수"}, {.after = *first->next}));
  EXPECT_TRUE(refused({.merchant = 0}, {.sort = Sort::oldest, .after = *first->next}));
  EXPECT_TRUE(refused({.merchant = 0}, {.sort = Sort::largest, .after = *first->next}));
  EXPECT_TRUE(refused({.merchant = 0}, {.after = first->next->substr(1)}));
  EXPECT_TRUE(refused({.merchant = 0}, {.after = "x"}));
  EXPECT_TRUE(refused({.merchant = 0}, {.limit = 0}));
  EXPECT_TRUE(refused({.merchant = 0}, {.limit = kPageMax + 1}));
  EXPECT_TRUE(refused({.merchant = 0, .contains = "**"}, {}));
}

TEST(PaymentList, a_page_without_residual_filter_reads_one_row_more_than_it_shows_at_most) {
  ListWorld world(2);
  world.fill(600, 0);
  const PaymentList list(world.sources());
  for (const Sort sort : {Sort::newest, Sort::oldest}) {
    const auto got = list.page(*world.snapshot(), {.merchant = 0}, {.sort = sort, .limit = 50});
    ASSERT_TRUE(got);
    EXPECT_EQ(got->items.size(), 50U);
    EXPECT_LE(got->reading.rows_read, 51U);
    EXPECT_EQ(got->reading.seeks, 1U);
    EXPECT_EQ(got->reading.index, "rows");
  }
}

// A third of all payments is one merchant's, and one of them is sought by what no key tells.
TEST(PaymentList, at_the_ceiling_a_page_ends_early_with_a_cursor_that_goes_on) {
  ListWorld world(3);
  Payment sought = world.make(0, ListWorld::kBase.plus_us(-1));
  sought.status = PaymentStatus::in_progress;
  world.add(sought);
  for (std::uint64_t i = 0; i < 2 * kListRowsMax + 500; ++i) {
    Payment other = world.make(0, ListWorld::kBase.plus_us(static_cast<std::int64_t>(i)));
    other.status = PaymentStatus::done;
    world.add(other);
  }
  world.write();
  const PaymentList list(world.sources());
  const PaymentFilter filter{.merchant = 0, .statuses = {PaymentStatus::in_progress}};
  Page page;
  for (int early = 0; early < 2; ++early) {
    const auto got = list.page(*world.snapshot(), filter, page);
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_TRUE(got->items.empty());
    EXPECT_EQ(got->reading.rows_read, kListRowsMax);
    ASSERT_TRUE(got->next);
    page.after = *got->next;
  }
  const auto last = list.page(*world.snapshot(), filter, page);
  ASSERT_TRUE(last);
  EXPECT_EQ(ids_of(last->items), std::vector{sought.id});
  EXPECT_EQ(last->next, std::nullopt);

  for (const Sort sort : {Sort::largest, Sort::smallest}) {
    EXPECT_EQ(ids_of(all_pages(world, list, filter, sort, kPageMax)), std::vector{sought.id});
  }
  const auto refused = list.page(*world.snapshot(), {}, {.sort = Sort::largest});
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->items.empty());
  ASSERT_TRUE(refused->refused);
  EXPECT_EQ(refused->refused->rows_max, kListRowsMax);
  EXPECT_NE(refused->refused->what.find("name a merchant"), std::string::npos);
  const auto sums = ListTotals(world.sources()).payments(*world.snapshot(), {.merchant = 0, .amount_min = 0});
  ASSERT_TRUE(sums);
  ASSERT_TRUE(std::holds_alternative<Narrow>(sums->answer));
  EXPECT_NE(std::get<Narrow>(sums->answer).what.find("narrow the amount"), std::string::npos);
}

TEST(PaymentList, the_ceiling_is_that_of_its_sources) {
  ListWorld world(7);
  world.fill(400, 0);
  ListSources sources = world.sources();
  sources.rows_max = 150;
  const PaymentFilter filter{.merchant = 0, .amount_min = 1'000'000};
  const auto page = PaymentList(sources).page(*world.snapshot(), filter, {});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->reading.rows_read, 150U);
  EXPECT_TRUE(page->next);
  sources.cubes = {};
  const auto sums = ListTotals(sources).payments(*world.snapshot(), {.merchant = 0});
  ASSERT_TRUE(sums);
  ASSERT_TRUE(std::holds_alternative<Narrow>(sums->answer));
  EXPECT_EQ(std::get<Narrow>(sums->answer).rows_max, 150U);
}

// The postings of a text are every merchant's: a merchant with few payments is never refused for those of
// others.
TEST(PaymentList, what_other_merchants_have_does_not_count_against_a_small_one) {
  ListWorld world(8);
  for (int i = 0; i < 520; ++i) {
    const MerchantNo merchant = i < 120 ? 0 : 1;
    Payment payment = world.make(merchant, ListWorld::kBase.plus_us(-i));
    payment.terms.buyer.name = "김민수";
    world.add(payment);
  }
  world.write();
  ListSources sources = world.sources();
  sources.rows_max = 300;
  const PaymentFilter filter{.merchant = 0, .contains = "민수"};
  const auto before = ListTotals(sources).payments(*world.snapshot(), filter);
  ASSERT_TRUE(before);
  ASSERT_TRUE(std::holds_alternative<Narrow>(before->answer)) << "the counts are missing: nobody knows";

  world.write_bucket_counts();
  const auto sums = ListTotals(sources).payments(*world.snapshot(), filter);
  ASSERT_TRUE(sums);
  ASSERT_TRUE(std::holds_alternative<std::vector<Sums>>(sums->answer));
  EXPECT_EQ(std::get<std::vector<Sums>>(sums->answer), expected_sums(world, filter));
  EXPECT_EQ(sums->reading.index, "rows");
  EXPECT_LE(sums->reading.rows_read, 120U + 60U) << "its own rows and its months' counts";
  EXPECT_EQ(all_pages(world, PaymentList(sources), filter, Sort::newest, kPageMax).size(), 120U);

  // Above the ceiling another plan may still find all.
  const PaymentFilter large{.merchant = 1, .contains = "민수"};
  const auto refused = ListTotals(sources).payments(*world.snapshot(), large);
  ASSERT_TRUE(refused);
  EXPECT_TRUE(std::holds_alternative<Narrow>(refused->answer));
  // Without a payment in the period there is nothing to look through.
  const PaymentFilter none{.merchant = 2, .contains = "민수"};
  const auto nothing = ListTotals(sources).payments(*world.snapshot(), none);
  ASSERT_TRUE(nothing);
  EXPECT_EQ(std::get<std::vector<Sums>>(nothing->answer), std::vector<Sums>());
}

// Of 8,000 payments three have the text: who asks for it doesn't read the others.
TEST(PaymentList, a_rare_text_or_pair_of_a_merchant_reads_its_hints_and_not_its_rows) {
  ListWorld world(9);
  for (int i = 0; i < 8'000; ++i) {
    Payment payment = world.make(0, ListWorld::kBase.plus_us(-i));
    payment.terms.buyer.name = i % 3'000 == 7 ? "규림" : "김민수";
    payment.terms.metadata.clear();
    if (i % 3'000 == 7) payment.terms.metadata = {{"who", "규림"}, {"no", std::to_string(i)}};
    world.add(payment);
  }
  world.write();
  world.write_bucket_counts();
  const PaymentList list(world.sources());
  const PaymentFilter by_text{.merchant = 0, .contains = "규림"};
  const PaymentFilter by_pair{.merchant = 0, .metadata = {{"who", {"규림"}}}};
  for (const auto& filter : {by_text, by_pair}) {
    for (const Sort sort : kSorts) {
      const auto page = list.page(*world.snapshot(), filter, {.sort = sort});
      ASSERT_TRUE(page);
      EXPECT_EQ(ids_of(page->items), ids_of(expected(world, filter, sort)));
      EXPECT_EQ(page->items.size(), 3U);
      EXPECT_LT(page->reading.rows_read, 20U) << page->reading.index;
    }
    const auto sums = ListTotals(world.sources()).payments(*world.snapshot(), filter);
    ASSERT_TRUE(sums);
    EXPECT_EQ(std::get<std::vector<Sums>>(sums->answer), expected_sums(world, filter));
    EXPECT_LT(sums->reading.rows_read, 20U);
  }
  // What most payments have is looked for in the rows.
  const auto common = list.page(*world.snapshot(), {.merchant = 0, .contains = "김민수"}, {});
  ASSERT_TRUE(common);
  EXPECT_EQ(common->reading.index, "rows");
  EXPECT_LE(common->reading.rows_read, 2'000U + 60U) << "a quarter of its rows to find that out";
}

// The hint stays when the payment goes on: the row is the truth.
TEST(PaymentList, a_rare_status_is_found_by_hints_and_told_by_the_row) {
  ListWorld world(10);
  for (int i = 0; i < 1'000; ++i) {
    Payment payment = world.make(0, ListWorld::kBase.plus_us(-i * ListWorld::kDayUs / 100));
    payment.status = i % 50 == 0 ? PaymentStatus::waiting_for_deposit : PaymentStatus::done;
    world.add(payment);
  }
  world.write();
  for (std::size_t i = 0; i < 500; i += 100) world.change(i, PaymentStatus::done);
  world.write();
  const PaymentFilter waiting{.merchant = 0, .statuses = {PaymentStatus::waiting_for_deposit}};
  const auto page = PaymentList(world.sources()).page(*world.snapshot(), waiting, {});
  ASSERT_TRUE(page);
  EXPECT_EQ(ids_of(page->items), ids_of(expected(world, waiting, Sort::newest)));
  EXPECT_EQ(page->items.size(), 15U);
  EXPECT_EQ(page->reading.rows_read, 20U) << page->reading.index;
}

TEST(PaymentList, the_largest_of_all_time_are_one_run_and_those_of_a_month_another) {
  ListWorld world(11);
  world.fill(3'000, 0);
  world.write_bucket_counts();
  const PaymentList list(world.sources());
  PaymentFilter filter{.merchant = 0};
  const auto all = list.page(*world.snapshot(), filter, {.sort = Sort::largest, .limit = 50});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->reading.index, "amounts of all months");
  EXPECT_LE(all->reading.seeks, 2U + 50U);
  filter.from = ListWorld::kBase.plus_us(-400 * ListWorld::kDayUs);
  filter.until = ListWorld::kBase.plus_us(-370 * ListWorld::kDayUs);
  const auto month = list.page(*world.snapshot(), filter, {.sort = Sort::largest, .limit = 50});
  ASSERT_TRUE(month);
  EXPECT_EQ(month->reading.index, "amounts, 2 months");
  for (const Sort sort : {Sort::largest, Sort::smallest}) {
    EXPECT_EQ(ids_of(all_pages(world, list, {.merchant = 0}, sort)),
              ids_of(expected(world, {.merchant = 0}, sort)));
    EXPECT_EQ(ids_of(all_pages(world, list, filter, sort)), ids_of(expected(world, filter, sort)));
  }
}

TEST(PaymentList, a_payment_is_found_by_its_id) {
  ListWorld world(4);
  world.fill(50, 0);
  const auto& some = world.payments()[17];
  const auto found = find_payment(*world.snapshot(), world.directory(), some.payment.id);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->payment, some.payment);
  EXPECT_EQ((*found)->at, some.at);
  EXPECT_EQ(*find_locator(*world.snapshot(), PaymentId(RawId{99, 99})), std::nullopt);
}

TEST(ListTotals, are_the_sums_of_all_that_the_filter_lets_through) {
  int by_cubes = 0;
  const auto builtin = builtin_cubes();
  for (std::uint64_t seed = 11; seed <= 14; ++seed) {
    ListWorld world(seed);
    world.fill(500, 0);
    for (int i = 0; i < 150; ++i) {
      const PaymentFilter filter = some_filter(world);
      ListSources sources = world.sources(world.rng().chance(70));
      if (world.rng().chance(10)) sources.cubes = {};
      if (world.rng().chance(30)) sources.cubes = builtin;
      const auto got = ListTotals(sources).payments(*world.snapshot(), filter);
      ASSERT_TRUE(got) << got.error().message;
      ASSERT_TRUE(std::holds_alternative<std::vector<Sums>>(got->answer)) << told(filter, Sort::newest);
      ASSERT_EQ(std::get<std::vector<Sums>>(got->answer), expected_sums(world, filter))
          << told(filter, Sort::newest) << " by " << got->reading.index << " seed " << seed;
      by_cubes += got->reading.index.find("_day") != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_GT(by_cubes, 100);
}

TEST(ListTotals, five_years_are_months_and_some_days_where_a_cube_of_months_is_declared) {
  ListWorld world(5);
  world.fill(1'500, 0);
  PaymentFilter filter{.merchant = 0, .from = ListWorld::kBase.plus_us(-5 * 365 * ListWorld::kDayUs)};
  filter.statuses = {PaymentStatus::done};
  const auto got = ListTotals(world.sources()).payments(*world.snapshot(), filter);
  ASSERT_TRUE(got);
  EXPECT_EQ(std::get<std::vector<Sums>>(got->answer), expected_sums(world, filter));
  EXPECT_NE(got->reading.index.find("merchant_month"), std::string::npos) << got->reading.index;
  EXPECT_LT(got->reading.rows_read, 150U);

  ListSources by_days = world.sources();
  const auto builtin = builtin_cubes();
  by_days.cubes = builtin;
  const auto same = ListTotals(by_days).payments(*world.snapshot(), filter);
  ASSERT_TRUE(same);
  EXPECT_EQ(std::get<std::vector<Sums>>(same->answer), expected_sums(world, filter));
  EXPECT_EQ(same->reading.index, "merchant_day + rows");
}

TEST(ListTotals, of_every_merchant_are_read_from_a_cell_a_day) {
  ListWorld world(6);
  world.fill(1'500, 0);
  const auto builtin = builtin_cubes();
  ListSources sources = world.sources();
  sources.cubes = builtin;
  PaymentFilter filter{.from = ListWorld::kBase.plus_us(-5 * 365 * ListWorld::kDayUs)};
  for (const bool by_status : {false, true}) {
    if (by_status) filter.statuses = {PaymentStatus::done, PaymentStatus::canceled};
    const auto got = ListTotals(sources).payments(*world.snapshot(), filter);
    ASSERT_TRUE(got);
    EXPECT_EQ(std::get<std::vector<Sums>>(got->answer), expected_sums(world, filter));
    // Not the months of each merchant either: with thousands of merchants those are the more.
    EXPECT_EQ(got->reading.index, "payments_day + timeline");
    EXPECT_LT(got->reading.rows_read, 5U * 366 + 20);
  }
}

TEST(Row, a_glance_sees_what_the_whole_row_says) {
  ListWorld world(6);
  world.fill(500, 0);
  for (const auto& item : world.payments()) {
    std::string bytes;
    encode_row({item.payment, {1, 2}}, bytes);
    const auto seen = glance_row(bytes, Glance::metadata);
    ASSERT_TRUE(seen) << seen.error().message;
    const auto facts = facts_of(item.payment, 0, "");
    EXPECT_EQ(seen->status, facts.status);
    EXPECT_EQ(seen->amount, facts.amount);
    EXPECT_EQ(seen->currency, facts.currency);
    EXPECT_EQ(seen->method, facts.method);
    EXPECT_EQ(seen->issuer, facts.issuer);
    EXPECT_EQ(seen->gross, facts.gross);
    EXPECT_EQ(seen->canceled, facts.canceled);
    EXPECT_EQ(seen->buyer, item.payment.terms.buyer.name);
    EXPECT_EQ(seen->order_name, item.payment.terms.order_name);
    const Metadata metadata(seen->metadata.begin(), seen->metadata.end());
    EXPECT_EQ(metadata, item.payment.terms.metadata);
  }
}

}  // namespace
}  // namespace wonjang::serving
