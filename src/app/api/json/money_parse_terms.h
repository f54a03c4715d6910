// Parts of the money side's bodies: contracts and what they are made of. For the .cc files of this folder
// only.
#pragma once

#include "app/api/json/parse_parts.h"
#include "domain/settlement/contract.h"

namespace wonjang {

constexpr std::int64_t kMillion = 1'000'000;  // parts of one

// `pointer`: of the node, for what is wrong with it as a whole.
settlement::FeeTerms read_fee_terms(const JsonNode& node, Violations& violations);
settlement::Contract read_contract(const JsonNode& node, Violations& violations);

// Each element of an array of objects.
template <typename Read>
auto read_items(const JsonNode* list, Violations& violations, Read&& read) {
  std::vector<decltype(read(*list, violations))> out;
  if (list == nullptr) return out;
  const auto& document = violations.document();
  for (const auto* item = document.first(*list); item != document.end(*list); item = document.next(item))
    out.push_back(read(*item, violations));
  return out;
}

template <const ObjectShape& kShape>
std::uint8_t read_method(ObjectReader<kShape>& r) {
  return static_cast<std::uint8_t>(r.code("method", Method{}));
}

}  // namespace wonjang
