#include "engine/money/what_if_payouts.h"

#include <algorithm>

#include "engine/money/payout_sums.h"

namespace wonjang::money {

using settlement::Contract;

namespace {

class NextPayout {
 public:
  NextPayout(const MoneyReader& reader, const ContractBook& then, const Contract& proposed, MerchantNo number)
      : reader_(reader), then_(then), proposed_(proposed), number_(number) {}

  Result<void> find(BusinessDate today) {
    WJ_TRY(standing_, reader_.standing(number_, proposed_.currency));
    WJ_TRY(const auto earliest, first_free(std::max(today, proposed_.valid_from)));
    date_ = earliest;
    WJ_TRY(net_, due_until(date_));
    if (has_lines_ || !standing_.carried.empty() || standing_.kept_back != 0) return {};
    WJ_TRY(const auto oldest, oldest_due());
    if (!oldest) return {};
    WJ_TRY(date_, first_free(std::max(*oldest, earliest)));
    WJ_TRY(net_, due_until(date_));
    return {};
  }
  BusinessDate date() const { return date_; }

  // What a payout run would request; nothing, and no account, where it would leave the merchant out.
  MovedPayout::Payable payable(const ContractBook& book) const {
    const auto* contract = book.paying(proposed_.merchant, proposed_.currency, date_);
    if (contract == nullptr || book.paid_elsewhere(*contract, date_) != nullptr) return {};
    const auto sums = payout_sums(net_, standing_.carried, standing_.kept_back, contract->keep_back);
    if (!sums || contract->payout_account.empty()) return {};
    return {sums->amount, contract->payout_account};
  }

  // Is there anything that this payout, or one after it, will pay?
  Result<bool> is_owed() const {
    if (has_lines_ || !standing_.carried.empty() || standing_.kept_back != 0) return true;
    WJ_TRY(const auto unpaid, reader_.unpaid());
    return std::ranges::any_of(unpaid, [&](const MoneyReader::Unpaid& one) {
      return one.merchant_no == number_ && one.currency == proposed_.currency &&
             (one.open != 0 || one.settled != 0);
    });
  }

 private:
  // On or after `date`, a business day that has no payout yet. Where no calendar says, the day itself.
  Result<BusinessDate> first_free(BusinessDate date) const {
    const auto* calendar = then_.calendar(proposed_.calendar);
    for (;; date = {date.days + 1}) {
      if (calendar != nullptr) date = calendar->days.on_or_after(date).value_or(date);
      const auto stream = settlement::payout_stream(proposed_.merchant, number_, date, proposed_.currency);
      if (!stream) return date;
      WJ_TRY(const auto there, reader_.payout(settlement::PayoutId(*stream)));
      if (!there) return date;
    }
  }
  Result<int128> due_until(BusinessDate date) {
    WJ_TRY(const auto own, own_due(date));
    has_lines_ = own.has_value();
    return has_lines_ ? own->net : int128{0};
  }
  Result<std::optional<BusinessDate>> oldest_due() const {
    WJ_TRY(const auto own, own_due(kEveryDate));
    return own ? std::optional(own->oldest) : std::nullopt;
  }
  Result<std::optional<Due>> own_due(BusinessDate until) const {
    WJ_TRY(const auto dues, reader_.due(until));
    const auto own = std::ranges::find_if(dues, [this](const Due& due) {
      return due.merchant_no == number_ && due.currency == proposed_.currency;
    });
    return own == dues.end() ? std::nullopt : std::optional(*own);
  }

  const MoneyReader& reader_;
  const ContractBook& then_;
  const Contract& proposed_;
  const MerchantNo number_;
  Standing standing_;
  BusinessDate date_;
  int128 net_ = 0;
  bool has_lines_ = false;
};

}  // namespace

Result<void> changed_payout(const MoneyReader& reader, const ContractBook& now, const ContractBook& then,
                            const Contract& proposed, MerchantNo number, BusinessDate today, Moves& moves) {
  NextPayout payout(reader, then, proposed, number);
  WJ_CHECK(payout.find(today));
  const auto from = payout.payable(now);
  const auto to = payout.payable(then);
  if (from == to) return {};
  WJ_TRY(const bool is_owed, payout.is_owed());
  if (!is_owed) return {};
  const int128 more = static_cast<int128>(to.amount) - from.amount;
  moves.add(MovedPayout{proposed.merchant, proposed.currency, payout.date(), payout.date(), std::nullopt,
                        more, MovedPayout::Next{from, to}});
  return {};
}

}  // namespace wonjang::money
