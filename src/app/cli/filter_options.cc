#include "app/cli/filter_options.h"

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>

namespace wonjang {
namespace {

struct FilterWords {
  std::string_view name;
  std::string_view what;
};
constexpr std::array kFilters{
    FilterWords{"account", "Number or code of the chart of accounts, 2100"},
    FilterWords{"after", "nextCursor of a page: go on behind it"},
    FilterWords{"amountMax", "At most so much, in the currency's smallest unit"},
    FilterWords{"amountMin", "At least so much, in the currency's smallest unit"},
    FilterWords{"asOf", "At the close of this business date; default: now"},
    FilterWords{"by",
                "Of totals the step of time: minute, hour, day, month, year; of `top` what is compared"},
    FilterWords{"channel", "ONLINE, POS, BILLING, KEY_IN; several with commas"},
    FilterWords{"contains", "A part of the buyer's or the product's name"},
    FilterWords{"currency", "KRW, USD ..."},
    FilterWords{"difference", "true: what was added since --as-of"},
    FilterWords{"disputed", "true: of which the bank says otherwise than what stands"},
    FilterWords{"from", "From this business date, 2026-11-01, or instant on"},
    FilterWords{"groupBy", "A column per value of these, with commas: method, issuer ..."},
    FilterWords{"issuer", "Code of the card's issuer; several with commas"},
    FilterWords{"kind", "APPROVAL, CANCEL, REVERSAL; several with commas"},
    FilterWords{"knownAt", "As it was known at this instant, 2026-11-22T10:00:00+09:00; default: now"},
    FilterWords{"limit", "Rows of a page; default 50"},
    FilterWords{"merchant", "mch_..., whose"},
    FilterWords{"merchantId", "mch_..., whose"},
    FilterWords{"method", "CARD, TRANSFER ...; several with commas"},
    FilterWords{"min-position", "A Ledger-Position: the answer is no older"},
    FilterWords{"minutes", "Also by the minute, the last so many"},
    FilterWords{"organisation", "Code of the merchants' organisation"},
    FilterWords{"payment", "pay_..."},
    FilterWords{"percentiles", "Per mille, with commas: 500,990"},
    FilterWords{"position", "A Ledger-Position: as it was then"},
    FilterWords{"reason",
                "AMOUNT_DIFF, ONLY_OURS ...; WITHIN_TOLERANCE: what matched though the amounts differ"},
    FilterWords{"since", "From this recorded time on"},
    FilterWords{"sort", "newest, oldest, largest or smallest"},
    FilterWords{"status", "DONE, CANCELED ...; several with commas"},
    FilterWords{"types", "Types of events, with commas: payment.created,cancel.succeeded"},
    FilterWords{"until", "Until before this business date or instant"},
    FilterWords{"version", "Number of the version; default: the newest"},
    FilterWords{"year", "The days of this year alone, 2026"},
};

// groupBy: group-by
std::string dashed(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      out.append("-").append(1, static_cast<char>(c + 32));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

void add_filter_option(CLI::App& to, std::string_view name, std::string& value) {
  std::string flags = "--" + std::string(name);
  const auto add = [&](const std::string& other) {
    if (other != name) flags += ",--" + other;
  };
  if (name == "merchantId") add("merchant");
  if (name == "merchant") add("merchantId");
  add(dashed(name));
  const auto* known = std::ranges::find(kFilters, name, &FilterWords::name);
  to.add_option(flags, value,
                known == kFilters.end() ? "As in the API (docs/api.md)" : std::string(known->what));
}

}  // namespace wonjang
