// ApiClient: one blocking connection to a running server, for commands that ask a few things. Load goes
// through app/load/http_client.h.
//
// Plain HTTP to an IPv4 address or `localhost`: put a TLS proxy's client side, or the server's own machine,
// in between where there is more. A request is sent once more when the kept connection turns out to be
// closed; every POST carries an idempotency key, so that is harmless.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/load/response_reader.h"
#include "base/result.h"

namespace wonjang {

struct ServerAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
};
// "http://127.0.0.1:8080". Errors: invalid.
Result<ServerAddress> parse_server_url(std::string_view url);

// For a part of a path or a value of a query.
std::string percent_encoded(std::string_view text);

// The API key in a file, without white space. Errors: invalid (can't be read, others can read it, empty).
Result<std::string> read_key_file(const std::string& path);

struct ApiResponse {
  int status = 0;
  std::string body;
  bool replayed = false;
  std::string payouts_held = {};  // Payouts-Held of a payout file; empty: not said
  std::string position = {};      // Ledger-Position; empty: it has none
};

class ApiClient {
 public:
  ApiClient(ServerAddress server, std::string api_key);
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  // Errors: unavailable (no connection, no answer).
  Result<ApiResponse> get(std::string_view target);
  Result<ApiResponse> post(std::string_view target, std::string_view idempotency_key, std::string_view body,
                           std::string_view content_type = "application/json");
  Result<ApiResponse> put(std::string_view target);  // without a body

 private:
  using Headers = std::vector<std::pair<std::string_view, std::string_view>>;
  Result<ApiResponse> call(std::string_view method, std::string_view target, const Headers& headers,
                           std::string_view body);
  Result<void> connect();
  Result<ApiResponse> exchange(const std::string& bytes);
  void close();

  const ServerAddress server_;
  const std::string authorization_;
  int fd_ = -1;
  ResponseReader reader_;
};

// The problem document of an answer that isn't 2xx, as an error for people: "CODE: message (detail)", with
// every wrong field by its place, and what to do next where that isn't about HTTP.
Error problem_error(const ApiResponse& response);

// The text value of the first member `name` in a JSON text, as it stands there; empty if there is none. For
// ids and codes, which have no escapes.
std::string_view json_text_member(std::string_view json, std::string_view name);

}  // namespace wonjang
