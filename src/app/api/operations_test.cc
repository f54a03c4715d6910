// For those who run it: what waits for a person and how it is settled, lists by pages, backups of the running
// ledger, keys that end, and a disk that takes its time.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <set>

#include "adapters/system/system_clock.h"
#include "app/api/api_test_world.h"
#include "app/service/backup_files.h"
#include "testing/faulty_book.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

// ---- a person's word ----

class Person : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  // The path of a payment whose provider answers neither questions nor network cancels until the resolver
  // gives up.
  std::string given_up(const std::string& name) {
    auto shop = world_.as_merchant();
    const auto made = shop.post("/v1/payments", "create-" + name, bare_payment(name + "-sim-stubborn"));
    const auto path = "/v1/payments/" + made.text("id");
    EXPECT_EQ(shop.post(path + "/approve", name, kApprove).status, 504);
    const auto id = made.text("id");
    EXPECT_TRUE(eventually([&] {
      return world_.as_operator().get("/v1/in-doubt?waiting=person").body.find(id) != std::string::npos;
    }));
    return path;
  }
  std::string resolution(const boost::json::object& payment, const std::string& outcome) {
    const auto& approval = payment.at("approvals").at(0);
    return R"({"approvalId":")" + std::string(approval.at("approvalId").as_string()) + R"(","outcome":")" +
           outcome + R"(","reason":"the acquirer's file","evidence":"file 1122, line 7","expectedVersion":)" +
           std::to_string(payment.at("version").as_int64()) + "}";
  }
  World world_{{.books = GetParam()}, [](ServiceConfig& config) {
                 config.resolver_attempts_max = 2;
                 config.resolver_inquiries_before_cancel = 1;
                 config.resolver_delay_ms_first = 10;
               }};
};
INSTANTIATE_TEST_SUITE_P(Books, Person, ::testing::Values(1U, 4U));

TEST_P(Person, has_so_much_to_do_as_the_list_counts) {
  auto house = world_.as_operator();
  given_up("a");
  given_up("b");
  const auto list = house.get("/v1/in-doubt?waiting=person&limit=1&count=true").json();
  EXPECT_EQ(list.at("count").as_int64(), 2);
  EXPECT_EQ(list.at("payments").as_array().size(), 1U);
  EXPECT_EQ(house.get("/v1/in-doubt?waiting=resolver&count=true").json().at("count").as_int64(), 0);
  EXPECT_FALSE(house.get("/v1/in-doubt?waiting=person").json().contains("count"));
  EXPECT_EQ(house.get("/v1/in-doubt?count=2").code(), "BAD_PARAMETER");
  const auto metrics = world_.as_nobody().get("/metrics").body;
  EXPECT_NE(metrics.find("wonjang_in_doubt_person_payments 2\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("wonjang_in_doubt_payments 0\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("wonjang_in_doubt_person_oldest_age_seconds "), std::string::npos);
  EXPECT_EQ(metrics.find("wonjang_in_doubt_person_oldest_age_seconds 0\n"), std::string::npos) << metrics;
}

TEST_P(Person, settles_what_the_resolver_gave_up_on_and_the_caller_hears_it) {
  const auto path = given_up("a");
  auto house = world_.as_operator();
  auto shop = world_.as_merchant();
  const auto before = house.get(path).json();
  const auto body = resolution(before, "APPROVED");
  const auto settled = house.post(path + "/resolutions", "settle", body);
  ASSERT_EQ(settled.status, 200) << settled.body;
  EXPECT_EQ(settled.text("status"), "DONE");
  EXPECT_FALSE(settled.json().at("inDoubt").as_bool());
  EXPECT_EQ(house.post(path + "/resolutions", "settle", body).body, settled.body);

  const auto waited = shop.post(path + "/approve", "a", kApprove);
  EXPECT_EQ(waited.status, 201) << waited.body;
  EXPECT_EQ(waited.header("Idempotent-Replayed"), "true");
  EXPECT_TRUE(house.get("/v1/in-doubt?waiting=person").json().at("payments").as_array().empty());

  bool is_told = false;
  const auto history = house.get(path + "/events").json();
  for (const auto& event : history.at("events").as_array()) {
    if (event.at("type").as_string() != "com.wonjang.approval.approved") continue;
    is_told = event.at("data").at("evidence").as_string() == "file 1122, line 7" &&
              event.at("data").at("reason").as_string() == "the acquirer's file" &&
              event.at("data").at("actor").at("kind").as_string() == "ADMIN";
  }
  EXPECT_TRUE(is_told) << "who, why and by what evidence";
}

TEST_P(Person, says_no_and_the_caller_hears_that) {
  const auto path = given_up("b");
  auto house = world_.as_operator();
  const auto settled =
      house.post(path + "/resolutions", "settle", resolution(house.get(path).json(), "DECLINED"));
  EXPECT_EQ(settled.status, 200) << settled.body;
  EXPECT_EQ(world_.as_merchant().post(path + "/approve", "b", kApprove).code(), "PROVIDER_DECLINED");
}

TEST_P(Person, needs_a_second_look_when_something_happened_meanwhile) {
  const auto path = given_up("c");
  auto house = world_.as_operator();
  auto looked = house.get(path).json();
  looked["version"] = looked.at("version").as_int64() - 1;
  const auto refused = house.post(path + "/resolutions", "settle", resolution(looked, "APPROVED"));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.code(), "VERSION_MISMATCH") << refused.body;
}

