#include "app/api/json/parse_parts.h"

namespace wonjang {

void add_metadata(CanonicalRequest& canonical, const Metadata& metadata) {
  canonical.number(static_cast<std::int64_t>(metadata.size()));
  for (const auto& [name, value] : metadata) canonical.text(name).text(value);
}

void add_taxes(CanonicalRequest& canonical, const std::optional<TaxParts>& parts, std::int64_t tax_free,
               std::int64_t tax_exempt) {
  if (parts) {
    canonical.number(parts->supply).number(parts->vat);
  } else {
    canonical.absent().absent();
  }
  canonical.number(tax_free).number(tax_exempt);
}

CanonicalRequest canonical_for(std::string_view operation, const CanonicalTarget& target) {
  CanonicalRequest canonical(operation);
  add_id(canonical, target.payment);
  if (target.payment.is_zero()) {
    add_id(canonical, target.merchant);
    canonical.text(target.order_id);
  }
  return canonical;
}

JsonDocument& thread_document() {
  thread_local JsonDocument document;
  return document;
}

}  // namespace wonjang
