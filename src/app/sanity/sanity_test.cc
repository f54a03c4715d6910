// The checks themselves: on a real server all pass; on one that lies, the case whose business it is says so.
#include "app/sanity/sanity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <thread>

#include "app/cli/api_client.h"
#include "app/http/http_test_client.h"
#include "app/service/backup_files.h"
#include "app/service/service.h"
#include "testing/temp_dir.h"

namespace wonjang::sanity {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Answers of a real server, changed on the way back by `lie`.
class LyingDoor final : public Door {
 public:
  using Lie = std::function<void(const Question& question, Answer& answer)>;
  LyingDoor(std::uint16_t port, Lie lie) : port_(port), lie_(std::move(lie)) {}

  Answer ask(const Question& question) override {
    auto& client = clients_[question.api_key];
    if (!client) client = std::make_unique<ApiClient>(ServerAddress{"127.0.0.1", port_}, question.api_key);
    auto answer = question.method == "GET"   ? client->get(question.target)
                  : question.method == "PUT" ? client->put(question.target)
                                             : client->post(question.target, question.idempotency_key,
                                                            question.body, question.content_type);
    if (!answer) return {.status = 0, .body = answer.error().message};
    Answer out{answer->status, answer->body, answer->replayed, answer->position};
    if (lie_) lie_(question, out);
    return out;
  }

 private:
  const std::uint16_t port_;
  const Lie lie_;
  std::map<std::string, std::unique_ptr<ApiClient>> clients_;
};

void replace(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

class Sanity : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    start_log(LogLevel::off);
    dir_ = std::make_unique<TempDir>();
    ServiceConfig config;
    config.data_dir = *dir_ / "data";
    config.backup_dir = *dir_ / "backups";
    config.listen_port = 0;
    config.disk_reserve_bytes = 1 << 20U;
    config.providers = {{"sim", "sim", "perfect", 7}};
    config.provider_call_ms = 300;
    config.resolver_call_ms = 200;
    config.resolver_poll_ms = 20;
    config.resolver_delay_ms_first = 20;
    auto opened = Service::open(config);
    ASSERT_TRUE(opened) << opened.error().message;
    service_ = *std::move(opened);
    ASSERT_TRUE(service_->start());
  }
  static void TearDownTestSuite() {
    service_.reset();
    dir_.reset();
  }

  // Reads the backup; that `wonjang restore` takes it is tested with the program itself (e2e).
  static RestoredBackup manifest_of(const std::string& name) {
    RestoredBackup out;
    const auto heads = read_manifest(*dir_ / ("backups/" + name));
    if (!heads) out.fault = heads.error().message;
    if (heads) {
      for (const auto& head : *heads) out.heads.push_back(head.root);
    }
    return out;
  }

  static Report run_with(LyingDoor::Lie lie, bool is_proof_valid = true,
                         RestoreBackup restore = &manifest_of) {
    LyingDoor door(service_->port(), std::move(lie));
    return run(door, {.operator_key = *read_key_file(operator_key_file(*dir_ / "data")),
                      .run = "t" + std::to_string(++runs_),
                      .simulator = "sim",
                      .verify = [is_proof_valid](const auto&, const auto&) { return is_proof_valid; },
                      .restore = std::move(restore)});
  }
  static std::vector<std::string> failed(const Report& report) {
    std::vector<std::string> out;
    for (const auto& one : report.results) {
      if (one.check.outcome() == Check::Outcome::not_ok) out.emplace_back(one.of->name);
    }
    return out;
  }
  static std::string told(const Report& report) {
    std::string out;
    for (const auto& one : report.results) {
      if (one.check.outcome() != Check::Outcome::ok) out += line_of(one, Language::en);
    }
    return out;
  }

  static std::string last_store() { return "sanity-t" + std::to_string(runs_) + "-store"; }

  static inline int runs_ = 0;
  static inline std::unique_ptr<TempDir> dir_;
  static inline std::unique_ptr<Service> service_;
};

