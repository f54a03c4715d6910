#include "adapters/protobuf/settlement_encode.h"
#include "wonjang/v1/event.pb.h"

// The order of the calls is the order of the numbers.
namespace wonjang {
namespace {

namespace pb = wonjang::v1;
using namespace settlement;

void write(WireWriter& w, int field, const Selector& v) {
  if (v == Selector{}) return;
  w.message(field, [&] {
    w.number(pb::Selector::kMethodFieldNumber, std::uint32_t{v.method});
    w.text(pb::Selector::kIssuerFieldNumber, v.issuer);
    w.code(pb::Selector::kCardTypeFieldNumber, v.card_type);
    w.number(pb::Selector::kMonthsMinFieldNumber, v.months_min);
    w.number(pb::Selector::kMonthsMaxFieldNumber, v.months_max);
  });
}

void fields(WireWriter& w, const RateStep& v) {
  w.number(pb::RateStep::kFromFieldNumber, v.from);
  w.number(pb::RateStep::kRatePpmFieldNumber, v.rate_ppm);
}

void fields(WireWriter& w, const TierRate& v) {
  w.code(pb::TierRate::kTierFieldNumber, v.tier);
  w.code(pb::TierRate::kCardTypeFieldNumber, v.card_type);
  w.number(pb::TierRate::kRatePpmFieldNumber, v.rate_ppm);
}

void fields(WireWriter& w, const CancelRule& v) {
  w.number(pb::CancelRule::kMethodFieldNumber, std::uint32_t{v.method});
  w.code(pb::CancelRule::kFeeFieldNumber, v.fee);
}

void fields(WireWriter& w, const ClosedDay& v) {
  w.date(pb::ClosedDay::kDateFieldNumber, v.date);
  w.code(pb::ClosedDay::kKindFieldNumber, v.kind);
  w.text(pb::ClosedDay::kNameFieldNumber, v.name);
}

void fields(WireWriter& w, const MethodFees& v) {
  w.text(pb::MethodFees::kNameFieldNumber, v.name);
  w.number(pb::MethodFees::kMethodFieldNumber, std::uint32_t{v.method});
  w.text(pb::MethodFees::kIssuerFieldNumber, v.issuer);
  w.code(pb::MethodFees::kVatFieldNumber, v.vat);
  w.code(pb::MethodFees::kOrderFieldNumber, v.order);
  if (v.rounding) w.present_code(pb::MethodFees::kRoundingFieldNumber, *v.rounding);
}

// For write_all().
void fields(WireWriter& w, const FeeRule& v);
void fields(WireWriter& w, const MethodCycle& v);

template <typename Element>
void write_all(WireWriter& w, int field, const std::vector<Element>& list) {
  for (const auto& element : list) {
    w.message(field, [&] { fields(w, element); });
  }
}

void fields(WireWriter& w, const FeeRule& v) {
  w.text(pb::FeeRule::kNameFieldNumber, v.name);
  w.code(pb::FeeRule::kKindFieldNumber, v.kind);
  write(w, pb::FeeRule::kAppliesFieldNumber, v.applies);
  w.number(pb::FeeRule::kRatePpmFieldNumber, v.rate_ppm);
  w.number(pb::FeeRule::kAmountFieldNumber, v.amount);
  write_all(w, pb::FeeRule::kStepsFieldNumber, v.steps);
  write_all(w, pb::FeeRule::kByTierFieldNumber, v.by_tier);
}

void write(WireWriter& w, int field, const FeeTerms& v) {
  w.message(field, [&] {
    write_all(w, pb::FeeTerms::kRulesFieldNumber, v.rules);
    w.code(pb::FeeTerms::kVatFieldNumber, v.vat);
    w.code(pb::FeeTerms::kOrderFieldNumber, v.order);
    w.code(pb::FeeTerms::kRoundingFieldNumber, v.rounding);
    write_all(w, pb::FeeTerms::kOnCancelFieldNumber, v.on_cancel);
    write_all(w, pb::FeeTerms::kByMethodFieldNumber, v.by_method);
  });
}

void write(WireWriter& w, int field, const Cycle& v) {
  w.message(field, [&] {
    w.code(pb::Cycle::kKindFieldNumber, v.kind);
    w.code(pb::Cycle::kBasisFieldNumber, v.basis);
    w.code(pb::Cycle::kRollFieldNumber, v.roll);
    w.number(pb::Cycle::kLagDaysFieldNumber, v.lag_days);
    w.code(pb::Cycle::kPolicyFieldNumber, v.policy);
    w.number(pb::Cycle::kWeekEndFieldNumber, v.week_end);
  });
}

void fields(WireWriter& w, const MethodCycle& v) {
  w.text(pb::MethodCycle::kNameFieldNumber, v.name);
  w.number(pb::MethodCycle::kMethodFieldNumber, std::uint32_t{v.method});
  w.text(pb::MethodCycle::kIssuerFieldNumber, v.issuer);
  write(w, pb::MethodCycle::kCycleFieldNumber, v.cycle);
}

void fields(WireWriter& w, const Calendar& v) {
  w.text(pb::Calendar::kCodeFieldNumber, v.code);
  w.number(pb::Calendar::kVersionFieldNumber, v.version);
  w.text(pb::Calendar::kSourceFieldNumber, v.source);
  w.date(pb::Calendar::kFromFieldNumber, v.from);
  w.date(pb::Calendar::kUntilFieldNumber, v.until);
  write_all(w, pb::Calendar::kClosedFieldNumber, v.closed);
}

void fields(WireWriter& w, const Hold& v) {
  w.id(pb::Hold::kMerchantFieldNumber, v.merchant);
  w.flag(pb::Hold::kPlacedFieldNumber, v.placed);
  w.date(pb::Hold::kFromFieldNumber, v.from);
  w.text(pb::Hold::kReasonFieldNumber, v.reason);
}

void fields(WireWriter& w, const FundsRatio& v) {
  w.date(pb::FundsRatio::kValidFromFieldNumber, v.valid_from);
  w.number(pb::FundsRatio::kRatioPpmFieldNumber, v.ratio_ppm);
  w.text(pb::FundsRatio::kSourceFieldNumber, v.source);
}

void fields(WireWriter& w, const FundsHeld& v) {
  w.date(pb::FundsHeld::kDateFieldNumber, v.date);
  w.text(pb::FundsHeld::kKindFieldNumber, v.kind);
  w.text(pb::FundsHeld::kInstitutionFieldNumber, v.institution);
  w.text(pb::FundsHeld::kCurrencyFieldNumber, v.currency.code());
  w.number(pb::FundsHeld::kAmountFieldNumber, v.amount);
  w.id(pb::FundsHeld::kMerchantFieldNumber, v.merchant);
}

void fields(WireWriter& w, const Canary& v) {
  w.text(pb::Canary::kNameFieldNumber, v.name);
  for (const auto& merchant : v.merchants) w.id_element(pb::Canary::kMerchantsFieldNumber, merchant.raw());
  w.number(pb::Canary::kMethodFieldNumber, std::uint32_t{v.method});
  w.text(pb::Canary::kBusinessNumberFieldNumber, v.business_number);
  write(w, pb::Canary::kCandidateFieldNumber, v.candidate);
  w.number(pb::Canary::kCleanDaysFieldNumber, v.clean_days);
  w.flag(pb::Canary::kStoppedFieldNumber, v.stopped);
  w.flag(pb::Canary::kPromoteAllFieldNumber, v.promote_all);
  w.text(pb::Canary::kCurrencyFieldNumber, v.currency.code());
}

int number_of(const Contract&) { return pb::Reference::kContractFieldNumber; }
int number_of(const Calendar&) { return pb::Reference::kCalendarFieldNumber; }
int number_of(const Hold&) { return pb::Reference::kHoldFieldNumber; }
int number_of(const FundsRatio&) { return pb::Reference::kFundsRatioFieldNumber; }
int number_of(const FundsHeld&) { return pb::Reference::kFundsHeldFieldNumber; }
int number_of(const Canary&) { return pb::Reference::kCanaryFieldNumber; }

void write(WireWriter& w, int field, const Reference& v) {
  w.message(field, [&] {
    std::visit([&](const auto& what) { w.message(number_of(what), [&] { fields(w, what); }); }, v);
  });
}

}  // namespace

void fields(WireWriter& w, const Contract& v) {
  w.id(pb::Contract::kMerchantFieldNumber, v.merchant);
  w.text(pb::Contract::kSubMallFieldNumber, v.sub_mall);
  w.text(pb::Contract::kCurrencyFieldNumber, v.currency.code());
  w.number(pb::Contract::kVersionFieldNumber, v.version);
  w.date(pb::Contract::kValidFromFieldNumber, v.valid_from);
  w.date(pb::Contract::kValidUntilFieldNumber, v.valid_until);
  w.code(pb::Contract::kTierFieldNumber, v.tier);
  w.text(pb::Contract::kBusinessNumberFieldNumber, v.business_number);
  write(w, pb::Contract::kFeesFieldNumber, v.fees);
  write(w, pb::Contract::kCycleFieldNumber, v.cycle);
  w.text(pb::Contract::kCalendarFieldNumber, v.calendar);
  w.number(pb::Contract::kKeepBackFieldNumber, v.keep_back);
  w.text(pb::Contract::kPayoutAccountFieldNumber, v.payout_account);
  write_all(w, pb::Contract::kCycleByMethodFieldNumber, v.cycle_by_method);
}

int field_of(const ChangeProposed&) { return pb::Event::kReferenceProposedFieldNumber; }
void fields(WireWriter& w, const ChangeProposed& v) {
  w.id(pb::ReferenceProposed::kChangeFieldNumber, v.change);
  write(w, pb::ReferenceProposed::kReferenceFieldNumber, v.reference);
  w.text(pb::ReferenceProposed::kNoteFieldNumber, v.note);
}

int field_of(const ChangeDecided&) { return pb::Event::kReferenceDecidedFieldNumber; }
void fields(WireWriter& w, const ChangeDecided& v) {
  w.id(pb::ReferenceDecided::kChangeFieldNumber, v.change);
  w.flag(pb::ReferenceDecided::kApprovedFieldNumber, v.approved);
  write(w, pb::ReferenceDecided::kReferenceFieldNumber, v.reference);
  w.text(pb::ReferenceDecided::kNoteFieldNumber, v.note);
}

}  // namespace wonjang
