#include "app/money/run_board.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

RunUnderWay run_of(std::int32_t day) { return {BusinessDate{day}, "key_of_somebody", Instant{1}, {}}; }

TEST(RunBoard, a_stop_counts_for_a_run_that_waits_to_go_on_after_a_restart) {
  RunBoard board;
  EXPECT_FALSE(board.ask_to_stop(BusinessDate{7}));
  board.go_on(run_of(6));
  EXPECT_FALSE(board.is_stop_asked()) << "another day";
  board.end();
  board.go_on(run_of(7));
  EXPECT_TRUE(board.is_stop_asked());
  board.end();
  board.go_on(run_of(7));
  EXPECT_FALSE(board.is_stop_asked()) << "it counts once";
}

// It could come before the jobs' thread had taken the run up, and then nobody asked for it again.
TEST(RunBoard, a_stop_counts_from_the_moment_a_run_shows_as_under_way) {
  RunBoard board;
  board.begin(run_of(7));
  EXPECT_TRUE(board.ask_to_stop(BusinessDate{7}));
  EXPECT_TRUE(board.is_stop_asked());
}

TEST(RunBoard, who_begins_a_run_takes_back_a_stop_that_came_before) {
  RunBoard board;
  board.ask_to_stop(BusinessDate{7});
  board.begin(run_of(7));
  EXPECT_FALSE(board.is_stop_asked());
  board.end();
  board.go_on(run_of(7));
  EXPECT_FALSE(board.is_stop_asked());
}

TEST(RunBoard, a_failure_is_told_until_the_next_run) {
  RunBoard board;
  board.begin(run_of(7));
  board.tell({"settle", 10, 5, 1, 5, 0});
  EXPECT_EQ(board.under_way()->progress.done, 5U);
  board.fail(BusinessDate{7}, "the disk is full");
  board.end();
  EXPECT_FALSE(board.under_way());
  EXPECT_EQ(board.failure_of(BusinessDate{7}), "the disk is full");
  EXPECT_EQ(board.failure_of(BusinessDate{6}), "");
  board.begin(run_of(7));
  EXPECT_EQ(board.failure_of(BusinessDate{7}), "");
}

TEST(RunBoard, stops_of_runs_that_never_come_are_bounded) {
  RunBoard board;
  for (std::int32_t day = 0; day <= static_cast<std::int32_t>(RunBoard::kStopsMax); ++day)
    board.ask_to_stop(BusinessDate{day});
  board.go_on(run_of(static_cast<std::int32_t>(RunBoard::kStopsMax)));
  EXPECT_FALSE(board.is_stop_asked());
  board.go_on(run_of(0));
  EXPECT_TRUE(board.is_stop_asked());
}

}  // namespace
}  // namespace wonjang
