// The event feed: everything once, each book in its order, from any cursor, also while it is being written.

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "app/api/api_test_world.h"
#include "app/api/feed.h"
#include "app/api/json/answers.h"
#include "domain/settlement/streams.h"
#include "engine/ledger/ask.h"
#include "testing/settlement_samples.h"

namespace wonjang {
namespace {

class Feed : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  static constexpr std::string_view kPrefix = "com.wonjang.";

  // All events from `cursor` on, page by page.
  static std::vector<boost::json::object> all(Asker& who, std::string cursor, std::size_t limit) {
    std::vector<boost::json::object> out;
    for (;;) {
      const auto target =
          "/v1/events?limit=" + std::to_string(limit) + (cursor.empty() ? "" : "&after=" + cursor);
      const auto page = who.get(target);
      EXPECT_EQ(page.status, 200) << page.body;
      if (page.status != 200) return out;
      const auto json = page.json();
      for (const auto& event : json.at("events").as_array()) out.push_back(event.as_object());
      cursor = json.at("nextCursor").as_string();
      if (!json.at("hasMore").as_bool()) return out;
    }
  }
  static std::set<std::string> types_of(const std::vector<boost::json::object>& events) {
    std::set<std::string> out;
    for (const auto& event : events) {
      const std::string type(event.at("type").as_string());
      EXPECT_TRUE(type.starts_with(kPrefix)) << type;
      out.insert(type.substr(kPrefix.size()));
    }
    return out;
  }

  template <typename... Bodies>
  void record(std::optional<RawId> stream, MerchantId merchant) {
    ASSERT_TRUE(stream);
    for (const AnswerKind heard : {AnswerKind::done, AnswerKind::refused}) {
      Request request;
      RecordFacts facts;
      facts.stream = *stream;
      facts.merchant = merchant;
      (facts.bodies.emplace_back(testing::full_body(std::type_identity<Bodies>())), ...);
      request.command = std::move(facts);
      request.actor = {ActorKind::system, "a test"};
      request.renderer = &api_renderer();
      // Said twice, the second time under a key: its refusal is frozen in an aside about the house's stream.
      if (heard == AnswerKind::refused) {
        request.key.emplace();
        request.key->key.front() = static_cast<Hash128::value_type>(++keys_);
        request.key->text = "again";
      }
      ASSERT_EQ(ask(world_.service->ledger(), std::move(request)).kind, heard);
    }
  }

