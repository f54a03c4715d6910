// Generation: one complete building of a projection, in a store of its own. There is a live one, and for a
// while one that is built beside it; which of them is the live one is decided by what they hold:
//
//   the newest generation (highest number) whose record says `complete` is the live one; a rebuilt one is
//   marked complete, and the mark flushed, before the old one is given up. So the change is one durable
//   write, and a crash on either side of it leaves one that is whole.
//
// Shared ownership: whoever holds a snapshot of it holds the generation. One that was given up is removed
// when its last holder goes: the runner, while it runs.
//
// Threads: any; the store's rules hold for what is done with the store.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/projection/meta_codec.h"
#include "ports/kv_places.h"
#include "ports/projection.h"

namespace wonjang::projection {

class Generation {
 public:
  // Errors: as KvPlaces::open.
  static Result<std::shared_ptr<Generation>> open(KvPlaces& places, std::uint64_t number,
                                                  std::span<const KvSpaceOptions> spaces);
  // An empty one with the record of `projection`, numbered above all that are there.
  static Result<std::shared_ptr<Generation>> create(KvPlaces& places, const Projection& projection,
                                                    std::uint32_t books);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  std::uint64_t number() const { return number_; }
  KvStore& store() const { return *store_; }

  // Nothing when there is no record, or none that can be read. Errors: corrupt, unavailable.
  Result<std::optional<Meta>> meta() const;

  // Remove it when the last holder is gone.
  void give_up() { given_up_.store(true); }

 private:
  Generation(KvPlaces& places, std::uint64_t number) : places_(places), number_(number) {}

  KvPlaces& places_;
  const std::uint64_t number_;
  std::unique_ptr<KvStore> store_;
  std::atomic<bool> given_up_{false};
};

// As of the store's finished writes; holds the generation.
std::shared_ptr<const KvSnapshot> snapshot_of(const std::shared_ptr<Generation>& generation);

// Numbers of the generations that are there, newest first.
Result<std::vector<std::uint64_t>> generations_in(const KvPlaces& places);

// Removes all generations but `kept`; what can't be removed now stays for the next start.
void remove_others(KvPlaces& places, std::uint64_t kept);

// "has folded book 0 up to 6, which ends at 1": the log holds less than it did then. Nothing: it doesn't.
std::optional<std::string> ahead_of_log(const Meta& meta, const EventLog& log);

// Why a generation with this record can't go on with `log`; nothing when it can. Errors: those of the log.
Result<std::optional<std::string>> why_unusable(const std::optional<Meta>& meta, const Projection& projection,
                                                const EventLog& log);

}  // namespace wonjang::projection
