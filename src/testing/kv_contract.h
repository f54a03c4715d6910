// KvContract: every promise of ports/kv_store.h as a test, for any adapter. Include it in one *_test.cc of
// the adapter:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, KvContract, testing::ValuesIn(kv_variants([] { return ...a KvHarness;
//   })),
//                            kv_variant_name);
//
// Each adapter runs plain and behind a FaultyKv that refuses many writes while the caller asks again, which
// must change nothing.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <thread>

#include "base/rng.h"
#include "ports/kv_store.h"
#include "testing/faulty_kv.h"

namespace wonjang {

// One store in one place that outlives it, for the time of one test.
class KvHarness {
 public:
  virtual ~KvHarness() = default;
  // The caller holds at most one open store at a time.
  virtual Result<std::unique_ptr<KvStore>> open(const std::vector<KvSpaceOptions>& spaces) = 0;
  // What a crash leaves when the process of the store, which was just dropped, hadn't closed it.
  virtual void crash(Rng& rng) = 0;
};

struct KvVariant {
  std::string name;
  std::function<std::unique_ptr<KvHarness>()> make;
  KvFaultRates rates;
};

inline std::string kv_variant_name(const testing::TestParamInfo<KvVariant>& info) { return info.param.name; }

inline std::vector<KvVariant> kv_variants(const std::function<std::unique_ptr<KvHarness>()>& make) {
  return {{"plain", make, {}}, {"often_refused", make, {.write_refused = 40, .flush_refused = 40}}};
}

namespace kv_contract {

inline constexpr KvSpace kRows = 0, kNames = 1, kIds = 2, kMeta = 3;
inline constexpr std::array<KvSpace, 4> kAll{kRows, kNames, kIds, kMeta};

inline std::vector<KvSpaceOptions> spaces() {
  return {{.name = "rows"},
          {.name = "names", .often_absent = true},
          {.name = "ids", .often_absent = false, .compress = false},
          {.name = "meta"}};
}

using Rows = std::vector<std::pair<std::string, std::string>>;
using Model = std::map<std::string, std::string>;

inline Rows rows_of(const KvSnapshot& snapshot, KvSpace space, const std::string& from = "",
                    const std::string& until = "") {
  Rows rows;
  const auto cursor = snapshot.scan(space, from, until);
  for (; cursor->valid(); cursor->next()) rows.emplace_back(cursor->key(), cursor->value());
  EXPECT_TRUE(cursor->status());
  return rows;
}

inline std::string numbered(std::uint64_t n) {
  std::string digits = std::to_string(n);
  return std::string(8 - digits.size(), '0') + digits;
}

// Mostly of the bytes that a signed or text comparison gets wrong.
inline std::string odd_key(Rng& rng) {
  std::string key(1 + rng.below(6), '\0');
  for (char& byte : key) byte = "\x00\x01\x7f\x80\xfe\xff"[rng.below(6)];
  return key;
}

// The same number in every space: whoever sees two numbers saw half a batch.
inline KvBatch counter(std::uint64_t n) {
  KvBatch batch;
  for (const KvSpace space : kAll) {
    batch.put(space, "counter", numbered(n));
    batch.put(space, "entry" + numbered(n), "x");
  }
  return batch;
}

// The number all spaces agree on, 0 when nothing was written; fails the test when they don't, or when an
// entry is missing or too many.
inline std::uint64_t agreed_counter(const KvSnapshot& snapshot) {
  std::optional<std::string> agreed;
  for (const KvSpace space : kAll) {
    const auto found = snapshot.get(space, "counter");
    EXPECT_TRUE(found);
    if (space == kAll[0]) agreed = *found;
    EXPECT_EQ(*found, agreed) << "space " << int{space};
  }
  const std::uint64_t count = agreed ? std::stoull(*agreed) : 0;
  for (const KvSpace space : kAll) {
    const Rows entries = rows_of(snapshot, space, "entry", "entrz");
    EXPECT_EQ(entries.size(), count) << "space " << int{space};
    EXPECT_EQ(entries.empty() ? "" : entries.back().first, count == 0 ? "" : "entry" + numbered(count));
  }
  return count;
}

}  // namespace kv_contract

class KvContract : public testing::TestWithParam<KvVariant> {
 protected:
  void SetUp() override {
    seed_ = testing::UnitTest::GetInstance()->random_seed() != 0
                ? static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed())
                : std::random_device{}();
    rng_ = Rng(seed_);
    harness_ = GetParam().make();
    open();
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << "seed " << seed_ << " (--gtest_random_seed)\n";
  }

