// Ceilings of questions to the views, over real HTTP: what would read too much is refused by name, with what
// to narrow, or ends a page early and says so.

#include <algorithm>
#include <set>
#include <sstream>

#include "adapters/system/system_clock.h"
#include "app/api/api_test_world.h"

namespace wonjang {
namespace {

constexpr std::int64_t kCeilingWaitMs = 10'000;

class ViewsCeilings : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, ViewsCeilings, testing::Values(1U, 4U));

// Card payments of the world's merchant, one above the least ceiling. `more(n)`: members of the n-th.
template <typename More>
void take_in_101(World& world, More more) {
  std::string lines;
  for (int n = 0; n < 101; ++n) {
    auto data = card_payment(std::to_string(n));
    data.insert(1, more(n) + R"("merchantId":")" + world.merchant + "\",");
    lines += R"({"op":"create","idempotencyKey":"k)" + std::to_string(n) + R"(","data":)" + data + "}\n";
  }
  ASSERT_EQ(world.as(world.ingest_key).ingest(lines).size(), 101U);
}

// The route's own word: what it says to a parameter that it doesn't know.
std::set<std::string> parameters_of(Asker& who, const std::string& path) {
  const auto detail = who.get(path + "?nobody=1").text("detail");
  const auto at = detail.find("it knows:");
  std::set<std::string> out;
  if (at == std::string::npos) return out;
  std::istringstream words(detail.substr(at + 9));
  for (std::string word; words >> word;) out.insert(word);
  return out;
}

// What stands in backticks.
std::vector<std::string> named_in(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t from = 0;;) {
    const auto open = text.find('`', from);
    const auto close = open == std::string::npos ? open : text.find('`', open + 1);
    if (close == std::string::npos) return out;
    out.push_back(text.substr(open + 1, close - open - 1));
    from = close + 1;
  }
}

void expect_advice_of(Asker& who, const std::string& path, const std::string& advice) {
  SCOPED_TRACE(path + ": " + advice);
  const auto known = parameters_of(who, path);
  ASSERT_TRUE(known.contains("min-position")) << "the route's parameters";
  std::set<std::string> cubes;
  const auto all = who.get("/v1/totals").json();
  for (const auto& cube : all.at("cubes").as_array()) cubes.insert(std::string(cube.at("name").as_string()));
  int parameters = 0;
  for (const auto& name : named_in(advice)) {
    if (name.starts_with("serving.") || cubes.contains(name)) continue;
    EXPECT_TRUE(known.contains(name)) << "the route has no `" << name << "`";
    ++parameters;
  }
  EXPECT_GT(parameters, 0) << "names no parameter";
  // A phrase that stands for a parameter names it too.
  const std::pair<const char*, std::vector<std::string>> phrases[] = {
      {"period", {"from"}},      {"one merchant", {"merchantId"}}, {"a merchant", {"merchantId"}},
      {"grain", {"groupBy"}},    {"group by", {"groupBy"}},        {"text", {"contains", "q"}},
      {"amount", {"amountMin"}}, {"minutes", {"minutes"}},         {"without totals", {"totals"}}};
  for (const auto& [phrase, names] : phrases) {
    if (advice.find(phrase) == std::string::npos) continue;
    EXPECT_TRUE(std::ranges::any_of(names, [&](const auto& name) { return known.contains(name); })) << phrase;
  }
}

// Where advice may stand in an answer.
std::vector<std::string> advice_in(const TestAnswer& answer) {
  if (answer.status == 422) return {answer.text("detail")};
  std::vector<std::string> out;
  const auto json = answer.json();
  if (const auto* refused = json.if_contains("totalsRefused"))
    out.emplace_back(refused->at("what").as_string());
  if (const auto* read = json.if_contains("read"); read != nullptr && read->as_object().contains("advice"))
    out.emplace_back(read->at("advice").as_string());
  return out;
}