  // All that the house writes; `number` makes the streams.
  void record_house_events(MerchantId merchant, std::uint32_t number) {
    using namespace settlement;
    const BusinessDate date{20'000 + static_cast<std::int32_t>(number)};
    const RawId drawn{number, number};
    record<RunStarted, RunEnded>(run_stream(date), merchant);
    record<LinesRecorded, LinesRedated>(lines_stream(merchant, number, date, 0), merchant);
    record<PayoutRequested, PayoutUpdated>(payout_stream(merchant, number, date, Currency()), merchant);
    record<ChangeProposed, ChangeDecided>(change_stream(drawn), merchant);
    record<FileImported, FileMatched, BreakResolved>(file_stream(drawn), merchant);
  }

  World world_{{.books = GetParam()}};
  std::uint8_t keys_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Books, Feed, ::testing::Values(1U, 4U));

TEST_P(Feed, every_event_comes_once_whatever_the_page_size) {
  auto shop = world_.as_merchant();
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(
        shop.post("/v1/payments", "k" + std::to_string(i), card_payment("o" + std::to_string(i))).status,
        201);
  }
  auto house = world_.as_operator();
  std::uint64_t total = 0;
  for (const auto tail : world_.tails()) total += tail;
  for (const std::size_t limit : {1U, 7U, 1000U}) {
    const auto events = all(house, "", limit);
    std::set<std::string> ids;
    for (const auto& event : events) ids.insert(std::string(event.at("id").as_string()));
    EXPECT_EQ(events.size(), total);
    EXPECT_EQ(ids.size(), total);
  }
}

TEST_P(Feed, the_cursor_of_an_event_goes_on_behind_it) {
  auto shop = world_.as_merchant();
  for (int i = 0; i < 5; ++i)
    shop.post("/v1/payments", "k" + std::to_string(i), card_payment("o" + std::to_string(i)));
  const auto events = all(shop, "", 1000);
  ASSERT_GE(events.size(), 10U);
  const auto rest = all(shop, std::string(events[4].at("sequence").as_string()), 3);
  EXPECT_EQ(rest.size(), events.size() - 5);
}

TEST_P(Feed, from_now_on_means_nothing_of_before_and_everything_after) {
  auto shop = world_.as_merchant();
  ASSERT_EQ(shop.post("/v1/payments", "k1", card_payment("1")).status, 201);
  const auto now = shop.get("/v1/events?after=now");
  ASSERT_EQ(now.status, 200) << now.body;
  EXPECT_TRUE(now.json().at("events").as_array().empty());
  EXPECT_FALSE(now.json().at("hasMore").as_bool());
  const auto paid = shop.post("/v1/payments", "k2", card_payment("2"));
  const auto events = all(shop, now.text("nextCursor"), 100);
  ASSERT_FALSE(events.empty());
  for (const auto& event : events) EXPECT_EQ(event.at("subject").as_string(), paid.text("id"));
}

// From the recorded time of each event on: that one and all later ones, of whatever book.
TEST_P(Feed, from_a_time_on_means_everything_recorded_then_or_later) {
  auto shop = world_.as_merchant();
  for (int i = 0; i < 12; ++i)
    ASSERT_EQ(
        shop.post("/v1/payments", "k" + std::to_string(i), card_payment("o" + std::to_string(i))).status,
        201);
  auto house = world_.as_operator();
  const auto events = all(house, "", 1000);
  ASSERT_GE(events.size(), 24U);
  const auto ids_from = [&](const std::string& since) {
    std::set<std::string> out;
    std::string more = "since=" + since;
    for (;;) {
      const auto page = house.get("/v1/events?limit=7&" + more);
      EXPECT_EQ(page.status, 200) << page.body;
      if (page.status != 200) return out;
      const auto json = page.json();
      for (const auto& event : json.at("events").as_array()) out.emplace(event.at("id").as_string());
      if (!json.at("hasMore").as_bool()) return out;
      more = "after=" + std::string(json.at("nextCursor").as_string());
    }
  };
  for (const auto& from : events) {
    const std::string since(from.at("recordedtime").as_string());
    std::set<std::string> expected;
    for (const auto& event : events) {
      if (*parse_rfc3339(std::string(event.at("recordedtime").as_string())) >= *parse_rfc3339(since))
        expected.emplace(event.at("id").as_string());
    }
    EXPECT_EQ(ids_from(since), expected) << since;
  }
  EXPECT_EQ(ids_from("1970-01-02T00:00:00Z").size(), events.size());
  const auto last = *parse_rfc3339(std::string(events.back().at("recordedtime").as_string()));
  EXPECT_TRUE(ids_from(to_rfc3339_micros(last.plus_us(1))).empty());
}

TEST_P(Feed, a_start_by_time_is_one_time_of_the_past_and_no_cursor_beside_it) {
  auto house = world_.as_operator();
  const auto refused = [&](const std::string& query) {
    const auto page = house.get("/v1/events?" + query);
    EXPECT_EQ(page.status, 400) << query;
    EXPECT_EQ(page.code(), "BAD_PARAMETER") << query;
    return page.text("detail");
  };
  EXPECT_NE(refused("since=yesterday").find("2026-11-22T10:00:00+09:00"), std::string::npos);
  EXPECT_NE(refused("since=").find("since"), std::string::npos);
  EXPECT_NE(refused("since=2999-01-01T00:00:00Z").find("ahead"), std::string::npos);
  EXPECT_NE(refused("since=2026-01-01T00:00:00Z&after=now").find("give one"), std::string::npos);
}

// By type: what is asked for and nothing else, whatever the page; and the cursor is behind what was filtered.
TEST_P(Feed, of_some_types_alone_comes_once_and_the_cursor_is_behind_the_rest) {
  auto shop = world_.as_merchant();
  for (int i = 0; i < 9; ++i) {
    const auto name = std::to_string(i);
    const auto paid = shop.post("/v1/payments", "k" + name, card_payment("o" + name));
    if (i % 3 != 0) continue;
    shop.post("/v1/payments/" + paid.text("id") + "/cancels", "c" + name, R"({"reason":"x"})");
  }
  auto house = world_.as_operator();
  const auto everything = all(house, "", 1000);
  for (const std::string types : {"cancel.succeeded", "payment.created,cancel.succeeded",
                                  "com.wonjang.cancel.succeeded&types=merchant.registered"}) {
    std::set<std::string> wanted;
    for (const auto& event : everything) {
      const auto type = std::string(event.at("type").as_string()).substr(kPrefix.size());
      if (types.find(type) != std::string::npos) wanted.emplace(event.at("id").as_string());
    }
    ASSERT_GE(wanted.size(), 3U);
    for (const std::string limit : {"1", "2", "1000"}) {
      std::set<std::string> ids;
      std::string cursor;
      for (bool more = true; more;) {
        const auto page = house.get("/v1/events?limit=" + limit + "&types=" + types +
                                    (cursor.empty() ? "" : "&after=" + cursor));
        ASSERT_EQ(page.status, 200) << page.body;
        const auto json = page.json();
        for (const auto& event : json.at("events").as_array())
          EXPECT_TRUE(ids.emplace(event.at("id").as_string()).second);
        cursor = page.text("nextCursor");
        more = json.at("hasMore").as_bool();
      }
      EXPECT_EQ(ids, wanted) << types << " by " << limit;
      EXPECT_TRUE(all(house, cursor, 1000).empty()) << "nothing of before is behind the last cursor";
    }
  }
}

TEST_P(Feed, types_and_a_start_by_time_go_together) {
  auto shop = world_.as_merchant();
  ASSERT_EQ(shop.post("/v1/payments", "k1", card_payment("1")).status, 201);
  const auto second = shop.post("/v1/payments", "k2", card_payment("2"));
  auto house = world_.as_operator();
  const auto created = house.get("/v1/events?types=payment.created").json();
  const auto since = std::string(created.at("events").at(1).at("recordedtime").as_string());
  const auto page = house.get("/v1/events?types=payment.created&since=" + since);
  ASSERT_EQ(page.status, 200) << page.body;
  const auto events = page.json().at("events").as_array();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at("subject").as_string(), second.text("id"));
}

