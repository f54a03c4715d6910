// Sessions of the console: what they are good for, when they end, and what a foreign page can't do with them.

#include "app/api/sessions.h"

#include "adapters/openssl/crypto.h"
#include "adapters/openssl/digest.h"
#include "app/api/api_test_world.h"
#include "app/api/session_door.h"

namespace wonjang {
namespace {

std::shared_ptr<const Caller> some_caller() { return std::make_shared<Caller>(); }
constexpr Instant kNow{1'800'000'000'000'000};

TEST(Sessions, end_half_an_hour_after_the_last_use) {
  const OpensslDigest digest;
  Sessions sessions(digest);
  const auto opened = sessions.open(some_caller(), kNow);
  EXPECT_EQ(opened.expires_at, kNow.plus_ms(SessionTimes().idle_ms));
  const auto later = kNow.plus_ms(SessionTimes().idle_ms - 1);
  ASSERT_TRUE(sessions.see(opened.token, later, /*in_use=*/true));
  EXPECT_TRUE(sessions.see(opened.token, later.plus_ms(SessionTimes().idle_ms - 1), /*in_use=*/false));
  EXPECT_FALSE(sessions.see(opened.token, later.plus_ms(SessionTimes().idle_ms), /*in_use=*/false));
  EXPECT_EQ(sessions.size(), 0U);
}

TEST(Sessions, what_a_page_asks_by_itself_keeps_none_alive) {
  const OpensslDigest digest;
  Sessions sessions(digest);
  const auto opened = sessions.open(some_caller(), kNow);
  EXPECT_TRUE(sessions.see(opened.token, kNow.plus_ms(SessionTimes().idle_ms - 1), /*in_use=*/false));
  EXPECT_FALSE(sessions.see(opened.token, kNow.plus_ms(SessionTimes().idle_ms), /*in_use=*/true));
}

TEST(Sessions, end_after_twelve_hours_however_busy) {
  const OpensslDigest digest;
  Sessions sessions(digest);
  const auto opened = sessions.open(some_caller(), kNow);
  for (std::int64_t ms = 0; ms < SessionTimes().life_ms; ms += SessionTimes().idle_ms / 2) {
    ASSERT_TRUE(sessions.see(opened.token, kNow.plus_ms(ms), /*in_use=*/true)) << ms;
  }
  EXPECT_FALSE(sessions.see(opened.token, kNow.plus_ms(SessionTimes().life_ms), /*in_use=*/true));
}

TEST(Sessions, end_when_the_configuration_says) {
  const OpensslDigest digest;
  Sessions sessions(digest, {.idle_ms = 5'000, .life_ms = 8'000});
  const auto opened = sessions.open(some_caller(), kNow);
  EXPECT_EQ(opened.expires_at, kNow.plus_ms(5'000));
  ASSERT_TRUE(sessions.see(opened.token, kNow.plus_ms(4'999), /*in_use=*/true));
  ASSERT_TRUE(sessions.see(opened.token, kNow.plus_ms(7'999), /*in_use=*/true));
  EXPECT_FALSE(sessions.see(opened.token, kNow.plus_ms(8'000), /*in_use=*/true));
}

TEST(Sessions, are_bounded_and_the_idle_one_goes_first) {
  const OpensslDigest digest;
  Sessions sessions(digest);
  const auto first = sessions.open(some_caller(), kNow);
  const auto second = sessions.open(some_caller(), kNow.plus_ms(1));
  for (std::size_t i = 2; i < Sessions::kSessionsMax; ++i) sessions.open(some_caller(), kNow.plus_ms(2));
  ASSERT_TRUE(sessions.see(first.token, kNow.plus_ms(3), /*in_use=*/true));
  sessions.open(some_caller(), kNow.plus_ms(4));
  EXPECT_EQ(sessions.size(), Sessions::kSessionsMax);
  EXPECT_TRUE(sessions.see(first.token, kNow.plus_ms(5), false));
  EXPECT_FALSE(sessions.see(second.token, kNow.plus_ms(5), false));
}

TEST(SessionDoor, of_two_cookies_none_counts) {
  const auto of = [](const char* cookies) {
    return std::string(session_token_of(HttpRequestHead::make("GET", "/", {{"Cookie", cookies}})));
  };
  EXPECT_EQ(of("a=b; wj_session=one; c=d"), "one");
  EXPECT_EQ(of("wj_session=one; wj_session=two"), "");
  EXPECT_EQ(of("xwj_session=one"), "");
  EXPECT_EQ(of(""), "");
}

// ---- over HTTP ----

class Browser {
 public:
  Browser(const World& world, const std::string& key) : asker_(world.as_nobody()) {
    const auto answer =
        asker_.post("/v1/session", "", R"({"apiKey":")" + key + "\"}", {{"Origin", "http://test"}});
    status = answer.status;
    set_cookie = answer.header("Set-Cookie");
    session = answer.json();
    cookie = set_cookie.substr(0, set_cookie.find(';'));
    csrf = answer.text("csrfToken");
  }
  TestAnswer get(const std::string& target, TestHeaders headers = {}) {
    headers.push_back({"Cookie", cookie});
    return asker_.get(target, headers);
  }
  // As the console writes: same origin, token, key.
  TestAnswer post(const std::string& target, const std::string& key, const std::string& body) {
    return asker_.post(target, key, body,
                       {{"Cookie", cookie}, {"Origin", "http://test"}, {"X-CSRF-Token", csrf}});
  }
  TestAnswer post_with(const std::string& target, const std::string& key, const std::string& body,
                       TestHeaders headers) {
    headers.push_back({"Cookie", cookie});
    return asker_.post(target, key, body, headers);
  }
  TestAnswer leave() {
    return asker_.send("DELETE", "/v1/session",
                       {{"Cookie", cookie}, {"Origin", "http://test"}, {"X-CSRF-Token", csrf}}, "");
  }

  int status = 0;
  std::string set_cookie;
  std::string cookie;
  std::string csrf;
  boost::json::object session;

 private:
  Asker asker_;
};

class SessionHttp : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, SessionHttp, testing::Values(1U, 4U));

TEST_P(SessionHttp, a_key_becomes_a_cookie_that_no_script_reads_and_no_other_site_sends) {
  const World world({.books = GetParam()});
  Browser browser(world, world.merchant_key);
  ASSERT_EQ(browser.status, 200);
  EXPECT_EQ(browser.session.at("role").as_string(), "MERCHANT");
  EXPECT_EQ(browser.session.at("merchantId").as_string(), world.merchant);
  EXPECT_EQ(browser.session.at("merchantName").as_string(), "Shop");
  EXPECT_NE(browser.set_cookie.find("; HttpOnly"), std::string::npos);
  EXPECT_NE(browser.set_cookie.find("; SameSite=Strict"), std::string::npos);
  const auto who = browser.get("/v1/session");
  EXPECT_EQ(who.status, 200);
  EXPECT_EQ(who.text("csrfToken"), browser.csrf);
  EXPECT_EQ(who.header("Cache-Control"), "no-store");
}

TEST_P(SessionHttp, a_merchants_session_sees_and_does_what_its_key_may) {
  const World world({.books = GetParam()});
  Browser shop(world, world.merchant_key);
  Browser other(world, world.other_key);
  const auto paid = shop.post("/v1/payments", "p-1", card_payment("1"));
  ASSERT_EQ(paid.status, 201) << paid.body;
  const auto path = "/v1/payments/" + paid.text("id");
  EXPECT_EQ(shop.get(path).status, 200);
  for (const auto* tail : {"", "/events", "/lifecycle", "/proof"})
    EXPECT_EQ(other.get(path + tail).status, 404) << tail;
  EXPECT_EQ(other.post(path + "/cancels", "c-1", R"({"reason":"x"})").status, 404);
  EXPECT_EQ(shop.get("/v1/merchants").status, 403);
  EXPECT_EQ(shop.get("/v1/views").status, 403);
  EXPECT_EQ(Browser(world, world.operator_key).get(path).status, 200);
}

TEST_P(SessionHttp, a_write_needs_the_token_and_an_origin_that_is_ours) {
  const World world({.books = GetParam()});
  Browser browser(world, world.operator_key);
  const auto before = world.tails();
  const TestHeaders tries[] = {
      {},
      {{"X-CSRF-Token", browser.csrf}},
      {{"Origin", "http://test"}},
      {{"Origin", "http://test"}, {"X-CSRF-Token", "0" + browser.csrf.substr(1) + "x"}},
      {{"Origin", "http://evil.example"}, {"X-CSRF-Token", browser.csrf}},
      {{"Origin", "http://test.evil.example"}, {"X-CSRF-Token", browser.csrf}},
      {{"Origin", "http://eviltest"}, {"X-CSRF-Token", browser.csrf}},
      {{"Origin", "null"}, {"X-CSRF-Token", browser.csrf}},
      {{"Origin", ""}, {"X-CSRF-Token", browser.csrf}},
      {{"Origin", "http://test"}, {"Origin", "http://evil.example"}, {"X-CSRF-Token", browser.csrf}},
      {{"Origin", "http://test"}, {"Sec-Fetch-Site", "cross-site"}, {"X-CSRF-Token", browser.csrf}},
      {{"Origin", "http://test"}, {"Sec-Fetch-Site", "same-site"}, {"X-CSRF-Token", browser.csrf}},
  };
  for (const auto& headers : tries) {
    const auto answer =
        browser.post_with("/v1/merchants", "m-x", R"({"code":"evil","name":"Evil"})", headers);
    EXPECT_EQ(answer.status, 403) << answer.body;
  }
  EXPECT_EQ(world.tails(), before);
  EXPECT_EQ(browser.post("/v1/merchants", "m-x", R"({"code":"good","name":"Good"})").status, 201);
}

TEST_P(SessionHttp, a_page_elsewhere_reads_nothing_and_opens_nothing) {
  const World world({.books = GetParam()});
  Browser browser(world, world.operator_key);
  EXPECT_EQ(browser.get("/v1/merchants", {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
  EXPECT_EQ(browser.get("/v1/merchants", {{"Origin", "http://evil.example"}}).status, 403);
  EXPECT_EQ(browser.get("/v1/merchants", {{"Sec-Fetch-Site", "same-origin"}}).status, 200);
  const auto body = R"({"apiKey":")" + world.operator_key + "\"}";
  EXPECT_EQ(world.as_nobody().post("/v1/session", "", body, {{"Origin", "http://evil.example"}}).status, 403);
}

TEST_P(SessionHttp, signing_out_ends_it) {
  const World world({.books = GetParam()});
  Browser browser(world, world.operator_key);
  ASSERT_EQ(browser.get("/v1/merchants").status, 200);
  const auto left = browser.leave();
  EXPECT_EQ(left.status, 204);
  EXPECT_NE(left.header("Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(browser.get("/v1/merchants").status, 401);
}

TEST_P(SessionHttp, a_revoked_key_ends_its_sessions) {
  const World world({.books = GetParam()});
  const auto made = world.as_operator().post("/v1/api-keys", "k-9", R"({"scopes":["operator"]})");
  Browser browser(world, made.text("secret"));
  ASSERT_EQ(browser.get("/v1/merchants").status, 200);
  ASSERT_EQ(world.as_operator().post("/v1/api-keys/" + made.text("id") + "/revoke", "r-9", "").status, 200);
  EXPECT_EQ(browser.get("/v1/merchants").status, 401);
  EXPECT_EQ(browser.post("/v1/merchants", "m-9", R"({"code":"late","name":"Late"})").status, 401);
}

TEST_P(SessionHttp, what_is_no_key_opens_none_and_is_not_said_back) {
  const World world({.books = GetParam()});
  const std::string wrong = "wonjang_live_not_a_key";
  const auto garbage = world.as_nobody().post("/v1/session", "", R"({"apiKey":")" + wrong + "\"}");
  EXPECT_EQ(garbage.status, 401);
  EXPECT_EQ(garbage.body.find(wrong), std::string::npos);
  EXPECT_EQ(garbage.header("Set-Cookie"), "");
  for (const auto* body : {"", "{}", "[]", R"({"apiKey":1})", R"({"apiKey":"a","more":"b"})"}) {
    EXPECT_EQ(world.as_nobody().post("/v1/session", "", body).status, 400) << body;
  }
  EXPECT_EQ(Browser(world, world.ingest_key).status, 403);
  EXPECT_EQ(world.as_nobody().get("/v1/session").status, 401);
}

TEST_P(SessionHttp, a_key_in_the_header_counts_before_a_cookie) {
  const World world({.books = GetParam()});
  Browser browser(world, world.operator_key);
  EXPECT_EQ(browser.get("/v1/merchants", {{"Authorization", "Bearer " + world.merchant_key}}).status, 403);
  EXPECT_EQ(browser.get("/v1/merchants", {{"Authorization", "Bearer nonsense"}}).status, 401);
}

}  // namespace
}  // namespace wonjang
