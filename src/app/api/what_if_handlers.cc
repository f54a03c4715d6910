// What a change of reference data would move, of one that is proposed or that might be.

#include <charconv>
#include <memory>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_payout_json.h"
#include "app/api/money_read.h"
#include "app/api/money_work.h"
#include "app/api/refuse_token.h"
#include "app/api/view_cursor.h"
#include "app/api/what_if_page.h"
#include "app/money/ledger_sink.h"

namespace wonjang {
namespace {

using money::MovedList;
using money::MovedPlace;

std::string text_of(const MovedPlace& place) {
  return std::to_string(static_cast<int>(place.list)) + " " + std::to_string(place.count) + " " +
         std::to_string(place.hash);
}

// Of our own bytes, which the seal has kept whole.
std::optional<MovedPlace> place_in(std::string_view payload) {
  std::uint64_t numbers[3] = {};
  const char* at = payload.data();
  const char* const end = at + payload.size();
  for (auto& number : numbers) {
    if (at != end && *at == ' ') ++at;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return std::nullopt;
    at = next;
  }
  if (numbers[0] > static_cast<std::uint64_t>(MovedList::failures)) return std::nullopt;
  return MovedPlace{static_cast<MovedList>(numbers[0]), numbers[1], numbers[2]};
}

}  // namespace

std::optional<WhatIfPage> take_what_if_page(Api& api, CallPtr& call, const Query& query,
                                            const std::string& about) {
  WhatIfPage page;
  page.identity = "what-if\n" + about;
  const auto limit = query.number("limit", 1, kWhatIfPageMax, 1'000);
  if (!limit) {
    api.answer_problem(std::move(call), ProblemKind::bad_parameter, "limit is a number from 1 to 10000");
    return std::nullopt;
  }
  page.asked.count_max = static_cast<std::size_t>(*limit);
  const auto after = after_in(query);
  if (!after) return page;
  const auto opened = open_view_cursor(api.parts().tokens, page.identity, *after);
  if (opened) page.asked.after = place_in(*opened);
  if (page.asked.after) return page;
  refuse_view_cursor(
      api, std::move(call), page.identity, *after,
      "after isn't a nextLinesCursor, nextPayoutsCursor or nextFailuresCursor that this server "
      "gave for this change");
  return std::nullopt;
}

namespace {

// Computed once for all its pages, as long as the answer is kept.
Result<money::WhatIf> page_asked(Api& api, const settlement::Reference& reference, const KvSnapshot& snapshot,
                                 const WhatIfPage& page) {
  auto& side = *api.parts().money;
  auto& keeper = side.what_ifs();
  if (page.asked.after) {
    const auto kept = keeper.find(page.identity);
    auto found = kept == nullptr ? std::nullopt : money::page_of(*kept, page.asked);
    if (found) return *std::move(found);
  }
  LedgerSink sink(side.ledger());  // nothing is written through it
  const auto ports = side.ports_of(sink);
  WJ_TRY(auto computed, money::what_if(snapshot, ports, reference, {WhatIfKeeper::kItemsMax, std::nullopt}));
  const auto kept = std::make_shared<const money::WhatIf>(std::move(computed));
  keeper.keep(page.identity, kept);
  auto found = money::page_of(*kept, page.asked);
  if (found) return *std::move(found);
  // Behind what is kept, or no page of this answer: then the error says so.
  return money::what_if(snapshot, ports, reference, page.asked);
}

}  // namespace

void answer_what_if(Api& api, CallPtr call, const settlement::Reference& reference,
                    const KvSnapshot& snapshot, const WhatIfPage& page) {
  const auto moved = page_asked(api, reference, snapshot, page);
  if (!moved && moved.error().kind == ErrorKind::conflict)
    return api.answer_problem(std::move(call), ProblemKind::invalid_cursor, moved.error().message);
  if (!moved) return answer_job_error(api, std::move(call), moved.error());
  std::string body;
  JsonWriter w(body);
  put_what_if(w, *moved, [&](const MovedPlace& place) {
    return seal_view_cursor(api.parts().tokens, page.identity, text_of(place));
  });
  api.answer_json(std::move(call), std::move(body));
}

void get_what_if(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"limit", "cursor"});
  if (!query) return;
  const auto id = settlement::ChangeId::parse(call->parameter);
  if (!id)
    return api.answer_problem(std::move(call), ProblemKind::not_found, "that is no change's id, chg_...");
  const auto page = take_what_if_page(api, call, *query, id->text());
  if (!page) return;
  ask_money(api, std::move(call), "a what-if",
            [id = *id, page = *page](Api& a, CallPtr c, const auto& snapshot) {
              const auto change = money::MoneyReader(*snapshot).change(id);
              if (!change) return a.answer_error(std::move(c), change.error());
              if (!*change)
                return a.answer_problem(std::move(c), ProblemKind::not_found, "there is no such change");
              answer_what_if(a, std::move(c), (*change)->proposed.reference, *snapshot, page);
            });
}

}  // namespace wonjang
