// What somebody asks of lists and totals, as values that can't be wrong: parsed once, here, with a sentence
// about what is wrong, what would be right, and who may see what.
//
// Threads: values.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/auth.h"
#include "app/api/query.h"
#include "base/result.h"
#include "domain/registry.h"
#include "engine/serving/queries.h"

namespace wonjang {

// Values of ?metadata.NAME= in one question.
constexpr std::size_t kMetadataFiltersMax = 10;
constexpr std::int32_t kPeriodDaysMax = 1'827;  // five years with two leap days

// Half-open. A bound is an RFC 3339 instant or a business date (its 00:00 in Seoul).
struct Period {
  Instant from;
  Instant until;
  friend bool operator==(const Period&, const Period&) = default;
};
// Without bounds: the last five years, to the end of tomorrow. Without until: to the end of tomorrow, which
// has to be five years or less; from a day that is further ahead five years on. Without from: five years
// back. Errors: invalid.
// Where a period ends whose end isn't said.
Instant default_until(std::optional<Instant> from, Instant now);
Result<Period> parse_period(const Query& query, Instant now);

// Whose: a merchant's key sees its own, an operator's those of ?merchantId=, or all.
// Errors: invalid, not_found (another merchant's, or nobody's).
Result<std::vector<const Merchant*>> parse_merchants(const Query& query, const Caller& caller,
                                                     const RegistryState& registry);

// Codes of a list, such as status=DONE,CANCELED, each known. Errors: invalid, naming those that there are.
Result<std::vector<std::uint8_t>> parse_methods(const Query& query);
Result<std::vector<PaymentStatus>> parse_statuses(const Query& query);
Result<std::vector<serving::TransactionKind>> parse_kinds(const Query& query);
Result<std::vector<std::uint8_t>> parse_channels(const Query& query);
// Codes that nobody keeps a list of (issuers, organisations): none empty, none twice.
Result<std::vector<std::string>> parse_words_of_a_list(const Query& query, std::string_view name);
Result<std::vector<std::string>> parse_currencies(const Query& query);
// A text to look for; empty: none was given. Errors: invalid (no UTF-8: it could be in nothing that is kept).
Result<std::string> parse_words(const Query& query, std::string_view name);
// "true" or "false". Errors: invalid.
Result<bool> parse_flag(const Query& query, std::string_view name, bool otherwise);

// The parameters of the two lists and of search, for Query::parse.
std::span<const std::string_view> payment_list_parameters();
std::span<const std::string_view> transaction_list_parameters();
std::span<const std::string_view> search_parameters();
std::span<const std::string_view> list_parameters_given_often();

// Everything but the period. Errors: invalid, not_found.
Result<serving::PaymentFilter> parse_payment_filter(const Query& query, const Caller& caller,
                                                    const RegistryState& registry);
Result<serving::TransactionFilter> parse_transaction_filter(const Query& query, const Caller& caller,
                                                            const RegistryState& registry);
// Errors: invalid.
Result<serving::Sort> parse_sort(const Query& query);

// All that decides what a list holds and in which order, for the mark of its cursors: whose it is and every
// parameter but those that only concern one page.
std::string identity_of(std::string_view list, const Query& query, const Caller& caller);

}  // namespace wonjang
