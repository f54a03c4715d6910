// Contracts, settlement, payouts, accounts. By hand, at 2.5 % and VAT on top:
//
//   10,000   250 +  25 =   275
//   20,000   500 +  50 =   550
//   30,000   750 +  75 =   825
//   -5,000   its share of 825, 137.5, rounded: -138
//   55,000             = 1,512, so 53,488 are paid out
#include <chrono>
#include <thread>

#include "app/sanity/cases_terms.h"

namespace wonjang::sanity {
namespace {

constexpr std::int64_t kGross = 55'000;
constexpr std::int64_t kFee = 1'512;
constexpr std::int64_t kFeeDoubled = 3'025;  // 550 + 1,100 + 1,650 - 275
constexpr std::int64_t kNet = kGross - kFee;

}  // namespace

std::string counted_contract(const World& world, const std::string& ppm) {
  return R"({"kind":"CONTRACT","note":"sanity","contract":{"merchantId":")" + world.counted.id +
         R"(","validFrom":"2013-01-01","validUntil":"2014-06-01","calendar":"SANITY","payoutAccount":"acct-sanity","tier":"GENERAL",)"
         R"("fees":{"vat":"ADDED","order":"SUPPLY_FIRST","rounding":"HALF_UP","rules":[{"name":"all","kind":"BASE_RATE","ratePpm":)" +
         ppm + R"(}]},"cycle":{"kind":"DAILY","basis":"APPROVAL","lagDays":2,"policy":"BUSINESS_DAYS"}}})";
}

namespace {

std::string date_body(const std::string& date) { return R"({"date":")" + date + R"("})"; }

std::string pay_day(const World& world) {
  return to_text(BusinessDate{parse_business_date(world.counted.day)->days + 2});
}

void calendar(World& world, Check& check) {
  auto there = world.house_get_fresh("/v1/calendars/SANITY");
  if (there.status == 404) {
    world.decide(
        check,
        R"({"kind":"CALENDAR","note":"sanity","calendar":{"text":"code SANITY\nsource made by wonjang sanity\n)"
        R"(covers 2013-01-01 2014-06-01\n\n2013-01-01 holiday New Year\n"}})");
    there = world.house_get_fresh("/v1/calendars/SANITY");
  }
  check.answered("the calendar", there, 200);
  check.has("its code", there, "code", "SANITY");
}

void four_eyes(World& world, Check& check) {
  const auto proposed = world.first_post("/v1/changes", counted_contract(world, "25000"));
  check.answered("the contract proposed", proposed, 201);
  if (check.failed()) return;
  if (member(proposed, "status") != "PROPOSED")
    return check.skip(
        "this server lets one person decide (settlement.four_eyes = false); the contract holds");
  const auto path = "/v1/changes/" + member(proposed, "changeId") + "/decisions";
  const auto body = R"({"decision":"APPROVE"})";
  check.answered("the one who proposed it approves it", world.first_post(path, body), 403, "FOUR_EYES");
  const auto decided = world.second_post(path, body);
  check.answered("another one approves it", decided, 200);
  check.has("the change then", decided, "status", "APPROVED");
  const auto contracts = world.house_get_fresh("/v1/contracts?merchant=" + world.counted.id);
  check.is("contracts of the merchant", 1, std::to_string(count_of(contracts, "items")));
}

void what_if(World& world, Check& check) {
  const auto dry = world.house_post("/v1/changes?dryRun=true", counted_contract(world, "50000"));
  check.answered("what 5 % instead of 2.5 % would do", dry, 200);
  check.has("merchants it would touch", dry, "counts.merchants", 1);
  check.has("lines it would change", dry, "counts.lines", 4);
  check.has("fees it would add", dry, "feeDelta.0.amount", kFeeDoubled - kFee);
}

void plan(World& world, Check& check) {
  const auto answer = world.house_get("/v1/settlement/plans/" + world.counted.day);
  check.answered("what a settlement of the day would do", answer, 200);
  check.has("movements to settle", answer, "items", 4);
  check.has("merchants", answer, "merchants", 1);
  check.has("their sum", answer, "totals.0.gross", kGross);
  check.has("their fees", answer, "totals.0.fee", kFee);
}

Answer wait_for_end(World& world, const std::string& day) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const auto target = "/v1/settlement/runs/" + day;
  auto run = world.house_get(target);
  // A look at the moment in which it ends may call it interrupted.
  const auto is_open = [&] {
    const auto state = member(run, "state");
    return state == "RUNNING" || state == "INTERRUPTED";
  };
  while (is_open() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    run = world.house_get(target);
  }
  return run;
}

