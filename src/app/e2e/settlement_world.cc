#include "app/e2e/settlement_world.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

namespace wonjang::e2e {
namespace {

std::string payment_body(const std::string& order, std::int64_t amount, const std::string& date,
                         const std::string& number, const Sale& sale) {
  const auto a = std::to_string(amount);
  std::string out = R"({"orderId":"settle-)" + order + R"(","totalAmount":)" + a + R"(,"currency":")" +
                    sale.currency + R"(","requestedAt":")" + date +
                    R"(T10:00:00+09:00","approvals":[{"method":")" + sale.method + R"(","amount":)" + a +
                    R"(,"approvedAt":")" + date + R"(T10:00:00+09:00","approveNo":")" + number + "\"";
  if (sale.method == "CARD")
    out += R"(,"card":{"issuerCode":"11","acquirerCode":"31","bin":"123456","last4":"7890"})";
  return out + "}]}";
}

}  // namespace

void SettlementWorld::SetUp() {
  ASSERT_TRUE(server_.start());
  for (const char* code : {"shop-a", "shop-b", "shop-c"}) shops_.push_back(open_shop(server_, code));
  auto house = server_.house();
  first_ = make_operator(house, "first");
  second_ = make_operator(house, "second");
  approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})");
  for (std::size_t i = 0; i < shops_.size(); ++i) approve(contract_body(shops_[i], kTerms[i]));
}

// ---- Requests ----

std::string SettlementWorld::make_operator(Client& by, const std::string& label) {
  const auto key =
      by.post("/v1/api-keys", "key-" + label, R"({"scopes":["operator"],"label":")" + label + "\"}");
  EXPECT_TRUE(key && key->status == 201) << (key ? key->body : "no answer");
  return key ? key->text("secret") : std::string();
}

Reply SettlementWorld::post(const std::string& target, const std::string& body,
                            const std::string& content_type) {
  auto client = server_.client(first_);
  auto reply = client.post(target, next_key(), body, content_type);
  EXPECT_TRUE(reply) << target << ": no answer; " << server_.log();
  return reply ? *std::move(reply) : Reply();
}

json::object SettlementWorld::must_post(const std::string& target, const std::string& body, int status) {
  const auto reply = post(target, body);
  EXPECT_EQ(reply.status, status) << target << " " << body << ": " << reply.body;
  return reply.json();
}

json::object SettlementWorld::get(Client client, const std::string& target) {
  const auto reply = client.get(target);
  EXPECT_TRUE(reply && reply->status == 200) << target << ": " << (reply ? reply->body : "no answer");
  return reply && reply->status == 200 ? reply->json() : json::object();
}

