#include "engine/money/payout_results.h"

#include <gmock/gmock.h>

#include "domain/decide_parts.h"
#include "domain/settlement/csv.h"
#include "engine/money/journal_reader.h"
#include "engine/money/payout_file.h"
#include "engine/money/payout_parts.h"
#include "engine/money/payout_run.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

using settlement::PayoutState;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const BusinessDate kSoldMonday = day("2026-11-16");  // Monday; paid on Wednesday
const BusinessDate kPaidOn = day("2026-11-18");
const BusinessDate kPaidNext = day("2026-11-19");

// Two payouts of 18 November, 9,725 and 19,450 won, are SENT. It is noon of 20 November.
class PayoutResultRows : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::int64_t amount : {10'000, 20'000}) {
      shops_.push_back(rig_.shop());
      rig_.sell(shops_.back(), amount, kSoldMonday);
    }
    rig_.must_run(kSoldMonday);
    file_ = pay(kPaidOn);
    ASSERT_EQ(all().size(), 2U);
    id_ = all().at(0).requested.payout.text();
  }
  std::string pay(BusinessDate date) {
    PayoutOptions options;
    options.date = date;
    options.owner = rig_.owner();
    const auto report = run_payouts(rig_.ports(), options);
    EXPECT_TRUE(report);
    const auto file = send_payouts(rig_.ports(), date, "file-" + to_text(date), rig_.owner());
    EXPECT_TRUE(file) << file.error().message;
    return file ? file->csv : std::string();
  }
  std::vector<PayoutNow> all() {
    std::vector<PayoutNow> out;
    MoneyRig::must(rig_.reader().payouts(day("2026-01-01"), day("2027-01-01"), {},
                                         [&](const PayoutNow& one) -> Result<bool> {
                                           out.push_back(one);
                                           return true;
                                         }));
    return out;
  }
  PayoutState state() { return all().at(0).state; }
  std::vector<PayoutNow> disputed() {
    const auto found = rig_.reader().disputed_payouts({}, {}, 10);
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->items : std::vector<PayoutNow>();
  }
  std::vector<settlement::CarriedOver> carried() {
    return rig_.reader().standing(rig_.number_of(shops_[0]), Currency()).value().carried;
  }
  std::map<journal::Account, std::int64_t> balances() {
    std::map<journal::Account, std::int64_t> out;
    const auto now = JournalReader(rig_.snapshot()).now();
    EXPECT_TRUE(now);
    for (const auto& row : now->rows())
      out[row.account] = static_cast<std::int64_t>(row.sum.debit - row.sum.credit);
    return out;
  }
  ResultsApplied apply(const std::string& csv) {
    const auto parsed = parse_payout_results(csv);
    EXPECT_TRUE(parsed) << parsed.error().message;
    if (!parsed) return {};
    auto applied = apply_payout_results(rig_.ports(), *parsed, "bank.csv", rig_.owner());
    EXPECT_TRUE(applied) << applied.error().message;
    return applied ? *std::move(applied) : ResultsApplied();
  }
  // A row of the first payout alone; why it was refused, empty: it was applied.
  std::string why(const std::string& columns, const std::string& values) {
    const auto events = rig_.events();
    const auto applied = apply("payout_id," + columns + "\n" + id_ + "," + values + "\n");
    if (applied.refused.empty()) return "";
    EXPECT_EQ(applied.refused[0].line_no, 2U);
    EXPECT_EQ(rig_.events(), events) << "a refused row changes nothing";
    return applied.refused[0].why;
  }
  // `file` with `header` and `values` behind each of its lines.
  static std::string with(const std::string& file, const std::string& header, const std::string& values) {
    settlement::CsvReader reader(file);
    std::string out;
    for (auto fields = reader.next(); fields; fields = reader.next()) {
      std::string line;
      settlement::append_csv(line, *fields);
      out += line.substr(0, line.size() - 2) + "," + (out.empty() ? header : values) + "\r\n";
    }
    return out;
  }

  MoneyRig rig_;
  std::vector<MerchantId> shops_;
  std::string file_;
  std::string id_;
};