  void open() {
    store_.reset();
    auto inner = harness_->open(kv_contract::spaces());
    ASSERT_TRUE(inner) << inner.error().message;
    auto faulty = std::make_unique<FaultyKv>(*std::move(inner), GetParam().rates, rng_.next());
    faulty_ = faulty.get();
    store_ = std::move(faulty);
  }
  void crash_and_open() {
    store_.reset();
    harness_->crash(rng_);
    open();
  }
  // Asks again as often as it is refused.
  static void until_taken(const std::function<Result<void>()>& act) {
    Result<void> done = act();
    for (int i = 0; i < 1000 && !done && done.error().kind == ErrorKind::unavailable; ++i) done = act();
    ASSERT_TRUE(done) << done.error().message;
  }
  void write(const KvBatch& batch) {
    until_taken([&] { return store_->write(batch); });
  }
  void flush() {
    until_taken([&] { return store_->flush(); });
  }
  void put(KvSpace space, const std::string& key, const std::string& value) {
    KvBatch batch;
    batch.put(space, key, value);
    write(batch);
  }
  kv_contract::Rows rows(KvSpace space) { return kv_contract::rows_of(*store_->snapshot(), space); }
  void write_bulk(const KvBatch& batch) {
    until_taken([&] { return store_->write_bulk(batch); });
  }

  std::uint64_t seed_ = 0;
  Rng rng_{0};
  std::unique_ptr<KvHarness> harness_;
  std::unique_ptr<KvStore> store_;
  FaultyKv* faulty_ = nullptr;
};

namespace kc = kv_contract;

TEST_P(KvContract, a_batch_is_seen_whole_in_every_space) {
  const auto before = store_->snapshot();
  write(kc::counter(1));
  EXPECT_EQ(kc::agreed_counter(*before), 0U);
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 1U);
}

TEST_P(KvContract, the_same_key_in_two_spaces_is_two_rows) {
  KvBatch batch;
  batch.put(kc::kRows, "k", "row");
  batch.put(kc::kIds, "k", "id");
  batch.remove(kc::kNames, "k");
  write(batch);
  EXPECT_EQ(rows(kc::kRows), (kc::Rows{{"k", "row"}}));
  EXPECT_EQ(rows(kc::kIds), (kc::Rows{{"k", "id"}}));
  EXPECT_EQ(rows(kc::kNames), kc::Rows{});
}

TEST_P(KvContract, of_the_changes_of_one_key_the_last_one_stands) {
  KvBatch batch;
  batch.put(kc::kRows, "kept", "1");
  batch.put(kc::kRows, "gone", "1");
  batch.remove(kc::kRows, "kept");
  batch.put(kc::kRows, "kept", "2");
  batch.put(kc::kRows, "twice", "1");
  batch.remove(kc::kRows, "gone");
  batch.put(kc::kRows, "twice", "2");
  write(batch);
  EXPECT_EQ(rows(kc::kRows), (kc::Rows{{"kept", "2"}, {"twice", "2"}}));
}

TEST_P(KvContract, of_long_keys_that_begin_alike_each_keeps_its_last_change) {
  const std::string same = "0123456789abcdef";
  KvBatch batch;
  kc::Model model;
  for (int i = 0; i < 500; ++i) {
    const std::string key = same + std::string(rng_.below(3), '\0') + std::to_string(rng_.below(20));
    const std::string value = std::to_string(i);
    batch.put(kc::kIds, key, value);
    if (rng_.chance(20)) batch.remove(kc::kIds, key);
    if (rng_.chance(50)) batch.put(kc::kIds, key, "again " + value);
    model.erase(key);
    const auto& last = batch.changes().back();
    if (!last.removed) model[key] = batch.value(last);
  }
  write(batch);
  EXPECT_EQ(rows(kc::kIds), kc::Rows(model.begin(), model.end()));
}

