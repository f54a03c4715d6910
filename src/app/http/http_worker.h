// One thread of the server: its event loop, its connections, its mailbox, and one coarse timer for all
// time-outs.
//
// Threads: post_*(), stats and the mailbox from any; everything else on the worker's own thread.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/http/http_mailbox.h"
#include "app/http/server.h"

namespace wonjang {

class HttpConnection;

// What all threads of one server share.
struct HttpShared {
  HttpServerOptions options;
  HttpHandler* handler = nullptr;
  std::optional<boost::asio::ssl::context> tls;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> refusals_open{0};  // being told 503; they take no place of others
  Mutex closed_mutex;
  CondVar closed;  // a connection ended while draining
};

// Written by one worker, read by stats().
struct alignas(64) HttpCounters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> protocol_errors{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
};

class HttpWorker {
 public:
  using Clock = std::chrono::steady_clock;

  explicit HttpWorker(HttpShared& shared);
  ~HttpWorker();
  HttpWorker(const HttpWorker&) = delete;
  HttpWorker& operator=(const HttpWorker&) = delete;

  static HttpWorker* current();  // the calling thread's worker, or null

  boost::asio::io_context& context() { return context_; }
  void start();  // the thread
  void post_adopt(boost::asio::ip::tcp::socket socket, bool refused);
  void post_drain();
  void post_stop();
  void join();

  void answer(ResponseSink::Ticket ticket, HttpResponse response);
  void answer_abandoned(ResponseSink::Ticket ticket);

  HttpShared& shared() { return shared_; }
  HttpCounters& counters() { return counters_; }
  const std::shared_ptr<HttpMailbox>& mailbox() { return mailbox_; }
  std::string_view date() const { return date_; }
  void remove(std::uint64_t key, bool refused);

 private:
  struct Entry {
    std::uint32_t generation = 0;
    std::shared_ptr<HttpConnection> connection;
  };
  void adopt(boost::asio::ip::tcp::socket socket, bool refused);
  std::shared_ptr<HttpConnection> find(std::uint64_t key) const;
  void read_mail();
  void deliver(HttpConnection& connection, Mail& mail);
  void arm_tick();
  void tick();
  template <typename F>
  void for_each(F f);

  HttpShared& shared_;
  HttpCounters counters_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds tick_every_;
  bool stopping_ = false;
  std::string date_;
  std::int64_t date_of_ = 0;
  std::shared_ptr<HttpMailbox> mailbox_;
  std::vector<Mail> mail_;  // being read; kept for its capacity
  std::vector<std::shared_ptr<HttpConnection>> touched_;
  std::vector<Entry> connections_;
  std::vector<std::uint32_t> free_;
  std::thread thread_;
};

}  // namespace wonjang
