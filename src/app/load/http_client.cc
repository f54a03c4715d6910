#include "app/load/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <thread>

namespace wonjang {
namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
constexpr std::chrono::milliseconds kReconnectAfter{10};
constexpr std::chrono::milliseconds kScanEvery{50};

struct Due {
  Time at;
  LoadRequest request;
};

struct Connection {
  enum class State : std::uint8_t { down, connecting, idle, busy };
  int fd = -1;
  State state = State::down;
  bool wants_out = false;  // registered for EPOLLOUT
  Time since;              // busy: sent; down: may connect again
  Time due;
  LoadRequest request;
  std::size_t sent = 0;
  ResponseReader reader;
};

// One thread's connections and its share of the schedule.
class Driver {
 public:
  Driver(const LoadOptions& options, LoadCaller& caller, unsigned thread, Time start)
      : options_(options), caller_(caller), thread_(thread), start_(start) {
    const auto n = options.threads;
    connections_.resize(options.connections / n + (thread < options.connections % n ? 1 : 0));
    measured_from_ = start + options.warm_up;
    end_ = measured_from_ + options.duration;
    outstanding_max_ = std::max<std::uint64_t>(1, options.outstanding_max / n);
    requests_left_ = options.requests_max == 0
                         ? UINT64_MAX
                         : options.requests_max / n + (thread < options.requests_max % n ? 1 : 0);
  }
  ~Driver() {
    for (auto& c : connections_) {
      if (c.fd >= 0) ::close(c.fd);
    }
    if (epoll_ >= 0) ::close(epoll_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  bool connect_all();
  void run();
  void stop_at(Time now) { end_ = std::min(end_, now); }
  LoadReport report;

 private:
  Time due_at(std::uint64_t i) const {
    // Threads take turns: thread t has the due times t, t + threads, t + 2 * threads ...
    const auto number = i * options_.threads + thread_;
    return start_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                        static_cast<double>(number) * 1e9 / static_cast<double>(options_.rate_per_s)));
  }
  bool open_loop() const { return options_.rate_per_s > 0; }
  bool fetch(LoadRequest& request);
  void take_due(Time now);
  void serve_free(Time now);
  void send(Connection& c, Time due, Time now);
  void write(Connection& c);
  void read(Connection& c);
  void answered(Connection& c);
  bool connect(Connection& c, Time now);
  void connected(Connection& c);
  void lose(Connection& c, Time now);
  void down(Connection& c, Time now);
  void interest(Connection& c, bool out);
  void scan(Time now);
  void wait(Time now);
  bool finished(Time now) const;
  void free(Connection& c) {
    c.state = Connection::State::idle;
    free_.push_back(&c);
  }

  const LoadOptions& options_;
  LoadCaller& caller_;
  const unsigned thread_;
  const Time start_;
  Time measured_from_;
  Time end_;
  Time next_scan_;
  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::vector<Connection*> free_;
  std::deque<Due> backlog_;  // open loop: due, no connection free
  std::uint64_t busy_ = 0;
  std::uint64_t down_ = 0;
  std::uint64_t scheduled_ = 0;
  std::uint64_t outstanding_max_ = 0;
  std::uint64_t requests_left_ = 0;
  std::array<char, 64 * 1024> read_buffer_{};
};

bool Driver::connect(Connection& c, Time now) {
  c.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd < 0) return false;
  const int one = 1;
  ::setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(options_.port);
  ::inet_pton(AF_INET, options_.address.c_str(), &to.sin_addr);
  const int failed = ::connect(c.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  if (failed != 0 && errno != EINPROGRESS) {
    ::close(c.fd);
    c.fd = -1;
    c.since = now + kReconnectAfter;
    return false;
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &c;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event);
  c.wants_out = true;
  c.reader.reset();
  c.state = Connection::State::connecting;
  c.since = now;
  return true;
}

// Called until the socket says it is connected or not.
void Driver::connected(Connection& c) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return down(c, Clock::now());
  interest(c, false);
  free(c);
}

bool Driver::connect_all() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return false;
  free_.reserve(connections_.size());
  const auto give_up = Clock::now() + std::chrono::seconds(5);
  for (auto& c : connections_) {
    if (!connect(c, Clock::now())) ++down_;
  }
  const auto is_connecting = [](const Connection& c) { return c.state == Connection::State::connecting; };
  while (Clock::now() < give_up && std::any_of(connections_.begin(), connections_.end(), is_connecting)) {
    wait(Clock::now());
  }
  return !free_.empty();
}

