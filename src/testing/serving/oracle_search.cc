// Search: every payment's texts and ids, compared one by one.
#include <algorithm>
#include <array>

#include "base/assert.h"
#include "testing/serving/oracle.h"

namespace wonjang::testing {
namespace {

using serving::SearchHit;
using serving::TextField;

constexpr char32_t kMaskCharacter = U'*';

std::string_view name_of(TextField field) {
  switch (field) {
    case TextField::buyer:
      return "buyer";
    case TextField::product:
      return "product";
    case TextField::depositor:
      return "depositor";
    case TextField::metadata:
      return "metadata";
  }
  return {};
}

// By number of OracleId.
constexpr std::array<std::string_view, 19> kIdNames = {
    "orderId", "orderId",   "approveNo", "networkTxnId",   "transactionKey", "approvalId",  "cancelId",
    "card",    "card",      "phone",     "phone",          "externalKey",    "customerKey", "bankNoticeId",
    "slipNo",  "subMallId", "storeId",   "acquireBatchId", "metadata"};

std::string lower_trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string without_separators(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '-') out.push_back(c);
  }
  return out;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string last(const std::string& text, std::size_t count) {
  return text.size() > count ? text.substr(text.size() - count) : std::string();
}

// Order ids are ASCII at the door, so a byte is a character.
void add(std::vector<std::pair<OracleId, std::string>>& out, OracleId kind, const std::string& text) {
  if (!lower_trimmed(text).empty()) out.emplace_back(kind, lower_trimmed(text));
}

void add_card(std::vector<std::pair<OracleId, std::string>>& out, const CardDetail& card) {
  if (card.last4.size() == 4) out.emplace_back(OracleId::card_tail, card.last4);
  if (card.bin.size() >= 6 && card.last4.size() == 4) {
    out.emplace_back(OracleId::card, card.bin + std::string(12 - card.bin.size(), '*') + card.last4);
  }
}

void add_terms(std::vector<std::pair<OracleId, std::string>>& out, const ApprovalTerms& terms) {
  out.emplace_back(OracleId::approval, lower_trimmed(terms.approval.text()));
  if (const auto* card = std::get_if<CardDetail>(&terms.method)) add_card(out, *card);
  const auto* easy = std::get_if<EasyPayDetail>(&terms.method);
  if (easy != nullptr && easy->card) add_card(out, *easy->card);
}

// Metadata: a code is plain ASCII with a digit in it; all else is words.
bool reads_like_words(const std::string& value) {
  bool digit = false;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) > 0x7F) return true;
    digit = digit || (c >= '0' && c <= '9');
  }
  return !digit;
}

const ApprovalTerms* terms_in(const Event& event) {
  if (const auto* e = std::get_if<ApprovalRequested>(&event.body)) return &e->terms;
  if (const auto* e = std::get_if<ApprovalApproved>(&event.body)) return &e->terms;
  if (const auto* e = std::get_if<ApprovalDeclined>(&event.body)) return &e->terms;
  if (const auto* e = std::get_if<VirtualAccountIssued>(&event.body)) return &e->terms;
  return nullptr;
}

