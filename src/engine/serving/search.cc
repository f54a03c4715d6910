#include "engine/serving/search.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/hash64.h"
#include "engine/serving/search_plan.h"
#include "engine/serving/search_terms.h"
#include "engine/serving/search_walk.h"

namespace wonjang::serving {
namespace {

using Step = HintMerge::Step;

enum class Phase : std::uint8_t { certain = 1, possible = 2 };

// Where a page begins.
struct Start {
  Phase phase = Phase::certain;
  Place place;
};

constexpr std::uint8_t kSearchCursorVersion = 1;
constexpr std::size_t kCursorSize = 2 + kPlaceSize + 8;
constexpr std::size_t kMergedAtOnce = 8;   // rows fetched together, at least
constexpr std::size_t kWalkedAtOnce = 64;  // first; then more and more
constexpr std::size_t kWalkedAtOnceMax = 512;

// Everything that decides which payments come, in which order.
std::uint64_t digest_of(const SearchQuery& query) {
  std::string bytes;
  put_sized(bytes, query.text);
  put_varint(bytes, query.merchant ? std::uint64_t{*query.merchant} + 1 : 0);
  put_be64(bytes, static_cast<std::uint64_t>(query.from.us));
  put_be64(bytes, static_cast<std::uint64_t>(query.until.us));
  return hash64(bytes);
}

std::string cursor_text(const SearchQuery& query, const Start& start) {
  std::string bytes;
  bytes.push_back(static_cast<char>(kSearchCursorVersion));
  bytes.push_back(static_cast<char>(start.phase));
  append_place(bytes, start.place);
  put_be64(bytes, digest_of(query));
  return to_base64url(bytes);
}

Result<Start> parse_cursor(const SearchQuery& query, const PlaceRange& range) {
  if (query.after.empty()) return Start{Phase::certain, range.from};
  const auto bytes = from_base64url(query.after);
  if (!bytes || bytes->size() != kCursorSize ||
      static_cast<std::uint8_t>((*bytes)[0]) != kSearchCursorVersion) {
    return invalid("the cursor isn't one of this search's: give the `next` of the page before, whole");
  }
  ByteReader in(*bytes);
  in.u8();
  const auto phase = in.u8();
  const Place place = place_in(in.take(kPlaceSize));
  if (in.be64() != digest_of(query)) {
    return invalid(
        "the cursor belongs to another query: a next page is asked for with the same text, merchant and "
        "period; begin without a cursor after changing them");
  }
  const bool is_known = phase == static_cast<std::uint8_t>(Phase::certain) ||
                        phase == static_cast<std::uint8_t>(Phase::possible);
  if (!is_known || place < range.from) return invalid("the cursor can't be read: begin without one");
  return Start{static_cast<Phase>(phase), place};
}

std::string_view word_of(IdKind kind) {
  static constexpr std::array<std::string_view, 20> kWords = {"",
                                                              "order_id",
                                                              "order_tail",
                                                              "approve_no",
                                                              "network_txn",
                                                              "transaction_key",
                                                              "approval",
                                                              "cancel",
                                                              "card_tail",
                                                              "phone_tail",
                                                              "external_key",
                                                              "customer_key",
                                                              "bank_notice",
                                                              "slip_no",
                                                              "metadata",
                                                              "metadata_pair",
                                                              "status",
                                                              "sub_mall",
                                                              "store",
                                                              "acquire_batch"};
  return kWords[static_cast<std::size_t>(kind)];
}

// One answer.
class Answer {
 public:
  Answer(const KvSnapshot& snapshot, const Dictionary& dictionary, const MerchantDirectory& merchants,
         const TextForms& forms, const SearchQuery& query, const SearchLimits& limits, SearchTerms terms)
      : snapshot_(snapshot),
        dictionary_(dictionary),
        merchants_(merchants),
        forms_(forms),
        query_(query),
        terms_(std::move(terms)),
        range_(places_of(query.from, query.until)) {
    budget_.seeks_max = limits.seeks_max;
    budget_.rows_max = limits.rows_max;
  }

  Result<Paged<SearchHit>> run() {
    WJ_TRY(Start start, parse_cursor(query_, range_));
    find_values();
    WJ_CHECK(find_payment());
    for (;;) {
      WJ_TRY(const Step step, run_phase(start));
      if (step == Step::found) return finish(Start{last_.phase, after(last_.place)});
      if (step == Step::ceiling) return finish(start);
      if (start.phase == Phase::possible || !has_possible_) return finish(std::nullopt);
      start = {Phase::possible, range_.from};
    }
  }

 private:
  struct Value {
    TextField field;
    Match match;
  };

