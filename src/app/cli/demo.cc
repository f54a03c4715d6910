#include "app/cli/demo.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "adapters/system/system_clock.h"
#include "app/cli/demo_api.h"
#include "app/cli/demo_feed.h"
#include "app/cli/demo_live.h"
#include "app/cli/demo_money.h"
#include "app/cli/demo_state.h"
#include "app/cli/exit.h"
#include "app/cli/money_client.h"
#include "app/cli/serve.h"
#include "app/service/service.h"

namespace wonjang {
namespace {

using Number = unsigned long long;
constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::milliseconds kLookAgain{50};
constexpr std::uint64_t kLiveFrom = 500'000'000;  // numbers of live payments, behind all history
constexpr std::uint64_t kMillion = 1'000'000;
constexpr int kTicksOfOnce = 15;
constexpr std::int32_t kCanaryDays = 10;  // the newest days, on which the canary tries its terms
constexpr std::int32_t kHoldDays = 6;

// A free port, if the wished one is taken.
std::uint16_t usable_port(std::uint16_t wished) {
  return is_port_free("127.0.0.1", wished) ? wished : std::uint16_t{0};
}

Result<std::string> fresh_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "wonjang-demo-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return unavailable("can't make a directory like " + pattern);
  return pattern;
}

ServiceConfig demo_config(const DemoOptions& options, const std::string& data_dir, std::uint64_t seed) {
  ServiceConfig out;
  out.data_dir = data_dir;
  out.books = options.books;
  out.listen_port = usable_port(options.port);
  out.providers.push_back({.name = "default", .url = "sim", .profile = "everyday", .seed = seed});
  // Short, so that a person sees an unknown outcome come and go.
  out.provider_call_ms = 1'500;
  out.resolver_call_ms = 1'000;
  out.backup_dir = data_dir + "/backups";
  out.log_level = LogLevel::error;  // every run says at `warn` that it ended
  return out;
}

// Which city the directory holds, or is to hold. Errors: invalid (it holds another one).
Result<DemoState> state_for(const DemoOptions& options, const std::string& data_dir) {
  WJ_TRY(const auto known, read_demo_state(data_dir));
  if (known) {
    const auto refuse = [&](const char* what, std::uint64_t has) {
      return invalid(data_dir + " holds a city of " + what + " " + std::to_string(has) + ": leave " + what +
                     " out to go on with it, or take another --data-dir");
    };
    if (options.seed != 0 && options.seed != known->seed) return refuse("--seed", known->seed);
    if (options.payments && *options.payments != known->payments)
      return refuse("--payments", known->payments);
    if (options.merchants != 0 && options.merchants != known->merchants)
      return refuse("--merchants", known->merchants);
    return *known;
  }
  DemoState out;
  out.seed = options.seed == 0 ? 1 : options.seed;
  out.payments = options.payments.value_or(kDemoPayments);
  out.merchants = options.merchants == 0 ? 40 : options.merchants;
  out.now = {SystemClock().now().us / 1'000'000 * 1'000'000};
  return out;
}

std::uint64_t peak_memory_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) / 1024;
  }
  return 0;
}

class Demo {
 public:
  Demo(std::string data_dir, DemoState state, std::uint16_t port, std::string key)
      : data_dir_(std::move(data_dir)),
        state_(std::move(state)),
        server_{"127.0.0.1", port},
        key_(std::move(key)),
        api_(server_, key_) {}

  // The history is there and can be looked at.
  Result<void> build();
  // Every day of the past, and what is worth a look then.
  Result<void> settle_and_show();
  void show() const;
  void live(bool once);

 private:
  Result<void> open_shops();
  Result<std::string> make_key(const std::string& what, const std::string& body);
  Result<void> feed();
  Result<void> settle();
  Result<void> catch_up(const char* what);
  void show_numbers() const;
  void show_places(const std::string& base) const;
  void show_worth_a_look();
  std::size_t count_of(const std::string& target);
  void show_curl(const std::string& base) const;

