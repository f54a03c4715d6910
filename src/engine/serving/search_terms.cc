#include "engine/serving/search_terms.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "engine/serving/hint_merge.h"
#include "engine/serving/hints.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kHintSure = 60;  // normal_id cuts at 64 bytes, or up to 3 before
constexpr std::size_t kTail = 4;
constexpr std::size_t kOrderTail = 6;
constexpr std::size_t kPhoneDigitsMax = 20;
constexpr std::size_t kLeadingDigitsMin = 6;

constexpr std::array kPlainIds{IdKind::order_id,        IdKind::approve_no,   IdKind::network_txn,
                               IdKind::transaction_key, IdKind::external_key, IdKind::customer_key,
                               IdKind::bank_notice,     IdKind::slip_no,      IdKind::metadata_value,
                               IdKind::sub_mall,        IdKind::store,        IdKind::acquire_batch};

std::string_view name_of(IdKind kind) {
  switch (kind) {
    case IdKind::order_id:
    case IdKind::order_tail:
      return "orderId";
    case IdKind::approve_no:
      return "approveNo";
    case IdKind::network_txn:
      return "networkTxnId";
    case IdKind::transaction_key:
      return "transactionKey";
    case IdKind::approval:
      return "approvalId";
    case IdKind::cancel:
      return "cancelId";
    case IdKind::card_tail:
      return "card";
    case IdKind::phone_tail:
      return "phone";
    case IdKind::external_key:
      return "externalKey";
    case IdKind::customer_key:
      return "customerKey";
    case IdKind::bank_notice:
      return "bankNoticeId";
    case IdKind::slip_no:
      return "slipNo";
    case IdKind::metadata_value:
    case IdKind::metadata_pair:
      return "metadata";
    case IdKind::sub_mall:
      return "subMallId";
    case IdKind::store:
      return "storeId";
    case IdKind::acquire_batch:
      return "acquireBatchId";
    case IdKind::status:
      break;
  }
  return "";
}

// Full-width ASCII and the blanks of other widths become plain: ids are plain, and input methods aren't.
std::string narrowed(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return std::string(text);
  std::string out;
  while (!text.empty()) {
    char32_t c = take_code_point(text);
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFF01 - '!';
    if (c == 0x3000 || c == 0x00A0) c = ' ';
    append_utf8(out, c);
  }
  return out;
}

std::string trimmed_lower(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

// Our own ids have one spelling, in upper case behind the prefix; people paste what mail programs made of it.
template <typename Tag>
std::optional<Id<Tag>> own_id(std::string_view lower) {
  const std::string_view prefix = Tag::kPrefix;
  if (!lower.starts_with(prefix)) return std::nullopt;
  std::string text(lower);
  for (std::size_t i = prefix.size(); i < text.size(); ++i) {
    if (text[i] >= 'a' && text[i] <= 'z') text[i] = static_cast<char>(text[i] - ('a' - 'A'));
  }
  return Id<Tag>::parse(text);
}

// A typed number: digits as they are, masks as '*', separators left out. Nothing when there is anything else.
std::optional<std::string> number_of(std::string_view typed) {
  static constexpr std::u32string_view kSeparators = U" -./()+\u00A0\u2010\u2011\u2012\u2013\u2014\u3000";
  static constexpr std::u32string_view kMasks = U"*＊●○";
  std::string out;
  for (const char32_t c : to_code_points(typed)) {
    if (c >= U'0' && c <= U'9') {
      out.push_back(static_cast<char>(c));
    } else if (c >= U'０' && c <= U'９') {
      out.push_back(static_cast<char>('0' + (c - U'０')));
    } else if (kMasks.find(c) != std::u32string_view::npos) {
      out.push_back('*');
    } else if (kSeparators.find(c) == std::u32string_view::npos) {
      return std::nullopt;
    }
  }
  return out;
}

// Digits only; the country's number becomes the leading zero.
std::string national(std::string digits) {
  return digits.starts_with("8210") ? "0" + digits.substr(2) : digits;
}

// Calls visit(kind, text) for the row's ids that may be longer than their hints.
template <typename Visit>
void each_id(const Payment& payment, Visit visit) {
  visit(IdKind::order_id, payment.order_id);
  visit(IdKind::external_key, payment.terms.external.payment_key);
  visit(IdKind::transaction_key, payment.terms.external.transaction_key);
  visit(IdKind::customer_key, payment.terms.customer_key);
  visit(IdKind::sub_mall, payment.terms.sub_mall_id);
  visit(IdKind::store, payment.terms.store_id);
  for (const auto& [name, value] : payment.terms.metadata) visit(IdKind::metadata_value, value);
  for (const auto& approval : payment.approvals) {
    visit(IdKind::approve_no, approval.approve_no);
    visit(IdKind::network_txn, approval.network_txn_id);
    visit(IdKind::slip_no, approval.slip_no);
    visit(IdKind::acquire_batch, approval.acquire_batch_id);
    for (const auto& notice : approval.bank_notices) visit(IdKind::bank_notice, notice.id);
  }
  for (const auto& cancel : payment.cancels) visit(IdKind::transaction_key, cancel.transaction_key);
}

const CardDetail* card_of(const MethodDetail& method) {
  if (const auto* card = std::get_if<CardDetail>(&method)) return card;
  const auto* easy = std::get_if<EasyPayDetail>(&method);
  return easy != nullptr && easy->card ? &*easy->card : nullptr;
}

}  // namespace

