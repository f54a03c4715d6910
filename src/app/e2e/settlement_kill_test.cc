// kill -9 at any moment of a run or of payouts: the next start goes on with it, with nobody asking again, and
// then no line or payout is doubled or missing, and the sums are the test's.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <set>
#include <thread>

#include "app/e2e/patience.h"
#include "app/e2e/settlement_world.h"
#include "base/rng.h"

namespace wonjang::e2e {
namespace {

class SettlementKilled : public SettlementWorld {
 protected:
  // Jobs that the server would go on with.
  std::size_t noted_jobs() const {
    std::error_code error;
    std::size_t out = 0;
    for (const auto& entry : std::filesystem::directory_iterator(server_.data_dir() + "/jobs", error))
      out += entry.path().extension() == ".job" ? 1 : 0;
    return out;
  }
  // Payments of a day, so that its run has something to do.
  void fill(const std::string& date) {
    const int payments = is_long() ? 400 : 60;
    for (int i = 0; i < payments; ++i)
      pay(static_cast<std::size_t>(i % 3), 1'000 + 13 * i, date, i % 10 == 0 ? 500 : 0, date);
    get_caught_up("/v1/trial-balance");
  }
  // From the request on until the run says that it is complete: kills are drawn over all of it, so that its
  // end, which proves what it did, is hit like its beginning.
  std::chrono::microseconds time_of_a_run(const std::string& date) {
    fill(date);
    const auto began = std::chrono::steady_clock::now();
    start_run(date);
    auto house = server_.house();
    for (;;) {
      const auto reply = house.get("/v1/settlement/runs/" + date);
      const auto spent = std::chrono::steady_clock::now() - began;
      if ((reply && reply->text("state") == "COMPLETED") || spent > kPatience)
        return std::chrono::duration_cast<std::chrono::microseconds>(spent);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  // Until the projection is there again the answer is 503.
  json::object wait_for_run(const std::string& date) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    auto house = server_.house();
    std::string last;
    while (std::chrono::steady_clock::now() < until) {
      const auto reply = house.get("/v1/settlement/runs/" + date);
      last = reply ? reply->body : "no answer";
      if (reply && reply->status == 200 && reply->text("state") == "COMPLETED" && noted_jobs() == 0)
        return reply->json();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "the run doesn't go on: " << last << server_.log();
    return {};
  }

  std::uint64_t seed_ = seed();
  Rng rng_{seed_};
};

TEST_F(SettlementKilled, a_run_goes_on_by_itself_and_no_line_is_doubled_or_missing) {
  constexpr int kKills = 30;
  std::printf("WONJANG_SEED=%llu\n", static_cast<unsigned long long>(seed_));
  int interrupted = 0;
  const auto whole = time_of_a_run(day(-2));
  ASSERT_LT(whole, kPatience) << server_.log();
  std::printf("a run takes %lld us\n", static_cast<long long>(whole.count()));
  for (int round = 0; round < kKills; ++round) {
    // A day of its own for each round, so that every run has something to do.
    const auto date = day(-3 - round);
    fill(date);
    if (HasFatalFailure()) return;
    start_run(date);
    std::this_thread::sleep_for(
        std::chrono::microseconds(rng_.below(static_cast<std::uint64_t>(whole.count()))));
    server_.kill();
    ASSERT_TRUE(server_.start());
    // In every other round a person begins it too: either hears that it is under way, or is the one who does.
    if (round % 2 == 1) {
      const auto begun = post("/v1/settlement/runs", R"({"date":")" + date + R"("})");
      EXPECT_TRUE(begun.status == 202 || (begun.status == 409 && begun.code() == "JOB_UNDER_WAY"))
          << begun.body;
    }
    const auto run = wait_for_run(date);
    interrupted += number(run, "attempt") > 1 ? 1 : 0;
    if (round % 2 == 0) {
      EXPECT_EQ(number(run, "attempt") > 1, run.at("resumed").as_bool());
    }
    get_caught_up("/v1/trial-balance");
    expect_settled(date);
    if (HasFailure()) return;
  }
  std::printf("%d kills, %d of them in the middle of a run\n", kKills, interrupted);
  expect_sound();
}

TEST_F(SettlementKilled, payouts_go_on_by_themselves_and_nobody_is_paid_twice) {
  std::printf("WONJANG_SEED=%llu\n", static_cast<unsigned long long>(seed_));
  const std::string settled = "2025-09-01";
  for (int i = 0; i < 60; ++i) pay(static_cast<std::size_t>(i % 3), 10'000 + 13 * i, settled);
  settle(settled);
  get_caught_up("/v1/trial-balance");
  // Killed as soon as the job is noted: nobody hears an answer, and nobody asks again.
  const std::string date = "2025-09-30";
  std::thread asker([client = server_.client(first_), key = next_key(), date]() mutable {
    static_cast<void>(client.post("/v1/payouts/runs", key, R"({"date":")" + date + R"("})"));
  });
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (noted_jobs() == 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::microseconds(rng_.below(2'000)));
  server_.kill();
  asker.join();
  if (noted_jobs() == 0) GTEST_SKIP() << "it was done before the kill";
  ASSERT_TRUE(server_.start());
  while (noted_jobs() > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_EQ(noted_jobs(), 0U) << server_.log();
  std::set<std::string> paid;
  std::int64_t sum = 0;
  for (const auto& payout : payouts_on(date)) {
    EXPECT_EQ(text(payout, "state"), "REQUESTED");
    EXPECT_TRUE(paid.insert(text(payout, "merchantId")).second) << "paid twice";
    sum += number(payout, "amount");
  }
  EXPECT_EQ(paid.size(), 3U);
  EXPECT_EQ(sum, wanted_[settled].gross - wanted_[settled].fee);
  EXPECT_NE(server_.log().find("job_goes_on"), std::string::npos) << server_.log();
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
