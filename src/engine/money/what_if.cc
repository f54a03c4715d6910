#include "engine/money/what_if.h"

#include <functional>

#include "engine/money/redate.h"
#include "engine/money/retier.h"
#include "engine/money/run_scope.h"
#include "engine/money/settler.h"
#include "engine/money/what_if_holds.h"
#include "engine/money/what_if_moves.h"
#include "engine/money/what_if_payouts.h"

namespace wonjang::money {

using settlement::Calendar;
using settlement::Canary;
using settlement::Contract;
using settlement::Hold;
using settlement::Reference;

std::string_view code_of(MovedBy v) {
  switch (v) {
    case MovedBy::next_run:
      return "NEXT_RUN";
    case MovedBy::redating:
      return "REDATING";
    case MovedBy::adjustment:
      return "ADJUSTMENT";
  }
  return "UNKNOWN";
}

namespace {

// Why an item couldn't be settled, by one book.
using Reasons = std::map<LineKey, std::string>;

// Open items under one book: each item's line, as its next run would make it.
class Future {
 public:
  Future(const MoneyReader& reader, const ContractBook& book, RunScope scope)
      : scope_(std::move(scope)),
        settler_(book, scope_, reader, kEveryDate, [this](SettledChunk&& chunk) -> Result<void> {
          for (const auto& line : chunk.body.lines) {
            lines_[line.item.key] = {line.payout_date, line.fee, line.net, false};
          }
          for (const auto& failed : chunk.body.failed) {
            lines_[failed.item.key].fails = true;
            reasons_[failed.item.key] = failed.code + ": " + failed.detail;
          }
          return {};
        }) {}

  Terms terms_of(const OpenItem& open) const { return scope_.of(open).terms; }
  Result<std::map<LineKey, MovedLine::Side>> settle(const std::vector<OpenItem>& items) {
    std::vector<DueItem> due;
    for (const auto& open : items) {
      const Scoped scoped = scope_.of(open);
      if (scoped.scope == Scope::undated) continue;
      due.push_back({open, scoped.terms, scoped.scope == Scope::late});
      due.back().open.failed.clear();
    }
    lines_.clear();
    reasons_.clear();
    WJ_CHECK(settler_.settle(due));
    return std::move(lines_);
  }
  const Reasons& reasons() const { return reasons_; }  // of the items settled last

 private:
  RunScope scope_;
  std::map<LineKey, MovedLine::Side> lines_;
  Reasons reasons_;
  Settler settler_;
};

class OpenItems {
 public:
  OpenItems(const MoneyReader& reader, Future& now, Future& then, Moves& moves)
      : reader_(reader), now_(now), then_(then), moves_(moves) {}

  // `may_move` leaves out what can't, before anything is computed.
  Result<void> compare(const std::function<bool(const OpenItem&)>& may_move) {
    WJ_CHECK(reader_.open_items(kEveryDate, [&](const OpenItem& open) -> Result<bool> {
      if (!may_move(open)) return true;
      if (batch_.size() >= Settler::kItemsAtOnce && batch_.back().item.key.payment != open.item.key.payment) {
        WJ_CHECK(compare_batch());
      }
      batch_.push_back(open);
      return true;
    }));
    return compare_batch();
  }

 private:
  Result<void> compare_batch() {
    WJ_TRY(const auto now, now_.settle(batch_));
    WJ_TRY(const auto then, then_.settle(batch_));
    for (const auto& open : batch_) {
      const auto from = now.find(open.item.key);
      const auto to = then.find(open.item.key);
      const MovedLine::Side none;
      MovedLine line{open.item.key,
                     MovedBy::next_run,
                     open.merchant,
                     open.currency,
                     from == now.end() ? none : from->second,
                     to == then.end() ? none : to->second};
      if (line.from == line.to) continue;
      if (line.to.fails)
        moves_.add(MoveFailed{line.key, line.by, line.merchant, line.currency, then_.reasons().at(line.key)});
      moves_.add(std::move(line));
    }
    batch_.clear();
    return {};
  }

  const MoneyReader& reader_;
  Future& now_;
  Future& then_;
  Moves& moves_;
  std::vector<OpenItem> batch_;
};

class Asking {
 public:
  Asking(const KvSnapshot& snapshot, const MoneyPorts& ports, const WhatIfAsked& asked)
      : reader_(snapshot),
        ports_(ports),
        today_(business_date_of(ports.clock.now())),
        source_(ports.log, ports.codec),
        moves_(asked) {}

