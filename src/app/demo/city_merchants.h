// The merchants of the demonstration's city: each has a shape of its own, so that every screen and every rule
// has somebody to show. The first ones are fixed (kShapes), the rest are small shops of the seed.
//
//   marketplace  a third of everything, with sellers (sub-malls)        coffee      a chain, 40 stores
//   cafe         tiny: some cups a day                                  ski         sells from November to
//   March curio        10 payments in 5 years                                 abroad      paid in US dollars
//   academy      virtual accounts, deposits taken back                  hotel       dear, a fifth is
//   cancelled books        free of VAT                                            game        phone bills and
//   gift cards chicken      late in the evening, across midnight                   streaming   the same small
//   sum each month grocer       on hold: payouts wait                                  travel      an
//   acquirer of its own trial        new fee terms are tried on it (a canary)               newcomer    since
//   three days; its contract
//                                                                                   waits for a second person
//
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.h"

namespace wonjang {

enum class CitySeason : std::uint8_t { all_year, winter };
enum class CityHours : std::uint8_t { day, morning, evening, night };
enum class CityMix : std::uint8_t { everything, cards, accounts, online, teens };

struct CityMerchant {
  std::string code = {};
  std::string name = {};
  std::string organisation = {};  // empty: on its own
  std::string currency = "KRW";   // of its contract and all its payments
  std::uint32_t permille = 0;     // of all payments; 0: `payments`
  std::uint32_t payments = 0;     // a number of its own
  std::int32_t days_back = 0;     // first day; 0: as far back as the city
  std::int64_t amount_min = 1'500;
  std::int64_t amount_spread = 20'000;  // the usual one above the least
  bool one_price = false;
  bool tax_free = false;
  CitySeason season = CitySeason::all_year;
  CityHours hours = CityHours::day;
  CityMix mix = CityMix::everything;
  std::uint32_t cancel_permille = 35;
  std::uint32_t partial_permille = 10;
  std::vector<std::string> sub_malls = {};
  std::string acquirer = {};  // whose cards alone it takes; empty: all
  std::int64_t card_ppm = 0;  // what it pays for cards
  std::string tier = "GENERAL";
  std::uint32_t lag_days = 2;
  bool has_contract = true;
};

// `count` of them, at least kCityMerchantsMin. Their permilles sum up to 1,000.
constexpr std::uint32_t kCityMerchantsMin = 20;
std::vector<CityMerchant> city_merchants(std::uint64_t seed, std::uint32_t count);

// Places in that list.
struct CityRoles {
  static constexpr std::size_t kMarketplace = 0;
  static constexpr std::size_t kCoffee = 1;
  static constexpr std::size_t kCurio = 4;
  static constexpr std::size_t kAbroad = 5;
  static constexpr std::size_t kGrocer = 12;
  static constexpr std::size_t kTravel = 13;
  static constexpr std::size_t kTrial = 14;
  static constexpr std::size_t kNewcomer = 15;
};

// The body of a proposal (POST /v1/changes) of its contract, valid from `from` on. `ppm_less`: so much below
// its rate for cards, for a later version.
std::string city_contract(const CityMerchant& merchant, const std::string& merchant_id, BusinessDate from,
                          std::int64_t ppm_less = 0);
// The same contract for one of its sub-malls.
std::string city_sub_mall_contract(const CityMerchant& merchant, const std::string& merchant_id,
                                   const std::string& sub_mall, BusinessDate from);
// A canary of terms that round down where the contract rounds half up.
std::string city_canary(const CityMerchant& merchant, const std::string& merchant_id);

}  // namespace wonjang
