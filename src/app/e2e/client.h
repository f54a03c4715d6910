// Client: one blocking keep-alive connection. A request is sent once; whether to send it again is the test's
// business. Threads: one owner.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/load/response_reader.h"

namespace wonjang::e2e {

struct Reply {
  int status = 0;
  std::string body;
  bool replayed = false;
  std::string position;  // Ledger-Position; empty: it has none

  boost::json::object json() const;               // empty if it is none
  std::string text(std::string_view name) const;  // a member of it
  std::string code() const { return text("code"); }
};

class Client {
 public:
  Client(std::uint16_t port, std::string api_key) : port_(port), api_key_(std::move(api_key)) {}
  ~Client() { close(); }
  Client(Client&& from) noexcept
      : port_(from.port_), api_key_(std::move(from.api_key_)), fd_(std::exchange(from.fd_, -1)) {}
  Client& operator=(Client&&) = delete;

  // Nothing: no connection, or no whole answer within 20 s.
  std::optional<Reply> get(std::string_view target);
  std::optional<Reply> post(std::string_view target, std::string_view idempotency_key, std::string_view body,
                            std::string_view content_type = "application/json");

  // POST /v1/ingest. One result per line in order; fewer when the connection broke on the way.
  std::vector<boost::json::object> ingest(std::string_view lines);

 private:
  bool connect();
  void close();
  bool send(std::string_view bytes) const;
  std::optional<Reply> exchange(const std::string& request);
  std::string request(std::string_view method, std::string_view target, std::string_view key,
                      std::string_view content_type, std::size_t body_size) const;

  const std::uint16_t port_;
  std::string api_key_;
  int fd_ = -1;
  ResponseReader reader_;
};

}  // namespace wonjang::e2e
