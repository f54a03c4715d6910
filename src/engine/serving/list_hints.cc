#include "engine/serving/list_hints.h"

#include <algorithm>

#include "engine/serving/hints.h"

namespace wonjang::serving {

std::optional<Hinted> hinted_by_texts(const Dictionary& dictionary, const Pattern& pattern, Instant from) {
  Hinted out;
  for (const auto field : {TextField::buyer, TextField::product}) {
    const Matches found = dictionary.find(field, pattern, {from});
    if (!found.complete) return std::nullopt;
    for (const auto& match : found.values) out.prefixes.push_back(posting_prefix(field, match.value));
  }
  out.what = "postings, " + std::to_string(out.prefixes.size()) + " values";
  return out;
}

std::optional<Hinted> hinted_by_statuses(MerchantNo merchant, const std::vector<PaymentStatus>& statuses) {
  const bool all_have = !statuses.empty() && std::all_of(statuses.begin(), statuses.end(), has_status_hint);
  if (!all_have) return std::nullopt;
  Hinted out{.space = kIds, .what = "statuses", .of_merchant = true};
  for (const auto status : statuses) {
    out.prefixes.push_back(id_prefix(IdKind::status, status_id(merchant, status)));
  }
  std::sort(out.prefixes.begin(), out.prefixes.end());
  out.prefixes.erase(std::unique(out.prefixes.begin(), out.prefixes.end()), out.prefixes.end());
  return out;
}

}  // namespace wonjang::serving
