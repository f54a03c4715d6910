// Commands of the money side, typed: what is wrong with the arguments is said before anything is sent, a dry
// run writes nothing, and `-O json` prints what the server answered.
#include "app/cli/money_test_service.h"

#include <boost/json.hpp>
#include <filesystem>
#include <numeric>

#include "engine/ledger/ledger.h"

namespace wonjang {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

json::object object_of(const Said& said) {
  boost::system::error_code error;
  auto value = json::parse(said.output, error);
  EXPECT_FALSE(error) << "that is no JSON: " << said.output << said.errors;
  return !error && value.is_object() ? value.as_object() : json::object();
}

class MoneyCommands : public MoneyService {
 protected:
  json::object ask_json(std::vector<std::string> words) const {
    words.insert(words.end(), {"-O", "json"});
    const auto said = ask(std::move(words));
    EXPECT_EQ(said.exit, kExitOk) << said.errors;
    return object_of(said);
  }
  std::uint64_t events() const {
    const auto tails = service_->ledger().tails().of;
    return std::accumulate(tails.begin(), tails.end(), std::uint64_t{0});
  }
};

TEST(MoneyArguments, what_is_missing_or_wrong_is_said_before_anything_is_sent) {
  const std::vector<std::vector<std::string>> wrong{
      {"settlement"},
      {"settlement", "run"},
      {"settlement", "explain"},
      {"settlement", "adjust", "chg_x"},
      {"settlement", "plan", "2025-09-01", "--rows", "many"},
      {"payout", "run"},
      {"payout", "import"},
      {"contract", "propose"},
      {"change", "approve"},
      {"calendar", "diff"},
      {"reconcile", "import", "f.csv", "--acquirer", "31"},
      {"reconcile", "import", "f.csv", "--kind", "SOMETHING", "--acquirer", "31"},
      {"reconcile", "import", "f.csv", "--kind", "DEPOSIT"},
      {"reconcile", "resolve", "fil_x", "--line", "2"},
      {"trial-balance", "--asof", "2025-09-01"},
      {"journal", "-O", "xml"},
      {"funds", "2025-09-01"},
      {"funds", "--as-of", "2025-09-01", "--format", "1"},
  };
  for (const auto& words : wrong) {
    const auto said = say(words);
    EXPECT_EQ(said.exit, kExitUsage) << words.back() << ": " << said.errors;
    EXPECT_FALSE(said.errors.empty()) << words.back();
  }
  const auto no_key = say({"settlement", "run", "2025-09-01"});
  EXPECT_EQ(no_key.exit, kExitUsage);
  EXPECT_THAT(no_key.errors, HasSubstr("--key-file"));
}

TEST(MoneyArguments, a_server_that_is_not_there_is_no_answer) {
  const TempDir dir;
  const auto key = dir / "key";
  std::ofstream(key) << "wonjang_live_x";
  std::filesystem::permissions(key, std::filesystem::perms(0600));
  const auto said = say({"settlement", "status", "--url", "http://127.0.0.1:1", "--key-file", key});
  EXPECT_EQ(said.exit, kExitNotReady);
  EXPECT_THAT(said.errors, HasSubstr("Is `wonjang serve` running there?"));
}

TEST_F(MoneyCommands, files_that_cannot_be_used_are_refused_by_name_and_nothing_is_written) {
  const auto before = events();
  const auto usage = [&](std::vector<std::string> words, const std::string& why) {
    const auto said = ask(std::move(words));
    EXPECT_EQ(said.exit, kExitUsage) << said.output << said.errors;
    EXPECT_THAT(said.errors, HasSubstr(why));
  };
  usage({"contract", "propose", dir_ / "none.json"}, "none.json can't be read");
  usage({"contract", "propose", file("bad.json", "{\"merchantId\":")}, "bad.json: that is no JSON object");
  usage({"calendar", "import"}, "--shipped CODE");
  usage({"calendar", "import", file("a.calendar", "x"), "--shipped", "KR"}, "--shipped CODE");
  usage({"payout", "import", dir_ / "none.csv"}, "none.csv can't be read");
  usage({"reconcile", "import", dir_ / "none.csv", "--kind", "DEPOSIT", "--acquirer", "31"}, "none.csv");

  // What only the server knows to be wrong.
  const auto refused = [&](std::vector<std::string> words, const std::string& why) {
    const auto said = ask(std::move(words));
    EXPECT_EQ(said.exit, kExitFailed) << said.output << said.errors;
    EXPECT_THAT(said.errors, HasSubstr(why));
    EXPECT_TRUE(said.output.empty()) << said.output;
  };
  refused({"calendar", "import", file("b.calendar", "nonsense")}, "INVALID_REQUEST");
  refused({"calendar", "import", "--shipped", "XX"}, "INVALID_REQUEST");
  refused({"settlement", "run", "2149-01-01"}, "still to come");
  refused({"settlement", "rerun", "2025-09-01"}, "there never was a run");
  refused({"settlement", "plan", "yesterday"}, "BAD_PARAMETER");
  refused({"settlement", "explain", "stl_x"}, "NOT_FOUND");
  refused({"payout", "run", "2025-09-03"}, "there is no calendar KR");
  refused({"payout", "file", "2025-09-03"}, "no payout of 2025-09-03");
  refused({"payout", "import", file("c.csv", "payout_id\n")}, "line 1");
  refused(
      {"reconcile", "import", file("d.csv", "number,amount\n1,2\n"), "--kind", "DEPOSIT", "--acquirer", "31"},
      "line 1");
  refused({"reconcile", "match", "fil_x"}, "NOT_FOUND");
  refused({"change", "approve", "chg_x"}, "NOT_FOUND");
  EXPECT_EQ(events(), before);
}

TEST_F(MoneyCommands, a_dry_run_shows_what_it_would_do_and_writes_nothing) {
  EXPECT_EQ(ask_json({"calendar", "import", "--shipped", "KR", "--dry-run"}).count("counts"), 1U);
  world();
  auto before = events();
  const auto contract = ask_json({"contract", "propose", contract_file(), "--dry-run"});
  EXPECT_EQ(contract.at("counts").at("lines").as_int64(), 0) << "the same terms again";
  const auto plan = ask_json({"settlement", "run", "2025-09-01", "--dry-run"});
  EXPECT_EQ(plan.at("items").as_int64(), 1);
  EXPECT_EQ(plan.at("totals").at(0).at("net").as_int64(), 9'725);
  EXPECT_EQ(json::serialize(ask_json({"settlement", "plan", "2025-09-01"})), json::serialize(plan));
  EXPECT_EQ(events(), before);

  ASSERT_EQ(ask({"settlement", "run", "2025-09-01"}).exit, kExitOk);
  before = events();
  const auto payout = ask_json({"payout", "run", "2025-09-03", "--dry-run"});
  EXPECT_TRUE(payout.at("dryRun").as_bool());
  EXPECT_EQ(payout.at("requested").as_int64(), 1);
  EXPECT_EQ(payout.at("totals").at(0).at("amount").as_int64(), 9'725);
  EXPECT_EQ(events(), before);
}

TEST_F(MoneyCommands, a_funds_report_is_written_in_the_format_asked_for) {
  const auto first_line_of = [&](const std::vector<std::string>& more) {
    const auto to = dir_ / "funds.csv";
    std::vector<std::string> words{"funds", "--as-of", "2025-09-01", "--file", to};
    words.insert(words.end(), more.begin(), more.end());
    const auto said = ask(words);
    EXPECT_EQ(said.exit, kExitOk) << said.errors;
    for (const char* file : {"funds.csv.sig", "funds.csv.pem"})
      EXPECT_TRUE(std::filesystem::exists(dir_ / file)) << file;
    std::ifstream in(to);
    std::string line;
    std::getline(in, line);
    return line;
  };
  EXPECT_THAT(first_line_of({}), testing::EndsWith(",merchants_gap,format\r"));
  EXPECT_THAT(first_line_of({"--format", "1"}), testing::EndsWith(",held_amount,gap\r"));
  EXPECT_EQ(ask({"funds", "--as-of", "2025-09-01", "--file", dir_ / "x", "--format", "3"}).exit, kExitFailed);
}

TEST_F(MoneyCommands, a_calendars_versions_are_told_apart_day_by_day) {
  ASSERT_EQ(ask({"calendar", "import", "--shipped", "KR"}).exit, kExitOk);
  const auto shipped = ask_json({"calendar", "show", "KR"});
  const auto more = std::string(shipped.at("text").as_string()) + "2030-12-30 temporary one more\n";
  ASSERT_EQ(ask({"calendar", "import", file("KR.calendar", more)}).exit, kExitOk);

  const auto since_first = ask_json({"calendar", "diff", "KR", "--from", "1"});
  ASSERT_EQ(since_first.at("items").as_array().size(), 1U);
  const auto& day = since_first.at("items").at(0).as_object();
  EXPECT_EQ(day.at("date").as_string(), "2030-12-30");
  EXPECT_EQ(day.at("kind").as_string(), "TEMPORARY");
  EXPECT_EQ(day.at("name").as_string(), "one more");
  EXPECT_TRUE(day.at("added").as_bool());
  const auto back = ask_json({"calendar", "diff", "KR", "--from", "2", "--until", "1"});
  EXPECT_FALSE(back.at("items").at(0).at("added").as_bool()) << "the first one hasn't got it";
  EXPECT_TRUE(ask_json({"calendar", "diff", "KR", "--from", "2"}).at("items").as_array().empty());

  const auto table = ask({"calendar", "diff", "KR", "--from", "1"});
  EXPECT_EQ(table.exit, kExitOk) << table.errors;
  EXPECT_THAT(table.output, HasSubstr("2030-12-30"));
  for (const auto& words : std::vector<std::vector<std::string>>{{"calendar", "diff", "KR"},
                                                                 {"calendar", "diff", "KR", "--from", "9"},
                                                                 {"calendar", "diff", "XX", "--from", "1"}}) {
    const auto refused = ask(words);
    EXPECT_EQ(refused.exit, kExitFailed) << words.back() << refused.output;
    EXPECT_FALSE(refused.errors.empty()) << words.back();
  }
}

// Found by a first user: a line that was only dated was told as paid out.
TEST_F(MoneyCommands, paid_out_is_said_of_what_was_paid_alone) {
  world();
  const auto run = ask({"settlement", "run", "2025-09-01"});
  EXPECT_THAT(run.output, HasSubstr("items 1 of 1, lines 1, failed 0\n"));
  EXPECT_THAT(run.output, testing::Not(HasSubstr("before the day was over")));
  const auto lines = ask_json({"settlement", "lines", "2025-09-01"});
  const std::string line(lines.at("items").at(0).at("lineId").as_string());
  const auto explained = [&] {
    const auto said = ask({"settlement", "explain", line});
    return said.output.substr(0, said.output.find('\n'));
  };

  EXPECT_THAT(explained(), testing::EndsWith(", net 9725 KRW, to be paid out on 2025-09-03"));
  const auto payout = ask_json({"payout", "run", "2025-09-03"});
  EXPECT_THAT(explained(), testing::EndsWith(", in the payout of 2025-09-03, which is REQUESTED"));
  const auto payouts = ask_json({"payout", "list", "--from", "2025-09-03", "--until", "2025-09-04"});
  const std::string id(payouts.at("items").at(0).at("payoutId").as_string());
  ASSERT_EQ(ask({"payout", "file", "2025-09-03", "-o", dir_ / "sent.csv"}).exit, kExitOk);
  ask_json({"payout", "import", file("paid.csv", "payout_id,state\n" + id + ",PAID\n")});
  EXPECT_THAT(explained(), testing::EndsWith(", paid out on 2025-09-03"));
}

TEST_F(MoneyCommands, every_answer_comes_as_json_too) {
  world();
  const auto run = ask_json({"settlement", "run", "2025-09-01"});
  EXPECT_EQ(run.at("state").as_string(), "COMPLETED");
  EXPECT_EQ(run.at("totals").at(0).at("fee").as_int64(), 275);
  EXPECT_EQ(ask_json({"settlement", "status", "2025-09-01"}).at("state").as_string(), "COMPLETED");
  const auto lines = ask_json({"settlement", "lines", "2025-09-01"});
  ASSERT_EQ(lines.at("items").as_array().size(), 1U);
  const std::string line(lines.at("items").at(0).at("lineId").as_string());
  EXPECT_TRUE(ask_json({"settlement", "explain", line}).at("recomputed").as_bool());
  EXPECT_TRUE(ask_json({"settlement", "failures", "2025-09-01"}).at("items").as_array().empty());

  EXPECT_EQ(ask_json({"payout", "run", "2025-09-03"}).at("requested").as_int64(), 1);
  const auto payouts = ask_json({"payout", "list", "--from", "2025-09-03", "--until", "2025-09-04"});
  ASSERT_EQ(payouts.at("items").as_array().size(), 1U);
  const std::string payout(payouts.at("items").at(0).at("payoutId").as_string());
  const auto csv = dir_ / "payouts.csv";
  const auto written = ask({"payout", "file", "2025-09-03", "-o", csv});
  EXPECT_EQ(written.exit, kExitOk) << written.errors;
  EXPECT_EQ(std::filesystem::status(csv).permissions(), std::filesystem::perms(0600))
      << "it says who gets money";
  std::ifstream in(csv);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, HasSubstr(payout + "," + merchant_ + ",2025-09-03,KRW,9725,a"));
  const auto results = file("results.csv", "payout_id,state\n" + payout + ",PAID\n");
  EXPECT_EQ(ask_json({"payout", "import", results}).at("applied").as_int64(), 1);
  EXPECT_EQ(ask_json({"payout", "import", results}).at("already").as_int64(), 1);

  const auto deposits = file("deposits.csv", "number,amount,date,fee\n12345678,9999,2025-09-01,200\n");
  const auto file_id = [&] {
    const auto imported =
        ask_json({"reconcile", "import", deposits, "--kind", "DEPOSIT", "--acquirer", "31"});
    EXPECT_EQ(imported.at("match").at("matched").as_int64(), 0);
    return std::string(imported.at("fileId").as_string());
  }();
  EXPECT_EQ(ask_json({"reconcile", "breaks"}).at("items").at(0).at("reason").as_string(), "AMOUNT_DIFF");
  const auto matched = ask_json({"reconcile", "match", file_id, "--amount-tolerance", "1"});
  EXPECT_EQ(matched.at("match").at("matched").as_int64(), 1);
  EXPECT_EQ(ask({"reconcile", "match", file_id, "--date-tolerance", "99"}).exit, kExitFailed);

  EXPECT_TRUE(ask_json({"trial-balance"}).at("isBalanced").as_bool());
  EXPECT_FALSE(ask_json({"journal"}).at("items").as_array().empty());
  EXPECT_TRUE(ask_json({"funds"}).at("rows").is_array());
  for (const auto& words : std::vector<std::vector<std::string>>{{"contract", "list"},
                                                                 {"calendar", "list"},
                                                                 {"calendar", "show", "KR"},
                                                                 {"change", "list"},
                                                                 {"settlement", "status"},
                                                                 {"reconcile", "files"}}) {
    EXPECT_FALSE(ask_json(words).empty()) << words.front();
    const auto table = ask(words);
    EXPECT_EQ(table.exit, kExitOk) << table.errors;
    const bool says_none = table.errors.find("nothing found") != std::string::npos;
    EXPECT_TRUE(!table.output.empty() || says_none) << words.front();
  }
}

}  // namespace
}  // namespace wonjang
