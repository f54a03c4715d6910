#include "engine/money/totals.h"

#include <map>
#include <tuple>

namespace wonjang::money {
namespace {

Error too_many(const TotalsQuestion& question, const char* what) {
  return invalid("there are more than " + std::to_string(question.rows_max) + " " + what + " from " +
                 to_text(question.from) + " to " + to_text(question.until) + ": ask for a shorter period");
}

bool add(std::int64_t& sum, std::int64_t more) { return !__builtin_add_overflow(sum, more, &sum); }

Error beyond() { return corrupt("a total is beyond 64 bits"); }

}  // namespace

Result<std::vector<LinesOfDay>> line_totals(const MoneyReader& reader, const TotalsQuestion& question) {
  std::vector<LinesOfDay> all;
  WJ_CHECK(reader.line_totals(question.from, question.until,
                              [&](BusinessDate date, const settlement::RunTotals& sums) -> Result<bool> {
                                all.push_back({date, sums});
                                return true;
                              }));
  if (!question.merchant) return all;
  std::map<std::pair<BusinessDate, Currency>, settlement::RunTotals> own;
  std::uint64_t read = 0;
  std::optional<BusinessDate> last;
  for (const auto& day : all) {
    if (last == day.date) continue;  // of another currency: its lines were read
    last = day.date;
    WJ_CHECK(reader.lines_of_run(
        day.date, question.merchant, std::nullopt, [&](const LineSummary& line) -> Result<bool> {
          if (++read > question.rows_max) return too_many(question, "lines");
          auto& sums = own[{line.run, line.currency}];
          sums.currency = line.currency;
          ++sums.lines;
          const bool fits = add(sums.gross, line.gross) && add(sums.fee, line.fee) &&
                            add(sums.fee_vat, line.fee_vat) && add(sums.net, line.net);
          if (!fits) return beyond();
          return true;
        }));
  }
  std::vector<LinesOfDay> out;
  for (const auto& [where, sums] : own) out.push_back({where.first, sums});
  return out;
}

Result<std::vector<PayoutsOfDay>> payout_totals(const MoneyReader& reader, const TotalsQuestion& question) {
  std::map<std::tuple<BusinessDate, Currency, settlement::PayoutState>, PayoutsOfDay> sums;
  std::uint64_t read = 0;
  WJ_CHECK(reader.payouts(question.from, question.until, question.merchant,
                          [&](const PayoutNow& payout) -> Result<bool> {
                            if (++read > question.rows_max) return too_many(question, "payouts");
                            auto& sum = sums[{payout.requested.date, payout.currency, payout.state}];
                            sum.date = payout.requested.date;
                            sum.currency = payout.currency;
                            sum.state = payout.state;
                            ++sum.count;
                            if (!add(sum.amount, payout.requested.amount)) return beyond();
                            return true;
                          }));
  std::vector<PayoutsOfDay> out;
  for (const auto& [where, sum] : sums) out.push_back(sum);
  return out;
}

}  // namespace wonjang::money
