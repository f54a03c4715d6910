// The serving views of the real program on bad days: lists and totals say what the feed says, whatever was
// killed; a start without them builds them anew; nobody sees another's.
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "app/e2e/patience.h"
#include "app/e2e/traffic.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

namespace json = boost::json;

struct Sums {
  std::int64_t count = 0;
  std::int64_t gross = 0;
  std::int64_t canceled = 0;

  void add(const Sums& other) {
    count += other.count;
    gross += other.gross;
    canceled += other.canceled;
  }
  friend bool operator==(const Sums&, const Sums&) = default;
  friend void PrintTo(const Sums& s, std::ostream* out) {
    *out << s.count << " payments, gross " << s.gross << ", canceled " << s.canceled;
  }
};

// What the feed says.
struct Truth {
  std::map<std::string, Sums> of;  // by merchant
  std::int64_t events = 0;         // of payments

  Sums all() const {
    Sums out;
    for (const auto& [merchant, sums] : of) out.add(sums);
    return out;
  }
};

Truth truth_of(const Server& server) {
  Truth out;
  for (const auto& event : read_feed(server.house(), "")) {
    const auto& data = event.at("data").as_object();
    if (!data.contains("paymentId")) continue;
    ++out.events;
    auto& sums = out.of[std::string(data.at("merchantId").as_string())];
    const auto type = event.at("type").as_string();
    if (type == "com.wonjang.payment.created") ++sums.count;
    if (type == "com.wonjang.approval.approved") sums.gross += data.at("amount").as_int64();
    if (type == "com.wonjang.cancel.succeeded") sums.canceled += data.at("amount").as_int64();
  }
  return out;
}

// Nobody writes any more: the answer has to be of the end of the feed.
bool is_of_the_end(const json::object& answer) {
  const auto* seen = answer.if_contains("seen");
  return seen == nullptr || seen->at("lagEvents").as_int64() == 0;
}

// Asks until the views are built and have come to the end; an empty object after kPatience.
json::object ask(Client& client, const std::string& target) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::optional<Reply> reply;
  do {
    reply = client.get(target);
    if (!reply) break;
    if (reply->status == 200) {
      auto answer = reply->json();
      if (is_of_the_end(answer)) return answer;
    } else if (reply->code() != "VIEWS_NOT_READY") {
      break;
    }
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < until);
  ADD_FAILURE() << target << ": " << (reply ? reply->body : "no answer");
  return {};
}

Sums sums_in(const json::object& row) {
  return {row.at("count").as_int64(), row.at("grossAmount").as_int64(), row.at("canceledAmount").as_int64()};
}

struct Listed {
  json::array payments;  // of every page
  json::value totals;    // of the first
};

Listed list(Client& client) {
  Listed out;
  std::string next;
  do {
    const auto page = ask(client, "/v1/payments?limit=500" + (next.empty() ? "" : "&after=" + next));
    if (page.empty()) break;
    if (next.empty()) out.totals = page.at("totals");
    for (const auto& payment : page.at("payments").as_array()) out.payments.push_back(payment);
    next = page.at("hasMore").as_bool() ? std::string(page.at("nextCursor").as_string()) : std::string();
  } while (!next.empty());
  return out;
}

// List, totals beside the list and the cube are what the feed says. `merchant` empty: of all.
void expect_as_in_feed(Client client, const Sums& wanted, const std::string& merchant) {
  const auto listed = list(client);
  Sums added;
  std::set<std::string> ids;
  std::string day_first = "9999-12-31";
  for (const auto& payment : listed.payments) {
    EXPECT_TRUE(ids.emplace(payment.at("id").as_string()).second) << payment.at("id") << " is listed twice";
    added.add({1, payment.at("grossAmount").as_int64(), payment.at("canceledAmount").as_int64()});
    day_first = std::min(day_first, std::string(payment.at("businessDate").as_string()));
    EXPECT_TRUE(merchant.empty() || payment.at("merchantId").as_string() == merchant) << payment;
  }
  EXPECT_EQ(added, wanted) << "listed";
  ASSERT_TRUE(listed.totals.is_array()) << "no totals";
  ASSERT_EQ(listed.totals.as_array().size(), 1U);
  EXPECT_EQ(sums_in(listed.totals.at(0).as_object()), wanted) << "totals beside the list";
  const auto cube = ask(client, "/v1/totals/merchant_day?from=" + day_first);
  ASSERT_TRUE(cube.contains("rows"));
  ASSERT_EQ(cube.at("rows").as_array().size(), 1U);
  EXPECT_EQ(sums_in(cube.at("rows").at(0).as_object()), wanted) << "cube";
}

