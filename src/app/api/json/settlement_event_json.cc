#include "app/api/json/settlement_event_json.h"

#include "app/api/json/settlement_json.h"

namespace wonjang {

using namespace settlement;

void put_house_body(JsonWriter& w, const ChangeProposed& b) {
  w.id("changeId", b.change);
  put_reference(w, b.reference);
  w.text_if("note", b.note);
}

void put_house_body(JsonWriter& w, const ChangeDecided& b) {
  w.id("changeId", b.change).flag("approved", b.approved);
  put_reference(w, b.reference);
  w.text_if("note", b.note);
}

void put_house_body(JsonWriter& w, const RunStarted& b) {
  w.date("date", b.date).number("attempt", b.attempt).flag_if("resumed", b.resumed);
  w.text_if("holder", b.holder).instant_if("knownAt", b.known_at).text("calculator", b.calculator);
  w.number("items", static_cast<std::int64_t>(b.items));
}

void put_profile(JsonWriter& w, const RunEnded& ended) {
  w.begin_array("profile");
  for (const auto& stage : ended.profile) {
    w.begin_object().text("stage", stage.stage).number("us", stage.us);
    w.number_if("cpuUs", stage.cpu_us).number_if("waitedUs", stage.waited_us);
    w.number_if("rows", as_number(stage.rows)).end_object();
  }
  w.end_array().number_if("wallUs", ended.wall_us).number_if("cpuUs", ended.cpu_us);
  w.number_if("memoryPeakBytes", as_number(ended.memory_peak_bytes));
}

void put_house_body(JsonWriter& w, const RunEnded& b) {
  w.date("date", b.date).number("attempt", b.attempt).text("outcome", b.outcome);
  put_array(w, "before", b.before);
  put_array(w, "added", b.added);
  put_array(w, "after", b.after);
  w.text_if("untouchedHash", b.untouched_hash);
  put_profile(w, b);
  if (b.promoted.empty()) return;
  w.begin_array("promoted");
  for (const auto& promoted : b.promoted) w.element(promoted);
  w.end_array();
}

void put_house_body(JsonWriter& w, const LinesRecorded& b) {
  w.date("date", b.date)
      .number("attempt", b.attempt)
      .number("chunk", b.chunk)
      .text("calculator", b.calculator);
  w.text_if("calendarCode", b.calendar).number_if("calendarVersion", b.calendar_version);
  put_array(w, "contracts", b.contracts);
  put_array(w, "lines", b.lines);
  put_array_if(w, "failed", b.failed);
  put_array_if(w, "differences", b.differences);
  w.number_if("canaryClean", b.canary_clean);
}

void put_house_body(JsonWriter& w, const LinesRedated& b) {
  w.text_if("calendarCode", b.calendar).number_if("calendarVersion", b.calendar_version);
  put_array(w, "redated", b.lines);
}

void put_house_body(JsonWriter& w, const PayoutRequested& b) {
  w.id("payoutId", b.payout).date("date", b.date).number("lineCount", static_cast<std::int64_t>(b.lines));
  w.number("linesNet", b.lines_net);
  put_array_if(w, "carried", b.carried);
  w.number_if("withheld", b.withheld).number_if("released", b.released).number("amount", b.amount);
  w.number_if("leftOver", b.left_over).text_if("account", b.account).text("state", code_of(b.state));
}

void put_house_body(JsonWriter& w, const PayoutUpdated& b) {
  w.id("payoutId", b.payout).date("date", b.date).text("state", code_of(b.state)).number("amount", b.amount);
  w.text_if("file", b.file).text_if("bankTraceNo", b.bank_trace_no).text_if("failure", b.failure);
  w.instant_if("at", b.at);
  // file_payouts counts other merchants' payouts: it is no merchant's business.
  w.flag_if("wasPaid", b.was_paid).flag_if("wasBack", b.was_back);
  if (b.bank_says != settlement::PayoutState::unknown) w.text("bankSays", code_of(b.bank_says));
}

void put_house_body(JsonWriter& w, const FileImported& b) {
  w.id("fileId", b.file).text("name", b.name).text("sha256", b.sha256).text("kind", code_of(b.kind));
  w.text_if("acquirer", b.acquirer).number("rowsTotal", b.rows_total);
  put_array(w, "rows", b.rows);
}

void put_house_body(JsonWriter& w, const FileMatched& b) {
  w.id("fileId", b.file)
      .text("kind", code_of(b.kind))
      .text_if("acquirer", b.acquirer)
      .date_if("asOf", b.as_of);
  put_array(w, "matches", b.matches);
  w.number("matchedAmount", b.matched_amount).number("matchedFee", b.matched_fee);
  w.number_if("amountBefore", b.amount_before).number_if("feeBefore", b.fee_before);
  put_array_if(w, "deposits", b.deposits);
  w.number_if("toleranceAmount", b.tolerance_amount).number_if("toleranceDays", b.tolerance_days);
}

void put_house_body(JsonWriter& w, const BreakResolved& b) {
  w.id("fileId", b.file).number_if("lineNo", b.line_no);
  put_line_key(w, "line", b.line);
  w.text("resolution", b.resolution);
}

std::string subject_text(const RawId& stream) {
  const auto house = house_stream_of(stream);
  if (!house) return PaymentId(stream).text();
  switch (*house) {
    case HouseStream::registry:
      return "registry";
    case HouseStream::run:
      return "run_" + to_base32(stream);
    case HouseStream::lines:
      return "lns_" + to_base32(stream);
    case HouseStream::payout:
      return PayoutId(stream).text();
    case HouseStream::change:
      return ChangeId(stream).text();
    case HouseStream::file:
      return FileId(stream).text();
    case HouseStream::canary:
      return "cnr_" + to_base32(stream);
  }
  return to_base32(stream);
}

}  // namespace wonjang