TEST_P(Person, does_not_race_the_resolver) {
  auto shop = world_.as_merchant();
  auto house = world_.as_operator();
  const auto made = shop.post("/v1/payments", "k", card_payment("paid"));
  const auto path = "/v1/payments/" + made.text("id");
  const auto settled = house.post(path + "/resolutions", "s", resolution(made.json(), "DECLINED"));
  EXPECT_EQ(settled.code(), "NOT_IN_DOUBT") << settled.body;
  EXPECT_EQ(shop.post(path + "/resolutions", "m", resolution(made.json(), "DECLINED")).status, 403)
      << "it is the house's to say";
}

TEST_P(Person, a_command_that_changes_nothing_is_replayed_byte_for_byte) {
  auto shop = world_.as_merchant();
  const auto made = shop.post("/v1/payments", "k", card_payment("slip"));
  const auto path = "/v1/payments/" + made.text("id");
  const auto approval = std::string(made.json().at("approvals").at(0).at("approvalId").as_string());
  const auto slip = R"({"approvalId":")" + approval + R"(","state":"REQUESTED","at":"2026-11-22T10:00:00Z"})";
  ASSERT_EQ(shop.post(path + "/acquisitions", "1", slip).status, 200);
  const auto same = shop.post(path + "/acquisitions", "2", slip);
  ASSERT_EQ(same.status, 200);
  ASSERT_EQ(shop.post(path + "/cancels", "3", R"({"amount":1,"reason":"x"})").status, 201);
  const auto again = shop.post(path + "/acquisitions", "2", slip);
  EXPECT_EQ(again.body, same.body);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
}

// ---- lists by pages ----