TEST_P(KvContract, an_empty_batch_changes_nothing) {
  write(kc::counter(1));
  write(KvBatch());
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 1U);
}

TEST_P(KvContract, a_refused_write_changes_nothing) {
  write(kc::counter(1));
  faulty_->refuse_writes(1);
  EXPECT_EQ(store_->write(kc::counter(2)).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 1U);
  write(kc::counter(2));
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 2U);
}

TEST_P(KvContract, a_snapshot_stands_still) {
  put(kc::kRows, "a", "old");
  put(kc::kRows, "b", "old");
  const auto snapshot = store_->snapshot();
  const auto cursor = snapshot->scan(kc::kRows, "", "");
  KvBatch batch;
  batch.put(kc::kRows, "a", "new");
  batch.remove(kc::kRows, "b");
  batch.put(kc::kRows, "c", "new");
  write(batch);
  flush();

  const kc::Rows old{{"a", "old"}, {"b", "old"}};
  EXPECT_EQ(kc::rows_of(*snapshot, kc::kRows), old);
  EXPECT_EQ(*snapshot->get(kc::kRows, "b"), "old");
  EXPECT_EQ(*snapshot->get(kc::kRows, "c"), std::nullopt);
  cursor->seek("b");
  ASSERT_TRUE(cursor->valid());
  EXPECT_EQ(cursor->value(), "old");
  cursor->next();
  EXPECT_FALSE(cursor->valid());
  EXPECT_EQ(rows(kc::kRows), (kc::Rows{{"a", "new"}, {"c", "new"}}));
}

TEST_P(KvContract, readers_see_whole_batches_while_writes_and_flushes_go_on) {
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    std::uint64_t last = 0;
    while (!stop && !HasFailure()) {
      const auto snapshot = store_->snapshot();
      const std::uint64_t now = kc::agreed_counter(*snapshot);
      EXPECT_GE(now, last);
      EXPECT_EQ(kc::agreed_counter(*snapshot), now);
      last = now;
    }
  });
  std::thread flusher([&] {
    while (!stop) {
      const auto flushed = store_->flush();
      EXPECT_TRUE(flushed || flushed.error().kind == ErrorKind::unavailable);
    }
  });
  for (std::uint64_t n = 1; n <= 200; ++n) write(kc::counter(n));
  stop = true;
  reader.join();
  flusher.join();
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 200U);
}

TEST_P(KvContract, a_scan_keeps_to_its_bounds) {
  for (const char* key : {"a", "b", "ba", "c", "\xff", "\xff\xff"}) put(kc::kRows, key, key);
  put(kc::kNames, "b", "another space");
  const auto snapshot = store_->snapshot();
  const auto keys = [&](const std::string& from, const std::string& until) {
    std::string out;
    for (const auto& [key, value] : kc::rows_of(*snapshot, kc::kRows, from, until)) out += key + " ";
    return out;
  };
  EXPECT_EQ(keys("", ""), "a b ba c \xff \xff\xff ");
  EXPECT_EQ(keys("b", "c"), "b ba ");
  EXPECT_EQ(keys("b", std::string("b\0", 2)), "b ");
  EXPECT_EQ(keys("bb", ""), "c \xff \xff\xff ");
  EXPECT_EQ(keys("", "b"), "a ");
  EXPECT_EQ(keys("\xff", "\xff\xff"), "\xff ");
  EXPECT_EQ(keys("b", "b"), "");
  EXPECT_EQ(keys("c", "a"), "");
  EXPECT_EQ(keys("d", "e"), "");
  EXPECT_EQ(keys("\xff\xff\xff", ""), "");
}

