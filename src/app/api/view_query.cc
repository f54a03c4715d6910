#include "app/api/view_query.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/api/json/text_nfc.h"
#include "base/utf8.h"
#include "domain/lifecycle.h"
#include "domain/method.h"

namespace wonjang {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kMostUs = kPeriodDaysMax * kDayUs;
constexpr std::string_view kPaymentList[] = {
    "orderId",  "merchantId", "from",  "until", "status", "method",       "issuer",  "amountMin", "amountMax",
    "contains", "sort",       "limit", "after", "totals", "min-position", "explain", "metadata."};
constexpr std::string_view kTransactionList[] = {
    "merchantId", "from",     "until", "kind",  "status", "method", "issuer",       "amountMin",
    "amountMax",  "contains", "sort",  "limit", "after",  "totals", "min-position", "explain"};
constexpr std::string_view kSearch[] = {"q",     "merchantId", "from",         "until",
                                        "limit", "after",      "min-position", "explain"};
constexpr std::string_view kOftenAsked[] = {"status", "method", "issuer", "kind", "merchantId"};

Result<std::optional<Instant>> parse_bound(const Query& query, std::string_view name) {
  const auto text = query.find(name);
  if (!text) return std::optional<Instant>();
  if (const auto day = parse_business_date(*text)) return std::optional(start_of(*day));
  if (const auto at = parse_rfc3339(*text)) return std::optional(*at);
  return invalid(std::string(name) +
                 " is a business date such as 2026-11-22 or an instant such as 2026-11-22T10:00:00+09:00");
}

// Each code of the list by `parse`, or a sentence with all of `known`.
template <typename Out, typename Parse>
Result<std::vector<Out>> parse_codes(const Query& query, std::string_view name, Parse parse,
                                     const std::string& known) {
  std::vector<Out> out;
  for (const auto code : query.find_all(name)) {
    const auto found = parse(code);
    if (!found) return invalid("there is no such " + std::string(name) + "; there are " + known);
    if (std::ranges::find(out, *found) == out.end()) out.push_back(*found);
  }
  return out;
}

template <typename Codes>
std::string listed(const Codes& codes) {
  std::string out;
  for (const auto code : codes) out.append(out.empty() ? "" : ", ").append(code_of(code));
  return out;
}

Result<std::optional<std::int64_t>> parse_amount(const Query& query, std::string_view name) {
  if (!query.find(name)) return std::optional<std::int64_t>();
  const auto number = query.number(name, 0, INT64_MAX, 0);
  if (!number)
    return invalid(std::string(name) + " is a whole number of the currency's smallest unit, 0 or more");
  return number;
}

Result<void> check_amounts(const std::optional<std::int64_t>& least,
                           const std::optional<std::int64_t>& most) {
  if (least && most && *least > *most) return invalid("amountMin is greater than amountMax: nothing fits");
  return {};
}

// One merchant, or all of them for the house.
Result<std::optional<serving::MerchantNo>> one_merchant(const Query& query, const Caller& caller,
                                                        const RegistryState& registry) {
  WJ_TRY(const auto merchants, parse_merchants(query, caller, registry));
  if (merchants.empty()) return std::optional<serving::MerchantNo>();
  if (merchants.size() > 1) return invalid("a list is of one merchant or of all: give one merchantId");
  return std::optional(merchants.front()->number);
}

bool is_utf8(std::string_view text) { return to_utf8(to_code_points(text)) == text; }

// As it is stored: composed at the door.
Result<std::vector<serving::MetadataFilter>> parse_metadata(const Query& query) {
  std::vector<serving::MetadataFilter> out;
  const auto given = query.find_family("metadata.");
  if (given.size() > kMetadataFiltersMax) {
    return invalid("at most " + std::to_string(kMetadataFiltersMax) +
                   " values of metadata are asked for at once");
  }
  for (const auto& [name_given, value] : given) {
    if (!is_utf8(name_given) || !is_utf8(value)) return invalid("metadata is asked for in UTF-8");
    const std::string name = to_nfc(name_given);
    auto known = std::ranges::find(out, name, &serving::MetadataFilter::name);
    if (known == out.end()) known = out.insert(out.end(), {name, {}});
    known->values.push_back(to_nfc(value));
  }
  return out;
}

}  // namespace

