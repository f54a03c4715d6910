#include "app/api/feed.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "app/api/api.h"
#include "app/api/event_types.h"
#include "app/api/json/event_json.h"
#include "app/api/query.h"
#include "app/api/read_position.h"
#include "app/api/refuse_token.h"
#include "domain/settlement/streams.h"

namespace wonjang {
namespace {

constexpr std::uint32_t kUnitsAtOnce = 256;
constexpr std::size_t kBytesAtOnce = std::size_t{512} * 1024;

// The events of one book, read ahead a little.
class BookReader {
 public:
  BookReader(const Ledger& ledger, std::uint32_t book, Position from)
      : ledger_(ledger), book_(book), next_(from) {}

  // The oldest event not taken yet; null at the end of the book.
  Result<const StoredEvent*> front() {
    if (ahead_.empty() && !at_end_) WJ_CHECK(refill());
    return ahead_.empty() ? nullptr : &ahead_.front();
  }
  void pop() { ahead_.pop_front(); }

 private:
  Result<void> refill() {
    WJ_TRY(const auto units, ledger_.read(book_, next_, kUnitsAtOnce, kBytesAtOnce));
    for (const auto& unit : units) {
      Position position = unit.first;
      for (const auto& bytes : unit.events) {
        if (position >= next_) {
          WJ_TRY(auto event, ledger_.ports().codec.decode(bytes));
          ahead_.push_back({book_, position, std::move(event)});
        }
        ++position;
      }
    }
    if (ahead_.empty()) {
      at_end_ = true;
    } else {
      next_ = ahead_.back().position + 1;
    }
    return {};
  }

  const Ledger& ledger_;
  const std::uint32_t book_;
  Position next_;
  std::deque<StoredEvent> ahead_;
  bool at_end_ = false;
};

// The book whose next event was recorded first; the lower number on a tie.
Result<std::optional<std::uint32_t>> oldest(std::deque<BookReader>& readers) {
  std::optional<std::uint32_t> out;
  Instant at;
  for (std::uint32_t book = 0; book < readers.size(); ++book) {
    WJ_TRY(const auto* event, readers[book].front());
    if (event == nullptr || (out && event->event.recorded_at >= at)) continue;
    out = book;
    at = event->event.recorded_at;
  }
  return out;
}

// Of the house's events those that say what a merchant gets.
struct IsForMerchants {
  bool operator()(const settlement::LinesRecorded&) const { return true; }
  bool operator()(const settlement::LinesRedated&) const { return true; }
  bool operator()(const settlement::PayoutRequested&) const { return true; }
  bool operator()(const settlement::PayoutUpdated&) const { return true; }
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }
};

bool is_for(const Event& event, MerchantId only) {
  if (only.is_zero()) return true;
  if (event.merchant != only) return false;
  return !settlement::house_stream_of(subject_of(event)) || std::visit(IsForMerchants(), event.body);
}

Result<Instant> recorded_at(const Ledger& ledger, std::uint32_t book, Position position) {
  WJ_TRY(const auto units, ledger.read(book, position, /*units_max=*/1, /*bytes_max=*/1));
  const bool is_there = !units.empty() && units.front().first <= position && position < units.front().next();
  if (!is_there) return corrupt("there is no event at position " + std::to_string(position));
  WJ_TRY(const auto event, ledger.ports().codec.decode(units.front().events[position - units.front().first]));
  return event.recorded_at;
}

constexpr std::string_view kNow = "now";  // in place of a cursor; none of ours is so short

struct FeedRequest {
  Positions from;
  FeedFilter filter;
  std::size_t limit = 0;
};

void answer_page(Api& api, CallPtr call, const FeedPage& page) {
  std::string body;
  body.reserve(page.events.size() + 128);
  body.append("{\"events\":[").append(page.events);
  body.append("],\"nextCursor\":\"").append(page.next_cursor);
  body.append("\",\"hasMore\":").append(page.more ? "true" : "false").append("}");
  api.answer_json(std::move(call), std::move(body));
}

// Nothing: wrong, and `call` was answered.
std::optional<Positions> parse_since(Api& api, CallPtr& call, std::string_view text) {
  const auto since = parse_rfc3339(text);
  if (!since || *since > api.ledger().ports().clock.now()) {
    api.answer_problem(
        std::move(call), ProblemKind::bad_parameter,
        !since ? "since is a time as 2026-11-22T10:00:00+09:00 or 2026-11-22T01:00:00Z"
               : "since lies ahead of the ledger's clock; after=now gives what comes from here on");
    return std::nullopt;
  }
  auto start = feed_start(api.ledger(), *since);
  if (start) return *std::move(start);
  api.answer_error(std::move(call), start.error());
  return std::nullopt;
}

// Nothing: wrong, and `call` was answered.
std::optional<FeedRequest> parse_request(Api& api, CallPtr& call, const Query& query) {
  FeedRequest out;
  out.filter.only = call->caller->merchant;
  const auto types = event_types_in(query);
  if (!types) {
    api.answer_problem(std::move(call), ProblemKind::bad_parameter, types.error().message);
    return std::nullopt;
  }
  out.filter.types = *types;
  out.from.of.resize(api.ledger().books());
  const auto limit = query.number("limit", 1, kFeedLimitMax, 50);
  if (!limit) {
    api.answer_problem(std::move(call), ProblemKind::bad_parameter, "limit is a number from 1 to 1000");
    return std::nullopt;
  }
  out.limit = static_cast<std::size_t>(*limit);
  const auto after = query.find("after");
  if (const auto since = query.find("since")) {
    if (after) {
      api.answer_problem(
          std::move(call), ProblemKind::bad_parameter,
          "after and since both say where to begin: give one; the next page is after=nextCursor");
      return std::nullopt;
    }
    auto start = parse_since(api, call, *since);
    if (!start) return std::nullopt;
    out.from = *std::move(start);
  } else if (after && *after == kNow) {
    out.from = api.ledger().tails();
  } else if (after) {
    const auto cursor = api.parts().tokens.parse_cursor(*after);
    if (!cursor) {
      refuse_token(
          api, std::move(call), *after,
          {"after", "after isn't a cursor that this server gave",
           "What you took from the events behind it has to be put right. Then go on with after= the "
           "goOnAfter of this answer, where there is one: it stands behind all that you have seen and "
           "is still here; or begin again with since= a time before the backup."});
      return std::nullopt;
    }
    // A cursor of this epoch from the future: an older copy was put in the place of a book, by hand.
    const auto known = has_reached(api.ledger(), *cursor);
    if (!known || !*known) {
      known ? api.answer_problem(std::move(call), ProblemKind::invalid_cursor,
                                 "after lies behind the end of this ledger, which has lost events: was an "
                                 "older copy put in its place? Begin again with since=")
            : api.answer_error(std::move(call), known.error());
      return std::nullopt;
    }
    out.from = *cursor;
  }
  return out;
}

}  // namespace