Result<SearchTerms> SearchTerms::parse(const TextForms& forms, std::string_view typed) {
  SearchTerms out;
  out.add_ids(typed);
  out.add_numbers(typed);
  auto pattern = Pattern::parse(forms, typed);
  if (pattern) {
    out.pattern_ = *std::move(pattern);
    return out;
  }
  // An id may be longer than a text that is searched for; it has no blanks inside and is plain ASCII.
  const std::string id = trimmed_lower(narrowed(typed));
  const bool can_be_id = id.size() > kPatternMax &&
                         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (!can_be_id) return std::move(pattern).error();
  return out;
}

void SearchTerms::add_ids(std::string_view typed) {
  const std::string narrow = narrowed(typed);
  std::string id = normal_id(narrow);
  if (id.empty()) return;
  payment_ = own_id<PaymentTag>(id);
  if (const auto approval = own_id<ApprovalTag>(id))
    ids_.emplace_back(IdKind::approval, approval->raw().to_bytes());
  if (const auto cancel = own_id<CancelTag>(id)) ids_.emplace_back(IdKind::cancel, cancel->raw().to_bytes());
  if (id.size() >= kHintSure) long_id_ = trimmed_lower(narrow);
  // A value of metadata stands as it was sent, which may be wide too.
  if (narrow != typed && searched_part(typed).empty())
    ids_.emplace_back(IdKind::metadata_value, normal_id(typed));
  for (const IdKind kind : kPlainIds) {
    const bool is_text = kind == IdKind::metadata_value && !searched_part(typed).empty();
    if (!is_text) ids_.emplace_back(kind, id);
  }
  // Exactly so many characters: a tail of more gives nothing, a tail of one more too.
  if (!tail_of(id, kOrderTail - 1).empty() && tail_of(id, kOrderTail).empty()) {
    ids_.emplace_back(IdKind::order_tail, std::move(id));
  }
}

void SearchTerms::add_numbers(std::string_view typed) {
  const auto number = number_of(typed);
  if (!number || number->size() < kTail) return;
  const std::string tail = number->substr(number->size() - kTail);
  if (tail.find('*') != std::string::npos) return;
  const std::size_t leading = number->find('*');
  if (leading != std::string::npos) {
    const bool is_masked_once =
        number->find_first_not_of('*', leading) == number->size() - kTail && leading >= kLeadingDigitsMin;
    if (!is_masked_once) return;
    card_leading_ = number->substr(0, leading);
    card_tail_ = tail;
    ids_.emplace_back(IdKind::card_tail, tail);
    return;
  }
  if (number->size() == kTail) ids_.emplace_back(IdKind::card_tail, tail);
  if (number->size() > kPhoneDigitsMax) return;
  if (number->size() > kTail) phone_ = national(*number);
  ids_.emplace_back(IdKind::phone_tail, tail);
}

Judged SearchTerms::best_of(const TextForms& forms, std::string_view text, Judged so_far) const {
  if (text.empty() || so_far == Judged::certain) return so_far;
  bool possible = false;
  if (!matches(*pattern_, normal_form(forms, text), &possible)) return so_far;
  return possible ? Judged::possible : Judged::certain;
}

bool SearchTerms::names(IdKind kind, const Payment& payment) const {
  if (kind == IdKind::card_tail && !card_tail_.empty()) {
    return std::any_of(payment.approvals.begin(), payment.approvals.end(), [this](const Approval& approval) {
      const CardDetail* card = card_of(approval.terms.method);
      return card != nullptr && card->last4 == card_tail_ && card->bin.starts_with(card_leading_);
    });
  }
  if (kind == IdKind::phone_tail && !phone_.empty()) {
    return national(only_digits(payment.terms.buyer.phone)).ends_with(phone_);
  }
  const bool is_plain = std::find(kPlainIds.begin(), kPlainIds.end(), kind) != kPlainIds.end();
  if (!is_plain || long_id_.empty()) return true;
  bool found = false;
  each_id(payment, [&](IdKind of, const std::string& text) {
    found = found || (of == kind && trimmed_lower(text) == long_id_);
  });
  return found;
}

Judgement SearchTerms::judge(const TextForms& forms, const Payment& payment, std::uint32_t ids) const {
  Judgement out;
  const auto add = [&out](std::string_view name, Judged judged) {
    if (judged == Judged::no) return;
    out.judged = std::max(out.judged, judged);
    if (out.matched.empty() || out.matched.back() != name) out.matched.emplace_back(name);
  };
  auto metadata = Judged::no;
  if (pattern_) {
    auto depositor = Judged::no;
    for (const auto& approval : payment.approvals) {
      if (const auto* account = std::get_if<VirtualAccountDetail>(&approval.terms.method)) {
        depositor = best_of(forms, account->depositor, depositor);
      }
      depositor = best_of(forms, approval.deposited_by, depositor);
    }
    for (const auto& [name, value] : payment.terms.metadata) {
      metadata = best_of(forms, searched_part(value), metadata);
    }
    add("buyer", best_of(forms, payment.terms.buyer.name, Judged::no));
    add("product", best_of(forms, payment.terms.order_name, Judged::no));
    add("depositor", depositor);
    // Whoever types a mask asks for what a mask may stand for.
    if (pattern_->has_mask()) {
      if (out.judged == Judged::possible) out.judged = Judged::certain;
      if (metadata == Judged::possible) metadata = Judged::certain;
    }
  }
  if (payment_ && *payment_ == payment.id) add("paymentId", Judged::certain);
  for (unsigned kind = 1; kind < 32; ++kind) {
    const auto its = static_cast<IdKind>(kind);
    if ((ids & bit_of(its)) == 0 || !names(its, payment)) continue;
    if (its == IdKind::metadata_value) {
      metadata = Judged::certain;
    } else {
      add(name_of(its), Judged::certain);
    }
  }
  add("metadata", metadata);
  return out;
}

}  // namespace wonjang::serving
