#include "engine/money/retier.h"

#include <algorithm>
#include <set>

#include "base/checked.h"
#include "domain/settlement/fee.h"
#include "engine/money/settler.h"

namespace wonjang::money {

using settlement::Adjusted;
using settlement::CannotSettle;
using settlement::Contract;
using settlement::LineKind;
using settlement::SettlementLine;

namespace {

// The approval's line first, then its returns and all adjustments, in the order they were settled.
Result<std::vector<SettlementLine>> lines_of_approval(const MoneyReader& reader, LineSource& source,
                                                      const LineKey& approval) {
  WJ_TRY(auto summaries, reader.lines_of_payment(approval.payment));
  std::sort(summaries.begin(), summaries.end(), [](const LineSummary& a, const LineSummary& b) {
    return std::pair(a.place.position, a.place.index) < std::pair(b.place.position, b.place.index);
  });
  std::vector<SettlementLine> out;
  for (const auto& summary : summaries) {
    WJ_TRY(const auto whole, source.line(summary));
    const auto& item = whole.line().item;
    if (item.key.version != approval.version && item.of_version != approval.version) continue;
    out.push_back(whole.line());
  }
  std::stable_partition(out.begin(), out.end(),
                        [&](const SettlementLine& line) { return line.item.key == approval; });
  return out;
}

}  // namespace

Result<void> each_adjustment(const MoneyReader& reader, LineSource& source, const ContractBook& book,
                             const Contract& contract, MerchantNo merchant, BusinessDate date,
                             const std::function<Result<void>(Adjustment&&)>& each,
                             const std::function<void(AdjustmentFailed&&)>& failed) {
  const auto* calendar = book.calendar(contract.calendar);
  if (calendar == nullptr) return invalid("calendar " + contract.calendar + " isn't there: import it first");

  const auto adjust = [&](const LineSummary& summary) -> Result<bool> {
    if (summary.kind != LineKind::approval || summary.currency != contract.currency) return true;
    if (!holds_on(contract, summary.basis)) return true;
    WJ_TRY(const auto whole, source.line(summary));
    const auto* newest =
        book.find(contract.merchant, whole.line().item.sub_mall, summary.currency, summary.basis);
    if (newest == nullptr || *newest != contract) return true;
    WJ_TRY(const auto settled, lines_of_approval(reader, source, summary.key));
    const LineKey keys[] = {summary.key};
    WJ_TRY(const auto balances, reader.balances(keys));
    if (!balances.at(0)) return corrupt("line " + settlement::text_of(summary.key) + " has no balance");
    auto made = settlement::settle_adjustments(settled, *balances[0], contract);
    if (const auto* why = std::get_if<CannotSettle>(&made)) {
      failed({summary.key, why->code + ": " + why->detail});
      return true;
    }
    Adjustment out{merchant, summary.currency, summary.basis, std::get<Adjusted>(std::move(made)).lines};
    if (out.lines.empty()) return true;
    for (auto& line : out.lines) {
      line.contract = 0;
      if (!settlement::date_line(line, contract.cycle, summary.basis, std::max(date, summary.basis),
                                 calendar->days)) {
        return invalid("calendar " + contract.calendar + " doesn't reach the payout day of adjustments of " +
                       to_text(date) + ": import a later version and have it approved");
      }
    }
    WJ_CHECK(each(std::move(out)));
    return true;
  };

  // Approvals stand in runs, on or after their basis date.
  WJ_TRY(const auto runs, reader.runs(contract.valid_from, BusinessDate{INT32_MAX}));
  for (const auto& run : runs) WJ_CHECK(reader.lines_of_run(run.date, merchant, {}, adjust));
  return {};
}

namespace {

class Retier {
 public:
  Retier(const MoneyPorts& ports, const RetierOptions& options)
      : ports_(ports), options_(options), source_(ports.log, ports.codec) {}

  Result<RetierReport> run() {
    WJ_TRY(snapshot_, ports_.now.caught_up());
    const MoneyReader reader(*snapshot_);
    WJ_TRY(const auto book, ContractBook::load(reader));
    for (const auto& contract : options_.contracts) WJ_CHECK(check(book, contract));
    for (const auto& contract : options_.contracts) {
      if (report_.stopped) break;
      WJ_CHECK(one(reader, book, contract));
    }
    if (!options_.dry_run) WJ_CHECK(ports_.sink.drain());
    report_.merchants = merchants_.size();
    return std::move(report_);
  }

