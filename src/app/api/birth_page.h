// One page of a list of the registry, in order of id: that of birth. Cursor and answer are those of
// list_page.h.
//
// Threads: values.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/list_page.h"
#include "domain/ids.h"

namespace wonjang {

// `found` in any order, with what lies before the page; `append` writes one as JSON.
template <typename Item, typename Append>
std::string birth_page(const Tokens& tokens, Tokens::List list, std::string_view name,
                       std::vector<const Item*> found, const PageWish& wish, Append append) {
  const RawId after = wish.after.empty() ? RawId{} : RawId{wish.after[0], wish.after[1]};
  std::erase_if(found, [&](const Item* item) { return !(item->id.raw() > after); });
  const auto count = std::min(wish.limit, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(count),
                            [](const Item* a, const Item* b) { return a->id < b->id; });
  std::vector<std::string> items(count);
  for (std::size_t i = 0; i < count; ++i) append(items[i], *found[i]);
  std::vector<std::uint64_t> last;
  if (count > 0) last = {found[count - 1]->id.raw().high, found[count - 1]->id.raw().low};
  return page_json(tokens, name, items, found.size() > count, list, last);
}

}  // namespace wonjang
