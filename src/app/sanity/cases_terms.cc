#include "app/sanity/cases_terms.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace wonjang::sanity {
namespace {

constexpr const char* kFivePercent = R"("rules":[{"name":"all","kind":"BASE_RATE","ratePpm":50000}])";

std::string canary_body(const World& world, const std::string& more) {
  return R"({"kind":"CANARY","note":"sanity","canary":{"name":")" + world.name("canary") +
         R"(","merchantIds":[")" + world.counted.id + R"("],"candidate":{)" + kFivePercent + "}" + more +
         "}}";
}

std::string cycle_contract(const Store& store, const std::string& calendar, const std::string& cycle,
                           const std::string& more = {}) {
  return R"({"kind":"CONTRACT","note":"sanity","contract":{"merchantId":")" + store.id +
         R"(","validFrom":"2013-01-01","validUntil":"2014-06-01","calendar":")" + calendar +
         R"(","payoutAccount":"acct-sanity","fees":{"vat":"ADDED","order":"SUPPLY_FIRST","rounding":"HALF_UP",)"
         R"("rules":[{"name":"all","kind":"BASE_RATE","ratePpm":25000}]},"cycle":{)" +
         cycle + "}" + more + "}}";
}

// A calendar on which banks are closed every Thursday of 2013.
void add_thursdays(World& world, Check& check) {
  if (world.house_get_fresh("/v1/calendars/SANITY-THURSDAY").status != 404) return;
  std::string text =
      R"(code SANITY-THURSDAY\nsource made by wonjang sanity\ncovers 2013-01-01 2014-06-01\n\n)";
  for (auto day = *parse_business_date("2013-01-03"); day < *parse_business_date("2014-01-01"); day.days += 7)
    text += to_text(day) + R"( holiday Thursday\n)";
  world.decide(check, R"({"kind":"CALENDAR","note":"sanity","calendar":{"text":")" + text + R"("}})");
}

// Monday 1 .. Sunday 7.
int weekday(BusinessDate day) { return (day.days + 3) % 7 + 1; }

// The first day that banks work on, at or after `day`.
BusinessDate open_day(BusinessDate day, bool thursdays_closed) {
  while (weekday(day) > 5 || (thursdays_closed && weekday(day) == 4)) ++day.days;
  return day;
}
BusinessDate open_days_after(BusinessDate day, int count, bool thursdays_closed = false) {
  day = open_day(day, thursdays_closed);
  for (int i = 0; i < count; ++i) day = open_day({day.days + 1}, thursdays_closed);
  return day;
}
BusinessDate month_end(BusinessDate day) {
  const auto month = to_text(day).substr(0, 7);
  while (to_text(BusinessDate{day.days + 1}).substr(0, 7) == month) ++day.days;
  return day;
}

Answer pay_by_transfer(World& world, const Store& store, const std::string& order, std::int64_t amount) {
  const auto a = std::to_string(amount);
  return world.post(store, "/v1/payments",
                    R"({"orderId":")" + world.name(order) + R"(","totalAmount":)" + a +
                        R"(,"requestedAt":")" + world.at(store, "10:00:00") +
                        R"(","approvals":[{"method":"TRANSFER","amount":)" + a + R"(,"approvedAt":")" +
                        world.at(store, "10:00:01") + R"(","transfer":{"bankCode":"88"}}]})");
}

// Given back on the day on which it was paid: both are settled, and nothing is left to be paid out.
std::string and_back(World& world, Check& check, const Store& store, const std::string& order,
                     const Answer& paid) {
  check.answered("the payment of " + order, paid, 201);
  const auto back =
      world.post(store, "/v1/payments/" + member(paid, "id") + "/cancels",
                 R"({"reason":"sanity","canceledAt":")" + world.at(store, "11:00:00") + R"("})");
  check.answered("giving it back", back, 201);
  return member(paid, "id");
}
std::string paid_and_back(World& world, Check& check, const Store& store, const std::string& order,
                          std::int64_t amount, const std::string& more = {}) {
  return and_back(world, check, store, order, world.pay(store, order, amount, more));
}

// The approval's line of the payment.
void check_line(World& world, Check& check, const std::string& payment, const std::string& what,
                const std::string& payout_date, std::int64_t fee) {
  const auto lines = world.house_get_fresh("/v1/payments/" + payment + "/settlement-lines");
  check.is("lines, " + what, 2, std::to_string(count_of(lines, "items")));
  for (int i = 0; i < 2; ++i) {
    const auto item = "items." + std::to_string(i);
    if (member(lines, item + ".kind") != "APPROVAL") continue;
    check.has("the day on which it is paid out, " + what, lines, item + ".payoutDate", payout_date);
    check.has("its fee, " + what, lines, item + ".fee", fee);
  }
}