// Found by audit: the bank said 9 of a payout of 97, and it was PAID with 97.
TEST_F(PayoutResultRows, another_amount_currency_account_date_or_merchant_is_refused) {
  EXPECT_THAT(why("state,amount", "PAID,9"),
              StartsWith("its amount is 9725 KRW, the row says 9: ask the bank"));
  for (const char* amount : {"9724", "9726", "9725.5", "972500", "-9725", "+9725", "\"9,725\"", "9725 ", "x",
                             "9725.", ".9725", "99999999999999999999"}) {
    EXPECT_THAT(why("state,amount", std::string("PAID,") + amount), HasSubstr("its amount is 9725 KRW"))
        << amount;
  }
  EXPECT_THAT(why("state,currency", "PAID,USD"), HasSubstr("its currency is KRW, the row says USD"));
  EXPECT_THAT(why("state,account", "PAID,wrong"), HasSubstr("its account is acct_1, the row says wrong"));
  EXPECT_THAT(why("state,date", "PAID,2026-11-19"), HasSubstr("its date is 2026-11-18"));
  EXPECT_THAT(why("state,merchant_id", "PAID," + shops_[1].text()), HasSubstr("its merchant_id is"));
  EXPECT_THAT(why("state,amount", "FAILED,9"), HasSubstr("its amount"));
  EXPECT_EQ(state(), PayoutState::sent);

  EXPECT_EQ(why("amount,state,currency,account,date,merchant_id",
                "9725.00,PAID,KRW,acct_1,2026-11-18," + shops_[0].text()),
            "");
  EXPECT_EQ(state(), PayoutState::paid);
  EXPECT_THAT(why("state,amount", "PAID,9"), HasSubstr("its amount")) << "though it is known already";
  EXPECT_EQ(why("state,amount", "RETURNED,"), "") << "an empty field says nothing";
}

TEST_F(PayoutResultRows, our_own_file_comes_back_with_the_banks_columns) {
  const auto applied =
      apply(with(file_, "state,bank_trace_no,at,failure", "PAID,77,2026-11-20T09:00:00+09:00,"));
  EXPECT_EQ(applied.applied, 2U);
  EXPECT_THAT(applied.refused, IsEmpty());
  for (const auto& payout : all()) EXPECT_EQ(payout.state, PayoutState::paid);
}

