// SettlementWorld: a server with three shops, a calendar and contracts that two keys agreed to, and what the
// tests of the money side do with it. What should come out is computed here as plainly as possible, by no
// code of the product.
//
// Days are in September 2025: it begins on a Monday and has no holidays.
//
// Threads: one owner.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "app/e2e/server.h"
#include "app/e2e/settlement_facts.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {

struct Sale {
  std::string currency = "KRW";
  std::string method = "CARD";
};

class SettlementWorld : public testing::Test {
 protected:
  using Balances = std::map<std::string, std::int64_t>;
  using Texts = std::vector<std::string>;

  void SetUp() override;

  // ---- Requests ----

  std::string next_key() { return "settlement-" + std::to_string(++keys_); }
  // An operator's key, made with the key of `by`. Keys of which one made the other count as one person's.
  static std::string make_operator(Client& by, const std::string& label);
  // With the first person's key. A test failure where there is no answer.
  Reply post(const std::string& target, const std::string& body,
             const std::string& content_type = "application/json");
  // The answer's object; a test failure with another status.
  json::object must_post(const std::string& target, const std::string& body, int status = 200);
  json::object get(Client client, const std::string& target);
  // Once the projection shows all that is durable.
  json::object get_caught_up(const std::string& target);
  // `wonjang ...` against the server, with the first person's key or the second's.
  Finished cli(std::vector<std::string> arguments, bool with_second_key = false);
  json::object cli_json(std::vector<std::string> arguments, int exit = 0);
  std::string file_with(const std::string& name, const std::string& content);

  // ---- Reference data ----

  std::string propose(const std::string& body);
  Reply decide(const std::string& change, const std::string& secret, const std::string& decision = "APPROVE");
  // Proposed with the first key, refused to it, approved with the second.
  std::string approve(const std::string& body);
  void hold(std::size_t shop, const std::string& from, bool placed = true);

  // ---- Payments ----

  std::string sell(std::size_t shop, std::int64_t amount, const std::string& date, const Sale& sale = {});
  void cancel(const std::string& payment, std::size_t shop, std::int64_t amount, const std::string& date);
  // A sale by the shop's kTerms and what is canceled of it, added to wanted_.
  void pay(std::size_t shop, std::int64_t amount, const std::string& date, std::int64_t canceled = 0,
           const std::string& cancel_date = {});

  // ---- Runs and lines ----

  void start_run(const std::string& date);
  json::object wait_for_end(const std::string& date);
  json::object settle(const std::string& date, const std::string& state = "COMPLETED");
  json::object rerun(const std::string& date, const std::string& state = "COMPLETED");
  std::vector<json::object> lines_of(Client client, const std::string& date);  // at most 1,000
  std::vector<json::object> lines_of(const std::string& payment);
  Texts brief_lines(const std::string& payment);
  // Whole lines as they were answered, by id.
  std::map<std::string, std::string> line_bodies(const std::string& date);
  // No line twice, none missing, sums as the test's own.
  void expect_settled(const std::string& date);

  // ---- Payouts ----

  // {"date", "requested", "held", ...}
  json::object pay_out(const std::string& date);
  std::vector<json::object> payouts_on(const std::string& date);
  json::object payout_of(std::size_t shop, const std::string& date);  // a failure unless there is one
  std::string payout_file(const std::string& date);                   // the CSV
  static std::string result_row(const json::object& payout, const std::string& state);
  json::object import_results(const std::string& rows);
  // In the file, and then paid.
  void bank_pays(const std::string& date);

  // ---- The end ----

  Balances balances(const std::string& currency = "KRW");  // accounts that aren't zero
  // Debits are credits, and every book, view and record of the money side is what the events say.
  void expect_sound();
  // What a question must not change: balances, lines, and how many events there are.
  std::string everything(std::initializer_list<std::string> dates);

  struct Number {
    std::string number;
    std::int64_t amount;
    std::string date;
  };

  TempDir directory_;
  Server server_{directory_ / "ledger", {.books = 2}};
  std::vector<Shop> shops_;
  std::string first_;  // secrets of two people's keys, both made by the house's
  std::string second_;
  std::map<std::string, Wanted> wanted_;
  std::vector<Number> numbers_;  // of approvals
  int keys_ = 0;
  int orders_ = 0;
};

}  // namespace wonjang::e2e
