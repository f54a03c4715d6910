#include "app/cli/online.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>

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

// A whole list, page after page, as one answer. `filter`: more of the query, "&types=...".
Result<ApiResponse> ask_list(const OnlineOptions& options, const std::string& path, const std::string& list,
                             const std::string& filter = {}) {
  return ask(options, [&](ApiClient& client) -> Result<ApiResponse> {
    ApiResponse out{200, "{\"" + list + "\":[", false};
    const std::string page_of = path + "?limit=" + std::to_string(options.page_rows) + filter;
    std::string target = page_of;
    for (bool more = true; more;) {
      WJ_TRY(auto page, client.get(target));
      if (page.status >= 300) return page;
      const auto from = page.body.find('[') + 1;
      const auto to = page.body.rfind("],\"hasMore\":");
      if (from == 0 || to == std::string::npos)
        return unavailable("the server answered something that is no list");
      if (out.body.back() != '[' && to > from) out.body.push_back(',');
      out.body.append(page.body, from, to - from);
      more = page.body.compare(to, 16, "],\"hasMore\":true") == 0;
      const auto cursor = page.body.rfind("\"nextCursor\":\"");
      if (more)
        target = page_of + "&after=" + std::string(json_text_member(page.body.substr(cursor), "nextCursor"));
    }
    out.body.append("]}");
    return out;
  });
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
    std::printf("%s%s", response->body.c_str(), response->body.ends_with('\n') ? "" : "\n");
  } else if (options.output == "ndjson") {
    std::fputs(json_lines(response->body, list).c_str(), stdout);
  } else {
    print_table(response->body, list, columns);
  }
  return kExitOk;
}

}  // namespace

int run_payment_get(const OnlineOptions& options, const std::string& payment_id) {
  return show(
      options,
      ask(options, [&](ApiClient& c) { return c.get("/v1/payments/" + percent_encoded(payment_id)); }), {});
}

int run_payment_of_order(const OnlineOptions& options, const std::string& order_id,
                         const std::string& merchant_id) {
  auto target = "/v1/payments?orderId=" + percent_encoded(order_id);
  if (!merchant_id.empty()) target += "&merchantId=" + percent_encoded(merchant_id);
  return show(options, ask(options, [&](ApiClient& c) { return c.get(target); }), {});
}

int run_payment_events(const OnlineOptions& options, const std::string& payment_id,
                       const std::string& types) {
  const auto filter = types.empty() ? std::string() : "&types=" + percent_encoded(types);
  return show(options,
              ask_list(options, "/v1/payments/" + percent_encoded(payment_id) + "/events", "events", filter),
              "events", {},
              {{"recorded", "recordedtime"},
               {"type", "type"},
               {"status", "data.status"},
               {"balance", "data.balanceAmount"},
               {"actor", "data.actor.kind"},
               {"code", "data.code"},
               {"reason", "data.reason"},
               {"event", "id"}});
}

namespace {

std::string resolution_body(const ResolutionOptions& resolution, std::uint64_t version) {
  std::string body = resolution.approval_id.empty() ? "{\"cancelId\":" + quoted(resolution.cancel_id)
                                                    : "{\"approvalId\":" + quoted(resolution.approval_id);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) body += ",\"" + std::string(name) + "\":" + quoted(value);
  };
  add("outcome", resolution.outcome);
  add("reason", resolution.reason);
  add("evidence", resolution.evidence);
  body += ",\"expectedVersion\":" + std::to_string(version);
  add("approveNo", resolution.approve_no);
  add("transactionKey", resolution.transaction_key);
  add("failureCode", resolution.failure_code);
  add("at", resolution.at);
  return body + "}";
}

// `"version":N` of a payment as the API shows it.
std::optional<std::uint64_t> version_in(const std::string& payment) {
  constexpr std::string_view kName = "\"version\":";
  const auto at = payment.find(kName);
  if (at == std::string::npos) return std::nullopt;
  return std::strtoull(payment.c_str() + at + kName.size(), nullptr, 10);
}

}  // namespace

