#include "app/api/view_json.h"

#include "app/api/json/event_json.h"
#include "domain/lifecycle.h"
#include "domain/method.h"
#include "engine/serving/facts.h"

namespace wonjang {
namespace {

void put_card(JsonWriter& w, const MethodDetail& detail) {
  const auto* card = std::get_if<CardDetail>(&detail);
  if (const auto* easy = std::get_if<EasyPayDetail>(&detail); easy != nullptr && easy->card)
    card = &*easy->card;
  if (card != nullptr) w.text_if("cardBin", card->bin).text_if("cardLast4", card->last4);
}

// Members of an item. The leading approval stands for the payment: its method, issuer and number.
void put_payment(JsonWriter& w, const Payment& payment, const RegistryState& registry) {
  w.id("id", payment.id).id("merchantId", payment.merchant);
  if (const auto* merchant = registry.find(payment.merchant)) w.text("merchantCode", merchant->code);
  w.text("orderId", payment.order_id).text_if("orderName", payment.terms.order_name);
  w.text_if("buyerName", payment.terms.buyer.name).text("status", code_of(payment.status));
  if (const auto* approval = serving::leading_approval(payment)) {
    w.text("method", code_of(method_of(approval->terms.method)));
    w.text_if("issuer", serving::issuer_of(approval->terms.method))
        .text_if("approveNo", approval->approve_no);
    put_card(w, approval->terms.method);
  }
  w.text("channel", code_of(payment.terms.channel)).text("currency", payment.currency.code());
  const auto facts = serving::facts_of(payment, 0, {});
  w.number("totalAmount", payment.total).number("balanceAmount", payment.balance);
  w.number("grossAmount", facts.gross).number("canceledAmount", facts.canceled);
  const auto at = serving::time_of(payment);
  w.instant("requestedAt", at).text("businessDate", to_text(business_date_of(at)));
  w.instant_if("approvedAt", payment.approved_at).instant("updatedAt", payment.updated_at);
  w.flag("inDoubt", payment.in_doubt()).number("version", payment.version);
}

}  // namespace

void put_payment_item(JsonWriter& w, const Payment& payment, const RegistryState& registry) {
  w.begin_object();
  put_payment(w, payment, registry);
  w.end_object();
}

void put_transaction_item(JsonWriter& w, const serving::Transaction& transaction, const Merchant& merchant) {
  w.begin_object().id("paymentId", transaction.payment).number("version", transaction.version);
  w.text("kind", code_of(transaction.kind)).id("merchantId", merchant.id).text("merchantCode", merchant.code);
  w.text("orderId", transaction.order_id);
  w.id_if("approvalId", transaction.approval).id_if("cancelId", transaction.cancel);
  w.text("method", code_of(transaction.method)).text_if("issuer", transaction.issuer);
  w.text("channel", code_of(transaction.channel)).text_if("number", transaction.number);
  w.text("currency", transaction.currency).number("amount", transaction.amount);
  w.number("balanceAfter", transaction.balance_after).instant("at", transaction.at);
  w.text("businessDate", to_text(business_date_of(transaction.at)));
  w.instant("paymentRequestedAt", transaction.payment_at).end_object();
}

void put_search_hit(JsonWriter& w, const serving::SearchHit& hit, const RegistryState& registry) {
  w.begin_object();
  put_payment(w, hit.payment, registry);
  w.begin_array("matched");
  for (const auto& field : hit.matched) w.element(field);
  w.end_array().flag("possible", hit.possible).end_object();
}

void put_changed_payment(JsonWriter& w, const serving::ChangedPayment& changed,
                         const RegistryState& registry) {
  w.begin_object();
  put_payment(w, changed.payment, registry);
  w.number("eventsAfter", changed.events_after);
  if (const auto& then = changed.then) {
    w.begin_object("then").text("status", code_of(then->status));
    w.text("method", then->method == 0 ? "NONE" : code_of(static_cast<Method>(then->method)));
    w.text_if("issuer", then->issuer).number("grossAmount", then->gross);
    w.number("canceledAmount", then->canceled).end_object();
  }
  w.begin_object("difference");
  put_measures(w, changed.difference);
  w.end_object().end_object();
}

void put_life_step(JsonWriter& w, const serving::LifeStep& step, const Tokens& tokens, std::uint32_t book) {
  const auto& event = step.event;
  w.begin_object().text("type", step.type).number("version", event.version).id("eventId", event.id);
  w.text("position", tokens.position(book, step.position + 1));
  w.instant("occurredAt", event.occurred_at).instant("recordedAt", event.recorded_at);
  if (step.amount) w.number("amount", *step.amount);
  if (step.approval) w.id("approvalId", *step.approval);
  if (step.cancel) w.id("cancelId", *step.cancel);
  w.begin_object("actor").text("kind", code_of(event.actor.kind)).text_if("id", event.actor.id).end_object();
  if (const auto* refused = std::get_if<CommandRefused>(&event.body)) {
    w.text("operation", refused->operation).text("code", code_of_refused(*refused));
    w.text_if("detail", refused->detail);
  }
  w.text_if("reason", event.reason).text("status", code_of(event.status_after));
  w.number("balanceAmount", event.balance_after).end_object();
}

void put_list_totals(JsonWriter& w, const serving::TotalsAnswer& totals) {
  if (const auto* narrow = std::get_if<serving::Narrow>(&totals)) {
    w.raw("totals", "null").begin_object("totalsRefused").text("what", narrow->what);
    w.number("ceiling", static_cast<std::int64_t>(narrow->rows_max)).end_object();
    return;
  }
  w.begin_array("totals");
  for (const auto& sums : std::get<std::vector<serving::Sums>>(totals)) {
    w.begin_object().text("currency", sums.currency).number("count", sums.count);
    put_exact(w, "grossAmount", sums.gross);
    put_exact(w, "canceledAmount", sums.canceled);
    put_exact(w, "netAmount", sums.net());
    w.end_object();
  }
  w.end_array();
}

void put_measures(JsonWriter& w, const serving::Measures& sums) {
  w.number("count", sums.amount.count);
  put_exact(w, "amount", sums.amount.sum);
  put_exact(w, "grossAmount", sums.gross);
  put_exact(w, "canceledAmount", sums.canceled);
  put_exact(w, "netAmount", sums.net());
}

}  // namespace wonjang
