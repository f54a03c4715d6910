// Shop: a seeded town of Korean merchants and what their customers pay, as request bodies of the public API.
// Payment `n` is a pure function of the options and of n: the same n gives the same bytes on any thread, at
// any time, so that a repeat needs no memory of what was sent.
//
//   Shop shop({.seed = 42, .run = "demo1", .now = clock.now()}, merchant_ids);
//   shop.append_create(body, 7);           // POST /v1/payments
//   shop.append_ingest_create(lines, 7);   // a line of POST /v1/ingest
//
// Shares, roughly: 62 % cards, 21 % easy pay, 7 % transfers, 4 % virtual accounts, 2 % phone bills, 1 % gift
// certificates, the rest card with points, coupons or a cup deposit. Merchants and amounts follow a power
// law.
//
// Threads: any, after construction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/demo/people.h"
#include "base/rng.h"
#include "domain/time.h"

namespace wonjang {

struct ShopMerchant {
  std::string code;
  std::string name;
  std::string organisation;  // code; empty for those on their own
};
// The i-th merchant of a seed. `prefix` begins its code.
ShopMerchant shop_merchant(std::uint64_t seed, std::uint64_t i, std::string_view prefix);

struct ShopOptions {
  std::uint64_t seed = 1;
  std::string run = "r1";            // in every order id and key: another run, other payments. [A-Za-z0-9]
  Instant now;                       // the newest payment; all others are older
  std::int64_t days_back = 30;       // how far they reach back
  bool only_cards = false;           // one payment with one card approval each, for load
  std::uint64_t people = 1'000'000;  // who may come and buy
};

// What happens to a payment later.
enum class FollowUp : std::uint8_t { none, cancel_full, cancel_partial, deposit, deposit_reversed };

class Shop {
 public:
  // `merchants`: ids ("mch_..."), the first are the busiest.
  Shop(ShopOptions options, std::vector<std::string> merchants);

  const std::string& merchant_of(std::uint64_t n) const;
  void append_order_id(std::string& out, std::uint64_t n) const;  // also its idempotency key
  std::string order_id(std::uint64_t n) const;

  void append_create(std::string& out, std::uint64_t n) const;
  // The same order with another amount: what must not pass under the same key.
  void append_other(std::string& out, std::uint64_t n) const;
  // Create without approvals, to be approved through a provider by provider_approval(). `word` becomes part
  // of the order id (docs/acquirer-protocol.md says which words the simulated provider obeys).
  void append_bare_create(std::string& out, std::uint64_t n, std::string_view word) const;
  void append_provider_approval(std::string& out, std::uint64_t n, std::string_view provider) const;

  FollowUp follow_up(std::uint64_t n) const;
  // Whether the slip of this card payment was sent for collection (매입).
  bool is_acquired(std::uint64_t n) const;
  void append_acquisition(std::string& out, std::uint64_t n, std::string_view approval_id) const;

  // Lines of POST /v1/ingest, each with its newline.
  void append_ingest_create(std::string& out, std::uint64_t n) const;
  void append_ingest_follow_up(std::string& out, std::uint64_t n) const;  // nothing for FollowUp::none
  // A deposit that the bank takes back needs a second line, after the first.
  void append_ingest_reversal(std::string& out, std::uint64_t n) const;

 private:
  struct Sale;
  Sale sale_of(std::uint64_t n) const;
  void append_body(std::string& out, const Sale& sale) const;

  ShopOptions options_;
  People people_;
  std::vector<std::string> merchants_;
  std::vector<std::uint32_t> busy_;  // merchant numbers, each as often as it is busy
};

}  // namespace wonjang
