#include "adapters/memory/memory_places.h"

#include "testing/kv_places_contract.h"

namespace wonjang {
namespace {

class MemoryWorld final : public PlacesWorld {
 public:
  KvPlaces& places() override { return places_; }
  void restart() override { places_.crash_to_last_flush(); }

 private:
  MemoryPlaces places_;
};

std::unique_ptr<PlacesWorld> make_memory_places() { return std::make_unique<MemoryWorld>(); }

INSTANTIATE_TEST_SUITE_P(Memory, KvPlacesContract, ::testing::Values(&make_memory_places));

}  // namespace
}  // namespace wonjang
