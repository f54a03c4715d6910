#include "app/api/json/money_payout_json.h"

#include "app/api/json/money_lines_json.h"
#include "app/api/json/settlement_json.h"
#include "app/api/json/sum_json.h"
#include "domain/settlement/matching.h"
#include "engine/money/journal_spaces.h"

namespace wonjang {
namespace {

void put_whose(JsonWriter& w, MerchantId id, const Merchant* merchant) {
  w.id("merchantId", id);
  if (merchant != nullptr) w.text("merchantName", merchant->name);
}

// What the bank said last.
void put_bank(JsonWriter& w, const money::PayoutNow& payout) {
  for (auto update = payout.updates.rbegin(); update != payout.updates.rend(); ++update) {
    if (update->bank_says != settlement::PayoutState::unknown) continue;
    if (update->state == settlement::PayoutState::sent) {
      w.text_if("file", update->file);
      return;
    }
    w.text_if("bankTraceNo", update->bank_trace_no)
        .instant_if("at", update->at)
        .text_if("failure", update->failure);
    if (update->state == settlement::PayoutState::paid) w.instant_if("paidAt", update->at);
    return;
  }
}

void put_dispute(JsonWriter& w, const money::PayoutDispute& dispute) {
  w.begin_object("dispute").text("bankSays", code_of(dispute.said.bank_says));
  w.text_if("bankTraceNo", dispute.said.bank_trace_no).instant_if("at", dispute.said.at);
  w.text_if("failure", dispute.said.failure);
  w.text_if("file", dispute.said.file).instant("since", dispute.since);
  w.text("next",
         "Ask the bank which is true. Another person than who imported it then decides: POST "
         "/v1/payouts/{payoutId}/decisions, APPROVE as the bank says, REJECT as it stands");
  w.end_object();
}

void put_side(JsonWriter& w, std::string_view name, std::int64_t from, std::int64_t to) {
  w.begin_object(name).number("from", from).number("to", to).end_object();
}
void put_dates(JsonWriter& w, std::string_view name, BusinessDate from, BusinessDate to) {
  w.begin_object(name);
  w.date_if("from", from).date_if("to", to).end_object();
}
void put_next(JsonWriter& w, const money::MovedPayout::Next& next) {
  w.begin_object("next");
  put_side(w, "amount", next.from.amount, next.to.amount);
  w.begin_object("account").text_if("from", next.from.account).text_if("to", next.to.account).end_object();
  w.end_object();
}

}  // namespace

void put_payout(JsonWriter& w, const money::PayoutNow& payout, const Merchant* merchant) {
  const auto& asked = payout.requested;
  w.begin_object().id("payoutId", asked.payout);
  put_whose(w, payout.merchant, merchant);
  w.date("date", asked.date).text("currency", payout.currency.code()).number("lines", as_number(asked.lines));
  w.number("linesNet", asked.lines_net);
  put_array(w, "carriedOver", asked.carried);
  w.number("withheld", asked.withheld).number("released", asked.released).number("amount", asked.amount);
  w.number("leftOver", asked.left_over)
      .text("state", code_of(payout.state))
      .text_if("account", asked.account);
  put_bank(w, payout);
  if (payout.dispute) put_dispute(w, *payout.dispute);
  w.end_object();
}

void put_payout_report(JsonWriter& w, BusinessDate date, bool dry_run, const money::PayoutReport& report) {
  w.begin_object().text("date", to_text(date)).flag("dryRun", dry_run);
  w.number("requested", as_number(report.requested)).number("carried", as_number(report.carried));
  w.number("held", as_number(report.held)).number("already", as_number(report.already));
  w.number("waiting", as_number(report.waiting)).number("closed", as_number(report.closed));
  w.number("manualLines", as_number(report.manual_lines)).begin_array("totals");
  for (const auto& [currency, sum] : report.totals) {
    w.begin_object().text("currency", currency.code()).number("count", as_number(sum.count));
    put_exact(w, "amount", sum.amount);
    w.end_object();
  }
  w.end_array().begin_array("problems");
  for (const auto& problem : report.problems) {
    w.begin_object().text("code", problem.code).text("detail", problem.detail);
    w.number("count", as_number(problem.count)).end_object();
  }
  w.end_array().end_object();
}

void put_results_applied(JsonWriter& w, const money::ResultsApplied& applied,
                         const std::vector<money::RefusedRow>& unreadable) {
  w.begin_object()
      .number("applied", as_number(applied.applied))
      .number("already", as_number(applied.already));
  w.begin_array("refused");
  const auto put = [&](const money::RefusedRow& row) {
    w.begin_object().number("line", row.line_no).text("why", row.why).end_object();
  };
  for (const auto& row : unreadable) put(row);
  for (const auto& row : applied.refused) put(row);
  w.end_array().end_object();
}

void put_funds(JsonWriter& w, const money::FundsPosition& funds, const RegistryState& registry,
               std::string_view position) {
  w.text("asOf", to_text(funds.as_of)).text("knownAt", to_text(funds.known_at)).text("position", position);
  w.number("ratioPpm", funds.ratio ? funds.ratio->ratio_ppm : 0);
  if (funds.ratio) w.text_if("ratioSource", funds.ratio->source);
  w.begin_array("rows");
  for (const auto& row : funds.rows) {
    w.begin_object();
    put_whose(w, row.merchant, registry.find(row.merchant));
    w.text("currency", row.currency.code());
    put_exact(w, "approvedUnpaid", row.approved_unpaid);
    put_exact(w, "requiredAmount", row.required);
    put_exact(w, "heldOwn", row.own);
    put_exact(w, "heldShare", row.share);
    put_exact(w, "heldAmount", row.held());
    put_exact(w, "gap", row.gap);
    w.end_object();
  }
  w.end_array().begin_array("totals");
  for (const auto& total : funds.totals) {
    w.begin_object().text("currency", total.currency.code());
    put_exact(w, "approvedUnpaid", total.approved_unpaid);
    put_exact(w, "countedAmount", total.counted);
    put_exact(w, "requiredAmount", total.required);
    put_exact(w, "heldAmount", total.held);
    put_exact(w, "gap", total.gap);
    put_exact(w, "unassigned", total.unassigned);
    put_exact(w, "merchantsRequired", total.rows_required);
    put_exact(w, "merchantsGap", total.rows_gap);
    w.end_object();
  }
  w.end_array().begin_array("held");
  for (const auto& held : funds.held) {
    w.begin_object()
        .text("date", to_text(held.date))
        .text("kind", held.kind)
        .text("institution", held.institution);
    w.text("currency", held.currency.code()).number("amount", held.amount);
    if (!held.merchant.is_zero()) put_whose(w, held.merchant, registry.find(held.merchant));
    w.end_object();
  }
  w.end_array();
}

void put_funds_lines(JsonWriter& w, const money::FundsLines& lines, const Merchant& merchant,
                     Currency currency, BusinessDate as_of) {
  w.begin_object().text("asOf", to_text(as_of));
  put_whose(w, merchant.id, &merchant);
  w.text("currency", currency.code());
  put_exact(w, "sum", lines.sum);
  w.begin_array("openItems");
  for (const auto& open : lines.items) {
    w.begin_object().id("paymentId", open.item.key.payment).text("kind", code_of(open.item.kind));
    w.text("day", to_text(open.day))
        .number("amount", open.item.amount)
        .text_if("failed", open.failed)
        .end_object();
  }
  w.end_array().begin_array("lines");
  for (const auto& line : lines.lines) put_line(w, line, &merchant);
  w.end_array().begin_array("payouts");
  for (const auto& payout : lines.payouts) put_payout(w, payout, &merchant);
  w.end_array();
  put_array(w, "carriedOver", lines.carried);
  w.number("keptBack", lines.kept_back).flag("truncated", lines.truncated).end_object();
}

void put_what_if(JsonWriter& w, const money::WhatIf& what_if,
                 const std::function<std::string(const money::MovedPlace&)>& seal) {
  const auto next = [&](std::string_view name, const std::optional<money::MovedPlace>& place) {
    if (place) {
      w.text(name, seal(*place));
    } else {
      w.raw(name, "null");
    }
  };
  w.begin_object().begin_array("lines");
  for (const auto& line : what_if.lines) {
    w.begin_object().text("lineId", settlement::text_of(line.key)).id("paymentId", line.key.payment);
    w.id("merchantId", line.merchant).text("currency", line.currency.code()).text("by", code_of(line.by));
    put_dates(w, "payoutDate", line.from.payout_date, line.to.payout_date);
    put_side(w, "fee", line.from.fee, line.to.fee);
    put_side(w, "net", line.from.net, line.to.net);
    w.flag_if("fails", line.to.fails).end_object();
  }
  w.end_array().begin_array("payouts");
  for (const auto& payout : what_if.payouts) {
    w.begin_object().id("merchantId", payout.merchant).text("currency", payout.currency.code());
    if (payout.payout) w.id("payoutId", *payout.payout);
    put_dates(w, "date", payout.from, payout.to);
    put_exact(w, "net", payout.net);
    if (payout.next) put_next(w, *payout.next);
    w.end_object();
  }
  w.end_array().begin_array("failures");
  for (const auto& failed : what_if.failures) {
    w.begin_object().text("lineId", settlement::text_of(failed.key)).id("paymentId", failed.key.payment);
    w.id("merchantId", failed.merchant).text("currency", failed.currency.code());
    w.text("by", code_of(failed.by)).text("reason", failed.why).end_object();
  }
  w.end_array().begin_object("counts").number("lines", as_number(what_if.lines_total));
  w.number("payouts", as_number(what_if.payouts_total))
      .number("failures", as_number(what_if.failures_total))
      .number("merchants", as_number(what_if.merchants_total));
  w.end_object().begin_array("feeDelta");
  for (const auto& [currency, amount] : what_if.fee_delta) {
    w.begin_object().text("currency", currency.code());
    put_exact(w, "amount", amount);
    w.end_object();
  }
  w.end_array().flag("truncated", what_if.truncated());
  next("nextLinesCursor", what_if.next_lines);
  next("nextPayoutsCursor", what_if.next_payouts);
  next("nextFailuresCursor", what_if.next_failures);
  w.end_object();
}

void put_file(JsonWriter& w, const money::MoneyReader::FileNow& file) {
  w.id("fileId", file.file).text("name", file.name).text("kind", code_of(file.kind));
  w.text("acquirer", file.acquirer).text("currency", file.currency.code()).text("sha256", file.sha256);
  w.number("amountTolerance", file.tolerance.amount).number("dateTolerance", file.tolerance.date_days);
  w.number("rows", file.rows);
  w.number("matched", as_number(file.matched)).number("breaks", as_number(file.breaks));
  w.number("withinTolerance", as_number(file.tolerated)).number("difference", file.difference);
  w.instant_if("importedAt", file.imported_at);
}

void put_break(JsonWriter& w, const money::MoneyReader::Break& one, const settlement::FileRow* row,
               BusinessDate today) {
  w.begin_object().id("fileId", one.file).text("acquirer", one.acquirer);
  w.text("currency", one.currency.code()).text("kind", code_of(one.kind));
  put_fields(w, one.match);
  if (row != nullptr) put_object(w, "theirs", *row);
  w.text("since", to_text(one.since)).number("ageDays", settlement::age_days(one.since, today)).end_object();
}

}  // namespace wonjang
