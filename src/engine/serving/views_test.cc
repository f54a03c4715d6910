#include "engine/serving/views.h"

#include <algorithm>
#include <utility>

#include "domain/settlement/streams.h"
#include "engine/serving/row.h"
#include "engine/serving/totals_reader.h"
#include "testing/random_life.h"
#include "testing/views_rig.h"

namespace wonjang::serving {
namespace {

using Units = std::vector<LogUnit>;

std::vector<Event> sale(std::uint64_t seed, std::int64_t amount = 10'000) {
  Till till(seed);
  auto command = order(amount, {card(amount)});
  command.terms.buyer = {"\xEA\xB9\x80\xEB\xAF\xBC\xEC\x88\x98", "01012345678", ""};
  till.must(command);
  CancelPayment cancel;
  cancel.amount = amount / 10;
  till.must(cancel);
  return till.history();
}

Units units_of(ViewsRig& rig, const std::vector<Event>& events) {
  Units out;
  for (const auto& event : events) out.push_back(rig.unit(event));
  return out;
}

Row only_row(const ViewsRig& rig) {
  const auto snapshot = rig.snapshot();
  const auto cursor = snapshot->scan(kRows, {}, {});
  EXPECT_TRUE(cursor->valid());
  const auto at = read_row_key(cursor->key());
  return *decode_row(*at, MerchantId(RawId{1, 1}), cursor->value());
}

// Shuffled lives of many payments, each in its own order, cut into batches at random.
Units many_lives(ViewsRig& rig, std::uint64_t seed) {
  std::vector<std::vector<Event>> lives;
  for (std::uint64_t i = 1; i <= 60; ++i) {
    RandomLife life(i);
    life.run(20);
    lives.push_back(life.till().history());
  }
  std::vector<std::size_t> turns;
  for (std::size_t i = 0; i < lives.size(); ++i) turns.insert(turns.end(), lives[i].size(), i);
  Rng rng(seed);
  for (std::size_t i = turns.size(); i > 1; --i) std::swap(turns[i - 1], turns[rng.below(i)]);
  std::vector<std::size_t> next(lives.size());
  Units out;
  for (const std::size_t life : turns) out.push_back(rig.unit(lives[life][next[life]++]));
  return out;
}

ViewsRig::Content content_of_cuts(std::uint64_t order_seed, std::uint64_t cut_seed, std::size_t batch_max) {
  ViewsRig rig;
  const Units units = many_lives(rig, order_seed);
  Rng rng(cut_seed);
  for (std::size_t at = 0; at < units.size();) {
    const std::size_t size = std::min(units.size() - at, 1 + rng.below(batch_max));
    rig.apply({units.begin() + static_cast<std::ptrdiff_t>(at),
               units.begin() + static_cast<std::ptrdiff_t>(at + size)});
    if (rng.chance(10)) rig.reopen();
    at += size;
  }
  return rig.content();
}

TEST(Views, content_does_not_depend_on_cuts_restarts_or_the_mix_of_streams) {
  const auto whole = content_of_cuts(/*order_seed=*/1, /*cut_seed=*/1, /*batch_max=*/100'000);
  EXPECT_GT(whole.size(), 500U);
  EXPECT_EQ(content_of_cuts(1, 2, 1), whole);
  EXPECT_EQ(content_of_cuts(1, 3, 7), whole);
  EXPECT_EQ(content_of_cuts(2, 4, 50), whole);
}

TEST(Views, a_row_is_the_payment_that_folding_gives) {
  ViewsRig rig;
  const auto events = sale(1);
  rig.apply(units_of(rig, events));
  Payment folded;
  for (const auto& event : events) evolve(folded, event);
  EXPECT_EQ(only_row(rig).payment, folded);
  EXPECT_EQ(rig.count(kTransactions), 2U);
}

TEST(Views, a_replayed_log_changes_nothing) {
  ViewsRig rig;
  const auto events = sale(1);
  rig.apply(units_of(rig, events));
  const auto before = rig.content();
  rig.apply(units_of(rig, events));
  rig.apply({rig.unit(events[1])});
  EXPECT_EQ(rig.content(), before);
  EXPECT_EQ(rig.stat("repeats"), events.size() + 1);
  EXPECT_EQ(rig.stat("quarantined"), 0U);
}

TEST(Views, an_early_event_waits_for_the_one_before_it) {
  ViewsRig expected;
  ViewsRig rig;
  const auto events = sale(1);
  expected.apply(units_of(expected, events));
  ASSERT_GE(events.size(), 3U);
  rig.apply({rig.unit(events[2])});
  EXPECT_EQ(rig.count(kPending), 1U);
  EXPECT_EQ(rig.count(kRows), 0U);
  rig.reopen();
  rig.apply({rig.unit(events[0])});
  EXPECT_EQ(rig.count(kRows), 1U);
  EXPECT_EQ(only_row(rig).payment.version, 1U);
  rig.apply({rig.unit(events[1])});
  EXPECT_EQ(rig.content(), expected.content());
}

// Of two with one version the one earlier in the log stands; the other is kept for people to see.
TEST(Views, a_contradiction_is_put_aside_and_changes_nothing_else) {
  ViewsRig rig;
  const auto events = sale(1);
  rig.apply(units_of(rig, events));
  const auto before = rig.content();
  Event other = events[1];
  other.reason = "another story";
  rig.apply({rig.unit(other)});
  auto after = rig.content();
  EXPECT_EQ(rig.stat("quarantined"), 1U);
  ASSERT_EQ(after.size(), before.size() + 1);
  std::erase_if(after, [](const auto& entry) { return entry.first.first == kQuarantine; });
  EXPECT_EQ(after, before);
  rig.apply({rig.unit(other), rig.unit(other)});
  EXPECT_EQ(rig.count(kQuarantine), 1U);
  EXPECT_EQ(rig.stat("quarantined"), 1U) << "once, however often it comes";
}

// Counted since the start it was 0 after one, and the alert on it fell silent.
TEST(Views, what_is_put_aside_is_counted_after_a_restart_too) {
  ViewsRig rig;
  const auto events = sale(1);
  rig.apply(units_of(rig, events));
  Event other = events[1];
  for (const auto* story : {"another story", "and another"}) {
    other.reason = story;
    rig.apply({rig.unit(other)});
  }
  EXPECT_EQ(rig.stat("quarantined"), 2U);
  rig.reopen();
  EXPECT_EQ(rig.stat("quarantined"), 2U);
  rig.apply({rig.unit(other)});
  EXPECT_EQ(rig.stat("quarantined"), 2U);
  other.reason = "a third";
  rig.apply({rig.unit(other)});
  EXPECT_EQ(rig.stat("quarantined"), 3U);
}

TEST(Views, of_two_early_ones_the_first_stands) {
  ViewsRig expected;
  ViewsRig rig;
  const auto events = sale(1);
  expected.apply(units_of(expected, events));
  Event other = events[1];
  other.reason = "another story";
  rig.apply({rig.unit(events[1]), rig.unit(other)});
  EXPECT_EQ(rig.count(kQuarantine), 1U);
  rig.apply({rig.unit(events[0]), rig.unit(events[2])});
  auto content = rig.content();
  std::erase_if(content, [](const auto& entry) { return entry.first.first == kQuarantine; });
  EXPECT_EQ(content, expected.content());
}

TEST(Views, a_log_that_contradicts_itself_stops_them) {
  const auto events = sale(1);
  const auto other = sale(2);
  const auto stops = [](ViewsRig& rig, const LogUnit& unit) {
    const auto applied = rig.try_apply({unit});
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().kind, ErrorKind::corrupt) << applied.error().message;
  };
  ViewsRig rig;
  stops(rig, rig.unit(events[0].stream, 0, {"no event"}));
  rig.reopen();
  stops(rig, rig.unit(events[0].stream, 0, {rig.encoded(other[0])}));
  rig.reopen();
  stops(rig, rig.unit(events[1].stream, 0, {rig.encoded(events[1])}));
  rig.reopen();
  EXPECT_EQ(rig.count(kRows), 0U);
  rig.apply(units_of(rig, events));
  EXPECT_EQ(rig.count(kRows), 1U);
}

TEST(Views, streams_that_are_no_payments_are_left_alone) {
  ViewsRig rig;
  rig.apply({rig.unit(kRegistryStream, 0, {"not looked at"}),
             rig.unit(aside_stream(sale(1)[0].stream), 0, {"nor this"})});
  EXPECT_EQ(rig.content().size(), 0U);
}

// Nobody decodes them, so that a kind of event which the views don't know can't stop them.
TEST(Views, streams_of_the_house_are_skipped_among_payments_and_counted_as_nothing) {
  ViewsRig expected;
  const auto events = sale(1);
  expected.apply(units_of(expected, events));

  const MerchantId merchant(RawId{1, 1});
  const std::vector<std::optional<RawId>> streams = {
      settlement::run_stream({20'000}),
      settlement::lines_stream(merchant, 0, {20'000}, 0),
      settlement::payout_stream(merchant, 0, {20'000}, Currency()),
      settlement::change_stream({3, 3}),
      settlement::file_stream({4, 4}),
  };
  ASSERT_LE(events.size(), streams.size());
  ViewsRig rig;
  Units units;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    Event fact;
    fact.stream = *streams[i];
    fact.merchant = merchant;
    fact.recorded_at = kNoon;
    fact.body = settlement::PayoutRequested();
    units.push_back(rig.unit(fact));
    units.push_back(rig.unit(fact));                               // would be a repeat
    units.push_back(rig.unit(*streams[i], 0, {"another story"}));  // would be put aside
    units.push_back(rig.unit(*streams[i], 7, {"too early"}));      // would wait for those before it
    if (i < events.size()) units.push_back(rig.unit(events[i]));
  }
  rig.apply(units);
  EXPECT_EQ(rig.content(), expected.content());
  EXPECT_EQ(rig.stat("events"), events.size());
  for (const auto* number : {"quarantined", "repeats", "early"}) EXPECT_EQ(rig.stat(number), 0U) << number;
}

using Moves = std::vector<std::pair<TransactionKind, std::int64_t>>;
// What the list of transactions says that moved, in the order of the events; every event in a batch of its
// own, so that what folding needs comes out of the stored row.
Moves moved_by(const Till& till) {
  ViewsRig rig;
  for (const auto& event : till.history()) rig.apply({rig.unit(event)});
  std::map<std::uint32_t, std::pair<TransactionKind, std::int64_t>> moves;
  for (const auto& [key, value] : rig.content()) {
    if (key.first != kTransactions) continue;
    const auto transaction = *decode_transaction(key.second, value);
    moves[transaction.version] = {transaction.kind, transaction.amount};
  }
  Moves out;
  for (const auto& [version, move] : moves) out.push_back(move);
  return out;
}
// As the provider tells it again, under another number: it is undone again.
void tell_again(Till& till) {
  till.must(settle(till.approval(), OutcomeKind::approved, "777"));
  till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, ""});
}

TEST(Views, a_success_told_again_after_a_reversal_is_no_second_reversal) {
  Till till;
  till.must(order(10'000));
  till.must(begin(10'000));
  till.must(BeginNetworkCancel{till.approval(), "no answer"});
  till.must(settle(till.approval(), OutcomeKind::approved));
  till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, ""});
  const Moves once = {{TransactionKind::approval, 10'000}, {TransactionKind::reversal, 10'000}};
  EXPECT_EQ(moved_by(till), once);
  tell_again(till);
  tell_again(till);
  EXPECT_EQ(moved_by(till), once);
}

TEST(Views, a_success_told_again_after_a_cancel_is_no_reversal) {
  Till till;
  till.must(order(10'000));
  till.must(begin(6'000));
  till.must(settle(till.approval(), OutcomeKind::approved));
  till.must(cancel_one(till.approval()));
  till.must(settle_cancel(till.last_cancel(), OutcomeKind::approved));
  const Moves once = {{TransactionKind::approval, 6'000}, {TransactionKind::cancel, 6'000}};
  EXPECT_EQ(moved_by(till), once);
  tell_again(till);
  EXPECT_EQ(moved_by(till), once);
}

TEST(Views, an_approval_that_a_person_lets_count_after_all_came_once) {
  Till till;
  till.must(order(10'000));
  till.must(begin(10'000));
  till.must(BeginNetworkCancel{till.approval(), "no answer"});
  till.must(settle(till.approval(), OutcomeKind::approved));
  till.must(OpenIncident{till.approval(), {}, std::string(kAttemptsUsedUp), "20 attempts"});
  SettleByPerson word;
  word.approval = till.approval();
  word.outcome = PersonOutcome::approved;
  word.expected_version = till.payment().version;
  word.evidence = "line 7 of the provider's file";
  till.must(word);
  ASSERT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_EQ(moved_by(till), (Moves{{TransactionKind::approval, 10'000}}));
}

TEST(Views, a_payment_of_an_unknown_merchant_stops_them) {
  ViewsRig rig;
  auto events = sale(1);
  events[0].merchant = MerchantId(RawId{5, 5});
  const auto applied = rig.try_apply({rig.unit(events[0])});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::corrupt);
}

// Issuers are what merchants send. One that sends too many of them must not stop the views of the others.
TEST(Views, one_merchant_with_too_many_issuers_stops_nobody) {
  const CubeSpec issuer_month{.id = kDeclaredIdMin,
                              .name = "issuer_month",
                              .inner = {Dimension::issuer, Dimension::currency},
                              .grain = Grain::month};
  ViewsRig rig(1, {issuer_month});
  const std::size_t payments = Cell::kGroupsMax + 1;
  Units units;
  for (std::uint64_t i = 1; i <= payments; ++i) {
    Till till(i);
    ApprovalInput approval = card(1'000);
    std::get<CardDetail>(approval.method).issuer_code = "ISS" + std::to_string(i);
    till.must(order(1'000, {approval}));
    for (const auto& event : till.history()) units.push_back(rig.unit(event));
    if (units.size() >= 4'096 || i == payments) rig.apply(std::exchange(units, {}));
  }
  EXPECT_EQ(rig.stat("saturated_cells"), 2U);  // now, and what came before the month's last day
  EXPECT_EQ(rig.count(kRows), payments);
  rig.apply(units_of(rig, sale(payments + 1)));
  EXPECT_EQ(rig.count(kRows), payments + 1);

  TotalsQuery query;
  query.cube = "issuer_month";
  query.from = bucket_of(Grain::month, BusinessDate{20'000});
  query.until = bucket_of(Grain::month, BusinessDate{30'000});
  const auto all = read_totals({&issuer_month, 1}, *rig.snapshot(), query);
  ASSERT_TRUE(all && std::holds_alternative<TotalsRows>(*all));
  const auto& rows = std::get<TotalsRows>(*all).rows;
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].sums.amount.count, static_cast<std::int64_t>(payments) + 1);
  query.issuers = {"ISS7"};
  const auto one = read_totals({&issuer_month, 1}, *rig.snapshot(), query);
  ASSERT_TRUE(one && std::holds_alternative<Narrow>(*one));
  EXPECT_NE(std::get<Narrow>(*one).what.find("issuer_month, merchant 0, 2026-11"), std::string::npos)
      << std::get<Narrow>(*one).what;
}

// Two generations were cut into batches in another way: what a saturated cell can't tell is no difference.
TEST(Views, a_saturated_cell_is_compared_by_its_sums) {
  ViewsRig rig;
  Cell apart;
  for (const char* dims : {"\3KRWa", "\3KRWb"}) {
    EXPECT_TRUE(apart.group(dims).sums.amount.add_value(1'000));
  }
  Cell joined = apart;
  ASSERT_TRUE(joined.saturate());
  const std::string one = encode_cell(apart), other = encode_cell(joined);
  const Views& views = rig.views();
  EXPECT_TRUE(views.is_same(kTotalsNow, one, other));
  EXPECT_TRUE(views.is_same(kTotalsLate, other, one));
  EXPECT_FALSE(views.is_same(kRows, one, other));
  EXPECT_FALSE(views.is_same(kTotalsNow, one, std::nullopt));
  EXPECT_FALSE(views.is_same(kTotalsNow, std::nullopt, other));
}

TEST(Views, buckets_are_the_sum_of_their_rows) {
  ViewsRig rig;
  rig.apply(many_lives(rig, 5));
  std::map<std::string, Bucket> expected;
  std::map<std::string, Bucket> stored;
  for (const auto& [key, value] : rig.content()) {
    if (key.first == kBuckets) stored[key.second] = *decode_bucket(value);
    if (key.first != kRows) continue;
    const auto at = read_row_key(key.second);
    const auto row = decode_row(*at, MerchantId(RawId{1, 1}), value);
    expected[bucket_key(*at)].add(key.second, value, facts_of(row->payment, at->merchant, "org-1"));
  }
  EXPECT_EQ(stored, expected);
}

}  // namespace
}  // namespace wonjang::serving
