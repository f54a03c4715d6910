// The serving views over real HTTP: a write is seen at its position, nobody sees another's, bad questions get
// a sentence, cursors hold to their question.

#include <set>

#include "adapters/system/system_clock.h"
#include "app/api/api_test_world.h"

namespace wonjang {
namespace {

constexpr std::int64_t kWaitMs = 10'000;

std::vector<std::string> ids_in(const TestAnswer& answer, const char* list = "payments",
                                const char* name = "id") {
  std::vector<std::string> out;
  const auto object = answer.json();
  EXPECT_EQ(answer.status, 200) << answer.body;
  if (answer.status != 200) return out;
  for (const auto& item : object.at(list).as_array()) out.emplace_back(item.at(name).as_string());
  return out;
}

class ViewsApi : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  static void patient(ServiceConfig& config) {
    config.position_wait_ms = kWaitMs;
    config.http_read_ms = 20'000;
  }

  std::string pay(Asker& shop, const std::string& order, std::int64_t amount = 1000) {
    const auto answer = shop.post("/v1/payments", "create-" + order, card_payment(order, amount));
    EXPECT_EQ(answer.status, 201) << answer.body;
    position_ = answer.header("Ledger-Position");
    return answer.text("id");
  }
  void cancel(Asker& shop, const std::string& id, std::int64_t amount) {
    const auto answer = shop.post("/v1/payments/" + id + "/cancels", "cancel-" + id,
                                  R"({"reason":"x","amount":)" + std::to_string(amount) + "}");
    EXPECT_EQ(answer.status, 201) << answer.body;
    position_ = answer.header("Ledger-Position");
  }
  // At the position of the last write.
  TestAnswer look(Asker& who, const std::string& target) {
    return who.get(target + (target.find('?') == std::string::npos ? "?" : "&") +
                   "min-position=" + position_);
  }

  World world_{{.books = GetParam()}, &patient};
  std::string position_;
};
INSTANTIATE_TEST_SUITE_P(Books, ViewsApi, ::testing::Values(1U, 4U));

TEST_P(ViewsApi, a_write_is_seen_in_list_search_totals_and_life_at_its_position) {
  auto shop = world_.as_merchant();
  const auto id = pay(shop, "abc123", 7000);
  const auto list = look(shop, "/v1/payments");
  EXPECT_EQ(ids_in(list), std::vector<std::string>{id});
  const auto found = look(shop, "/v1/search?q=abc123");
  EXPECT_EQ(ids_in(found), std::vector<std::string>{id});
  cancel(shop, id, 3000);
  const auto after = look(shop, "/v1/payments");
  ASSERT_EQ(after.status, 200) << after.body;
  const auto item = after.json().at("payments").at(0);
  EXPECT_EQ(item.at("balanceAmount").as_int64(), 4000);
  EXPECT_EQ(item.at("status").as_string(), "PARTIAL_CANCELED");
  const auto sums = after.json().at("totals").at(0);
  EXPECT_EQ(sums.at("count").as_int64(), 1);
  EXPECT_EQ(sums.at("grossAmount").as_int64(), 7000);
  EXPECT_EQ(sums.at("canceledAmount").as_int64(), 3000);
  EXPECT_EQ(sums.at("netAmount").as_int64(), 4000);
  const auto moves = look(shop, "/v1/transactions");
  EXPECT_EQ(ids_in(moves, "transactions", "kind").size(), 2U) << moves.body;
  const auto life = look(shop, "/v1/payments/" + id + "/lifecycle");
  ASSERT_EQ(life.status, 200) << life.body;
  EXPECT_EQ(life.json().at("payment").at("id").as_string(), id);
  EXPECT_GE(life.json().at("steps").as_array().size(), 3U);
  EXPECT_TRUE(life.json().at("settlement").as_array().empty());
  const auto day = look(shop, "/v1/totals/merchant_day?from=2026-01-01&until=2028-01-01");
  ASSERT_EQ(day.status, 200) << day.body;
  ASSERT_EQ(day.json().at("rows").as_array().size(), 1U) << day.body;
  EXPECT_EQ(day.json().at("rows").at(0).at("netAmount").as_int64(), 4000);
  EXPECT_EQ(day.json().at("rows").at(0).at("averageAmount").as_string(), "7000.00");
}

// Readers that take numbers for doubles, JavaScript among them, would round it without a word.
TEST_P(ViewsApi, a_sum_beyond_what_a_double_holds_comes_as_a_text_of_its_digits) {
  constexpr std::int64_t kMost = 140'737'488'355'327;
  auto shop = world_.as_merchant();
  for (int i = 0; i < 64; ++i) pay(shop, "most-" + std::to_string(i), kMost);
  const auto net = [](const TestAnswer& answer, const char* list) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto json = answer.json();
    const auto* rows = json.if_contains(list);
    const bool is_there = rows != nullptr && rows->is_array() && !rows->as_array().empty();
    EXPECT_TRUE(is_there) << answer.body;
    return is_there ? rows->as_array().front().at("netAmount") : boost::json::value();
  };
  EXPECT_EQ(net(look(shop, "/v1/payments?limit=1"), "totals"), boost::json::value(64 * kMost));
  pay(shop, "last", kMost);
  const boost::json::value text("9147936743096255");
  EXPECT_EQ(net(look(shop, "/v1/payments?limit=1"), "totals"), text);
  EXPECT_EQ(net(look(shop, "/v1/totals/merchant_day?from=2026-01-01&until=2028-01-01"), "rows"), text);
}

