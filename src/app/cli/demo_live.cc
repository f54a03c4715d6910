#include "app/cli/demo_live.h"

#include <cstdio>

#include "app/cli/money_client.h"

namespace wonjang {

namespace {

using Number = unsigned long long;

// What the simulated provider does with the i-th customer (docs/acquirer-protocol.md); of most, chance alone
// decides.
std::string_view word_of(std::uint64_t i) {
  switch (i % 40) {
    case 7:
      return "sim-lost-after";
    case 17:
      return "sim-decline-funds";
    case 23:
      return "sim-lost-before";
    case 31:
      return "sim-hidden";
    default:
      return {};
  }
}

}  // namespace

void DemoLive::after(const std::string& id, const std::string& key, const std::string& approval) {
  if (ticks_ % 9 == 4) {
    const bool is_part = ticks_ % 2 == 0;
    const auto canceled =
        api_.send("/v1/payments/" + id + "/cancels", key + "-cancel",
                  is_part ? R"({"reason":"부분 반품","amount":100})" : R"({"reason":"고객 변심"})");
    canceled_ += canceled && canceled->status < 300 ? 1 : 0;
  } else if (ticks_ % 3 == 1 && !approval.empty()) {
    (void)api_.send("/v1/payments/" + id + "/acquisitions", key + "-acquired",
                    R"({"approvalId":")" + approval + R"(","state":"REQUESTED","batchId":"live"})");
  }
}

void DemoLive::tick() {
  const auto n = from_ + ticks_++;
  std::string body;
  city_.append_bare_create(body, n, word_of(ticks_));
  const auto key = city_.order_id(n);
  const auto created = api_.send("/v1/payments", key, body);
  if (!created || created->status != 201) {
    ++refused_;
    return;
  }
  const auto id = std::string(json_text_member(created->body, "id"));
  body.clear();
  city_.append_provider_approval(body, n, "default");
  const auto approved = api_.send("/v1/payments/" + id + "/approve", key + "-approve", body);
  if (!approved || approved->status >= 500 || approved->status == 202) {
    ++lost_;
    std::printf("live: the provider's answer about %s got lost; the resolver asks\n", id.c_str());
    std::fflush(stdout);
    return;
  }
  if (approved->status != 201) {
    ++declined_;
    return;
  }
  ++paid_;
  const auto at = approved->body.find("\"apr_");
  after(id, key, at == std::string::npos ? std::string() : approved->body.substr(at + 1, 30));
}

void DemoLive::show() {
  std::uint64_t open = 0;
  if (const auto in_doubt = api_.get("/v1/in-doubt")) {
    const auto* payments = in_doubt->if_contains("payments");
    if (payments != nullptr && payments->is_array()) open = payments->as_array().size();
  }
  std::printf(
      "live: %llu paid, %llu declined, %llu canceled, %llu answers lost, %llu of them still being asked "
      "about\n",
      static_cast<Number>(paid_), static_cast<Number>(declined_), static_cast<Number>(canceled_),
      static_cast<Number>(lost_), static_cast<Number>(open));
  if (refused_ > 0) std::printf("live: %llu were refused\n", static_cast<Number>(refused_));
  std::fflush(stdout);
}

}  // namespace wonjang
