#include "engine/serving/merchant_directory.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/serving/search_test_world.h"

namespace wonjang::serving {
namespace {

class CountingCodec final : public EventCodec {
 public:
  void encode(const Event& event, std::string& out) const override { inner_.encode(event, out); }
  Result<Event> decode(std::string_view bytes) const override {
    ++decoded;
    return inner_.decode(bytes);
  }
  mutable std::uint32_t decoded = 0;

 private:
  PocketCodec inner_;
};

// A registry's stream that grows, and who reads it.
struct Directory {
  void append(MerchantId merchant, EventBody body) {
    Event event;
    event.stream = kRegistryStream;
    event.version = version++;
    event.merchant = merchant;
    event.body = std::move(body);
    std::string bytes;
    codec.encode(event, bytes);
    log.append(0, kRegistryStream, {bytes});
  }
  MerchantId add(const std::string& organisation = "") {
    const MerchantId id(RawId{1, version + 1});
    append(id, MerchantRegistered{"m" + std::to_string(version), "Merchant", {}, organisation});
    return id;
  }

  std::uint32_t version = 0;
  FakeLog log{1};
  CountingCodec codec;
  MerchantDirectory merchants{log, codec};
};

// With 100,000 merchants the whole stream takes a second, and each new merchant's first payment asks.
TEST(MerchantDirectory, another_look_reads_only_what_came_since_the_last_one) {
  Directory d;
  for (int i = 0; i < 100; ++i) d.add();
  EXPECT_EQ(d.merchants.of(MerchantNo{0})->no, 0U);
  EXPECT_EQ(d.codec.decoded, 100U);
  const auto closed = d.add();
  d.append(closed, MerchantClosed{});
  const auto newest = d.add();
  EXPECT_EQ(d.merchants.of(newest)->no, 101U);
  EXPECT_EQ(d.merchants.of(closed)->no, 100U);
  EXPECT_EQ(d.codec.decoded, 103U);
  EXPECT_EQ(d.merchants.of(MerchantNo{101})->id, newest);
}

TEST(MerchantDirectory, an_organisation_is_asked_for_as_the_log_has_it_now) {
  Directory d;
  d.add("north");
  EXPECT_EQ(d.merchants.of_organisation("north")->size(), 1U);
  d.add("south");
  const auto second = d.add("north");
  const auto north = d.merchants.of_organisation("north");
  ASSERT_EQ(north->size(), 2U);
  EXPECT_EQ(north->back().id, second);
  EXPECT_EQ(north->back().no, 2U);
}

TEST(MerchantDirectory, who_is_in_no_registry_is_an_error) {
  Directory d;
  d.add();
  EXPECT_EQ(d.merchants.of(MerchantId(RawId{9, 9})).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(d.merchants.of(MerchantNo{1}).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace wonjang::serving
