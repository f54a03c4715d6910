#include "engine/money/what_if_holds.h"

#include "engine/money/holds.h"

namespace wonjang::money {

using settlement::Hold;
using settlement::PayoutState;

namespace {

class HoldAsked {
 public:
  HoldAsked(const MoneyReader& reader, MerchantId merchant, BusinessDate today, Moves& moves)
      : reader_(reader), merchant_(merchant), today_(today), moves_(moves) {}

  Result<void> compare(const Hold& proposed) {
    WJ_TRY(now_, MerchantHolds::load(reader_, merchant_));
    then_ = now_;
    then_.add(proposed);
    WJ_TRY(const auto dues, reader_.due(kEveryDate));
    for (const auto& due : dues) {
      if (due.merchant == merchant_) WJ_CHECK(lines(due));
    }
    return {};
  }
  Result<void> payouts(MerchantNo number) {
    return reader_.payouts(BusinessDate{}, kEveryDate, number, [&](const PayoutNow& payout) -> Result<bool> {
      if (payout.state != PayoutState::requested) return true;
      const auto own = payout.requested.date;
      move({merchant_,
            payout.currency,
            now_.of_payout(own, today_),
            then_.of_payout(own, today_),
            payout.requested.payout,
            payout.requested.amount,
            {}});
      return true;
    });
  }

 private:
  Result<void> lines(const Due& due) {
    return reader_.unpaid_lines(due.merchant_no, due.currency, kEveryDate,
                                [&](const LineSummary& line) -> Result<bool> {
                                  if (line.payout || line.payout_date.days == 0) return true;
                                  const auto own = line.payout_date;
                                  move({merchant_,
                                        due.currency,
                                        now_.of_line(own, today_),
                                        then_.of_line(own, today_),
                                        std::nullopt,
                                        line.net,
                                        {}});
                                  return true;
                                });
  }
  void move(const MovedPayout& payout) {
    if (payout.from != payout.to) moves_.add(payout);
  }

  const MoneyReader& reader_;
  const MerchantId merchant_;
  const BusinessDate today_;
  Moves& moves_;
  MerchantHolds now_;
  MerchantHolds then_;
};

}  // namespace

Result<void> changed_hold(const MoneyReader& reader, MerchantNo number, const Hold& proposed,
                          BusinessDate today, Moves& moves) {
  HoldAsked asked(reader, proposed.merchant, today, moves);
  WJ_CHECK(asked.compare(proposed));
  return asked.payouts(number);
}

}  // namespace wonjang::money
