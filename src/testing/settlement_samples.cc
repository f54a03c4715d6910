#include "testing/settlement_samples.h"

namespace wonjang::testing {
namespace {

using namespace settlement;

constexpr std::uint64_t kBirth = 0x0193'4F2A'1B00'0000ULL;

// Different for every use, so that no two fields can be swapped unseen.
RawId sample_id(std::uint64_t n) { return {kBirth + (n << 4U), 0xA000'0000'0000'0000ULL + n}; }
Instant sample_time(std::int64_t n) { return {1'732'240'000'000'000 + n * 1'001}; }
BusinessDate day(std::int32_t n) { return {20'700 + n}; }

LineKey key(std::uint32_t n) { return {PaymentId(sample_id(40 + n)), n + 1, n + 2}; }

FeeTerms full_terms(const std::string& name) {
  FeeRule tiered{.name = name,
                 .kind = RuleKind::tiered_rate,
                 .applies = {static_cast<std::uint8_t>(Method::card), "31", CardType::check, 2, 36},
                 .rate_ppm = 25'000,
                 .amount = 300,
                 .steps = {{0, 21'000}, {1'000'000, 19'000}},
                 .by_tier = {{MerchantTier::mid_1, CardType::credit, 10'000},
                             {MerchantTier::small, CardType::check, 2'500}}};
  // A step and a rule with every number set, so that the test for forgotten fields has one of each.
  tiered.steps.front().from = 1;
  return {.rules = {std::move(tiered)},
          .vat = VatTreatment::included,
          .order = FeeOrder::inclusive_first,
          .rounding = Rounding::up,
          .on_cancel = {{static_cast<std::uint8_t>(Method::virtual_account), FeeOnCancel::keep}},
          // A rounding whose number is 0, said.
          .by_method = {{.name = name + ".by-card",
                         .method = static_cast<std::uint8_t>(Method::card),
                         .issuer = "61",
                         .vat = VatTreatment::none,
                         .order = FeeOrder::supply_first,
                         .rounding = Rounding::floor}}};
}

Contract full_contract() {
  return {
      .merchant = MerchantId(sample_id(3)),
      .sub_mall = "mall-7",
      .currency = *Currency::parse("USD"),
      .version = 4,
      .valid_from = day(1),
      .valid_until = day(366),
      .tier = MerchantTier::mid_2,
      .business_number = "1208800767",
      .fees = full_terms("card-steps"),
      .cycle = {CycleKind::weekly, BasisKind::acquisition, BasisRoll::none, 3, DatePolicy::holiday_before, 5},
      .calendar = "KR",
      .keep_back = 50'000,
      .payout_account = "tok_acct_77",
      .cycle_by_method = {{.name = "transfers",
                           .method = static_cast<std::uint8_t>(Method::transfer),
                           .issuer = "88",
                           .cycle = {CycleKind::monthly, BasisKind::approval, BasisRoll::forward, 4,
                                     DatePolicy::calendar_day, 6}}}};
}

Reference full_reference(std::type_identity<Contract>) { return full_contract(); }
Reference full_reference(std::type_identity<Calendar>) {
  return Calendar{.code = "KR",
                  .version = 2,
                  .source = "관공서의 공휴일에 관한 규정",
                  .from = day(2),
                  .until = day(3),
                  .closed = {{day(2), DayKind::substitute, "설날 연휴"}}};
}
Reference full_reference(std::type_identity<Hold>) {
  return Hold{MerchantId(sample_id(5)), true, day(4), "압류"};
}
Reference full_reference(std::type_identity<FundsRatio>) {
  return FundsRatio{day(5), 600'000, "전자금융거래법"};
}
Reference full_reference(std::type_identity<FundsHeld>) {
  return FundsHeld{
      day(6), "TRUST", "국민은행", *Currency::parse("JPY"), 9'000'000'000, MerchantId(sample_id(8))};
}
Reference full_reference(std::type_identity<Canary>) {
  return Canary{.name = "check-cards",
                .merchants = {MerchantId(sample_id(6)), MerchantId(sample_id(7))},
                .method = static_cast<std::uint8_t>(Method::easy_pay),
                .business_number = "1208800768",
                .currency = *Currency::parse("USD"),
                .candidate = full_terms("candidate"),
                .clean_days = 7,
                .stopped = true,
                .promote_all = true};
}

std::vector<FeeLine> full_fees() {
  return {{FeeType::base, "card-steps", 60'300, 25'000, 100, 1'758},
          {FeeType::installment_discount, "interest-free", 60'300, 5'000, 1, -331}};
}

Item full_item(std::uint32_t n) {
  return {.key = key(n),
          .kind = LineKind::cancel,
          .approval = ApprovalId(sample_id(60 + n)),
          .of_version = 1,
          .order_id = "order-2026-11-22-0001",
          .sub_mall = "mall-7",
          .method = static_cast<std::uint8_t>(Method::card),
          .issuer = "31",
          .card_type = CardType::credit,
          .months = 3,
          .interest_payer = InterestPayer::merchant,
          .used_point = 500,
          .amount = 60'300,
          .at = sample_time(20 + n),
          .acquired = day(7),
          .has_acquisition = true};
}

SettlementLine full_line(std::uint32_t n) {
  return {.item = full_item(n),
          .contract = 1,
          .basis = day(8),
          .payout_date = day(10),
          .late = true,
          .gross = -60'300,
          .fees = full_fees(),
          .fee = -1'427,
          .fee_supply = -1'297,
          .fee_vat = -130,
          .net = -58'873,
          .before = LineBalance{.amount = 100'000,
                                .amount_left = 60'301,
                                .fees = full_fees(),
                                .fees_left = {1'059, 0, -200},
                                .vat = 260,
                                .vat_left = 131,
                                .on_cancel = FeeOnCancel::keep},
          .fee_before = 2'366,
          .fee_vat_before = 215,
          .canary = "check-cards"};
}

RunTotals full_totals(std::int64_t n) {
  return {.currency = *Currency::parse("USD"),
          .lines = 1'000'000U + static_cast<std::uint64_t>(n),
          .failed = 3,
          .gross = 5'000'000'000 + n,
          .fee = 125'000'000,
          .fee_vat = 11'363'636,
          .net = 4'875'000'000};
}

template <typename... Kinds>
std::vector<Reference> each_reference(std::type_identity<std::variant<Kinds...>>) {
  return {full_reference(std::type_identity<Kinds>())...};
}

}  // namespace

std::vector<Reference> full_references() { return each_reference(std::type_identity<Reference>()); }

ChangeProposed full_body(std::type_identity<ChangeProposed>) {
  return {ChangeId(sample_id(70)), full_contract(), "새 계약"};
}
ChangeDecided full_body(std::type_identity<ChangeDecided>) {
  return {ChangeId(sample_id(70)), true, full_reference(std::type_identity<Calendar>()), "확인"};
}
RunStarted full_body(std::type_identity<RunStarted>) {
  return {.date = day(9),
          .attempt = 2,
          .resumed = true,
          .holder = "seoul-1/4711",
          .known_at = sample_time(30),
          .calculator = "1",
          .items = 1'000'003};
}
RunEnded full_body(std::type_identity<RunEnded>) {
  return {.date = day(9),
          .attempt = 2,
          .outcome = "COMPLETED_WITH_FAILURES",
          .before = {full_totals(1)},
          .added = {full_totals(2), full_totals(3)},
          .after = {full_totals(4)},
          .untouched_hash = std::string(64, 'a'),
          .profile = {{"read", 120'000, 80'000, 30'000, 7}, {"compute", 90'000, 88'000, 1'000, 7}},
          .wall_us = 210'000,
          .cpu_us = 190'000,
          .memory_peak_bytes = 808 << 20,
          .promoted = {"check-cards mch_01JD4Z7Q8R6G3V5X9T2W0K1MNP", ""}};
}
LinesRecorded full_body(std::type_identity<LinesRecorded>) {
  return {.date = day(9),
          .attempt = 2,
          .chunk = 17,
          .calculator = "1",
          .calendar = "KR",
          .calendar_version = 2,
          .contracts = {full_contract()},
          .lines = {full_line(0), full_line(1)},
          .failed = {{full_item(2), "NO_RATE", "no rule of the contract matches a gift card; add one"}},
          .differences = {{"check-cards", key(3), 1'427, 1'400, 130, 127, "overflow"}},
          .canary_clean = 399};
}
LinesRedated full_body(std::type_identity<LinesRedated>) { return {"KR", 3, {{key(4), day(10), day(11)}}}; }
PayoutRequested full_body(std::type_identity<PayoutRequested>) {
  return {.payout = PayoutId(sample_id(80)),
          .date = day(10),
          .lines = 400,
          .lines_net = 3'900'000,
          .carried = {{PayoutId(sample_id(79)), -1'200}},
          .withheld = 50'000,
          .released = 40'000,
          .amount = 3'888'800,
          .left_over = -1,
          .account = "tok_acct_77",
          .state = PayoutState::carried};
}
PayoutUpdated full_body(std::type_identity<PayoutUpdated>) {
  return {.payout = PayoutId(sample_id(80)),
          .date = day(10),
          .state = PayoutState::returned,
          .amount = 3'888'800,
          .file = "bulk-20261124.txt",
          .bank_trace_no = "20261124-000017",
          .failure = "예금주 불일치",
          .at = sample_time(31),
          .was_paid = true,
          .file_payouts = 412,
          .bank_says = PayoutState::paid,
          .was_back = true};
}
FileImported full_body(std::type_identity<FileImported>) {
  return {.file = FileId(sample_id(90)),
          .name = "acq_20261123.txt",
          .sha256 = std::string(64, 'b'),
          .kind = FileKind::deposit,
          .acquirer = "61",
          .rows_total = 2'000,
          .rows = {{7, "30012345", "1234", -60'300, 1'427, day(9), day(12)}}};
}
FileMatched full_body(std::type_identity<FileMatched>) {
  return {
      .file = FileId(sample_id(90)),
      .kind = FileKind::acquisition,
      .acquirer = "61",
      .as_of = day(12),
      .matches =
          {{7, {key(5), key(6)}, MatchState::incomparable, "AMOUNT_DIFF", "approve-no", -10, -2, "two fit"}},
      .matched_amount = 1'000'000,
      .matched_fee = 23'000,
      .amount_before = 900'000,
      .fee_before = 20'500,
      .deposits = {{1110, 1'000'000, 23'000, 900'000, 20'500, -7, 3}},
      .tolerance_amount = 10,
      .tolerance_days = 5};
}
BreakResolved full_body(std::type_identity<BreakResolved>) {
  return {FileId(sample_id(90)), 8, key(7), "매입사 확인: 중복 전송"};
}

}  // namespace wonjang::testing