std::span<const std::string_view> payment_list_parameters() { return kPaymentList; }
std::span<const std::string_view> transaction_list_parameters() { return kTransactionList; }
std::span<const std::string_view> search_parameters() { return kSearch; }
std::span<const std::string_view> list_parameters_given_often() { return kOftenAsked; }

Instant default_until(std::optional<Instant> from, Instant now) {
  const auto end_of_tomorrow = start_of(BusinessDate{business_date_of(now).days + 2});
  const bool is_ahead = from && *from >= end_of_tomorrow;
  return is_ahead ? from->plus_us(kMostUs) : end_of_tomorrow;
}

Result<Period> parse_period(const Query& query, Instant now) {
  WJ_TRY(const auto from, parse_bound(query, "from"));
  WJ_TRY(const auto until, parse_bound(query, "until"));
  Period out;
  out.until = until ? *until : default_until(from, now);
  // No payment is older than 1970.
  out.from = Instant{std::max<std::int64_t>(1, from ? from->us : out.until.us - kMostUs)};
  if (out.until <= out.from)
    return invalid(
        "until is not after from: the period is half-open, from 2026-11-01 until 2026-12-01 is "
        "November");
  if (out.until.us - out.from.us > kMostUs)
    return invalid("a period is at most 5 years (" + std::to_string(kPeriodDaysMax) +
                   " days): ask for two of them" +
                   (until ? std::string() : "; without until it goes to the end of tomorrow"));
  return out;
}

Result<std::vector<const Merchant*>> parse_merchants(const Query& query, const Caller& caller,
                                                     const RegistryState& registry) {
  std::vector<const Merchant*> out;
  for (const auto text : query.find_all("merchantId")) {
    const auto id = MerchantId::parse(text);
    if (!id) return invalid("merchantId is no merchant's id");
    const bool may_see = caller.merchant.is_zero() || caller.merchant == *id;
    const auto* merchant = may_see ? registry.find(*id) : nullptr;
    if (merchant == nullptr) return not_found("there is no such merchant");
    if (std::ranges::find(out, merchant) == out.end()) out.push_back(merchant);
  }
  if (!out.empty() || caller.merchant.is_zero()) return out;
  const auto* own = registry.find(caller.merchant);
  if (own == nullptr) return not_found("there is no such merchant");
  return std::vector<const Merchant*>{own};
}

Result<std::vector<std::uint8_t>> parse_methods(const Query& query) {
  const auto parse = [](std::string_view code) -> std::optional<std::uint8_t> {
    const auto method = parse_code<Method>(code);
    if (!method) return std::nullopt;
    return static_cast<std::uint8_t>(*method);
  };
  return parse_codes<std::uint8_t>(query, "method", parse, listed(kMethods));
}

Result<std::vector<PaymentStatus>> parse_statuses(const Query& query) {
  const auto parse = [](std::string_view code) -> std::optional<PaymentStatus> {
    const auto status = parse_payment_status(code);
    return status == PaymentStatus::none ? std::nullopt : status;
  };
  return parse_codes<PaymentStatus>(query, "status", parse, listed(std::span(kPaymentStatuses).subspan(1)));
}

Result<std::vector<serving::TransactionKind>> parse_kinds(const Query& query) {
  using serving::TransactionKind;
  constexpr std::array kKinds{TransactionKind::approval, TransactionKind::cancel, TransactionKind::reversal};
  const auto parse = [&](std::string_view code) -> std::optional<TransactionKind> {
    for (const auto kind : kKinds) {
      if (code_of(kind) == code) return kind;
    }
    return std::nullopt;
  };
  return parse_codes<TransactionKind>(query, "kind", parse, listed(kKinds));
}

Result<std::vector<std::uint8_t>> parse_channels(const Query& query) {
  constexpr std::array kChannels{Channel::online, Channel::pos, Channel::billing, Channel::key_in};
  const auto parse = [&](std::string_view code) -> std::optional<std::uint8_t> {
    for (const auto channel : kChannels) {
      if (code_of(channel) == code) return static_cast<std::uint8_t>(channel);
    }
    return std::nullopt;
  };
  return parse_codes<std::uint8_t>(query, "channel", parse, listed(kChannels));
}

