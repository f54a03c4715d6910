#include "engine/serving/views.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/bytes.h"
#include "base/gives_way.h"
#include "base/hash64.h"
#include "domain/ids.h"
#include "engine/serving/decoded_events.h"
#include "engine/serving/flat_keys.h"
#include "engine/serving/hints.h"
#include "engine/serving/row.h"

namespace wonjang::serving {

namespace {

// Of the stored form and of what is put into it. Raise it with every change of either.
constexpr std::uint32_t kViewsVersion = 4;

constexpr std::uint32_t kWarmSlice = 1'000;

constexpr std::size_t kQuarantineCounted = 100'000;  // at most, by opening

// How many entries are put aside, or kQuarantineCounted when there are more.
Result<std::uint64_t> quarantine_size(const KvSnapshot& store) {
  std::uint64_t size = 0;
  const auto cursor = store.scan(kQuarantine, {}, {});
  for (; cursor->valid() && size < kQuarantineCounted; cursor->next()) ++size;
  WJ_CHECK(cursor->status());
  return size;
}

Error contradicts(RawId stream, std::uint32_t version, const char* how) {
  return corrupt("event " + std::to_string(version) + " of " + PaymentId(stream).text() + " " + how +
                 ": run `wonjang check` on the ledger");
}

}  // namespace

struct Views::Counters {
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> repeats{0};
  std::atomic<std::uint64_t> quarantined{0};
  std::atomic<std::uint64_t> early{0};
  std::atomic<std::uint64_t> saturated_cells{0};
  std::atomic<std::int64_t> newest_recorded_us{0};
};

// One batch: loads what it touches, folds in memory, then writes each touched payment once.
class Views::Fold {
 public:
  Fold(Views& views, KvBatch& out)
      : views_(views),
        dictionary_(views.writable_dictionary()),
        snapshot_(views.store_->snapshot()),
        out_(out) {}

  Result<void> run(std::span<const LogUnit> units) {
    GivesWay way(units.size());
    WJ_CHECK(load(units));
    way.stage();
    DecodedEvents decoded(views_.ports_.codec, units);
    for (std::size_t i = 0; i < units.size(); ++i) {
      const auto events = decoded.next_unit();
      if (of_unit_[i] != nullptr) WJ_CHECK(take(units[i], events, *of_unit_[i]));
      way.step();
    }
    for (Touched* touched : changed_by_place()) {
      WJ_CHECK(write(*touched));
      way.step();
    }
    WJ_CHECK(write_buckets());
    way.stage();
    WJ_CHECK(views_.totals_->finish(*snapshot_, out_));
    way.stage();  // the store is next
    views_.counters_->saturated_cells = views_.totals_->saturated_cells();
    return {};
  }

 private:
  struct Touched {
    Locator at;
    MerchantEntry merchant;
    Row row;
    bool is_new = false;
    bool changed = false;
    std::string stored;  // the row's bytes before this batch, for its bucket
    PaymentFacts facts;  // as the totals know them, when counted
    bool counted = false;
    PaymentFacts stored_facts;  // of `stored`
    BusinessDate recorded;      // of the newest event that the totals don't know yet
    bool facts_pending = false;
  };

  // Loads the rows of all payments that the batch has events of: two rounds of look-ups, not two for each.
  Result<void> load(std::span<const LogUnit> units) {
    std::vector<PaymentId> payments;
    std::vector<std::string> keys;
    touched_.reserve(units.size());
    of_unit_.reserve(units.size());
    for (const auto& unit : units) {
      of_unit_.push_back(nullptr);
      if (!is_payment_stream(unit.unit.stream)) continue;
      const auto [at, is_first] = touched_.try_emplace(unit.unit.stream);
      of_unit_.back() = &at->second;
      if (!is_first) continue;
      payments.emplace_back(unit.unit.stream);
      keys.push_back(locator_key(payments.back()));
    }
    WJ_TRY(const auto locators, snapshot_->get_many(kLocators, keys));
    std::vector<Locator> found;
    keys.clear();
    for (std::size_t i = 0; i < payments.size(); ++i) {
      if (!locators[i]) continue;
      const auto at = read_locator(payments[i], *locators[i]);
      if (!at) return corrupt("the locator of " + payments[i].text() + " can't be read: rebuild the views");
      found.push_back(*at);
      keys.push_back(row_key(*at));
    }
    return load_rows(found, keys);
  }

