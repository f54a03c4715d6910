#include "domain/settlement/acquirer_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/settlement/csv.h"

namespace wonjang::settlement {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(AcquirerFile, columns_come_in_any_order_and_optional_ones_may_be_absent) {
  const auto got = parse_acquirer_file(
      "\xEF\xBB\xBF"
      "date,number,amount,fee\r\n2026-03-02,\"00,12\",-1500,-30\r\n\r\n2026-03-03,77,2000,\r\n");
  ASSERT_THAT(got.faults, IsEmpty());
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(got.rows[0].their_key, "00,12");
  EXPECT_EQ(got.rows[0].amount, -1500);
  EXPECT_EQ(got.rows[0].fee, -30);
  EXPECT_EQ(got.rows[0].line_no, 2U);
  EXPECT_EQ(got.rows[1].line_no, 4U);
  EXPECT_EQ(to_text(got.rows[1].date), "2026-03-03");
}

struct Fault {
  const char* text;
  std::uint32_t line;
  const char* what;
};

TEST(AcquirerFile, a_bad_line_is_named_and_nothing_of_the_file_is_taken) {
  const Fault faults[] = {
      {"", 1, "the file is empty"},
      {"number,amount\n", 1, "`date` is missing"},
      {"number,amount,date,amout\n", 1, "no column `amout`"},
      {"number,number,amount,date\n", 1, "stands twice"},
      {"number,amount,date\n", 1, "no rows"},
      {"number,amount,date\nA,1,2026-01-01\nB,1.5,2026-01-01\n", 3, "`amount`"},
      {"number,amount,date\nA,0,2026-01-01\n", 2, "`amount`"},
      {"number,amount,date\nA,\"1,000\",2026-01-01\n", 2, "no separators"},
      {"number,amount,date\nA,99999999999999999999,2026-01-01\n", 2, "`amount`"},
      {"number,amount,date\nA,1,2026-02-30\n", 2, "`date`"},
      {"number,amount,date\n,1,2026-01-01\n", 2, "`number`"},
      {"number,amount,date\nA,1\n", 2, "2 fields"},
      {"number,amount,date\n\"A,1,2026-01-01\n", 2, "no end"},
      {"number,amount,date\nA\"B,1,2026-01-01\n", 2, "middle"},
      {"number,amount,date,card_tail\nA,1,2026-01-01,123456\n", 2, "last 4"},
      // Found by audit: a column that had slipped booked 999,999 of fees on a payment of 10,000.
      {"number,amount,date,fee\nA,10000,2026-01-01,999999\n", 2, "`fee` of 999999 is more than the `amount`"},
      {"number,amount,date,fee\nA,10000,2026-01-01,10001\n", 2, "more than"},
      {"number,amount,date,fee\nA,-10000,2026-01-01,-10001\n", 2, "more than"},
      {"number,fee,amount,date\nA,-5,10000,2026-01-01\n", 2, "`fee` must have the sign of `amount`"},
      {"number,amount,date,fee\nA,-10000,2026-01-01,5\n", 2, "`fee` must have the sign of `amount`"},
  };
  for (const auto& each : faults) {
    SCOPED_TRACE(each.text);
    const auto got = parse_acquirer_file(each.text);
    EXPECT_THAT(got.rows, IsEmpty());
    ASSERT_FALSE(got.faults.empty());
    EXPECT_EQ(got.faults[0].line_no, each.line);
    EXPECT_THAT(got.faults[0].what, HasSubstr(each.what));
  }
}

TEST(AcquirerFile, a_fee_up_to_the_whole_amount_is_taken) {
  const auto got = parse_acquirer_file(
      "number,amount,date,fee\nA,1,2026-01-01,1\nB,-100,2026-01-01,-100\nC,-100,2026-01-01,0\n");
  EXPECT_THAT(got.faults, IsEmpty());
  EXPECT_EQ(got.rows.size(), 3U);
}

TEST(AcquirerFile, faults_are_listed_up_to_a_bound) {
  std::string text = "number,amount,date\n";
  for (int i = 0; i < 50; ++i) text += "A,x,2026-01-01\n";
  EXPECT_EQ(parse_acquirer_file(text).faults.size(), kFileFaultsMax);
}

TEST(Csv, what_is_written_is_read_again_and_formulas_are_text) {
  std::string text;
  append_csv(text, {"plain", "with,comma", "with \"quote\"", "two\nlines", "-15", ""});
  append_csv(text, {"=1+1", "@x", "+82", "-x"});
  CsvReader csv(text);
  EXPECT_THAT(*csv.next(), ElementsAre("plain", "with,comma", "with \"quote\"", "two\nlines", "-15", ""));
  EXPECT_THAT(*csv.next(), ElementsAre("'=1+1", "'@x", "'+82", "'-x"));
  EXPECT_EQ(csv.line_no(), 3U);
  EXPECT_FALSE(csv.next().has_value());
}

// Found by audit: full-width signs, which spreadsheets of Korean offices run too, passed.
TEST(Csv, whatever_a_spreadsheet_would_run_is_text) {
  for (const std::string start : {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =",
                                  "\u00a0+", "\u3000－", "\uFEFF@", "  ＝"}) {
    const auto text = start + "cmd|'/c calc'!A0";
    EXPECT_EQ(csv_guarded(text), "'" + text) << text;
    std::string line;
    append_csv(line, {text});
    CsvReader csv(line);
    EXPECT_THAT(*csv.next(), ElementsAre("'" + text));
  }
  for (const std::string plain : {"", " ", "a=b", "-15", "12", "'=1", "김민수", "a-b"})
    EXPECT_EQ(csv_guarded(plain), plain);
}

TEST(Csv, a_fault_of_the_last_line_stays_behind_the_end) {
  CsvReader csv("a,b\nc,\"d\ne,f\n");
  EXPECT_TRUE(csv.next().has_value());
  EXPECT_TRUE(csv.fault().empty());
  EXPECT_TRUE(csv.next().has_value());
  EXPECT_FALSE(csv.fault().empty());
  EXPECT_FALSE(csv.next().has_value());
  EXPECT_FALSE(csv.fault().empty());
  EXPECT_EQ(csv.line_no(), 2U);
}

}  // namespace
}  // namespace wonjang::settlement
