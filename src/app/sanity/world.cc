#include "app/sanity/world.h"

#include <chrono>
#include <thread>

#include "domain/time.h"

namespace wonjang::sanity {
namespace {

constexpr std::chrono::seconds kPatience{20};
constexpr std::chrono::milliseconds kLookAgain{20};
constexpr std::uint32_t kWeeks = 49;  // of 2013
constexpr std::uint32_t kDaysOfWeek = 3;

}  // namespace

World::World(Door& door, const Options& options) : door_(door), options_(options) {}

BusinessDate World::candidate_day(std::uint32_t i) const {
  std::uint32_t mixed = 7;
  for (const char c : options_.run) mixed = mixed * 31 + static_cast<unsigned char>(c);
  static_assert(kWeeks * kDaysOfWeek == kCandidateDays);
  constexpr std::uint32_t kStep = 8;  // has no factor in common with the number of days
  const auto n = (mixed + i * kStep) % kCandidateDays;
  return {parse_business_date("2013-01-07")->days +
          static_cast<std::int32_t>(n / kDaysOfWeek * 7 + n % kDaysOfWeek)};
}

Answer World::sent(const Question& question) {
  auto out = door_.ask(question);
  if (question.method == "POST" && !out.position.empty()) last_position = out.position;
  return out;
}

Answer World::house_get(const std::string& target) {
  return sent({.method = "GET", .target = target, .api_key = options_.operator_key});
}

Answer World::house_post(const std::string& target, const std::string& body,
                         const std::string& content_type) {
  return sent({"POST", target, options_.operator_key, next_key(), body, content_type});
}

Answer World::first_post(const std::string& target, const std::string& body) {
  return sent({.method = "POST",
               .target = target,
               .api_key = first_key,
               .idempotency_key = next_key(),
               .body = body});
}

Answer World::second_post(const std::string& target, const std::string& body) {
  return sent({.method = "POST",
               .target = target,
               .api_key = second_key,
               .idempotency_key = next_key(),
               .body = body});
}

Answer World::get(const Store& of, const std::string& target) {
  return sent({.method = "GET", .target = target, .api_key = of.key});
}

Answer World::post(const Store& of, const std::string& target, const std::string& body,
                   const std::string& key, const std::string& content_type) {
  return sent({"POST", target, of.key, key.empty() ? next_key() : key, body, content_type});
}

namespace {

// A server that folds behind says POSITION_NOT_REACHED, or that its views are being built.
template <typename Ask>
Answer until_fresh(const std::string& target, const std::string& position, const Ask& ask) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  const auto joined = target.find('?') == std::string::npos ? "?" : "&";
  for (;;) {
    auto answer = ask(position.empty() ? target : target + joined + "min-position=" + position);
    const bool is_behind = answer.status == 412 || answer.status == 503;
    if (!is_behind || std::chrono::steady_clock::now() > until) return answer;
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace

Answer World::house_get_fresh(const std::string& target) {
  return until_fresh(target, last_position, [this](const std::string& t) { return house_get(t); });
}

Answer World::get_fresh(const Store& of, const std::string& target) {
  return until_fresh(target, last_position, [&](const std::string& t) { return get(of, t); });
}

std::string World::card_body(const Store& of, const std::string& order, std::int64_t amount,
                             const std::string& more) {
  const auto a = std::to_string(amount);
  const auto number = std::to_string(10'000'000 + ++approvals_);
  return R"({"orderId":")" + name(order) + R"(","orderName":"골동품 시계","totalAmount":)" + a +
         R"(,"requestedAt":")" + at(of, "10:00:00") + "\"" + more +
         R"(,"approvals":[{"method":"CARD","amount":)" + a + R"(,"approvedAt":")" + at(of, "10:00:01") +
         R"(","approveNo":")" + number +
         R"(","card":{"issuerCode":"SHINHAN","acquirerCode":"SHINHAN","bin":"45140921","last4":"7890"}}]})";
}

Answer World::pay(const Store& of, const std::string& order, std::int64_t amount, const std::string& more) {
  return post(of, "/v1/payments", card_body(of, order, amount, more));
}

std::string World::decide(Check& check, const std::string& body) {
  const auto proposed = first_post("/v1/changes", body);
  check.answered("the proposal", proposed, 201);
  auto id = member(proposed, "changeId");
  if (check.failed() || member(proposed, "status") != "PROPOSED") return id;
  const auto decided = second_post("/v1/changes/" + id + "/decisions", R"({"decision":"APPROVE"})");
  check.answered("the approval by the second person", decided, 200);
  check.has("the change after it", decided, "status", "APPROVED");
  return check.failed() ? std::string() : id;
}

}  // namespace wonjang::sanity
