// Contract: what a merchant pays and when it is paid. Bitemporal: `valid_from` .. `valid_until` say for which
// basis dates it holds; when it became known is the time of the event that decided it. A contract is never
// edited; a later decided one for the same days wins.
//
// Fees are composed of small named rules. How they are composed, in this order (fee.h does it):
//   1. rate       the first matching rule of kind preferential_rate, tiered_rate, base_rate, in that order of
//                 kinds (within a kind: list order). preferential_rate matches only a tier other than GENERAL
//                 for which it has an entry: the one of the card's type, else the one for any type.
//   2. + fixed    the first matching fixed_fee
//   3. clamp      the first matching minimum, then the first matching maximum (it wins when they cross); of
//                 rate and fixed together, before VAT and rounding                 -> BASE, always there
//   4. the first matching installment; never of a lump sum (months 0 or 1)         -> INSTALLMENT
//   5. the first matching interest_free, when the merchant bears the interest;
//      never of a lump sum                                                         -> INSTALLMENT_DISCOUNT
//   6. the first matching point, when points were used: its rate of them           -> POINT_SAVING
// An amount that no rate rule matches can't be settled: the item fails with a reason, it isn't free. Who
// charges nothing but a fixed fee says so with a base_rate of 0.
//
// VAT, its order of rounding, the rounding and the cycle are the contract's own, unless other ones are agreed
// for the method of the transaction, or for the issuer behind it (MethodFees, MethodCycle): cards after six
// days, transfers after three. Of the entries that match, the one that names the issuer counts, else the one
// for the method; it counts whole, and no two may be for the same. terms_for.h finds it.
//
// Rates are parts per million: 0.40 % is 4000. reference: korean-payments.md 7, 8, 9.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "domain/method.h"
#include "domain/money.h"
#include "domain/time.h"

