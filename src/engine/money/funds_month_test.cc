// What the funds position said each evening, it says for ever.
#include <map>
#include <set>

#include "base/rng.h"
#include "engine/money/funds.h"
#include "engine/money/payout_file.h"
#include "engine/money/payout_results.h"
#include "engine/money/payout_run.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kFirst = day("2026-10-19");  // a Monday
constexpr std::int32_t kDays = 31;
const Currency kDollar = *Currency::parse("USD");

// What stands below a row, in an order of its own.
std::string in_words(const FundsLines& lines) {
  std::multiset<std::string> parts;
  for (const auto& open : lines.items) {
    parts.insert("item " + settlement::text_of(open.item.key) + " " + std::to_string(open.item.amount) +
                 " of " + to_text(open.day));
  }
  for (const auto& line : lines.lines)
    parts.insert("line " + settlement::text_of(line.key) + " " + std::to_string(line.net));
  for (const auto& payout : lines.payouts) {
    parts.insert("payout " + payout.requested.payout.text() + " " + std::string(code_of(payout.state)) + " " +
                 std::to_string(payout.requested.amount));
  }
  for (const auto& carried : lines.carried)
    parts.insert("carried " + carried.from.text() + " " + std::to_string(carried.amount));
  std::string out = "kept back " + std::to_string(lines.kept_back);
  for (const auto& part : parts) out += "\n" + part;
  return out;
}

// A month of a house: sales in two currencies, late cancels, runs, payouts that are paid, fail and come back,
// a hold, ratios and holdings. Every evening the question of the day.
class Month {
 public:
  explicit Month(std::uint32_t books) : rig_(books) {
    go_to(kFirst, 8);
    for (int i = 0; i < 4; ++i) merchants_.push_back(rig_.shop());
    auto dollars = MoneyRig::contract(merchants_[0]);
    dollars.currency = kDollar;
    rig_.approve(dollars);
    auto keeping = MoneyRig::contract(merchants_[2]);
    keeping.version = 2;
    keeping.keep_back = 20'000;
    rig_.approve(keeping);
    rig_.approve(settlement::FundsRatio{kFirst, 600'000, "guideline"});
  }

  MoneyRig& rig() { return rig_; }
  const std::map<BusinessDate, FundsPosition>& said() const { return said_; }
  using Row = std::tuple<BusinessDate, MerchantNo, Currency>;
  const std::map<Row, std::string>& below() const { return below_; }

  void live() {
    for (std::int32_t i = 0; i < kDays; ++i) {
      today_ = {kFirst.days + i};
      go_to(today_, 9);
      morning(i);
      for (int hour = 10; hour < 23; ++hour) {
        go_to(today_, hour);
        trade();
      }
      // Recorded times rise: with a microsecond left, the second event of a moment would be of the next day.
      rig_.clock.set(start_of({today_.days + 1}).plus_ms(-1));
      if (i % 7 != 6) trade();  // in the day's last moment; some days end quietly
      auto position = funds_position(rig_.reader(), today_);
      ASSERT_TRUE(position) << position.error().message;
      for (const auto& row : position->rows) {
        const auto lines = funds_lines(rig_.reader(), row.merchant_no, row.currency, 10'000);
        ASSERT_TRUE(lines) << lines.error().message;
        below_[{today_, row.merchant_no, row.currency}] = in_words(*lines);
      }
      said_.emplace(today_, *std::move(position));
    }
  }

 private:
  void go_to(BusinessDate date, int hour) { rig_.clock.set(start_of(date).plus_ms(hour * 3'600'000LL)); }

  void trade() {
    if (!rng_.chance(60)) return;
    Sale sale;
    sale.amount = static_cast<std::int64_t>(1'000 + rng_.below(90'000));
    sale.at = rig_.clock.now().plus_ms(-1'000 * static_cast<std::int64_t>(rng_.below(90'000)));
    const auto whose = rng_.below(merchants_.size());
    if (whose == 0 && rng_.chance(50)) sale.currency = kDollar;
    sold_.push_back({rig_.sell(merchants_[whose], sale), sale.amount});
    auto& some = sold_[rng_.below(sold_.size())];
    if (some.left < 100 || !rng_.chance(40)) return;
    const auto back = rng_.chance(30) ? some.left : some.left / 3;
    some.left -= back;
    rig_.cancel(some.payment, back, today_);
  }