class Pages : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  // Every page of a list; the texts of `id`, in order.
  static std::vector<std::string> all(Asker asker, const std::string& path, const std::string& list,
                                      int limit, const std::string& id = "id") {
    std::vector<std::string> out;
    std::string after;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = asker.get(path + "?limit=" + std::to_string(limit) + after);
      EXPECT_EQ(page.status, 200) << page.body;
      const auto json = page.json();
      if (!json.contains(list)) return out;
      const auto& items = json.at(list).as_array();
      EXPECT_LE(items.size(), static_cast<std::size_t>(limit));
      for (const auto& item : items) out.emplace_back(item.at(id).as_string());
      if (!json.at("hasMore").as_bool()) return out;
      after = "&after=" + page.text("nextCursor");
    }
    ADD_FAILURE() << path << " has no end";
    return out;
  }
  World world_{{.books = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Books, Pages, ::testing::Values(1U, 4U));

TEST_P(Pages, of_any_size_give_every_item_once_and_in_order) {
  auto house = world_.as_operator();
  for (int i = 0; i < 9; ++i) {
    const auto code = std::to_string(i);
    house.post("/v1/merchants", "m" + code,
               R"({"code":"code-)" + code + R"(","name":"x","organisation":"mall-1"})");
    world_.make_key(R"({"scopes":["ingest"]})", "key" + code);
  }
  for (const auto& [path, list] :
       {std::pair("/v1/merchants", "merchants"), std::pair("/v1/api-keys", "apiKeys")}) {
    const auto whole = all(world_.as_operator(), path, list, 1'000);
    EXPECT_GE(whole.size(), 11U);
    EXPECT_TRUE(std::ranges::is_sorted(whole)) << path;
    for (const int limit : {1, 2, 3, 7, 11})
      EXPECT_EQ(all(world_.as_operator(), path, list, limit), whole) << path;
  }
  EXPECT_NE(house.get("/v1/merchants").body.find(R"("organisation":"mall-1")"), std::string::npos);
}

// The picker of a screen: what somebody types, or the names of a page of something else.
TEST_P(Pages, of_merchants_hold_those_that_a_text_finds_or_whose_ids_are_given) {
  auto house = world_.as_operator();
  std::map<std::string, std::string> made;
  for (const auto& [code, name] :
       {std::pair("cafe-1", "성수 커피 1호점"), std::pair("cafe-2", "Seongsu Coffee"),
        std::pair("books-1", "남산 서점"), std::pair("cafe-3", "성수커피 2호점")}) {
    const auto answer = house.post(
        "/v1/merchants", std::string("m-") + code,
        R"({"code":")" + std::string(code) + R"(","name":")" + name + R"(","organisation":"mall-7"})");
    ASSERT_EQ(answer.status, 201) << answer.body;
    made[code] = answer.text("id");
  }
  const auto found = [&](const std::string& query) {
    std::vector<std::string> codes;
    const auto answer = house.get("/v1/merchants?" + query);
    EXPECT_EQ(answer.status, 200) << query << answer.body;
    const auto json = answer.json();
    for (const auto& one : json.at("merchants").as_array()) codes.emplace_back(one.at("code").as_string());
    return codes;
  };
  using Codes = std::vector<std::string>;
  ASSERT_TRUE(eventually([&] { return house.get("/v1/merchants?contains=x").status == 200; }));
  EXPECT_EQ(found("contains=%EC%84%B1%EC%88%98%20%EC%BB%A4%ED%94%BC"), (Codes{"cafe-1", "cafe-3"}))
      << "성수 커피";
  EXPECT_EQ(found("contains=%E3%84%B4%E3%85%85"), Codes{"books-1"}) << "ㄴㅅ";
  EXPECT_EQ(found("contains=COFFEE"), Codes{"cafe-2"});
  EXPECT_EQ(found("contains=books-"), Codes{"books-1"});
  EXPECT_EQ(found("contains=mall-7").size(), 4U);
  EXPECT_EQ(found("contains=" + made["cafe-2"].substr(20)), Codes{"cafe-2"});
  EXPECT_EQ(found("contains=nobody"), Codes{});
  EXPECT_EQ(found("merchantId=" + made["books-1"] + "," + made["cafe-1"]), (Codes{"cafe-1", "books-1"}));
  const auto first = house.get("/v1/merchants?contains=cafe&limit=2").json();
  EXPECT_TRUE(first.at("hasMore").as_bool());
  EXPECT_EQ(found("contains=cafe&limit=2&after=" + std::string(first.at("nextCursor").as_string())),
            Codes{"cafe-3"});
  for (const auto& wrong : {std::string("contains="), std::string("contains=-"),
                            std::string("merchantId=mch_1"), "contains=x&merchantId=" + made["cafe-1"]})
    EXPECT_EQ(house.get("/v1/merchants?" + wrong).code(), "BAD_PARAMETER") << wrong;
  EXPECT_EQ(house.get("/v1/merchants?merchantId=mch_01K800000128R000000000000A").status, 404);
  EXPECT_EQ(world_.as_merchant().get("/v1/merchants?contains=cafe").status, 403);
}

TEST_P(Pages, of_a_history_go_on_where_the_last_one_ended) {
  auto shop = world_.as_merchant();
  const auto made = shop.post("/v1/payments", "k", card_payment("h"));
  const auto path = "/v1/payments/" + made.text("id") + "/events";
  for (int i = 0; i < 5; ++i)
    shop.post("/v1/payments/" + made.text("id") + "/cancels", "c" + std::to_string(i),
              R"({"amount":1,"reason":"x"})");
  const auto whole = all(world_.as_merchant(), path, "events", 1'000);
  EXPECT_EQ(whole.size(), 7U);
  for (const int limit : {1, 3, 7}) EXPECT_EQ(all(world_.as_merchant(), path, "events", limit), whole);
  // What happens later is behind the cursor of the last page.
  const auto end = shop.get(path + "?limit=1000").text("nextCursor");
  shop.post("/v1/payments/" + made.text("id") + "/cancels", "late", R"({"amount":1,"reason":"x"})");
  EXPECT_EQ(shop.get(path + "?after=" + end).json().at("events").as_array().size(), 1U);
}

TEST_P(Pages, of_a_history_by_type_end_behind_what_was_not_asked_for) {
  auto shop = world_.as_merchant();
  const auto made = shop.post("/v1/payments", "k", card_payment("h"));
  const auto path = "/v1/payments/" + made.text("id") + "/events";
  for (int i = 0; i < 3; ++i)
    shop.post("/v1/payments/" + made.text("id") + "/cancels", "c" + std::to_string(i),
              R"({"amount":1,"reason":"x"})");
  const auto cancels = shop.get(path + "?types=cancel.succeeded").json();
  EXPECT_EQ(cancels.at("events").as_array().size(), 3U);
  EXPECT_FALSE(cancels.at("hasMore").as_bool());
  const auto two = shop.get(path + "?types=cancel.succeeded&limit=2").json();
  EXPECT_EQ(two.at("events").as_array().size(), 2U);
  EXPECT_TRUE(two.at("hasMore").as_bool());
  // One of the first type is all there is, however many of others follow.
  const auto created = shop.get(path + "?types=payment.created&limit=1");
  EXPECT_EQ(created.json().at("events").as_array().size(), 1U);
  EXPECT_FALSE(created.json().at("hasMore").as_bool());
  EXPECT_TRUE(shop.get(path + "?after=" + created.text("nextCursor")).json().at("events").as_array().empty());
  EXPECT_EQ(world_.as_other().get(path + "?types=payment.created").status, 404);
}

// One dialect: `after` and hasMore. Lists of the money side have an older word for the one and say null at
// the end, which stays.
TEST_P(Pages, of_the_money_side_go_on_by_after_and_by_its_older_word) {
  auto house = world_.as_operator();
  std::string position;
  for (const char* key : {"one", "two", "three"}) {
    const auto proposed =
        house.post("/v1/changes", key,
                   R"({"kind":"CONTRACT","contract":{"merchantId":")" + world_.merchant +
                       R"(","validFrom":"2020-01-01","calendar":"KR","payoutAccount":"acct-)" + key +
                       R"(","fees":{"rules":[{"name":"card","kind":"BASE_RATE","ratePpm":25000}]}}})");
    ASSERT_EQ(proposed.status, 201) << proposed.body;
    position = proposed.header("Ledger-Position");
  }
  const std::string list = "/v1/changes?limit=2&min-position=" + position;
  const auto first = house.get(list);
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json().at("items").as_array().size(), 2U);
  EXPECT_TRUE(first.json().at("hasMore").as_bool());
  const auto cursor = first.text("nextCursor");
  const auto second = house.get(list + "&after=" + cursor);
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(second.json().at("items").as_array().size(), 1U);
  EXPECT_FALSE(second.json().at("hasMore").as_bool());
  EXPECT_TRUE(second.json().at("nextCursor").is_null());
  EXPECT_EQ(house.get(list + "&cursor=" + cursor).json().at("items"), second.json().at("items"));
  EXPECT_EQ(house.get(list + "&after=" + cursor + "&cursor=" + cursor).code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/journal?after=" + cursor).code(), "INVALID_CURSOR");
}

