// Payment methods and their detail blocks (reference: korean-payments.md 3.3). Codes are ASCII
// SCREAMING_SNAKE outside; numbers are stored and never change meaning. Enums are open sets: a reader keeps a
// number it doesn't know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "domain/time.h"

namespace wonjang {

// Numbers are the protobuf's and the variant's order.
enum class Method : std::uint8_t {
  card = 1,
  virtual_account = 2,
  transfer = 3,
  mobile_phone = 4,
  gift_certificate = 5,
  easy_pay = 6,
  point = 7,
  coupon = 8,
  deposit_cup = 9,
};
constexpr Method kMethods[] = {Method::card,         Method::virtual_account,  Method::transfer,
                               Method::mobile_phone, Method::gift_certificate, Method::easy_pay,
                               Method::point,        Method::coupon,           Method::deposit_cup};

enum class CardType : std::uint8_t { unknown = 0, credit = 1, check = 2, gift = 3 };
enum class OwnerType : std::uint8_t { unknown = 0, personal = 1, corporate = 2 };
enum class InterestPayer : std::uint8_t { none = 0, buyer = 1, card_company = 2, merchant = 3 };
enum class AccountType : std::uint8_t { unknown = 0, normal = 1, fixed = 2 };
enum class GiftKind : std::uint8_t { unknown = 0, culture = 1, book = 2, game = 3 };
enum class FundedBy : std::uint8_t { unknown = 0, card = 1, account = 2, money = 3, points = 4 };

struct CardDetail {
  std::string issuer_code;
  std::string acquirer_code;
  std::string bin;    // 6 or 8 digits
  std::string last4;  // 4 digits
  CardType card_type = CardType::unknown;
  OwnerType owner_type = OwnerType::unknown;
  std::uint32_t installment_months = 0;  // 0 = lump sum
  bool is_interest_free = false;
  InterestPayer interest_payer = InterestPayer::none;
  std::int64_t used_point = 0;
  std::int64_t instant_discount = 0;
  std::string card_token;
  std::string three_ds;
  friend bool operator==(const CardDetail&, const CardDetail&) = default;
};

struct VirtualAccountDetail {
  std::string bank_code;
  std::string account_no_token;
  AccountType account_type = AccountType::unknown;
  std::string holder;
  std::string depositor;
  Instant due_at;  // zero = no limit
  std::string refund_account_token;
  friend bool operator==(const VirtualAccountDetail&, const VirtualAccountDetail&) = default;
};

struct TransferDetail {
  std::string bank_code;
  std::string account_token;
  std::string transfer_type;
  friend bool operator==(const TransferDetail&, const TransferDetail&) = default;
};

struct MobilePhoneDetail {
  std::string carrier;
  std::string phone_token;
  std::string billing_month;  // 2026-11
  bool collected = false;
  friend bool operator==(const MobilePhoneDetail&, const MobilePhoneDetail&) = default;
};

struct GiftCertificateDetail {
  GiftKind kind = GiftKind::unknown;
  friend bool operator==(const GiftCertificateDetail&, const GiftCertificateDetail&) = default;
};

struct EasyPayDetail {
  std::string provider;
  FundedBy funded_by = FundedBy::unknown;
  std::int64_t amount = 0;           // charged account or cash-like money
  std::int64_t discount_amount = 0;  // reward points, coupons
  std::optional<CardDetail> card;    // the underlying card
  friend bool operator==(const EasyPayDetail&, const EasyPayDetail&) = default;
};

struct PointDetail {
  std::string issuer;
  friend bool operator==(const PointDetail&, const PointDetail&) = default;
};
struct CouponDetail {
  std::string issuer;
  friend bool operator==(const CouponDetail&, const CouponDetail&) = default;
};
struct DepositCupDetail {
  std::string issuer;
  friend bool operator==(const DepositCupDetail&, const DepositCupDetail&) = default;
};

// The alternative at index i belongs to Method(i + 1).
using MethodDetail =
    std::variant<CardDetail, VirtualAccountDetail, TransferDetail, MobilePhoneDetail, GiftCertificateDetail,
                 EasyPayDetail, PointDetail, CouponDetail, DepositCupDetail>;
inline Method method_of(const MethodDetail& detail) { return static_cast<Method>(detail.index() + 1); }

// "CARD" and back; a number outside the table gives "UNKNOWN".
std::string_view code_of(Method v);
std::string_view code_of(CardType v);
std::string_view code_of(OwnerType v);
std::string_view code_of(InterestPayer v);
std::string_view code_of(AccountType v);
std::string_view code_of(GiftKind v);
std::string_view code_of(FundedBy v);
// For every enum above: parse_code<CardType>("CREDIT").
template <typename E>
std::optional<E> parse_code(std::string_view code);

}  // namespace wonjang
