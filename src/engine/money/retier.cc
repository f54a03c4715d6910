#include "engine/money/retier.h"

#include <algorithm>
#include <set>

#include "domain/settlement/fee.h"
#include "domain/settlement/terms_for.h"
#include "engine/money/days_ahead.h"
#include "engine/money/line_bytes.h"
#include "engine/money/settler.h"
#include "ports/book.h"

namespace wonjang::money {

using settlement::Adjusted;
using settlement::CannotSettle;
using settlement::Contract;
using settlement::LineKind;
using settlement::SettlementLine;

namespace {

// The adjustments of one approval stand in one event, also when they are more than a chunk holds.
constexpr std::size_t kAloneBytesMax = Book::kEventBytesMax - 1024;

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

// Of the line that an adjustment is about: a return's are its own, not its approval's.
BusinessDate basis_adjusted(std::span<const SettlementLine> settled, const SettlementLine& adjustment) {
  const auto of = std::find_if(settled.begin(), settled.end(), [&](const SettlementLine& line) {
    return line.item.kind != LineKind::adjustment && line.item.key.payment == adjustment.item.key.payment &&
           line.item.key.version == adjustment.item.key.version;
  });
  WJ_ASSERT(of != settled.end());
  return of->basis;
}

// Did a canary's terms alone make it? Else both gave the same, and the contract's count. The chunk says how
// many both gave alike; where some did and some didn't, the contract of then tells.
bool is_moved_over(const WholeLine& whole, const ContractBook& book) {
  if (whole.line().canary.empty()) return false;
  if (whole.chunk().canary_clean == 0) return true;
  const Contract& snapshot = whole.contract();
  for (const auto& known : book.contracts()) {
    const Contract& own = known.value;
    if (own.merchant != snapshot.merchant || own.sub_mall != snapshot.sub_mall ||
        own.currency != snapshot.currency || own.version != snapshot.version) {
      continue;
    }
    const auto made = settlement::settle_approval(whole.line().item, own);
    const auto* line = std::get_if<SettlementLine>(&made);
    return line == nullptr || line->fee != whole.line().fee || line->fee_vat != whole.line().fee_vat;
  }
  return true;
}

std::string calendar_ends(const Contract& contract, BusinessDate date) {
  return "calendar " + contract.calendar + " doesn't reach the payout day of adjustments of " +
         to_text(date) + ": import a later version and have it approved";
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
    Adjustment out{summary.key, merchant, summary.currency, summary.basis, contract, {}, {}};
    if (is_moved_over(whole, book)) {
      out.contract.fees = whole.contract().fees;
      out.canary = whole.line().canary;
    }
    auto made = settlement::settle_adjustments(settled, *balances[0], out.contract);
    if (const auto* why = std::get_if<CannotSettle>(&made)) {
      failed({summary.key, why->code + ": " + why->detail});
      return true;
    }
    out.lines = std::get<Adjusted>(std::move(made)).lines;
    if (out.lines.empty()) return true;
    for (auto& line : out.lines) {
      line.canary = out.canary;
      const auto basis = basis_adjusted(settled, line);
      const auto run = std::max(date, basis);
      const auto& cycle = settlement::cycle_for(contract, line.item);
      if (!settlement::date_line(line, cycle, basis, run, calendar->days)) {
        failed({summary.key, "CALENDAR_ENDS: " + calendar_ends(contract, run)});
        return true;
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
    WJ_CHECK(refuse_far_ahead(options_.date, business_date_of(ports_.clock.now()), options_.also_far_ahead));
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
    const auto* calendar = book.calendar(contract.calendar);
    if (calendar == nullptr)
      return invalid("calendar " + contract.calendar + " isn't there: import it first");
    const bool all_reached = reaches(calendar->days, contract.cycle) &&
                             std::ranges::all_of(contract.cycle_by_method, [&](const auto& own) {
                               return reaches(calendar->days, own.cycle);
                             });
    if (!all_reached) return invalid(calendar_ends(contract, options_.date));
    return {};
  }
  bool reaches(const settlement::BusinessDays& days, const settlement::Cycle& cycle) const {
    SettlementLine probe;
    return settlement::date_line(probe, cycle, options_.date, options_.date, days);
  }

  Result<void> one(const MoneyReader& reader, const ContractBook& book, const Contract& contract) {
    const MerchantNo merchant = *ports_.number_of(contract.merchant);
    start_chunk(book, contract);
    WJ_CHECK(each_adjustment(
        reader, source_, book, contract, merchant, options_.date,
        [&](Adjustment&& made) { return take(reader, contract, std::move(made)); },
        [&](AdjustmentFailed&& failure) { note_failure(std::move(failure)); }));
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
    bytes_ = 0;
  }

  // Its index in the chunk; its bytes are counted.
  std::uint32_t place_of(const Contract& contract) {
    const auto known = std::find(chunk_.contracts.begin(), chunk_.contracts.end(), contract);
    const auto index = static_cast<std::uint32_t>(known - chunk_.contracts.begin());
    if (known != chunk_.contracts.end()) return index;
    bytes_ += bytes_at_most(contract);
    chunk_.contracts.push_back(contract);
    return index;
  }

  Result<void> take(const MoneyReader& reader, const Contract& contract, Adjustment&& made) {
    if (options_.stop_wanted && options_.stop_wanted()) report_.stopped = true;
    if (report_.stopped) return {};
    std::size_t bytes = 0;
    for (const auto& line : made.lines) bytes += bytes_at_most(line);
    if (bytes + bytes_at_most(made.contract) > kAloneBytesMax) {
      note_failure({made.approval,
                    "TOO_LARGE: it and its returns take " + std::to_string(made.lines.size()) +
                        " adjustments, which must stand in one event and don't fit: agree on a payment with "
                        "the merchant"});
      return {};
    }
    const bool has_contract =
        std::find(chunk_.contracts.begin(), chunk_.contracts.end(), made.contract) != chunk_.contracts.end();
    const auto more = bytes + (has_contract ? 0 : bytes_at_most(made.contract));
    if (chunk_.lines.size() + made.lines.size() > Settler::kLinesMax || bytes_ + more > kChunkBytesMax) {
      WJ_CHECK(close(reader, contract, made.merchant_no));
    }
    if (options_.heard) options_.heard(made);
    const auto index = place_of(made.contract);
    for (auto& line : made.lines) line.contract = index;
    bytes_ += bytes;
    if (!made.canary.empty()) ++report_.by_canary[made.canary];
    merchants_.insert(made.merchant_no);
    ++report_.approvals;
    report_.lines += made.lines.size();
    if (report_.first.days == 0 || made.basis < report_.first) report_.first = made.basis;
    report_.last = std::max(report_.last, made.basis);
    for (const auto& line : made.lines) report_.fee_delta[made.currency] += line.fee;
    std::move(made.lines.begin(), made.lines.end(), std::back_inserter(chunk_.lines));
    return {};
  }

  void note_failure(AdjustmentFailed&& failure) {
    ++report_.failed;
    if (!report_.first_failure.empty()) return;
    report_.first_failure = settlement::text_of(failure.approval) + ": " + failure.why;
  }

  Result<void> close(const MoneyReader& reader, const Contract& contract, MerchantNo merchant) {
    bytes_ = 0;
    if (chunk_.lines.empty()) return {};
    if (options_.dry_run) {
      chunk_.lines.clear();
      chunk_.contracts.clear();
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
                     to_text(options_.date) + "; what was recorded stands: adjust the rest on another day");
    Facts facts{*stream, 0, contract.merchant, contract.currency, options_.owner.actor, options_.owner.reason,
                {}};
    facts.bodies.emplace_back(chunk_);
    chunk_.lines.clear();
    chunk_.contracts.clear();
    return ports_.sink.append(std::move(facts));
  }

  const MoneyPorts& ports_;
  const RetierOptions& options_;
  LineSource source_;
  std::shared_ptr<const KvSnapshot> snapshot_;
  settlement::LinesRecorded chunk_;
  std::size_t bytes_ = 0;  // of it, at most
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
