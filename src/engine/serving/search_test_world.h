// A small world to search in, for tests: payments written through the real keys, rows and hints, and the same
// payments kept aside, so that a test can look at each one and say what a search has to find.
//
// Threads: one owner.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hash64.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "domain/registry.h"
#include "engine/serving/bucket.h"
#include "engine/serving/dictionary.h"
#include "engine/serving/hints.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/place.h"
#include "engine/serving/search.h"
#include "testing/fake_log.h"
#include "testing/korean_text.h"
#include "testing/serving_texts.h"

namespace wonjang::serving {

// Keeps events, and gives their numbers as bytes.
class PocketCodec final : public EventCodec {
 public:
  void encode(const Event& event, std::string& out) const override {
    put_be32(out, static_cast<std::uint32_t>(events_.size()));
    events_.push_back(event);
  }
  Result<Event> decode(std::string_view bytes) const override { return events_.at(ByteReader(bytes).be32()); }

 private:
  mutable std::vector<Event> events_;
};

class SearchWorld {
 public:
  explicit SearchWorld(std::uint32_t merchants, DictionaryOptions options = {},
                       std::unique_ptr<KvStore> store = new_memory_store(view_spaces()))
      : store_(std::move(store)), dictionary_(std::make_unique<Dictionary>(options)), options_(options) {
    for (std::uint32_t i = 0; i < merchants; ++i) {
      Event event;
      event.stream = kRegistryStream;
      event.version = i;
      event.merchant = merchant_id(i);
      event.body = MerchantRegistered{"m" + std::to_string(i), "Merchant", {}};
      std::string bytes;
      codec_.encode(event, bytes);
      log_.append(0, kRegistryStream, {bytes});
    }
  }

  static MerchantId merchant_id(MerchantNo number) { return MerchantId(RawId{77, number + 1}); }
  static PaymentId payment_id(std::uint64_t number) {
    return PaymentId(RawId{hash64(std::to_string(number)), number});
  }

  // A payment that is created as this, at this time.
  struct Wish {
    MerchantNo merchant = 0;
    Instant at = {};
    std::string buyer = {};
    std::string product = {};
    std::string order_id = "order";
    std::string phone = {};
    std::string customer_key = {};
    std::string payment_key = {};
    std::string sub_mall = {};
    std::string store = {};
    Metadata metadata = {};
  };
  PaymentId add(const Wish& wish) {
    Event event;
    event.stream = payment_id(next_++).raw();
    event.merchant = merchant_id(wish.merchant);
    event.order_id = wish.order_id;
    event.recorded_at = wish.at;
    event.status_after = PaymentStatus::ready;
    PaymentCreated body;
    body.order_name = wish.product;
    body.parts.supply = 1'000;
    body.requested_at = wish.at;
    body.customer_key = wish.customer_key;
    body.external.payment_key = wish.payment_key;
    body.sub_mall_id = wish.sub_mall;
    body.store_id = wish.store;
    body.buyer = {wish.buyer, wish.phone, ""};
    body.metadata = wish.metadata;
    event.body = std::move(body);
    Kept& kept = payments_[PaymentId(event.stream)];
    kept.at = {wish.merchant, wish.at, PaymentId(event.stream)};
    fold(kept, std::move(event));
    return kept.at.payment;
  }
  // The payment's next event.
  void happen(PaymentId payment, EventBody body) {
    Kept& kept = payments_.at(payment);
    Event event;
    event.stream = payment.raw();
    event.version = kept.row.payment.version;
    event.merchant = kept.row.payment.merchant;
    event.order_id = kept.row.payment.order_id;
    event.recorded_at = kept.at.at;
    event.body = std::move(body);
    fold(kept, std::move(event));
  }
  static ApprovalTerms card_terms(std::uint64_t id, std::string bin, std::string last4) {
    ApprovalTerms out;
    out.approval = ApprovalId(RawId{5, id});
    out.seq = 1;
    CardDetail card;
    card.bin = std::move(bin);
    card.last4 = std::move(last4);
    out.method = std::move(card);
    return out;
  }

  // What was added becomes visible.
  void commit() {
    for (const auto& [key, delta] : buckets_) batch_.put(kBuckets, key, encode_bucket(delta));
    ASSERT_TRUE(store_->write(batch_));
    batch_.clear();
  }

