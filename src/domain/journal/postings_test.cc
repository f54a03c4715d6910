// Every kind of event has its answer here (postings_test_cases.h).
#include "domain/journal/postings.h"

#include <limits>
#include <set>

#include "domain/journal/postings_test_cases.h"

namespace wonjang::journal {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::string text_of(const std::vector<Posting>& all) {
  std::string out;
  for (const auto& p : all) {
    out += std::string(find_account(static_cast<std::uint16_t>(p.account))->code) + " " +
           std::string(p.currency.code()) + " " + std::to_string(p.debit) + "/" + std::to_string(p.credit) +
           "\n";
  }
  return out;
}

TEST(Postings, of_each_kind_of_event) {
  for (const auto& c : cases()) {
    const auto computed = postings_of(c);
    EXPECT_EQ(text_of(computed), text_of(c.expected)) << type_of(c.event.body) << " " << c.when;
    EXPECT_TRUE(is_balanced(computed)) << type_of(c.event.body) << " " << c.when;
  }
}

TEST(Postings, no_kind_of_event_is_left_out) {
  std::set<std::size_t> kinds;
  for (const auto& c : cases()) kinds.insert(c.event.body.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<EventAlternatives>)
      << "a kind without a case: decide what it posts";
}

TEST(Postings, every_account_is_used_or_explained) {
  std::set<Account> used;
  for (const auto& c : cases()) {
    for (const auto& posting : c.expected) used.insert(posting.account);
  }
  for (const auto& info : accounts()) EXPECT_TRUE(used.contains(info.account)) << info.code;
}

TEST(Postings, carry_the_currency_of_their_event) {
  Event event = event_of(payout(9'725));
  event.currency = *Currency::parse("USD");
  for (const auto& posting : postings(event)) EXPECT_EQ(posting.currency.code(), "USD");

  PaymentMoney money = money_after({});
  money.currency = *Currency::parse("JPY");
  Event approval = event_of(approved(CardDetail{}), money.version);
  approval.currency = money.currency;
  PaymentMoney after = money;
  const auto computed = postings(approval, money, fold(after, approval));
  ASSERT_EQ(computed.size(), 2U);
  for (const auto& posting : computed) EXPECT_EQ(posting.currency.code(), "JPY");
}

TEST(Postings, a_sum_beyond_64_bits_takes_several_and_stays_whole) {
  const Event event = event_of(lines({line(kMost, 0, 0), line(kMost, 0, 0), line(5, 0, 0)}));
  const auto computed = postings(event);
  ASSERT_EQ(computed.size(), 6U);
  EXPECT_TRUE(is_balanced(computed));
  EXPECT_EQ(computed[0].debit, kMost);
  EXPECT_EQ(computed[1].debit, kMost);
  EXPECT_EQ(computed[2].debit, 5);
}

TEST(Postings, a_line_that_does_not_add_up_is_not_balanced) {
  SettlementLine bad = line(10'000, 250, 25);
  bad.net += 1;
  EXPECT_FALSE(is_balanced(postings(event_of(lines({bad})))));
}

TEST(Postings, currencies_do_not_balance_each_other) {
  const Currency usd = *Currency::parse("USD");
  EXPECT_FALSE(is_balanced({{Account::bank, Currency(), 5, 0}, {Account::fee_income, usd, 0, 5}}));
  EXPECT_TRUE(is_balanced({}));
}

// Whatever lines a run makes: what leaves `unsettled` is what arrives at the merchant, the state and us.
TEST(Postings, random_chunks_of_lines_are_balanced_and_lose_nothing) {
  Rng rng(11);
  for (int round = 0; round < 500; ++round) {
    std::vector<SettlementLine> chunk;
    int128 gross = 0;
    int128 net = 0;
    for (std::uint64_t i = 0, count = rng.below(40); i < count; ++i) {
      const std::int64_t sign = rng.chance(30) ? -1 : 1;
      chunk.push_back(line(sign * static_cast<std::int64_t>(rng.below(5'000'000)),
                           sign * static_cast<std::int64_t>(rng.below(90'000)),
                           sign * static_cast<std::int64_t>(rng.below(9'000))));
      gross += chunk.back().gross;
      net += chunk.back().net;
    }
    const auto computed = postings(event_of(lines(chunk)));
    ASSERT_TRUE(is_balanced(computed)) << "round " << round;
    std::set<std::pair<Account, bool>> seen;
    for (const auto& p : computed) {
      ASSERT_TRUE((p.debit == 0) != (p.credit == 0));
      ASSERT_TRUE(seen.insert({p.account, p.debit > 0}).second) << "one posting per account and side";
      if (p.account == Account::merchants_unsettled) gross -= p.debit - p.credit;
      if (p.account == Account::merchants_settled) net -= p.credit - p.debit;
    }
    ASSERT_TRUE(gross == 0 && net == 0) << "round " << round;
  }
}

}  // namespace
}  // namespace wonjang::journal
