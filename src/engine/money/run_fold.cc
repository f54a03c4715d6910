#include "engine/money/run_fold.h"

#include "engine/money/journal_spaces.h"
#include "engine/money/run_totals.h"

namespace wonjang::money {

using settlement::RunEnded;
using settlement::RunStarted;

namespace {

Error wrong_run(BusinessDate date, const std::string& how) {
  return corrupt("the run of " + to_text(date) + " " + how +
                 "; the projection money stops here: run `wonjang check` on the ledger");
}

std::string run_key(BusinessDate date) { return Key(Table::run).day(date).bytes(); }

std::string in_words(const RunSum& sum) {
  return std::to_string(sum.lines) + " lines, gross " + text_of(sum.gross) + ", fee " + text_of(sum.fee) +
         ", VAT on it " + text_of(sum.fee_vat) + ", net " + text_of(sum.net);
}

}  // namespace

Result<RunStored> RunFold::run_of(const std::string& key, BusinessDate date, std::uint32_t version) {
  RunStored run;
  WJ_TRY(const auto* const bytes, context_.rows.get(kHouse, key));
  if (bytes != nullptr) {
    WJ_TRY(run, decoded<RunStored>(*bytes, "a run"));
  }
  if (run.version == version) return run;
  return wrong_run(date, "goes on with event " + std::to_string(version) + " where event " +
                             std::to_string(run.version) + " has to come");
}

Result<void> RunFold::take(const Event& event, const RunStarted& body) {
  const auto key = run_key(body.date);
  WJ_TRY(auto run, run_of(key, body.date, event.version));
  if (run.started && !run.ended && !body.resumed) return wrong_run(body.date, "starts while it is under way");
  run.version += 1;
  run.started = body;
  run.ended.reset();
  context_.rows.put(kHouse, key, encoded(run));
  return {};
}

Result<void> RunFold::take(const Event& event, const RunEnded& body) {
  const auto key = run_key(body.date);
  WJ_TRY(auto run, run_of(key, body.date, event.version));
  if (!run.started || run.ended) return wrong_run(body.date, "ends without having started");
  WJ_CHECK(compare_totals(body));
  run.version += 1;
  run.ended = body;
  run.ever_completed = run.ever_completed || body.outcome.starts_with("COMPLETED");
  context_.rows.put(kHouse, key, encoded(run));
  return note_promoted(event, body);
}

// With several books the run's end may come before some of its lines, or after those of the next attempt:
// then money_check compares, at the end of the log.
Result<void> RunFold::compare_totals(const RunEnded& body) const {
  if (!context_.one_book) return {};
  for (const auto& [currency, said] : sums_of(body.after)) {
    WJ_TRY(RunSum found, context_.sums.run_sum(body.date, currency));
    found.failed = said.failed;  // what stands as failed isn't a sum of lines
    if (found == said) continue;
    return wrong_run(body.date, "ends with " + in_words(said) + " in " + std::string(currency.code()) +
                                    ", but its lines come to " + in_words(found));
  }
  return {};
}

// "canary mch_...", since when: what a later version of the canary tries out doesn't inherit it.
Result<void> RunFold::note_promoted(const Event& event, const RunEnded& body) {
  for (const std::string& text : body.promoted) {
    const auto space = text.find(' ');
    const auto merchant = space == std::string::npos
                              ? std::nullopt
                              : MerchantId::parse(std::string_view(text).substr(space + 1));
    if (!merchant)
      return wrong_run(body.date, "moves over '" + text + "', which names no canary and merchant");
    WJ_TRY(const auto number, context_.meet(*merchant));
    const auto key = Key(Table::promoted).text(text.substr(0, space)).number(number).bytes();
    Instant at = event.recorded_at;
    WJ_TRY(const auto* const stored, context_.rows.get(kHouse, key));
    if (stored != nullptr) {
      WJ_TRY(const auto before, decoded<Instant>(*stored, "a canary's merchant"));
      at = std::max(at, before);
    }
    context_.rows.put(kHouse, key, encoded(at));
  }
  return {};
}

}  // namespace wonjang::money
