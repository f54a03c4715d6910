// What is asked of the cubes.
#include <string>
#include <utility>
#include <vector>

#include "engine/serving/exact.h"
#include "engine/serving/top_merchants.h"
#include "engine/serving/totals_reader.h"
#include "view_asker.h"

namespace wonjang::bench {
namespace {

using namespace wonjang::serving;

class AskingTotals : Asker {
 public:
  explicit AskingTotals(const ViewQueries& q) : Asker(q) {}

  std::vector<std::string> all() {
    for (const MerchantNo merchant : kAskedMerchants) {
      TotalsQuery query = by_day(merchant);
      const std::string who = " merchant " + std::to_string(merchant);
      ask("A1" + who, query);
      query.close = asked_close(q_.until);
      query.face = TotalsFace::then;
      ask("A4 then" + who, query);
      query.face = TotalsFace::difference;
      ask("A4 since" + who, query);
    }
    ask("A2 organisation month", by_organisation());
    top();
    return std::move(answers_);
  }

 private:
  TotalsQuery by_day(MerchantNo merchant) const {
    TotalsQuery query;
    query.cube = "merchant_day";
    query.merchants = {merchant};
    query.from = bucket_of(Grain::day, q_.from);
    query.until = bucket_of(Grain::day, q_.until);
    query.by = Grain::day;
    return query;
  }

  // Of everything there is: a merchant's payments may be older than the period.
  TotalsQuery by_organisation() const {
    constexpr std::int32_t kYears = 6 * 12;
    TotalsQuery query;
    query.cube = "organisation_month";
    query.from = bucket_of(Grain::month, q_.from) - kYears;
    query.until = bucket_of(Grain::month, q_.until) + kYears;
    query.by = Grain::month;
    query.by_key = true;
    query.group_by = {Dimension::method, Dimension::status};
    query.cells_max = query.rows_max = 1'000'000;
    return query;
  }

  // The answer: how many rows, and what they come to.
  void ask(const std::string& name, const TotalsQuery& query) {
    const auto read = [&](const KvSnapshot& s) {
      return std::get<TotalsRows>(must(read_totals(q_.views.cubes(), s, query)));
    };
    time(name, [&](const KvSnapshot& s) { return read(s).reading; });
    const auto answered = read(*q_.store.snapshot());
    std::int64_t count = 0;
    int128 gross = 0;
    int128 canceled = 0;
    for (const auto& row : answered.rows) {
      count += row.sums.amount.count;
      gross += row.sums.gross;
      canceled += row.sums.canceled;
    }
    answer(name + " " + std::to_string(answered.rows.size()) + " " + std::to_string(count) + " " +
           to_text(gross) + " " + to_text(canceled));
  }

  void top() {
    const std::string name = "A3 top merchants";
    TopQuery query;
    query.from = business_date_of(q_.from);
    query.until = business_date_of(q_.until);
    query.limit = kAskedTop;
    const auto read = [&](const KvSnapshot& s) {
      return std::get<TopRows>(must(read_top(q_.views.cubes(), s, query)));
    };
    time(name, [&](const KvSnapshot& s) { return read(s).reading; });
    std::vector<std::string> lines;
    for (const auto& row : read(*q_.store.snapshot()).rows) {
      lines.push_back(std::to_string(row.merchant) + ":" + to_text(row.sums.net()));
    }
    answer(name, lines);
  }
};

}  // namespace

std::vector<std::string> ask_totals(const ViewQueries& queries) { return AskingTotals(queries).all(); }

}  // namespace wonjang::bench
