// One approval under its contract and, where a canary tries other fee terms on it, under those too.
//   alike       both give the same: the new ones count
//   different   the contract's count, and the difference is reported
//   moved over  the new ones alone; where they can't, the contract's count and that is reported
// Alike means: fee, VAT, net, the amount of each fee type, and what a cancel gives back.
//
// Threads: one at a time (it keeps the contracts with the candidates' terms that it made).
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <variant>

#include "domain/settlement/fee.h"
#include "engine/money/contract_book.h"

namespace wonjang::money {

struct Compared {
  const settlement::Canary* canary = nullptr;              // null: nothing was tried out
  std::optional<settlement::CanaryDifference> difference;  // nothing: both alike
};
struct TrialResult {
  std::variant<settlement::SettlementLine, settlement::CannotSettle> line;  // what counts; not dated
  const settlement::Contract* contract =
      nullptr;        // whose terms made it: as in the book, or with a candidate's
  Compared compared;  // of a merchant that is moved over: only where the new terms couldn't
};

class CanaryTrial {
 public:
  // `book` outlives it.
  explicit CanaryTrial(const ContractBook& book) : book_(book) {}

  TrialResult approval(MerchantNo merchant, const settlement::Item& item,
                       const settlement::Contract& contract);

 private:
  TrialResult moved_over(const settlement::Canary& canary, const settlement::Item& item,
                         const settlement::Contract& contract);
  TrialResult both(const settlement::Canary& canary, const settlement::Item& item,
                   const settlement::Contract& contract);
  const settlement::Contract& with_candidate(const settlement::Contract& contract,
                                             const settlement::Canary& canary);

  using Pair = std::pair<const settlement::Contract*, const settlement::Canary*>;
  const ContractBook& book_;
  std::map<Pair, std::unique_ptr<settlement::Contract>> candidates_;
};

}  // namespace wonjang::money
