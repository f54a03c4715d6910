// Reads of payments. They go to the book directly and see every answered write.

#include <algorithm>
#include <array>
#include <utility>

#include "app/api/api.h"
#include "app/api/event_types.h"
#include "app/api/json/answers.h"
#include "app/api/json/event_json.h"
#include "app/api/json/payment_json.h"
#include "app/api/list_page.h"
#include "app/api/query.h"
#include "app/api/read_position.h"
#include "app/api/refuse_token.h"
#include "app/api/secret_guard.h"

namespace wonjang {
namespace {

Refusal not_there() { return {RefusalCode::payment_not_found, "there is no such payment", "", 0}; }

bool may_see(const Caller& caller, const Payment& payment) {
  return caller.merchant.is_zero() || caller.merchant == payment.merchant;
}

// If-None-Match: a list of entity tags, or *.
bool has_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
  }
  return false;
}

// After a restore a version comes again with other content.
std::string tag_of(const Payment& payment, const Epochs& epochs) {
  std::string out = "\"" + std::to_string(payment.version);
  if (epochs.newest() != Epochs::kFirst) out.append("-").append(std::to_string(epochs.newest()));
  return out + "\"";
}

void answer_payment(Api& api, CallPtr call, const Payment& payment) {
  HttpResponse response;
  const auto tag = tag_of(payment, api.parts().tokens.epochs());
  response.headers.push_back({"ETag", tag});
  if (has_tag(call->request.head.header("If-None-Match"), tag)) {
    response.status = 304;
    return api.answer(std::move(call), std::move(response));
  }
  response.content_type = "application/json";
  append_payment_json(response.body, payment);
  api.answer(std::move(call), std::move(response));
}

void get_payment_of(Api& api, CallPtr call, PaymentId id) {
  const auto payment = api.ledger().payment(id);
  if (!payment) return api.answer_error(std::move(call), payment.error());
  if (!*payment || !may_see(*call->caller, **payment))
    return api.answer_refusal(std::move(call), not_there());
  answer_payment(api, std::move(call), **payment);
}

}  // namespace

void get_payment(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"min-position"})) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  const auto id = PaymentId::parse(call->parameter);
  if (!id) return api.answer_refusal(std::move(call), not_there());
  at_position(api, std::move(call), query,
              [id = *id](Api& a, CallPtr c) { get_payment_of(a, std::move(c), id); });
}

void find_payment(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"orderId", "merchantId", "min-position"})) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  const auto order = query.find("orderId");
  if (!order)
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, "say which order: ?orderId=");
  auto merchant = call->caller->merchant;
  if (const auto named = query.find("merchantId")) {
    const auto id = MerchantId::parse(*named);
    if (!id)
      return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                                "merchantId is no merchant's id");
    if (!merchant.is_zero() && merchant != *id) return api.answer_refusal(std::move(call), not_there());
    merchant = *id;
  }
  if (merchant.is_zero()) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, "say whose order: &merchantId=");
  }
  at_position(api, std::move(call), query, [merchant, order = std::string(*order)](Api& a, CallPtr c) {
    const auto id = a.ledger().payment_of_order(merchant, order);
    if (!id) return a.answer_error(std::move(c), id.error());
    if (!*id) return a.answer_refusal(std::move(c), not_there());
    get_payment_of(a, std::move(c), **id);
  });
}