TEST_P(KvContract, a_cursor_seeks_both_ways_within_its_bounds) {
  for (const char* key : {"a", "b", "d", "f", "g"}) put(kc::kRows, key, key);
  const auto snapshot = store_->snapshot();
  std::unique_ptr<KvCursor> cursor;
  {
    const std::string from = "b", until = "g";  // gone before the cursor is
    cursor = snapshot->scan(kc::kRows, from, until);
  }
  const auto at = [&] { return cursor->valid() ? std::string(cursor->key()) : "end"; };
  const auto sought = [&](const char* key) {
    cursor->seek(key);
    return at();
  };
  EXPECT_EQ(at(), "b");
  EXPECT_EQ(sought("e"), "f");
  EXPECT_EQ(sought("c"), "d");
  EXPECT_EQ(sought("a"), "b");
  EXPECT_EQ(sought("g"), "end");
  EXPECT_EQ(sought("z"), "end");
  EXPECT_EQ(sought(""), "b");
  cursor->next();
  EXPECT_EQ(at(), "d");
  EXPECT_EQ(cursor->value(), "d");
  EXPECT_EQ(sought("f"), "f");
  cursor->next();
  EXPECT_EQ(at(), "end");
  EXPECT_EQ(sought("b"), "b");
  EXPECT_TRUE(cursor->status());
}

TEST_P(KvContract, agrees_with_an_ordered_map_of_bytes) {
  std::array<kc::Model, 4> model;
  std::vector<std::pair<std::unique_ptr<KvSnapshot>, std::array<kc::Model, 4>>> kept;
  for (int round = 0; round < 60; ++round) {
    KvBatch batch;
    for (int i = 0; i < 40; ++i) {
      const auto space = static_cast<KvSpace>(rng_.below(4));
      const std::string key = kc::odd_key(rng_), value = kc::numbered(rng_.below(1000));
      if (rng_.chance(30)) {
        batch.remove(space, key);
        model[space].erase(key);
      } else {
        batch.put(space, key, value);
        model[space][key] = value;
      }
    }
    write(batch);
    if (rng_.chance(10)) flush();
    if (rng_.chance(10)) kept.emplace_back(store_->snapshot(), model);
  }
  kept.emplace_back(store_->snapshot(), model);
  for (const auto& [snapshot, expected] : kept) {
    for (const KvSpace space : kc::kAll) {
      const kc::Model& rows = expected[space];
      EXPECT_EQ(kc::rows_of(*snapshot, space), kc::Rows(rows.begin(), rows.end()));
      const std::string from = kc::odd_key(rng_), until = from + kc::odd_key(rng_);
      EXPECT_EQ(kc::rows_of(*snapshot, space, from, until),
                kc::Rows(rows.lower_bound(from), rows.lower_bound(until)));
    }
  }
}

TEST_P(KvContract, an_empty_value_is_a_value) {
  put(kc::kIds, "empty", "");
  put(kc::kIds, "zero", std::string(1, '\0'));
  const auto snapshot = store_->snapshot();
  EXPECT_EQ(*snapshot->get(kc::kIds, "empty"), "");
  EXPECT_EQ(*snapshot->get(kc::kIds, "zero"), std::string(1, '\0'));
  EXPECT_EQ(*snapshot->get(kc::kIds, "none"), std::nullopt);
}

TEST_P(KvContract, a_large_value_comes_back_whole) {
  std::string large(9U << 20U, '\0');
  for (char& byte : large) byte = static_cast<char>(rng_.next());
  put(kc::kRows, "large", large);
  EXPECT_TRUE(*store_->snapshot()->get(kc::kRows, "large") == large);
  flush();
  open();
  EXPECT_TRUE(*store_->snapshot()->get(kc::kRows, "large") == large);
}

