// For tests of engine/money: a log that events are put into by hand, the projection `money` over a memory
// store, and a sink that writes into the log at once, or fails when it is told to. No threads of its own.
//
// The test's target links wj_money, wj_money_run, wj_memory, wj_protobuf, wj_testing.
//
// Threads: append() of the sink any; the rest one owner.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/memory/manual_clock.h"
#include "adapters/memory/memory_kv.h"
#include "adapters/memory/plain_digest.h"
#include "adapters/protobuf/event_codec.h"
#include "domain/decide.h"
#include "domain/payment.h"
#include "domain/registry.h"
#include "engine/money/job_gate.h"
#include "engine/money/money.h"
#include "engine/money/money_reader.h"
#include "engine/money/run.h"
#include "engine/money/run_ports.h"
#include "engine/money/slip_book.h"
#include "ports/book.h"
#include "testing/fake_log.h"

namespace wonjang::money {

inline BusinessDate day(const char* text) { return parse_business_date(text).value(); }
// Noon in Seoul.
inline Instant noon_of(BusinessDate date) { return start_of(date).plus_ms(12LL * 3'600'000); }

// A card sale of one approval.
struct Sale {
  std::int64_t amount = 10'000;
  Instant at;
  Currency currency;
  std::string sub_mall;
  MethodDetail method = [] {
    CardDetail card;
    card.issuer_code = "61";
    card.acquirer_code = "61";
    card.last4 = "1234";
    card.card_type = CardType::credit;
    return card;
  }();
};

class MoneyRig {
 public:
  explicit MoneyRig(std::uint32_t books = 1) : log(books), sink(*this), now(*this) {
    clock.set(noon_of(day("2026-11-20")));
    restart_projection();
  }

  // ---- The log ----

  // Appends to the stream's end, or fails as somebody else was quicker.
  Result<void> put(RawId stream, std::uint32_t expected, MerchantId merchant, Currency currency,
                   const Actor& actor, const std::string& reason, std::vector<EventBody> bodies) {
    const MutexLock lock(mutex_);
    auto& version = versions_[stream];
    if (version != expected) return conflict("the stream has " + std::to_string(version) + " events");
    std::vector<std::string> encoded;
    for (auto& body : bodies) {
      Event event;
      recorded_at_ = std::max(recorded_at_.plus_us(1), clock.now());
      event.id = EventId(ids_.next(recorded_at_, stream.slot()));
      event.stream = stream;
      event.version = version++;
      event.merchant = merchant;
      event.currency = currency;
      event.occurred_at = event.recorded_at = recorded_at_;
      event.actor = actor;
      event.reason = reason;
      event.body = std::move(body);
      if (is_payment_stream(stream)) event.order_id = "order-" + std::to_string(stream.low % 1'000'000);
      codec.encode(event, encoded.emplace_back());
      if (encoded.back().size() <= Book::kEventBytesMax) continue;
      version = expected;
      return invalid("an event of " + std::to_string(encoded.back().size()) + " bytes is too large");
    }
    log.append(book_of(stream, log.books()), stream, std::move(encoded));
    return {};
  }
  std::uint32_t version_of(RawId stream) {
    const MutexLock lock(mutex_);
    return versions_[stream];
  }
  std::uint64_t events() const {
    std::uint64_t sum = 0;
    for (const auto tail : log.tails()) sum += tail;
    return sum;
  }

  // ---- The world ----

  MerchantId add_merchant() {
    const auto number = static_cast<std::uint32_t>(merchants_.size());
    const MerchantId id(ids_.next(clock.now(), (number * 977) % kSlots));
    merchants_.push_back(id);
    must(put(kRegistryStream, number, id, {}, admin(), {},
             {MerchantRegistered{"m" + std::to_string(number), "Shop", {}}}));
    return id;
  }
  MerchantNo number_of(MerchantId id) const {
    for (std::size_t i = 0; i < merchants_.size(); ++i) {
      if (merchants_[i] == id) return static_cast<MerchantNo>(i);
    }
    ADD_FAILURE() << "no such merchant";
    return 0;
  }

