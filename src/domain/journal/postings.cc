#include "domain/journal/postings.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "base/assert.h"
#include "base/int128.h"

namespace wonjang::journal {
namespace {

using settlement::LineKind;
using settlement::PayoutState;

enum class Side : std::uint8_t { debit, credit };

// Sums of one event: one posting per account and side, debits first, by number of the account.
class Tally {
 public:
  void debit(Account account, int128 amount) { add(Side::debit, account, amount); }
  void credit(Account account, int128 amount) { add(Side::credit, account, amount); }

  std::vector<Posting> postings(Currency currency) const {
    std::vector<Posting> out;
    for (const auto& [place, sum] : sums_) append(out, place, currency, sum);
    return out;
  }

 private:
  using Place = std::pair<Side, Account>;

  void add(Side side, Account account, int128 amount) {
    if (amount == 0) return;
    if (amount < 0) {
      side = side == Side::debit ? Side::credit : Side::debit;
      amount = -amount;
    }
    sums_[{side, account}] += amount;
  }

  // A sum that one posting can't hold takes several: nothing is cut off, and the check of zero sees all of
  // it.
  static void append(std::vector<Posting>& out, const Place& place, Currency currency, int128 sum) {
    constexpr int128 kMost = std::numeric_limits<std::int64_t>::max();
    for (; sum > 0; sum -= std::min(sum, kMost)) {
      Posting& posting = out.emplace_back();
      posting.account = place.second;
      posting.currency = currency;
      const auto amount = static_cast<std::int64_t>(std::min(sum, kMost));
      (place.first == Side::debit ? posting.debit : posting.credit) = amount;
    }
  }

  std::map<Place, int128> sums_;
};

}  // namespace

Account place_of_money(Method method) {
  switch (method) {
    case Method::card:
      return Account::receivable_card;
    case Method::virtual_account:
      return Account::bank;
    case Method::transfer:
      return Account::receivable_transfer;
    case Method::mobile_phone:
      return Account::receivable_mobile;
    case Method::gift_certificate:
      return Account::receivable_gift;
    case Method::easy_pay:
      return Account::receivable_easy_pay;
    case Method::point:
    case Method::coupon:
      return Account::receivable_point;
    case Method::deposit_cup:
      return Account::receivable_cup;
  }
  WJ_ASSERT(false && "a method without an account");
  return Account::receivable_card;
}

namespace {

Method method_of_movement(const Event& event, const PaymentMoney& before, ApprovalId id) {
  if (const ApprovalMoney* approval = before.find(id)) return static_cast<Method>(approval->method);
  const auto* approved = std::get_if<ApprovalApproved>(&event.body);
  WJ_ASSERT(approved != nullptr);  // fold() moves nothing for an approval that it never heard of
  return method_of(approved->terms.method);
}

// One answer for every kind of event; a new kind doesn't compile without one.
struct OfHouse {
  Tally& tally;

  void operator()(const settlement::LinesRecorded& body) const {
    for (const auto& line : body.lines) {
      tally.debit(Account::merchants_unsettled, line.gross);
      tally.credit(Account::merchants_settled, line.net);
      tally.credit(Account::fee_income, line.fee_supply);
      tally.credit(Account::fee_vat, line.fee_vat);
    }
  }
  void operator()(const settlement::PayoutRequested& body) const {
    tally.debit(Account::merchants_settled, body.amount);
    tally.credit(Account::payouts_in_transit, body.amount);
  }
  void operator()(const settlement::PayoutUpdated& body) const {
    if (body.bank_says != PayoutState::unknown) return;  // noted: its state stands as it stood
    switch (body.state) {
      case PayoutState::paid:
        return move(/*debit=*/body.was_back ? Account::merchants_settled : Account::payouts_in_transit,
                    /*credit=*/Account::bank, body.amount);
      case PayoutState::failed:
        return move(/*debit=*/Account::payouts_in_transit, /*credit=*/Account::merchants_settled,
                    body.amount);
      case PayoutState::returned:
        return move(/*debit=*/body.was_paid ? Account::bank : Account::payouts_in_transit,
                    /*credit=*/Account::merchants_settled, body.amount);
      case PayoutState::unknown:
      case PayoutState::requested:
      case PayoutState::sent:
      case PayoutState::carried:
        return;
    }
  }
  void operator()(const settlement::FileMatched& body) const {
    if (body.kind != settlement::FileKind::deposit) return;
    std::vector<settlement::Deposited> deposits = body.deposits;
    if (deposits.empty()) {
      const auto cards = static_cast<std::uint16_t>(Account::receivable_card);
      deposits.push_back({cards, body.matched_amount, body.matched_fee, body.amount_before, body.fee_before});
    }
    int128 arrived = 0;
    int128 kept = 0;
    int128 differs = 0;
    for (const auto& one : deposits) {
      const int128 amount = static_cast<int128>(one.amount) - one.amount_before;
      const int128 difference = static_cast<int128>(one.difference) - one.difference_before;
      // Who owed it owes nothing more: what of it came too much or too little is nobody's debt.
      tally.credit(static_cast<Account>(one.account), amount - difference);
      arrived += amount;
      differs += difference;
      kept += static_cast<int128>(one.fee) - one.fee_before;
    }
    tally.debit(Account::bank, arrived - kept);
    tally.debit(Account::acquirer_fees, kept);
    tally.credit(Account::deposit_differences, differs);
  }

