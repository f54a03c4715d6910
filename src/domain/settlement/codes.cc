#include "domain/code_table.h"
#include "domain/settlement/events.h"

namespace wonjang::settlement {

// "UNKNOWN" is what a number of a later program is shown as; nobody may ask for it.
template <typename E>
std::optional<E> parse_code(std::string_view code) {
  const auto value = wonjang::parse_code<E>(code);
  return value && *value != E::unknown ? value : std::nullopt;
}

namespace {

constexpr CodeRow<DayKind> kDayKinds[] = {
    {DayKind::unknown, "UNKNOWN"},     {DayKind::holiday, "HOLIDAY"},   {DayKind::substitute, "SUBSTITUTE"},
    {DayKind::temporary, "TEMPORARY"}, {DayKind::election, "ELECTION"}, {DayKind::labour_day, "LABOUR_DAY"},
};
constexpr CodeRow<RuleKind> kRuleKinds[] = {
    {RuleKind::unknown, "UNKNOWN"},
    {RuleKind::base_rate, "BASE_RATE"},
    {RuleKind::tiered_rate, "TIERED_RATE"},
    {RuleKind::preferential_rate, "PREFERENTIAL_RATE"},
    {RuleKind::fixed_fee, "FIXED_FEE"},
    {RuleKind::minimum, "MINIMUM"},
    {RuleKind::maximum, "MAXIMUM"},
    {RuleKind::installment, "INSTALLMENT"},
    {RuleKind::interest_free, "INTEREST_FREE"},
    {RuleKind::point, "POINT"},
};
constexpr CodeRow<FeeType> kFeeTypes[] = {
    {FeeType::unknown, "UNKNOWN"},           {FeeType::base, "BASE"},
    {FeeType::installment, "INSTALLMENT"},   {FeeType::installment_discount, "INSTALLMENT_DISCOUNT"},
    {FeeType::point_saving, "POINT_SAVING"}, {FeeType::etc, "ETC"},
};
constexpr CodeRow<MerchantTier> kMerchantTiers[] = {
    {MerchantTier::unknown, "UNKNOWN"}, {MerchantTier::small, "SMALL"}, {MerchantTier::mid_1, "MID_1"},
    {MerchantTier::mid_2, "MID_2"},     {MerchantTier::mid_3, "MID_3"}, {MerchantTier::general, "GENERAL"},
};
constexpr CodeRow<VatTreatment> kVatTreatments[] = {
    {VatTreatment::unknown, "UNKNOWN"},
    {VatTreatment::added, "ADDED"},
    {VatTreatment::included, "INCLUDED"},
    {VatTreatment::none, "NONE"},
};
constexpr CodeRow<FeeOrder> kFeeOrders[] = {
    {FeeOrder::unknown, "UNKNOWN"},
    {FeeOrder::inclusive_first, "INCLUSIVE_FIRST"},
    {FeeOrder::supply_first, "SUPPLY_FIRST"},
};
constexpr CodeRow<FeeOnCancel> kFeesOnCancel[] = {
    {FeeOnCancel::unknown, "UNKNOWN"},
    {FeeOnCancel::give_back, "RETURN"},
    {FeeOnCancel::keep, "KEEP"},
};
constexpr CodeRow<CycleKind> kCycleKinds[] = {
    {CycleKind::unknown, "UNKNOWN"}, {CycleKind::daily, "DAILY"},   {CycleKind::weekly, "WEEKLY"},
    {CycleKind::monthly, "MONTHLY"}, {CycleKind::manual, "MANUAL"},
};
constexpr CodeRow<BasisKind> kBasisKinds[] = {
    {BasisKind::unknown, "UNKNOWN"},
    {BasisKind::approval, "APPROVAL"},
    {BasisKind::acquisition, "ACQUISITION"},
};
constexpr CodeRow<BasisRoll> kBasisRolls[] = {
    {BasisRoll::unknown, "UNKNOWN"},
    {BasisRoll::forward, "FORWARD"},
    {BasisRoll::none, "NONE"},
};
constexpr CodeRow<DatePolicy> kDatePolicies[] = {
    {DatePolicy::unknown, "UNKNOWN"},
    {DatePolicy::business_days, "BUSINESS_DAYS"},
    {DatePolicy::holiday_before, "HOLIDAY_BEFORE"},
    {DatePolicy::holiday_after, "HOLIDAY_AFTER"},
    {DatePolicy::calendar_day, "CALENDAR_DAY"},
};
constexpr CodeRow<LineKind> kLineKinds[] = {
    {LineKind::unknown, "UNKNOWN"},   {LineKind::approval, "APPROVAL"},     {LineKind::cancel, "CANCEL"},
    {LineKind::reversal, "REVERSAL"}, {LineKind::adjustment, "ADJUSTMENT"},
};
constexpr CodeRow<PayoutState> kPayoutStates[] = {
    {PayoutState::unknown, "UNKNOWN"}, {PayoutState::requested, "REQUESTED"},
    {PayoutState::sent, "SENT"},       {PayoutState::paid, "PAID"},
    {PayoutState::failed, "FAILED"},   {PayoutState::returned, "RETURNED"},
    {PayoutState::carried, "CARRIED"},
};
constexpr CodeRow<FileKind> kFileKinds[] = {
    {FileKind::unknown, "UNKNOWN"},
    {FileKind::acquisition, "ACQUISITION"},
    {FileKind::deposit, "DEPOSIT"},
};
constexpr CodeRow<MatchState> kMatchStates[] = {
    {MatchState::unknown, "UNKNOWN"},         {MatchState::matched, "MATCHED"},
    {MatchState::not_matched, "NOT_MATCHED"}, {MatchState::incomparable, "INCOMPARABLE"},
    {MatchState::resolved, "RESOLVED"},
};

struct KindOf {
  std::string_view operator()(const Contract&) const { return "CONTRACT"; }
  std::string_view operator()(const Calendar&) const { return "CALENDAR"; }
  std::string_view operator()(const Hold&) const { return "HOLD"; }
  std::string_view operator()(const FundsRatio&) const { return "FUNDS_RATIO"; }
  std::string_view operator()(const FundsHeld&) const { return "FUNDS_HELD"; }
  std::string_view operator()(const Canary&) const { return "CANARY"; }
};

}  // namespace

WJ_CODES(DayKind, kDayKinds);
WJ_CODES(RuleKind, kRuleKinds);
WJ_CODES(FeeType, kFeeTypes);
WJ_CODES(MerchantTier, kMerchantTiers);
WJ_CODES(VatTreatment, kVatTreatments);
WJ_CODES(FeeOrder, kFeeOrders);
WJ_CODES(FeeOnCancel, kFeesOnCancel);
WJ_CODES(CycleKind, kCycleKinds);
WJ_CODES(BasisKind, kBasisKinds);
WJ_CODES(BasisRoll, kBasisRolls);
WJ_CODES(DatePolicy, kDatePolicies);
WJ_CODES(LineKind, kLineKinds);
WJ_CODES(PayoutState, kPayoutStates);
WJ_CODES(FileKind, kFileKinds);
WJ_CODES(MatchState, kMatchStates);

std::optional<DayKind> parse_day_kind(std::string_view code) { return parse_code<DayKind>(code); }

std::string_view kind_of(const Reference& reference) { return std::visit(KindOf(), reference); }

}  // namespace wonjang::settlement
