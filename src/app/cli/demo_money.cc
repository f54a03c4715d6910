#include "app/cli/demo_money.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "app/cli/json_fields.h"
#include "app/cli/money_client.h"
#include "base/assert.h"
#include "domain/settlement/shipped_calendars.h"

namespace wonjang {

namespace json = boost::json;

namespace {

constexpr std::int32_t kDailyPayoutDays = 60;  // of the newest days; before, money was paid out monthly
constexpr std::int32_t kBankDays = 3;          // what was paid out later, the bank hasn't answered
constexpr std::int32_t kFileFromDays = 9;
constexpr std::int32_t kFileUntilDays = 2;
constexpr auto kRunLookAgain = std::chrono::milliseconds(2);
constexpr auto kPatience = std::chrono::seconds(10);

BusinessDate plus(BusinessDate date, std::int32_t days) { return {date.days + days}; }

settlement::BusinessDays korean_banks() {
  auto parsed = settlement::parse_calendar(settlement::shipped_calendar("KR"));
  WJ_ASSERT(parsed.calendar.has_value());
  return settlement::BusinessDays(*parsed.calendar);
}

std::string date_body(BusinessDate date) { return R"({"date":")" + to_text(date) + R"("})"; }

}  // namespace

DemoMoney::DemoMoney(const City& city, const ServerAddress& server, const std::string& key,
                     const std::string& second_key, BusinessDate today, BusinessDate paid_until)
    : city_(city),
      first_(server, key),
      second_(server, second_key),
      banks_(korean_banks()),
      today_(today),
      paid_until_(paid_until) {}

Result<std::string> DemoMoney::propose(const std::string& name, const std::string& body) {
  WJ_TRY(const auto proposed, first_.post("/v1/changes", "demo-" + name, body));
  return text_in(proposed, "changeId");
}

Result<void> DemoMoney::approve(const std::string& name, const std::string& body) {
  WJ_TRY(const auto id, propose(name, body));
  WJ_TRY([[maybe_unused]] const auto decided,
         second_.post("/v1/changes/" + id + "/decisions", "demo-" + name + "-approved",
                      R"({"decision":"APPROVE"})"));
  return {};
}

Result<void> DemoMoney::agree() {
  WJ_CHECK(approve("calendar",
                   R"({"kind":"CALENDAR","note":"comes with the program","calendar":{"shipped":"KR"}})"));
  for (std::size_t i = 0; i < city_.merchant_count(); ++i) {
    const auto& merchant = city_.merchant(i);
    if (!merchant.has_contract) continue;
    const auto back = merchant.days_back > 0 ? merchant.days_back : kCityDays;
    WJ_CHECK(approve("contract-" + merchant.code,
                     city_contract(merchant, city_.id(i), plus(city_.today(), -back - 1))));
  }
  // The marketplace bargained half a year ago, a store of the coffee chain has terms of its own.
  const auto& giant = city_.merchant(CityRoles::kMarketplace);
  WJ_CHECK(approve("contract-" + giant.code + "-2", city_contract(giant, city_.id(CityRoles::kMarketplace),
                                                                  plus(city_.today(), -180), 1'500)));
  const auto& coffee = city_.merchant(CityRoles::kCoffee);
  WJ_CHECK(approve("contract-gangnam",
                   city_sub_mall_contract(coffee, city_.id(CityRoles::kCoffee), coffee.sub_malls.front(),
                                          plus(city_.today(), -365))));
  return approve("ratio", R"({"kind":"FUNDS_RATIO","note":"an example, no law","fundsRatio":{"validFrom":")" +
                              to_text(plus(city_.today(), -kCityDays)) +
                              R"(","ratioPpm":600000,"source":"demo: 60 %"}})");
}

bool DemoMoney::is_pay_day(BusinessDate day) const {
  if (!banks_.is_business_day(day).value_or(false)) return false;
  if (day > plus(city_.today(), -kDailyPayoutDays)) return true;
  const auto first_of_month = parse_business_date(to_text(day).substr(0, 8) + "01");
  return first_of_month && banks_.on_or_after(*first_of_month) == day;
}

Result<void> DemoMoney::run_day(BusinessDate day) {
  const auto date = to_text(day);
  WJ_TRY(auto run, first_.post("/v1/settlement/runs", "demo-run-" + date, date_body(day)));
  // A look at the moment in which it ends may call it interrupted: only what stays so is.
  const auto patience = std::chrono::steady_clock::now() + kPatience;
  const auto is_over = [&] {
    const auto state = text_in(run, "state");
    if (state == "RUNNING") return false;
    return state != "INTERRUPTED" || std::chrono::steady_clock::now() > patience;
  };
  while (!is_over()) {
    std::this_thread::sleep_for(kRunLookAgain);
    WJ_TRY(run, first_.get("/v1/settlement/runs/" + date));
  }
  const auto state = text_in(run, "state");
  if (!state.starts_with("COMPLETED"))
    return unavailable("the run for " + date + " ended as " + state + " " + text_in(run, "error"));
  ++counts_.days;
  if (const auto* progress = run.if_contains("progress"); progress != nullptr && progress->is_object())
    counts_.lines += number_in(progress->as_object(), "lines");
  return {};
}

Result<void> DemoMoney::pay_out(BusinessDate day) {
  if (day <= paid_until_) return {};
  const auto date = to_text(day);
  WJ_TRY(const auto paid, first_.post("/v1/payouts/runs", "demo-payout-" + date, date_body(day)));
  paid_until_ = day;
  counts_.payouts += number_in(paid, "requested");
  if (number_in(paid, "requested") == 0) return {};
  WJ_TRY(const auto file, first_.send("/v1/payouts/files", "demo-file-" + date, date_body(day)));
  return file.status < 300 ? Result<void>() : Result<void>(problem_error(file));
}

Result<void> DemoMoney::settle(const std::vector<BusinessDate>& days, BusinessDate from, BusinessDate until,
                               Progress& progress) {
  if (!knows_completed_ && !days.empty()) {
    WJ_TRY(const auto known, first_.get("/v1/settlement/runs?from=" + to_text(days.front()) +
                                        "&until=" + to_text(plus(days.back(), 1))));
    for (const auto& run : known.at("items").as_array()) {
      const auto date = parse_business_date(text_in(run.as_object(), "date"));
      if (date && text_in(run.as_object(), "state").starts_with("COMPLETED")) completed_.push_back(*date);
    }
    std::ranges::sort(completed_);
    knows_completed_ = true;
  }
  // Every day may be a pay day, also those on which no money came in.
  auto next = std::ranges::lower_bound(days, from);
  const auto first = next == days.end() ? until : std::min(*next, until);
  for (auto day = first; day < until; day = plus(day, 1)) {
    const bool has_money = next != days.end() && *next == day;
    if (has_money) {
      ++next;
      if (!std::ranges::binary_search(completed_, day)) WJ_CHECK(run_day(day));
    }
    if (is_pay_day(plus(day, 1)) && plus(day, 1) <= today_) WJ_CHECK(pay_out(plus(day, 1)));
    progress.at(static_cast<std::uint64_t>(next - days.begin()), days.size());
  }
  return {};
}

Result<void> DemoMoney::try_out() {
  return approve("canary", city_canary(city_.merchant(CityRoles::kTrial), city_.id(CityRoles::kTrial)));
}

Result<void> DemoMoney::hold_back() {
  return approve("hold", R"({"kind":"HOLD","note":"지급 보류","hold":{"merchantId":")" +
                             city_.id(CityRoles::kGrocer) + R"(","placed":true,"from":")" +
                             to_text(plus(city_.today(), -5)) + R"(","reason":"배송 분쟁 확인 중"}})");
}