TEST_P(KvContract, get_many_answers_in_the_order_of_the_keys) {
  for (std::uint64_t n = 0; n < 200; n += 2) put(kc::kNames, kc::numbered(n), std::to_string(n));
  flush();
  put(kc::kNames, kc::numbered(2), "newer");
  const auto snapshot = store_->snapshot();
  std::vector<std::string> keys;
  for (int i = 0; i < 300; ++i) keys.push_back(kc::numbered(rng_.below(200)));  // repeated ones too
  keys.push_back(kc::numbered(2));
  const auto found = snapshot->get_many(kc::kNames, keys);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(found->at(i), *snapshot->get(kc::kNames, keys[i])) << keys[i];
    EXPECT_EQ(found->at(i).has_value(), std::stoull(keys[i]) % 2 == 0);
  }
  EXPECT_EQ(found->back(), "newer");
  EXPECT_TRUE(snapshot->get_many(kc::kNames, {})->empty());
}

TEST_P(KvContract, a_scan_back_is_the_scan_from_the_other_end) {
  kc::Model model;
  const auto change = [&] {
    const std::string key = kc::odd_key(rng_), value = kc::numbered(rng_.below(1000));
    KvBatch batch;
    rng_.chance(25) ? batch.remove(kc::kRows, key) : batch.put(kc::kRows, key, value);
    batch.changes()[0].removed ? (void)model.erase(key) : (void)(model[key] = value);
    write(batch);
  };
  for (int i = 0; i < 300; ++i) change();
  flush();
  for (int i = 0; i < 100; ++i) change();
  const auto snapshot = store_->snapshot();
  const kc::Model expected = model;
  change();
  const auto rows = [&](const std::string& from, const std::string& until) {
    kc::Rows out;
    const auto cursor = snapshot->scan_back(kc::kRows, from, until);
    for (; cursor->valid(); cursor->next()) out.emplace_back(cursor->key(), cursor->value());
    EXPECT_TRUE(cursor->status());
    return out;
  };
  for (int i = 0; i < 200; ++i) {
    const std::string from = rng_.chance(10) ? "" : kc::odd_key(rng_);
    const std::string until = rng_.chance(10) ? "" : kc::odd_key(rng_);
    kc::Rows up = kc::rows_of(*snapshot, kc::kRows, from, until);
    std::reverse(up.begin(), up.end());
    ASSERT_EQ(rows(from, until), up);
  }
  EXPECT_EQ(rows("", "").size(), expected.size());
}

TEST_P(KvContract, a_cursor_that_walks_back_seeks_the_last_key_before) {
  for (const char* key : {"a", "b", "d", "f", "g"}) put(kc::kRows, key, key);
  const auto snapshot = store_->snapshot();
  const auto cursor = snapshot->scan_back(kc::kRows, "b", "g");
  const auto at = [&] { return cursor->valid() ? std::string(cursor->key()) : "end"; };
  const auto sought = [&](const char* key) {
    cursor->seek(key);
    return at();
  };
  EXPECT_EQ(at(), "f");
  EXPECT_EQ(sought("e"), "d");
  EXPECT_EQ(sought("c"), "b");
  EXPECT_EQ(sought("a"), "end");
  EXPECT_EQ(sought("g"), "f");
  EXPECT_EQ(sought("z"), "f");
  EXPECT_EQ(sought("d"), "d");
  cursor->next();
  EXPECT_EQ(at(), "b");
  cursor->next();
  EXPECT_EQ(at(), "end");
  EXPECT_EQ(snapshot->scan_back(kc::kNames, "", "")->valid(), false);
  EXPECT_EQ(snapshot->scan_back(kc::kRows, "f", "b")->valid(), false);
  EXPECT_TRUE(cursor->status());
}

TEST_P(KvContract, a_bulk_write_does_what_a_write_does) {
  std::array<kc::Model, 4> model;
  std::vector<std::pair<std::unique_ptr<KvSnapshot>, std::array<kc::Model, 4>>> kept;
  for (int round = 0; round < 12; ++round) {
    KvBatch batch;
    for (std::uint64_t i = rng_.below(400); i > 0; --i) {
      const auto space = static_cast<KvSpace>(rng_.below(4));
      const std::string key = kc::odd_key(rng_), value = kc::numbered(rng_.below(1000));
      if (rng_.chance(30)) {
        batch.remove(space, key);
        model[space].erase(key);
      } else {
        batch.put(space, key, value);
        model[space][key] = value;
      }
    }
    rng_.chance(60) ? write_bulk(batch) : write(batch);
    if (rng_.chance(30)) kept.emplace_back(store_->snapshot(), model);
  }
  kept.emplace_back(store_->snapshot(), model);
  for (const auto& [snapshot, expected] : kept) {
    for (const KvSpace space : kc::kAll) {
      EXPECT_EQ(kc::rows_of(*snapshot, space), kc::Rows(expected[space].begin(), expected[space].end()));
    }
  }
}

