// What is typed wrong is named, what the server refuses is told with its field, and --rows is that many.
#include "adapters/system/system_clock.h"
#include "app/cli/money_test_service.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

namespace wonjang {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Typed, a_word_that_is_no_command_is_named) {
  const auto one = say({"paymnt"});
  EXPECT_EQ(one.exit, kExitUsage);
  EXPECT_THAT(one.errors, HasSubstr("there is no command `paymnt`"));
  EXPECT_THAT(one.errors, HasSubstr("payment"));
  const auto two = say({"payment", "gett", "X"});
  EXPECT_EQ(two.exit, kExitUsage);
  EXPECT_THAT(two.errors, HasSubstr("there is no command `payment gett`"));
  EXPECT_THAT(two.errors, HasSubstr("list-events"));
  const auto left = say({"config", "show", "one", "two"});
  EXPECT_EQ(left.exit, kExitUsage);
  EXPECT_THAT(left.errors, HasSubstr("not expected here: one two"));
}

TEST(Typed, the_version_is_said_in_every_form) {
  EXPECT_THAT(say({"--version"}).output, HasSubstr("wonjang "));
  EXPECT_EQ(say({"--version"}).exit, kExitOk);
  EXPECT_THAT(say({"version", "-O", "json"}).output, HasSubstr("{\"version\":\""));
}

// -5 would be read as 18446744073709551611.
TEST(Typed, a_negative_number_is_refused_where_none_can_be) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"load", "--rate", "-5"},
           {"load", "--requests", "-1"},
           {"payment", "list", "--rows", "-1"},
           {"journal", "--rows", "-1"},
           {"demo", "--payments", "-5"},
           {"payment", "settle-outcome", "pay_1", "--expected-version", "-1"},
           {"reconcile", "resolve", "fil_1", "--line", "-1"}}) {
    const auto said = say(words);
    EXPECT_EQ(said.exit, kExitUsage) << words.front();
    EXPECT_THAT(said.errors, HasSubstr("is no whole number from 0 on")) << words.front();
  }
  EXPECT_EQ(say({"demo", "--payments", "0"}).exit, kExitUsage);
}

// Each in both spellings: as the API has it, and as words are spelled here.
TEST(Typed, a_filter_is_taken_in_both_spellings) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"payment", "list", "--merchant", "m"},
                                                                 {"payment", "list", "--merchantId", "m"},
                                                                 {"payout", "list", "--merchantId", "m"},
                                                                 {"payout", "list", "--merchant", "m"},
                                                                 {"payment", "list", "--amount-min", "1"},
                                                                 {"totals", "x", "--group-by", "method"},
                                                                 {"trial-balance", "--as-of", "2026-11-01"},
                                                                 {"trial-balance", "--asOf", "2026-11-01"}}) {
    const auto said = say(words);
    EXPECT_THAT(said.errors, HasSubstr("--key-file")) << words[words.size() - 2];  // all that is missing
  }
}

class TypedCommands : public MoneyService {};

TEST_F(TypedCommands, what_the_server_refuses_is_told_with_its_field) {
  const auto contract = [&](const std::string& account, const std::string& rate) {
    return file("c.json", R"({"merchantId":")" + merchant_ + R"(","validFrom":"2020-01-01","calendar":"KR")" +
                              account + R"(,"fees":{"rules":[{"name":"card","kind":"BASE_RATE","ratePpm":)" +
                              rate + "}]}}");
  };
  const auto one = ask({"contract", "propose", contract("", "25000")});
  EXPECT_THAT(one.errors, HasSubstr("/contract/payoutAccount: "));
  const auto two = ask({"contract", "propose", contract("", "-1")});
  EXPECT_THAT(two.errors, HasSubstr("2 fields are wrong"));
  EXPECT_THAT(two.errors, HasSubstr("\n  /contract/payoutAccount: "));
  EXPECT_THAT(two.errors, HasSubstr("ratePpm: must be from 0 to 1000000"));
  EXPECT_THAT(ask({"change", "propose", file("e.json", "{}")}).errors, HasSubstr("/kind: "));
  EXPECT_THAT(ask({"payment", "get", "--order", "order-1"}).errors, HasSubstr("--merchant mch_..."));
}

TEST_F(TypedCommands, a_taken_port_is_said_before_a_directory_is_made) {
  const auto said = say({"serve", "--data-dir", dir_ / "other", "--port", std::to_string(service_->port())});
  EXPECT_EQ(said.exit, kExitNotReady);
  EXPECT_THAT(said.errors, HasSubstr("is taken"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "other"));
}

