#include "engine/money/redate.h"

#include <algorithm>

#include "domain/settlement/fee.h"

namespace wonjang::money {

using settlement::LinesRedated;

namespace {

constexpr std::size_t kRedatedMax = 2000;
class Redate {
 public:
  Redate(const MoneyPorts& ports, const RedateOptions& options)
      : ports_(ports), options_(options), today_(business_date_of(ports.clock.now())) {}

  Result<RedateReport> run() {
    WJ_TRY(const auto snapshot, ports_.now.caught_up());
    const MoneyReader reader(*snapshot);
    WJ_TRY(const auto book, ContractBook::load(reader));
    const auto* calendar = book.calendar(options_.calendar);
    if (calendar == nullptr) return not_found("there is no calendar " + options_.calendar);
    report_.calendar_version = calendar->calendar.version;
    LineSource source(ports_.log, ports_.codec);
    WJ_CHECK(each_moving(
        reader, source, *calendar, [&](const Moving& moving) { return take(reader, moving); },
        [&](const LineSummary&) { ++report_.beyond; }));
    WJ_CHECK(close(reader));
    if (!options_.dry_run) WJ_CHECK(ports_.sink.drain());
    return report_;
  }

 private:
  Result<void> take(const MoneyReader& reader, const Moving& moving) {
    const bool is_other = moving.due.merchant_no != of_.merchant_no || moving.due.currency != of_.currency;
    if (is_other || chunk_.lines.size() >= kRedatedMax) WJ_CHECK(close(reader));
    if (report_.lines == 0 || moving.due.merchant_no != of_.merchant_no) ++report_.merchants;
    of_ = moving.due;
    ++report_.lines;
    chunk_.lines.push_back({moving.line.key, moving.line.payout_date, moving.to});
    return {};
  }

  Result<void> close(const MoneyReader& reader) {
    if (chunk_.lines.empty()) return {};
    auto lines = std::exchange(chunk_.lines, {});
    if (options_.dry_run) return {};
    if (next_of_ != of_.merchant_no) {
      WJ_TRY(next_chunk_, reader.next_chunk(of_.merchant_no, today_));
      next_of_ = of_.merchant_no;
    }
    const auto stream = settlement::lines_stream(of_.merchant, of_.merchant_no, today_, next_chunk_++);
    if (!stream)
      return invalid("no stream for re-dated lines of " + of_.merchant.text() + " on " + to_text(today_));
    Facts facts{*stream, 0, of_.merchant, of_.currency, options_.owner.actor, options_.owner.reason, {}};
    facts.bodies.emplace_back(LinesRedated{options_.calendar, report_.calendar_version, std::move(lines)});
    return ports_.sink.append(std::move(facts));
  }

  const MoneyPorts& ports_;
  const RedateOptions& options_;
  const BusinessDate today_;
  Due of_;
  LinesRedated chunk_;
  std::optional<MerchantNo> next_of_;
  std::uint32_t next_chunk_ = 0;
  RedateReport report_;
};

}  // namespace

Result<void> each_moving(const MoneyReader& reader, LineSource& source, const UsableCalendar& calendar,
                         const std::function<Result<void>(const Moving&)>& each,
                         const std::function<void(const LineSummary&)>& beyond) {
  WJ_TRY(const auto dues, reader.due(kEveryDate));
  for (const auto& due : dues) {
    WJ_CHECK(reader.unpaid_lines(
        due.merchant_no, due.currency, kEveryDate, [&](const LineSummary& line) -> Result<bool> {
          if (line.payout_date.days == 0 || line.payout) return true;  // a manual cycle; in a payout
          WJ_TRY(const auto whole, source.line(line));
          if (whole.contract().calendar != calendar.calendar.code) return true;
          settlement::SettlementLine again = whole.line();
          const BusinessDate run = again.late ? line.run : line.basis;
          if (!settlement::date_line(again, whole.contract().cycle, line.basis, run, calendar.days)) {
            beyond(line);
            return true;
          }
          if (again.payout_date != line.payout_date) WJ_CHECK(each({due, line, again.payout_date}));
          return true;
        }));
  }
  return {};
}

Result<RedateReport> redate(const MoneyPorts& ports, const RedateOptions& options) {
  if (options.dry_run) return Redate(ports, options).run();
  WJ_TRY(const auto pass, ports.gate.enter({"a re-dating by calendar " + options.calendar,
                                            options.owner.holder, ports.clock.now()}));
  return Redate(ports, options).run();
}

}  // namespace wonjang::money