// Payments are dated a little ahead by clocks that are: whoever adds up a list and asks for totals gets one
// sum.
TEST_P(ViewsApi, without_an_end_lists_and_totals_end_alike) {
  auto shop = world_.as_merchant();
  const auto now = SystemClock().now();
  const auto from = to_text(business_date_of(now));
  pay(shop, "now", 100);
  auto ahead = card_payment("ahead", 25);
  ahead.insert(1, R"("requestedAt":")" + to_rfc3339(now.plus_ms(23 * 3'600'000)) + "\",");
  const auto made = shop.post("/v1/payments", "ahead", ahead);
  ASSERT_EQ(made.status, 201) << made.body;
  position_ = made.header("Ledger-Position");
  const auto list = look(shop, "/v1/payments?from=" + from);
  ASSERT_EQ(list.status, 200) << list.body;
  EXPECT_EQ(list.json().at("totals").at(0).at("grossAmount").as_int64(), 125) << list.body;
  for (const std::string& target : {"/v1/totals/merchant_day?by=month&from=" + from,
                                    "/v1/totals/merchant_sales_month?from=" + from.substr(0, 8) + "01"}) {
    const auto totals = look(shop, target);
    ASSERT_EQ(totals.status, 200) << totals.body;
    std::int64_t sum = 0;
    const auto answer = totals.json();
    for (const auto& row : answer.at("rows").as_array()) sum += row.at("grossAmount").as_int64();
    EXPECT_EQ(sum, 125) << totals.body;
  }
  const BusinessDate far{business_date_of(now).days + 40};
  const auto later = look(shop, "/v1/totals/merchant_day?from=" + to_text(far));
  ASSERT_EQ(later.status, 200) << later.body;
  EXPECT_EQ(later.json().at("period").at("until").as_string(), to_text(BusinessDate{far.days + 1'827}));
}

TEST_P(ViewsApi, every_answer_says_what_it_saw_and_what_it_read) {
  auto shop = world_.as_merchant();
  const auto id = pay(shop, "1");
  for (const std::string target :
       {"/v1/payments", "/v1/transactions", "/v1/search?q=order", "/v1/totals/merchant_day?from=2026-01-01",
        "/v1/sales/today", "/v1/payments/PAYMENT/lifecycle"}) {
    auto path = target;
    if (const auto at = path.find("PAYMENT"); at != std::string::npos) path.replace(at, 7, id);
    SCOPED_TRACE(path);
    const auto answer = look(shop, path);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto json = answer.json();
    EXPECT_EQ(answer.header("Ledger-Position"), std::string(json.at("seen").at("position").as_string()));
    EXPECT_FALSE(json.at("seen").at("stopped").as_bool());
    EXPECT_FALSE(json.at("read").at("index").as_string().empty());
    EXPECT_FALSE(json.contains("explain"));
    const auto explained = shop.get(path, {{"Explain", "1"}});
    ASSERT_TRUE(explained.json().contains("explain")) << explained.body;
    EXPECT_FALSE(explained.json().at("explain").at("plan").as_array().empty());
    EXPECT_TRUE(look(shop, path + (path.find('?') == std::string::npos ? "?" : "&") + "explain=true")
                    .json()
                    .contains("explain"));
  }
}

// What came since the close of a day, down to its payments: they add up to the difference of the totals.
TEST_P(ViewsApi, a_difference_is_explained_by_its_payments) {
  auto shop = world_.as_merchant();
  auto other = world_.as_other();
  const auto today = business_date_of(SystemClock().now());
  const auto day = [&](std::int32_t back) { return to_text(BusinessDate{today.days - back}); };
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    auto body = card_payment("late-" + std::to_string(i), 1000 + i);
    const std::string long_ago = "2026-11-22T10:00:00+09:00";
    const auto at = to_rfc3339(start_of(BusinessDate{today.days - 3}));
    for (auto where = body.find(long_ago); where != std::string::npos; where = body.find(long_ago))
      body.replace(where, long_ago.size(), at);
    const auto made = shop.post("/v1/payments", "k" + std::to_string(i), body);
    ASSERT_EQ(made.status, 201) << made.body;
    ids.insert(ids.begin(), made.text("id"));
  }
  cancel(shop, ids.front(), 400);
  pay(other, "theirs", 77);
  const std::string question = "?from=" + day(5) + "&until=" + day(-1) + "&asOf=";
  const auto totals = look(shop, "/v1/totals/merchant_day" + question + day(1) + "&difference=true");
  ASSERT_EQ(totals.status, 200) << totals.body;
  ASSERT_EQ(totals.json().at("rows").as_array().size(), 1U) << totals.body;

  std::set<std::string> listed;
  std::int64_t count = 0, net = 0;
  std::string after;
  for (int page = 0; page < 3; ++page) {
    const auto answer =
        look(shop, "/v1/totals/merchant_day/changes" + question + day(1) + "&limit=2&explain=true" + after);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto json = answer.json();
    EXPECT_TRUE(json.contains("explain"));
    for (const auto& item : json.at("payments").as_array()) {
      listed.emplace(item.at("id").as_string());
      EXPECT_FALSE(item.as_object().contains("then")) << "it wasn't known yesterday";
      EXPECT_GE(item.at("eventsAfter").as_int64(), 2);
      count += item.at("difference").at("count").as_int64();
      net += item.at("difference").at("netAmount").as_int64();
    }
    EXPECT_EQ(json.at("hasMore").as_bool(), page < 2) << answer.body;
    if (page < 2) after = "&after=" + answer.text("nextCursor");
  }
  EXPECT_EQ(listed, std::set<std::string>(ids.begin(), ids.end()));
  EXPECT_EQ(count, totals.json().at("rows").at(0).at("count").as_int64());
  EXPECT_EQ(net, totals.json().at("rows").at(0).at("netAmount").as_int64());
  EXPECT_EQ(net, 5'010 - 400);

  EXPECT_TRUE(ids_in(look(shop, "/v1/totals/merchant_day/changes" + question + day(0))).empty())
      << "nothing came after today";
  EXPECT_EQ(look(shop, "/v1/totals/merchant_day/changes" + question + day(0) + after).code(),
            "INVALID_CURSOR");
  EXPECT_EQ(look(other, "/v1/totals/merchant_day/changes" + question + day(1))
                .json()
                .at("payments")
                .as_array()
                .size(),
            1U);
  EXPECT_EQ(look(other, "/v1/totals/organisation_month/changes?from=2026-01-01&asOf=" + day(1)).status, 404);
  auto house = world_.as_operator();
  EXPECT_EQ(ids_in(look(house, "/v1/totals/merchant_day/changes" + question + day(1))).size(), 6U);
}

// What has a key goes to one book, what goes over everybody's events to all, and the views ask none.
TEST_P(ViewsApi, an_explained_question_says_how_many_books_it_asked) {
  auto shop = world_.as_merchant();
  auto house = world_.as_operator();
  const auto id = pay(shop, "spread");
  const std::string all =
      GetParam() == 1 ? "routed; books=1" : "scattered; books=" + std::to_string(GetParam());
  const auto route_of = [](Asker& who, const std::string& target) {
    const auto answer = who.get(target, {{"Explain", "1"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.header("Ledger-Route");
  };
  EXPECT_EQ(route_of(shop, "/v1/payments"), "views; books=0");
  EXPECT_EQ(route_of(shop, "/v1/totals/merchant_day?from=2026-01-01"), "views; books=0");
  EXPECT_EQ(route_of(shop, "/v1/payments?orderId=order-spread"), "routed; books=1");
  EXPECT_EQ(route_of(shop, "/v1/payments/" + id), "routed; books=1");
  EXPECT_EQ(route_of(shop, "/v1/events"), all);
  EXPECT_EQ(route_of(house, "/v1/in-doubt"), all);
  EXPECT_EQ(shop.get("/v1/payments").header("Ledger-Route"), "") << "said to who asks for it";
  const auto life = look(shop, "/v1/payments/" + id + "/lifecycle?explain=true");
  EXPECT_EQ(life.header("Ledger-Route"), "routed; books=1");
  EXPECT_EQ(life.json().at("explain").at("route").as_string(), "routed");
  EXPECT_EQ(shop.get("/v1/payments?explain=true").json().at("explain").at("books").as_int64(), 0);
  const auto metrics = house.get("/metrics").body;
  const auto counted = [&](const std::string& route) {
    return metrics.find("wonjang_reads_total{route=\"" + route + "\"} 0\n") == std::string::npos;
  };
  EXPECT_TRUE(counted("views") && counted("routed"));
  EXPECT_EQ(counted("scattered"), GetParam() > 1);
}

TEST_P(ViewsApi, a_merchant_never_sees_another_one) {
  auto shop = world_.as_merchant();
  auto other = world_.as_other();
  const auto id = pay(shop, "secret77", 7000);
  const auto theirs = pay(other, "mine", 500);
  EXPECT_EQ(ids_in(look(other, "/v1/payments")), std::vector<std::string>{theirs});
  EXPECT_EQ(look(other, "/v1/payments").json().at("totals").at(0).at("grossAmount").as_int64(), 500);
  EXPECT_TRUE(ids_in(look(other, "/v1/search?q=cret77")).empty());
  EXPECT_TRUE(ids_in(look(other, "/v1/search?q=" + id)).empty());
  EXPECT_EQ(look(other, "/v1/payments/" + id + "/lifecycle").code(), "PAYMENT_NOT_FOUND");
  for (const std::string target : {"/v1/payments?", "/v1/transactions?", "/v1/search?q=cret77&",
                                   "/v1/sales/today?", "/v1/totals/merchant_day?from=2026-01-01&"}) {
    EXPECT_EQ(look(other, target + "merchantId=" + world_.merchant).status, 404) << target;
  }
  EXPECT_EQ(look(other, "/v1/totals/sales_hour?from=2026-01-01").status, 404);
  EXPECT_EQ(other.get("/v1/merchants/top?from=2026-01-01").status, 403);
  EXPECT_EQ(other.get("/v1/views").status, 403);
  const auto cubes = other.get("/v1/totals").json();
  for (const auto& cube : cubes.at("cubes").as_array()) EXPECT_EQ(cube.at("key").as_string(), "merchant");
  const auto rows = look(other, "/v1/totals/merchant_day?from=2026-01-01").json().at("rows").as_array();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.at(0).at("grossAmount").as_int64(), 500);
  auto house = world_.as_operator();
  EXPECT_EQ(ids_in(look(house, "/v1/payments")).size(), 2U);
  EXPECT_EQ(ids_in(look(house, "/v1/search?q=cret77")), std::vector<std::string>{id});
  const auto today = house.get("/v1/sales/today?explain=true");
  EXPECT_EQ(today.status, 200) << today.body;
  EXPECT_TRUE(today.json().contains("explain"));
  const auto top = look(house, "/v1/merchants/top?from=2026-01-01");
  ASSERT_EQ(top.status, 200) << top.body;
  EXPECT_EQ(top.json().at("merchants").at(0).at("merchantCode").as_string(), "shop");
}

TEST_P(ViewsApi, todays_minutes_are_those_of_todays_hours) {
  auto shop = world_.as_merchant();
  auto other = world_.as_other();
  const auto pay_now = [&](Asker& who, const std::string& order) {
    auto body = card_payment(order, 1000);
    const std::string long_ago = "2026-11-22T10:00:00+09:00";
    std::string now;
    append_rfc3339(now, SystemClock().now());
    body.replace(body.find(long_ago), long_ago.size(), now);
    const auto answer = who.post("/v1/payments", "create-" + order, body);
    ASSERT_EQ(answer.status, 201) << answer.body;
    position_ = answer.header("Ledger-Position");
  };
  for (int i = 0; i < 3; ++i) pay_now(shop, std::to_string(i));
  pay_now(other, "other");
  for (auto* who : {"house", "shop"}) {
    auto house = world_.as_operator();
    auto& asks = std::string_view(who) == "house" ? house : shop;
    const auto today = look(asks, "/v1/sales/today?minutes=180").json();
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    for (const auto& row : today.at("hours").as_array()) hours += row.at("netAmount").as_int64();
    for (const auto& row : today.at("minutes").as_array()) {
      minutes += row.at("netAmount").as_int64();
      EXPECT_EQ(row.at("minute").as_string().size(), 16U);
    }
    EXPECT_EQ(minutes, hours) << who;
    EXPECT_GE(hours, 1000) << "of today, unless midnight fell into this test";
    EXPECT_FALSE(asks.get("/v1/sales/today").json().contains("minutes"));
    EXPECT_EQ(asks.get("/v1/sales/today?minutes=181").code(), "BAD_PARAMETER");
  }
}

TEST_P(ViewsApi, pages_neither_skip_nor_repeat_while_writes_go_on) {
  auto shop = world_.as_merchant();
  std::set<std::string> there;
  for (int i = 0; i < 7; ++i) there.insert(pay(shop, std::to_string(i), 1000 + i));
  for (const std::string sort : {"newest", "oldest", "largest", "smallest"}) {
    std::vector<std::string> seen;
    std::string next;
    for (int page = 0; page < 20; ++page) {
      const auto answer =
          look(shop, "/v1/payments?limit=2&sort=" + sort + (next.empty() ? "" : "&after=" + next));
      ASSERT_EQ(answer.status, 200) << answer.body;
      EXPECT_EQ(answer.json().contains("totals"), next.empty());
      for (const auto& id : ids_in(answer)) seen.push_back(id);
      pay(shop, sort + std::to_string(page), 5'000'000);
      next = answer.text("nextCursor");
      if (!answer.json().at("hasMore").as_bool()) break;
    }
    const std::set<std::string> unique(seen.begin(), seen.end());
    EXPECT_EQ(unique.size(), seen.size()) << sort;
    for (const auto& id : there) EXPECT_TRUE(unique.contains(id)) << sort;
    there.insert(unique.begin(), unique.end());
  }
}

TEST_P(ViewsApi, a_cursor_belongs_to_its_question_and_to_its_merchant) {
  auto shop = world_.as_merchant();
  for (int i = 0; i < 3; ++i) pay(shop, std::to_string(i));
  const auto first = look(shop, "/v1/payments?limit=1&status=DONE");
  const auto next = first.text("nextCursor");
  ASSERT_FALSE(next.empty()) << first.body;
  EXPECT_EQ(shop.get("/v1/payments?limit=2&status=DONE&after=" + next).status, 200);
  auto tampered = next;
  tampered[5] = tampered[5] == 'x' ? 'y' : 'x';
  EXPECT_EQ(shop.get("/v1/payments?status=DONE&after=" + tampered).code(), "INVALID_CURSOR");
  EXPECT_EQ(shop.get("/v1/payments?status=CANCELED&after=" + next).code(), "INVALID_CURSOR");
  EXPECT_EQ(shop.get("/v1/payments?status=DONE&sort=oldest&after=" + next).code(), "INVALID_CURSOR");
  EXPECT_EQ(shop.get("/v1/transactions?after=" + next).code(), "INVALID_CURSOR");
  EXPECT_EQ(shop.get("/v1/transactions?limit=2&status=DONE&after=" + next).code(), "INVALID_CURSOR");
  EXPECT_EQ(world_.as_other().get("/v1/payments?status=DONE&after=" + next).code(), "INVALID_CURSOR");
  EXPECT_EQ(world_.as_operator().get("/v1/payments?status=DONE&after=" + next).code(), "INVALID_CURSOR");
}

TEST_P(ViewsApi, filters_let_through_what_they_say) {
  auto shop = world_.as_merchant();
  const auto small = pay(shop, "small", 500);
  const auto large = pay(shop, "large", 90'000);
  look(shop, "/v1/payments");  // a position is of one book, and that of the cancel may not be the large one's
  cancel(shop, small, 500);
  const auto only = [&](const std::string& filter) { return ids_in(look(shop, "/v1/payments?" + filter)); };
  EXPECT_EQ(only("status=DONE"), std::vector<std::string>{large});
  EXPECT_EQ(only("status=CANCELED"), std::vector<std::string>{small});
  EXPECT_EQ(only("status=DONE,CANCELED").size(), 2U);
  EXPECT_EQ(only("status=DONE&status=CANCELED").size(), 2U);
  EXPECT_EQ(only("amountMin=501"), std::vector<std::string>{large});
  EXPECT_EQ(only("amountMax=500"), std::vector<std::string>{small});
  EXPECT_EQ(only("method=CARD&issuer=11").size(), 2U);
  EXPECT_TRUE(only("method=TRANSFER").empty());
  EXPECT_EQ(only("contains=tes").size(), 2U);
  EXPECT_TRUE(only("contains=nothing").empty());
  EXPECT_TRUE(only("metadata.campaign=spring").empty());
  EXPECT_TRUE(only("from=2020-01-01&until=2020-02-01").empty());
  EXPECT_EQ(ids_in(look(shop, "/v1/transactions?kind=CANCEL"), "transactions", "paymentId"),
            std::vector<std::string>{small});
  const auto moved = [&](const std::string& filter) {
    return ids_in(look(shop, "/v1/transactions?" + filter), "transactions", "kind");
  };
  EXPECT_EQ(moved("status=CANCELED&sort=oldest"), (std::vector<std::string>{"APPROVAL", "CANCEL"}));
  EXPECT_EQ(moved("status=CANCELED&kind=CANCEL"), std::vector<std::string>{"CANCEL"});
  EXPECT_EQ(moved("status=DONE"), std::vector<std::string>{"APPROVAL"});
  EXPECT_EQ(moved("contains=tes").size(), 3U);
  EXPECT_EQ(moved("contains=tes&status=DONE,CANCELED&sort=largest").size(), 3U);
  EXPECT_TRUE(moved("contains=nothing").empty());
  const auto sums = look(shop, "/v1/transactions?contains=tes&status=CANCELED&limit=1").json();
  EXPECT_EQ(sums.at("transactions").as_array().size(), 1U);
  EXPECT_EQ(sums.at("totals").at(0).at("count").as_int64(), 2);
  EXPECT_EQ(sums.at("totals").at(0).at("netAmount").as_int64(), 0);
  EXPECT_EQ(sums.at("read").at("rows").as_int64(), 1) << "a merchant hears how many it was shown";
  EXPECT_EQ(shop.get("/v1/transactions?status=UNHEARD").status, 400);
  EXPECT_EQ(look(shop, "/v1/payments?totals=false").json().contains("totals"), false);
}

TEST_P(ViewsApi, metadata_is_a_filter_and_is_found_by_search) {
  auto shop = world_.as_merchant();
  const auto pay_with = [&](const std::string& order, const std::string& metadata) {
    auto body = card_payment(order, 1000);
    body.insert(1, "\"metadata\":{" + metadata + "},");
    const auto answer = shop.post("/v1/payments", "create-" + order, body);
    EXPECT_EQ(answer.status, 201) << answer.body;
    position_ = answer.header("Ledger-Position");
    look(shop, "/v1/payments");
    return answer.text("id");
  };
  pay(shop, "none");
  look(shop, "/v1/payments");
  const auto spring = pay_with("a", R"("campaign":"SPRING-26","자리":"창가 2층")");
  const auto autumn = pay_with("b", R"("campaign":"AUTUMN-26","memo":"선물 포장")");
  const auto only = [&](const std::string& filter) { return ids_in(look(shop, "/v1/payments?" + filter)); };
  EXPECT_EQ(only("metadata.campaign=SPRING-26"), std::vector<std::string>{spring});
  EXPECT_EQ(only("metadata.campaign=SPRING-26&metadata.campaign=AUTUMN-26").size(), 2U);
  // 자리=창가 2층
  const std::string seat = "metadata.%EC%9E%90%EB%A6%AC=%EC%B0%BD%EA%B0%80%202%EC%B8%B5";
  EXPECT_EQ(only(seat), std::vector<std::string>{spring});
  EXPECT_EQ(only(seat + "&metadata.campaign=SPRING-26&status=DONE&sort=largest"),
            std::vector<std::string>{spring});
  EXPECT_TRUE(only(seat + "&metadata.campaign=AUTUMN-26").empty());
  EXPECT_TRUE(only("metadata.campaign=spring-26").empty()) << "exactly as it was sent";
  EXPECT_TRUE(only("metadata.memo=SPRING-26").empty());
  const auto totals = look(shop, "/v1/payments?metadata.campaign=AUTUMN-26").json().at("totals");
  EXPECT_EQ(totals.as_array().at(0).at("count").as_int64(), 1);

  const auto found = look(shop, "/v1/search?q=spring-26");
  EXPECT_EQ(ids_in(found), std::vector<std::string>{spring});
  EXPECT_EQ(found.json().at("payments").at(0).at("matched").at(0).as_string(), "metadata");
  EXPECT_EQ(ids_in(look(shop, "/v1/search?q=%EC%84%A0%EB%AC%BC")), std::vector<std::string>{autumn});  // 선물
}

TEST_P(ViewsApi, bad_questions_get_a_sentence) {
  auto shop = world_.as_merchant();
  auto house = world_.as_operator();
  pay(shop, "1");
  look(shop, "/v1/payments");  // until they are built
  const std::pair<std::string, std::string> rows[] = {
      {"/v1/payments?form=2026-01-01", "doesn't know"},
      {"/v1/payments?from=yesterday", "business date"},
      {"/v1/payments?from=2026-02-01&until=2026-01-01", "half-open"},
      {"/v1/payments?from=2020-01-01&until=2026-01-01", "5 years"},
      {"/v1/payments?from=2016-01-01", "end of tomorrow"},  // never the first five years in silence
      {"/v1/search?q=order&from=2016-01-01", "end of tomorrow"},
      {"/v1/payments?status=PAID", "there are READY"},
      {"/v1/search?q=%FF%FE", "q isn't UTF-8"},
      {"/v1/payments?contains=%C3%28", "contains isn't UTF-8"},
      {"/v1/transactions?contains=%ED%A0%80", "contains isn't UTF-8"},
      {"/v1/payments?method=CASH", "there are CARD"},
      {"/v1/payments?amountMin=-1", "amountMin"},
      {"/v1/payments?amountMin=2&amountMax=1", "greater than"},
      {"/v1/payments?sort=best", "newest, oldest"},
      {"/v1/payments?limit=1001", "1 to 1000"},
      {"/v1/payments?limit=0", "1 to 1000"},
      {"/v1/totals/merchant_day/changes?from=2026-01-01", "say asOf"},
      {"/v1/totals/merchant_day_transactions/changes?from=2026-01-01&asOf=2026-01-01", "never change"},
      {"/v1/totals/merchant_sales_month/changes?from=2026-01-01&asOf=2026-01-01", "keeps no history"},
      {"/v1/totals/merchant_day/changes?from=2026-01-01&asOf=2026-01-01&by=day", "by"},
      {"/v1/totals/merchant_day/changes?from=2026-01-01&asOf=2026-01-01&limit=1001", "1 to 1000"},
      {"/v1/payments?totals=maybe", "true or false"},
      {"/v1/payments?sort=newest&sort=oldest", "twice"},
      {"/v1/payments?merchantId=nobody", "merchant's id"},
      {"/v1/payments?metadata.=x", "doesn't know"},
      {"/v1/payments?metadata=x", "doesn't know"},
      {"/v1/payments?metadata.a=", "empty"},
      {"/v1/payments?metadata.a=%FF", "UTF-8"},
      {"/v1/payments?metadata.%FF=a", "UTF-8"},
      {"/v1/transactions?metadata.a=b", "doesn't know"},
      {"/v1/transactions?kind=REFUND", "there are APPROVAL"},
      {"/v1/search", "?q="},
      {"/v1/search?q=*", ""},
      {"/v1/totals/merchant_day", "from="},
      {"/v1/totals/merchant_day?from=2026-01-01&by=week", "minute, hour, day, month or year"},
      {"/v1/totals/merchant_day?from=2026-01-01&by=hour", "coarser"},
      {"/v1/totals/merchant_sales_month?from=2026-01-02", "begins"},
      {"/v1/totals/merchant_day?from=2026-01-01&groupBy=colour", "grouped by merchant, method"},
      {"/v1/totals/merchant_day?from=2026-01-01&difference=true", "asOf"},
      {"/v1/totals/merchant_day?from=2026-01-01&asOf=2999-01-01", "future"},
      {"/v1/totals/merchant_day?from=2026-01-01&percentiles=500", "no percentiles"},
      {"/v1/totals/merchant_day?from=2026-01-01&percentiles=1001", "per mille"},
      {"/v1/totals/merchant_day?from=2026-01-01&kind=CANCEL", "tells apart"},
      {"/v1/totals/merchant_day?from=2010-01-01&until=2020-01-01", "5 years"},
  };
  std::string many = "/v1/payments?metadata.a=0";
  for (int i = 0; i < 10; ++i) many += "&metadata.a=1";
  EXPECT_EQ(shop.get(many).code(), "BAD_PARAMETER") << "more than ten";
  for (const auto& [target, words] : rows) {
    const auto answer = shop.get(target);
    EXPECT_EQ(answer.status, 400) << target << " " << answer.body;
    EXPECT_EQ(answer.code(), "BAD_PARAMETER") << target;
    EXPECT_NE(answer.text("detail").find(words), std::string::npos)
        << target << ": " << answer.text("detail");
  }
  EXPECT_EQ(shop.get("/v1/totals/nothing?from=2026-01-01").status, 404);
  EXPECT_EQ(shop.get("/v1/payments?min-position=garbage").code(), "INVALID_CURSOR");
  EXPECT_EQ(house.get("/v1/transactions").code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/merchants/top?from=2026-01-01&by=beauty").code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/payments?merchantId=mch_01JD4Z7Q8R6G3V5X9T2W0K1MNP").status, 404);
}

TEST_P(ViewsApi, the_views_are_built_anew_beside_the_live_ones) {
  auto shop = world_.as_merchant();
  auto house = world_.as_operator();
  const auto id = pay(shop, "1");
  ASSERT_EQ(ids_in(look(shop, "/v1/payments")).size(), 1U);
  const auto view = [&] { return house.get("/v1/views").json().at("views").at(0).as_object(); };
  const auto before = view();
  EXPECT_EQ(before.at("name").as_string(), "views");
  EXPECT_EQ(before.at("quarantined").as_int64(), 0);
  const auto asked = house.post("/v1/views/rebuild", "", "");
  EXPECT_EQ(asked.status, 202) << asked.body;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!view().contains("lastRebuild") && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  const auto after = view();
  ASSERT_TRUE(after.contains("lastRebuild"));
  EXPECT_TRUE(after.at("lastRebuild").at("equal").as_bool());
  EXPECT_GT(after.at("generation").as_int64(), before.at("generation").as_int64());
  EXPECT_EQ(ids_in(look(shop, "/v1/payments")), std::vector<std::string>{id});
  const auto aside = house.get("/v1/views/quarantine");
  EXPECT_EQ(aside.status, 200) << aside.body;
  EXPECT_TRUE(aside.json().at("events").as_array().empty());
  const auto metrics = world_.as_nobody().get("/metrics");
  for (const auto* name : {"wonjang_views_lag_events", "wonjang_views_lag_seconds",
                           "wonjang_views_state{state=\"live\"} 1", "wonjang_views_rebuilds_total 1",
                           "wonjang_views_differences_total 0", "wonjang_views_position{book=\"0\"}"}) {
    EXPECT_NE(metrics.body.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(world_.as_nobody().get("/readyz?verbose").text("views"), "live");
}

// Who reads the feed has seen a payment there, and looks for it in a list.
TEST_P(ViewsApi, a_cursor_of_the_feed_is_a_position_to_wait_for) {
  auto shop = world_.as_merchant();
  for (int i = 0; i < 5; ++i) {
    const auto made = shop.post("/v1/payments", std::to_string(i), card_payment(std::to_string(i)));
    ASSERT_EQ(made.status, 201) << made.body;
  }
  const auto feed = shop.get("/v1/events?limit=1000");
  for (const auto& cursor :
       {feed.text("nextCursor"),
        std::string(feed.json().at("events").as_array().back().at("sequence").as_string())}) {
    const auto list = shop.get("/v1/payments?min-position=" + cursor);
    ASSERT_EQ(list.status, 200) << list.body;
    EXPECT_EQ(list.json().at("payments").as_array().size(), 5U) << list.body;
    EXPECT_EQ(
        shop.get("/v1/search?q=order-4", {{"Min-Position", cursor}}).json().at("payments").as_array().size(),
        1U);
  }
  const auto wrong = shop.get("/v1/payments?min-position=abc");
  EXPECT_EQ(wrong.status, 400) << wrong.body;
  EXPECT_NE(wrong.text("detail").find("cursor of /v1/events"), std::string::npos) << wrong.body;
}

// With another payment between any two looks: what is appended meanwhile is none of its business.
TEST_P(ViewsApi, operators_verify_the_views_while_payments_go_on) {
  auto shop = world_.as_merchant();
  auto house = world_.as_operator();
  EXPECT_EQ(shop.post("/v1/views/verify", "", "").status, 403);
  EXPECT_EQ(house.get("/v1/views/verify").body, "{\"running\":false}\n");
  for (int i = 0; i < 5; ++i) pay(shop, "v" + std::to_string(i), 1'000 + i);
  look(shop, "/v1/payments");
  EXPECT_EQ(house.post("/v1/views/verify?fast=yes", "", "").status, 400);
  const auto begun = house.post("/v1/views/verify", "", "");
  ASSERT_EQ(begun.status, 202) << begun.body;
  auto state = house.get("/v1/views/verify");
  for (int i = 0; state.json().at("running").as_bool(); ++i) {
    pay(shop, "w" + std::to_string(i));
    state = house.get("/v1/views/verify");
  }
  ASSERT_TRUE(state.json().contains("last")) << state.body;
  const auto last = state.json().at("last");
  EXPECT_TRUE(last.at("ok").as_bool()) << state.body;
  EXPECT_GE(last.at("payments").as_int64(), GetParam() == 1 ? 5 : 1);
  EXPECT_EQ(last.at("records").at("rows").as_int64(), last.at("payments").as_int64());
  EXPECT_TRUE(last.at("differences").as_array().empty());
  EXPECT_FALSE(last.at("quick").as_bool());
  EXPECT_EQ(last.at("rowsRead"), last.at("payments"));
  EXPECT_EQ(house.post("/v1/views/verify", "", "").status, 202) << "one after the other";
}

TEST_P(ViewsApi, operators_verify_the_buckets_quickly) {
  auto shop = world_.as_merchant();
  auto house = world_.as_operator();
  for (int i = 0; i < 5; ++i) pay(shop, "q" + std::to_string(i), 1'000 + i);
  look(shop, "/v1/payments");
  EXPECT_EQ(house.post("/v1/views/verify?quick=perhaps", "", "").status, 400);
  ASSERT_EQ(house.post("/v1/views/verify?quick=true", "", "").status, 202);
  auto state = house.get("/v1/views/verify");
  while (state.json().at("running").as_bool()) state = house.get("/v1/views/verify");
  ASSERT_TRUE(state.json().contains("last")) << state.body;
  const auto last = state.json().at("last");
  EXPECT_TRUE(last.at("ok").as_bool()) << state.body;
  EXPECT_TRUE(last.at("quick").as_bool());
  EXPECT_GE(last.at("payments").as_int64(), GetParam() == 1 ? 5 : 1);
  EXPECT_EQ(last.at("rowsRead").as_int64(), 0);
  EXPECT_EQ(last.at("records").as_object().size(), 1U);
  EXPECT_GE(last.at("records").at("buckets").as_int64(), 1);
}

class ViewsPosition : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, ViewsPosition, testing::Values(1U, 4U));

TestAnswer last_of_31_payments(World& world) {
  for (int i = 0; i < 30; ++i)
    world.as_merchant().post("/v1/payments", std::to_string(i), card_payment(std::to_string(i)));
  return world.as_merchant().post("/v1/payments", "last", card_payment("last"));
}

// Of the same secrets and with less in its books: what a ledger is that was restored from an older backup.
void take_secrets_of(const World& whole, ServiceConfig& config) {
  std::filesystem::create_directories(config.data_dir);
  std::filesystem::copy(whole.directory / "secrets", config.data_dir + "/secrets");
  std::filesystem::permissions(config.data_dir + "/secrets", std::filesystem::perms::owner_all);
}

TEST_P(ViewsPosition, one_that_does_not_come_is_said_with_the_present_one) {
  World whole({.books = GetParam(), .on_disk = true});
  const auto last = last_of_31_payments(whole);
  World older({.books = GetParam(), .on_disk = true},
              [&](ServiceConfig& config) { take_secrets_of(whole, config); });
  auto shop = older.as_merchant();
  const auto made = shop.post("/v1/payments", "k", card_payment("1"));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto id = made.text("id");
  const auto life = "/v1/payments/" + id + "/lifecycle";
  for (const std::string target :
       {"/v1/payments", "/v1/transactions", "/v1/search?q=order-1", "/v1/totals/merchant_day?from=2026-01-01",
        "/v1/sales/today", life.c_str()}) {
    const auto read = shop.get(target, {{"Min-Position", last.header("Ledger-Position")}});
    EXPECT_EQ(read.status, 412) << target << " " << read.body;
    EXPECT_EQ(read.code(), "POSITION_NOT_REACHED") << target;
    // Where it is can be asked for.
    const auto there = read.header("Ledger-Position");
    ASSERT_FALSE(there.empty()) << target;
    EXPECT_EQ(shop.get(target, {{"Min-Position", there}}).status, 200) << target;
  }
}

// Found by reading: both were answered with what was paid after their key was revoked.
TEST_P(ViewsPosition, who_waits_for_one_with_a_key_that_is_revoked_sees_nothing) {
  World whole({.books = GetParam(), .on_disk = true});
  const auto last = last_of_31_payments(whole).header("Ledger-Position");
  World older({.books = GetParam(), .on_disk = true}, [&](ServiceConfig& config) {
    take_secrets_of(whole, config);
    config.position_wait_ms = kWaitMs;
    config.http_read_ms = 20'000;
  });
  const auto made = older.as_operator().post(
      "/v1/api-keys", "made", R"({"scopes":["merchant"],"merchantId":")" + older.merchant + "\"}");
  ASSERT_EQ(made.status, 201) << made.body;
  auto shop = older.as_merchant();
  const auto paid = shop.post("/v1/payments", "k", card_payment("1"));
  TestAnswer list, payment;
  std::atomic<int> waiting{2};
  const auto wait = [&](const std::string& target, TestAnswer& answer) {
    return std::thread([&, target] {
      answer = older.as(made.text("secret")).get(target, {{"Min-Position", last}});
      --waiting;
    });
  };
  std::thread of_views = wait("/v1/payments", list);
  std::thread of_ledger = wait("/v1/payments/" + paid.text("id"), payment);
  EXPECT_TRUE(eventually([&] {  // both, and who asks
    const auto metrics = older.as_operator().get("/metrics").body;
    return metrics.find("wonjang_http_waiting_requests 2") != std::string::npos &&
           metrics.find("wonjang_views_waiting_reads 1") != std::string::npos;
  }));
  const auto revoked = older.as_operator().post("/v1/api-keys/" + made.text("id") + "/revoke", "gone", "");
  EXPECT_EQ(revoked.status, 200) << revoked.body;
  for (int i = 0; i < 5'000 && waiting > 0; ++i)
    shop.post("/v1/payments", "after-" + std::to_string(i), card_payment("after-" + std::to_string(i)));
  of_views.join();
  of_ledger.join();
  EXPECT_EQ(list.status, 401) << list.body;
  EXPECT_EQ(payment.status, 401) << payment.body;
}

}  // namespace
}  // namespace wonjang
