#include "app/cli/serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
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

bool is_port_free(const std::string& address, std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1) return true;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  const bool is_free =
      ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 || errno != EADDRINUSE;
  ::close(fd);
  return is_free;
}

void block_signals() {
  const auto signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

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
  block_signals();
  auto config = load_config(options.sources);
  if (!config) return fail(config.error(), "wonjang config show --origin");
  if (const auto valid = config->service.validate(); !valid)
    return fail(valid.error(), "wonjang config show --origin");
  start_log(config->service.log_level);
  const auto& c = config->service;
  const auto address = c.listen_address;
  const bool tls = !c.tls_key_file.empty();
  const auto key_file = c.in_memory ? std::string() : operator_key_file(c.data_dir);

  if (c.listen_port != 0 && !is_port_free(address, c.listen_port))
    return fail(unavailable(address + ":" + std::to_string(c.listen_port) +
                            " is taken by another server; nothing was made"),
                "--port with another one, or 0 for a free one");

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
