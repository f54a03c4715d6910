// Sanity: the agreed cases against a running server, one after the other, and a checklist of what came out.
//
//   const auto report = run(door, {.operator_key = key, .run = "k3x9"});
//   std::fputs(checklist(report, Language::en).c_str(), stdout);
//
// What is left behind: six closed merchants with revoked keys; their payments given back and settled, those
// of one of them paid out. Threads: one owner; blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/sanity/cases.h"

namespace wonjang::sanity {

struct CaseResult {
  const Case* of = nullptr;
  Check check;
  std::int64_t ms = 0;
};

struct Report {
  std::vector<CaseResult> results;
  std::int64_t ms = 0;
  std::string left_behind;  // what couldn't be tidied up; empty: nothing

  std::size_t count(Check::Outcome outcome) const;
  bool ok() const { return count(Check::Outcome::not_ok) == 0; }
};

enum class Language : std::uint8_t { en, ko };

// `done` hears of each case as it ends (may be empty).
Report run(Door& door, const Options& options, const std::function<void(const CaseResult&)>& done = {});

std::string line_of(const CaseResult& result,
                    Language language);  // one line, with more below it if it isn't OK
std::string summary_of(const Report& report, Language language);  // the last line
std::string json_of(const Report& report);

}  // namespace wonjang::sanity
