#include "engine/money/what_if_moves.h"

#include "engine/money/journal_spaces.h"

namespace wonjang::money {

namespace {

std::string text_of(const MovedLine::Side& side) {
  return std::to_string(side.payout_date.days) + " " + std::to_string(side.fee) + " " +
         std::to_string(side.net) + (side.fails ? " fails" : "");
}

// What tells an item apart from any other that could stand in its place.
std::string bytes_of(const MovedLine& line) {
  return settlement::text_of(line.key) + " " + std::string(code_of(line.by)) + " " + text_of(line.from) +
         " " + text_of(line.to);
}
std::string bytes_of(const MovedPayout& payout) {
  std::string out = payout.merchant.text() + std::string(payout.currency.code()) + " " +
                    std::to_string(payout.from.days) + " " + std::to_string(payout.to.days) + " " +
                    payout.payout.value_or(settlement::PayoutId()).text() + " " + money::text_of(payout.net);
  if (payout.next) {
    for (const auto& side : {payout.next->from, payout.next->to})
      out += " next " + std::to_string(side.amount) + " " + side.account;
  }
  return out;
}
std::string bytes_of(const MoveFailed& failed) { return settlement::text_of(failed.key) + " " + failed.why; }

// False: the page isn't there.
template <typename T>
bool cut(const std::vector<T>& kept, std::uint64_t total, MovedList list, const WhatIfAsked& asked,
         std::vector<T>& items, std::optional<MovedPlace>& next) {
  const bool is_wanted = !asked.after || asked.after->list == list;
  if (!is_wanted) return true;
  const std::uint64_t from = asked.after ? asked.after->count : 0;
  const std::uint64_t until = from + asked.count_max;
  // The item behind the page says that the list goes on.
  if (kept.size() < total && until >= kept.size()) return false;
  MovedPage<T> page(list, asked);
  for (std::uint64_t i = 0; i < kept.size() && i <= until; ++i) page.add(kept[i], bytes_of(kept[i]));
  if (!page.close()) return false;
  items = page.take();
  next = page.next();
  return true;
}

}  // namespace

std::optional<WhatIf> page_of(const WhatIf& kept, const WhatIfAsked& asked) {
  WhatIf out;
  const bool is_there =
      cut(kept.lines, kept.lines_total, MovedList::lines, asked, out.lines, out.next_lines) &&
      cut(kept.payouts, kept.payouts_total, MovedList::payouts, asked, out.payouts, out.next_payouts) &&
      cut(kept.failures, kept.failures_total, MovedList::failures, asked, out.failures, out.next_failures);
  if (!is_there) return std::nullopt;
  out.lines_total = kept.lines_total;
  out.payouts_total = kept.payouts_total;
  out.failures_total = kept.failures_total;
  out.merchants_total = kept.merchants_total;
  out.fee_delta = kept.fee_delta;
  return out;
}

void Moves::add(MovedLine line) {
  merchants_.insert(line.merchant);
  int128& delta = fee_delta_[line.currency];
  delta += line.to.fee;
  delta -= line.from.fee;
  if (line.from.payout_date != line.to.payout_date && !line.from.fails && !line.to.fails &&
      line.by != MovedBy::adjustment) {
    add(MovedPayout{
        line.merchant, line.currency, line.from.payout_date, line.to.payout_date, {}, line.to.net, {}});
  }
  const auto bytes = bytes_of(line);
  lines_.add(std::move(line), bytes);
}

void Moves::add(MoveFailed failed) {
  merchants_.insert(failed.merchant);
  const auto bytes = bytes_of(failed);
  failures_.add(std::move(failed), bytes);
}

void Moves::add(const MovedPayout& payout) {
  merchants_.insert(payout.merchant);
  if (payout.next) return nexts_.push_back(payout);
  nets_[{payout.merchant, payout.currency, payout.from, payout.to,
         payout.payout.value_or(settlement::PayoutId())}] += payout.net;
}

Result<WhatIf> Moves::finish() {
  for (const auto& [whose, net] : nets_) {
    const auto& [merchant, currency, from, to, id] = whose;
    MovedPayout payout{merchant, currency, from, to, std::nullopt, net, std::nullopt};
    if (!id.is_zero()) payout.payout = id;
    const auto bytes = bytes_of(payout);
    payouts_.add(std::move(payout), bytes);
  }
  for (auto& payout : nexts_) {
    const auto bytes = bytes_of(payout);
    payouts_.add(std::move(payout), bytes);
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
