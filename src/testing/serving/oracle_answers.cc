// Lists, transactions, totals and the life of a payment, each by looking at everything.
#include <algorithm>
#include <tuple>

#include "base/assert.h"
#include "testing/hours.h"
#include "testing/serving/oracle.h"

namespace wonjang::testing {
namespace {

using serving::Page;
using serving::PaymentFilter;
using serving::Sort;
using serving::Sums;
using serving::Transaction;
using serving::TransactionFilter;
using serving::TransactionKind;

template <typename T, typename U>
bool is_one_of(const std::vector<T>& list, const U& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool is_within(Instant at, Instant from, Instant until) {
  return (from.is_zero() || at >= from) && (until.is_zero() || at < until);
}

bool is_between(std::int64_t value, const std::optional<std::int64_t>& least,
                const std::optional<std::int64_t>& most) {
  return (!least || value >= *least) && (!most || value <= *most);
}

// a before b, by (time, tie) and the amount.
template <typename Tie>
bool goes_first(Sort sort, Instant at_a, const Tie& a, std::int64_t amount_a, Instant at_b, const Tie& b,
                std::int64_t amount_b) {
  switch (sort) {
    case Sort::newest:
      return at_a != at_b ? at_a > at_b : a < b;
    case Sort::oldest:
      return at_a != at_b ? at_a < at_b : b < a;
    case Sort::largest:
      return amount_a != amount_b ? amount_a > amount_b
                                  : goes_first(Sort::newest, at_a, a, amount_a, at_b, b, amount_b);
    case Sort::smallest:
      return amount_a != amount_b ? amount_a < amount_b
                                  : goes_first(Sort::oldest, at_a, a, amount_a, at_b, b, amount_b);
  }
  return false;
}

std::size_t offset_of(const std::string& after) {
  return after.empty() ? 0 : static_cast<std::size_t>(std::stoull(after));
}

// Cuts a page out of the whole list.
template <typename Item, typename Made>
serving::Paged<Item> cut(std::size_t count, std::uint32_t limit, const std::string& after, const Made& make) {
  serving::Paged<Item> out;
  const std::size_t first = std::min(offset_of(after), count);
  const std::size_t last = std::min(first + limit, count);
  for (std::size_t i = first; i < last; ++i) out.items.push_back(make(i));
  if (last < count) out.next = std::to_string(last);
  out.reading = {"oracle", count, 0};
  return out;
}

class Adder {
 public:
  void add(const std::string& currency, std::int64_t gross, std::int64_t canceled) {
    Sums& sums = by_currency_[currency];
    sums.currency = currency;
    ++sums.count;
    sums.gross += gross;
    sums.canceled += canceled;
  }
  std::vector<Sums> list() const {
    std::vector<Sums> out;
    for (const auto& [currency, sums] : by_currency_) out.push_back(sums);
    return out;
  }

 private:
  std::map<std::string, Sums> by_currency_;
};

}  // namespace

bool Oracle::passes(const Record& record, const PaymentFilter& filter) const {
  const State& now = record.states.back();
  if (filter.merchant && record.at.merchant != *filter.merchant) return false;
  if (!is_within(record.at.at, filter.from, filter.until)) return false;
  if (!is_one_of(filter.statuses, now.status) || !is_one_of(filter.methods, now.method)) return false;
  if (!is_one_of(filter.issuers, issuers_[now.issuer])) return false;
  if (!is_between(record.amount, filter.amount_min, filter.amount_max)) return false;
  for (const auto& [name, values] : filter.metadata) {
    bool has = false;
    for (const auto& pair : record.metadata) {
      for (const auto& value : values) has = has || pair == std::pair(name, value);
    }
    if (!has) return false;
  }
  return filter.contains.empty() || has_name(record, filter.contains);
}

// Of the buyer or the product.
bool Oracle::has_name(const Record& record, const std::string& asked) const {
  const auto pattern = options_.normal_form(asked);
  return std::any_of(record.texts.begin(), record.texts.end(), [&](const FoundText& text) {
    const bool is_name = text.field == serving::TextField::buyer || text.field == serving::TextField::product;
    return is_name && find_in(pattern, text.form) != Found::no;
  });
}

std::vector<const Oracle::Record*> Oracle::chosen(const PaymentFilter& filter, Sort sort) const {
  std::vector<const Record*> out;
  for (const auto& record : records_) {
    if (passes(record, filter)) out.push_back(&record);
  }
  std::sort(out.begin(), out.end(), [&](const Record* a, const Record* b) {
    return goes_first(sort, a->at.at, a->at.payment, a->amount, b->at.at, b->at.payment, b->amount);
  });
  return out;
}

std::vector<serving::Locator> Oracle::list(const PaymentFilter& filter, Sort sort) const {
  std::vector<serving::Locator> out;
  for (const auto* record : chosen(filter, sort)) out.push_back(record->at);
  return out;
}

serving::Paged<serving::PaymentItem> Oracle::payments(const PaymentFilter& filter, const Page& page) const {
  const auto all = chosen(filter, page.sort);
  return cut<serving::PaymentItem>(all.size(), page.limit, page.after, [&](std::size_t i) {
    return serving::PaymentItem{all[i]->at, payment_of(*all[i])};
  });
}

std::vector<Sums> Oracle::sums(const PaymentFilter& filter) const {
  Adder adder;
  for (const auto& record : records_) {
    if (!passes(record, filter)) continue;
    adder.add(std::string(record.currency.code()), record.states.back().gross, record.states.back().canceled);
  }
  return adder.list();
}

bool Oracle::passes(const Movement& movement, const TransactionFilter& filter) const {
  const Transaction& t = movement.transaction;
  if (filter.merchant && movement.merchant != *filter.merchant) return false;
  if (!is_within(t.at, filter.from, filter.until) || !is_one_of(filter.kinds, t.kind)) return false;
  if (!is_one_of(filter.methods, static_cast<std::uint8_t>(t.method))) return false;
  if (!is_one_of(filter.issuers, t.issuer)) return false;
  if (!is_between(t.amount, filter.amount_min, filter.amount_max)) return false;
  if (filter.statuses.empty() && filter.contains.empty()) return true;
  const Record& payment = records_[by_payment_.at(t.payment)];
  if (!is_one_of(filter.statuses, payment.states.back().status)) return false;
  return filter.contains.empty() || has_name(payment, filter.contains);
}

std::vector<const Oracle::Movement*> Oracle::chosen(const TransactionFilter& filter, Sort sort) const {
  std::vector<const Movement*> out;
  for (const auto& movement : movements_) {
    if (passes(movement, filter)) out.push_back(&movement);
  }
  std::sort(out.begin(), out.end(), [&](const Movement* a, const Movement* b) {
    const Transaction& x = a->transaction;
    const Transaction& y = b->transaction;
    return goes_first(sort, x.at, std::pair(x.payment, x.version), x.amount, y.at,
                      std::pair(y.payment, y.version), y.amount);
  });
  return out;
}

serving::Paged<serving::TransactionItem> Oracle::transactions(const TransactionFilter& filter,
                                                              const Page& page) const {
  const auto all = chosen(filter, page.sort);
  return cut<serving::TransactionItem>(all.size(), page.limit, page.after, [&](std::size_t i) {
    return serving::TransactionItem{all[i]->transaction};
  });
}

std::vector<Sums> Oracle::sums(const TransactionFilter& filter) const {
  Adder adder;
  for (const auto* movement : chosen(filter, Sort::newest)) {
    const OracleFact fact = fact_of(*movement);
    adder.add(fact.currency, fact.gross, fact.canceled);
  }
  return adder.list();
}

Payment Oracle::payment_of(const Record& record) {
  return record.payment == nullptr ? Payment() : *record.payment;
}

std::optional<Lifecycle> Oracle::lifecycle(PaymentId payment) const {
  const auto it = by_payment_.find(payment);
  if (it == by_payment_.end() || !options_.keep_history) return std::nullopt;
  const Record& record = records_[it->second];
  Lifecycle out{record.at, payment_of(record), record.history, {}};
  for (const auto& movement : movements_) {
    if (movement.transaction.payment == payment) out.transactions.push_back(movement.transaction);
  }
  return out;
}

OracleFact Oracle::fact_of(const Record& record, const State& state) const {
  OracleFact out;
  out.merchant = record.at.merchant;
  out.organisation = organisations_[record.at.merchant];
  out.method = state.method;
  out.status = static_cast<std::uint8_t>(state.status);
  out.channel = static_cast<std::uint8_t>(record.channel);
  out.issuer = issuers_[state.issuer];
  out.currency = std::string(record.currency.code());
  out.at = record.at.at;
  out.amount = record.amount;
  out.gross = state.gross;
  out.canceled = state.canceled;
  return out;
}

OracleFact Oracle::fact_of(const Movement& movement) const {
  const Transaction& t = movement.transaction;
  OracleFact out;
  out.merchant = movement.merchant;
  out.organisation = organisations_[movement.merchant];
  out.method = static_cast<std::uint8_t>(t.method);
  out.kind = static_cast<std::uint8_t>(t.kind);
  out.channel = static_cast<std::uint8_t>(t.channel);
  out.issuer = t.issuer;
  out.currency = t.currency;
  out.at = t.at;
  out.amount = t.amount;
  (t.kind == TransactionKind::approval ? out.gross : out.canceled) = t.amount;
  return out;
}

// Recorded days rise within a payment, as recorded times do.
const Oracle::State* Oracle::state_at(const Record& record, const std::optional<BusinessDate>& close) {
  if (!close) return &record.states.back();
  const State* out = nullptr;
  for (const auto& state : record.states) {
    if (state.recorded_day <= close->days) out = &state;
  }
  return out;
}

Totals Oracle::totals(const TotalsQuery& query) const {
  Totals out;
  const auto count = [&](const OracleFact& fact) {
    if (is_asked(fact, query)) out[key_of(fact, query)].add(fact, 1);
  };
  if (query.of_transactions) {
    for (const auto& movement : movements_) {
      if (!query.close || movement.recorded_day <= query.close->days) count(fact_of(movement));
    }
    return out;
  }
  for (const auto& record : records_) {
    if (const State* state = state_at(record, query.close)) count(fact_of(record, *state));
  }
  return out;
}

Totals Oracle::difference(TotalsQuery query, BusinessDate close) const {
  query.close.reset();
  const Totals now = totals(query);
  query.close = close;
  return minus(now, totals(query));
}

std::vector<Change> Oracle::changes_after(BusinessDate close) const {
  std::vector<Change> out;
  for (const auto& record : records_) {
    const State* before = state_at(record, close);
    Change change{record.at, std::nullopt, fact_of(record, record.states.back())};
    if (before != nullptr) change.before = fact_of(record, *before);
    if (change.before != change.after) out.push_back(std::move(change));
  }
  std::sort(out.begin(), out.end(),
            [](const Change& a, const Change& b) { return a.at.payment < b.at.payment; });
  return out;
}

std::vector<TopMerchant> Oracle::top_merchants(Instant from, Instant until, std::string_view currency,
                                               std::size_t count_max) const {
  TotalsQuery query;
  query.by = {By::merchant};
  query.from = from;
  query.until = until;
  std::vector<TopMerchant> out;
  for (const auto& [key, line] : totals(query)) {
    if (key.currency == currency) out.push_back({key.merchant, line.count, line.gross, line.canceled});
  }
  std::stable_sort(out.begin(), out.end(), [](const TopMerchant& a, const TopMerchant& b) {
    return a.net() != b.net() ? a.net() > b.net() : a.merchant < b.merchant;
  });
  if (out.size() > count_max) out.resize(count_max);
  return out;
}

std::vector<std::vector<Sums>> Oracle::sales_of(serving::MerchantNo merchant, BusinessDate day) const {
  std::vector<std::vector<Sums>> out;
  for (std::int64_t hour = 0; hour < 24; ++hour) {
    TransactionFilter filter;
    filter.merchant = merchant;
    filter.from = start_of(day).plus_ms(hour * kHourMs);
    filter.until = filter.from.plus_ms(kHourMs);
    out.push_back(sums(filter));
  }
  return out;
}

}  // namespace wonjang::testing
