// The event feed: the books' events merged by recorded time, each book's order kept, from any cursor on.
// Nothing of a book is skipped or given twice: a cursor holds one position per book and moves only over what
// was looked at. Threads: any (functions).
#pragma once

#include <cstddef>
#include <string>

#include "app/api/event_types.h"
#include "app/api/tokens.h"
#include "engine/ledger/ledger.h"

namespace wonjang {

constexpr std::size_t kFeedLimitMax = 1000;
constexpr std::size_t kFeedScanMax = 4096;  // events looked at in one call, whoever they belong to
constexpr std::size_t kFeedBytesMax = std::size_t{4}
                                      << 20U;  // a page that is this long gets no further event

struct FeedPage {
  std::string events;  // JSON objects, comma-separated
  std::size_t count = 0;
  Positions next;  // behind the last event looked at
  std::string next_cursor;
  bool more = false;  // there was more to look at
};

struct FeedFilter {
  MerchantId
      only;  // zero: everybody's; else without the house's, but for its own settlement lines and payouts
  EventTypes types;
};

// Up to `limit` events behind `from` that `filter` lets through. Stops after kFeedScanMax events or
// kFeedBytesMax bytes: a page may be empty, or short, and yet have moved on. The cursor holds no filter: it
// is behind what was looked at, and good with any other. Errors: unavailable (a book is being reopened: a
// page without it would be read as the whole), corrupt.
Result<FeedPage> read_feed(const Ledger& ledger, const Tokens& tokens, const Positions& from,
                           std::size_t limit, const FeedFilter& filter);

// Where the events begin that were recorded at `since` or later: in each book the first of them, found by
// halving (recorded times rise within a book), its end where there is none. Errors: as read_feed.
Result<Positions> feed_start(const Ledger& ledger, Instant since);

}  // namespace wonjang
