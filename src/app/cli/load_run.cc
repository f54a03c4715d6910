#include "app/cli/load_run.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>

#include "adapters/system/system_clock.h"
#include "app/cli/api_client.h"
#include "app/cli/exit.h"
#include "app/cli/load_mix.h"
#include "app/cli/merchants.h"
#include "app/cli/serve.h"

namespace wonjang {
namespace {

using Number = unsigned long long;

std::string milliseconds(std::uint64_t us) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(us) / 1000.0);
  return text;
}

std::string latency_json(const Histogram& h) {
  return "{\"count\":" + std::to_string(h.count()) + ",\"mean\":" + milliseconds(h.mean()) +
         ",\"p50\":" + milliseconds(h.percentile(50'000)) + ",\"p90\":" + milliseconds(h.percentile(90'000)) +
         ",\"p99\":" + milliseconds(h.percentile(99'000)) +
         ",\"p99_9\":" + milliseconds(h.percentile(99'900)) + ",\"max\":" + milliseconds(h.max()) + "}";
}

struct LoadOutcome {
  LoadReport report;
  std::unique_ptr<LoadMix> mix;
  std::optional<Reconciliation> reconciliation;

  double per_second() const {
    return report.seconds > 0 ? static_cast<double>(mix->payments()) / report.seconds : 0;
  }
  bool ok() const {
    return report.ok() && report.answers > 0 && mix->unexpected() == 0 &&
           (!reconciliation || reconciliation->ok());
  }
};

void print_json(const LoadRunOptions& o, const LoadOutcome& out) {
  const auto& r = out.report;
  std::printf(
      R"({"mix":"%s","loop":"%s","rate":%llu,"connections":%u,"requests":%llu,"payments":%llu,"seconds":%.3f,)"
      R"("per_second":%.1f,"latency_ms":%s)",
      o.mix.c_str(), o.rate > 0 ? "open" : "closed", static_cast<Number>(o.rate), o.connections,
      static_cast<Number>(r.answers), static_cast<Number>(out.mix->payments()), r.seconds, out.per_second(),
      latency_json(r.latency_us).c_str());
  if (o.mix == "retries") {
    std::printf(R"(,"first_ms":%s,"replay_ms":%s,"key_reused_ms":%s)",
                latency_json(out.mix->latency_us(LoadMix::first)).c_str(),
                latency_json(out.mix->latency_us(LoadMix::replay)).c_str(),
                latency_json(out.mix->latency_us(LoadMix::reused)).c_str());
  }
  std::printf(R"(,"lost":%llu,"dropped":%llu,"unexpected":%llu,"reconnects":%llu,"client_cpu_seconds":%.2f)",
              static_cast<Number>(r.lost), static_cast<Number>(r.dropped),
              static_cast<Number>(out.mix->unexpected()), static_cast<Number>(r.reconnects), r.cpu_seconds);
  if (const auto& v = out.reconciliation) {
    std::printf(
        R"(,"verify":{"checked":%llu,"match":%llu,"mismatch":%llu,"missing":%llu,"duplicate":%llu,"failed":%llu,)"
        R"("in_doubt_written":%llu,"in_doubt_not_written":%llu})",
        static_cast<Number>(v->checked), static_cast<Number>(v->match), static_cast<Number>(v->mismatch),
        static_cast<Number>(v->missing), static_cast<Number>(v->duplicate), static_cast<Number>(v->failed),
        static_cast<Number>(v->in_doubt_written), static_cast<Number>(v->in_doubt_not_written));
  }
  std::printf(",\"ok\":%s}\n", out.ok() ? "true" : "false");
}

void print_latency(const char* what, const Histogram& h) {
  if (h.count() == 0) return;
  std::printf("%-12s %10llu  p50 %9s  p90 %9s  p99 %9s  p99.9 %9s  max %9s  ms\n", what,
              static_cast<Number>(h.count()), milliseconds(h.percentile(50'000)).c_str(),
              milliseconds(h.percentile(90'000)).c_str(), milliseconds(h.percentile(99'000)).c_str(),
              milliseconds(h.percentile(99'900)).c_str(), milliseconds(h.max()).c_str());
}

void print_table(const LoadRunOptions& o, const LoadOutcome& out) {
  const auto& r = out.report;
  std::printf("%s, %s loop, %u connections: %llu payments in %.1f s = %.0f/s\n", o.mix.c_str(),
              o.rate > 0 ? "open" : "closed", o.connections, static_cast<Number>(out.mix->payments()),
              r.seconds, out.per_second());
  print_latency("all", r.latency_us);
  if (o.mix == "retries") {
    print_latency("first", out.mix->latency_us(LoadMix::first));
    print_latency("replay", out.mix->latency_us(LoadMix::replay));
    print_latency("key reused", out.mix->latency_us(LoadMix::reused));
  }
  std::printf("lost %llu, dropped %llu, unexpected %llu, reconnects %llu\n", static_cast<Number>(r.lost),
              static_cast<Number>(r.dropped), static_cast<Number>(out.mix->unexpected()),
              static_cast<Number>(r.reconnects));
  if (const auto& v = out.reconciliation) {
    std::printf(
        "sent again: %llu; match %llu, mismatch %llu, missing %llu, duplicate %llu, failed %llu; of the lost "
        "ones %llu "
        "had been written, %llu not\n",
        static_cast<Number>(v->checked), static_cast<Number>(v->match), static_cast<Number>(v->mismatch),
        static_cast<Number>(v->missing), static_cast<Number>(v->duplicate), static_cast<Number>(v->failed),
        static_cast<Number>(v->in_doubt_written), static_cast<Number>(v->in_doubt_not_written));
  }
}

std::unique_ptr<LoadMix> make_mix(const LoadRunOptions& o, const Shop& shop,
                                  const std::string& authorization) {
  if (o.mix == "bulk") return std::make_unique<BulkMix>(shop, authorization, o.threads, o.bulk_lines);
  const bool retries = o.mix == "retries";
  return std::make_unique<CreateMix>(shop, authorization, o.threads, retries ? 10 : 0, retries ? 1 : 0);
}

// Another run, other order ids: else everything would be a replay.
std::string run_name(const LoadRunOptions& o, Instant now) {
  if (!o.run.empty()) return o.run;
  char text[32];
  // A letter at the end: its last digits and those of an order's number would look like a card number at
  // times.
  std::snprintf(text, sizeof text, "L%llxr", static_cast<Number>(now.us));
  return text;
}

// The first signal ends the load and what was measured until then is printed, a second one ends the process.
class SignalWatch {
 public:
  SignalWatch() : thread_([this](const std::stop_token& over) { watch(over); }) {}
  const std::atomic<bool>& came() const { return came_; }

 private:
  void watch(const std::stop_token& over) {
    while (!over.stop_requested()) {
      if (!wait_for_signal(std::chrono::milliseconds(50))) continue;
      if (came_.exchange(true)) ::_exit(kExitInterrupted);
    }
  }

  std::atomic<bool> came_{false};
  std::jthread thread_;
};

Result<LoadOutcome> run(const LoadRunOptions& o, const std::atomic<bool>& stop) {
  WJ_TRY(const auto server, parse_server_url(o.url));
  WJ_TRY(const auto key, read_key_file(o.key_file));
  WJ_TRY(auto merchants, ensure_merchants(server, key, "load-", o.merchants, /*seed=*/1));
  const auto now = SystemClock().now();
  const Shop shop({.seed = o.seed, .run = run_name(o, now), .now = now, .days_back = 1, .only_cards = true},
                  std::move(merchants));
  const auto authorization = "Bearer " + key;

  LoadOptions load;
  load.address = server.host;
  load.port = server.port;
  load.connections = o.connections;
  load.threads = o.threads;
  load.rate_per_s = o.mix == "bulk" ? o.rate / o.bulk_lines : o.rate;
  load.warm_up = std::chrono::milliseconds(o.warm_up_ms);
  load.duration = std::chrono::milliseconds(o.duration_ms);
  load.requests_max = o.requests_max;
  load.stop = &stop;
  if (o.rate > 0 && load.rate_per_s == 0)
    return invalid("--rate is payments per second: of bulk at least --lines");

  LoadOutcome out;
  out.mix = make_mix(o, shop, authorization);
  WJ_TRY(out.report, run_load(load, *out.mix));
  if (o.verify && !stop) {
    WJ_TRY(out.reconciliation, reconcile(load, shop, authorization, *out.mix, o.verify_max));
  }
  return out;
}

}  // namespace

int run_load_command(const LoadRunOptions& options) {
  block_signals();
  const SignalWatch signals;
  auto out = run(options, signals.came());
  if (!out) return fail(out.error());
  options.json ? print_json(options, *out) : print_table(options, *out);
  const auto wrong = out->mix->first_unexpected();
  if (!wrong.empty()) std::fprintf(stderr, "wonjang: an answer that should not come: %s\n", wrong.c_str());
  if (signals.came()) {
    std::fprintf(stderr, "wonjang: ended by a signal; the numbers are of the time until then\n");
    return kExitInterrupted;
  }
  if (out->ok()) return kExitOk;
  std::fprintf(
      stderr,
      "wonjang: the run failed: requests were dropped, lost or answered wrongly; its numbers don't count\n");
  return kExitFailed;
}

}  // namespace wonjang