void Driver::interest(Connection& c, bool out) {
  if (c.wants_out == out) return;
  c.wants_out = out;
  epoll_event event{};
  event.events = out ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &c;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &event);
}

bool Driver::fetch(LoadRequest& request) {
  if (requests_left_ == 0) return false;
  request.bytes.clear();
  if (!caller_.next_request(thread_, request)) {
    requests_left_ = 0;
    return false;
  }
  --requests_left_;
  return true;
}

// Open loop: what became due goes to a free connection or waits for one, and is dropped past the bound.
void Driver::take_due(Time now) {
  while (requests_left_ > 0) {
    const auto due = due_at(scheduled_);
    if (due > now || due >= end_) return;
    ++scheduled_;
    if (busy_ + backlog_.size() >= outstanding_max_) {
      ++report.dropped;
      --requests_left_;
      continue;
    }
    if (!free_.empty() && backlog_.empty()) {
      auto& c = *free_.back();
      if (!fetch(c.request)) return;
      free_.pop_back();
      send(c, due, now);
      continue;
    }
    Due waiting{due, {}};
    if (!fetch(waiting.request)) return;
    backlog_.push_back(std::move(waiting));
  }
}

void Driver::serve_free(Time now) {
  while (!free_.empty()) {
    auto& c = *free_.back();
    if (open_loop()) {
      if (backlog_.empty()) return;
      c.request = std::move(backlog_.front().request);
      const auto due = backlog_.front().at;
      backlog_.pop_front();
      free_.pop_back();
      send(c, due, now);
    } else {
      if (now >= end_ || !fetch(c.request)) return;
      free_.pop_back();
      send(c, now, now);
    }
  }
}

void Driver::send(Connection& c, Time due, Time now) {
  c.state = Connection::State::busy;
  c.due = due;
  c.since = now;
  c.sent = 0;
  c.reader.expect(c.request.bytes.starts_with("HEAD "));
  ++busy_;
  ++report.sent;
  write(c);
}

void Driver::write(Connection& c) {
  while (c.sent < c.request.bytes.size()) {
    const auto n =
        ::send(c.fd, c.request.bytes.data() + c.sent, c.request.bytes.size() - c.sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return interest(c, true);
    if (n < 0) return lose(c, Clock::now());
    c.sent += static_cast<std::size_t>(n);
  }
  interest(c, false);
}

void Driver::read(Connection& c) {
  const auto n = ::recv(c.fd, read_buffer_.data(), read_buffer_.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const bool busy = c.state == Connection::State::busy;
  auto state = ResponseReader::State::broken;
  if (n > 0 && busy) state = c.reader.feed({read_buffer_.data(), static_cast<std::size_t>(n)});
  if (n == 0 && busy) state = c.reader.end();
  if (state == ResponseReader::State::more) return;
  if (state == ResponseReader::State::complete) return answered(c);
  if (busy) return lose(c, Clock::now());
  // Closed while idle: nothing was lost.
  std::erase(free_, &c);
  down(c, Clock::now());
}

void Driver::answered(Connection& c) {
  const auto now = Clock::now();
  const bool warm_up = c.due < measured_from_;
  const auto latency = std::chrono::duration_cast<std::chrono::microseconds>(now - c.due).count();
  const auto latency_us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, latency));
  if (!warm_up) {
    ++report.answers;
    ++report.by_status[static_cast<std::size_t>(c.reader.status())];
    report.latency_us.add(latency_us);
  }
  caller_.on_answer(thread_, {c.request.tag, latency_us, warm_up, c.reader});
  --busy_;
  const bool keep = c.reader.keep_alive();
  if (!keep || c.reader.next() != ResponseReader::State::more) return down(c, now);
  free(c);
  // At once, not after the whole batch of events: the server gets its next request sooner.
  if (open_loop() || now < end_) serve_free(now);
}

void Driver::lose(Connection& c, Time now) {
  ++report.lost;
  --busy_;
  caller_.on_lost(thread_, c.request.tag);
  down(c, now);
}

void Driver::down(Connection& c, Time now) {
  if (c.fd >= 0) ::close(c.fd);
  c.fd = -1;
  c.state = Connection::State::down;
  c.since = now;
  ++down_;
  next_scan_ = now;
}

void Driver::scan(Time now) {
  next_scan_ = now + kScanEvery;
  for (auto& c : connections_) {
    if (c.state == Connection::State::busy && now - c.since > options_.answer_timeout) lose(c, now);
    if (c.state != Connection::State::down) continue;
    if (now >= c.since && connect(c, now)) {
      --down_;
      ++report.reconnects;
    } else {
      next_scan_ = std::min(next_scan_, c.since);
    }
  }
}

