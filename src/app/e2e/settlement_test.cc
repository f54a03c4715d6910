// Settlement through the real program: contracts proposed and approved by two keys, two days of payments and
// cancels, runs, payouts, files, and the books balance; killed at any moment and run again, no line is
// doubled or missing.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <set>
#include <thread>

#include "app/e2e/traffic.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

namespace json = boost::json;

std::uint64_t seed() {
  const char* given = std::getenv("WONJANG_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : static_cast<std::uint64_t>(::time(nullptr));
}
bool is_long() {
  const char* given = std::getenv("WONJANG_LONG_TESTS");
  return given != nullptr && std::string_view(given) == "1";
}

// A business date (Seoul), so many days from today.
std::string day(int offset) {
  const std::time_t at = ::time(nullptr) + 9 * 3600 + static_cast<std::time_t>(offset) * 86'400;
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

// What the merchants agreed to, and what the test computes by it: as plainly as possible.
struct Terms {
  std::int64_t rate_ppm;
  std::int64_t fixed;
};
constexpr Terms kTerms[] = {{25'000, 0}, {30'000, 100}, {8'000, 0}};

std::int64_t half_up(std::int64_t numerator, std::int64_t denominator) {
  return (2 * numerator + denominator) / (2 * denominator);
}
// SUPPLY_FIRST, half up, VAT added.
std::int64_t fee_of(const Terms& terms, std::int64_t amount) {
  const auto supply = half_up(amount * terms.rate_ppm + terms.fixed * 1'000'000, 1'000'000);
  return supply + half_up(supply, 10);
}

struct Wanted {  // of one date
  std::int64_t lines = 0;
  std::int64_t gross = 0;
  std::int64_t fee = 0;
  friend bool operator==(const Wanted&, const Wanted&) = default;
  friend void PrintTo(const Wanted& w, std::ostream* out) {
    *out << w.lines << " lines, gross " << w.gross << ", fee " << w.fee;
  }
};

std::string contract_body(const Shop& shop, const Terms& terms) {
  std::string rules =
      R"({"name":"card","kind":"BASE_RATE","ratePpm":)" + std::to_string(terms.rate_ppm) + "}";
  if (terms.fixed > 0)
    rules += R"(,{"name":"each","kind":"FIXED_FEE","amount":)" + std::to_string(terms.fixed) + "}";
  return R"({"kind":"CONTRACT","note":"e2e","contract":{"merchantId":")" + shop.merchant +
         R"(","validFrom":"2020-01-01","calendar":"KR","payoutAccount":"acct-)" + shop.merchant.substr(4) +
         R"(","fees":{"vat":"ADDED","order":"SUPPLY_FIRST","rounding":"HALF_UP","rules":[)" + rules + "]}}}";
}

std::string payment_body(const std::string& order, std::int64_t amount, const std::string& date,
                         const std::string& number) {
  const auto a = std::to_string(amount);
  return R"({"orderId":"settle-)" + order + R"(","totalAmount":)" + a + R"(,"requestedAt":")" + date +
         R"(T10:00:00+09:00","approvals":[{"method":"CARD","amount":)" + a + R"(,"approvedAt":")" + date +
         R"(T10:00:00+09:00","approveNo":")" + number +
         R"(","card":{"issuerCode":"11","acquirerCode":"31","bin":"123456","last4":"7890"}}]})";
}

class Settlement : public testing::Test {
 protected:
  // The server, three shops with contracts, a calendar; everything decided by a second key.
  void SetUp() override {
    ASSERT_TRUE(server_.start());
    open_world();
  }

