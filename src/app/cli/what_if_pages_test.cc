#include "app/cli/what_if_pages.h"

#include "app/cli/money_test_service.h"

namespace wonjang {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

json::object page(const char* text) { return json::parse(text).as_object(); }

std::string cursor_of(const QueryFlags& flags) {
  for (const auto& [name, value] : flags) {
    if (name == "cursor") return value;
  }
  return {};
}

constexpr const char* kFirst =
    R"({"lines":[{"lineId":"a"}],"payouts":[{"net":1}],"failures":[],"counts":{"lines":2,"payouts":1,)"
    R"("failures":0,"merchants":1},"feeDelta":[],"truncated":true,"nextLinesCursor":"l2",)"
    R"("nextPayoutsCursor":null,"nextFailuresCursor":null})";
constexpr const char* kSecond =
    R"({"lines":[{"lineId":"b"}],"payouts":[],"failures":[],"counts":{"lines":2,"payouts":1,"failures":0,)"
    R"("merchants":1},"feeDelta":[],"truncated":false,"nextLinesCursor":null,"nextPayoutsCursor":null,)"
    R"("nextFailuresCursor":null})";

TEST(WhatIfPages, lists_are_read_to_their_end) {
  const auto whole = whole_what_if([](const QueryFlags& flags) -> Result<json::object> {
    return page(cursor_of(flags) == "l2" ? kSecond : kFirst);
  });
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(json::serialize(whole->at("lines")), R"([{"lineId":"a"},{"lineId":"b"}])");
  EXPECT_EQ(whole->at("payouts").as_array().size(), 1U);
  EXPECT_FALSE(whole->at("truncated").as_bool());
  EXPECT_TRUE(whole->at("nextLinesCursor").is_null());
}

TEST(WhatIfPages, begins_again_where_the_book_moved_on_and_gives_up_after_a_while) {
  int firsts = 0;
  int refusals = 1;
  const AskWhatIf ask = [&](const QueryFlags& flags) -> Result<json::object> {
    if (cursor_of(flags).empty()) {
      ++firsts;
      return page(kFirst);
    }
    if (refusals-- > 0) return conflict("INVALID_CURSOR: (the book has moved on, and ...)");
    return page(kSecond);
  };
  const auto whole = whole_what_if(ask);
  ASSERT_TRUE(whole);
  EXPECT_EQ(firsts, 2);
  EXPECT_EQ(whole->at("lines").as_array().size(), 2U);
  refusals = 100;
  EXPECT_FALSE(whole_what_if(ask));
}

using WhatIfCommand = MoneyService;

// Found by review: it said neither payouts nor that lines were left out.
TEST_F(WhatIfCommand, shows_totals_lines_payouts_and_what_cannot_be_done) {
  world();
  const auto contract = [&](const char* name, const std::string& rules) {
    return file(name, R"({"merchantId":")" + merchant_ +
                          R"(","validFrom":"2020-01-01","calendar":"KR","payoutAccount":"a","cycle":)"
                          R"({"lagDays":3},"fees":{"rules":[)" +
                          rules + "]}}");
  };
  const auto later = contract("later.json", R"({"name":"card","kind":"BASE_RATE","ratePpm":20000})");
  const auto said = ask({"contract", "propose", later, "--dry-run"});
  EXPECT_EQ(said.exit, kExitOk) << said.errors;
  EXPECT_THAT(said.output, HasSubstr("moves 1 lines and 1 payouts of 1 merchants\nfees -55 KRW\n"));
  EXPECT_THAT(said.output, HasSubstr("\nLines\n"));
  EXPECT_THAT(said.output, HasSubstr("2025-09-03"));
  EXPECT_THAT(said.output, HasSubstr("\nPayouts\n"));
  EXPECT_THAT(said.output, HasSubstr("9780"));
  EXPECT_THAT(said.output, testing::Not(HasSubstr("can't")));

  ASSERT_EQ(ask({"settlement", "run", "2025-09-01"}).exit, kExitOk);
  const auto none = contract(
      "none.json",
      R"({"name":"card","kind":"BASE_RATE","ratePpm":20000,"applies":{"method":"VIRTUAL_ACCOUNT"}})");
  const auto failing = ask({"contract", "propose", none, "--dry-run"});
  EXPECT_EQ(failing.exit, kExitOk) << failing.errors;
  EXPECT_THAT(failing.output, HasSubstr("can't do 1 things"));
  EXPECT_THAT(failing.output, HasSubstr("NO_RATE"));
}

}  // namespace
}  // namespace wonjang
