#include "domain/code_table.h"
#include "domain/settlement/events.h"

namespace wonjang::settlement {

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

WJ_CODE_TABLE(DayKind, kDayKinds);
WJ_CODE_TABLE(RuleKind, kRuleKinds);
WJ_CODE_TABLE(FeeType, kFeeTypes);
WJ_CODE_TABLE(MerchantTier, kMerchantTiers);
WJ_CODE_TABLE(VatTreatment, kVatTreatments);
WJ_CODE_TABLE(FeeOrder, kFeeOrders);
WJ_CODE_TABLE(FeeOnCancel, kFeesOnCancel);
WJ_CODE_TABLE(CycleKind, kCycleKinds);
WJ_CODE_TABLE(BasisKind, kBasisKinds);
WJ_CODE_TABLE(BasisRoll, kBasisRolls);
WJ_CODE_TABLE(DatePolicy, kDatePolicies);
WJ_CODE_TABLE(LineKind, kLineKinds);
WJ_CODE_TABLE(PayoutState, kPayoutStates);
WJ_CODE_TABLE(FileKind, kFileKinds);
WJ_CODE_TABLE(MatchState, kMatchStates);

std::optional<DayKind> parse_day_kind(std::string_view code) {
  const auto kind = parse_code<DayKind>(code);
  return kind != DayKind::unknown ? kind : std::nullopt;
}

std::string_view kind_of(const Reference& reference) { return std::visit(KindOf(), reference); }

}  // namespace wonjang::settlement

namespace wonjang {

template std::optional<settlement::DayKind> parse_code(std::string_view code);
template std::optional<settlement::RuleKind> parse_code(std::string_view code);
template std::optional<settlement::FeeType> parse_code(std::string_view code);
template std::optional<settlement::MerchantTier> parse_code(std::string_view code);
template std::optional<settlement::VatTreatment> parse_code(std::string_view code);
template std::optional<settlement::FeeOrder> parse_code(std::string_view code);
template std::optional<settlement::FeeOnCancel> parse_code(std::string_view code);
template std::optional<settlement::CycleKind> parse_code(std::string_view code);
template std::optional<settlement::BasisKind> parse_code(std::string_view code);
template std::optional<settlement::BasisRoll> parse_code(std::string_view code);
template std::optional<settlement::DatePolicy> parse_code(std::string_view code);
template std::optional<settlement::LineKind> parse_code(std::string_view code);
template std::optional<settlement::PayoutState> parse_code(std::string_view code);
template std::optional<settlement::FileKind> parse_code(std::string_view code);
template std::optional<settlement::MatchState> parse_code(std::string_view code);

}  // namespace wonjang