int run_settle_outcome(const OnlineOptions& options, const ResolutionOptions& resolution) {
  if (resolution.approval_id.empty() == resolution.cancel_id.empty())
    return fail(invalid("say which one you settle: --approval apr_... or --cancel cnl_..."));
  const auto path = "/v1/payments/" + percent_encoded(resolution.payment_id);
  const auto payment = ask(options, [&](ApiClient& c) { return c.get(path); });
  if (!payment) return fail(payment.error());
  const auto version = version_in(payment->body);
  if (!version) return fail(unavailable("the server answered something that is no payment"));
  if (resolution.expected_version && *resolution.expected_version != *version) {
    return fail(conflict("the payment has version " + std::to_string(*version) + ", not " +
                         std::to_string(*resolution.expected_version) +
                         ": something happened since you looked. Look again, then decide"));
  }
  const auto& subject = resolution.approval_id.empty() ? resolution.cancel_id : resolution.approval_id;
  if (payment->body.find(quoted(subject)) == std::string::npos)
    return fail(not_found("payment " + resolution.payment_id + " has no " + subject));
  const auto body = resolution_body(resolution, *version);
  if (resolution.dry_run || !resolution.expected_version) {
    std::printf("%s\n",
                options.output == "table" ? json_table(payment->body, {}).c_str() : payment->body.c_str());
    std::printf("would send: POST %s/resolutions %s\n", path.c_str(), body.c_str());
    if (!resolution.dry_run)
      return fail(invalid("nothing was sent: look at the payment above, then say --expected-version " +
                          std::to_string(*version)));
    return kExitOk;
  }
  return show(
      options,
      ask(options, [&](ApiClient& c) { return c.post(path + "/resolutions", fresh_key("settle"), body); }),
      {});
}

int run_in_doubt(const OnlineOptions& options, bool waiting_for_person) {
  const std::string filter = waiting_for_person ? "&waiting=person" : "&waiting=resolver";
  return show(options, ask_list(options, "/v1/in-doubt", "payments", filter), "payments", {},
              {{"since", "inDoubtSince"},
               {"payment", "payment.id"},
               {"order", "payment.orderId"},
               {"status", "payment.status"},
               {"amount", "payment.totalAmount"},
               {"version", "payment.version"}});
}

int run_online_backup(const OnlineOptions& options, const std::string& name) {
  return show(options,
              ask(options, [&](ApiClient& c) { return c.put("/v1/admin/backups/" + percent_encoded(name)); }),
              "books");
}

int run_proof_payment(const OnlineOptions& options, const std::string& payment_id, const std::string& file) {
  const auto response = ask(
      options, [&](ApiClient& c) { return c.get("/v1/payments/" + percent_encoded(payment_id) + "/proof"); });
  if (!response) return fail(response.error());
  if (file.empty() || file == "-") {
    std::fputs(response->body.c_str(), stdout);
    return kExitOk;
  }
  std::ofstream out(file, std::ios::binary);
  out << response->body;
  out.close();
  if (!out) return fail(unavailable("can't write " + file));
  std::fprintf(
      stderr,
      "wrote %s; check it with: wonjang-verify --key KEY %s\n"
      "KEY is the verifierKey that you know; GET /v1/checkpoints says what the server takes for it\n",
      file.c_str(), file.c_str());
  return kExitOk;
}

int run_key_create(const OnlineOptions& options, const KeyCreateOptions& key) {
  const bool is_merchants = std::ranges::find(key.scopes, "merchant") != key.scopes.end();
  if (is_merchants && key.merchant_id.empty())
    return fail(invalid("say whose key it is: --merchant mch_... (or another --scope: operator, ingest)"));
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
  return show(options, ask_list(options, "/v1/api-keys", "apiKeys"), "apiKeys", {},
              {{"id", "id"},
               {"merchant", "merchantId"},
               {"scopes", "scopes"},
               {"status", "status"},
               {"label", "label"},
               {"expires", "expiresAt"},
               {"created", "createdAt"},
               {"by", "createdBy"}});
}

int run_key_revoke(const OnlineOptions& options, const std::string& key_id) {
  return show(options,
              ask(options,
                  [&](ApiClient& c) {
                    return c.post("/v1/api-keys/" + percent_encoded(key_id) + "/revoke", fresh_key("revoke"),
                                  "");
                  }),
              {});
}

}  // namespace wonjang