TEST_P(Feed, a_type_that_there_is_not_is_refused_with_what_may_be_meant) {
  auto house = world_.as_operator();
  const auto paid = world_.as_merchant().post("/v1/payments", "k", card_payment("1"));
  for (const auto& path : {std::string("/v1/events"), "/v1/payments/" + paid.text("id") + "/events"}) {
    const auto refused = [&](const std::string& types) {
      const auto page = house.get(path + "?types=" + types);
      EXPECT_EQ(page.status, 400) << page.body;
      EXPECT_EQ(page.code(), "BAD_PARAMETER");
      return page.text("detail");
    };
    EXPECT_EQ(refused("payment.creatd"),
              "there is no event type `payment.creatd`; did you mean payment.created?");
    EXPECT_EQ(refused("payment.created,DEPOSIT"),
              "there is no event type `DEPOSIT`; did you mean deposit.confirmed or deposit.reversed?");
    EXPECT_NE(refused("something").find("; there are payment.created, "), std::string::npos);
    EXPECT_NE(refused("payment.created,,payout.updated").find("one of them is empty"), std::string::npos);
    EXPECT_EQ(refused("4111111111111111").find("4111"), std::string::npos);
    EXPECT_EQ(refused(world_.operator_key).find(world_.operator_key), std::string::npos);
    EXPECT_EQ(house.get(path + "?types=").code(), "BAD_PARAMETER");
    EXPECT_EQ(house.get(path + "?type=payment.created").code(), "BAD_PARAMETER");
  }
}