TEST_P(ViewsCeilings, a_question_that_is_too_wide_is_refused_with_advice) {
  World world({.books = GetParam()}, [](ServiceConfig& config) {
    config.totals_cells_max = 100;
    config.position_wait_ms = kCeilingWaitMs;
  });
  auto shop = world.as_merchant();
  std::string body;
  for (int day = 0; day < 120; ++day) {
    const auto at = to_rfc3339(start_of(BusinessDate{20'000 + day}));
    const auto n = std::to_string(day);
    const auto answer = shop.post(
        "/v1/payments", "k" + n,
        R"({"orderId":"order-)" + n + R"(","totalAmount":10,"requestedAt":")" + at +
            R"(","approvals":[{"method":"CARD","amount":10,"approvedAt":")" + at +
            R"(","approveNo":"00012345","card":{"issuerCode":"11","bin":"123456","last4":"7890"}}]})");
    ASSERT_EQ(answer.status, 201) << answer.body;
    body = answer.header("Ledger-Position");
  }
  const auto wide = shop.get("/v1/totals/merchant_day?from=2024-01-01&by=day&min-position=" + body);
  EXPECT_EQ(wide.status, 422) << wide.body;
  EXPECT_EQ(wide.code(), "QUERY_TOO_WIDE");
  EXPECT_NE(wide.text("detail").find("shorten the period"), std::string::npos) << wide.body;
  const auto month = shop.get("/v1/totals/merchant_sales_month?from=2024-01-01&by=month");
  ASSERT_EQ(month.status, 200) << month.body;
  EXPECT_GE(month.json().at("rows").as_array().size(), 4U);
}

TEST_P(ViewsCeilings, an_answer_of_too_many_rows_is_refused_with_advice) {
  World world({.books = GetParam()}, [](ServiceConfig& config) {
    config.totals_rows_max = 100;
    config.position_wait_ms = kCeilingWaitMs;
  });
  auto shop = world.as_merchant();
  take_in_101(world, [](int day) {
    return R"("requestedAt":")" + to_rfc3339(start_of(BusinessDate{20'000 + day})) + "\",";
  });
  const auto last = shop.post("/v1/payments", "last", card_payment("last"));
  const auto at = "&min-position=" + last.header("Ledger-Position");
  const auto days = shop.get("/v1/totals/merchant_day?from=2024-10-01&until=2025-02-01&by=day" + at);
  EXPECT_EQ(days.status, 422) << days.body;
  EXPECT_EQ(days.code(), "QUERY_TOO_WIDE");
  EXPECT_NE(days.text("detail").find("more than 100 rows"), std::string::npos) << days.body;
  expect_advice_of(shop, "/v1/totals/merchant_day", days.text("detail"));
  const auto months = shop.get("/v1/totals/merchant_day?from=2024-10-01&until=2025-02-01&by=month");
  EXPECT_EQ(months.status, 200) << months.body;
}

// Two merchants of sixty days each: a period that begins and ends within a month reads a cell of each day.
TEST_P(ViewsCeilings, a_ranking_that_is_too_wide_is_refused_with_advice) {
  World world({.books = GetParam()}, [](ServiceConfig& config) {
    config.top_cells_max = 100;
    config.position_wait_ms = kCeilingWaitMs;
  });
  std::string lines;
  const auto first = parse_business_date("2024-10-01")->days;
  for (int n = 0; n < 120; ++n) {
    auto data = card_payment(std::to_string(n));
    data.insert(1, R"("requestedAt":")" + to_rfc3339(start_of(BusinessDate{first + n / 2})) +
                       R"(","merchantId":")" + (n % 2 == 0 ? world.merchant : world.other) + "\",");
    lines += R"({"op":"create","idempotencyKey":"k)" + std::to_string(n) + R"(","data":)" + data + "}\n";
  }
  ASSERT_EQ(world.as(world.ingest_key).ingest(lines).size(), 120U);
  const auto last = world.as_merchant().post("/v1/payments", "last", card_payment("last"));
  const auto at = "&min-position=" + last.header("Ledger-Position");
  auto house = world.as_operator();
  const auto wide = house.get("/v1/merchants/top?from=2024-10-02&until=2024-11-30" + at);
  EXPECT_EQ(wide.status, 422) << wide.body;
  EXPECT_EQ(wide.code(), "QUERY_TOO_WIDE");
  EXPECT_NE(wide.text("detail").find("more than 100 cells of `merchant_day`"), std::string::npos)
      << wide.body;
  const auto months = house.get("/v1/merchants/top?from=2024-10-01&until=2024-12-01");
  ASSERT_EQ(months.status, 200) << months.body;
  EXPECT_EQ(months.json().at("merchants").as_array().size(), 2U);
  EXPECT_LE(months.json().at("read").at("rows").as_int64(), 4);
}

