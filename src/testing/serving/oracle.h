// Oracle: a plain single-threaded program that knows every answer of the serving views. It sorts all events
// by (stream, version, arrival), lets the first of a tie stand, stops a stream at its first gap, folds with
// domain evolve(), and answers each query by looking at every payment. It shares no code with engine/serving:
// only the structs of queries.h and facts.h, whose meaning it computes in its own way.
//
// How to compare the real views with it:
//
//   City city(options, codec);                        // or any EventLog: a ledger's, a recorded one
//   DeliveredLog log(options.books);
//   Disorder disorder({.seed = 7}, codec, [&](LogUnit unit) { log.append(std::move(unit)); });
//   for (std::vector<CityUnit> batch; city.next(4096, batch);) disorder.take(std::move(batch));
//   disorder.finish();
//   ... run the projection over `log` up to positions P ...
//   Oracle oracle({.normal_form = [&](auto text) { return normal_form(forms, text); }}, codec);
//   oracle.read(log, P);                              // the same P as the views' snapshot
//   for (each query) EXPECT_EQ(strip(views.payments(filter, page)), strip(oracle.payments(filter, page)));
//
//   - Page by page: give the views their own cursors and the oracle its own (`next` is an offset here), and
//     compare items; a view's page may be shorter (its read ceiling), so compare the concatenation.
//   - Payments come whole, metadata among them.
//   - A Narrow of the views has no counterpart: ask again with less.
//   - Quarantine and pending: contradictions(), waiting(). A contradiction of an event that isn't folded yet
//     (is_folded false) may or may not be in the views' quarantine.
//   - Percentiles here are exact (nearest rank); the views' histogram is within its stated 1 %.
//
// At 10 M payments: keep_payments, keep_history and keep_search off, and take_life() of every City::life(n)
// instead of a log. That equals the disordered log when Disorder made only late conflicts (early_of_conflicts
// 0), which change nothing; locators, totals and transactions then are compared, some 1 KB a payment.
//
// Threads: one owner; the const functions any, once everything was taken.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/registry.h"
#include "engine/serving/queries.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"
#include "ports/projection.h"
#include "testing/serving/oracle_totals.h"

namespace wonjang::testing {

// The product's normal form of a text (engine/serving/text.h), or a test's own.
using NormalForm = std::function<std::u32string(std::string_view)>;

struct OracleOptions {
  NormalForm normal_form = {};  // needed for search and PaymentFilter::contains only
  bool keep_payments = true;    // else PaymentItem::payment is empty
  bool keep_history = true;     // else lifecycle() knows nothing
  bool keep_search = true;      // else search() and `contains` find nothing
};

// What an id is: also the order in which SearchHit::matched names them, behind buyer, product and depositor.
enum class OracleId : std::uint8_t {
  order_id,
  order_tail,
  approve_no,
  network_txn,
  transaction_key,
  approval,
  cancel,
  card,  // masked, without separators
  card_tail,
  phone,
  phone_tail,
  external_key,
  customer_key,
  bank_notice,
  slip_no,
  sub_mall,
  store,
  acquire_batch,
  metadata,  // a value that is no text
};

// An event that was delivered under a (stream, version) whose first arrival says something else.
struct Contradiction {
  RawId stream;
  std::uint32_t version = 0;
  std::uint64_t hash = 0;  // hash64 of its bytes
  bool is_folded = true;   // the one that stands is folded; false: behind a gap
  friend auto operator<=>(const Contradiction&, const Contradiction&) = default;
};

struct LifeStep {
  std::uint32_t book = 0;
  Position position = 0;
  Event event;
};
struct Lifecycle {
  serving::Locator at;
  Payment payment;
  std::vector<LifeStep> steps;  // by version
  std::vector<serving::Transaction> transactions;
};

// A payment whose facts changed after the close of a day.
struct Change {
  serving::Locator at;
  std::optional<OracleFact> before;  // nothing: it wasn't known at the close
  OracleFact after;
};

struct TopMerchant {
  serving::MerchantNo merchant = 0;
  std::int64_t count = 0;
  int128 gross = 0;
  int128 canceled = 0;
  int128 net() const { return gross - canceled; }
  friend bool operator==(const TopMerchant&, const TopMerchant&) = default;
};

class Oracle {
 public:
  explicit Oracle(OracleOptions options, const EventCodec& codec);

  // Everything that `log` delivered before `until`, by book. Then finish() is done. REQUIRES: nothing was
  // taken
  void read(const EventLog& log, const LogPositions& until);
  // Or unit by unit, each book's in the order of delivery; finish() sorts and folds. The registry's units
  // among them.
  void take(const LogUnit& unit);
  void finish();
  // Or one whole history after the other, without a log. REQUIRES: versions 0, 1, 2 ...; the merchant was
  // taken
  void take_merchant(MerchantId id, std::string organisation);
  void take_life(const std::vector<std::vector<Event>>& commands);

  std::uint64_t payments_count() const { return records_.size(); }
  std::vector<Contradiction> contradictions() const;  // sorted, each once
  std::uint64_t duplicates() const { return duplicates_; }
  std::uint64_t waiting() const { return waiting_; }  // events behind a gap
  const std::vector<MerchantId>& merchants() const { return merchants_; }

