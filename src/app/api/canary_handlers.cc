// Canaries: what is tried out, on whom, and how far they are.

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "app/api/api.h"
#include "app/api/json/settlement_json.h"
#include "app/api/money_read.h"

namespace wonjang {
namespace {

using money::CanaryCount;
using KnownCanary = money::Known<settlement::Canary>;

// The newest version of each, by name.
Result<std::map<std::string, KnownCanary, std::less<>>> newest_canaries(const money::MoneyReader& reader) {
  WJ_TRY(auto all, reader.canaries());
  std::map<std::string, KnownCanary, std::less<>> out;
  for (auto& one : all) {
    auto name = one.value.name;
    out.insert_or_assign(std::move(name), std::move(one));
  }
  return out;
}

std::string_view state_of(const settlement::Canary& canary) {
  if (canary.stopped) return "STOPPED";
  return canary.promote_all ? "PROMOTED" : "TRYING";
}

void put_sums(JsonWriter& w, const std::vector<CanaryCount>& counts) {
  std::uint64_t alike = 0;
  std::uint64_t different = 0;
  std::int64_t promoted = 0;
  for (const auto& one : counts) {
    alike += one.alike;
    different += one.different;
    promoted += one.promoted ? 1 : 0;
  }
  w.number("merchants", static_cast<std::int64_t>(counts.size())).number("promoted", promoted);
  w.number("alike", static_cast<std::int64_t>(alike))
      .number("different", static_cast<std::int64_t>(different));
}

Result<void> put_canary(JsonWriter& w, const money::MoneyReader& reader, const KnownCanary& known) {
  WJ_TRY(const auto counts, reader.canary_counts(known.value.name));
  w.begin_object();
  put_fields(w, known.value);
  w.text("state", state_of(known.value));
  put_sums(w, counts);
  w.instant("knownAt", known.known_at).id("changeId", known.change).end_object();
  return {};
}

void put_count(JsonWriter& w, const CanaryCount& count, const settlement::Canary& canary,
               const Merchant* merchant) {
  w.begin_object();
  if (merchant != nullptr) w.id("merchantId", merchant->id).text("merchantName", merchant->name);
  w.number("cleanDays", count.clean_runs).number("cleanDaysNeeded", canary.clean_days);
  w.number("alike", static_cast<std::int64_t>(count.alike));
  w.number("different", static_cast<std::int64_t>(count.different));
  w.date_if("differedOn", count.differed_on);
  w.flag("promoted", count.promoted || canary.promote_all).end_object();
}

}  // namespace

void list_canaries(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"limit", "cursor", "min-position"});
  if (!query) return;
  const auto page = take_money_page(api, call, *query, "canaries");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [page = *page](Api& a, CallPtr c, const projection::View& view) {
             const money::MoneyReader reader(*view.snapshot);
             const auto newest = newest_canaries(reader);
             if (!newest) return a.answer_error(std::move(c), newest.error());
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             std::size_t count = 0;
             std::optional<std::string> next;
             std::string last;
             for (auto at = newest->upper_bound(page.after); at != newest->end(); ++at) {
               if (count == page.limit) {
                 next = last;
                 break;
               }
               ++count;
               last = at->first;
               if (const auto put = put_canary(w, reader, at->second); !put)
                 return a.answer_error(std::move(c), put.error());
             }
             end_items(w, a, view, page, next);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void list_canary_merchants(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"limit", "cursor", "min-position"});
  if (!query) return;
  const auto page = take_money_page(api, call, *query, "merchants of a canary");
  if (!page) return;
  money::MerchantNo first = 0;
  std::from_chars(page->after.data(), page->after.data() + page->after.size(), first);
  const std::string name(call->parameter);
  at_money(api, std::move(call), *query, Work::query,
           [first, name, page = *page](Api& a, CallPtr c, const projection::View& view) {
             const money::MoneyReader reader(*view.snapshot);
             const auto newest = newest_canaries(reader);
             if (!newest) return a.answer_error(std::move(c), newest.error());
             const auto found = newest->find(name);
             if (found == newest->end())
               return a.answer_problem(std::move(c), ProblemKind::not_found, "there is no such canary");
             const auto counts = reader.canary_counts(name, first);
             if (!counts) return a.answer_error(std::move(c), counts.error());
             const auto names = a.registry();
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             const auto shown = std::min(page.limit, counts->size());
             for (std::size_t i = 0; i < shown; ++i)
               put_count(w, (*counts)[i], found->second.value, names->find_number((*counts)[i].merchant_no));
             std::optional<std::string> next;
             if (shown < counts->size()) next = std::to_string((*counts)[shown].merchant_no);
             end_items(w, a, view, page, next);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

}  // namespace wonjang
