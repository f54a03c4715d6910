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
#include "view_queries.h"

namespace wonjang::bench {
namespace {

using testing::find_in;
using testing::Found;

constexpr std::size_t kPage = 50;
constexpr std::size_t kKept = 4'096;

// One payment as the questions see it.
struct Seen {
  std::uint32_t merchant = 0;
  Instant at;
  PaymentId id;
  std::int64_t amount = 0;
  std::string currency;
  bool is_canceled_card = false;
  std::int64_t gross = 0;
  std::int64_t canceled = 0;
};

std::int64_t added_up(const TaxParts& parts) {
  return parts.supply + parts.vat + parts.tax_free + parts.tax_exempt;
}

Seen look_at(const testing::Life& life) {
  const Payment& payment = life.payment;
  Seen out;
  out.merchant = life.merchant;
  out.at = payment.terms.requested_at.is_zero() ? payment.created_at : payment.terms.requested_at;
  out.id = payment.id;
  out.amount = payment.total;
  out.currency = payment.currency.code();
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
  const bool is_card = leading != nullptr && std::holds_alternative<CardDetail>(leading->terms.method);
  out.is_canceled_card = is_card && (payment.status == PaymentStatus::canceled ||
                                     payment.status == PaymentStatus::partial_canceled);
  return out;
}

// The first of many in an order.
class First {
 public:
  explicit First(bool by_amount) : by_amount_(by_amount) {}
  void offer(const Seen& seen, bool counts = true) {
    kept_.push_back({by_amount_ ? seen.amount : 0, seen.at, seen.id, counts});
    if (kept_.size() == kKept) trim();
  }
  // "how many ids": those of the first 50 that count.
  std::string text() {
    trim();
    std::string ids;
    std::size_t count = 0;
    for (const auto& one : kept_) {
      if (!one.counts) continue;
      ids.append(" ").append(one.id.text());
      ++count;
    }
    return std::to_string(count) + ids;
  }

 private:
  struct Kept {
    std::int64_t amount;
    Instant at;
    PaymentId id;
    bool counts;
  };
  void trim() {
    std::sort(kept_.begin(), kept_.end(), [](const Kept& a, const Kept& b) {
      if (a.amount != b.amount) return a.amount > b.amount;
      return a.at != b.at ? a.at > b.at : a.id < b.id;
    });
    if (kept_.size() > kPage) kept_.resize(kPage);
  }
  const bool by_amount_;
  std::vector<Kept> kept_;
};

struct Sum {
  std::int64_t count = 0;
  std::int64_t gross = 0;
  std::int64_t canceled = 0;
  void add(const Seen& seen) {
    ++count;
    gross += seen.gross;
    canceled += seen.canceled;
  }
  std::string text() const {
    return std::to_string(count) + " " + std::to_string(gross) + " " + std::to_string(canceled);
  }
};

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
    for (const auto& [day, sum] : days) {
      all.count += sum.count;
      all.gross += sum.gross;
      all.canceled += sum.canceled;
    }
    out.push_back("A1" + who + " " + std::to_string(days.size()) + " " + all.text());
  }
};

// One text: all that a payment is found by, and whether a name is among it.
struct OfText {
  std::string name;
  std::u32string pattern;
  First newest{false};

  void add(const Seen& seen, const std::vector<std::u32string>& names,
           const std::vector<std::u32string>& others) {
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
  return out;
}

}  // namespace wonjang::bench
