#include "app/cli/money_client.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "adapters/openssl/crypto.h"
#include "app/cli/exit.h"
#include "base/bytes.h"

namespace wonjang {

namespace json = boost::json;

Result<MoneyClient> MoneyClient::open(const OnlineOptions& options) {
  WJ_TRY(const auto server, parse_server_url(options.url));
  WJ_TRY(const auto key, read_key_file(options.key_file));
  return MoneyClient(std::make_unique<ApiClient>(server, key));
}

Result<json::object> MoneyClient::get(const std::string& target) {
  WJ_TRY(const auto response, client_->get(target));
  if (response.status >= 300) return problem_error(response);
  return parse_object(response.body);
}

Result<ApiResponse> MoneyClient::get_file(const std::string& target) {
  WJ_TRY(auto response, client_->get(target));
  if (response.status >= 300) return problem_error(response);
  return response;
}

Result<ApiResponse> MoneyClient::post(const std::string& target, const std::string& body,
                                      std::string_view content_type) {
  return post_as(new_key(), target, body, content_type);
}

Result<ApiResponse> MoneyClient::post_as(const std::string& key, const std::string& target,
                                         const std::string& body, std::string_view content_type) {
  WJ_TRY(auto response, client_->post(target, key, body, content_type));
  if (response.status >= 300) return problem_error(response);
  return response;
}

Result<json::object> MoneyClient::post_json(const std::string& target, const json::object& body) {
  WJ_TRY(const auto response, post(target, json::serialize(body)));
  return parse_object(response.body);
}

std::string new_key() { return "cli-" + to_hex(random_bytes(16)); }

std::string query_of(const QueryFlags& flags) {
  std::string out;
  for (const auto& [name, value] : flags) {
    if (!value.empty())
      out.append(out.empty() ? "?" : "&").append(name).append("=").append(percent_encoded(value));
  }
  return out;
}

Result<json::object> parse_object(const std::string& text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object()) return invalid("that is no JSON object");
  return std::move(value.as_object());
}

Result<std::string> read_text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return invalid(path + " can't be read: is it there?");
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

void print_money(const OnlineOptions& options, const json::object& answer, std::string_view list,
                 const std::vector<Column>& columns) {
  const auto text = json::serialize(answer);
  if (options.output == "json") {
    std::printf("%s\n", text.c_str());
  } else if (options.output == "ndjson") {
    std::fputs(json_lines(text, list).c_str(), stdout);
  } else {
    print_table(text, list, columns);
  }
}

int shown(const OnlineOptions& options, const Result<json::object>& answer, std::string_view list,
          const std::vector<Column>& columns) {
  if (!answer) return fail(answer.error());
  print_money(options, *answer, list, columns);
  return kExitOk;
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

}  // namespace wonjang