  const std::string data_dir_;
  DemoState state_;
  const ServerAddress server_;
  const std::string key_;
  DemoApi api_;
  std::unique_ptr<City> city_;
  std::uint64_t accepted_ = 0;
  std::uint64_t follow_ups_ = 0;
  std::uint64_t refused_ = 0;
  std::string first_problem_;
  DemoMoneyCounts money_;
  std::string waiting_;
  double feed_seconds_ = 0;
  double seconds_ = 0;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<std::string> Demo::make_key(const std::string& what, const std::string& body) {
  // Its secret is shown once: a key whose secret got lost on the way here is made anew under another name.
  WJ_TRY(const auto made,
         api_.post("/v1/api-keys", "demo-" + what + "-" + std::to_string(SystemClock().now().us), body));
  return text_in(made, "secret");
}

Result<void> Demo::open_shops() {
  auto merchants = city_merchants(state_.seed, state_.merchants);
  std::vector<std::string> ids;
  for (const auto& merchant : merchants) {
    std::string body = R"({"code":")" + merchant.code + R"(","name":")" + merchant.name + "\"";
    if (!merchant.organisation.empty()) body += R"(,"organisation":")" + merchant.organisation + "\"";
    WJ_TRY(const auto made, api_.post("/v1/merchants", "demo-merchant-" + merchant.code, body + "}"));
    ids.push_back(text_in(made, "id"));
  }
  if (state_.first_key.empty()) {
    WJ_TRY(state_.first_key, make_key("first", R"({"scopes":["operator"],"label":"first person"})"));
  }
  if (state_.second_key.empty()) {
    WJ_TRY(state_.second_key, make_key("second", R"({"scopes":["operator"],"label":"second person"})"));
  }
  if (state_.merchant_key.empty()) {
    WJ_TRY(state_.merchant_key,
           make_key("merchant", R"({"scopes":["merchant"],"label":"demo","merchantId":")" +
                                    ids[CityRoles::kMarketplace] + "\"}"));
  }
  WJ_CHECK(write_demo_state(data_dir_, state_));
  city_ =
      std::make_unique<City>(CityOptions{.seed = state_.seed, .payments = state_.payments, .now = state_.now},
                             std::move(merchants), std::move(ids));
  return {};
}

Result<void> Demo::feed() {
  using What = IngestFeed::What;
  const auto start = std::chrono::steady_clock::now();
  for (const auto what : {What::create, What::follow_up, What::reversal}) {
    const char* names[] = {"36 months of payments", "cancels and deposits", "deposits taken back"};
    Progress progress(names[static_cast<std::size_t>(what)], "payments");
    IngestFeed feed(*city_, key_, what, 0, state_.payments, progress);
    WJ_CHECK(send_feed(server_.port, feed, what == What::create ? 4 : 1));
    (what == What::create ? accepted_ : follow_ups_) += feed.counts().accepted;
    refused_ += feed.counts().refused;
    if (first_problem_.empty()) first_problem_ = feed.counts().first_problem;
  }
  feed_seconds_ = seconds_since(start);
  state_.is_fed = true;
  return write_demo_state(data_dir_, state_);
}

// Waits until lists, totals and the money side have seen all that is durable now.
Result<void> Demo::catch_up(const char* what) {
  Progress progress(what, "events");
  std::uint64_t most = 0;
  for (;;) {
    WJ_TRY(const auto views, api_.get("/v1/views"));
    std::uint64_t lag = 0;
    for (const auto& one : views.at("views").as_array()) {
      const auto& view = one.as_object();
      if (const auto why = text_in(view, "stoppedBecause"); !why.empty())
        return unavailable("the view " + text_in(view, "name") + " has stopped: " + why);
      lag += view.at("lagEvents").to_number<std::uint64_t>();
    }
    most = std::max(most, lag);
    progress.at(most - lag, most);
    if (lag == 0) return {};
    std::this_thread::sleep_for(kLookAgain);
  }
}

Result<void> Demo::settle() {
  const auto today = business_date_of(SystemClock().now());
  DemoMoney money(*city_, server_, state_.first_key, state_.second_key, today, state_.paid_until);
  auto days = city_->days_before_today();
  for (auto day = city_->today(); day < today; ++day.days) days.push_back(day);
  {
    Progress progress("days settled and paid out", "days");
    const BusinessDate canary{city_->today().days - kCanaryDays};
    const BusinessDate hold{city_->today().days - kHoldDays};
    WJ_CHECK(money.settle(days, {}, canary, progress));
    WJ_CHECK(money.try_out());
    WJ_CHECK(money.settle(days, canary, hold, progress));
    // Before the newest payouts, so that what failed is in one of them.
    if (!state_.is_told) WJ_CHECK(money.answer_of_bank(/*one_fails=*/true));
    WJ_CHECK(money.hold_back());
    WJ_CHECK(money.settle(days, hold, today, progress));
  }
  WJ_CHECK(money.answer_of_bank(/*one_fails=*/false));
  if (!state_.is_told) {
    WJ_CHECK(money.leave_open());
    waiting_ = money.waiting();
  }
  state_.is_told = true;
  state_.paid_until = money.paid_until();
  money_ = money.counts();
  return write_demo_state(data_dir_, state_);
}

