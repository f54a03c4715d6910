#include "app/api/json/money_lines_json.h"

#include <algorithm>
#include <optional>

#include "app/api/json/settlement_event_json.h"
#include "app/api/json/settlement_json.h"
#include "app/api/json/sum_json.h"
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
  w.number_if("months", item.months);
  if (item.interest_payer != InterestPayer::none) w.text("interestPayer", code_of(item.interest_payer));
  w.number_if("usedPoint", item.used_point);
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

namespace {

void put_matched_in(JsonWriter& w, const std::vector<money::MoneyReader::MatchedRow>& rows) {
  w.begin_array("matchedIn");
  for (const auto& one : rows) {
    w.begin_object().id("fileId", one.file.file).text("name", one.file.name);
    w.text("kind", code_of(one.file.kind)).text("acquirer", one.file.acquirer);
    put_object(w, "theirs", one.row);
    put_object(w, "match", one.match);
    w.end_object();
  }
  w.end_array();
}

}  // namespace

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
  w.text_if("cycleTerms", line.dated_by).text_if("feeTerms", line.charged_by);
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
  if (!line.matched_in.empty()) put_matched_in(w, line.matched_in);
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

namespace {

// What the newest attempt came to, once it has ended.
struct AttemptCounts {
  std::uint64_t items = 0;  // that it tried
  std::uint64_t lines = 0;
  std::uint64_t refused = 0;
  std::uint64_t stood = 0;  // as failed under its date, at its end
};

AttemptCounts counts_of(const settlement::RunEnded& ended) {
  AttemptCounts out;
  for (const auto& row : ended.added) {
    out.lines += row.lines;
    out.refused += row.failed;
  }
  for (const auto& row : ended.after) out.stood += row.failed;
  out.items = out.lines + out.refused;
  return out;
}

void put_progress(JsonWriter& w, const money::RunProgress& progress) {
  w.begin_object("progress").text("stage", progress.stage).number("done", as_number(progress.done));
  w.number("total", as_number(progress.total)).number("lines", as_number(progress.lines));
  w.number("failed", as_number(progress.failed)).end_object();
}

// Of a run that isn't under way. What it refused and what doesn't stand under its date stands under an
// earlier one, whose run refused it first. A run that was stopped leaves the rest of what it had found.
void put_progress(JsonWriter& w, const money::RunNow* run) {
  AttemptCounts counts;
  std::uint64_t total = 0;
  std::uint64_t late_failed = 0;
  if (run != nullptr && run->started) total = run->started->items;
  if (run != nullptr && run->ended) {
    counts = counts_of(*run->ended);
    if (run->ended->outcome != "STOPPED") {
      total = counts.items;
      late_failed = counts.refused - std::min(counts.refused, counts.stood);
    }
  }
  w.begin_object("progress").number("done", as_number(counts.items)).number("total", as_number(total));
  w.number("lines", as_number(counts.lines));
  w.number("failed", as_number(run == nullptr ? 0 : run->failed));
  w.number("lateFailed", as_number(late_failed)).end_object();
}

std::int64_t failed_of(const std::vector<settlement::RunTotals>& rows, Currency currency) {
  std::int64_t out = 0;
  for (const auto& row : rows) out += row.currency == currency ? as_number(row.failed) : 0;
  return out;
}

// `failed`: how many more stand as failed than before, so that before and added are after in every member.
void put_added(JsonWriter& w, const settlement::RunEnded& ended) {
  w.begin_array("added");
  std::optional<Currency> last;
  for (const auto& row : ended.added) {
    const bool is_first = last != row.currency;  // of its currency (run_totals.h)
    last = row.currency;
    const auto failed =
        is_first ? failed_of(ended.after, row.currency) - failed_of(ended.before, row.currency) : 0;
    w.begin_object().text("currency", row.currency.code()).number("lines", as_number(row.lines));
    w.number("failed", failed);
    put_exact(w, "gross", row.gross);
    put_exact(w, "fee", row.fee);
    put_exact(w, "feeVat", row.fee_vat);
    put_exact(w, "net", row.net);
    w.end_object();
  }
  w.end_array();
}

// The day is Seoul's.
bool began_before_its_day_was_over(const settlement::RunStarted& started) {
  return business_date_of(started.known_at) <= started.date;
}

}  // namespace

void put_run(JsonWriter& w, BusinessDate date, const money::RunNow* run, const RunLook& look) {
  w.begin_object().text("date", to_text(date)).text("state", look.state).text_if("error", look.error);
  const bool is_running = look.progress != nullptr;
  w.text_if("startedBy", look.whose);
  // Until its start is in the log, what stands there is the attempt before it.
  const bool is_begun = run != nullptr && run->started && !(is_running && run->ended);
  if (is_begun) {
    w.number("attempt", run->started->attempt).instant("startedAt", run->started->known_at);
    w.flag("resumed", run->started->resumed).text("holder", run->started->holder);
    w.text("calculator", run->started->calculator);
    w.flag("dayNotOver", began_before_its_day_was_over(*run->started));
  }
  if (is_running) {
    put_progress(w, *look.progress);
  } else {
    put_progress(w, run);
  }
  if (run != nullptr) put_array(w, "totals", run->totals);
  if (run != nullptr && run->ended && !is_running) {
    const auto& ended = *run->ended;
    put_array(w, "before", ended.before);
    put_added(w, ended);
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
    w.number("failed", as_number(row.failed));
    put_exact(w, "gross", row.gross);
    put_exact(w, "fee", row.fee);
    put_exact(w, "net", row.net);
    w.end_object();
  }
  w.end_array().begin_array("problems");
  for (const auto& problem : plan.problems) {
    w.begin_object().text("code", problem.code).text("detail", problem.detail);
    w.id_if("merchantId", problem.merchant);
    w.number("count", as_number(problem.count)).end_object();
  }
  w.end_array();
}

}  // namespace wonjang
