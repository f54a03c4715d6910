#include "app/api/list_page.h"

#include <utility>

#include "app/api/api.h"
#include "app/api/refuse_token.h"

namespace wonjang {

std::optional<PageWish> take_page(Api& api, CallPtr& call, const Query& query, Tokens::List list,
                                  std::size_t key_size) {
  PageWish wish;
  const auto limit = query.number("limit", 1, kPageMax, kPageUsual);
  if (!limit) {
    api.answer_problem(std::move(call), ProblemKind::bad_parameter, "limit is a number from 1 to 1000");
    return std::nullopt;
  }
  wish.limit = static_cast<std::size_t>(*limit);
  const auto after = query.find("after");
  if (!after) return wish;
  auto key = api.parts().tokens.parse_list_cursor(list, *after, key_size);
  if (!key) {
    refuse_list_cursor(api, std::move(call), *after,
                       "after isn't a nextCursor that this server gave for this list");
    return std::nullopt;
  }
  wish.after = *std::move(key);
  return wish;
}

std::optional<PageWish> take_page(Api& api, CallPtr& call, Tokens::List list, std::size_t key_size) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"limit", "after"})) {
    api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
    return std::nullopt;
  }
  return take_page(api, call, query, list, key_size);
}

std::string page_json(const Tokens& tokens, std::string_view name, const std::vector<std::string>& items,
                      bool has_more, Tokens::List list, const std::vector<std::uint64_t>& last) {
  std::string body = "{\"" + std::string(name) + "\":[";
  for (const auto& item : items) {
    if (body.back() != '[') body.push_back(',');
    body.append(item);
  }
  body.append("],\"hasMore\":").append(has_more ? "true" : "false");
  if (!last.empty()) body.append(",\"nextCursor\":\"").append(tokens.list_cursor(list, last)).append("\"");
  body.push_back('}');
  return body;
}

}  // namespace wonjang
