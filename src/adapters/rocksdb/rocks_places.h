// RocksPlaces: KvPlaces of RocksKv stores, each in a folder of its own below one folder.
//
// A store is removed by renaming its folder to "<name>.removed" (synced), which takes it out of names() in
// one step, and then deleting the files. What a crash leaves of those is deleted by the next start.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>

#include "adapters/rocksdb/rocks_kv.h"
#include "base/mutex.h"
#include "ports/kv_places.h"

namespace wonjang {

class RocksPlaces final : public KvPlaces {
 public:
  // Makes `directory` where there is none, and deletes what is left of removed stores. `options` are every
  // store's. Errors: unavailable.
  static Result<std::unique_ptr<RocksPlaces>> open(const std::string& directory,
                                                   const RocksKvOptions& options);

  Result<std::unique_ptr<KvStore>> open(const std::string& name,
                                        std::span<const KvSpaceOptions> spaces) override;
  Result<std::vector<std::string>> names() const override;
  Result<void> remove(const std::string& name) override;

 private:
  RocksPlaces(std::string directory, RocksKvOptions options)
      : directory_(std::move(directory)), options_(std::move(options)) {}

  const std::string directory_;
  const RocksKvOptions options_;
  // One at a time opens or removes, so that a folder isn't renamed under a store that is being opened.
  Mutex mutex_;
};

}  // namespace wonjang
