// Coverage: which payout covers a line. A payout covers, as of its place in the log, all lines of its
// merchant and currency dated on or before its date that none covered before it. So the payout of a line is
// the first one after the event that gave the line its payout date, and dated on or after that; nothing has
// to be written into the lines.
//
// Lines are asked for merchant by merchant, those of a merchant in about the order of the log: then a payout
// is read once.
//
// Threads: one at a time. The snapshot outlives it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/money/stored.h"

namespace wonjang::money {

class Coverage {
 public:
  explicit Coverage(const KvSnapshot& snapshot) : snapshot_(snapshot) {}

  // A payout that the snapshot doesn't hold yet. In order of position.
  void add(MerchantNo merchant, Currency currency, std::uint64_t position, const PayoutOfMerchant& payout);

  // Nothing: unpaid. `dated_at`: LineStored::dated_at(). Errors: corrupt, unavailable.
  Result<std::optional<settlement::PayoutId>> payout_of(MerchantNo merchant, Currency currency,
                                                        std::uint64_t dated_at, BusinessDate payout_date);

 private:
  struct Placed {
    std::uint64_t position = 0;
    PayoutOfMerchant payout;
  };
  using Whose = std::pair<MerchantNo, Currency>;

  void begin(const Whose& whose, std::uint64_t from);
  Result<bool> read_one();

  const KvSnapshot& snapshot_;
  std::map<Whose, std::vector<Placed>> added_;
  std::optional<Whose> whose_;
  std::uint64_t from_ = 0;
  std::vector<Placed> read_;
  std::unique_ptr<KvCursor> cursor_;
};

}  // namespace wonjang::money