std::vector<std::pair<OracleId, std::string>> ids_in(const Event& event) {
  std::vector<std::pair<OracleId, std::string>> out;
  if (const auto* e = std::get_if<PaymentCreated>(&event.body)) {
    add(out, OracleId::order_id, event.order_id);
    add(out, OracleId::order_tail, last(lower_trimmed(event.order_id), 6));
    add(out, OracleId::external_key, e->external.payment_key);
    add(out, OracleId::transaction_key, e->external.transaction_key);
    add(out, OracleId::customer_key, e->customer_key);
    add(out, OracleId::sub_mall, e->sub_mall_id);
    add(out, OracleId::store, e->store_id);
    add(out, OracleId::phone, e->buyer.phone);
    for (const auto& [name, value] : e->metadata) {
      if (!reads_like_words(value)) add(out, OracleId::metadata, value);
    }
    if (e->buyer.phone.size() >= 4)
      add(out, OracleId::phone_tail, e->buyer.phone.substr(e->buyer.phone.size() - 4));
  } else if (const auto* approved = std::get_if<ApprovalApproved>(&event.body)) {
    add(out, OracleId::approve_no, approved->approve_no);
    add(out, OracleId::network_txn, approved->network_txn_id);
  } else if (const auto* deposit = std::get_if<DepositConfirmed>(&event.body)) {
    add(out, OracleId::bank_notice, deposit->bank_notice_id);
  } else if (const auto* reversed = std::get_if<DepositReversed>(&event.body)) {
    add(out, OracleId::bank_notice, reversed->bank_notice_id);
  } else if (const auto* wish = std::get_if<CancelRequested>(&event.body)) {
    add(out, OracleId::cancel, wish->terms.cancel.text());
  } else if (const auto* cancel = std::get_if<CancelSucceeded>(&event.body)) {
    add(out, OracleId::cancel, cancel->terms.cancel.text());
    add(out, OracleId::transaction_key, cancel->transaction_key);
  } else if (const auto* failed = std::get_if<CancelFailed>(&event.body)) {
    add(out, OracleId::cancel, failed->terms.cancel.text());
  } else if (const auto* slip = std::get_if<AcquisitionUpdated>(&event.body)) {
    add(out, OracleId::slip_no, slip->slip_no);
    add(out, OracleId::acquire_batch, slip->batch_id);
  }
  if (const auto* terms = terms_in(event)) add_terms(out, *terms);
  return out;
}

// Does what was typed name this id?
bool names(const std::string& typed, OracleId kind, const std::string& value) {
  const std::string plain = lower_trimmed(typed);
  const std::string bare = without_separators(plain);
  switch (kind) {
    case OracleId::order_id:
    case OracleId::approve_no:
    case OracleId::network_txn:
    case OracleId::transaction_key:
    case OracleId::approval:
    case OracleId::cancel:
    case OracleId::external_key:
    case OracleId::customer_key:
    case OracleId::bank_notice:
    case OracleId::slip_no:
    case OracleId::sub_mall:
    case OracleId::store:
    case OracleId::acquire_batch:
    case OracleId::metadata:
      return plain == value;
    case OracleId::order_tail:
      return plain.size() == 6 && plain == value;
    case OracleId::card:
      return bare == value;
    case OracleId::phone:
      return is_digits(bare) && bare.size() > 4 && value.ends_with(bare);
    case OracleId::card_tail:
    case OracleId::phone_tail:
      return plain.size() == 4 && is_digits(plain) && plain == value;
  }
  return false;
}

char32_t initial_of(char32_t syllable) {
  static constexpr char32_t kInitials[] = U"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
  return kInitials[(syllable - 0xAC00) / 588];
}

bool stands_for(char32_t wanted, char32_t stored) {
  if (wanted == stored) return true;
  return stored >= 0xAC00 && stored <= 0xD7A3 && initial_of(stored) == wanted;
}

Found find_at(const std::u32string& pattern, const std::u32string& form, std::size_t at) {
  bool agreed = false;
  bool by_mask = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == kMaskCharacter) continue;
    if (form[at + i] == kMaskCharacter) {
      by_mask = true;
    } else if (stands_for(pattern[i], form[at + i])) {
      agreed = true;
    } else {
      return Found::no;
    }
  }
  if (!agreed) return Found::no;
  return by_mask ? Found::possible : Found::certain;
}

}  // namespace

Found find_in(const std::u32string& pattern, const std::u32string& form) {
  Found best = Found::no;
  if (pattern.empty()) return best;
  for (std::size_t at = 0; at + pattern.size() <= form.size(); ++at)
    best = std::max(best, find_at(pattern, form, at));
  return best;
}

