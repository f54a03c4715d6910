#include "engine/money/money.h"

#include <atomic>

#include "base/gives_way.h"
#include "domain/journal/postings.h"
#include "engine/money/file_fold.h"
#include "engine/money/journal_fold.h"
#include "engine/money/line_fold.h"
#include "engine/money/payment_fold.h"
#include "engine/money/payout_fold.h"
#include "engine/money/reference_fold.h"
#include "engine/money/run_fold.h"

namespace wonjang::money {
namespace {

// Of the stored form and of what is put into it. Raise it with every change of either.
constexpr std::uint32_t kMoneyVersion = 8;

// So many events are decoded, looked up and folded at a time.
constexpr std::size_t kSliceEvents = 1024;
constexpr std::size_t kSliceBytes = std::size_t{4} << 20U;

std::string seen_key(std::uint32_t book) { return Key(Table::seen).number(book).bytes(); }

}  // namespace

struct Money::Counters {
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> repeats{0};
  std::atomic<std::uint64_t> lines{0};
  std::atomic<std::int64_t> newest_recorded_us{0};
};

class Money::Batch {
 public:
  Batch(Money& money, const KvSnapshot& snapshot, KvBatch& out)
      : money_(money),
        context_(snapshot, out, money.merchants_, money.memory_, money.log_.books() == 1),
        payments_(context_),
        lines_(context_),
        payouts_(context_),
        runs_(context_),
        reference_(context_),
        files_(context_),
        journal_(snapshot, out) {}

  Result<void> run(std::span<const LogUnit> units) {
    GivesWay way(units.size());
    for (const auto& unit : units) {
      WJ_TRY(const bool is_new, is_next(unit));
      if (!is_new) continue;
      Position position = unit.unit.first;
      for (const auto& bytes : unit.unit.events) WJ_CHECK(add({unit.book, position++}, bytes));
      if (events_.size() >= kSliceEvents || bytes_ >= kSliceBytes) WJ_CHECK(fold_slice(way));
    }
    WJ_CHECK(fold_slice(way));
    payments_.finish();
    way.stage();
    WJ_CHECK(context_.sums.finish());
    for (const auto& [book, next] : seen_) context_.rows.put(kHouse, seen_key(book), encoded(next));
    for (const auto& [where, next] : day_ends_) {
      context_.rows.put_blind(kHouse, Key(Table::day_end).number(where.first).day(where.second).bytes(),
                              encoded(next));
    }
    context_.rows.finish();
    return journal_.finish();
  }

 private:
  // False: it was folded before. The books' own order is the order of folding.
  Result<bool> is_next(const LogUnit& unit) {
    const auto [at, is_unknown] = seen_.try_emplace(unit.book);
    if (is_unknown) {
      WJ_TRY(const auto* const stored, context_.rows.get(kHouse, seen_key(unit.book)));
      if (stored != nullptr) {
        WJ_TRY(at->second, decoded<Position>(*stored, "a position"));
      }
    }
    if (unit.unit.next() <= at->second) {
      money_.counters_->repeats += unit.unit.events.size();
      return false;
    }
    if (unit.unit.first != at->second) {
      return corrupt("book " + std::to_string(unit.book) + " gives the events from position " +
                     std::to_string(unit.unit.first) + " where those from " + std::to_string(at->second) +
                     " have to come: rebuild money");
    }
    at->second = unit.unit.next();
    return true;
  }

  Result<void> add(const EventPlace& place, const std::string& bytes) {
    WJ_TRY(auto event, money_.codec_.decode(bytes));
    events_.push_back(std::move(event));
    places_.push_back(place);
    bytes_ += bytes.size();
    return {};
  }

  Result<void> fold_slice(GivesWay& way) {
    WJ_CHECK(payments_.prepare(events_));
    WJ_CHECK(lines_.prepare(events_));
    way.stage();
    for (std::size_t i = 0; i < events_.size(); ++i) {
      WJ_CHECK(fold(places_[i], events_[i]));
      way.step();
    }
    money_.counters_->events += events_.size();
    events_.clear();
    places_.clear();
    bytes_ = 0;
    return {};
  }

