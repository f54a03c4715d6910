#include <gtest/gtest.h>

#include <set>

#include "domain/payment.h"

namespace wonjang {
namespace {

// Every number up to `last` has a code of its own, and the code leads back to it.
template <typename E>
void expect_codes(E first, E last) {
  std::set<std::string_view> seen;
  for (auto n = static_cast<unsigned>(first); n <= static_cast<unsigned>(last); ++n) {
    const auto value = static_cast<E>(n);
    EXPECT_TRUE(seen.insert(code_of(value)).second) << code_of(value);
    EXPECT_EQ(parse_code<E>(code_of(value)), value) << code_of(value);
  }
  EXPECT_EQ(code_of(static_cast<E>(200)), "UNKNOWN");
  EXPECT_FALSE(parse_code<E>("NO_SUCH_CODE"));
  EXPECT_FALSE(parse_code<E>(""));
}

TEST(Codes, every_value_has_a_code_and_back) {
  expect_codes(Method::card, Method::deposit_cup);
  expect_codes(CardType::unknown, CardType::gift);
  expect_codes(OwnerType::unknown, OwnerType::corporate);
  expect_codes(InterestPayer::none, InterestPayer::merchant);
  expect_codes(AccountType::unknown, AccountType::fixed);
  expect_codes(GiftKind::unknown, GiftKind::game);
  expect_codes(FundedBy::unknown, FundedBy::points);
  expect_codes(ActorKind::unknown, ActorKind::bank);
  expect_codes(PaymentType::unknown, PaymentType::brandpay);
  expect_codes(Channel::unknown, Channel::key_in);
  expect_codes(CancelKind::unknown, CancelKind::chargeback);
  expect_codes(CancelPhase::unknown, CancelPhase::after_acquire);
  expect_codes(AcquisitionState::none, AcquisitionState::canceled);
  expect_codes(DepositReversal::unknown, DepositReversal::to_canceled);
  expect_codes(NetworkCancelResult::unknown, NetworkCancelResult::never_existed);
  expect_codes(Question::unknown, Question::cancel);
  expect_codes(ProviderAnswer::unknown, ProviderAnswer::pending);
  expect_codes(ApprovalState::requested, ApprovalState::reversed);
  expect_codes(CancelState::requested, CancelState::failed);
  expect_codes(PaymentStatus::none, PaymentStatus::expired);
  expect_codes(Rounding::floor, Rounding::up);
}

TEST(Codes, the_method_of_a_detail_is_its_place_in_the_variant) {
  EXPECT_EQ(method_of(CardDetail{}), Method::card);
  EXPECT_EQ(method_of(VirtualAccountDetail{}), Method::virtual_account);
  EXPECT_EQ(method_of(EasyPayDetail{}), Method::easy_pay);
  EXPECT_EQ(method_of(DepositCupDetail{}), Method::deposit_cup);
  EXPECT_EQ(std::variant_size_v<MethodDetail>, std::size(kMethods));
}

TEST(Codes, every_refusal_has_a_code_a_title_and_is_about_the_request_or_the_state) {
  std::set<std::string_view> codes;
  int about_state = 0;
  for (std::uint16_t n = 0; n < 100; ++n) {
    const auto code = static_cast<RefusalCode>(n);
    if (code_of(code) == "UNKNOWN") continue;
    EXPECT_TRUE(codes.insert(code_of(code)).second);
    EXPECT_EQ(parse_code<RefusalCode>(code_of(code)), code);
    EXPECT_NE(title_of(code), "Refused") << code_of(code);
    about_state += depends_on_state(code) ? 1 : 0;
  }
  EXPECT_EQ(codes.size(), 43U);
  EXPECT_EQ(about_state, 29);
  EXPECT_EQ(code_of(RefusalCode::cancel_exceeds_balance), "CANCEL_EXCEEDS_BALANCE");
  EXPECT_FALSE(depends_on_state(RefusalCode::tax_parts_mismatch));
  EXPECT_TRUE(depends_on_state(RefusalCode::transition_not_allowed));
}

TEST(Codes, every_event_has_a_type_of_its_own) {
  std::set<std::string_view> types;
  const auto add = [&](auto... bodies) { (types.insert(type_of(EventBody(bodies))), ...); };
  add(PaymentCreated{}, PaymentAuthenticated{}, ApprovalRequested{}, ApprovalApproved{}, ApprovalDeclined{},
      ApprovalUnknown{}, VirtualAccountIssued{}, DepositConfirmed{}, DepositReversed{}, PaymentExpired{},
      PaymentFailed{}, CancelRequested{}, CancelSucceeded{}, CancelFailed{}, CancelUnknown{}, ProviderAsked{},
      NetworkCancelRequested{}, NetworkCancelConfirmed{}, AcquisitionUpdated{}, CommandRefused{},
      CommandNoted{}, IncidentOpened{}, MerchantRegistered{}, MerchantClosed{}, ApiKeyCreated{},
      ApiKeyRevoked{}, settlement::ChangeProposed{}, settlement::ChangeDecided{}, settlement::RunStarted{},
      settlement::RunEnded{}, settlement::LinesRecorded{}, settlement::LinesRedated{},
      settlement::PayoutRequested{}, settlement::PayoutUpdated{}, settlement::FileImported{},
      settlement::FileMatched{}, settlement::BreakResolved{});
  EXPECT_EQ(types.size(), std::variant_size_v<EventAlternatives>);
}

}  // namespace
}  // namespace wonjang