Result<FeedPage> read_feed(const Ledger& ledger, const Tokens& tokens, const Positions& from,
                           std::size_t limit, const FeedFilter& filter) {
  std::deque<BookReader> readers;
  for (std::uint32_t book = 0; book < from.of.size(); ++book)
    readers.emplace_back(ledger, book, from.of[book]);
  FeedPage page;
  page.next = from;
  CursorWriter cursor(tokens, from);
  for (std::size_t looked_at = 0;; ++looked_at) {
    WJ_TRY(const auto book, oldest(readers));
    if (!book) break;
    if (page.count == limit || looked_at == kFeedScanMax || page.events.size() >= kFeedBytesMax) {
      page.more = true;
      break;
    }
    WJ_TRY(const auto* stored, readers[*book].front());
    page.next.of[*book] = stored->position + 1;
    if (filter.types.has(stored->event.body) && is_for(stored->event, filter.only)) {
      cursor.move(*book, stored->position + 1);
      if (page.count++ > 0) page.events.push_back(',');
      append_event_json(page.events, stored->event, cursor.text());
    }
    readers[*book].pop();
  }
  page.next_cursor = tokens.cursor(page.next);
  return page;
}

Result<Positions> feed_start(const Ledger& ledger, Instant since) {
  Positions out = ledger.tails();
  for (std::uint32_t book = 0; book < out.of.size(); ++book) {
    Position low = 0;
    Position high = out.of[book];
    while (low < high) {
      const Position middle = low + (high - low) / 2;
      WJ_TRY(const auto at, recorded_at(ledger, book, middle));
      if (at < since) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    out.of[book] = low;
  }
  return out;
}

void get_events(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  constexpr std::array<std::string_view, 5> kKnown{"after", "since", "limit", "wait", kTypesParameter};
  constexpr std::array kLists{kTypesParameter};
  if (const auto wrong = query.parse(kKnown, kLists)) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  const auto wait_s = query.number("wait", 0, api.options().feed_wait_ms_max / 1000, 0);
  if (!wait_s) {
    return api.answer_problem(
        std::move(call), ProblemKind::bad_parameter,
        "wait is a number of seconds up to " + std::to_string(api.options().feed_wait_ms_max / 1000));
  }
  auto request = parse_request(api, call, query);
  if (!request) return;
  const auto held = std::make_shared<CallPtr>(std::move(call));
  const bool taken = api.parts().waiters.add(
      [&api, held, at = *request](bool last) mutable {
        const auto page = read_feed(api.ledger(), api.parts().tokens, at.from, at.limit, at.filter);
        // After the reading: a key that was revoked before an event was written never shows that event.
        if (!api.is_still_let_in(*held)) return true;
        if (!page) {
          api.answer_error(std::move(*held), page.error());
          return true;
        }
        at.from = page->next;  // what isn't asked for, or isn't this caller's, is looked at once
        if (page->count == 0 && !page->more && !last) return false;
        answer_page(api, std::move(*held), *page);
        return true;
      },
      std::chrono::steady_clock::now() + std::chrono::seconds(*wait_s));
  if (!taken) api.answer_no_room(std::move(*held));
}

}  // namespace wonjang
