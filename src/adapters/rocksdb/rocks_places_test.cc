#include "adapters/rocksdb/rocks_places.h"

#include <filesystem>
#include <fstream>

#include "testing/kv_places_contract.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

namespace fs = std::filesystem;

RocksKvOptions options() {
  static const auto shared = RocksShared::make({.memory_bytes = 32U << 20U, .write_buffer_bytes = 8U << 20U});
  return {.shared = shared, .write_buffer_bytes = 4U << 20U};
}

class RocksWorld final : public PlacesWorld {
 public:
  KvPlaces& places() override { return *places_; }
  void restart() override {
    places_.reset();
    places_ = *RocksPlaces::open(folder_ / "views", options());
  }

 private:
  TempDir folder_{TempDir::Kind::quick};
  std::unique_ptr<RocksPlaces> places_ = *RocksPlaces::open(folder_ / "views", options());
};

std::unique_ptr<PlacesWorld> make_rocks_places() { return std::make_unique<RocksWorld>(); }

INSTANTIATE_TEST_SUITE_P(Rocks, KvPlacesContract, ::testing::Values(&make_rocks_places));

TEST(RocksPlaces, a_removal_that_a_crash_cut_off_is_finished_by_the_next_start) {
  const TempDir folder(TempDir::Kind::quick);
  const fs::path left = fs::path(folder / "views") / "generation_1.removed";
  fs::create_directories(left);
  std::ofstream(left / "000012.sst") << "half of it";
  const auto places = RocksPlaces::open(folder / "views", options());
  ASSERT_TRUE(places);
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE((*places)->names()->empty());
}

TEST(RocksPlaces, a_removed_store_leaves_no_file) {
  const TempDir folder(TempDir::Kind::quick);
  const auto places = *RocksPlaces::open(folder / "views", options());
  const std::vector<KvSpaceOptions> spaces{{.name = "meta"}};
  ASSERT_TRUE(places->open("generation_1", spaces));
  ASSERT_TRUE(places->remove("generation_1"));
  EXPECT_TRUE(fs::is_empty(folder / "views"));
}

TEST(RocksPlaces, what_else_lies_in_the_folder_is_no_store) {
  const TempDir folder(TempDir::Kind::quick);
  const auto places = *RocksPlaces::open(folder / "views", options());
  std::ofstream(folder / "views/notes") << "a file";
  fs::create_directories(folder / "views/Not-A-Name");
  EXPECT_TRUE(places->names()->empty());
}

}  // namespace
}  // namespace wonjang
