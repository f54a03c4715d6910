// Generated cases: contract x rules x VAT x order x rounding x tier x method x terms of single methods x
// instalments x amount x returns x terms that change backwards x calendar x cycle. A case is made of (seed,
// number) alone; consecutive numbers walk over the product of all dimensions without meeting a combination
// twice, so any range of them is spread over all.
//
// One case alone:  WJ_CASES_SEED=1 WJ_CASE=4711 settlement_cases     (prints it, step by step)
// More of them:    WJ_CASES_SEED=2 WJ_CASES=1000000 settlement_cases
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/settlement/calendar.h"
#include "domain/settlement/fee.h"

namespace wonjang::settlement {

// Where a case stands in each dimension.
struct Place {
  std::uint32_t rules = 0;  // which kinds the contract is made of
  std::uint32_t vat = 0;
  std::uint32_t order = 0;
  std::uint32_t rounding = 0;
  std::uint32_t tier = 0;
  std::uint32_t method = 0;  // with its card type
  std::uint32_t months = 0;
  std::uint32_t payer = 0;
  std::uint32_t amount = 0;
  std::uint32_t returns = 0;  // pattern
  std::uint32_t on_cancel = 0;
  std::uint32_t change = 0;     // when terms change backwards
  std::uint32_t calendar = 0;   // of calendars_of_cases()
  std::uint32_t by_method = 0;  // whose terms differ from the contract's
};
constexpr Place kSizes = {14, 3, 2, 2, 5, 12, 5, 4, 32, 9, 3, 6, 3, 5};

// What befalls the approval, in order.
struct Step {
  std::int64_t give_back = 0;        // > 0: a return of so much
  LineKind kind = LineKind::cancel;  // of it
  std::optional<Contract> change;    // else: these terms hold from the start
};

struct Case {
  std::uint64_t seed = 0;
  std::uint64_t number = 0;
  Place place;
  Contract contract;
  Item approval;
  std::vector<Step> steps;
  BusinessDate run;  // date of the run, at or after the basis
};
Case case_of(std::uint64_t seed, std::uint64_t number);

// Korea's days as shipped; a country without a single holiday; and one that closes twice a year for a month
// and over its end. They reach as far as any case does.
const std::vector<Calendar>& calendars_of_cases();

// For people: everything that went in.
std::string text_of(const Case& c);

}  // namespace wonjang::settlement