  // Locators of all that passes, in order.
  std::vector<serving::Locator> list(const serving::PaymentFilter& filter, serving::Sort sort) const;
  serving::Paged<serving::PaymentItem> payments(const serving::PaymentFilter& filter,
                                                const serving::Page& page) const;
  std::vector<serving::Sums> sums(const serving::PaymentFilter& filter) const;

  serving::Paged<serving::TransactionItem> transactions(const serving::TransactionFilter& filter,
                                                        const serving::Page& page) const;
  std::vector<serving::Sums> sums(const serving::TransactionFilter& filter) const;

  serving::Paged<serving::SearchHit> search(const serving::SearchQuery& query) const;
  std::optional<Lifecycle> lifecycle(PaymentId payment) const;

  // Totals of any cube (oracle_totals.h), and what came after the close of a day, as numbers and as a list in
  // order of payment ids.
  Totals totals(const TotalsQuery& query) const;
  Totals difference(TotalsQuery query, BusinessDate close) const;  // now minus as of the close
  std::vector<Change> changes_after(BusinessDate close) const;

  // By net of the payments requested in [from, until), the greatest first, the lower number among equals.
  std::vector<TopMerchant> top_merchants(Instant from, Instant until, std::string_view currency,
                                         std::size_t count_max) const;
  // What the transactions of one day moved, by hour of the day (24 of them, each by currency).
  std::vector<std::vector<serving::Sums>> sales_of(serving::MerchantNo merchant, BusinessDate day) const;

 private:
  struct Raw {
    RawId stream;
    std::uint32_t version;
    std::uint32_t book;
    Position position;
    std::uint64_t arrival;
    std::string bytes;
  };
  // What a payment was worth from the end of a recorded day on.
  struct State {
    std::int32_t recorded_day = 0;
    std::uint8_t method = 0;
    PaymentStatus status = PaymentStatus::none;
    std::uint16_t issuer = 0;  // index into issuers_
    std::int64_t gross = 0;
    std::int64_t canceled = 0;
  };
  struct FoundId {
    OracleId kind;
    std::string value;
  };
  struct FoundText {
    serving::TextField field;
    std::u32string form;
  };
  struct Record {
    serving::Locator at;
    Channel channel = Channel::unknown;
    Currency currency;
    std::int64_t amount = 0;
    std::vector<State> states;         // the last of each recorded day on which one changed
    std::unique_ptr<Payment> payment;  // null unless kept
    std::vector<LifeStep> history;
    std::vector<FoundId> ids;
    std::vector<FoundText> texts;
    Metadata metadata;
  };
  struct Movement {
    serving::MerchantNo merchant = 0;
    std::int32_t recorded_day = 0;
    serving::Transaction transaction;
  };
  using Taken = std::map<ApprovalId, std::int64_t>;  // whose money is out, and how much cancels left of it
  struct Match {
    std::vector<std::string> names;
    bool certain = false;
  };

  void take_unit(std::uint32_t book, const StoredUnit& unit);
  void fold_registry(const std::vector<LifeStep>& events);
  void fold_payment(std::vector<LifeStep> events);
  void note_state(Record& record, const Payment& payment, Instant recorded_at);
  void note_search(Record& record, const Event& event) const;
  std::optional<serving::Transaction> moved_by(const Event& event, const Payment& after, Taken& taken) const;
  std::uint16_t issuer_number(const std::string& issuer);

  bool passes(const Record& record, const serving::PaymentFilter& filter) const;
  bool has_name(const Record& record, const std::string& asked) const;
  bool passes(const Movement& movement, const serving::TransactionFilter& filter) const;
  std::vector<const Record*> chosen(const serving::PaymentFilter& filter, serving::Sort sort) const;
  std::vector<const Movement*> chosen(const serving::TransactionFilter& filter, serving::Sort sort) const;
  Match match_texts(const Record& record, const std::u32string& pattern) const;
  Match match(const Record& record, const std::string& text, const std::u32string& pattern) const;
  OracleFact fact_of(const Record& record, const State& state) const;
  OracleFact fact_of(const Movement& movement) const;
  static Payment payment_of(const Record& record);
  static const State* state_at(const Record& record, const std::optional<BusinessDate>& close);

  OracleOptions options_;
  const EventCodec& codec_;
  std::vector<Raw> raw_;
  std::vector<Contradiction> contradictions_;
  std::uint64_t duplicates_ = 0;
  std::uint64_t waiting_ = 0;

  std::vector<MerchantId> merchants_;
  std::vector<std::string> organisations_;  // by merchant number
  std::unordered_map<MerchantId, serving::MerchantNo> numbers_;
  std::vector<std::string> issuers_;
  std::unordered_map<std::string, std::uint16_t> issuer_numbers_;
  std::vector<Record> records_;
  std::unordered_map<PaymentId, std::size_t> by_payment_;
  std::vector<Movement> movements_;
};

// How a text was found in `form`, both in normal form. A consonant of the pattern stands for each syllable it
// opens, a mask of the pattern for any character; a mask of the form agrees with anything, but then the match
// is only possible, and some character must agree unmasked.
enum class Found : std::uint8_t { no, possible, certain };
Found find_in(const std::u32string& pattern, const std::u32string& form);

}  // namespace wonjang::testing