class ViewsOnBadDays : public testing::TestWithParam<std::uint32_t> {
 protected:
  void expect_all_as_in_feed() {
    const auto truth = truth_of(server_);
    ASSERT_EQ(truth.of.size(), 2U);
    for (const auto* shop : {&busy_, &quiet_})
      expect_as_in_feed(server_.client(shop->key), truth.of.at(shop->merchant), shop->merchant);
    expect_as_in_feed(server_.house(), truth.all(), "");
  }

  void open_shops() {
    busy_ = open_shop(server_);
    quiet_ = open_shop(server_, "quiet");
  }

  // Some payments and a cancel of the quiet shop, each seen at its position.
  void buy_a_little() {
    auto client = server_.client(quiet_.key);
    std::string last;
    for (int i = 0; i < 3; ++i) {
      const auto order = std::to_string(orders_++);
      const auto made = client.post("/v1/payments", "q" + order, card_payment(order, 100 + orders_));
      ASSERT_TRUE(made && made->status == 201) << (made ? made->body : "no answer");
      last = made->text("id");
      expect_listed(client, *made, last, "DONE");
    }
    const auto back =
        client.post("/v1/payments/" + last + "/cancels", "c" + last, R"({"amount":7,"reason":"e2e"})");
    ASSERT_TRUE(back && back->status == 201) << (back ? back->body : "no answer");
    expect_listed(client, *back, last, "PARTIAL_CANCELED");
  }

