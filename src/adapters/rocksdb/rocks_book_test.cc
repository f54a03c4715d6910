#include "adapters/rocksdb/rocks_book.h"

#include "testing/book_contract.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

std::shared_ptr<const RocksShared> shared() {
  static const auto made = RocksShared::make({.memory_bytes = 64U << 20U, .write_buffer_bytes = 16U << 20U});
  return made;
}

Result<std::unique_ptr<RocksBook>> open_book(const std::string& directory, std::size_t index_units_max) {
  RocksBookOptions options;
  options.directory = directory;
  options.sync = false;
  options.index_units_max = index_units_max;
  options.free_bytes_min = 0;
  return RocksBook::open(options, shared());
}

class RocksHarness final : public BookHarness {
 public:
  explicit RocksHarness(std::size_t index_units_max) : index_units_max_(index_units_max) {}
  Result<std::unique_ptr<Book>> open() override { return open(folder_ / "book"); }
  std::string backup_directory() override { return folder_ / "backup"; }
  Result<std::unique_ptr<Book>> open_backup() override { return open(folder_ / "backup"); }

 private:
  Result<std::unique_ptr<Book>> open(const std::string& directory) const {
    WJ_TRY(auto book, open_book(directory, index_units_max_));
    return std::unique_ptr<Book>(std::move(book));
  }
  std::size_t index_units_max_;
  TempDir folder_{TempDir::Kind::quick};
};

INSTANTIATE_TEST_SUITE_P(Rocks, BookContract, testing::ValuesIn(book_variants([] {
                           return std::make_unique<RocksHarness>(RocksBookOptions().index_units_max);
                         })),
                         variant_name);
// Index rows are in memory, on their way and in the files at once.
INSTANTIATE_TEST_SUITE_P(RocksWritingOut, BookContract,
                         testing::ValuesIn(book_variants([] { return std::make_unique<RocksHarness>(2); })),
                         variant_name);

}  // namespace
}  // namespace wonjang