TEST_P(KvContract, a_bulk_write_survives_a_crash_with_all_before_it) {
  std::uint64_t n = 0;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) write(kc::counter(++n));
    write_bulk(kc::counter(++n));
    crash_and_open();
    ASSERT_EQ(kc::agreed_counter(*store_->snapshot()), n);
  }
  write(kc::counter(++n));
  write_bulk(KvBatch());
  crash_and_open();
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), n) << "an empty one keeps what was before it, too";
}

TEST_P(KvContract, readers_see_whole_bulk_writes) {
  std::atomic<bool> stop = false;
  const auto read = [&] {
    std::uint64_t last = 0;
    while (!stop && !HasFailure()) {
      const auto snapshot = store_->snapshot();
      const std::uint64_t now = kc::agreed_counter(*snapshot);
      EXPECT_GE(now, last);
      EXPECT_EQ(kc::agreed_counter(*snapshot), now);
      last = now;
    }
  };
  std::thread one(read), two(read);
  for (std::uint64_t n = 1; n <= 40; ++n) n % 3 == 0 ? write(kc::counter(n)) : write_bulk(kc::counter(n));
  stop = true;
  one.join();
  two.join();
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 40U);
}

TEST_P(KvContract, a_refused_bulk_write_changes_nothing) {
  write(kc::counter(1));
  faulty_->refuse_writes(1);
  EXPECT_EQ(store_->write_bulk(kc::counter(2)).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 1U);
}

TEST_P(KvContract, what_a_store_is_used_for_changes_no_content) {
  kc::Model model;
  const auto put_bulk = [&] {
    KvBatch batch;
    for (int i = 0; i < 50; ++i) {
      const std::string key = kc::odd_key(rng_), value = kc::numbered(rng_.below(1000));
      rng_.chance(30) ? batch.remove(kc::kRows, key) : batch.put(kc::kRows, key, value);
      const auto& last = batch.changes().back();
      if (last.removed) {
        model.erase(key);
      } else {
        model[key] = value;
      }
    }
    write_bulk(batch);
  };
  const auto right = [&] { return kc::Rows(model.begin(), model.end()); };
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(store_->use_for(KvUse::filling));
    for (int i = 0; i < 20; ++i) put_bulk();
    ASSERT_EQ(rows(kc::kRows), right());
    const auto snapshot = store_->snapshot();
    const auto standing = right();
    ASSERT_TRUE(store_->use_for(KvUse::serving));
    ASSERT_TRUE(store_->use_for(KvUse::serving)) << "said again";
    put_bulk();
    EXPECT_EQ(kc::rows_of(*snapshot, kc::kRows), standing);
    ASSERT_EQ(rows(kc::kRows), right());
  }
  ASSERT_TRUE(store_->use_for(KvUse::filling));
  for (int i = 0; i < 20; ++i) put_bulk();
  crash_and_open();  // dies while it is filled
  EXPECT_EQ(rows(kc::kRows), right());
}

TEST_P(KvContract, a_store_is_filled_on_after_a_clear) {
  ASSERT_TRUE(store_->use_for(KvUse::filling));
  write_bulk(kc::counter(1));
  until_taken([&] { return store_->clear(); });
  for (std::uint64_t n = 1; n <= 5; ++n) write_bulk(kc::counter(n));
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 5U);
  ASSERT_TRUE(store_->use_for(KvUse::serving));
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 5U);
}