void Oracle::note_search(Record& record, const Event& event) const {
  for (auto& [kind, value] : ids_in(event)) {
    const bool known =
        std::any_of(record.ids.begin(), record.ids.end(),
                    [&, k = kind, &v = value](const FoundId& id) { return id.kind == k && id.value == v; });
    if (!known) record.ids.push_back({kind, std::move(value)});
  }
  if (!options_.normal_form) return;
  const auto add_text = [&](TextField field, const std::string& text) {
    if (!text.empty()) record.texts.push_back({field, options_.normal_form(text)});
  };
  if (const auto* created = std::get_if<PaymentCreated>(&event.body)) {
    add_text(TextField::buyer, created->buyer.name);
    add_text(TextField::product, created->order_name);
    for (const auto& [name, value] : created->metadata) {
      if (reads_like_words(value)) add_text(TextField::metadata, value);
    }
  } else if (const auto* deposit = std::get_if<DepositConfirmed>(&event.body)) {
    add_text(TextField::depositor, deposit->depositor);
  } else if (const auto* terms = terms_in(event)) {
    if (const auto* account = std::get_if<VirtualAccountDetail>(&terms->method))
      add_text(TextField::depositor, account->depositor);
  }
}

Oracle::Match Oracle::match_texts(const Record& record, const std::u32string& pattern) const {
  Match out;
  const bool asks_masks = pattern.find(kMaskCharacter) != std::u32string::npos;
  for (const TextField field :
       {TextField::buyer, TextField::product, TextField::depositor, TextField::metadata}) {
    Found best = Found::no;
    for (const auto& text : record.texts) {
      if (text.field == field) best = std::max(best, find_in(pattern, text.form));
    }
    if (best == Found::no) continue;
    out.names.emplace_back(name_of(field));
    if (best == Found::certain || asks_masks) out.certain = true;
  }
  return out;
}

Oracle::Match Oracle::match(const Record& record, const std::string& text,
                            const std::u32string& pattern) const {
  Match out = match_texts(record, pattern);
  const auto add_name = [&](std::string_view name) {
    out.certain = true;
    if (std::find(out.names.begin(), out.names.end(), name) == out.names.end()) out.names.emplace_back(name);
  };
  // Metadata is told last, words and codes alike.
  const bool in_words = !out.names.empty() && out.names.back() == name_of(TextField::metadata);
  if (in_words) out.names.pop_back();
  if (lower_trimmed(text) == lower_trimmed(record.at.payment.text())) add_name("paymentId");
  for (std::size_t kind = 0; kind < kIdNames.size(); ++kind) {
    for (const auto& id : record.ids) {
      if (id.kind == static_cast<OracleId>(kind) && names(text, id.kind, id.value)) add_name(kIdNames[kind]);
    }
  }
  const std::string_view last_name = name_of(TextField::metadata);
  if (in_words && (out.names.empty() || out.names.back() != last_name)) out.names.emplace_back(last_name);
  return out;
}

serving::Paged<SearchHit> Oracle::search(const serving::SearchQuery& query) const {
  const auto pattern = options_.normal_form ? options_.normal_form(query.text) : std::u32string();
  struct Hit {
    const Record* record;
    Match match;
  };
  std::vector<Hit> hits;
  for (const auto& record : records_) {
    if (query.merchant && record.at.merchant != *query.merchant) continue;
    if (!query.from.is_zero() && record.at.at < query.from) continue;
    if (!query.until.is_zero() && record.at.at >= query.until) continue;
    Match found = match(record, query.text, pattern);
    if (!found.names.empty()) hits.push_back({&record, std::move(found)});
  }
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    if (a.match.certain != b.match.certain) return a.match.certain;
    if (a.record->at.at != b.record->at.at) return a.record->at.at > b.record->at.at;
    return a.record->at.payment < b.record->at.payment;
  });
  serving::Paged<SearchHit> out;
  const std::size_t first = query.after.empty() ? 0 : std::stoull(query.after);
  for (std::size_t i = first; i < hits.size() && out.items.size() < query.limit; ++i) {
    out.items.push_back(
        {hits[i].record->at, payment_of(*hits[i].record), hits[i].match.names, !hits[i].match.certain});
  }
  if (first + out.items.size() < hits.size()) out.next = std::to_string(first + out.items.size());
  out.reading = {"oracle", records_.size(), 0};
  return out;
}

}  // namespace wonjang::testing
