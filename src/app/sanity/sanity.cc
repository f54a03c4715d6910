#include "app/sanity/sanity.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "app/sanity/tidy_up.h"

namespace wonjang::sanity {

namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;

std::int64_t ms_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
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
