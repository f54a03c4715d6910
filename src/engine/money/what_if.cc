#include "engine/money/what_if.h"

#include <set>

#include "engine/money/redate.h"
#include "engine/money/retier.h"
#include "engine/money/run_scope.h"
#include "engine/money/settler.h"

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

constexpr std::size_t kBatchOfItems = 512;
// What moved, counted whole and kept up to a bound.
class Moves {
 public:
  explicit Moves(std::size_t lines_max) : lines_max_(lines_max) {}

  Result<void> add(MovedLine line) {
    ++out_.lines_total;
    merchants_.insert(line.merchant);
    int128& delta = fee_delta_[line.currency];
    delta += line.to.fee;
    delta -= line.from.fee;
    if (line.from.payout_date != line.to.payout_date && !line.from.fails && !line.to.fails &&
        line.by != MovedBy::adjustment) {
      nets_[{line.merchant, line.currency, line.from.payout_date, line.to.payout_date}] += line.to.net;
    }
    if (out_.lines.size() < lines_max_) {
      out_.lines.push_back(std::move(line));
    } else {
      out_.truncated = true;
    }
    return {};
  }
  void hold(const Due& due) {
    merchants_.insert(due.merchant);
    nets_[{due.merchant, due.currency, due.oldest, BusinessDate{}}] += due.net;
  }

  Result<WhatIf> finish() {
    out_.merchants_total = merchants_.size();
    out_.payouts_total = nets_.size();
    out_.fee_delta = fee_delta_;
    for (const auto& [whose, net] : nets_) {
      if (out_.payouts.size() >= lines_max_) {
        out_.truncated = true;
        break;
      }
      const auto& [merchant, currency, from, to] = whose;
      out_.payouts.push_back({merchant, currency, from, to, net});
    }
    return std::move(out_);
  }

 private:
  const std::size_t lines_max_;
  std::set<MerchantId> merchants_;
  std::map<Currency, int128> fee_delta_;
  std::map<std::tuple<MerchantId, Currency, BusinessDate, BusinessDate>, int128> nets_;
  WhatIf out_;
};

// Open items under one book: each item's line, as its next run would make it.
class Future {
 public:
  Future(const MoneyReader& reader, const ContractBook& book, RunScope scope)
      : scope_(std::move(scope)),
        settler_(book, scope_, reader, kEveryDate, [this](SettledChunk&& chunk) -> Result<void> {
          for (const auto& line : chunk.body.lines) {
            lines_[line.item.key] = {line.payout_date, line.fee, line.net, false};
          }
          for (const auto& failed : chunk.body.failed) lines_[failed.item.key].fails = true;
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
    WJ_CHECK(settler_.settle(due));
    return std::move(lines_);
  }

 private:
  RunScope scope_;
  std::map<LineKey, MovedLine::Side> lines_;
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
      if (batch_.size() >= kBatchOfItems && batch_.back().item.key.payment != open.item.key.payment) {
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
      if (line.from != line.to) WJ_CHECK(moves_.add(std::move(line)));
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
  Asking(const KvSnapshot& snapshot, const MoneyPorts& ports, std::size_t lines_max)
      : reader_(snapshot),
        ports_(ports),
        today_(business_date_of(ports.clock.now())),
        source_(ports.log, ports.codec),
        moves_(lines_max) {}

  Result<WhatIf> ask(const Reference& proposed) {
    if (const auto* hold = std::get_if<Hold>(&proposed)) {
      WJ_CHECK(on_hold(*hold));
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
    WJ_CHECK(open_items(now, then, [&](const OpenItem& open) { return open.merchant == contract.merchant; }));
    if (contract.valid_from >= today_) return {};
    return each_adjustment(
        reader_, source_, then, contract, *number, today_,
        [&](Adjustment&& made) -> Result<void> {
          for (const auto& line : made.lines) {
            const MovedLine::Side from{{}, line.fee_before, -line.fee_before, false};
            const MovedLine::Side to{line.payout_date, line.fee_before + line.fee,
                                     -line.fee_before - line.fee, false};
            WJ_CHECK(
                moves_.add({line.item.key, MovedBy::adjustment, contract.merchant, made.currency, from, to}));
          }
          return {};
        },
        [](AdjustmentFailed&&) {});
  }

  Result<void> changed_calendar(const ContractBook& now, const ContractBook& then, const std::string& code) {
    WJ_CHECK(open_items(now, then, [&](const OpenItem& open) {
      const auto* contract = now.terms_of(open).contract;
      return contract != nullptr && contract->calendar == code;
    }));
    return each_moving(
        reader_, source_, *then.calendar(code),
        [&](const Moving& moving) {
          const auto& line = moving.line;
          return moves_.add({line.key,
                             MovedBy::redating,
                             moving.due.merchant,
                             line.currency,
                             {line.payout_date, line.fee, line.net, false},
                             {moving.to, line.fee, line.net, false}});
        },
        [](const LineSummary&) {});
  }

  Result<void> on_hold(const Hold& hold) {
    if (!hold.placed) return {};
    WJ_TRY(const auto dues, reader_.due(kEveryDate));
    for (Due due : dues) {
      if (due.merchant != hold.merchant) continue;
      if (hold.from > today_) WJ_CHECK(keep_from(due, hold.from));
      if (due.lines > 0) moves_.hold(due);
    }
    return {};
  }
  // Only what is due from that day on: what is due before is paid before.
  Result<void> keep_from(Due& due, BusinessDate from) {
    due.lines = 0;
    due.net = 0;
    due.oldest = {};
    return reader_.unpaid_lines(due.merchant_no, due.currency, kEveryDate,
                                [&](const LineSummary& line) -> Result<bool> {
                                  if (line.payout || line.payout_date < from) return true;
                                  ++due.lines;
                                  due.net += line.net;
                                  if (due.oldest == BusinessDate() || line.payout_date < due.oldest)
                                    due.oldest = line.payout_date;
                                  return true;
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
                       std::size_t lines_max) {
  return Asking(snapshot, ports, lines_max).ask(proposed);
}

}  // namespace wonjang::money