TEST_P(Feed, types_show_a_merchant_nothing_more_than_it_sees_anyway) {
  world_.as_merchant().post("/v1/payments", "k", card_payment("mine"));
  world_.as_other().post("/v1/payments", "k", card_payment("theirs"));
  record_house_events(*MerchantId::parse(world_.merchant), 1);
  auto shop = world_.as_merchant();
  const auto own = shop.get("/v1/events?limit=1000&types=payment.created,api_key.created,file.imported");
  const auto events = own.json().at("events").as_array();
  ASSERT_EQ(events.size(), 1U) << own.body;
  EXPECT_NE(own.body.find("mine"), std::string::npos);
  const auto none = shop.get("/v1/events?limit=1000&types=api_key.created,file.imported,command.refused");
  EXPECT_TRUE(none.json().at("events").as_array().empty()) << none.body;
  EXPECT_FALSE(none.json().at("hasMore").as_bool());
}

// However rare a type is, a request reads a bounded part of the log and says where it got to.
TEST_P(Feed, a_request_looks_at_so_many_events_and_no_more) {
  constexpr std::size_t kPayments = kFeedScanMax / 2 + 200;  // two events each
  std::string lines;
  for (std::size_t i = 0; i < kPayments; ++i) {
    auto data = card_payment("b" + std::to_string(i));
    data.insert(1, R"("merchantId":")" + world_.merchant + "\",");
    lines += R"({"op":"create","idempotencyKey":"b)" + std::to_string(i) + R"(","data":)" + data + "}\n";
  }
  for (const auto& line : world_.as(world_.ingest_key).ingest(lines)) ASSERT_EQ(line.at("status"), 201);
  auto house = world_.as_operator();
  const auto first = house.get("/v1/events?types=break.resolved&wait=20");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_TRUE(first.json().at("events").as_array().empty());
  EXPECT_TRUE(first.json().at("hasMore").as_bool()) << "answered at once: there is more to look at";
  const auto rest = all(house, first.text("nextCursor"), 1000);
  std::uint64_t total = 0;
  for (const auto tail : world_.tails()) total += tail;
  EXPECT_EQ(rest.size(), total - kFeedScanMax);
  const auto second = house.get("/v1/events?types=break.resolved&after=" + first.text("nextCursor"));
  EXPECT_FALSE(second.json().at("hasMore").as_bool());
  EXPECT_TRUE(all(house, second.text("nextCursor"), 1000).empty());
}

TEST_P(Feed, a_merchant_sees_its_own_events_alone) {
  world_.as_merchant().post("/v1/payments", "k", card_payment("mine"));
  world_.as_other().post("/v1/payments", "k", card_payment("theirs"));
  auto shop = world_.as_merchant();
  const auto mine = all(shop, "", 100);
  ASSERT_FALSE(mine.empty());
  const auto text = shop.get("/v1/events?limit=1000").body;
  EXPECT_NE(text.find("mine"), std::string::npos);
  EXPECT_EQ(text.find("theirs"), std::string::npos);
  EXPECT_EQ(text.find("api_key."), std::string::npos);
  EXPECT_NE(world_.as_operator().get("/v1/events?limit=1000").body.find("api_key.created"),
            std::string::npos);
}

