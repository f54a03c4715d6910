// Traffic: payments, cancels and NDJSON bodies sent over several connections, every one under a key that is
// known afterwards, and what became of each. It goes on until the server doesn't answer any more; then
// whatever happened can be asked for: resend(), and expect_in_feed().
//
// Threads: one owner; start() runs a thread per connection, join() waits for them.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "app/e2e/server.h"
#include "base/rng.h"

namespace wonjang::e2e {

struct Sent {
  std::string key;
  std::string target;  // empty: a line of /v1/ingest
  std::string body;
  std::int64_t created = 0;  // what it adds to the feed when it was done
  std::int64_t canceled = 0;
  std::string answer;  // the bytes of the 201; of a line: paymentId and position. Empty: not acknowledged
  bool is_refused = false;  // 503: nothing was written
};

class Traffic {
 public:
  static constexpr std::size_t kConnections = 5;  // the last one ingests

  Traffic(Shop shop, std::uint64_t seed);
  ~Traffic() { join(); }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  void start(const Server& server);
  // Waits for so many more acknowledgements since start(); false if they don't come.
  bool wait_acknowledged(std::size_t count);
  void join();

  // One payment, for measuring; false if it wasn't acknowledged.
  bool probe(const Server& server);

  // Sends everything unacknowledged again, and of what was acknowledged about `sample` requests, which must
  // replay the same bytes. What was refused must not have happened. Afterwards all is acknowledged.
  void resend(const Server& server, std::size_t sample);

  // The feed has one payment.created for each key, each cancel once, nothing else, and the same sums of
  // money.
  void expect_in_feed(const std::vector<boost::json::object>& feed) const;

  std::size_t acknowledged() const;
  std::size_t refused() const;
  std::size_t unacknowledged() const;

 private:
  using Line = std::vector<Sent>;  // of a connection, in order

  void send_singles(std::size_t connection, Client client);
  void send_bodies(Client client);
  Sent next_create(std::size_t connection, Rng& rng);
  std::vector<Sent> next_lines(Rng& rng);
  bool take(Sent& sent, const std::optional<Reply>& reply);
  void take_results(std::vector<Sent*> lines, const std::vector<boost::json::object>& results,
                    bool expect_replay);
  void resend_singles(const Server& server, Line& line, std::size_t sample);
  void resend_lines(const Server& server, Line& line, std::size_t sample);
  void count(std::size_t more);

  const Shop shop_;
  Rng rng_;
  std::vector<Line> lines_;
  std::vector<std::thread> threads_;
  std::size_t orders_ = 0;  // under mutex_, like the count
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t acknowledged_ = 0;
};

}  // namespace wonjang::e2e
