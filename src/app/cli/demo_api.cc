#include "app/cli/demo_api.h"

#include <chrono>
#include <thread>

#include "app/cli/money_client.h"

namespace wonjang {

namespace json = boost::json;

namespace {

constexpr auto kJobPatience = std::chrono::minutes(2);
constexpr auto kJobLook = std::chrono::milliseconds(50);

bool is_job_under_way(const ApiResponse& response) {
  return response.status == 409 && response.body.find("\"JOB_UNDER_WAY\"") != std::string::npos;
}

Result<json::object> object_of(const std::string& target, const ApiResponse& response) {
  if (response.status < 300) return parse_object(response.body);
  auto error = problem_error(response);
  error.message = target + ": " + error.message;
  return error;
}

}  // namespace

Result<json::object> DemoApi::get(const std::string& target) {
  WJ_TRY(const auto response, client_.get(target));
  return object_of(target, response);
}

Result<json::object> DemoApi::post(const std::string& target, const std::string& key,
                                   const std::string& body) {
  WJ_TRY(const auto response, send(target, key, body));
  return object_of(target, response);
}

Result<ApiResponse> DemoApi::send(const std::string& target, const std::string& key, const std::string& body,
                                  std::string_view content_type) {
  // What an earlier demo was cut off in goes on when the server starts: its end is waited for.
  const auto until = std::chrono::steady_clock::now() + kJobPatience;
  for (;;) {
    auto response = client_.post(target, key, body, content_type);
    if (!response || !is_job_under_way(*response) || std::chrono::steady_clock::now() > until)
      return response;
    std::this_thread::sleep_for(kJobLook);
  }
}

}  // namespace wonjang