  PaymentId sell(MerchantId merchant, const Sale& sale) {
    const RawId stream = ids_.next(clock.now(), static_cast<std::uint32_t>(++payments_ * 131) % kSlots);
    PaymentCreated created;
    created.parts.supply = sale.amount;
    created.sub_mall_id = sale.sub_mall;
    created.authenticated = true;
    ApprovalApproved approved;
    approved.terms = {
        ApprovalId(ids_.next(clock.now(), stream.slot())), 1, sale.method, created.parts, {}, {}, {}};
    approved.approved_at = sale.at;
    const PaymentId payment(stream);
    sold_[payment] = {merchant, sale, approved.terms.approval};
    must(put(stream, 0, merchant, sale.currency, admin(), {}, {created, approved}));
    return payment;
  }
  PaymentId sell(MerchantId merchant, std::int64_t amount, BusinessDate on) {
    Sale sale;
    sale.amount = amount;
    sale.at = noon_of(on);
    return sell(merchant, sale);
  }
  // The line of the sale's approval.
  static LineKey line_of(PaymentId payment) { return {payment, 1, 0}; }
  LineKey cancel(PaymentId payment, std::int64_t amount, BusinessDate on) {
    const auto& sold = sold_.at(payment);
    CancelSucceeded body;
    body.terms.cancel = CancelId(ids_.next(clock.now(), payment.slot()));
    body.terms.approval = sold.approval;
    body.terms.kind = CancelKind::partial;
    body.terms.parts.supply = amount;
    body.canceled_at = noon_of(on);
    const auto version = version_of(payment.raw());
    must(put(payment.raw(), version, sold.merchant, sold.sale.currency, admin(), {}, {body}));
    return {payment, version, 0};
  }
  void request_slip(PaymentId payment, BusinessDate on) {
    const auto& sold = sold_.at(payment);
    AcquisitionUpdated body;
    body.approval = sold.approval;
    body.state = AcquisitionState::requested;
    body.at = noon_of(on);
    must(put(payment.raw(), version_of(payment.raw()), sold.merchant, sold.sale.currency, admin(), {},
             {body}));
  }

  // Its slip gets the number by which an acquirer's file names it.
  void name_slip(PaymentId payment, BusinessDate on, std::string slip_no) {
    const auto& sold = sold_.at(payment);
    AcquisitionUpdated body;
    body.approval = sold.approval;
    body.state = AcquisitionState::requested;
    body.slip_no = std::move(slip_no);
    body.at = noon_of(on);
    must(put(payment.raw(), version_of(payment.raw()), sold.merchant, sold.sale.currency, admin(), {},
             {body}));
  }
  // Its network cancel is requested; confirmed (now, by the clock); or a person lets it stand.
  void begin_undoing(PaymentId payment) {
    append(payment, {NetworkCancelRequested{sold_.at(payment).approval, "too late"}});
  }
  LineKey undone(PaymentId payment) {
    const auto version = version_of(payment.raw());
    append(payment, {NetworkCancelConfirmed{sold_.at(payment).approval, NetworkCancelResult::canceled, ""}});
    return {payment, version, 0};
  }
  void let_stand(PaymentId payment) {
    append(payment, {ApprovalUnknown{sold_.at(payment).approval, "it stands"}});
  }

  // As its events make it.
  Result<Payment> payment(PaymentId id) const {
    WJ_TRY(const auto units, log.load(id.raw()));
    Payment out;
    for (const auto& unit : units) {
      for (const auto& bytes : unit.events) {
        WJ_TRY(const auto event, codec.decode(bytes));
        evolve(out, event);
      }
    }
    return out;
  }

  // Proposed and decided; known from now on.
  void approve(const settlement::Reference& reference) {
    const RawId stream = settlement::change_stream(ids_.next(clock.now(), 0));
    const settlement::ChangeId change(stream);
    must(put(stream, 0, {}, {}, admin(), {},
             {settlement::ChangeProposed{change, reference, "why"},
              settlement::ChangeDecided{change, true, reference, "fine"}}));
  }

  // Monday to Friday, nothing closed but `closed`.
  static settlement::Calendar calendar(std::uint32_t version = 1,
                                       std::vector<settlement::ClosedDay> closed = {}) {
    return {"KR", version, "test", day("2026-01-01"), day("2028-01-01"), std::move(closed)};
  }
  // 2.5 % and VAT, paid two business days after the approval.
  static settlement::Contract contract(MerchantId merchant, std::int64_t rate_ppm = 25'000) {
    settlement::Contract out;
    out.merchant = merchant;
    out.version = 1;
    out.valid_from = day("2026-01-01");
    out.fees.rules.push_back(rate(rate_ppm));
    out.calendar = "KR";
    out.payout_account = "acct_1";
    return out;
  }
  static settlement::FeeRule rate(std::int64_t rate_ppm, const char* name = "base") {
    settlement::FeeRule out;
    out.name = name;
    out.kind = settlement::RuleKind::base_rate;
    out.rate_ppm = rate_ppm;
    return out;
  }
  // A merchant that can be settled.
  MerchantId shop(std::int64_t rate_ppm = 25'000) {
    const MerchantId id = add_merchant();
    if (merchants_.size() == 1) approve(calendar());
    approve(contract(id, rate_ppm));
    return id;
  }

