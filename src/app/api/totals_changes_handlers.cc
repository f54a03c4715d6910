// The payments that a difference of totals comes from: GET /v1/totals/{cube}/changes.

#include <array>
#include <utility>

#include "app/api/api.h"
#include "app/api/refuse_token.h"
#include "app/api/totals_query.h"
#include "app/api/view_cursor.h"
#include "app/api/view_json.h"
#include "app/api/view_query.h"
#include "app/api/view_read.h"
#include "base/bytes.h"
#include "engine/serving/changes.h"

namespace wonjang {
namespace {

constexpr std::string_view kChangesParameters[] = {
    "asOf",    "from",   "until",    "merchantId", "organisation", "method",       "status",
    "channel", "issuer", "currency", "limit",      "after",        "min-position", "explain"};

struct ChangesWish {
  serving::ChangesQuery query;
  std::string identity;
  bool explain = false;
};

// The period too: one without an end moves with the clock.
std::string seal_place(const Tokens& tokens, const ChangesWish& wish, std::string_view place) {
  std::string out;
  put_be32(out, static_cast<std::uint32_t>(wish.query.totals.from));
  put_be32(out, static_cast<std::uint32_t>(wish.query.totals.until));
  return seal_view_cursor(tokens, wish.identity, out.append(place));
}

// False: no cursor of this question.
bool go_on(const Tokens& tokens, std::string_view after, ChangesWish& wish) {
  const auto payload = open_view_cursor(tokens, wish.identity, after);
  if (!payload || payload->size() < 8) return false;
  ByteReader in(*payload);
  wish.query.totals.from = static_cast<std::int32_t>(in.be32());
  wish.query.totals.until = static_cast<std::int32_t>(in.be32());
  wish.query.after = payload->substr(8);
  return true;
}

Result<ChangesWish> parse_changes(Api& api, const Call& call, const Query& query,
                                  const serving::CubeSpec& cube) {
  ChangesWish out;
  WJ_TRY(auto totals, parse_totals(query, *call.caller, *api.registry(), cube, api.clock().now()));
  out.query.totals = std::move(totals.query);
  if (out.query.totals.face == serving::TotalsFace::now)
    return invalid("changes are since the close of a day: say asOf=2026-11-20");
  out.query.totals.face = serving::TotalsFace::difference;
  const auto limit = query.number("limit", 1, serving::kPageMax, 50);
  if (!limit) return invalid("limit is a number from 1 to " + std::to_string(serving::kPageMax));
  out.query.limit = static_cast<std::uint32_t>(*limit);
  out.identity = identity_of("changes of " + cube.name, query, *call.caller);
  WJ_TRY(out.explain, wants_explain(call, query));
  return out;
}

// Of a page that ended early.
std::string advice_for(const serving::CubeSpec& cube, const serving::TotalsQuery& asked) {
  std::string out(kPageEndedEarly);
  if (cube.key == serving::CubeKey::merchant && asked.merchants.empty())
    out.append(" or of one merchant (`merchantId`)");
  return out;
}

void run_changes(Api& api, CallPtr call, const ServingNow& now, const serving::CubeSpec& cube,
                 const ChangesWish& wish) {
  const auto rows_max = api.options().ceilings.list_rows;
  const serving::ListSources sources{now.views().merchants(), now.views().forms(), &now.dictionary(),
                                     now.views().cubes(), rows_max};
  const auto page = serving::read_changes(sources, api.parts().serving->log(), api.ledger().ports().codec,
                                          now.snapshot(), wish.query);
  if (!page) return answer_view_error(api, std::move(call), page.error());
  const auto& asked = wish.query.totals;
  const auto registry = api.registry();
  std::string body;
  JsonWriter w(body);
  w.begin_object().text("cube", cube.name).text("asOf", to_text(asked.close));
  w.begin_object("period").text("from", bucket_text(cube.grain, asked.from));
  w.text("until", bucket_text(cube.grain, asked.until)).end_object().begin_array("payments");
  for (const auto& item : page->items) put_changed_payment(w, item, *registry);
  w.end_array().flag("hasMore", page->next.has_value());
  if (page->next) w.text("nextCursor", seal_place(api.parts().tokens, wish, *page->next));
  const bool ended_early = page->next && page->items.size() < wish.query.limit;
  put_seen(w, api, now);
  put_reading(w, page->reading, ended_early ? advice_for(cube, asked) : std::string());
  if (wish.explain) {
    const auto books = api.ledger().books();
    const auto spread = books == 1 ? Spread::routed : Spread::scattered;
    put_plan(w, page->reading,
             {{"changes: " + page->reading.index},
              {{"pageRows", rows_max}, {"histories", serving::kHistoriesMax}},
              spread,
              books});
  }
  w.end_object();
  answer_view(api, std::move(call), now, std::move(body));
}

}  // namespace

void list_totals_changes(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse(kChangesParameters, totals_parameters_given_often()))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  const auto* cube = visible_cube(api.parts().serving->cubes(), *call->caller, call->parameter);
  if (cube == nullptr)
    return api.answer_problem(std::move(call), ProblemKind::not_found,
                              "there is no such cube for you; GET /v1/totals lists them");
  auto wish = parse_changes(api, *call, query, *cube);
  if (!wish) return answer_view_error(api, std::move(call), wish.error());
  const auto after = query.find("after");
  if (after && !go_on(api.parts().tokens, *after, *wish))
    return refuse_view_cursor(api, std::move(call), wish->identity, *after,
                              "after isn't a nextCursor that this server gave for this very question");
  at_view(api, std::move(call), query, Work::query,
          [cube, wish = *std::move(wish)](Api& a, CallPtr c, const ServingNow& now) {
            run_changes(a, std::move(c), now, *cube, wish);
          });
}

}  // namespace wonjang
