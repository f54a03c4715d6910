// GET /v1/merchants: all of them, those with given ids (names for a page of something else), or those in
// whose name, code, organisation, id or business number a text is.

#include <algorithm>
#include <set>
#include <utility>

#include "app/api/api.h"
#include "app/api/birth_page.h"
#include "app/api/json/payment_json.h"
#include "app/api/money_read.h"
#include "app/api/view_query.h"
#include "app/api/view_read.h"
#include "engine/money/money_reader.h"
#include "engine/serving/text.h"

namespace wonjang {
namespace {

constexpr std::size_t kNumberDigitsMin = 3;
constexpr std::string_view kKnown[] = {"limit", "after", "contains", "merchantId"};
constexpr std::string_view kOften[] = {"merchantId"};

void answer_merchants(Api& api, CallPtr call, std::vector<const Merchant*> found, const PageWish& wish) {
  api.answer_json(std::move(call), birth_page(api.parts().tokens, Tokens::List::merchants, "merchants",
                                              std::move(found), wish, &append_merchant_json));
}

// "123-45-678" without its hyphens; empty when the text is no part of a business number.
std::string number_in(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') out.push_back(c);
    if (c != '-' && c != ' ' && (c < '0' || c > '9')) return {};
  }
  return out.size() < kNumberDigitsMin ? std::string() : out;
}

// Of any version of their contracts. While the money side isn't there, no number is known.
// Errors: corrupt, unavailable.
Result<std::set<MerchantId>> registered_with(const Api& api, const std::string& number) {
  std::set<MerchantId> out;
  const auto view = money_now(api);
  if (number.empty() || !view) return out;
  WJ_TRY(const auto contracts, money::MoneyReader(*view->snapshot).contracts());
  for (const auto& known : contracts) {
    if (known.value.business_number.find(number) != std::string::npos) out.insert(known.value.merchant);
  }
  return out;
}

void answer_found(Api& api, CallPtr call, const ServingNow& now, const std::string& text,
                  const PageWish& wish) {
  const auto& forms = now.views().forms();
  const auto pattern = serving::Pattern::parse(forms, text);
  if (!pattern) return answer_view_error(api, std::move(call), pattern.error());
  const auto by_number = registered_with(api, number_in(text));
  if (!by_number) return api.answer_error(std::move(call), by_number.error());
  const auto is_in = [&](std::string_view of) {
    return serving::matches(*pattern, serving::normal_form(forms, of));
  };
  const auto registry = api.registry();
  std::vector<const Merchant*> found;
  registry->merchants().for_each([&](MerchantId id, const Merchant& merchant) {
    if (is_in(merchant.name) || is_in(merchant.code) || is_in(merchant.organisation) || is_in(id.text()) ||
        by_number->contains(id)) {
      found.push_back(&merchant);
    }
  });
  answer_merchants(api, std::move(call), std::move(found), wish);
}

}  // namespace

void list_merchants(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse(kKnown, kOften))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  const auto wish = take_page(api, call, query, Tokens::List::merchants, /*key_size=*/2);
  if (!wish) return;
  const auto registry = api.registry();
  auto named = parse_merchants(query, *call->caller, *registry);
  if (!named) return answer_wrong_read(api, std::move(call), named.error());
  const auto contains = query.find("contains");
  if (contains && !named->empty()) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "merchantId says which merchants, contains looks for some: give one of them");
  }
  if (!named->empty()) return answer_merchants(api, std::move(call), *std::move(named), *wish);
  if (contains) {
    return at_view(api, std::move(call), query, Work::query,
                   [text = std::string(*contains), wish = *wish](Api& a, CallPtr c, const ServingNow& now) {
                     answer_found(a, std::move(c), now, text, wish);
                   });
  }
  std::vector<const Merchant*> all;
  registry->merchants().for_each([&](MerchantId, const Merchant& merchant) { all.push_back(&merchant); });
  answer_merchants(api, std::move(call), std::move(all), *wish);
}

}  // namespace wonjang