  void morning(std::int32_t i) {
    if (i > 0) rig_.must_run({today_.days - 1});
    if (i == 9) rig_.approve(settlement::Hold{merchants_[1], true, today_, "a person looks"});
    if (i == 16) rig_.approve(settlement::Hold{merchants_[1], false, today_, "fine"});
    if (i == 12) rig_.approve(settlement::FundsRatio{{today_.days + 3}, 800'000, "law"});
    if (i % 3 == 2)
      rig_.approve(settlement::FundsHeld{{today_.days - 1}, "TRUST", "bank-a", {}, 50'000 + i * 1'000});
    hold_apart(i);
    pay_out();
    answer();
  }
  // Accounts of merchants, and some days on which more is held than anybody is owed.
  void hold_apart(std::int32_t i) {
    const auto hold = [&](const char* kind, std::int64_t amount, MerchantId merchant,
                          Currency currency = {}) {
      rig_.approve(settlement::FundsHeld{today_, kind, "bank-b", currency, amount, merchant});
    };
    if (i % 5 == 3) hold("DEPOSIT", 20'000 + i * 7'001, merchants_[1]);
    if (i == 10) hold("DEPOSIT", 900'000'000, merchants_[2]);
    if (i == 14) hold("DEPOSIT", 0, merchants_[2]);
    if (i == 6) hold("TRUST", 33'333, merchants_[0], kDollar);
    if (i == 20) hold("GUARANTEE_INSURANCE", 900'000'000, {});
    if (i == 24) hold("GUARANTEE_INSURANCE", 0, {});
  }
  void pay_out() {
    PayoutOptions options;
    options.date = today_;
    options.also_on_closed_day = true;
    options.owner = rig_.owner();
    ASSERT_TRUE(run_payouts(rig_.ports(), options));
  }
  // The bank's answers to what was sent, and to some that it had paid before.
  void answer() {
    const auto file = send_payouts(rig_.ports(), today_, "file-" + to_text(today_), rig_.owner());
    std::string csv = "payout_id,state\n";
    if (file) {
      for (auto at = file->csv.find("pyo_"); at != std::string::npos; at = file->csv.find("pyo_", at + 1)) {
        const auto id = file->csv.substr(at, 30);
        const auto fate = rng_.below(10);
        if (fate < 6) csv += id + ",PAID\n";
        if (fate < 6) paid_.push_back(id);
        if (fate == 6) csv += id + ",FAILED\n";
      }
    }
    if (!paid_.empty() && rng_.chance(40)) {
      const auto at = rng_.below(paid_.size());
      csv += paid_[at] + ",RETURNED\n";
      paid_.erase(paid_.begin() + static_cast<std::ptrdiff_t>(at));
      ++returned;
    }
    const auto results = parse_payout_results(csv);
    ASSERT_TRUE(results && apply_payout_results(rig_.ports(), *results, "bank", rig_.owner()));
  }

  struct Sold {
    PaymentId payment;
    std::int64_t left = 0;
  };
  MoneyRig rig_;
  Rng rng_{20261119};
  BusinessDate today_;
  std::vector<MerchantId> merchants_;
  std::vector<Sold> sold_;
  std::vector<std::string> paid_;
  std::map<BusinessDate, FundsPosition> said_;
  std::map<Row, std::string> below_;

 public:
  int returned = 0;
};

// A projection that reads the whole log at once, one book behind the other.
std::shared_ptr<const KvSnapshot> rebuilt(MoneyRig& rig, std::unique_ptr<MemoryKv>& store) {
  Money money(rig.log, rig.codec);
  const auto spaces = money.spaces();
  store = MemoryKv::open(std::make_shared<MemoryKvDisk>(), {spaces.begin(), spaces.end()}).value();
  EXPECT_TRUE(money.open(*store));
  for (std::uint32_t book = rig.log.books(); book-- > 0;) {
    auto units = rig.log.read(book, 0, 1'000'000, std::size_t{1} << 30U).value();
    std::vector<LogUnit> batch;
    for (auto& unit : units) batch.push_back({book, std::move(unit)});
    KvBatch out;
    const auto done = money.apply(batch, out);
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_TRUE(store->write(out));
  }
  return store->snapshot();
}

class FundsMonth : public testing::TestWithParam<std::uint32_t> {};

TEST_P(FundsMonth, what_was_said_in_the_evening_is_said_of_that_day_for_ever) {
  Month month(GetParam());
  month.live();
  ASSERT_EQ(month.said().size(), static_cast<std::size_t>(kDays));
  ASSERT_GT(month.returned, 2);
  std::unique_ptr<MemoryKv> store;
  const auto snapshot = rebuilt(month.rig(), store);
  std::size_t with_gap = 0;
  for (const auto& [date, said] : month.said()) {
    const auto later = funds_position(month.rig().reader(), date);
    ASSERT_TRUE(later) << later.error().message;
    EXPECT_EQ(*later, said) << to_text(date);
    for (const auto format : {FundsFormat::v1, FundsFormat::v2})
      EXPECT_EQ(funds_report(*later, "place", format), funds_report(said, "place", format));
    const auto again = funds_position(MoneyReader(*snapshot), date);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, said) << to_text(date) << " of a store built anew";
    for (const auto& total : said.totals) with_gap += total.gap > 0 ? 1 : 0;
  }
  EXPECT_GT(with_gap, 10U);
  EXPECT_NE(month.said().begin()->second.totals, month.said().rbegin()->second.totals);
}
// What the header promises of rows and totals.
TEST_P(FundsMonth, what_is_held_for_merchants_adds_up_to_what_the_house_holds_every_day) {
  Month month(GetParam());
  month.live();
  std::map<std::string, int> seen;
  for (const auto& [date, said] : month.said()) {
    for (const auto& total : said.totals) {
      const auto where = to_text(date) + " " + std::string(total.currency.code());
      int128 held = 0;
      int128 required = 0;
      int128 gap = 0;
      int128 in_own = 0;
      std::map<MerchantId, int128> own;
      for (const auto& one : said.held) {
        if (one.currency == total.currency && !one.merchant.is_zero()) own[one.merchant] += one.amount;
      }
      int128 own_over = 0;
      for (const auto& row : said.rows) {
        if (row.currency != total.currency) continue;
        held += row.held();
        required += row.required;
        gap += row.gap;
        in_own += row.own;
        EXPECT_EQ(row.own, own[row.merchant]) << where;
        own_over += std::max<int128>(row.own - row.required, 0);
        own.erase(row.merchant);
        EXPECT_GE(row.share, 0) << where;
        EXPECT_LE(row.share, std::max<int128>(row.approved_unpaid - row.own, 0)) << where;
        EXPECT_EQ(row.gap, std::max<int128>(row.required - row.held(), 0)) << where;
      }
      for (const auto& [whose, amount] : own) own_over += amount;  // of who is owed nothing
      EXPECT_EQ(held + total.unassigned, total.held) << where;
      EXPECT_GE(total.unassigned, 0) << where;
      EXPECT_EQ(required, total.rows_required) << where;
      EXPECT_EQ(gap, total.rows_gap) << where;
      EXPECT_EQ(gap, std::max<int128>(required + own_over - total.held, 0)) << where;
      EXPECT_GE(gap, total.gap) << where;
      seen["own"] += in_own > 0 ? 1 : 0;
      seen["share"] += held > in_own ? 1 : 0;
      seen["unassigned"] += total.unassigned > 0 ? 1 : 0;
      seen["covered"] += required > 0 && gap == 0 ? 1 : 0;
      seen["rounded"] += required > total.required ? 1 : 0;
      seen["own_over"] += gap - total.gap > required - total.required ? 1 : 0;
    }
  }
  for (const char* what : {"own", "share", "unassigned", "covered", "rounded", "own_over"})
    EXPECT_GT(seen[what], 2) << what;
}
TEST_P(FundsMonth, below_each_row_stands_what_stood_there_in_the_evening) {
  Month month(GetParam());
  month.live();
  std::map<std::string, int> kinds;
  for (const auto& [row, said] : month.below()) {
    const auto& [date, merchant, currency] = row;
    FundsLinesAsked asked{merchant, currency, date, 10'000};
    const auto later = funds_lines_at(month.rig().reader(), {month.rig().log, month.rig().codec}, asked);
    ASSERT_TRUE(later) << to_text(date) << " " << merchant << ": " << later.error().message;
    EXPECT_FALSE(later->truncated);
    EXPECT_EQ(in_words(*later), said) << to_text(date) << " of merchant " << merchant;
    for (const char* kind : {"item", "line", "payout", "carried"})
      kinds[kind] += said.find(std::string("\n") + kind) != std::string::npos ? 1 : 0;
    kinds["kept"] += later->kept_back > 0 ? 1 : 0;
    asked.count_max = 1;
    const auto few = funds_lines_at(month.rig().reader(), {month.rig().log, month.rig().codec}, asked);
    ASSERT_TRUE(few);
    EXPECT_EQ(few->sum, later->sum) << "of all, also of those left out";
    EXPECT_EQ(few->truncated,
              later->items.size() > 1 || later->lines.size() > 1 || later->payouts.size() > 1);
  }
  for (const char* kind : {"item", "line", "payout", "carried", "kept"}) EXPECT_GT(kinds[kind], 3) << kind;
}

INSTANTIATE_TEST_SUITE_P(Books, FundsMonth, testing::Values(1U, 3U));

TEST(FundsDay, nothing_was_owed_before_the_first_sale) {
  MoneyRig rig;
  rig.sell(rig.shop(), 10'000, day("2026-11-18"));
  const auto before = funds_position(rig.reader(), day("2026-11-19"));
  ASSERT_TRUE(before);
  EXPECT_TRUE(before->rows.empty());
  EXPECT_TRUE(before->positions.empty());
  const auto now = funds_position(rig.reader(), day("2026-11-20"));
  ASSERT_TRUE(now);
  EXPECT_EQ(now->rows.at(0).approved_unpaid, 10'000) << "recorded then, whenever it was approved";
}

TEST(FundsDay, a_merchant_that_was_paid_out_stands_at_zero_and_not_at_the_day_before) {
  MoneyRig rig;
  rig.clock.set(noon_of(day("2026-11-16")));
  const auto merchant = rig.shop();
  const auto sold = rig.sell(merchant, 10'000, day("2026-11-16"));
  rig.clock.set(noon_of(day("2026-11-17")));
  rig.cancel(sold, 10'000, day("2026-11-17"));
  rig.clock.set(noon_of(day("2026-11-18")));
  rig.sell(merchant, 5, day("2026-11-18"));
  const auto at = [&](const char* date) {
    const auto position = funds_position(rig.reader(), day(date));
    EXPECT_TRUE(position);
    return position->rows.empty() ? int128{0} : position->rows[0].approved_unpaid;
  };
  EXPECT_EQ(at("2026-11-15"), 0);
  EXPECT_EQ(at("2026-11-16"), 10'000);
  EXPECT_EQ(at("2026-11-17"), 0);
  EXPECT_EQ(at("2026-11-18"), 5);
}

TEST(FundsDay, holdings_confirmed_the_morning_after_count_for_who_asks_as_known_then) {
  MoneyRig rig;
  rig.sell(rig.shop(), 10'000, day("2026-11-20"));
  rig.approve(settlement::FundsRatio{day("2026-01-01"), 1'000'000, "law"});
  rig.clock.set(noon_of(day("2026-11-21")));
  rig.approve(settlement::FundsHeld{day("2026-11-20"), "TRUST", "bank-a", {}, 4'000});
  const auto then = funds_position(rig.reader(), day("2026-11-20"));
  ASSERT_TRUE(then);
  EXPECT_EQ(then->totals.at(0).gap, 10'000);
  const auto known = funds_position(rig.reader(), day("2026-11-20"), day("2026-11-21"));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->totals.at(0).gap, 6'000);
  EXPECT_EQ(known->rows.at(0).gap, 6'000);
  EXPECT_EQ(known->rows.at(0).approved_unpaid, then->rows.at(0).approved_unpaid) << "the money is that day's";
}

// Reports that were made and signed before there was another format are made again to the byte.
TEST(FundsReport, its_first_format_stays_as_it_was) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.sell(merchant, 10'000, day("2026-11-20"));
  rig.approve(settlement::FundsRatio{day("2026-01-01"), 600'000, "law"});
  rig.approve(settlement::FundsHeld{day("2026-11-20"), "TRUST", "bank \"a\", Seoul", {}, 4'000});
  const auto position = funds_position(rig.reader(), day("2026-11-20"));
  ASSERT_TRUE(position);
  const std::string day_of = ",2026-11-20,2026-11-20,lp_1,600000,";
  EXPECT_EQ(funds_report(*position, "lp_1", FundsFormat::v1),
            "record,as_of,known_at,ledger_position,ratio_ppm,currency,merchant_id,kind,institution,"
            "approved_unpaid,required_amount,held_amount,gap\r\n"
            "REPORT" +
                day_of +
                ",,,,,,,\r\n"
                "TOTAL" +
                day_of +
                "KRW,,,,10000,6000,4000,2000\r\n"
                "HELD" +
                day_of +
                "KRW,,TRUST,\"bank \"\"a\"\", Seoul\",,,4000,\r\n"
                "MERCHANT" +
                day_of + "KRW," + merchant.text() + ",,,10000,6000,,\r\n");
}

TEST(FundsReport, it_is_one_table_whose_merchants_add_up_to_its_totals) {
  MoneyRig rig;
  const auto first = rig.shop();
  const auto second = rig.shop();
  rig.sell(first, 10'001, day("2026-11-20"));
  rig.sell(second, 5'001, day("2026-11-20"));
  rig.approve(settlement::FundsRatio{day("2026-01-01"), 600'000, "law"});
  rig.approve(settlement::FundsHeld{day("2026-11-20"), "TRUST", "bank-a", {}, 2'002});
  rig.approve(settlement::FundsHeld{day("2026-11-20"), "DEPOSIT", "bank-b", {}, 5'000, second});
  const auto position = funds_position(rig.reader(), day("2026-11-20"));
  ASSERT_TRUE(position);
  const std::string day_of = ",2026-11-20,2026-11-20,lp_1,600000,";
  EXPECT_EQ(funds_report(*position, "lp_1", FundsFormat::v2),
            "record,as_of,known_at,ledger_position,ratio_ppm,currency,merchant_id,kind,institution,"
            "approved_unpaid,required_amount,held_amount,gap,held_own,held_share,unassigned,"
            "merchants_required,merchants_gap,format\r\n"
            "REPORT" +
                day_of +
                ",,,,,,,,,,,,,2\r\n"
                "TOTAL" +
                day_of +
                "KRW,,,,15002,9002,7002,2000,,,0,9002,3999,2\r\n"
                "HELD" +
                day_of + "KRW," + second.text() +
                ",DEPOSIT,bank-b,,,5000,,,,,,,2\r\n"
                "HELD" +
                day_of +
                "KRW,,TRUST,bank-a,,,2002,,,,,,,2\r\n"
                "MERCHANT" +
                day_of + "KRW," + first.text() +
                ",,,10001,6001,2002,3999,0,2002,,,,2\r\n"
                "MERCHANT" +
                day_of + "KRW," + second.text() + ",,,5001,3001,5000,0,5000,0,,,,2\r\n");
}

}  // namespace
}  // namespace wonjang::money
