// The life of a payment: what it is, how it came about, what was settled and paid out of it.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_lines_json.h"
#include "app/api/json/money_payout_json.h"
#include "app/api/json/payment_json.h"
#include "app/api/money_read.h"
#include "app/api/view_json.h"
#include "app/api/view_query.h"
#include "app/api/view_read.h"
#include "engine/serving/lifecycle.h"
#include "engine/serving/payment_list.h"

namespace wonjang {
namespace {

Refusal no_such_payment() { return {RefusalCode::payment_not_found, "there is no such payment", "", 0}; }

// What was settled of a payment and paid out with it, as far as the money side has come. REQUIRES: the caller
// may see the payment
Result<void> put_settlement(JsonWriter& w, Api& api, PaymentId id, MerchantId merchant) {
  const auto view = money_now(api);
  money::PaymentSettlement settled;
  if (view) {
    WJ_TRY(settled, money::settlement_of(money::MoneyReader(*view->snapshot), id, merchant,
                                         business_date_of(api.clock().now())));
  }
  const auto registry = api.registry();
  const auto* whose = registry->find(merchant);
  std::vector<settlement::PayoutId> payouts;
  w.begin_array("settlement");
  for (const auto& now : settled.lines) {
    put_line_now(w, now, whose);
    const auto& payout = now.line.payout;
    if (payout && std::ranges::find(payouts, *payout) == payouts.end()) payouts.push_back(*payout);
  }
  w.end_array();
  put_open_items(w, settled, whose);
  w.begin_array("payouts");
  for (const auto& payout_id : payouts) {
    WJ_TRY(const auto payout, money::MoneyReader(*view->snapshot).payout(payout_id));
    if (payout) put_payout(w, *payout, registry->find(payout->merchant));
  }
  w.end_array();
  if (view) w.text("settlementPosition", position_text(api, view->seen));
  return {};
}

void run_lifecycle(Api& api, CallPtr call, const ServingNow& now, PaymentId id, bool explain) {
  // Whose it is comes first: nothing that goes wrong with another merchant's payment tells that it is there.
  const auto& caller = *call->caller;
  const auto place = serving::find_locator(now.snapshot(), id);
  if (!place) return api.answer_error(std::move(call), place.error());
  if (!*place) return api.answer_refusal(std::move(call), no_such_payment());
  const auto owner = now.views().merchants().of((*place)->merchant);
  if (!owner) return api.answer_error(std::move(call), owner.error());
  if (!caller.merchant.is_zero() && caller.merchant != owner->id)
    return api.answer_refusal(std::move(call), no_such_payment());
  const auto life = serving::lifecycle(now.snapshot(), now.views().merchants(), api.parts().serving->log(),
                                       api.ledger().ports().codec, id);
  if (!life) return api.answer_error(std::move(call), life.error());
  if (!*life) return api.answer_refusal(std::move(call), no_such_payment());
  const auto book = api.ledger().book_of_slot(RawId(id.raw()).slot());
  std::string payment;
  append_payment_json(payment, (*life)->payment);
  std::string body;
  JsonWriter w(body);
  w.begin_object().raw("payment", payment).begin_array("steps");
  for (const auto& step : (*life)->steps) put_life_step(w, step, api.parts().tokens, book);
  w.end_array();
  if (const auto put = put_settlement(w, api, id, owner->id); !put)
    return api.answer_error(std::move(call), put.error());
  put_seen(w, api, now);
  put_reading(w, (*life)->reading);
  if (explain)
    put_plan(w, (*life)->reading, {{"lifecycle: " + (*life)->reading.index}, {}, Spread::routed, 1});
  w.end_object();
  answer_view(api, std::move(call), now, std::move(body));
}

}  // namespace

void get_lifecycle(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"min-position", "explain"}))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  const auto id = PaymentId::parse(call->parameter);
  if (!id) return api.answer_refusal(std::move(call), no_such_payment());
  const auto explain = wants_explain(*call, query);
  if (!explain) return answer_view_error(api, std::move(call), explain.error());
  at_view(api, std::move(call), query, Work::query,  // a long history keeps no connection waiting
          [id = *id, explain = *explain](Api& a, CallPtr c, const ServingNow& now) {
            run_lifecycle(a, std::move(c), now, id, explain);
          });
}

}  // namespace wonjang