// Nobody else's money is settled: a day that isn't ours alone is left alone.
bool is_ours_alone(World& world) {
  const auto answer = world.house_get("/v1/settlement/plans/" + world.counted.day);
  return member(answer, "merchants") == "1" || member(answer, "items") == "0";
}

void run(World& world, Check& check) {
  if (!is_ours_alone(world))
    return check.skip("other merchants have movements on " + world.counted.day +
                      ", which this isn't to settle");
  check.answered("settling the day", world.house_post("/v1/settlement/runs", date_body(world.counted.day)),
                 202);
  const auto ended = wait_for_end(world, world.counted.day);
  check.has("how it ended", ended, "state", "COMPLETED");
  check.has("lines", ended, "totals.0.lines", 4);
  check.has("their sum", ended, "totals.0.gross", kGross);
  check.has("their fees", ended, "totals.0.fee", kFee);
  check.has("what the merchant gets", ended, "totals.0.net", kNet);
}

void rerun(World& world, Check& check) {
  const auto path = "/v1/settlement/runs/" + world.counted.day;
  if (member(world.house_get(path), "state") == "NEVER") return check.skip("the day wasn't settled");
  if (!is_ours_alone(world)) return check.skip("other merchants have movements on " + world.counted.day);
  check.answered("settling the day again", world.house_post(path + "/reruns", ""), 202);
  const auto ended = wait_for_end(world, world.counted.day);
  check.has("how it ended", ended, "state", "COMPLETED");
  check.has("lines after it", ended, "after.0.lines", 4);
  check.is("sums before and after", member(ended, "before"), member(ended, "after"));
}

void explain(World& world, Check& check) {
  const auto lines = world.house_get_fresh("/v1/payments/" + world.third_paid + "/settlement-lines");
  check.answered("the lines of a payment", lines, 200);
  check.is("how many there are", 2, std::to_string(count_of(lines, "items")));
  std::string id;
  for (int i = 0; i < 2; ++i) {
    const auto item = "items." + std::to_string(i);
    if (member(lines, item + ".gross") == "30000") id = member(lines, item + ".lineId");
  }
  const auto line = world.house_get("/v1/settlement/lines/" + id);
  check.answered("the line of 30,000", line, 200);
  check.has("its fee", line, "fee", 825);
  check.has("of that, VAT", line, "feeVat", 75);
  check.has("whether it comes out the same when computed again", line, "recomputed", "true");
  check.holds("its explanation", count_of(line, "explain") > 0, "at least one step", "none");
  check.answered("another merchant asks for it", world.get(world.stranger, "/v1/settlement/lines/" + id),
                 404);
}

}  // namespace

std::string payout_body(const World& world) {
  return R"({"date":")" + pay_day(world) + R"(","calendar":"SANITY"})";
}

Answer settle(World& world, const std::string& day) {
  world.house_post("/v1/settlement/runs", date_body(day));
  return wait_for_end(world, day);
}

