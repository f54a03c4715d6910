// For tests of the journal: a log of payments (testing/serving/city.h) with settlement and payouts between
// them, a projection that is the journal alone, and stores to fold it into, in batches of any cut.
//
//   JournalWorld world({.books = 4});
//   JournalStore store;
//   store.fold(world, {.units_max = 7});
//
// Threads: one owner.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/memory/memory_kv.h"
#include "adapters/protobuf/event_codec.h"
#include "engine/money/journal_fold.h"
#include "engine/money/journal_reader.h"
#include "engine/money/money_before.h"
#include "testing/fake_log.h"
#include "testing/serving/city.h"

namespace wonjang::testing {

struct JournalWorldOptions {
  std::uint64_t seed = 1;
  std::uint64_t payments = 400;
  std::uint32_t books = 1;
  std::uint32_t house_every = 20;  // units; 0: payments alone
};

class JournalWorld {
 public:
  explicit JournalWorld(const JournalWorldOptions& options)
      : log_(options.books), last_(options.books), rng_(options.seed) {
    CityOptions city_options;
    city_options.seed = options.seed;
    city_options.payments = options.payments;
    city_options.merchants = 5;
    city_options.organisations = 2;
    city_options.people = 100;
    city_options.books = options.books;
    city_options.months = 2;
    city_options.rare = false;
    city_options.old_cancels = false;
    city_options.late_day_ppm = 15'000;  // of a small world some come a month late, too
    city_options.late_month_ppm = 6'000;
    City city(city_options, codec_);
    std::uint64_t count = 0;
    for (std::vector<CityUnit> batch; city.next(64, batch);) {
      for (auto& unit : batch) {
        last_[unit.book] = unit.recorded_at;
        add(unit.book, unit.unit.stream, std::move(unit.unit.events));
        if (options.house_every != 0 && ++count % options.house_every == 0) add_house(unit.book);
      }
    }
  }

  const FakeLog& log() const { return log_; }
  FakeLog& log() { return log_; }
  const EventCodec& codec() const { return codec_; }
  // In the order in which they were written, all books mixed.
  const std::vector<LogUnit>& units() const { return units_; }
  std::vector<Event> events() const {
    std::vector<Event> out;
    for (const auto& unit : units_) {
      for (const auto& bytes : unit.unit.events) out.push_back(*codec_.decode(bytes));
    }
    return out;
  }
  // The only event of a stream of its own.
  void add_event(std::uint32_t book, settlement::HouseStream kind, EventBody body) {
    Event event;
    event.stream = {std::uint64_t{book} << 4U, (static_cast<std::uint64_t>(kind) << 56U) | ++house_};
    event.id = EventId(RawId{7, house_});
    last_[book] = last_[book].plus_us(1);
    event.recorded_at = event.occurred_at = last_[book];
    event.body = std::move(body);
    std::string bytes;
    codec_.encode(event, bytes);
    add(book, event.stream, {std::move(bytes)});
  }

 private:
  void add(std::uint32_t book, RawId stream, std::vector<std::string> events) {
    const Position first = log_.tails()[book];
    log_.append(book, stream, events);
    LogUnit unit;
    unit.book = book;
    unit.unit.first = first;
    unit.unit.stream = stream;
    unit.unit.first_version = versions_[stream];
    versions_[stream] += static_cast<std::uint32_t>(events.size());
    unit.unit.events = std::move(events);
    units_.push_back(std::move(unit));
  }

  std::int64_t amount(std::uint64_t below) { return static_cast<std::int64_t>(1 + rng_.below(below)); }

