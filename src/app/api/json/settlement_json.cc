#include "app/api/json/settlement_json.h"

#include "app/api/json/sum_json.h"
#include "domain/method.h"

namespace wonjang {
namespace {

using namespace settlement;

void put_method_if(JsonWriter& w, std::uint8_t method) {
  if (method != 0) w.text("method", code_of(static_cast<Method>(method)));
}

void put_card_type_if(JsonWriter& w, CardType type) {
  if (type != CardType::unknown) w.text("cardType", code_of(type));
}

void put_fields(JsonWriter& w, const Selector& v) {
  put_method_if(w, v.method);
  w.text_if("issuer", v.issuer);
  put_card_type_if(w, v.card_type);
  w.number_if("monthsMin", v.months_min).number_if("monthsMax", v.months_max);
}

void put_rule(JsonWriter& w, const FeeRule& v) {
  w.begin_object();
  w.text("name", v.name).text("kind", code_of(v.kind));
  if (v.applies != Selector{}) {
    w.begin_object("applies");
    put_fields(w, v.applies);
    w.end_object();
  }
  w.number_if("ratePpm", v.rate_ppm).number_if("amount", v.amount);
  put_array_if(w, "steps", v.steps);
  put_array_if(w, "byTier", v.by_tier);
  w.end_object();
}

// Of whom an entry by method is.
template <typename Entry>
void put_for_whom(JsonWriter& w, const Entry& v) {
  w.text("name", v.name);
  put_method_if(w, v.method);
  w.text_if("issuer", v.issuer);
}

struct PutReference {
  JsonWriter& w;