// Changes, runs and files are the house's own even where they are about a merchant.
TEST_P(Feed, of_the_house_a_merchant_sees_its_own_lines_and_payouts_alone) {
  auto shop = world_.as_merchant();
  ASSERT_EQ(shop.post("/v1/payments", "k", card_payment("mine")).status, 201);
  record_house_events(*MerchantId::parse(world_.merchant), 1);
  record_house_events(MerchantId(), 2);
  const std::set<std::string> of_payments{"payment.created", "approval.approved"};
  const std::set<std::string> of_merchants{"settlement.lines_recorded", "settlement.lines_redated",
                                           "payout.requested", "payout.updated"};
  const std::set<std::string> of_the_house{
      "reference.proposed", "reference.decided", "settlement.run_started", "settlement.run_ended",
      "file.imported",      "file.matched",      "break.resolved",         "command.refused"};
  auto house = world_.as_operator();
  const auto in_the_log = types_of(all(house, "", 1000));
  for (const auto& types : {of_payments, of_merchants, of_the_house}) {
    for (const auto& type : types)
      EXPECT_TRUE(in_the_log.contains(type)) << type << " isn't in the log at all";
  }
  for (const std::size_t limit : {1U, 100U}) {
    const auto mine = all(shop, "", limit);
    EXPECT_EQ(mine.size(), of_payments.size() + of_merchants.size());
    auto expected = of_payments;
    expected.insert(of_merchants.begin(), of_merchants.end());
    EXPECT_EQ(types_of(mine), expected);
    auto other = world_.as_other();
    EXPECT_TRUE(all(other, "", limit).empty()) << "nothing here is of this one";
  }
}

// An outcome comes later and by the house, and still answers a request: whoever reads the feed finds by its
// key what became of it. Each order's word says how the provider behaves (adapters/acquirer/fate.h).
TEST_P(Feed, every_event_of_a_payment_carries_the_key_that_it_answers) {
  auto shop = world_.as_merchant();
  const std::string approve = R"({"method":"CARD","amount":1000,"card":{"issuerCode":"11"}})";
  std::map<std::string, std::string> path_of;
  for (const std::string word : {"yes", "decline", "lost-after", "lost-before", "cancel-decline",
                                 "cancel-lost-after", "cancel-lost-before"}) {
    const auto made = shop.post("/v1/payments", "create-" + word, bare_payment("x-sim-" + word));
    ASSERT_EQ(made.status, 201) << made.body;
    path_of[word] = "/v1/payments/" + made.text("id");
    shop.post(path_of[word] + "/approve", "approve-" + word, approve);
  }
  const std::string account =
      R"({"method":"VIRTUAL_ACCOUNT","amount":1000,"virtualAccount":{"bankCode":"20"}})";
  const auto waits = shop.post("/v1/payments", "create-account", bare_payment("account"));
  shop.post("/v1/payments/" + waits.text("id") + "/approve", "approve-account", account);
  for (const std::string word : {"yes", "cancel-decline", "cancel-lost-after", "cancel-lost-before"})
    shop.post(path_of[word] + "/cancels", "cancel-" + word, R"({"reason":"x"})");
  auto house = world_.as_operator();
  EXPECT_TRUE(eventually([&] {
    const auto doubts = house.get("/v1/in-doubt").json();
    return doubts.at("payments").as_array().empty();
  }));

  std::set<std::string> seen;
  for (const auto& event : all(shop, "", 1000)) {
    const auto& data = event.at("data").as_object();
    const auto type =
        std::string(event.at("type").as_string()).substr(std::string_view("com.wonjang.").size());
    seen.insert(type);
    const auto* key = data.if_contains("idempotencyKey");
    ASSERT_NE(key, nullptr) << boost::json::serialize(event);
    auto word = std::string(data.at("orderId").as_string());
    word.erase(0, word.starts_with("order-x-sim-") ? std::string_view("order-x-sim-").size()
                                                   : std::string_view("order-").size());
    const std::string text(key->as_string());
    if (type == "payment.created") {
      EXPECT_EQ(text, "create-" + word);
    } else if (type.starts_with("cancel.")) {
      EXPECT_EQ(text, "cancel-" + word) << type;
    } else if (type != "provider.asked") {
      EXPECT_EQ(text, "approve-" + word) << type;
    } else {
      EXPECT_EQ(text, (data.contains("cancelId") ? "cancel-" : "approve-") + word);
    }
  }
  for (const auto* type : {"approval.requested", "approval.approved", "approval.declined", "approval.unknown",
                           "provider.asked", "network_cancel.requested", "network_cancel.confirmed",
                           "cancel.requested", "cancel.succeeded", "cancel.failed", "cancel.unknown"}) {
    EXPECT_TRUE(seen.contains(type)) << type << " didn't happen: nothing was tested";
  }
}

