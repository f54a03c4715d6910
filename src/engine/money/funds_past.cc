// What a row of a past day is made of. Nothing of it is stored; it follows from what stands now, taken back
// by what was recorded since:
//
//   open items   those open now, and those that a run has settled since
//   lines        those that no payout covers now, and those that a payout requested since covers
//   payouts      of those requested by then, in the state they had by then
//   carried over, kept back    by those payouts alone
//
// When a movement was recorded stands in its payment's stream, a payout's events in its own; of lines the
// place in the log says it.
#include <algorithm>
#include <map>

#include "domain/journal/movement.h"
#include "engine/money/funds.h"
#include "engine/money/journal_spaces.h"

namespace wonjang::money {

using settlement::CarriedOver;
using settlement::LineKind;
using settlement::PayoutId;
using settlement::PayoutState;

namespace {

// An id is drawn a moment before its first event is recorded, by another look at the clock.
constexpr std::int64_t kIdAheadMs = 3'600'000;

class PastLines {
 public:
  PastLines(const MoneyReader& reader, LogParts log, const FundsLinesAsked& asked)
      : reader_(reader), log_(log.log), codec_(log.codec), source_(log.log, log.codec), asked_(asked) {}

  Result<FundsLines> run() {
    WJ_TRY(close_, reader_.positions_at(asked_.day));
    WJ_CHECK(items_open_now());
    WJ_CHECK(items_settled_since());
    WJ_CHECK(lines_unpaid_now());
    WJ_CHECK(payouts());
    add_standing();
    return std::move(out_);
  }

 private:
  template <typename T>
  void keep(std::vector<T>& list, T one) {
    if (list.size() < asked_.count_max) {
      list.push_back(std::move(one));
    } else {
      out_.truncated = true;
    }
  }

  bool is_by_then(Instant recorded_at) const { return business_date_of(recorded_at) <= asked_.day; }
  bool is_by_then(const LinePlace& place) const {
    return place.book < close_.size() && place.position < close_[place.book];
  }

  // The events of a stream with their times.
  Result<std::vector<Event>> events_of(RawId stream) const {
    std::vector<Event> out;
    WJ_TRY(const auto units, log_.load(stream));
    for (const auto& unit : units) {
      for (const auto& bytes : unit.events) {
        WJ_TRY(out.emplace_back(), codec_.decode(bytes));
      }
    }
    return out;
  }

  Result<bool> was_recorded(const LineKey& movement) const {
    const auto after_close = start_of({asked_.day.days + 1}).us / 1'000 + kIdAheadMs;
    if (static_cast<std::int64_t>(movement.payment.raw().unix_ms()) > after_close) return false;
    WJ_TRY(const auto events, events_of(movement.payment.raw()));
    for (const Event& event : events) {
      if (event.version == movement.version) return is_by_then(event.recorded_at);
    }
    return corrupt("the payment " + movement.payment.text() + " has no event " +
                   std::to_string(movement.version) + ": rebuild money");
  }

  void add_item(OpenItem item) {
    const bool adds = item.item.kind == LineKind::approval;
    out_.sum += adds ? item.item.amount : -item.item.amount;
    keep(out_.items, std::move(item));
  }

  Result<void> items_open_now() {
    return reader_.open_items(kEveryDate, [&](const OpenItem& open) -> Result<bool> {
      if (open.merchant_no != asked_.merchant || open.currency != asked_.currency) return true;
      WJ_TRY(const bool was_there, was_recorded(open.item.key));
      if (was_there) add_item(open);
      return true;
    });
  }

  // Adjustments are no movements: they settle nothing that was open.
  Result<void> items_settled_since() {
    WJ_TRY(const auto runs, reader_.runs(BusinessDate{0}, kEveryDate));
    for (const auto& run : runs) {
      if (!run.started || business_date_of(run.started->known_at) < asked_.day) continue;
      WJ_CHECK(
          reader_.lines_of_run(run.date, asked_.merchant, {}, [&](const LineSummary& line) -> Result<bool> {
            const bool is_since = line.kind != LineKind::adjustment && line.currency == asked_.currency &&
                                  !is_by_then(line.place);
            if (!is_since) return true;
            WJ_TRY(const bool was_there, was_recorded(line.key));
            if (!was_there) return true;
            WJ_TRY(const auto whole, source_.line(line));
            OpenItem item;
            item.merchant_no = asked_.merchant;
            item.merchant = whole.event().merchant;
            item.currency = line.currency;
            item.item = whole.line().item;
            item.day = business_date_of(item.item.at);
            add_item(std::move(item));
            return true;
          }));
    }
    return {};
  }