// A day that is nobody's, not that of `counted` either.
BusinessDate own_day(World& world) {
  std::uint32_t i = 40;
  while (i + 1 < World::kCandidateDays &&
         (to_text(world.candidate_day(i)) == world.counted.day || !is_nobodys(world, world.candidate_day(i))))
    ++i;
  return world.candidate_day(i);
}

}  // namespace

void cycles(World& world, Check& check) {
  auto& stores = world.cycles;
  for (const char* name : {"weekly", "monthly", "holiday"}) stores.push_back(open_store(world, check, name));
  const auto day = own_day(world);
  for (auto& store : stores) set_day(store, day);
  add_thursdays(world, check);
  world.decide(check, cycle_contract(stores[0], "SANITY", R"("kind":"WEEKLY","weekEnd":7,"lagDays":2)"));
  world.decide(check,
               cycle_contract(stores[0], "SANITY", R"("kind":"DAILY","lagDays":2)", R"(,"currency":"USD")"));
  world.decide(check, cycle_contract(stores[1], "SANITY", R"("kind":"MONTHLY","lagDays":1)",
                                     R"(,"cycleByMethod":[{"name":"transfers","method":"TRANSFER",)"
                                     R"("cycle":{"kind":"DAILY","lagDays":3}}])"));
  world.decide(check, cycle_contract(stores[2], "SANITY-THURSDAY", R"("kind":"DAILY","lagDays":3)"));
  const auto weekly = paid_and_back(world, check, stores[0], "weekly", 10'000);
  const auto dollars = paid_and_back(world, check, stores[0], "dollars", 12'345, R"(,"currency":"USD")");
  const auto monthly = paid_and_back(world, check, stores[1], "monthly", 10'000);
  const auto transfer =
      and_back(world, check, stores[1], "transfer", pay_by_transfer(world, stores[1], "transfer", 10'000));
  const auto holiday = paid_and_back(world, check, stores[2], "holiday", 10'000);
  if (check.failed()) return;
  const auto plan = world.house_get("/v1/settlement/plans/" + to_text(day));
  if (member(plan, "merchants") != "3")
    return check.skip("other merchants have movements on " + to_text(day) + ", which this isn't to settle");
  check.has("how the settlement of the day ended", settle(world, to_text(day)), "state", "COMPLETED");
  const BusinessDate sunday{day.days + 7 - weekday(day)};
  check_line(world, check, weekly, "weekly", to_text(open_days_after(sunday, 2)), 275);
  check_line(world, check, monthly, "monthly", to_text(open_days_after(month_end(day), 1)), 275);
  check_line(world, check, transfer, "a transfer to the same merchant, three bank days later",
             to_text(open_days_after(day, 3)), 275);
  check_line(world, check, holiday, "three bank days later over a holiday",
             to_text(open_days_after(day, 3, /*thursdays_closed=*/true)), 275);
  // 123.45 dollars: 3.09 and 0.31 of VAT.
  check_line(world, check, dollars, "in cents", to_text(open_days_after(day, 2)), 340);
}

void funds(World& world, Check& check) {
  const auto lines = world.house_get("/v1/funds/lines?merchant=" + world.counted.id);
  check.answered("what the merchant is still owed", lines, 200);
  check.is("movements it is made of", 4, std::to_string(count_of(lines, "openItems")));
  check.has("their sum", lines, "sum", 55'000);
}

void canary(World& world, Check& check) {
  world.decide(check, canary_body(world, ""));
  const auto plan = world.house_get_fresh("/v1/changes?limit=1");
  check.answered("the newest changes", plan, 200);
}

void canary_report(World& world, Check& check) {
  const auto run = world.house_get("/v1/settlement/runs/" + world.counted.day);
  const bool was_settled = member(run, "state") != "NEVER";
  if (was_settled) {
    const auto report = world.house_get_fresh("/v1/settlement/runs/" + world.counted.day + "/differences");
    check.answered("what 5 % on trial would have changed", report, 200);
    check.is("movements", 3,
             std::to_string(count_of(report, "items")));  // a cancel takes back what its line took
    check.has("the contract's fees all the same", run, "totals.0.fee", 1'512);
  }
  world.decide(check, canary_body(world, R"(,"stopped":true)"));  // whatever came out
  if (!was_settled) check.skip("the day wasn't settled");
}

void hold(World& world, Check& check) {
  const auto put = [&](bool placed) {
    world.decide(check, R"({"kind":"HOLD","note":"sanity","hold":{"merchantId":")" + world.counted.id +
                            R"(","placed":)" + (placed ? "true" : "false") +
                            R"(,"from":"2013-01-01","reason":"sanity"}})");
    return world.house_post("/v1/payouts/runs?dryRun=true", payout_body(world));
  };
  const auto number = [](const Answer& answer, const char* name) {
    return std::strtoll(member(answer, name).c_str(), nullptr, 10);
  };
  const auto held = put(true);
  check.answered("what would be paid out while the merchant is on hold", held, 200);
  const auto released = put(false);
  check.answered("and when it isn't any more", released, 200);
  if (member(world.house_get("/v1/settlement/runs/" + world.counted.day), "state") == "NEVER")
    return check.skip("the day wasn't settled");
  check.is("payouts more without the hold", 1,
           std::to_string(number(released, "requested") - number(held, "requested")));
  check.is("merchants on hold less", 1, std::to_string(number(held, "held") - number(released, "held")));
}

void adjustment(World& world, Check& check) {
  const auto change = world.decide(check, counted_contract(world, "50000"));
  if (member(world.house_get("/v1/settlement/runs/" + world.counted.day), "state") == "NEVER")
    return check.skip("the day wasn't settled");
  const auto dry = world.house_post(
      "/v1/settlement/adjustments?dryRun=true",
      R"({"contractChangeId":")" + change + R"(","date":")" + world.counted.day_after + "\"}");
  check.answered("what 5 % from the beginning on would add", dry, 200);
  check.has("approvals", dry, "approvals", 3);
  check.has("lines", dry, "lines", 4);
  check.has("fees", dry, "feeDelta.0.amount", 3'025 - 1'512);
}

namespace {

// An acquirer of this run alone: nobody else's movements can miss in its file.
// Short: an approval number, which begins with it here, has 8 characters.
std::string own_acquirer(const World& world) {
  const std::string& run = world.options().run;
  std::string out = "S" + run.substr(run.size() - std::min<std::size_t>(run.size(), 5));
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}
std::string slip_no(const World& world, int i) { return own_acquirer(world) + "-" + std::to_string(i); }

Answer pay_at(World& world, int i, std::int64_t amount) {
  const auto a = std::to_string(amount);
  return world.post(world.store, "/v1/payments",
                    R"({"orderId":")" + world.name("slip-" + std::to_string(i)) + R"(","totalAmount":)" + a +
                        R"(,"requestedAt":")" + world.at(world.store, "10:00:00") +
                        R"(","approvals":[{"method":"CARD","amount":)" + a + R"(,"approveNo":")" +
                        slip_no(world, i) + R"(","approvedAt":")" + world.at(world.store, "10:00:01") +
                        R"(","card":{"issuerCode":"SHINHAN","last4":"7890","acquirerCode":")" +
                        own_acquirer(world) + R"("}}]})");
}

std::string reason_of_row(const Answer& file, int i) {
  const auto match = "items." + std::to_string(i) + ".match";
  return member(file, match + ".state") == "MATCHED" ? "MATCHED" : member(file, match + ".reason");
}

}  // namespace

void reconciliation(World& world, Check& check) {
  const auto first = pay_at(world, 1, 10'000);
  check.answered("a payment of a card company", first, 201);
  for (int i = 2; i <= 4; ++i) pay_at(world, i, 10'000 * i);
  world.house_get_fresh("/v1/trial-balance");
  const auto& day = world.store.day;
  const auto far = to_text(BusinessDate{parse_business_date(day)->days + 9});
  const auto imported =
      world.house_post("/v1/acquirer-files?name=" + world.name("slips") +
                           ".csv&kind=ACQUISITION&acquirer=" + own_acquirer(world),
                       "number,amount,date\r\n" + slip_no(world, 1) + ",10000," + day + "\r\n" +
                           slip_no(world, 2) + ",20500," + day + "\r\n" + slip_no(world, 3) + ",30000," +
                           far + "\r\nNOBODYS-" + slip_no(world, 9) + ",5000," + day + "\r\n",
                       "text/csv");
  check.answered("the card company's file of four rows", imported, 201);
  check.has("rows that agree", imported, "match.matched", 1);
  const auto id = member(imported, "fileId");
  const auto file = world.house_get_fresh("/v1/acquirer-files/" + id);
  check.answered("the file", file, 200);
  check.is("the first row", "MATCHED", reason_of_row(file, 0));
  check.is("the second, of another amount", "AMOUNT_DIFF", reason_of_row(file, 1));
  check.is("the third, of another day", "DATE_DIFF", reason_of_row(file, 2));
  check.is("the fourth, which we don't know", "ONLY_THEIRS", reason_of_row(file, 3));
  check.has("what only we know", file, "onlyOurs.0.reason", "ONLY_OURS");
  check.has("the slip of the first payment", world.get(world.store, "/v1/payments/" + member(first, "id")),
            "approvals.0.acquireStatus", "COMPLETED");
  // No break of this run is left to anybody.
  std::vector<std::string> named;
  for (const char* line : {"3", "4", "5"}) named.push_back(std::string(R"("lineNo":)") + line);
  named.push_back(R"("lineId":")" + member(file, "onlyOurs.0.ours.0") + "\"");
  for (const auto& one : named) {
    check.answered(
        "a person's word on a difference",
        world.house_post("/v1/breaks/resolutions",
                         R"({"fileId":")" + id + "\"," + one + R"(,"resolution":"made by wonjang sanity"})"),
        200);
  }
}

}  // namespace wonjang::sanity
