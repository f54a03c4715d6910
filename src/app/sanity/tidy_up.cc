#include "app/sanity/tidy_up.h"

#include <set>

#include "app/sanity/cases_terms.h"

namespace wonjang::sanity {
namespace {

constexpr const char* kPage = "/v1/payments?limit=500&totals=false";
// A calendar of our own: the house's may not be there, or not cover today. Nothing is paid out by it.
constexpr const char* kCalendarOfToday = "SANITY-TODAY";

// What the store was paid on its own day is given back on that day, so that both are settled together; what a
// provider approved today is given back today. The day of the latter; nothing: there is none.
std::optional<BusinessDate> give_back(World& world, const Store& store, bool of_today, std::string& left) {
  std::optional<BusinessDate> day;
  const auto listed = world.get_fresh(store, kPage + (of_today ? std::string() : "&" + store.period()));
  if (listed.status != 200) left += "the payments of " + store.code + " can't be listed; ";
  for (std::size_t i = 0; i < count_of(listed, "payments"); ++i) {
    const auto one = "payments." + std::to_string(i);
    if (of_today) day = parse_business_date(member(listed, one + ".businessDate"));
    const auto balance = member(listed, one + ".balanceAmount");
    const auto status = member(listed, one + ".status");
    if (balance == "0" || (status != "DONE" && status != "PARTIAL_CANCELED")) continue;
    const bool is_account = member(listed, one + ".method") == "VIRTUAL_ACCOUNT";
    const auto body = std::string(R"({"reason":"sanity is over")") +
                      (of_today ? "" : R"(,"canceledAt":")" + world.at(store, "23:59:00") + "\"") +
                      (is_account ? R"(,"refundAccountToken":"tok_sanity"})" : "}");
    const auto back = world.post(store, "/v1/payments/" + member(listed, one + ".id") + "/cancels", body);
    if (back.status >= 300) left += member(listed, one + ".id") + " keeps " + balance + "; ";
  }
  return day;
}

// Nothing is charged: everything was given back.
void agree_on_terms(World& world, const Store& store, const std::string& calendar, const std::string& from,
                    const std::string& until, std::string& left) {
  Check check;
  world.decide(
      check, R"({"kind":"CONTRACT","note":"sanity is over","contract":{"merchantId":")" + store.id +
                 R"(","validFrom":")" + from + R"(","validUntil":")" + until + R"(","calendar":")" +
                 calendar + R"(","payoutAccount":"acct-sanity","fees":{"rules":[)" +
                 R"({"name":"all","kind":"BASE_RATE","ratePpm":0}]},"cycle":{"kind":"DAILY","lagDays":2}}})");
  if (check.failed()) left += "the merchant " + store.code + " has no contract: " + check.seen() + "; ";
}

// Nobody else's money is settled: more merchants than ours are left alone.
void settle_day(World& world, const std::string& day, std::size_t ours, std::string& left) {
  world.house_get_fresh("/v1/trial-balance");
  const auto plan = world.house_get("/v1/settlement/plans/" + day);
  if (member(plan, "items") == "0") return;
  if (std::strtoull(member(plan, "merchants").c_str(), nullptr, 10) > ours) {
    left += "movements of " + day + " aren't settled, as others have some, too; ";
    return;
  }
  const auto ended = settle(world, day);
  if (member(ended, "state") != "COMPLETED") left += "the settlement of " + day + ": " + ended.body + "; ";
}

void add_calendar_of_today(World& world, std::string& left) {
  if (world.house_get_fresh(std::string("/v1/calendars/") + kCalendarOfToday).status != 404) return;
  Check check;
  world.decide(check, std::string(R"({"kind":"CALENDAR","note":"sanity is over","calendar":{"text":"code )") +
                          kCalendarOfToday +
                          R"(\nsource made by wonjang sanity\ncovers 2014-01-01 2113-12-31\n"}})");
  if (check.failed())
    left += std::string("there is no calendar ") + kCalendarOfToday + ": " + check.seen() + "; ";
}

void settle_what_is_left(World& world, std::string& left) {
  const Store* stores[] = {&world.store, &world.stranger};
  std::set<std::string> days;
  for (const auto* store : stores) {
    if (store->id.empty() || store->day.empty()) continue;
    give_back(world, *store, /*of_today=*/false, left);
    agree_on_terms(world, *store, "SANITY", "2013-01-01", "2014-06-01", left);
    days.insert(store->day);
    const auto today = give_back(world, *store, /*of_today=*/true, left);
    if (!today) continue;
    // Settled with everybody else's, by the house.
    add_calendar_of_today(world, left);
    agree_on_terms(world, *store, kCalendarOfToday, to_text(BusinessDate{today->days - 1}),
                   to_text(BusinessDate{today->days + 3}), left);
  }
  for (const auto& day : days) settle_day(world, day, std::size(stores), left);
}

}  // namespace

std::string tidy_up(World& world) {
  std::string left;
  settle_what_is_left(world, left);
  std::vector<const Store*> stores = {&world.store, &world.counted, &world.stranger};
  for (const auto& store : world.cycles) stores.push_back(&store);
  for (const auto* store : stores) {
    if (store->id.empty()) continue;
    const auto closed = world.house_post("/v1/merchants/" + store->id + "/close", "");
    if (closed.status >= 300) left += "the merchant " + store->code + " is open; ";
    const auto revoked = world.house_post("/v1/api-keys/" + store->key_id + "/revoke", "");
    if (revoked.status >= 300) left += "the key " + store->key_id + " works; ";
  }
  for (const auto& id : {world.first_key_id, world.second_key_id}) {
    if (id.empty()) continue;
    const auto revoked = world.house_post("/v1/api-keys/" + id + "/revoke", "");
    if (revoked.status >= 300) left += "the operator's key " + id + " works; ";
  }
  return left;
}

}  // namespace wonjang::sanity