  // One payment of the busy shop; its id.
  std::string sell_one() {
    auto client = server_.client(busy_.key);
    const auto sold = client.post("/v1/payments", "one", card_payment("one", 90'000));
    EXPECT_TRUE(sold && sold->status == 201) << (sold ? sold->body : "no answer");
    return sold ? sold->text("id") : std::string();
  }

  // The newest in the list, as a write left it.
  static void expect_listed(Client& client, const Reply& write, const std::string& id,
                            const std::string& status) {
    ASSERT_FALSE(write.position.empty());
    const auto page = client.get("/v1/payments?limit=1&totals=false&min-position=" + write.position);
    ASSERT_TRUE(page && page->status == 200) << (page ? page->body : "no answer");
    const auto newest = page->json().at("payments").at(0);
    EXPECT_EQ(newest.at("id").as_string(), id);
    EXPECT_EQ(newest.at("status").as_string(), status);
  }

  json::object views_status() {
    auto house = server_.house();
    return ask(house, "/v1/views").at("views").at(0).as_object();
  }

  // `wonjang check` compared the views too, so many events of payments.
  void expect_views_checked(std::int64_t events) {
    const auto output = expect_checked(server_.data_dir());
    const auto at = output.find(R"({"views":true)");
    ASSERT_NE(at, std::string::npos) << output;
    const auto report = json::parse(output.substr(at, output.find('\n', at) - at)).as_object();
    ASSERT_TRUE(report.at("ok").is_bool()) << output;
    EXPECT_TRUE(report.at("ok").as_bool()) << output;
    EXPECT_EQ(report.at("events").as_int64(), events);
  }

  std::uint64_t seed_ = seed();
  Rng rng_{seed_};
  std::int64_t orders_ = 0;
  TempDir directory_;
  Server server_{directory_ / "ledger",
                 {.books = GetParam(), .arguments = {"--set", "http.position_wait=10s"}}};
  Shop busy_;
  Shop quiet_;
};
INSTANTIATE_TEST_SUITE_P(Books, ViewsOnBadDays, testing::Values(1U, 4U));

TEST_P(ViewsOnBadDays, lists_and_totals_say_what_the_feed_says_after_every_kill) {
  std::printf("WONJANG_SEED=%llu\n", static_cast<unsigned long long>(seed_));
  ASSERT_TRUE(server_.start());
  open_shops();
  Traffic traffic(busy_, rng_.next());
  for (int kill = 0; kill < 3; ++kill) {
    buy_a_little();
    traffic.start(server_);
    ASSERT_TRUE(traffic.wait_acknowledged(50 + rng_.below(400))) << server_.log();
    server_.kill();
    traffic.join();
    ASSERT_TRUE(server_.start());
    expect_all_as_in_feed();
    if (HasFailure()) return;
    // What was in the air comes again, and reaches views that have just been folded again.
    traffic.resend(server_, /*sample=*/50);
  }
  expect_all_as_in_feed();
  const auto stopped_at = truth_of(server_);
  EXPECT_EQ(server_.stop(), 0);
  expect_views_checked(stopped_at.events);

  // What comes after the last flush is lost with the process, and is no damage.
  ASSERT_TRUE(server_.start());
  buy_a_little();
  server_.kill();
  expect_views_checked(stopped_at.events);
  ASSERT_TRUE(server_.start());
  expect_all_as_in_feed();
  std::printf("%lld events of %lld payments\n", static_cast<long long>(stopped_at.events),
              static_cast<long long>(stopped_at.all().count));
}

TEST_P(ViewsOnBadDays, a_restart_serves_at_once_and_without_the_views_builds_them_anew) {
  ASSERT_TRUE(server_.start());
  open_shops();
  for (int i = 0; i < 20; ++i) buy_a_little();
  sell_one();
  auto before_client = server_.house();
  const auto before = list(before_client);
  const auto generation = views_status().at("generation").as_int64();
  ASSERT_EQ(before.payments.size(), 61U);

  ASSERT_EQ(server_.stop(), 0);
  ASSERT_TRUE(server_.start());
  auto client = server_.house();
  const auto first = client.get("/v1/payments?limit=500");  // once, without patience
  ASSERT_TRUE(first);
  ASSERT_EQ(first->status, 200) << first->body;
  EXPECT_TRUE(is_of_the_end(first->json()));
  EXPECT_EQ(first->json().at("payments"), before.payments);
  EXPECT_EQ(first->json().at("totals"), before.totals);
  EXPECT_EQ(views_status().at("generation").as_int64(), generation);
  EXPECT_EQ(views_status().at("events").as_int64(), 0) << "folded again what was on disk";

  ASSERT_EQ(server_.stop(), 0);
  ASSERT_GT(std::filesystem::remove_all(server_.data_dir() + "/views"), 0U);
  ASSERT_TRUE(server_.start());
  auto anew_client = server_.house();
  const auto anew = list(anew_client);
  EXPECT_EQ(anew.payments, before.payments);
  EXPECT_EQ(anew.totals, before.totals);
  EXPECT_GT(views_status().at("events").as_int64(), 0);
  expect_all_as_in_feed();
  const auto truth = truth_of(server_);
  ASSERT_EQ(server_.stop(), 0);
  expect_views_checked(truth.events);
}

TEST_P(ViewsOnBadDays, a_key_sees_its_own_merchant_only) {
  ASSERT_TRUE(server_.start());
  open_shops();
  buy_a_little();
  const auto sold = sell_one();
  auto busy = server_.client(busy_.key);
  expect_all_as_in_feed();

  const auto found = ask(busy, "/v1/search?q=test");
  ASSERT_EQ(found.at("payments").as_array().size(), 1U) << json::serialize(found);
  EXPECT_EQ(found.at("payments").at(0).at("id").as_string(), sold);
  auto house = server_.house();
  EXPECT_EQ(ask(house, "/v1/search?q=test").at("payments").as_array().size(), 4U);
  for (const std::string target :
       {"/v1/payments?", "/v1/search?q=test&", "/v1/totals/merchant_day?from=2026-01-01&"}) {
    const auto foreign = busy.get(target + "merchantId=" + quiet_.merchant);
    ASSERT_TRUE(foreign);
    EXPECT_EQ(foreign->status, 404) << target << foreign->body;
  }
}

}  // namespace
}  // namespace wonjang::e2e
