// The texts of sales that every seeded shop and city writes: approvals of all methods with their detail
// blocks, as members of a JSON body. Whatever chance decides is drawn from the `Rng` that is handed in.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/rng.h"
#include "domain/time.h"

namespace wonjang {

enum class SaleKind : std::uint8_t {
  card,
  easy_pay,
  transfer,
  account,
  phone,
  gift,
  card_and_points,
  coupon,
  cup
};

struct Sold {
  SaleKind kind = SaleKind::card;
  std::int64_t amount = 0;
  std::int64_t cup_deposit = 0;  // of the kind `cup`: a part of the amount
  Instant at;
  Instant due;                         // of a virtual account
  std::string_view card_company = {};  // whose card it is; empty: drawn
};
// Appends the elements of `approvals`, which are worth `sold.amount` together.
void append_approvals(std::string& out, Rng& rng, const Sold& sold);

void put(std::string& out, std::int64_t value);  // in decimal

// Pieces: `,"name":...`.
void put_text(std::string& out, std::string_view name, std::string_view value);
void put_number(std::string& out, std::string_view name, std::int64_t value);
void put_time(std::string& out, std::string_view name, Instant at);
void put_padded(std::string& out, std::uint64_t value, int width);
// `company` empty: one of the card companies.
void put_card_block(std::string& out, Rng& rng, std::int64_t amount, std::string_view company = {});
// Begins an approval, which the caller ends with "}".
void begin_approval(std::string& out, std::string_view method, std::int64_t amount);

}  // namespace wonjang
