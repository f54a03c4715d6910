#include "engine/serving/hints.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash64.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kOrderTail = 6;
constexpr std::size_t kPhoneTail = 4;
constexpr std::size_t kCardDigits = 16;

bool is_continuation(char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80U; }

struct Collect {
  const Event& event;
  Hints& out;

  void operator()(const PaymentCreated& body) const {
    add_order(event.order_id);
    add(IdKind::external_key, body.external.payment_key);
    add(IdKind::transaction_key, body.external.transaction_key);
    add(IdKind::customer_key, body.customer_key);
    add(IdKind::sub_mall, body.sub_mall_id);
    add(IdKind::store, body.store_id);
    add_phone(body.buyer.phone);
    add(TextField::buyer, body.buyer.name);
    add(TextField::product, body.order_name);
    for (const auto& [name, value] : body.metadata) add_metadata(name, value);
  }
  void operator()(const ApprovalRequested& body) const { add_terms(body.terms); }
  void operator()(const ApprovalApproved& body) const {
    add_terms(body.terms);
    add(IdKind::approve_no, body.approve_no);
    add(IdKind::network_txn, body.network_txn_id);
  }
  void operator()(const ApprovalDeclined& body) const { add_terms(body.terms); }
  void operator()(const VirtualAccountIssued& body) const { add_terms(body.terms); }
  void operator()(const DepositConfirmed& body) const {
    add(IdKind::bank_notice, body.bank_notice_id);
    add(TextField::depositor, body.depositor);
  }
  void operator()(const DepositReversed& body) const { add(IdKind::bank_notice, body.bank_notice_id); }
  void operator()(const CancelRequested& body) const { add_raw(IdKind::cancel, body.terms.cancel.raw()); }
  void operator()(const CancelSucceeded& body) const {
    add_raw(IdKind::cancel, body.terms.cancel.raw());
    add(IdKind::transaction_key, body.transaction_key);
  }
  void operator()(const CancelFailed& body) const { add_raw(IdKind::cancel, body.terms.cancel.raw()); }
  void operator()(const AcquisitionUpdated& body) const {
    add(IdKind::slip_no, body.slip_no);
    add(IdKind::acquire_batch, body.batch_id);
  }
  template <typename Other>
  void operator()(const Other&) const {}

 private:
  void add(IdKind kind, std::string_view text) const {
    std::string value = normal_id(text);
    if (!value.empty()) out.ids.push_back({kind, std::move(value)});
  }
  void add(TextField field, std::string_view text) const {
    if (!text.empty()) out.texts.push_back({field, text});
  }
  void add_raw(IdKind kind, RawId id) const { out.ids.push_back({kind, id.to_bytes()}); }

  void add_metadata(std::string_view name, std::string_view value) const {
    out.ids.push_back({IdKind::metadata_pair, metadata_pair_id(name, value)});
    const auto words = searched_part(value);
    if (words.empty()) return add(IdKind::metadata_value, value);
    add(TextField::metadata, words);
  }
  void add_order(std::string_view order_id) const {
    std::string value = normal_id(order_id);
    const auto tail = tail_of(value, kOrderTail);
    if (!tail.empty()) out.ids.push_back({IdKind::order_tail, std::string(tail)});
    if (!value.empty()) out.ids.push_back({IdKind::order_id, std::move(value)});
  }
  void add_phone(std::string_view phone) const {
    const std::string digits = only_digits(phone);
    if (digits.size() < kPhoneTail) return;
    out.ids.push_back({IdKind::phone_tail, digits.substr(digits.size() - kPhoneTail)});
  }
  void add_card(const CardDetail& card) const {
    if (card.last4.size() == 4) out.ids.push_back({IdKind::card_tail, card.last4});
  }
  void add_terms(const ApprovalTerms& terms) const {
    add_raw(IdKind::approval, terms.approval.raw());
    if (const auto* card = std::get_if<CardDetail>(&terms.method)) add_card(*card);
    if (const auto* easy = std::get_if<EasyPayDetail>(&terms.method); easy != nullptr && easy->card) {
      add_card(*easy->card);
    }
    if (const auto* account = std::get_if<VirtualAccountDetail>(&terms.method)) {
      add(TextField::depositor, account->depositor);
    }
  }
};

}  // namespace

void collect_hints(const Event& event, Hints& hints) { std::visit(Collect{event, hints}, event.body); }

std::string_view searched_part(std::string_view metadata_value) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_plain = [](char c) { return static_cast<std::uint8_t>(c) < 0x80; };
  const bool has_digit = std::any_of(metadata_value.begin(), metadata_value.end(), is_digit);
  if (has_digit && std::all_of(metadata_value.begin(), metadata_value.end(), is_plain)) return {};
  std::size_t end = 0;
  for (std::size_t characters = 0; end < metadata_value.size(); ++end) {
    if (is_continuation(metadata_value[end])) continue;
    if (++characters > kMetadataWords) break;
  }
  return metadata_value.substr(0, end);
}

std::string metadata_pair_id(std::string_view name, std::string_view value) {
  std::string out;
  put_be64(out, hash64(value, hash64(name)));
  return out;
}

std::string status_id(MerchantNo merchant, PaymentStatus status) {
  std::string out;
  put_be32(out, merchant);
  out.push_back(static_cast<char>(status));
  return out;
}

std::string normal_id(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.size() > kIdBytesMax) {
    std::size_t size = kIdBytesMax;
    while (size > 0 && is_continuation(text[size])) --size;
    text = text.substr(0, size);
  }
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::string only_digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') out.push_back(c);
  }
  return out;
}

std::string_view tail_of(std::string_view text, std::size_t count) {
  std::size_t at = text.size();
  for (std::size_t taken = 0; at > 0 && taken < count;) {
    --at;
    if (!is_continuation(text[at])) ++taken;
  }
  return at == 0 ? std::string_view() : text.substr(at);
}

std::string masked_card(std::string_view bin, std::string_view last4) {
  if (bin.size() < 6 || last4.size() != 4 || bin.size() + last4.size() > kCardDigits) return {};
  std::string out(bin);
  out.append(kCardDigits - bin.size() - last4.size(), '*');
  return out.append(last4);
}

}  // namespace wonjang::serving
