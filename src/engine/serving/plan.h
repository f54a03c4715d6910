// Plan: how a filter over payments is answered: which keys are walked in the order asked for, from where to
// where, and what is left to test on each row.
//
//   rows      one merchant by time: the rows themselves
//   timeline  every merchant's by time
//   amounts   one merchant by amount: all its payments, or its months, merged
//   postings  texts: the payments of each value that contains the pattern, merged
//   ids       metadata, or one merchant's rarer statuses: the payments that a hint points to
//   sorted    what has no such order, collected first; a few thousand rows at most
//
// A position is where a payment stands in the order of the sort, not in a plan: the next page may well be
// answered by another plan. Orders: newest (time down, payment id up), oldest (that turned round), largest
// (amount down, then as newest), smallest (that turned round).
//
// Threads: values; a walk belongs to one thread, like its snapshot's cursors.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/serving/cube.h"
#include "engine/serving/dictionary.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/queries.h"
#include "engine/serving/text.h"
#include "ports/kv_store.h"
#include "ports/text_forms.h"

namespace wonjang::serving {

// The ceiling of one list or sum that has to look at rows, if nobody sets another.
constexpr std::uint64_t kListRowsMax = 20'000;
// Of the sums beside a list that cubes know, as of all totals.
constexpr std::uint64_t kListCellsMax = 20'000;

// What lists are made with; outlives them.
struct ListSources {
  const MerchantDirectory& merchants;
  const TextForms& forms;
  const Dictionary* dictionary = nullptr;   // missing: texts are looked for row by row
  std::span<const CubeSpec> cubes;          // missing: sums are added up from rows
  std::uint64_t rows_max = kListRowsMax;    // that one list or sum may look at
  std::uint64_t cells_max = kListCellsMax;  // that one sum may read, of all its cubes together
};

// --- Cursors: a position and which query it belongs to.
std::uint64_t digest_of(const PaymentFilter& filter, Sort sort);
std::uint64_t digest_of(const TransactionFilter& filter, Sort sort);
std::string make_cursor(std::uint64_t digest, std::string_view position);
// The position; empty for the first page. Errors: invalid (of another query, or none of ours).
Result<std::string> read_cursor(std::uint64_t digest, Sort sort, std::size_t tie_bytes,
                                std::string_view cursor);
// Errors: invalid (limit).
Result<void> check_page(const Page& page);

bool is_by_time(Sort sort);
bool goes_up(Sort sort);  // along the keys: newest and largest

// --- What is left to test on a row. One for an answer: it remembers the texts it met.
class PaymentTest {
 public:
  // Errors: invalid (a pattern that nothing can match, see Pattern).
  static Result<PaymentTest> of(const PaymentFilter& filter, const TextForms& forms);

  const std::optional<Pattern>& pattern() const { return pattern_; }
  // False: every payment of the merchant and period passes.
  bool looks_at_rows() const { return looks_; }
  // By what a key tells.
  bool may_pass(const Locator& at) const;
  // Errors: corrupt.
  Result<bool> passes(std::string_view row);

 private:
  PaymentTest(const PaymentFilter& filter, const TextForms& forms) : filter_(filter), forms_(forms) {}
  bool contains(std::string_view text);
  bool has_metadata(const RowGlance& seen) const;

  PaymentFilter filter_;
  const TextForms& forms_;
  std::optional<Pattern> pattern_;
  bool looks_ = false;
  Glance depth_ = Glance::head;
  std::unordered_map<std::string, bool> texts_;
};

// --- Candidates in the order of a sort.
class Walk {
 public:
  virtual ~Walk() = default;
  virtual bool valid() const = 0;
  virtual void next() = 0;
  virtual Locator at() const = 0;
  virtual std::string position() const = 0;
  // The row's bytes, where the walk has them.
  virtual std::optional<std::string_view> row() const { return std::nullopt; }
  virtual Result<void> status() const = 0;
};

// Walks `walk` on through the test, until `visit` says false, the end, or `rows_max` candidates. Rows that
// the walk doesn't have are fetched `chunk` at a time, later more and more.
struct Scanned {
  bool at_end = false;   // nothing is left
  std::string position;  // of the last one looked at, if any
};
using VisitRow = std::function<Result<bool>(const Locator& at, std::string_view row)>;
Result<Scanned> scan_payments(const KvSnapshot& snapshot, Walk& walk, PaymentTest& test,
                              std::uint64_t rows_max, std::size_t chunk, Reading& reading,
                              const VisitRow& visit);

// The walk for a filter and a sort, behind `position` (empty: from the beginning). Fills reading.index.
// Null: amounts of every merchant, which would have to be sorted, are more than sources.rows_max.
// Errors: corrupt, unavailable.
Result<std::unique_ptr<Walk>> plan_payments(const ListSources& sources, const KvSnapshot& snapshot,
                                            const PaymentFilter& filter, Sort sort, std::string_view position,
                                            PaymentTest& test, Reading& reading);

// Keys in [from, until) of the period under `prefix`, behind `position`, up or down.
std::unique_ptr<KvCursor> scan_period(const KvSnapshot& snapshot, KvSpace space, std::string_view prefix,
                                      Instant from, Instant until, bool up, std::string_view position);

}  // namespace wonjang::serving
