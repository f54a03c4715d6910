#include "app/cli/demo.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "adapters/system/system_clock.h"
#include "app/cli/api_client.h"
#include "app/cli/demo_feed.h"
#include "app/cli/exit.h"
#include "app/cli/merchants.h"
#include "app/cli/serve.h"
#include "app/service/service.h"

namespace wonjang {
namespace {

using Number = unsigned long long;
constexpr std::chrono::milliseconds kTick{200};
constexpr std::uint64_t kLiveFrom = 500'000'000;  // numbers of live payments, behind all history
constexpr int kTicksOfOnce = 15;

// A free port, if the wished one is taken.
std::uint16_t usable_port(std::uint16_t wished) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(wished);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool is_free = ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  ::close(fd);
  return is_free ? wished : std::uint16_t{0};
}

Result<std::string> fresh_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "wonjang-demo-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return unavailable("can't make a directory like " + pattern);
  return pattern;
}

ServiceConfig demo_config(const DemoOptions& options, const std::string& data_dir) {
  ServiceConfig out;
  out.data_dir = data_dir;
  out.books = options.books;
  out.listen_port = usable_port(options.port);
  out.providers.push_back({.name = "default", .url = "sim", .profile = "everyday", .seed = options.seed});
  // Short, so that a person sees an unknown outcome come and go.
  out.provider_call_ms = 1'500;
  out.resolver_call_ms = 1'000;
  out.log_level = LogLevel::warn;
  // For the console's chart of the last hour; the built-in cubes keep hours.
  serving::CubeDeclaration minutes;
  minutes.name = "live_minute";
  minutes.source = "transactions";
  minutes.grain = "minute";
  minutes.history = false;
  out.cubes.push_back(std::move(minutes));
  return out;
}

class Demo {
 public:
  Demo(const DemoOptions& options, Service& service, std::string key)
      : options_(options),
        server_{"127.0.0.1", service.port()},
        key_(std::move(key)),
        client_(server_, key_) {}

  Result<void> prepare();
  Result<void> feed();
  void show() const;
  void live();

 private:
  Result<std::string> make_merchant_key();
  Result<void> feed_history(std::uint64_t bulk);
  void count(const FeedCounts& counts);
  void tick(std::uint64_t n);
  void show_state();

  const DemoOptions& options_;
  const ServerAddress server_;
  const std::string key_;
  ApiClient client_;
  std::vector<std::string> merchants_;
  std::string merchant_key_;
  std::unique_ptr<Shop> shop_;
  std::uint64_t accepted_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t follow_ups_ = 0;
  std::uint64_t acquisitions_ = 0;
  std::string first_problem_;
  std::uint64_t live_ = 0;
  std::uint64_t live_unknown_ = 0;
  double seconds_ = 0;
};

Result<void> Demo::prepare() {
  WJ_TRY(merchants_, ensure_merchants(server_, key_, "demo-", options_.merchants, options_.seed));
  WJ_TRY(merchant_key_, make_merchant_key());
  const auto now = SystemClock().now();
  char run[32];
  std::snprintf(run, sizeof run, "D%llx", static_cast<Number>(now.us));
  shop_ = std::make_unique<Shop>(ShopOptions{.seed = options_.seed, .run = run, .now = now}, merchants_);
  return {};
}

Result<std::string> Demo::make_merchant_key() {
  const auto now = SystemClock().now();
  WJ_TRY(const auto made,
         client_.post("/v1/api-keys", "demo-key-" + std::to_string(now.us),
                      R"({"scopes":["merchant"],"label":"demo","merchantId":")" + merchants_[0] + "\"}"));
  if (made.status != 201) return problem_error(made);
  return std::string(json_text_member(made.body, "secret"));
}

void Demo::count(const FeedCounts& counts) {
  refused_ += counts.refused;
  if (first_problem_.empty()) first_problem_ = counts.first_problem;
}

Result<void> Demo::feed_history(std::uint64_t bulk) {
  using What = IngestFeed::What;
  for (const auto what : {What::create, What::follow_up, What::reversal}) {
    const char* names[] = {"history", "cancels and deposits", "deposits taken back"};
    Progress progress(names[static_cast<std::size_t>(what)], "payments");
    IngestFeed feed(*shop_, key_, what, 0, bulk, progress);
    WJ_CHECK(send_feed(server_.port, feed, what == What::create ? 4 : 1));
    (what == What::create ? accepted_ : follow_ups_) += feed.counts().accepted;
    count(feed.counts());
  }
  return {};
}

Result<void> Demo::feed() {
  const auto start = std::chrono::steady_clock::now();
  const auto singles =
      options_.payments <= 1'000 ? options_.payments : std::min<std::uint64_t>(5'000, options_.payments / 10);
  const auto bulk = options_.payments - singles;
  if (bulk > 0) WJ_CHECK(feed_history(bulk));
  Progress progress("single requests", "payments");
  SingleFeed feed(*shop_, key_, bulk, options_.payments, progress);
  WJ_CHECK(send_feed(server_.port, feed, 16));
  accepted_ += feed.counts().accepted;
  acquisitions_ = feed.acquisitions();
  count(feed.counts());
  seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return {};
}

