// The settlement funds position: what is approved and not paid out, and what must lie outside for it; and
// what a change of reference data would move.

#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_payout_json.h"
#include "app/api/money_read.h"
#include "app/api/money_work.h"
#include "app/money/ledger_sink.h"
#include "engine/money/funds.h"
#include "engine/money/what_if.h"

namespace wonjang {

void get_funds(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"asOf"});
  if (!query) return;
  const auto as_of = date_in(*query, "asOf");
  if (!as_of) return answer_wrong_read(api, std::move(call), as_of.error());
  const auto day = as_of->value_or(business_date_of(api.clock().now()));
  ask_money(api, std::move(call), "the funds position",
            [day](Api& a, CallPtr c, const std::shared_ptr<const KvSnapshot>& snapshot) {
              const auto funds = money::funds_position(money::MoneyReader(*snapshot), day);
              if (!funds) return a.answer_error(std::move(c), funds.error());
              std::string body;
              JsonWriter w(body);
              w.begin_object();
              put_funds(w, *funds, *a.registry());
              w.end_object();
              a.answer_json(std::move(c), std::move(body));
            });
}

void get_funds_lines(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"merchant", "currency", "limit"});
  if (!query) return;
  const auto registry = api.registry();
  const auto merchant = whose(*query, *call->caller, *registry);
  if (!merchant) return answer_wrong_read(api, std::move(call), merchant.error());
  const auto currency = Currency::parse(query->find("currency").value_or("KRW"));
  const auto limit = query->number("limit", 1, kMoneyPageMax, 200);
  if (*merchant == nullptr || !currency || !limit)
    return api.answer_problem(
        std::move(call), ProblemKind::bad_parameter,
        "say whose: ?merchant=mch_..., with currency= an ISO 4217 code (KRW) and limit= 1 to 1000");
  ask_money(api, std::move(call), "the lines of a funds position",
            [id = (*merchant)->id, currency = *currency, limit = static_cast<std::size_t>(*limit)](
                Api& a, CallPtr c, const std::shared_ptr<const KvSnapshot>& snapshot) {
              const auto names = a.registry();
              const auto* whom = names->find(id);
              const auto lines =
                  money::funds_lines(money::MoneyReader(*snapshot), whom->number, currency, limit);
              if (!lines) return a.answer_error(std::move(c), lines.error());
              std::string body;
              JsonWriter w(body);
              put_funds_lines(w, *lines, *whom, currency);
              a.answer_json(std::move(c), std::move(body));
            });
}

void answer_what_if(Api& api, CallPtr call, const settlement::Reference& reference,
                    const KvSnapshot& snapshot) {
  constexpr std::size_t kLinesMax = 1'000;
  auto& side = *api.parts().money;
  LedgerSink sink(side.ledger());  // nothing is written through it
  const auto moved = money::what_if(snapshot, side.ports_of(sink), reference, kLinesMax);
  if (!moved) return answer_job_error(api, std::move(call), moved.error());
  std::string body;
  JsonWriter w(body);
  put_what_if(w, *moved);
  api.answer_json(std::move(call), std::move(body));
}

}  // namespace wonjang
