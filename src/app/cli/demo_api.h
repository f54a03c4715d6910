// DemoApi: JSON in and out of a running server with one key, for the demonstration's own requests. Every POST
// names its idempotency key, so that what was done by an earlier start isn't done again.
//
// Threads: one owner; calls block.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "app/cli/api_client.h"

namespace wonjang {

class DemoApi {
 public:
  DemoApi(ServerAddress server, std::string key) : client_(std::move(server), std::move(key)) {}

  // Errors: those of the connection; what the server refuses, in its words and with the path.
  Result<boost::json::object> get(const std::string& target);
  Result<boost::json::object> post(const std::string& target, const std::string& key,
                                   const std::string& body);
  // The answer as it is, refusals included.
  Result<ApiResponse> send(const std::string& target, const std::string& key, const std::string& body,
                           std::string_view content_type = "application/json");

 private:
  ApiClient client_;
};

}  // namespace wonjang
