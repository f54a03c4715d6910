#include "engine/serving/derived.h"

#include <algorithm>
#include <tuple>

#include "base/assert.h"
#include "base/hash64.h"
#include "engine/serving/dictionary.h"
#include "engine/serving/hints.h"
#include "engine/serving/row.h"
#include "engine/serving/text.h"

namespace wonjang::serving {
namespace {

class Deriving {
 public:
  Deriving(const History& history, const MerchantEntry& merchant, const TextForms& forms)
      : history_(history), merchant_(merchant), forms_(forms) {}

  Derived run() {
    for (const auto& event : history_.events) fold(event);
    add_places();
    auto& records = out_.records;
    const auto key_of = [](const Record& r) { return std::tie(r.space, r.key); };
    std::sort(records.begin(), records.end(),
              [&](const Record& a, const Record& b) { return key_of(a) < key_of(b); });
    records.erase(std::unique(records.begin(), records.end()), records.end());
    return std::move(out_);
  }

 private:
  void fold(const Event& event) {
    const auto money = money_move(payment_, event);
    const BusinessDate day = business_date_of(event.recorded_at);
    evolve(payment_, event);
    if (event.version == 0) out_.at = {merchant_.no, time_of(payment_), payment_.id};
    out_.facts = facts_of(payment_, merchant_.no, merchant_.organisation);
    out_.states.push_back({out_.facts, day});
    add_hints(event);
    if (has_status_hint(payment_.status)) {
      add(kIds, id_key(IdKind::status, status_id(merchant_.no, payment_.status), out_.at),
          merchant_prefix(merchant_.no));
    }
    if (money) add(transaction_of(event, *money, payment_), day);
  }

  void add(const Transaction& moved, BusinessDate day) {
    std::string value;
    encode_transaction(moved, value);
    add(kTransactions, transaction_key(merchant_.no, moved.at, moved.payment, moved.version),
        std::move(value));
    out_.movements.push_back({facts_of(moved, merchant_.no, merchant_.organisation), day});
  }

  void add_hints(const Event& event) {
    Hints hints;
    collect_hints(event, hints);
    const std::string merchant = merchant_prefix(merchant_.no);
    for (const auto& hint : hints.ids) add(kIds, id_key(hint.kind, hint.value, out_.at), merchant);
    for (const auto& hint : hints.texts) {
      const std::u32string form = normal_form(forms_, hint.text);
      if (form.empty()) continue;
      add(kDictionary, dictionary_key(hint.field, form), {});
      add(kPostings, posting_key(hint.field, value_id(hint.field, form), out_.at), merchant);
    }
  }

  void add_places() {
    const Locator& at = out_.at;
    Row row{payment_, history_.hashes};
    std::string bytes;
    encode_row(row, bytes);
    add(kRows, row_key(at), std::move(bytes));
    add(kLocators, locator_key(at.payment), locator_value(at));
    add(kTimeline, timeline_key(at), merchant_prefix(at.merchant));
    add(kAmounts, amount_key(at, payment_.total), {});
    add(kAmounts, amount_of_all_key(at, payment_.total), {});
  }

  void add(KvSpace space, std::string key, std::string value) {
    out_.records.push_back({space, std::move(key), std::move(value)});
  }

  const History& history_;
  const MerchantEntry& merchant_;
  const TextForms& forms_;
  Payment payment_;
  Derived out_;
};

}  // namespace

Result<History> history_of(const EventLog& log, const EventCodec& codec, PaymentId payment, Position until) {
  WJ_TRY(const auto units, log.load(payment.raw()));
  History out;
  for (const auto& unit : units) {
    if (unit.first >= until) continue;
    std::uint32_t version = unit.first_version;
    for (const auto& bytes : unit.events) {
      if (version == out.events.size()) {
        if (version == 0) out.created_at = unit.first;
        WJ_TRY(auto event, codec.decode(bytes));
        out.events.push_back(std::move(event));
        out.hashes.push_back(hash64(bytes));
      } else if (version > out.events.size()) {
        out.waiting.emplace_back(version, bytes);
      }
      ++version;
    }
  }
  return out;
}

Result<Derived> derive(const History& history, const MerchantDirectory& merchants, const TextForms& forms) {
  WJ_ASSERT(!history.events.empty());
  WJ_TRY(const auto merchant, merchants.of(history.events.front().merchant));
  return Deriving(history, merchant, forms).run();
}

}  // namespace wonjang::serving
