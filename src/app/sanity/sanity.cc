#include "app/sanity/sanity.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

namespace wonjang::sanity {

namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;

std::int64_t ms_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

// Gives back what was paid on the run's own day; the settled merchant's money was paid out.
void give_back(World& world, const Store& store, std::string& left_behind) {
  if (store.id.empty()) return;
  const auto listed = world.get_fresh(store, "/v1/payments?limit=1000&totals=false&" + store.period());
  for (std::size_t i = 0; i < count_of(listed, "payments"); ++i) {
    const auto one = "payments." + std::to_string(i);
    const auto balance = member(listed, one + ".balanceAmount");
    const auto status = member(listed, one + ".status");
    if (balance == "0" || (status != "DONE" && status != "PARTIAL_CANCELED")) continue;
    const bool is_account = member(listed, one + ".method") == "VIRTUAL_ACCOUNT";
    const auto body = std::string(R"({"reason":"sanity is over")") +
                      (is_account ? R"(,"refundAccountToken":"tok_sanity"})" : "}");
    const auto back = world.post(store, "/v1/payments/" + member(listed, one + ".id") + "/cancels", body);
    if (back.status >= 300) left_behind += member(listed, one + ".id") + " keeps " + balance + "; ";
  }
}

std::string tidy_up(World& world) {
  std::string left_behind;
  give_back(world, world.store, left_behind);
  give_back(world, world.stranger, left_behind);
  std::vector<const Store*> stores = {&world.store, &world.counted, &world.stranger};
  for (const auto& store : world.cycles) stores.push_back(&store);
  for (const auto* store : stores) {
    if (store->id.empty()) continue;
    const auto closed = world.house_post("/v1/merchants/" + store->id + "/close", "");
    if (closed.status >= 300) left_behind += "the merchant " + store->code + " is open; ";
    const auto revoked = world.house_post("/v1/api-keys/" + store->key_id + "/revoke", "");
    if (revoked.status >= 300) left_behind += "the key " + store->key_id + " works; ";
  }
  for (const auto& id : {world.first_key_id, world.second_key_id}) {
    if (id.empty()) continue;
    const auto revoked = world.house_post("/v1/api-keys/" + id + "/revoke", "");
    if (revoked.status >= 300) left_behind += "the operator's key " + id + " works; ";
  }
  return left_behind;
}

const char* word_of(Check::Outcome outcome, Language language) {
  const bool ko = language == Language::ko;
  switch (outcome) {
    case Check::Outcome::ok:
      return ko ? "정상    " : "OK      ";
    case Check::Outcome::not_ok:
      return ko ? "이상    " : "NOT OK  ";
    case Check::Outcome::skipped:
      return ko ? "건너뜀  " : "SKIPPED ";
  }
  return "";
}

const char* name_of(Check::Outcome outcome) {
  switch (outcome) {
    case Check::Outcome::ok:
      return "OK";
    case Check::Outcome::not_ok:
      return "NOT_OK";
    case Check::Outcome::skipped:
      return "SKIPPED";
  }
  return "";
}

std::string time_text(std::int64_t ms) {
  if (ms < 1'000) return std::to_string(ms) + " ms";
  return std::to_string(ms / 1'000) + "." + std::to_string(ms % 1'000 / 100) + " s";
}

}  // namespace

std::size_t Report::count(Check::Outcome outcome) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [&](const CaseResult& one) { return one.check.outcome() == outcome; }));
}

Report run(Door& door, const Options& options, const std::function<void(const CaseResult&)>& done) {
  const auto start = Clock::now();
  World world(door, options);
  Report out;
  for (const auto* of : all_cases()) {
    const auto began = Clock::now();
    CaseResult result{of, {}, 0};
    of->run(world, result.check);
    result.ms = ms_since(began);
    if (done) done(result);
    out.results.push_back(std::move(result));
  }
  out.left_behind = tidy_up(world);
  out.ms = ms_since(start);
  return out;
}

std::string line_of(const CaseResult& result, Language language) {
  const bool ko = language == Language::ko;
  const auto& check = result.check;
  auto out = std::string(word_of(check.outcome(), language)) + (ko ? result.of->ko : result.of->en) + "  [" +
             result.of->name + "]\n";
  if (check.outcome() == Check::Outcome::skipped) out += "            " + check.what() + "\n";
  if (check.outcome() != Check::Outcome::not_ok) return out;
  out += "            " + check.what() + ": " + (ko ? "기대한 값 " : "expected ") + check.expected() +
         (ko ? ", 실제 값 " : ", seen ") + check.seen() + "\n";
  return out;
}

std::string summary_of(const Report& report, Language language) {
  const auto ok = std::to_string(report.count(Check::Outcome::ok));
  const auto wrong = std::to_string(report.count(Check::Outcome::not_ok));
  const auto skipped = std::to_string(report.count(Check::Outcome::skipped));
  std::string out;
  if (language == Language::ko) {
    out = "\n" + std::to_string(report.results.size()) + "건 중 정상 " + ok + ", 이상 " + wrong +
          ", 건너뜀 " + skipped + ", " + time_text(report.ms) + "\n";
  } else {
    out = "\n" + std::to_string(report.results.size()) + " cases: " + ok + " OK, " + wrong + " NOT OK, " +
          skipped + " skipped, in " + time_text(report.ms) + "\n";
  }
  if (!report.left_behind.empty()) out += "left behind: " + report.left_behind + "\n";
  return out;
}

std::string json_of(const Report& report) {
  json::array cases;
  for (const auto& one : report.results) {
    json::object object{{"name", one.of->name},
                        {"title", one.of->en},
                        {"outcome", name_of(one.check.outcome())},
                        {"ms", one.ms}};
    if (one.check.outcome() == Check::Outcome::skipped) object["why"] = one.check.what();
    if (one.check.outcome() == Check::Outcome::not_ok) {
      object["what"] = one.check.what();
      object["expected"] = one.check.expected();
      object["seen"] = one.check.seen();
    }
    cases.push_back(std::move(object));
  }
  json::object out{{"ok", report.ok()},
                   {"total", report.results.size()},
                   {"passed", report.count(Check::Outcome::ok)},
                   {"failed", report.count(Check::Outcome::not_ok)},
                   {"skipped", report.count(Check::Outcome::skipped)},
                   {"ms", report.ms},
                   {"leftBehind", report.left_behind},
                   {"cases", std::move(cases)}};
  return json::serialize(out);
}

}  // namespace wonjang::sanity
