// What the commands of the money side share: one connection, JSON in and out, and tables for people.
//
// Threads: blocks.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/api_client.h"
#include "app/cli/json_table.h"
#include "app/cli/online.h"
#include "app/cli/views.h"

namespace wonjang {

class MoneyClient {
 public:
  // Errors: invalid (address, key file).
  static Result<MoneyClient> open(const OnlineOptions& options);

  // Errors: those of the connection; what the server refused, in its words.
  Result<boost::json::object> get(const std::string& target);
  Result<ApiResponse> get_file(const std::string& target);
  // Every POST has a key of its own.
  Result<ApiResponse> post(const std::string& target, const std::string& body,
                           std::string_view content_type = "application/json");
  // With this key: the same again hears the same.
  Result<ApiResponse> post_as(const std::string& key, const std::string& target, const std::string& body,
                              std::string_view content_type = "application/json");
  Result<boost::json::object> post_json(const std::string& target, const boost::json::object& body);

 private:
  explicit MoneyClient(std::unique_ptr<ApiClient> client) : client_(std::move(client)) {}
  std::unique_ptr<ApiClient> client_;
};

std::string new_key();

// "?name=value&..." of those that have a value; empty when none has.
std::string query_of(const QueryFlags& flags);

Result<boost::json::object> parse_object(const std::string& text);
Result<std::string> read_text_of(const std::string& path);

// `list` empty: one thing. json, ndjson, or a table (with these columns, if any).
void print_money(const OnlineOptions& options, const boost::json::object& answer, std::string_view list,
                 const std::vector<Column>& columns = {});
// Prints it, or says why not.
int shown(const OnlineOptions& options, const Result<boost::json::object>& answer, std::string_view list,
          const std::vector<Column>& columns = {});

std::string text_in(const boost::json::object& object, std::string_view name);

}  // namespace wonjang
