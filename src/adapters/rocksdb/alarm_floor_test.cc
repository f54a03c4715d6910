#include "adapters/rocksdb/alarm_floor.h"

#include <gtest/gtest.h>

namespace wonjang::rocks {
namespace {

TEST(AlarmFloor, rises_over_what_was_looked_through) {
  AlarmFloor floor;
  {
    AlarmFloor::Look look(floor, 1);
    EXPECT_EQ(look.from_us(), INT64_MIN);
    look.found_none_before(100);
  }
  EXPECT_EQ(AlarmFloor::Look(floor, 1).from_us(), 100);
  EXPECT_EQ(AlarmFloor::Look(floor, 2).from_us(), INT64_MIN);
}

TEST(AlarmFloor, falls_to_an_announced_alarm) {
  AlarmFloor floor;
  AlarmFloor::Look(floor, 1).found_none_before(100);
  floor.announce(1, 40);
  EXPECT_EQ(AlarmFloor::Look(floor, 1).from_us(), 40);
}

// Written after the scan passed its place, announced before the scan says what it found.
TEST(AlarmFloor, stays_at_an_alarm_that_was_announced_during_the_look) {
  AlarmFloor floor;
  {
    AlarmFloor::Look look(floor, 1);
    floor.announce(1, 40);
    look.found_none_before(100);
  }
  EXPECT_EQ(AlarmFloor::Look(floor, 1).from_us(), 40);
}

TEST(AlarmFloor, does_not_fall_by_a_look_that_ended_early) {
  AlarmFloor floor;
  AlarmFloor::Look(floor, 1).found_none_before(100);
  AlarmFloor::Look(floor, 1).found_none_before(30);
  EXPECT_EQ(AlarmFloor::Look(floor, 1).from_us(), 100);
}

}  // namespace
}  // namespace wonjang::rocks
