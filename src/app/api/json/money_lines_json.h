// Settlement as the API shows it: lines, runs, plans. Amounts are whole numbers of the currency's smallest
// unit. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/api/json/json_writer.h"
#include "domain/registry.h"
#include "engine/money/explain_line.h"
#include "engine/money/money_reader.h"
#include "engine/money/payment_settlement.h"
#include "engine/money/run.h"
#include "engine/money/run_plan.h"

namespace wonjang {

// Each an object. `merchant`: whose it is; null where nobody knows, as with `currency`.
void put_line(JsonWriter& w, const money::LineSummary& line, const Merchant* merchant);
// A line with how far it has come; what no line settles yet, and the hold, as members.
void put_line_now(JsonWriter& w, const money::LineNow& now, const Merchant* merchant);
void put_open_items(JsonWriter& w, const money::PaymentSettlement& settled, const Merchant* merchant);

void put_line_explained(JsonWriter& w, const money::LineExplained& line, const Merchant* merchant);
void put_failed_item(JsonWriter& w, const settlement::FailedItem& failed, std::optional<Currency> currency,
                     const Merchant* merchant);
void put_canary_difference(JsonWriter& w, const settlement::CanaryDifference& difference,
                           std::optional<Currency> currency, const Merchant* merchant);

// How a run stands, besides what the log says of it.
struct RunLook {
  std::string_view state;                        // NEVER, RUNNING, COMPLETED, ..., INTERRUPTED
  const money::RunProgress* progress = nullptr;  // of one under way
  std::string_view whose;                        // of one under way
  std::string_view error;                        // why the newest one ended without a word in the log
};
// `run` null: there never was one.
void put_run(JsonWriter& w, BusinessDate date, const money::RunNow* run, const RunLook& look);
// Members.
void put_plan(JsonWriter& w, const money::RunPlan& plan, std::string_view state);

}  // namespace wonjang
