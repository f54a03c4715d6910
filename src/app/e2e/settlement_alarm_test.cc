// The zero-sum alarm through the program: a stored balance is damaged on disk, and everything that a person
// or a monitor looks at says so, while payments are taken.
#include <chrono>
#include <filesystem>
#include <thread>

#include "adapters/rocksdb/rocks_places.h"
#include "app/e2e/settlement_world.h"
#include "engine/money/journal_spaces.h"
#include "engine/money/money_spaces.h"
#include "engine/projection/generation.h"

namespace wonjang::e2e {
namespace {

class SettlementAlarm : public SettlementWorld {
 protected:
  // A won too much on the first account of every book's running totals. The server doesn't run.
  static void damage(const std::string& data_dir) {
    RocksKvOptions options;
    options.shared = RocksShared::make({});
    const auto places = RocksPlaces::open(data_dir + "/money", options);
    ASSERT_TRUE(places) << places.error().message;
    const auto numbers = projection::generations_in(**places);
    ASSERT_TRUE(numbers && !numbers->empty());
    const auto generation = projection::Generation::open(**places, numbers->front(), money::money_spaces());
    ASSERT_TRUE(generation) << generation.error().message;
    auto& store = (*generation)->store();
    KvBatch batch;
    const auto snapshot = store.snapshot();
    for (const auto cursor = snapshot->scan(money::kMarks, {}, {}); cursor->valid(); cursor->next()) {
      const auto key = money::decode_journal_key(cursor->key());
      auto mark = money::decode_mark(cursor->value());
      ASSERT_TRUE(key && mark);
      if (key->position != money::kHeadOfBook || mark->sums.rows().empty()) continue;
      const auto& first = mark->sums.rows().front();
      mark->sums.of(first.account, first.currency).debit += 1;
      batch.put(money::kMarks, cursor->key(), money::encode_mark(*mark));
    }
    ASSERT_FALSE(batch.empty());
    ASSERT_TRUE(store.write(batch));
    ASSERT_TRUE(store.flush());
  }
  std::string readiness() { return text(get(server_.house(), "/readyz?verbose"), "money"); }
  std::string metrics() {
    auto house = server_.house();
    const auto reply = house.get("/metrics");
    return reply ? reply->body : std::string();
  }
};

TEST_F(SettlementAlarm, a_balance_that_is_off_by_a_won_is_said_everywhere_and_mended_from_the_log) {
  for (std::size_t i = 0; i < 12; ++i) pay(i % 3, 10'000, "2025-09-01");
  settle("2025-09-01");
  const auto sound = balances();
  EXPECT_EQ(readiness(), "live");
  EXPECT_NE(metrics().find("money_stopped 0"), std::string::npos);
  ASSERT_EQ(server_.stop(), 0);
  expect_checked(server_.data_dir());
  damage(server_.data_dir());

  const auto checked = run({wonjang_program(), "check", "--data-dir", server_.data_dir(), "-O", "ndjson"});
  EXPECT_EQ(checked.exit, 3) << checked.output;
  EXPECT_NE(checked.output.find(R"("money":true,"ok":false)"), std::string::npos) << checked.output;
  EXPECT_NE(checked.output.find(R"("balanced":false)"), std::string::npos) << checked.output;
  EXPECT_NE(checked.output.find("marks"), std::string::npos) << "names the record: " << checked.output;
  EXPECT_EQ(checked.output.find(R"("ok":false,"events")"), checked.output.rfind(R"("ok":false,"events")"))
      << "the books themselves are sound: " << checked.output;

  // Looked at, it shows; the next movement of money stops it.
  ASSERT_TRUE(server_.start());
  EXPECT_EQ(cli({"trial-balance"}).exit, 3);
  for (std::size_t i = 0; i < 12; ++i) sell(i % 3, 10'000, "2025-09-02");
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!readiness().starts_with("stopped") && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(readiness().starts_with("stopped")) << readiness();
  EXPECT_NE(metrics().find("money_stopped 1"), std::string::npos);
  const auto views = json::serialize(get(server_.house(), "/v1/views"));
  EXPECT_NE(views.find("the journal isn't balanced"), std::string::npos) << views;
  EXPECT_NE(server_.log().find("the journal isn't balanced"), std::string::npos) << server_.log();
  EXPECT_EQ(post("/v1/settlement/runs", R"({"date":"2025-09-02"})").status, 202);
  const auto run = wait_for_end("2025-09-02");
  EXPECT_NE(text(run, "state"), "COMPLETED") << json::serialize(run);
  EXPECT_NE(text(run, "error").find("stopped"), std::string::npos) << json::serialize(run);
  EXPECT_EQ(post("/v1/payouts/runs", R"({"date":"2025-09-03"})").status, 503)
      << "nothing is paid by such books";
  EXPECT_FALSE(sell(0, 10'000, "2025-09-02").empty()) << "payments are taken";
  ASSERT_EQ(server_.stop(), 0);

  // The books are the truth.
  std::filesystem::remove_all(server_.data_dir() + "/money");
  ASSERT_TRUE(server_.start());
  const auto built = std::chrono::steady_clock::now() + kPatience;
  while (readiness() != "live" && std::chrono::steady_clock::now() < built)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  auto expected = sound;
  expected["RECEIVABLE_CARD"] += 130'000;
  expected["MERCHANTS_UNSETTLED"] += 130'000;
  EXPECT_EQ(balances(), expected);
  settle("2025-09-02");
  EXPECT_EQ(lines_of(server_.house(), "2025-09-02").size(), 13U);
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