TEST_P(KvContract, clear_removes_everything_for_good) {
  for (std::uint64_t n = 1; n <= 50; ++n) write(kc::counter(n));
  flush();
  for (std::uint64_t n = 51; n <= 60; ++n) write(kc::counter(n));
  const auto cleared = store_->clear();
  ASSERT_TRUE(cleared) << cleared.error().message;
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 0U);
  crash_and_open();
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 0U);
  ASSERT_TRUE(store_->clear());  // of what is empty already

  KvBatch bulk;
  bulk.put(kc::kRows, "a", "b");
  write_bulk(bulk);
  put(kc::kNames, "c", "d");
  EXPECT_EQ(rows(kc::kRows), (kc::Rows{{"a", "b"}}));
  EXPECT_EQ(rows(kc::kNames), (kc::Rows{{"c", "d"}}));
}

TEST_P(KvContract, a_snapshot_outlives_a_clear) {
  for (std::uint64_t n = 1; n <= 10; ++n) write(kc::counter(n));
  flush();
  write(kc::counter(11));
  const auto snapshot = store_->snapshot();
  ASSERT_TRUE(store_->clear());
  write(kc::counter(1));
  flush();
  EXPECT_EQ(kc::agreed_counter(*snapshot), 11U);
  EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), 1U);
}

TEST_P(KvContract, what_was_flushed_is_there_after_opening_again) {
  std::uint64_t n = 0;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 20; ++i) write(kc::counter(++n));
    flush();
    crash_and_open();
    EXPECT_EQ(kc::agreed_counter(*store_->snapshot()), n);
  }
}

TEST_P(KvContract, a_crash_leaves_an_earlier_batch_whole) {
  std::uint64_t written = 0;
  for (int round = 0; round < 20; ++round) {
    for (std::uint64_t i = rng_.below(20); i > 0; --i) write(kc::counter(++written));
    flush();
    const std::uint64_t flushed = written;
    for (std::uint64_t i = rng_.below(20); i > 0; --i) write(kc::counter(++written));
    crash_and_open();
    const std::uint64_t left = kc::agreed_counter(*store_->snapshot());
    EXPECT_GE(left, flushed);
    EXPECT_LE(left, written);
    written = left;
  }
}

TEST_P(KvContract, a_store_with_a_space_that_nobody_listed_is_not_opened) {
  put(kc::kMeta, "a", "b");
  flush();
  store_.reset();
  auto fewer = kc::spaces();
  fewer.pop_back();
  const auto refused = harness_->open(fewer);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("meta"), std::string::npos) << refused.error().message;
  open();
  EXPECT_EQ(rows(kc::kMeta), (kc::Rows{{"a", "b"}}));
}

TEST_P(KvContract, a_list_that_grew_keeps_the_old_spaces) {
  put(kc::kMeta, "a", "b");
  flush();
  store_.reset();
  auto more = kc::spaces();
  more.push_back({.name = "totals"});
  auto grown = harness_->open(more);
  ASSERT_TRUE(grown) << grown.error().message;
  KvBatch batch;
  batch.put(static_cast<KvSpace>(more.size() - 1), "c", "d");
  EXPECT_TRUE((*grown)->write(batch));
  EXPECT_EQ(kc::rows_of(*(*grown)->snapshot(), kc::kMeta), (kc::Rows{{"a", "b"}}));
  EXPECT_EQ(kc::rows_of(*(*grown)->snapshot(), static_cast<KvSpace>(more.size() - 1)),
            (kc::Rows{{"c", "d"}}));
}

TEST_P(KvContract, is_open_once) {
  const auto second = harness_->open(kc::spaces());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
}

TEST_P(KvContract, stats_name_every_space) {
  for (std::uint64_t n = 1; n <= 10; ++n) write(kc::counter(n));
  flush();
  std::map<std::string, std::uint64_t> stats;
  for (const auto& [name, value] : store_->stats()) EXPECT_TRUE(stats.emplace(name, value).second) << name;
  std::uint64_t sum = 0;
  for (const KvSpaceOptions& space : kc::spaces()) {
    EXPECT_GT(stats["bytes_" + space.name], 0U) << space.name;
    sum += stats["bytes_" + space.name];
  }
  EXPECT_GE(stats["bytes"], sum);
}

}  // namespace wonjang