namespace {

void answer_events(Api& api, CallPtr call, PaymentId id, const PageWish& wish, const EventTypes& types) {
  const auto history = api.ledger().history(id);
  if (!history) return api.answer_error(std::move(call), history.error());
  if (!*history || !may_see(*call->caller, (*history)->payment))
    return api.answer_refusal(std::move(call), not_there());
  const auto& events = (*history)->events;
  const auto is_wanted = [&](const StoredEvent& one) { return types.has(one.event.body); };
  std::size_t next = wish.after.empty() ? 0 : std::min<std::size_t>(wish.after[0] + 1, events.size());
  std::vector<std::string> items;
  for (; next < events.size() && items.size() < wish.limit; ++next) {
    if (!is_wanted(events[next])) continue;
    append_event_json(items.emplace_back(), events[next].event,
                      api.parts().tokens.position(events[next].book, events[next].position + 1));
  }
  // The cursor moves past what isn't asked for, too.
  while (next < events.size() && !is_wanted(events[next])) ++next;
  std::vector<std::uint64_t> last;
  if (next > 0) last = {next - 1};  // also behind an empty page: the next look goes on where this one ended
  api.answer_json(std::move(call), page_json(api.parts().tokens, "events", items, next < events.size(),
                                             Tokens::List::payment_events, last));
}

}  // namespace

void get_payment_events(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  constexpr std::array<std::string_view, 4> kKnown{"min-position", "limit", "after", kTypesParameter};
  constexpr std::array kLists{kTypesParameter};
  if (const auto wrong = query.parse(kKnown, kLists)) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  const auto types = event_types_in(query);
  if (!types) return api.answer_problem(std::move(call), ProblemKind::bad_parameter, types.error().message);
  const auto wish = take_page(api, call, query, Tokens::List::payment_events, /*key_size=*/1);
  if (!wish) return;
  const auto id = PaymentId::parse(call->parameter);
  if (!id) return api.answer_refusal(std::move(call), not_there());
  at_position(api, std::move(call), query, [id = *id, wish = *wish, types = *types](Api& a, CallPtr c) {
    answer_events(a, std::move(c), id, wish, types);
  });
}

// ---- min-position ----

Result<bool> has_reached(const Ledger& ledger, const Positions& wanted) {
  for (std::uint32_t book = 0; book < wanted.of.size(); ++book) {
    if (wanted.of[book] == 0) continue;
    Position tail = 0;
    WJ_CHECK(ledger.with_book(book, [&](const Book& b) {
      tail = b.tail();
      return Result<void>();
    }));
    if (tail < wanted.of[book]) return false;
  }
  return true;
}

void at_position(Api& api, CallPtr call, const Query& query, std::function<void(Api&, CallPtr)> then) {
  const auto in_query = query.find("min-position");
  const auto token = in_query ? *in_query : call->request.head.header("Min-Position");
  if (token.empty()) return then(api, std::move(call));
  const auto wanted = api.parts().tokens.parse_min_position(token);
  if (!wanted) {
    return refuse_min_position(api, std::move(call), token);
  }
  const auto here = has_reached(api.ledger(), *wanted);
  if (!here) return api.answer_error(std::move(call), here.error());
  if (*here) return then(api, std::move(call));
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(api.options().position_wait_ms_max);
  const auto held = std::make_shared<CallPtr>(std::move(call));
  const bool taken = api.parts().waiters.add(
      [&api, held, wanted = *wanted, then = std::move(then)](bool last) {
        const auto now_here = has_reached(api.ledger(), wanted);
        const bool is_here = now_here && *now_here;
        if (!is_here && !last) return false;
        if (!api.is_still_let_in(*held)) return true;
        if (is_here) {
          then(api, std::move(*held));
          return true;
        }
        HttpResponse response;
        ProblemExtras extras;
        extras.detail = "the ledger isn't there yet; its present position is in the header Ledger-Position";
        extras.request_id = (*held)->request_id;
        extras.instance = sayable((*held)->path());
        auto reply = problem_reply(ProblemKind::position_not_reached, extras);
        response.status = reply.status;
        response.content_type = std::string(content_type_of(reply.status));
        response.body = std::move(reply.body);
        response.headers.push_back({"Ledger-Position", api.parts().tokens.positions(api.ledger().tails())});
        api.answer(std::move(*held), std::move(response));
        return true;
      },
      until);
  if (!taken) api.answer_no_room(std::move(*held));
}

}  // namespace wonjang