Result<std::vector<std::string>> parse_words_of_a_list(const Query& query, std::string_view name) {
  constexpr std::size_t kWordMax = 64;  // as the longest that is taken of each
  std::vector<std::string> out;
  for (const auto text : query.find_all(name)) {
    // An empty one would ask for what has none at all, and a slip of a comma would widen the answer.
    if (text.empty()) {
      return invalid(std::string(name) + " has an empty code between its commas: leave it out");
    }
    if (text.size() > kWordMax || !is_utf8(text)) {
      return invalid(std::string(name) + " is a list of codes of at most 64 bytes each, in UTF-8");
    }
    if (std::ranges::find(out, text) == out.end()) out.emplace_back(text);
  }
  return out;
}

Result<std::vector<std::string>> parse_currencies(const Query& query) {
  WJ_TRY(auto out, parse_words_of_a_list(query, "currency"));
  for (const auto& code : out) {
    if (!Currency::parse(code)) return invalid("currency is a list of codes of ISO 4217, such as KRW,USD");
  }
  return out;
}

Result<std::string> parse_words(const Query& query, std::string_view name) {
  const auto text = query.find(name).value_or("");
  if (!is_utf8(text))
    return invalid(std::string(name) +
                   " isn't UTF-8, as all that is kept is: encode the text as UTF-8, then percent-encode it");
  return std::string(text);
}

Result<bool> parse_flag(const Query& query, std::string_view name, bool otherwise) {
  const auto text = query.find(name);
  if (!text) return otherwise;
  if (*text == "true") return true;
  if (*text == "false") return false;
  return invalid(std::string(name) + " is true or false");
}

Result<serving::PaymentFilter> parse_payment_filter(const Query& query, const Caller& caller,
                                                    const RegistryState& registry) {
  serving::PaymentFilter out;
  WJ_TRY(out.merchant, one_merchant(query, caller, registry));
  WJ_TRY(out.statuses, parse_statuses(query));
  WJ_TRY(out.methods, parse_methods(query));
  WJ_TRY(out.issuers, parse_words_of_a_list(query, "issuer"));
  WJ_TRY(out.amount_min, parse_amount(query, "amountMin"));
  WJ_TRY(out.amount_max, parse_amount(query, "amountMax"));
  WJ_CHECK(check_amounts(out.amount_min, out.amount_max));
  WJ_TRY(out.contains, parse_words(query, "contains"));
  WJ_TRY(out.metadata, parse_metadata(query));
  return out;
}

Result<serving::TransactionFilter> parse_transaction_filter(const Query& query, const Caller& caller,
                                                            const RegistryState& registry) {
  serving::TransactionFilter out;
  WJ_TRY(out.merchant, one_merchant(query, caller, registry));
  if (!out.merchant) return invalid("transactions are listed of one merchant: say whose, merchantId=mch_...");
  WJ_TRY(out.kinds, parse_kinds(query));
  WJ_TRY(out.statuses, parse_statuses(query));
  WJ_TRY(out.methods, parse_methods(query));
  WJ_TRY(out.issuers, parse_words_of_a_list(query, "issuer"));
  WJ_TRY(out.amount_min, parse_amount(query, "amountMin"));
  WJ_TRY(out.amount_max, parse_amount(query, "amountMax"));
  WJ_CHECK(check_amounts(out.amount_min, out.amount_max));
  WJ_TRY(out.contains, parse_words(query, "contains"));
  return out;
}

Result<serving::Sort> parse_sort(const Query& query) {
  const auto text = query.find("sort").value_or("newest");
  for (const auto sort :
       {serving::Sort::newest, serving::Sort::oldest, serving::Sort::largest, serving::Sort::smallest}) {
    if (code_of(sort) == text) return sort;
  }
  return invalid("sort is newest, oldest, largest or smallest");
}

std::string identity_of(std::string_view list, const Query& query, const Caller& caller) {
  constexpr std::array<std::string_view, 6> kOfOnePage{"limit",  "after",        "cursor",
                                                       "totals", "min-position", "explain"};
  std::string out(list);
  out.append("\n").append(caller.merchant.text());
  auto given = query.all();
  std::ranges::sort(given);
  for (const auto& [name, value] : given) {
    if (std::ranges::find(kOfOnePage, name) != kOfOnePage.end()) continue;
    out.append("\n").append(name).append("=").append(value);
  }
  return out;
}

}  // namespace wonjang
