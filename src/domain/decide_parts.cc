#include "domain/decide_parts.h"

#include <algorithm>

#include "base/assert.h"

namespace wonjang {
namespace {

bool all_digits(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What is wrong with a detail block, or null.
struct WrongDetail {
  std::int64_t amount;

  const char* operator()(const CardDetail& card) const {
    const bool bin_ok = card.bin.empty() || card.bin.size() == 6 || card.bin.size() == 8;
    if (!bin_ok || !all_digits(card.bin)) return "bin has 6 or 8 digits";
    const bool last4_ok = card.last4.empty() || card.last4.size() == 4;
    if (!last4_ok || !all_digits(card.last4)) return "last4 has 4 digits";
    if (card.used_point < 0 || card.instant_discount < 0)
      return "usedPoint and instantDiscount can't be negative";
    return nullptr;
  }
  const char* operator()(const EasyPayDetail& easy_pay) const {
    if (easy_pay.amount < 0 || easy_pay.discount_amount < 0)
      return "amount and discountAmount can't be negative";
    std::int64_t sum = 0;
    const bool too_big = __builtin_add_overflow(easy_pay.amount, easy_pay.discount_amount, &sum);
    if (too_big || (sum != 0 && sum != amount))
      return "amount plus discountAmount must be the approved amount";
    return easy_pay.card ? (*this)(*easy_pay.card) : nullptr;
  }
  template <typename Other>
  const char* operator()(const Other&) const {
    return nullptr;
  }
};

Refusal refuse_parts(std::int64_t amount, const std::string& pointer) {
  return refuse(
      RefusalCode::tax_parts_mismatch,
      "The tax parts must be zero or more and add up to the amount " + std::to_string(amount) +
          " (in the currency's smallest unit). Correct them, or leave out suppliedAmount and vat to "
          "have them computed.",
      pointer + "/suppliedAmount");
}

// Of an amount without its taxable parts: more was named as untaxed than there is, or less than nothing.
Refusal refuse_untaxed(const WishedParts& wish, const std::string& pointer) {
  const bool is_exempt = wish.tax_exempt < 0 || (wish.tax_free >= 0 && wish.tax_free <= wish.amount);
  return refuse(RefusalCode::tax_parts_mismatch,
                "taxFreeAmount and taxExemptionAmount must be zero or more and together at most the amount " +
                    std::to_string(wish.amount) + " (in the currency's smallest unit). Lower them.",
                pointer + (is_exempt ? "/taxExemptionAmount" : "/taxFreeAmount"));
}

// A cup's deposit is outside tax, unless something else was said.
bool is_cup_alone(const ApprovalInput& input) {
  const bool says_nothing = !input.parts && input.tax_free == 0 && input.tax_exempt == 0;
  return says_nothing && method_of(input.method) == Method::deposit_cup;
}

std::int64_t tax_exempt_of(const ApprovalInput& input) {
  return is_cup_alone(input) ? input.amount : input.tax_exempt;
}

struct WrongPart {
  const char* field;
  std::int64_t left;
};

// The first field that says more than is left; else the one that says less than the last approval has to
// take.
WrongPart wrong_part(const ApprovalInput& input, const TaxParts& left) {
  if (is_cup_alone(input)) return {"/amount", left.tax_exempt};
  const TaxParts own = own_parts(input);
  if (input.parts && own.supply > left.supply) return {"/suppliedAmount", left.supply};
  if (input.parts && own.vat > left.vat) return {"/vat", left.vat};
  if (own.tax_free > left.tax_free) return {"/taxFreeAmount", left.tax_free};
  if (own.tax_exempt > left.tax_exempt) return {"/taxExemptionAmount", left.tax_exempt};
  const bool is_free = own.tax_free < left.tax_free;
  return is_free ? WrongPart{"/taxFreeAmount", left.tax_free}
                 : WrongPart{"/taxExemptionAmount", left.tax_exempt};
}

// A share of `remaining` where the formula finds none: taxable goods first, then tax-free, then outside tax.
TaxParts filled_from(const TaxParts& remaining, std::int64_t amount) {
  TaxParts parts;
  const std::int64_t taxable = std::min(amount, remaining.supply + remaining.vat);
  if (const auto of_taxable = parts_of_cancel({remaining.supply, remaining.vat, 0, 0}, taxable, 0, 0)) {
    parts = *of_taxable;
  }
  parts.tax_free = std::min(amount - taxable, remaining.tax_free);
  parts.tax_exempt = amount - taxable - parts.tax_free;
  return parts;
}

}  // namespace

std::variant<TaxParts, Refusal> parts_of_wish(const WishedParts& wish, const std::string& pointer) {
  if (wish.parts) {
    if (wish.parts->any_negative() || wish.parts->total() != wish.amount)
      return refuse_parts(wish.amount, pointer);
    return *wish.parts;
  }
  const auto parts = parts_of_total(wish.amount, wish.tax_free, wish.tax_exempt);
  if (!parts) return refuse_untaxed(wish, pointer);
  return *parts;
}

std::optional<Refusal> check_approval_input(const ApprovalInput& input, const std::string& pointer) {
  if (input.amount <= 0) {
    return refuse(
        RefusalCode::amount_not_positive,
        "An approval's amount must be more than zero; this one is " + std::to_string(input.amount) + ".",
        pointer + "/amount");
  }
  auto parts = parts_of_wish({input.amount, input.parts, input.tax_free, input.tax_exempt}, pointer);
  if (auto* refusal = std::get_if<Refusal>(&parts)) return std::move(*refusal);
  const char* wrong = std::visit(WrongDetail{input.amount}, input.method);
  if (wrong == nullptr) return std::nullopt;
  return refuse(
      RefusalCode::method_detail_invalid,
      "The detail of " + std::string(code_of(method_of(input.method))) + " is wrong: " + wrong + ".",
      pointer + "/method");
}

std::optional<Refusal> check_still_due(const ApprovalInput& input, Instant issued,
                                       const std::string& pointer) {
  const auto* account = std::get_if<VirtualAccountDetail>(&input.method);
  const bool is_open = account == nullptr || account->due_at.is_zero() || account->due_at > issued;
  if (is_open || !waits_for_deposit(input)) return std::nullopt;
  return refuse(RefusalCode::method_detail_invalid,
                "The account could be paid into until " + to_rfc3339(account->due_at) +
                    " only, which isn't after " + to_rfc3339(issued) +
                    ": nobody could. Send a later dueAt, or leave it out.",
                pointer + "/virtualAccount/dueAt");
}

bool names_parts(const ApprovalInput& input) {
  return input.parts || input.tax_free != 0 || input.tax_exempt != 0 || is_cup_alone(input);
}

TaxParts own_parts(const ApprovalInput& input) {
  if (input.parts) return *input.parts;
  const auto parts = parts_of_total(input.amount, input.tax_free, tax_exempt_of(input));
  WJ_ASSERT(parts.has_value());
  return *parts;
}

std::optional<TaxParts> parts_of_approval(const ApprovalInput& input, const TaxParts& left) {
  const auto room = left.total();
  if (left.any_negative() || !room || input.amount > *room) return own_parts(input);
  if (input.parts) return sub(left, *input.parts)->any_negative() ? std::nullopt : input.parts;
  const auto share = parts_of_cancel(left, input.amount, input.tax_free, tax_exempt_of(input));
  return share || names_parts(input) ? share : filled_from(left, input.amount);
}

Refusal refuse_parts_of_approval(RefusalCode code, const ApprovalInput& input, const TaxParts& left,
                                 const std::string& pointer) {
  const auto wrong = wrong_part(input, left);
  return refuse(code,
                "The tax parts of approvals are taken from their payment's, of which supply " +
                    std::to_string(left.supply) + ", VAT " + std::to_string(left.vat) + ", tax-free " +
                    std::to_string(left.tax_free) + " and tax-exempt " + std::to_string(left.tax_exempt) +
                    " are left for this one (in the currency's smallest unit); what it names can't be taken "
                    "from that. Correct its tax fields, or leave them out to have them computed; a payment's "
                    "own are named when it is created.",
                pointer + wrong.field, wrong.left);
}

void fill_terms(ApprovalTerms& terms, const ApprovalInput& input, std::uint32_t seq, const TaxParts& parts,
                const DecideContext& context) {
  terms.approval = ApprovalId(context.ids.next(context.now, context.slot));
  terms.seq = seq;
  terms.method = input.method;
  terms.parts = parts;
  terms.pg_code = input.pg_code;
  terms.van = input.van;
}

void add_recorded_approval(std::vector<Decided>& events, const ApprovalInput& input, std::uint32_t seq,
                           const TaxParts& parts, const DecideContext& context) {
  Decided& event = events.emplace_back();
  event.occurred_at = or_now(input.approved_at, context);
  if (waits_for_deposit(input)) {
    auto& body = event.body.emplace<VirtualAccountIssued>();
    fill_terms(body.terms, input, seq, parts, context);
    body.issued_at = event.occurred_at;
    return;
  }
  auto& body = event.body.emplace<ApprovalApproved>();
  fill_terms(body.terms, input, seq, parts, context);
  body.approve_no = input.approve_no;
  body.network_txn_id = input.network_txn_id;
  body.approved_at = event.occurred_at;
}

}  // namespace wonjang
