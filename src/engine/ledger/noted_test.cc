// What changes nothing and is kept all the same: commands that found everything so already, refusals beyond
// what a payment's stream holds, and answers that a person's word gives to a request that still waited.
#include <gtest/gtest.h>

#include "engine/ledger/book_writer.h"
#include "testing/ledger_rig.h"

namespace wonjang {
namespace {

using testing::cancel_command;
using testing::create_command;
using testing::LedgerRig;
using testing::line_renderer;
using testing::merchant_of;

class Noted : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  LedgerRig rig_{GetParam()};
  void TearDown() override { EXPECT_EQ(rig_.difference(), ""); }

  RecordAcquisition slip(PaymentId id) const {
    return {rig_.state(id).approvals.front().terms.approval, AcquisitionState::requested, "b-1", "s-1", {5}};
  }
  Answer registry(RegistryCommand command, const std::string& key) const {
    Request request;
    request.command = std::move(command);
    request.actor = {ActorKind::admin, "key_house"};
    request.renderer = &line_renderer();
    request.key = rig_.key(key, MerchantId(), "same");
    return ask(*rig_.ledger, std::move(request));
  }
  Answer by_resolver(PaymentId id, PaymentCommand command) const {
    auto request = rig_.request(id, std::move(command));
    request.actor = {ActorKind::system, "resolver"};
    return ask(*rig_.ledger, std::move(request));
  }
  // A payment whose approval the resolver gave up on; `key` is the request that still waits.
  PaymentId given_up(const std::string& key) {
    const auto id =
        rig_.create(create_command(merchant_of(1), "order-" + key, 10'000), "create-" + key).payment_id;
    BeginApproval begin{testing::recorded_card(10'000), rig_.clock.now().plus_ms(1'000)};
    begin.input.provider = "sim";
    EXPECT_EQ(rig_.run(id, begin, key).kind, AnswerKind::done);
    const auto approval = rig_.state(id).approvals.front().terms.approval;
    SettleApproval lost;
    lost.approval = approval;
    lost.why = "no answer";
    by_resolver(id, lost);
    by_resolver(id, OpenIncident{approval, {}, std::string(kAttemptsUsedUp), "20 attempts"});
    return id;
  }
  SettleByPerson word(PaymentId id, PersonOutcome outcome) const {
    SettleByPerson command;
    command.approval = rig_.state(id).approvals.front().terms.approval;
    command.outcome = outcome;
    command.expected_version = rig_.state(id).version;
    command.evidence = "file, line 7";
    command.approve_no = "00012345";
    return command;
  }
};
INSTANTIATE_TEST_SUITE_P(Books, Noted, ::testing::Values(1U, 4U));

TEST_P(Noted, a_command_that_changes_nothing_is_answered_from_its_key_for_ever) {
  const auto id = rig_.paid();
  rig_.run(id, slip(id), "first");
  const auto same = rig_.run(id, slip(id), "second");
  ASSERT_EQ(same.kind, AnswerKind::done);
  EXPECT_TRUE(same.has_position);
  // The payment moves on; decided anew the answer would be another one.
  rig_.run(id, cancel_command(1'000), "cancel");
  rig_.restart();
  const auto again = rig_.run(id, slip(id), "second");
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.body, same.reply.body);
  EXPECT_EQ(again.position, same.position);
  const auto events = rig_.events_of(id);
  EXPECT_EQ(
      std::count_if(events.begin(), events.end(),
                    [](const StoredEvent& e) { return std::holds_alternative<CommandNoted>(e.event.body); }),
      1);
}

TEST_P(Noted, without_a_key_what_changes_nothing_leaves_no_trace) {
  const auto id = rig_.paid();
  rig_.run(id, slip(id), "first");
  const auto events = rig_.events();
  EXPECT_EQ(rig_.run(id, slip(id)).kind, AnswerKind::done);
  EXPECT_EQ(rig_.events(), events);
}

TEST_P(Noted, the_registrys_no_changes_are_kept_too) {
  registry(RegisterMerchant{"shop-1", "Shop", {}}, "make");
  MerchantId shop;
  WJ_ASSERT(rig_.ledger->with_book(0, [&](const Book& book) -> Result<void> {
    WJ_TRY(const auto units, book.load(kRegistryStream));
    WJ_TRY(const auto event, rig_.codec.decode(units.front().events.front()));
    shop = event.merchant;
    return {};
  }));
  EXPECT_EQ(registry(CloseMerchant{shop}, "close").kind, AnswerKind::done);
  const auto same = registry(CloseMerchant{shop}, "close again");
  ASSERT_EQ(same.kind, AnswerKind::done);
  rig_.restart();
  const auto again = registry(CloseMerchant{shop}, "close again");
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.body, same.reply.body);
}

TEST_P(Noted, an_answer_worked_out_elsewhere_is_kept_under_its_key) {
  const auto keep = [&](const std::string& key, std::string_view content, std::string body) {
    Request request;
    request.command = KeepAnswer{"run_payouts", {201, std::move(body)}};
    request.actor = {ActorKind::admin, "key_house"};
    if (!key.empty()) request.key = rig_.key(key, MerchantId(), content);
    return ask(*rig_.ledger, std::move(request));
  };
  const auto first = keep("job", "same", "what came of it");
  ASSERT_EQ(first.kind, AnswerKind::done);
  EXPECT_EQ(first.reply.body, "what came of it");
  rig_.restart();
  const auto again = keep("job", "same", "what would come of it now");
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.status, 201);
  EXPECT_EQ(again.reply.body, "what came of it");
  const auto events = rig_.events();
  EXPECT_EQ(keep("job", "other", "x").kind, AnswerKind::key_reused);
  EXPECT_EQ(keep("", "same", "x").kind, AnswerKind::failed);
  EXPECT_EQ(rig_.events(), events);
  const auto units = rig_.ledger->read(first.book, first.position, 1, 1);
  ASSERT_TRUE(units);
  const auto event = rig_.codec.decode(units->front().events.front());
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<CommandNoted>(event->body).operation, "run_payouts");
  EXPECT_EQ(subject_of(*event), kRegistryStream);
  EXPECT_EQ(event->idempotency_key, "job");
}

TEST_P(Noted, refusals_beyond_the_bound_are_frozen_and_the_history_stays_short) {
  const auto id = rig_.paid(1'000);
  const auto max = BookWriter::kRefusalsKept;
  std::vector<std::string> answers;
  for (std::uint32_t i = 0; i < max + 20; ++i)
    answers.push_back(rig_.run(id, cancel_command(2'000), "too much " + std::to_string(i)).reply.body);
  EXPECT_EQ(rig_.state(id).version, 2 + max) << "created, approved, and no more than the bound";
  rig_.run(id, cancel_command(), "all of it");  // from here on a fresh decision says something else
  rig_.restart();
  for (const auto i : {0U, max - 1, max, max + 19}) {
    const auto again = rig_.run(id, cancel_command(2'000), "too much " + std::to_string(i));
    EXPECT_EQ(again.kind, AnswerKind::replayed) << i;
    EXPECT_EQ(again.reply.body, answers[i]) << i;
  }
  EXPECT_EQ(rig_.state(id).version, 2 + max + 1);
}

TEST_P(Noted, a_key_that_froze_an_aside_belongs_to_its_request) {
  const auto id = rig_.paid(1'000);
  for (std::uint32_t i = 0; i <= BookWriter::kRefusalsKept; ++i)
    rig_.run(id, cancel_command(2'000), "no " + std::to_string(i));
  const auto last = "no " + std::to_string(BookWriter::kRefusalsKept);
  const auto events = rig_.events();
  EXPECT_EQ(rig_.run(id, cancel_command(1), last, "another request").kind, AnswerKind::key_reused);
  EXPECT_EQ(rig_.events(), events);
}

TEST_P(Noted, an_aside_names_its_payment_and_is_none) {
  const auto id = rig_.paid(1'000);
  for (std::uint32_t i = 0; i <= BookWriter::kRefusalsKept; ++i)
    rig_.run(id, cancel_command(2'000), "no " + std::to_string(i));
  int asides = 0;
  for (std::uint32_t book = 0; book < rig_.ledger->books(); ++book) {
    const auto units = rig_.ledger->read(book, 0, 4'096, 64U << 20U);
    ASSERT_TRUE(units);
    for (const auto& unit : *units) {
      if (unit.stream == kRegistryStream || is_payment_stream(unit.stream)) continue;
      ++asides;
      EXPECT_EQ(rig_.ledger->book_of_slot(unit.stream.slot()), book);
      const auto event = rig_.codec.decode(unit.events.front());
      ASSERT_TRUE(event);
      EXPECT_EQ(subject_of(*event), id.raw());
      EXPECT_EQ(event->order_id, rig_.state(id).order_id);
    }
  }
  EXPECT_EQ(asides, 1);
}

TEST_P(Noted, a_persons_word_answers_the_request_that_still_waited) {
  struct Row {
    PersonOutcome outcome;
    std::uint16_t status;
  };
  for (const auto& [outcome, status] :
       {Row{PersonOutcome::approved, 201}, Row{PersonOutcome::declined, 402},
        Row{PersonOutcome::canceled, 402}, Row{PersonOutcome::never_existed, 402}}) {
    const std::string key = "pay-" + std::string(code_of(outcome));
    const auto id = given_up(key);
    BeginApproval begin{testing::recorded_card(10'000), {}};
    begin.input.provider = "sim";
    EXPECT_EQ(rig_.run(id, begin, key).kind, AnswerKind::open) << key;
    const auto command = word(id, outcome);
    const auto settled = rig_.run(id, command, "settle-" + key, "same", MerchantId());
    ASSERT_EQ(settled.kind, AnswerKind::done) << key;
    rig_.restart();
    const auto waited = rig_.run(id, begin, key);
    EXPECT_EQ(waited.kind, AnswerKind::replayed) << key;
    EXPECT_EQ(waited.reply.status, status) << key;
    const auto again = rig_.run(id, command, "settle-" + key, "same", MerchantId());
    EXPECT_EQ(again.kind, AnswerKind::replayed) << key;
    EXPECT_EQ(again.reply.body, settled.reply.body) << key;
    EXPECT_FALSE(rig_.state(id).in_doubt());
  }
}

TEST_P(Noted, what_waits_for_a_person_is_found_until_it_is_settled) {
  const auto id = given_up("k");
  const auto waiting = [&] {
    std::size_t count = 0;
    for (std::uint32_t book = 0; book < rig_.ledger->books(); ++book)
      count += rig_.ledger->alarms(book, AlarmKind::person, {INT64_MAX}, 10).value().size();
    return count;
  };
  EXPECT_EQ(waiting(), 1U);
  rig_.run(id, word(id, PersonOutcome::approved), "settle");
  EXPECT_EQ(waiting(), 0U);
}

}  // namespace
}  // namespace wonjang