namespace wonjang::settlement {

// All numbers of this file are stored.
enum class RuleKind : std::uint8_t {
  unknown = 0,
  base_rate = 1,
  tiered_rate = 2,        // by the amount of the transaction: the step with the largest `from` <= amount
  preferential_rate = 3,  // by the merchant's tier and the card's type
  fixed_fee = 4,
  minimum = 5,
  maximum = 6,
  installment = 7,
  interest_free = 8,
  point = 9
};
enum class FeeType : std::uint8_t {
  unknown = 0,
  base = 1,
  installment = 2,
  installment_discount = 3,
  point_saving = 4,
  etc = 5
};
// By yearly sales (영세, 중소 1-3). The order is that of rates.
enum class MerchantTier : std::uint8_t {
  unknown = 0,
  small = 1,
  mid_1 = 2,
  mid_2 = 3,
  mid_3 = 4,
  general = 5
};
enum class VatTreatment : std::uint8_t {
  unknown = 0,
  added = 1,     // rates and amounts are quoted before VAT
  included = 2,  // rates and amounts contain it
  none = 3       // no VAT on this fee
};
// INCLUSIVE_FIRST: rate with VAT, then round once. SUPPLY_FIRST: round the supply, then add its rounded VAT.
enum class FeeOrder : std::uint8_t { unknown = 0, inclusive_first = 1, supply_first = 2 };
enum class FeeOnCancel : std::uint8_t { unknown = 0, give_back = 1, keep = 2 };
enum class CycleKind : std::uint8_t { unknown = 0, daily = 1, weekly = 2, monthly = 3, manual = 4 };
enum class BasisKind : std::uint8_t { unknown = 0, approval = 1, acquisition = 2 };
enum class BasisRoll : std::uint8_t { unknown = 0, forward = 1, none = 2 };
// What the lag counts, and where a payout that falls on a closed day goes.
enum class DatePolicy : std::uint8_t {
  unknown = 0,
  business_days = 1,   // lag counts business days
  holiday_before = 2,  // lag counts calendar days, then the business day before
  holiday_after = 3,   // ... or after
  calendar_day = 4     // ... or the day as it is
};

std::string_view code_of(RuleKind v);  // "BASE_RATE" ...
std::string_view code_of(FeeType v);
std::string_view code_of(MerchantTier v);
std::string_view code_of(VatTreatment v);
std::string_view code_of(FeeOrder v);
std::string_view code_of(FeeOnCancel v);  // "RETURN", "KEEP"
std::string_view code_of(CycleKind v);
std::string_view code_of(BasisKind v);
std::string_view code_of(BasisRoll v);
std::string_view code_of(DatePolicy v);
// And back: parse_code<RuleKind>("BASE_RATE") of domain/method.h.

// What a rule is for. What is empty or zero matches everything.
struct Selector {
  std::uint8_t method = 0;  // Method, 0: any
  std::string issuer;
  CardType card_type = CardType::unknown;
  std::uint32_t months_min = 0;  // instalments, both ends included
  std::uint32_t months_max = 0;  // 0: no upper end
  friend bool operator==(const Selector&, const Selector&) = default;
};

struct RateStep {
  std::int64_t from = 0;  // amount; the first step's is 0
  std::int64_t rate_ppm = 0;
  friend bool operator==(const RateStep&, const RateStep&) = default;
};
struct TierRate {
  MerchantTier tier = MerchantTier::unknown;
  CardType card_type = CardType::unknown;  // unknown: any
  std::int64_t rate_ppm = 0;
  friend bool operator==(const TierRate&, const TierRate&) = default;
};

struct FeeRule {
  std::string name;  // for people and explanations, unique within the terms, [a-z0-9_.-]{1,64}
  RuleKind kind = RuleKind::unknown;
  Selector applies;
  std::int64_t rate_ppm = 0;      // base_rate, installment, interest_free, point
  std::int64_t amount = 0;        // fixed_fee, minimum, maximum; minor units
  std::vector<RateStep> steps;    // tiered_rate, rising
  std::vector<TierRate> by_tier;  // preferential_rate
  friend bool operator==(const FeeRule&, const FeeRule&) = default;
};

// Of cancels alone: what the bank or a network cancel undid (a reversal) gives its fee back.
struct CancelRule {
  std::uint8_t method = 0;  // 0: any; the first match counts, none: RETURN
  FeeOnCancel fee = FeeOnCancel::give_back;
  friend bool operator==(const CancelRule&, const CancelRule&) = default;
};

// Of the terms what is agreed otherwise for one method; what it doesn't say is the terms' own.
struct MethodFees {
  std::string name;                          // for people and explanations, unique in its list, as a rule's
  std::uint8_t method = 0;                   // Method, never 0
  std::string issuer;                        // empty: whoever it is
  VatTreatment vat = VatTreatment::unknown;  // unknown: not said
  FeeOrder order = FeeOrder::unknown;        // unknown: not said
  std::optional<Rounding> rounding;          // floor or half_up
  friend bool operator==(const MethodFees&, const MethodFees&) = default;
};

// Everything the fee depends on besides the transaction and the tier: what a canary tries out.
struct FeeTerms {
  std::vector<FeeRule> rules;
  VatTreatment vat = VatTreatment::added;
  FeeOrder order = FeeOrder::supply_first;
  Rounding rounding = Rounding::half_up;  // floor or half_up
  std::vector<CancelRule> on_cancel;
  std::vector<MethodFees> by_method;
  friend bool operator==(const FeeTerms&, const FeeTerms&) = default;
};

struct Cycle {
  CycleKind kind = CycleKind::daily;
  BasisKind basis = BasisKind::approval;
  BasisRoll roll = BasisRoll::forward;
  std::uint32_t lag_days = 2;  // 0..60
  DatePolicy policy = DatePolicy::business_days;
  std::uint32_t week_end = 7;  // weekly: the last day of a week, Monday 1 .. Sunday 7
  friend bool operator==(const Cycle&, const Cycle&) = default;
};

// The cycle of one method, whole.
struct MethodCycle {
  std::string name;         // as MethodFees
  std::uint8_t method = 0;  // Method, never 0
  std::string issuer;       // empty: whoever it is
  Cycle cycle;
  friend bool operator==(const MethodCycle&, const MethodCycle&) = default;
};

struct Contract {
  MerchantId merchant;
  std::string sub_mall;       // empty: all that have no contract of their own
  Currency currency;          // amounts of the rules are in its minor units
  std::uint32_t version = 0;  // 1, 2 ... of (merchant, sub_mall, currency)
  BusinessDate valid_from;
  BusinessDate valid_until;  // zero: open; else not included
  MerchantTier tier = MerchantTier::general;
  std::string business_number;  // of the merchant's registration, digits; may be empty
  FeeTerms fees;
  Cycle cycle;
  std::string calendar;  // code
  // Of a merchant's own contract; a sub-mall's says neither, as payouts go to one account per merchant.
  std::int64_t keep_back = 0;  // hold rule: so much of what is owed stays here
  std::string payout_account;  // token
  std::vector<MethodCycle> cycle_by_method;
  friend bool operator==(const Contract&, const Contract&) = default;
};

// Bounds of what can be used. The calculator's arithmetic can't leave int128 within them.
constexpr std::size_t kRulesMax = 100;
constexpr std::size_t kStepsMax = 100;
constexpr std::size_t kByMethodMax = 40;  // of either list
constexpr std::int64_t kRateMaxPpm = 1'000'000;
// Of fixed_fee, minimum, maximum and RateStep::from.
constexpr std::int64_t kRuleAmountMax = 1'000'000'000'000'000;
constexpr std::uint32_t kMonthsMax = 60;
constexpr std::uint32_t kLagDaysMax = 60;

// What is wrong with it, as a sentence that begins with the field's name in JSON ("rules[2].ratePpm ...", of
// a contract "fees.rules[2].ratePpm ..."); nothing when it can be used. A field that the rule's kind doesn't
// use must be empty, and there must be a rate rule. `version` isn't judged: who decides the contract gives
// it.
std::optional<std::string> fault_of(const FeeTerms& terms);
std::optional<std::string> fault_of(const Contract& contract);

// Day on which what has this basis date is paid. Nothing: a manual cycle, or the calendar doesn't reach so
// far
// (`known` says which). It counts from the last day of the range:
//   1. roll FORWARD: from the business day on or after it; NONE: from the day itself
//   2. BUSINESS_DAYS: lag business days later; with lag 0 the business day on or after.
//      Else lag calendar days later, and from a closed day HOLIDAY_BEFORE goes back to the business day
//      before, HOLIDAY_AFTER on to the one after, CALENDAR_DAY nowhere. Never back to before the range has
//      ended: then after.
// So it is never before `basis`, and a later basis is never paid earlier.
// reference: korean-payments.md 8. REQUIRES: fault_of(contract of this cycle) is nothing
class BusinessDays;
struct PayoutDay {
  std::optional<BusinessDate> date;
  bool known = true;
};
PayoutDay payout_date_of(const Cycle& cycle, BusinessDate basis, const BusinessDays& days);
// The last day of the cycle's range that `basis` falls into; of a daily or manual cycle the day itself.
BusinessDate range_end_of(const Cycle& cycle, BusinessDate basis);

}  // namespace wonjang::settlement
