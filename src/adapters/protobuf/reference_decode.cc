#include "adapters/protobuf/settlement_decode.h"

namespace wonjang {
namespace {

namespace pb = wonjang::v1;
using namespace settlement;

std::uint8_t method(MessageReader& r, int number) {
  return static_cast<std::uint8_t>(r.code<Method>(number));
}

BusinessDate date(std::int32_t days) { return {days}; }

Selector selector(MessageReader& r, const pb::Selector& m) {
  r.all_known(m);
  return {.method = method(r, m.method()),
          .issuer = m.issuer(),
          .card_type = r.code<CardType>(m.card_type()),
          .months_min = m.months_min(),
          .months_max = m.months_max()};
}

FeeRule rule(MessageReader& r, const pb::FeeRule& m) {
  r.all_known(m);
  return {.name = m.name(),
          .kind = r.code<RuleKind>(m.kind()),
          .applies = selector(r, m.applies()),
          .rate_ppm = m.rate_ppm(),
          .amount = m.amount(),
          .steps = read_all(m.steps(),
                            [&](const pb::RateStep& step) {
                              r.all_known(step);
                              return RateStep{step.from(), step.rate_ppm()};
                            }),
          .by_tier = read_all(m.by_tier(), [&](const pb::TierRate& rate) {
            r.all_known(rate);
            return TierRate{r.code<MerchantTier>(rate.tier()), r.code<CardType>(rate.card_type()),
                            rate.rate_ppm()};
          })};
}

MethodFees method_fees(MessageReader& r, const pb::MethodFees& m) {
  r.all_known(m);
  MethodFees out{.name = m.name(),
                 .method = method(r, m.method()),
                 .issuer = m.issuer(),
                 .vat = r.code<VatTreatment>(m.vat()),
                 .order = r.code<FeeOrder>(m.order()),
                 .rounding = {}};
  if (m.has_rounding()) out.rounding = r.code<Rounding>(m.rounding());
  return out;
}

FeeTerms terms(MessageReader& r, const pb::FeeTerms& m) {
  r.all_known(m);
  return {
      .rules = read_all(m.rules(), [&](const pb::FeeRule& one) { return rule(r, one); }),
      .vat = r.code<VatTreatment>(m.vat()),
      .order = r.code<FeeOrder>(m.order()),
      .rounding = r.code<Rounding>(m.rounding()),
      .on_cancel = read_all(m.on_cancel(),
                            [&](const pb::CancelRule& one) {
                              r.all_known(one);
                              return CancelRule{method(r, one.method()), r.code<FeeOnCancel>(one.fee())};
                            }),
      .by_method = read_all(m.by_method(), [&](const pb::MethodFees& one) { return method_fees(r, one); })};
}

Cycle cycle(MessageReader& r, const pb::Cycle& m) {
  r.all_known(m);
  return {.kind = r.code<CycleKind>(m.kind()),
          .basis = r.code<BasisKind>(m.basis()),
          .roll = r.code<BasisRoll>(m.roll()),
          .lag_days = m.lag_days(),
          .policy = r.code<DatePolicy>(m.policy()),
          .week_end = m.week_end()};
}

MethodCycle method_cycle(MessageReader& r, const pb::MethodCycle& m) {
  r.all_known(m);
  return {
      .name = m.name(), .method = method(r, m.method()), .issuer = m.issuer(), .cycle = cycle(r, m.cycle())};
}

Calendar calendar(MessageReader& r, const pb::Calendar& m) {
  r.all_known(m);
  return {.code = m.code(),
          .version = m.version(),
          .source = m.source(),
          .from = date(m.from()),
          .until = date(m.until()),
          .closed = read_all(m.closed(), [&](const pb::ClosedDay& day) {
            r.all_known(day);
            return ClosedDay{date(day.date()), r.code<DayKind>(day.kind()), day.name()};
          })};
}

Hold hold(MessageReader& r, const pb::Hold& m) {
  r.all_known(m);
  return {r.id<MerchantId>(m.merchant()), m.placed(), date(m.from()), m.reason()};
}

FundsRatio funds_ratio(MessageReader& r, const pb::FundsRatio& m) {
  r.all_known(m);
  return {date(m.valid_from()), m.ratio_ppm(), m.source()};
}

FundsHeld funds_held(MessageReader& r, const pb::FundsHeld& m) {
  r.all_known(m);
  return {.date = date(m.date()),
          .kind = m.kind(),
          .institution = m.institution(),
          .currency = r.currency(m.currency()),
          .amount = m.amount(),
          .merchant = r.id<MerchantId>(m.merchant())};
}

Canary canary(MessageReader& r, const pb::Canary& m) {
  r.all_known(m);
  return {.name = m.name(),
          .merchants = read_all(m.merchants(),
                                [&](const std::string& id) { return MerchantId(r.raw_id_element(id)); }),
          .method = method(r, m.method()),
          .business_number = m.business_number(),
          .currency = m.currency().empty() ? Currency() : r.currency(m.currency()),
          .candidate = terms(r, m.candidate()),
          .clean_days = m.clean_days(),
          .stopped = m.stopped(),
          .promote_all = m.promote_all()};
}

Reference reference(MessageReader& r, const pb::Reference& m) {
  r.all_known(m);
  switch (m.what_case()) {
    case pb::Reference::kContract:
      return read(r, m.contract());
    case pb::Reference::kCalendar:
      return calendar(r, m.calendar());
    case pb::Reference::kHold:
      return hold(r, m.hold());
    case pb::Reference::kFundsRatio:
      return funds_ratio(r, m.funds_ratio());
    case pb::Reference::kFundsHeld:
      return funds_held(r, m.funds_held());
    case pb::Reference::kCanary:
      return canary(r, m.canary());
    case pb::Reference::WHAT_NOT_SET:
      break;
  }
  r.refuse("has reference data of a kind that this program doesn't know");
  return {};
}

}  // namespace

Contract read(MessageReader& r, const pb::Contract& m) {
  r.all_known(m);
  return {.merchant = r.id<MerchantId>(m.merchant()),
          .sub_mall = m.sub_mall(),
          .currency = r.currency(m.currency()),
          .version = m.version(),
          .valid_from = date(m.valid_from()),
          .valid_until = date(m.valid_until()),
          .tier = r.code<MerchantTier>(m.tier()),
          .business_number = m.business_number(),
          .fees = terms(r, m.fees()),
          .cycle = cycle(r, m.cycle()),
          .calendar = m.calendar(),
          .keep_back = m.keep_back(),
          .payout_account = m.payout_account(),
          .cycle_by_method = read_all(m.cycle_by_method(),
                                      [&](const pb::MethodCycle& one) { return method_cycle(r, one); })};
}

ChangeProposed read(MessageReader& r, const pb::ReferenceProposed& m) {
  r.all_known(m);
  return {r.id<ChangeId>(m.change()), reference(r, m.reference()), m.note()};
}

ChangeDecided read(MessageReader& r, const pb::ReferenceDecided& m) {
  r.all_known(m);
  return {r.id<ChangeId>(m.change()), m.approved(), reference(r, m.reference()), m.note()};
}

}  // namespace wonjang
