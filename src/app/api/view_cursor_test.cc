#include "app/api/view_cursor.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

Tokens tokens_of(unsigned char secret, std::vector<Restored> restores = {}) {
  Hash256 key{};
  key.fill(secret);
  return {TokenSeal(key), 2, Epochs(std::move(restores))};
}

TEST(ViewCursor, every_size_comes_back) {
  const auto tokens = tokens_of(1);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{6}, std::size_t{7}, std::size_t{14},
        std::size_t{255}, std::size_t{256}, kViewCursorMax}) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 7);
    const auto text = seal_view_cursor(tokens, "payments", payload);
    EXPECT_EQ(open_view_cursor(tokens, "payments", text), payload) << size;
  }
}

TEST(ViewCursor, another_query_another_server_and_any_changed_character_are_refused) {
  const auto tokens = tokens_of(1);
  const auto text = seal_view_cursor(tokens, "payments", "0123456789abcdef0123456789abcdef");
  EXPECT_FALSE(open_view_cursor(tokens, "transactions", text));
  EXPECT_FALSE(open_view_cursor(tokens_of(2), "payments", text));
  EXPECT_FALSE(open_view_cursor(tokens, "payments", ""));
  EXPECT_FALSE(open_view_cursor(tokens, "payments", tokens.positions({{1, 2}})));
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_view_cursor(tokens, "payments", changed)) << i;
    EXPECT_FALSE(open_view_cursor(tokens, "payments", text.substr(0, i))) << i;
  }
  EXPECT_FALSE(open_view_cursor(tokens, "payments", text + text));
}

TEST(ViewCursor, a_restore_ends_it_and_says_so) {
  const Restored monday{0xA1, Instant{1'000}, {{20, 5}}};
  const Restored tuesday{0xB2, Instant{2'000}, {{20, 5}}};
  const auto first = seal_view_cursor(tokens_of(1), "payments", "place");
  const auto second = seal_view_cursor(tokens_of(1, {monday}), "payments", "place");
  const auto now = tokens_of(1, {monday, tuesday});
  for (const auto& [text, lost_at] : {std::pair(first, monday.at), std::pair(second, tuesday.at)}) {
    EXPECT_FALSE(open_view_cursor(now, "payments", text));
    const auto lost = lost_view_cursor(now, "payments", text);
    ASSERT_TRUE(lost);
    EXPECT_EQ(lost->restored_at, lost_at);
    EXPECT_FALSE(lost->go_on_after);
    EXPECT_FALSE(lost_view_cursor(now, "transactions", text)) << "of another query it never was good";
  }
  EXPECT_EQ(open_view_cursor(now, "payments", seal_view_cursor(now, "payments", "place")), "place");
  EXPECT_FALSE(lost_view_cursor(now, "payments", seal_view_cursor(tokens_of(2), "payments", "place")));
  EXPECT_FALSE(open_view_cursor(tokens_of(1), "payments", second));
}

}  // namespace
}  // namespace wonjang
