// TransactionScan: one merchant's transactions that a filter lets through, in the order in which a cursor
// walks the space `transactions`. What is asked of a transaction's payment (status, text) is tested on the
// payment's row, many fetched together. Who finds little is led by hints (list_hints.h): of a rare text or
// status they name the few payments whose rows are worth fetching, or none at all, and then nothing is left
// to walk.
//
// What counts against ListSources::rows_max: each transaction walked over and each hint read.
//
// Threads: one owner; the snapshot is the caller's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "engine/serving/list_hints.h"
#include "engine/serving/plan.h"
#include "engine/serving/queries.h"

namespace wonjang::serving {

class TransactionScan {
 public:
  // `place`: the key behind its merchant. False: enough.
  using Visit = std::function<Result<bool>(std::string_view place, Transaction transaction)>;

  // Errors: invalid (a pattern that nothing can match). REQUIRES: filter.merchant; filter and reading outlive
  // the scan
  static Result<TransactionScan> of(const ListSources& sources, const KvSnapshot& snapshot,
                                    const TransactionFilter& filter, Reading& reading);

  // Walks on to the end, until `visit` says false, or until the ceiling; then at_end is false. `chunk`: so
  // many payments are fetched together at first. May be called for one cursor after the other.
  // Errors: corrupt, unavailable, those of `visit`.
  Result<Scanned> run(KvCursor& cursor, std::size_t chunk, const Visit& visit);

 private:
  struct Candidate {
    std::string place;
    Transaction transaction;
  };

  TransactionScan(const ListSources& sources, const KvSnapshot& snapshot, const TransactionFilter& filter,
                  PaymentTest test, Reading& reading);

  bool may_pass(const Transaction& transaction) const;
  Result<void> gather(KvCursor& cursor, std::size_t chunk, Scanned& out);
  Result<void> keep_passing();
  Result<void> follow_hints();
  Result<void> narrow_to(const std::optional<Hinted>& hinted);
  void tell();

  ListSources sources_;
  const KvSnapshot& snapshot_;
  const TransactionFilter& filter_;
  PaymentTest test_;
  Reading& reading_;
  std::vector<Candidate> batch_;
  std::uint64_t read_ = 0;     // of the ceiling
  std::uint64_t fetched_ = 0;  // rows of payments
  bool tried_hints_ = false;
  std::optional<std::unordered_set<PaymentId>> hinted_;
};

}  // namespace wonjang::serving
