// Files of acquirers: what their rows are matched with, what is left and why, and money that moves once.
#include "app/e2e/settlement_world.h"

namespace wonjang::e2e {
namespace {

class SettlementAcquirer : public SettlementWorld {
 protected:
  // The number of a sale.
  std::string sold(std::int64_t amount, const std::string& date, std::int64_t canceled = 0) {
    const auto payment = sell(0, amount, date);
    if (canceled > 0) cancel(payment, 0, canceled, date);
    return numbers_.back().number;
  }
  static std::string csv(std::initializer_list<std::string> rows) {
    std::string out = "number,amount,date,fee\r\n";
    for (const auto& row : rows) out += row + "\r\n";
    return out;
  }
  Reply import_file(const std::string& name, const std::string& body, const std::string& more = {}) {
    get_caught_up("/v1/trial-balance");
    return post("/v1/acquirer-files?name=" + name + "&kind=DEPOSIT&acquirer=31" + more, body, "text/csv");
  }
  static std::string matched(const json::object& file) {
    const auto& of = file.at("match").as_object();
    return std::to_string(number(of, "matched")) + " of " + std::to_string(number(of, "rows")) +
           " matched, " + std::to_string(number(of, "breaks")) + " breaks";
  }
  // line -> "MATCHED exact", "NOT_MATCHED AMOUNT_DIFF -7"
  std::map<std::int64_t, std::string> rows_of(const std::string& file) {
    std::map<std::int64_t, std::string> out;
    for (const auto& row : items(get_caught_up("/v1/acquirer-files/" + file))) {
      const auto& match = row.at("match").as_object();
      auto& said = out[number(row, "lineNo")];
      said = text(match, "state");
      for (const char* name : {"matchedBy", "reason"})
        if (!text(match, name).empty()) said += " " + text(match, name);
      if (match.contains("amountDelta") && number(match, "amountDelta") != 0)
        said += " " + std::to_string(number(match, "amountDelta"));
    }
    return out;
  }
};

TEST_F(SettlementAcquirer, one_to_one_one_to_many_and_many_to_one_are_matched_and_booked) {
  const auto same = sold(10'000, "2025-09-01");
  const auto later = sold(11'000, "2025-09-01");
  const auto net = sold(30'000, "2025-09-01", 12'000);
  const auto parts = sold(25'000, "2025-09-01");
  const auto file = import_file(
      "deposits.csv",
      csv({same + ",10000,2025-09-01,200", later + ",11000,2025-09-04,220", net + ",18000,2025-09-01,360",
           parts + ",20000,2025-09-01,400", parts + ",5000,2025-09-01,100"}));
  ASSERT_EQ(file.status, 201) << file.body;
  EXPECT_EQ(matched(file.json()), "5 of 5 matched, 0 breaks");
  EXPECT_TRUE(items(get_caught_up("/v1/breaks")).empty());
  EXPECT_EQ(rows_of(file.text("fileId")), (std::map<std::int64_t, std::string>{{2, "MATCHED exact"},
                                                                               {3, "MATCHED date"},
                                                                               {4, "MATCHED one_to_many"},
                                                                               {5, "MATCHED many_to_one"},
                                                                               {6, "MATCHED many_to_one"}}));
  EXPECT_EQ(balances(),
            (Balances{{"BANK", 64'000 - 1'280}, {"ACQUIRER_FEES", 1'280}, {"MERCHANTS_UNSETTLED", 64'000}}));
  expect_sound();
}

TEST_F(SettlementAcquirer, a_difference_within_the_tolerance_is_matched_and_one_beyond_it_is_explained) {
  const auto near = sold(10'000, "2025-09-01");
  const auto far = sold(20'000, "2025-09-01");
  const auto old = sold(30'000, "2025-09-01");
  const auto forgotten = sold(40'000, "2025-09-01");
  const auto rows = csv({near + ",9993,2025-09-01,200", far + ",19000,2025-09-01,400",
                         old + ",30000,2025-09-09,600", "99999999,5000,2025-09-01,100"});
  // Without a tolerance nothing that differs is taken.
  const auto path = file_with("deposits.csv", rows);
  const auto strict = cli_json({"reconcile", "import", path, "--kind", "DEPOSIT", "--acquirer", "31"});
  EXPECT_EQ(matched(strict), "0 of 4 matched, 5 breaks") << "four of theirs, one only ours";
  const auto id = text(strict, "fileId");
  EXPECT_EQ(rows_of(id), (std::map<std::int64_t, std::string>{{2, "NOT_MATCHED AMOUNT_DIFF -7"},
                                                              {3, "NOT_MATCHED AMOUNT_DIFF -1000"},
                                                              {4, "NOT_MATCHED DATE_DIFF"},
                                                              {5, "NOT_MATCHED ONLY_THEIRS 5000"}}));
  EXPECT_EQ(balances()["BANK"], 0);

  const auto again = must_post("/v1/acquirer-files/" + id + "/matches?amountTolerance=10", "");
  EXPECT_EQ(matched(again), "1 of 4 matched, 4 breaks");
  EXPECT_EQ(number(again.at("match").as_object(), "withinTolerance"), 1);
  EXPECT_EQ(number(again.at("match").as_object(), "difference"), -7);
  EXPECT_EQ(rows_of(id).at(2), "MATCHED tolerance WITHIN_TOLERANCE -7");
  EXPECT_EQ(balances()["BANK"], 9'993 - 200) << "what arrived is booked, not what should have";
  EXPECT_EQ(balances()["RECEIVABLE_CARD"], 90'000) << "the card company owes nothing more of the first";
  EXPECT_EQ(balances()["DEPOSIT_DIFFERENCES"], 7);
  const auto tolerated = items(cli_json({"reconcile", "breaks", "--reason", "WITHIN_TOLERANCE"}));
  ASSERT_EQ(tolerated.size(), 1U);
  EXPECT_EQ(number(tolerated[0], "amountDelta"), -7);
  EXPECT_EQ(text(tolerated[0], "fileId"), id);
  EXPECT_EQ(text(tolerated[0], "why"), "they say 9993, our movement has 10000: -7 apart, allowed are 10");
  const auto wider =
      must_post("/v1/acquirer-files/" + id + "/matches?amountTolerance=10&dateTolerance=8", "");
  EXPECT_EQ(matched(wider), "2 of 4 matched, 3 breaks");
  EXPECT_EQ(rows_of(id).at(4), "MATCHED date");
  EXPECT_EQ(post("/v1/acquirer-files/" + id + "/matches?amountTolerance=-1", "").code(), "BAD_PARAMETER");

  // What is left says what was tried, by how much it missed, and how old it is.
  const auto breaks = items(cli_json({"reconcile", "breaks"}));
  ASSERT_EQ(breaks.size(), 3U);
  std::map<std::string, std::string> why;
  for (const auto& one : breaks) {
    EXPECT_EQ(number(one, "ageDays"), 0) << "seen today";
    EXPECT_EQ(text(one, "since"), day(0));
    why[text(one, "reason") + " " + std::to_string(number(one, "amountDelta"))] = text(one, "why");
  }
  EXPECT_NE(why["AMOUNT_DIFF -1000"].find("the nearest movement of number " + far +
                                          " has 20000 on 2025-09-01, "
                                          "they say 19000 on 2025-09-01: -1000 and 0 days apart, allowed are "
                                          "10 and 8"),
            std::string::npos)
      << why["AMOUNT_DIFF -1000"];
  EXPECT_EQ(why["ONLY_THEIRS 5000"], "no movement of ours has the number 99999999");
  EXPECT_NE(why["ONLY_OURS -40000"].find("2025-09-01"), std::string::npos) << forgotten;

  // A person's word, once.
  const auto resolve = [&](int exit) {
    return cli_json({"reconcile", "resolve", id, "--line", "5", "--resolution", "a test card"}, exit);
  };
  EXPECT_EQ(text(resolve(0), "state"), "RESOLVED");
  resolve(1);
  EXPECT_EQ(items(get_caught_up("/v1/breaks")).size(), breaks.size() - 1);
  EXPECT_EQ(cli({"reconcile", "import", path, "--kind", "DEPOSIT", "--acquirer", "31"}).exit, 1)
      << "the same file again";
  EXPECT_EQ(cli({"reconcile", "show", id}).exit, 0);
  expect_sound();
}

// Found by review: the corrected file has other bytes, and what it repeats was booked a second time.
TEST_F(SettlementAcquirer, a_corrected_file_books_what_was_missing_and_nothing_twice) {
  const auto right = sold(10'000, "2025-09-01");
  const auto wrong = sold(20'000, "2025-09-01");
  const auto first =
      import_file("monday.csv", csv({right + ",10000,2025-09-01,200", wrong + ",20500,2025-09-01,410"}));
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(matched(first.json()), "1 of 2 matched, 1 breaks");
  const auto corrected =
      import_file("monday-2.csv", csv({right + ",10000,2025-09-01,200", wrong + ",20000,2025-09-01,400"}));
  ASSERT_EQ(corrected.status, 201) << corrected.body;
  EXPECT_EQ(matched(corrected.json()), "1 of 2 matched, 1 breaks");
  EXPECT_EQ(rows_of(corrected.text("fileId")).at(3), "MATCHED exact");
  EXPECT_EQ(balances(),
            (Balances{{"BANK", 30'000 - 600}, {"ACQUIRER_FEES", 600}, {"MERCHANTS_UNSETTLED", 30'000}}));
  expect_sound();
}

// Found by review: the rows were matched, the slips stayed READY, and the sales were never settled.
TEST_F(SettlementAcquirer, what_a_file_says_was_acquired_is_settled_by_that_day) {
  approve(
      contract_body(shops_[0], kTerms[0], R"(,"validFrom":"2025-08-01","cycle":{"basis":"ACQUISITION"})"));
  const auto payment = sell(0, 10'000, "2025-09-01");
  const auto number_of_sale = numbers_.back().number;
  const auto returned = sell(0, 20'000, "2025-09-01");
  cancel(returned, 0, 20'000, "2025-09-02");
  const auto problems = [&](const std::string& date) {
    std::map<std::string, std::int64_t> out;
    for (const auto& one : items(get_caught_up("/v1/settlement/plans/" + date), "problems"))
      out[text(one, "code")] += number(one, "count");
    return out;
  };
  settle("2025-09-01");
  settle("2025-09-02");
  EXPECT_TRUE(lines_of(payment).empty());
  EXPECT_EQ(problems("2025-09-03"), (std::map<std::string, std::int64_t>{{"NO_SLIP", 1}}));

  const auto path = file_with("slips.csv", csv({number_of_sale + ",10000,2025-09-03,0",
                                                numbers_.back().number + ",20000,2025-09-03,0"}));
  const auto imported = cli_json({"reconcile", "import", path, "--kind", "ACQUISITION", "--acquirer", "31"});
  EXPECT_EQ(matched(imported), "1 of 2 matched, 1 breaks") << "canceled whole before any slip";
  EXPECT_EQ(rows_of(text(imported, "fileId")),
            (std::map<std::int64_t, std::string>{{2, "MATCHED date"}, {3, "NOT_MATCHED SLIP_REFUSED"}}));
  const auto shown = get_caught_up("/v1/payments/" + payment);
  const auto& approval = shown.at("approvals").as_array().at(0).as_object();
  EXPECT_EQ(text(approval, "acquireStatus"), "COMPLETED");
  const auto version = number(shown, "version");
  must_post("/v1/acquirer-files/" + text(imported, "fileId") + "/matches", "");
  EXPECT_EQ(number(get_caught_up("/v1/payments/" + payment), "version"), version) << "told once";

  EXPECT_TRUE(problems("2025-09-03").empty());
  settle("2025-09-03");
  const auto lines = lines_of(payment);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(text(lines[0], "basisDate"), "2025-09-03");
  expect_sound();
}

TEST_F(SettlementAcquirer, a_file_is_imported_once_and_a_later_one_brings_what_it_lacked) {
  const auto date = "2025-09-01";
  for (int i = 0; i < 4; ++i) sold(10'000 + i, date);
  std::string body = csv({});
  for (std::size_t i = 0; i + 1 < numbers_.size(); ++i)
    body += numbers_[i].number + "," + std::to_string(numbers_[i].amount) + "," + date + ",200\r\n";
  body += std::string("99999999,5000,") + date + ",100\r\n";
  const auto imported = import_file("deposits.csv", body);
  ASSERT_EQ(imported.status, 201) << imported.body;
  EXPECT_EQ(matched(imported.json()), "3 of 4 matched, 2 breaks");
  EXPECT_EQ(items(get_caught_up("/v1/breaks")).size(), 2U) << "one only theirs, one only ours";
  EXPECT_EQ(import_file("deposits.csv", body).code(), "ALREADY_IMPORTED");
  EXPECT_EQ(balances()["ACQUIRER_FEES"], 600);

  const auto file = imported.text("fileId");
  const auto resolution = [&](const char* why) {
    return post("/v1/breaks/resolutions",
                R"({"fileId":")" + file + R"(","lineNo":5,"resolution":")" + why + "\"}");
  };
  EXPECT_EQ(resolution("a test card, by hand").status, 200);
  EXPECT_EQ(items(get_caught_up("/v1/breaks")).size(), 1U);
  EXPECT_EQ(resolution("again").code(), "CANNOT_RUN");
  const auto& last = numbers_.back();
  const auto late = last.number + "," + std::to_string(last.amount) + "," + date + ",200";
  EXPECT_EQ(import_file("late.csv", csv({late})).status, 201);
  must_post("/v1/acquirer-files/" + file + "/matches", "");
  EXPECT_TRUE(items(get_caught_up("/v1/breaks")).empty());
  EXPECT_EQ(balances()["ACQUIRER_FEES"], 800);

  // A line that can't be read: the file is refused whole.
  const auto broken = import_file(
      "broken.csv", csv({last.number + ",1000," + date + ",0", std::string("12345678,ten,") + date}));
  EXPECT_EQ(broken.code(), "CANNOT_RUN") << broken.body;
  EXPECT_NE(broken.body.find("line 3"), std::string::npos) << broken.body;
  EXPECT_EQ(items(get_caught_up("/v1/acquirer-files")).size(), 2U);
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
