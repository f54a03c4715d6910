// Views: the projection behind list, search, totals and the life of a payment. One batch writes all of them
// together, so that one snapshot answers them all alike.
//
// Each payment's events are folded in version order, each once. A repeat is dropped; one that came too early
// waits (early_events.h); one with a version that is folded already and other content is put aside in the
// space `quarantine`, counted, and changes nothing: the one earlier in the log stands.
//
// Threads: the runner's for the Projection, beside which a large batch decodes ahead (decoded_events.h) on
// one more; readers use the dictionary and the directory, which are theirs to share, and a snapshot of their
// own.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "engine/serving/bucket.h"
#include "engine/serving/cube.h"
#include "engine/serving/dictionary.h"
#include "engine/serving/early_events.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/totals_writer.h"
#include "ports/event_codec.h"
#include "ports/projection.h"
#include "ports/text_forms.h"

namespace wonjang::serving {

// What the views are made with; outlives them.
struct ViewsPorts {
  const EventLog& log;
  const EventCodec& codec;
  const TextForms& forms;
};

class Views final : public Projection {
 public:
  Views(ViewsPorts ports, std::vector<CubeSpec> cubes);
  ~Views() override;

  std::string_view name() const override { return "views"; }
  std::string version() const override;
  std::span<const KvSpaceOptions> spaces() const override { return view_spaces(); }
  Result<void> open(const KvStore& store) override;
  Result<void> apply(std::span<const LogUnit> units, KvBatch& out) override;
  // Cells of totals: is_same_cell() (cell.h).
  bool is_same(KvSpace space, std::optional<std::string_view> a,
               std::optional<std::string_view> b) const override;
  void committed() override;
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override;

  // Changes with open(): keep the pointer for one answer.
  std::shared_ptr<const Dictionary> dictionary() const;
  // The part of opening that can wait: learns how new the newest payment of each value is, a slice at a time,
  // which makes the search of frequent texts cheaper. True when all is learned. One thread.
  Result<bool> warm(const KvSnapshot& snapshot);
  const MerchantDirectory& merchants() const { return merchants_; }
  const TextForms& forms() const { return ports_.forms; }
  const std::vector<CubeSpec>& cubes() const { return cubes_; }

 private:
  class Fold;  // of one batch
  Dictionary& writable_dictionary();

  ViewsPorts ports_;
  const std::vector<CubeSpec> cubes_;
  const KvStore* store_ = nullptr;
  MerchantDirectory merchants_;
  mutable Mutex mutex_;
  std::shared_ptr<Dictionary> dictionary_ WJ_GUARDED_BY(mutex_);  // the pointer; open() replaces it
  WarmPlace warm_place_ WJ_GUARDED_BY(mutex_);
  std::unique_ptr<TotalsWriter> totals_;
  EarlyEvents early_;

  struct Counters;
  std::unique_ptr<Counters> counters_;
};

}  // namespace wonjang::serving
