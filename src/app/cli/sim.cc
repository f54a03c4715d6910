#include "app/cli/sim.h"

#include <cstdio>

#include "adapters/acquirer/acquirer_server.h"
#include "adapters/system/system_clock.h"
#include "app/cli/exit.h"
#include "app/cli/serve.h"

namespace wonjang {

int run_sim_acquirer(const SimOptions& options) {
  block_signals();
  const auto profile = SimulatedProfile::named(options.profile);
  if (!profile) {
    std::string known;
    for (const auto& name : SimulatedProfile::names()) known += (known.empty() ? "" : ", ") + name;
    return fail(invalid("there is no profile " + options.profile + "; known are " + known));
  }
  const SystemClock clock;
  SimulatedProvider provider(*profile, options.seed);
  AcquirerServerOptions server_options;
  server_options.address = options.address;
  server_options.port = options.port;
  auto server = AcquirerServer::start(server_options, provider, clock);
  if (!server) return fail(server.error());
  std::printf("listening on http://%s:%u, profile %s, seed %llu\n", options.address.c_str(),
              (*server)->port(), options.profile.c_str(), static_cast<unsigned long long>(options.seed));
  std::fflush(stdout);
  while (!wait_for_signal(std::chrono::hours(1))) {
  }
  (*server)->stop();
  return kExitOk;
}

}  // namespace wonjang
