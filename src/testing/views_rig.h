// For tests: the serving views over a log in memory, folded batch by batch by hand. Histories come from
// testing/till.h and testing/random_life.h (all of one merchant), in any order and cut the test likes.
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
#include "domain/registry.h"
#include "engine/serving/views.h"
#include "testing/fake_log.h"
#include "testing/till.h"

namespace wonjang {

class ViewsRig {
 public:
  using Content = std::map<std::pair<KvSpace, std::string>, std::string>;

  explicit ViewsRig(std::uint32_t books = 1, std::vector<serving::CubeSpec> cubes = serving::builtin_cubes())
      : log_(books), cubes_(std::move(cubes)) {
    MerchantRegistered body;
    body.code = "shop-1";
    body.name = "Shop 1";
    body.organisation = "org-1";
    Event event;
    event.id = EventId(RawId{9, 9});
    event.stream = kRegistryStream;
    event.merchant = MerchantId(RawId{1, 1});  // Till's
    event.recorded_at = kNoon;
    event.body = std::move(body);
    log_.append(0, kRegistryStream, {encoded(event)});
    reopen();
  }

  FakeLog& log() { return log_; }
  serving::Views& views() { return *views_; }
  std::unique_ptr<KvSnapshot> snapshot() const { return store_->snapshot(); }

  std::string encoded(const Event& event) const {
    std::string out;
    codec_.encode(event, out);
    return out;
  }
  // The event as one unit, at a position that no other has.
  LogUnit unit(const Event& event) { return unit(event.stream, event.version, {encoded(event)}); }
  LogUnit unit(RawId stream, std::uint32_t version, std::vector<std::string> events) {
    LogUnit out;
    out.unit.first = position_;
    out.unit.stream = stream;
    out.unit.first_version = version;
    out.unit.events = std::move(events);
    position_ += out.unit.events.size();
    return out;
  }

  Result<void> try_apply(const std::vector<LogUnit>& units) {
    KvBatch batch;
    WJ_CHECK(views_->apply(units, batch));
    WJ_CHECK(store_->write(batch));
    views_->committed();
    return {};
  }
  void apply(const std::vector<LogUnit>& units) {
    const auto applied = try_apply(units);
    ASSERT_TRUE(applied) << applied.error().message;
  }

  // As after a restart: what was in memory alone is gone.
  void reopen() {
    views_.reset();
    store_.reset();
    const auto spaces = serving::view_spaces();
    auto opened = MemoryKv::open(disk_, {spaces.begin(), spaces.end()});
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
    views_ = std::make_unique<serving::Views>(serving::ViewsPorts{log_, codec_, forms_}, cubes_);
    const auto views_opened = views_->open(*store_);
    ASSERT_TRUE(views_opened) << views_opened.error().message;
  }

  Content content() const {
    Content out;
    const auto stored = store_->snapshot();
    for (KvSpace space = 0; space < serving::kSpaceCount; ++space) {
      const auto cursor = stored->scan(space, {}, {});
      for (; cursor->valid(); cursor->next()) out[{space, std::string(cursor->key())}] = cursor->value();
    }
    return out;
  }
  std::uint64_t count(KvSpace space) const {
    std::uint64_t out = 0;
    for (const auto& [key, value] : content()) out += key.first == space ? 1 : 0;
    return out;
  }
  std::uint64_t stat(std::string_view name) const {
    for (const auto& [key, value] : views_->stats()) {
      if (key == name) return value;
    }
    ADD_FAILURE() << "no number is called " << name;
    return 0;
  }

 private:
  FakeLog log_;
  const std::vector<serving::CubeSpec> cubes_;
  ProtobufEventCodec codec_;
  PlainTextForms forms_;
  std::shared_ptr<MemoryKvDisk> disk_ = std::make_shared<MemoryKvDisk>();
  std::unique_ptr<KvStore> store_;
  std::unique_ptr<serving::Views> views_;
  Position position_ = 1;
};

}  // namespace wonjang