Result<void> Demo::build() {
  WJ_CHECK(open_shops());
  if (!state_.is_fed) {
    WJ_CHECK(DemoMoney(*city_, server_, state_.first_key, state_.second_key, city_->today(), {}).agree());
    WJ_CHECK(feed());
  }
  WJ_CHECK(catch_up("lists, totals and accounts"));
  seconds_ = seconds_since(start_);
  return {};
}

Result<void> Demo::settle_and_show() {
  std::printf("\nEvery day of the past is settled and paid out now; look around meanwhile.\n");
  std::fflush(stdout);
  WJ_CHECK(settle());
  WJ_CHECK(catch_up("lists, totals and accounts"));
  std::printf(
      "\n%llu days settled, %llu lines, %llu payouts; all of it in %.1f s, at most %llu MiB of memory\n",
      static_cast<Number>(money_.days), static_cast<Number>(money_.lines),
      static_cast<Number>(money_.payouts), seconds_since(start_), static_cast<Number>(peak_memory_mib()));
  show_worth_a_look();
  std::fflush(stdout);
  return {};
}

void Demo::show_numbers() const {
  if (accepted_ > 0) {
    std::printf(
        "\n%llu payments of %u merchants over 36 months, %llu cancels and deposits: sent in %.1f s (%.0f "
        "payments/s), %llu refused\n",
        static_cast<Number>(accepted_), state_.merchants, static_cast<Number>(follow_ups_), feed_seconds_,
        feed_seconds_ > 0 ? static_cast<double>(accepted_) / feed_seconds_ : 0.0,
        static_cast<Number>(refused_));
    if (!first_problem_.empty()) std::printf("the first refusal: %s\n", first_problem_.c_str());
  } else {
    std::printf("\nThe city of before goes on: %llu payments of %u merchants\n",
                static_cast<Number>(state_.payments), state_.merchants);
  }
  std::printf("it can be looked at after %.1f s\n", seconds_);
}

void Demo::show_places(const std::string& base) const {
  std::printf("\nconsole   %s/console/\n", base.c_str());
  std::printf("operator  %s  (sees everything)\n", key_.c_str());
  std::printf("first     %s  (an operator too: proposes changes)\n", state_.first_key.c_str());
  std::printf("second    %s  (another one: who proposes a change doesn't approve it)\n",
              state_.second_key.c_str());
  std::printf("merchant  %s  (%s sees its own)\n", state_.merchant_key.c_str(),
              city_->merchant(CityRoles::kMarketplace).name.c_str());
}

// Items of a list, 100 at most; none of one that can't be asked for.
std::size_t Demo::count_of(const std::string& target) {
  const auto page = api_.get(target);
  const auto* items = page ? page->if_contains("items") : nullptr;
  return items != nullptr && items->is_array() ? items->as_array().size() : 0;
}

// A small city has less of it: only what is there is named.
void Demo::show_worth_a_look() {
  const auto day = [&](std::int32_t back) { return to_text(BusinessDate{city_->today().days - back}); };
  const auto of_run = [&](std::int32_t back, const char* list) {
    return count_of("/v1/settlement/runs/" + day(back) + list + "?limit=100");
  };
  std::vector<std::string> there{"search 골동 or ㄱㄷㅍ"};
  if (of_run(1, "/failures") > 0)
    there.push_back("settlement of " + day(1) + ", where " + city_->merchant(CityRoles::kNewcomer).name +
                    " failed without a contract (" + (waiting_.empty() ? "a change" : waiting_) +
                    " waits for the second key; then run again)");
  for (std::int32_t back = 1; back <= kCanaryDays; ++back) {
    if (of_run(back, "/differences") == 0) continue;
    there.push_back("canary differences of " + city_->merchant(CityRoles::kTrial).name + " on " + day(back));
    break;
  }
  there.push_back("payouts of " + city_->merchant(CityRoles::kGrocer).name + " on hold");
  const auto breaks = count_of("/v1/breaks?limit=100");
  const auto& acquirer = city_->merchant(CityRoles::kTravel).acquirer;
  if (breaks == 1) there.push_back("a break of " + acquirer);
  if (breaks > 1) there.push_back(std::to_string(breaks) + " breaks of " + acquirer);
  there.push_back("the funds position's gap");
  std::printf("\nWorth a look: ");
  for (std::size_t i = 0; i < there.size(); ++i)
    std::printf("%s%s", i == 0 ? "" : i % 2 == 0 ? ";\n  " : "; ", there[i].c_str());
  std::printf(
      "\n  (all of it was recorded today, whatever day it is of: the accounts of earlier days are empty)\n");
}

