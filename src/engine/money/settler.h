// Settler: turns due items into chunks of lines. It reads nothing per item: contracts and calendars are in
// the book; the balances of earlier lines, and approvals that were settled by an earlier call of this run,
// come in bulk per call; the balances of this run from memory.
//
// One item that can't be settled fails alone, with a code and a sentence; everything else is settled:
//   NO_CONTRACT, NO_CALENDAR, CALENDAR_ENDS, APPROVAL_NOT_SETTLED, BAD_ITEM, and those of fee.h.
// An item that already stands as failed for the same reason is counted and not recorded again.
//
// A return is settled after its approval: within a call by the items' order; an approval of an earlier call
// of the same run isn't kept in memory (there are too many), it is computed again from the open item, which
// is read again with all others of the call: the same terms give the same line. What the returns of this run
// left of an approval is remembered as long as items of a later day may come, whose returns go on from there;
// on the last day, where nearly all of a run is, nothing is.
//
// A chunk has one merchant, one currency and one calendar, at most kLinesMax lines and failures, and fits
// into an event whatever they look like (line_bytes.h).
//
// Threads: one at a time; the items of one merchant all go to one Settler.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/money/canary_trial.h"
#include "engine/money/control_totals.h"
#include "engine/money/run_scope.h"

namespace wonjang::money {

struct SettledChunk {
  MerchantNo merchant_no = 0;
  MerchantId merchant;
  Currency currency;
  settlement::LinesRecorded body;  // attempt and chunk number are the taker's to fill in
};
using TakeChunk = std::function<Result<void>(SettledChunk&&)>;

struct FailedReason {
  std::uint64_t count = 0;
  std::string example;
};

// What one Settler did; sums of several are the run's.
struct Settled {
  struct Trial {
    MerchantId id;
    std::uint64_t alike = 0;
    std::uint64_t different = 0;
  };
  std::uint64_t items = 0;
  std::uint64_t late = 0;
  ControlTotals totals;
  std::map<std::string, FailedReason> reasons;
  std::map<std::pair<std::string, MerchantNo>, Trial> trials;

  void add(const Settled& other);
};

class Settler {
 public:
  static constexpr std::size_t kLinesMax = 400;
  static constexpr std::size_t kItemsAtOnce =
      512;  // that a caller collects for settle(); payments stay whole

  // All outlive it. No item comes whose day is later than `last_day`.
  Settler(const ContractBook& book, const RunScope& scope, const MoneyReader& reader, BusinessDate last_day,
          TakeChunk take)
      : book_(book),
        scope_(scope),
        reader_(reader),
        last_day_(last_day),
        take_(std::move(take)),
        trial_(book) {}

  // Items in scan order, payments whole; several merchants in a row are fine. Everything settled has been
  // handed to `take` when it returns. Errors: those of the reader and of `take`.
  Result<void> settle(std::span<const DueItem> items);

  const Settled& settled() const { return settled_; }
  std::size_t remembered() const { return given_back_.size(); }  // approvals

 private:
  struct Open {  // a chunk being filled
    const UsableCalendar* calendar = nullptr;
    std::vector<const settlement::Contract*> contracts;
    std::size_t bytes = 0;
    SettledChunk chunk;
    bool has(const settlement::Contract* contract) const {
      return std::find(contracts.begin(), contracts.end(), contract) != contracts.end();
    }
  };
  struct Wanted {  // what is about to be put into a chunk
    const UsableCalendar* calendar = nullptr;
    const settlement::Contract* contract = nullptr;
    std::size_t bytes = 0;  // without the contract
  };
  using Balance = settlement::LineBalance;
  struct Line {
    settlement::SettlementLine line;
    const settlement::Contract* contract = nullptr;
    const UsableCalendar* calendar = nullptr;
  };
  struct Outcome {
    Outcome(Line made) : line(std::move(made)) {}  // NOLINT(google-explicit-constructor)
    // NOLINTNEXTLINE(google-explicit-constructor)
    Outcome(settlement::CannotSettle reason) : why(std::move(reason)) {}
    std::optional<Line> line;
    settlement::CannotSettle why;  // where there is no line
  };

  Result<void> fetch(std::span<const DueItem> items);
  Result<void> fetch_balances();
  Result<void> fetch_approvals(std::span<const DueItem> items);
  Result<void> settle_one(const DueItem& due);
  Result<Outcome> line_of(const DueItem& due);
  Outcome approval(const DueItem& due, const UsableCalendar& calendar, Compared* compared);
  Outcome giving_back(const DueItem& due, const UsableCalendar& calendar);
  // Null: the approval has no line, and gets none in this run.
  const Balance* balance(const DueItem& due);
  void remember(const DueItem& due, Balance after);
  Outcome dated(Line line, const DueItem& due);
  Result<void> note_trial(const DueItem& due, const Compared& compared);

  // A chunk that has room for it, with its bytes taken.
  Result<Open*> chunk_for(const DueItem& due, const Wanted& wanted);
  Result<void> put(const DueItem& due, Line line);
  Result<void> put_failed(const DueItem& due, settlement::CannotSettle why);
  Result<void> close(Currency currency);
  Result<void> close_all();

  const ContractBook& book_;
  const RunScope& scope_;
  const MoneyReader& reader_;
  const BusinessDate last_day_;
  const TakeChunk take_;
  CanaryTrial trial_;
  Settled settled_;

  std::map<Currency, Open> open_;          // of the merchant under way
  std::vector<LineKey> wanted_;            // approvals that the returns of this call give back, sorted
  std::map<LineKey, Balance> fetched_;     // of those, by now
  std::map<LineKey, OpenItem> unsettled_;  // of those without a line, that an earlier call had; as they stood
  std::map<LineKey, Balance> given_back_;  // of approvals that a return of this run touched, for later days
};

}  // namespace wonjang::money
