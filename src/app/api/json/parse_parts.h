// What the parsers of bodies share. For the .cc files of this folder only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/api/json/commands.h"
#include "app/api/json/request_reader.h"

namespace wonjang {

constexpr TextRule kOrderIdRule{.size_max = 64, .charset = Charset::id, .size_min = 6};
constexpr TextRule kNameRule{.size_max = 100};
constexpr TextRule kReasonRule{.size_max = 200};
constexpr TextRule kCodeRule{.size_max = 64, .charset = Charset::code};
constexpr TextRule kOutsideIdRule{.size_max = 64, .charset = Charset::visible};  // somebody else's id
constexpr TextRule kTokenRule{.size_max = 200, .charset = Charset::visible};

// The canonical request of an operation on one thing that the path names.
template <typename Tag>
void add_id(CanonicalRequest& canonical, const Id<Tag>& id) {
  if (id.is_zero()) {
    canonical.absent();
    return;
  }
  canonical.number(static_cast<std::int64_t>(id.raw().high)).number(static_cast<std::int64_t>(id.raw().low));
}
inline void add_text(CanonicalRequest& canonical, std::string_view text) {
  if (text.empty()) {  // sent, a text is never empty
    canonical.absent();
  } else {
    canonical.text(text);
  }
}
inline void add_instant(CanonicalRequest& canonical, Instant at) {
  if (at.is_zero()) {
    canonical.absent();
  } else {
    canonical.number(at.us);
  }
}
void add_metadata(CanonicalRequest& canonical, const Metadata& metadata);

// How the sender splits an amount: all four parts, or what the rule of one eleventh leaves out.
struct TaxWish {
  std::optional<TaxParts> parts;
  std::int64_t tax_free = 0;
  std::int64_t tax_exempt = 0;
};
void add_taxes(CanonicalRequest& canonical, const std::optional<TaxParts>& parts, std::int64_t tax_free,
               std::int64_t tax_exempt);

template <const ObjectShape& kShape>
TaxWish read_taxes(ObjectReader<kShape>& r) {
  TaxWish wish;
  wish.tax_free = r.integer("taxFreeAmount").value_or(0);
  wish.tax_exempt = r.integer("taxExemptionAmount").value_or(0);
  const auto supply = r.integer("suppliedAmount");
  const auto vat = r.integer("vat");
  if (supply && vat) {
    wish.parts = TaxParts{*supply, *vat, wish.tax_free, wish.tax_exempt};
  } else if (supply && !r.has("vat")) {
    r.add("suppliedAmount", "CONFLICTING_FIELDS",
          "comes together with vat, or leave both out and they are derived");
  } else if (vat && !r.has("suppliedAmount")) {
    r.add("vat", "CONFLICTING_FIELDS",
          "comes together with suppliedAmount, or leave both out and they are derived");
  }
  return wish;
}

// Readers of an object that was found already, in a body or in the `data` of an ingest line.
struct CanonicalTarget {  // the path: a payment's id, or the merchant's own name for it
  PaymentId payment = {};
  MerchantId merchant = {};
  std::string_view order_id = {};
};
CanonicalRequest canonical_for(std::string_view operation, const CanonicalTarget& target);

ApprovalInput read_recorded_approval(const JsonNode& node, Violations& violations);
ApprovalInput read_provider_approval(const JsonNode& node, Violations& violations);
void add_approval(CanonicalRequest& canonical, const ApprovalInput& input);

ParsedCommand read_create(const JsonNode& node, Violations& violations, const ParseContext& context);
ParsedCommand read_record_approval(const JsonNode& node, Violations& violations,
                                   const CanonicalTarget& target);
ParsedCommand read_approve(const JsonNode& node, Violations& violations, const CanonicalTarget& target);
ParsedCommand read_cancel(const JsonNode& node, Violations& violations, const CanonicalTarget& target);
ParsedCommand read_authenticate(const JsonNode& node, Violations& violations, const CanonicalTarget& target);
ParsedCommand read_fail(const JsonNode& node, Violations& violations, const CanonicalTarget& target);
ParsedCommand read_deposit(const JsonNode& node, Violations& violations, const CanonicalTarget& target);
ParsedCommand read_deposit_reversal(const JsonNode& node, Violations& violations,
                                    const CanonicalTarget& target);
ParsedCommand read_acquisition(const JsonNode& node, Violations& violations, const CanonicalTarget& target);

// One per thread: a parse leaves nothing behind but its memory.
JsonDocument& thread_document();

// Parses `body`, guards it, reads it with `read(root, violations)`; what was read, or everything that is
// wrong with it.
template <typename Out, typename Read>
std::variant<Out, FieldErrors> read_body(std::string_view body, Read&& read) {
  JsonDocument& document = thread_document();
  if (auto error = document.parse(body)) return FieldErrors{std::move(*error)};
  Violations violations(document);
  refuse_pans(violations);
  Out out = read(document.root(), violations);
  if (!violations.empty()) return violations.take();
  return out;
}

}  // namespace wonjang