void Demo::show_curl(const std::string& base) const {
  const auto auth = "-H 'Authorization: Bearer " + state_.merchant_key + "'";
  std::printf(
      "\nTry it:\n\ncurl -s %s/v1/payments %s -H 'Idempotency-Key: my-first-payment' -H 'Content-Type: "
      "application/json' -d "
      "'{\"orderId\":\"my-order-1\",\"orderName\":\"아메리카노\",\"currency\":\"KRW\",\"totalAmount\":4500,"
      "\"approvals\":[{\"method\":\"CARD\",\"amount\":4500,\"approveNo\":\"12345678\",\"approvedAt\":\"%s\","
      "\"card\":{\"issuerCode\":\"SHINHAN\",\"last4\":\"1234\"}}]}'\n\n",
      base.c_str(), auth.c_str(), to_rfc3339(SystemClock().now()).c_str());
  std::printf("curl -s '%s/v1/payments?orderId=my-order-1' %s\n\n", base.c_str(), auth.c_str());
  std::printf("curl -s '%s/v1/events?limit=3' %s\n\n", base.c_str(), auth.c_str());
}

void Demo::show() const {
  const auto base = "http://127.0.0.1:" + std::to_string(server_.port);
  show_numbers();
  show_places(base);
  show_curl(base);
  std::printf(
      "Does it all work? build/release/bin/wonjang sanity --url %s --data-dir %s --simulator default "
      "--backup-dir %s/backups\n",
      base.c_str(), data_dir_.c_str(), data_dir_.c_str());
  std::fflush(stdout);
}

void Demo::live(bool once) {
  if (!once) std::printf("Light traffic goes on; Ctrl-C ends it.\n");
  std::fflush(stdout);
  // By the second, so that another start doesn't send the orders of this one again.
  const auto since = static_cast<std::uint64_t>((SystemClock().now().us - state_.now.us) / 1'000'000);
  DemoLive traffic(*city_, server_, key_, kLiveFrom + since % (kLiveFrom / 10) * 8);
  for (std::uint64_t i = 0; !once || i < kTicksOfOnce; ++i) {
    if (wait_for_signal(kTick)) return;
    traffic.tick();
    if (i % 150 == 149) traffic.show();
  }
  traffic.show();
}

Result<void> run(const DemoOptions& options) {
  auto data_dir = options.data_dir;
  if (data_dir.empty()) {
    WJ_TRY(data_dir, fresh_directory());
  }
  WJ_TRY(auto state, state_for(options, data_dir));
  const auto config = demo_config(options, data_dir, state.seed);
  start_log(config.log_level);
  WJ_TRY(const auto service, Service::open(config));
  WJ_CHECK(service->start());
  WJ_TRY(auto key, read_key_file(operator_key_file(data_dir)));
  std::printf("data directory %s\n", data_dir.c_str());
  std::fflush(stdout);
  {
    Demo demo(data_dir, std::move(state), service->port(), std::move(key));
    WJ_CHECK(demo.build());
    demo.show();
    WJ_CHECK(demo.settle_and_show());
    demo.live(options.once);
  }
  end_on_next_signal();
  service->drain(std::chrono::seconds(10));
  std::printf("stopped; the city stays in %s (wonjang demo --data-dir %s goes on with it)\n",
              data_dir.c_str(), data_dir.c_str());
  return {};
}

}  // namespace

int run_demo(const DemoOptions& options) {
  block_signals();
  const auto payments = options.payments.value_or(kDemoPayments);
  if (payments == 0 || payments > 100 * kMillion ||
      (options.merchants != 0 && (options.merchants < kCityMerchantsMin || options.merchants > 200))) {
    return fail(invalid("--payments is from 1 to 100000000 and --merchants from " +
                        std::to_string(kCityMerchantsMin) + " to 200"));
  }
  const auto done = run(options);
  return done ? kExitOk : fail(done.error());
}

}  // namespace wonjang