void Demo::show() const {
  const auto base = "http://127.0.0.1:" + std::to_string(server_.port);
  std::printf(
      "\n%llu payments of %zu merchants, %llu cancels and deposits, %llu acquisitions in %.1f s (%.0f "
      "payments/s); "
      "%llu refused\n",
      static_cast<Number>(accepted_), merchants_.size(), static_cast<Number>(follow_ups_),
      static_cast<Number>(acquisitions_), seconds_,
      seconds_ > 0 ? static_cast<double>(accepted_) / seconds_ : 0.0, static_cast<Number>(refused_));
  if (!first_problem_.empty()) std::printf("the first refusal: %s\n", first_problem_.c_str());
  const auto auth = "-H 'Authorization: Bearer " + merchant_key_ + "'";
  std::printf(
      "\naddress  %s\nconsole  %s/console/  (sign in with the key below, or with the operator's: %s)\n",
      base.c_str(), base.c_str(), key_.c_str());
  std::printf("API key  %s  (of the merchant %s)\n\nTry it:\n\n", merchant_key_.c_str(),
              merchants_[0].c_str());
  std::printf(
      "curl -s %s/v1/payments %s -H 'Idempotency-Key: my-first-payment' -H 'Content-Type: application/json' "
      "-d "
      "'{\"orderId\":\"my-order-1\",\"orderName\":\"아메리카노\",\"currency\":\"KRW\",\"totalAmount\":4500,"
      "\"approvals\":[{\"method\":\"CARD\",\"amount\":4500,\"approveNo\":\"12345678\",\"approvedAt\":\"%s\","
      "\"card\":{\"issuerCode\":\"SHINHAN\",\"last4\":\"1234\"}}]}'\n\n",
      base.c_str(), auth.c_str(), to_rfc3339(SystemClock().now()).c_str());
  std::printf("curl -s '%s/v1/payments?orderId=my-order-1' %s\n\n", base.c_str(), auth.c_str());
  std::printf("curl -s '%s/v1/events?limit=3' %s\n\n", base.c_str(), auth.c_str());
  std::fflush(stdout);
}

// A customer pays through the provider; every twelfth answer gets lost on purpose.
void Demo::tick(std::uint64_t n) {
  const std::string word = n % 12 == 7 ? "sim-lost-after" : "";
  std::string body;
  shop_->append_bare_create(body, n, word);
  const auto key = shop_->order_id(n);
  const auto created = client_.post("/v1/payments", key, body);
  if (!created || created->status != 201) return;
  const auto id = std::string(json_text_member(created->body, "id"));
  body.clear();
  shop_->append_provider_approval(body, n, "default");
  const auto approved = client_.post("/v1/payments/" + id + "/approve", key + "-approve", body);
  ++live_;
  if (!approved || approved->status >= 500 || approved->status == 409) {
    ++live_unknown_;
    std::printf("live: the provider's answer about %s got lost; the resolver asks\n", id.c_str());
    std::fflush(stdout);
    return;
  }
  if (approved->status == 201 && n % 9 == 4) {
    (void)client_.post("/v1/payments/" + id + "/cancels", key + "-cancel", R"({"reason":"고객 변심"})");
  }
}

void Demo::show_state() {
  const auto in_doubt = client_.get("/v1/in-doubt");
  std::uint64_t open = 0;
  if (in_doubt && in_doubt->status == 200) {
    constexpr std::string_view kSince = "\"inDoubtSince\"";
    for (auto at = in_doubt->body.find(kSince); at != std::string::npos;
         at = in_doubt->body.find(kSince, at + 1))
      ++open;
  }
  std::printf(
      "live: %llu payments through the provider, %llu answers lost, %llu of them still being asked about\n",
      static_cast<Number>(live_), static_cast<Number>(live_unknown_), static_cast<Number>(open));
  std::fflush(stdout);
}

void Demo::live() {
  if (!options_.once) std::printf("Light traffic goes on; Ctrl-C ends it.\n");
  for (std::uint64_t i = 0; !options_.once || i < kTicksOfOnce; ++i) {
    if (wait_for_signal(kTick)) return;
    tick(kLiveFrom + i);
    if (i % 50 == 49) show_state();
  }
  show_state();
}

Result<void> run(const DemoOptions& options) {
  auto data_dir = options.data_dir;
  if (data_dir.empty()) {
    WJ_TRY(data_dir, fresh_directory());
  }
  const auto config = demo_config(options, data_dir);
  start_log(config.log_level);
  WJ_TRY(const auto service, Service::open(config));
  WJ_CHECK(service->start());
  WJ_TRY(auto key, read_key_file(operator_key_file(data_dir)));
  std::printf("data directory %s\n", data_dir.c_str());
  std::fflush(stdout);
  {
    Demo demo(options, *service, std::move(key));
    WJ_CHECK(demo.prepare());
    WJ_CHECK(demo.feed());
    demo.show();
    demo.live();
  }
  end_on_next_signal();
  service->drain(std::chrono::seconds(10));
  std::printf("stopped; the ledger stays in %s (wonjang check --data-dir %s)\n", data_dir.c_str(),
              data_dir.c_str());
  return {};
}

}  // namespace

int run_demo(const DemoOptions& options) {
  if (options.payments == 0 || options.payments >= kLiveFrom || options.merchants == 0) {
    return fail(invalid("--payments is from 1 to 499999999 and --merchants at least 1"));
  }
  const auto done = run(options);
  return done ? kExitOk : fail(done.error());
}

}  // namespace wonjang
