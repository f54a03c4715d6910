// One page of a list, as every list but the feed gives it: ?limit= (1 to 1000, 50), ?after= a sealed cursor;
// the answer holds hasMore and, behind a page that holds anything, nextCursor.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/handlers.h"
#include "app/api/query.h"
#include "app/api/tokens.h"

namespace wonjang {

constexpr std::int64_t kPageMax = 1'000;
constexpr std::int64_t kPageUsual = 50;
// Of ?count=true: so many or more. A list that people work off is shorter.
constexpr std::uint32_t kCountedMax = 1'000;

struct PageWish {
  std::size_t limit = kPageUsual;
  std::vector<std::uint64_t> after;  // the last item's key; empty: from the beginning
};

// Of a parsed query. Nothing: the call was answered (BAD_PARAMETER, INVALID_CURSOR). `key_size`: numbers in a
// cursor of this list.
std::optional<PageWish> take_page(Api& api, CallPtr& call, const Query& query, Tokens::List list,
                                  std::size_t key_size);
// The same, of a path that takes no other parameters.
std::optional<PageWish> take_page(Api& api, CallPtr& call, Tokens::List list, std::size_t key_size);

// `{"<name>":[items],"hasMore":...,"nextCursor":...}` of items that are JSON already. An empty `last`: no
// cursor, as behind an empty page.
std::string page_json(const Tokens& tokens, std::string_view name, const std::vector<std::string>& items,
                      bool has_more, Tokens::List list, const std::vector<std::uint64_t>& last);

}  // namespace wonjang