  void open_world() {
    const char* codes[] = {"shop-a", "shop-b", "shop-c"};
    for (const char* code : codes) shops_.push_back(open_shop(server_, code));
    auto house = server_.house();
    const auto key = house.post("/v1/api-keys", "second-key", R"({"scopes":["operator"],"label":"second"})");
    ASSERT_TRUE(key && key->status == 201) << (key ? key->body : "no answer");
    second_ = key->text("secret");
    approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})");
    for (std::size_t i = 0; i < shops_.size(); ++i) approve(contract_body(shops_[i], kTerms[i]));
  }

  // Proposed with the first key, refused to it, approved with the second.
  std::string approve(const std::string& body) {
    auto house = server_.house();
    const auto proposed = house.post("/v1/changes", next_key(), body);
    EXPECT_TRUE(proposed && proposed->status == 201) << (proposed ? proposed->body : "no answer");
    if (!proposed || proposed->status != 201) return {};
    EXPECT_EQ(proposed->text("status"), "PROPOSED");
    const auto id = proposed->text("changeId");
    const auto path = "/v1/changes/" + id + "/decisions";
    const auto own = house.post(path, next_key(), R"({"decision":"APPROVE"})");
    EXPECT_TRUE(own && own->status == 403 && own->code() == "FOUR_EYES") << (own ? own->body : "no answer");
    auto other = server_.client(second_);
    const auto decided = other.post(path, next_key(), R"({"decision":"APPROVE"})");
    EXPECT_TRUE(decided && decided->status == 200) << (decided ? decided->body : "no answer");
    EXPECT_EQ(decided->text("status"), "APPROVED");
    return id;
  }

  std::string next_key() { return "settlement-" + std::to_string(++keys_); }

  // A payment of a shop, approved on `date`; `canceled` of it on `cancel_date`.
  void pay(std::size_t shop, std::int64_t amount, const std::string& date, std::int64_t canceled = 0,
           const std::string& cancel_date = {}) {
    auto client = server_.client(shops_[shop].key);
    const auto number = std::to_string(10'000'000 + ++orders_);
    const auto made =
        client.post("/v1/payments", next_key(), payment_body(std::to_string(orders_), amount, date, number));
    ASSERT_TRUE(made && made->status == 201) << (made ? made->body : "no answer");
    numbers_.push_back({number, amount, date});
    const auto fee = fee_of(kTerms[shop], amount);
    add(date, amount, fee);
    if (canceled == 0) return;
    const auto cancel =
        client.post("/v1/payments/" + made->text("id") + "/cancels", next_key(),
                    R"({"amount":)" + std::to_string(canceled) + R"(,"reason":"e2e","canceledAt":")" +
                        cancel_date + R"(T11:00:00+09:00"})");
    ASSERT_TRUE(cancel && cancel->status == 201) << (cancel ? cancel->body : "no answer");
    const auto back = canceled == amount ? fee : half_up(fee * canceled, amount);
    add(cancel_date, -canceled, -back);
  }
  void add(const std::string& date, std::int64_t gross, std::int64_t fee) {
    auto& of = wanted_[date];
    of.lines += 1;
    of.gross += gross;
    of.fee += fee;
  }

  json::object get(Client client, const std::string& target) {
    const auto reply = client.get(target);
    EXPECT_TRUE(reply && reply->status == 200) << target << ": " << (reply ? reply->body : "no answer");
    return reply && reply->status == 200 ? reply->json() : json::object();
  }

  // Once the projection shows all that is durable.
  json::object get_caught_up(const std::string& target) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    json::object last;
    while (std::chrono::steady_clock::now() < until) {
      auto house = server_.house();
      const auto reply = house.get(target);
      if (reply && reply->status == 200) {
        last = reply->json();
        const auto* seen = last.if_contains("seen");
        if (seen == nullptr || seen->at("lagEvents").as_int64() == 0) return last;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    auto house = server_.house();
    const auto reply = house.get(target);
    ADD_FAILURE() << target << " doesn't catch up: " << (reply ? reply->body : "no answer; " + server_.log());
    return last;
  }

  void start_run(const std::string& date, int expected = 202) {
    auto house = server_.house();
    const auto reply = house.post("/v1/settlement/runs", next_key(), R"({"date":")" + date + R"("})");
    ASSERT_TRUE(reply && reply->status == expected) << (reply ? reply->body : "no answer");
  }
  json::object wait_for_end(const std::string& date) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    json::object run;
    do {
      run = get(server_.house(), "/v1/settlement/runs/" + date);
      if (run.empty() || run.at("state").as_string() != "RUNNING") return run;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    } while (std::chrono::steady_clock::now() < until);
    ADD_FAILURE() << "the run doesn't end: " << json::serialize(run);
    return run;
  }
  void settle(const std::string& date) {
    start_run(date);
    const auto run = wait_for_end(date);
    EXPECT_EQ(run.at("state").as_string(), "COMPLETED") << json::serialize(run);
  }

  // The tests' days fit one page.
  std::vector<json::object> lines_of(Client client, const std::string& date) {
    std::vector<json::object> out;
    const auto page = get(std::move(client), "/v1/settlement/runs/" + date + "/lines?limit=1000");
    if (page.empty()) return out;
    for (const auto& item : page.at("items").as_array()) out.push_back(item.as_object());
    EXPECT_TRUE(page.at("nextCursor").is_null());
    return out;
  }

  // No line twice, none missing, sums as the test's own.
  void expect_settled(const std::string& date) {
    Wanted found;
    std::set<std::string> ids;
    for (const auto& line : lines_of(server_.house(), date)) {
      EXPECT_TRUE(ids.emplace(line.at("lineId").as_string()).second) << line.at("lineId") << " stands twice";
      found.lines += 1;
      found.gross += line.at("gross").as_int64();
      found.fee += line.at("fee").as_int64();
      EXPECT_EQ(line.at("net").as_int64(), line.at("gross").as_int64() - line.at("fee").as_int64());
    }
    EXPECT_EQ(found, wanted_[date]) << date;
    const auto run = get(server_.house(), "/v1/settlement/runs/" + date);
    const auto& totals = run.at("totals").as_array();
    ASSERT_EQ(totals.size(), 1U) << json::serialize(run);
    EXPECT_EQ(totals[0].at("gross").as_int64(), wanted_[date].gross);
    EXPECT_EQ(totals[0].at("fee").as_int64(), wanted_[date].fee);
  }

  void expect_balanced() {
    const auto balance = get_caught_up("/v1/trial-balance");
    EXPECT_TRUE(balance.at("isBalanced").as_bool()) << json::serialize(balance);
    EXPECT_FALSE(balance.at("currencies").as_array().empty());
  }
  std::int64_t balance_of(const std::string& account) {
    const auto balance = get_caught_up("/v1/trial-balance");
    for (const auto& row : balance.at("currencies").at(0).at("accounts").as_array()) {
      if (row.at("code").as_string() == account) return row.at("balance").as_int64();
    }
    return 0;
  }

  std::optional<Reply> post_csv(const std::string& target, const std::string& body) {
    auto house = server_.house();
    return house.post(target, next_key(), body, "text/csv");
  }

  struct Number {
    std::string number;
    std::int64_t amount;
    std::string date;
  };

  std::uint64_t seed_ = seed();
  Rng rng_{seed_};
  TempDir directory_;
  Server server_{directory_ / "ledger", {.books = 2}};
  std::vector<Shop> shops_;
  std::string second_;
  std::map<std::string, Wanted> wanted_;
  std::vector<Number> numbers_;
  int keys_ = 0;
  int orders_ = 0;
};

