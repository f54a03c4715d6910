#include "engine/money/what_if_moves.h"

#include "engine/money/journal_spaces.h"

namespace wonjang::money {

namespace {

std::string text_of(const MovedLine::Side& side) {
  return std::to_string(side.payout_date.days) + " " + std::to_string(side.fee) + " " +
         std::to_string(side.net) + (side.fails ? " fails" : "");
}

}  // namespace

void Moves::add(MovedLine line) {
  merchants_.insert(line.merchant);
  int128& delta = fee_delta_[line.currency];
  delta += line.to.fee;
  delta -= line.from.fee;
  if (line.from.payout_date != line.to.payout_date && !line.from.fails && !line.to.fails &&
      line.by != MovedBy::adjustment) {
    add(MovedPayout{
        line.merchant, line.currency, line.from.payout_date, line.to.payout_date, {}, line.to.net});
  }
  const auto bytes = settlement::text_of(line.key) + " " + std::string(code_of(line.by)) + " " +
                     text_of(line.from) + " " + text_of(line.to);
  lines_.add(std::move(line), bytes);
}

void Moves::add(MoveFailed failed) {
  merchants_.insert(failed.merchant);
  const auto bytes = settlement::text_of(failed.key) + " " + failed.why;
  failures_.add(std::move(failed), bytes);
}

void Moves::add(const MovedPayout& payout) {
  merchants_.insert(payout.merchant);
  nets_[{payout.merchant, payout.currency, payout.from, payout.to,
         payout.payout.value_or(settlement::PayoutId())}] += payout.net;
}

Result<WhatIf> Moves::finish() {
  for (const auto& [whose, net] : nets_) {
    const auto& [merchant, currency, from, to, id] = whose;
    MovedPayout payout{merchant, currency, from, to, std::nullopt, net};
    if (!id.is_zero()) payout.payout = id;
    payouts_.add(std::move(payout), merchant.text() + std::string(currency.code()) + " " +
                                        std::to_string(from.days) + " " + std::to_string(to.days) + " " +
                                        id.text() + " " + money::text_of(net));
  }
  WJ_CHECK(lines_.close());
  WJ_CHECK(payouts_.close());
  WJ_CHECK(failures_.close());
  WhatIf out;
  out.lines = lines_.take();
  out.payouts = payouts_.take();
  out.failures = failures_.take();
  out.lines_total = lines_.count();
  out.payouts_total = payouts_.count();
  out.failures_total = failures_.count();
  out.merchants_total = merchants_.size();
  out.fee_delta = fee_delta_;
  out.next_lines = lines_.next();
  out.next_payouts = payouts_.next();
  out.next_failures = failures_.next();
  return out;
}

}  // namespace wonjang::money
