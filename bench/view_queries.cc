#include "view_queries.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "engine/serving/lifecycle.h"
#include "engine/serving/list_totals.h"
#include "engine/serving/payment_list.h"
#include "engine/serving/search.h"
#include "engine/serving/totals_reader.h"

namespace wonjang::bench {
namespace {

using namespace wonjang::serving;
using Clock = std::chrono::steady_clock;

template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);
  }
  return *std::move(result);
}

class Asking {
 public:
  explicit Asking(const ViewQueries& q)
      : q_(q),
        dictionary_(q.views.dictionary()),
        sources_{q.views.merchants(), q.views.forms(), dictionary_.get(), q.views.cubes()} {}

  std::vector<std::string> all() {
    std::printf("period %lld %lld\n", static_cast<long long>(q_.from.us),
                static_cast<long long>(q_.until.us));
    for (const MerchantNo merchant : kAskedMerchants) lists(merchant);
    by_id();
    texts();
    return std::move(answers_);
  }

 private:
  bool is_asked(const std::string& name) const {
    return q_.only.empty() || name.find(q_.only) != std::string::npos;
  }

  // Runs `ask` with a fresh snapshot each time, which is part of what an answer costs.
  void time(const std::string& name, const std::function<Reading(const KvSnapshot&)>& ask) {
    if (!is_asked(name)) return;
    std::vector<double> ms;
    Reading reading;
    for (std::uint32_t i = 0; i < q_.runs; ++i) {
      const auto start = Clock::now();
      const auto snapshot = q_.store.snapshot();
      reading = ask(*snapshot);
      ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    std::sort(ms.begin(), ms.end());
    std::printf("query %-28s p50 %8.3f ms  p99 %8.3f ms  rows %llu seeks %llu  (%s)\n", name.c_str(),
                ms[ms.size() / 2], ms[ms.size() * 99 / 100],
                static_cast<unsigned long long>(reading.rows_read),
                static_cast<unsigned long long>(reading.seeks), reading.index.c_str());
  }

  PaymentFilter of(MerchantNo merchant) const {
    PaymentFilter filter;
    filter.merchant = merchant;
    filter.from = q_.from;
    filter.until = q_.until;
    return filter;
  }

  // For comparing with other engines (bench/views.sh): how many, then which.
  void answer(const std::string& name, const std::vector<std::string>& ids) {
    std::string line = name + " " + std::to_string(ids.size());
    for (const auto& id : ids) line.append(" ").append(id);
    answer(std::move(line));
  }
  void answer(std::string line) {
    std::printf("answer %s\n", line.c_str());
    answers_.push_back(std::move(line));
  }

  // Hits that a plain `contains` finds as well: not those through masked characters, nor by depositor or id.
  static std::vector<std::string> found_by_name(const std::vector<SearchHit>& hits) {
    std::vector<std::string> ids;
    for (const auto& hit : hits) {
      const bool named = std::any_of(hit.matched.begin(), hit.matched.end(), [](const std::string& field) {
        return field == "buyer" || field == "product";
      });
      if (named && !hit.possible) ids.push_back(hit.payment.id.text());
    }
    return ids;
  }

  void page(const std::string& name, const PaymentFilter& filter, Sort sort) {
    const PaymentList list(sources_);
    time(name, [&](const KvSnapshot& snapshot) {
      return must(list.page(snapshot, filter, {.sort = sort, .limit = 50, .after = {}})).reading;
    });
    const auto items =
        must(list.page(*q_.store.snapshot(), filter, {.sort = sort, .limit = 50, .after = {}})).items;
    std::vector<std::string> ids;
    for (const auto& item : items) ids.push_back(item.payment.id.text());
    answer(name, ids);
  }

  void sums(const std::string& name, const PaymentFilter& filter) {
    const ListTotals totals(sources_);
    time(name, [&](const KvSnapshot& s) { return must(totals.payments(s, filter)).reading; });
    const auto snapshot = q_.store.snapshot();
    const auto sums = must(totals.payments(*snapshot, filter)).answer;
    const auto* rows = std::get_if<std::vector<Sums>>(&sums);
    if (rows == nullptr) return answer(name + " refused");
    for (const auto& sum : *rows) {
      answer(name + " " + sum.currency + " " + std::to_string(sum.count) + " " +
             std::to_string(static_cast<std::int64_t>(sum.gross)) + " " +
             std::to_string(static_cast<std::int64_t>(sum.canceled)));
    }
  }

  void lists(MerchantNo merchant) {
    const std::string who = " merchant " + std::to_string(merchant);
    PaymentFilter filter = of(merchant);
    page("R1" + who, filter, Sort::newest);
    sums("R6" + who, filter);
    page("R5" + who, filter, Sort::largest);
    filter.statuses = {PaymentStatus::canceled, PaymentStatus::partial_canceled};
    filter.methods = {1};
    page("R2" + who, filter, Sort::newest);
    sums("R6f" + who, filter);
    by_day(merchant);
  }

  void by_day(MerchantNo merchant) {
    TotalsQuery query;
    query.cube = "merchant_day";
    query.merchants = {merchant};
    query.from = bucket_of(Grain::day, q_.from);
    query.until = bucket_of(Grain::day, q_.until);
    query.by = Grain::day;
    time("A1 merchant " + std::to_string(merchant), [&](const KvSnapshot& s) {
      return std::get<TotalsRows>(must(read_totals(q_.views.cubes(), s, query))).reading;
    });
    std::int64_t count = 0;
    std::int64_t gross = 0;
    std::int64_t canceled = 0;
    const auto answered = must(read_totals(q_.views.cubes(), *q_.store.snapshot(), query));
    const auto& rows = std::get<TotalsRows>(answered).rows;
    for (const auto& row : rows) {
      count += static_cast<std::int64_t>(row.sums.amount.count);
      gross += static_cast<std::int64_t>(row.sums.gross);
      canceled += static_cast<std::int64_t>(row.sums.canceled);
    }
    answer("A1 merchant " + std::to_string(merchant) + " " + std::to_string(rows.size()) + " " +
           std::to_string(count) + " " + std::to_string(gross) + " " + std::to_string(canceled));
  }

  void by_id() {
    const auto first = q_.store.snapshot();
    PaymentFilter filter = of(0);
    const auto page =
        must(PaymentList(sources_).page(*first, filter, {.sort = Sort::oldest, .limit = 50, .after = {}}));
    std::size_t next = 0;
    time("R7 by payment id", [&](const KvSnapshot& s) {
      const auto id = page.items[next++ % page.items.size()].payment.id;
      if (!must(find_payment(s, q_.views.merchants(), id))) std::exit(1);
      return Reading{"locators", 1, 2};
    });
  }

  void texts() {
    for (const auto& [asked, text] : kAskedTexts) {
      const std::string name(asked);
      const SearchQuery query{.text = std::string(text)};
      time(name, [&](const KvSnapshot& s) {
        return must(Search::run(s, *dictionary_, q_.views.merchants(), q_.views.forms(), query)).reading;
      });
      const auto snapshot = q_.store.snapshot();
      const auto hits =
          must(Search::run(*snapshot, *dictionary_, q_.views.merchants(), q_.views.forms(), query));
      answer(name, found_by_name(hits.items));
    }
  }

  const ViewQueries& q_;
  const std::shared_ptr<const Dictionary> dictionary_;
  const ListSources sources_;
  std::vector<std::string> answers_;
};

}  // namespace

std::vector<std::string> ask_all(const ViewQueries& queries) { return Asking(queries).all(); }

}  // namespace wonjang::bench