  void operator()(const Contract& v) const { put_object(w, "contract", v); }
  void operator()(const Calendar& v) const { put_object(w, "calendar", v); }
  void operator()(const Hold& v) const { put_object(w, "hold", v); }
  void operator()(const FundsRatio& v) const { put_object(w, "fundsRatio", v); }
  void operator()(const FundsHeld& v) const { put_object(w, "fundsHeld", v); }
  void operator()(const Canary& v) const { put_object(w, "canary", v); }
};

}  // namespace

// ---- Reference data ----

void put_fields(JsonWriter& w, const RateStep& v) { w.number("from", v.from).number("ratePpm", v.rate_ppm); }

void put_fields(JsonWriter& w, const TierRate& v) {
  w.text("tier", code_of(v.tier));
  put_card_type_if(w, v.card_type);
  w.number("ratePpm", v.rate_ppm);
}

void put_fields(JsonWriter& w, const CancelRule& v) {
  put_method_if(w, v.method);
  w.text("fee", code_of(v.fee));
}

void put_fields(JsonWriter& w, const MethodFees& v) {
  put_for_whom(w, v);
  if (v.vat != VatTreatment::unknown) w.text("vat", code_of(v.vat));
  if (v.order != FeeOrder::unknown) w.text("order", code_of(v.order));
  if (v.rounding) w.text("rounding", code_of(*v.rounding));
}

void put_fields(JsonWriter& w, const FeeTerms& v) {
  w.begin_array("rules");
  for (const auto& rule : v.rules) put_rule(w, rule);
  w.end_array();
  w.text("vat", code_of(v.vat)).text("order", code_of(v.order)).text("rounding", code_of(v.rounding));
  put_array_if(w, "onCancel", v.on_cancel);
  put_array_if(w, "byMethod", v.by_method);
}

void put_fields(JsonWriter& w, const Cycle& v) {
  w.text("kind", code_of(v.kind)).text("basis", code_of(v.basis)).text("roll", code_of(v.roll));
  w.number("lagDays", v.lag_days).text("policy", code_of(v.policy)).number("weekEnd", v.week_end);
}

void put_fields(JsonWriter& w, const MethodCycle& v) {
  put_for_whom(w, v);
  put_object(w, "cycle", v.cycle);
}

void put_fields(JsonWriter& w, const Contract& v) {
  w.id_if("merchantId", v.merchant).text_if("subMall", v.sub_mall).text("currency", v.currency.code());
  w.number("version", v.version).date_if("validFrom", v.valid_from).date_if("validUntil", v.valid_until);
  w.text("tier", code_of(v.tier)).text_if("businessNumber", v.business_number);
  put_object(w, "fees", v.fees);
  put_object(w, "cycle", v.cycle);
  w.text_if("calendar", v.calendar)
      .number_if("keepBack", v.keep_back)
      .text_if("payoutAccount", v.payout_account);
  put_array_if(w, "cycleByMethod", v.cycle_by_method);
}

void put_fields(JsonWriter& w, const Calendar& v) {
  w.text("code", v.code).number("version", v.version).text_if("source", v.source);
  w.date("from", v.from).date("until", v.until);
  w.begin_array("closed");
  for (const auto& day : v.closed) {
    w.begin_object();
    w.date("date", day.date).text("kind", code_of(day.kind)).text_if("name", day.name);
    w.end_object();
  }
  w.end_array();
}

void put_fields(JsonWriter& w, const Hold& v) {
  w.id_if("merchantId", v.merchant)
      .flag("placed", v.placed)
      .date_if("from", v.from)
      .text_if("reason", v.reason);
}

void put_fields(JsonWriter& w, const FundsRatio& v) {
  w.date("validFrom", v.valid_from).number("ratioPpm", v.ratio_ppm).text_if("source", v.source);
}

void put_fields(JsonWriter& w, const FundsHeld& v) {
  w.date("date", v.date).text("kind", v.kind).text("institution", v.institution);
  w.text("currency", v.currency.code()).number("amount", v.amount).id_if("merchantId", v.merchant);
}

void put_fields(JsonWriter& w, const Canary& v) {
  w.text("name", v.name);
  if (!v.merchants.empty()) {
    w.begin_array("merchantIds");
    for (const auto& merchant : v.merchants) w.element(merchant.text());
    w.end_array();
  }
  put_method_if(w, v.method);
  w.text_if("businessNumber", v.business_number).text("currency", v.currency.code());
  put_object(w, "candidate", v.candidate);
  w.number_if("cleanDays", v.clean_days).flag_if("stopped", v.stopped).flag_if("promoteAll", v.promote_all);
}

void put_reference(JsonWriter& w, const Reference& reference) {
  w.text("reference", kind_of(reference));
  std::visit(PutReference{w}, reference);
}

// ---- Runs and lines ----

void put_fields(JsonWriter& w, const RunTotals& v) {
  w.text("currency", v.currency.code());
  w.number("lines", static_cast<std::int64_t>(v.lines)).number("failed", static_cast<std::int64_t>(v.failed));
  put_exact(w, "gross", v.gross);
  put_exact(w, "fee", v.fee);
  put_exact(w, "feeVat", v.fee_vat);
  put_exact(w, "net", v.net);
}

void put_line_key(JsonWriter& w, std::string_view name, const LineKey& key) {
  if (!key.payment.is_zero()) w.text(name, text_of(key));
}

void put_fields(JsonWriter& w, const Item& v) {
  put_line_key(w, "id", v.key);
  w.text("kind", code_of(v.kind)).id_if("paymentId", v.key.payment).id_if("approvalId", v.approval);
  w.number_if("ofVersion", v.of_version).text_if("orderId", v.order_id).text_if("subMall", v.sub_mall);
  put_method_if(w, v.method);
  w.text_if("issuer", v.issuer);
  put_card_type_if(w, v.card_type);
  w.number_if("months", v.months);
  if (v.interest_payer != InterestPayer::none) w.text("interestPayer", code_of(v.interest_payer));
  w.number_if("usedPoint", v.used_point).number("amount", v.amount).instant_if("at", v.at);
  w.flag_if("hasAcquisition", v.has_acquisition).date_if("acquired", v.acquired);
}

void put_fields(JsonWriter& w, const FeeLine& v) {
  w.text("type", code_of(v.type)).text_if("rule", v.rule).number_if("base", v.base);
  w.number_if("ratePpm", v.rate_ppm).number_if("fixed", v.fixed).number("amount", v.amount);
}

void put_fields(JsonWriter& w, const LineBalance& v) {
  w.number("amount", v.amount).number("amountLeft", v.amount_left);
  w.begin_array("fees");
  for (std::size_t i = 0; i < v.fees.size(); ++i) {
    w.begin_object();
    put_fields(w, v.fees[i]);
    if (i < v.fees_left.size()) w.number("left", v.fees_left[i]);
    w.end_object();
  }
  w.end_array();
  w.number("vat", v.vat).number("vatLeft", v.vat_left).text("onCancel", code_of(v.on_cancel));
}

void put_fields(JsonWriter& w, const SettlementLine& v) {
  put_fields(w, v.item);
  w.number("contract", v.contract).date_if("basis", v.basis).date_if("payoutDate", v.payout_date);
  w.flag_if("late", v.late).number("gross", v.gross);
  put_array(w, "fees", v.fees);
  w.number("fee", v.fee).number("feeSupply", v.fee_supply).number("feeVat", v.fee_vat).number("net", v.net);
  if (v.before) put_object(w, "before", *v.before);
  if (v.item.kind == LineKind::adjustment) {
    w.number("feeBefore", v.fee_before).number("feeVatBefore", v.fee_vat_before);
  }
  w.text_if("canary", v.canary);
}

void put_fields(JsonWriter& w, const FailedItem& v) {
  put_fields(w, v.item);
  w.text("code", v.code).text_if("detail", v.detail);
}

void put_fields(JsonWriter& w, const CanaryDifference& v) {
  w.text("canary", v.canary);
  put_line_key(w, "line", v.line);
  w.number("feeNow", v.fee_now).number("feeCandidate", v.fee_candidate);
  w.number("vatNow", v.vat_now).number("vatCandidate", v.vat_candidate).text_if("detail", v.detail);
}

void put_fields(JsonWriter& w, const Redated& v) {
  put_line_key(w, "line", v.line);
  w.date_if("from", v.from).date_if("to", v.to);
}

// ---- Payouts, files ----

void put_fields(JsonWriter& w, const CarriedOver& v) { w.id_if("from", v.from).number("amount", v.amount); }

void put_fields(JsonWriter& w, const FileRow& v) {
  w.number("lineNo", v.line_no).text_if("theirKey", v.their_key).text_if("cardTail", v.card_tail);
  w.number("amount", v.amount).number("fee", v.fee).date_if("date", v.date).date_if("paidOn", v.paid_on);
}

void put_fields(JsonWriter& w, const Deposited& v) {
  w.number("account", v.account).number("amount", v.amount).number("fee", v.fee);
  w.number_if("amountBefore", v.amount_before).number_if("feeBefore", v.fee_before);
  w.number_if("difference", v.difference).number_if("differenceBefore", v.difference_before);
}

void put_fields(JsonWriter& w, const Match& v) {
  w.number_if("lineNo", v.line_no);
  w.begin_array("ours");
  for (const auto& key : v.ours) w.element(text_of(key));
  w.end_array();
  w.text("state", code_of(v.state)).text_if("reason", v.reason).text_if("matchedBy", v.matched_by);
  w.number_if("amountDelta", v.amount_delta).number_if("dateDelta", v.date_delta).text_if("why", v.why);
}

}  // namespace wonjang
