// Money: the projection that holds everything about money beside the payments' own views: the journal's
// balances, open items and settlement lines, payouts and what is carried between them, runs, reference data,
// acquirers' files. One fold, so that one snapshot shows all of it as of the same event. Read it through
// MoneyReader.
//
// A fact that contradicts an earlier one (a second line for a movement, a payout whose sum isn't that of its
// lines, a return of more than there is) stops the projection with `corrupt`: it shows no number that isn't
// right.
//
// Books are read one beside the other, so a merchant's lines may come before the payments' events that they
// settle; the content is the same in any order. A unit that comes twice is dropped by its position.
//
// Threads: as Projection; stats() any.
#pragma once

#include <memory>

#include "engine/money/fold_context.h"
#include "ports/event_codec.h"
#include "ports/projection.h"

namespace wonjang::money {

class Money final : public Projection {
 public:
  Money(const EventLog& log, const EventCodec& codec);
  ~Money() override;

  std::string_view name() const override { return "money"; }
  std::string version() const override;
  std::span<const KvSpaceOptions> spaces() const override { return money_spaces(); }
  Result<void> open(const KvStore& store) override;
  Result<void> apply(std::span<const LogUnit> units, KvBatch& out) override;
  void committed() override {}
  // events, repeats, lines, newest_recorded_us
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override;

 private:
  struct Counters;
  class Batch;

  const EventLog& log_;
  const EventCodec& codec_;
  const std::unique_ptr<Counters> counters_;
  const KvStore* store_ = nullptr;
  Merchants merchants_;
  FoldMemory memory_;
};

}  // namespace wonjang::money