namespace {

void payout(World& world, Check& check) {
  const auto dry = world.house_post("/v1/payouts/runs?dryRun=true", payout_body(world));
  check.answered("what would be paid out", dry, 200);
  if (check.failed()) return;
  const auto requested = member(dry, "requested");
  if (requested != "0" && requested != "1")
    return check.skip("money of other merchants waits to be paid out, which this isn't to touch");
  check.is("payouts", 1, requested);
  check.has("their sum", dry, "totals.0.amount", kNet);
  if (check.failed()) return;
  const auto paid = world.house_post("/v1/payouts/runs", payout_body(world));
  check.answered("paying out", paid, 200);
  const auto listed = world.get_fresh(
      world.counted, "/v1/payouts?from=" + pay_day(world) +
                         "&until=" + to_text(BusinessDate{parse_business_date(pay_day(world))->days + 1}));
  check.answered("the merchant's payouts", listed, 200);
  check.is("how many there are", 1, std::to_string(count_of(listed, "items")));
  check.has("the amount", listed, "items.0.amount", kNet);
  world.payout_id = check.failed() ? "" : member(listed, "items.0.payoutId");
}

void payout_file(World& world, Check& check) {
  if (world.payout_id.empty()) return check.skip("nothing was paid out");
  const auto file = world.house_post("/v1/payouts/files", date_body(pay_day(world)));
  check.answered("the bank's file", file, 200);
  check.holds("what stands in it", file.body.find(world.payout_id) != std::string::npos, world.payout_id,
              file.body);
  const auto told = world.house_post("/v1/payouts/results?name=" + world.name("bank") + ".csv",
                                     "payout_id,state,bank_trace_no,at,failure\r\n" + world.payout_id +
                                         ",PAID,sanity," + pay_day(world) + "T15:00:00+09:00,\r\n",
                                     "text/csv");
  check.answered("the bank's answer", told, 200);
  check.has("taken of it", told, "applied", 1);
  check.has("the payout then", world.house_get_fresh("/v1/payouts/" + world.payout_id), "state", "PAID");
}

void journal(World& world, Check& check) {
  const auto page = world.house_get_fresh("/v1/journal?payment=" + world.third_paid);
  check.answered("the bookings of a payment", page, 200);
  check.holds("how many there are", count_of(page, "items") >= 2, "at least two",
              std::to_string(count_of(page, "items")));
  std::int64_t debit = 0;
  std::int64_t credit = 0;
  for (std::size_t i = 0; i < count_of(page, "items"); ++i) {
    const auto postings = "items." + std::to_string(i) + ".postings";
    for (std::size_t j = 0; j < count_of(page, postings); ++j) {
      const auto one = postings + "." + std::to_string(j);
      debit += std::strtoll(member(page, one + ".debit").c_str(), nullptr, 10);
      credit += std::strtoll(member(page, one + ".credit").c_str(), nullptr, 10);
    }
  }
  check.holds("what was booked", debit > 0, "more than nothing", "0");
  check.is("debit and credit", debit, std::to_string(credit));
}

void trial_balance(World& world, Check& check) {
  const auto balance = world.house_get_fresh("/v1/trial-balance");
  check.answered("the balance of all accounts", balance, 200);
  check.has("whether debit and credit are equal", balance, "isBalanced", "true");
  check.is("in the first currency", member(balance, "currencies.0.debit"),
           member(balance, "currencies.0.credit"));
}

constexpr Case kMoneyCases[] = {
    {"calendar", "A calendar says on which days banks pay", "은행 영업일 달력이 있다", &calendar},
    {"four-eyes", "Who proposes a contract can't approve it alone",
     "계약을 제안한 사람이 혼자 승인할 수 없다", &four_eyes},
    {"what-if", "Before a contract changes, one sees what it would cost",
     "계약을 바꾸기 전에 영향을 미리 본다", &what_if},
    {"cycles", "Weekly, monthly, over a holiday and in dollars: each paid out on its day",
     "주간, 월간, 휴일, 달러 정산이 제날짜에 지급된다", &cycles},
    {"funds", "The house knows what it still owes whom", "가맹점별로 아직 줄 돈을 안다", &funds},
    {"canary", "Other fees can be put on trial beside the contract's",
     "새 수수료를 기존 계약 옆에서 시험한다", &canary},
    {"plan", "Before a day is settled, one sees what would be done", "정산 전에 무엇이 정산될지 본다", &plan},
    {"settlement", "A day is settled, fees right to the won", "하루를 정산하고 수수료가 1원까지 맞다", &run},
    {"rerun", "Settling the day again doubles nothing", "다시 정산해도 두 번 정산되지 않는다", &rerun},
    {"canary-report", "What is on trial is reported and charges nobody",
     "시험 중인 수수료는 보고만 되고 청구되지 않는다", &canary_report},
    {"explain", "A settlement line explains how its fee came about", "정산 건의 수수료 계산 근거를 설명한다",
     &explain},
    {"hold", "A merchant on hold isn't paid out until it is released",
     "보류된 가맹점은 풀릴 때까지 지급되지 않는다", &hold},
    {"payout", "The merchant is paid what is left after fees", "수수료를 뺀 금액이 지급된다", &payout},
    {"payout-file", "The bank gets a file, and its answer is taken in",
     "은행 지급 파일을 만들고 결과를 반영한다", &payout_file},
    {"adjustment", "A rate that holds from earlier on says what it adds", "소급 요율의 차액을 미리 계산한다",
     &adjustment},
    {"reconciliation", "A card company's file is compared, and every difference named",
     "카드사 매입 파일을 대사하고 차이를 이유와 함께 보인다", &reconciliation},
    {"journal", "Every movement of money is booked on both sides",
     "모든 돈의 움직임이 차변과 대변에 기록된다", &journal},
    {"trial-balance", "The balance of all accounts is zero", "시산표의 차이가 0이다", &trial_balance},
};

}  // namespace

std::span<const Case> money_cases() { return kMoneyCases; }

}  // namespace wonjang::sanity
