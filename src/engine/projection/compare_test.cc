#include "engine/projection/compare.h"

#include <gtest/gtest.h>

#include "testing/projection_rig.h"

namespace wonjang::projection {
namespace {

class Compare : public ::testing::Test {
 protected:
  static void put(KvStore& store, KvSpace space, const std::string& key, const std::string& value) {
    KvBatch batch;
    batch.put(space, key, value);
    ASSERT_TRUE(store.write(batch));
  }
  std::unique_ptr<KvStore> store() {
    auto out = *MemoryKv::open(std::make_shared<MemoryKvDisk>(), spaces_);
    for (const KvSpace space : {KvSpace{1}, KvSpace{2}}) {
      put(*out, space, "a", "1");
      put(*out, space, "c", "3");
    }
    return out;
  }
  std::optional<Difference> difference(const KvStore& live, const KvStore& rebuilt) {
    return *compare(*live.snapshot(), *rebuilt.snapshot(), spaces_);
  }

  const std::vector<KvSpaceOptions> spaces_{{.name = "meta"}, {.name = "rows"}, {.name = "totals"}};
};

TEST_F(Compare, equal_ones_are_equal_whatever_meta_says) {
  const auto live = store();
  const auto rebuilt = store();
  put(*live, 0, "generation", "x");
  EXPECT_EQ(difference(*live, *rebuilt), std::nullopt);
}

TEST_F(Compare, another_value_is_named_with_space_key_and_both_values) {
  const auto live = store();
  const auto rebuilt = store();
  put(*live, 2, "c", "4");
  const auto found = difference(*live, *rebuilt);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->space_name, "totals");
  EXPECT_EQ(describe(*found), "space totals, key '63': live '34', rebuilt '33'");
}

// A projection may know that other bytes are the same content, also where one side hasn't got the key.
TEST_F(Compare, what_the_projection_takes_for_the_same_is_no_difference) {
  const auto live = store();
  const auto rebuilt = store();
  put(*live, 2, "c", "x");
  put(*live, 2, "b", "x");
  put(*rebuilt, 2, "d", "x");
  const auto marked = [](KvSpace space, std::optional<std::string_view> a,
                         std::optional<std::string_view> b) { return space == 2 && (a == "x" || b == "x"); };
  EXPECT_EQ(*compare(*live->snapshot(), *rebuilt->snapshot(), spaces_, {}, marked), std::nullopt);
  EXPECT_EQ(difference(*live, *rebuilt)->key, "b");
  put(*rebuilt, 2, "e", "5");
  const auto found = *compare(*live->snapshot(), *rebuilt->snapshot(), spaces_, {}, marked);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, "e");
  EXPECT_EQ(found->live, std::nullopt);
}

TEST_F(Compare, the_first_space_and_the_first_key_win) {
  const auto live = store();
  const auto rebuilt = store();
  put(*live, 2, "a", "9");
  put(*live, 1, "c", "9");
  put(*rebuilt, 1, "d", "9");
  const auto found = difference(*live, *rebuilt);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->space_name, "rows");
  EXPECT_EQ(found->key, "c");
}

TEST_F(Compare, a_key_on_one_side_alone_is_found_before_between_and_behind) {
  for (const std::string key : {"B", "b", "z"}) {
    const auto fuller = store();
    const auto other = store();
    put(*fuller, 1, key, "value");
    const auto too_many = difference(/*live=*/*fuller, /*rebuilt=*/*other);
    ASSERT_TRUE(too_many) << key;
    EXPECT_EQ(too_many->key, key);
    EXPECT_EQ(too_many->live, "value");
    EXPECT_EQ(too_many->rebuilt, std::nullopt);
    const auto missing = difference(/*live=*/*other, /*rebuilt=*/*fuller);
    ASSERT_TRUE(missing) << key;
    EXPECT_EQ(missing->key, key);
    EXPECT_EQ(missing->live, std::nullopt);
    EXPECT_EQ(missing->rebuilt, "value");
  }
}

