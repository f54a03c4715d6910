#include "engine/money/payout_run.h"

#include <algorithm>
#include <limits>
#include <set>

#include "engine/money/contract_book.h"
#include "engine/money/days_ahead.h"
#include "engine/money/holds.h"
#include "engine/money/line_source.h"
#include "engine/money/payout_sums.h"
#include "engine/money/redate.h"

namespace wonjang::money {

using settlement::Contract;
using settlement::PayoutId;
using settlement::PayoutRequested;
using settlement::PayoutState;

namespace {

class PayoutRun {
 public:
  PayoutRun(const MoneyPorts& ports, const PayoutOptions& options)
      : ports_(ports),
        options_(options),
        today_(business_date_of(ports.clock.now())),
        dated_(ports, options.owner, {}, 0) {}

  Result<PayoutReport> run() {
    WJ_CHECK(refuse_far_ahead(options_.date, today_, options_.also_far_ahead));
    if (!options_.manual_of.is_zero() && !ports_.number_of(options_.manual_of))
      return invalid("there is no merchant " + options_.manual_of.text());
    WJ_TRY(snapshot_, ports_.now.caught_up());
    const MoneyReader reader(*snapshot_);
    WJ_TRY(const auto book, ContractBook::load(reader));
    WJ_CHECK(refuse_closed_day(book));
    WJ_TRY(on_hold_, on_hold(reader, options_.date, today_));
    WJ_TRY(const auto dues, all_dues(reader, book));
    WJ_CHECK(count_those_there(reader));
    for (const auto& due : dues) WJ_CHECK(pay(reader, book, due));
    if (!options_.dry_run) WJ_CHECK(ports_.sink.drain());
    return std::move(report_);
  }

 private:
  Result<void> refuse_closed_day(const ContractBook& book) const {
    if (options_.also_on_closed_day) return {};
    const auto* calendar = book.calendar(options_.calendar);
    if (calendar == nullptr)
      return invalid("there is no calendar " + options_.calendar + ": import it first");
    const auto open = calendar->days.is_business_day(options_.date);
    if (!open) return invalid("calendar " + options_.calendar + " doesn't cover " + to_text(options_.date));
    if (!*open)
      return invalid(to_text(options_.date) +
                     " isn't a business day: take the next one, or say explicitly that it is meant");
    return {};
  }

  // The run's calendar says whether our bank works, the contract's whether the merchant's does.
  bool is_closed_for(const ContractBook& book, const Contract& contract) const {
    if (options_.also_on_closed_day) return false;
    const auto* calendar = book.calendar(contract.calendar);
    return calendar != nullptr && calendar->days.is_business_day(options_.date) == false;
  }

  Result<void> count_those_there(const MoneyReader& reader) {
    return reader.payouts(options_.date, BusinessDate{options_.date.days + 1}, {},
                          [&](const PayoutNow& there) -> Result<bool> {
                            WJ_TRY(const bool is_ours, was_requested_by_this(there.requested.payout));
                            if (!is_ours) {
                              ++report_.already;
                              return true;
                            }
                            count(there.currency, there.requested);
                            if (there.merchant == options_.manual_of) WJ_CHECK(count_manual(reader, there));
                            return true;
                          });
  }

  // Before its process died.
  Result<bool> was_requested_by_this(PayoutId payout) const {
    if (!options_.goes_on_since) return false;
    WJ_TRY(const auto units, ports_.log.load(payout.raw()));
    if (units.empty() || units.front().events.empty())
      return corrupt("the payout " + payout.text() + " has no events");
    WJ_TRY(const auto requested, ports_.codec.decode(units.front().events.front()));
    return requested.recorded_at >= *options_.goes_on_since && requested.actor == options_.owner.actor;
  }

  // Its lines that had no payout day of their own.
  Result<void> count_manual(const MoneyReader& reader, const PayoutNow& there) {
    LineSource source(ports_.log, ports_.codec);
    return reader.lines_of_payout(there.requested.payout, {}, [&](const LineSummary& line) -> Result<bool> {
      WJ_TRY(const auto whole, source.line(line));
      report_.manual_lines += whole.line().payout_date == BusinessDate() ? 1 : 0;
      return true;
    });
  }

  // Those with lines due, then those with contracts for whom only money waits; by merchant and currency.
  Result<std::vector<Due>> all_dues(const MoneyReader& reader, const ContractBook& book) const {
    WJ_TRY(auto dues, reader.due(options_.date));
    std::set<std::pair<MerchantNo, Currency>> known;
    for (const auto& due : dues) known.emplace(due.merchant_no, due.currency);
    for (const auto& contract : book.contracts()) {
      const auto number = ports_.number_of(contract.value.merchant);
      if (!number || !known.emplace(*number, contract.value.currency).second) continue;
      Due without_lines;
      without_lines.merchant_no = *number;
      without_lines.merchant = contract.value.merchant;
      without_lines.currency = contract.value.currency;
      dues.push_back(without_lines);
    }
    std::sort(dues.begin(), dues.end(), [](const Due& a, const Due& b) {
      return std::pair(a.merchant_no, a.currency) < std::pair(b.merchant_no, b.currency);
    });
    return dues;
  }

