#include "app/cli/merchants.h"

#include <charconv>
#include <optional>

#include "app/demo/shop.h"
#include "app/load/http_client.h"

namespace wonjang {
namespace {

std::optional<std::uint32_t> number_of(std::string_view code, std::string_view prefix) {
  if (!code.starts_with(prefix)) return std::nullopt;
  code.remove_prefix(prefix.size());
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), out);
  if (error != std::errc() || end != code.data() + code.size()) return std::nullopt;
  return out;
}

void take_listed(std::string_view list, std::string_view prefix, std::vector<std::string>& ids) {
  constexpr std::string_view kId = "{\"id\":\"mch_";
  for (auto at = list.find(kId); at != std::string_view::npos; at = list.find(kId, at + 1)) {
    const auto item = list.substr(at, list.find('}', at) - at);
    const auto number = number_of(json_text_member(item, "code"), prefix);
    if (!number || *number >= ids.size() || json_text_member(item, "status") != "OPEN") continue;
    ids[*number] = json_text_member(item, "id");
  }
}

std::string body_of(const ShopMerchant& merchant) {
  std::string out = "{\"code\":\"" + merchant.code + "\",\"name\":\"" + merchant.name + "\"";
  if (!merchant.organisation.empty()) out += ",\"organisation\":\"" + merchant.organisation + "\"";
  return out + "}";
}

class Registration final : public LoadCaller {
 public:
  Registration(std::string api_key, std::string_view prefix, std::uint64_t seed,
               std::vector<std::string>& ids)
      : authorization_("Bearer " + api_key), prefix_(prefix), seed_(seed), ids_(ids) {}

  bool next_request(unsigned, LoadRequest& request) override {
    while (next_ < ids_.size() && !ids_[next_].empty()) ++next_;
    if (next_ >= ids_.size()) return false;
    const auto merchant = shop_merchant(seed_, next_, prefix_);
    request.tag = next_++;
    prepare_request(request.bytes, "POST", "/v1/merchants",
                    {{"Content-Type", "application/json"},
                     {"Authorization", authorization_},
                     {"Idempotency-Key", "merchant-" + merchant.code + "-" + std::to_string(seed_)}},
                    body_of(merchant));
    return true;
  }
  void on_answer(unsigned, const LoadAnswer& answer) override {
    if (answer.response.status() == 201) {
      ids_[answer.tag] = json_text_member(answer.response.body(), "id");
    } else if (first_problem.status == 0) {
      first_problem = {answer.response.status(), std::string(answer.response.body()), false};
    }
  }
  ApiResponse first_problem;

 private:
  const std::string authorization_;
  const std::string prefix_;
  const std::uint64_t seed_;
  std::vector<std::string>& ids_;
  std::size_t next_ = 0;
};

}  // namespace

Result<std::vector<std::string>> ensure_merchants(const ServerAddress& server, const std::string& api_key,
                                                  std::string_view prefix, std::uint32_t count,
                                                  std::uint64_t seed) {
  std::vector<std::string> ids(count);
  ApiClient client(server, api_key);
  std::string target = "/v1/merchants?limit=1000";
  for (bool more = true; more;) {
    WJ_TRY(const auto page, client.get(target));
    if (page.status != 200) return problem_error(page);
    take_listed(page.body, prefix, ids);
    more = page.body.find("\"hasMore\":true") != std::string::npos;
    target = "/v1/merchants?limit=1000&after=" + std::string(json_text_member(page.body, "nextCursor"));
  }
  Registration registration(api_key, prefix, seed, ids);
  LoadOptions options;
  options.address = server.host;
  options.port = server.port;
  options.connections = 128;
  options.duration = std::chrono::minutes(10);
  WJ_TRY(const auto report, run_load(options, registration));
  if (registration.first_problem.status != 0) return problem_error(registration.first_problem);
  if (!report.ok()) return unavailable("the server didn't answer when merchants were registered");
  return ids;
}

}  // namespace wonjang
