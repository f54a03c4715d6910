// Query parameters as clients write them.
#include "app/api/query.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace wonjang {
namespace {

constexpr std::array<std::string_view, 6> kKnown = {"q", "contains", "name", "from", "orderId", "metadata."};

std::string read(const std::string& text, std::string_view name) {
  Query query(text);
  const auto wrong = query.parse(std::span(kKnown));
  EXPECT_FALSE(wrong.has_value()) << text << ": " << wrong.value_or("");
  return std::string(query.find(name).value_or("nothing"));
}

TEST(QueryParameters, a_blank_in_a_free_text_is_read_however_it_was_written) {
  for (const std::string name : {"q", "contains", "name", "metadata.campaign"}) {
    EXPECT_EQ(read(name + "=LG+%EB%85%B8", name), "LG \xEB\x85\xB8") << "as URLSearchParams and urlencode do";
    EXPECT_EQ(read(name + "=LG%20%EB%85%B8", name), "LG \xEB\x85\xB8");
    EXPECT_EQ(read(name + "=C%2B%2B+a+b", name), "C++ a b");
  }
}

TEST(QueryParameters, elsewhere_a_plus_is_a_plus) {
  EXPECT_EQ(read("from=2026-11-01T00:00:00+09:00", "from"), "2026-11-01T00:00:00+09:00");
  EXPECT_EQ(read("orderId=a+b", "orderId"), "a+b");
}

TEST(QueryParameters, a_broken_escape_is_refused_beside_a_plus_too) {
  for (const char* text : {"q=a+%2", "q=a+%ZZ", "contains=%00+a", "from=+%"}) {
    Query query{std::string_view(text)};
    EXPECT_TRUE(query.parse(std::span(kKnown)).has_value()) << text;
  }
}

TEST(QueryParameters, a_card_number_is_refused_and_never_said_back) {
  for (const char* text :
       {"q=4111111111111111", "q=4111+1111+1111+1111", "contains=visa%204111-1111-1111-1111",
        "orderId=4111_1111_1111_1111", "orderId=x&name=4111111111111111.csv",
        "metadata.card=4111111111111111", "metadata.4111111111111111=x",
        "metadata.4111111111111111=", "4111111111111111=x", "q=%34111.1111.1111.1111exp1229"}) {
    Query query{std::string_view(text)};
    const auto wrong = query.parse(std::span(kKnown));
    ASSERT_TRUE(wrong.has_value()) << text;
    EXPECT_EQ(wrong->find("1111"), std::string::npos) << *wrong;
  }
  EXPECT_EQ(read("orderId=order-20261122-0001", "orderId"), "order-20261122-0001");
  EXPECT_EQ(read("from=2026-11-30T10:00:00.123456%2B09:00", "from"), "2026-11-30T10:00:00.123456+09:00");
}

}  // namespace
}  // namespace wonjang