 private:
  Result<void> check(const ContractBook& book, const Contract& contract) const {
    const auto& known = book.contracts();
    if (std::none_of(known.begin(), known.end(), [&](const auto& k) { return k.value == contract; })) {
      return invalid("version " + std::to_string(contract.version) + " of the contract of " +
                     contract.merchant.text() + " isn't approved: have it approved first");
    }
    if (!ports_.number_of(contract.merchant))
      return invalid("there is no merchant " + contract.merchant.text());
    return {};
  }

  Result<void> one(const MoneyReader& reader, const ContractBook& book, const Contract& contract) {
    const MerchantNo merchant = *ports_.number_of(contract.merchant);
    start_chunk(book, contract);
    WJ_CHECK(each_adjustment(
        reader, source_, book, contract, merchant, options_.date,
        [&](Adjustment&& made) { return take(reader, contract, std::move(made)); },
        [&](AdjustmentFailed&& failure) {
          ++report_.failed;
          if (report_.first_failure.empty()) {
            report_.first_failure = settlement::text_of(failure.approval) + ": " + failure.why;
          }
        }));
    return close(reader, contract, merchant);
  }

  void start_chunk(const ContractBook& book, const Contract& contract) {
    chunk_ = {};
    chunk_.date = options_.date;
    chunk_.calculator = settlement::kCalculator;
    if (const auto* calendar = book.calendar(contract.calendar)) {
      chunk_.calendar = calendar->calendar.code;
      chunk_.calendar_version = calendar->calendar.version;
    }
    chunk_.contracts = {contract};
  }

  Result<void> take(const MoneyReader& reader, const Contract& contract, Adjustment&& made) {
    if (options_.stop_wanted && options_.stop_wanted()) report_.stopped = true;
    if (report_.stopped) return {};
    if (chunk_.lines.size() + made.lines.size() > Settler::kLinesMax) {
      WJ_CHECK(close(reader, contract, made.merchant_no));
    }
    merchants_.insert(made.merchant_no);
    ++report_.approvals;
    report_.lines += made.lines.size();
    if (report_.first.days == 0 || made.basis < report_.first) report_.first = made.basis;
    report_.last = std::max(report_.last, made.basis);
    for (const auto& line : made.lines) {
      auto& delta = report_.fee_delta[made.currency];
      const auto sum = checked_add(delta, line.fee);
      if (!sum) return invalid("the sum of the differences goes beyond 64 bits: adjust in parts");
      delta = *sum;
    }
    std::move(made.lines.begin(), made.lines.end(), std::back_inserter(chunk_.lines));
    return {};
  }

  Result<void> close(const MoneyReader& reader, const Contract& contract, MerchantNo merchant) {
    if (chunk_.lines.empty()) return {};
    if (options_.dry_run) {
      chunk_.lines.clear();
      return {};
    }
    auto next = next_chunk_.find(merchant);
    if (next == next_chunk_.end()) {
      WJ_TRY(const auto first, reader.next_chunk(merchant, options_.date));
      next = next_chunk_.emplace(merchant, first).first;
    }
    chunk_.chunk = next->second++;
    const auto stream = settlement::lines_stream(contract.merchant, merchant, options_.date, chunk_.chunk);
    if (!stream)
      return invalid("no stream for further lines of " + contract.merchant.text() + " on " +
                     to_text(options_.date));
    Facts facts{*stream, 0, contract.merchant, contract.currency, options_.owner.actor, options_.owner.reason,
                {}};
    facts.bodies.emplace_back(chunk_);
    chunk_.lines.clear();
    return ports_.sink.append(std::move(facts));
  }

  const MoneyPorts& ports_;
  const RetierOptions& options_;
  LineSource source_;
  std::shared_ptr<const KvSnapshot> snapshot_;
  settlement::LinesRecorded chunk_;
  std::map<MerchantNo, std::uint32_t> next_chunk_;
  std::set<MerchantNo> merchants_;
  RetierReport report_;
};

}  // namespace

Result<RetierReport> retier(const MoneyPorts& ports, const RetierOptions& options) {
  if (options.dry_run) return Retier(ports, options).run();
  WJ_TRY(const auto pass, ports.gate.enter({"an adjustment of " + to_text(options.date), options.owner.holder,
                                            ports.clock.now()}));
  return Retier(ports, options).run();
}

}  // namespace wonjang::money