TEST_F(Sanity, a_server_that_works_passes_every_case_and_nothing_is_left_behind) {
  for (int i = 0; i < 2; ++i) {
    const auto report = run_with({});
    EXPECT_THAT(told(report), IsEmpty());
    EXPECT_GE(report.results.size(), 24U);
    EXPECT_THAT(report.left_behind, IsEmpty());
    EXPECT_LT(report.ms, 60'000);
  }
}

TEST_F(Sanity, cases_have_names_of_their_own_in_both_languages) {
  std::set<std::string> names;
  for (const auto* one : all_cases()) {
    EXPECT_TRUE(names.insert(one->name).second) << one->name;
    EXPECT_FALSE(std::string(one->en).empty());
    EXPECT_FALSE(std::string(one->ko).empty());
  }
}

// Found on a machine under load: the case said NOT OK of a server that did well.
TEST_F(Sanity, an_outcome_that_is_found_before_the_answer_goes_out_is_an_answer) {
  int late = 0;
  const auto report = run_with([&](const Question& question, Answer& answer) {
    if (answer.status != 504 || !question.target.ends_with("/approve")) return;
    LyingDoor same(service_->port(), {});
    for (int i = 0; i < 500 && answer.status != 201; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      answer = same.ask(question);
    }
    ++late;
  });
  EXPECT_EQ(late, 1);
  EXPECT_THAT(told(report), IsEmpty());
}

// Found by a first user: each run left 42 movements of 2013, which every later plan told of, and with a
// simulated provider two payments.
TEST_F(Sanity, no_later_plan_shows_what_it_paid) {
  run_with({});
  LyingDoor door(service_->port(), {});
  const auto plan = door.ask({.method = "GET",
                              .target = "/v1/settlement/plans/2014-05-01",
                              .api_key = *read_key_file(operator_key_file(*dir_ / "data"))});

  EXPECT_EQ(member(plan, "items"), "0") << plan.body;
  EXPECT_EQ(member(plan, "waiting"), "0") << plan.body;
  EXPECT_EQ(member(plan, "undated"), "0") << plan.body;
}

// Found by a first user: without the calendar KR they failed as NO_CONTRACT in every run of that day.
TEST_F(Sanity, what_the_simulated_provider_approved_is_settled_by_the_houses_run_of_today) {
  const auto report = run_with({});
  ASSERT_THAT(told(report), IsEmpty());
  LyingDoor door(service_->port(), {});
  const auto key = *read_key_file(operator_key_file(*dir_ / "data"));
  const auto now = door.ask({.method = "GET", .target = "/v1/sales/today", .api_key = key});
  const auto today = member(now, "businessDate");
  const auto get = [&](const std::string& target) {
    return door.ask({.method = "GET", .target = target, .api_key = key});
  };
  const auto begun = door.ask({.method = "POST",
                               .target = "/v1/settlement/runs",
                               .api_key = key,
                               .idempotency_key = "today",
                               .body = R"({"date":")" + today + R"("})"});
  ASSERT_EQ(begun.status, 202) << begun.body;
  Answer run;
  ASSERT_TRUE(eventually([&] {
    run = get("/v1/settlement/runs/" + today);
    return member(run, "state") == "COMPLETED" || member(run, "state") == "FAILED" ||
           member(run, "state") == "COMPLETED_WITH_FAILURES";
  })) << run.body;
  const auto store = get("/v1/merchants?contains=" + last_store());
  ASSERT_EQ(count_of(store, "merchants"), 1U) << store.body;
  const auto id = member(store, "merchants.0.id");
  const auto failures = get("/v1/settlement/runs/" + today + "/failures?limit=1000");
  EXPECT_EQ(failures.body.find(id), std::string::npos) << failures.body;
  const auto lines = get("/v1/settlement/runs/" + today + "/lines?merchant=" + id);
  EXPECT_GE(count_of(lines, "items"), 2U) << lines.body;
}

TEST_F(Sanity, a_backup_that_cannot_be_restored_is_noticed_and_without_a_place_none_is_made) {
  const auto broken = run_with({}, true, [](const std::string& name) {
    auto out = manifest_of(name);
    out.fault = "it is damaged";
    return out;
  });
  EXPECT_THAT(failed(broken), testing::ElementsAre("backup"));
  const auto none = run_with(
      [](const Question& question, Answer&) { EXPECT_NE(question.method, "PUT") << question.target; }, true,
      {});
  EXPECT_THAT(failed(none), IsEmpty());
  EXPECT_THAT(told(none), HasSubstr("--backup-dir"));
}

struct Told {
  const char* lie;     // what is wrong with the server
  const char* target;  // in the answers of this path
  const char* from;
  const char* to;
  std::vector<std::string> by;  // cases that must notice, among others
};

TEST_F(Sanity, each_lie_of_a_server_is_noticed_by_the_case_whose_business_it_is) {
  const std::vector<Told> lies = {
      {"a total is a won short", "/v1/payments?from", "\"netAmount\":55000", "\"netAmount\":54999", {"list"}},
      {"a payment is missing in the day's total",
       "/v1/totals",
       "\"grossAmount\":60000",
       "\"grossAmount\":30000",
       {"totals"}},
      {"VAT is wrong", "/v1/payments", "\"vat\":821", "\"vat\":820", {"pay"}},
      {"a settlement's fee is wrong", "/v1/settlement/runs", "\"fee\":1512", "\"fee\":1511", {"settlement"}},
      {"the books don't balance",
       "/v1/trial-balance",
       "\"isBalanced\":true",
       "\"isBalanced\":false",
       {"trial-balance"}},
      {"a line can't be computed again",
       "/v1/settlement/lines",
       "\"recomputed\":true",
       "\"recomputed\":false",
       {"explain"}},
      {"the payout is short", "/v1/payouts", "53488", "53487", {"payout"}},
      {"a step of the life is missing", "/lifecycle", "cancel.succeeded", "approval.approved", {"timeline"}},
      {"what-if counts nothing", "dryRun=true", "\"lines\":4", "\"lines\":0", {"what-if"}},
      {"the feed ends too early",
       "/v1/events?after",
       "\"hasMore\":true",
       "\"hasMore\":false",
       {"redelivery"}},
      {"the feed says an event twice",
       "&limit=2&types",
       "\"events\":[{",
       R"("events":[{"subject":"pay_1","type":"com.wonjang.payment.created","id":"evt_1"},{)",
       {"redelivery"}},
      {"views built anew differ", "/v1/views", "\"equal\":true", "\"equal\":false", {"rebuild"}},
      {"a backup has another head", "/v1/admin/backups", "\"root\":\"", "\"root\":\"0", {"backup"}},
      {"search finds nothing", "/v1/search", "\"payments\":[{", "\"found\":[{", {"search", "initials"}},
  };
  for (const auto& one : lies) {
    const auto report = run_with([&](const Question& question, Answer& answer) {
      if (question.target.find(one.target) != std::string::npos) replace(answer.body, one.from, one.to);
    });
    const auto found = failed(report);
    for (const auto& name : one.by)
      EXPECT_THAT(found, testing::Contains(name)) << one.lie << "\n" << told(report);
    EXPECT_FALSE(report.ok());
  }
}

TEST_F(Sanity, doors_that_stand_open_are_noticed) {
  const auto open = run_with([](const Question&, Answer& answer) {
    if (answer.status == 401 || answer.status == 403 || answer.status == 404)
      answer = {.status = 200, .body = "{}"};
  });
  for (const char* name : {"wrong-key", "scopes", "four-eyes", "own-only"})
    EXPECT_THAT(failed(open), testing::Contains(std::string(name))) << told(open);
  const auto twice = run_with([](const Question& question, Answer& answer) {
    if (question.method == "POST") answer.replayed = false;
  });
  EXPECT_THAT(failed(twice), testing::Contains(std::string("replay")));
}

TEST_F(Sanity, a_proof_that_is_not_valid_is_noticed) {
  const auto report = run_with({}, /*is_proof_valid=*/false);
  EXPECT_THAT(failed(report), testing::ElementsAre("proof"));
}

TEST_F(Sanity, a_server_that_says_nothing_fails_everything_and_ends) {
  class Nobody final : public Door {
   public:
    Answer ask(const Question&) override { return {.status = 0, .body = "no connection"}; }
  } door;
  const auto report = run(door, {.operator_key = "k", .run = "none", .simulator = {}, .verify = {}});
  EXPECT_GE(report.count(Check::Outcome::not_ok), 24U);
  EXPECT_THAT(line_of(report.results.front(), Language::en), HasSubstr("expected 200, seen no answer"));
  EXPECT_THAT(line_of(report.results.front(), Language::ko), HasSubstr("이상"));
}

TEST_F(Sanity, without_a_simulator_no_provider_is_asked) {
  LyingDoor door(service_->port(), [](const Question& question, Answer&) {
    EXPECT_EQ(question.target.find("/approve"), std::string::npos) << question.target;
  });
  const auto report = run(door, {.operator_key = *read_key_file(operator_key_file(*dir_ / "data")),
                                 .run = "nosim",
                                 .simulator = {},
                                 .verify = {}});
  EXPECT_THAT(failed(report), IsEmpty()) << told(report);
  std::set<std::string> skipped;
  for (const auto& one : report.results) {
    if (one.check.outcome() == Check::Outcome::skipped) skipped.insert(one.of->name);
  }
  for (const char* name : {"provider", "unknown-outcome", "proof", "backup"})
    EXPECT_TRUE(skipped.contains(name)) << name;
  EXPECT_THAT(json_of(report), HasSubstr(R"("outcome":"SKIPPED")"));
}

}  // namespace
}  // namespace wonjang::sanity
