// For tests: every kind of event with the postings that it must give. docs/chart-of-accounts.md is written
// from them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "domain/journal/postings.h"
#include "testing/till.h"

namespace wonjang::journal {

using namespace settlement;

struct Case {
  const char* when;  // for people; empty: always
  Event event;
  std::vector<Posting> expected;
  PaymentMoney before = {};
};

inline Posting debit(Account account, std::int64_t amount) { return {account, Currency(), amount, 0}; }
inline Posting credit(Account account, std::int64_t amount) { return {account, Currency(), 0, amount}; }

inline const ApprovalId kApproval(RawId{5, 5});

inline ApprovalTerms terms_of(MethodDetail method) {
  ApprovalTerms out;
  out.approval = kApproval;
  out.method = std::move(method);
  out.parts = {10'000, 0, 0, 0};
  return out;
}
inline CancelTerms cancel_terms(std::int64_t amount) {
  CancelTerms out;
  out.approval = kApproval;
  out.parts = {amount, 0, 0, 0};
  return out;
}

inline Event event_of(EventBody body, std::uint32_t version = 0) {
  Event out;
  out.version = version;
  out.body = std::move(body);
  return out;
}

// A payment that was created, and then lived through `bodies`.
inline PaymentMoney money_after(const std::vector<EventBody>& bodies) {
  PaymentMoney out;
  fold(out, event_of(PaymentCreated{}));
  for (const auto& body : bodies) fold(out, event_of(body, out.version));
  return out;
}

inline ApprovalApproved approved(MethodDetail method) {
  return {terms_of(std::move(method)), "1", "", kNoon, ""};
}
inline VirtualAccountIssued issued() { return {terms_of(VirtualAccountDetail{}), kNoon}; }
inline DepositConfirmed deposited() { return {kApproval, 10'000, "", "", kNoon}; }
inline DepositReversed taken_back() { return {kApproval, 10'000, DepositReversal::to_waiting, "", kNoon}; }
inline CancelSucceeded canceled(std::int64_t amount) { return {cancel_terms(amount), "", kNoon, ""}; }

inline SettlementLine line(std::int64_t gross, std::int64_t supply, std::int64_t vat) {
  SettlementLine out;
  out.gross = gross;
  out.fee_supply = supply;
  out.fee_vat = vat;
  out.fee = supply + vat;
  out.net = gross - out.fee;
  return out;
}
inline LinesRecorded lines(std::vector<SettlementLine> all) {
  LinesRecorded out;
  out.lines = std::move(all);
  return out;
}
inline PayoutRequested payout(std::int64_t amount) {
  PayoutRequested out;
  out.lines_net = amount > 0 ? amount : -1'000;
  out.amount = amount;
  out.state = amount > 0 ? PayoutState::requested : PayoutState::carried;
  return out;
}
inline PayoutUpdated update(PayoutState state, bool was_paid = false) {
  PayoutUpdated out;
  out.state = state;
  out.amount = 9'725;
  out.was_paid = was_paid;
  return out;
}
inline FileMatched matched(FileKind kind, std::int64_t amount, std::int64_t fee,
                           std::int64_t amount_before = 0, std::int64_t fee_before = 0) {
  FileMatched out;
  out.kind = kind;
  out.matched_amount = amount;
  out.matched_fee = fee;
  out.amount_before = amount_before;
  out.fee_before = fee_before;
  return out;
}

struct OfMethod {
  const char* when;
  MethodDetail detail;
  Account account;
};
inline const std::vector<OfMethod>& methods() {
  static const std::vector<OfMethod> all = {
      {"by card", CardDetail{}, Account::receivable_card},
      {"into a virtual account (recorded)", VirtualAccountDetail{}, Account::bank},
      {"by account transfer", TransferDetail{}, Account::receivable_transfer},
      {"by mobile phone", MobilePhoneDetail{}, Account::receivable_mobile},
      {"by gift certificate", GiftCertificateDetail{}, Account::receivable_gift},
      {"by easy pay", EasyPayDetail{}, Account::receivable_easy_pay},
      {"by points", PointDetail{}, Account::receivable_point},
      {"by coupon", CouponDetail{}, Account::receivable_point},
      {"by cup deposit", DepositCupDetail{}, Account::receivable_cup},
  };
  return all;
}

inline void add_payments(std::vector<Case>& out) {
  const auto add = [&](const char* when, const std::vector<EventBody>& before, EventBody body,
                       std::vector<Posting> expected) {
    const PaymentMoney money = money_after(before);
    out.push_back({when, event_of(std::move(body), money.version), std::move(expected), money});
  };
  for (const auto& method : methods()) {
    add(method.when, {}, approved(method.detail),
        {debit(method.account, 10'000), credit(Account::merchants_unsettled, 10'000)});
  }
  add("", {issued()}, deposited(),
      {debit(Account::bank, 10'000), credit(Account::merchants_unsettled, 10'000)});
  add("the bank takes it back", {issued(), deposited()}, taken_back(),
      {debit(Account::merchants_unsettled, 10'000), credit(Account::bank, 10'000)});
  add("of a card, in part", {approved(CardDetail{})}, canceled(4'000),
      {debit(Account::merchants_unsettled, 4'000), credit(Account::receivable_card, 4'000)});
  add("of a deposit: our bank pays it back", {issued(), deposited()}, canceled(10'000),
      {debit(Account::merchants_unsettled, 10'000), credit(Account::bank, 10'000)});
  add("before the deposit", {issued()}, canceled(10'000), {});
  add("the approval was told", {approved(CardDetail{})},
      NetworkCancelConfirmed{kApproval, NetworkCancelResult::canceled, ""},
      {debit(Account::merchants_unsettled, 10'000), credit(Account::receivable_card, 10'000)});
  add("the approval was never told", {}, NetworkCancelConfirmed{kApproval, NetworkCancelResult::canceled, ""},
      {});
}

inline void add_house(std::vector<Case>& out) {
  const auto add = [&](const char* when, EventBody body, std::vector<Posting> expected) {
    out.push_back({when, event_of(std::move(body)), std::move(expected)});
  };
  add("an approval", lines({line(10'000, 250, 25)}),
      {debit(Account::merchants_unsettled, 10'000), credit(Account::merchants_settled, 9'725),
       credit(Account::fee_vat, 25), credit(Account::fee_income, 250)});
  add("a cancel, with its fee", lines({line(-4'000, -100, -10)}),
      {debit(Account::merchants_settled, 3'890), debit(Account::fee_vat, 10), debit(Account::fee_income, 100),
       credit(Account::merchants_unsettled, 4'000)});
  add("a cancel, the fee is kept", lines({line(-4'000, 0, 0)}),
      {debit(Account::merchants_settled, 4'000), credit(Account::merchants_unsettled, 4'000)});
  add("an adjustment: 50 more", lines({line(0, 45, 5)}),
      {debit(Account::merchants_settled, 50), credit(Account::fee_vat, 5), credit(Account::fee_income, 45)});
  add("the first two in one chunk", lines({line(10'000, 250, 25), line(-4'000, -100, -10)}),
      {debit(Account::merchants_unsettled, 10'000), debit(Account::merchants_settled, 3'890),
       debit(Account::fee_vat, 10), debit(Account::fee_income, 100),
       credit(Account::merchants_unsettled, 4'000), credit(Account::merchants_settled, 9'725),
       credit(Account::fee_vat, 25), credit(Account::fee_income, 250)});
  add("", payout(9'725),
      {debit(Account::merchants_settled, 9'725), credit(Account::payouts_in_transit, 9'725)});
  add("nothing to pay: CARRIED", payout(0), {});
  add("SENT", update(PayoutState::sent), {});
  add("PAID", update(PayoutState::paid),
      {debit(Account::payouts_in_transit, 9'725), credit(Account::bank, 9'725)});
  add("FAILED", update(PayoutState::failed),
      {debit(Account::payouts_in_transit, 9'725), credit(Account::merchants_settled, 9'725)});
  add("RETURNED, not paid before", update(PayoutState::returned),
      {debit(Account::payouts_in_transit, 9'725), credit(Account::merchants_settled, 9'725)});
  add("RETURNED, paid before", update(PayoutState::returned, /*was_paid=*/true),
      {debit(Account::bank, 9'725), credit(Account::merchants_settled, 9'725)});
  auto noted = update(PayoutState::failed);
  noted.bank_says = PayoutState::paid;
  add("FAILED, and the bank says PAID", noted, {});
  auto after_all = update(PayoutState::paid);
  after_all.was_back = true;
  add("PAID after all: it was FAILED", after_all,
      {debit(Account::merchants_settled, 9'725), credit(Account::bank, 9'725)});
  add("of an acquisition file", matched(FileKind::acquisition, 10'000, 200), {});
  add("of a deposit file", matched(FileKind::deposit, 10'000, 200),
      {debit(Account::bank, 9'800), debit(Account::acquirer_fees, 200),
       credit(Account::receivable_card, 10'000)});
  add("of a deposit file again: 10,000 matched then, 12,000 now",
      matched(FileKind::deposit, 12'000, 230, /*amount_before=*/10'000, /*fee_before=*/200),
      {debit(Account::bank, 1'970), debit(Account::acquirer_fees, 30),
       credit(Account::receivable_card, 2'000)});
  auto of_two = matched(FileKind::deposit, 12'000, 200, /*amount_before=*/3'000, /*fee_before=*/0);
  of_two.deposits = {{1110, 10'000, 200, 0, 0}, {1120, 2'000, 0, 3'000, 0}};
  add("of a deposit file again: 10,000 of cards more, 1,000 of transfers less", of_two,
      {debit(Account::receivable_transfer, 1'000), debit(Account::bank, 8'800),
       debit(Account::acquirer_fees, 200), credit(Account::receivable_card, 10'000)});
  auto short_by_7 = matched(FileKind::deposit, 9'993, 200);
  short_by_7.deposits = {{1110, 9'993, 200, 0, 0, -7, 0}};
  add("of a deposit file that is 7 short of ours, within the tolerance", short_by_7,
      {debit(Account::bank, 9'793), debit(Account::acquirer_fees, 200),
       debit(Account::deposit_differences, 7), credit(Account::receivable_card, 10'000)});
  auto more_by_5 = matched(FileKind::deposit, 12'005, 200, /*amount_before=*/9'993, /*fee_before=*/200);
  more_by_5.deposits = {{1110, 10'000, 200, 9'993, 200, 0, -7}, {1120, 2'005, 0, 0, 0, 5, 0}};
  add("of a deposit file again: a later match finds the 7, and 5 of transfers too much", more_by_5,
      {debit(Account::bank, 2'012), credit(Account::receivable_transfer, 2'000),
       credit(Account::deposit_differences, 12)});
}

// Kinds that move no money, whatever they say.
inline void add_still(std::vector<Case>& out) {
  const std::vector<EventBody> still = {
      PaymentCreated{},
      PaymentAuthenticated{},
      ApprovalRequested{terms_of(CardDetail{}), {}},
      ApprovalDeclined{terms_of(CardDetail{}), "", "", ""},
      ApprovalUnknown{kApproval, ""},
      issued(),
      PaymentExpired{},
      PaymentFailed{},
      CancelRequested{cancel_terms(100), {}},
      CancelFailed{cancel_terms(100), "", "", ""},
      CancelUnknown{CancelId(RawId{6, 6}), kApproval, ""},
      ProviderAsked{},
      NetworkCancelRequested{kApproval, ""},
      AcquisitionUpdated{kApproval, AcquisitionState::requested, "", "", {}},
      CommandRefused{},
      CommandNoted{},
      IncidentOpened{},
      MerchantRegistered{},
      MerchantClosed{},
      ApiKeyCreated{},
      ApiKeyRevoked{},
      ChangeProposed{},
      ChangeDecided{},
      RunStarted{},
      RunEnded{},
      LinesRedated{},
      FileImported{},
      BreakResolved{}};
  for (const auto& body : still) {
    const bool is_first = std::holds_alternative<PaymentCreated>(body);
    const PaymentMoney before = is_first ? PaymentMoney{} : money_after({approved(CardDetail{})});
    out.push_back({"", event_of(body, before.version), {}, before});
  }
}

inline const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> out;
    add_payments(out);
    add_house(out);
    add_still(out);
    return out;
  }();
  return all;
}

inline std::vector<Posting> postings_of(const Case& c) {
  PaymentMoney money = c.before;
  auto out = postings(c.event, c.before, fold(money, c.event));
  const auto house = postings(c.event);
  EXPECT_TRUE(out.empty() || house.empty()) << type_of(c.event.body) << " would be booked twice";
  out.insert(out.end(), house.begin(), house.end());
  return out;
}

}  // namespace wonjang::journal
