// House events: exactly one writer wins a version, and the rest of the ledger's promises hold for them too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/settlement/streams.h"
#include "testing/faulty_book.h"
#include "testing/ledger_rig.h"

namespace wonjang {
namespace {

using settlement::house_stream_of;
using settlement::LinesRecorded;
using settlement::RunEnded;
using settlement::RunStarted;
using testing::cancel_command;
using ::testing::HasSubstr;
using testing::LedgerRig;
using testing::merchant_of;

BusinessDate day(int n) { return {20'700 + n}; }
RawId run_of(int n) { return *settlement::run_stream(day(n)); }

RunStarted started(std::string holder) {
  RunStarted body;
  body.date = day(1);
  body.attempt = 1;
  body.holder = std::move(holder);
  return body;
}

class Facts : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  void TearDown() override { EXPECT_EQ(rig_.difference(), ""); }

  Request request(RawId stream, std::uint32_t version, std::vector<EventBody> bodies, std::string key = {},
                  std::string_view content = "same") const {
    RecordFacts facts;
    facts.stream = stream;
    facts.expected_version = version;
    facts.bodies = std::move(bodies);
    Request out;
    out.command = std::move(facts);
    out.actor = {ActorKind::system, "settlement"};
    out.renderer = &testing::line_renderer();
    if (!key.empty()) out.key = rig_.key(std::move(key), MerchantId(), content);
    return out;
  }
  Answer record(RawId stream, std::uint32_t version, std::vector<EventBody> bodies, std::string key = {},
                std::string_view content = "same") const {
    return ask(*rig_.ledger, request(stream, version, std::move(bodies), std::move(key), content));
  }
  // What stands in a stream, from the book that its slot says.
  std::vector<Event> events_of(RawId stream) const {
    std::vector<Event> out;
    const auto looked = rig_.ledger->with_book(rig_.ledger->book_of_slot(stream.slot()),
                                               [&](const Book& book) -> Result<void> {
                                                 WJ_TRY(const auto units, book.load(stream));
                                                 for (const auto& unit : units) {
                                                   for (const auto& bytes : unit.events) {
                                                     WJ_TRY(auto event, rig_.codec.decode(bytes));
                                                     out.push_back(std::move(event));
                                                   }
                                                 }
                                                 return {};
                                               });
    WJ_ASSERT(looked.has_value());
    return out;
  }

  LedgerRig rig_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Books, Facts, ::testing::Values(1U, 4U));

TEST_P(Facts, a_fact_is_recorded_as_it_was_said) {
  LinesRecorded lines;
  lines.date = day(1);
  lines.lines.resize(3);
  const auto stream = *settlement::lines_stream(merchant_of(7), 3, day(1), 0);
  auto wish = request(stream, 0, {lines});
  auto& facts = std::get<RecordFacts>(wish.command);
  facts.merchant = merchant_of(7);
  facts.currency = *Currency::parse("USD");
  facts.occurred_at = {1'700'000'000'000'000};
  wish.reason = "run of the day";
  const auto answer = ask(*rig_.ledger, std::move(wish));
  ASSERT_EQ(answer.kind, AnswerKind::done);
  EXPECT_TRUE(answer.has_position);
  EXPECT_EQ(answer.book, rig_.ledger->book_of_slot(settlement::merchant_slot(merchant_of(7))));
  const auto events = events_of(stream);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].merchant, merchant_of(7));
  EXPECT_EQ(events[0].currency.code(), "USD");
  EXPECT_EQ(events[0].occurred_at.us, 1'700'000'000'000'000);
  EXPECT_EQ(events[0].actor.id, "settlement");
  EXPECT_EQ(events[0].reason, "run of the day");
  EXPECT_EQ(events[0].version, 0U);
  EXPECT_EQ(events[0].order_id, "");
  EXPECT_EQ(events[0].status_after, PaymentStatus::none);
  EXPECT_TRUE(events[0].body == EventBody(lines));
}

TEST_P(Facts, several_facts_are_one_unit) {
  const auto answer = record(run_of(1), 0, {started("a"), RunEnded{}});
  EXPECT_EQ(answer.next_position, answer.position + 2);
  EXPECT_EQ(events_of(run_of(1)).at(1).version, 1U);
  EXPECT_EQ(events_of(run_of(1)).at(1).occurred_at, rig_.clock.now());
}

TEST_P(Facts, the_second_of_two_hears_how_many_there_are) {
  ASSERT_EQ(record(run_of(1), 0, {started("a"), RunEnded{}}).kind, AnswerKind::done);
  const auto events = rig_.events();
  for (const std::uint32_t wrong : {0U, 1U, 3U, UINT32_MAX}) {
    const auto late = record(run_of(1), wrong, {started("b")});
    EXPECT_EQ(late.kind, AnswerKind::refused);
    EXPECT_EQ(late.refusal, RefusalCode::version_mismatch);
    EXPECT_EQ(late.actual, 2);
  }
  EXPECT_EQ(rig_.events(), events);
  EXPECT_EQ(record(run_of(1), 2, {started("b")}).kind, AnswerKind::done);
}

TEST_P(Facts, a_version_survives_a_restart) {
  ASSERT_EQ(record(run_of(1), 0, {started("a")}).kind, AnswerKind::done);
  rig_.restart();
  EXPECT_EQ(record(run_of(1), 0, {started("b")}).actual, 1);
  EXPECT_EQ(record(run_of(1), 1, {RunEnded{}}).kind, AnswerKind::done);
  rig_.restart();
  EXPECT_EQ(events_of(run_of(1)).size(), 2U);
}

TEST_P(Facts, other_streams_than_the_houses_take_none) {
  const auto payment = rig_.paid();
  const auto events = rig_.events();
  const RawId drawn{0x0190'1234'5678'0000ULL, 99};
  for (const RawId& stream : {payment.raw(), kRegistryStream, aside_stream(drawn), RawId{}, drawn,
                              RawId{0, 2}, RawId{0, 0x7F00'0000'0000'0000ULL}}) {
    const auto answer = record(stream, 0, {started("a")});
    ASSERT_EQ(answer.kind, AnswerKind::failed) << to_base32(stream);
    EXPECT_EQ(answer.error->kind, ErrorKind::invalid);
    EXPECT_THAT(answer.error->message, HasSubstr("takes no facts"));
  }
  EXPECT_EQ(rig_.events(), events);
  EXPECT_EQ(rig_.state(payment).version, 2U);
}

TEST_P(Facts, a_payments_events_have_no_place_among_them) {
  const EventBody wrong[] = {PaymentCreated{}, MerchantClosed{}, CommandNoted{"x"}};
  for (const auto& body : wrong) {
    const auto answer = record(run_of(1), 0, {started("a"), body});
    ASSERT_EQ(answer.kind, AnswerKind::failed);
    EXPECT_EQ(answer.error->kind, ErrorKind::invalid);
  }
  EXPECT_EQ(record(run_of(1), 0, {}).error->kind, ErrorKind::invalid);
  EXPECT_EQ(
      record(run_of(1), 0, std::vector<EventBody>(Book::kEventsPerUnitMax + 1, started("a"))).error->kind,
      ErrorKind::invalid);
  EXPECT_EQ(rig_.events(), 0U);
  EXPECT_EQ(record(run_of(1), 0, std::vector<EventBody>(Book::kEventsPerUnitMax, started("a"))).kind,
            AnswerKind::done);
}

// ---- keys ----

TEST_P(Facts, a_repeat_gets_the_same_bytes_and_records_nothing) {
  const auto first = record(run_of(1), 0, {started("a")}, "k1");
  ASSERT_EQ(first.kind, AnswerKind::done);
  const auto events = rig_.events();
  for (int i = 0; i < 2; ++i) {
    const auto again = record(run_of(1), 0, {started("a")}, "k1");
    EXPECT_EQ(again.kind, AnswerKind::replayed);
    EXPECT_EQ(again.reply.status, first.reply.status);
    EXPECT_EQ(again.reply.body, first.reply.body);
    EXPECT_EQ(again.position, first.position);
    EXPECT_EQ(again.next_position, first.next_position);
    rig_.restart();
  }
  EXPECT_EQ(rig_.events(), events);
}

TEST_P(Facts, a_refusal_is_frozen_under_its_key_beside_the_stream) {
  ASSERT_EQ(record(run_of(1), 0, {started("a")}).kind, AnswerKind::done);
  const auto no = record(run_of(1), 0, {started("b")}, "k1");
  ASSERT_EQ(no.kind, AnswerKind::refused);
  EXPECT_EQ(no.actual, 1);
  EXPECT_THAT(no.reply.body, HasSubstr("VERSION_MISMATCH"));
  ASSERT_EQ(record(run_of(1), 1, {RunEnded{}}).kind, AnswerKind::done) << "the stream is as it was";
  rig_.restart();
  const auto again = record(run_of(1), 0, {started("b")}, "k1");
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.body, no.reply.body);
  EXPECT_EQ(again.reply.status, 422);
}

TEST_P(Facts, a_key_belongs_to_its_request_whatever_it_was_for) {
  ASSERT_EQ(record(run_of(1), 0, {started("a")}, "k1").kind, AnswerKind::done);
  const auto events = rig_.events();
  const auto other = record(run_of(2), 0, {started("a")}, "k1", "other content");
  EXPECT_EQ(other.kind, AnswerKind::key_reused);
  EXPECT_EQ(other.first_used_at, rig_.clock.now());
  EXPECT_EQ(rig_.events(), events + 1) << "noted beside the stream";
  EXPECT_EQ(events_of(run_of(1)).size(), 1U);
  EXPECT_TRUE(events_of(run_of(2)).empty());

  const auto payment = rig_.paid();
  ASSERT_EQ(rig_.run(payment, cancel_command(100), "k2", "cancel", MerchantId()).kind, AnswerKind::done);
  EXPECT_EQ(record(run_of(2), 0, {started("a")}, "k2").kind, AnswerKind::key_reused);
  EXPECT_EQ(rig_.run(payment, cancel_command(100), "k1", "cancel", MerchantId()).kind,
            AnswerKind::key_reused);
}

// ---- bounds ----

TEST_P(Facts, one_that_is_too_large_fails_alone) {
  LinesRecorded large;
  large.calculator = std::string(Book::kEventBytesMax, 'x');
  LinesRecorded fits;
  fits.calculator = std::string(Book::kEventBytesMax - 200, 'x');
  const auto answer = record(run_of(1), 0, {started("a"), large});
  ASSERT_EQ(answer.kind, AnswerKind::failed);
  EXPECT_EQ(answer.error->kind, ErrorKind::invalid);
  EXPECT_THAT(answer.error->message, HasSubstr("settlement.lines_recorded takes"));
  EXPECT_EQ(rig_.events(), 0U);
  EXPECT_EQ(record(run_of(1), 0, {fits}).kind, AnswerKind::done);
}

// ---- chunks of lines ----

RawId chunk_of(std::uint32_t number) { return *settlement::lines_stream(merchant_of(7), 3, day(1), number); }

LinesRecorded chunk_body(std::size_t bytes = 0) {
  LinesRecorded body;
  body.date = day(1);
  body.calculator = std::string(bytes, 'x');
  return body;
}

TEST_P(Facts, a_chunk_of_lines_needs_the_one_before_it) {
  const auto early = record(chunk_of(1), 0, {chunk_body()});
  ASSERT_EQ(early.kind, AnswerKind::failed);
  EXPECT_EQ(early.error->kind, ErrorKind::conflict);
  EXPECT_THAT(early.error->message, HasSubstr("the chunk of lines before this one isn't there"));
  EXPECT_EQ(rig_.events(), 0U);
  EXPECT_EQ(record(chunk_of(0), 0, {chunk_body()}).kind, AnswerKind::done);
  EXPECT_EQ(record(chunk_of(2), 0, {chunk_body()}).kind, AnswerKind::failed);
  rig_.restart();
  EXPECT_EQ(record(chunk_of(1), 0, {chunk_body()}).kind, AnswerKind::done);
  const auto next_day = *settlement::lines_stream(merchant_of(7), 3, day(2), 0);
  EXPECT_EQ(record(next_day, 0, {chunk_body()}).kind, AnswerKind::done) << "each day begins its own";
}

// ---- batches, by the writer itself ----

class FactsCollector final : public Completion {
 public:
  void complete(std::uint64_t tag, Answer answer) override { answers[tag] = std::move(answer); }
  std::map<std::uint64_t, Answer> answers;
};

class FactsBatch : public Facts {
 protected:
  void SetUp() override {
    rig_.close();
    book_ = rig_.open_book(0).value();
    WJ_ASSERT(writer_.open(*book_).has_value());
  }
  void TearDown() override {
    EXPECT_EQ(check(*book_, rig_.ports).value().difference, "");
    book_.reset();
    rig_.open();
  }
  void process(std::vector<Request> batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      batch[i].tag = i;
      batch[i].completion = &collector_;
    }
    writer_.process(batch);
  }
  const Answer& answer(std::uint64_t tag) { return collector_.answers.at(tag); }

  BookWriter writer_{0, rig_.ports, Rng(1)};
  std::unique_ptr<Book> book_;
  FactsCollector collector_;
};
INSTANTIATE_TEST_SUITE_P(Books, FactsBatch, ::testing::Values(1U));

TEST_P(FactsBatch, exactly_one_of_a_batch_wins_a_version) {
  std::vector<Request> batch;
  for (const char* holder : {"a", "b", "c"}) batch.push_back(request(run_of(1), 0, {started(holder)}));
  batch.push_back(request(run_of(1), 1, {RunEnded{}}));
  process(std::move(batch));
  EXPECT_EQ(answer(0).kind, AnswerKind::done);
  EXPECT_EQ(answer(1).refusal, RefusalCode::version_mismatch);
  EXPECT_EQ(answer(2).actual, 1);
  EXPECT_EQ(answer(3).kind, AnswerKind::done);
  EXPECT_EQ(book_->tail(), 2U);
}

TEST_P(FactsBatch, one_that_fails_leaves_the_others_and_the_clock_alone) {
  LinesRecorded large;
  large.calculator = std::string(Book::kEventBytesMax, 'x');
  std::vector<Request> batch;
  batch.push_back(request(run_of(1), 0, {started("a")}));
  batch.push_back(request(run_of(2), 0, {started("b"), large}));  // last of its batch to take a time
  batch.push_back(request(kRegistryStream, 0, {started("c")}));
  process(std::move(batch));
  EXPECT_EQ(answer(0).kind, AnswerKind::done);
  EXPECT_EQ(answer(1).kind, AnswerKind::failed);
  EXPECT_EQ(answer(2).kind, AnswerKind::failed);
  EXPECT_EQ(book_->tail(), 1U);
}

TEST_P(FactsBatch, a_chunk_that_fails_takes_those_behind_it_along) {
  std::vector<Request> batch;
  batch.push_back(request(chunk_of(0), 0, {chunk_body()}));
  batch.push_back(request(chunk_of(1), 0, {chunk_body(Book::kEventBytesMax)}));
  batch.push_back(request(chunk_of(2), 0, {chunk_body()}));
  batch.push_back(request(chunk_of(3), 0, {chunk_body()}));
  process(std::move(batch));
  EXPECT_EQ(answer(0).kind, AnswerKind::done);
  EXPECT_EQ(answer(1).error->kind, ErrorKind::invalid);
  EXPECT_EQ(answer(2).error->kind, ErrorKind::conflict);
  EXPECT_EQ(answer(3).error->kind, ErrorKind::conflict);
  EXPECT_EQ(book_->tail(), 1U);
}

// Found by review: a disk that is full for one batch and isn't for the next.
TEST_P(FactsBatch, chunks_behind_a_batch_that_was_refused_are_refused_too) {
  auto wrapped = std::make_unique<FaultyBook>(std::move(book_));
  FaultyBook& faulty = *wrapped;
  book_ = std::move(wrapped);
  ASSERT_TRUE(writer_.open(faulty));
  faulty.fail_append(FaultyBook::AppendFault::refused);
  process({request(chunk_of(0), 0, {chunk_body()})});
  EXPECT_EQ(answer(0).error->kind, ErrorKind::unavailable);
  process({request(chunk_of(1), 0, {chunk_body()})});
  ASSERT_EQ(answer(0).kind, AnswerKind::failed);
  EXPECT_EQ(answer(0).error->kind, ErrorKind::conflict);
  EXPECT_EQ(faulty.tail(), 0U);
  process({request(chunk_of(0), 0, {chunk_body()}), request(chunk_of(1), 0, {chunk_body()})});
  EXPECT_EQ(answer(1).kind, AnswerKind::done);
  EXPECT_EQ(faulty.tail(), 2U);
}

TEST_P(FactsBatch, a_repeat_within_a_batch_is_answered_from_it) {
  std::vector<Request> batch;
  batch.push_back(request(run_of(1), 0, {started("a")}, "k1"));
  batch.push_back(request(run_of(1), 0, {started("a")}, "k1"));
  batch.push_back(request(run_of(1), 0, {started("b")}, "k2"));
  batch.push_back(request(run_of(1), 0, {started("b")}, "k2"));
  batch.push_back(request(run_of(1), 0, {started("c")}, "k2", "other"));
  process(std::move(batch));
  EXPECT_EQ(answer(0).kind, AnswerKind::done);
  EXPECT_EQ(answer(1).kind, AnswerKind::replayed);
  EXPECT_EQ(answer(1).reply.body, answer(0).reply.body);
  EXPECT_EQ(answer(2).kind, AnswerKind::refused);
  EXPECT_EQ(answer(3).reply.body, answer(2).reply.body);
  EXPECT_EQ(answer(4).kind, AnswerKind::key_reused);
}

// 1,024 chunks of the largest size are 256 MB: written in one step they would be held in memory three times
// over and hold up every payment behind them.
TEST_P(FactsBatch, a_batch_that_is_long_in_bytes_is_written_in_steps) {
  auto faulty = std::make_unique<FaultyBook>(std::move(book_));
  auto* const watched = faulty.get();
  book_ = std::move(faulty);
  ASSERT_TRUE(writer_.open(*book_));
  std::vector<std::size_t> steps;
  Position seen = 0;
  watched->around_append({}, [&] {
    auto& bytes = steps.emplace_back(0);
    const auto units = watched->read(seen, 10'000, std::size_t{1} << 30U);
    ASSERT_TRUE(units);
    for (const auto& unit : *units) {
      for (const auto& event : unit.events) bytes += event.size();
    }
    seen = watched->tail();
  });
  LinesRecorded largest;
  largest.calculator = std::string(Book::kEventBytesMax - 200, 'x');
  constexpr int kChunks = 100;
  std::vector<Request> batch;
  for (int i = 0; i < kChunks; ++i) {
    const auto stream = *settlement::lines_stream(merchant_of(7), 3, day(1), static_cast<std::uint32_t>(i));
    batch.push_back(request(stream, 0, {largest}));
  }
  batch.push_back(request(run_of(1), 0, {started("a")}, "k1"));
  batch.push_back(request(run_of(1), 0, {started("a")}, "k1"));
  process(std::move(batch));
  for (int i = 0; i <= kChunks; ++i) EXPECT_EQ(answer(static_cast<std::uint64_t>(i)).kind, AnswerKind::done);
  EXPECT_EQ(answer(kChunks + 1).kind, AnswerKind::replayed);
  EXPECT_EQ(book_->tail(), kChunks + 1U);
  ASSERT_EQ(steps.size(), 4U);  // 25.6 MB
  for (const auto bytes : steps) EXPECT_LT(bytes, BookWriter::kStepBytesMax + Book::kEventBytesMax);
}

TEST_P(FactsBatch, what_comes_behind_a_step_that_failed_is_decided_on_what_stands) {
  auto faulty = std::make_unique<FaultyBook>(std::move(book_));
  faulty->fail_append(FaultyBook::AppendFault::refused);
  book_ = std::move(faulty);
  ASSERT_TRUE(writer_.open(*book_));
  LinesRecorded largest;
  largest.calculator = std::string(Book::kEventBytesMax - 200, 'x');
  // Chunks that don't stand on each other.
  const auto first_chunk_of = [](std::uint32_t n) {
    return *settlement::lines_stream(merchant_of(7), 3, day(static_cast<int>(n)), 0);
  };
  std::vector<Request> batch;
  constexpr std::uint32_t kChunks = BookWriter::kStepBytesMax / Book::kEventBytesMax + 2;
  for (std::uint32_t i = 0; i < kChunks; ++i) batch.push_back(request(first_chunk_of(i), 0, {largest}));
  batch.push_back(request(first_chunk_of(0), 0, {largest}));
  process(std::move(batch));
  EXPECT_EQ(answer(0).kind, AnswerKind::failed);
  EXPECT_EQ(answer(0).error->kind, ErrorKind::unavailable);
  EXPECT_EQ(answer(kChunks - 1).kind, AnswerKind::done);
  EXPECT_EQ(answer(kChunks).kind, AnswerKind::done) << "the first one was never written";
}

}  // namespace
}  // namespace wonjang
