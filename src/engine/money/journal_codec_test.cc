#include <gtest/gtest.h>

#include <limits>

#include "base/bytes.h"
#include "engine/money/journal_spaces.h"

namespace wonjang::money {
namespace {

using journal::Account;

JournalEntry sample_entry() {
  JournalEntry out;
  out.book = 3;
  out.position = 77;
  out.event = EventId(RawId{1, 2});
  out.type = "approval.approved";
  out.stream = {3, 4};
  out.recorded_at = {1'795'316'645'000'000};
  out.postings = {{Account::receivable_card, Currency(), 10'000, 0},
                  {Account::merchants_unsettled, Currency(), 0, 10'000}};
  return out;
}

JournalMark sample_mark() {
  JournalMark out;
  out.next = 78;
  out.entries = 16'384;
  out.event = EventId(RawId{1, 2});
  out.recorded_at = {1'795'316'645'000'000};
  out.sums.of(Account::bank, *Currency::parse("USD")) = {static_cast<int128>(1) << 100U, 5};
  out.sums.of(Account::bank, Currency()) = {0, 7};
  return out;
}

TEST(JournalCodec, gives_back_what_was_written) {
  const JournalEntry entry = sample_entry();
  EXPECT_EQ(*decode_entry(journal_key(3, 77), encode_entry(entry)), entry);
  const JournalMark mark = sample_mark();
  EXPECT_EQ(*decode_mark(encode_mark(mark)), mark);
  for (const int128 n : {int128{0}, int128{1}, (int128{1} << 64U) - 1, int128{1} << 64U, int128{1} << 126U}) {
    const DebitCredit sum{n, n / 3};
    EXPECT_EQ(*decode_debit_credit(encode_debit_credit(sum)), sum);
  }
  EXPECT_EQ(*decode_book(encode_book(9)), 9U);
  const auto balance = decode_balance_key(journal_balance_key(Account::fee_vat, Currency(), {-3}));
  EXPECT_EQ(balance->account, Account::fee_vat);
  EXPECT_EQ(balance->day.days, -3);
  const auto stream = decode_stream_key(journal_stream_key({3, 4}, 77));
  EXPECT_EQ(stream->stream, (RawId{3, 4}));
  EXPECT_EQ(stream->position, 77U);
}

// docs/formats/journal.md shows these bytes.
TEST(JournalCodec, bytes_never_change) {
  EXPECT_EQ(to_hex(encode_entry(sample_entry())),
            "01"
            "00000000000000010000000000000002"
            "00000000000000030000000000000004"
            "0006"
            "60d4bae27340"
            "11"
            "617070726f76616c2e617070726f766564"
            "02"
            "0456"
            "4b5257"
            "00"
            "904e"
            "0834"
            "4b5257"
            "01"
            "904e");
  EXPECT_EQ(to_hex(journal_key(3, 77)), "00000003000000000000004d");
  EXPECT_EQ(to_hex(journal_balance_key(Account::bank, Currency(), {1})), "04b04b525780000001");
  EXPECT_EQ(to_hex(encode_debit_credit({300, 0})), "0100ac020000");
}

TEST(JournalCodec, keys_sort_by_day_and_place) {
  EXPECT_LT(journal_balance_key(Account::bank, Currency(), {-1}),
            journal_balance_key(Account::bank, Currency(), {0}));
  EXPECT_LT(journal_key(0, kHeadOfBook), journal_key(1, 0));
  EXPECT_LT(journal_key(0, kHeadOfBook - 1), journal_key(0, kHeadOfBook));
}

// Every prefix, and what goes on behind its end, is refused and named.
TEST(JournalCodec, cut_or_foreign_bytes_are_corrupt) {
  const auto key = journal_key(3, 77);
  const auto entry = encode_entry(sample_entry());
  const auto mark = encode_mark(sample_mark());
  const auto sum = encode_debit_credit({1, 2});
  for (std::size_t size = 0; size < entry.size(); ++size)
    EXPECT_FALSE(decode_entry(key, entry.substr(0, size)));
  for (std::size_t size = 0; size < mark.size(); ++size) EXPECT_FALSE(decode_mark(mark.substr(0, size)));
  for (std::size_t size = 0; size < sum.size(); ++size)
    EXPECT_FALSE(decode_debit_credit(sum.substr(0, size)));
  EXPECT_FALSE(decode_entry(key, entry + "x"));
  EXPECT_FALSE(decode_mark(mark + "x"));
  EXPECT_FALSE(decode_debit_credit(sum + "x"));
  std::string unknown = entry;
  unknown[0] = 2;
  const auto refused = decode_entry(key, unknown);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::corrupt);
  EXPECT_NE(refused.error().message.find("entry 77 of book 3"), std::string::npos) << refused.error().message;
  EXPECT_FALSE(decode_journal_key("short"));
  EXPECT_FALSE(decode_balance_key(std::string(9, '\0')));
  EXPECT_FALSE(decode_stream_key("short"));
  EXPECT_FALSE(decode_book("12345"));
}

TEST(JournalCodec, sums_say_which_currency_is_off) {
  AccountSums sums;
  sums.add({Account::bank, Currency(), 100, 0});
  sums.add({Account::fee_income, Currency(), 0, 100});
  EXPECT_EQ(sums.off_balance(), "");
  sums.add({Account::bank, *Currency::parse("USD"), 0, 5});
  EXPECT_EQ(sums.off_balance(), "USD is off by -5");
}

TEST(JournalCodec, large_numbers_have_a_text) {
  EXPECT_EQ(text_of(int128{0}), "0");
  EXPECT_EQ(text_of(int128{-5}), "-5");
  EXPECT_EQ(text_of(static_cast<int128>(1) << 100U), "1267650600228229401496703205376");
  const int128 least = -(static_cast<int128>(1) << 126U) * 2;
  EXPECT_EQ(text_of(least), "-170141183460469231731687303715884105728");
}

}  // namespace
}  // namespace wonjang::money
