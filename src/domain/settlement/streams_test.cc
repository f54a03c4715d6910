#include "domain/settlement/streams.h"

#include <gtest/gtest.h>

#include <set>

#include "domain/registry.h"

namespace wonjang::settlement {
namespace {

MerchantId merchant(std::uint64_t n) { return MerchantId(RawId{0x0193'4F2A'1B00'0010ULL, n}); }
BusinessDate named_day(std::string_view text) { return *parse_business_date(text); }
const Currency kUsd = *Currency::parse("USD");

TEST(HouseStreams, the_bytes_are_the_same_for_ever) {
  EXPECT_EQ(run_stream(named_day("2026-11-22")), (RawId{0, 0x0100'0000'0000'512BULL}));
  const auto high = std::uint64_t{merchant_slot(merchant(7))} << 4U;
  EXPECT_EQ(merchant_slot(merchant(7)), 1430U);
  EXPECT_EQ(lines_stream(merchant(7), 0x123456, named_day("2026-11-22"), 0xABCD),
            (RawId{high, 0x0212'3456'512B'ABCDULL}));
  EXPECT_EQ(payout_stream(merchant(7), 0x123456, named_day("2026-11-22"), Currency()),
            (RawId{high, 0x0312'3456'512B'2E57ULL}));
  const RawId drawn{0x0193'4F2A'1B00'ABCFULL, 0xFEDC'BA98'7654'3210ULL};
  EXPECT_EQ(change_stream(drawn), (RawId{0xABC0, 0x04DC'BA98'7654'3210ULL}));
  EXPECT_EQ(file_stream(drawn), (RawId{0xABC0, 0x05DC'BA98'7654'3210ULL}));
}

TEST(HouseStreams, every_stream_says_what_it_is) {
  const RawId drawn{0x0193'4F2A'1B00'ABCFULL, 0xFEDC'BA98'7654'3210ULL};
  EXPECT_EQ(house_stream_of(kRegistryStream), HouseStream::registry);
  EXPECT_EQ(house_stream_of(*run_stream(named_day("1970-01-01"))), HouseStream::run);
  EXPECT_EQ(house_stream_of(*lines_stream(merchant(1), 0, named_day("1970-01-01"), 0)), HouseStream::lines);
  EXPECT_EQ(
      house_stream_of(*lines_stream(merchant(1), kMerchantNumberMax, named_day("2149-06-06"), kChunkMax)),
      HouseStream::lines);
  EXPECT_EQ(house_stream_of(*payout_stream(merchant(1), kMerchantNumberMax, named_day("2149-06-06"), kUsd)),
            HouseStream::payout);
  EXPECT_EQ(house_stream_of(change_stream(drawn)), HouseStream::change);
  EXPECT_EQ(house_stream_of(file_stream(drawn)), HouseStream::file);
}

TEST(HouseStreams, a_payment_an_aside_and_what_nobody_made_are_none) {
  IdMaker ids{Rng(1)};
  for (std::uint32_t slot : {0U, 1U, kSlots - 1}) {
    const auto payment = ids.next({1'732'240'000'000'000}, slot);
    EXPECT_FALSE(house_stream_of(payment));
    EXPECT_FALSE(house_stream_of(aside_stream(payment)));
  }
  const auto run = *run_stream(named_day("2026-11-22"));
  for (const RawId& other : {RawId{}, RawId{0, 2}, RawId{0x10, 1}, RawId{run.high | 1, run.low},
                             RawId{0, 0x0700'0000'0000'0001ULL}, RawId{0, 0x7F00'0000'0000'0001ULL}}) {
    EXPECT_FALSE(house_stream_of(other)) << to_base32(other);
  }
}

TEST(HouseStreams, no_two_meanings_share_a_stream) {
  std::set<RawId> seen = {kRegistryStream};
  std::size_t made = 1;
  const auto add = [&](std::optional<RawId> stream) {
    ASSERT_TRUE(stream);
    seen.insert(*stream);
    ++made;
  };
  const std::uint32_t numbers[] = {0, 1, 2, 255, 256, kMerchantNumberMax - 1, kMerchantNumberMax};
  const BusinessDate days[] = {named_day("1970-01-01"), named_day("1970-01-02"), named_day("2026-11-22"),
                               named_day("2149-06-06")};
  for (const auto date : days) {
    add(run_stream(date));
    for (const auto number : numbers) {
      // One slot, so that the low word alone must tell them apart.
      for (const std::uint32_t chunk : {0U, 1U, 2U, 255U, 256U, kChunkMax})
        add(lines_stream(merchant(1), number, date, chunk));
      for (const auto currency : {Currency(), kUsd, *Currency::parse("JPY")}) {
        add(payout_stream(merchant(1), number, date, currency));
      }
    }
  }
  IdMaker ids{Rng(7)};
  for (int i = 0; i < 1000; ++i) {
    const auto drawn = ids.next({1'732'240'000'000'000}, merchant_slot(merchant(1)));
    add(change_stream(drawn));
    add(file_stream(drawn));
  }
  EXPECT_EQ(seen.size(), made);
}

TEST(HouseStreams, what_belongs_to_a_merchant_stands_in_its_slot) {
  for (std::uint64_t n = 1; n < 50; ++n) {
    const auto slot = merchant_slot(merchant(n));
    EXPECT_LT(slot, kSlots);
    EXPECT_EQ(lines_stream(merchant(n), 5, named_day("2026-11-22"), 1)->slot(), slot);
    EXPECT_EQ(payout_stream(merchant(n), 5, named_day("2026-11-22"), kUsd)->slot(), slot);
  }
}

TEST(HouseStreams, a_chunk_of_lines_knows_the_one_before_it) {
  const auto date = named_day("2026-11-22");
  for (const std::uint32_t chunk : {1U, 2U, 256U, kChunkMax}) {
    EXPECT_EQ(chunk_before(*lines_stream(merchant(3), 5, date, chunk)),
              lines_stream(merchant(3), 5, date, chunk - 1));
  }
  EXPECT_FALSE(chunk_before(*lines_stream(merchant(3), 5, date, 0)));
  EXPECT_FALSE(chunk_before(*run_stream(named_day("1970-01-02"))));
  EXPECT_FALSE(chunk_before(*payout_stream(merchant(3), 5, date, kUsd)));
  EXPECT_FALSE(chunk_before(change_stream(RawId{1, 1})));
  EXPECT_FALSE(chunk_before(kRegistryStream));
}

TEST(HouseStreams, what_does_not_fit_has_no_stream) {
  const auto date = named_day("2026-11-22");
  for (const auto wrong :
       {BusinessDate{-1}, BusinessDate{65'536}, BusinessDate{INT32_MIN}, BusinessDate{INT32_MAX}}) {
    EXPECT_FALSE(run_stream(wrong));
    EXPECT_FALSE(lines_stream(merchant(1), 1, wrong, 1));
    EXPECT_FALSE(payout_stream(merchant(1), 1, wrong, kUsd));
  }
  EXPECT_FALSE(lines_stream(merchant(1), kMerchantNumberMax + 1, date, 1));
  EXPECT_FALSE(lines_stream(merchant(1), 1, date, kChunkMax + 1));
  EXPECT_FALSE(payout_stream(merchant(1), kMerchantNumberMax + 1, date, kUsd));
  EXPECT_TRUE(run_stream(named_day("2149-06-06")));
}

}  // namespace
}  // namespace wonjang::settlement
