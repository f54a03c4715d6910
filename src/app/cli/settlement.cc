// Settlement runs from the command line: plan, run with its progress, status, explanation.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <thread>

#include "app/cli/counted.h"
#include "app/cli/exit.h"
#include "app/cli/json_fields.h"
#include "app/cli/money.h"
#include "app/cli/money_client.h"
#include "app/cli/progress.h"
#include "app/cli/shown_amounts.h"

namespace wonjang {
namespace {

namespace json = boost::json;

constexpr auto kLookAgain = std::chrono::milliseconds(200);

void print_section(const char* heading, const json::object& run, std::string_view list) {
  const auto* rows = run.if_contains(list);
  if (rows == nullptr || !rows->is_array() || rows->as_array().empty()) return;
  std::printf("\n%s\n%s", heading, json_table(json::serialize(run), list).c_str());
}

std::string milliseconds(std::uint64_t us) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%llu.%03llu", static_cast<unsigned long long>(us / 1000),
                static_cast<unsigned long long>(us % 1000));
  return out.data();
}

std::uint64_t worked_us(const json::object& stage) {
  const auto us = number_in(stage, "us");
  return us - std::min(us, number_in(stage, "waitedUs"));
}

// Shares are of the time that wasn't waited.
void print_profile(const json::object& run) {
  const auto* stages = run.if_contains("profile");
  if (stages == nullptr || !stages->is_array() || stages->as_array().empty()) return;
  std::uint64_t total = 0;
  for (const auto& stage : stages->as_array()) total += worked_us(stage.as_object());
  std::printf("\ntime per stage in ms, added up over threads\n");
  std::printf("  %-10s %12s %12s %12s %8s %12s\n", "stage", "wall clock", "processor", "waited", "share",
              "rows");
  for (const auto& one : stages->as_array()) {
    const auto& stage = one.as_object();
    std::printf("  %-10s %12s %12s %12s %6s %% %12llu\n", text_in(stage, "stage").c_str(),
                milliseconds(number_in(stage, "us")).c_str(), milliseconds(number_in(stage, "cpuUs")).c_str(),
                milliseconds(number_in(stage, "waitedUs")).c_str(),
                exact_percent(worked_us(stage), total).c_str(),
                static_cast<unsigned long long>(number_in(stage, "rows")));
  }
  if (!run.contains("wallUs")) return;  // of an earlier version
  std::printf("  the run took %s ms; the whole process used %s ms of processors and held at most %llu MiB\n",
              milliseconds(number_in(run, "wallUs")).c_str(), milliseconds(number_in(run, "cpuUs")).c_str(),
              static_cast<unsigned long long>(number_in(run, "memoryPeakBytes") >> 20));
}

// `with_proof`: also the hash that two runs of a day are compared by.
void print_run(const OnlineOptions& options, const json::object& run, bool with_proof) {
  if (options.output != "table") return print_money(options, run, "totals");
  std::printf("run for %s: %s", text_in(run, "date").c_str(), text_in(run, "state").c_str());
  if (run.contains("attempt")) std::printf(", attempt %s", text_in(run, "attempt").c_str());
  if (run.contains("startedAt")) std::printf(", started %s", text_in(run, "startedAt").c_str());
  std::printf("\n");
  if (run.contains("error")) std::printf("  %s\n", text_in(run, "error").c_str());
  if (const auto* progress = run.if_contains("progress"); progress != nullptr && progress->is_object()) {
    const auto& p = progress->as_object();
    std::printf("  items %s of %s, lines %s, failed %s", text_in(p, "done").c_str(),
                text_in(p, "total").c_str(), text_in(p, "lines").c_str(), text_in(p, "failed").c_str());
    if (number_in(p, "lateFailed") > 0)
      std::printf(", and %s that earlier days' runs refused and that stand as failed there",
                  text_in(p, "lateFailed").c_str());
    std::printf("\n");
  }
  if (text_in(run, "dayNotOver") == "true")
    std::printf(
        "  it began before the day was over (in Seoul): what came after it is settled late, by the run of a "
        "later day\n");
  print_section("before", run, "before");
  print_section("added", run, "added");
  print_section("after", run, "after");
  // What stands now, which later runs of other days may have mended.
  const auto* after = run.if_contains("after");
  const auto* now = run.if_contains("totals");
  if (now != nullptr && (after == nullptr || *now != *after)) print_section("now", run, "totals");
  if (with_proof && run.contains("untouchedHash"))
    std::printf("\nlines that stood before, hashed: %s\n", text_in(run, "untouchedHash").c_str());
  print_profile(run);
}

// How far its payout is: "paid out" is said of what the bank paid alone.
Result<std::string> payout_in_words(MoneyClient& client, const json::object& line) {
  const auto id = text_in(line, "payoutId");
  const auto day = text_in(line, "payoutDate");
  if (id.empty()) return day.empty() ? "no payout day yet" : "to be paid out on " + day;
  WJ_TRY(const auto payout, client.get("/v1/payouts/" + percent_encoded(id)));
  const auto state = text_in(payout, "state");
  const auto date = text_in(payout, "date");
  if (state == "PAID") return "paid out on " + date;
  if (state == "CARRIED") return "netted in the payout of " + date;
  return "in the payout of " + date + ", which is " + state;
}

