#include "app/api/json/problem.h"

#include <map>
#include <set>

#include "app/api/json/json_document.h"
#include "app/api/json/table_for_tests.h"

namespace wonjang {
namespace {

TEST(Problems, the_catalogue_is_docs_errors_md) {
  EXPECT_EQ(differs_from_file(WJ_DOCS_DIR "/errors.md", errors_markdown()), "");
}

TEST(Problems, a_code_stands_for_one_thing) {
  std::set<std::string_view> codes;
  for (const auto kind : problem_kinds()) {
    const auto& spec = spec_of(kind);
    EXPECT_TRUE(codes.insert(spec.code).second) << spec.code;
    EXPECT_GE(spec.status, 400);
    EXPECT_FALSE(spec.what_next.empty()) << spec.code;
  }
  EXPECT_EQ(codes.size(), static_cast<std::size_t>(ProblemKind::outcome_unknown) + 1);
  for (std::uint16_t n = 1; n < 200; ++n) {
    const auto code = static_cast<RefusalCode>(n);
    if (title_of(code) == "Refused") continue;
    EXPECT_TRUE(codes.insert(code_of(code)).second) << code_of(code);
    const auto status = spec_of(code).status;
    EXPECT_TRUE(status == 403 || status == 404 || status == 409 || status == 422) << code_of(code);
  }
}

TEST(Problems, a_retry_is_promised_only_where_it_may_help) {
  for (const auto kind : problem_kinds()) {
    const auto& spec = spec_of(kind);
    const std::set<int> may = {408, 409, 412, 429, 503, 504};
    EXPECT_EQ(spec.retryable, may.contains(spec.status)) << spec.code;
  }
}

TEST(Problems, every_extra_has_its_member) {
  const FieldErrors errors = {{"/amount", "OUT_OF_RANGE", "must be from 0 to 5"}};
  ProblemExtras extras;
  extras.message = "m \"quoted\"";
  extras.detail = "d";
  extras.errors = errors;
  extras.payment = PaymentId(RawId{0x019A'0000'0001'1230ULL, 8});
  extras.payment_json = R"({"id":"x"})";
  extras.first_used_at = Instant{1'795'000'000'000'000};
  extras.request_id = "req_1";
  extras.instance = "/v1/payments";
  const auto reply = problem_reply(ProblemKind::outcome_unknown, extras);
  JsonDocument document;
  EXPECT_FALSE(document.parse(reply.body).has_value()) << reply.body;
  EXPECT_EQ(differs_from_file(WJ_API_JSON_TESTDATA "/problem.json", reply.body + "\n"), "");
}

TEST(Problems, no_json_is_400_and_wrong_fields_are_422) {
  EXPECT_EQ(field_problem({{"", "MALFORMED_JSON", "x"}}).status, 400);
  EXPECT_EQ(field_problem({{"/a", "REQUIRED", "x"}}).status, 422);
  EXPECT_EQ(field_problem({{"", "TOO_DEEP", "x"}}).status, 422);
}

// Every code that the table of bodies meets is in the catalogue, and the catalogue has none that nobody uses.
TEST(Problems, the_codes_of_errors_are_those_that_are_given) {
  std::set<std::string> known;
  for (const auto& [code, text] : kFieldErrorCodes) known.emplace(code);
  std::set<std::string> given = {"TOO_LARGE", "TOO_MANY_ITEMS"};  // in bodies_test.cc
  for (const auto& one : read_table(WJ_API_JSON_TESTDATA "/bodies.txt")) {
    std::size_t from = 0;
    while (from < one.expected.size()) {
      const auto end = one.expected.find('\n', from);
      const auto line = one.expected.substr(from, end - from);
      from = end + 1;
      if (!line.starts_with('/') && !line.starts_with("(body)")) continue;
      // a pointer may hold a space: the code is the first word of capitals behind it
      std::size_t at = line.find(' ');
      while (!known.contains(line.substr(at + 1, line.find(' ', at + 1) - at - 1))) {
        at = line.find(' ', at + 1);
        ASSERT_NE(at, std::string::npos) << "no known code in: " << line;
      }
      given.insert(line.substr(at + 1, line.find(' ', at + 1) - at - 1));
    }
  }
  EXPECT_EQ(given, known);
}

}  // namespace
}  // namespace wonjang