  Result<void> fold(const EventPlace& place, const Event& event) {
    auto& newest = money_.counters_->newest_recorded_us;
    if (event.recorded_at.us > newest.load(std::memory_order_relaxed)) newest = event.recorded_at.us;
    day_ends_[{place.book, business_date_of(event.recorded_at)}] = place.position + 1;
    if (is_payment_stream(event.stream)) {
      WJ_TRY(const auto taken, payments_.take(event));
      return post(place, event, journal::postings(event, taken.before, taken.movement));
    }
    if (!settlement::house_stream_of(event.stream))
      return {};  // an aside: about a payment, and moves nothing
    WJ_CHECK(std::visit([&](const auto& body) { return fold_house(place, event, body); }, event.body));
    return post(place, event, journal::postings(event));
  }

  // --- House events, by what they say.

  Result<void> fold_house(const EventPlace& place, const Event& event,
                          const settlement::LinesRecorded& body) {
    money_.counters_->lines += body.lines.size();
    return lines_.take(place, event, body);
  }
  Result<void> fold_house(const EventPlace& place, const Event& event, const settlement::LinesRedated& body) {
    return lines_.take(place, event, body);
  }
  Result<void> fold_house(const EventPlace& place, const Event& event,
                          const settlement::PayoutRequested& body) {
    return payouts_.take(place, event, body);
  }
  Result<void> fold_house(const EventPlace& place, const Event& event,
                          const settlement::PayoutUpdated& body) {
    return payouts_.take(place, event, body);
  }
  Result<void> fold_house(const EventPlace&, const Event& event, const MerchantRegistered&) {
    WJ_TRY([[maybe_unused]] const auto number, context_.meet(event.merchant));
    return {};
  }
  template <typename Body>
  Result<void> fold_house(const EventPlace&, const Event& event, const Body& body) {
    if constexpr (requires { runs_.take(event, body); }) {
      return runs_.take(event, body);
    } else if constexpr (requires { reference_.take(event, body); }) {
      return reference_.take(event, body);
    } else if constexpr (requires { files_.take(event, body); }) {
      return files_.take(event, body);
    } else {
      return {};  // keys and closings of merchants: nothing about money
    }
  }

  Result<void> post(const EventPlace& place, const Event& event,
                    const std::vector<journal::Posting>& postings) {
    return journal_.take(place.book, place.position, event, postings);
  }

  Money& money_;
  FoldContext context_;
  PaymentFold payments_;
  LineFold lines_;
  PayoutFold payouts_;
  RunFold runs_;
  ReferenceFold reference_;
  FileFold files_;
  JournalFold journal_;
  std::map<std::uint32_t, Position> seen_;
  std::map<std::pair<std::uint32_t, BusinessDate>, Position> day_ends_;
  std::vector<Event> events_;
  std::vector<EventPlace> places_;
  std::size_t bytes_ = 0;
};

Money::Money(const EventLog& log, const EventCodec& codec)
    : log_(log), codec_(codec), counters_(std::make_unique<Counters>()), merchants_(log, codec) {}

Money::~Money() = default;

std::string Money::version() const { return std::to_string(kMoneyVersion); }

Result<void> Money::open(const KvStore& store) {
  store_ = &store;
  memory_ = {};
  const auto snapshot = store.snapshot();
  const auto each = [&](KvSpace space, Table table, auto&& act) -> Result<void> {
    const auto prefix = Key(table).bytes();
    const auto cursor = snapshot->scan(space, prefix, after_prefix(prefix));
    for (; cursor->valid(); cursor->next()) {
      KeyReader key(cursor->key());
      if (!act(key)) break;
    }
    return cursor->status();
  };
  WJ_CHECK(
      each(kFailed, Table::early, [&](KeyReader& key) { return memory_.early.insert(key.line()).second; }));
  WJ_CHECK(each(kFailed, Table::failure, [&](KeyReader&) {
    memory_.any_failed = true;
    return false;
  }));
  return each(kHouse, Table::merchant, [&](KeyReader& key) {
    const auto number = key.number();
    if (number >= memory_.known_merchants.size()) memory_.known_merchants.resize(number + 1);
    memory_.known_merchants[number] = true;
    return true;
  });
}

Result<void> Money::apply(std::span<const LogUnit> units, KvBatch& out) {
  const auto snapshot = store_->snapshot();
  return Batch(*this, *snapshot, out).run(units);
}

std::vector<std::pair<std::string, std::uint64_t>> Money::stats() const {
  return {{"events", counters_->events},
          {"repeats", counters_->repeats},
          {"lines", counters_->lines},
          {"newest_recorded_us", static_cast<std::uint64_t>(counters_->newest_recorded_us.load())}};
}

}  // namespace wonjang::money
