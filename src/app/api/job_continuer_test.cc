// What a process was cut off in goes on at the next start, with nobody asking again.
#include "app/api/job_continuer.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "adapters/openssl/digest.h"
#include "app/api/money_api_world.h"
#include "domain/settlement/fee.h"
#include "engine/ledger/ask.h"
#include "engine/ledger/idempotency.h"
#include "testing/faulty_book.h"

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
  // How many the view shows once it shows any.
  std::size_t payouts() {
    auto house = world_.as_operator();
    std::size_t shown = 0;
    wait_until(
        [&] {
          const auto paid = house.get("/v1/payouts?from=2030-06-01&until=2030-06-30");
          shown = paid.json().at("items").as_array().size();
          return shown > 0;
        },
        "no payout is shown");
    return shown;
  }
  TestAnswer completed(const std::string& date) {
    auto house = world_.as_operator();
    TestAnswer run;
    wait_until(
        [&] {
          run = house.get("/v1/settlement/runs/" + date);
          return run.text("state") == "COMPLETED";
        },
        "the run isn't completed");
    return run;
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
  EXPECT_EQ(payouts(), 1U);
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
  const auto run = completed("2026-11-22");
  EXPECT_EQ(run.json().at("attempt").as_int64(), 2) << run.body;
  EXPECT_TRUE(run.json().at("resumed").as_bool()) << run.body;
  EXPECT_EQ(run.json().at("progress").as_object().at("lines").as_int64(), 1) << run.body;
  wait_until_over();
  world_.restart();
  const auto before = world_.tails();
  world_.restart();
  auto house = world_.as_operator();
  EXPECT_EQ(house.get("/v1/settlement/runs/2026-11-22").json().at("attempt").as_int64(), 2);
  EXPECT_EQ(world_.tails(), before) << "it is over: nothing goes on";
}

TEST_F(JobContinues, a_run_that_was_answered_and_never_began_is_done) {
  make_shop();
  ASSERT_TRUE(pending().keep(request("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})")));
  world_.restart();
  wait_until_over();
  // What is kept of the request goes a moment before the run shows as over.
  const auto run = completed("2026-11-22");
  EXPECT_EQ(run.json().at("attempt").as_int64(), 1) << run.body;
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

// Found by an audit: three clean restarts during one long job gave it up.
TEST_F(JobContinues, a_process_that_was_stopped_did_not_try) {
  make_shop();
  settle("2026-11-22");
  auto job = request("/v1/payouts/runs", "payouts", kPayouts);
  job.tries = JobContinuer::kTriesMax - 1;  // once more
  ASSERT_TRUE(pending().keep(job));
  const auto tries = [&] {
    const auto found = pending().all();
    return found.jobs.empty() ? 99U : found.jobs.front().tries;
  };
  for (int i = 0; i < 2; ++i) {
    std::vector<FaultyBook*> books;
    world_.wrap = [&](std::unique_ptr<Book> inner) {
      auto book = std::make_unique<FaultyBook>(std::move(inner));
      book->fail_lookups(1);  // it can't be done now
      books.push_back(book.get());
      return book;
    };
    world_.restart();
    wait_until(
        [&] { return std::ranges::any_of(books, [](auto* book) { return book->lookups_to_fail() == 0; }); },
        "it doesn't go on");
    EXPECT_EQ(tries(), JobContinuer::kTriesMax) << "as long as it lives: it may be killed in it";
    world_.wrap = {};
    world_.service->drain(std::chrono::seconds(5));
    EXPECT_EQ(tries(), JobContinuer::kTriesMax - 1) << "stop " << i;
  }
  world_.restart();
  wait_until_over();
  EXPECT_TRUE(pending().all().given_up.empty());
  EXPECT_EQ(payouts(), 1U);
}

// It stayed noted, and was tried and refused again at each start.
TEST_F(JobContinues, what_its_handler_refuses_now_is_given_up) {
  make_shop();
  ASSERT_TRUE(pending().keep(request("/v1/settlement/runs", "ahead", R"({"date":"2999-01-01"})")));
  ASSERT_TRUE(pending().keep(request("/v1/payouts/runs", "bad", R"({"date":"a day"})")));
  ASSERT_TRUE(pending().keep(request("redate NOWHERE", "calendar", "")));
  const auto before = world_.tails();
  world_.restart();
  wait_until_over();
  EXPECT_EQ(pending().all().given_up.size(), 3U);
  EXPECT_EQ(world_.tails(), before);
}

// The note was forgotten, and nobody did the job.
TEST_F(JobContinues, payouts_go_on_at_the_next_start_when_the_ledger_cannot_look_their_key_up) {
  make_shop();
  settle("2026-11-22");
  ASSERT_TRUE(pending().keep(request("/v1/payouts/runs", "payouts", kPayouts)));
  std::vector<FaultyBook*> books;
  world_.wrap = [&](std::unique_ptr<Book> inner) {
    auto book = std::make_unique<FaultyBook>(std::move(inner));
    book->fail_lookups(1);
    books.push_back(book.get());
    return book;
  };
  world_.restart();
  wait_until(
      [&] { return std::ranges::any_of(books, [](auto* book) { return book->lookups_to_fail() == 0; }); },
      "nobody looks the key up");
  world_.wrap = {};
  world_.restart();
  wait_until_over();
  EXPECT_EQ(payouts(), 1U);
  EXPECT_TRUE(pending().all().given_up.empty());
}

// Each try left a younger lease, by which the run went on again though it had been given up.
TEST_F(JobContinues, a_run_that_was_given_up_is_not_begun_again_by_its_lease) {
  make_shop();
  const auto date = *parse_business_date("2026-11-22");
  leave_lease(date);
  auto job = request("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})");
  job.what = "a run for 2026-11-22";
  job.tries = JobContinuer::kTriesMax;
  ASSERT_TRUE(pending().keep(job));
  world_.restart();
  wait_until_over();
  const auto before = world_.tails();
  // Known by an effect: a job that may go on goes on behind the leases.
  ASSERT_TRUE(pending().keep(request("/v1/settlement/runs", "other", R"({"date":"2026-11-21"})")));
  world_.restart();
  wait_until_over();
  EXPECT_NE(world_.tails(), before);
  auto house = world_.as_operator();
  EXPECT_EQ(house.get("/v1/settlement/runs/2026-11-22").text("state"), "INTERRUPTED");
  ASSERT_EQ(house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})").status, 202);
  EXPECT_EQ(ended(house, "2026-11-22").text("state"), "COMPLETED") << "a person may begin it";
}