  // A posting without a text behind it in the row, as a rename would leave it.
  void add_stale_posting(TextField field, std::string_view text, PaymentId payment) {
    const auto form = normal_form(forms(), text);
    const Locator& at = payments_.at(payment).at;
    if (dictionary_->add(field, form, at.at) == Added::now)
      batch_.put(kDictionary, dictionary_key(field, form), {});
    batch_.put(kPostings, posting_key(field, dictionary_->id_of(field, form), at),
               merchant_prefix(at.merchant));
  }
  void add_hint_to_nothing(TextField field, std::string_view text, const Locator& at) {
    const auto form = normal_form(forms(), text);
    batch_.put(kPostings, posting_key(field, dictionary_->id_of(field, form), at),
               merchant_prefix(at.merchant));
  }

  // As after a restart: newest times are unknown.
  void load_dictionary_again(bool warm) {
    dictionary_ = std::make_unique<Dictionary>(options_);
    const auto snapshot = store_->snapshot();
    ASSERT_TRUE(dictionary_->load(*snapshot));
    WarmPlace place;
    if (warm) {
      ASSERT_TRUE(dictionary_->warm(*snapshot, place, UINT32_MAX));
    }
  }

  Result<Paged<SearchHit>> search(const SearchQuery& query, const SearchLimits& limits = {}) const {
    const auto snapshot = store_->snapshot();
    return Search::run(*snapshot, *dictionary_, merchants_, forms(), query, limits);
  }

  // What a search has to find, by looking at every payment: texts in their normal form, ids of the row.
  struct Expected {
    Locator at;
    std::vector<std::string> matched;
    bool possible = false;
    friend bool operator==(const Expected&, const Expected&) = default;
  };
  std::vector<Expected> expected(const SearchQuery& query) const;

  static const TextForms& forms() { return plain_text_forms(); }
  KvStore& store() { return *store_; }
  Dictionary& dictionary() { return *dictionary_; }
  const Payment& payment(PaymentId id) const { return payments_.at(id).row.payment; }
  std::vector<PaymentId> payments() const {
    std::vector<PaymentId> out;
    for (const auto& [id, kept] : payments_) out.push_back(id);
    return out;
  }

 private:
  struct Kept {
    Locator at;
    Row row;
    std::vector<std::pair<TextField, std::u32string>> texts;
    std::vector<std::pair<std::string, std::string>> ids;  // name in SearchHit::matched, comparable text
  };

  void fold(Kept& kept, Event event);
  void remember_ids(Kept& kept) const;

