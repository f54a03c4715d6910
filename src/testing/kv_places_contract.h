// What every KvPlaces promises.
//
//   INSTANTIATE_TEST_SUITE_P(Memory, KvPlacesContract, ::testing::Values(&make_memory_places));
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "ports/kv_places.h"

namespace wonjang {

// Places, and the means to come back to them after all of it was closed.
class PlacesWorld {
 public:
  virtual ~PlacesWorld() = default;
  virtual KvPlaces& places() = 0;
  // As after a start of the process.
  virtual void restart() = 0;
};
using MakePlacesWorld = std::unique_ptr<PlacesWorld> (*)();

class KvPlacesContract : public ::testing::TestWithParam<MakePlacesWorld> {
 protected:
  std::unique_ptr<KvStore> open(const std::string& name) {
    const std::vector<KvSpaceOptions> spaces{{.name = "meta"}, {.name = "rows"}};
    auto opened = world_->places().open(name, spaces);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  void put(const std::string& name, const std::string& value) {
    const auto store = open(name);
    KvBatch batch;
    batch.put(1, "key", value);
    ASSERT_TRUE(store->write(batch));
    ASSERT_TRUE(store->flush());
  }
  std::optional<std::string> get(const std::string& name) {
    const auto store = open(name);
    return *store->snapshot()->get(1, "key");
  }
  std::vector<std::string> names() { return *world_->places().names(); }

  std::unique_ptr<PlacesWorld> world_ = GetParam()();
};

TEST_P(KvPlacesContract, there_is_nothing_at_first) { EXPECT_TRUE(names().empty()); }

TEST_P(KvPlacesContract, stores_are_found_by_name_and_share_nothing) {
  put("generation_2", "two");
  put("generation_1", "one");
  world_->restart();
  EXPECT_EQ(names(), (std::vector<std::string>{"generation_1", "generation_2"}));
  EXPECT_EQ(get("generation_1"), "one");
  EXPECT_EQ(get("generation_2"), "two");
}

TEST_P(KvPlacesContract, what_was_removed_is_gone_also_after_a_start) {
  put("generation_1", "one");
  put("generation_2", "two");
  ASSERT_TRUE(world_->places().remove("generation_1"));
  EXPECT_EQ(names(), std::vector<std::string>{"generation_2"});
  world_->restart();
  EXPECT_EQ(names(), std::vector<std::string>{"generation_2"});
  EXPECT_EQ(get("generation_1"), std::nullopt) << "a new store under an old name is empty";
  EXPECT_TRUE(world_->places().remove("never_there"));
}

TEST_P(KvPlacesContract, an_open_store_is_neither_opened_again_nor_removed) {
  put("one", "value");
  {
    const auto store = open("one");
    const std::vector<KvSpaceOptions> spaces{{.name = "meta"}, {.name = "rows"}};
    const auto again = world_->places().open("one", spaces);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::unavailable);
    const auto removed = world_->places().remove("one");
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(*store->snapshot()->get(1, "key"), "value");
  }
  EXPECT_EQ(get("one"), "value");
}

TEST_P(KvPlacesContract, what_is_no_name_is_refused) {
  const std::vector<KvSpaceOptions> spaces{{.name = "meta"}};
  for (const std::string& name : {std::string(), std::string("../up"), std::string("Upper"),
                                  std::string("a b"), std::string(65, 'a')}) {
    const auto opened = world_->places().open(name, spaces);
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.error().kind, ErrorKind::invalid) << name;
    const auto removed = world_->places().remove(name);
    ASSERT_FALSE(removed) << name;
    EXPECT_EQ(removed.error().kind, ErrorKind::invalid) << name;
  }
  EXPECT_TRUE(names().empty());
}

}  // namespace wonjang