// Of a contract from before such accounts were refused.
TEST_F(PayoutResultRows, an_account_that_the_file_guards_comes_back_as_it_went_out) {
  auto contract = MoneyRig::contract(shops_[0]);
  contract.payout_account = "+8211";
  rig_.approve(contract);
  rig_.sell(shops_[0], 1'000, day("2026-11-17"));
  rig_.must_run(day("2026-11-17"));
  const auto file = pay(kPaidNext);
  EXPECT_THAT(file, HasSubstr("'+8211"));
  const auto applied = apply(with(file, "state", "PAID"));
  EXPECT_EQ(applied.applied, 1U);
  EXPECT_THAT(applied.refused, IsEmpty());
}

// Found by audit: a mistyped column was silently nothing.
TEST_F(PayoutResultRows, an_unknown_column_is_refused_with_its_line_and_the_known_names) {
  for (const std::string column : {"amout", "failures", "At", "state ", "Payout_ID", ""}) {
    const auto parsed = parse_payout_results("payout_id,state," + column + "\n" + id_ + ",PAID,x\n");
    ASSERT_FALSE(parsed) << column;
    EXPECT_EQ(parsed.error().kind, ErrorKind::invalid);
    EXPECT_EQ(parsed.error().message,
              "line 1: there is no column `" + column +
                  "`; columns are payout_id, state, bank_trace_no, at, failure, merchant_id, date, currency, "
                  "amount, account; nothing of the file was applied");
  }
}

// Found by audit: paid in 2029, and failed seven years before it was requested.
TEST_F(PayoutResultRows, a_time_to_come_or_before_the_payout_is_refused_in_every_state) {
  const auto now = rig_.clock.now();
  const auto just_too_late = to_rfc3339_micros(now.plus_ms(kAheadMsMax).plus_us(1));
  for (const std::string state : {"PAID", "FAILED", "RETURNED"}) {
    EXPECT_THAT(why("state,at", state + ",2029-01-01T00:00:00+09:00"), HasSubstr("more than a day ahead"));
    EXPECT_THAT(why("state,at", state + "," + just_too_late), HasSubstr("more than a day ahead"));
    EXPECT_THAT(why("state,at", state + ",2019-01-01T00:00:00+09:00"),
                HasSubstr("on 2019-01-01, before it was sent and before 2026-11-18"));
    EXPECT_THAT(why("state,at", state + ",2026-11-17T23:59:59+09:00"), HasSubstr("before it was sent"));
  }
  EXPECT_EQ(state(), PayoutState::sent);
  EXPECT_EQ(why("state,at", "PAID," + to_rfc3339_micros(now.plus_ms(kAheadMsMax))), "");
  EXPECT_THAT(why("state,at", "RETURNED,2029-01-01T00:00:00+09:00"), HasSubstr("more than a day ahead"));
}

// Found by audit: by then the amount is carried over, and nothing said that it would be paid twice.
TEST_F(PayoutResultRows, paid_after_it_failed_is_refused_and_says_where_the_money_is) {
  EXPECT_EQ(why("state,failure", "FAILED,account closed"), "");
  const auto said = apply("payout_id,state,amount\n" + id_ + ",PAID,9725\n");
  ASSERT_EQ(said.refused.size(), 1U);
  const auto waits = said.refused[0].why;
  EXPECT_THAT(waits, StartsWith("it is FAILED and can't become PAID"));
  EXPECT_THAT(waits,
              HasSubstr(shops_[0].text() + " would be paid twice: the 9725 KRW go into its next payout"));
  EXPECT_THAT(waits, HasSubstr("HOLD"));

  pay(kPaidNext);
  const auto payouts = all();
  ASSERT_EQ(payouts.size(), 3U);
  EXPECT_EQ(payouts[2].requested.amount, 9'725);
  EXPECT_THAT(why("state", "PAID"), HasSubstr("went into payout " + payouts[2].requested.payout.text()));
  // What the documents say then: the payout that took it over wasn't given to the bank, and is PAID as of the
  // first one's transfer. The books have the money once.
  const auto next =
      apply("payout_id,state,bank_trace_no\n" + payouts[2].requested.payout.text() + ",PAID,77\n");
  EXPECT_EQ(next.applied, 1U);
  std::int64_t paid = 0;
  for (const auto& payout : all()) {
    if (payout.merchant == shops_[0] && payout.state == PayoutState::paid) paid += payout.requested.amount;
  }
  EXPECT_EQ(paid, 9'725);
}

// Found by review: the import's answer alone told of it, and who came the next day saw nothing.
TEST_F(PayoutResultRows, that_the_bank_takes_its_word_back_stands_in_a_list_until_it_is_decided) {
  EXPECT_EQ(why("state,failure", "FAILED,account closed"), "");
  EXPECT_TRUE(disputed().empty());
  const std::string paid = "payout_id,state,bank_trace_no\n" + id_ + ",PAID,77\n";
  const auto before = balances();
  EXPECT_EQ(apply(paid).refused.size(), 1U);
  ASSERT_EQ(disputed().size(), 1U);
  const auto dispute = disputed()[0].dispute;
  EXPECT_EQ(dispute->said.bank_says, PayoutState::paid);
  EXPECT_EQ(dispute->said.bank_trace_no, "77");
  EXPECT_EQ(dispute->by.id, rig_.owner().actor.id);
  EXPECT_EQ(state(), PayoutState::failed);
  EXPECT_EQ(balances(), before) << "noted, and nothing moves";
  const auto events = rig_.events();
  EXPECT_EQ(apply(paid).refused.size(), 1U);
  EXPECT_EQ(rig_.events(), events) << "however often the bank says it";

  const auto id = *settlement::PayoutId::parse(id_);
  const auto kept = decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/false, {}}, rig_.owner());
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->state, PayoutState::failed);
  EXPECT_TRUE(disputed().empty());
  EXPECT_EQ(balances(), before);
  const auto again = decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/true, {}}, rig_.owner());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::invalid);

  apply(paid);
  ASSERT_EQ(disputed().size(), 1U) << "it says so again";
  const auto elsewhere = decide_payout(rig_.ports(), {id, true, "key_of_somebody_else"}, rig_.owner());
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().kind, ErrorKind::conflict);
  const auto now = decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/true, {}}, rig_.owner());
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(now->state, PayoutState::paid);
  EXPECT_TRUE(disputed().empty());
  const auto decided = rig_.events();
  EXPECT_TRUE(decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/true, {}}, rig_.owner()));
  EXPECT_EQ(rig_.events(), decided) << "decided so already";
  auto after = before;
  after[journal::Account::merchants_settled] += 9'725;
  after[journal::Account::bank] -= 9'725;
  EXPECT_EQ(balances(), after);
  EXPECT_TRUE(carried().empty()) << "nothing waits for the next payout";
}

