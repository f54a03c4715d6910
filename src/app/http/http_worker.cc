#include "app/http/http_worker.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "app/http/http_connection.h"
#include "app/http/response_head.h"
#include "app/thread_name.h"

namespace wonjang {
namespace {

namespace asio = boost::asio;

thread_local HttpWorker* current_worker = nullptr;

std::uint64_t key_of(std::uint32_t slot, std::uint32_t generation) {
  return static_cast<std::uint64_t>(slot) << 32U | generation;
}

std::chrono::milliseconds tick_of(const HttpServerOptions& options) {
  const auto shortest = std::min({options.idle_timeout, options.read_timeout, options.write_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(1000));
}

}  // namespace

HttpWorker::HttpWorker(HttpShared& shared)
    : shared_(shared),
      work_(asio::make_work_guard(context_)),
      timer_(context_),
      tick_every_(tick_of(shared.options)),
      mailbox_(
          std::make_shared<HttpMailbox>(*this, [this] { asio::post(context_, [this] { read_mail(); }); })) {
  tick();
}

HttpWorker::~HttpWorker() { join(); }

HttpWorker* HttpWorker::current() { return current_worker; }

void HttpWorker::start() {
  thread_ = std::thread([this] {
    name_this_thread("http");
    current_worker = this;
    context_.run();
    current_worker = nullptr;
  });
}

void HttpWorker::join() {
  if (thread_.joinable()) thread_.join();
  mailbox_->close();
}

void HttpWorker::post_adopt(asio::ip::tcp::socket socket, bool refused) {
  asio::post(context_, [this, refused, s = std::move(socket)]() mutable { adopt(std::move(s), refused); });
}

void HttpWorker::post_drain() {
  asio::post(context_, [this] { for_each([](HttpConnection& c) { c.drain(); }); });
}

void HttpWorker::post_stop() {
  asio::post(context_, [this] {
    stopping_ = true;
    timer_.cancel();
    for_each([](HttpConnection& c) { c.close_now(); });
    work_.reset();
  });
}

void HttpWorker::adopt(asio::ip::tcp::socket socket, bool refused) {
  if (stopping_) {
    (refused ? shared_.refusals_open : shared_.connections_open).fetch_sub(1);
    return;
  }
  HttpCounters::add(refused ? counters_.refused : counters_.connections, 1);
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(connections_.size());
    connections_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  auto& entry = connections_[slot];
  entry.connection =
      std::make_shared<HttpConnection>(*this, std::move(socket), key_of(slot, entry.generation), refused);
  const auto connection = entry.connection;
  connection->start();
  if (shared_.draining.load(std::memory_order_relaxed)) connection->drain();
}

void HttpWorker::remove(std::uint64_t key, bool refused) {
  auto& entry = connections_[key >> 32U];
  entry.connection.reset();
  ++entry.generation;
  free_.push_back(static_cast<std::uint32_t>(key >> 32U));
  (refused ? shared_.refusals_open : shared_.connections_open).fetch_sub(1);
  if (shared_.draining.load(std::memory_order_relaxed)) {
    const MutexLock lock(shared_.closed_mutex);
    shared_.closed.notify_all();
  }
}

std::shared_ptr<HttpConnection> HttpWorker::find(std::uint64_t key) const {
  const auto slot = key >> 32U;
  if (slot >= connections_.size()) return nullptr;
  const auto& entry = connections_[slot];
  return entry.generation == static_cast<std::uint32_t>(key) ? entry.connection : nullptr;
}

template <typename F>
void HttpWorker::for_each(F f) {
  // By index: f may end connections.
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (const auto connection = connections_[i].connection) f(*connection);
  }
}

void HttpWorker::answer(ResponseSink::Ticket ticket, HttpResponse response) {
  const auto connection = find(ticket.connection);
  if (!connection) return;
  connection->complete(ticket.sequence, std::move(response));
  connection->pump();
}

void HttpWorker::answer_abandoned(ResponseSink::Ticket ticket) {
  const auto connection = find(ticket.connection);
  if (!connection) return;
  connection->abandon(ticket.sequence);
  connection->pump();
}

// All letters first, then one write per connection.
void HttpWorker::read_mail() {
  mailbox_->take(mail_);
  for (auto& mail : mail_) {
    auto connection = find(mail.ticket.connection);
    if (!connection) {
      refuse(mail);
      continue;
    }
    deliver(*connection, mail);
    touched_.push_back(std::move(connection));
  }
  for (const auto& connection : touched_) connection->pump();
  touched_.clear();
  mail_.clear();
}

void HttpWorker::deliver(HttpConnection& connection, Mail& mail) {
  if (auto* response = std::get_if<HttpResponse>(&mail.what)) {
    connection.complete(mail.ticket.sequence, std::move(*response));
  } else if (std::holds_alternative<Abandoned>(mail.what)) {
    connection.abandon(mail.ticket.sequence);
  } else if (!connection.stream_step(mail.ticket.sequence,
                                     *std::get<std::unique_ptr<StreamStep>>(mail.what))) {
    refuse(mail);
  }
}

void HttpWorker::arm_tick() {
  timer_.expires_after(tick_every_);
  timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec && !stopping_) tick();
  });
}

void HttpWorker::tick() {
  if (shared_.options.unix_seconds) {
    const auto seconds = shared_.options.unix_seconds();
    if (seconds != date_of_) date_ = http_date(seconds);
    date_of_ = seconds;
  }
  const auto now = Clock::now();
  for_each([now](HttpConnection& c) { c.check_time(now); });
  arm_tick();
}

}  // namespace wonjang
