// What the HTTP core alone costs: 400 bytes in, 600 bytes out, over loopback with the load client in the same
// process. "inline" answers inside handle(); "batched" answers from one other thread in batches of up to 64,
// the way the ledger's writer does.
//
//   http_echo [seconds=5] [connections=64] [server threads=1] [client threads=1] [rate per s=0: closed loop]
#include <sys/resource.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "app/http/server.h"
#include "app/load/http_client.h"
#include "options.h"

namespace {

using namespace wonjang;

HttpResponse answer() {
  HttpResponse response;
  response.status = 201;
  response.content_type = "application/json";
  response.headers.push_back({"Min-Position", "1234567"});
  response.body.assign(600, 'y');
  return response;
}

class Inline : public HttpHandler {
 public:
  void handle(HttpRequest, Respond respond) override { respond(answer()); }
};

class Batched : public HttpHandler {
 public:
  Batched() : writer_([this] { run(); }) {}
  ~Batched() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    filled_.notify_one();
    writer_.join();
  }
  void handle(HttpRequest, Respond respond) override {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = queue_.empty();
      queue_.push_back(std::move(respond));
    }
    if (first) filled_.notify_one();
  }
  double mean_batch() const {
    return batches_ == 0 ? 0 : static_cast<double>(answers_) / static_cast<double>(batches_);
  }

 private:
  void run() {
    std::vector<Respond> batch;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return stop_ || !queue_.empty(); });
        if (stop_) return;
        std::swap(batch, queue_);
      }
      for (auto& respond : batch) respond(answer());
      answers_ += batch.size();
      ++batches_;
      batch.clear();
    }
  }
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<Respond> queue_;
  bool stop_ = false;
  std::uint64_t answers_ = 0;
  std::uint64_t batches_ = 0;
  std::thread writer_;
};

class Caller : public LoadCaller {
 public:
  Caller() {
    prepare_request(bytes_, "POST", "/v1/payments",
                    {{"Content-Type", "application/json"},
                     {"Authorization", "Bearer 0123456789abcdef0123456789abcdef"},
                     {"Idempotency-Key", "7f0c5bb0-6f4e-4e2b-9a57-0d2f8a3f1c11"}},
                    std::string(400, 'x'));
  }
  bool next_request(unsigned, LoadRequest& request) override {
    request.bytes.append(bytes_);
    return true;
  }

 private:
  std::string bytes_;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

bool run(const char* name, HttpHandler& handler, unsigned server_threads, LoadOptions load) {
  auto server = HttpServer::start({.threads = server_threads}, handler);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return false;
  }
  load.port = (*server)->port();
  Caller caller;
  const auto cpu_before = cpu_seconds();
  const auto report = run_load(load, caller);
  const auto cpu = cpu_seconds() - cpu_before;
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().message.c_str());
    return false;
  }
  const auto& h = report->latency_us;
  const auto micros_each = [&](double seconds) { return 1e6 * seconds / static_cast<double>(report->sent); };
  std::printf(
      "%-8s %8.0f requests/s  p50 %6llu us  p99 %6llu us  p99.9 %6llu us  max %7llu us  "
      "CPU a request: server %.1f us, client %.1f us  %s\n",
      name, report->answers_per_s(), static_cast<unsigned long long>(h.percentile(50'000)),
      static_cast<unsigned long long>(h.percentile(99'000)),
      static_cast<unsigned long long>(h.percentile(99'900)), static_cast<unsigned long long>(h.max()),
      micros_each(cpu - report->cpu_seconds), micros_each(report->cpu_seconds),
      report->ok() ? "ok" : "FAILED");
  return report->ok() && report->status_count(201, 202) == report->answers;
}

}  // namespace

int main(int argc, char** argv) {
  LoadOptions load;
  load.warm_up = std::chrono::seconds(1);
  std::uint32_t seconds = 5;
  std::uint32_t connections = 64;
  std::uint32_t server_threads = 1;
  std::uint32_t load_threads = 1;
  std::uint32_t rate_per_s = 0;
  bench::Options("The HTTP server alone: answers that cost nothing")
      .count("seconds", seconds, "Of each of the two rounds")
      .count("connections", connections, "Of the load")
      .count("server-threads", server_threads, "Of the server")
      .count("load-threads", load_threads, "Of the load")
      .number("rate", rate_per_s, "Requests a second; 0: as many as go")
      .parse(argc, argv);
  load.duration = std::chrono::seconds(seconds);
  load.connections = connections;
  load.threads = load_threads;
  load.rate_per_s = rate_per_s;
  bool good = true;
  {
    Inline handler;
    good = run("inline", handler, server_threads, load) && good;
  }
  {
    Batched handler;
    good = run("batched", handler, server_threads, load) && good;
    std::printf("mean batch %.1f\n", handler.mean_batch());
  }
  return good ? 0 : 1;
}