void Driver::wait(Time now) {
  auto until = next_scan_;
  if (open_loop() && requests_left_ > 0 && due_at(scheduled_) < end_)
    until = std::min(until, due_at(scheduled_));
  if (now < end_) until = std::min(until, end_);
  const auto ns = std::max<std::int64_t>(0, std::chrono::nanoseconds(until - now).count());
  const timespec timeout{ns / 1'000'000'000, ns % 1'000'000'000};
  std::array<epoll_event, 128> events;
  const int n = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  for (int i = 0; i < n; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    auto& c = *static_cast<Connection*>(event.data.ptr);
    if (c.fd < 0) continue;
    if (c.state == Connection::State::connecting) {
      connected(c);
      continue;
    }
    if ((event.events & EPOLLOUT) != 0U && c.state == Connection::State::busy) write(c);
    if (c.fd >= 0 && (event.events & ~EPOLLOUT) != 0U) read(c);
  }
}

bool Driver::finished(Time now) const {
  if (busy_ > 0 || !backlog_.empty()) return now >= end_ + options_.answer_timeout;
  if (requests_left_ == 0) return true;
  // On a busy machine the last ones become due while this thread isn't running; they count like any other.
  if (open_loop()) return due_at(scheduled_) >= end_;
  return now >= end_;
}

void Driver::run() {
  ::prctl(PR_SET_TIMERSLACK, 1000UL);  // ns; the default of 50 us would be in every latency
  std::this_thread::sleep_until(start_);
  auto now = Clock::now();
  for (; !finished(now); now = Clock::now()) {
    if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) stop_at(now);
    if (now >= next_scan_) scan(now);
    if (open_loop()) take_due(now);
    serve_free(now);
    wait(Clock::now());
  }
  report.dropped += backlog_.size();
  for (auto& c : connections_) {
    if (c.state == Connection::State::busy) lose(c, now);
  }
  // A run that ended early measured less time.
  const auto stopped = std::min(now, end_);
  report.seconds =
      stopped > measured_from_ ? std::chrono::duration<double>(stopped - measured_from_).count() : 0;
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto seconds_of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  report.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

void merge(LoadReport& into, const LoadReport& from) {
  into.sent += from.sent;
  into.lost += from.lost;
  into.dropped += from.dropped;
  into.reconnects += from.reconnects;
  into.answers += from.answers;
  for (std::size_t i = 0; i < into.by_status.size(); ++i) into.by_status[i] += from.by_status[i];
  into.latency_us.merge(from.latency_us);
  into.seconds = std::max(into.seconds, from.seconds);
  into.cpu_seconds += from.cpu_seconds;
}

}  // namespace

std::uint64_t LoadReport::status_count(int from, int to) const {
  std::uint64_t out = 0;
  for (int i = from; i < to; ++i) out += by_status[static_cast<std::size_t>(i)];
  return out;
}

Result<LoadReport> run_load(const LoadOptions& options, LoadCaller& caller) {
  in_addr address{};
  if (::inet_pton(AF_INET, options.address.c_str(), &address) != 1) return invalid("not an IPv4 address");
  if (options.threads == 0 || options.connections < options.threads) {
    return invalid("the load needs a thread, and a connection for each thread");
  }
  // Connections are made before the clock starts.
  const auto start = Clock::now() + std::chrono::milliseconds(20 + options.connections / 5);
  std::vector<std::unique_ptr<Driver>> drivers;
  for (unsigned i = 0; i < options.threads; ++i) {
    drivers.push_back(std::make_unique<Driver>(options, caller, i, start));
    if (!drivers.back()->connect_all()) {
      return unavailable("no connection to " + options.address + ":" + std::to_string(options.port));
    }
  }
  std::vector<std::thread> threads;
  for (auto& driver : drivers) threads.emplace_back([&d = *driver] { d.run(); });
  for (auto& thread : threads) thread.join();
  LoadReport out;
  for (auto& driver : drivers) merge(out, driver->report);
  return out;
}

void prepare_request(std::string& out, std::string_view method, std::string_view target,
                     const std::vector<std::pair<std::string_view, std::string_view>>& headers,
                     std::string_view body) {
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: wonjang\r\n");
  for (const auto& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  out.append("\r\n").append(body);
}

}  // namespace wonjang
