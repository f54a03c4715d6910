#include "engine/money/redate.h"

#include <algorithm>

#include "domain/settlement/fee.h"
#include "domain/settlement/terms_for.h"

namespace wonjang::money {

using settlement::LinesRedated;

namespace {

constexpr std::size_t kRedatedMax = 2000;

}  // namespace

Result<void> RedatedChunks::add(const MoneyReader& reader, const Due& whose,
                                const settlement::Redated& line) {
  const bool is_other = whose.merchant_no != of_.merchant_no || whose.currency != of_.currency;
  if (is_other || lines_.size() >= kRedatedMax) WJ_CHECK(close(reader));
  of_ = whose;
  lines_.push_back(line);
  return {};
}

Result<void> RedatedChunks::close(const MoneyReader& reader) {
  if (lines_.empty()) return {};
  auto lines = std::exchange(lines_, {});
  if (next_of_ != of_.merchant_no) {
    WJ_TRY(next_chunk_, reader.next_chunk(of_.merchant_no, today_));
    next_of_ = of_.merchant_no;
  }
  const auto stream = settlement::lines_stream(of_.merchant, of_.merchant_no, today_, next_chunk_++);
  if (!stream)
    return invalid("no stream for re-dated lines of " + of_.merchant.text() + " on " + to_text(today_));
  Facts facts{*stream, 0, of_.merchant, of_.currency, owner_.actor, owner_.reason, {}};
  facts.bodies.emplace_back(LinesRedated{calendar_, version_, std::move(lines)});
  return ports_.sink.append(std::move(facts));
}

Result<void> each_undated(const MoneyReader& reader, const Due& whose,
                          const std::function<Result<bool>(const LineSummary&)>& each) {
  return reader.unpaid_lines(whose.merchant_no, whose.currency, kDatedOrNot,
                             [&](const LineSummary& line) -> Result<bool> {
                               if (line.payout_date.days != 0) return true;
                               return each(line);
                             });
}

Result<void> each_moving(const MoneyReader& reader, LineSource& source, const UsableCalendar& calendar,
                         const std::function<Result<void>(const Moving&)>& each,
                         const std::function<void(const LineSummary&)>& beyond) {
  const auto look = [&](const Due& due, const LineSummary& line) -> Result<bool> {
    if (line.payout_date.days == 0 || line.payout) return true;  // no day yet; in a payout
    WJ_TRY(const auto whole, source.line(line));
    if (whole.contract().calendar != calendar.calendar.code) return true;
    settlement::SettlementLine again = whole.line();
    const auto& cycle = settlement::cycle_for(whole.contract(), again.item);
    // A person said its day.
    if (cycle.kind == settlement::CycleKind::manual) return true;
    const BusinessDate run = again.late ? line.run : line.basis;
    if (!settlement::date_line(again, cycle, line.basis, run, calendar.days)) {
      beyond(line);
      return true;
    }
    if (again.payout_date != line.payout_date) WJ_CHECK(each({due, line, again.payout_date}));
    return true;
  };
  WJ_TRY(const auto dues, reader.due(kEveryDate));
  for (const auto& due : dues) {
    WJ_CHECK(reader.unpaid_lines(due.merchant_no, due.currency, kEveryDate,
                                 [&](const LineSummary& line) { return look(due, line); }));
  }
  return {};
}

namespace {

Result<RedateReport> redate_all(const MoneyPorts& ports, const RedateOptions& options) {
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  const MoneyReader reader(*snapshot);
  WJ_TRY(const auto book, ContractBook::load(reader));
  const auto* calendar = book.calendar(options.calendar);
  if (calendar == nullptr) return not_found("there is no calendar " + options.calendar);
  RedateReport report;
  report.calendar_version = calendar->calendar.version;
  RedatedChunks chunks(ports, options.owner, options.calendar, report.calendar_version);
  std::optional<MerchantNo> last;
  LineSource source(ports.log, ports.codec);
  WJ_CHECK(each_moving(
      reader, source, *calendar,
      [&](const Moving& moving) -> Result<void> {
        if (last != moving.due.merchant_no) ++report.merchants;
        last = moving.due.merchant_no;
        ++report.lines;
        if (options.dry_run) return {};
        return chunks.add(reader, moving.due, {moving.line.key, moving.line.payout_date, moving.to});
      },
      [&](const LineSummary&) { ++report.beyond; }));
  WJ_CHECK(chunks.close(reader));
  if (!options.dry_run) WJ_CHECK(ports.sink.drain());
  return report;
}

}  // namespace

Result<RedateReport> redate(const MoneyPorts& ports, const RedateOptions& options) {
  if (options.dry_run) return redate_all(ports, options);
  WJ_TRY(const auto pass, ports.gate.enter({"a re-dating by calendar " + options.calendar,
                                            options.owner.holder, ports.clock.now()}));
  return redate_all(ports, options);
}

}  // namespace wonjang::money