TEST_F(Settlement, from_contract_to_payout_every_won_is_accounted_for) {
  const auto first = day(-4);
  const auto second = day(-3);
  for (int i = 0; i < 12; ++i) pay(static_cast<std::size_t>(i % 3), 10'000 + 137 * i, first);
  pay(0, 50'000, first, 20'000, second);
  pay(1, 33'333, first, 33'333, first);
  for (int i = 0; i < 9; ++i) pay(static_cast<std::size_t>(i % 3), 7'000 + 211 * i, second);
  expect_balanced();

  const auto plan = get(server_.house(), "/v1/settlement/plans/" + first);
  EXPECT_EQ(plan.at("items").as_int64(), wanted_[first].lines) << json::serialize(plan);
  settle(first);
  settle(second);
  expect_settled(first);
  expect_settled(second);
  expect_balanced();
  EXPECT_EQ(balance_of("MERCHANTS_UNSETTLED"), 0) << "everything approved is settled";

  // A rerun finds nothing, and proves that it touched nothing.
  auto house = server_.house();
  const auto rerun = house.post("/v1/settlement/runs/" + first + "/reruns", next_key(), "");
  ASSERT_TRUE(rerun && rerun->status == 202) << (rerun ? rerun->body : "no answer");
  const auto again = wait_for_end(first);
  EXPECT_EQ(json::serialize(again.at("before")), json::serialize(again.at("after")));
  expect_settled(first);

  // One line explains itself.
  const auto lines = lines_of(server_.house(), first);
  ASSERT_FALSE(lines.empty());
  const std::string line_id(lines.front().at("lineId").as_string());
  const auto line = get(server_.house(), "/v1/settlement/lines/" + line_id);
  EXPECT_TRUE(line.at("recomputed").as_bool()) << json::serialize(line);
  EXPECT_FALSE(line.at("explain").as_array().empty());
  EXPECT_TRUE(line.at("contract").at("payoutAccount").as_string().starts_with("acct-"));
  const auto found = get(server_.house(), "/v1/search?q=" + line_id);
  ASSERT_EQ(found.at("payments").as_array().size(), 1U);
  EXPECT_EQ(found.at("payments").at(0).at("id"), line.at("paymentId"));
  const auto life =
      get(server_.house(), "/v1/payments/" + std::string(line.at("paymentId").as_string()) + "/lifecycle");
  EXPECT_FALSE(life.at("settlement").as_array().empty());

  // Paid out: the sum of all nets, once.
  std::int64_t net = 0;
  for (const auto& [date, of] : wanted_) net += of.gross - of.fee;
  const auto pay_day = day(20);
  const auto body = R"({"date":")" + pay_day + R"(","alsoOnClosedDay":true})";
  const auto dry = house.post("/v1/payouts/runs?dryRun=true", next_key(), body);
  ASSERT_TRUE(dry && dry->status == 200) << (dry ? dry->body : "no answer");
  EXPECT_EQ(dry->json().at("totals").at(0).at("amount").as_int64(), net);
  const auto paid = house.post("/v1/payouts/runs", next_key(), body);
  ASSERT_TRUE(paid && paid->status == 200) << (paid ? paid->body : "no answer");
  EXPECT_EQ(paid->json().at("requested").as_int64(), 3) << paid->body;
  EXPECT_EQ(paid->json().at("totals").at(0).at("amount").as_int64(), net);
  EXPECT_EQ(balance_of("PAYOUTS_IN_TRANSIT"), net);
  EXPECT_EQ(balance_of("MERCHANTS_SETTLED"), 0);

  const auto file = house.post("/v1/payouts/files", "one-file", R"({"date":")" + pay_day + R"("})");
  ASSERT_TRUE(file && file->status == 200) << (file ? file->body : "no answer");
  const auto same = house.post("/v1/payouts/files", "one-file", R"({"date":")" + pay_day + R"("})");
  ASSERT_TRUE(same && same->status == 200);
  EXPECT_EQ(file->body, same->body);
  std::string results = "payout_id,state,bank_trace_no,at,failure\r\n";
  const auto payouts = get(server_.house(), "/v1/payouts?from=" + pay_day + "&until=" + day(21));
  ASSERT_EQ(payouts.at("items").as_array().size(), 3U) << json::serialize(payouts);
  for (const auto& payout : payouts.at("items").as_array()) {
    EXPECT_EQ(payout.at("state").as_string(), "SENT");
    const std::string id(payout.at("payoutId").as_string());
    EXPECT_NE(file->body.find(id), std::string::npos);
    results += id + ",PAID,trace-" + id + "," + day(0) + "T09:00:00+09:00,\r\n";
  }
  results += "pyo_nonsense,PAID,x," + day(0) + "T09:00:00+09:00,\r\n";
  const auto applied = post_csv("/v1/payouts/results?name=bank.csv", results);
  ASSERT_TRUE(applied && applied->status == 200) << (applied ? applied->body : "no answer");
  EXPECT_EQ(applied->json().at("applied").as_int64(), 3) << applied->body;
  EXPECT_EQ(applied->json().at("refused").as_array().size(), 1U) << applied->body;
  EXPECT_EQ(balance_of("PAYOUTS_IN_TRANSIT"), 0);
  expect_balanced();
  const auto funds = get(server_.house(), "/v1/funds");
  for (const auto& row : funds.at("rows").as_array()) EXPECT_EQ(row.at("approvedUnpaid").as_int64(), 0);

  // A merchant sees its own lines and payouts, and nothing of others.
  const auto own = lines_of(server_.client(shops_[0].key), first);
  for (const auto& one : own) EXPECT_EQ(one.at("merchantId").as_string(), shops_[0].merchant);
  EXPECT_LT(own.size(), lines.size());
  for (const auto& one : lines) {
    if (one.at("merchantId").as_string() == shops_[0].merchant) continue;
    auto stranger = server_.client(shops_[0].key);
    const auto hidden = stranger.get("/v1/settlement/lines/" + std::string(one.at("lineId").as_string()));
    ASSERT_TRUE(hidden);
    EXPECT_EQ(hidden->status, 404);
  }
  auto stranger = server_.client(shops_[0].key);
  EXPECT_EQ(stranger.get("/v1/trial-balance")->status, 403);

  EXPECT_EQ(server_.stop(), 0);
  const auto checked = expect_checked(server_.data_dir());
  EXPECT_NE(checked.find(R"("money":true,"ok":true)"), std::string::npos) << checked;
}

TEST_F(Settlement, an_acquirers_file_is_matched_once_and_what_is_left_is_a_break) {
  const auto date = day(-3);
  for (int i = 0; i < 4; ++i) pay(0, 10'000 + i, date);
  std::string csv = "number,amount,date,fee\r\n";
  for (std::size_t i = 0; i + 1 < numbers_.size(); ++i)
    csv += numbers_[i].number + "," + std::to_string(numbers_[i].amount) + "," + date + ",200\r\n";
  csv += "99999999,5000," + date + ",100\r\n";
  get_caught_up("/v1/trial-balance");
  const auto target = "/v1/acquirer-files?name=deposits.csv&kind=DEPOSIT&acquirer=31";
  const auto imported = post_csv(target, csv);
  ASSERT_TRUE(imported && imported->status == 201) << (imported ? imported->body : "no answer");
  EXPECT_EQ(imported->json().at("match").at("matched").as_int64(), 3) << imported->body;
  EXPECT_EQ(imported->json().at("match").at("breaks").as_int64(), 2) << "one only theirs, one only ours";
  const auto again = post_csv(target, csv);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->code(), "ALREADY_IMPORTED") << again->body;
  expect_balanced();
  EXPECT_EQ(balance_of("ACQUIRER_FEES"), 600);

  const auto breaks = get_caught_up("/v1/breaks");
  ASSERT_EQ(breaks.at("items").as_array().size(), 2U) << json::serialize(breaks);
  const auto file = std::string(imported->text("fileId"));
  auto house = server_.house();
  const auto resolved =
      house.post("/v1/breaks/resolutions", next_key(),
                 R"({"fileId":")" + file + R"(","lineNo":5,"resolution":"a test card, by hand"})");
  ASSERT_TRUE(resolved && resolved->status == 200) << (resolved ? resolved->body : "no answer");
  const auto twice = house.post("/v1/breaks/resolutions", next_key(),
                                R"({"fileId":")" + file + R"(","lineNo":5,"resolution":"again"})");
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->code(), "CANNOT_RUN") << twice->body;
  EXPECT_EQ(get_caught_up("/v1/breaks").at("items").as_array().size(), 1U);
  // What it lacked comes with a second file of the same acquirer.
  csv = "number,amount,date,fee\r\n" + numbers_.back().number + "," + std::to_string(numbers_.back().amount) +
        "," + date + ",200\r\n";
  ASSERT_EQ(post_csv("/v1/acquirer-files?name=late.csv&kind=DEPOSIT&acquirer=31", csv)->status, 201);
  const auto rematched = house.post("/v1/acquirer-files/" + file + "/matches", next_key(), "");
  ASSERT_TRUE(rematched && rematched->status == 200) << (rematched ? rematched->body : "no answer");
  EXPECT_TRUE(get_caught_up("/v1/breaks").at("items").as_array().empty());
  EXPECT_EQ(balance_of("ACQUIRER_FEES"), 800);
  expect_balanced();
}

TEST_F(Settlement, two_runs_at_once_are_one_run) {
  const auto date = day(-2);
  for (int i = 0; i < 60; ++i) pay(static_cast<std::size_t>(i % 3), 1'000 + i, date);
  std::vector<int> statuses(2);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      auto house = server_.house();
      const auto reply =
          house.post("/v1/settlement/runs", "at-once-" + std::to_string(i), R"({"date":")" + date + R"("})");
      statuses[i] = reply ? reply->status : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  wait_for_end(date);
  // The second one is refused, or came when the first had ended and found nothing to do.
  for (const int status : statuses) EXPECT_TRUE(status == 202 || status == 409) << status;
  EXPECT_TRUE(statuses[0] == 202 || statuses[1] == 202);
  expect_settled(date);
  expect_balanced();
}

TEST_F(Settlement, a_run_during_live_traffic_settles_its_day_and_nothing_else) {
  // The traffic's own approvals stand on a fixed day.
  const auto date = day(-2) == "2026-11-22" ? day(-1) : day(-2);
  for (int i = 0; i < 30; ++i) pay(static_cast<std::size_t>(i % 3), 2'000 + i, date);
  Traffic traffic(shops_[0], rng_.next());
  traffic.start(server_);
  ASSERT_TRUE(traffic.wait_acknowledged(100));
  settle(date);
  ASSERT_TRUE(traffic.wait_acknowledged(100));
  server_.kill();
  traffic.join();
  ASSERT_TRUE(server_.start());
  get_caught_up("/v1/trial-balance");
  Wanted found;
  for (const auto& line : lines_of(server_.house(), date)) {
    ++found.lines;
    found.gross += line.at("gross").as_int64();
    found.fee += line.at("fee").as_int64();
  }
  // The traffic's payments are of today, or were settled late: none of that day.
  EXPECT_EQ(found, wanted_[date]);
  expect_balanced();
}

TEST_F(Settlement, killed_at_any_moment_of_a_run_no_line_is_doubled_or_missing) {
  const int kills = is_long() ? 30 : 4;
  std::printf("WONJANG_SEED=%llu\n", static_cast<unsigned long long>(seed_));
  int interrupted = 0;
  for (int round = 0; round < kills; ++round) {
    // A day of its own for each round, so that every run has something to do.
    const auto date = day(-3 - round);
    const int payments = is_long() ? 400 : 150;
    for (int i = 0; i < payments; ++i)
      pay(static_cast<std::size_t>(i % 3), 1'000 + 13 * i, date, i % 10 == 0 ? 500 : 0, date);
    if (HasFatalFailure()) return;
    get_caught_up("/v1/trial-balance");
    start_run(date);
    std::this_thread::sleep_for(std::chrono::microseconds(rng_.below(12'000)));
    server_.kill();
    ASSERT_TRUE(server_.start());
    const auto run = get_caught_up("/v1/settlement/runs/" + date);
    const auto state = run.at("state").as_string();
    EXPECT_TRUE(state == "INTERRUPTED" || state == "COMPLETED" || state == "NEVER") << state;
    interrupted += state == "INTERRUPTED" ? 1 : 0;
    settle(date);
    expect_settled(date);
    if (HasFailure()) return;
  }
  expect_balanced();
  std::printf("%d kills, %d of them in the middle of a run\n", kills, interrupted);
  EXPECT_EQ(server_.stop(), 0);
  const auto checked = expect_checked(server_.data_dir());
  EXPECT_NE(checked.find(R"("money":true,"ok":true)"), std::string::npos) << checked;
}

}  // namespace
}  // namespace wonjang::e2e
