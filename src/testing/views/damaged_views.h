// DamagedViews: the views of a small city, folded once, whose records a test may damage one by one; and
// verify_views() over them. With every disorder in the log, and some payments whose beginning never comes, so
// that something is in every space.
//
// Threads: one owner.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/memory/memory_kv.h"
#include "adapters/memory/plain_text_forms.h"
#include "adapters/protobuf/event_codec.h"
#include "engine/serving/verify_views.h"
#include "engine/serving/views.h"
#include "testing/serving/city.h"
#include "testing/serving/delivered_log.h"
#include "testing/serving/disorder.h"

namespace wonjang::testing {

class DamagedViews {
 public:
  explicit DamagedViews(bool disordered = true) : log_(kBooks) {
    City city({.seed = 11, .payments = 150, .merchants = 12, .books = kBooks}, codec_);
    Disorder disorder({.seed = 3,
                       .duplicate_ppm = disordered ? 20'000U : 0,
                       .conflict_ppm = disordered ? 20'000U : 0,
                       .swapped_ppm = disordered ? 20'000U : 0,
                       .child_first_ppm = disordered ? 5'000U : 0,
                       .replay_hour = disordered},
                      codec_, [&](LogUnit unit) { take(std::move(unit), disordered); });
    for (std::vector<CityUnit> batch; city.next(4096, batch);) disorder.take(std::move(batch));
    disorder.finish();
    add_what_is_no_payment();
    open();
    fold();
  }

  Result<serving::ViewsReport> verify(const serving::VerifyOptions& options = {}) const {
    const auto snapshot = store_->snapshot();
    return serving::verify_views({log_, codec_, forms_, cubes_, *snapshot, log_.end()}, options);
  }

  std::map<std::string, std::string> records(KvSpace space) const {
    std::map<std::string, std::string> out;
    const auto snapshot = store_->snapshot();
    for (const auto cursor = snapshot->scan(space, {}, {}); cursor->valid(); cursor->next()) {
      out.emplace(cursor->key(), cursor->value());
    }
    return out;
  }
  void put(KvSpace space, std::string_view key, std::string_view value) {
    KvBatch batch;
    batch.put(space, key, value);
    ASSERT_TRUE(store_->write(batch));
  }
  void remove(KvSpace space, std::string_view key) {
    KvBatch batch;
    batch.remove(space, key);
    ASSERT_TRUE(store_->write(batch));
  }

 private:
  static constexpr std::uint32_t kBooks = 2;

  // Some beginnings never come, so that what follows them waits.
  void take(LogUnit unit, bool disordered) {
    const bool is_lost =
        unit.unit.first_version == 0 && unit.unit.stream != kRegistryStream && unit.unit.stream.low % 31 == 0;
    if (!is_lost || !disordered) log_.append(std::move(unit));
  }

  // A stream beside a payment's, which nobody decodes.
  void add_what_is_no_payment() {
    LogUnit unit;
    unit.unit.stream = aside_stream(PaymentId(RawId{0x0190000000000000ULL, 5}).raw());
    unit.unit.events = {"no event"};
    log_.append(std::move(unit));
  }

  void open() {
    const auto spaces = serving::view_spaces();
    auto opened = MemoryKv::open(disk_, {spaces.begin(), spaces.end()});
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  void fold() {
    serving::Views views({log_, codec_, forms_}, cubes_);
    ASSERT_TRUE(views.open(*store_));
    for (std::uint32_t book = 0; book < kBooks; ++book) {
      for (Position at = 0; at < log_.end()[book];) {
        const auto units = log_.read(book, at, 500, 1U << 20U);
        ASSERT_TRUE(units && !units->empty());
        std::vector<LogUnit> batch;
        for (const auto& unit : *units) batch.push_back({book, unit});
        at = units->back().next();
        KvBatch out;
        const auto applied = views.apply(batch, out);
        ASSERT_TRUE(applied) << applied.error().message;
        ASSERT_TRUE(store_->write(out));
      }
    }
  }

  ProtobufEventCodec codec_;
  PlainTextForms forms_;
  const std::vector<serving::CubeSpec> cubes_ = serving::builtin_cubes();
  DeliveredLog log_;
  std::shared_ptr<MemoryKvDisk> disk_ = std::make_shared<MemoryKvDisk>();
  std::unique_ptr<KvStore> store_;
};

}  // namespace wonjang::testing