  // Of a payment: postings() with its movement. Of the rest of the house and the registry: no money moves.
  void operator()(const PaymentCreated&) const {}
  void operator()(const PaymentAuthenticated&) const {}
  void operator()(const ApprovalRequested&) const {}
  void operator()(const ApprovalApproved&) const {}
  void operator()(const ApprovalDeclined&) const {}
  void operator()(const ApprovalUnknown&) const {}
  void operator()(const VirtualAccountIssued&) const {}
  void operator()(const DepositConfirmed&) const {}
  void operator()(const DepositReversed&) const {}
  void operator()(const PaymentExpired&) const {}
  void operator()(const PaymentFailed&) const {}
  void operator()(const CancelRequested&) const {}
  void operator()(const CancelSucceeded&) const {}
  void operator()(const CancelFailed&) const {}
  void operator()(const CancelUnknown&) const {}
  void operator()(const ProviderAsked&) const {}
  void operator()(const NetworkCancelRequested&) const {}
  void operator()(const NetworkCancelConfirmed&) const {}
  void operator()(const AcquisitionUpdated&) const {}
  void operator()(const CommandRefused&) const {}
  void operator()(const CommandNoted&) const {}
  void operator()(const IncidentOpened&) const {}
  void operator()(const MerchantRegistered&) const {}
  void operator()(const MerchantClosed&) const {}
  void operator()(const ApiKeyCreated&) const {}
  void operator()(const ApiKeyRevoked&) const {}
  void operator()(const settlement::ChangeProposed&) const {}
  void operator()(const settlement::ChangeDecided&) const {}
  void operator()(const settlement::RunStarted&) const {}
  void operator()(const settlement::RunEnded&) const {}
  void operator()(const settlement::LinesRedated&) const {}
  void operator()(const settlement::FileImported&) const {}
  void operator()(const settlement::BreakResolved&) const {}

 private:
  void move(Account debited, Account credited, std::int64_t amount) const {
    tally.debit(debited, amount);
    tally.credit(credited, amount);
  }
};

}  // namespace

std::vector<Posting> postings(const Event& event, const PaymentMoney& before,
                              const std::optional<Movement>& movement) {
  if (!movement) return {};
  const bool comes = movement->kind == LineKind::approval;
  const int128 amount = comes ? movement->amount : -static_cast<int128>(movement->amount);
  Tally tally;
  tally.debit(place_of_money(method_of_movement(event, before, movement->approval)), amount);
  tally.credit(Account::merchants_unsettled, amount);
  return tally.postings(before.version == 0 ? event.currency : before.currency);
}

std::vector<Posting> postings(const Event& event) {
  Tally tally;
  std::visit(OfHouse{tally}, event.body);
  return tally.postings(event.currency);
}

bool is_balanced(const std::vector<Posting>& postings) {
  std::map<Currency, int128> sums;
  for (const auto& posting : postings)
    sums[posting.currency] += static_cast<int128>(posting.debit) - posting.credit;
  return std::all_of(sums.begin(), sums.end(), [](const auto& sum) { return sum.second == 0; });
}

}  // namespace wonjang::journal
