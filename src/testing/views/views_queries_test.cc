// Lists, search and lives of payments against the oracle, page by page to the end; and what went wrong in
// other systems, each with its address.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "base/utf8.h"
#include "engine/serving/lifecycle.h"
#include "engine/serving/list_totals.h"
#include "engine/serving/payment_list.h"
#include "engine/serving/search.h"
#include "engine/serving/totals_reader.h"
#include "engine/serving/transaction_list.h"
#include "testing/as_a_row_keeps.h"
#include "testing/korean_text.h"
#include "testing/views/folded_world.h"
#include "testing/views_rig.h"

namespace wonjang::testing {
namespace {

using serving::Page;
using serving::PaymentFilter;
using serving::PaymentItem;
using serving::SearchHit;
using serving::SearchQuery;
using serving::Sort;
using serving::TransactionFilter;

constexpr std::array kSorts{Sort::newest, Sort::oldest, Sort::largest, Sort::smallest};
constexpr std::size_t kPagesMax = 10'000;

serving::ListSources sources_of(const FoldedWorld& in, const serving::Dictionary* dictionary) {
  return {ViewsWorld::views(in.view).merchants(), in.world.forms(), dictionary, in.world.cubes()};
}

// All pages, one after the other.
template <typename Item, typename Ask>
std::vector<Item> to_the_end(Ask&& ask) {
  std::vector<Item> out;
  std::string after;
  for (std::size_t pages = 0; pages < kPagesMax; ++pages) {
    auto page = ask(after);
    EXPECT_TRUE(page) << page.error().message;
    if (!page) return out;
    for (auto& item : page->items) out.push_back(std::move(item));
    if (!page->next) return out;
    after = *page->next;
  }
  ADD_FAILURE() << "the pages don't end";
  return out;
}

std::vector<PaymentItem> all_payments(const FoldedWorld& in, const serving::Dictionary* dictionary,
                                      const PaymentFilter& filter, Sort sort, std::uint32_t limit) {
  const serving::PaymentList list(sources_of(in, dictionary));
  return to_the_end<PaymentItem>([&](const std::string& after) {
    return list.page(*in.view.snapshot, filter, Page{.sort = sort, .limit = limit, .after = after});
  });
}

// A filter that means something in this world: what it names is taken from one of its payments.
PaymentFilter random_filter(const FoldedWorld& in, const std::vector<serving::Locator>& all, Rng& rng) {
  const auto life = in.oracle->lifecycle(all[rng.below(all.size())].payment);
  const Payment& like = life->payment;
  PaymentFilter out;
  if (rng.chance(75)) out.merchant = life->at.merchant;
  if (rng.chance(50))
    out.from = life->at.at.plus_us(-static_cast<std::int64_t>(rng.below(90)) * 86'400'000'000);
  if (rng.chance(50))
    out.until = life->at.at.plus_us(static_cast<std::int64_t>(rng.below(400)) * 86'400'000'000);
  if (rng.chance(30)) out.statuses = {like.status, PaymentStatus::canceled};
  if (const auto* leading = serving::leading_approval(like); leading != nullptr) {
    if (rng.chance(25)) out.methods = {static_cast<std::uint8_t>(method_of(leading->terms.method))};
    if (rng.chance(15)) out.issuers = {std::string(serving::issuer_of(leading->terms.method))};
  }
  if (rng.chance(20)) out.amount_min = like.total - static_cast<std::int64_t>(rng.below(50'000));
  if (rng.chance(20)) out.amount_max = like.total + static_cast<std::int64_t>(rng.below(50'000));
  if (rng.chance(15)) out.contains = like.terms.buyer.name;
  if (rng.chance(25)) {
    for (const auto& [name, value] : like.terms.metadata) out.metadata.push_back({name, {value, "another"}});
  }
  return out;
}

void expect_payments(const FoldedWorld& in, const std::vector<PaymentItem>& items,
                     const std::vector<serving::Locator>& expected, const std::string& what) {
  ASSERT_EQ(items.size(), expected.size()) << what;
  for (std::size_t i = 0; i < items.size(); ++i) {
    ASSERT_EQ(items[i].at, expected[i]) << what << ", item " << i << " of " << items.size();
    const auto life = in.oracle->lifecycle(expected[i].payment);
    ASSERT_EQ(items[i].payment, as_a_row_keeps(life->payment)) << what << ", item " << i;
  }
}

TEST(ListsAgainstOracle, pages_of_payments_and_their_sums) {
  for (const auto& in : worlds()) {
    const auto all = in->oracle->list({}, Sort::newest);
    const auto dictionary = ViewsWorld::views(in->view).dictionary();
    const serving::ListTotals totals(sources_of(*in, dictionary.get()));
    Rng rng(11);
    std::size_t listed = 0;
    for (int i = 0; i < 120; ++i) {
      const auto filter = i == 0 ? PaymentFilter() : random_filter(*in, all, rng);
      const auto sort = kSorts[rng.below(kSorts.size())];
      const auto limit = static_cast<std::uint32_t>(1 + rng.below(rng.chance(50) ? 20 : serving::kPageMax));
      const auto items = all_payments(*in, dictionary.get(), filter, sort, limit);
      expect_payments(*in, items, in->oracle->list(filter, sort), "filter " + std::to_string(i));
      listed += items.size();
      const auto sums = totals.payments(*in->view.snapshot, filter);
      ASSERT_TRUE(sums) << sums.error().message;
      const auto* exact = std::get_if<std::vector<serving::Sums>>(&sums->answer);
      ASSERT_NE(exact, nullptr) << "refused at this small scale";
      EXPECT_EQ(*exact, in->oracle->sums(filter)) << "filter " << i;
    }
    EXPECT_GT(listed, 2'000U);
  }
}

// As random_filter() does it: the merchant, text and status of one of the world's payments.
TransactionFilter random_transaction_filter(const FoldedWorld& in, const std::vector<serving::Locator>& all,
                                            int round, Rng& rng) {
  const auto life = in.oracle->lifecycle(all[rng.below(all.size())].payment);
  const BusinessDate until = in.world.city().options().until;
  TransactionFilter out;
  out.merchant = life->at.merchant;
  if (round < 80) out.merchant = static_cast<serving::MerchantNo>(round < 40 ? round : rng.below(5));
  if (rng.chance(50))
    out.from = start_of(BusinessDate{until.days - static_cast<std::int32_t>(rng.below(800))});
  if (rng.chance(30)) {
    out.until = in.world.city().end().plus_us(-static_cast<std::int64_t>(rng.below(200)) * 43'200'000'000);
  }
  if (rng.chance(30)) out.kinds = {serving::TransactionKind::cancel, serving::TransactionKind::reversal};
  if (rng.chance(20)) out.methods = {1};
  if (rng.chance(20)) out.amount_min = 30'000;
  if (rng.chance(20)) out.amount_max = 200'000;
  if (rng.chance(40)) out.statuses = {life->payment.status};
  if (rng.chance(20)) out.statuses.push_back(PaymentStatus::canceled);
  if (rng.chance(20)) out.contains = life->payment.terms.buyer.name;
  if (rng.chance(15)) out.contains = "\xEA\xB9\x80";  // 김
  return out;
}

std::string describe(const TransactionFilter& filter) {
  std::string out = "merchant " + std::to_string(*filter.merchant);
  for (const auto kind : filter.kinds) out.append(" ").append(code_of(kind));
  for (const auto status : filter.statuses) out.append(" ").append(code_of(status));
  return filter.contains.empty() ? out : out + " contains " + filter.contains;
}

// All pages and the sums, under a ceiling. Gives how many there are.
std::size_t expect_transactions(const FoldedWorld& in, const serving::ListSources& sources,
                                const TransactionFilter& filter, Page page, const std::string& what) {
  const serving::TransactionList list(sources);
  const auto items = to_the_end<serving::TransactionItem>([&](const std::string& after) {
    page.after = after;
    return list.page(*in.view.snapshot, filter, page);
  });
  page.limit = 1'000'000;
  page.after.clear();
  const auto expected = in.oracle->transactions(filter, page);
  EXPECT_EQ(items.size(), expected.items.size()) << what;
  for (std::size_t k = 0; k < std::min(items.size(), expected.items.size()); ++k) {
    EXPECT_EQ(items[k].transaction, expected.items[k].transaction) << what << ", item " << k;
    if (items[k].transaction != expected.items[k].transaction) break;
  }
  const auto sums = serving::ListTotals(sources).transactions(*in.view.snapshot, filter);
  EXPECT_TRUE(sums) << sums.error().message;
  const auto* exact = std::get_if<std::vector<serving::Sums>>(&sums->answer);
  if (exact != nullptr) {
    EXPECT_EQ(*exact, in.oracle->sums(filter)) << what;
  } else {
    EXPECT_LT(sources.rows_max, serving::kListRowsMax) << what << " refused at this small scale";
  }
  return items.size();
}

TEST(ListsAgainstOracle, pages_of_transactions_and_their_sums) {
  for (const auto& in : worlds()) {
    const auto all = in->oracle->list({}, Sort::newest);
    const auto dictionary = ViewsWorld::views(in->view).dictionary();
    Rng rng(12);
    std::size_t listed = 0;
    for (int i = 0; i < 240; ++i) {
      const auto filter = random_transaction_filter(*in, all, i, rng);
      const Page page{.sort = kSorts[rng.below(kSorts.size())],
                      .limit = static_cast<std::uint32_t>(1 + rng.below(100))};
      const auto* texts = rng.chance(80) ? dictionary.get() : nullptr;
      listed += expect_transactions(*in, sources_of(*in, texts), filter, page,
                                    std::to_string(i) + ": " + describe(filter));
    }
    EXPECT_GT(listed, 1'000U);
  }
}

// Under a low ceiling a page ends early and its cursor goes on, past hints that were too many to be read.
TEST(ListsAgainstOracle, transactions_under_any_ceiling_page_to_the_same_end) {
  for (const auto& in : worlds()) {
    const auto all = in->oracle->list({}, Sort::newest);
    const auto dictionary = ViewsWorld::views(in->view).dictionary();
    const auto big = in->world.city().pathological_merchant();
    Rng rng(15);
    std::size_t listed = 0;
    for (int i = 0; i < 60; ++i) {
      auto filter = random_transaction_filter(*in, all, /*round=*/i, rng);
      filter.merchant = big;
      auto sources = sources_of(*in, dictionary.get());
      sources.rows_max = std::array<std::uint64_t, 4>{1, 7, 300, 1'500}[rng.below(4)];
      const Page page{.sort = rng.chance(50) ? Sort::newest : Sort::oldest, .limit = 40};
      listed += expect_transactions(*in, sources, filter, page, std::to_string(i) + ": " + describe(filter));
    }
    EXPECT_GT(listed, 500U);
  }
}

TEST(LifeAgainstOracle, every_step_with_its_position) {
  for (const auto& in : worlds()) {
    const auto all = in->oracle->list({}, Sort::newest);
    const auto& merchants = ViewsWorld::views(in->view).merchants();
    for (std::size_t i = 0; i < all.size(); i += 3) {
      const auto life = serving::lifecycle(*in->view.snapshot, merchants, in->world.log(), in->world.codec(),
                                           all[i].payment);
      ASSERT_TRUE(life && *life) << all[i].payment.text();
      const auto expected = in->oracle->lifecycle(all[i].payment);
      EXPECT_EQ((*life)->at, expected->at);
      EXPECT_EQ((*life)->payment, as_a_row_keeps(expected->payment));
      ASSERT_EQ((*life)->steps.size(), expected->steps.size());
      for (std::size_t k = 0; k < expected->steps.size(); ++k) {
        EXPECT_EQ((*life)->steps[k].position, expected->steps[k].position);
        EXPECT_EQ((*life)->steps[k].event, expected->steps[k].event);
      }
    }
    const auto unknown = serving::lifecycle(*in->view.snapshot, merchants, in->world.log(), in->world.codec(),
                                            PaymentId(RawId{0x0190000000000001ULL, 1}));
    ASSERT_TRUE(unknown);
    EXPECT_FALSE(*unknown);
  }
}

// --- Search.

std::string part_of(const std::string& text, std::size_t characters, Rng& rng) {
  std::u32string all = serving::normal_form(PlainTextForms(), text);
  if (all.size() > characters) all = all.substr(rng.below(all.size() - characters + 1), characters);
  std::string out;
  for (const char32_t c : all) append_utf8(out, c);
  return out;
}

// Something that somebody would type who looks for this payment.
struct Typed {
  std::string text;
  bool finds_it = true;  // a part of a metadata value need not: a code is found as a whole alone
};

Typed random_text(const Lifecycle& life, Rng& rng) {
  const Payment& p = life.payment;
  const auto tail = [](const std::string& s, std::size_t n) {
    return s.size() > n ? s.substr(s.size() - n) : s;
  };
  switch (rng.below(12)) {
    case 0:
      return {part_of(p.terms.buyer.name, 1, rng)};
    case 1:
      return {part_of(p.terms.buyer.name, 2, rng)};
    case 2:
      return {part_of(p.terms.buyer.name, 3, rng)};
    case 3:
      return {part_of(p.terms.order_name, 2 + rng.below(4), rng)};
    case 4:
      return {p.order_id};
    case 5:
      return {tail(p.order_id, 6)};
    case 6:
      return {p.approvals.empty() ? p.order_id : p.approvals.front().approve_no};
    case 7:
      return {tail(p.terms.buyer.phone, 4)};
    case 8:
      return {p.id.text()};
    case 9:
    case 10:
      if (p.terms.metadata.empty()) return {p.order_id};
      if (rng.chance(50)) return {p.terms.metadata.back().second};
      return {part_of(p.terms.metadata.back().second, 2, rng), /*finds_it=*/false};
    default:
      break;
  }
  std::string initials;
  const std::u32string name = serving::normal_form(PlainTextForms(), p.terms.buyer.name);
  for (const char32_t c : serving::initials_of(name)) append_utf8(initials, c);
  return {initials};
}

std::string describe(const SearchHit& hit) {
  std::string out = hit.at.payment.text() + (hit.possible ? " possible" : "");
  for (const auto& name : hit.matched) out += " " + name;
  return out;
}

// What was found, which is what the oracle finds.
std::vector<SearchHit> expect_search(const FoldedWorld& in, SearchQuery query) {
  const auto dictionary = ViewsWorld::views(in.view).dictionary();
  const auto hits = to_the_end<SearchHit>([&](const std::string& after) {
    query.after = after;
    return serving::Search::run(*in.view.snapshot, *dictionary, ViewsWorld::views(in.view).merchants(),
                                in.world.forms(), query);
  });
  query.after.clear();
  query.limit = 1'000'000;
  const auto expected = in.oracle->search(query).items;
  EXPECT_EQ(hits.size(), expected.size()) << query.text;
  for (std::size_t i = 0; i < std::min(hits.size(), expected.size()); ++i) {
    EXPECT_EQ(describe(hits[i]), describe(expected[i]))
        << query.text << ", hit " << i << " of " << hits.size();
    if (describe(hits[i]) != describe(expected[i])) return hits;
    EXPECT_EQ(hits[i].payment, as_a_row_keeps(expected[i].payment));
  }
  return hits;
}

TEST(SearchAgainstOracle, whatever_is_typed_in_any_scope_and_period) {
  for (const auto& in : worlds()) {
    const auto all = in->oracle->list({}, Sort::newest);
    Rng rng(13);
    std::size_t found = 0;
    for (int i = 0; i < 150; ++i) {
      const auto life = in->oracle->lifecycle(all[rng.below(all.size())].payment);
      const Typed typed = random_text(*life, rng);
      SearchQuery query;
      query.text = typed.text;
      if (query.text.empty() || query.text == "*") continue;
      if (rng.chance(40)) query.merchant = life->at.merchant;
      if (rng.chance(30))
        query.from = life->at.at.plus_us(-static_cast<std::int64_t>(rng.below(400)) * 86'400'000'000);
      if (rng.chance(30))
        query.until = life->at.at.plus_us(1 + static_cast<std::int64_t>(rng.below(60)) * 86'400'000'000);
      query.limit = static_cast<std::uint32_t>(1 + rng.below(serving::kPageMax));
      const auto hits = expect_search(*in, query);
      const bool is_found =
          std::any_of(hits.begin(), hits.end(), [&](const SearchHit& hit) { return hit.at == life->at; });
      EXPECT_TRUE(is_found || !typed.finds_it) << typed.text << " of " << life->at.payment.text();
      found += is_found ? 1 : 0;
    }
    EXPECT_GT(found, 75U) << "of 150 searches";
  }
}

TEST(SearchAgainstOracle, one_syllable_of_all_merchants_over_all_years) {
  for (const auto& in : worlds()) {
    for (const char* text : {"\xEA\xB9\x80", "\xEC\x9D\xB4", "\xE3\x84\xB1", "a", "1"}) {  // 김 이 ㄱ
      SearchQuery query;
      query.text = text;
      query.limit = 37;
      expect_search(*in, query);
    }
  }
}

// --- What went wrong elsewhere.

// ClickHouse/ClickHouse#52588, #34243: FINAL with a skip index gave other rows. Whatever the plan (with the
// dictionary or row by row, from cells or row by row) the answer is one.
TEST(List, an_index_never_changes_an_answer) {
  for (const auto& in : worlds()) {
    const auto all = in->oracle->list({}, Sort::newest);
    const auto dictionary = ViewsWorld::views(in->view).dictionary();
    auto without_cubes = sources_of(*in, nullptr);
    without_cubes.cubes = {};
    const serving::ListTotals by_cells(sources_of(*in, dictionary.get()));
    const serving::ListTotals by_rows(without_cubes);
    Rng rng(14);
    for (int i = 0; i < 60; ++i) {
      auto filter = random_filter(*in, all, rng);
      if (i % 2 == 0)
        filter.contains = in->oracle->lifecycle(all[rng.below(all.size())].payment)->payment.terms.buyer.name;
      for (const auto sort : kSorts) {
        const auto with = all_payments(*in, dictionary.get(), filter, sort, 100);
        const auto without = all_payments(*in, nullptr, filter, sort, 100);
        ASSERT_EQ(with.size(), without.size()) << i;
        for (std::size_t k = 0; k < with.size(); ++k) ASSERT_EQ(with[k].at, without[k].at) << i;
      }
      const auto cells = by_cells.payments(*in->view.snapshot, filter);
      const auto rows = by_rows.payments(*in->view.snapshot, filter);
      ASSERT_TRUE(cells && rows);
      EXPECT_EQ(cells->answer, rows->answer) << i;
    }
  }
}

// apache/pinot#12667, #7849, #13677: a row that is being updated is missing for a moment, or there twice. A
// reader pages while the writer applies cancels and new payments; each page of another snapshot.
TEST(List, a_row_never_vanishes_during_an_update) {
  ViewsWorld world({.seed = 21, .payments = 1'500, .merchants = 10, .books = 2});
  world.fold_half();
  const auto merchant = world.city().pathological_merchant();
  PaymentFilter filter;
  filter.merchant = merchant;
  const auto list_now = [&](std::set<PaymentId>& seen) {
    std::string after;
    do {
      const auto view = world.runner().view();  // as of now, for each page
      ASSERT_TRUE(view);
      const serving::PaymentList list({ViewsWorld::views(*view).merchants(), world.forms(), nullptr, {}});
      const auto page = list.page(*view->snapshot, filter, Page{.limit = 40, .after = after});
      ASSERT_TRUE(page) << page.error().message;
      for (const auto& item : page->items) {
        ASSERT_TRUE(seen.insert(item.at.payment).second) << item.at.payment.text() << " came twice";
      }
      after = page->next.value_or("");
    } while (!after.empty());
  };
  std::set<PaymentId> before;
  list_now(before);
  ASSERT_GT(before.size(), 100U);
  std::atomic<bool> done{false};
  std::uint64_t rounds = 0;
  std::thread reader([&] {
    while (rounds < 3 || !done.load()) {
      std::set<PaymentId> seen;
      list_now(seen);
      EXPECT_TRUE(std::includes(seen.begin(), seen.end(), before.begin(), before.end()))
          << "a row was missing";
      before = std::move(seen);
      ++rounds;
      if (::testing::Test::HasFailure()) return;
    }
  });
  world.fold_all(/*crashes=*/false);
  done = true;
  reader.join();
  before.clear();
  list_now(before);
  EXPECT_EQ(before.size(), world.oracle()->list(filter, Sort::newest).size());
}

// A day's only row of merchant_day in this world, by face.
serving::Measures day_of_rig(const ViewsRig& rig, serving::TotalsFace face, BusinessDate close) {
  const auto day = business_date_of(kNoon).days;
  serving::TotalsQuery query;
  query.cube = "merchant_day";
  query.from = day - 1;
  query.until = day + 2;
  query.face = face;
  query.close = close;
  const auto answer = serving::read_totals(serving::builtin_cubes(), *rig.snapshot(), query);
  EXPECT_TRUE(answer) << answer.error().message;
  serving::Measures out;
  for (const auto& row : std::get<serving::TotalsRows>(*answer).rows) EXPECT_TRUE(out.add(row.sums));
  return out;
}

std::vector<Event> sale(std::uint64_t seed, bool canceled) {
  Till till(seed);
  till.must(order(10'000, {card(10'000)}));
  if (canceled) till.must(CancelPayment());
  return till.history();
}

// ClickHouse/ClickHouse#36124, #48229, #56642, #76110: after a duplicate and a cancel the view says 200, the
// table 0.
TEST(Totals, a_duplicate_then_a_cancel_leaves_zero) {
  ViewsRig rig;
  const auto events = sale(1, /*canceled=*/true);
  for (const auto& event : events) {
    rig.apply({rig.unit(event), rig.unit(event)});
    rig.apply({rig.unit(event)});
  }
  const auto now = day_of_rig(rig, serving::TotalsFace::now, {});
  EXPECT_EQ(now.amount.count, 1);
  EXPECT_EQ(now.gross, 10'000);
  EXPECT_EQ(now.canceled, 10'000);
  EXPECT_EQ(now.net(), 0);
}

// elastic/elasticsearch#70563, #106363, #90643, #97101: a transform leaves out what comes late, and all but
// one of those that share a time.
TEST(Totals, late_and_tied_rows_are_counted) {
  ViewsRig rig;
  const BusinessDate day = business_date_of(kNoon);
  constexpr std::int64_t kLateUs = 40LL * 86'400'000'000;
  std::set<Instant> times;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    for (auto event : sale(seed, /*canceled=*/false)) {
      if (seed == 3) event.recorded_at = event.recorded_at.plus_us(kLateUs);
      rig.apply({rig.unit(event)});
    }
  }
  const auto stored = rig.snapshot();
  for (const auto rows = stored->scan(serving::kRows, {}, {}); rows->valid(); rows->next()) {
    times.insert(serving::read_row_key(rows->key())->at);
  }
  EXPECT_EQ(times.size(), 1U) << "they should share a time";
  const auto late = [&](serving::TotalsFace face) { return day_of_rig(rig, face, day); };
  EXPECT_EQ(late(serving::TotalsFace::now).amount.count, 3);
  EXPECT_EQ(late(serving::TotalsFace::now).gross, 30'000);
  EXPECT_EQ(late(serving::TotalsFace::then).gross, 20'000);
  EXPECT_EQ(late(serving::TotalsFace::difference).gross, 10'000);
  EXPECT_EQ(late(serving::TotalsFace::difference).amount.count, 1);
}

// StarRocks/starrocks#76499, #79051: an incremental view that stopped, and nobody is told.
TEST(Totals, a_view_that_stopped_says_so) {
  ViewsWorld world({.seed = 31, .payments = 100, .merchants = 5});
  world.fold_all(/*crashes=*/false);
  const auto good = world.view();
  EXPECT_FALSE(good.stopped);
  LogUnit broken;
  broken.unit.stream = PaymentId(RawId{0x0190000000000000ULL, 5}).raw();
  broken.unit.events = {"no event"};
  world.deliver(std::move(broken));
  EXPECT_EQ(world.runner().step(), projection::Stepped::stopped);
  const auto after = world.view();
  EXPECT_TRUE(after.stopped);
  EXPECT_EQ(after.seen, good.seen);
  EXPECT_EQ(after.lag_events, 1U);
  const auto status = world.runner().status();
  EXPECT_EQ(status.state, projection::State::stopped);
  EXPECT_NE(status.stopped_because, "");
}

}  // namespace
}  // namespace wonjang::testing
