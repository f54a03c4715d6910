// What looking at every payment needs (view_check.h): a payment as the questions see it, the first of many in
// an order, sums; and the questions that need more than the payment as it is at the end.
//
// Threads: one owner.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "domain/method.h"
#include "testing/serving/city.h"
#include "view_queries.h"

namespace wonjang::bench {

struct Seen {
  std::uint32_t merchant = 0;
  Instant at;
  PaymentId id;
  std::int64_t amount = 0;
  std::string currency;
  PaymentStatus status = PaymentStatus::none;
  Method method{};  // of the leading approval; zero: none
  bool is_canceled_card = false;
  std::int64_t gross = 0;
  std::int64_t canceled = 0;
};
Seen look_at(const testing::Life& life);
// As it was before its end.
Seen look_at(const testing::Life& life, const Payment& payment);

struct Sum {
  std::int64_t count = 0;
  std::int64_t gross = 0;
  std::int64_t canceled = 0;
  void add(const Sum& more) {
    count += more.count;
    gross += more.gross;
    canceled += more.canceled;
  }
  void add(const Seen& seen) { add(Sum{1, seen.gross, seen.canceled}); }
  void remove(const Seen& seen) { add(Sum{-1, -seen.gross, -seen.canceled}); }
  bool is_zero() const { return count == 0 && gross == 0 && canceled == 0; }
  std::string text() const {
    return std::to_string(count) + " " + std::to_string(gross) + " " + std::to_string(canceled);
  }
};

// The first 50 of many in an order: by amount, then the newest, then by id and version.
class First {
 public:
  explicit First(bool by_amount) : by_amount_(by_amount) {}
  void offer(const Seen& seen, bool counts = true) {
    keep({by_amount_ ? seen.amount : 0, seen.at, seen.id, 0, seen.id.text(), counts});
  }
  void offer(Instant at, PaymentId id, std::uint32_t version) {
    keep({0, at, id, version, id.text() + ":" + std::to_string(version), true});
  }
  // "how many ids": those of the first 50 that count.
  std::string text();

 private:
  static constexpr std::size_t kPage = 50;
  static constexpr std::size_t kKept = 4'096;
  struct Kept {
    std::int64_t amount;
    Instant at;
    PaymentId id;
    std::uint32_t version;
    std::string name;
    bool counts;
  };
  void keep(Kept one);
  void trim();
  const bool by_amount_;
  std::vector<Kept> kept_;
};

// A2, A3, and of the asked merchants M1, M2, M6 and A4.
class TotalsByLooking {
 public:
  explicit TotalsByLooking(const testing::City& city);
  void add(const testing::Life& life, const Seen& seen);
  void tell(std::vector<std::string>& out);

 private:
  using Day = std::pair<std::int32_t, std::string>;  // and currency
  struct OfMerchant {
    First movements{false};
    First cancels{false};
    std::map<std::string, Sum> moved;  // by currency
    std::map<Day, Sum> then;
    std::map<Day, Sum> since;
  };
  bool is_within(Instant at) const { return at >= city_.begin() && at < city_.end(); }
  void add_movements(const testing::Life& life, OfMerchant& of) const;
  void add_close(const testing::Life& life, const Seen& now, OfMerchant& of) const;

  const testing::City& city_;
  const BusinessDate close_;
  std::array<OfMerchant, kAskedMerchants.size()> merchants_;
  std::map<std::uint32_t, std::int64_t> nets_;  // in won
  std::map<std::tuple<std::string, std::int32_t, Method, PaymentStatus, std::string>, Sum> months_;
};

// L1.
class LivesByLooking {
 public:
  explicit LivesByLooking(const testing::City& city) : payments_(city.lives()) {}
  void add(const testing::Life& life);
  void tell(std::vector<std::string>& out);

 private:
  const std::uint64_t payments_;
  std::vector<std::string> steps_;
};

}  // namespace wonjang::bench
