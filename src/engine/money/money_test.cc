#include "engine/money/money.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/settlement/fee.h"
#include "engine/money/journal_spaces.h"
#include "testing/money/money_rig.h"
#include "testing/money/money_world.h"

namespace wonjang::money {
namespace {

using settlement::LineKey;
using settlement::PayoutState;
using testing::HasSubstr;

constexpr BusinessDate kFoldDay = MoneyWorld::kFirstDay;

BusinessDate fold_day_after(std::int32_t days) { return {kFoldDay.days + days}; }

Content folded(MoneyWorld& world, std::uint64_t seed, std::uint32_t units_max) {
  MoneyRig rig(world.log(), world.codec());
  Rng rng(seed);
  const auto done = rig.fold_all(rng, units_max);
  EXPECT_TRUE(done) << done.error().message;
  return rig.content();
}

// What the fold of all that the world wrote stops with; empty: it doesn't.
std::string stopped_with(MoneyWorld& world) {
  MoneyRig rig(world.log(), world.codec());
  Rng rng(1);
  const auto done = rig.fold_all(rng, 8);
  if (done) return {};
  EXPECT_EQ(done.error().kind, ErrorKind::corrupt);
  return done.error().message;
}

// A merchant with two payments of 10,000, the first of which gave 4,000 back; nothing is settled.
struct SmallWorld {
  explicit SmallWorld(std::uint32_t books = 1) : world(books) {
    world.add_merchant();
    first = world.pay(0, 10'000);
    world.cancel(first, 4'000);
    second = world.pay(0, 10'000);
    world.go_to(fold_day_after(1));
  }
  LineKey approval() const { return {first, 1, 0}; }
  LineKey cancel() const { return {first, 2, 0}; }
  LineKey other() const { return {second, 1, 0}; }

  MoneyWorld world;
  PaymentId first;
  PaymentId second;
};

TEST(Money, batches_cut_and_mixed_in_any_way_give_the_same_content) {
  for (const std::uint32_t books : {1U, 4U}) {
    MoneyWorld world(books, 40 + books);
    world.live(12, 12);
    const auto once = folded(world, 1, 100'000);
    ASSERT_GT(once.size(), 500U);
    for (const std::uint32_t units_max : {1U, 7U, 60U}) {
      EXPECT_TRUE(folded(world, units_max, units_max) == once)
          << books << " books, " << units_max << " units";
    }
  }
}

TEST(Money, nothing_is_left_over_of_lines_that_came_before_their_movements) {
  MoneyWorld world(4, 9);
  world.live(8, 10);
  // Books one after the other, from the last: as mixed as can be.
  MoneyRig rig(world.log(), world.codec());
  for (std::uint32_t book = 4; book-- > 0;) {
    auto units = world.log().read(book, 0, 1'000'000, std::size_t{1} << 30U).value();
    std::vector<LogUnit> batch;
    for (auto& unit : units) batch.push_back({book, std::move(unit)});
    const auto done = rig.apply(batch);
    ASSERT_TRUE(done) << done.error().message;
  }
  EXPECT_TRUE(rig.content() == folded(world, 3, 50));
  const std::string early(1, static_cast<char>(Table::early));
  for (const auto& [key, value] : rig.content()) {
    EXPECT_FALSE(key.first == kFailed && key.second.starts_with(early))
        << describe_key(key.first, key.second);
  }
}

TEST(Money, a_store_that_falls_back_or_refuses_ends_with_the_same_content) {
  MoneyWorld world(2, 5);
  world.live(8, 10);
  MoneyRig rig(world.log(), world.codec());
  Rng rng(77);
  for (bool more = true; more;) {
    if (rng.chance(15)) rig.crash(rng);
    if (rng.chance(10)) {
      rig.faults().refuse_writes(1);
      const auto refused = rig.fold_some(rng, 10);
      if (refused) {
        more = *refused;  // nothing was left to write
        continue;
      }
      EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    }
    if (rng.chance(20)) {
      EXPECT_TRUE(rig.store().flush());
    }
    const auto done = rig.fold_some(rng, 10);
    ASSERT_TRUE(done) << done.error().message;
    more = *done;
  }
  EXPECT_TRUE(rig.content() == folded(world, 2, 100'000));
}

TEST(Money, a_unit_that_comes_twice_is_folded_once) {
  SmallWorld small;
  small.world.run(kFoldDay);
  MoneyRig rig(small.world.log(), small.world.codec());
  auto units = small.world.log().read(0, 0, 1000, 1'000'000).value();
  std::vector<LogUnit> batch;
  for (auto& unit : units) batch.push_back({0, std::move(unit)});
  ASSERT_TRUE(rig.apply(batch));
  const auto before = rig.content();
  ASSERT_TRUE(rig.apply(batch));
  EXPECT_TRUE(rig.content() == before);
  batch.erase(batch.begin(), batch.begin() + 3);
  batch[0].unit.first += 1000;
  const auto gap = rig.apply(batch);
  ASSERT_FALSE(gap);
  EXPECT_EQ(gap.error().kind, ErrorKind::corrupt);
}

TEST(Money, a_payment_event_out_of_its_order_is_corrupt) {
  SmallWorld small;
  std::string bytes;
  Event event;
  event.stream = small.first.raw();
  event.version = 9;
  event.merchant = small.world.merchant(0);
  event.body = PaymentAuthenticated{};
  small.world.codec().encode(event, bytes);
  small.world.log().append(0, event.stream, {bytes});
  EXPECT_THAT(stopped_with(small.world), HasSubstr("where event 3 has to"));
}

TEST(Money, a_movement_is_settled_once) {
  SmallWorld small;
  const auto body = small.world.lines_for({small.other()}, kFoldDay);
  small.world.write_lines(0, kFoldDay, body);
  EXPECT_EQ(stopped_with(small.world), "");
  small.world.write_lines(0, kFoldDay, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("settles what has a line already"));
}

TEST(Money, a_movement_is_settled_once_in_a_ledger_of_several_books) {
  SmallWorld small(4);
  const auto body = small.world.lines_for({small.other()}, kFoldDay);
  small.world.write_lines(0, kFoldDay, body);
  small.world.write_lines(0, kFoldDay, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("settles what has a line already"));
}

TEST(Money, a_line_of_what_nobody_moved_is_corrupt) {
  SmallWorld small;
  auto body = small.world.lines_for({small.other()}, kFoldDay);
  body.lines[0].item.key.version = 5;
  small.world.write_lines(0, kFoldDay, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("settles what no event moved"));
}

TEST(Money, a_line_of_another_amount_than_was_moved_is_corrupt) {
  SmallWorld small;
  auto body = small.world.lines_for({small.other()}, kFoldDay);
  body.lines[0].item.amount += 1;
  body.lines[0].gross += 1;
  body.lines[0].net += 1;
  small.world.write_lines(0, kFoldDay, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("settles 10001 where 10000 was moved"));
}

TEST(Money, a_line_whose_net_is_not_gross_less_fee_is_corrupt) {
  SmallWorld small;
  auto body = small.world.lines_for({small.other()}, kFoldDay);
  body.lines[0].net += 1;
  small.world.write_lines(0, kFoldDay, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("has a net of"));
}

TEST(Money, a_return_of_more_than_is_left_is_corrupt) {
  SmallWorld small;
  small.world.write_lines(0, kFoldDay, small.world.lines_for({small.approval()}, kFoldDay));
  auto body = small.world.lines_for({small.cancel()}, kFoldDay);
  body.lines[0].before->amount_left -= 1;
  small.world.write_lines(0, kFoldDay, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("was computed from another balance"));
}

TEST(Money, a_return_before_its_approval_has_a_line_is_corrupt) {
  SmallWorld small;
  auto body = small.world.lines_for({small.approval(), small.cancel()}, kFoldDay);
  body.lines.erase(body.lines.begin());
  small.world.write_lines(0, kFoldDay, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("gives back what has no line"));
}

TEST(Money, an_adjustment_follows_the_line_that_it_adjusts) {
  SmallWorld small;
  const auto settled = small.world.lines_for({small.other()}, kFoldDay);
  auto adjusted = settled;
  auto contract = settled.contracts[0];
  contract.fees.rules[0].rate_ppm = 10'000;
  auto made = settlement::settle_adjustments(settled.lines,
                                             balance_of(settled.lines[0], settled.contracts[0]), contract);
  adjusted.contracts = {contract};
  adjusted.lines = std::get<settlement::Adjusted>(made).lines;
  ASSERT_EQ(adjusted.lines.size(), 1U);
  small.world.write_lines(0, kFoldDay, settled);
  small.world.write_lines(0, kFoldDay, adjusted);
  MoneyRig rig(small.world.log(), small.world.codec());
  Rng rng(1);
  ASSERT_TRUE(rig.fold_all(rng, 3));
  const auto snapshot = rig.snapshot();
  const MoneyReader reader(*snapshot);
  EXPECT_EQ(reader.lines_of_payment(small.second)->size(), 2U);
  const auto balances = reader.balances(std::vector<LineKey>{small.other()});
  EXPECT_EQ((*balances)[0], std::get<settlement::Adjusted>(made).balance);

  adjusted.lines[0].item.key.seq = 3;
  small.world.write_lines(0, kFoldDay, adjusted);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("adjusts what has no line before it"));
}

TEST(Money, a_payout_is_the_sum_of_the_lines_it_covers) {
  for (const bool wrong_net : {true, false}) {
    SmallWorld small;
    small.world.run(kFoldDay);
    auto body = small.world.payout_for(0, fold_day_after(3));
    EXPECT_EQ(body.lines, 3U);
    if (wrong_net) {
      body.lines_net += 1;
      body.amount += 1;
    } else {
      body.lines -= 1;
    }
    small.world.write_payout(0, body);
    const auto message = stopped_with(small.world);
    EXPECT_THAT(message, HasSubstr("says " + std::to_string(body.lines) + " lines with a net of " +
                                   std::to_string(body.lines_net)));
    EXPECT_THAT(message, HasSubstr("but 3 lines with a net of"));
  }
}

TEST(Money, a_payout_whose_parts_do_not_add_up_is_corrupt) {
  SmallWorld small;
  small.world.run(kFoldDay);
  auto body = small.world.payout_for(0, fold_day_after(3));
  body.amount -= 1;
  small.world.write_payout(0, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("don't add up to"));
}

TEST(Money, a_sum_is_carried_over_once) {
  SmallWorld small;
  small.world.run(kFoldDay);
  auto body = small.world.payout_for(0, fold_day_after(3));
  body.carried.push_back({body.payout, 5});
  body.amount += 5;
  small.world.write_payout(0, body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("isn't carried over to its merchant"));
}

TEST(Money, no_more_is_released_than_is_kept_back) {
  SmallWorld small;
  small.world.run(kFoldDay);
  small.world.write_payout(0, small.world.payout_for(0, fold_day_after(3), /*withheld=*/0, /*released=*/1));
  EXPECT_THAT(stopped_with(small.world), HasSubstr("where 0 is kept back"));
}

TEST(Money, a_failed_payout_is_not_paid_later) {
  SmallWorld small;
  small.world.run(kFoldDay);
  const auto payout = small.world.pay_out(0, fold_day_after(3));
  small.world.update(*payout, PayoutState::sent);
  small.world.update(*payout, PayoutState::failed);
  EXPECT_EQ(stopped_with(small.world), "");
  small.world.update(*payout, PayoutState::paid);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("becomes PAID after FAILED"));
}

TEST(Money, a_return_says_whether_the_payout_was_paid) {
  SmallWorld small;
  small.world.run(kFoldDay);
  const auto payout = small.world.pay_out(0, fold_day_after(3));
  small.world.update(*payout, PayoutState::sent);
  settlement::PayoutUpdated body;
  body.payout = *payout;
  body.state = PayoutState::returned;
  body.was_paid = true;
  small.world.write(payout->raw(), small.world.merchant(0), body);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("but stands as SENT"));
}

TEST(Money, a_rematch_goes_on_from_the_match_before_it) {
  MoneyWorld world(1);
  const settlement::FileId file(settlement::file_stream(world.draw()));
  settlement::FileImported imported;
  imported.file = file;
  settlement::FileMatched matched;
  matched.file = file;
  matched.matched_amount = 100;
  world.write(file.raw(), {}, imported);
  world.write(file.raw(), {}, matched);
  EXPECT_EQ(stopped_with(world), "");
  world.write(file.raw(), {}, matched);
  EXPECT_THAT(stopped_with(world), HasSubstr("where 100 and 0 stand"));
}

TEST(Money, the_journal_goes_along_and_balances) {
  MoneyWorld world(2, 3);
  world.live(3, 6);
  MoneyRig rig(world.log(), world.codec());
  Rng rng(1);
  ASSERT_TRUE(rig.fold_all(rng, 10));
  std::uint64_t entries = 0;
  std::int64_t balance = 0;
  for (const auto& [key, value] : rig.content()) {
    if (key.first != kJournal) continue;
    ++entries;
    const auto entry = decode_entry(key.second, value).value();
    for (const auto& posting : entry.postings) balance += posting.debit - posting.credit;
  }
  EXPECT_GE(entries, world.lines.size() / 100 + world.payouts.size());
  EXPECT_EQ(balance, 0);
}

TEST(Money, a_paid_line_is_not_redated) {
  SmallWorld small;
  small.world.run(kFoldDay);
  ASSERT_TRUE(small.world.pay_out(0, fold_day_after(3)));
  small.world.redate(small.other(), fold_day_after(9));
  EXPECT_THAT(stopped_with(small.world), HasSubstr("a payout covers it"));
}

TEST(Money, a_run_that_says_another_sum_than_its_lines_is_corrupt) {
  SmallWorld small;
  small.world.run(kFoldDay);
  settlement::RunStarted started;
  started.date = kFoldDay;
  settlement::RunEnded ended;
  ended.date = kFoldDay;
  ended.after = {small.world.totals_of(kFoldDay)};
  ended.after[0].fee -= 1;
  small.world.write(*settlement::run_stream(kFoldDay), {}, started);
  EXPECT_EQ(stopped_with(small.world), "");
  small.world.write(*settlement::run_stream(kFoldDay), {}, ended);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("but its lines come to 3 lines"));
}

TEST(Money, a_run_starts_only_where_none_is_under_way) {
  SmallWorld small;
  settlement::RunStarted started;
  started.date = kFoldDay;
  small.world.write(*settlement::run_stream(kFoldDay), {}, started);
  started.resumed = true;
  small.world.write(*settlement::run_stream(kFoldDay), {}, started);
  EXPECT_EQ(stopped_with(small.world), "");
  started.resumed = false;
  small.world.write(*settlement::run_stream(kFoldDay), {}, started);
  EXPECT_THAT(stopped_with(small.world), HasSubstr("starts while it is under way"));
}

TEST(Money, a_payout_of_a_hundred_thousand_lines_writes_a_handful_of_records) {
  MoneyWorld world(2);  // of two books, so that lines may come without their payments
  world.add_merchant();
  constexpr std::uint32_t kLines = 100'000;
  const auto contract = MoneyWorld::contract_of(world.merchant(0));
  settlement::Item item;
  item.method = 1;
  item.amount = 10'000;
  item.at = world.now();
  const auto settled = std::get<settlement::SettlementLine>(settlement::settle_approval(item, contract));
  settlement::PayoutRequested payout;
  for (std::uint32_t made = 0; made < kLines;) {
    settlement::LinesRecorded body;
    body.contracts = {contract};
    for (int i = 0; i < 1000; ++i, ++made) {
      body.lines.push_back(settled);
      body.lines.back().item.key.payment = PaymentId(RawId{std::uint64_t{made + 1} << 16U, made});
      body.lines.back().payout_date = fold_day_after(2);
    }
    body.date = kFoldDay;
    body.chunk = made / 1000 - 1;
    world.write(*settlement::lines_stream(world.merchant(0), 0, kFoldDay, body.chunk), world.merchant(0),
                body);
  }
  MoneyRig rig(world.log(), world.codec());
  Rng rng(1);
  ASSERT_TRUE(rig.fold_all(rng, 1000));
  payout.payout =
      settlement::PayoutId(*settlement::payout_stream(world.merchant(0), 0, fold_day_after(2), Currency()));
  payout.date = fold_day_after(2);
  payout.lines = kLines;
  payout.lines_net = settled.net * std::int64_t{kLines};
  payout.amount = payout.lines_net;
  world.write(payout.payout.raw(), world.merchant(0), payout);

  Money money(world.log(), world.codec());
  ASSERT_TRUE(money.open(rig.store()));
  const std::uint32_t book = payout.payout.slot() % 2;
  auto units = world.log().read(book, world.log().tails()[book] - 1, 1, 1'000'000).value();
  std::vector<LogUnit> batch{{book, units[0]}};
  KvBatch out;
  const auto done = money.apply(batch, out);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_LT(out.size(), 20U);
  ASSERT_TRUE(rig.store().write(out));

  std::uint32_t found = 0;
  const auto snapshot = rig.snapshot();
  const auto read = MoneyReader(*snapshot).lines_of_payout(payout.payout, std::nullopt,
                                                           [&](const LineSummary& line) -> Result<bool> {
                                                             found += line.payout == payout.payout ? 1 : 0;
                                                             return true;
                                                           });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(found, kLines);
}

}  // namespace
}  // namespace wonjang::money
