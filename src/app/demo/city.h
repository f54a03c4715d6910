// City: what the customers of the demonstration's merchants pay in 36 months, as request bodies of the public
// API. Payment `n` is a pure function of the options and of n, so that a repeat needs no memory of what was
// sent: the same seed gives the same city.
//
//   City city({.seed = 1, .payments = 200'000, .now = clock.now()}, city_merchants(1, 40), ids);
//   city.append_ingest_create(lines, 7);
//
// Weekends, seasons, hours of the day and growth follow the shape of each merchant.
//
// Threads: any, after construction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/demo/city_merchants.h"
#include "app/demo/people.h"
#include "app/demo/sale_text.h"
#include "app/demo/shop.h"

namespace wonjang {

constexpr std::int32_t kCityDays = 36 * 365 / 12;  // and some

struct CityOptions {
  std::uint64_t seed = 1;
  std::uint64_t payments = 0;  // those of the history: [0, payments)
  Instant now;                 // all of them are older
};

// A movement of money of the history, as an acquirer would list it.
struct CityMovement {
  std::string approve_no;
  std::int64_t amount = 0;  // negative: a cancel
  BusinessDate date;
};

class City {
 public:
  // `ids`: of the merchants, in the same order.
  City(CityOptions options, std::vector<CityMerchant> merchants, std::vector<std::string> ids);

  const CityMerchant& merchant(std::size_t i) const { return merchants_[i]; }
  const std::string& id(std::size_t i) const { return ids_[i]; }
  std::size_t merchant_count() const { return merchants_.size(); }
  BusinessDate today() const { return today_; }
  // Days on which money of the history moved, before today, rising.
  std::vector<BusinessDate> days_before_today() const;
  // Approvals and cancels of a merchant that takes cards alone, on [from, until), by date.
  std::vector<CityMovement> movements(std::size_t merchant, BusinessDate from, BusinessDate until) const;

  std::string order_id(std::uint64_t n) const;  // also its idempotency key
  std::size_t merchant_of(std::uint64_t n) const;
  FollowUp follow_up(std::uint64_t n) const;

  // Lines of POST /v1/ingest, each with its newline. What happened later: nothing for FollowUp::none.
  void append_ingest_create(std::string& out, std::uint64_t n) const;
  void append_ingest_follow_up(std::string& out, std::uint64_t n) const;
  void append_ingest_reversal(std::string& out, std::uint64_t n) const;

  // Of now, to be approved through a provider; `n` is beyond the history. `word` becomes part of the order id
  // (docs/acquirer-protocol.md).
  void append_bare_create(std::string& out, std::uint64_t n, std::string_view word) const;
  void append_provider_approval(std::string& out, std::uint64_t n, std::string_view provider) const;

 private:
  struct Sale;
  Sale sale_of(std::uint64_t n) const;
  FollowUp follow_up_of(const Sale& sale) const;
  Instant later(const Sale& sale) const;
  Instant taken_back(const Sale& sale) const;
  std::int64_t part_canceled(const Sale& sale) const;
  void append_create(std::string& out, const Sale& sale) const;
  void begin_order(std::string& out, const Sale& sale, std::string_view word) const;
  void begin_line(std::string& out, std::string_view op, const Sale& sale) const;

  CityOptions options_;
  BusinessDate today_;
  std::vector<CityMerchant> merchants_;
  std::vector<std::string> ids_;
  People people_;
  std::uint64_t fixed_ = 0;              // payments of merchants with a number of their own; the first ones
  std::vector<std::uint16_t> fixed_of_;  // whose they are
  std::vector<std::uint16_t> busy_;      // merchants, each as often as it is busy
  std::vector<std::vector<std::uint16_t>> days_;  // per merchant: days back, each as often as it is busy
  std::vector<std::vector<std::uint8_t>> hours_;  // per CityHours: hours, each as often as they are busy
};

}  // namespace wonjang