  // ---- The projection ----

  // A new process: the fold starts over from the store.
  void restart_projection() {
    if (!store_) {
      Money probe(log, codec);
      const auto spaces = probe.spaces();
      auto opened = MemoryKv::open(std::make_shared<MemoryKvDisk>(), {spaces.begin(), spaces.end()});
      WJ_ASSERT(opened.has_value());
      store_ = *std::move(opened);
    }
    money_ = std::make_unique<Money>(log, codec);
    const auto opened = money_->open(*store_);
    WJ_ASSERT(opened.has_value());
  }
  // Folds what is new. Errors: the projection's, which stop a test.
  Result<std::shared_ptr<const KvSnapshot>> caught_up() {
    const MutexLock lock(fold_mutex_);
    seen_.resize(log.books());
    const auto tails = log.tails();
    for (std::uint32_t book = 0; book < log.books(); ++book) {
      while (seen_[book] < tails[book]) {
        WJ_TRY(auto units, log.read(book, seen_[book], 200, 1 << 20));
        std::vector<LogUnit> batch;
        for (auto& unit : units) {
          seen_[book] = unit.next();
          batch.push_back({book, std::move(unit)});
        }
        KvBatch out;
        WJ_CHECK(money_->apply(batch, out));
        WJ_CHECK(store_->write(out));
        money_->committed();
      }
    }
    return std::shared_ptr<const KvSnapshot>(store_->snapshot());
  }
  // A reader of now; the rig keeps its snapshot.
  const MoneyReader& reader() {
    auto snapshot = caught_up();
    EXPECT_TRUE(snapshot) << snapshot.error().message;
    snapshot_ = *std::move(snapshot);
    reader_ = std::make_unique<MoneyReader>(*snapshot_);
    return *reader_;
  }
  const KvSnapshot& snapshot() {
    reader();
    return *snapshot_;
  }

  // ---- Jobs ----

  MoneyPorts ports() {
    const auto number = [this](MerchantId id) -> std::optional<std::uint32_t> {
      for (std::size_t i = 0; i < merchants_.size(); ++i) {
        if (merchants_[i] == id) return static_cast<std::uint32_t>(i);
      }
      return std::nullopt;
    };
    return {now, sink, log, codec, clock, digest, gate, number, &slips};
  }
  JobOwner owner() const { return {admin(), "test", holder}; }
  RunOptions run_options(BusinessDate date, std::uint32_t workers = 0) const {
    RunOptions out;
    out.date = date;
    out.owner = owner();
    out.workers = workers;
    return out;
  }
  Result<RunReport> run(BusinessDate date, std::uint32_t workers = 0) {
    return run_settlement(ports(), run_options(date, workers));
  }
  RunReport must_run(BusinessDate date, std::uint32_t workers = 0) {
    auto report = run(date, workers);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : RunReport();
  }

  std::vector<LineSummary> lines(BusinessDate date) {
    std::vector<LineSummary> out;
    must(reader().lines_of_run(date, {}, {}, [&](const LineSummary& line) -> Result<bool> {
      out.push_back(line);
      return true;
    }));
    return out;
  }
  LineSummary line(const LineKey& key) {
    auto found = reader().line(key);
    EXPECT_TRUE(found && *found) << settlement::text_of(key) << " has no line";
    return found && *found ? **found : LineSummary();
  }
  std::uint64_t open_items() {
    std::uint64_t count = 0;
    must(reader().open_items(BusinessDate{INT32_MAX - 1}, [&](const OpenItem&) -> Result<bool> {
      ++count;
      return true;
    }));
    return count;
  }

  static Actor admin() { return {ActorKind::admin, "tester"}; }
  static void must(const Result<void>& result) {
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
  }

  // Writes at once. After `fail_after` further appends each one fails; with `write_the_failed` the first that
  // fails is written all the same (in doubt).
  class Sink final : public FactSink {
   public:
    explicit Sink(MoneyRig& rig) : rig_(rig) {}
    Result<void> append(Facts facts) override {
      {
        const MutexLock lock(mutex_);
        if (failed_) return Error{failed_->kind, failed_->message};
        ++appends_;
        if (left_ && (*left_)-- == 0) {
          left_ = 0;
          failed_ = unavailable("the sink was told to fail");
          if (write_the_failed) {
            failed_->kind = ErrorKind::in_doubt;
            const auto ignored = write(std::move(facts));
          }
          return {};
        }
      }
      auto written = write(std::move(facts));
      const MutexLock lock(mutex_);
      if (!written && !failed_) failed_ = std::move(written).error();
      return {};
    }
    Result<void> drain() override {
      const MutexLock lock(mutex_);
      auto failed = std::exchange(failed_, std::nullopt);
      if (failed) return *std::move(failed);
      return {};
    }
    void fail_after(std::uint64_t appends) {
      const MutexLock lock(mutex_);
      left_ = appends;
    }
    void heal() {
      const MutexLock lock(mutex_);
      left_.reset();
      failed_.reset();
      write_the_failed = false;
    }
    std::uint64_t appends() const { return appends_; }

