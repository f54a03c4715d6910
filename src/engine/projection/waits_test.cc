#include "engine/projection/waits.h"

#include <gtest/gtest.h>

namespace wonjang::projection {
namespace {

TEST(Waits, only_who_is_satisfied_in_every_book_is_taken) {
  Waits waits(10);
  std::vector<int> called;
  (void)waits.add({5, 0}, [&](Waited) { called.push_back(1); });
  (void)waits.add({5, 5}, [&](Waited) { called.push_back(2); });
  (void)waits.add({1}, [&](Waited) { called.push_back(3); });
  for (auto& call : waits.take_reached({5, 4})) call(Waited::reached);
  EXPECT_EQ(called, (std::vector<int>{1, 3}));
  EXPECT_TRUE(waits.take_reached({9, 4}).empty());
  EXPECT_EQ(waits.take_reached({9, 5}).size(), 1U);
  EXPECT_EQ(waits.size(), 0U);
}

TEST(Waits, a_book_that_was_not_seen_yet_stands_at_zero) {
  Waits waits(10);
  (void)waits.add({0, 1}, [](Waited) {});
  EXPECT_TRUE(waits.take_reached({7}).empty());
}

TEST(Waits, there_is_room_for_so_many_and_no_more) {
  Waits waits(2);
  const auto first = waits.add({1}, [](Waited) {});
  EXPECT_TRUE(first);
  EXPECT_TRUE(waits.add({1}, [](Waited) {}));
  EXPECT_FALSE(waits.add({1}, [](Waited) {}));
  EXPECT_TRUE(waits.forget(*first));
  EXPECT_FALSE(waits.forget(*first));
  EXPECT_TRUE(waits.add({1}, [](Waited) {}));
}

}  // namespace
}  // namespace wonjang::projection
