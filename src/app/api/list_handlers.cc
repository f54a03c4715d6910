// Lists and search, from one commit of the serving views each.

#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_lines_json.h"
#include "app/api/json/money_payout_json.h"
#include "app/api/money_read.h"
#include "app/api/refuse_token.h"
#include "app/api/view_cursor.h"
#include "app/api/view_json.h"
#include "app/api/view_query.h"
#include "app/api/view_read.h"
#include "engine/serving/list_totals.h"
#include "engine/serving/payment_list.h"
#include "engine/serving/search.h"
#include "engine/serving/transaction_list.h"

namespace wonjang {
namespace {

// Of every list: where in it, and what beside the page.
struct ListWish {
  Period period;
  serving::Page page;
  std::string identity;
  bool totals = false;
  bool explain = false;
};

// A cursor names the period too: the one of a first page without bounds moves with the clock.
std::string cursor_payload(const Period& period, std::string_view place) {
  std::string out;
  put_be64(out, static_cast<std::uint64_t>(period.from.us));
  put_be64(out, static_cast<std::uint64_t>(period.until.us));
  out.append(place);
  return out;
}

struct Continued {
  Period period;
  std::string place;
};
std::optional<Continued> read_cursor(const Tokens& tokens, std::string_view identity, std::string_view text) {
  const auto payload = open_view_cursor(tokens, identity, text);
  if (!payload || payload->size() < 16) return std::nullopt;
  ByteReader in(*payload);
  Continued out;
  out.period.from.us = static_cast<std::int64_t>(in.be64());
  out.period.until.us = static_cast<std::int64_t>(in.be64());
  out.place = payload->substr(16);
  return out;
}

void answer_wrong(Api& api, CallPtr call, const Error& error) {
  if (error.kind == ErrorKind::not_found)
    return api.answer_problem(std::move(call), ProblemKind::not_found, error.message);
  answer_view_error(api, std::move(call), error);
}

// Parses what all lists share, of a parsed query. Nothing: the call was answered.
std::optional<ListWish> take_list(Api& api, CallPtr& call, const Query& query, std::string_view list) {
  const auto refuse = [&](const Error& error) {
    answer_wrong(api, std::move(call), error);
    return std::nullopt;
  };
  ListWish out;
  out.identity = identity_of(list, query, *call->caller);
  const auto explain = wants_explain(*call, query);
  if (!explain) return refuse(explain.error());
  out.explain = *explain;
  const auto limit = query.number("limit", 1, serving::kPageMax, 50);
  if (!limit) return refuse(invalid("limit is a number from 1 to " + std::to_string(serving::kPageMax)));
  out.page.limit = static_cast<std::uint32_t>(*limit);
  const auto sort = parse_sort(query);
  if (!sort) return refuse(sort.error());
  out.page.sort = *sort;
  const auto period = parse_period(query, api.clock().now());
  if (!period) return refuse(period.error());
  out.period = *period;
  const auto after = query.find("after");
  const auto totals = parse_flag(query, "totals", !after);
  if (!totals) return refuse(totals.error());
  out.totals = *totals;
  if (!after) return out;
  auto continued = read_cursor(api.parts().tokens, out.identity, *after);
  if (!continued) {
    refuse_view_cursor(api, std::move(call), out.identity, *after,
                       "after isn't a nextCursor that this server gave for this very question");
    return std::nullopt;
  }
  out.period = continued->period;
  out.page.after = std::move(continued->place);
  return out;
}

// A merchant's newest or oldest with no filter but the period: its rows in their order. The totals beside it
// are a cell a day, and rows where a day isn't whole.
bool is_whole_days(const Period& period) {
  return period.from == start_of(business_date_of(period.from)) &&
         period.until == start_of(business_date_of(period.until));
}
template <typename Filter>
Work work_of(const Filter& filter, const ListWish& wish) {
  Filter bare;
  bare.merchant = filter.merchant;
  bare.from = filter.from;
  bare.until = filter.until;
  const bool by_time = wish.page.sort == serving::Sort::newest || wish.page.sort == serving::Sort::oldest;
  const bool is_page = filter == bare && filter.merchant && by_time;
  return is_page && (!wish.totals || is_whole_days(wish.period)) ? Work::page : Work::query;
}

void put_period(JsonWriter& w, const Period& period) {
  w.begin_object("period").instant("from", period.from).instant("until", period.until).end_object();
}

void put_next(JsonWriter& w, Api& api, const ListWish& wish, const std::optional<std::string>& next) {
  w.flag("hasMore", next.has_value());
  if (!next) return;
  w.text("nextCursor",
         seal_view_cursor(api.parts().tokens, wish.identity, cursor_payload(wish.period, *next)));
}

void add_to(serving::Reading& sum, const serving::Reading& more) {
  sum.rows_read += more.rows_read;
  sum.rows_given_up += more.rows_given_up;
  sum.seeks += more.seeks;
}

// A text or an id is looked for among everybody's and narrowed to the merchant then: what was read on the way
// would tell a merchant what others have. It hears how many of its own it was shown.
serving::Reading shown_to(const Caller& caller, const serving::Reading& reading, std::size_t shown) {
  if (caller.merchant.is_zero()) return reading;
  return {.index = "texts and ids", .rows_read = shown, .seeks = 0};
}

// Of a page that ended before it was full although there is more: it had read as much as a page may.
// `text`: the parameter that a longer one of would help, if one was asked for.
template <typename Item>
std::string advice_for(const serving::Paged<Item>& page, const ListWish& wish, bool is_of_all,
                       std::string_view text) {
  if (!page.next || page.items.size() >= wish.page.limit) return {};
  std::string out(kPageEndedEarly);
  if (is_of_all) out.append(", of one merchant (`merchantId`)");
  if (!text.empty()) out.append(", with a longer text (`").append(text).append("`)");
  return out;
}
std::string_view text_asked_for(std::string_view parameter, const std::string& given) {
  return given.empty() ? std::string_view() : parameter;
}

serving::ListSources sources_of(Api& api, const ServingNow& now) {
  return {now.views().merchants(),
          now.views().forms(),
          &now.dictionary(),
          now.views().cubes(),
          api.options().ceilings.list_rows,
          api.options().ceilings.totals_cells};
}

// The end of every list: totals, what was seen and read.
void put_list_end(JsonWriter& w, Api& api, const ServingNow& now, const ListWish& wish,
                  serving::Reading reading, std::string_view advice,
                  const std::optional<serving::ListSums>& sums) {
  put_period(w, wish.period);
  if (sums) {
    put_list_totals(w, sums->answer);
    add_to(reading, sums->reading);
  }
  put_seen(w, api, now);
  put_reading(w, reading, advice);
  if (!wish.explain) return;
  Plan plan;
  plan.steps.push_back("page: " + reading.index);
  if (sums) plan.steps.push_back("totals: " + sums->reading.index);
  const auto& most = api.options().ceilings;
  plan.ceilings = {{"pageRows", most.list_rows}, {"totalsRows", most.list_rows}};
  if (sums) plan.ceilings.emplace_back("totalsCells", most.totals_cells);
  put_plan(w, reading, plan);
}

void run_payments(Api& api, CallPtr call, const ServingNow& now, const serving::PaymentFilter& filter,
                  const ListWish& wish) {
  const auto page = serving::PaymentList(sources_of(api, now)).page(now.snapshot(), filter, wish.page);
  if (!page) return answer_wrong(api, std::move(call), page.error());
  if (page->refused) return answer_too_wide(api, std::move(call), *page->refused);
  std::optional<serving::ListSums> sums;
  if (wish.totals) {
    auto found = serving::ListTotals(sources_of(api, now)).payments(now.snapshot(), filter);
    if (!found) return answer_wrong(api, std::move(call), found.error());
    sums = *std::move(found);
  }
  auto reading = page->reading;
  if (!filter.contains.empty() || !filter.metadata.empty()) {
    reading = shown_to(*call->caller, reading, page->items.size());
    if (sums) sums->reading = shown_to(*call->caller, sums->reading, 0);
  }
  const auto registry = api.registry();
  std::string body;
  JsonWriter w(body);
  w.begin_object().begin_array("payments");
  for (const auto& item : page->items) put_payment_item(w, item.payment, *registry);
  w.end_array();
  put_next(w, api, wish, page->next);
  put_list_end(w, api, now, wish, reading,
               advice_for(*page, wish, !filter.merchant, text_asked_for("contains", filter.contains)), sums);
  w.end_object();
  answer_view(api, std::move(call), now, std::move(body));
}

void run_transactions(Api& api, CallPtr call, const ServingNow& now, const serving::TransactionFilter& filter,
                      const ListWish& wish) {
  const auto page = serving::TransactionList(sources_of(api, now)).page(now.snapshot(), filter, wish.page);
  if (!page) return answer_wrong(api, std::move(call), page.error());
  if (page->refused) return answer_too_wide(api, std::move(call), *page->refused);
  std::optional<serving::ListSums> sums;
  if (wish.totals) {
    auto found = serving::ListTotals(sources_of(api, now)).transactions(now.snapshot(), filter);
    if (!found) return answer_wrong(api, std::move(call), found.error());
    sums = *std::move(found);
  }
  auto reading = page->reading;
  if (!filter.contains.empty()) {
    reading = shown_to(*call->caller, reading, page->items.size());
    if (sums) sums->reading = shown_to(*call->caller, sums->reading, 0);
  }
  const auto entry = now.views().merchants().of(*filter.merchant);
  if (!entry) return api.answer_error(std::move(call), entry.error());
  Merchant merchant;
  merchant.id = entry->id;
  merchant.code = entry->code;
  std::string body;
  JsonWriter w(body);
  w.begin_object().begin_array("transactions");
  for (const auto& item : page->items) put_transaction_item(w, item.transaction, merchant);
  w.end_array();
  put_next(w, api, wish, page->next);
  put_list_end(w, api, now, wish, reading,
               advice_for(*page, wish, /*is_of_all=*/false, text_asked_for("contains", filter.contains)),
               sums);
  w.end_object();
  answer_view(api, std::move(call), now, std::move(body));
}

// What the text is the id of on the money side. A line's id is searched for by its payment's.
struct MoneyId {
  std::optional<settlement::PayoutId> payout;
  std::optional<settlement::LineKey> line;
};

// The payout and the line with this id, and of a line the payout that covers it: those that the caller may
// see and that `only` doesn't leave out. While the money side isn't there, a line's payment is found all the
// same. Errors: unavailable (of a payout: not there yet), corrupt.
Result<void> put_money_hits(JsonWriter& w, Api& api, const Caller& caller, const MoneyId& id,
                            std::optional<std::uint32_t> only) {
  if (!api.serves(Part::money)) return {};
  const auto view = money_now(api);
  if (!view && id.payout) return view.error();
  if (!view) return {};
  const money::MoneyReader reader(*view->snapshot);
  const auto registry = api.registry();
  const auto may_see = [&](money::MerchantNo number) {
    const auto* merchant = registry->find_number(number);
    const bool is_own = caller.merchant.is_zero() || (merchant != nullptr && merchant->id == caller.merchant);
    return is_own && (!only || *only == number);
  };
  std::optional<money::LineSummary> line;
  if (id.line) {
    WJ_TRY(line, reader.line(*id.line));
    if (line && !may_see(line->merchant_no)) line.reset();
  }
  const auto covers = line ? line->payout : id.payout;
  std::optional<money::PayoutNow> payout;
  if (covers) {
    WJ_TRY(payout, reader.payout(*covers));
  }
  w.begin_array("settlementLines");
  if (line) put_line(w, *line, registry->find_number(line->merchant_no));
  w.end_array().begin_array("payouts");
  if (payout && may_see(payout->merchant_no)) put_payout(w, *payout, registry->find(payout->merchant));
  w.end_array();
  return {};
}

// A payout's id is no text of a payment: nothing is looked for.
Result<serving::Paged<serving::SearchHit>> find_payments(Api& api, const ServingNow& now,
                                                         const serving::SearchQuery& query,
                                                         const MoneyId& id) {
  if (id.payout) return serving::Paged<serving::SearchHit>();
  const auto& most = api.options().ceilings;
  return serving::Search::run(now.snapshot(), now.dictionary(), now.views().merchants(), now.views().forms(),
                              query, {most.search_seeks, most.search_rows});
}

void run_search(Api& api, CallPtr call, const ServingNow& now, const serving::SearchQuery& query,
                const MoneyId& id, const ListWish& wish) {
  const auto& most = api.options().ceilings;
  const auto found = find_payments(api, now, query, id);
  if (!found) return answer_wrong(api, std::move(call), found.error());
  const auto registry = api.registry();
  std::string body;
  JsonWriter w(body);
  w.begin_object().begin_array("payments");
  for (const auto& hit : found->items) put_search_hit(w, hit, *registry);
  w.end_array();
  if (id.payout || id.line) {
    if (const auto put = put_money_hits(w, api, *call->caller, id, query.merchant); !put)
      return api.answer_error(std::move(call), put.error());
  }
  put_next(w, api, wish, found->next);
  put_period(w, wish.period);
  put_seen(w, api, now);
  const auto reading = shown_to(*call->caller, found->reading, found->items.size());
  put_reading(w, reading, advice_for(*found, wish, !query.merchant, "q"));
  if (wish.explain) {
    put_plan(w, reading,
             {{"search: " + reading.index}, {{"seeks", most.search_seeks}, {"rows", most.search_rows}}});
  }
  w.end_object();
  answer_view(api, std::move(call), now, std::move(body));
}

}  // namespace

void list_payments(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse(payment_list_parameters(), list_parameters_given_often()))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  if (query.find("orderId")) return find_payment(api, std::move(call));
  auto filter = parse_payment_filter(query, *call->caller, *api.registry());
  if (!filter) return answer_wrong(api, std::move(call), filter.error());
  const auto wish = take_list(api, call, query, "payments");
  if (!wish) return;
  filter->from = wish->period.from;
  filter->until = wish->period.until;
  const auto work = work_of(*filter, *wish);
  at_view(api, std::move(call), query, work,
          [filter = *std::move(filter), wish = *wish](Api& a, CallPtr c, const ServingNow& now) {
            run_payments(a, std::move(c), now, filter, wish);
          });
}