    bool write_the_failed = false;

   private:
    Result<void> write(Facts facts) {
      if (const auto before = settlement::chunk_before(facts.stream); before && rig_.version_of(*before) == 0)
        return conflict("the chunk before this one isn't there");
      return rig_.put(facts.stream, facts.expected_version, facts.merchant, facts.currency, facts.actor,
                      facts.reason, std::move(facts.bodies));
    }
    MoneyRig& rig_;
    Mutex mutex_;
    std::optional<std::uint64_t> left_ WJ_GUARDED_BY(mutex_);
    std::optional<Error> failed_ WJ_GUARDED_BY(mutex_);
    std::uint64_t appends_ = 0;
  };

  // Decides by the life cycle and writes at once. After `fail_after` further steps each one fails.
  class Slips final : public SlipBook {
   public:
    explicit Slips(MoneyRig& rig) : rig_(rig) {}
    Result<std::vector<SlipAnswer>> record(const std::vector<SlipStep>& steps, const Actor& actor,
                                           const std::string& reason) override {
      std::vector<SlipAnswer> out;
      for (const auto& step : steps) {
        if (left_ && (*left_)-- == 0) {
          left_ = 0;
          return unavailable("the slips were told to fail");
        }
        ++asked_;
        WJ_TRY(const auto payment, rig_.payment(step.payment));
        const auto decision = decide(payment, PaymentCommand(step.command),
                                     {rig_.clock.now(), actor, rig_.ids_, step.payment.slot()});
        if (const auto* refusal = std::get_if<Refusal>(&decision)) {
          const bool is_refused = !is_old_news(payment, step.command);
          out.push_back({is_refused, is_refused ? refusal->detail : ""});
          continue;
        }
        std::vector<EventBody> bodies;
        for (const auto& one : std::get<std::vector<Decided>>(decision)) bodies.push_back(one.body);
        if (!bodies.empty()) {
          const auto& sold = rig_.sold_.at(step.payment);
          WJ_CHECK(rig_.put(step.payment.raw(), rig_.version_of(step.payment.raw()), sold.merchant,
                            sold.sale.currency, actor, reason, std::move(bodies)));
        }
        out.emplace_back();
      }
      return out;
    }
    void fail_after(std::uint64_t steps) { left_ = steps; }
    void heal() { left_.reset(); }
    std::uint64_t asked() const { return asked_; }

   private:
    MoneyRig& rig_;
    std::optional<std::uint64_t> left_;
    std::uint64_t asked_ = 0;
  };

  class Now final : public MoneyNow {
   public:
    explicit Now(MoneyRig& rig) : rig_(rig) {}
    Result<std::shared_ptr<const KvSnapshot>> caught_up() override { return rig_.caught_up(); }

   private:
    MoneyRig& rig_;
  };

  FakeLog log;
  ProtobufEventCodec codec;
  ManualClock clock;
  PlainDigest digest;
  JobGate gate;
  Sink sink;
  Slips slips{*this};
  Now now;
  std::string holder = "process-1";

 private:
  void append(PaymentId payment, std::vector<EventBody> bodies) {
    const auto& sold = sold_.at(payment);
    must(put(payment.raw(), version_of(payment.raw()), sold.merchant, sold.sale.currency, admin(), {},
             std::move(bodies)));
  }

  struct Sold {
    MerchantId merchant;
    Sale sale;
    ApprovalId approval;
  };

  Mutex mutex_;
  Mutex fold_mutex_;
  std::map<RawId, std::uint32_t> versions_;
  Instant recorded_at_;
  IdMaker ids_{Rng(7)};
  std::vector<MerchantId> merchants_;
  std::uint64_t payments_ = 0;
  std::map<PaymentId, Sold> sold_;

  std::unique_ptr<MemoryKv> store_;
  std::unique_ptr<Money> money_;
  LogPositions seen_;
  std::shared_ptr<const KvSnapshot> snapshot_;
  std::unique_ptr<MoneyReader> reader_;
};

}  // namespace wonjang::money