  FakeLog log_{1};
  PocketCodec codec_;
  MerchantDirectory merchants_{log_, codec_};
  std::unique_ptr<KvStore> store_;
  std::unique_ptr<Dictionary> dictionary_;
  DictionaryOptions options_;
  std::map<PaymentId, Kept> payments_;
  std::map<std::string, Bucket> buckets_;
  KvBatch batch_;
  std::uint64_t next_ = 1;
};

inline void SearchWorld::fold(Kept& kept, Event event) {
  evolve(kept.row.payment, event);
  kept.row.event_hashes.push_back(event.version);
  const std::string merchant = merchant_prefix(kept.at.merchant);
  Hints hints;
  collect_hints(event, hints);
  for (const auto& hint : hints.ids) batch_.put(kIds, id_key(hint.kind, hint.value, kept.at), merchant);
  for (const auto& hint : hints.texts) {
    const auto form = normal_form(forms(), hint.text);
    if (form.empty()) continue;
    kept.texts.emplace_back(hint.field, form);
    const auto added = dictionary_->add(hint.field, form, kept.at.at);
    if (added == Added::now) batch_.put(kDictionary, dictionary_key(hint.field, form), {});
    batch_.put(kPostings, posting_key(hint.field, dictionary_->id_of(hint.field, form), kept.at), merchant);
  }
  remember_ids(kept);
  std::string row;
  encode_row(kept.row, row);
  batch_.put(kRows, row_key(kept.at), row);
  if (event.version != 0) return;
  batch_.put(kLocators, locator_key(kept.at.payment), locator_value(kept.at));
  batch_.put(kTimeline, timeline_key(kept.at), merchant);
  ++buckets_[bucket_key(kept.at)].count;
}

inline std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

inline void SearchWorld::remember_ids(Kept& kept) const {
  const Payment& payment = kept.row.payment;
  const auto add = [&kept](const char* name, const std::string& text) {
    if (!text.empty()) kept.ids.emplace_back(name, lower(text));
  };
  add("paymentId", payment.id.text());
  add("orderId", payment.order_id);
  if (payment.order_id.size() > 6) add("orderId", payment.order_id.substr(payment.order_id.size() - 6));
  for (const auto& approval : payment.approvals) add("approveNo", approval.approve_no);
  for (const auto& approval : payment.approvals) add("networkTxnId", approval.network_txn_id);
  for (const auto& cancel : payment.cancels) add("transactionKey", cancel.transaction_key);
  for (const auto& approval : payment.approvals) add("approvalId", approval.terms.approval.text());
  for (const auto& cancel : payment.cancels) add("cancelId", cancel.terms.cancel.text());
  for (const auto& approval : payment.approvals) {
    const auto* card = std::get_if<CardDetail>(&approval.terms.method);
    if (card == nullptr) continue;
    add("card", card->last4);
    add("card", card->bin + std::string(12 - card->bin.size(), '*') + card->last4);
  }
  const std::string& phone = payment.terms.buyer.phone;
  if (phone.size() > 4) add("phone", phone.substr(phone.size() - 4));
  add("phone", phone);
  add("externalKey", payment.terms.external.payment_key);
  add("customerKey", payment.terms.customer_key);
  for (const auto& approval : payment.approvals) {
    for (const auto& notice : approval.bank_notices) add("bankNoticeId", notice.id);
  }
  for (const auto& approval : payment.approvals) add("slipNo", approval.slip_no);
  add("subMallId", payment.terms.sub_mall_id);
  add("storeId", payment.terms.store_id);
  for (const auto& approval : payment.approvals) add("acquireBatchId", approval.acquire_batch_id);
  for (const auto& [name, value] : payment.terms.metadata) {
    if (searched_part(value).empty()) add("metadata", value);
  }
}

inline std::vector<SearchWorld::Expected> SearchWorld::expected(const SearchQuery& query) const {
  static const std::vector<std::string> kNames = {
      "buyer",     "product",      "depositor",      "paymentId",      "orderId",
      "approveNo", "networkTxnId", "transactionKey", "approvalId",     "cancelId",
      "card",      "phone",        "externalKey",    "customerKey",    "bankNoticeId",
      "slipNo",    "subMallId",    "storeId",        "acquireBatchId", "metadata"};
  const auto pattern = Pattern::parse(forms(), query.text);
  std::string bare;
  for (const char c : query.text) bare += c == '-' || c == ' ' ? "" : std::string(1, c);
  std::vector<Expected> out;
  for (const auto& [id, kept] : payments_) {
    if (query.merchant && *query.merchant != kept.at.merchant) continue;
    if (!query.from.is_zero() && kept.at.at < query.from) continue;
    if (!query.until.is_zero() && kept.at.at >= query.until) continue;
    std::map<std::string, bool> found;  // name to whether it is certain
    for (const auto& [field, form] : kept.texts) {
      bool possible = false;
      if (!pattern || !matches(*pattern, form, &possible)) continue;
      const bool is_metadata = field == TextField::metadata;
      auto& certain = found[is_metadata ? "metadata" : kNames[static_cast<std::size_t>(field) - 1]];
      certain = certain || !possible || pattern->has_mask();
    }
    for (const auto& [name, text] : kept.ids) {
      const bool is_number = name == "card" || name == "phone";
      const bool is_tail = name == "phone" && bare.size() > 4 && text.ends_with(bare);
      if (text == lower(query.text) || (is_number && text.size() > 4 && text == bare) || is_tail)
        found[name] = true;
    }
    if (found.empty()) continue;
    Expected one{kept.at, {}, true};
    for (const auto& name : kNames) {
      if (!found.contains(name)) continue;
      one.matched.push_back(name);
      one.possible = one.possible && !found[name];
    }
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(), [](const Expected& a, const Expected& b) {
    return a.possible != b.possible ? b.possible : timeline_key(a.at) < timeline_key(b.at);
  });
  return out;
}

inline std::vector<SearchWorld::Expected> shown(const std::vector<SearchHit>& hits) {
  std::vector<SearchWorld::Expected> out;
  for (const auto& hit : hits) out.push_back({hit.at, hit.matched, hit.possible});
  return out;
}

}  // namespace wonjang::serving