void list_transactions(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse(transaction_list_parameters(), list_parameters_given_often()))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  auto filter = parse_transaction_filter(query, *call->caller, *api.registry());
  if (!filter) return answer_wrong(api, std::move(call), filter.error());
  const auto wish = take_list(api, call, query, "transactions");
  if (!wish) return;
  filter->from = wish->period.from;
  filter->until = wish->period.until;
  const auto work = work_of(*filter, *wish);
  at_view(api, std::move(call), query, work,
          [filter = *std::move(filter), wish = *wish](Api& a, CallPtr c, const ServingNow& now) {
            run_transactions(a, std::move(c), now, filter, wish);
          });
}

void search_payments(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse(search_parameters()))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  const auto text = parse_words(query, "q");
  if (!text) return answer_wrong(api, std::move(call), text.error());
  if (text->empty())
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, "say what to look for: ?q=");
  const auto whose = parse_payment_filter(query, *call->caller, *api.registry());
  if (!whose) return answer_wrong(api, std::move(call), whose.error());
  const auto wish = take_list(api, call, query, "search");
  if (!wish) return;
  serving::SearchQuery wanted;
  const MoneyId id{settlement::PayoutId::parse(*text), settlement::parse_line_key(*text)};
  wanted.text = id.line ? id.line->payment.text() : *text;
  wanted.merchant = whose->merchant;
  wanted.from = wish->period.from;
  wanted.until = wish->period.until;
  wanted.limit = wish->page.limit;
  wanted.after = wish->page.after;
  at_view(api, std::move(call), query, Work::query,
          [wanted, id, wish = *wish](Api& a, CallPtr c, const ServingNow& now) {
            run_search(a, std::move(c), now, wanted, id, wish);
          });
}

}  // namespace wonjang