  Result<void> load_rows(const std::vector<Locator>& found, const std::vector<std::string>& keys) {
    WJ_TRY(auto rows, snapshot_->get_many(kRows, keys));
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Locator& at = found[i];
      if (!rows[i]) return corrupt("the row of " + at.payment.text() + " is missing: rebuild the views");
      Touched& touched = touched_[at.payment.raw()];
      touched.at = at;
      WJ_TRY(touched.merchant, views_.merchants_.of(at.merchant));
      touched.stored = std::move(*rows[i]);
      WJ_TRY(touched.row, decode_row(at, touched.merchant.id, touched.stored));
      touched.facts = facts_of(touched.row.payment, at.merchant, touched.merchant.organisation);
      touched.stored_facts = touched.facts;
      touched.counted = true;
    }
    return {};
  }

  Result<void> take(const LogUnit& unit, std::span<const DecodedEvent> events, Touched& touched) {
    std::uint32_t version = unit.unit.first_version;
    for (std::size_t i = 0; i < events.size(); ++i, ++version) {
      WJ_CHECK(take(unit, version, unit.unit.events[i], events[i], touched));
    }
    return {};
  }

  Result<void> take(const LogUnit& unit, std::uint32_t version, std::string_view bytes,
                    const DecodedEvent& decoded, Touched& touched) {
    const RawId stream = unit.unit.stream;
    const std::uint32_t next = touched.row.payment.version;
    ++views_.counters_->events;
    if (version < next) {
      const bool same = touched.row.event_hashes[version] == decoded.hash;
      return same ? drop_repeat() : quarantine(unit, version, bytes);
    }
    if (version > next) {
      WJ_TRY(const auto standing, views_.early_.keep(stream, version, bytes, out_));
      ++views_.counters_->early;
      return standing == bytes ? Result<void>() : quarantine(unit, version, bytes);
    }
    WJ_CHECK(fold(touched, stream, version, decoded));
    while (!views_.early_.empty()) {
      const auto waited = views_.early_.take(stream, touched.row.payment.version, out_);
      if (!waited) break;
      WJ_CHECK(fold(touched, stream, touched.row.payment.version,
                    {views_.ports_.codec.decode(*waited), hash64(*waited)}));
    }
    return {};
  }

  Result<void> drop_repeat() {
    ++views_.counters_->repeats;
    return {};
  }

  Result<void> quarantine(const LogUnit& unit, std::uint32_t version, std::string_view bytes) {
    std::string key = event_key(unit.unit.stream, version);
    put_be64(key, hash64(bytes));
    WJ_TRY(const auto there, snapshot_->get(kQuarantine, key));
    if (!there && aside_.insert(key).second) ++views_.counters_->quarantined;
    std::string value;
    put_be32(value, unit.book);
    put_be64(value, unit.unit.first + (version - unit.unit.first_version));
    value.append(bytes);
    out_.put(kQuarantine, key, value);
    return {};
  }

  Result<void> fold(Touched& touched, RawId stream, std::uint32_t version, const DecodedEvent& decoded) {
    if (!decoded.event) return decoded.event.error();
    const Event& event = *decoded.event;
    if (event.stream != stream || event.version != version) {
      return contradicts(stream, version, "says it is another one");
    }
    if ((version == 0) != std::holds_alternative<PaymentCreated>(event.body)) {
      return contradicts(stream, version, "isn't what a history begins or goes on with");
    }
    const BusinessDate recorded = business_date_of(event.recorded_at);
    if (touched.facts_pending && touched.recorded != recorded) WJ_CHECK(count(touched));
    const auto money = money_move(touched.row.payment, event);
    const PaymentStatus status_before = touched.row.payment.status;
    evolve(touched.row.payment, event);
    touched.row.event_hashes.push_back(decoded.hash);
    touched.changed = true;
    touched.recorded = recorded;
    touched.facts_pending = true;
    if (version == 0) WJ_CHECK(begin(touched, event));
    write_hints(touched, event);
    if (touched.row.payment.status != status_before) write_status_hint(touched);
    if (money) {
      WJ_CHECK(write_transaction(touched, transaction_of(event, *money, touched.row.payment), recorded));
    }
    note_time(event.recorded_at);
    return {};
  }

  Result<void> begin(Touched& touched, const Event& event) {
    WJ_TRY(touched.merchant, views_.merchants_.of(event.merchant));
    touched.at = {touched.merchant.no, time_of(touched.row.payment), touched.row.payment.id};
    touched.is_new = true;
    return {};
  }