// A cell a minute of the day: refused like all totals of that cube.
TEST_P(ViewsCeilings, the_minutes_of_today_are_refused_with_advice) {
  World world({.books = GetParam()}, [](ServiceConfig& config) {
    config.totals_cells_max = 100;
    config.position_wait_ms = kCeilingWaitMs;
  });
  const auto now = SystemClock().now();
  const auto minutes = (now.us - start_of(business_date_of(now)).us) / 60'000'000;
  if (minutes < 105) GTEST_SKIP() << "the day in Seoul is too young to have so many minutes";
  std::string lines;
  for (int n = 0; n < 101; ++n) {
    auto data = card_payment(std::to_string(n));
    const std::string long_ago = "2026-11-22T10:00:00+09:00";
    const auto at = to_rfc3339(now.plus_us(-(n + 1) * 60'000'000LL));
    for (auto where = data.find(long_ago); where != std::string::npos; where = data.find(long_ago))
      data.replace(where, long_ago.size(), at);
    data.insert(1, R"("merchantId":")" + world.merchant + "\",");
    lines += R"({"op":"create","idempotencyKey":"k)" + std::to_string(n) + R"(","data":)" + data + "}\n";
  }
  ASSERT_EQ(world.as(world.ingest_key).ingest(lines).size(), 101U);
  const auto last = world.as_merchant().post("/v1/payments", "last", card_payment("last"));
  const auto at = "&min-position=" + last.header("Ledger-Position");
  auto house = world.as_operator();
  const auto wide = house.get("/v1/sales/today?minutes=180" + at);
  EXPECT_EQ(wide.status, 422) << wide.body;
  EXPECT_NE(wide.text("detail").find("cells of `sales_minute`"), std::string::npos) << wide.body;
  EXPECT_EQ(house.get("/v1/sales/today?minutes=60").status, 200);
}

TEST_P(ViewsCeilings, an_order_that_is_too_wide_is_refused_and_a_page_that_ends_early_says_so) {
  World world({.books = GetParam()}, [](ServiceConfig& config) {
    config.list_rows_max = 100;
    config.position_wait_ms = kCeilingWaitMs;
  });
  auto shop = world.as_merchant();
  auto house = world.as_operator();
  take_in_101(world, [](int) { return std::string(); });
  const auto last = shop.post("/v1/payments", "last", card_payment("last"));
  const auto at = "&min-position=" + last.header("Ledger-Position");
  const auto sorted = house.get("/v1/payments?sort=largest&totals=false" + at);
  EXPECT_EQ(sorted.status, 422) << sorted.body;
  EXPECT_EQ(sorted.code(), "QUERY_TOO_WIDE");
  EXPECT_NE(sorted.text("detail").find("name a merchant"), std::string::npos) << sorted.body;
  const auto moves = shop.get("/v1/transactions?sort=smallest&totals=false");
  EXPECT_EQ(moves.status, 422) << moves.body;
  EXPECT_NE(moves.text("detail").find("shorten it"), std::string::npos) << moves.body;
  EXPECT_EQ(shop.get("/v1/payments?sort=largest&totals=false").status, 200)
      << "of one merchant it is an index";

  const auto early = house.get("/v1/payments?status=CANCELED&totals=false").json();
  EXPECT_TRUE(early.at("payments").as_array().empty());
  EXPECT_TRUE(early.at("hasMore").as_bool());
  ASSERT_TRUE(early.at("read").as_object().contains("ceilingReached"));
  EXPECT_TRUE(early.at("read").at("ceilingReached").as_bool());
  EXPECT_NE(early.at("read").at("advice").as_string().find("nextCursor"), std::string::npos);
  const auto full = house.get("/v1/payments?limit=10&totals=false").json();
  EXPECT_TRUE(full.at("hasMore").as_bool());
  EXPECT_FALSE(full.at("read").as_object().contains("ceilingReached")) << "a full page is no early one";
}