TEST_P(Pages, take_no_cursor_of_another_list_or_of_nobody) {
  auto house = world_.as_operator();
  const auto merchants = house.get("/v1/merchants?limit=1").text("nextCursor");
  ASSERT_FALSE(merchants.empty());
  EXPECT_EQ(house.get("/v1/api-keys?after=" + merchants).code(), "INVALID_CURSOR");
  EXPECT_EQ(house.get("/v1/in-doubt?after=" + merchants).code(), "INVALID_CURSOR");
  EXPECT_EQ(house.get("/v1/events?after=" + merchants).code(), "INVALID_CURSOR");
  EXPECT_EQ(house.get("/v1/merchants?after=" + house.get("/v1/events").text("nextCursor")).code(),
            "INVALID_CURSOR");
  auto bent = merchants;
  bent[3] = bent[3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(house.get("/v1/merchants?after=" + bent).code(), "INVALID_CURSOR");
  EXPECT_EQ(house.get("/v1/merchants?after=").status, 400);
  for (const auto* limit : {"0", "1001", "-1", "x"})
    EXPECT_EQ(house.get("/v1/merchants?limit=" + std::string(limit)).code(), "BAD_PARAMETER") << limit;
}

// ---- keys that end ----

class MerchantKeys : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, MerchantKeys, testing::Values(1U, 4U));