// FAILED after PAID was told in the import's answer alone; the merchant waited for money that the books had
// paid.
TEST_F(PayoutResultRows, what_failed_after_it_was_paid_stands_in_the_list_and_comes_back_when_it_is_decided) {
  const auto id = *settlement::PayoutId::parse(id_);
  EXPECT_EQ(apply("payout_id,state,bank_trace_no\n" + id_ + ",PAID,77\n").applied, 1U);
  const auto before = balances();
  const std::string failed = "payout_id,state,bank_trace_no,failure\n" + id_ + ",FAILED,77,account closed\n";
  const auto refused = apply(failed).refused;
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_THAT(refused[0].why, StartsWith("it is PAID and can't become FAILED"));
  EXPECT_THAT(refused[0].why, HasSubstr("GET /v1/payouts?disputed=true"));
  ASSERT_EQ(disputed().size(), 1U);
  EXPECT_EQ(disputed()[0].dispute->said.bank_says, PayoutState::failed);
  EXPECT_EQ(disputed()[0].dispute->said.failure, "account closed");
  EXPECT_EQ(state(), PayoutState::paid);
  EXPECT_EQ(balances(), before) << "noted, and nothing moves";
  const auto events = rig_.events();
  EXPECT_EQ(apply(failed).refused.size(), 1U);
  EXPECT_EQ(rig_.events(), events) << "however often the bank says it";

  const auto kept = decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/false, {}}, rig_.owner());
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->state, PayoutState::paid);
  EXPECT_TRUE(disputed().empty());
  EXPECT_EQ(balances(), before);
  EXPECT_FALSE(decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/true, {}}, rig_.owner()));

  apply(failed);
  ASSERT_EQ(disputed().size(), 1U) << "it says so again";
  const auto now = decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/true, {}}, rig_.owner());
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(now->state, PayoutState::returned);
  EXPECT_TRUE(disputed().empty());
  const auto decided = rig_.events();
  EXPECT_TRUE(decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/true, {}}, rig_.owner()));
  EXPECT_EQ(rig_.events(), decided) << "decided so already";
  auto after = before;
  after[journal::Account::merchants_settled] -= 9'725;
  after[journal::Account::bank] += 9'725;
  EXPECT_EQ(balances(), after);
  ASSERT_EQ(carried().size(), 1U);
  EXPECT_EQ(carried()[0], (settlement::CarriedOver{id, 9'725})) << "with the next payout";
}

// A file of FAILED that comes again once it was decided that the bank did pay.
TEST_F(PayoutResultRows, an_older_failure_again_disputes_nothing) {
  const auto id = *settlement::PayoutId::parse(id_);
  const std::string failed = "payout_id,state,bank_trace_no\n" + id_ + ",FAILED,11\n";
  EXPECT_EQ(apply(failed).applied, 1U);
  apply("payout_id,state,bank_trace_no\n" + id_ + ",PAID,77\n");
  ASSERT_TRUE(decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/true, {}}, rig_.owner()));
  const auto events = rig_.events();
  EXPECT_EQ(apply(failed).refused.size(), 1U);
  EXPECT_EQ(rig_.events(), events);
  EXPECT_TRUE(disputed().empty());
}