  // ---- what to look for ----

  void find_values() {
    if (!terms_.pattern()) return;
    const bool asks_masks = terms_.pattern()->has_mask();
    for (const TextField field : kTextFields) {
      Matches found = dictionary_.find(field, *terms_.pattern(), {query_.from});
      complete_ = complete_ && found.complete;
      for (Match& match : found.values) {
        match.possible = match.possible && !asks_masks;
        has_possible_ = has_possible_ || match.possible || (found.ids_shared && !asks_masks);
        values_.push_back({field, match});
      }
      ids_shared_ = ids_shared_ || found.ids_shared;
    }
    // Forms that found no room may be masked ones.
    has_possible_ = has_possible_ || (!complete_ && !asks_masks);
  }

  // Our own payment id needs no hint.
  Result<void> find_payment() {
    if (!terms_.payment()) return {};
    WJ_TRY(const auto value, snapshot_.get(kLocators, locator_key(*terms_.payment())));
    ++budget_.seeks;
    if (!value) return {};
    const auto at = read_locator(*terms_.payment(), *value);
    if (!at) return corrupt("a locator of the views can't be read: rebuild them");
    payment_ = Candidate{place_of(*at), at->merchant, 0};
    return {};
  }

  // A value whose form agrees by a mask alone has nothing certain, unless it shares its id with another.
  bool has_part(const Match& match, Phase phase) const {
    return ids_shared_ || match.possible == (phase == Phase::possible);
  }

  void add_ids(HintMerge& merge) const {
    for (const auto& [kind, value] : terms_.ids()) merge.add(kind, value);
    if (payment_) merge.add(*payment_);
  }

  Result<SearchPlan> plan(Phase phase, const PlaceRange& range) const {
    SearchCosts costs;
    costs.values_complete = complete_;
    costs.seeks_max = budget_.seeks_max - std::min(budget_.seeks, budget_.seeks_max);
    for (const auto& [field, match] : values_) {
      if (!has_part(match, phase)) continue;
      ++costs.values;
      const bool at_once =
          match.newest_us == Match::kUnknown || first_place_at(match.newest_us) <= range.from;
      costs.at_once += at_once ? 1U : 0U;
    }
    if (query_.merchant && costs.values > 0) {
      WJ_TRY(costs.merchant_rows, merchant_rows(snapshot_, *query_.merchant, range));
    }
    return plan_search(costs);
  }

  // ---- one phase ----
  // Each gives: found (the page is full, and more came), end (of the phase), or ceiling; `start` moves along.

  Result<Step> run_phase(Start& start) {
    const PlaceRange range{start.place, range_.until};
    if (range.from >= range.until) return Step::end;
    WJ_TRY(const SearchPlan plan, this->plan(start.phase, range));
    if (plan.merge) {
      WJ_TRY(const Step step, merge(start, plan.merge_effort));
      const bool got_on = start.place > range.from;
      if (step != Step::ceiling || (got_on && !budget_.has_row())) return step;
    }
    return walk(start);
  }

  Result<Step> merge(Start& start, std::uint64_t effort) {
    HintMerge merge(snapshot_, query_.merchant, {start.place, range_.until}, budget_);
    if (effort != UINT64_MAX) merge.stop_at_effort(budget_.effort() + effort);
    std::size_t values = 0;
    merge.reserve(values_.size());
    for (const auto& [field, match] : values_) {
      if (!has_part(match, start.phase)) continue;
      merge.add(field, match);
      ++values;
    }
    add_ids(merge);
    note_ids();
    if (values > 0) note("postings of " + std::to_string(values) + " values, merged");
    SearchChunk chunk;
    for (;;) {
      chunk.clear();
      const std::size_t wanted = std::max(left(), kMergedAtOnce);
      Step step = Step::found;
      while (step == Step::found && chunk.candidates.size() < wanted && budget_.has_row()) {
        Candidate candidate;
        WJ_TRY(step, merge.next(candidate));
        if (step != Step::found) break;
        ++budget_.rows;
        chunk.candidates.push_back(candidate);
      }
      WJ_TRY(chunk.rows, rows_of(snapshot_, chunk.candidates));
      WJ_TRY(const bool full, take(chunk, start.phase));
      if (full) return Step::found;
      start.place = merge.reached();
      if (step != Step::found) return step;
      if (!budget_.has_row()) return Step::ceiling;
    }
  }

