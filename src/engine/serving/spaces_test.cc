#include "engine/serving/spaces.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wonjang::serving {
namespace {

constexpr Instant kNow{1'795'316'645'000'000};

Locator at(std::int64_t us, std::uint64_t payment = 5, MerchantNo merchant = 7) {
  return {merchant, {us}, PaymentId(RawId{payment, payment})};
}
bool is_within(const KeyRange& range, const std::string& key) {
  return key >= range.from && (range.until.empty() || key < range.until);
}

TEST(Spaces, keys_come_back_as_the_place_they_were_made_of) {
  const Locator place = at(kNow.us);
  EXPECT_EQ(read_row_key(row_key(place)), place);
  EXPECT_EQ(read_locator(place.payment, locator_value(place)), place);
  const auto merchant = merchant_prefix(place.merchant);
  EXPECT_EQ(read_timeline_key(timeline_key(place), merchant), place);
  EXPECT_EQ(read_hint(id_key(IdKind::approve_no, "12345678", place), merchant), place);
  EXPECT_EQ(read_hint(posting_key(TextField::buyer, 0xFFFF'FFFF'FFFFULL, place), merchant), place);
}

TEST(Spaces, keys_of_a_wrong_size_are_no_place) {
  const Locator place = at(kNow.us);
  const auto merchant = merchant_prefix(place.merchant);
  EXPECT_FALSE(read_row_key(row_key(place) + "x"));
  EXPECT_FALSE(read_row_key(""));
  EXPECT_FALSE(read_locator(place.payment, "short"));
  EXPECT_FALSE(read_timeline_key("short", merchant));
  EXPECT_FALSE(read_hint(id_key(IdKind::order_id, "a", place), "abc"));
}

TEST(Spaces, the_newest_comes_first) {
  EXPECT_LT(row_key(at(2)), row_key(at(1)));
  EXPECT_LT(timeline_key(at(2)), timeline_key(at(1)));
  EXPECT_LT(amount_key(at(kNow.us), 2'000), amount_key(at(kNow.us), 1'000));
  EXPECT_LT(amount_key(at(kNow.us), 0), amount_key(at(kNow.us), -1));
}

TEST(Spaces, a_period_is_half_open) {
  const auto prefix = merchant_prefix(7);
  const auto range = newest_first(prefix, {1'000}, {2'000});
  EXPECT_TRUE(is_within(range, row_key(at(1'000, 0))));
  EXPECT_TRUE(is_within(range, row_key(at(1'000, UINT64_MAX))));
  EXPECT_TRUE(is_within(range, row_key(at(1'999, 0))));
  EXPECT_FALSE(is_within(range, row_key(at(2'000, UINT64_MAX))));
  EXPECT_FALSE(is_within(range, row_key(at(999, 0))));
  EXPECT_FALSE(is_within(range, row_key(at(1'500, 5, 8))));
  EXPECT_FALSE(is_within(range, row_key(at(1'500, 5, 6))));
}

TEST(Spaces, an_open_period_is_the_whole_prefix) {
  for (const MerchantNo merchant : {0U, 7U, 0xFFFF'FFFEU, 0xFFFF'FFFFU}) {
    const auto range = newest_first(merchant_prefix(merchant), {}, {});
    EXPECT_TRUE(is_within(range, row_key(at(1, 0, merchant))));
    EXPECT_TRUE(is_within(range, row_key(at(INT64_MAX, UINT64_MAX, merchant))));
    if (merchant == 0xFFFF'FFFFU) continue;
    EXPECT_FALSE(is_within(range, row_key(at(1, 0, merchant + 1))));
  }
}

TEST(Spaces, after_prefix_is_above_everything_that_begins_with_it) {
  EXPECT_EQ(after_prefix("a"), "b");
  EXPECT_EQ(after_prefix("a\xFF"), "b");
  EXPECT_EQ(after_prefix("\xFF\xFF"), "");
  EXPECT_EQ(after_prefix(""), "");
}

TEST(Spaces, an_id_is_not_found_as_the_beginning_of_a_longer_one) {
  const auto prefix = id_prefix(IdKind::order_id, "abc");
  EXPECT_FALSE(id_key(IdKind::order_id, "abcd", at(1)).starts_with(prefix));
  EXPECT_TRUE(id_key(IdKind::order_id, "abc", at(1)).starts_with(prefix));
}

TEST(Spaces, months_change_at_midnight_in_seoul) {
  EXPECT_EQ(month_of({0}), 0);
  const Instant december{1'796'050'800'000'000};  // 2026-12-01T00:00:00+09:00
  EXPECT_EQ(month_of(december), (2026 - 1970) * 12 + 11);
  EXPECT_EQ(month_of(december.plus_us(-1)), (2026 - 1970) * 12 + 10);
  const Instant leap{1'709'132'400'000'000};  // 2024-02-29T00:00:00+09:00
  EXPECT_EQ(month_of(leap), (2024 - 1970) * 12 + 1);
}

}  // namespace
}  // namespace wonjang::serving
