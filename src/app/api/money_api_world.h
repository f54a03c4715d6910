// For tests of the money side over HTTP: a world with a second operator's key, so that changes can be
// approved. Threads: one.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "app/api/api_test_world.h"

namespace wonjang {

class MoneyApi : public ::testing::Test {
 protected:
  explicit MoneyApi(const WorldOptions& options = {}) : world_(options, &patient) {}
  static void patient(ServiceConfig& config) {
    config.position_wait_ms = 10'000;
    config.http_read_ms = 20'000;
    config.money_nice = 0;
  }

  std::string contract(const std::string& merchant, const std::string& more = "") {
    return R"({"kind":"CONTRACT","contract":{"merchantId":")" + merchant +
           R"(","validFrom":"2020-01-01","calendar":"KR","payoutAccount":"acct-1","fees":{"rules":[)"
           R"({"name":"card","kind":"BASE_RATE","ratePpm":25000}]})" +
           more + "}}";
  }
  std::string second_key() { return world_.make_key(R"({"scopes":["operator"]})", "second"); }

  // Proposed by one person's key, approved by another's.
  void approve(const std::string& body, const std::string& name) {
    if (first_.empty()) first_ = world_.make_key(R"({"scopes":["operator"]})", "first");
    if (second_.empty()) second_ = second_key();
    auto one = world_.as(first_);
    const auto proposed = one.post("/v1/changes", "p-" + name, body);
    ASSERT_EQ(proposed.status, 201) << proposed.body;
    auto other = world_.as(second_);
    const auto decided = other.post("/v1/changes/" + proposed.text("changeId") + "/decisions", "d-" + name,
                                    R"({"decision":"APPROVE"})");
    ASSERT_EQ(decided.status, 200) << decided.body;
    EXPECT_EQ(decided.text("status"), "APPROVED");
    position_ = decided.header("Ledger-Position");
  }
  TestAnswer look(Asker& who, const std::string& target) {
    return who.get(target + (target.find('?') == std::string::npos ? "?" : "&") +
                   "min-position=" + position_);
  }

  // A run, to its end.
  TestAnswer ended(Asker& house, const std::string& date) {
    TestAnswer run;
    for (int i = 0; i < 4'000; ++i) {
      run = house.get("/v1/settlement/runs/" + date);
      if (run.text("state") != "RUNNING" && run.text("state") != "NEVER") break;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return run;
  }
  static TestAnswer send_csv(Asker& who, const std::string& target, const std::string& key,
                             const std::string& csv) {
    return who.send("POST", target, {{"Idempotency-Key", key}, {"Content-Type", "text/csv"}}, csv);
  }

  World world_;
  std::string first_;
  std::string second_;
  std::string position_;
};

}  // namespace wonjang