// A list can always be shown; its totals only if what they would read has a bound.
TEST_P(ViewsCeilings, totals_that_would_read_too_much_are_refused_by_name_and_the_page_is_there) {
  constexpr int kPayments = 1'010;
  World world({.books = GetParam()}, [](ServiceConfig& config) {
    config.position_wait_ms = kCeilingWaitMs;
    config.list_rows_max = 1'000;
  });
  std::string lines;
  for (int i = 0; i < kPayments; ++i) {
    auto data = card_payment(std::to_string(i), 1000);
    data.insert(1, R"("merchantId":")" + (i % 2 == 0 ? world.merchant : world.other) + "\",");
    lines += R"({"op":"create","idempotencyKey":"k)" + std::to_string(i) + R"(","data":)" + data + "}\n";
  }
  ASSERT_EQ(world.as(world.ingest_key).ingest(lines).size(), static_cast<std::size_t>(kPayments));
  auto house = world.as_operator();
  const auto made = world.as_merchant().post("/v1/payments", "last", card_payment("last", 900));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto at = "&min-position=" + made.header("Ledger-Position");

  const auto refused = house.get("/v1/payments?amountMin=1000&limit=3" + at);
  ASSERT_EQ(refused.status, 200) << refused.body;
  EXPECT_EQ(refused.json().at("payments").as_array().size(), 3U);
  EXPECT_TRUE(refused.json().at("totals").is_null());
  const auto why = refused.json().at("totalsRefused");
  EXPECT_EQ(why.at("ceiling").as_int64(), 1'000);
  const std::string what(why.at("what").as_string());
  for (const auto* words : {"1000 payments", "shorten the period", "name a merchant", "narrow the amount"})
    EXPECT_NE(what.find(words), std::string::npos) << what;

  // What it advises helps.
  const auto one = house.get("/v1/payments?amountMin=1000&limit=3&merchantId=" + world.merchant);
  ASSERT_EQ(one.status, 200) << one.body;
  EXPECT_FALSE(one.json().contains("totalsRefused")) << one.body;
  ASSERT_TRUE(one.json().at("totals").is_array()) << one.body;
  EXPECT_EQ(one.json().at("totals").at(0).at("count").as_int64(), kPayments / 2);
  const auto few = house.get("/v1/payments?amountMax=999");
  ASSERT_EQ(few.json().at("payments").as_array().size(), 1U) << few.body;
  EXPECT_EQ(few.json().at("payments").at(0).at("id").as_string(), made.text("id"));
  const auto all = house.get("/v1/payments?limit=3&merchantId=" + world.merchant);
  ASSERT_TRUE(all.json().at("totals").is_array()) << all.body;
  EXPECT_EQ(all.json().at("totals").at(0).at("count").as_int64(), kPayments / 2 + 1) << all.body;
  EXPECT_LT(all.json().at("read").at("rows").as_int64(), 100) << "counted one by one, in spite of the cube";
  // So does the one over all merchants.
  const auto everyone = house.get("/v1/payments?limit=3");
  ASSERT_TRUE(everyone.json().at("totals").is_array()) << everyone.body;
  EXPECT_EQ(everyone.json().at("totals").at(0).at("count").as_int64(), kPayments + 1) << everyone.body;
}

