#include "testing/acquirer_contract.h"

#include <chrono>
#include <thread>

#include "adapters/acquirer/acquirer_server.h"
#include "adapters/acquirer/http_acquirer.h"
#include "adapters/acquirer/simulated_acquirer.h"
#include "adapters/acquirer/test_clocks.h"

namespace wonjang {
namespace {

constexpr std::uint64_t kSeed = 42;

class SimulatedWorld final : public AcquirerWorld {
 public:
  Acquirer& acquirer() override { return acquirer_; }
  SimulatedProvider& provider() override { return provider_; }
  Instant now() override { return clock_.now(); }
  void let_time_pass() override { clock_.move_to(clock_.now().plus_ms(5)); }
  void cut_off() override { acquirer_.set_reachable(false); }

 private:
  MovedClock clock_;
  SimulatedProvider provider_{contract_profile(), kSeed};
  SimulatedAcquirer acquirer_{provider_, clock_, [this](Instant until) { clock_.move_to(until); }};
};

class HttpWorld final : public AcquirerWorld {
 public:
  HttpWorld() {
    auto server = AcquirerServer::start({}, provider_, clock_);
    EXPECT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    auto opened = HttpAcquirer::open({.host = "127.0.0.1", .port = server_->port()}, clock_);
    EXPECT_TRUE(opened) << opened.error().message;
    acquirer_ = *std::move(opened);
  }
  Acquirer& acquirer() override { return *acquirer_; }
  SimulatedProvider& provider() override { return provider_; }
  Instant now() override { return clock_.now(); }
  void let_time_pass() override { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }
  void cut_off() override { server_->stop(); }

 private:
  WallClock clock_;
  SimulatedProvider provider_{contract_profile(), kSeed};
  std::unique_ptr<AcquirerServer> server_;
  std::unique_ptr<HttpAcquirer> acquirer_;
};

std::unique_ptr<AcquirerWorld> make_simulated_world() { return std::make_unique<SimulatedWorld>(); }
std::unique_ptr<AcquirerWorld> make_http_world() { return std::make_unique<HttpWorld>(); }

INSTANTIATE_TEST_SUITE_P(Simulated, AcquirerContract, testing::Values(&make_simulated_world));
INSTANTIATE_TEST_SUITE_P(Http, AcquirerContract, testing::Values(&make_http_world));

}  // namespace
}  // namespace wonjang
