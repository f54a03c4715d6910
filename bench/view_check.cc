#include "view_check.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "engine/serving/text.h"
#include "testing/serving/oracle.h"
#include "view_looked.h"
#include "view_queries.h"

namespace wonjang::bench {
namespace {

using testing::find_in;
using testing::Found;

std::int64_t added_up(const TaxParts& parts) {
  return parts.supply + parts.vat + parts.tax_free + parts.tax_exempt;
}

}  // namespace

Seen look_at(const testing::Life& life) { return look_at(life, life.payment); }

Seen look_at(const testing::Life& life, const Payment& payment) {
  Seen out;
  out.merchant = life.merchant;
  out.at = payment.terms.requested_at.is_zero() ? payment.created_at : payment.terms.requested_at;
  out.id = payment.id;
  out.amount = payment.total;
  out.currency = payment.currency.code();
  out.status = payment.status;
  const Approval* leading = nullptr;
  for (const auto& approval : payment.approvals) {
    const bool held = approval.state == ApprovalState::approved || approval.state == ApprovalState::waiting;
    if (held && leading == nullptr) leading = &approval;
    if (approval.state != ApprovalState::approved) continue;
    out.gross += added_up(approval.terms.parts);
    for (const auto& cancel : payment.cancels) {
      const bool of_it = cancel.terms.approval == approval.terms.approval;
      if (of_it && cancel.state == CancelState::succeeded) out.canceled += added_up(cancel.terms.parts);
    }
  }
  if (leading == nullptr && !payment.approvals.empty()) leading = &payment.approvals.back();
  if (leading != nullptr) out.method = method_of(leading->terms.method);
  const bool is_card = leading != nullptr && std::holds_alternative<CardDetail>(leading->terms.method);
  out.is_canceled_card = is_card && (payment.status == PaymentStatus::canceled ||
                                     payment.status == PaymentStatus::partial_canceled);
  return out;
}

namespace {

struct OfMerchant {
  First newest{false};
  First largest{true};
  First canceled{false};
  std::map<std::string, Sum> sums;
  std::map<std::string, Sum> sums_of_canceled;
  std::map<std::pair<std::int32_t, std::string>, Sum> days;

  void add(const Seen& seen) {
    newest.offer(seen);
    largest.offer(seen);
    sums[seen.currency].add(seen);
    days[{business_date_of(seen.at).days, seen.currency}].add(seen);
    if (!seen.is_canceled_card) return;
    canceled.offer(seen);
    sums_of_canceled[seen.currency].add(seen);
  }
  void tell(const std::string& who, std::vector<std::string>& out) {
    out.push_back("R1" + who + " " + newest.text());
    out.push_back("R5" + who + " " + largest.text());
    out.push_back("R2" + who + " " + canceled.text());
    for (const auto& [currency, sum] : sums) out.push_back("R6" + who + " " + currency + " " + sum.text());
    for (const auto& [currency, sum] : sums_of_canceled) {
      out.push_back("R6f" + who + " " + currency + " " + sum.text());
    }
    Sum all;
    for (const auto& [day, sum] : days) all.add(sum);
    out.push_back("A1" + who + " " + std::to_string(days.size()) + " " + all.text());
  }
};

// One text: all that a payment is found by, and whether a name is among it. Of one merchant, or of all.
struct OfText {
  std::string name;
  std::u32string pattern;
  std::optional<std::uint32_t> merchant = {};
  Instant from = {};
  Instant until = {};
  First newest{false};

  void add(const Seen& seen, const std::vector<std::u32string>& names,
           const std::vector<std::u32string>& others) {
    if (merchant && (*merchant != seen.merchant || seen.at < from || seen.at >= until)) return;
    Found best = Found::no;
    for (const auto& text : names) best = std::max(best, find_in(pattern, text));
    const bool is_named = best != Found::no;
    for (const auto& text : others) best = std::max(best, find_in(pattern, text));
    if (best == Found::certain) newest.offer(seen, is_named);
  }
};

}  // namespace

std::vector<std::string> answers_by_looking(const testing::City& city, const TextForms& forms) {
  std::array<OfMerchant, kAskedMerchants.size()> merchants;
  std::vector<OfText> texts;
  for (const auto& [name, text] : kAskedTexts) {
    texts.push_back({std::string(name), serving::normal_form(forms, text)});
  }
  for (const auto merchant : kAskedMerchants) {
    const std::string who = " merchant " + std::to_string(merchant);
    const auto pattern = serving::normal_form(forms, kAskedWithin);
    const Instant late = start_of({business_date_of(city.end()).days - kAskedWithinDays});
    texts.push_back({"S7" + who, pattern, merchant, city.begin(), city.end()});
    texts.push_back({"S7 30 d" + who, pattern, merchant, late, city.end()});
  }
  TotalsByLooking totals(city);
  LivesByLooking lives(city);
  const auto form = [&](const std::string& text) { return serving::normal_form(forms, text); };
  for (std::uint64_t n = 0; n < city.lives(); ++n) {
    if (n % (city.lives() / 10 + 1) == 0) {
      std::fprintf(stderr, "bench_views: %llu of %llu payments looked at\n",
                   static_cast<unsigned long long>(n), static_cast<unsigned long long>(city.lives()));
    }
    const auto life = city.life(n);
    const Payment& payment = life.payment;
    if (!payment.exists()) continue;
    const Seen seen = look_at(life);
    totals.add(life, seen);
    lives.add(life);
    std::vector<std::u32string> others;
    for (const auto& [name, value] : payment.terms.metadata) others.push_back(form(value));
    for (const auto& approval : payment.approvals) {
      others.push_back(form(approval.deposited_by));
      const auto* account = std::get_if<VirtualAccountDetail>(&approval.terms.method);
      if (account != nullptr) others.push_back(form(account->depositor));
    }
    const std::vector names{form(payment.terms.buyer.name), form(payment.terms.order_name)};
    for (auto& text : texts) text.add(seen, names, others);
    if (seen.at < city.begin() || seen.at >= city.end()) continue;
    for (std::size_t i = 0; i < merchants.size(); ++i) {
      if (kAskedMerchants[i] == seen.merchant) merchants[i].add(seen);
    }
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < merchants.size(); ++i) {
    merchants[i].tell(" merchant " + std::to_string(kAskedMerchants[i]), out);
  }
  for (auto& text : texts) out.push_back(text.name + " " + text.newest.text());
  totals.tell(out);
  lives.tell(out);
  return out;
}

}  // namespace wonjang::bench
