#include "domain/ids.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace wonjang {
namespace {

constexpr Instant kNow{1'795'316'645'678'901};

TEST(Ids, an_id_says_when_and_where) {
  IdMaker ids{Rng(1)};
  const RawId id = ids.next(kNow, 4095);
  EXPECT_EQ(id.unix_ms(), 1'795'316'645'678U);
  EXPECT_EQ(id.slot(), 4095U);
  EXPECT_EQ(ids.next(kNow, 0).slot(), 0U);
}

TEST(Ids, ids_of_a_slot_rise_when_the_clock_stands_or_steps_back) {
  constexpr std::uint64_t kSeed = 42;
  Rng rng(kSeed);
  IdMaker ids{Rng(2)};
  Instant now = kNow;
  RawId last;
  for (int i = 0; i < 100'000; ++i) {
    if (rng.chance(10)) now = now.plus_ms(static_cast<std::int64_t>(rng.below(20)));
    if (rng.chance(5)) now = now.plus_ms(-3'600'000);  // an hour back
    const RawId id = ids.next(now, 17);
    ASSERT_LT(last, id) << "seed " << kSeed << ", step " << i;
    last = id;
  }
}

TEST(Ids, ids_never_repeat_across_slots) {
  IdMaker ids{Rng(3)};
  std::set<RawId> seen;
  std::set<std::pair<std::uint64_t, std::uint64_t>> tails;  // what is left without the slot
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const RawId id = ids.next(kNow, i % kSlots);
    ASSERT_TRUE(seen.insert(id).second);
    ASSERT_TRUE(tails.insert({id.high & 0xFU, id.low}).second);
  }
}

// Part of the stored format: these numbers never change.
TEST(Ids, the_slot_of_an_order_is_stable_for_ever) {
  const MerchantId merchant(RawId{0x0123456789ABCDEF, 0xFEDCBA9876543210});
  EXPECT_EQ(slot_of(merchant, "order-000001"), 4015U);
  EXPECT_EQ(slot_of(merchant, "order-000002"), 1926U);
  EXPECT_EQ(slot_of(MerchantId(RawId{0, 1}), ""), 3083U);
}

// So do these: where a payment is looked for.
TEST(Ids, the_book_of_a_slot_is_stable_for_ever) {
  EXPECT_EQ(book_of_slot(0, 4), 0U);
  EXPECT_EQ(book_of_slot(1023, 4), 0U);
  EXPECT_EQ(book_of_slot(1024, 4), 1U);
  EXPECT_EQ(book_of_slot(1365, 3), 0U);
  EXPECT_EQ(book_of_slot(1366, 3), 1U);
  EXPECT_EQ(book_of_slot(kSlots - 1, kSlots), kSlots - 1);
  IdMaker ids{Rng(3)};
  for (const std::uint32_t slot : {0U, 2047U, 2048U, kSlots - 1})
    EXPECT_EQ(book_of(ids.next(kNow, slot), 2), slot / 2048) << slot;
}

TEST(Ids, slots_are_spread_evenly) {
  std::vector<int> count(kSlots);
  const MerchantId merchant(RawId{1, 2});
  for (int i = 0; i < 409'600; ++i) ++count[slot_of(merchant, "order-" + std::to_string(i))];
  for (const int c : count) {
    EXPECT_GT(c, 40);  // 100 expected
    EXPECT_LT(c, 180);
  }
}

}  // namespace
}  // namespace wonjang
