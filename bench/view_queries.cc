#include "view_queries.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/serving/exact.h"
#include "engine/serving/lifecycle.h"
#include "engine/serving/list_totals.h"
#include "engine/serving/payment_list.h"
#include "engine/serving/search.h"
#include "engine/serving/transaction_list.h"
#include "view_asker.h"

namespace wonjang::bench {
namespace {

using namespace wonjang::serving;

class Asking : Asker {
 public:
  explicit Asking(const ViewQueries& q) : Asker(q) {}

  std::vector<std::string> all() {
    std::printf("period %lld %lld\n", static_cast<long long>(q_.from.us),
                static_cast<long long>(q_.until.us));
    for (const MerchantNo merchant : kAskedMerchants) {
      lists(merchant);
      movements(merchant);
      texts_within(merchant);
    }
    by_id();
    lives();
    texts();
    auto more = ask_totals(q_);
    answers_.insert(answers_.end(), more.begin(), more.end());
    return std::move(answers_);
  }

 private:
  PaymentFilter of(MerchantNo merchant) const {
    PaymentFilter filter;
    filter.merchant = merchant;
    filter.from = q_.from;
    filter.until = q_.until;
    return filter;
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
    tell(name, sums);
  }

  void tell(const std::string& name, const TotalsAnswer& sums) {
    const auto* rows = std::get_if<std::vector<Sums>>(&sums);
    if (rows == nullptr) return answer(name + " refused");
    for (const auto& sum : *rows) {
      answer(name + " " + sum.currency + " " + std::to_string(sum.count) + " " + to_text(sum.gross) + " " +
             to_text(sum.canceled));
    }
  }

  void movement_page(const std::string& name, const TransactionFilter& filter) {
    const TransactionList list(sources_);
    const Page first{.sort = Sort::newest, .limit = 50, .after = {}};
    time(name, [&](const KvSnapshot& s) { return must(list.page(s, filter, first)).reading; });
    std::vector<std::string> ids;
    for (const auto& item : must(list.page(*q_.store.snapshot(), filter, first)).items) {
      ids.push_back(item.transaction.payment.text() + ":" + std::to_string(item.transaction.version));
    }
    answer(name, ids);
  }

  void movements(MerchantNo merchant) {
    const std::string who = " merchant " + std::to_string(merchant);
    TransactionFilter filter;
    filter.merchant = merchant;
    filter.from = q_.from;
    filter.until = q_.until;
    movement_page("M1" + who, filter);
    const ListTotals totals(sources_);
    time("M6" + who, [&](const KvSnapshot& s) { return must(totals.transactions(s, filter)).reading; });
    tell("M6" + who, must(totals.transactions(*q_.store.snapshot(), filter)).answer);
    filter.kinds = {TransactionKind::cancel};
    filter.statuses = {PaymentStatus::canceled, PaymentStatus::partial_canceled};
    movement_page("M2" + who, filter);
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

  void lives() {
    if (q_.lives.empty()) return;
    const auto life_of = [&](const KvSnapshot& s, PaymentId payment) {
      auto life = must(lifecycle(s, q_.views.merchants(), q_.log, q_.codec, payment));
      if (!life) std::exit(1);
      return *std::move(life);
    };
    std::size_t next = 0;
    time("L1 lifecycle",
         [&](const KvSnapshot& s) { return life_of(s, q_.lives[next++ % q_.lives.size()]).reading; });
    std::vector<std::string> steps;
    for (const auto payment : q_.lives) {
      steps.push_back(payment.text() + ":" +
                      std::to_string(life_of(*q_.store.snapshot(), payment).steps.size()));
    }
    std::sort(steps.begin(), steps.end());
    answer("L1 lifecycle", steps);
  }

  void search(const std::string& name, const SearchQuery& query) {
    const auto run = [&](const KvSnapshot& s) {
      return must(Search::run(s, *dictionary_, q_.views.merchants(), q_.views.forms(), query));
    };
    time(name, [&](const KvSnapshot& s) { return run(s).reading; });
    answer(name, found_by_name(run(*q_.store.snapshot()).items));
  }

  void texts() {
    for (const auto& [name, text] : kAskedTexts) search(std::string(name), {.text = std::string(text)});
  }

  void texts_within(MerchantNo merchant) {
    const std::string who = " merchant " + std::to_string(merchant);
    SearchQuery query{.text = std::string(kAskedWithin), .merchant = merchant};
    query.from = q_.from;
    query.until = q_.until;
    search("S7" + who, query);
    query.from = start_of({business_date_of(q_.until).days - kAskedWithinDays});
    search("S7 30 d" + who, query);
  }
};

}  // namespace

std::vector<std::string> ask_all(const ViewQueries& queries) { return Asking(queries).all(); }

}  // namespace wonjang::bench
