#include "app/cli/demo_api.h"

#include "app/cli/money_client.h"

namespace wonjang {

namespace json = boost::json;

namespace {

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
  WJ_TRY(const auto response, client_.post(target, key, body));
  return object_of(target, response);
}

Result<ApiResponse> DemoApi::send(const std::string& target, const std::string& key, const std::string& body,
                                  std::string_view content_type) {
  return client_.post(target, key, body, content_type);
}

}  // namespace wonjang
