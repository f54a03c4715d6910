#include "app/console/console.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace wonjang {
namespace {

constexpr std::array kFiles{
    ConsoleFile{"app-1a2b.js", "text/javascript; charset=utf-8", "\"js\"", true, "script", "zipped"},
    ConsoleFile{"index.html", "text/html; charset=utf-8", "\"page\"", false, "<!doctype html>", {}},
};

std::string header(const HttpResponse& response, std::string_view name) {
  for (const auto& one : response.headers) {
    if (one.name == name) return one.value;
  }
  return {};
}

std::optional<HttpResponse> ask(std::string_view target, const std::vector<HttpHeader>& headers = {},
                                std::string_view method = "GET") {
  return console_response(HttpRequestHead::make(method, target, headers), kFiles);
}

TEST(Console, the_root_leads_to_the_console_and_the_api_is_left_alone) {
  EXPECT_EQ(ask("/")->status, 302);
  EXPECT_EQ(header(*ask("/"), "Location"), "/console/");
  EXPECT_EQ(header(*ask("/console"), "Location"), "/console/");
  EXPECT_FALSE(ask("/v1/payments"));
  EXPECT_FALSE(ask("/consoles"));
}

TEST(Console, every_view_is_the_page_and_a_missing_file_is_not) {
  for (const auto* path :
       {"/console/", "/console/payments?status=DONE", "/console/payments/pay_01JD4Z7Q8R6G3V5X9T2W0K1MNP",
        "/console/settlement/lines/stl_01JD4Z7Q8R6G3V5X9T2W0K1MNP.1.7"}) {
    EXPECT_EQ(ask(path)->body, "<!doctype html>") << path;
    EXPECT_EQ(header(*ask(path), "Cache-Control"), "no-cache") << path;
  }
  EXPECT_EQ(ask("/console/app-old.js")->status, 404);
  EXPECT_EQ(ask("/console/operator.key")->status, 404);
  EXPECT_EQ(ask("/console/../operator.key")->body,
            "<!doctype html>");  // a view's address, not a path of files
}

TEST(Console, hashed_files_are_kept_for_ever_and_sent_as_small_as_the_browser_takes) {
  const auto zipped = ask("/console/app-1a2b.js", {{"Accept-Encoding", "br, gzip;q=0.8"}});
  EXPECT_EQ(zipped->body, "zipped");
  EXPECT_EQ(header(*zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(*zipped, "Cache-Control"), "public, max-age=31536000, immutable");
  for (const auto* coding : {"", "br", "gzip;q=0"}) {
    const auto plain = ask("/console/app-1a2b.js", {{"Accept-Encoding", coding}});
    EXPECT_EQ(plain->body, "script") << coding;
    EXPECT_EQ(header(*plain, "Content-Encoding"), "") << coding;
  }
  EXPECT_EQ(header(*zipped, "Vary"), "Accept-Encoding");
}

TEST(Console, a_page_that_is_known_is_not_sent_again) {
  const auto again = ask("/console/", {{"If-None-Match", "\"page\""}});
  EXPECT_EQ(again->status, 304);
  EXPECT_EQ(again->body, "");
  EXPECT_EQ(ask("/console/", {{"If-None-Match", "\"other\""}})->status, 200);
}

TEST(Console, nothing_but_its_own_files_may_run_in_it) {
  for (const auto* path : {"/console/", "/console/app-1a2b.js", "/console/gone.js"}) {
    const auto response = ask(path);
    const auto policy = header(*response, "Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos) << path;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << path;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << path;
    EXPECT_EQ(header(*response, "X-Content-Type-Options"), "nosniff") << path;
  }
}

TEST(Console, it_is_read_only) {
  const auto answer = ask("/console/", {}, "POST");
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(header(*answer, "Allow"), "GET, HEAD");
  EXPECT_EQ(ask("/console/", {}, "HEAD")->status, 200);
}

TEST(Console, a_program_without_it_says_so) {
  const auto answer = console_response(HttpRequestHead::make("GET", "/console/"), {});
  EXPECT_EQ(answer->status, 404);
  EXPECT_NE(answer->body.find("npm"), std::string::npos);
}

}  // namespace
}  // namespace wonjang
