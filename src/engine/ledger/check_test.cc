// The alarms are tested: for each kind of stored thing a book is broken on purpose, and check() must name it.
// A book is broken in two ways: it lies when it is read (a disk that lost or changed something), or it was
// written wrong, with a tree and a head that fit (a writer that was wrong).
#include "engine/ledger/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "domain/settlement/streams.h"
#include "engine/ledger/merkle.h"
#include "testing/ledger_rig.h"

namespace wonjang {
namespace {

using testing::cancel_command;
using testing::create_command;
using ::testing::HasSubstr;
using testing::merchant_of;
using testing::paid_command;
using testing::recorded_card;

class LyingBook final : public Book {
 public:
  template <typename T>
  using Lie = std::function<void(T&)>;

  // What it lies about, where set.
  Lie<std::vector<StoredUnit>> log;      // read()
  Lie<std::vector<StoredUnit>> streams;  // load()
  Lie<std::optional<FoundIdempotency>> keys;
  Lie<std::optional<RawId>> claims;
  Lie<std::vector<AlarmEntry>> due;
  std::function<void(std::uint8_t level, std::uint64_t index, std::optional<Hash256>&)> tree;
  Lie<std::string> heads;
  Lie<BookCounts> counts;
  // What the next append writes instead, with nodes and a head to match.
  Lie<std::vector<Unit>> forgery;

  explicit LyingBook(const Digest& digest) : digest_(digest) {}

  Position tail() const override { return promised_; }
  Result<std::string> head() const override { return told(inner_.head(), heads); }
  Result<void> append(const AppendBatch& batch) override {
    for (const auto& unit : batch.units) promised_ += unit.events.size();
    std::vector<Unit> units(batch.units.begin(), batch.units.end());
    if (forgery) forgery(units);
    std::vector<TreeNode> nodes;
    for (const auto& unit : units) {
      for (const auto& bytes : unit.events) frontier_.add(digest_, leaf_hash(digest_, bytes), nodes);
    }
    auto head = decode_head(batch.head).value();
    head.tree = frontier_;
    return inner_.append({units, nodes, encode_head(head)});
  }
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override {
    return told(inner_.load_from(stream, version), streams);
  }
  Result<std::optional<FoundIdempotency>> find_idempotency(const Hash128& key) const override {
    return told(inner_.find_idempotency(key), keys);
  }
  Result<std::optional<RawId>> find_claim(const Hash128& claim) const override {
    return told(inner_.find_claim(claim), claims);
  }
  Result<std::vector<StoredUnit>> read(Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override {
    return told(inner_.read(from, units_max, bytes_max), log);
  }
  Result<std::vector<AlarmEntry>> alarms(std::uint8_t kind, std::int64_t until_us,
                                         std::uint32_t count_max) const override {
    return told(inner_.alarms(kind, until_us, count_max), due);
  }
  Result<std::optional<Hash256>> tree_node(std::uint8_t level, std::uint64_t index) const override {
    auto node = inner_.tree_node(level, index);
    if (tree) tree(level, index, *node);
    return node;
  }
  Result<BookCounts> count() const override { return told(inner_.count(), counts); }
  Result<void> backup(const std::string& directory) const override { return inner_.backup(directory); }
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return inner_.stats(); }

 private:
  template <typename T>
  static Result<T> told(Result<T> truth, const Lie<T>& lie) {
    if (truth && lie) lie(*truth);
    return truth;
  }