TEST_F(Compare, long_values_are_cut_when_shown) {
  const Difference difference{.space = 1,
                              .space_name = "rows",
                              .key = "k",
                              .live = std::string(1000, 'x'),
                              .rebuilt = std::nullopt,
                              .live_unreadable = ""};
  const std::string text = describe(difference);
  EXPECT_LT(text.size(), 700U);
  EXPECT_NE(text.find("(1000 bytes)"), std::string::npos);
  EXPECT_NE(text.find("rebuilt nothing"), std::string::npos);
}

// Gives a few keys, then an error.
class BrokenCursor final : public KvCursor {
 public:
  BrokenCursor(std::unique_ptr<KvCursor> inner, ErrorKind kind) : inner_(std::move(inner)), kind_(kind) {}
  bool valid() const override { return left_ > 0 && inner_->valid(); }
  void next() override {
    left_ -= 1;
    inner_->next();
  }
  void seek(std::string_view key) override { inner_->seek(key); }
  std::string_view key() const override { return inner_->key(); }
  std::string_view value() const override { return inner_->value(); }
  Result<void> status() const override {
    if (left_ == 0) return Error{kind_, "block checksum mismatch"};
    return {};
  }

 private:
  std::unique_ptr<KvCursor> inner_;
  const ErrorKind kind_;
  int left_ = 1;
};

class BrokenSnapshot final : public KvSnapshot {
 public:
  BrokenSnapshot(std::unique_ptr<KvSnapshot> inner, ErrorKind kind) : inner_(std::move(inner)), kind_(kind) {}
  Result<std::optional<std::string>> get(KvSpace space, std::string_view key) const override {
    return inner_->get(space, key);
  }
  Result<std::vector<std::optional<std::string>>> get_many(KvSpace space,
                                                           std::span<const std::string> keys) const override {
    return inner_->get_many(space, keys);
  }
  std::unique_ptr<KvCursor> scan(KvSpace space, std::string_view from,
                                 std::string_view until) const override {
    return std::make_unique<BrokenCursor>(inner_->scan(space, from, until), kind_);
  }
  std::unique_ptr<KvCursor> scan_back(KvSpace space, std::string_view from,
                                      std::string_view until) const override {
    return std::make_unique<BrokenCursor>(inner_->scan_back(space, from, until), kind_);
  }

 private:
  const std::unique_ptr<KvSnapshot> inner_;
  const ErrorKind kind_;
};

TEST_F(Compare, a_live_side_that_is_damaged_is_a_difference) {
  const auto live = store();
  const auto rebuilt = store();
  const auto found =
      compare(BrokenSnapshot(live->snapshot(), ErrorKind::corrupt), *rebuilt->snapshot(), spaces_);
  ASSERT_TRUE(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->live_unreadable, "block checksum mismatch");
  EXPECT_EQ((*found)->key, "c") << "the first that wasn't compared";
}

TEST_F(Compare, a_rebuilt_side_that_cannot_be_read_is_an_error_and_no_answer) {
  const auto live = store();
  const auto rebuilt = store();
  const auto found =
      compare(*live->snapshot(), BrokenSnapshot(rebuilt->snapshot(), ErrorKind::corrupt), spaces_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::corrupt);
  const auto away =
      compare(BrokenSnapshot(live->snapshot(), ErrorKind::unavailable), *rebuilt->snapshot(), spaces_);
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().kind, ErrorKind::unavailable);
}

TEST_F(Compare, it_can_be_given_up) {
  const auto live = store();
  const auto rebuilt = store();
  KvBatch batch;
  for (int i = 0; i < 10'000; ++i) batch.put(1, "key" + std::to_string(i), "v");
  ASSERT_TRUE(live->write(batch));
  ASSERT_TRUE(rebuilt->write(batch));
  int asked = 0;
  const auto found = compare(*live->snapshot(), *rebuilt->snapshot(), spaces_, [&](std::uint64_t keys) {
    EXPECT_GT(keys, 0U);
    return ++asked < 2;
  });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace wonjang::projection