// A merchant's days and everybody's: 120 days of two merchants, a full day, and the last 101 minutes.
class Crowded {
 public:
  explicit Crowded(World& world) : world_(world) {
    const auto first = parse_business_date("2024-10-01")->days;
    for (int n = 0; n < 240; ++n)
      add(to_rfc3339(start_of(BusinessDate{first + n / 2})), n % 2 == 0 ? world.merchant : world.other);
    for (int n = 0; n < 101; ++n) add("2025-03-03T18:00:00+09:00", world.merchant);
    const auto now = SystemClock().now();
    for (int n = 0; n < 101; ++n) add(to_rfc3339(now.plus_us(-(n + 1) * 60'000'000LL)), world.merchant);
    EXPECT_EQ(world_.as(world_.ingest_key).ingest(lines_).size(), 442U);
    const auto last = world_.as_merchant().post("/v1/payments", "last", card_payment("last"));
    EXPECT_EQ(last.status, 201) << last.body;
    position = last.header("Ledger-Position");
  }
  std::string position;

 private:
  void add(const std::string& at, const std::string& merchant) {
    const auto n = std::to_string(count_++);
    auto data = card_payment(n);
    const std::string usual = "2026-11-22T10:00:00+09:00";
    for (auto where = data.find(usual); where != std::string::npos; where = data.find(usual))
      data.replace(where, usual.size(), at);
    data.insert(1, R"("requestedAt":")" + at + R"(","merchantId":")" + merchant + "\",");
    lines_ += R"({"op":"create","idempotencyKey":"k)" + n + R"(","data":)" + data + "}\n";
  }
  World& world_;
  std::string lines_;
  int count_ = 0;
};