json::object SettlementWorld::get_caught_up(const std::string& target) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::string last;
  auto house = server_.house();
  while (std::chrono::steady_clock::now() < until) {
    const auto reply = house.get(target);
    last = reply ? reply->body : "no answer; " + server_.log();
    if (reply && reply->status == 200) {
      auto body = reply->json();
      const auto* seen = body.if_contains("seen");
      if (seen == nullptr || seen->at("lagEvents").as_int64() == 0) return body;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ADD_FAILURE() << target << " doesn't catch up: " << last;
  return {};
}

std::string SettlementWorld::file_with(const std::string& name, const std::string& content) {
  auto path = directory_ / name;
  std::ofstream(path) << content;
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  return path;
}

Finished SettlementWorld::cli(std::vector<std::string> arguments, bool with_second_key) {
  arguments.insert(arguments.begin(), wonjang_program());
  const auto key_file = with_second_key ? file_with("second.key", second_) : file_with("first.key", first_);
  arguments.insert(arguments.end(), {"--url", server_.url(), "--key-file", key_file});
  return run(std::move(arguments));
}

json::object SettlementWorld::cli_json(std::vector<std::string> arguments, int exit) {
  arguments.insert(arguments.end(), {"-O", "json"});
  const auto done = cli(std::move(arguments));
  EXPECT_EQ(done.exit, exit) << done.output << done.errors;
  Reply body;
  body.body = done.output;
  return body.json();
}

// ---- Reference data ----

std::string SettlementWorld::propose(const std::string& body) {
  const auto proposed = must_post("/v1/changes", body, 201);
  EXPECT_EQ(text(proposed, "status"), "PROPOSED");
  return text(proposed, "changeId");
}

Reply SettlementWorld::decide(const std::string& change, const std::string& secret,
                              const std::string& decision) {
  auto client = server_.client(secret);
  auto reply = client.post("/v1/changes/" + change + "/decisions", next_key(),
                           R"({"decision":")" + decision + R"("})");
  EXPECT_TRUE(reply) << "no answer";
  return reply ? *std::move(reply) : Reply();
}

std::string SettlementWorld::approve(const std::string& body) {
  const auto id = propose(body);
  const auto own = post("/v1/changes/" + id + "/decisions", R"({"decision":"APPROVE"})");
  EXPECT_EQ(own.status, 403) << own.body;
  EXPECT_EQ(own.code(), "FOUR_EYES") << own.body;
  const auto decided = decide(id, second_);
  EXPECT_EQ(decided.status, 200) << decided.body;
  EXPECT_EQ(decided.text("status"), "APPROVED") << decided.body;
  return id;
}

void SettlementWorld::hold(std::size_t shop, const std::string& from, bool placed) {
  approve(R"({"kind":"HOLD","hold":{"merchantId":")" + shops_[shop].merchant + R"(","placed":)" +
          (placed ? "true" : "false") + R"(,"from":")" + from + R"(","reason":"e2e"}})");
}

// ---- Payments ----

std::string SettlementWorld::sell(std::size_t shop, std::int64_t amount, const std::string& date,
                                  const Sale& sale) {
  auto client = server_.client(shops_[shop].key);
  const auto approve_no = std::to_string(10'000'000 + ++orders_);
  const auto made = client.post("/v1/payments", next_key(),
                                payment_body(std::to_string(orders_), amount, date, approve_no, sale));
  EXPECT_TRUE(made && made->status == 201) << (made ? made->body : "no answer");
  numbers_.push_back({approve_no, amount, date});
  return made ? made->text("id") : std::string();
}

void SettlementWorld::cancel(const std::string& payment, std::size_t shop, std::int64_t amount,
                             const std::string& date) {
  auto client = server_.client(shops_[shop].key);
  const auto done = client.post("/v1/payments/" + payment + "/cancels", next_key(),
                                R"({"amount":)" + std::to_string(amount) +
                                    R"(,"reason":"e2e","canceledAt":")" + date + R"(T11:00:00+09:00"})");
  EXPECT_TRUE(done && done->status == 201) << (done ? done->body : "no answer");
}

void SettlementWorld::pay(std::size_t shop, std::int64_t amount, const std::string& date,
                          std::int64_t canceled, const std::string& cancel_date) {
  const auto payment = sell(shop, amount, date);
  const auto add = [&](const std::string& on, std::int64_t gross, std::int64_t fee) {
    auto& of = wanted_[on];
    of.lines += 1;
    of.gross += gross;
    of.fee += fee;
  };
  const auto fee = fee_of(kTerms[shop], amount);
  add(date, amount, fee);
  if (canceled == 0) return;
  cancel(payment, shop, canceled, cancel_date);
  add(cancel_date, -canceled, -(canceled == amount ? fee : half_up(fee * canceled, amount)));
}

// ---- Runs and lines ----

void SettlementWorld::start_run(const std::string& date) {
  must_post("/v1/settlement/runs", R"({"date":")" + date + R"("})", 202);
}

json::object SettlementWorld::wait_for_end(const std::string& date) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  auto house = server_.house();
  json::object run;
  do {
    const auto reply = house.get("/v1/settlement/runs/" + date);
    EXPECT_TRUE(reply && reply->status == 200) << (reply ? reply->body : "no answer");
    if (!reply || reply->status != 200) return {};
    run = reply->json();
    if (text(run, "state") != "RUNNING") return run;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  } while (std::chrono::steady_clock::now() < until);
  ADD_FAILURE() << "the run doesn't end: " << json::serialize(run);
  return run;
}

json::object SettlementWorld::settle(const std::string& date, const std::string& state) {
  start_run(date);
  auto run = wait_for_end(date);
  EXPECT_EQ(text(run, "state"), state) << json::serialize(run);
  return run;
}

json::object SettlementWorld::rerun(const std::string& date, const std::string& state) {
  must_post("/v1/settlement/runs/" + date + "/reruns", "", 202);
  auto run = wait_for_end(date);
  EXPECT_EQ(text(run, "state"), state) << json::serialize(run);
  return run;
}

std::vector<json::object> SettlementWorld::lines_of(Client client, const std::string& date) {
  const auto page = get(std::move(client), "/v1/settlement/runs/" + date + "/lines?limit=1000");
  if (page.empty()) return {};
  EXPECT_TRUE(page.at("nextCursor").is_null());
  return items(page);
}

std::vector<json::object> SettlementWorld::lines_of(const std::string& payment) {
  return items(get_caught_up("/v1/payments/" + payment + "/settlement-lines"));
}

SettlementWorld::Texts SettlementWorld::brief_lines(const std::string& payment) {
  Texts out;
  for (const auto& line : lines_of(payment)) out.push_back(brief(line));
  return out;
}

std::map<std::string, std::string> SettlementWorld::line_bodies(const std::string& date) {
  std::map<std::string, std::string> out;
  get_caught_up("/v1/trial-balance");
  auto house = server_.house();
  for (const auto& line : lines_of(server_.house(), date)) {
    const auto id = text(line, "lineId");
    const auto reply = house.get("/v1/settlement/lines/" + id);
    EXPECT_TRUE(reply && reply->status == 200) << id;
    if (reply) out[id] = reply->body;
  }
  return out;
}