TEST_F(TypedCommands, an_empty_file_is_called_empty) {
  const auto empty = file("empty.csv", "");
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"payout", "import", empty},
           {"reconcile", "import", empty, "--kind", "DEPOSIT", "--acquirer", "31"}}) {
    const auto said = ask(words);
    EXPECT_EQ(said.exit, kExitUsage);
    EXPECT_THAT(said.errors, HasSubstr("is empty"));
  }
}

TEST_F(TypedCommands, as_many_rows_as_were_asked_for_are_given) {
  for (int i = 0; i < 7; ++i) {
    const auto order = std::to_string(i);
    const auto sold = client().post(
        "/v1/payments", "p" + order,
        R"({"merchantId":")" + merchant_ + R"(","orderId":"order-)" + order + R"(","totalAmount":1000})");
    ASSERT_TRUE(sold && sold->status == 201);
  }
  const auto rows = [&](std::vector<std::string> words) {
    const auto said = ask(std::move(words));
    EXPECT_EQ(said.exit, kExitOk) << said.errors;
    return std::count(said.output.begin(), said.output.end(), '\n');
  };
  for (int i = 0; i < 2'000 && rows({"payment", "list", "-O", "ndjson"}) < 7; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(rows({"payment", "list", "-O", "ndjson", "--rows", "1"}), 1);
  EXPECT_EQ(rows({"payment", "list", "-O", "ndjson", "--rows", "6"}), 6);
  EXPECT_EQ(rows({"payment", "list", "-O", "ndjson", "--rows", "5", "--limit", "2"}), 5);
  EXPECT_EQ(rows({"payment", "list", "-O", "ndjson", "--rows", "100"}), 7);
  EXPECT_THAT(ask({"payment", "list", "--rows", "6"}).errors, HasSubstr("there is more"));
  EXPECT_THAT(ask({"payment", "list", "--rows", "7"}).errors, Not(HasSubstr("there is more")));
  const auto past = ask({"payment", "list", "--from", "2024-01-01", "--until", "2024-02-01"});
  EXPECT_THAT(past.errors, HasSubstr("nothing found"));
  EXPECT_THAT(past.errors, HasSubstr("from 2023-12-31T15:00:00"));
  EXPECT_EQ(past.output, "");
}

// Found by a first user: "1 merchants", and 64 digits of a hash in every row.
TEST_F(TypedCommands, runs_are_shown_to_people_by_what_they_read_and_to_programs_whole) {
  world();
  const auto plan = ask({"settlement", "plan", "2025-09-01"});
  EXPECT_THAT(plan.output, HasSubstr("1 item of 1 merchant, 0 late")) << plan.errors;
  // The list is of the last year.
  const auto day = to_text(BusinessDate{business_date_of(SystemClock().now()).days - 2});
  const auto run = ask({"settlement", "run", day});
  ASSERT_EQ(run.exit, kExitOk) << run.errors;
  const auto rerun = ask({"settlement", "rerun", day});
  EXPECT_THAT(rerun.output, HasSubstr("lines that stood before, hashed: "));
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"settlement", "status"}, {"settlement", "status", day}}) {
    const auto people = ask(words);
    EXPECT_THAT(people.output, HasSubstr(day));
    EXPECT_THAT(people.output, HasSubstr("COMPLETED"));
    EXPECT_THAT(people.output, Not(HasSubstr("ash")));
    EXPECT_THAT(people.output, Not(HasSubstr("holder")));
    auto whole = words;
    whole.insert(whole.end(), {"-O", "json"});
    const auto programs = ask(whole);
    EXPECT_THAT(programs.output, HasSubstr("\"untouchedHash\""));
    EXPECT_THAT(programs.output, HasSubstr("\"holder\""));
  }
}

TEST_F(TypedCommands, keys_are_listed_with_what_they_open_and_none_is_made_that_opens_nothing) {
  const auto whose = ask({"key", "create"});
  EXPECT_EQ(whose.exit, kExitUsage);
  EXPECT_THAT(whose.errors, HasSubstr("--merchant mch_..."));
  ASSERT_EQ(ask({"key", "create", "--merchant", merchant_, "--scope", "merchant", "--scope", "ingest"}).exit,
            kExitOk);
  EXPECT_THAT(ask({"key", "list"}).output, HasSubstr("merchant,ingest"));
}

}  // namespace
}  // namespace wonjang