// Found by an audit: the ranking was told to name a merchant and to ask another cube, neither of which it
// takes.
TEST_P(ViewsCeilings, advice_names_parameters_that_the_route_takes) {
  World world({.books = GetParam()}, [](ServiceConfig& config) {
    config.totals_cells_max = config.totals_rows_max = config.top_cells_max = config.list_rows_max =
        config.search_rows_max = 100;
    config.position_wait_ms = kCeilingWaitMs;
  });
  const Crowded crowd(world);
  auto shop = world.as_merchant();
  auto house = world.as_operator();
  const auto one = "&merchantId=" + world.merchant;
  const auto minutes = [] {
    const auto now = SystemClock().now();
    return (now.us - start_of(business_date_of(now)).us) / 60'000'000;
  }();
  struct Question {
    const char* path;
    std::string query;
    const char* says;  // of what it refuses
    bool of_merchant = false;
  };
  const Question cases[] = {
      {"/v1/totals/merchant_day", "from=2024-10-01&by=day", "cells of `merchant_day`"},
      {"/v1/totals/merchant_day", "from=2024-10-01&by=day" + one, "cells of `merchant_day`"},
      {"/v1/totals/merchant_day", "from=2024-10-01&until=2024-12-15&by=day&groupBy=merchant", "cells of"},
      {"/v1/totals/merchant_day", "from=2024-10-01&by=day", "`serving.totals_cells_max`", true},
      {"/v1/merchants/top", "from=2024-10-02&until=2024-11-30", "`serving.top_cells_max`"},
      {"/v1/sales/today", "minutes=180", "cells of `sales_minute`"},
      {"/v1/payments", "sort=largest&totals=false", "sorted for the question"},
      {"/v1/transactions", "sort=smallest&totals=false", "sorted for the question", true},
      {"/v1/payments", "from=2024-10-01&limit=1", "cells of `payments_day`"},
      {"/v1/payments", "from=2024-10-01&limit=1", "cells of `merchant_day`", true},
      {"/v1/transactions", "from=2024-10-01&limit=1", "cells of `merchant_day_transactions`", true},
      {"/v1/payments", "amountMin=1&limit=1", "one by one"},
      {"/v1/payments", "amountMin=1&limit=1", "one by one", true},
      {"/v1/payments", "contains=test&limit=1", "one by one"},
      {"/v1/transactions", "amountMin=1&limit=1", "one by one", true},
      {"/v1/payments", "from=2025-03-03T13:00:00%2B09:00&until=2025-03-05&limit=1", "in the part of a day"},
      {"/v1/payments", "from=2025-03-03T13:00:00%2B09:00&until=2025-03-05&limit=1", "in the part of a day",
       true},
      {"/v1/transactions", "from=2025-03-03T13:00:00%2B09:00&until=2025-03-05&limit=1",
       "in the part of a day", true},
      {"/v1/search", "q=test&limit=1000", "this page ended"},
      {"/v1/search", "q=test&limit=1000", "this page ended", true},
      {"/v1/payments", "status=CANCELED&totals=false", "this page ended"},
      {"/v1/payments", "issuer=nobody&totals=false", "this page ended", true},
      {"/v1/transactions", "issuer=nobody&totals=false", "this page ended", true},
      {"/v1/totals/merchant_day/changes", "from=2024-10-01&asOf=2024-10-02&limit=1000", "this page ended"},
  };
  for (const auto& [path, query, says, of_merchant] : cases) {
    if (std::string_view(path) == "/v1/sales/today" && minutes < 105) continue;  // too young a day
    auto& who = of_merchant ? shop : house;
    const auto answer = who.get(std::string(path) + "?" + query + "&min-position=" + crowd.position);
    const auto told = advice_in(answer);
    const bool one_says = std::ranges::any_of(
        told, [says = says](const auto& text) { return text.find(says) != std::string::npos; });
    EXPECT_TRUE(one_says) << path << "?" << query << ": " << says << "\n" << answer.body.substr(0, 600);
    for (const auto& advice : told) {
      expect_advice_of(who, path, advice);
      const bool is_of_one = of_merchant || query.find("merchantId") != std::string::npos;
      EXPECT_TRUE(!is_of_one || advice.find("merchantId") == std::string::npos)
          << "of one already: " << advice;
    }
  }
}

// The totals beside a list had a ceiling of their own that nobody could set, and each of its cubes had it
// anew.
TEST_P(ViewsCeilings, the_totals_beside_a_list_have_the_ceiling_of_all_totals) {
  World world({.books = GetParam()}, [](ServiceConfig& config) {
    config.totals_cells_max = 100;
    config.position_wait_ms = kCeilingWaitMs;
  });
  const Crowded crowd(world);
  for (auto* who : {"shop", "house"}) {
    auto asker = who == std::string_view("shop") ? world.as_merchant() : world.as_operator();
    const auto wide =
        asker.get("/v1/payments?from=2024-10-01&until=2025-02-01&limit=1&min-position=" + crowd.position,
                  {{"Explain", "1"}});
    ASSERT_EQ(wide.status, 200) << wide.body;
    EXPECT_TRUE(wide.json().at("totals").is_null()) << wide.body;
    const auto why = wide.json().at("totalsRefused");
    EXPECT_EQ(why.at("ceiling").as_int64(), 100);
    EXPECT_NE(why.at("what").as_string().find("(`serving.totals_cells_max`)"), std::string::npos)
        << wide.body;
    EXPECT_EQ(wide.json().at("explain").at("ceilings").at("totalsCells").as_int64(), 100) << wide.body;
    const auto fits = asker.get("/v1/payments?from=2024-10-01&until=2024-12-01&limit=1");
    ASSERT_TRUE(fits.json().at("totals").is_array()) << fits.body;
    EXPECT_EQ(fits.json().at("totals").at(0).at("count").as_int64(),
              who == std::string_view("shop") ? 61 : 122);
  }
}

}  // namespace
}  // namespace wonjang
