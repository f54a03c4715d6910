// The shapes of request bodies of the money side (field_shapes.h).
#pragma once

#include "app/api/json/field_shapes.h"

namespace wonjang {

inline constexpr ObjectShape kChangeShape =
    make_shape("ProposeChange", "the body of POST /v1/changes",
               {"kind", "note", "contract", "calendar", "hold", "fundsRatio", "fundsHeld", "canary"});
inline constexpr ObjectShape kContractShape =
    make_shape("ChangeContract", "`contract` of a change",
               {"merchantId", "subMall", "currency", "version", "validFrom", "validUntil", "tier",
                "businessNumber", "fees", "cycle", "calendar", "keepBack", "payoutAccount", "cycleByMethod"});
inline constexpr ObjectShape kFeeTermsShape = make_shape(
    "ChangeFeeTerms", "`fees` of a contract", {"vat", "order", "rounding", "rules", "onCancel", "byMethod"});
inline constexpr ObjectShape kFeeRuleShape =
    make_shape("ChangeFeeRule", "`rules` of a contract's fees",
               {"name", "kind", "applies", "ratePpm", "amount", "steps", "byTier"});
inline constexpr ObjectShape kSelectorShape = make_shape(
    "RuleSelector", "`applies` of a fee rule", {"method", "issuer", "cardType", "monthsMin", "monthsMax"});
inline constexpr ObjectShape kRateStepShape =
    make_shape("RateStep", "`steps` of a fee rule", {"from", "ratePpm"});
inline constexpr ObjectShape kTierRateShape =
    make_shape("TierRate", "`byTier` of a fee rule", {"tier", "cardType", "ratePpm"});
inline constexpr ObjectShape kCancelRuleShape =
    make_shape("ChangeCancelRule", "`onCancel` of a contract's fees", {"method", "fee"});
inline constexpr ObjectShape kCycleShape = make_shape(
    "ChangeCycle", "`cycle` of a contract", {"kind", "basis", "roll", "lagDays", "policy", "weekEnd"});
inline constexpr ObjectShape kMethodFeesShape =
    make_shape("ChangeMethodFees", "`byMethod` of a contract's fees",
               {"name", "method", "issuer", "vat", "order", "rounding"});
inline constexpr ObjectShape kMethodCycleShape =
    make_shape("ChangeMethodCycle", "`cycleByMethod` of a contract", {"name", "method", "issuer", "cycle"});
inline constexpr ObjectShape kCalendarTextShape =
    make_shape("CalendarText", "`calendar` of a change", {"text", "shipped"});
inline constexpr ObjectShape kHoldShape =
    make_shape("ChangeHold", "`hold` of a change", {"merchantId", "placed", "from", "reason"});
inline constexpr ObjectShape kFundsRatioShape =
    make_shape("ChangeFundsRatio", "`fundsRatio` of a change", {"validFrom", "ratioPpm", "source"});
inline constexpr ObjectShape kFundsHeldShape =
    make_shape("ChangeFundsHeld", "`fundsHeld` of a change",
               {"date", "kind", "institution", "currency", "amount", "merchantId"});
inline constexpr ObjectShape kCanaryShape =
    make_shape("ChangeCanary", "`canary` of a change",
               {"name", "merchantIds", "method", "businessNumber", "currency", "candidate", "cleanDays",
                "stopped", "promoteAll"});
inline constexpr ObjectShape kDecisionShape =
    make_shape("ChangeDecision", "the body of POST .../decisions", {"decision", "note"});
inline constexpr ObjectShape kSettlementDateShape =
    make_shape("SettlementDate", "the body of POST /v1/settlement/runs and POST /v1/payouts/files", {"date"});
inline constexpr ObjectShape kPayoutDateShape =
    make_shape("PayoutDate", "the body of POST /v1/payouts/runs",
               {"date", "calendar", "alsoOnClosedDay", "alsoFarAhead", "manualMerchantId"});
inline constexpr ObjectShape kAdjustmentShape =
    make_shape("AdjustSettlement", "the body of POST /v1/settlement/adjustments",
               {"contractChangeId", "date", "alsoFarAhead"});
inline constexpr ObjectShape kBreakResolutionShape =
    make_shape("BreakResolution", "the body of POST /v1/breaks/resolutions",
               {"fileId", "lineNo", "lineId", "resolution"});

}  // namespace wonjang
