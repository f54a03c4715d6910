#include "app/api/json/money_lines_json.h"

#include "app/api/json/settlement_event_json.h"
#include "app/api/json/settlement_json.h"
#include "domain/method.h"

namespace wonjang {

using settlement::SettlementLine;

namespace {

void put_whose(JsonWriter& w, const Merchant* merchant) {
  if (merchant != nullptr) w.id("merchantId", merchant->id).text("merchantName", merchant->name);
}

void put_summary(JsonWriter& w, const money::LineSummary& line, const Merchant* merchant) {
  w.text("lineId", settlement::text_of(line.key)).id("paymentId", line.key.payment);
  w.text("kind", code_of(line.kind));
  put_whose(w, merchant);
  w.date_if("basisDate", line.basis);
  w.date_if("payoutDate", line.payout_date);
  w.date_if("runDate", line.run);
  w.number("gross", line.gross)
      .number("fee", line.fee)
      .number("feeVat", line.fee_vat)
      .number("net", line.net);
  w.text("currency", line.currency.code());
  if (line.payout) w.id("payoutId", *line.payout);
}

void put_item(JsonWriter& w, const settlement::Item& item) {
  w.text_if("orderId", item.order_id).text_if("subMall", item.sub_mall).id_if("approvalId", item.approval);
  if (item.method != 0) w.text("method", code_of(static_cast<Method>(item.method)));
  w.text_if("issuer", item.issuer);
  if (item.card_type != CardType::unknown) w.text("cardType", code_of(item.card_type));
  w.number_if("months", item.months).number_if("usedPoint", item.used_point);
  w.number("amount", item.amount).instant_if("at", item.at).date_if("acquired", item.acquired);
}

}  // namespace

void put_line(JsonWriter& w, const money::LineSummary& line, const Merchant* merchant) {
  w.begin_object();
  put_summary(w, line, merchant);
  w.end_object();
}

void put_line_now(JsonWriter& w, const money::LineNow& now, const Merchant* merchant) {
  w.begin_object();
  put_summary(w, now.line, merchant);
  w.text("state", code_of(now.state)).text_if("stateReason", now.why).end_object();
}

void put_open_items(JsonWriter& w, const money::PaymentSettlement& settled, const Merchant* merchant) {
  w.begin_array("openItems");
  for (const auto& now : settled.open) {
    const auto& item = now.open.item;
    w.begin_object().text("lineId", settlement::text_of(item.key)).id("paymentId", item.key.payment);
    w.text("kind", code_of(item.kind));
    put_whose(w, merchant);
    w.text("day", to_text(now.open.day));
    if (now.basis) w.text("basisDate", to_text(*now.basis));
    w.number("amount", item.amount).text("currency", now.open.currency.code());
    w.text("state", code_of(now.state)).text_if("code", now.code).text("stateReason", now.why).end_object();
  }
  w.end_array();
  if (!settled.hold) return;
  w.begin_object("hold").text("from", to_text(settled.hold->from)).text_if("reason", settled.hold->reason);
  w.end_object();
}

void put_line_explained(JsonWriter& w, const money::LineExplained& line, const Merchant* merchant) {
  const SettlementLine& whole = line.whole.line();
  const auto& chunk = line.whole.chunk();
  w.begin_object();
  put_summary(w, line.now, merchant);
  put_item(w, whole.item);
  w.flag("late", whole.late).number("feeSupply", whole.fee_supply);
  put_array(w, "fees", whole.fees);
  put_object(w, "contract", line.whole.contract());
  w.text("calculator", chunk.calculator).text("calendar", chunk.calendar);
  w.number("calendarVersion", chunk.calendar_version).text_if("canary", whole.canary);
  if (whole.before) put_object(w, "before", *whole.before);
  if (whole.item.kind == settlement::LineKind::adjustment)
    w.number("feeBefore", whole.fee_before).number("feeVatBefore", whole.fee_vat_before);
  w.begin_array("explain");
  for (const auto& step : line.steps) {
    w.begin_object().text("rule", step.rule).text("formula", step.formula);
    if (step.date) {
      w.text("date", to_text(*step.date));
    } else {
      w.number("value", step.value);
    }
    w.end_object();
  }
  w.end_array().flag("recomputed", line.recomputed).text_if("whyNotRecomputed", line.why_not_recomputed);
  w.end_object();
}

void put_failed_item(JsonWriter& w, const settlement::FailedItem& failed, std::optional<Currency> currency,
                     const Merchant* merchant) {
  w.begin_object()
      .text("lineId", settlement::text_of(failed.item.key))
      .id("paymentId", failed.item.key.payment);
  put_whose(w, merchant);
  w.text("kind", code_of(failed.item.kind)).number("amount", failed.item.amount);
  if (currency) w.text("currency", currency->code());
  w.text("code", failed.code).text("detail", failed.detail).end_object();
}

void put_canary_difference(JsonWriter& w, const settlement::CanaryDifference& difference,
                           std::optional<Currency> currency, const Merchant* merchant) {
  w.begin_object().text("canary", difference.canary).text("lineId", settlement::text_of(difference.line));
  put_whose(w, merchant);
  if (currency) w.text("currency", currency->code());
  w.number("feeNow", difference.fee_now).number("feeCandidate", difference.fee_candidate);
  w.number("vatNow", difference.vat_now).number("vatCandidate", difference.vat_candidate);
  w.text_if("detail", difference.detail).end_object();
}

void put_run(JsonWriter& w, BusinessDate date, const money::RunNow* run, const RunLook& look) {
  w.begin_object().text("date", to_text(date)).text("state", look.state).text_if("error", look.error);
  const bool is_running = look.progress != nullptr;
  w.text_if("startedBy", look.whose);
  std::uint64_t lines = 0;
  if (run != nullptr) {
    for (const auto& row : run->totals) lines += row.lines;
  }
  if (run != nullptr && run->started) {
    w.number("attempt", run->started->attempt).instant("startedAt", run->started->known_at);
    w.flag("resumed", run->started->resumed).text("holder", run->started->holder);
    w.text("calculator", run->started->calculator);
  }
  w.begin_object("progress");
  if (is_running) {
    w.text("stage", look.progress->stage).number("done", as_number(look.progress->done));
    w.number("total", as_number(look.progress->total)).number("lines", as_number(look.progress->lines));
    w.number("failed", as_number(look.progress->failed));
  } else {
    const auto failed = run == nullptr ? 0 : run->failed;
    const auto items = run == nullptr || !run->started ? 0 : run->started->items;
    const bool has_ended = run != nullptr && run->ended;
    w.number("done", as_number(has_ended ? items : 0)).number("total", as_number(items));
    w.number("lines", as_number(lines)).number("failed", as_number(failed));
  }
  w.end_object();
  if (run != nullptr) put_array(w, "totals", run->totals);
  if (run != nullptr && run->ended && !is_running) {
    const auto& ended = *run->ended;
    put_array(w, "before", ended.before);
    put_array(w, "added", ended.added);
    put_array(w, "after", ended.after);
    w.text_if("untouchedHash", ended.untouched_hash);
    put_profile(w, ended);
    w.begin_array("promoted");
    for (const auto& one : ended.promoted) w.element(one);
    w.end_array();
  }
  w.end_object();
}

void put_plan(JsonWriter& w, const money::RunPlan& plan, std::string_view state) {
  w.text("date", to_text(plan.date)).text("state", state).number("items", as_number(plan.items));
  w.number("merchants", as_number(plan.merchants_total)).number("late", as_number(plan.late));
  w.number("waiting", as_number(plan.waiting)).number("undated", as_number(plan.undated));
  w.begin_array("totals");
  for (const auto& row : plan.totals) {
    w.begin_object().text("currency", row.currency.code()).number("count", as_number(row.lines));
    w.number("gross", row.gross).number("fee", row.fee).number("net", row.net).end_object();
  }
  w.end_array().begin_array("problems");
  for (const auto& problem : plan.problems) {
    w.begin_object().text("code", problem.code).text("detail", problem.detail);
    w.number("count", as_number(problem.count)).end_object();
  }
  w.end_array();
}

}  // namespace wonjang
