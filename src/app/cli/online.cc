#include "app/cli/online.h"

#include <cstdio>
#include <fstream>
#include <functional>

#include "adapters/openssl/crypto.h"
#include "app/cli/api_client.h"
#include "app/cli/exit.h"
#include "app/cli/json_table.h"

namespace wonjang {
namespace {

Result<ApiResponse> ask(const OnlineOptions& options,
                        const std::function<Result<ApiResponse>(ApiClient&)>& what) {
  WJ_TRY(const auto server, parse_server_url(options.url));
  WJ_TRY(const auto key, read_key_file(options.key_file));
  ApiClient client(server, key);
  WJ_TRY(auto response, what(client));
  if (response.status >= 300) return problem_error(response);
  return response;
}

// A command sent by hand is sent once; this is what makes its repeat after a lost answer harmless.
std::string fresh_key(const char* what) {
  std::string out = std::string("cli-") + what + "-";
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : random_bytes(16)) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4U]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15U]);
  }
  return out;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

int show(const OnlineOptions& options, const Result<ApiResponse>& response, std::string_view list,
         std::string_view next = {}, const std::vector<Column>& columns = {}) {
  if (!response) return fail(response.error(), next);
  if (options.output == "json") {
    std::printf("%s\n", response->body.c_str());
  } else if (options.output == "ndjson") {
    std::fputs(json_lines(response->body, list).c_str(), stdout);
  } else {
    const auto table =
        columns.empty() ? json_table(response->body, list) : json_table(response->body, list, columns);
    std::fputs(table.c_str(), stdout);
  }
  return kExitOk;
}

std::string url_encoded(const std::string& text) {
  std::string out;
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (plain) {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4U]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15U]);
  }
  return out;
}

}  // namespace

int run_payment_get(const OnlineOptions& options, const std::string& payment_id) {
  return show(options,
              ask(options, [&](ApiClient& c) { return c.get("/v1/payments/" + url_encoded(payment_id)); }),
              {});
}

int run_payment_of_order(const OnlineOptions& options, const std::string& order_id,
                         const std::string& merchant_id) {
  auto target = "/v1/payments?orderId=" + url_encoded(order_id);
  if (!merchant_id.empty()) target += "&merchantId=" + url_encoded(merchant_id);
  return show(options, ask(options, [&](ApiClient& c) { return c.get(target); }), {});
}

int run_payment_events(const OnlineOptions& options, const std::string& payment_id) {
  return show(options,
              ask(options,
                  [&](ApiClient& c) { return c.get("/v1/payments/" + url_encoded(payment_id) + "/events"); }),
              "events", {},
              {{"recorded", "recordedtime"},
               {"type", "type"},
               {"status", "data.status"},
               {"balance", "data.balanceAmount"},
               {"actor", "data.actor.kind"},
               {"reason", "data.reason"},
               {"event", "id"}});
}

int run_proof_payment(const OnlineOptions& options, const std::string& payment_id, const std::string& file) {
  const auto response =
      ask(options, [&](ApiClient& c) { return c.get("/v1/payments/" + url_encoded(payment_id) + "/proof"); });
  if (!response) return fail(response.error());
  if (file.empty() || file == "-") {
    std::fputs(response->body.c_str(), stdout);
    return kExitOk;
  }
  std::ofstream out(file, std::ios::binary);
  out << response->body;
  out.close();
  if (!out) return fail(unavailable("can't write " + file));
  std::fprintf(stderr, "wrote %s; check it with: wonjang-verify\n", file.c_str());
  return kExitOk;
}

int run_key_create(const OnlineOptions& options, const KeyCreateOptions& key) {
  std::string body = "{\"scopes\":[";
  for (const auto& scope : key.scopes) body += (body.back() == '[' ? "" : ",") + quoted(scope);
  body += "]";
  if (!key.merchant_id.empty()) body += ",\"merchantId\":" + quoted(key.merchant_id);
  if (!key.label.empty()) body += ",\"label\":" + quoted(key.label);
  body += "}";
  return show(options,
              ask(options, [&](ApiClient& c) { return c.post("/v1/api-keys", fresh_key("key"), body); }), {});
}

int run_key_list(const OnlineOptions& options) {
  return show(options, ask(options, [](ApiClient& c) { return c.get("/v1/api-keys"); }), "apiKeys");
}

int run_key_revoke(const OnlineOptions& options, const std::string& key_id) {
  return show(options,
              ask(options,
                  [&](ApiClient& c) {
                    return c.post("/v1/api-keys/" + url_encoded(key_id) + "/revoke", fresh_key("revoke"), "");
                  }),
              {});
}

}  // namespace wonjang
