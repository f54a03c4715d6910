#include "app/cli/serve.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "app/cli/exit.h"
#include "app/service/service.h"

namespace wonjang {
namespace {

sigset_t ending_signals() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGTERM);
  sigaddset(&out, SIGINT);
  return out;
}

}  // namespace

void block_signals() {
  const auto signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<int> wait_for_signal(std::chrono::milliseconds wait) {
  const auto signals = ending_signals();
  const timespec time{wait.count() / 1000, wait.count() % 1000 * 1'000'000};
  const int signal = ::sigtimedwait(&signals, nullptr, &time);
  return signal > 0 ? std::optional<int>(signal) : std::nullopt;
}

void end_on_next_signal() {
  std::thread([] {
    const auto signals = ending_signals();
    int signal = 0;
    if (::sigwait(&signals, &signal) == 0) ::_exit(kExitInterrupted);
  }).detach();
}

int run_serve(const ServeOptions& options) {
  auto config = load_config(options.sources);
  if (!config) return fail(config.error(), "wonjang config show --origin");
  if (const auto valid = config->service.validate(); !valid)
    return fail(valid.error(), "wonjang config show --origin");
  start_log(config->service.log_level);
  const auto& c = config->service;
  const auto address = c.listen_address;
  const bool tls = !c.tls_key_file.empty();
  const auto key_file = c.in_memory ? std::string() : operator_key_file(c.data_dir);

  auto service = Service::open(c);
  if (!service) return fail(service.error());
  if (const auto started = (*service)->start(); !started) return fail(started.error());
  std::printf("listening on %s://%s:%u\n", tls ? "https" : "http", address.c_str(), (*service)->port());
  if (!key_file.empty()) std::printf("the first operator's key is in %s\n", key_file.c_str());
  // In memory there is no file, and nothing that the key protects outlives the process.
  if (key_file.empty()) std::printf("operator key: %s\n", (*service)->operator_key().c_str());
  std::fflush(stdout);

  while (!wait_for_signal(std::chrono::hours(1))) {
  }
  end_on_next_signal();
  (*service)->drain(std::chrono::milliseconds(options.drain_ms));
  return kExitOk;
}

}  // namespace wonjang