  void write_hints(const Touched& touched, const Event& event) {
    hints_.clear();
    collect_hints(event, hints_);
    const std::string merchant = merchant_prefix(touched.at.merchant);
    for (const auto& hint : hints_.ids) out_.put(kIds, id_key(hint.kind, hint.value, touched.at), merchant);
    for (const auto& hint : hints_.texts) write_posting(hint, touched.at, merchant);
  }

  void write_status_hint(const Touched& touched) {
    const auto status = touched.row.payment.status;
    if (!has_status_hint(status)) return;
    out_.put(kIds, id_key(IdKind::status, status_id(touched.at.merchant, status), touched.at),
             merchant_prefix(touched.at.merchant));
  }

  void write_posting(const TextHint& hint, const Locator& at, std::string_view merchant) {
    const auto value = value_of(hint, at.at);
    if (value) out_.put(kPostings, posting_key(hint.field, *value, at), merchant);
  }

  // Nothing: the text has no normal form. Texts come again and again, so a batch keeps what became of them.
  std::optional<ValueId> value_of(const TextHint& hint, Instant at) {
    text_.assign(1, static_cast<char>(hint.field)).append(hint.text);
    const auto [number, is_new] = texts_.number_of(text_);
    if (!is_new) {
      const auto& known = values_of_texts_[number];
      if (known) dictionary_.note(hint.field, *known, at);
      return known;
    }
    auto& value = values_of_texts_.emplace_back();
    const std::u32string form = normal_form(views_.ports_.forms, hint.text);
    if (form.empty()) return value;
    value = dictionary_.id_of(hint.field, form);
    const auto added = dictionary_.add(hint.field, form, *value, at);
    if (added == Added::now) out_.put(kDictionary, dictionary_key(hint.field, form), {});
    return value;
  }

  Result<void> write_transaction(const Touched& touched, const Transaction& moved, BusinessDate recorded) {
    scratch_.clear();
    encode_transaction(moved, scratch_);
    out_.put(kTransactions, transaction_key(touched.at.merchant, moved.at, moved.payment, moved.version),
             scratch_);
    return views_.totals_->add(facts_of(moved, touched.at.merchant, touched.merchant.organisation), recorded);
  }

  // In order of their rows: then neighbours are counted in the same cells and buckets, one after the other.
  std::vector<Touched*> changed_by_place() {
    std::vector<Touched*> out;
    out.reserve(touched_.size());
    for (auto& [stream, touched] : touched_) {
      if (touched.changed) out.push_back(&touched);
    }
    std::sort(out.begin(), out.end(), [](const Touched* a, const Touched* b) {
      if (a->at.merchant != b->at.merchant) return a->at.merchant < b->at.merchant;
      if (a->at.at != b->at.at) return a->at.at > b->at.at;
      return a->at.payment < b->at.payment;
    });
    return out;
  }

  // Tells the totals how the payment stands now.
  Result<void> count(Touched& touched) {
    PaymentFacts now = facts_of(touched.row.payment, touched.at.merchant, touched.merchant.organisation);
    WJ_CHECK(views_.totals_->change(touched.counted ? &touched.facts : nullptr, &now, touched.recorded));
    touched.facts = std::move(now);
    touched.counted = true;
    touched.facts_pending = false;
    return {};
  }

  Result<void> write(Touched& touched) {
    if (touched.facts_pending) WJ_CHECK(count(touched));
    const std::string key = row_key(touched.at);
    if (touched.is_new) write_places(touched, key);
    scratch_.clear();
    encode_row(touched.row, scratch_);
    out_.put(kRows, key, scratch_);
    Bucket& bucket = bucket_of(touched.at);
    if (!touched.stored.empty()) bucket.remove(key, touched.stored, touched.stored_facts);
    bucket.add(key, scratch_, touched.facts);
    return {};
  }

  // What never changes about a payment.
  void write_places(const Touched& touched, const std::string& key) {
    out_.put(kLocators, locator_key(touched.at.payment), locator_value(touched.at));
    out_.put(kTimeline, std::string_view(key).substr(4), std::string_view(key).substr(0, 4));
    out_.put(kAmounts, amount_key(touched.at, touched.row.payment.total), {});
    out_.put(kAmounts, amount_of_all_key(touched.at, touched.row.payment.total), {});
  }

  // In the order of changed_by_place() those of a bucket come one after the other.
  Bucket& bucket_of(const Locator& at) {
    std::string key = bucket_key(at);
    if (last_bucket_ == nullptr || last_bucket_->first != key) {
      last_bucket_ = &*buckets_.try_emplace(std::move(key)).first;
    }
    return last_bucket_->second;
  }