  Result<WhatIf> ask(const Reference& proposed) {
    if (const auto* hold = std::get_if<Hold>(&proposed)) {
      const auto number = ports_.number_of(hold->merchant);
      if (!number) return invalid("merchant: there is no merchant " + hold->merchant.text());
      WJ_CHECK(changed_hold(reader_, *number, *hold, today_, moves_));
      return moves_.finish();
    }
    WJ_TRY(const auto now, ContractBook::load(reader_));
    WJ_TRY(auto then, ContractBook::load(reader_));
    if (const auto* contract = std::get_if<Contract>(&proposed)) {
      then.add(*contract, ports_.clock.now());
      WJ_CHECK(changed_contract(now, then, *contract));
    } else if (const auto* calendar = std::get_if<Calendar>(&proposed)) {
      then.add(*calendar);
      WJ_CHECK(changed_calendar(now, then, calendar->code));
    } else if (const auto* canary = std::get_if<Canary>(&proposed)) {
      then.add(*canary);
      WJ_CHECK(open_items(now, then, [](const OpenItem&) { return true; }));
    }
    return moves_.finish();
  }

 private:
  Result<void> open_items(const ContractBook& now, const ContractBook& then,
                          const std::function<bool(const OpenItem&)>& may_move) {
    WJ_TRY(auto scope_now, RunScope::load_all(reader_, now, today_));
    WJ_TRY(auto scope_then, RunScope::load_all(reader_, then, today_));
    Future future_now(reader_, now, std::move(scope_now));
    Future future_then(reader_, then, std::move(scope_then));
    return OpenItems(reader_, future_now, future_then, moves_).compare(may_move);
  }

  Result<void> changed_contract(const ContractBook& now, const ContractBook& then, const Contract& contract) {
    const auto number = ports_.number_of(contract.merchant);
    if (!number) return invalid("merchant: there is no merchant " + contract.merchant.text());
    if (contract.valid_from < today_) WJ_CHECK(adjustments(then, contract, *number));
    WJ_CHECK(changed_payout(reader_, now, then, contract, *number, today_, moves_));
    return open_items(now, then, [&](const OpenItem& open) { return open.merchant == contract.merchant; });
  }
  Result<void> adjustments(const ContractBook& then, const Contract& contract, MerchantNo number) {
    return each_adjustment(
        reader_, source_, then, contract, number, today_,
        [&](Adjustment&& made) -> Result<void> {
          for (const auto& line : made.lines) {
            const MovedLine::Side from{{}, line.fee_before, -line.fee_before, false};
            const MovedLine::Side to{line.payout_date, line.fee_before + line.fee,
                                     -line.fee_before - line.fee, false};
            moves_.add(
                MovedLine{line.item.key, MovedBy::adjustment, contract.merchant, made.currency, from, to});
          }
          return {};
        },
        [&](AdjustmentFailed&& failed) {
          moves_.add(MoveFailed{failed.approval, MovedBy::adjustment, contract.merchant, contract.currency,
                                std::move(failed.why)});
        });
  }

  Result<void> changed_calendar(const ContractBook& now, const ContractBook& then, const std::string& code) {
    WJ_CHECK(redatings(*then.calendar(code)));
    return open_items(now, then, [&](const OpenItem& open) {
      const auto* contract = now.terms_of(open).contract;
      return contract != nullptr && contract->calendar == code;
    });
  }
  Result<void> redatings(const UsableCalendar& calendar) {
    WJ_TRY(const auto dues, reader_.due(kEveryDate));
    std::map<MerchantNo, MerchantId> merchants;
    for (const auto& due : dues) merchants[due.merchant_no] = due.merchant;
    return each_moving(
        reader_, source_, calendar,
        [&](const Moving& moving) -> Result<void> {
          const auto& line = moving.line;
          moves_.add(MovedLine{line.key,
                               MovedBy::redating,
                               moving.due.merchant,
                               line.currency,
                               {line.payout_date, line.fee, line.net, false},
                               {moving.to, line.fee, line.net, false}});
          return {};
        },
        [&](const LineSummary& line) {
          moves_.add(MoveFailed{line.key, MovedBy::redating, merchants[line.merchant_no], line.currency,
                                "CALENDAR_ENDS: calendar " + calendar.calendar.code +
                                    " doesn't reach its payout day; it would stay at " +
                                    to_text(line.payout_date) + ": import a version that reaches further"});
        });
  }

  const MoneyReader reader_;
  const MoneyPorts& ports_;
  const BusinessDate today_;
  LineSource source_;
  Moves moves_;
};

}  // namespace

Result<WhatIf> what_if(const KvSnapshot& snapshot, const MoneyPorts& ports, const Reference& proposed,
                       const WhatIfAsked& asked) {
  return Asking(snapshot, ports, asked).ask(proposed);
}

}  // namespace wonjang::money