void SettlementWorld::expect_settled(const std::string& date) {
  Wanted found;
  std::set<std::string> ids;
  for (const auto& line : lines_of(server_.house(), date)) {
    EXPECT_TRUE(ids.insert(text(line, "lineId")).second) << text(line, "lineId") << " stands twice";
    found.lines += 1;
    found.gross += number(line, "gross");
    found.fee += number(line, "fee");
    EXPECT_EQ(number(line, "net"), number(line, "gross") - number(line, "fee"));
  }
  EXPECT_EQ(found, wanted_[date]) << date;
  const auto totals = items(get(server_.house(), "/v1/settlement/runs/" + date), "totals");
  ASSERT_EQ(totals.size(), 1U);
  EXPECT_EQ(number(totals[0], "lines"), wanted_[date].lines);
  EXPECT_EQ(number(totals[0], "gross"), wanted_[date].gross);
  EXPECT_EQ(number(totals[0], "fee"), wanted_[date].fee);
}

// ---- Payouts ----

json::object SettlementWorld::pay_out(const std::string& date) {
  return must_post("/v1/payouts/runs", R"({"date":")" + date + R"("})");
}

std::vector<json::object> SettlementWorld::payouts_on(const std::string& date) {
  return items(get_caught_up("/v1/payouts?from=" + date + "&until=" + days_after(date, 1)));
}

json::object SettlementWorld::payout_of(std::size_t shop, const std::string& date) {
  const auto found = items(get_caught_up("/v1/payouts?from=" + date + "&until=" + days_after(date, 1) +
                                         "&merchant=" + shops_[shop].merchant));
  EXPECT_EQ(found.size(), 1U) << "payouts of shop " << shop << " on " << date;
  return found.empty() ? json::object() : found.front();
}

std::string SettlementWorld::payout_file(const std::string& date) {
  const auto file = post("/v1/payouts/files", R"({"date":")" + date + R"("})");
  EXPECT_EQ(file.status, 200) << file.body;
  return file.body;
}

std::string SettlementWorld::result_row(const json::object& payout, const std::string& state) {
  const auto id = text(payout, "payoutId");
  return id + "," + state + ",trace-" + id + "," + text(payout, "date") + "T09:00:00+09:00," +
         (state == "PAID" ? "" : "no such account") + "\r\n";
}

json::object SettlementWorld::import_results(const std::string& rows) {
  const auto applied = post("/v1/payouts/results?name=bank.csv",
                            "payout_id,state,bank_trace_no,at,failure\r\n" + rows, "text/csv");
  EXPECT_EQ(applied.status, 200) << applied.body;
  return applied.json();
}

void SettlementWorld::bank_pays(const std::string& date) {
  const auto csv = payout_file(date);
  std::string rows;
  for (const auto& payout : payouts_on(date)) {
    if (text(payout, "state") != "SENT") continue;
    EXPECT_NE(csv.find(text(payout, "payoutId")), std::string::npos) << csv;
    rows += result_row(payout, "PAID");
  }
  EXPECT_TRUE(items(import_results(rows), "refused").empty());
}

// ---- The end ----

SettlementWorld::Balances SettlementWorld::balances(const std::string& currency) {
  Balances out;
  for (const auto& of : items(get_caught_up("/v1/trial-balance"), "currencies")) {
    if (text(of, "currency") != currency) continue;
    for (const auto& row : items(of, "accounts")) {
      if (const auto balance = number(row, "balance"); balance != 0) out[text(row, "code")] = balance;
    }
  }
  return out;
}

void SettlementWorld::expect_sound() {
  const auto balance = get_caught_up("/v1/trial-balance");
  EXPECT_TRUE(balance.at("isBalanced").as_bool()) << json::serialize(balance);
  EXPECT_FALSE(items(balance, "currencies").empty());
  for (const auto& currency : items(balance, "currencies"))
    EXPECT_EQ(number(currency, "debit"), number(currency, "credit")) << text(currency, "currency");
  EXPECT_EQ(server_.stop(), 0);
  const auto checked = expect_checked(server_.data_dir());
  EXPECT_NE(checked.find(R"("money":true,"ok":true)"), std::string::npos) << checked;
}

std::string SettlementWorld::everything(std::initializer_list<std::string> dates) {
  auto balance = get_caught_up("/v1/trial-balance");
  std::string out = json::serialize(balance.at("currencies"));
  for (const auto& date : dates) {
    for (const auto& [id, body] : line_bodies(date)) out.append("\n").append(id).append(" ").append(body);
  }
  return out + "\n" + std::to_string(read_feed(server_.house(), "").size()) + " events";
}

}  // namespace wonjang::e2e