// The other request took the place of the one that was cut off.
TEST_F(JobContinues, a_key_that_is_noted_belongs_to_its_request) {
  make_shop();
  settle("2026-11-22");
  for (const std::string target : {"/v1/payouts/runs", "/v1/settlement/runs"}) {
    auto job = request(target, "noted", "{}");
    job.fingerprint.fill(9);
    ASSERT_TRUE(pending().keep(job));
    auto house = world_.as_operator();
    const auto before = world_.tails();
    const auto refused = house.post(target, "noted", kPayouts);
    EXPECT_EQ(house.post(target, "noted", R"({"date":"2026-11-22"})").code(), "KEY_REUSED") << refused.body;
    EXPECT_EQ(world_.tails(), before);
    EXPECT_EQ(encode_pending_job(pending().all().jobs.at(0)), encode_pending_job(job));
    pending().forget(job.key);
  }
}

// A repeat of the approval forgot the re-dating, which waited for its turn or was under way.
TEST_F(JobContinues, a_redating_stays_noted_when_its_approval_is_sent_again) {
  make_shop();
  approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "v2");
  wait_until_over();
  auto house = world_.as(second_);
  const auto changes = world_.as(first_).get("/v1/changes?limit=1000&min-position=" + position_);
  const auto said = changes.json();
  auto job = request("redate KR", "d-v2", "");
  ASSERT_TRUE(pending().keep(job));
  TestAnswer again;
  for (const auto& change : said.at("items").as_array()) {
    const auto target = "/v1/changes/" + std::string(change.at("changeId").as_string()) + "/decisions";
    again = house.post(target, "d-v2", R"({"decision":"APPROVE"})");
    if (again.status == 200) break;
  }
  ASSERT_EQ(again.header("Idempotent-Replayed"), "true") << again.body;
  EXPECT_TRUE(pending().has(job.key));
}

// A disk that is full, a directory that may not be written: what can't be noted isn't begun.
TEST_F(JobContinues, without_its_note_nothing_begins) {
  make_shop();
  settle("2026-11-22");
  std::filesystem::remove_all(world_.config.data_dir + "/jobs");
  { std::ofstream(world_.config.data_dir + "/jobs") << "in the way"; }
  const auto before = world_.tails();
  auto house = world_.as_operator();
  EXPECT_EQ(house.post("/v1/payouts/runs", "payouts", kPayouts).status, 503);
  EXPECT_EQ(house.post("/v1/settlement/runs", "r-1", R"({"date":"2026-11-21"})").status, 503);
  EXPECT_EQ(house.get("/v1/settlement/runs/2026-11-21").text("state"), "NEVER");
  EXPECT_EQ(world_.tails(), before);
  std::filesystem::remove(world_.config.data_dir + "/jobs");
  EXPECT_EQ(house.post("/v1/payouts/runs", "payouts", kPayouts).status, 200);
  EXPECT_EQ(house.post("/v1/settlement/runs", "r-1", R"({"date":"2026-11-21"})").status, 202);
}

TEST_F(JobContinues, not_when_the_configuration_says_so) {
  make_shop();
  ASSERT_TRUE(pending().keep(request("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})")));
  leave_lease(*parse_business_date("2026-11-21"));
  world_.config.settlement_continue_jobs = false;
  world_.restart();
  const auto before = world_.tails();
  auto house = world_.as_operator();
  const auto is_interrupted = [&] {
    return house.get("/v1/settlement/runs/2026-11-21").text("state") == "INTERRUPTED";
  };
  wait_until(is_interrupted, "the lease isn't shown");
  settle("2026-11-22");
  EXPECT_TRUE(is_interrupted());
  EXPECT_NE(world_.tails(), before);
}

}  // namespace
}  // namespace wonjang