TEST_P(MerchantKeys, live_no_longer_than_their_maker_and_the_bound) {
  World world({.books = GetParam()}, [](ServiceConfig& config) { config.merchant_key_days_max = 10; });
  auto shop = world.as_merchant();  // made by the house, without an end
  const auto made = shop.post("/v1/api-keys", "1", R"({"scopes":["merchant"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_FALSE(made.text("expiresAt").empty()) << "bounded though nobody asked";
  EXPECT_EQ(shop.post("/v1/api-keys", "1", R"({"scopes":["merchant"]})").status, 201) << "and repeatable";
  const auto far =
      shop.post("/v1/api-keys", "2", R"({"scopes":["merchant"],"expiresAt":"2999-01-01T00:00:00Z"})");
  EXPECT_EQ(far.status, 422);
  EXPECT_NE(far.body.find("/expiresAt"), std::string::npos) << far.body;
  // A short-lived key makes no longer one.
  std::string soon;
  append_rfc3339(soon, SystemClock().now().plus_ms(86'400'000));
  const auto guest = world.make_key(
      R"({"scopes":["merchant"],"merchantId":")" + world.merchant + R"(","expiresAt":")" + soon + "\"}",
      "guest");
  const auto child = world.as(guest).post("/v1/api-keys", "3", R"({"scopes":["merchant"]})");
  ASSERT_EQ(child.status, 201) << child.body;
  EXPECT_EQ(child.text("expiresAt").substr(0, 19), soon.substr(0, 19));
  EXPECT_EQ(world.as_operator().post("/v1/api-keys", "4", R"({"scopes":["ingest"]})").text("expiresAt"), "")
      << "the house decides freely";
}

// ---- backups of the running ledger ----

class Backup : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Backup, ::testing::Values(1U, 4U));

