// What a process was cut off in goes on at the next start, with nobody asking again.
#include "app/api/job_continuer.h"

#include <filesystem>

#include "adapters/openssl/digest.h"
#include "app/api/money_api_world.h"
#include "domain/settlement/fee.h"
#include "engine/ledger/ask.h"
#include "engine/ledger/idempotency.h"

namespace wonjang {
namespace {

class JobContinues : public MoneyApi {
 protected:
  JobContinues() : MoneyApi(WorldOptions{.books = 2, .on_disk = true}) {}

  void make_shop() {
    approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "v1");
    approve(contract(world_.merchant), "contract");
    auto shop = world_.as_merchant();
    ASSERT_EQ(shop.post("/v1/payments", "pay", card_payment("abc123", 10'000)).status, 201);
  }
  void settle(const std::string& date) {
    auto house = world_.as_operator();
    ASSERT_EQ(house.post("/v1/settlement/runs", "run-" + date, R"({"date":")" + date + R"("})").status, 202);
    ASSERT_EQ(ended(house, date).text("state"), "COMPLETED");
  }

  PendingJobs pending() const { return PendingJobs(world_.config.data_dir + "/jobs"); }
  // As the request stood in jobs/ when its process died: keys are hashed as the service does.
  static PendingJob request(const std::string& target, const std::string& key, const std::string& body) {
    PendingJob out;
    out.key = idempotency_key(OpensslDigest(), {}, KeyKind::request, key);
    out.what = "a job of a test";
    out.target = target;
    out.content_type = "application/json";
    out.key_header = key;
    out.actor = {ActorKind::admin, "key_of_somebody"};
    out.begun_at = Instant{1};
    out.body = body;
    return out;
  }
  // A lease as a process leaves it that was killed in its run.
  void leave_lease(BusinessDate date) {
    settlement::RunStarted started;
    started.date = date;
    started.attempt = 1;
    started.holder = "another:1:abcd";
    started.known_at = Instant{1};
    started.calculator = settlement::kCalculator;
    Request request;
    RecordFacts facts;
    facts.stream = *settlement::run_stream(date);
    facts.bodies.emplace_back(started);
    request.command = std::move(facts);
    request.actor = {ActorKind::admin, "who is gone"};
    ASSERT_EQ(ask(world_.service->ledger(), std::move(request)).kind, AnswerKind::done);
  }
  template <typename Done>
  void wait_until(Done done, const char* what) {
    for (int i = 0; i < 4'000; ++i) {
      if (done()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << what;
  }
  void wait_until_over() {
    wait_until([&] { return pending().count() == 0; }, "the job isn't over");
  }
};

const char* const kPayouts = R"({"date":"2030-06-03","alsoOnClosedDay":true,"alsoFarAhead":true})";

TEST_F(JobContinues, payouts_that_were_cut_off_are_made_and_answer_their_key) {
  make_shop();
  settle("2026-11-22");
  ASSERT_TRUE(pending().keep(request("/v1/payouts/runs", "payouts", kPayouts)));
  world_.restart();
  wait_until_over();
  auto house = world_.as_operator();
  const auto paid = house.get("/v1/payouts?from=2030-06-01&until=2030-06-30");
  EXPECT_EQ(paid.json().at("items").as_array().size(), 1U) << paid.body;
  const auto before = world_.tails();
  const auto repeated = house.post("/v1/payouts/runs", "payouts", kPayouts);
  EXPECT_EQ(repeated.status, 200) << repeated.body;
  EXPECT_EQ(repeated.json().at("requested").as_int64(), 1) << repeated.body;
  EXPECT_EQ(repeated.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(world_.tails(), before);
}

// Killed between the answer that is kept and the end of the note.
TEST_F(JobContinues, payouts_that_were_made_and_answered_are_forgotten) {
  make_shop();
  settle("2026-11-22");
  ASSERT_EQ(world_.as_operator().post("/v1/payouts/runs", "payouts", kPayouts).status, 200);
  const auto before = world_.tails();
  ASSERT_TRUE(pending().keep(request("/v1/payouts/runs", "payouts", kPayouts)));
  world_.restart();
  wait_until_over();
  EXPECT_EQ(world_.tails(), before);
}

TEST_F(JobContinues, a_run_goes_on_by_its_lease_alone) {
  make_shop();
  leave_lease(*parse_business_date("2026-11-22"));
  world_.restart();
  auto house = world_.as_operator();
  TestAnswer run;
  wait_until(
      [&] {
        run = house.get("/v1/settlement/runs/2026-11-22");
        return run.text("state") == "COMPLETED";
      },
      "the run doesn't go on");
  EXPECT_EQ(run.json().at("attempt").as_int64(), 2) << run.body;
  EXPECT_TRUE(run.json().at("resumed").as_bool()) << run.body;
  EXPECT_EQ(run.json().at("progress").as_object().at("lines").as_int64(), 1) << run.body;
  wait_until_over();
  world_.restart();
  const auto before = world_.tails();
  world_.restart();
  house = world_.as_operator();
  EXPECT_EQ(house.get("/v1/settlement/runs/2026-11-22").json().at("attempt").as_int64(), 2);
  EXPECT_EQ(world_.tails(), before) << "it is over: nothing goes on";
}

TEST_F(JobContinues, a_run_that_was_answered_and_never_began_is_done) {
  make_shop();
  ASSERT_TRUE(pending().keep(request("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})")));
  world_.restart();
  wait_until_over();
  auto house = world_.as_operator();
  const auto run = house.get("/v1/settlement/runs/2026-11-22");
  EXPECT_EQ(run.text("state"), "COMPLETED") << run.body;
  EXPECT_EQ(run.json().at("attempt").as_int64(), 1);
}

TEST_F(JobContinues, a_run_that_was_done_before_its_process_died_is_not_done_again) {
  make_shop();
  settle("2026-11-22");
  ASSERT_TRUE(pending().keep(request("/v1/settlement/runs", "run-2026-11-22", R"({"date":"2026-11-22"})")));
  world_.restart();
  wait_until_over();
  auto house = world_.as_operator();
  EXPECT_EQ(house.get("/v1/settlement/runs/2026-11-22").json().at("attempt").as_int64(), 1);
}

TEST_F(JobContinues, what_is_cut_off_each_time_is_given_up) {
  make_shop();
  settle("2026-11-22");
  auto job = request("/v1/payouts/runs", "payouts", kPayouts);
  job.tries = JobContinuer::kTriesMax;
  ASSERT_TRUE(pending().keep(job));
  auto unknown = request("/v1/no/such/thing", "other", "{}");
  ASSERT_TRUE(pending().keep(unknown));
  const auto before = world_.tails();
  world_.restart();
  wait_until_over();
  EXPECT_EQ(world_.tails(), before);
  std::size_t given_up = 0;
  for (const auto& entry : std::filesystem::directory_iterator(world_.config.data_dir + "/jobs"))
    given_up += entry.path().extension() == ".given-up" ? 1 : 0;
  EXPECT_EQ(given_up, 2U);
  auto house = world_.as_operator();
  EXPECT_EQ(house.post("/v1/payouts/runs", "payouts", kPayouts).status, 200) << "a person may ask again";
}

TEST_F(JobContinues, not_when_the_configuration_says_so) {
  make_shop();
  ASSERT_TRUE(pending().keep(request("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})")));
  leave_lease(*parse_business_date("2026-11-21"));
  world_.config.settlement_continue_jobs = false;
  world_.restart();
  const auto before = world_.tails();
  auto house = world_.as_operator();
  EXPECT_EQ(house.get("/v1/settlement/runs/2026-11-21").text("state"), "INTERRUPTED");
  settle("2026-11-22");
  EXPECT_EQ(house.get("/v1/settlement/runs/2026-11-21").text("state"), "INTERRUPTED");
  EXPECT_NE(world_.tails(), before);
}

}  // namespace
}  // namespace wonjang