// https://github.com/juspay/hyperswitch/issues/5298: a notice of a refund named something else
TEST_P(Feed, an_event_of_a_cancel_names_the_cancel) {
  auto shop = world_.as_merchant();
  const auto made = shop.post("/v1/payments", "k", card_payment("refunded"));
  ASSERT_EQ(made.status, 201) << made.body;
  std::vector<std::string> wanted;
  for (const auto* key : {"c-1", "c-2"}) {
    const auto answer =
        shop.post("/v1/payments/" + made.text("id") + "/cancels", key, R"({"amount":100,"reason":"x"})");
    ASSERT_EQ(answer.status, 201) << answer.body;
    const auto payment = answer.json();
    for (const auto& cancel : payment.at("cancels").as_array())
      if (std::string id(cancel.at("cancelId").as_string()); std::ranges::find(wanted, id) == wanted.end())
        wanted.push_back(std::move(id));
  }
  std::vector<std::string> named;
  for (const auto& event : all(shop, "", 1000)) {
    if (!event.at("type").as_string().starts_with("com.wonjang.cancel.succeeded")) continue;
    EXPECT_EQ(event.at("subject").as_string(), made.text("id"));
    named.emplace_back(event.at("data").at("cancelId").as_string());
  }
  EXPECT_EQ(named.size(), 2U);
  EXPECT_EQ(named, wanted);
}

TEST_P(Feed, a_long_poll_is_woken_by_a_commit) {
  auto shop = world_.as_merchant();
  const auto end = shop.get("/v1/events?limit=1000").text("nextCursor");
  TestAnswer page;
  std::thread waiter([&] { page = world_.as_merchant().get("/v1/events?wait=9&after=" + end); });
  EXPECT_TRUE(eventually([&] {  // not sooner than it waits
    return world_.as_operator().get("/metrics").body.find("wonjang_http_waiting_requests 2") !=
           std::string::npos;
  }));
  shop.post("/v1/payments", "k", card_payment("o"));
  waiter.join();
  EXPECT_EQ(page.status, 200);
  EXPECT_FALSE(page.json().at("events").as_array().empty());
}

// Found by an audit: the poll was answered with what was paid after its key was revoked.
TEST_P(Feed, a_long_poll_ends_with_its_key_and_shows_nothing) {
  const auto made = world_.as_operator().post(
      "/v1/api-keys", "made", R"({"scopes":["merchant"],"merchantId":")" + world_.merchant + "\"}");
  ASSERT_EQ(made.status, 201) << made.body;
  auto shop = world_.as_merchant();
  ASSERT_EQ(shop.post("/v1/payments", "k", card_payment("o")).status, 201);
  const auto end = shop.get("/v1/events?limit=1000").text("nextCursor");
  TestAnswer page;
  std::thread waiter([&] { page = world_.as(made.text("secret")).get("/v1/events?wait=9&after=" + end); });
  EXPECT_TRUE(eventually([&] {
    return world_.as_operator().get("/metrics").body.find("wonjang_http_waiting_requests 2") !=
           std::string::npos;
  }));
  const auto before = std::chrono::steady_clock::now();
  const auto revoked = world_.as_operator().post("/v1/api-keys/" + made.text("id") + "/revoke", "gone", "");
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  ASSERT_EQ(shop.post("/v1/payments", "k2", card_payment("o2")).status, 201);
  waiter.join();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(8)) << "not at its own end";
  EXPECT_EQ(page.status, 401) << page.body;
  EXPECT_EQ(page.code(), "UNAUTHENTICATED");
  EXPECT_EQ(page.body.find("order-o2"), std::string::npos) << page.body;
}