  Result<void> pay(const MoneyReader& reader, const ContractBook& book, Due due) {
    WJ_TRY(const auto standing, reader.standing(due.merchant_no, due.currency));
    WJ_TRY(const auto manual_lines, add_manual(reader, due));
    if (due.lines == 0 && standing.carried.empty() && standing.kept_back == 0) return {};
    const Contract* contract = book.paying(due.merchant, due.currency, options_.date);
    if (contract == nullptr) {
      return problem("NO_CONTRACT", due,
                     "has no contract of its own: propose one (without subMall) and have it approved");
    }
    if (const auto* other = book.paid_elsewhere(*contract, options_.date)) {
      return problem("SUB_MALL_ACCOUNT", due,
                     "has a contract for the sub-mall " + other->sub_mall +
                         " with an account or a keepBack of its own, but is paid as one: propose that "
                         "contract again without payoutAccount and keepBack, for the same days");
    }
    const auto sums = payout_sums(due.net, standing.carried, standing.kept_back, contract->keep_back);
    if (!sums) return problem("OVERFLOW", due, "is owed a sum beyond 64 bits");
    // Without lines there is nothing to cover: wait until there is something to pay.
    if (due.lines == 0 && sums->amount == 0) return {};
    if (on_hold_.contains(due.merchant)) {
      ++report_.held;
      return {};
    }
    if (is_closed_for(book, *contract)) {
      ++report_.closed;
      return {};
    }
    if (sums->amount > 0 && contract->payout_account.empty()) {
      return problem("NO_ACCOUNT", due, "has a contract without a payout account: propose one with it");
    }
    return request(reader, due, *contract, standing, *sums, manual_lines);
  }

  // Adds the lines of a manual cycle to what is due, and says how many.
  Result<std::uint64_t> add_manual(const MoneyReader& reader, Due& due) const {
    std::uint64_t count = 0;
    if (due.merchant != options_.manual_of) return count;
    WJ_CHECK(each_undated(reader, due, [&](const LineSummary& line) -> Result<bool> {
      due.net += line.net;
      ++due.lines;
      ++count;
      return true;
    }));
    return count;
  }

  // Durable before the payout is requested: it covers what is dated, as of its place in the log.
  Result<void> date_manual(const MoneyReader& reader, const Due& due) {
    WJ_CHECK(each_undated(reader, due, [&](const LineSummary& line) -> Result<bool> {
      WJ_CHECK(dated_.add(reader, due, {line.key, BusinessDate(), options_.date}));
      return true;
    }));
    WJ_CHECK(dated_.close(reader));
    return ports_.sink.drain();
  }

  Result<void> request(const MoneyReader& reader, const Due& due, const Contract& contract,
                       const Standing& standing, const PayoutSums& sums, std::uint64_t manual_lines) {
    const auto stream = settlement::payout_stream(due.merchant, due.merchant_no, options_.date, due.currency);
    if (!stream)
      return invalid("no stream for a payout on " + to_text(options_.date) + " to " + due.merchant.text());
    const PayoutId id(*stream);
    WJ_TRY(const auto there, reader.payout(id));
    if (there) {
      ++report_.waiting;
      return {};
    }
    PayoutRequested body;
    body.payout = id;
    body.date = options_.date;
    body.lines = due.lines;
    body.lines_net = static_cast<std::int64_t>(due.net);  // payout_sums() says that it fits
    body.carried = standing.carried;
    body.withheld = sums.withheld;
    body.released = sums.released;
    body.amount = sums.amount;
    body.left_over = sums.left_over;
    body.account = contract.payout_account;
    body.state = sums.amount > 0 ? PayoutState::requested : PayoutState::carried;
    count(due.currency, body);
    report_.manual_lines += manual_lines;
    if (options_.dry_run) return {};
    if (manual_lines > 0) WJ_CHECK(date_manual(reader, due));
    Facts facts{*stream, 0, due.merchant, due.currency, options_.owner.actor, options_.owner.reason, {}};
    facts.bodies.emplace_back(std::move(body));
    return ports_.sink.append(std::move(facts));
  }

  void count(Currency currency, const PayoutRequested& body) {
    if (body.state == PayoutState::carried) {
      ++report_.carried;
      return;
    }
    ++report_.requested;
    auto& total = report_.totals[currency];
    total.amount += body.amount;
    ++total.count;
  }

  Result<void> problem(const char* code, const Due& due, const std::string& what) {
    const auto known = std::find_if(report_.problems.begin(), report_.problems.end(),
                                    [&](const PlanProblem& problem) { return problem.code == code; });
    if (known != report_.problems.end()) {
      ++known->count;
    } else {
      report_.problems.push_back(
          {code, due.merchant.text() + " in " + std::string(due.currency.code()) + " " + what, 1});
    }
    return {};
  }

  const MoneyPorts& ports_;
  const PayoutOptions& options_;
  const BusinessDate today_;
  std::shared_ptr<const KvSnapshot> snapshot_;
  std::set<MerchantId> on_hold_;
  RedatedChunks dated_;
  PayoutReport report_;
};

}  // namespace

Result<PayoutReport> run_payouts(const MoneyPorts& ports, const PayoutOptions& options) {
  if (options.dry_run) return PayoutRun(ports, options).run();
  WJ_TRY(const auto pass, ports.gate.enter({"a payout run for " + to_text(options.date), options.owner.holder,
                                            ports.clock.now()}));
  return PayoutRun(ports, options).run();
}

}  // namespace wonjang::money