  Result<bool> take_line(const LineSummary& line) {
    if (!is_by_then(line.place)) return true;
    out_.sum += line.net;
    auto then = line;
    then.payout.reset();
    keep(out_.lines, std::move(then));
    return true;
  }
  Result<void> lines_unpaid_now() {
    return reader_.unpaid_lines(asked_.merchant, asked_.currency, kDatedOrNot,
                                [&](const LineSummary& line) -> Result<bool> {
                                  return line.payout ? Result<bool>(true) : take_line(line);
                                });
  }

  Result<void> payouts() {
    return reader_.payouts(BusinessDate{0}, kEveryDate, asked_.merchant,
                           [&](const PayoutNow& payout) -> Result<bool> {
                             if (payout.currency == asked_.currency) WJ_CHECK(take_payout(payout));
                             return true;
                           });
  }

  Result<void> take_payout(PayoutNow payout) {
    WJ_TRY(const auto events, events_of(payout.requested.payout.raw()));
    if (events.empty()) return corrupt("the payout " + payout.requested.payout.text() + " has no events");
    if (!is_by_then(events.front().recorded_at)) {
      return reader_.lines_of_payout(payout.requested.payout, {},
                                     [&](const LineSummary& line) { return take_line(line); });
    }
    payout.state = payout.requested.state;
    payout.updates.clear();
    for (const Event& event : events) {
      const auto* update = std::get_if<settlement::PayoutUpdated>(&event.body);
      if (update == nullptr || !is_by_then(event.recorded_at)) continue;
      payout.state = update->state;
      payout.updates.push_back(*update);
    }
    payout.version = 1 + static_cast<std::uint32_t>(payout.updates.size());
    note_standing(payout);
    if (payout.state != PayoutState::requested && payout.state != PayoutState::sent) return {};
    out_.sum += payout.requested.amount;
    keep(out_.payouts, std::move(payout));
    return {};
  }

  // What it left for the next one, or took over from those before it.
  void note_standing(const PayoutNow& payout) {
    const auto& asked = payout.requested;
    if (asked.left_over != 0) carried_[asked.payout] += asked.left_over;
    if (payout.state == PayoutState::failed || payout.state == PayoutState::returned)
      carried_[asked.payout] += asked.amount;
    for (const auto& taken : asked.carried) carried_[taken.from] -= taken.amount;
    kept_back_ += static_cast<int128>(asked.withheld) - asked.released;
  }

  void add_standing() {
    for (const auto& [from, amount] : carried_) {
      if (amount == 0) continue;
      out_.sum += amount;
      out_.carried.push_back({from, static_cast<std::int64_t>(amount)});
    }
    out_.kept_back = static_cast<std::int64_t>(kept_back_);
    out_.sum += kept_back_;
  }

  const MoneyReader& reader_;
  const EventLog& log_;
  const EventCodec& codec_;
  LineSource source_;
  const FundsLinesAsked asked_;
  LogPositions close_;
  std::map<PayoutId, int128> carried_;
  int128 kept_back_ = 0;
  FundsLines out_;
};

}  // namespace

Result<FundsLines> funds_lines_at(const MoneyReader& reader, LogParts log, const FundsLinesAsked& asked) {
  WJ_TRY(auto out, PastLines(reader, log, asked).run());
  WJ_TRY(const auto unpaid, reader.unpaid_at(asked.day));
  int128 row = 0;
  for (const auto& one : unpaid) {
    if (one.merchant_no == asked.merchant && one.currency == asked.currency) row = one.open + one.settled;
  }
  if (row == out.sum) return out;
  return corrupt("the lines below the funds of " + to_text(asked.day) + " come to " + text_of(out.sum) +
                 ", their row to " + text_of(row) + ": run `wonjang check`, rebuild money");
}

}  // namespace wonjang::money