  const Digest& digest_;
  MemoryBook inner_;
  MerkleFrontier frontier_;
  Position promised_ = 0;
};

// What the writer of these tests answers with, once more.
struct LineReplies final : StoredReplies {
  std::string fault_of(const Outcome& made_of, std::span<const Event>, const Reply& stored) const override {
    const auto made = testing::line_renderer().render(made_of);
    return made.status == stored.status && made.body == stored.body ? "" : "isn't " + made.body;
  }
};

// A history with one of everything: several payments, cancels, refusals, a key used twice, an intent in
// doubt, an account that expires, a merchant.
class Check : public ::testing::Test {
 protected:
  Check() {
    WJ_ASSERT(writer_.open(book_).has_value());
    register_merchant();
    for (int i = 0; i < 5; ++i) create("order-" + std::to_string(i));
    change("order-0", cancel_command(2'500), "c0");
    change("order-0", cancel_command(99'999), "c1");  // refused, and recorded
    change("order-0", cancel_command(1), "c1");       // the key belongs to another request
    create("order-waits", /*total=*/7'000, /*is_paid=*/false);
    BeginApproval intent;
    intent.input = recorded_card(7'000);
    intent.input.provider = "sim";
    intent.deadline = clock_.now().plus_ms(3'000);
    change("order-waits", intent, "i0");
    create_account("order-account");
  }

  void register_merchant() {
    Request request;
    request.command = RegisterMerchant{"shop-1", "A shop", {}};
    process(std::move(request), "m1");
  }
  void create(const std::string& order, std::int64_t total = 10'000, bool is_paid = true) {
    Request request;
    request.command =
        is_paid ? paid_command(merchant_of(1), order, total) : create_command(merchant_of(1), order, total);
    process(std::move(request), "create-" + order);
  }
  void create_account(const std::string& order) {
    auto command = create_command(merchant_of(1), order, 3'000);
    ApprovalInput account;
    VirtualAccountDetail detail;
    detail.due_at = clock_.now().plus_ms(86'400'000);
    account.method = detail;
    account.amount = 3'000;
    command.approvals.push_back(account);
    Request request;
    request.command = std::move(command);
    process(std::move(request), "create-" + order);
  }
  void change(const std::string& order, PaymentCommand command, const std::string& key) {
    Request request;
    request.payment = payments_.at("create-" + order);
    request.command = std::move(command);
    process(std::move(request), key);
  }
  void process(Request request, const std::string& key) {
    CanonicalRequest canonical("check");
    canonical.number(++requests_);
    request.key = RequestKey{idempotency_key(digest_, merchant_of(1), KeyKind::request, key),
                             canonical.fingerprint(digest_), key};
    request.actor = {ActorKind::merchant, "key_test"};
    request.renderer = &testing::line_renderer();
    request.completion = &answer_;
    writer_.process({&request, 1});
    WJ_ASSERT(answer_.last.kind != AnswerKind::failed);
    payments_.try_emplace(key, answer_.last.payment_id);
  }

  // One more fact of a run, under a key of its own.
  void record_facts() {
    RecordFacts facts;
    facts.stream = *settlement::run_stream({20'779});
    facts.expected_version = facts_++;
    facts.bodies.push_back(settlement::RunStarted{});
    Request request;
    request.command = std::move(facts);
    process(std::move(request), "facts-" + std::to_string(facts_));
  }

  // Smaller trees live in the head record alone.
  void grow_to_stored_nodes() {
    for (int i = 0; book_.tail() < (2ULL << kStoredLevelMin); ++i) create("order-grown-" + std::to_string(i));
  }

  std::string difference() const {
    const auto report = check(book_, ports_);
    return report ? report->difference : "error: " + report.error().message;
  }
  // Writes one more cancel, wrong.
  void forge(const std::function<void(Unit&)>& edit) {
    book_.forgery = [edit](std::vector<Unit>& units) { edit(units.back()); };
    change("order-1", cancel_command(1'000), "forged");
    book_.forgery = nullptr;
  }
  void forge_fact(const std::function<void(Event&)>& edit) {
    record_facts();
    book_.forgery = [this, edit](std::vector<Unit>& units) {
      auto event = codec_.decode(units.back().events.back()).value();
      edit(event);
      units.back().events.back().clear();
      codec_.encode(event, units.back().events.back());
    };
    record_facts();
    book_.forgery = nullptr;
  }
  void forge_event(const std::function<void(Event&)>& edit) {
    forge([this, edit](Unit& unit) {
      auto event = codec_.decode(unit.events.back()).value();
      edit(event);
      unit.events.back().clear();
      codec_.encode(event, unit.events.back());
    });
  }
  // In the log as in the streams: both lead to the same bytes.
  void lie_about_events(const std::function<void(std::vector<StoredUnit>&)>& lie) {
    book_.log = book_.streams = lie;
  }

  struct Last final : Completion {
    void complete(std::uint64_t, Answer answer) override { last = std::move(answer); }
    Answer last;
  };

  ManualClock clock_;
  PlainDigest digest_;
  ProtobufEventCodec codec_;
  Ports ports_{clock_, digest_, codec_};
  LyingBook book_{digest_};
  BookWriter writer_{0, ports_, Rng(7)};
  Last answer_;
  std::map<std::string, PaymentId> payments_;
  std::int64_t requests_ = 0;
  std::uint32_t facts_ = 0;
};

TEST_F(Check, a_clean_book_is_as_derived) {
  const auto report = check(book_, ports_);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->difference, "");
  EXPECT_TRUE(report->counts_compared);
  EXPECT_EQ(report->payments, 7U);
  EXPECT_GT(report->events, 16U);
  EXPECT_EQ(report->root, writer_.head().tree.root(digest_));
  const auto counts = book_.count().value();
  EXPECT_EQ(counts.alarms, 2U);  // else the lies about alarms say nothing
  EXPECT_EQ(counts.claims, 7U);
}

TEST_F(Check, an_empty_book_is_as_derived) {
  const LyingBook empty(digest_);
  EXPECT_EQ(check(empty, ports_)->difference, "");
}

TEST_F(Check, progress_is_told_up_to_the_tail) {
  Position last = 0;
  const auto report = check(book_, ports_, [&](Position at, Position tail) {
    EXPECT_EQ(tail, book_.tail());
    last = at;
  });
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(last, book_.tail());
}

// ---- house streams ----

TEST_F(Check, facts_are_as_derived) {
  record_facts();
  record_facts();
  EXPECT_EQ(difference(), "");
}

TEST_F(Check, another_event_in_a_house_stream_is_named) {
  forge_fact([](Event& event) { event.body = CommandNoted{"x"}; });
  EXPECT_THAT(difference(), HasSubstr("command.noted has no place in a house stream"));
}

TEST_F(Check, a_fact_with_an_order_is_named) {
  forge_fact([](Event& event) { event.order_id = "order-1"; });
  EXPECT_THAT(difference(), HasSubstr("is about no payment"));
}

TEST_F(Check, a_fact_with_a_balance_is_named) {
  forge_fact([](Event& event) { event.balance_after = 1; });
  EXPECT_THAT(difference(), HasSubstr("is about no payment"));
}

TEST_F(Check, a_fact_of_another_version_is_named) {
  forge_fact([](Event& event) { event.version = 7; });
  EXPECT_THAT(difference(), HasSubstr("it isn't version 1"));
}

TEST_F(Check, a_fact_of_another_stream_is_named) {
  forge_fact([](Event& event) { event.stream.low += 1; });
  EXPECT_THAT(difference(), HasSubstr("it isn't version 1"));
}

TEST_F(Check, a_gap_in_a_house_stream_is_named) {
  record_facts();
  record_facts();
  book_.streams = [](std::vector<StoredUnit>& units) {
    if (settlement::house_stream_of(units.front().stream) == settlement::HouseStream::run) {
      units.back().first_version = 2;
    }
  };
  EXPECT_THAT(difference(), HasSubstr("its stream has no event 1"));
}

TEST_F(Check, a_house_event_in_a_payments_stream_is_named) {
  forge_event([](Event& event) {
    event.body = settlement::RunEnded{};
    event.status_after = PaymentStatus::none;
  });
  EXPECT_NE(difference(), "");
}

TEST_F(Check, a_stream_of_a_kind_that_nobody_makes_is_named) {
  book_.forgery = [this](std::vector<Unit>& units) {
    auto& unit = units.back();
    unit.stream = RawId{0, 0x7F00'0000'0000'0001ULL};
    auto event = codec_.decode(unit.events.back()).value();
    event.stream = unit.stream;
    unit.events.back().clear();
    codec_.encode(event, unit.events.back());
  };
  record_facts();
  EXPECT_THAT(difference(), HasSubstr("its stream is no payment's"));
}

// ---- events ----

TEST_F(Check, a_flipped_bit_of_any_event_is_named) {
  const auto units = book_.read(0, 1000, SIZE_MAX).value();
  for (std::size_t u = 0; u < units.size(); ++u) {
    for (std::size_t e = 0; e < units[u].events.size(); ++e) {
      const auto position = units[u].first + e;
      lie_about_events([position](std::vector<StoredUnit>& read) {
        for (auto& unit : read) {
          if (position < unit.first || position >= unit.next()) continue;
          auto& bytes = unit.events[position - unit.first];
          bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
        }
      });
      EXPECT_NE(difference(), "") << "event " << position;
    }
  }
}

// An event that decodes and folds, and still isn't the one that was written.
TEST_F(Check, an_event_that_was_exchanged_breaks_the_tree) {
  const auto exchange = [this](std::vector<StoredUnit>& units) {
    for (auto& unit : units) {
      if (unit.first != 3) continue;
      auto event = codec_.decode(unit.events[0]).value();
      event.reason = "another one";
      unit.events[0].clear();
      codec_.encode(event, unit.events[0]);
    }
  };
  lie_about_events(exchange);
  EXPECT_THAT(difference(), HasSubstr("the head record's tree isn't the tree of the events"));
  lie_about_events(nullptr);
  grow_to_stored_nodes();
  lie_about_events(exchange);
  EXPECT_THAT(difference(), HasSubstr("tree node 8/0 isn't the hash of its events"));
}

TEST_F(Check, a_dropped_event_is_named) {
  lie_about_events([](std::vector<StoredUnit>& units) {
    if (units.size() > 3) units[3].events.pop_back();
  });
  EXPECT_NE(difference(), "");
  lie_about_events([](std::vector<StoredUnit>& units) {
    if (units.size() > 3) units.erase(units.begin() + 3);
  });
  EXPECT_THAT(difference(), HasSubstr("the next unit starts at"));
}

TEST_F(Check, a_lost_end_is_named) {
  book_.log = [](std::vector<StoredUnit>& units) { units.pop_back(); };
  EXPECT_THAT(difference(), HasSubstr("the events end before the head record says so"));
}

TEST_F(Check, a_duplicated_event_is_named) {
  book_.log = [](std::vector<StoredUnit>& units) { units[3].events.push_back(units[3].events.back()); };
  EXPECT_NE(difference(), "");
  book_.log = [](std::vector<StoredUnit>& units) { units.insert(units.begin() + 3, units[3]); };
  EXPECT_THAT(difference(), HasSubstr("the next unit starts at"));
}

TEST_F(Check, a_gap_of_versions_is_named) {
  forge_event([](Event& event) { event.version += 1; });
  EXPECT_THAT(difference(), HasSubstr("it isn't version 2 of its stream"));
}

TEST_F(Check, an_event_of_another_stream_is_named) {
  forge_event([](Event& event) { event.stream.low += 1; });
  EXPECT_THAT(difference(), HasSubstr("it isn't version 2 of its stream"));
}

TEST_F(Check, a_wrong_status_is_named) {
  forge_event([](Event& event) { event.status_after = PaymentStatus::canceled; });
  EXPECT_THAT(difference(),
              HasSubstr("it says status CANCELED and balance 9000, derived are PARTIAL_CANCELED and 9000"));
}

TEST_F(Check, a_wrong_balance_is_named) {
  forge_event([](Event& event) { event.balance_after += 1; });
  EXPECT_THAT(difference(), HasSubstr("and balance 9001, derived are PARTIAL_CANCELED and 9000"));
}

TEST_F(Check, a_time_that_does_not_rise_is_named) {
  forge_event([](Event& event) { event.recorded_at = {1}; });
  EXPECT_THAT(difference(), HasSubstr("it was recorded no later than the event before it"));
}

// Within its own stream it rises, within the book it doesn't.
TEST_F(Check, a_time_that_does_not_rise_across_streams_is_named) {
  forge_event([](Event& event) { event.recorded_at = event.recorded_at.plus_us(-1); });
  EXPECT_THAT(difference(), HasSubstr("it was recorded no later than the event before it"));
}

TEST_F(Check, a_broken_invariant_is_named) {
  forge_event([](Event& event) { std::get<CancelSucceeded>(event.body).terms.parts.vat = -5; });
  EXPECT_NE(difference(), "");
}

TEST_F(Check, more_cancelled_than_approved_is_named_by_the_invariant) {
  forge_event([](Event& event) {
    auto& parts = std::get<CancelSucceeded>(event.body).terms.parts;
    parts.supply += 10'000;
    parts.vat += 5'000;
    event.status_after = PaymentStatus::canceled;  // as far as evolve() goes
    event.balance_after = 0;
  });
  EXPECT_THAT(difference(), HasSubstr("cancels_within_the_approval"));
}

// ---- the stream index ----

TEST_F(Check, a_stream_index_without_a_unit_is_named) {
  book_.streams = [](std::vector<StoredUnit>& units) {
    if (units.size() > 1) units.pop_back();
  };
  EXPECT_THAT(difference(), HasSubstr("streams hold"));
}

TEST_F(Check, an_empty_stream_index_is_named) {
  book_.streams = [](std::vector<StoredUnit>& units) { units.clear(); };
  EXPECT_THAT(difference(), HasSubstr("the stream index doesn't lead to this event"));
}

TEST_F(Check, a_stream_index_that_leads_elsewhere_is_named) {
  const auto other = book_.load(payments_.at("create-order-3").raw()).value();
  book_.streams = [other](std::vector<StoredUnit>& units) { units = other; };
  EXPECT_THAT(difference(), HasSubstr("the stream index doesn't lead to this event"));
}

// ---- idempotency ----

TEST_F(Check, a_missing_key_is_named) {
  book_.keys = [](std::optional<FoundIdempotency>& found) { found.reset(); };
  EXPECT_THAT(difference(), HasSubstr("its idempotency entry isn't found under its key"));
}

TEST_F(Check, a_key_with_another_fingerprint_is_named) {
  book_.keys = [](std::optional<FoundIdempotency>& found) { found->entry.fingerprint[0] ^= 1; };
  EXPECT_THAT(difference(), HasSubstr("its idempotency entry isn't found under its key"));
}

TEST_F(Check, a_key_of_another_stream_is_named) {
  book_.keys = [](std::optional<FoundIdempotency>& found) { found->stream.low ^= 1; };
  EXPECT_THAT(difference(), HasSubstr("its idempotency entry isn't found under its key"));
}

TEST_F(Check, a_key_that_leads_to_an_older_unit_is_named) {
  book_.keys = [](std::optional<FoundIdempotency>& found) { found->position = 0; };
  EXPECT_THAT(difference(), HasSubstr("its idempotency entry isn't found under its key"));
}

TEST_F(Check, a_key_that_is_spent_too_early_is_named) {
  book_.keys = [](std::optional<FoundIdempotency>& found) { found->entry.final = true; };
  EXPECT_THAT(difference(), HasSubstr("its idempotency entry is another one under its key"));
}

TEST_F(Check, another_status_under_a_key_is_named) {
  book_.keys = [](std::optional<FoundIdempotency>& found) { found->entry.status = 418; };
  EXPECT_THAT(difference(), HasSubstr("its idempotency entry is another one under its key"));
}

TEST_F(Check, a_unit_that_was_written_without_its_entry_is_named) {
  forge([](Unit& unit) { unit.idempotency.reset(); });
  EXPECT_THAT(difference(), HasSubstr("it answers key forged, and its unit has no idempotency entry"));
}

TEST_F(Check, another_answer_under_a_key_is_named) {
  book_.keys = [](std::optional<FoundIdempotency>& found) { found->entry.reply += " "; };
  EXPECT_THAT(difference(), HasSubstr("its idempotency entry is another one under its key"));
}

// Wherever it is read from, each answer has one byte that is another.
TEST_F(Check, an_answer_that_does_not_follow_from_its_events_is_named) {
  const LineReplies lines;
  const auto difference_of_answers = [&] { return check(book_, ports_, {}, &lines)->difference; };
  EXPECT_EQ(difference_of_answers(), "");
  const auto spoil = [](IdempotencyEntry& entry) {
    if (!entry.reply.empty()) entry.reply.back() = static_cast<char>(entry.reply.back() ^ 1);
  };
  std::size_t answers = 0;
  for (Position at = 0; at < book_.tail(); ++at) {
    const auto units = book_.read(at, 1, 1).value();
    if (units.front().first != at || !units.front().idempotency || !units.front().idempotency->final)
      continue;
    ++answers;
    book_.keys = [&](std::optional<FoundIdempotency>& found) {
      if (found && found->position == at) spoil(found->entry);
    };
    book_.streams = [&](std::vector<StoredUnit>& all) {
      for (auto& unit : all) {
        if (unit.first == at) spoil(*unit.idempotency);
      }
    };
    EXPECT_THAT(difference_of_answers(), HasSubstr("position " + std::to_string(at) +
                                                   ": the answer that is kept under its key isn't"));
    book_.keys = nullptr;
    book_.streams = nullptr;
  }
  EXPECT_GE(answers, 10U);
}

TEST_F(Check, an_extra_key_is_named) {
  book_.counts = [](BookCounts& counts) { ++counts.idempotency_keys; };
  EXPECT_THAT(difference(), HasSubstr("idempotency keys: "));
}

// ---- claims ----

TEST_F(Check, a_missing_claim_is_named) {
  book_.claims = [](std::optional<RawId>& owner) { owner.reset(); };
  EXPECT_THAT(difference(), HasSubstr("its order claim isn't found under its key"));
}

TEST_F(Check, a_claim_of_another_payment_is_named) {
  book_.claims = [](std::optional<RawId>& owner) { owner->low ^= 1; };
  EXPECT_THAT(difference(), HasSubstr("its order claim isn't found under its key"));
}

TEST_F(Check, a_payment_that_was_written_without_its_claim_is_named) {
  book_.forgery = [](std::vector<Unit>& units) { units.back().claim.reset(); };
  create("order-unclaimed");
  EXPECT_THAT(difference(), HasSubstr("its unit doesn't claim its order id"));
}

TEST_F(Check, a_claim_of_another_order_is_named) {
  book_.forgery = [](std::vector<Unit>& units) { (*units.back().claim)[0] ^= 1; };
  create("order-misclaimed");
  EXPECT_THAT(difference(), HasSubstr("its unit doesn't claim its order id"));
}

TEST_F(Check, an_extra_claim_is_named) {
  book_.counts = [](BookCounts& counts) { ++counts.claims; };
  EXPECT_THAT(difference(), HasSubstr("claims: 8 are stored, 7 follow from the events"));
}

// ---- alarms ----

TEST_F(Check, a_missing_alarm_is_named) {
  book_.due = [](std::vector<AlarmEntry>& alarms) { alarms.clear(); };
  EXPECT_THAT(difference(), HasSubstr("alarms: 0 are stored, 2 follow from the payments"));
}

TEST_F(Check, an_extra_alarm_is_named) {
  book_.due = [](std::vector<AlarmEntry>& alarms) {
    if (!alarms.empty()) alarms.push_back({alarms.front().kind, 1, RawId{1, 1}});
  };
  EXPECT_THAT(difference(), HasSubstr("alarms: 4 are stored, 2 follow from the payments"));
}

TEST_F(Check, an_alarm_at_another_time_is_named) {
  book_.due = [](std::vector<AlarmEntry>& alarms) {
    if (!alarms.empty()) ++alarms.front().at_us;
  };
  EXPECT_THAT(difference(), HasSubstr("alarms: 2 are stored, 2 follow from the payments"));
}

TEST_F(Check, an_alarm_that_only_the_count_knows_is_named) {
  book_.counts = [](BookCounts& counts) { ++counts.alarms; };
  EXPECT_THAT(difference(), HasSubstr("alarms: 3 are stored, 2 follow from the events"));
}

TEST_F(Check, an_alarm_that_was_never_written_is_named) {
  book_.forgery = [](std::vector<Unit>& units) { units.back().alarm_after.reset(); };
  create_account("order-forgotten");
  EXPECT_THAT(difference(), HasSubstr("alarms: 2 are stored, 3 follow from the payments"));
}

// ---- the tree and the head ----

TEST_F(Check, a_wrong_node_of_any_level_is_named) {
  grow_to_stored_nodes();
  for (std::uint8_t wrong = kStoredLevelMin; wrong < kStoredLevelMin + 2; ++wrong) {
    book_.tree = [wrong](std::uint8_t level, std::uint64_t index, std::optional<Hash256>& node) {
      if (level == wrong && index == 0) (*node)[7] ^= 1;
    };
    EXPECT_THAT(difference(),
                HasSubstr("tree node " + std::to_string(wrong) + "/0 isn't the hash of its events"));
  }
}

TEST_F(Check, a_missing_node_is_named) {
  grow_to_stored_nodes();
  book_.tree = [](std::uint8_t level, std::uint64_t, std::optional<Hash256>& node) {
    if (level == kStoredLevelMin) node.reset();
  };
  EXPECT_THAT(difference(), HasSubstr("tree node 8/0 isn't the hash of its events"));
}

TEST_F(Check, an_extra_node_is_named) {
  book_.counts = [](BookCounts& counts) { ++counts.tree_nodes; };
  EXPECT_THAT(difference(), HasSubstr("tree nodes: "));
}

TEST_F(Check, a_head_over_another_tree_is_named) {
  book_.heads = [](std::string& head) {
    head[3] = static_cast<char>(head[3] ^ 1);  // within the first peak
  };
  EXPECT_THAT(difference(), HasSubstr("the head record's tree isn't the tree of the events"));
}

TEST_F(Check, a_head_that_is_no_head_is_named) {
  book_.heads = [](std::string& head) { head.pop_back(); };
  EXPECT_NE(difference(), "");
}

TEST_F(Check, a_head_that_is_ahead_is_named) {
  const auto before = book_.head().value();
  LyingBook shorter(digest_);
  create("order-more");
  const auto after = book_.head().value();
  shorter.heads = [after](std::string& head) { head = after; };
  EXPECT_EQ(check(shorter, ports_)->difference, "the head record is ahead of the events");
}

TEST_F(Check, a_head_that_is_behind_is_named) {
  const auto before = book_.head().value();
  create("order-more");
  book_.heads = [before](std::string& head) { head = before; };
  EXPECT_EQ(difference(), "the head record is behind the events");
}

// The next event would be recorded before the last one.
TEST_F(Check, a_head_with_another_time_is_named) {
  book_.heads = [](std::string& bytes) {
    auto head = decode_head(bytes).value();
    head.last_recorded_at = head.last_recorded_at.plus_us(-1);
    bytes = encode_head(head);
  };
  EXPECT_THAT(difference(), HasSubstr("the head record's time isn't that of the newest event"));
}

// ---- counts ----

TEST_F(Check, every_count_is_compared) {
  const std::map<std::string, std::uint64_t BookCounts::*> counts = {
      {"events", &BookCounts::events},
      {"units", &BookCounts::units},
      {"stream versions", &BookCounts::stream_versions},
      {"idempotency keys", &BookCounts::idempotency_keys},
      {"claims", &BookCounts::claims},
      {"alarms", &BookCounts::alarms},
      {"tree nodes", &BookCounts::tree_nodes},
  };
  for (const auto& [name, member] : counts) {
    for (const int error : {-1, 1}) {
      book_.counts = [m = member, error](BookCounts& told) { told.*m += static_cast<std::uint64_t>(error); };
      EXPECT_THAT(difference(), HasSubstr(name + ": "));
    }
  }
}

// ---- what isn't a difference ----

TEST_F(Check, what_is_appended_meanwhile_is_left_for_the_next_check) {
  bool is_first = true;
  book_.log = [this, &is_first](std::vector<StoredUnit>&) {
    if (std::exchange(is_first, false)) create("order-meanwhile");
  };
  const auto report = check(book_, ports_);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->difference, "");
  EXPECT_FALSE(report->counts_compared);
}

}  // namespace
}  // namespace wonjang