// All were paid, but for the newest, which are on their way, and the last one of a closed account.
Result<std::string> DemoMoney::rows_of_bank(bool one_fails) {
  std::vector<std::pair<std::string, std::string>> sent;  // id and date, oldest first
  const auto base = "/v1/payouts?limit=1000&from=" + to_text(plus(city_.today(), -6 * 365)) +
                    "&until=" + to_text(plus(city_.today(), 1 - kBankDays));
  std::string cursor;
  do {
    WJ_TRY(const auto page, first_.get(base + (cursor.empty() ? "" : "&cursor=" + percent_encoded(cursor))));
    for (const auto& item : page.at("items").as_array()) {
      const auto& payout = item.as_object();
      if (text_in(payout, "state") == "SENT")
        sent.emplace_back(text_in(payout, "payoutId"), text_in(payout, "date"));
    }
    cursor = text_in(page, "nextCursor");
  } while (!cursor.empty());
  std::string rows;
  for (const auto& [id, date] : sent) {
    const bool is_refused = one_fails && id == sent.back().first;
    rows += id + (is_refused ? ",FAILED," : ",PAID,") + "bt-" + id.substr(id.size() - 10) + "," + date +
            "T15:00:00+09:00," + (is_refused ? "ACCOUNT_CLOSED" : "") + "\r\n";
  }
  return rows;
}