int exit_of(const json::object& run) {
  const auto state = text_in(run, "state");
  if (run.contains("error")) return kExitFailed;
  if (state == "COMPLETED") return kExitOk;
  if (state == "COMPLETED_WITH_FAILURES") return kExitDifferences;
  return kExitFailed;
}

}  // namespace

int run_settlement_plan(const OnlineOptions& options, const std::string& date) {
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  const auto plan = client->get("/v1/settlement/plans/" + percent_encoded(date));
  if (!plan) return fail(plan.error());
  if (options.output != "table") {
    print_money(options, *plan, "totals");
    return kExitOk;
  }
  std::printf("plan for %s (%s): %s of %s, %s late, %s waiting for earlier runs\n",
              text_in(*plan, "date").c_str(), text_in(*plan, "state").c_str(),
              counted(number_in(*plan, "items"), "item").c_str(),
              counted(number_in(*plan, "merchants"), "merchant").c_str(), text_in(*plan, "late").c_str(),
              text_in(*plan, "waiting").c_str());
  print_section("totals", *plan, "totals");
  print_section("problems", *plan, "problems");
  return kExitOk;
}

int run_settlement_run(const OnlineOptions& options, const std::string& date, bool again) {
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  const auto run_path = "/v1/settlement/runs/" + percent_encoded(date);
  const auto begun = again ? client->post_json(run_path + "/reruns", {})
                           : client->post_json("/v1/settlement/runs", {{"date", date}});
  if (!begun) return fail(begun.error());
  Progress progress("settling " + date, "items");
  for (;;) {
    const auto run = client->get(run_path);
    if (!run) return fail(run.error(), "the run goes on: `wonjang settlement status " + date + "`");
    if (text_in(*run, "state") != "RUNNING") {
      progress.at(number_in(run->at("progress").as_object(), "done"),
                  number_in(run->at("progress").as_object(), "total"));
      print_run(options, *run, /*with_proof=*/true);
      return exit_of(*run);
    }
    const auto& at = run->at("progress").as_object();
    progress.at(number_in(at, "done"), number_in(at, "total"));
    std::this_thread::sleep_for(kLookAgain);
  }
}

int run_settlement_status(const OnlineOptions& options, const std::string& date) {
  if (date.empty()) {
    ViewQuestion runs{"/v1/settlement/runs", "items", {}};
    runs.columns = {{"date", "date"},
                    {"state", "state"},
                    {"attempt", "attempt"},
                    {"started", "startedAt"},
                    {"items", "progress.total"},
                    {"lines", "progress.lines"},
                    {"failed", "progress.failed"},
                    {"error", "error"}};
    return run_view(options, runs);
  }
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  const auto run = client->get("/v1/settlement/runs/" + percent_encoded(date));
  if (!run) return fail(run.error());
  print_run(options, *run, /*with_proof=*/false);
  return kExitOk;
}

int run_settlement_explain(const OnlineOptions& options, const std::string& line_id) {
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  const auto line = client->get("/v1/settlement/lines/" + percent_encoded(line_id));
  if (!line) return fail(line.error());
  const bool same = text_in(*line, "recomputed") == "true";
  if (options.output != "table") {
    print_money(options, *line, "explain");
    return same ? kExitOk : kExitDifferences;
  }
  const auto payout = payout_in_words(*client, *line);
  if (!payout) return fail(payout.error());
  const auto shown = with_shown_amounts(*line);
  std::printf("%s: %s of %s, gross %s, fee %s (VAT %s), net %s %s, %s\n", line_id.c_str(),
              text_in(shown, "kind").c_str(), text_in(shown, "paymentId").c_str(),
              text_in(shown, "gross").c_str(), text_in(shown, "fee").c_str(),
              text_in(shown, "feeVat").c_str(), text_in(shown, "net").c_str(),
              text_in(shown, "currency").c_str(), payout->c_str());
  print_section("how", *line, "explain");
  print_section("fee lines", *line, "fees");
  std::printf("\ncomputed again from its snapshot by calculator %s: %s\n",
              text_in(*line, "calculator").c_str(),
              same ? "the same" : text_in(*line, "whyNotRecomputed").c_str());
  return same ? kExitOk : kExitDifferences;
}

int run_settlement_adjust(const OnlineOptions& options, const std::string& change_id, const std::string& date,
                          bool also_far_ahead, bool dry_run) {
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  const auto target = std::string("/v1/settlement/adjustments") + (dry_run ? "?dryRun=true" : "");
  boost::json::object body{{"contractChangeId", change_id}, {"date", date}};
  if (also_far_ahead) body["alsoFarAhead"] = true;
  return shown(options, client->post_json(target, body), {});
}

}  // namespace wonjang
