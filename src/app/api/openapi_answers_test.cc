// Every answer that any test of this program hears is held against /openapi.json; here, that this can fail.
#include "app/api/openapi_answers.h"

#include <gmock/gmock.h>

#include "app/api/api_test_world.h"

namespace wonjang {
namespace {

void expect_described(const std::string& request, const TestAnswer& answer) {
  const auto method = request.substr(0, request.find(' '));
  const auto from = std::min(request.size(), method.size() + 1);
  const auto target = request.substr(from, request.find(' ', from) - from);
  if (!target.starts_with('/')) return;
  const auto fault = undescribed({method, target, answer.status, answer.header("Content-Type"), answer.body});
  EXPECT_EQ(fault, "") << answer.body.substr(0, 2000);
}

const bool kIsLookedAt = [] {
  look_at_answer = &expect_described;
  return true;
}();

std::string fault_in(std::string_view body, int status = 200,
                     std::string_view type = "application/json; charset=utf-8",
                     std::string_view target = "/v1/merchants/mch_01K800000128R000000000000A") {
  return undescribed({"GET", target, status, type, body});
}

constexpr std::string_view kMerchant =
    R"({"id":"mch_01K800000128R000000000000A","code":"shop","name":"Shop","status":"OPEN","createdAt":"2026-11-22T10:00:00+09:00"})";

std::string changed(std::string_view from, std::string_view to) {
  std::string out(kMerchant);
  const auto at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return out.replace(at, from.size(), to);
}

TEST(OpenApiAnswers, what_is_described_is_no_fault) {
  EXPECT_TRUE(kIsLookedAt);
  EXPECT_EQ(fault_in(kMerchant), "");
  EXPECT_EQ(fault_in("anything", 200, "text/plain", "/nowhere"), "");
}

TEST(OpenApiAnswers, what_is_not_described_is_named) {
  using ::testing::HasSubstr;
  EXPECT_THAT(fault_in(changed("\"code\"", "\"extra\":1,\"code\"")),
              HasSubstr("/extra is answered and isn't described"));
  EXPECT_THAT(fault_in(changed("\"id\":\"mch_01K800000128R000000000000A\",", "")),
              HasSubstr("has no id, which is required"));
  EXPECT_THAT(fault_in(changed("\"Shop\"", "7")), HasSubstr("/name is 7, not \"string\""));
  EXPECT_THAT(fault_in(changed("mch_", "pay_")), HasSubstr("which isn't of its pattern"));
  EXPECT_THAT(fault_in(changed("2026-11-22T", "today ")), HasSubstr("which isn't of its format"));
  EXPECT_THAT(fault_in(changed("OPEN", "ASLEEP")), HasSubstr("which isn't one of its values"));
  EXPECT_THAT(fault_in(kMerchant, 299), HasSubstr("this status isn't described"));
  EXPECT_THAT(fault_in(kMerchant, 200, "text/html"), HasSubstr("a body of type text/html isn't described"));
  EXPECT_THAT(fault_in("{"), HasSubstr("the body is no JSON"));
  EXPECT_THAT(fault_in(kMerchant, 404, "application/problem+json"), HasSubstr("which is required"));
}

}  // namespace
}  // namespace wonjang