// Yesterday's file, sent again after the transfer came back, is no word taken back.
TEST_F(PayoutResultRows, an_older_file_again_disputes_nothing) {
  const std::string paid = "payout_id,state,bank_trace_no\n" + id_ + ",PAID,77\n";
  EXPECT_EQ(apply(paid).applied, 1U);
  EXPECT_EQ(why("state", "RETURNED"), "");
  const auto events = rig_.events();
  const auto again = apply(paid);
  ASSERT_EQ(again.refused.size(), 1U);
  EXPECT_THAT(again.refused[0].why, StartsWith("it is RETURNED and can't become PAID"));
  EXPECT_EQ(rig_.events(), events);
  EXPECT_TRUE(disputed().empty());
  apply("payout_id,state,bank_trace_no\n" + id_ + ",PAID,78\n");
  EXPECT_EQ(disputed().size(), 1U) << "another transfer is news";
}

TEST_F(PayoutResultRows, what_was_paid_after_all_is_taken_off_when_a_later_payout_has_it) {
  const auto id = *settlement::PayoutId::parse(id_);
  EXPECT_EQ(why("state", "FAILED"), "");
  apply("payout_id,state\n" + id_ + ",PAID\n");
  pay(kPaidNext);
  const auto second = all().at(2).requested;
  ASSERT_EQ(second.amount, 9'725);
  ASSERT_TRUE(decide_payout(rig_.ports(), {id, /*as_the_bank_says=*/true, {}}, rig_.owner()));
  ASSERT_EQ(carried().size(), 1U);
  EXPECT_EQ(carried()[0], (settlement::CarriedOver{id, -9'725}));
  // The second one comes to nothing: its amount is back, and what was paid already is off.
  const auto failed = apply("payout_id,state\n" + second.payout.text() + ",FAILED\n");
  EXPECT_EQ(failed.applied, 1U);
  rig_.sell(shops_[0], 40'000, day("2026-11-18"));
  rig_.must_run(day("2026-11-18"));
  pay(day("2026-11-20"));
  EXPECT_EQ(all().back().requested.amount, 38'900) << "of the new sale alone";
  EXPECT_TRUE(carried().empty());
}

TEST(PayoutParts, amounts_in_major_units_are_read_as_they_are_written) {
  const auto usd = *Currency::parse("USD");
  const auto kwd = *Currency::parse("KWD");
  for (const std::int64_t minor : {std::int64_t{0}, std::int64_t{1}, std::int64_t{99}, std::int64_t{100},
                                   std::int64_t{12'345}, std::int64_t{1} << 53}) {
    for (const auto currency : {Currency(), usd, kwd})
      EXPECT_EQ(minor_units_of(in_major_units(minor, currency), currency), minor);
  }
  EXPECT_EQ(minor_units_of("97.3", usd), 97'30);
  EXPECT_EQ(minor_units_of("97", usd), 97'00);
  EXPECT_EQ(minor_units_of("97.3000", usd), 97'30);
  EXPECT_EQ(minor_units_of("97.00", Currency()), 97);
  EXPECT_EQ(minor_units_of("097", Currency()), 97);
  for (const char* text : {"", ".", "1.", ".5", "1.5", "1.2.3", "1,5", "-1", " 1", "1e3", "0.001"})
    EXPECT_FALSE(minor_units_of(text, Currency()).has_value()) << text;
  EXPECT_FALSE(minor_units_of("97.301", usd).has_value());
  EXPECT_FALSE(minor_units_of("9999999999999999999", Currency()).has_value());
}

}  // namespace
}  // namespace wonjang::money
