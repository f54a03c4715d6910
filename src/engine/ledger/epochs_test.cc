#include "engine/ledger/epochs.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

const Restored kMonday{0xA1, Instant{1}, {{20, 3}}};
const Restored kTuesday{0xB2, Instant{2}, {{25, 3}}};

TEST(Epochs, a_ledger_that_was_never_restored_has_one) {
  const Epochs epochs;
  EXPECT_EQ(epochs.newest(), Epochs::kFirst);
  for (const Position at : {Position{0}, Position{1}, UINT64_MAX})
    EXPECT_EQ(epochs.of(7, at), Epochs::kFirst);
}

TEST(Epochs, a_position_is_of_the_epoch_that_wrote_the_event_in_front_of_it) {
  const Epochs epochs({kMonday, kTuesday});
  EXPECT_EQ(epochs.of(0, 0), Epochs::kFirst);
  EXPECT_EQ(epochs.of(0, 20), Epochs::kFirst);
  EXPECT_EQ(epochs.of(0, 21), kMonday.epoch);
  EXPECT_EQ(epochs.of(0, 25), kMonday.epoch);
  EXPECT_EQ(epochs.of(0, 26), kTuesday.epoch);
  // Book 1 got nothing between the two restores.
  EXPECT_EQ(epochs.of(1, 3), Epochs::kFirst);
  EXPECT_EQ(epochs.of(1, 4), kTuesday.epoch);
}

TEST(Epochs, its_own_epochs_are_known) {
  const Epochs epochs({kMonday, kTuesday});
  EXPECT_TRUE(epochs.knows(Epochs::kFirst) && epochs.knows(0xA1) && epochs.knows(0xB2));
  EXPECT_FALSE(epochs.knows(0xC3));
  EXPECT_EQ(epochs.newest(), kTuesday.epoch);
}

TEST(Epochs, books_grow_from_one_to_the_next_and_no_id_comes_twice) {
  const Epochs epochs({kMonday});
  EXPECT_TRUE(epochs.may_follow(kTuesday));
  EXPECT_TRUE(epochs.may_follow({0xB2, Instant{2}, {{20, 3}}})) << "restored, and backed up at once";
  EXPECT_FALSE(epochs.may_follow({0xA1, Instant{2}, {{25, 3}}}));
  EXPECT_FALSE(epochs.may_follow({Epochs::kFirst, Instant{2}, {{25, 3}}}));
  EXPECT_FALSE(epochs.may_follow({0xB2, Instant{2}, {{25, 2}}}));
  EXPECT_FALSE(epochs.may_follow({0xB2, Instant{2}, {{25}}}));
  EXPECT_FALSE(epochs.may_follow({0xB2, Instant{2}, {{25, 3, 0}}}));
}

}  // namespace
}  // namespace wonjang
