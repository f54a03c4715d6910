// What holds when something is lost: a system that reads the feed and restarts, lists and totals that are
// built anew, a backup that has to be restored.
#include <chrono>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "app/sanity/cases.h"

namespace wonjang::sanity {
namespace {

constexpr int kPagesMax = 500;  // of others' events, too, which are empty pages here

// What a system hears that remembers a cursor and nothing else between two pages. `query` begins with &.
std::vector<std::string> heard_from(World& world, const std::string& start, const std::string& query) {
  std::vector<std::string> out;
  std::string cursor = start;
  for (int i = 0; i < kPagesMax; ++i) {
    const auto page = world.get(world.stranger, "/v1/events?after=" + cursor + query);
    const auto count = count_of(page, "events");
    for (std::size_t e = 0; e < count; ++e) {
      const auto one = "events." + std::to_string(e);
      out.push_back(member(page, one + ".subject") + " " + member(page, one + ".type") + " " +
                    member(page, one + ".id"));
    }
    cursor = member(page, "nextCursor");
    if (page.status != 200 || member(page, "hasMore") != "true") break;
  }
  return out;
}

std::string told(const std::vector<std::string>& events) {
  std::string out = std::to_string(events.size()) + " events";
  for (const auto& one : events) out += "; " + one;
  return out;
}

void redelivery(World& world, Check& check) {
  const auto now = world.get(world.stranger, "/v1/events?after=now");
  check.answered("where the feed stands", now, 200);
  const auto start = member(now, "nextCursor");
  std::vector<std::string> paid;
  for (const char* order : {"restart-1", "restart-2", "restart-3"}) {
    const auto payment = world.pay(world.stranger, order, 1'000);
    check.answered("a payment", payment, 201);
    paid.push_back(member(payment, "id"));
  }
  const auto without = heard_from(world, start, "&limit=100");
  const auto restarting = heard_from(world, start, "&limit=1");
  check.holds("what a system hears that restarts after each event", restarting == without,
              "the same: " + told(without), told(restarting));
  check.holds("of those, heard twice", std::set(without.begin(), without.end()).size() == without.size(),
              "none", told(without));
  const auto made = heard_from(world, start, "&limit=2&types=payment.created");
  check.is("payments that it hears of", static_cast<std::int64_t>(paid.size()), std::to_string(made.size()));
  for (std::size_t i = 0; i < made.size() && i < paid.size(); ++i)
    check.is("in the order in which they were made", paid[i], made[i].substr(0, made[i].find(' ')));
}

// Of all books together, by the second line of each signed head; 0: not told.
std::uint64_t events_of_the_ledger(World& world) {
  const auto heads = world.house_get("/v1/checkpoints");
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < count_of(heads, "checkpoints"); ++i) {
    std::istringstream lines(member(heads, "checkpoints." + std::to_string(i) + ".checkpoint"));
    std::string line;
    for (int n = 0; n < 2; ++n) std::getline(lines, line);
    out += std::strtoull(line.c_str(), nullptr, 10);
  }
  return out;
}

// The views as they stand once the rebuild that was asked for has ended; sooner where that takes too long.
Answer wait_for_rebuild(World& world, std::uint64_t rebuilds_before) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    auto views = world.house_get("/v1/views");
    const auto rebuilds = std::strtoull(member(views, "views.0.rebuilds").c_str(), nullptr, 10);
    const bool is_over = rebuilds > rebuilds_before || member(views, "views.0.rebuildFailed") != "nothing";
    if (is_over || views.status != 200 || std::chrono::steady_clock::now() > until) return views;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void rebuild(World& world, Check& check) {
  constexpr std::uint64_t kEventsMax = 500'000;  // some seconds
  const auto events = events_of_the_ledger(world);
  if (events > kEventsMax)
    return check.skip("the ledger has " + std::to_string(events) +
                      " events: `wonjang views rebuild` does it while the server serves, and takes its time");
  const auto before = world.house_get("/v1/views");
  check.answered("how lists and totals stand", before, 200);
  const auto asked =
      world.ask({.method = "POST", .target = "/v1/views/rebuild", .api_key = world.options().operator_key});
  check.answered("building them anew beside the live ones", asked, 202);
  if (check.failed()) return;
  const auto after =
      wait_for_rebuild(world, std::strtoull(member(before, "views.0.rebuilds").c_str(), nullptr, 10));
  if (member(after, "views.0.rebuild") != "nothing" && member(after, "views.0.lastRebuild") == "nothing")
    return check.skip("they are still being built: `wonjang views status` says how far, and what came out");
  check.has("why it failed", after, "views.0.rebuildFailed", "nothing");
  if (const auto why = member(after, "views.0.lastRebuild.notCompared"); why != "nothing")
    return check.skip("they are built anew, but not compared: " + why);
  check.has("whether the new ones equal the live ones", after, "views.0.lastRebuild.equal", "true");
  const auto listed = world.get_fresh(world.counted, "/v1/payments?" + world.counted.period());
  check.has("the list's total afterwards", listed, "totals.0.netAmount", 55'000);
}

void backup(World& world, Check& check) {
  const auto& restore = world.options().restore;
  if (!restore)
    return check.skip(
        "say where the server's backups are (--backup-dir, on its machine): one is made, restored and "
        "compared");
  const auto name = world.name("backup");
  const auto made = world.ask(
      {.method = "PUT", .target = "/v1/admin/backups/" + name, .api_key = world.options().operator_key});
  if (made.status == 404)
    return check.skip("this server makes no backups while it runs: set ledger.backup_dir");
  check.answered("a backup of the running ledger", made, 201);
  if (check.failed()) return;
  const auto restored = restore(name);
  check.is("restoring it elsewhere", "", restored.fault);
  check.is("books in it", static_cast<std::int64_t>(count_of(made, "books")),
           std::to_string(restored.heads.size()));
  for (std::size_t i = 0; i < restored.heads.size(); ++i) {
    check.has("the tree head over all events of book " + std::to_string(i), made,
              "books." + std::to_string(i) + ".root", restored.heads[i]);
  }
}

constexpr Case kKeepingCases[] = {
    {"redelivery", "A system that restarts misses no event and hears none twice",
     "다른 시스템이 다시 시작해도 이벤트를 빠짐없이 한 번씩 받는다", &redelivery},
    {"rebuild", "Lists and totals built anew from the ledger equal those that are shown",
     "원장에서 다시 만든 목록과 합계가 지금 보이는 것과 같다", &rebuild},
    {"backup", "A backup of the running server can be restored, and nothing is missing in it",
     "운영 중 백업을 복원하면 빠진 것이 없다", &backup},
};

}  // namespace

std::span<const Case> keeping_cases() { return kKeepingCases; }

}  // namespace wonjang::sanity