// Not by what it doesn't ask for: that moves its cursor alone.
TEST_P(Feed, a_long_poll_for_a_type_waits_for_that_type) {
  auto shop = world_.as_merchant();
  const auto paid = shop.post("/v1/payments", "k", card_payment("o"));
  const auto end = shop.get("/v1/events?limit=1000").text("nextCursor");
  TestAnswer page;
  std::thread waiter(
      [&] { page = world_.as_merchant().get("/v1/events?wait=9&types=cancel.succeeded&after=" + end); });
  EXPECT_TRUE(eventually([&] {
    return world_.as_operator().get("/metrics").body.find("wonjang_http_waiting_requests 2") !=
           std::string::npos;
  }));
  ASSERT_EQ(shop.post("/v1/payments", "k2", card_payment("o2")).status, 201);
  ASSERT_EQ(shop.post("/v1/payments/" + paid.text("id") + "/cancels", "c", R"({"reason":"x"})").status, 201);
  waiter.join();
  ASSERT_EQ(page.status, 200) << page.body;
  const auto events = page.json().at("events").as_array();
  ASSERT_EQ(events.size(), 1U) << page.body;
  EXPECT_EQ(events[0].at("type").as_string(), "com.wonjang.cancel.succeeded");

  const auto before = std::chrono::steady_clock::now();
  const auto late = shop.get("/v1/events?wait=1&types=cancel.failed&after=" + end);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(900));
  EXPECT_TRUE(late.json().at("events").as_array().empty()) << late.body;
  EXPECT_FALSE(late.json().at("hasMore").as_bool());
  EXPECT_TRUE(all(shop, late.text("nextCursor"), 100).empty()) << "what was looked at is behind the cursor";
}

TEST_P(Feed, nothing_is_skipped_or_repeated_while_it_is_written) {
  std::atomic<bool> done{false};
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      auto shop = world_.as_merchant();
      for (int i = 0; i < 60; ++i) {
        const auto name = std::to_string(w) + "-" + std::to_string(i);
        EXPECT_EQ(shop.post("/v1/payments", name, card_payment(name)).status, 201);
      }
    });
  }
  std::thread closer([&] {
    for (auto& writer : writers) writer.join();
    done = true;
  });
  auto house = world_.as_operator();
  std::set<std::string> ids;
  std::map<std::string, std::int64_t> versions;
  std::string cursor;
  for (;;) {
    const bool was_done = done;
    const auto page = house.get("/v1/events?limit=13" + (cursor.empty() ? "" : "&after=" + cursor)).json();
    for (const auto& event : page.at("events").as_array()) {
      EXPECT_TRUE(ids.insert(std::string(event.at("id").as_string())).second);
    }
    cursor = page.at("nextCursor").as_string();
    if (was_done && !page.at("hasMore").as_bool()) break;
  }
  closer.join();
  std::uint64_t total = 0;
  for (const auto tail : world_.tails()) total += tail;
  EXPECT_EQ(ids.size(), total);
}

TEST_P(Feed, a_cursor_of_another_server_or_a_changed_one_is_refused) {
  auto house = world_.as_operator();
  auto cursor = house.get("/v1/events?limit=1").text("nextCursor");
  EXPECT_EQ(house.get("/v1/events?after=" + cursor.substr(1)).code(), "INVALID_CURSOR");
  cursor[3] = cursor[3] == 'x' ? 'y' : 'x';
  EXPECT_EQ(house.get("/v1/events?after=" + cursor).code(), "INVALID_CURSOR");
  World stranger{{.books = GetParam()}};
  EXPECT_EQ(
      house.get("/v1/events?after=" + stranger.as_operator().get("/v1/events").text("nextCursor")).code(),
      "INVALID_CURSOR");
  EXPECT_EQ(house.get("/v1/events?limit=0").code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/events?limit=1001").code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/events?offset=3").code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/events?wait=31").code(), "BAD_PARAMETER");
}

}  // namespace
}  // namespace wonjang
