// What the tests of the money side compute by themselves, as plainly as possible and by no code of the
// product: days, fees; bodies of contracts; and lines and payouts as one line of text, to compare and to
// read.
//
// Most days are in September 2025: it begins on a Monday and has no holidays.
//
// Threads: any.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/e2e/server.h"

namespace wonjang::e2e {

namespace json = boost::json;

// A business date (Seoul), so many days from today.
std::string day(int offset);
std::string days_after(const std::string& date, int days);

// What a merchant agreed to. The fee is rounded half up, then its VAT is (SUPPLY_FIRST, ADDED).
struct Terms {
  std::int64_t rate_ppm;
  std::int64_t fixed = 0;
};
constexpr Terms kTerms[] = {{25'000, 0}, {30'000, 100}, {8'000, 0}};  // of the three shops

std::int64_t half_up(std::int64_t numerator, std::int64_t denominator);
std::int64_t fee_of(const Terms& terms, std::int64_t amount);

// `more`: further members of the contract, ",\"tier\":\"SMALL\"".
std::string contract_body(const std::string& merchant, const std::string& rules,
                          const std::string& more = {});
std::string contract_body(const Shop& shop, const Terms& terms, const std::string& more = {});
std::string rules_of(const Terms& terms);

std::int64_t number(const json::object& object, std::string_view name);
std::string text(const json::object& object, std::string_view name);  // empty: it isn't there
std::vector<json::object> items(const json::object& page, std::string_view list = "items");

// "APPROVAL 2025-09-01 paid 2025-09-03: 100000 - 2750 = 97250"
std::string brief(const json::object& line);
// "PAID 1 lines, 97250 + 0 carried = 97250"
std::string brief_payout(const json::object& payout);

struct Wanted {  // of one date, in won
  std::int64_t lines = 0;
  std::int64_t gross = 0;
  std::int64_t fee = 0;
  friend bool operator==(const Wanted&, const Wanted&) = default;
  friend void PrintTo(const Wanted& w, std::ostream* out) {
    *out << w.lines << " lines, gross " << w.gross << ", fee " << w.fee;
  }
};

}  // namespace wonjang::e2e
