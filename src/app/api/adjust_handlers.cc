// Adjustments: the lines that a contract which holds backwards adds to what was settled.

#include <utility>
#include <vector>

#include "app/api/api.h"
#include "app/api/json/money_commands.h"
#include "app/api/money_read.h"
#include "app/api/money_work.h"
#include "app/api/write_request.h"
#include "engine/money/journal_spaces.h"
#include "engine/money/money_reader.h"
#include "engine/money/retier.h"

namespace wonjang {
namespace {

using settlement::SettlementLine;

// Lines that an answer shows; the report counts all.
constexpr std::size_t kShownMax = 100;

struct ShownLine {
  SettlementLine line;
  Currency currency;
};

void put_shown(JsonWriter& w, const std::vector<ShownLine>& shown) {
  w.begin_array("items");
  for (const auto& [line, currency] : shown) {
    w.begin_object().text("lineId", settlement::text_of(line.item.key));
    w.id("paymentId", line.item.key.payment).text("currency", currency.code());
    w.date_if("basisDate", line.basis).date_if("payoutDate", line.payout_date);
    w.number("feeBefore", line.fee_before).number("fee", line.fee).number("net", line.net).end_object();
  }
  w.end_array();
}

JobAnswer answer_of(const money::RetierReport& report, const std::vector<ShownLine>& shown, bool dry_run) {
  JobAnswer out;
  JsonWriter w(out.body);
  w.begin_object().flag("dryRun", dry_run).number("merchants", static_cast<std::int64_t>(report.merchants));
  w.number("approvals", static_cast<std::int64_t>(report.approvals));
  w.number("lines", static_cast<std::int64_t>(report.lines)).begin_array("feeDelta");
  for (const auto& [currency, amount] : report.fee_delta)
    w.begin_object().text("currency", currency.code()).raw("amount", money::text_of(amount)).end_object();
  w.end_array();
  if (report.first != BusinessDate{}) w.text("firstDate", to_text(report.first));
  if (report.last != BusinessDate{}) w.text("lastDate", to_text(report.last));
  w.number("failed", static_cast<std::int64_t>(report.failed)).text_if("firstFailure", report.first_failure);
  w.begin_array("byCanary");
  for (const auto& [canary, approvals] : report.by_canary) {
    w.begin_object().text("canary", canary).number("approvals", static_cast<std::int64_t>(approvals));
    w.end_object();
  }
  w.end_array();
  put_shown(w, shown);
  w.flag("stopped", report.stopped).end_object();
  return out;
}

Result<JobAnswer> adjust(const money::MoneyPorts& ports, const money::JobOwner& owner,
                         const ParsedAdjustment& wanted, bool dry_run,
                         const std::function<bool()>& stop_wanted, const std::function<bool()>& is_draining) {
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  WJ_TRY(const auto change, money::MoneyReader(*snapshot).change(wanted.change));
  if (!change) return not_found("there is no such change");
  if (!change->decided || !change->decided->approved) return invalid("this change isn't approved");
  const auto* contract = std::get_if<settlement::Contract>(&change->decided->reference);
  if (contract == nullptr) return invalid("this change is no contract");
  std::vector<ShownLine> shown;
  money::RetierOptions options;
  options.contracts = {*contract};
  options.date = wanted.date;
  options.also_far_ahead = wanted.also_far_ahead;
  options.owner = owner;
  options.dry_run = dry_run;
  options.stop_wanted = stop_wanted;
  options.heard = [&](const money::Adjustment& made) {
    for (const auto& line : made.lines) {
      if (shown.size() < kShownMax) shown.push_back({line, made.currency});
    }
  };
  WJ_TRY(const auto report, money::retier(ports, options));
  // What a shutdown cut short isn't answered: it goes on after it.
  if (report.stopped && is_draining()) return unavailable("a shutdown cut the adjustment short");
  return answer_of(report, shown, dry_run);
}

}  // namespace

void adjust_settlement(Api& api, CallPtr call) {
  const auto dry_run = take_dry_run(api, call);
  if (!dry_run) return;
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto wanted = taken(api, call, parse_adjustment(call->request.body));
  if (!wanted) return;
  JobRequest request{"an adjustment of lines", "adjust_settlement", *key, std::nullopt};
  if (!*dry_run) request.asked = wanted->canonical;
  begin_job(
      api, std::move(call), std::move(request),
      [&api, wanted = *wanted, dry = *dry_run](const money::MoneyPorts& ports, const money::JobOwner& owner) {
        auto& jobs = api.parts().money->jobs();
        return adjust(
            ports, owner, wanted, dry, [&jobs] { return jobs.is_stop_wanted(); },
            [&api] { return api.is_draining(); });
      });
}

}  // namespace wonjang
