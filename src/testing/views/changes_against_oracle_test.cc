// Which payments a difference of totals comes from: those that the oracle names, and they add up to it.
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "base/rng.h"
#include "engine/serving/changes.h"
#include "testing/views/folded_world.h"

namespace wonjang::testing {
namespace {

using serving::ChangedPayment;
using serving::ChangesQuery;
using serving::CubeSpec;
using serving::Grain;
using serving::Measures;
using serving::TotalsFace;

const BusinessDate kEnd = CityOptions().until;
const BusinessDate kBegin{kEnd.days - 6 * 366};
const BusinessDate kAfterAll{kEnd.days + 60};

serving::TotalsQuery since(const CubeSpec& cube, BusinessDate close, BusinessDate from, BusinessDate until) {
  serving::TotalsQuery out;
  out.cube = cube.name;
  out.face = TotalsFace::difference;
  out.close = close;
  out.from = serving::bucket_of(cube.grain, from);
  out.until = serving::bucket_of(cube.grain, until);
  out.cells_max = 10'000'000;
  return out;
}

serving::ListSources sources(const FoldedWorld& in, std::uint64_t rows_max) {
  const auto& views = ViewsWorld::views(in.view);
  return {views.merchants(), views.forms(), nullptr, in.world.cubes(), rows_max};
}

std::vector<ChangedPayment> all_of(FoldedWorld& in, ChangesQuery query,
                                   std::uint64_t rows_max = serving::kListRowsMax) {
  std::vector<ChangedPayment> out;
  for (;;) {
    auto page = serving::read_changes(sources(in, rows_max), in.world.log(), in.world.codec(),
                                      *in.view.snapshot, query);
    EXPECT_TRUE(page) << page.error().message;
    if (!page) return out;
    EXPECT_LE(page->items.size(), query.limit);
    for (auto& item : page->items) out.push_back(std::move(item));
    if (!page->next) return out;
    query.after = *page->next;
  }
}

// What the cube tells apart and sums up of a payment.
auto in_cube(const OracleFact& f) { return std::tuple(f.method, f.status, f.gross, f.canceled); }
auto in_cube(const serving::PaymentFacts& f) {
  return std::tuple(f.method, static_cast<std::uint8_t>(f.status), f.gross, f.canceled);
}

std::map<PaymentId, const Change*> expected_of(const std::vector<Change>& changes,
                                               const serving::TotalsQuery& query, Grain grain) {
  const auto from = serving::begin_of(grain, query.from), until = serving::begin_of(grain, query.until);
  std::map<PaymentId, const Change*> out;
  for (const auto& change : changes) {
    const bool is_meant = change.after.at >= from && change.after.at < until &&
                          (query.merchants.empty() || query.merchants.front() == change.after.merchant);
    if (!is_meant || (change.before && in_cube(*change.before) == in_cube(change.after))) continue;
    out.emplace(change.at.payment, &change);
  }
  return out;
}

std::vector<std::pair<std::string, Measures>> difference_of(const FoldedWorld& in,
                                                            const serving::TotalsQuery& query) {
  const auto answer = serving::read_totals(in.world.cubes(), *in.view.snapshot, query);
  EXPECT_TRUE(answer) << answer.error().message;
  std::vector<std::pair<std::string, Measures>> out;
  for (const auto& row : std::get<serving::TotalsRows>(*answer).rows)
    out.emplace_back(row.dims.currency, row.sums);
  return out;
}

std::vector<std::pair<std::string, Measures>> sums_of(const std::vector<ChangedPayment>& changes) {
  std::map<std::string, Measures> sums;
  for (const auto& change : changes)
    EXPECT_TRUE(sums[std::string(change.payment.currency.code())].add(change.difference));
  std::erase_if(sums, [](const auto& sum) { return sum.second.is_zero(); });
  return {sums.begin(), sums.end()};
}

TEST(Changes, are_the_oracles_payments_and_add_up_to_the_difference) {
  for (const auto& in : worlds()) {
    Rng rng(5);
    std::size_t listed = 0, known_then = 0;
    for (const int back : {2'000, 700, 200, 31, 30, 1, 0}) {
      const BusinessDate close{kEnd.days - back};
      const auto changes = in->oracle->changes_after(close);
      for (const char* name : {"merchant_day", "organisation_month"}) {
        const auto& cube = *std::ranges::find(in->world.cubes(), name, &CubeSpec::name);
        const BusinessDate some{kEnd.days - static_cast<std::int32_t>(rng.below(900))};
        for (auto query :
             {since(cube, close, kBegin, kAfterAll), since(cube, close, some, {some.days + 95})}) {
          if (cube.key == serving::CubeKey::merchant && rng.chance(50))
            query.merchants = {static_cast<serving::MerchantNo>(rng.below(40))};
          const auto got = all_of(*in, {query, 200, {}});
          const auto expected = expected_of(changes, query, cube.grain);
          EXPECT_EQ(got.size(), expected.size()) << name << " since " << to_text(close);
          for (const auto& one : got) {
            const auto at = expected.find(one.at.payment);
            ASSERT_NE(at, expected.end()) << one.at.payment.text();
            ASSERT_EQ(one.then.has_value(), at->second->before.has_value());
            if (one.then) {
              ++known_then;
              EXPECT_EQ(in_cube(*one.then), in_cube(*at->second->before));
            }
            EXPECT_GT(one.events_after, 0U);
            EXPECT_EQ(one.difference.gross,
                      at->second->after.gross - (one.then ? at->second->before->gross : 0));
          }
          EXPECT_EQ(sums_of(got), difference_of(*in, query)) << name << " since " << to_text(close);
          listed += got.size();
        }
      }
    }
    EXPECT_GT(listed, 2'000U);
    EXPECT_GT(known_then, 20U);
  }
}

// A payment that left a status counts there as one less, and as one more where it went.
TEST(Changes, of_a_filter_add_up_to_the_difference_of_that_filter) {
  for (const auto& in : worlds()) {
    const auto& cube = in->world.cubes().front();
    std::int64_t less = 0;
    for (const auto status : {PaymentStatus::done, PaymentStatus::canceled, PaymentStatus::expired}) {
      for (const int back : {400, 30}) {
        auto query = since(cube, {kEnd.days - back}, kBegin, kAfterAll);
        query.statuses = {static_cast<std::uint8_t>(status)};
        const auto got = all_of(*in, {query, 500, {}});
        EXPECT_EQ(sums_of(got), difference_of(*in, query)) << code_of(status);
        for (const auto& one : got) less += one.difference.amount.count < 0 ? 1 : 0;
      }
    }
    EXPECT_GT(less, 0);
  }
}

TEST(Changes, pages_that_end_at_the_ceiling_lose_nothing) {
  auto& in = *worlds().front();
  const auto& cube = in.world.cubes().front();
  const auto query = since(cube, {kEnd.days - 100}, kBegin, kAfterAll);
  const auto whole = all_of(in, {query, 500, {}});
  ASSERT_GT(whole.size(), 20U);
  for (const std::uint32_t limit : {1U, 7U}) {
    const auto pages = all_of(in, {query, limit, {}}, /*rows_max=*/50);
    ASSERT_EQ(pages.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(pages[i].at, whole[i].at);
  }
}

TEST(Changes, what_cannot_be_asked_is_refused_with_words) {
  auto& in = *worlds().front();
  const auto ask = [&](const serving::TotalsQuery& query, std::string after = {}) {
    const auto page = serving::read_changes(sources(in, 100), in.world.log(), in.world.codec(),
                                            *in.view.snapshot, {query, 10, std::move(after)});
    return page ? "" : page.error().message;
  };
  const auto cube = [&](const char* name) {
    return *std::ranges::find(in.world.cubes(), name, &CubeSpec::name);
  };
  const auto of = [&](const char* name) { return since(cube(name), kEnd, kBegin, kAfterAll); };
  EXPECT_NE(ask(of("sales_hour")).find("never change"), std::string::npos);
  EXPECT_NE(ask(of("payments_day")).find("keeps no history"), std::string::npos);
  auto two = of("merchant_day");
  two.merchants = {1, 2};
  EXPECT_NE(ask(two).find("one merchant or of all"), std::string::npos);
  EXPECT_NE(ask(of("merchant_day"), "no cursor").find("another question"), std::string::npos);
  auto other = of("merchant_day");
  const auto page =
      serving::read_changes(sources(in, 100), in.world.log(), in.world.codec(), *in.view.snapshot,
                            {since(cube("merchant_day"), {kEnd.days - 500}, kBegin, kAfterAll), 1, {}});
  ASSERT_TRUE(page && page->next);
  EXPECT_NE(ask(other, *page->next).find("another question"), std::string::npos) << "another close";
}

}  // namespace
}  // namespace wonjang::testing