  Result<void> write_buckets() {
    std::vector<std::string> keys;
    keys.reserve(buckets_.size());
    for (const auto& [key, delta] : buckets_) keys.push_back(key);
    WJ_TRY(const auto stored, snapshot_->get_many(kBuckets, keys));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      Bucket bucket = buckets_[keys[i]];
      if (stored[i]) {
        WJ_TRY(const Bucket before, decode_bucket(*stored[i]));
        bucket.merge(before);
      }
      if (bucket.count < 0)
        return corrupt("a bucket of the serving views would count below zero: rebuild them");
      out_.put(kBuckets, keys[i], encode_bucket(bucket));
    }
    return {};
  }

  void note_time(Instant recorded_at) {
    auto& newest = views_.counters_->newest_recorded_us;
    if (recorded_at.us > newest.load(std::memory_order_relaxed)) newest = recorded_at.us;
  }

  Views& views_;
  Dictionary& dictionary_;
  const std::unique_ptr<KvSnapshot> snapshot_;
  KvBatch& out_;
  std::unordered_map<RawId, Touched> touched_;
  std::vector<Touched*> of_unit_;  // in touched_; null: its stream is no payment's
  std::unordered_map<std::string, Bucket> buckets_;
  std::pair<const std::string, Bucket>* last_bucket_ = nullptr;  // in buckets_
  std::unordered_set<std::string> aside_;  // keys that this batch put into the quarantine
  FlatKeys texts_;                         // field(1) text
  std::vector<std::optional<ValueId>> values_of_texts_;
  Hints hints_;
  std::string text_;
  std::string scratch_;
};

Views::Views(ViewsPorts ports, std::vector<CubeSpec> cubes)
    : ports_(ports),
      cubes_(std::move(cubes)),
      merchants_(ports.log, ports.codec),
      counters_(std::make_unique<Counters>()) {}

Views::~Views() = default;

std::string Views::version() const {
  return std::to_string(kViewsVersion) + "/" + text_version(ports_.forms) + "/" + cubes_version(cubes_);
}

Result<void> Views::open(const KvStore& store) {
  store_ = &store;
  const auto snapshot = store.snapshot();
  auto dictionary = std::make_shared<Dictionary>();
  WJ_CHECK(dictionary->load(*snapshot));
  totals_ = std::make_unique<TotalsWriter>(cubes_);
  WJ_CHECK(early_.open(*snapshot));
  WJ_TRY(counters_->quarantined, quarantine_size(*snapshot));
  const MutexLock lock(mutex_);
  dictionary_ = std::move(dictionary);
  warm_place_ = {};
  return {};
}

Result<void> Views::apply(std::span<const LogUnit> units, KvBatch& out) {
  return Fold(*this, out).run(units);
}

std::shared_ptr<const Dictionary> Views::dictionary() const {
  const MutexLock lock(mutex_);
  return dictionary_;
}

Dictionary& Views::writable_dictionary() {
  const MutexLock lock(mutex_);
  return *dictionary_;
}

Result<bool> Views::warm(const KvSnapshot& snapshot) {
  std::shared_ptr<Dictionary> dictionary;
  WarmPlace place;
  {
    const MutexLock lock(mutex_);
    dictionary = dictionary_;
    place = warm_place_;
  }
  WJ_TRY(const bool done, dictionary->warm(snapshot, place, kWarmSlice));
  const MutexLock lock(mutex_);
  if (dictionary == dictionary_) warm_place_ = place;
  return done;
}

bool Views::is_same(KvSpace space, std::optional<std::string_view> a,
                    std::optional<std::string_view> b) const {
  if (space != kTotalsNow && space != kTotalsLate) return false;
  return is_same_cell(a.value_or(std::string_view()), b.value_or(std::string_view()));
}

// The totals count what they put as stored already: open() follows when the batch wasn't written.
void Views::committed() {}

std::vector<std::pair<std::string, std::uint64_t>> Views::stats() const {
  return {{"events", counters_->events},
          {"repeats", counters_->repeats},
          {"quarantined", counters_->quarantined},
          {"early", counters_->early},
          {"saturated_cells", counters_->saturated_cells},
          {"newest_recorded_us", static_cast<std::uint64_t>(counters_->newest_recorded_us.load())}};
}

}  // namespace wonjang::serving