  void add_house(std::uint32_t book) {
    using settlement::HouseStream;
    settlement::LinesRecorded lines;
    for (int i = 0; i < 3; ++i) {
      settlement::SettlementLine& line = lines.lines.emplace_back();
      line.item.kind = i == 2 ? settlement::LineKind::cancel : settlement::LineKind::approval;
      const std::int64_t sign = i == 2 ? -1 : 1;
      line.gross = sign * amount(100'000);
      line.fee_supply = sign * amount(900);
      line.fee_vat = sign * amount(90);
      line.fee = line.fee_supply + line.fee_vat;
      line.net = line.gross - line.fee;
    }
    add_event(book, HouseStream::lines, std::move(lines));
    settlement::PayoutRequested payout;
    payout.amount = amount(1'000'000);
    add_event(book, HouseStream::payout, payout);
    settlement::PayoutUpdated paid;
    paid.state = rng_.chance(70) ? settlement::PayoutState::paid : settlement::PayoutState::failed;
    paid.amount = payout.amount;
    add_event(book, HouseStream::payout, paid);
    if (!rng_.chance(10)) return;
    settlement::FileMatched file;
    file.kind = settlement::FileKind::deposit;
    file.matched_amount = amount(500'000);
    file.matched_fee = amount(400);
    add_event(book, HouseStream::file, file);
  }

  ProtobufEventCodec codec_;
  FakeLog log_;
  std::vector<Instant> last_;  // per book
  Rng rng_;
  std::uint64_t house_ = 0;
  std::map<RawId, std::uint32_t> versions_;
  std::vector<LogUnit> units_;
};

// Changes the postings of an event before they are journaled: to see the alarm ring.
using PostingsHook = std::function<void(const Event&, std::vector<journal::Posting>&)>;

class JournalProjection final : public Projection {
 public:
  JournalProjection(const EventLog& log, const EventCodec& codec, PostingsHook hook = {},
                    std::uint32_t mark_every = money::kMarkEvery)
      : codec_(codec), hook_(std::move(hook)), mark_every_(mark_every), money_(log, codec) {}

  static std::vector<KvSpaceOptions> all_spaces() {
    std::vector<KvSpaceOptions> out = {KvSpaceOptions{.name = "meta"}};
    for (auto& space : money::journal_spaces()) out.push_back(std::move(space));
    return out;
  }

  std::string_view name() const override { return "journal"; }
  std::string version() const override { return "1"; }
  std::span<const KvSpaceOptions> spaces() const override { return spaces_; }
  Result<void> open(const KvStore& store) override {
    store_ = &store;
    return {};
  }
  Result<void> apply(std::span<const LogUnit> units, KvBatch& out) override {
    const auto snapshot = store_->snapshot();
    money::JournalFold fold(*snapshot, out, mark_every_);
    for (const auto& unit : units) {
      Position position = unit.unit.first;
      for (const auto& bytes : unit.unit.events) {
        WJ_TRY(const Event event, codec_.decode(bytes));
        WJ_TRY(auto postings, postings_of(event));
        if (hook_) hook_(event, postings);
        WJ_CHECK(fold.take(unit.book, position++, event, postings));
      }
    }
    return fold.finish();
  }
  void committed() override {}
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return {}; }

 private:
  Result<std::vector<journal::Posting>> postings_of(const Event& event) {
    if (!is_payment_stream(event.stream)) return journal::postings(event);
    WJ_TRY(journal::PaymentMoney * money, money_.of(event.stream, event.version));
    const journal::PaymentMoney before = *money;
    return journal::postings(event, before, journal::fold(*money, event));
  }

  const EventCodec& codec_;
  const PostingsHook hook_;
  const std::uint32_t mark_every_;
  money::MoneyBefore money_;
  const std::vector<KvSpaceOptions> spaces_ = all_spaces();
  const KvStore* store_ = nullptr;
};

struct JournalFoldOptions {
  std::uint32_t units_max = 64;
  bool random_cuts = false;  // 1 to units_max
  std::uint32_t mark_every = money::kMarkEvery;
  PostingsHook hook = {};
};

class JournalStore {
 public:
  using Content = std::map<std::pair<KvSpace, std::string>, std::string>;

  JournalStore() {
    auto opened = MemoryKv::open(disk_, JournalProjection::all_spaces());
    EXPECT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  // All units that weren't folded yet. The batch that fails leaves nothing.
  Result<void> try_fold(const JournalWorld& world, const JournalFoldOptions& options = {}) {
    JournalProjection projection(world.log(), world.codec(), options.hook, options.mark_every);
    WJ_CHECK(projection.open(*store_));
    Rng rng(5);
    const auto& units = world.units();
    while (folded_ < units.size()) {
      const std::size_t wanted = options.random_cuts ? 1 + rng.below(options.units_max) : options.units_max;
      const auto batch = std::span(units).subspan(folded_, std::min(wanted, units.size() - folded_));
      KvBatch out;
      WJ_CHECK(projection.apply(batch, out));
      WJ_CHECK(store_->write(out));
      folded_ += batch.size();
    }
    return {};
  }
  void fold(const JournalWorld& world, const JournalFoldOptions& options = {}) {
    const auto folded = try_fold(world, options);
    ASSERT_TRUE(folded) << folded.error().message;
  }

  std::unique_ptr<KvSnapshot> snapshot() const { return store_->snapshot(); }
  void write(const KvBatch& batch) { EXPECT_TRUE(store_->write(batch)); }
  Content content() const {
    Content out;
    const auto stored = snapshot();
    for (KvSpace space = 1; space <= 4; ++space) {
      const auto cursor = stored->scan(space, {}, {});
      for (; cursor->valid(); cursor->next()) out[{space, std::string(cursor->key())}] = cursor->value();
    }
    return out;
  }

 private:
  std::shared_ptr<MemoryKvDisk> disk_ = std::make_shared<MemoryKvDisk>();
  std::unique_ptr<KvStore> store_;
  std::size_t folded_ = 0;
};

// Every entry that the store must hold, in order of the log, derived without fold and store.
inline std::vector<money::JournalEntry> entries_of(const JournalWorld& world) {
  std::vector<money::JournalEntry> out;
  std::map<RawId, journal::PaymentMoney> payments;
  for (const auto& unit : world.units()) {
    Position position = unit.unit.first;
    for (const auto& bytes : unit.unit.events) {
      const Event event = *world.codec().decode(bytes);
      std::vector<journal::Posting> postings = journal::postings(event);
      if (is_payment_stream(event.stream)) {
        journal::PaymentMoney& money = payments[event.stream];
        const journal::PaymentMoney before = money;
        postings = journal::postings(event, before, journal::fold(money, event));
      }
      if (!postings.empty()) {
        out.push_back({unit.book, position, event.id, std::string(type_of(event.body)), event.stream,
                       event.recorded_at, std::move(postings)});
      }
      ++position;
    }
  }
  return out;
}

inline money::TrialBalance balance_of(const std::vector<money::JournalEntry>& entries,
                                      const std::function<bool(const money::JournalEntry&)>& counts) {
  money::AccountSums sums;
  for (const auto& entry : entries) {
    if (!counts(entry)) continue;
    for (const auto& posting : entry.postings) sums.add(posting);
  }
  return money::TrialBalance(std::move(sums));
}

}  // namespace wonjang::testing