TEST_P(Backup, of_a_running_ledger_holds_what_was_acknowledged_before_it) {
  const auto root =
      std::filesystem::temp_directory_path() / ("wonjang_backups_" + std::to_string(::getpid()));
  std::filesystem::remove_all(root);
  {
    World world({.books = GetParam(), .on_disk = true},
                [&](ServiceConfig& config) { config.backup_dir = root.string(); });
    auto house = world.as_operator();
    std::vector<std::string> acknowledged;
    for (int i = 0; i < 20; ++i)
      acknowledged.push_back(world.as_merchant()
                                 .post("/v1/payments", std::to_string(i), card_payment(std::to_string(i)))
                                 .text("id"));
    const auto made = house.send("PUT", "/v1/admin/backups/monday", {}, "");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.json().at("books").as_array().size(), GetParam());
    world.as_merchant().post("/v1/payments", "later", card_payment("later"));
    const auto again = house.send("PUT", "/v1/admin/backups/monday", {}, "");
    EXPECT_EQ(again.status, 200) << "it is there already";
    EXPECT_EQ(again.body, made.body);
    EXPECT_EQ(house.send("PUT", "/v1/admin/backups/tuesday", {}, "").status, 201);
    EXPECT_EQ(world.as_merchant().send("PUT", "/v1/admin/backups/mine", {}, "").status, 403);

    auto config = world.config;
    config.data_dir = (root / "monday").string();
    config.backup_dir.clear();
    EXPECT_FALSE(Service::open(config)) << "a backup isn't served";
    std::filesystem::rename(root / "monday" / "manifest", root / "manifest");  // none in what is restored
    const auto restored = Service::open(config);
    std::filesystem::rename(root / "manifest", root / "monday" / "manifest");
    ASSERT_TRUE(restored) << restored.error().message;
    for (const auto& id : acknowledged) {
      const auto found = (*restored)->ledger().payment(*PaymentId::parse(id));
      EXPECT_TRUE(found && *found) << id;
    }
    const auto manifest = read_manifest((root / "monday").string());
    ASSERT_TRUE(manifest);
    for (std::size_t i = 0; i < manifest->size(); ++i)
      EXPECT_EQ(made.json().at("books").at(i).at("root").as_string(), (*manifest)[i].root);
  }
  std::filesystem::remove_all(root);
}

// It was 503 without a reason. The first one is held by a manifest that is a pipe without a writer.
TEST(Backup, a_second_one_meanwhile_is_told_which_is_under_way) {
  const TempDir root;
  World world({.on_disk = true}, [&](ServiceConfig& config) { config.backup_dir = root.path(); });
  ASSERT_TRUE(std::filesystem::create_directory(root.path() + "/monday"));
  const auto pipe = root.path() + "/monday/manifest";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  TestAnswer first;
  std::thread asks([&] { first = world.as_operator().send("PUT", "/v1/admin/backups/monday", {}, ""); });
  int writer = -1;
  EXPECT_TRUE(eventually([&] { return (writer = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK)) >= 0; }));
  const auto second = world.as_operator().send("PUT", "/v1/admin/backups/tuesday", {}, "");
  EXPECT_EQ(second.status, 409) << second.body;
  EXPECT_EQ(second.code(), "JOB_UNDER_WAY");
  EXPECT_NE(second.text("detail").find("`monday` is under way since 20"), std::string::npos) << second.body;
  EXPECT_FALSE(std::filesystem::exists(root.path() + "/tuesday"));
  ::close(writer);
  asks.join();
  EXPECT_EQ(first.status, 500) << "no manifest after all: " << first.body;
  EXPECT_EQ(world.as_operator().send("PUT", "/v1/admin/backups/tuesday", {}, "").status, 201);
}

