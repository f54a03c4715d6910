#include "app/e2e/settlement_facts.h"

#include <gtest/gtest.h>

#include <ctime>

namespace wonjang::e2e {
namespace {

std::string text_of_day(std::time_t at) {
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  char out[16];
  std::strftime(out, sizeof out, "%Y-%m-%d", &parts);
  return out;
}

constexpr std::time_t kDay = 86'400;

}  // namespace

std::string day(int offset) { return text_of_day(::time(nullptr) + 9 * 3600 + offset * kDay); }

std::string days_after(const std::string& date, int days) {
  std::tm parts{};
  ::strptime(date.c_str(), "%Y-%m-%d", &parts);
  return text_of_day(::timegm(&parts) + days * kDay);
}

std::int64_t half_up(std::int64_t numerator, std::int64_t denominator) {
  return (2 * numerator + denominator) / (2 * denominator);
}

std::int64_t fee_of(const Terms& terms, std::int64_t amount) {
  const auto supply = half_up(amount * terms.rate_ppm + terms.fixed * 1'000'000, 1'000'000);
  return supply + half_up(supply, 10);
}

std::string rules_of(const Terms& terms) {
  std::string out = R"({"name":"card","kind":"BASE_RATE","ratePpm":)" + std::to_string(terms.rate_ppm) + "}";
  if (terms.fixed > 0)
    out += R"(,{"name":"each","kind":"FIXED_FEE","amount":)" + std::to_string(terms.fixed) + "}";
  return out;
}

std::string contract_body(const std::string& merchant, const std::string& rules, const std::string& more) {
  const bool says_from = more.find("\"validFrom\"") != std::string::npos;
  return R"({"kind":"CONTRACT","note":"e2e","contract":{"merchantId":")" + merchant + "\"" +
         (says_from ? "" : R"(,"validFrom":"2020-01-01")") + R"(,"calendar":"KR","payoutAccount":"acct-)" +
         merchant.substr(4) +
         R"(","fees":{"vat":"ADDED","order":"SUPPLY_FIRST","rounding":"HALF_UP","rules":[)" + rules + "]}" +
         more + "}}";
}
std::string contract_body(const Shop& shop, const Terms& terms, const std::string& more) {
  return contract_body(shop.merchant, rules_of(terms), more);
}

std::int64_t number(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value != nullptr && value->is_number()) return value->to_number<std::int64_t>();
  ADD_FAILURE() << "no number " << name << " in " << json::serialize(object);
  return INT64_MIN;
}

std::string text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::vector<json::object> items(const json::object& page, std::string_view list) {
  std::vector<json::object> out;
  const auto* found = page.if_contains(list);
  if (found == nullptr || !found->is_array()) {
    ADD_FAILURE() << "no list " << list << " in " << json::serialize(page);
    return out;
  }
  for (const auto& item : found->as_array()) out.push_back(item.as_object());
  return out;
}

std::string brief(const json::object& line) {
  return text(line, "kind") + " " + text(line, "basisDate") + " paid " + text(line, "payoutDate") + ": " +
         std::to_string(number(line, "gross")) + " - " + std::to_string(number(line, "fee")) + " = " +
         std::to_string(number(line, "net"));
}

std::string brief_payout(const json::object& payout) {
  std::int64_t carried = 0;
  for (const auto& one : items(payout, "carriedOver")) carried += number(one, "amount");
  std::string out = text(payout, "state") + " " + std::to_string(number(payout, "lines")) + " lines, " +
                    std::to_string(number(payout, "linesNet")) + " + " + std::to_string(carried) +
                    " carried = " + std::to_string(number(payout, "amount"));
  if (number(payout, "leftOver") != 0) out += ", left " + std::to_string(number(payout, "leftOver"));
  return out;
}

}  // namespace wonjang::e2e