Result<void> DemoMoney::answer_of_bank(bool one_fails) {
  WJ_TRY(const auto rows, rows_of_bank(one_fails));
  if (rows.empty()) return {};
  const auto name = "bank-" + to_text(today_) + (one_fails ? "-1" : "-2");
  WJ_TRY(const auto applied, first_.send("/v1/payouts/results?name=" + name + ".csv", "demo-" + name,
                                         "payout_id,state,bank_trace_no,at,failure\r\n" + rows, "text/csv"));
  return applied.status < 300 ? Result<void>() : Result<void>(problem_error(applied));
}

// What the tour operator took, as its acquirer lists it, but for one approval; and a row of the same day is
// of nobody.
std::string DemoMoney::acquirers_file() const {
  const auto ours = city_.movements(CityRoles::kTravel, plus(city_.today(), -kFileFromDays),
                                    plus(city_.today(), -kFileUntilDays));
  const auto left_out = std::ranges::find_if(ours, [&](const CityMovement& one) {
    return one.amount > 0 && std::ranges::count(ours, one.approve_no, &CityMovement::approve_no) == 1;
  });
  std::string csv = "number,amount,date,fee\r\n";
  for (auto one = ours.begin(); one != ours.end(); ++one) {
    if (one == left_out) continue;
    csv += one->approve_no + "," + std::to_string(one->amount) + "," + to_text(one->date) + "," +
           std::to_string(one->amount * 15 / 1'000) + "\r\n";
  }
  const auto date = left_out == ours.end() ? plus(city_.today(), -kFileFromDays) : left_out->date;
  return csv + "00000001,77000," + to_text(date) + ",1155\r\n";
}

// Of what must lie outside, 97 % do: a gap to look at.
Result<void> DemoMoney::cover_most() {
  WJ_TRY(const auto funds, first_.get("/v1/funds"));
  for (const auto& total : funds.at("totals").as_array()) {
    if (text_in(total.as_object(), "currency") != "KRW") continue;
    const auto held = number_in(total.as_object(), "requiredAmount") / 100 * 97;
    return approve("held", R"({"kind":"FUNDS_HELD","note":"잔액 증명","fundsHeld":{"date":")" +
                               to_text(plus(city_.today(), -1)) +
                               R"(","kind":"DEPOSIT","institution":"한빛은행","currency":"KRW","amount":)" +
                               std::to_string(held) + "}}");
  }
  return {};
}

Result<void> DemoMoney::leave_open() {
  const auto& newcomer = city_.merchant(CityRoles::kNewcomer);
  WJ_TRY(waiting_,
         propose("contract-" + newcomer.code, city_contract(newcomer, city_.id(CityRoles::kNewcomer),
                                                            plus(city_.today(), -newcomer.days_back))));
  const auto file = "amex-" + to_text(plus(city_.today(), -1)) + ".csv";
  WJ_TRY(const auto imported, first_.send("/v1/acquirer-files?name=" + file + "&kind=DEPOSIT&acquirer=" +
                                              city_.merchant(CityRoles::kTravel).acquirer,
                                          "demo-acquirers-file", acquirers_file(), "text/csv"));
  if (imported.status >= 300 && imported.status != 409) return problem_error(imported);
  return cover_most();
}

}  // namespace wonjang