TEST(Backup, goes_nowhere_but_under_its_root) {
  const auto root =
      std::filesystem::temp_directory_path() / ("wonjang_backup_root_" + std::to_string(::getpid()));
  std::filesystem::remove_all(root);
  {
    World world({.on_disk = true},
                [&](ServiceConfig& config) { config.backup_dir = (root / "in").string(); });
    auto house = world.as_operator();
    for (const auto* name : {"..", "%2e%2e", "a.b", "..%2Fout", "a%2Fb", "a/b", "%00", "a%20b", "."}) {
      const auto refused = house.send("PUT", "/v1/admin/backups/" + std::string(name), {}, "");
      EXPECT_GE(refused.status, 400) << name;
      EXPECT_LT(refused.status, 500) << name;
    }
    EXPECT_EQ(house.send("PUT", "/v1/admin/backups/" + std::string(65, 'a'), {}, "").status, 400);
    EXPECT_FALSE(std::filesystem::exists(root)) << "nothing was made";
  }
  World world({.on_disk = true});
  EXPECT_EQ(world.as_operator().send("PUT", "/v1/admin/backups/monday", {}, "").status, 404)
      << "no root, no backup";
  std::filesystem::remove_all(root);
}

// ---- a disk that takes its time ----

// Holds every append still while it is closed.
class Gate {
 public:
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
    wake_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return !closed_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool closed_ = false;
};

class Counted final : public Completion {
 public:
  void complete(std::uint64_t, Answer answer) override { ++(answer.kind == AnswerKind::done ? done : other); }
  std::atomic<int> done{0};
  std::atomic<int> other{0};
};

TEST(SlowDisk, an_append_that_takes_seconds_fills_the_queue_is_said_and_loses_nothing) {
  constexpr int kQueue = 1'024;
  Gate gate;
  World world(
      {}, [](ServiceConfig& config) { config.queue_max = kQueue; },
      [&](std::unique_ptr<Book> book) -> std::unique_ptr<Book> {
        auto slow = std::make_unique<FaultyBook>(std::move(book));
        slow->around_append([&] { gate.pass(); });
        return slow;
      });
  auto& ledger = world.service->ledger();
  // What made the world is answered before it leaves the queue.
  ASSERT_TRUE(eventually([&] { return ledger.room() == kQueue; }));
  Counted counted;
  gate.close();
  for (int i = 0; i < kQueue; ++i) {
    Request request;
    CreatePayment create;
    create.merchant = *MerchantId::parse(world.merchant);
    create.order_id = "queued-" + std::to_string(i);
    create.total = 1'000;
    request.command = PaymentCommand(std::move(create));
    request.actor = {ActorKind::system, "test"};
    request.completion = &counted;
    ledger.submit(std::move(request));
  }
  EXPECT_EQ(counted.done + counted.other, 0) << "nobody hears of what isn't durable";
  const auto refused = world.as_merchant().post("/v1/payments", "late", card_payment("late"));
  EXPECT_EQ(refused.status, 429) << refused.body;
  EXPECT_EQ(refused.code(), "QUEUE_FULL");
  EXPECT_FALSE(refused.header("Retry-After").empty());
  TestAnswer health;
  EXPECT_TRUE(eventually([&] {
    health = world.as_nobody().get("/readyz?verbose");
    return health.status == 503;
  })) << health.body;
  EXPECT_NE(health.body.find("slow disk"), std::string::npos) << health.body;
  EXPECT_EQ(world.as_merchant().get("/v1/payments?orderId=order-late").status, 404) << "reads go on";

  gate.open();
  EXPECT_TRUE(eventually([&] { return counted.done == kQueue; })) << counted.done;
  EXPECT_EQ(counted.other, 0);
  for (const int i : {0, 1, kQueue - 1}) {
    const auto found =
        ledger.payment_of_order(*MerchantId::parse(world.merchant), "queued-" + std::to_string(i));
    EXPECT_TRUE(found && *found) << i;
  }
  EXPECT_TRUE(eventually([&] { return world.as_nobody().get("/readyz").status == 200; }));
  EXPECT_EQ(world.as_merchant().post("/v1/payments", "late", card_payment("late")).status, 201)
      << "the refused one was not written, its key is free";
}

}  // namespace
}  // namespace wonjang