  Result<Step> walk(Start& start) {
    const PlaceRange range{start.place, range_.until};
    HintMerge ids(snapshot_, query_.merchant, range, budget_);
    add_ids(ids);
    // So that every page gets on, whatever was spent before.
    budget_.seeks_max = std::max(budget_.seeks_max, budget_.seeks + kSeeksToGetOn);
    budget_.rows_max = std::max(budget_.rows_max, budget_.rows + kRowsToGetOn);
    note_ids();
    note(query_.merchant ? "rows of the merchant walked" : "timeline walked");
    SearchWalk walk(snapshot_, query_.merchant, range, ids, budget_);
    SearchChunk chunk;
    for (std::size_t count = std::max(kWalkedAtOnce, left());;
         count = std::min(count * 2, kWalkedAtOnceMax)) {
      WJ_TRY(const Step step, walk.next(count, chunk));
      WJ_TRY(const bool full, take(chunk, start.phase));
      if (full) return Step::found;
      start.place = walk.reached();
      if (step != Step::found) return step;
    }
  }

  // Compares the chunk's rows with what was typed. True when the page is full and one more came.
  Result<bool> take(const SearchChunk& chunk, Phase phase) {
    for (std::size_t i = 0; i < chunk.candidates.size(); ++i) {
      if (!chunk.rows[i]) continue;  // a hint to nothing
      const Candidate& candidate = chunk.candidates[i];
      WJ_TRY(auto hit, judge(candidate, *chunk.rows[i], phase));
      if (!hit) continue;
      if (page_.items.size() == query_.limit) return true;
      page_.items.push_back(*std::move(hit));
      last_ = {phase, candidate.place};
    }
    return false;
  }

  Result<std::optional<SearchHit>> judge(const Candidate& candidate, std::string_view bytes,
                                         Phase phase) const {
    const auto at = locator_at(candidate.place, merchant_prefix(candidate.merchant));
    WJ_TRY(const auto merchant, merchants_.of(candidate.merchant));
    WJ_TRY(Row row, decode_row(*at, merchant.id, bytes));
    Judgement judgement = terms_.judge(forms_, row.payment, candidate.ids);
    const auto wanted = phase == Phase::certain ? Judged::certain : Judged::possible;
    if (judgement.judged != wanted) return std::optional<SearchHit>();
    return std::optional<SearchHit>(
        SearchHit{*at, std::move(row.payment), std::move(judgement.matched), phase == Phase::possible});
  }

  // ---- the page ----

  // Of the page, and one more that tells whether there is a next one.
  std::size_t left() const { return query_.limit + 1 - page_.items.size(); }

  void note(std::string words) {
    auto& index = page_.reading.index;
    if (index.find(words) != std::string::npos) return;
    index += (index.empty() ? "" : "; ") + std::move(words);
  }
  void note_ids() {
    std::string words;
    for (const auto& [kind, value] : terms_.ids())
      words += (words.empty() ? "ids " : ", ") + std::string(word_of(kind));
    if (terms_.payment()) note("locator of the payment");
    if (!words.empty()) note(std::move(words));
  }

  Paged<SearchHit> finish(const std::optional<Start>& next) {
    if (next) page_.next = cursor_text(query_, *next);
    page_.reading.seeks = budget_.seeks;
    page_.reading.rows_read = budget_.rows;
    return std::move(page_);
  }

  static constexpr std::uint64_t kSeeksToGetOn = 32;
  static constexpr std::uint64_t kRowsToGetOn = 256;

  const KvSnapshot& snapshot_;
  const Dictionary& dictionary_;
  const MerchantDirectory& merchants_;
  const TextForms& forms_;
  const SearchQuery& query_;
  const SearchTerms terms_;
  const PlaceRange range_;
  ReadBudget budget_;
  std::vector<Value> values_;
  bool complete_ = true;     // Matches::complete of every field
  bool ids_shared_ = false;  // Matches::ids_shared of any
  bool has_possible_ = false;
  std::optional<Candidate> payment_;  // named by its own id
  Paged<SearchHit> page_;
  Start last_;  // item of the page
};

}  // namespace

Result<Paged<SearchHit>> Search::run(const KvSnapshot& snapshot, const Dictionary& dictionary,
                                     const MerchantDirectory& merchants, const TextForms& forms,
                                     const SearchQuery& query, const SearchLimits& limits) {
  if (query.limit < 1 || query.limit > kPageMax) {
    return invalid("a page holds 1 to " + std::to_string(kPageMax) + " hits, not " +
                   std::to_string(query.limit));
  }
  if (!query.from.is_zero() && !query.until.is_zero() && query.until <= query.from) {
    return invalid("the period ends before it begins: it is [from, until)");
  }
  WJ_TRY(auto terms, SearchTerms::parse(forms, query.text));
  return Answer(snapshot, dictionary, merchants, forms, query, limits, std::move(terms)).run();
}

}  // namespace wonjang::serving
