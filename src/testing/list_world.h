// For tests: a store of the serving views that is filled payment by payment, by the real forms of keys, rows
// and cells, with as many ties in time and amount as a test likes; and the plain vectors that it came from.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_kv.h"
#include "adapters/memory/plain_text_forms.h"
#include "adapters/protobuf/event_codec.h"
#include "base/rng.h"
#include "domain/registry.h"
#include "engine/serving/bucket.h"
#include "engine/serving/dictionary.h"
#include "engine/serving/hints.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/plan.h"
#include "engine/serving/row.h"
#include "engine/serving/totals_writer.h"
#include "testing/fake_log.h"

namespace wonjang {

class ListWorld {
 public:
  struct Movement {
    serving::MerchantNo merchant = 0;
    serving::Transaction transaction;
  };
  // Not on a day's border: 2026-11-22 12:04:05 in Seoul.
  static constexpr Instant kBase{1'795'316'645'000'000};
  static constexpr std::int64_t kDayUs = 86'400'000'000;

  explicit ListWorld(std::uint64_t seed, std::uint32_t merchants = 4)
      : cubes_(cubes_with_months()), rng_(seed), log_(1), directory_(log_, codec_), totals_(cubes_) {
    for (std::uint32_t i = 0; i < merchants; ++i) {
      Event event;
      event.id = EventId(RawId{9, i + 1});
      event.stream = kRegistryStream;
      event.version = i;
      event.merchant = MerchantId(RawId{1, i + 1});
      event.body = MerchantRegistered{.code = "m" + std::to_string(i), .name = "M", .metadata = {}};
      std::string bytes;
      codec_.encode(event, bytes);
      log_.append(0, kRegistryStream, {bytes});
    }
    const auto spaces = serving::view_spaces();
    store_ = *MemoryKv::open(std::make_shared<MemoryKvDisk>(), {spaces.begin(), spaces.end()});
  }

  Rng& rng() { return rng_; }
  const std::vector<serving::PaymentItem>& payments() const { return payments_; }
  const std::vector<Movement>& movements() const { return movements_; }
  const Payment& payment_of(const serving::Transaction& t) const {
    return std::find_if(payments_.begin(), payments_.end(),
                        [&](const auto& item) { return item.at.payment == t.payment; })
        ->payment;
  }
  const serving::MerchantDirectory& directory() const { return directory_; }
  const TextForms& forms() const { return forms_; }
  std::unique_ptr<KvSnapshot> snapshot() const { return store_->snapshot(); }
  serving::ListSources sources(bool with_dictionary = true) const {
    return {directory_, forms_, with_dictionary ? &dictionary_ : nullptr, cubes_};
  }

  // A random payment of `merchant` at `at`, in the store at the next write().
  Payment make(serving::MerchantNo merchant, Instant at) {
    static const char* const kBuyers[] = {"김민수", "김민지", "박*수", "Kim Min", "이수민", ""};
    static const char* const kProducts[] = {"아메리카노", "카페 라떼", "LG-전자 (주)", "김치", ""};
    Payment payment;
    payment.id = PaymentId(RawId{rng_.below(3), ++made_});
    payment.merchant = MerchantId(RawId{1, merchant + 1});
    payment.order_id = "o-" + std::to_string(made_);
    payment.currency = *Currency::parse(rng_.chance(90) ? "KRW" : "USD");
    payment.status = kPaymentStatuses[1 + rng_.below(8)];
    payment.total = rng_.chance(70) ? static_cast<std::int64_t>(1 + rng_.below(4)) * 1'000
                                    : static_cast<std::int64_t>(rng_.below(100'000));
    payment.balance = payment.total;
    payment.terms.parts.supply = payment.total;
    payment.terms.requested_at = at;
    payment.terms.buyer.name = kBuyers[rng_.below(6)];
    payment.terms.order_name = kProducts[rng_.below(5)];
    static const char* const kTables[] = {"3", "12", "창가 자리"};
    if (rng_.chance(30)) payment.terms.metadata = {{"gift", "yes"}, {"table", kTables[rng_.below(3)]}};
    for (auto left = rng_.below(3); left > 0; --left)
      payment.approvals.push_back(make_approval(payment.total));
    return payment;
  }
  void add(const Payment& payment) {
    const auto no = static_cast<serving::MerchantNo>(payment.merchant.raw().low - 1);
    const serving::Locator at{no, serving::time_of(payment), payment.id};
    payments_of_[no].push_back(payments_.size());
    payments_.push_back({at, payment});
    put_row(at, payment);
    batch_.put(serving::kLocators, serving::locator_key(payment.id), serving::locator_value(at));
    batch_.put(serving::kTimeline, serving::timeline_key(at), serving::merchant_prefix(no));
    batch_.put(serving::kAmounts, serving::amount_key(at, payment.total), {});
    batch_.put(serving::kAmounts, serving::amount_of_all_key(at, payment.total), {});
    for (const auto& [name, value] : payment.terms.metadata) {
      put_id(serving::IdKind::metadata_pair, serving::metadata_pair_id(name, value), at);
    }
    put_text(serving::TextField::buyer, payment.terms.buyer.name, at);
    put_text(serving::TextField::product, payment.terms.order_name, at);
    const auto facts = serving::facts_of(payment, no, "");
    ASSERT_TRUE(totals_.change(nullptr, &facts, business_date_of(at.at)));
  }
  void add(serving::MerchantNo merchant, Instant at) { add(make(merchant, at)); }
  // Another status of the i-th payment.
  void change(std::size_t i, PaymentStatus status) {
    auto& item = payments_[i];
    const auto before = serving::facts_of(item.payment, item.at.merchant, "");
    item.payment.status = status;
    put_row(item.at, item.payment);
    const auto after = serving::facts_of(item.payment, item.at.merchant, "");
    ASSERT_TRUE(totals_.change(&before, &after, business_date_of(item.at.at)));
  }
  // Of one of the merchant's payments; of a new one where it has none.
  void add_movement(serving::MerchantNo merchant, Instant at) {
    auto& own = payments_of_[merchant];
    if (own.empty()) add(merchant, at);
    const auto& of = payments_[own[rng_.below(own.size())]];
    serving::Transaction t;
    t.payment = of.payment.id;
    t.version = static_cast<std::uint32_t>(++made_);
    t.kind = static_cast<serving::TransactionKind>(1 + rng_.below(3));
    t.method = kMethods[rng_.below(3)];
    t.issuer = rng_.chance(50) ? "11" : "";
    t.currency = rng_.chance(90) ? "KRW" : "USD";
    t.at = at;
    t.amount = static_cast<std::int64_t>(rng_.below(5)) * 500;
    t.payment_at = of.at.at;
    std::string bytes;
    serving::encode_transaction(t, bytes);
    batch_.put(serving::kTransactions, serving::transaction_key(merchant, at, t.payment, t.version), bytes);
    ASSERT_TRUE(totals_.add(serving::facts_of(t, merchant, ""), business_date_of(at)));
    movements_.push_back({merchant, std::move(t)});
  }
  void write() {
    ASSERT_TRUE(totals_.finish(*store_->snapshot(), batch_));
    ASSERT_TRUE(store_->write(batch_));
    batch_.clear();
  }

  // How many payments each merchant has in each month, as the views keep it. Without them plans that go by it
  // take another way.
  void write_bucket_counts() {
    std::map<std::string, serving::Bucket> buckets;
    for (const auto& item : payments_) ++buckets[serving::bucket_key(item.at)].count;
    for (const auto& [key, bucket] : buckets)
      batch_.put(serving::kBuckets, key, serving::encode_bucket(bucket));
    write();
  }

  // Within five years, often at one of a few instants, often near midnight in Seoul.
  Instant some_time() {
    if (rng_.chance(30)) return kBase.plus_us(-static_cast<std::int64_t>(rng_.below(5)) * kDayUs);
    if (rng_.chance(20)) {
      const auto day = BusinessDate{business_date_of(kBase).days - static_cast<std::int32_t>(rng_.below(40))};
      return start_of(day).plus_us(static_cast<std::int64_t>(rng_.below(3)) - 1);
    }
    return kBase.plus_us(-static_cast<std::int64_t>(rng_.below(5 * 365)) * kDayUs -
                         static_cast<std::int64_t>(rng_.below(kDayUs)));
  }
  // Payments and movements, half of them of merchant 0; the last merchant has next to none.
  void fill(int payments, int movements) {
    const auto merchant = [this] {
      const auto last = directory_merchants() - 1;
      return static_cast<serving::MerchantNo>(rng_.chance(50) ? 0 : rng_.chance(2) ? last : rng_.below(last));
    };
    for (int i = 0; i < payments; ++i) add(merchant(), some_time());
    for (int i = 0; i < movements; ++i) add_movement(merchant(), some_time());
    write();
  }

 private:
  // The built-in ones, and one that somebody may declare: lists use it where it is.
  static std::vector<serving::CubeSpec> cubes_with_months() {
    using D = serving::Dimension;
    auto cubes = serving::builtin_cubes();
    cubes.push_back({.id = serving::kDeclaredIdMin,
                     .name = "merchant_month",
                     .inner = {D::method, D::status, D::currency},
                     .grain = serving::Grain::month});
    return cubes;
  }
  std::uint64_t directory_merchants() const { return log_.load(kRegistryStream)->size(); }
  Approval make_approval(std::int64_t amount) {
    static constexpr ApprovalState kStates[] = {ApprovalState::approved, ApprovalState::declined,
                                                ApprovalState::waiting, ApprovalState::requested};
    Approval out;
    out.terms.approval = ApprovalId(RawId{5, ++made_});
    if (rng_.chance(50)) {
      CardDetail card;
      card.issuer_code = rng_.chance(50) ? "11" : "41";
      out.terms.method = card;
    } else if (rng_.chance(50)) {
      TransferDetail transfer;
      transfer.bank_code = "004";
      out.terms.method = transfer;
    } else if (rng_.chance(50)) {
      EasyPayDetail easy;
      easy.provider = "KAKAO";
      easy.card = CardDetail{};
      easy.card->issuer_code = "11";
      out.terms.method = easy;
    } else {
      out.terms.method = GiftCertificateDetail{};
    }
    out.state = kStates[rng_.below(4)];
    out.terms.parts.supply = amount;
    if (rng_.chance(30)) out.canceled.supply = amount / 2;
    if (rng_.chance(20)) out.bank_notices.emplace_back().id = "n";
    return out;
  }
  void put_row(const serving::Locator& at, const Payment& payment) {
    std::string bytes;
    serving::encode_row({payment, {}}, bytes);
    batch_.put(serving::kRows, serving::row_key(at), bytes);
    if (!serving::has_status_hint(payment.status)) return;
    put_id(serving::IdKind::status, serving::status_id(at.merchant, payment.status), at);
  }
  void put_id(serving::IdKind kind, const std::string& value, const serving::Locator& at) {
    batch_.put(serving::kIds, serving::id_key(kind, value, at), serving::merchant_prefix(at.merchant));
  }
  void put_text(serving::TextField field, const std::string& text, const serving::Locator& at) {
    const auto form = serving::normal_form(forms_, text);
    if (form.empty()) return;
    dictionary_.add(field, form, at.at);
    batch_.put(serving::kPostings, serving::posting_key(field, serving::value_id(field, form), at),
               serving::merchant_prefix(at.merchant));
  }

  const std::vector<serving::CubeSpec> cubes_;
  Rng rng_;
  FakeLog log_;
  ProtobufEventCodec codec_;
  PlainTextForms forms_;
  serving::MerchantDirectory directory_;
  serving::Dictionary dictionary_;
  serving::TotalsWriter totals_;
  std::unique_ptr<KvStore> store_;
  KvBatch batch_;
  std::vector<serving::PaymentItem> payments_;
  std::map<serving::MerchantNo, std::vector<std::size_t>> payments_of_;  // places in payments_
  std::vector<Movement> movements_;
  std::uint64_t made_ = 0;
};

}  // namespace wonjang
